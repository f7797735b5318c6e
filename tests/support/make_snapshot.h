/* SPDX-License-Identifier: MIT */
/*
 * Snapshots made up for tests: the same bytes every time, no clock, no kernel. One small world that has
 * everything which is hard to show, a crowd for large tables, and the pieces to build another.
 */
#ifndef BOXTOP_TESTS_SUPPORT_MAKE_SNAPSHOT_H
#define BOXTOP_TESTS_SUPPORT_MAKE_SNAPSHOT_H

#include "model/snapshot.h"

#define MAKE_MIB (1024u * 1024u)
#define MAKE_SEC 1000000u

/* Names that the tests look for */
#define MAKE_NAME_HOSTILE "evil\x1b[31m\nname" /* what the cgroup of the fork bomb is called */
#define MAKE_NAME_WIDE	  "größe-漢字"
#define MAKE_NAME_LONG	  "a-container-whose-name-is-longer-than-any-column-that-is-kept-for-names"

/**
 * make_snapshot() - the small world, @second seconds after its beginning, without rates
 *
 * A v2 host with 4 CPUs, 16 GiB and 20,000 s of uptime. Counters grow evenly: rates() of two seconds
 * that follow each other gives the percentages of the tables in make_snapshot.c. It holds
 *
 *	web-1      docker, compose: 187 % of 2 CPUs, throttled in 42 % of its periods
 *	db-1       docker, compose: memory at its limit, OOM-killed once a second
 *	paused-1   docker, frozen
 *	größe-漢字 podman, processes in a child cgroup, its network shared with the long-named one
 *	api        containerd in a pod, beside the pod's pause container, under the limit of the pod
 *	builder    lxc, with the docker container "nested" inside
 *	rootless   podman of uid 1000: memory and limits denied, not confirmed, without an id
 *	evil       a cgroup made by hand with a fork bomb: from 50 of 64 tasks on, 5 a second more
 *	leftover   a cgroup of crun without processes
 *	make@/srv  chroot by hand, no cgroup of its own
 *	           and systemd's services, scopes and slices, that are hidden unless asked for;
 *	           kernel threads, a zombie, a stopped process, wide and hostile command lines;
 *	           namespaces held by a mount only, and by a descriptor only
 */
struct snapshot *make_snapshot(unsigned int second);

/** make_snapshot_rated() - the same with its rates since the second before; @second from 1 */
struct snapshot *make_snapshot_rated(unsigned int second);

/** make_crowd() - @cgroups containers below one slice, @processes spread over them; no rates */
struct snapshot *make_crowd(size_t cgroups, size_t processes, unsigned int second);

/* ---- Pieces. Pointers that they return are valid until the next piece of the same kind ---- */

/** make_empty() - the host, the times and the root cgroup only; all sources count as read */
struct snapshot *make_empty(unsigned int second);

/** make_cgroup() - append; call in preorder, parents first. The root has every value that a v2 root
 *  has; other usage is known zeroes without limits */
struct cgroup *make_cgroup(struct snapshot *snapshot, const char *path);
/** make_find_cgroup() - its index, or INDEX_NONE */
uint32_t make_find_cgroup(const struct snapshot *snapshot, const char *path);

/** make_container() - append, a confirmed one of kind CONTAINER_CONTAINER. @path: of its cgroup, or
 *  NULL for one by namespace */
struct container *make_container(struct snapshot *snapshot, const char *engine, const char *name,
				 const char *path);
/** make_find_container() - its index by name, or INDEX_NONE */
uint32_t make_find_container(const struct snapshot *snapshot, const char *name);

/** make_process() - append; call in ascending order of pids. @path: of its cgroup, or
 *  NULL */
struct process *make_process(struct snapshot *snapshot, pid_t pid, pid_t ppid, const char *comm,
			     const char *path);

/** make_ns() - append; call by type, then id */
struct ns *make_ns(struct snapshot *snapshot, enum ns_type type, uint64_t id);

/** make_finish() - the tree's links, own_processes, the sums of containers without a cgroup, then what
 *  collectors end with: cgroup_resolve() and container_resolve() */
void make_finish(struct snapshot *snapshot);

#endif
