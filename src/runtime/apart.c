/* SPDX-License-Identifier: MIT */
/*
 * The child of apart_run(), step by step: namespaces, ids, root, capabilities, system calls. Where a host
 * allows no user namespaces, root's child goes without one: its capabilities are cut all the same, and it
 * sees no more.
 */
#include "runtime/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/fds.h"

/* Enough for any dictionary of a compressor that is in use; one that asks for more means harm. */
#define MEMORY_MAX_BYTES (1ull << 30)

/* struct pair - both ends of a pipe */
struct pair {
	int ends[2];
};

static void pair_close(struct pair *pair)
{
	for (int i = 0; i < 2; i++)
		cleanup_close(&pair->ends[i]);
}

/* What is done with files is done by these. */
static const cap_value_t kept_caps[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID};

/* What a deed on files has no use for, and an exploit would. */
static const int refused_calls[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(socket),
	SCMP_SYS(socketpair),
	SCMP_SYS(ptrace),
	SCMP_SYS(kill),
	SCMP_SYS(tkill),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(open_tree),
	SCMP_SYS(move_mount),
	SCMP_SYS(fsopen),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(bpf),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(process_vm_writev),
};

static int enter_namespaces(bool *out_user, struct err *err)
{
	const int common = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

	*out_user = unshare(CLONE_NEWUSER | common) == 0;
	if (*out_user)
		return 0;
	if (geteuid() != 0)
		return err_set(err, errno, "make a user namespace");
	return unshare(common) < 0 ? err_set(err, errno, "make namespaces") : 0;
}

/* The parent writes the maps: that takes rights which we gave up with the namespace. */
static int await_maps(bool has_user, struct pair *ready, struct pair *go, struct err *err)
{
	char byte = has_user ? 1 : 0;

	if (write(ready->ends[1], &byte, 1) != 1 || read(go->ends[0], &byte, 1) != 1)
		return err_setx(err, ECANCELED, "wait for the ids of the user namespace");
	return 0;
}

static int become_owner(const struct id_maps *maps, struct err *err)
{
	uid_t uid = maps->uids[0].inside;
	gid_t gid = maps->gids[0].inside;

	if (maps->setgroups && setgroups(0, NULL) < 0)
		return err_set(err, errno, "drop the groups");
	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return err_set(err, errno, "become the owner of the user namespace");
	return 0;
}

static int enter_root(int root_fd, struct err *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_set(err, errno, "make the mounts private");
	if (fchdir(root_fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return err_set(err, errno, "enter the directory");
	return 0;
}

/* A directory of the host that is still open would be a way out of the one that is the root. */
static void let_go(const struct apart *apart, int result_fd)
{
	int keep[] = {0, 1, 2, result_fd, apart->fd};
	size_t n = apart->fd < 0 ? ARRAY_LEN(keep) - 1 : ARRAY_LEN(keep);

	fds_sort(keep, n);
	fds_close_others(keep, n);
}

static int set_limit(__rlimit_resource_t resource, rlim_t value, struct err *err)
{
	const struct rlimit limit = {value, value};

	return setrlimit(resource, &limit) < 0 ? err_set(err, errno, "set a limit") : 0;
}

static int cut_limits(struct err *err)
{
	int r = set_limit(RLIMIT_CORE, 0, err);

	/* The sanitizer's shadow alone is more. */
#ifndef __SANITIZE_ADDRESS__
	if (r == 0)
		r = set_limit(RLIMIT_AS, MEMORY_MAX_BYTES, err);
#endif
	return r;
}

static int cut_caps(struct err *err)
{
	cap_t caps = cap_init();
	int r = 0;

	for (cap_value_t cap = 0; cap <= CAP_LAST_CAP; cap++)
		cap_drop_bound(cap);
	if (!caps ||
	    cap_set_flag(caps, CAP_EFFECTIVE, ARRAY_LEN(kept_caps), kept_caps, CAP_SET) < 0 ||
	    cap_set_flag(caps, CAP_PERMITTED, ARRAY_LEN(kept_caps), kept_caps, CAP_SET) < 0 ||
	    cap_set_proc(caps) < 0)
		r = err_set(err, errno, "drop capabilities");
	cap_free(caps);
	return r;
}

static int cut_calls(struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(refused_calls); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused_calls[i], 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r < 0 ? err_set(err, -r, "refuse system calls") : 0;
}

static int be_apart(const struct apart *apart, struct pair *ready, struct pair *go, int result_fd,
		    struct err *err)
{
	bool has_user = false;
	int r = enter_namespaces(&has_user, err);

	if (r == 0)
		r = await_maps(has_user, ready, go, err);
	if (r == 0 && has_user)
		r = become_owner(apart->maps, err);
	if (r == 0 && apart->prepare)
		r = apart->prepare(apart->deed, err);
	if (r == 0)
		r = enter_root(apart->root_fd, err);
	if (r == 0)
		let_go(apart, result_fd);
	if (r == 0)
		r = cut_limits(err);
	if (r == 0)
		r = cut_caps(err);
	/* Also sets no_new_privs. */
	if (r == 0)
		r = cut_calls(err);
	return r == 0 ? apart->run(apart->deed, err) : r;
}

static void child(const struct apart *apart, struct pair *ready, struct pair *go, int result_fd)
{
	struct err err = ERR_INIT;
	int r;

	/* Without us nobody waits for it: neither does it for us. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(0);
	r = be_apart(apart, ready, go, result_fd, &err);
	if (r == 0)
		err.code = 0;
	else if (!err.code)
		err_set(&err, -r, "the deed");
	_exit(write(result_fd, &err, sizeof(err)) == (ssize_t)sizeof(err) ? 0 : 1);
}

/* serve_maps() - once the child is in its user namespace, if it got there */
static int serve_maps(const struct apart *apart, pid_t pid, struct pair *ready, struct pair *go,
		      struct err *err)
{
	char byte = 0;
	int r = 0;

	/* It died: what it left says why. */
	if (read(ready->ends[0], &byte, 1) != 1)
		return 0;
	if (byte)
		r = id_map_write(apart->maps, pid, err);
	if (r == 0 && write(go->ends[1], &byte, 1) != 1)
		r = err_set(err, errno, "go on after the id maps");
	return r;
}

static int collect(pid_t pid, int result_fd, struct err *err)
{
	struct err result;
	ssize_t n;
	int status = 0;

	do
		n = read(result_fd, &result, sizeof(result));
	while (n < 0 && errno == EINTR);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n != sizeof(result))
		return err_setx(err, EIO, "the work on files was ended by signal %d",
				WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	if (!result.code)
		return 0;
	result.text[sizeof(result.text) - 1] = '\0';
	if (err)
		*err = result;
	return -result.code;
}

/* start() - the child, with our ends of the pipes left to us; -errno */
static pid_t start(const struct apart *apart, struct pair *ready, struct pair *go,
		   struct pair *result)
{
	pid_t pid = fork();

	if (pid == 0) {
		/* So that each end is seen to close with its owner. */
		close(ready->ends[0]);
		close(go->ends[1]);
		close(result->ends[0]);
		child(apart, ready, go, result->ends[1]);
	}
	if (pid < 0)
		return -errno;
	close(TAKE_FD(ready->ends[1]));
	close(TAKE_FD(go->ends[0]));
	close(TAKE_FD(result->ends[1]));
	return pid;
}

int apart_run(const struct apart *apart, struct err *err)
{
	_cleanup_(pair_close)
	struct pair ready = {{-1, -1}}, go = {{-1, -1}}, result = {{-1, -1}};
	pid_t pid;
	int r;

	if (pipe2(ready.ends, O_CLOEXEC) < 0 || pipe2(go.ends, O_CLOEXEC) < 0 ||
	    pipe2(result.ends, O_CLOEXEC) < 0)
		return err_set(err, errno, "make a pipe");
	pid = start(apart, &ready, &go, &result);
	if (pid < 0)
		return err_set(err, -pid, "start a child to work on files");
	r = serve_maps(apart, pid, &ready, &go, err);
	/* It reads the end of the pipe, and gives up. */
	close(TAKE_FD(go.ends[1]));
	if (r < 0) {
		struct err ignored;

		collect(pid, result.ends[0], &ignored);
		return r;
	}
	return collect(pid, result.ends[0], err);
}
