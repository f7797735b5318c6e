/* SPDX-License-Identifier: MIT */
/* The half of interrupt.c that waits and traces. Only forks are followed: the helper of a launch is started by
 * vfork(2), must not be looked into, and is none of those that are struck. */
#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRACED_MAX 8

static struct {
	pid_t pids[TRACED_MAX]; /* 0: free */
	pid_t held;		/* in the call at which it is struck; 0 */
	unsigned int calls, wanted;
	bool counting;
} trace;

static volatile sig_atomic_t timed_out;

static void on_alarm(int signal)
{
	(void)signal;
	timed_out = 1;
}

/* Again and again, for one that comes just before the wait is lost. */
static void set_alarm(unsigned int msec)
{
	const struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval timer = {
		.it_value = {msec / 1000, (long)(msec % 1000) * 1000},
		.it_interval = {.tv_usec = msec ? 20000 : 0},
	};

	timed_out = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static pid_t *slot_of(pid_t pid)
{
	for (int i = 0; i < TRACED_MAX; i++)
		if (trace.pids[i] == pid)
			return &trace.pids[i];
	return NULL;
}

static bool is_traced(pid_t pid)
{
	return pid > 0 && slot_of(pid);
}

static void resume(pid_t pid, int signal)
{
	ptrace(trace.counting ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, (long)signal);
}

static void take_new(pid_t pid)
{
	pid_t *slot = slot_of(0);

	if (!slot) {
		fprintf(stderr, "interrupt: too many processes to trace\n");
		exit(99);
	}
	*slot = pid;
	ptrace(PTRACE_SETOPTIONS, pid, 0, (long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK));
}

/* A call began: the last one is where it stays. */
static void take_call(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (trace.counting &&
	    ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0 &&
	    info.op == PTRACE_SYSCALL_INFO_ENTRY && ++trace.calls >= trace.wanted) {
		trace.held = pid;
		return;
	}
	resume(pid, 0);
}

static void take_stop(pid_t pid, int status)
{
	int signal = WSTOPSIG(status);

	if (!is_traced(pid)) {
		take_new(pid);
		resume(pid, 0);
	} else if (signal == (SIGTRAP | 0x80)) {
		take_call(pid);
	} else if (status >> 16) {
		resume(pid, 0);
	} else {
		resume(pid, signal == SIGTRAP || signal == SIGSTOP ? 0 : signal);
	}
}

/* The next thing that happens to a child: its pid, -1 nothing happened in time, 0 there is no child. */
static pid_t step(int *status)
{
	pid_t pid;

	do
		pid = waitpid(-1, status, __WALL);
	while (pid < 0 && errno == EINTR && !timed_out);
	if (pid < 0)
		return errno == ECHILD ? 0 : -1;
	if (WIFSTOPPED(*status))
		take_stop(pid, *status);
	else if (is_traced(pid))
		*slot_of(pid) = 0;
	return pid;
}

int pump(pid_t until, unsigned int msec)
{
	int status, result = -1;
	pid_t pid;

	set_alarm(msec);
	while ((pid = step(&status)) > 0) {
		if (pid != until || WIFSTOPPED(status))
			continue;
		result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		break;
	}
	set_alarm(0);
	return pid == 0 && until == 0 ? 0 : result;
}

unsigned int trace_calls(pid_t pid, unsigned int calls, unsigned int quiet_msec)
{
	int status;

	memset(&trace, 0, sizeof(trace));
	trace.wanted = calls;
	trace.counting = true;
	(void)pid;
	do
		set_alarm(quiet_msec);
	while (step(&status) > 0 && !trace.held);
	set_alarm(0);
	trace.counting = false;
	return trace.calls;
}

void strike_traced(int signal, bool all)
{
	for (int i = 0; i < TRACED_MAX; i++)
		if (trace.pids[i] > 0 && (all || trace.held == 0 || trace.pids[i] == trace.held))
			kill(trace.pids[i], signal);
	if (trace.held)
		resume(trace.held, 0);
	trace.held = 0;
}

/* ---- All of them ---- */

static size_t list_children(pid_t *pids, size_t max)
{
	FILE *file = fopen("/proc/thread-self/children", "re");
	size_t n = 0;

	while (file && n < max && fscanf(file, "%d", &pids[n]) == 1)
		n++;
	if (file)
		fclose(file);
	return n;
}

void strike_a_child(int signal, unsigned int which)
{
	pid_t pids[64];
	size_t n = list_children(pids, 64);

	if (n > 0)
		kill(pids[which % n], signal);
}

const char *children_text(void)
{
	static char text[1024];
	pid_t pids[64];
	size_t n = list_children(pids, 64), len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && len < sizeof(text) - 80; i++) {
		char path[64], stat[64] = "gone";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/stat", pids[i]);
		file = fopen(path, "re");
		if (file && !fgets(stat, sizeof(stat), file))
			stat[0] = '\0';
		if (file)
			fclose(file);
		stat[strcspn(stat, "\n")] = '\0';
		len += (size_t)snprintf(text + len, sizeof(text) - len, "[%.32s] ", stat);
	}
	return text;
}

void end_children(void)
{
	pid_t pids[64];

	do {
		size_t n = list_children(pids, 64);

		for (size_t i = 0; i < n; i++)
			kill(pids[i], SIGKILL);
	} while (pump(0, 2000) != 0);
}
