/* SPDX-License-Identifier: MIT */
/*
 * Every parser on any bytes: the first byte selects the parser, the rest is the file. The bytes lie in
 * memory of their own, so that ASan sees a read behind the end. What a parser accepts must make sense,
 * and what it borrows must lie in the file.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/units.h"

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

static void require_result(int r, const struct err *err)
{
	require(r == 0 || r == -EBADMSG);
	require((r == 0) == (err->code == 0));
	require(strlen(err->text) < sizeof(err->text));
	for (const char *p = err->text; *p; p++)
		require(*p >= 0x20 && *p < 0x7f);
}

static void require_inside(struct span part, struct span whole)
{
	require(part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

static void fuzz_numbers(struct span in)
{
	struct err err = ERR_INIT;
	uint64_t value = 0, hex = 0;
	int64_t number = 0;

	require_result(parse_single(in, &value, &err), &err);
	/* A number that fits both ways is the same number. */
	if (parse_u64(in, &value) && parse_i64(in, &number))
		require(number >= 0 && (uint64_t)number == value);
	parse_hex(in, &hex);
	parse_ns_link(in, &value);
}

static void fuzz_flat_keyed(struct span in)
{
	uint64_t anon = 0, total = 0;
	bool found = false;
	const struct parse_key keys[] = {{SPAN("anon"), &anon, &found},
					 {SPAN("MemTotal"), &total, NULL}};
	struct err err = ERR_INIT;

	require_result(parse_flat_keyed(in, keys, 2, &err), &err);
	require(found || anon == 0);
}

static void fuzz_cpus(struct span in)
{
	uint64_t quota = 0, period = 0;
	unsigned int count = 0;
	struct err err = ERR_INIT;
	int r = parse_cpu_max(in, &quota, &period, &err);

	require_result(r, &err);
	require(r != 0 || period > 0);
	err = ERR_INIT;
	require_result(parse_cpulist(in, &count, &err), &err);
}

static void fuzz_io(struct span in)
{
	struct err err = ERR_INIT;
	uint64_t read, write;
	struct parse_io io;

	require_result(parse_io_stat(in, &io, &err), &err);
	err = ERR_INIT;
	require_result(parse_blkio(in, &read, &write, &err), &err);
}

static void fuzz_pressure(struct span in)
{
	struct err err = ERR_INIT;
	struct parse_psi psi;
	int r = parse_pressure(in, &psi, &err);

	require_result(r, &err);
	require(r != 0 || (psi.some_avg10 >= 0 && psi.full_avg300 >= 0));
	require(r != 0 || psi.has_full || psi.full_total_usec == 0);
}

static void fuzz_mountinfo(struct span in)
{
	struct strbuf plain = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct parse_mount mount;
	int r = parse_mountinfo_line(in, &mount, &err);

	require_result(r, &err);
	if (r == 0) {
		require_inside(mount.root, in);
		require_inside(mount.mount_point, in);
		require_inside(mount.options, in);
		require_inside(mount.fstype, in);
		require_inside(mount.source, in);
		require_inside(mount.super_options, in);
	}
	parse_unescape_octal(in, &plain);
	require(plain.len <= in.len && plain.len * 4 >= in.len);
	strbuf_finish(&plain);
}

static void fuzz_cgroup(struct span in)
{
	struct parse_cgroup_line line;
	struct err err = ERR_INIT;
	int r = parse_cgroup_line(in, &line, &err);

	require_result(r, &err);
	if (r == 0) {
		require_inside(line.controllers, in);
		require_inside(line.path, in);
		require(line.path.p + line.path.len == in.p + in.len && line.path.p[0] == '/');
	}
}

static void fuzz_stat(struct span in)
{
	struct parse_stat stat;
	struct err err = ERR_INIT;
	int r = parse_proc_stat(in, &stat, &err);

	require_result(r, &err);
	if (r == 0) {
		require_inside(stat.comm, in);
		require(stat.pid >= 0 && stat.ppid >= 0);
		/* The name ends at the last parenthesis of the file. */
		require(!memchr(stat.comm.p + stat.comm.len + 1, ')',
				(size_t)(in.p + in.len - stat.comm.p) - stat.comm.len - 1));
	}
}

static void fuzz_net_dev(struct span in)
{
	struct parse_net_dev net;
	struct err err = ERR_INIT;
	int r = parse_net_dev(in, &net, &err);

	require_result(r, &err);
	require(r != 0 || net.interfaces > 0 || net.rx_bytes == 0);
}

static void fuzz_units(struct span in)
{
	struct err err = ERR_INIT;
	uint64_t value = 0;

	units_parse_bytes(in, &value, &err);
	units_parse_cpus(in, &value, &err);
	units_parse_duration(in, &value, &err);
	if (units_parse_u64(in, 3, 1000, &value, &err) == 0)
		require(value >= 3 && value <= 1000);
}

/* The bytes of the input as numbers to show. */
static void fuzz_formats(struct span in)
{
	char buf[UNITS_TEXT_MAX];
	uint64_t value = 0;
	double pct = 0;

	memcpy(&value, in.p, in.len < sizeof(value) ? in.len : sizeof(value));
	memcpy(&pct, &value, sizeof(pct));
	require(strlen(units_format_bytes(value, buf)) <= 5);
	require(strlen(units_format_count(value, buf)) <= 5);
	require(strlen(units_format_pct(pct, buf)) <= 5);
	require(strlen(units_format_duration(value, buf)) <= 8);
	require(strlen(units_format_cpu_time(value, buf)) <= 8);
}

static void (*const parsers[])(struct span) = {
	fuzz_numbers, fuzz_flat_keyed, fuzz_cpus,    fuzz_io,	 fuzz_pressure, fuzz_mountinfo,
	fuzz_cgroup,  fuzz_stat,       fuzz_net_dev, fuzz_units, fuzz_formats,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* libFuzzer has no header for it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in;
	char *copy;

	if (size == 0)
		return 0;
	copy = malloc(size > 1 ? size - 1 : 1);
	require(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	in = (struct span) {copy, size - 1};
	parsers[data[0] % (sizeof(parsers) / sizeof(parsers[0]))](in);
	free(copy);
	return 0;
}
