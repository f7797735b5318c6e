/* SPDX-License-Identifier: MIT */
/* A process. (pid, start_ticks) names it; a pid alone does not. */
#ifndef BOXTOP_MODEL_PROCESS_H
#define BOXTOP_MODEL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/metric.h"
#include "model/namespace.h"

/** struct process - one. Strings are raw bytes in the snapshot's arena or NULL: sanitize to show */
struct process {
	pid_t pid;
	pid_t ppid;
	pid_t pgrp;
	pid_t session;
	pid_t inner_pid; /* in its own pid namespace (NSpid, last); 0 unknown; == pid on the host */
	char state;	 /* R S D Z T t X I */
	bool kernel_thread;
	uid_t uid; /* effective; (uid_t)-1 unknown */
	int nice;
	int priority;
	int threads;
	int processor;	      /* last CPU; -1 unknown */
	uint64_t start_ticks; /* since boot, CLOCK_BOOTTIME, in USER_HZ */
	uint64_t at_usec;     /* monotonic time of the read of its counters */
	const char *comm;     /* never NULL */
	const char *
		cmdline; /* arguments joined by spaces; NULL not asked; comm in brackets for a thread */
	const char *user;		      /* name or number of uid; NULL unknown */
	const char *tty;		      /* NULL none or not asked */
	struct metric user_usec, system_usec; /* counters */
	struct metric rss_bytes, virtual_bytes, shared_bytes;
	struct metric swap_bytes;		     /* expensive: rows in view only */
	struct metric io_read_bytes, io_write_bytes; /* counters; expensive */
	struct metric minor_faults, major_faults;    /* counters */
	struct metric oom_score;		     /* expensive */
	struct metric open_files;		     /* expensive */
	uint64_t ns[NS_TYPES];			     /* inodes; 0 unknown */
	uint32_t cgroup;			     /* index in snapshot.cgroups, or INDEX_NONE */
	uint32_t container;			     /* innermost container, or INDEX_NONE */
	struct rate cpu_pct;			     /* 100 = one core */
	struct rate memory_pct;			     /* rss of the host's memory */
	struct rate io_read_per_sec, io_write_per_sec;
};

#endif
