/* SPDX-License-Identifier: MIT */
/* Programs that the screen starts: see the header. Between fork and exec only system calls are made. */
#include "commands/top_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/runtime.h"

#define SAID_MAX     65536
#define EXIT_NO_EXEC 127

bool top_child_exists(const char *name)
{
	const char *path = getenv("PATH");
	struct span rest = span_of(path ? path : "/usr/bin:/bin"), part;

	while (span_next_part(&rest, ':', &part)) {
		_cleanup_(strbuf_finish)
		struct strbuf file = STRBUF_INIT;

		strbuf_addf(&file, "%.*s/%s", (int)part.len, part.p, name);
		if (access(strbuf_cstr(&file), X_OK) == 0)
			return true;
	}
	return false;
}

/* A program knows nothing of how its parent handled signals, nor of what kept that alive. */
static void become_plain(void)
{
	static const int reset[] = {SIGINT,  SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU,
				    SIGPIPE, SIGTERM, SIGHUP,  SIGCHLD};
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(reset); i++)
		sigaction(reset[i], &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	steady_undo_in_child();
	syscall(SYS_close_range, 3, ~0u, 0);
}

static void execute(const char *path, const char *const *args)
{
	execvp(path, (char *const *)(uintptr_t)args);
	_exit(EXIT_NO_EXEC);
}

static int await(pid_t pid, const char *name, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set(err, errno, "wait for %s", name);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- With its words caught ---- */

/** struct ear - a pipe and what came through it */
struct ear {
	int fds[2];
	struct strbuf *text;
};

static bool hear(struct ear *ear)
{
	char buf[4096];
	ssize_t n = read(ear->fds[0], buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	if (ear->text->len < SAID_MAX)
		strbuf_add(ear->text, buf, (size_t)n);
	return true;
}

/* Until both pipes are closed. A supervisor that stays behind keeps neither. */
static void hear_all(struct ear ears[2])
{
	struct pollfd fds[2] = {{.fd = ears[0].fds[0], .events = POLLIN},
				{.fd = ears[1].fds[0], .events = POLLIN}};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++)
			if (fds[i].fd >= 0 && fds[i].revents && !hear(&ears[i]))
				fds[i].fd = -1;
	}
}

static void ears_finish(struct ear ears[2])
{
	for (int i = 0; i < 2; i++) {
		cleanup_close(&ears[i].fds[0]);
		cleanup_close(&ears[i].fds[1]);
	}
}

int top_child_capture(const char *path, const char *const *args, struct strbuf *out_text,
		      struct strbuf *out_said, struct err *err)
{
	struct ear ears[2] = {{{-1, -1}, out_text}, {{-1, -1}, out_said}};
	_cleanup_(cleanup_close)
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t pid;
	int code;

	if (null < 0 || pipe2(ears[0].fds, O_CLOEXEC) < 0 || pipe2(ears[1].fds, O_CLOEXEC) < 0) {
		code = errno;
		ears_finish(ears);
		return err_set(err, code, "start %s: make its pipes", args[0]);
	}
	pid = fork();
	if (pid == 0) {
		dup2(null, STDIN_FILENO);
		dup2(ears[0].fds[1], STDOUT_FILENO);
		dup2(ears[1].fds[1], STDERR_FILENO);
		/* The keys of the terminal are the screen's alone. */
		setsid();
		become_plain();
		execute(path, args);
	}
	code = errno;
	for (int i = 0; i < 2; i++)
		close(TAKE_FD(ears[i].fds[1]));
	if (pid > 0)
		hear_all(ears);
	ears_finish(ears);
	return pid < 0 ? err_set(err, code, "start %s", args[0]) : await(pid, args[0], err);
}

/* ---- On the terminal ---- */

/* What it complained of would be gone with the next frame. */
static void await_enter(void)
{
	static const char words[] = "[Enter goes back to boxtop]";
	char c = 0;

	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		return;
	while (c != '\n' && read(STDIN_FILENO, &c, 1) == 1)
		continue;
}

int top_child_run(const char *const *args, struct err *err)
{
	static const int keys[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before[ARRAY_LEN(keys)];
	int code;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		sigaction(keys[i], &ignore, &before[i]);
	pid_t pid = fork();

	if (pid == 0) {
		become_plain();
		execute(args[0], args);
	}
	code = pid < 0 ? err_set(err, errno, "start %s", args[0]) : await(pid, args[0], err);
	/* A shell in another pid namespace can't give it back to who it got it from. */
	tcsetpgrp(STDIN_FILENO, getpgrp());
	if (code >= SANDBOX_EXIT_FAILED && code <= SANDBOX_EXIT_NOT_FOUND)
		await_enter();
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		sigaction(keys[i], &before[i], NULL);
	return code;
}
