/* SPDX-License-Identifier: MIT */
/*
 * Namespaces and what belongs to each: groups, id maps, a host name, the loopback interface, sysctls.
 * Makes no user namespace without waiting for its maps.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/inside/inside.h"
#include "runtime/spec.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* In the order of enum spec_ns. */
static const int clone_bits[SPEC_NS_KINDS] = {
	CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,    CLONE_NEWNET,
	CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP, CLONE_NEWTIME,
};

static const char *const names[SPEC_NS_KINDS] = {
	"user", "mount", "pid", "network", "ipc", "uts", "cgroup", "time",
};

/* Keys have no namespace: whoever has the caller's session keyring reads what is in it. On the host's side, where
 * root's quota is large. */
int namespaces_keyring(struct inside *inside, struct err *err)
{
	(void)inside;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return err_set(err, errno, "make a session keyring");
	return 0;
}

/* A lone thread that moves itself waits for no grace period: 0.1 ms, where cgroup.procs takes 12. */
int namespaces_groups(struct inside *inside, struct err *err)
{
	for (int i = PLAN_FD_TASKS; i < PLAN_FDS; i++) {
		if (inside->fds[i] < 0)
			continue;
		if (write(inside->fds[i], "0", 1) != 1)
			return err_set(err, errno, "enter the cgroup");
		close(inside->fds[i]);
		inside->fds[i] = -1;
	}
	return 0;
}

/* All namespaces of a running sandbox at once, by the pidfd of its init. */
static int enter_all(struct inside *inside, struct err *err)
{
	int flags = 0;

	for (int i = 0; i < SPEC_NS_KINDS; i++)
		if (inside->plan->namespaces & (1u << i))
			flags |= clone_bits[i];
	/* From here on nobody inside may look into this process. */
	prctl(PR_SET_DUMPABLE, 0);
	if (setns(fd_of(inside, PLAN_FD_INIT), flags) < 0)
		return err_set(err, errno, "enter the namespaces of the sandbox");
	if (inside->plan->namespaces & SPEC_NS_USER) {
		setgroups(0, NULL);
		if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
			return err_set(err, errno, "become root of the sandbox");
	}
	return 0;
}

/* One of the given ones; 1: not now, as we lack the privileges. */
static int join_one(const struct inside *inside, int i, struct err *err)
{
	int fd = inside->fds[PLAN_FD_NS + i];

	if (fd < 0 || setns(fd, clone_bits[i]) == 0)
		return 0;
	err_set(err, errno, "join the %s namespace that was given", names[i]);
	return err->code == EPERM ? 1 : -err->code;
}

/*
 * Joins given namespaces; those of the runtime's side before the clone, so that it is born in them. The
 * privileges over some come with the user namespace, and those over others, the host's, go with it: first
 * what can be joined without it, then it, then the rest.
 */
int namespaces_join(struct inside *inside, struct err *err)
{
	unsigned int left = 0;
	int user = __builtin_ctz(SPEC_NS_USER), r = 0;

	if (inside->plan->flags & PLAN_ENTER)
		return enter_all(inside, err);
	for (int i = 0; i < SPEC_NS_KINDS && r >= 0; i++) {
		r = i == user ? 0 : join_one(inside, i, err);
		left |= r > 0 ? 1u << i : 0;
	}
	if (r >= 0)
		r = join_one(inside, user, err) == 0 ? 0 : -err->code;
	for (int i = 0; i < SPEC_NS_KINDS && r >= 0; i++)
		if (left & 1u << i)
			r = join_one(inside, i, err) == 0 ? 0 : -err->code;
	return r;
}

/* What owns files and may signal there is root of that namespace, not whoever came. */
static int become_root_of(struct err *err)
{
	setgroups(0, NULL);
	/* invalid: it has no root */
	if ((setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) && errno != EINVAL)
		return err_set(err, errno, "become root of the user namespace that was given");
	return 0;
}

/* What only the runtime can do, from outside, while we wait for it. */
static int ask(struct inside *inside, enum message_kind kind, struct err *err)
{
	int r = channel_send(inside->socket_fd, kind, 0, -1, NULL);

	if (r < 0)
		return err_set(err, -r, "ask the runtime");
	return channel_wait(inside->socket_fd, MESSAGE_GO, err);
}

/*
 * Our image can't be read, so nobody may look into us, unless we say so: but a process like that belongs to
 * root in /proc, and a plain user's runtime has to write our clone's id maps there. Not where the clone is
 * born among processes of others.
 */
void namespaces_show(const struct inside *inside)
{
	if (inside->plan->flags & PLAN_ENTER)
		return;
	for (int i = 0; i < SPEC_NS_KINDS; i++)
		if (inside->fds[PLAN_FD_NS + i] >= 0)
			return;
	prctl(PR_SET_DUMPABLE, 1);
}

/* Of the host's, which may set up what is in these namespaces, a network, say: they get there by /proc. */
int namespaces_hooks(struct inside *inside, struct err *err)
{
	int shown = prctl(PR_GET_DUMPABLE), r;

	namespaces_show(inside);
	r = ask(inside, MESSAGE_HOOKS, err);
	prctl(PR_SET_DUMPABLE, shown == 1);
	return r;
}

int namespaces_maps(struct inside *inside, struct err *err)
{
	int r;

	/* Not before: the clone goes into its groups with the rights of who made them. */
	if (inside->fds[PLAN_FD_NS + __builtin_ctz(SPEC_NS_USER)] >= 0)
		return become_root_of(err);
	if (!(inside->plan->namespaces & SPEC_NS_USER))
		return 0;
	r = ask(inside, MESSAGE_MAPS, err);
	if (r < 0)
		return r;
	if ((inside->plan->flags & PLAN_SETGROUPS) && setgroups(0, NULL) < 0)
		return err_set(err, errno, "drop the groups of the caller");
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_set(err, errno, "become root of the user namespace");
	/* From here on nobody needs to look into us. */
	prctl(PR_SET_DUMPABLE, 0);
	/* A change of ids takes the wish to die with the runtime away. */
	channel_follow(inside);
	return 0;
}

int namespaces_cgroup(struct inside *inside, struct err *err)
{
	if ((inside->plan->namespaces & SPEC_NS_CGROUP) && unshare(CLONE_NEWCGROUP) < 0)
		return err_set(err, errno, "make a cgroup namespace");
	/* A time namespace takes in children only: the command, not this init. */
	if ((inside->plan->namespaces & SPEC_NS_TIME) && unshare(CLONE_NEWTIME) < 0)
		return err_set(err, errno, "make a time namespace");
	return 0;
}

int namespaces_hostname(struct inside *inside, struct err *err)
{
	const char *name = plan_text(inside->plan, inside->plan->hostname);

	if (!name || !(inside->plan->namespaces & SPEC_NS_UTS))
		return 0;
	if (sethostname(name, strlen(name)) < 0)
		return err_set(err, errno, "set host name %s", name);
	return 0;
}

int namespaces_loopback(struct inside *inside, struct err *err)
{
	struct ifreq request = {.ifr_name = "lo"};
	_cleanup_(cleanup_close)
	int fd = -1;

	if (!(inside->plan->namespaces & SPEC_NS_NET))
		return 0;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, errno, "open a socket");
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return err_set(err, errno, "look at interface lo");
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return err_set(err, errno, "set interface lo up");
	return 0;
}

/* Of /proc only what is the kernel's, and nothing that is mounted in it: a file of an image that looks like one
 * would be written in its place. */
int proc_open(const char *path, struct err *err)
{
	_cleanup_(cleanup_close)
	int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct open_how how = {
		.flags = O_WRONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	};
	struct statfs fs;
	int fd;

	if (proc_fd < 0 || fstatfs(proc_fd, &fs) < 0)
		return err_set(err, errno, "open /proc");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return err_setx(err, EINVAL, "open /proc/%s: /proc is not the kernel's", path);
	fd = (int)syscall(SYS_openat2, proc_fd, path, &how, sizeof(how));
	return fd < 0 ? err_set(err, errno, "open /proc/%s", path) : fd;
}

/* "net.ipv4.ip_forward=1" */
static int write_sysctl(const char *setting, struct err *err)
{
	const char *value = strchr(setting, '=');
	char path[256];
	_cleanup_(cleanup_close)
	int fd = -1;
	int n = value ? snprintf(path, sizeof(path), "sys/%.*s", (int)(value - setting), setting)
		      : -1;

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_setx(err, EINVAL, "sysctl %s: not NAME=VALUE", setting);
	for (char *dot = path; (dot = strchr(dot, '.'));)
		*dot = '/';
	fd = proc_open(path, err);
	if (fd < 0)
		return fd;
	value++;
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		return err_set(err, errno, "set sysctl %s", setting);
	return 0;
}

int namespaces_sysctls(struct inside *inside, struct err *err)
{
	int r = 0;

	for (uint32_t i = 0; i < inside->plan->sysctls.len && r == 0; i++)
		r = write_sysctl(plan_item(inside->plan, inside->plan->sysctls, i), err);
	return r;
}
