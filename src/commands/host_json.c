/* SPDX-License-Identifier: MIT */
/* The host's figures as a JSON object, from one table of names and members. Owns nothing. */
#include <math.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "commands/host_json.h"
#include "commands/output.h"

#define METRIC(id, member, what)                                                                   \
	{                                                                                          \
		id, what, offsetof(struct host, member), false                                     \
	}
#define RATE(id, member, what)                                                                     \
	{                                                                                          \
		id, what, offsetof(struct host, member), true                                      \
	}

const struct host_figure host_figures[] = {
	RATE("cpu_pct", all.busy_pct,
	     "all CPUs: share of the interval that they were busy, 0 to 100"),
	RATE("cpu_user_pct", all.user_pct, "user time without niced processes"),
	RATE("cpu_nice_pct", all.nice_pct, "user time of niced processes"),
	RATE("cpu_system_pct", all.system_pct, "kernel time with interrupts"),
	RATE("cpu_iowait_pct", all.iowait_pct, "idle with a disk request pending"),
	RATE("cpu_steal_pct", all.steal_pct, "taken by the hypervisor"),
	METRIC("memory_total_bytes", memory_total_bytes, "MemTotal"),
	METRIC("memory_used_bytes", memory_used_bytes, "MemTotal - MemAvailable"),
	METRIC("memory_available_bytes", memory_available_bytes, "MemAvailable"),
	METRIC("memory_free_bytes", memory_free_bytes, "MemFree"),
	METRIC("memory_buffers_bytes", memory_buffers_bytes, "Buffers"),
	METRIC("memory_cached_bytes", memory_cached_bytes, "Cached"),
	METRIC("memory_shared_bytes", memory_shared_bytes, "Shmem"),
	METRIC("swap_total_bytes", swap_total_bytes, "SwapTotal"),
	METRIC("swap_used_bytes", swap_used_bytes, "SwapTotal - SwapFree"),
	RATE("load1", load1, "load average over 1 minute"),
	RATE("load5", load5, "over 5 minutes"),
	RATE("load15", load15, "over 15 minutes"),
	METRIC("uptime_usec", uptime_usec, "microseconds since boot"),
	METRIC("tasks", tasks, "processes"),
	METRIC("threads", threads, "threads of all processes"),
	RATE("threads_growth_per_sec", threads_growth_per_sec, "threads gained or lost per second"),
	METRIC("running", running, "threads that are runnable now"),
	METRIC("pid_max", pid_max, "kernel.pid_max"),
	METRIC("threads_max", threads_max, "kernel.threads-max"),
	RATE("pressure_cpu_some_pct", pressure.cpu_some_pct,
	     "share of the last 10 s in which some task waited for a CPU"),
	RATE("pressure_memory_some_pct", pressure.memory_some_pct, "the same for memory"),
	RATE("pressure_memory_full_pct", pressure.memory_full_pct, "in which all tasks waited"),
	RATE("pressure_io_some_pct", pressure.io_some_pct, "the same for I/O"),
	RATE("pressure_io_full_pct", pressure.io_full_pct, "in which all tasks waited"),
};
const size_t host_figures_len = ARRAY_LEN(host_figures);

static void add_unknown(json_t *unknown, const char *id, uint8_t why)
{
	json_add(unknown, id, json_string(metric_why_text((enum metric_why)why)));
}

static void add_metric(json_t *object, json_t *unknown, const char *id, struct metric metric)
{
	json_add(object, id,
		 metric_is_known(metric) ? json_integer((json_int_t)metric.value) : json_null());
	if (!metric_is_known(metric))
		add_unknown(unknown, id, metric.why);
}

static void add_rate(json_t *object, json_t *unknown, const char *id, struct rate rate)
{
	json_add(object, id,
		 rate_is_known(rate) && isfinite(rate.value) ? json_real(number_round(rate.value))
							     : json_null());
	if (!rate_is_known(rate))
		add_unknown(unknown, id, rate.why);
}

json_t *host_json(const struct host *host)
{
	json_t *object = json_object();
	json_t *unknown = json_object();

	json_add(object, "hostname", json_text(host->hostname));
	json_add(object, "kernel_release", json_text(host->kernel_release));
	json_add(object, "cpus", json_integer((json_int_t)host->cpus_len));
	for (size_t i = 0; i < host_figures_len; i++) {
		const struct host_figure *figure = &host_figures[i];
		const void *member = (const char *)host + figure->offset;

		if (figure->is_rate)
			add_rate(object, unknown, figure->id, *(const struct rate *)member);
		else
			add_metric(object, unknown, figure->id, *(const struct metric *)member);
	}
	json_add(object, "unknown", unknown);
	return object;
}
