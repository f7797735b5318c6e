/* SPDX-License-Identifier: MIT */
/*
 * PID 1 of a sandbox: starts the command, hands signals on to it, reaps whatever is orphaned, and ends with
 * the command, which ends everything else in the pid namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/inside/inside.h"

/* Blocked and waited for, so that none is lost between a check and a sleep. */
static void block_all(sigset_t *set)
{
	sigfillset(set);
	/* A fault of init's own must kill it, not hang it. */
	sigdelset(set, SIGSEGV);
	sigdelset(set, SIGBUS);
	sigdelset(set, SIGFPE);
	sigdelset(set, SIGILL);
	sigdelset(set, SIGABRT);
	sigprocmask(SIG_SETMASK, set, NULL);
}

/* Reap what ended; true and the exit code when the command is among it. */
static bool reap(pid_t command, int *out_code)
{
	bool ended = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		*out_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		ended = true;
	}
	return ended;
}

static bool is_forwarded(int signal)
{
	return signal != SIGCHLD && signal != SIGTTIN && signal != SIGTTOU && signal != SIGTSTP &&
	       signal != SIGCONT && signal != SIGPIPE && signal != SIGWINCH;
}

/* The socket stays with the command until its exec closes it: then the runtime sees the end of it. */
static pid_t start_command(struct inside *inside)
{
	struct err err = ERR_INIT;
	pid_t pid = fork();

	if (pid == 0)
		_exit(command_run(inside, &err));
	if (pid < 0) {
		err_set(&err, errno, "start the command");
		channel_send(inside->socket_fd, MESSAGE_FAILED, 125, -1, &err);
		_exit(125);
	}
	return pid;
}

void init_run(struct inside *inside)
{
	sigset_t set;
	pid_t command;
	int code = 0;

	block_all(&set);
	/* Nobody inside may look into init: it has seen descriptors of the host. */
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NAME, "boxtop-init");
	command = start_command(inside);
	/* Descriptors of the host are not kept open by a process that lives as long as the sandbox. */
	syscall(SYS_close_range, 0, ~0u, 0);
	for (;;) {
		int signal = sigwaitinfo(&set, NULL);

		if (reap(command, &code))
			_exit(code);
		if (signal > 0 && is_forwarded(signal))
			kill(command, signal);
	}
}
