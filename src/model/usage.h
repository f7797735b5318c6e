/* SPDX-License-Identifier: MIT */
/*
 * What a cgroup or a container uses and may use: the same members for both kinds of row, so that one
 * field getter serves both. Counters come from the collectors, rates from model/rates.
 */
#ifndef BOXTOP_MODEL_USAGE_H
#define BOXTOP_MODEL_USAGE_H

#include "model/metric.h"

/** struct usage_cpu - cpu.stat, cpu.max, cpu.weight (v2); cpuacct.*, cpu.* (v1) */
struct usage_cpu {
	uint64_t at_usec;		   /* monotonic time of the read of the counters */
	struct metric usage_usec;	   /* counter */
	struct metric user_usec;	   /* counter */
	struct metric system_usec;	   /* counter */
	struct metric nr_periods;	   /* counter */
	struct metric nr_throttled;	   /* counter */
	struct metric throttled_usec;	   /* counter */
	struct metric limit_microcpus;	   /* quota / period; 1 CPU = 1000000; METRIC_NO_LIMIT */
	struct metric weight;		   /* v2 scale 1..10000; v1 shares are converted */
	struct metric effective_microcpus; /* least over itself, its ancestors and the host */
	struct rate pct;		   /* 100 = one core */
	struct rate user_pct;
	struct rate system_pct;
	struct rate limit_pct;	   /* of its effective limit */
	struct rate throttled_pct; /* 100 * d nr_throttled / d nr_periods */
};

/** struct usage_memory - memory.* */
struct usage_memory {
	struct metric current_bytes;	 /* page cache included */
	struct metric working_set_bytes; /* current - inactive_file, at least 0 */
	struct metric anon_bytes;
	struct metric file_bytes;
	struct metric shmem_bytes;
	struct metric slab_bytes;
	struct metric inactive_file_bytes;
	struct metric swap_bytes;
	struct metric peak_bytes;
	struct metric high_bytes;  /* limit; METRIC_NO_LIMIT */
	struct metric limit_bytes; /* memory.max; METRIC_NO_LIMIT */
	struct metric swap_limit_bytes;
	struct metric effective_bytes; /* least over itself, its ancestors and the host */
	struct metric oom_kills;       /* counter */
	struct rate limit_pct;	       /* working set of the effective limit */
	struct rate oom_kills_new;     /* kills since the previous sample */
};

/** struct usage_pids - pids.* and the members of the subtree */
struct usage_pids {
	uint64_t at_usec;      /* monotonic time of the read of current */
	struct metric current; /* tasks (threads), subtree; pids.current */
	struct metric limit;   /* pids.max */
	struct metric peak;
	struct metric effective_limit; /* least over itself, its ancestors and the host */
	struct metric processes;       /* members of cgroup.procs, subtree */
	struct metric limit_events;    /* counter: forks refused; pids.events max */
	struct rate limit_pct;
	struct rate growth_per_sec; /* may be negative */
};

/** struct usage_io - io.stat, blkio.* ; sums over devices */
struct usage_io {
	uint64_t at_usec;
	struct metric read_bytes, write_bytes; /* counters */
	struct metric read_ops, write_ops;     /* counters */
	struct rate read_bytes_per_sec, write_bytes_per_sec;
	struct rate read_ops_per_sec, write_ops_per_sec;
};

/** struct usage_pressure - {cpu,memory,io}.pressure: share of the last 10 s, in percent */
struct usage_pressure {
	struct rate cpu_some_pct;
	struct rate memory_some_pct, memory_full_pct;
	struct rate io_some_pct, io_full_pct;
};

/** struct usage_net - of a network namespace, every interface but lo */
struct usage_net {
	uint64_t at_usec;
	struct metric rx_bytes, tx_bytes;     /* counters */
	struct metric rx_packets, tx_packets; /* counters */
	struct metric rx_drops, tx_drops;     /* counters; errors included */
	struct rate rx_bytes_per_sec, tx_bytes_per_sec;
	struct rate rx_packets_per_sec, tx_packets_per_sec;
};

/** struct usage - all of it */
struct usage {
	struct usage_cpu cpu;
	struct usage_memory memory;
	struct usage_pids pids;
	struct usage_io io;
	struct usage_pressure pressure;
	struct usage_net net;	 /* containers only; absent for a cgroup */
	struct metric frozen;	 /* 0, 1 */
	struct metric populated; /* 0, 1 */
};

/** usage_absent() - every value absent for @why; rates follow with usage_rates() */
struct usage usage_absent(enum metric_why why);

/**
 * usage_rates() - fill the rates of @now from the counters of @before
 * @before: NULL for a first sample: rates become WHY_SECOND_SAMPLE
 *
 * A counter that fell gives WHY_RESTARTED for this sample, never a negative rate. Percentages of
 * limits are filled without @before.
 */
void usage_rates(const struct usage *before, struct usage *now);

#endif
