// SPDX-License-Identifier: MIT
/*
 * The host collector: CPU time per core, memory, swap, load, uptime, pressure and the limits on
 * tasks, from the files of /proc itself. It owns nothing but a buffer and never computes a rate.
 *
 * libproc2 is not used here on purpose: it always opens the real /proc, so that no fixture could
 * stand for a machine, and it gives 0 for a key that the kernel lacks, where we must say "absent".
 */
#include <errno.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/parse.h"
#include "collectors/collector.h"
#include "collectors/unknown.h"

/** struct host_state - kept between passes */
struct host_state {
	struct strbuf buf; /* what was read last */
};

/** struct host_file - one file and who understands it */
struct host_file {
	const char *path; /* below /proc */
	int (*parse)(struct span file, struct pass *pass, struct err *err);
	void (*unknown)(struct host *host, int r); /* r: as metric_of_result() takes it */
};

static int host_bad_line(struct err *err, struct span line)
{
	return err_setx(err, EBADMSG, "malformed line: \"%.*s\"",
			(int)(line.len < 60 ? line.len : 60), line.p);
}

/* "12.34" to hundredths; a locale's decimal comma must not matter, hence not strtod(). */
static bool parse_hundredths(struct span text, uint64_t *out)
{
	struct span whole, fraction;
	uint64_t units, rest;

	if (!span_split_at(text, '.', &whole, &fraction) || fraction.len != 2)
		return false;
	if (!parse_u64(whole, &units) || !parse_u64(fraction, &rest))
		return false;
	return !__builtin_mul_overflow(units, 100, out) && !__builtin_add_overflow(*out, rest, out);
}

/* ---- /proc/stat ---- */

/* Kernels before 2.6.33 end earlier: a missing column stays 0, which is what it was worth. */
static bool host_parse_cpu(struct span words, struct host_cpu *cpu)
{
	uint64_t *const columns[] = {
		&cpu->user,   &cpu->nice, &cpu->system,	 &cpu->idle,
		&cpu->iowait, &cpu->irq,  &cpu->softirq, &cpu->steal,
	};
	struct span word;
	size_t i = 0;

	while (i < ARRAY_LEN(columns) && span_next_word(&words, &word))
		if (!parse_u64(word, columns[i++]))
			return false;
	return i >= 4;
}

static size_t host_count_cpus(struct span file)
{
	struct span line;
	size_t n = 0;

	while (span_next_line(&file, &line) && span_starts(line, SPAN("cpu")))
		n++;
	return n > 0 ? n - 1 : 0;
}

/* The kernel lists the sum first, then every CPU that is online: ids may have holes. */
static int host_parse_stat(struct span file, struct pass *pass, struct err *err)
{
	struct host *host = &pass->snapshot->host;
	size_t room = host_count_cpus(file);
	struct span line;

	host->cpus = arena_array(&pass->snapshot->arena, room, sizeof(*host->cpus));
	host->all.id = -1;
	while (span_next_line(&file, &line) && span_starts(line, SPAN("cpu"))) {
		struct span words = line, name;
		struct host_cpu *cpu = &host->all;
		uint64_t id;

		span_next_word(&words, &name);
		if (name.len > 3) {
			if (host->cpus_len == room || name.len > 9 ||
			    !parse_u64((struct span) {name.p + 3, name.len - 3}, &id))
				return host_bad_line(err, line);
			cpu = &host->cpus[host->cpus_len++];
			cpu->id = (int)id;
		}
		if (!host_parse_cpu(words, cpu))
			return host_bad_line(err, line);
	}
	return 0;
}

/* Without counters there is no CPU to show, rather than a CPU that is idle. */
static void host_unknown_stat(struct host *host, int r)
{
	(void)r;
	host->cpus_len = 0;
	host->all = (struct host_cpu) {.id = -1};
	host->at_usec = 0;
}

/* ---- /proc/meminfo ---- */

/** struct meminfo_row - one key and where its value goes */
struct meminfo_row {
	struct span key;
	size_t offset; /* of a struct metric in struct host */
};

#define MEMINFO_ROW(name, member)                                                                  \
	{                                                                                          \
		{(name), sizeof(name) - 1}, offsetof(struct host, member)                          \
	}
static const struct meminfo_row meminfo_rows[] = {
	MEMINFO_ROW("MemTotal", memory_total_bytes),
	MEMINFO_ROW("MemFree", memory_free_bytes),
	MEMINFO_ROW("MemAvailable", memory_available_bytes),
	MEMINFO_ROW("Buffers", memory_buffers_bytes),
	MEMINFO_ROW("Cached", memory_cached_bytes),
	MEMINFO_ROW("Shmem", memory_shared_bytes),
	MEMINFO_ROW("SwapTotal", swap_total_bytes),
	MEMINFO_ROW("SwapFree", swap_used_bytes), /* turned into used below */
};

static struct metric *host_metric(struct host *host, size_t offset)
{
	return (struct metric *)(void *)((char *)host + offset);
}

static int host_parse_meminfo(struct span file, struct pass *pass, struct err *err)
{
	struct host *host = &pass->snapshot->host;
	uint64_t kib[ARRAY_LEN(meminfo_rows)] = {0};
	bool found[ARRAY_LEN(meminfo_rows)] = {false};
	struct parse_key keys[ARRAY_LEN(meminfo_rows)];
	int r;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		keys[i] = (struct parse_key) {meminfo_rows[i].key, &kib[i], &found[i]};
	r = parse_flat_keyed(file, keys, ARRAY_LEN(keys), err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		*host_metric(host, meminfo_rows[i].offset) =
			found[i] ? metric_known(kib[i] * 1024) : metric_of_result(READ_ABSENT);
	host->memory_used_bytes =
		metric_sub_clamped(host->memory_total_bytes, host->memory_available_bytes);
	host->swap_used_bytes = metric_sub_clamped(host->swap_total_bytes, host->swap_used_bytes);
	return 0;
}

static void host_unknown_meminfo(struct host *host, int r)
{
	for (size_t i = 0; i < ARRAY_LEN(meminfo_rows); i++)
		*host_metric(host, meminfo_rows[i].offset) = metric_of_result(r);
	host->memory_used_bytes = metric_of_result(r);
}

/* ---- /proc/loadavg, /proc/uptime ---- */

/* "0.20 0.18 0.12 1/80 11206": averages, runnable/all schedulable entities, newest pid */
static int host_parse_loadavg(struct span file, struct pass *pass, struct err *err)
{
	struct host *host = &pass->snapshot->host;
	struct rate *const loads[] = {&host->load1, &host->load5, &host->load15};
	struct span rest = file, word, left, right;
	uint64_t running, threads;

	for (size_t i = 0; i < ARRAY_LEN(loads); i++) {
		uint64_t hundredths;

		if (!span_next_word(&rest, &word) || !parse_hundredths(word, &hundredths))
			return host_bad_line(err, file);
		*loads[i] = rate_known((double)hundredths / 100);
	}
	if (!span_next_word(&rest, &word) || !span_split_at(word, '/', &left, &right) ||
	    !parse_u64(left, &running) || !parse_u64(right, &threads))
		return host_bad_line(err, file);
	host->running = metric_known(running);
	host->threads = metric_known(threads);
	return 0;
}

static void host_unknown_loadavg(struct host *host, int r)
{
	host->load1 = host->load5 = host->load15 = rate_of_result(r);
	host->running = host->threads = metric_of_result(r);
}

static int host_parse_uptime(struct span file, struct pass *pass, struct err *err)
{
	struct span rest = file, word;
	uint64_t hundredths;

	if (!span_next_word(&rest, &word) || !parse_hundredths(word, &hundredths))
		return host_bad_line(err, file);
	pass->snapshot->host.uptime_usec = metric_known(hundredths * 10000);
	return 0;
}

static void host_unknown_uptime(struct host *host, int r)
{
	host->uptime_usec = metric_of_result(r);
}

/* ---- /proc/pressure ---- */

static int host_parse_pressure_cpu(struct span file, struct pass *pass, struct err *err)
{
	struct usage_pressure *pressure = &pass->snapshot->host.pressure;
	struct parse_psi psi;
	int r = parse_pressure(file, &psi, err);

	if (r == 0)
		pressure->cpu_some_pct = rate_known(psi.some_avg10);
	return r;
}

static int host_parse_pressure_memory(struct span file, struct pass *pass, struct err *err)
{
	struct usage_pressure *pressure = &pass->snapshot->host.pressure;
	struct parse_psi psi;
	int r = parse_pressure(file, &psi, err);

	if (r < 0)
		return r;
	pressure->memory_some_pct = rate_known(psi.some_avg10);
	pressure->memory_full_pct =
		psi.has_full ? rate_known(psi.full_avg10) : rate_of_result(READ_ABSENT);
	return 0;
}

static int host_parse_pressure_io(struct span file, struct pass *pass, struct err *err)
{
	struct usage_pressure *pressure = &pass->snapshot->host.pressure;
	struct parse_psi psi;
	int r = parse_pressure(file, &psi, err);

	if (r < 0)
		return r;
	pressure->io_some_pct = rate_known(psi.some_avg10);
	pressure->io_full_pct =
		psi.has_full ? rate_known(psi.full_avg10) : rate_of_result(READ_ABSENT);
	return 0;
}

/* No file (not built, or booted with psi=0) and a read that fails with EOPNOTSUPP mean the same. */
static struct rate host_no_pressure(int r)
{
	return r == READ_ABSENT ? rate_unknown(METRIC_ABSENT, WHY_NO_PSI) : rate_of_result(r);
}

static void host_unknown_pressure_cpu(struct host *host, int r)
{
	host->pressure.cpu_some_pct = host_no_pressure(r);
}

static void host_unknown_pressure_memory(struct host *host, int r)
{
	host->pressure.memory_some_pct = host->pressure.memory_full_pct = host_no_pressure(r);
}

static void host_unknown_pressure_io(struct host *host, int r)
{
	host->pressure.io_some_pct = host->pressure.io_full_pct = host_no_pressure(r);
}

/* ---- /proc/sys/kernel ---- */

static int host_parse_number(struct span file, struct metric *out, struct err *err)
{
	uint64_t value;
	int r = parse_single(file, &value, err);

	if (r == 0)
		*out = metric_known(value);
	return r;
}

static int host_parse_pid_max(struct span file, struct pass *pass, struct err *err)
{
	return host_parse_number(file, &pass->snapshot->host.pid_max, err);
}

static void host_unknown_pid_max(struct host *host, int r)
{
	host->pid_max = metric_of_result(r);
}

static int host_parse_threads_max(struct span file, struct pass *pass, struct err *err)
{
	return host_parse_number(file, &pass->snapshot->host.threads_max, err);
}

static void host_unknown_threads_max(struct host *host, int r)
{
	host->threads_max = metric_of_result(r);
}

static int host_parse_hostname(struct span file, struct pass *pass, struct err *err)
{
	struct span name = span_trim(file);

	(void)err;
	pass->snapshot->host.hostname = arena_strndup(&pass->snapshot->arena, name.p, name.len);
	return 0;
}

static int host_parse_release(struct span file, struct pass *pass, struct err *err)
{
	struct span release = span_trim(file);

	(void)err;
	pass->snapshot->host.kernel_release =
		arena_strndup(&pass->snapshot->arena, release.p, release.len);
	return 0;
}

static void host_unknown_text(struct host *host, int r)
{
	(void)host; /* NULL, as it was */
	(void)r;
}

static const struct host_file host_files[] = {
	{"stat", host_parse_stat, host_unknown_stat},
	{"meminfo", host_parse_meminfo, host_unknown_meminfo},
	{"loadavg", host_parse_loadavg, host_unknown_loadavg},
	{"uptime", host_parse_uptime, host_unknown_uptime},
	{"pressure/cpu", host_parse_pressure_cpu, host_unknown_pressure_cpu},
	{"pressure/memory", host_parse_pressure_memory, host_unknown_pressure_memory},
	{"pressure/io", host_parse_pressure_io, host_unknown_pressure_io},
	{"sys/kernel/pid_max", host_parse_pid_max, host_unknown_pid_max},
	{"sys/kernel/threads-max", host_parse_threads_max, host_unknown_threads_max},
	{"sys/kernel/hostname", host_parse_hostname, host_unknown_text},
	{"sys/kernel/osrelease", host_parse_release, host_unknown_text},
};

static int host_start(const struct collect_options *options, void **out_state, struct err *err)
{
	(void)options;
	(void)err;
	*out_state = xcalloc(1, sizeof(struct host_state));
	return 0;
}

/* One bad file costs its own numbers only, and is told. */
static int host_sample(void *data, struct pass *pass, struct err *err)
{
	struct host_state *state = data;

	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(host_files); i++) {
		const struct host_file *file = &host_files[i];
		struct err why = ERR_INIT;
		int r = dir_read(pass->proc_fd, file->path, &state->buf, &why);

		if (i == 0)
			pass->snapshot->host.at_usec = clock_monotonic_usec();
		if (r == READ_OK)
			r = file->parse(strbuf_span(&state->buf), pass, &why);
		if (r == READ_OK)
			continue;
		file->unknown(&pass->snapshot->host, r);
		if (err_wrap(&why, r, "/proc/%s", file->path) < 0)
			snapshot_add_issue(pass->snapshot, "%s", why.text);
	}
	return 0;
}

static void host_stop(void *data)
{
	struct host_state *state = data;

	if (!state)
		return;
	strbuf_finish(&state->buf);
	free(state);
}

const struct collector collector_host = {
	.name = "host",
	.sources = SOURCE_HOST,
	.start = host_start,
	.sample = host_sample,
	.stop = host_stop,
};
