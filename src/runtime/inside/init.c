/* SPDX-License-Identifier: MIT */
/*
 * PID 1 of a sandbox: starts the command, hands signals on to it, reaps whatever is orphaned, and ends with
 * the command, which ends everything else in the pid namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

void init_wait(pid_t command)
{
	sigset_t set;
	int code = 0;

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NAME, INIT_NAME);
	block_all(&set);
	for (;;) {
		int signal;

		/* It may have ended before we came to wait for it. */
		if (reap(command, &code))
			_exit(code);
		signal = sigwaitinfo(&set, NULL);
		if (signal > 0 && is_forwarded(signal))
			kill(command, signal);
	}
}

/*
 * The same image from its start. Memory belongs to the user namespace in which it was made: with this one whoever
 * owns the sandbox may enter it by its init, while nobody inside may look into that. And nothing of the
 * launch is left in it. The socket closes with it, so the runtime waits for this, too. Its arguments tell
 * whoever lists processes what it runs.
 */
static void start_anew(const struct inside *inside, pid_t command)
{
	const struct plan_list list = inside->plan->args;
	char number[16], name[] = INIT_NAME, dashes[] = "--", *env[] = {number, NULL};
	char **args = calloc(list.len + 3, sizeof(args[0]));

	snprintf(number, sizeof(number), "%d", command);
	syscall(SYS_close_range, 0, inside->socket_fd - 1, 0);
	syscall(SYS_close_range, inside->socket_fd, ~0u, CLOSE_RANGE_CLOEXEC);
	if (args) {
		args[0] = name;
		args[1] = dashes;
		for (uint32_t i = 0; i < list.len; i++)
			args[i + 2] = (char *)(uintptr_t)plan_item(inside->plan, list, i);
		syscall(SYS_execveat, inside->image_fd, "", args, env, AT_EMPTY_PATH);
	}
	/* Without it only a plain user's way in is lost. */
	syscall(SYS_close_range, 0, ~0u, 0);
	free(args);
}

/* It signals, and needs no other right. */
static int drop_all(struct err *err)
{
	const uint64_t kill_only = 1ull << CAP_KILL;
	int r = command_bound(kill_only, err);

	if (r >= 0)
		r = command_hold(kill_only, err);
	if (r >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = err_set(err, errno, "set no_new_privs of init");
	return r;
}

void init_run(struct inside *inside)
{
	struct err err = ERR_INIT;
	sigset_t set;
	pid_t command;

	block_all(&set);
	/* Nobody inside may look into init: it has seen descriptors of the host. */
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NAME, INIT_NAME);
	command = start_command(inside);
	if (drop_all(&err) < 0) {
		channel_send(inside->socket_fd, MESSAGE_FAILED, 125, -1, &err);
		_exit(125);
	}
	start_anew(inside, command);
	init_wait(command);
}
