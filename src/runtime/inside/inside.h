/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the helper share. The helper is a static program of its own with one thread: it
 * makes the namespaces, prepares them step by step and becomes PID 1. It runs from a sealed memfd, so no
 * file of ours is ever running inside a sandbox.
 */
#ifndef BOXTOP_RUNTIME_INSIDE_INSIDE_H
#define BOXTOP_RUNTIME_INSIDE_INSIDE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "runtime/inside/plan.h"

#define INSIDE_SOCKET_FD 3
#define INSIDE_BINDS_MAX 256
#define INSIDE_PARTS_MAX 128

/** struct inside - the state of one launch */
struct inside {
	const struct plan *plan;
	int socket_fd;
	int fds[PLAN_FDS]; /* as plan.fds, as descriptors; -1 */
	int root_mount_fd; /* the new root as a mount that is attached nowhere yet; -1 */
	int root_fd;	   /* the new root, attached; -1 */
	int bind_fds[INSIDE_BINDS_MAX]; /* sources of bind mounts, by number of the mount; -1 */
	int part_fds[INSIDE_PARTS_MAX]; /* mounts that a composed root is made of */
	size_t parts_len;
	int terminal_fd; /* the pty's end for the command; -1 */
	int image_fd;	 /* this very program; -1 */
	int idmap_fd;	 /* the user namespace whose ids the mounts have; -1: as they are */
	bool host_side;	 /* still in the namespaces of the runtime, with its privileges */
};

/** struct step - one thing to do between clone and exec; names itself in the error */
struct step {
	const char *name;
	int (*run)(struct inside *inside, struct err *err);
	uint32_t unless; /* enum plan_flags: skip it if one of these is set */
	uint32_t only;	 /* skip it unless all of these are set */
};

/** steps_run() - in order; 0; -errno with @err "step: what on which object" */
int steps_run(const struct step *steps, struct inside *inside, struct err *err);

static inline int fd_of(const struct inside *inside, enum plan_fd which)
{
	return inside->fds[which];
}

/* ---- root.c ---- */
int root_build(struct inside *inside, struct err *err);
int root_attach(struct inside *inside, struct err *err);
int root_pivot(struct inside *inside, struct err *err);
int root_readonly(struct inside *inside, struct err *err);

/* ---- idmap.c ---- */
int idmap_prepare(struct inside *inside, struct err *err);
int idmap_binds(struct inside *inside, struct err *err);
/** idmap_give_up() - from here on the ids of mounts are as they are, and the runtime knows */
void idmap_give_up(struct inside *inside, const struct err *why);
/** idmap_set() - of a mount that is attached nowhere; private, too. 0; -errno with @err */
int idmap_set(int mount_fd, int idmap_fd, bool recursive, struct err *err);

/* ---- mounts.c ---- */
int mounts_private(struct inside *inside, struct err *err);
int mounts_open_sources(struct inside *inside, struct err *err);
int mounts_attach(struct inside *inside, struct err *err);
int mounts_mask(struct inside *inside, struct err *err);
int mounts_protect(struct inside *inside, struct err *err);
/** target_open() - an O_PATH descriptor of @path below @root_fd, never leaving it, made if it is missing:
 *  a directory, or an empty file where @file. -errno with @err */
int target_open(int root_fd, const char *path, bool file, struct err *err);

/* ---- devices.c ---- */
int devices_open(struct inside *inside, struct err *err);
int devices_attach(struct inside *inside, struct err *err);
int devices_console(struct inside *inside, struct err *err);

/* ---- namespaces.c ---- */
/** proc_open() - a file of the kernel's own /proc, to be written; -errno with @err */
int proc_open(const char *path, struct err *err);
/** namespaces_show() - let the runtime, and who runs as the same user, look at this process in /proc */
void namespaces_show(const struct inside *inside);
int namespaces_keyring(struct inside *inside, struct err *err);
int namespaces_groups(struct inside *inside, struct err *err);
int namespaces_join(struct inside *inside, struct err *err);
int namespaces_maps(struct inside *inside, struct err *err);
int namespaces_cgroup(struct inside *inside, struct err *err);
int namespaces_hostname(struct inside *inside, struct err *err);
int namespaces_loopback(struct inside *inside, struct err *err);
int namespaces_hooks(struct inside *inside, struct err *err);
int namespaces_sysctls(struct inside *inside, struct err *err);

/* ---- command.c ---- */
/** command_run() - become the command; returns only on failure, with the exit code to leave with */
int command_run(struct inside *inside, struct err *err);
/** command_bound() - nothing outside of @caps can be gained any more; 0; -errno with @err */
int command_bound(uint64_t caps, struct err *err);
/** command_hold() - hold @caps and nothing else; 0; -errno with @err */
int command_hold(uint64_t caps, struct err *err);

/* ---- init.c ---- */
/** init_run() - be PID 1 of a sandbox whose command is to be started; never returns */
void init_run(struct inside *inside) __attribute__((noreturn));
/** init_wait() - its second half, in the image started anew under INIT_NAME, with the command's pid as
 * its one environment string */
void init_wait(pid_t command) __attribute__((noreturn));
#define INIT_NAME "boxtop-init"

/* ---- channel.c ---- */
int channel_receive_plan(struct inside *inside, struct err *err);
int channel_send(int fd, enum message_kind kind, int32_t number, int attach_fd,
		 const struct err *err);
/** channel_follow() - end when the runtime ends, unless the plan says otherwise; after every change of ids,
 *  which takes that away */
void channel_follow(const struct inside *inside);
/** channel_wait() - the next message, which must be @kind; -EPIPE when the runtime is gone */
int channel_wait(int fd, enum message_kind kind, struct err *err);

#endif
