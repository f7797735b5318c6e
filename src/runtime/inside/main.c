/* SPDX-License-Identifier: MIT */
/*
 * The helper: takes a plan from the socket that it was given as descriptor 3, prepares what needs the
 * runtime's own privileges, clones PID 1 into the new namespaces as a child of the runtime, hands its
 * pidfd over and leaves. The clone goes through steps[] and becomes init. Started for nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/inside/inside.h"
#include "runtime/spec.h"

static const struct step host_steps[] = {
	{"keyring", namespaces_keyring, 0, PLAN_KEYRING},
	{"ids of mounts", idmap_prepare, PLAN_PLAIN_USER | PLAN_ENTER, 0},
	{"root layers", root_build, PLAN_PLAIN_USER | PLAN_ENTER, 0},
	{"sources of mounts", idmap_binds, PLAN_PLAIN_USER | PLAN_ENTER, 0},
	{"namespaces", namespaces_join, PLAN_ENTER, 0},
	{0},
};

/* Order matters: sources of binds are opened while the host's tree is still whole, masks come after
 * every mount, and nothing below the root is written once it is read-only. */
static const struct step steps[] = {
	{"cgroup", namespaces_groups, 0, 0},
	{"id maps", namespaces_maps, PLAN_ENTER, 0},
	{"cgroup namespace", namespaces_cgroup, PLAN_ENTER, 0},
	{"enter", namespaces_join, 0, PLAN_ENTER},
	{"mount propagation", mounts_private, PLAN_ENTER, 0},
	{"devices", devices_open, PLAN_ENTER, 0},
	{"sources of mounts", mounts_open_sources, PLAN_ENTER, 0},
	{"root layers", root_build, PLAN_ENTER, PLAN_PLAIN_USER},
	{"root", root_attach, PLAN_ENTER, 0},
	{"mounts", mounts_attach, PLAN_ENTER, 0},
	{"devices", devices_attach, PLAN_ENTER, 0},
	{"hostname", namespaces_hostname, PLAN_ENTER, 0},
	{"loopback", namespaces_loopback, PLAN_ENTER, 0},
	{"hooks", namespaces_hooks, PLAN_ENTER, PLAN_HOOKS},
	{"pivot_root", root_pivot, PLAN_ENTER, 0},
	{"sysctl", namespaces_sysctls, PLAN_ENTER, 0},
	{"read-only paths", mounts_protect, PLAN_ENTER, 0},
	{"masked paths", mounts_mask, PLAN_ENTER, 0},
	{"read-only root", root_readonly, PLAN_ENTER, PLAN_ROOT_READONLY},
	{0},
};

int steps_run(const struct step *step, struct inside *inside, struct err *err)
{
	for (; step->run; step++) {
		uint32_t flags = inside->plan->flags;
		int r;

		if ((flags & step->unless) || (flags & step->only) != step->only)
			continue;
		r = step->run(inside, err);
		if (r < 0)
			return err_wrap(err, r, "%s", step->name);
	}
	return 0;
}

static void fail(struct inside *inside, const struct err *err)
{
	channel_send(inside->socket_fd, MESSAGE_FAILED, 125, -1, err);
	_exit(125);
}

/*
 * A pid namespace that was entered holds one's children, not oneself: the command is one more clone, the
 * runtime's child again. Not done before: a clone into a cgroup from inside its cgroup namespace is refused.
 */
static void enter_again(struct inside *inside)
{
	struct err err = ERR_INIT;
	int pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_PARENT | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(command_run(inside, &err));
	if (pid < 0) {
		err_set(&err, errno, "start a process in the sandbox");
		fail(inside, &err);
	}
	channel_send(inside->socket_fd, MESSAGE_ENTERED, pid, pidfd, NULL);
	_exit(0);
}

/* What the clone does. It has no way back but the socket. */
static void be_inside(struct inside *inside)
{
	struct err err = ERR_INIT;

	inside->host_side = false;
	channel_follow(inside);
	if (steps_run(steps, inside, &err) < 0)
		fail(inside, &err);
	if (!(inside->plan->flags & PLAN_ENTER))
		init_run(inside);
	enter_again(inside);
}

/* The namespaces that the clone itself makes. A cgroup namespace shows the group that its maker was in,
 * so that one waits until the clone has joined its groups. */
static uint64_t clone_flags(const struct plan *plan)
{
	static const struct {
		unsigned int ns;
		uint64_t flag;
	} table[] = {
		{SPEC_NS_USER, CLONE_NEWUSER}, {SPEC_NS_MNT, CLONE_NEWNS},
		{SPEC_NS_PID, CLONE_NEWPID},   {SPEC_NS_NET, CLONE_NEWNET},
		{SPEC_NS_IPC, CLONE_NEWIPC},   {SPEC_NS_UTS, CLONE_NEWUTS},
	};
	uint64_t flags = CLONE_PARENT | CLONE_PIDFD;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if ((plan->namespaces & table[i].ns) && !(plan->flags & PLAN_ENTER))
			flags |= table[i].flag;
	return flags;
}

static pid_t clone_inside(struct inside *inside, int *out_pidfd)
{
	struct clone_args args = {
		.flags = clone_flags(inside->plan),
		.pidfd = (uint64_t)(uintptr_t)out_pidfd,
	};

	if (fd_of(inside, PLAN_FD_CGROUP) >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint32_t)fd_of(inside, PLAN_FD_CGROUP);
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

int main(int argc, char **argv, char **env)
{
	struct inside inside = {.socket_fd = INSIDE_SOCKET_FD,
				.root_mount_fd = -1,
				.root_fd = -1,
				.terminal_fd = -1,
				.idmap_fd = -1,
				.host_side = true};
	struct err err = ERR_INIT;
	int pidfd = -1;
	pid_t pid;

	if (argc >= 2 && strcmp(argv[0], INIT_NAME) == 0 && env[0])
		init_wait(atoi(env[0]));
	for (size_t i = 0; i < INSIDE_BINDS_MAX; i++)
		inside.bind_fds[i] = -1;
	/* What the runtime ignores we would ignore, too, and then never hear of the command's end. */
	signal(SIGCHLD, SIG_DFL);
	inside.image_fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	fcntl(INSIDE_SOCKET_FD, F_SETFD, FD_CLOEXEC);
	umask(0);
	if (channel_receive_plan(&inside, &err) < 0 || steps_run(host_steps, &inside, &err) < 0)
		fail(&inside, &err);
	namespaces_show(&inside);
	pid = clone_inside(&inside, &pidfd);
	if (pid < 0) {
		err_set(&err, errno, "make the namespaces");
		fail(&inside, &err);
	}
	if (pid == 0)
		be_inside(&inside);
	channel_send(inside.socket_fd, MESSAGE_CLONED, pid, pidfd, NULL);
	return 0;
}
