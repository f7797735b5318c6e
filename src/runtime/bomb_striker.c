/* SPDX-License-Identifier: MIT */
/*
 * kill(-1) by a child that has become the user to be ended: the kernel visits all processes under one
 * lock, so no fork gets away, and no brake is needed. Only where that user may signal nobody who is left
 * out, and only by root: a plain user's own shell would go first. Owns the child.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/bomb.h"
#include "runtime/steady.h"

/* Whether the child is nobody but that user, without any privilege: else it would end the host. */
static bool become(uint32_t uid)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	uid_t real, effective, saved;

	/* The bare calls: the C library's want to do the same in threads that are not here. */
	if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, uid, uid, uid) < 0 ||
	    syscall(SYS_setresuid, uid, uid, uid) < 0 || syscall(SYS_capset, &header, data) < 0 ||
	    syscall(SYS_capget, &header, data) < 0 || getresuid(&real, &effective, &saved) < 0)
		return false;
	return real == uid && effective == uid && saved == uid && uid != 0 &&
	       data[0].effective == 0 && data[1].effective == 0 && data[0].permitted == 0 &&
	       data[1].permitted == 0;
}

static _Noreturn void be_striker(uint32_t uid, int fd)
{
	char byte;

	setsid();
	prctl(PR_SET_NAME, "boxtop-striker");
	if (fd > 0)
		syscall(SYS_close_range, 0, (unsigned int)fd - 1, 0);
	syscall(SYS_close_range, (unsigned int)fd + 1, ~0u, 0);
	steady_for_life();
	if (!become(uid))
		_exit(1);
	while (recv(fd, &byte, 1, 0) == 1) {
		kill(-1, SIGKILL);
		send(fd, &byte, 1, MSG_NOSIGNAL);
	}
	_exit(0);
}

static bool is_right(const struct bomb *bomb)
{
	if (bomb->by != BOMB_USER || !bomb->unbraked || geteuid() != 0 || bomb->left_out_len > 0)
		return false;
	/* What could not be looked at may be hit as well. */
	for (size_t i = 0; i < bomb->spared_len; i++) {
		int fd = hot_process_open(bomb->proc_fd, bomb->spared[i].pid);
		bool hit = fd < 0 || process_is_uid(fd, bomb->number);

		if (fd >= 0)
			close(fd);
		if (hit)
			return false;
	}
	return true;
}

void bomb_striker_start(struct bomb *bomb)
{
	sigset_t all, old;
	int pair[2];
	pid_t pid;

	bomb->striker.fd = -1;
	if (!is_right(bomb) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	pid = fork();
	if (pid == 0)
		be_striker((uint32_t)bomb->number, pair[1]);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(pair[1]);
	bomb->striker.fd = pair[0];
	bomb->striker.pid = pid > 0 ? pid : 0;
	bomb_spare(bomb, bomb->striker.pid, SPARED_SELF);
}

void bomb_striker_end(struct bomb *bomb)
{
	if (bomb->striker.fd >= 0)
		close(bomb->striker.fd);
	while (bomb->striker.pid > 0 && waitpid(bomb->striker.pid, NULL, 0) < 0 && errno == EINTR)
		;
	bomb->striker.pid = 0;
	bomb->striker.fd = -1;
}
