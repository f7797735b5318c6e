/* SPDX-License-Identifier: MIT */
/*
 * The world at one instant. A snapshot owns everything in it and is freed as one. Built by the
 * collectors, completed by rates(), then never changed: several threads may read it.
 */
#ifndef BOXTOP_MODEL_SNAPSHOT_H
#define BOXTOP_MODEL_SNAPSHOT_H

#include <stdatomic.h>

#include "base/arena.h"
#include "model/cgroup.h"
#include "model/container.h"
#include "model/event.h"
#include "model/host.h"
#include "model/namespace.h"
#include "model/process.h"

/** enum source - what a pass may read; the field table says which a column needs */
enum source {
	SOURCE_HOST = 1u << 0,		     /* /proc/stat, meminfo, loadavg, uptime, pressure */
	SOURCE_CGROUP_CPU = 1u << 1,	     /* cpu.stat */
	SOURCE_CGROUP_MEMORY = 1u << 2,	     /* memory.current */
	SOURCE_CGROUP_MEMORY_STAT = 1u << 3, /* memory.stat: working set and parts */
	SOURCE_CGROUP_MEMORY_MORE = 1u << 4, /* swap, peak, events (OOM kills) */
	SOURCE_CGROUP_PIDS = 1u << 5,	     /* pids.current */
	SOURCE_CGROUP_IO = 1u << 6,
	SOURCE_CGROUP_PRESSURE = 1u << 7,
	SOURCE_CGROUP_STATE = 1u << 8, /* frozen, populated */
	SOURCE_CGROUP_LIMITS =
		1u << 9, /* cpu.max, cpu.weight, memory.max, high, swap.max, pids.max, peaks */
	SOURCE_CGROUP_PROCS = 1u << 10, /* cgroup.procs: members; pid -> cgroup */
	SOURCE_IDENTITY = 1u << 11,	/* engines: containers at all */
	SOURCE_NET = 1u << 12,		/* /proc/PID/net/dev per net namespace */
	SOURCE_NS = 1u << 13, /* ns links of every process: needed to find by-hand containers */
	SOURCE_NS_MORE = 1u << 14,	/* owner, parent, held by mounts and descriptors */
	SOURCE_PROCS = 1u << 15,	/* /proc/PID/stat of every process */
	SOURCE_PROCS_STATUS = 1u << 16, /* /proc/PID/status, statm: uid, shared, swap, NSpid */
	SOURCE_PROCS_CMDLINE = 1u << 17,
	SOURCE_PROCS_IO = 1u << 18,
	SOURCE_PROCS_MORE = 1u << 19, /* oom_score, open files */
	SOURCE_ALL = (1u << 20) - 1,
};

/** struct issue - a pass went on, but something was wrong that a person should know */
struct issue {
	const char *text; /* one line, in the arena */
};

/** struct snapshot - see above. Arrays are in the arena. */
struct snapshot {
	struct arena arena;
	atomic_int refs;
	uint64_t sequence;	/* counts up from 1 */
	uint64_t realtime_usec; /* start of the pass */
	uint64_t monotonic_usec;
	uint64_t boottime_usec;
	uint64_t took_usec;   /* how long the pass took, wall */
	uint64_t cpu_usec;    /* CPU time that the pass took */
	unsigned int sources; /* enum source bits that were read */
	bool rated;	      /* rates() has run */
	const char *
		process_source; /* where processes came from, and why not from elsewhere; NULL none */
	bool ns_partial;	/* the namespace pass is not through all processes yet */
	enum cgroup_layout layout;
	enum cgroup_controller primary; /* the hierarchy whose paths and inodes name the rows */
	unsigned int tick_hz;		/* sysconf(_SC_CLK_TCK) */
	struct host host;
	struct cgroup *cgroups; /* preorder, the root first */
	size_t cgroups_len;
	struct container *containers;
	size_t containers_len;
	struct process *processes; /* ascending pid */
	size_t processes_len;
	struct ns *namespaces; /* by type, then id */
	size_t namespaces_len;
	struct container_event *events; /* of a log only; no pass has any */
	size_t events_len;
	struct issue *issues;
	size_t issues_len;
};

/** snapshot_new() - empty, one reference */
struct snapshot *snapshot_new(void);
struct snapshot *snapshot_ref(struct snapshot *snapshot);
/** snapshot_unref() - NULL allowed; frees with the last reference */
void snapshot_unref(struct snapshot *snapshot);
/** snapshot_find_process() - by pid; NULL if there is none */
const struct process *snapshot_find_process(const struct snapshot *snapshot, pid_t pid);
/** snapshot_add_issue() - remember a line for the person; at most 16 are kept, repeats are dropped */
void snapshot_add_issue(struct snapshot *snapshot, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
