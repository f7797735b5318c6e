/* SPDX-License-Identifier: MIT */
/*
 * Runs the helper from a sealed memfd: whatever a sandbox does to the executable of a process that comes
 * from us, it can't write to a file of ours. The memfd is made once per process.
 */
#include "runtime/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* blobs.S */
extern const char helper_blob[], helper_blob_end[];

static int memfd = -1;
static uid_t memfd_owner;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int make_memfd(struct err *err)
{
	size_t len = (size_t)(helper_blob_end - helper_blob);
	_cleanup_(cleanup_close)
	int fd = memfd_create("boxtop-inside", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	/* Before Linux 6.3 the flag was unknown and all of them could be executed. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("boxtop-inside", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 && errno == EACCES)
		return err_set(err, EACCES,
			       "make an executable memfd for the helper (sysctl vm.memfd_noexec)");
	if (fd < 0)
		return err_set(err, errno, "make a memfd for the helper");
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, helper_blob + done, len - done);

		if (n < 0)
			return err_set(err, errno, "write the helper to its memfd");
		done += (size_t)n;
	}
	/* Not readable: a process that runs it can't be looked into by those that it meets inside. */
	if (fchmod(fd, 0111) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return err_set(err, errno, "seal the helper");
	return TAKE_FD(fd);
}

/* Never a part of who calls vfork(): gcc would fear for its variables. */
static int __attribute__((noinline)) get_memfd(struct err *err)
{
	int fd;

	pthread_mutex_lock(&lock);
	/* One made before a change of ids belongs to who can't be seen in a sandbox of now. */
	if (memfd >= 0 && memfd_owner != geteuid())
		close(TAKE_FD(memfd));
	if (memfd < 0)
		memfd = make_memfd(err);
	memfd_owner = geteuid();
	fd = memfd;
	pthread_mutex_unlock(&lock);
	return fd;
}

void helper_forget(void)
{
	static const pthread_mutex_t free_lock = PTHREAD_MUTEX_INITIALIZER;

	/* Another thread may have held it when the process was copied. */
	lock = free_lock;
	memfd = -1;
}

/* In the child of a vfork(): our memory, a stack that the parent gets back. System calls only. */
static void __attribute__((noreturn)) become_helper(int exec_fd, int socket_fd)
{
	static char name[] = "boxtop-inside";
	char *const argv[] = {name, NULL}, *const env[] = {NULL};
	sigset_t none;

	sigemptyset(&none);
	if (exec_fd == 3)
		exec_fd = fcntl(exec_fd, F_DUPFD_CLOEXEC, 4);
	if (socket_fd == 3)
		fcntl(3, F_SETFD, 0);
	else
		dup2(socket_fd, 3);
	syscall(SYS_close_range, 4, ~0u, CLOSE_RANGE_CLOEXEC);
	sigprocmask(SIG_SETMASK, &none, NULL);
	syscall(SYS_execveat, exec_fd, "", argv, env, AT_EMPTY_PATH);
	_exit(125);
}

int helper_start(pid_t *out_pid, int *out_socket_fd, struct err *err)
{
	int exec_fd = get_memfd(err);
	sigset_t all, before;
	int fds[2];
	pid_t pid;

	if (exec_fd < 0)
		return exec_fd;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_set(err, errno, "make a socket for the helper");
	/* No handler of ours may run in the child: its memory is ours. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0)
		become_helper(exec_fd, fds[1]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err_set(err, errno, "start the helper");
	}
	*out_pid = pid;
	*out_socket_fd = fds[0];
	return 0;
}
