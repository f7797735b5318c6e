/* SPDX-License-Identifier: MIT */
/*
 * How a pass over the system is made.
 *
 * A collector reads one kind of thing from the kernel and writes it into the snapshot of the pass. It
 * keeps its own state between passes (open files, caches), reads only what the demand asks for, never
 * sleeps, never computes rates, and never fails a pass because something vanished, is denied or is
 * absent: such a value says so in its metric. It returns a negative errno only when the pass as a whole
 * makes no sense without it. collect.c runs the table in order: what a collector needs from an earlier
 * one stands in struct pass.
 *
 *	tasks       all processes at once from the kernel (BPF)       -> pass.tasks
 *	host        /proc/{stat,meminfo,loadavg,uptime,pressure}      -> snapshot.host
 *	cgroups     every mounted hierarchy                           -> snapshot.cgroups, pass.members
 *	pids        /proc readdir, ns links, roots, NSpid (cached)    -> pass.pids
 *	procs       /proc/PID/{stat,status,...} by libproc2           -> snapshot.processes
 *	identity    engines/: who each cgroup or namespace belongs to -> snapshot.containers
 *	by_namespace_usage  /proc/PID/stat where no cgroup counts  -> container.usage
 *	namespaces  ns links, ioctl_ns(2), nsfs mounts and descriptors-> snapshot.namespaces
 *	network     /proc/PID/net/dev once per net namespace          -> container.usage.net
 */
#ifndef BOXTOP_COLLECTORS_COLLECTOR_H
#define BOXTOP_COLLECTORS_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/snapshot.h"

/** enum process_source - where processes come from */
enum process_source {
	PROCESSES_AUTO = 0, /* the task iterator where it works and pays, else /proc */
	PROCESSES_BPF,	    /* the task iterator or nothing */
	PROCESSES_PROC,	    /* /proc */
};

/** struct collect_options - fixed for the life of a struct collect */
struct collect_options {
	int root_fd; /* directory that stands for "/": AT_FDCWD means the real one; a fixture's root in
		      * tests. Everything is read relative to it, except what libproc2 reads, which
		      * always is the real /proc. Borrowed */
	bool state_dirs; /* read engines' state on disk for names and images (true but in tests) */
	bool lasting;	 /* many passes are to come: what is paid once pays off */
	enum process_source processes; /* another root than the real one has PROCESSES_PROC only */
};

/** struct demand - what one pass is for */
struct demand {
	unsigned int sources; /* enum source bits */
	const pid_t
		*view_pids;   /* processes in view: the expensive fields are read for these only; */
	size_t view_pids_len; /* sorted ascending; NULL and SIZE_MAX: for all (batch output) */
	uint64_t ns_budget_usec; /* wall time that new ns links may take in this pass; 0: no bound.
				   * What is left over comes with the next passes (snapshot.ns_partial) */
};

struct collect;

/**
 * collect_new() - open /proc and the hierarchies, set up every collector
 * Raises RLIMIT_NOFILE to its hard limit: files of live cgroups stay open.
 * Return: 0; -errno with @err: "open /proc: ...", or why PROCESSES_BPF can't be had.
 */
int collect_new(const struct collect_options *options, struct collect **out, struct err *err);
void collect_free(struct collect *collect);

/**
 * collect_pass() - take one snapshot (no rates)
 * @out: a new reference
 * Return: 0; -errno with @err only if /proc itself can't be read.
 */
int collect_pass(struct collect *collect, const struct demand *demand, struct snapshot **out,
		 struct err *err);

/* ---- For the collectors themselves ---- */

/** struct member - a process and the cgroup that it is in */
struct member {
	pid_t pid;
	uint32_t cgroup; /* index in snapshot.cgroups */
};

struct tasks; /* tasks.h: all processes as the task iterator told them */

struct pids; /* pids.h: what is known of every process without reading it anew */

/** struct pass - one pass in the making; lives on the stack of collect_pass() */
struct pass {
	struct snapshot *snapshot;
	const struct demand *demand;
	const struct collect_options *options;
	int root_fd;		   /* as in the options, AT_FDCWD replaced by an open "/" */
	int proc_fd;		   /* root_fd/proc */
	const struct tasks *tasks; /* NULL: processes come from /proc */
	struct member
		*members; /* ascending pid, one per pid; in the snapshot's arena; filled by cgroups
				 * with SOURCE_CGROUP_PROCS */
	size_t members_len;
	struct pids *pids; /* updated by the pids collector with SOURCE_NS or SOURCE_IDENTITY */
};

/** struct collector - one row of collectors[] in collect.c */
struct collector {
	const char *name;
	unsigned int sources; /* it is run if the demand has any of these */
	int (*start)(const struct collect_options *options, void **out_state, struct err *err);
	int (*sample)(void *state, struct pass *pass, struct err *err);
	void (*stop)(void *state); /* NULL state allowed */
};

extern const struct collector collector_tasks;
extern const struct collector collector_host;
extern const struct collector collector_cgroups;
extern const struct collector collector_pids;
extern const struct collector collector_procs;
extern const struct collector collector_identity;
extern const struct collector collector_by_namespace_usage;
extern const struct collector collector_namespaces;
extern const struct collector collector_network;

#endif
