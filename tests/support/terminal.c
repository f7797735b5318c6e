/* SPDX-License-Identifier: MIT */
/* A pty, a shell that only waits, and its job. Fails the running test where the system does. */
#include "support/terminal.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define PATIENCE_MSEC 5000

/* The test runner and the sanitizers catch faults; a program of its own would not. */
static void forget_handlers(void)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};

	for (int signo = 1; signo < 65; signo++)
		sigaction(signo, &plain, NULL);
}

/* Runs after what the program registered, and before a sanitizer looks for leaks in a copy of the test. */
static void leave_at_once(void)
{
	_exit(0);
}

/* The job: in a process group of its own, in the foreground. */
static void run_job(int slave, void (*program)(void *, int), void *data, int report_fd)
{
	forget_handlers();
	atexit(leave_at_once);
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(slave, getpid());
	signal(SIGTTOU, SIG_DFL);
	dup2(slave, STDIN_FILENO);
	dup2(slave, STDOUT_FILENO);
	program(data, report_fd);
	_exit(0);
}

/* The shell: tells of every change of state of its job, and does nothing to the terminal. */
static void run_shell(pid_t job, int status_fd)
{
	int status;

	while (waitpid(job, &status, WUNTRACED | WCONTINUED) == job) {
		if (write(status_fd, &status, sizeof(status)) < 0)
			break;
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
	}
	_exit(0);
}

static void start_session(struct terminal *terminal, const int status[2], const int report[2])
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(terminal->fd);
	close(status[0]);
	close(report[0]);
	setsid();
	ioctl(terminal->slave, TIOCSCTTY, 0);
}

void terminal_start(struct terminal *terminal, const char *kind,
		    void (*program)(void *data, int report_fd), void *data)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	int status[2];
	int report[2];

	*terminal = (struct terminal) {.output = STRBUF_INIT};
	assert_int_equal(openpty(&terminal->fd, &terminal->slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(terminal->slave, &terminal->before), 0);
	assert_int_equal(pipe(status), 0);
	assert_int_equal(pipe(report), 0);
	if (kind)
		setenv("TERM", kind, 1);
	else
		unsetenv("TERM");
	terminal->shell = fork();
	assert_true(terminal->shell >= 0);
	if (terminal->shell == 0) {
		start_session(terminal, status, report);
		pid_t job = fork();

		if (job == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(status[1]);
			run_job(terminal->slave, program, data, report[1]);
		}
		close(report[1]);
		signal(SIGHUP, SIG_IGN);
		if (write(status[1], &job, sizeof(job)) < 0)
			_exit(1);
		run_shell(job, status[1]);
	}
	close(status[1]);
	close(report[1]);
	terminal->status_fd = status[0];
	terminal->report_fd = report[0];
	assert_int_equal(read(terminal->status_fd, &terminal->job, sizeof(pid_t)), sizeof(pid_t));
}

void terminal_type(struct terminal *terminal, struct span keys)
{
	if (keys.len > 0)
		assert_int_equal(write(terminal->fd, keys.p, keys.len), keys.len);
}

/* Wait for @other (-1: nothing) and read output meanwhile; false when time is up. */
static bool wait_for(struct terminal *terminal, int other, int msec, bool *out_output)
{
	struct pollfd pfds[] = {{.fd = terminal->fd, .events = POLLIN},
				{.fd = other, .events = POLLIN}};
	char bytes[65536];

	*out_output = false;
	if (poll(pfds, 2, msec) <= 0)
		return false;
	if (pfds[0].revents & POLLIN) {
		ssize_t n = read(terminal->fd, bytes, sizeof(bytes));

		if (n > 0)
			strbuf_add(&terminal->output, bytes, (size_t)n);
		*out_output = n > 0;
	}
	return *out_output || (pfds[1].revents & (POLLIN | POLLHUP));
}

static bool contains(const struct terminal *terminal, size_t from, struct span needle)
{
	return from <= terminal->output.len &&
	       memmem(strbuf_cstr(&terminal->output) + from, terminal->output.len - from, needle.p,
		      needle.len);
}

bool terminal_expect(struct terminal *terminal, size_t from, struct span needle)
{
	uint64_t end = clock_monotonic_usec() + PATIENCE_MSEC * 1000ull;
	bool output;

	while (!contains(terminal, from, needle)) {
		if (clock_monotonic_usec() > end)
			return false;
		wait_for(terminal, -1, 50, &output);
	}
	return true;
}

void terminal_drain(struct terminal *terminal, int msec)
{
	bool output;

	while (wait_for(terminal, -1, msec, &output))
		;
}

/* Read @len bytes of a pipe, and output while waiting for them. */
static bool read_pipe(struct terminal *terminal, int fd, void *data, size_t len, int msec)
{
	uint64_t end = clock_monotonic_usec() + (uint64_t)msec * 1000;
	bool output;

	while (clock_monotonic_usec() < end) {
		if (!wait_for(terminal, fd, 50, &output) || output)
			continue;
		return read(fd, data, len) == (ssize_t)len;
	}
	return false;
}

int terminal_status(struct terminal *terminal)
{
	int status;

	if (!read_pipe(terminal, terminal->status_fd, &status, sizeof(status), 2 * PATIENCE_MSEC))
		return -1;
	return status;
}

bool terminal_report(struct terminal *terminal, void *data, size_t len)
{
	return read_pipe(terminal, terminal->report_fd, data, len, PATIENCE_MSEC);
}

bool terminal_modes_equal(const struct terminal *terminal)
{
	struct termios now;

	return tcgetattr(terminal->slave, &now) == 0 && now.c_iflag == terminal->before.c_iflag &&
	       now.c_oflag == terminal->before.c_oflag && now.c_cflag == terminal->before.c_cflag &&
	       now.c_lflag == terminal->before.c_lflag &&
	       memcmp(now.c_cc, terminal->before.c_cc, sizeof(now.c_cc)) == 0;
}

size_t terminal_count(const struct terminal *terminal, struct span needle)
{
	const char *p = strbuf_cstr(&terminal->output);
	const char *end = p + terminal->output.len;
	size_t n = 0;

	while ((p = memmem(p, (size_t)(end - p), needle.p, needle.len))) {
		p += needle.len;
		n++;
	}
	return n;
}

void terminal_resize(struct terminal *terminal, int width, int height)
{
	struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};

	assert_int_equal(ioctl(terminal->fd, TIOCSWINSZ, &size), 0);
}

void terminal_finish(struct terminal *terminal)
{
	kill(terminal->job, SIGKILL);
	waitpid(terminal->shell, NULL, 0);
	close(terminal->fd);
	close(terminal->slave);
	close(terminal->status_fd);
	close(terminal->report_fd);
	strbuf_finish(&terminal->output);
}
