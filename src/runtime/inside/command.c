/* SPDX-License-Identifier: MIT */
/*
 * From a prepared process to the command: terminal, limits, user, capabilities, system call filter, and
 * execve(2). After it there is nothing of the runtime left in the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/inside/inside.h"
#include "runtime/inside/user.h"

static const void *plan_at(const struct plan *plan, uint32_t at)
{
	return (const char *)plan + at;
}

static int command_stdio(struct inside *inside, struct err *err)
{
	if (inside->plan->flags & PLAN_TERMINAL) {
		if (devices_console(inside, err) < 0)
			return -err->code;
		if (ioctl(inside->terminal_fd, TIOCSCTTY, 0) < 0)
			return err_set(err, errno, "take the terminal");
	}
	for (int i = 0; i < 3; i++) {
		int fd = inside->plan->flags & PLAN_TERMINAL ? inside->terminal_fd
							     : fd_of(inside, PLAN_FD_STDIN + i);

		if (fd >= 0 && dup2(fd, i) < 0)
			return err_set(err, errno, "set descriptor %d up", i);
	}
	return 0;
}

/* Closed, not only marked: until execve() they could be named, and a path through /proc/self/fd leads to
 * wherever they are open, as a working directory or as the command itself. */
static int command_descriptors(struct inside *inside, struct err *err)
{
	if (syscall(SYS_close_range, inside->socket_fd + 1, ~0u, 0) < 0)
		return err_set(err, errno, "close the descriptors of the launch");
	inside->terminal_fd = -1;
	return 0;
}

static int command_rlimits(struct inside *inside, struct err *err)
{
	const struct plan *plan = inside->plan;
	const struct plan_rlimit *list = plan_at(plan, plan->rlimits_at);

	for (uint32_t i = 0; i < plan->rlimits_len; i++) {
		struct rlimit limit = {list[i].soft, list[i].hard};

		if (setrlimit((int)list[i].resource, &limit) < 0)
			return err_set(err, errno, "set rlimit %u to %llu:%llu", list[i].resource,
				       (unsigned long long)list[i].soft,
				       (unsigned long long)list[i].hard);
	}
	if (plan->flags & PLAN_UMASK)
		umask((mode_t)plan->umask);
	else
		umask(022);
	return 0;
}

static int command_oom(struct inside *inside, struct err *err)
{
	char text[16];
	_cleanup_(cleanup_close)
	int fd = -1;
	int n = snprintf(text, sizeof(text), "%d", inside->plan->oom_score_adj);

	if (!(inside->plan->flags & PLAN_OOM))
		return 0;
	fd = proc_open("self/oom_score_adj", err);
	if (fd < 0)
		return fd;
	if (write(fd, text, (size_t)n) != n)
		return err_set(err, errno, "set oom_score_adj to %s", text);
	return 0;
}

/* From the next execve() on. Where AppArmor isn't the only one of its kind it has files of its own. */
static int command_apparmor(struct inside *inside, struct err *err)
{
	const char *profile = plan_text(inside->plan, inside->plan->apparmor);
	char text[320];
	_cleanup_(cleanup_close)
	int fd = -1;
	int n;

	if (!profile)
		return 0;
	n = snprintf(text, sizeof(text), "exec %s", profile);
	fd = proc_open("self/attr/apparmor/exec", err);
	if (fd == -ENOENT)
		fd = proc_open("self/attr/exec", err);
	if (fd < 0)
		return fd;
	if (write(fd, text, (size_t)n) == n)
		return 0;
	if (errno == EINVAL)
		return err_setx(err, EINVAL,
				"enter the AppArmor profile %s: this kernel runs without AppArmor",
				profile);
	return err_set(err, errno, "enter the AppArmor profile %s%s", profile,
		       errno == ENOENT ? ", which is not loaded" : "");
}

int command_bound(uint64_t caps, struct err *err)
{
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int cap = 0; cap <= 63; cap++) {
		if (caps & (1ull << cap))
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL)
			break; /* the kernel knows no more */
		return err_set(err, errno, "drop capability %d", cap);
	}
	return 0;
}

/* The bounding set is cut while CAP_SETPCAP is still there. */
static int command_bounding(struct inside *inside, struct err *err)
{
	return command_bound(inside->plan->caps, err);
}

static int command_user(struct inside *inside, struct err *err)
{
	struct user user;
	int r = user_resolve(inside->plan, &user, err);

	if (r < 0)
		return r;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_set(err, errno, "keep capabilities");
	if ((inside->plan->flags & PLAN_SETGROUPS) && setgroups(user.groups_len, user.groups) < 0)
		return err_set(err, errno, "set the supplementary groups");
	if (setresgid(user.gid, user.gid, user.gid) < 0)
		return err_set(err, errno, "become group %u", user.gid);
	if (setresuid(user.uid, user.uid, user.uid) < 0)
		return err_set(err, errno, "become user %u", user.uid);
	/* The parent of who enters is the runtime; of a command it is init, which ends with that. */
	if (inside->plan->flags & PLAN_ENTER)
		channel_follow(inside);
	return 0;
}

int command_hold(uint64_t caps, struct err *err)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{0}};

	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = (uint32_t)(caps >> (32 * i));
	if (syscall(SYS_capset, &head, data) < 0)
		return err_set(err, errno, "set the capabilities");
	return 0;
}

/* Inheritable stays empty: what a file in the image gains by it would be ours to answer for. A user other
 * than root keeps none, as after any login. */
static int command_caps(struct inside *inside, struct err *err)
{
	return command_hold(geteuid() == 0 ? inside->plan->caps : 0, err);
}

static int command_seccomp(struct inside *inside, struct err *err)
{
	const struct plan *plan = inside->plan;
	struct sock_fprog program = {
		.len = (unsigned short)plan->seccomp_len,
		.filter = (struct sock_filter *)(uintptr_t)plan_at(plan, plan->seccomp_at)};

	if (plan->seccomp_len && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return err_set(err, errno, "set the system call filter");
	return 0;
}

static int command_no_new_privs(struct inside *inside, struct err *err)
{
	if ((inside->plan->flags & PLAN_NO_NEW_PRIVS) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, errno, "set no_new_privs");
	return 0;
}

static int command_cwd(struct inside *inside, struct err *err)
{
	const char *cwd = plan_text(inside->plan, inside->plan->cwd);
	char now[PATH_MAX];

	if (chdir(cwd ? cwd : "/") < 0)
		return err_set(err, errno, "chdir %s", cwd ? cwd : "/");
	/* A directory outside of the root reads "(unreachable)". */
	if (syscall(SYS_getcwd, now, sizeof(now)) < 0 || now[0] != '/')
		return err_setx(err, EPERM, "chdir %s: it is outside of the root", cwd ? cwd : "/");
	return 0;
}

/* What must be done with capabilities comes first; a filter needs either them or no_new_privs. */
static const struct step command_steps[] = {
	{"standard descriptors", command_stdio, 0, 0},
	{"descriptors", command_descriptors, 0, 0},
	{"oom score", command_oom, 0, 0},
	{"AppArmor", command_apparmor, 0, 0},
	{"rlimits", command_rlimits, 0, 0},
	{"no_new_privs", command_no_new_privs, 0, 0},
	{"bounding set", command_bounding, 0, 0},
	{"seccomp", command_seccomp, PLAN_NO_NEW_PRIVS, 0},
	{"user", command_user, 0, 0},
	{"working directory", command_cwd, 0, 0},
	{"capabilities", command_caps, 0, 0},
	{"seccomp", command_seccomp, 0, PLAN_NO_NEW_PRIVS},
	{0},
};

/* texts of a list as execve() wants them */
static char **vector(const struct plan *plan, struct plan_list list)
{
	char **items = calloc(list.len + 1, sizeof(items[0]));

	for (uint32_t i = 0; items && i < list.len; i++)
		items[i] = (char *)(uintptr_t)plan_item(plan, list, i);
	return items;
}

static const char *env_of(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static int execute(char *const *args, char *const *env)
{
	const char *path = env_of(env, "PATH");
	int code = ENOENT;

	if (strchr(args[0], '/')) {
		execve(args[0], args, env);
		return errno;
	}
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	for (size_t len; *path; path += len + (path[len] == ':')) {
		char file[PATH_MAX];

		len = strcspn(path, ":");
		if ((size_t)snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, args[0]) >=
		    sizeof(file))
			continue;
		execve(file, args, env);
		if (errno != ENOENT && errno != ENOTDIR)
			code = errno;
	}
	return code;
}

static void default_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int command_run(struct inside *inside, struct err *err)
{
	char **args = vector(inside->plan, inside->plan->args);
	char **env = vector(inside->plan, inside->plan->env);
	int code;

	setsid();
	default_signals();
	if (!args || !env || !args[0]) {
		err_setx(err, EINVAL, "no command");
	} else if (steps_run(command_steps, inside, err) == 0) {
		/* The socket, too, ends with the exec: the runtime sees that it happened. */
		syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
		code = execute(args, env);
		if (code == ENOENT && strchr(args[0], '/') && access(args[0], F_OK) == 0)
			err_setx(err, code,
				 "run %s: it is there, but its interpreter or loader is not",
				 args[0]);
		else
			err_set(err, code, "run %s", args[0]);
		code = code == ENOENT || code == ENOTDIR ? 127 : 126;
		channel_send(inside->socket_fd, MESSAGE_FAILED, code, -1, err);
		return code;
	}
	channel_send(inside->socket_fd, MESSAGE_FAILED, 125, -1, err);
	return 125;
}
