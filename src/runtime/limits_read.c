/* SPDX-License-Identifier: MIT */
/* Limits as the kernel's files say them, brought to the scales of the table. Changes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "runtime/limits_plan.h"
#include "runtime/number_list.h"

const char *const limit_throttle_files[IO_KEYS] = {
	[IO_RBPS] = "blkio.throttle.read_bps_device",
	[IO_WBPS] = "blkio.throttle.write_bps_device",
	[IO_RIOPS] = "blkio.throttle.read_iops_device",
	[IO_WIOPS] = "blkio.throttle.write_iops_device",
};

static int dir_of(const struct limit_dirs *dirs, enum limit_id id)
{
	return dirs->fds[limits[id].controller];
}

static bool is_v2(const struct limit_dirs *dirs, enum limit_id id)
{
	return dirs->v2[limits[id].controller];
}

bool limit_has_file(const struct limit_dirs *dirs, enum limit_id id, const char *file)
{
	int fd = dir_of(dirs, id);

	return fd >= 0 && file && faccessat(fd, file, F_OK, 0) == 0;
}

const char *limit_weight_file(const struct limit_dirs *dirs)
{
	static const char *const v2_files[] = {"io.weight", "io.bfq.weight"};
	static const char *const v1_files[] = {"blkio.weight", "blkio.bfq.weight"};
	const char *const *files = is_v2(dirs, LIMIT_IO_WEIGHT) ? v2_files : v1_files;

	for (size_t i = 0; i < ARRAY_LEN(v2_files); i++)
		if (limit_has_file(dirs, LIMIT_IO_WEIGHT, files[i]))
			return files[i];
	return NULL;
}

const char *limit_file(const struct limit_dirs *dirs, enum limit_id id)
{
	const char *file = is_v2(dirs, id) ? limits[id].v2_file : limits[id].v1_file;

	if (id == LIMIT_IO_WEIGHT)
		return limit_weight_file(dirs);
	return limit_has_file(dirs, id, file) ? file : NULL;
}

int limit_read_text(const struct limit_dirs *dirs, enum limit_id id, const char *file,
		    struct strbuf *buf, struct err *err)
{
	int r = dir_read(dir_of(dirs, id), file, buf, err);

	while (buf->len > 0 && buf->data[buf->len - 1] == '\n')
		buf->data[--buf->len] = '\0';
	return r == READ_GONE ? err_setx(err, ENODEV, "the cgroup is gone") : r;
}

/* v1 has the largest number of whole pages for no limit. */
static bool is_no_limit(uint64_t number)
{
	return number >= (uint64_t)INT64_MAX - (uint64_t)sysconf(_SC_PAGESIZE) + 1;
}

int limit_read_number(const struct limit_dirs *dirs, enum limit_id id, const char *file,
		      uint64_t *out, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r = limit_read_text(dirs, id, file, &text, err);

	if (r != 0)
		return r;
	if (span_eq(strbuf_span(&text), SPAN("-1"))) {
		*out = LIMIT_NONE;
		return 0;
	}
	r = parse_single(strbuf_span(&text), out, err);
	if (r == 0 && is_no_limit(*out))
		*out = LIMIT_NONE;
	return err_wrap(err, r, "%s", file);
}

/* ---- Each kind of value ---- */

static int read_number(const struct limit_dirs *dirs, enum limit_id id, struct limit_value *out,
		       struct err *err)
{
	const char *file = is_v2(dirs, id) ? limits[id].v2_file : limits[id].v1_file;

	return file ? limit_read_number(dirs, id, file, &out->number, err) : READ_ABSENT;
}

/* v1 counts memory and swap together: swap alone is what the one limit is above the other. */
static int read_swap(const struct limit_dirs *dirs, enum limit_id id, struct limit_value *out,
		     struct err *err)
{
	uint64_t memory, both;
	int r;

	if (is_v2(dirs, id))
		return read_number(dirs, id, out, err);
	r = limit_read_number(dirs, id, limits[id].v1_file, &both, err);
	if (r == 0)
		r = limit_read_number(dirs, id, limits[LIMIT_MEMORY].v1_file, &memory, err);
	if (r != 0)
		return r;
	if (both == LIMIT_NONE || memory == LIMIT_NONE)
		out->number = LIMIT_NONE;
	else
		out->number = both > memory ? both - memory : 0;
	return 0;
}

static int read_quota(const struct limit_dirs *dirs, uint64_t *out_quota, uint64_t *out_period,
		      struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r;

	if (is_v2(dirs, LIMIT_CPUS)) {
		r = limit_read_text(dirs, LIMIT_CPUS, "cpu.max", &text, err);
		return r != 0 ? r : parse_cpu_max(strbuf_span(&text), out_quota, out_period, err);
	}
	r = limit_read_number(dirs, LIMIT_CPUS, "cpu.cfs_quota_us", out_quota, err);
	if (r == 0)
		r = limit_read_number(dirs, LIMIT_CPUS, "cpu.cfs_period_us", out_period, err);
	return r;
}

static int read_cpus(const struct limit_dirs *dirs, enum limit_id id, struct limit_value *out,
		     struct err *err)
{
	uint64_t quota = 0, period = 0;
	int r = read_quota(dirs, &quota, &period, err);

	(void)id;
	if (r != 0)
		return r;
	if (quota == LIMIT_NONE)
		out->number = LIMIT_NONE;
	else if (period == 0)
		return err_setx(err, EBADMSG, "cpu.max: a period of 0");
	else
		out->number = (uint64_t)((unsigned __int128)quota * 1000000 / period);
	return 0;
}

static int read_cpu_weight(const struct limit_dirs *dirs, enum limit_id id, struct limit_value *out,
			   struct err *err)
{
	int r = read_number(dirs, id, out, err);

	if (r == 0 && !is_v2(dirs, id))
		out->number = limit_weight_of_shares(out->number);
	return r;
}

/* "100" or, with weights for single disks on further lines, "default 100". */
static int read_io_weight(const struct limit_dirs *dirs, enum limit_id id, struct limit_value *out,
			  struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	const char *file = limit_weight_file(dirs);
	struct span rest, line, word;
	int r = file ? limit_read_text(dirs, id, file, &text, err) : READ_ABSENT;

	if (r != 0)
		return r;
	rest = strbuf_span(&text);
	if (!span_next_line(&rest, &line) || !span_next_word(&line, &word) ||
	    (span_eq(word, SPAN("default")) && !span_next_word(&line, &word)) ||
	    !parse_u64(word, &out->number))
		return parse_refuse(err, file, strbuf_span(&text));
	if (strstr(file, "bfq"))
		out->number = limit_weight_of_bfq(out->number);
	else if (!is_v2(dirs, id)) /* blkio.weight: 500 is usual */
		out->number = (out->number + 2) / 5;
	return 0;
}

/* On v2 an empty list is none of its own. v1 has no such thing: it says what it may run on. */
static int read_list(const struct limit_dirs *dirs, enum limit_id id, struct limit_value *out,
		     struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r = limit_read_text(dirs, id, limits[id].v2_file, &text, err);

	if (r != 0)
		return r;
	if (text.len == 0) {
		out->number = LIMIT_NONE;
		return 0;
	}
	/* Longer than fits: not known here, rather than cut. */
	r = number_list_parse(strbuf_span(&text), out->text, err);
	return r == -ERANGE ? READ_ABSENT : r;
}

/* "8:0 1048576" a line */
static int read_throttle(const struct limit_dirs *dirs, enum io_key key, struct io_rules *rules,
			 struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r = limit_read_text(dirs, LIMIT_IO_MAX, limit_throttle_files[key], &text, err);
	struct span rest = strbuf_span(&text), line;

	while (r == 0 && span_next_line(&rest, &line)) {
		struct span left, right, major_text, minor_text;
		uint64_t dev_major, dev_minor, value;
		struct io_rule disk;

		if (!span_split_at(line, ' ', &left, &right) ||
		    !span_split_at(left, ':', &major_text, &minor_text) ||
		    !parse_u64(major_text, &dev_major) || !parse_u64(minor_text, &dev_minor) ||
		    !parse_u64(span_trim(right), &value))
			return parse_refuse(err, limit_throttle_files[key], line);
		disk = (struct io_rule) {.dev_major = (unsigned int)dev_major,
					 .dev_minor = (unsigned int)dev_minor};
		r = io_rules_set(rules, &disk, key, value, err);
	}
	return r;
}

int limit_read_rules(const struct limit_dirs *dirs, struct io_rules *out, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r = 0;

	out->len = 0;
	if (is_v2(dirs, LIMIT_IO_MAX)) {
		r = limit_read_text(dirs, LIMIT_IO_MAX, "io.max", &text, err);
		return r != 0 ? r : io_rules_parse(strbuf_span(&text), out, err);
	}
	for (int key = 0; r == 0 && key < IO_KEYS; key++)
		r = read_throttle(dirs, (enum io_key)key, out, err);
	return r;
}

static int read_rules(const struct limit_dirs *dirs, enum limit_id id, struct limit_value *out,
		      struct err *err)
{
	struct io_rules rules = {.len = 0};
	int r = limit_read_rules(dirs, &rules, err);

	(void)id;
	if (r == 0)
		r = io_rules_print(&rules, IO_RULES_NO_MAX, out->text, err);
	if (r == -ERANGE)
		return READ_ABSENT;
	out->number = out->text[0] ? 0 : LIMIT_NONE;
	return r;
}

static int (*const readers[LIMITS])(const struct limit_dirs *dirs, enum limit_id id,
				    struct limit_value *out, struct err *err) = {
	[LIMIT_MEMORY] = read_number,
	[LIMIT_MEMORY_HIGH] = read_number,
	[LIMIT_SWAP] = read_swap,
	[LIMIT_CPUS] = read_cpus,
	[LIMIT_CPU_WEIGHT] = read_cpu_weight,
	[LIMIT_CPUSET] = read_list,
	[LIMIT_CPUSET_MEMS] = read_list,
	[LIMIT_PIDS] = read_number,
	[LIMIT_IO_MAX] = read_rules,
	[LIMIT_IO_WEIGHT] = read_io_weight,
};

int limits_read_these(const struct limit_dirs *dirs, const struct limit_set *these,
		      struct limit_set *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < LIMITS; i++) {
		struct limit_value value = {.set = true};
		int r;

		if (dir_of(dirs, (enum limit_id)i) < 0 || (these && !these->values[i].set))
			continue;
		r = readers[i](dirs, (enum limit_id)i, &value, err);
		if (r < 0)
			return err_wrap(err, r, "read the %s limit", limits[i].name);
		if (r == 0)
			out->values[i] = value;
	}
	return 0;
}

int limits_read(const struct limit_dirs *dirs, struct limit_set *out, struct err *err)
{
	return limits_read_these(dirs, NULL, out, err);
}
