/* SPDX-License-Identifier: MIT */
/* The host as a whole: what the header meters show and what caps every limit. */
#ifndef BOXTOP_MODEL_HOST_H
#define BOXTOP_MODEL_HOST_H

#include <stddef.h>

#include "model/metric.h"
#include "model/usage.h"

/** struct host_cpu - one CPU's time by kind, in ticks since boot (/proc/stat), and its rates */
struct host_cpu {
	int id; /* the N of cpuN; -1 for the sum of all */
	uint64_t user, nice, system, idle, iowait, irq, softirq, steal;
	struct rate user_pct; /* each a share of the interval, 0..100; user without nice */
	struct rate nice_pct;
	struct rate system_pct; /* system + irq + softirq */
	struct rate iowait_pct;
	struct rate steal_pct;
	struct rate busy_pct; /* all but idle and iowait */
};

/** struct host - the machine at one instant */
struct host {
	const char *hostname;	    /* in the snapshot's arena; raw */
	const char *kernel_release; /* "6.1.0-18-amd64" */
	uint64_t at_usec;	    /* monotonic time of the read of the CPU counters */
	struct host_cpu all;
	struct host_cpu *cpus; /* cpus_len elements, online ones, ascending id */
	size_t cpus_len;
	struct metric memory_total_bytes, memory_free_bytes, memory_available_bytes;
	struct metric memory_used_bytes; /* total - available */
	struct metric memory_buffers_bytes, memory_cached_bytes, memory_shared_bytes;
	struct metric swap_total_bytes, swap_used_bytes;
	struct rate load1, load5, load15;
	struct metric uptime_usec;
	struct metric tasks;		    /* processes */
	struct metric threads;		    /* tasks of the scheduler: threads of all processes */
	struct metric running;		    /* runnable now */
	struct rate threads_growth_per_sec; /* of @threads; may be negative */
	struct metric pid_max;		    /* /proc/sys/kernel/pid_max */
	struct metric threads_max;	    /* /proc/sys/kernel/threads-max */
	struct usage_pressure pressure;	    /* /proc/pressure */
};

/** host_rates() - fill the rates of @now; @before may be NULL or have other CPUs */
void host_rates(const struct host *before, struct host *now);

#endif
