/* SPDX-License-Identifier: MIT */
/*
 * Starting a sandbox from the caller's side. Without a terminal in the foreground the caller supervises;
 * else a process of its own does, which the caller talks to until it leaves or all is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/capable.h"
#include "runtime/channel.h"
#include "runtime/helper.h"
#include "runtime/supervisor.h"

/* ---- In the foreground, without a terminal ---- */

static int run_here(const struct spec *spec, const struct sandbox_caller *caller, int *out_exit,
		    struct err *err)
{
	struct front *front = xcalloc(1, sizeof(*front));
	unsigned int flags = (spec->process.interactive ? RELAY_INTERACTIVE : 0) |
			     (spec->restart ? RELAY_AGAIN : 0);
	int r;

	*front = (struct front) {
		.caller = caller,
		.channel_fd = -1,
		.strict = caller && caller->strict,
		.log = LOG_WRITER_INIT,
	};
	r = relay_init(&front->relay, flags, NULL, err);
	if (r == 0) {
		r = supervise(spec, front, out_exit, err);
		relay_finish(&front->relay);
	}
	free(front);
	return r;
}

/* ---- The supervisor as a process ---- */

/*
 * Nothing of the caller's stays open: neither its terminal, nor the pipe that somebody reads to its end,
 * nor a lock.
 */
static int leave_caller(int channel_fd)
{
	sigset_t none;
	int null_fd;

	setsid();
	if (chdir("/") < 0)
		return -errno;
	if (channel_fd != 3 && dup2(channel_fd, 3) < 0)
		return -errno;
	fcntl(3, F_SETFD, FD_CLOEXEC);
	syscall(SYS_close_range, 4, ~0u, 0);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++) {
		if (null_fd < 0 || dup2(null_fd, fd) < 0)
			return -errno;
	}
	close(null_fd);
	for (int number = 1; number < NSIG; number++)
		signal(number, number == SIGPIPE ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	helper_forget();
	return 3;
}

static unsigned int relay_flags_of(const struct spec *spec)
{
	return RELAY_LOG | (spec->process.terminal ? RELAY_TERMINAL : 0) |
	       (spec->outlive ? RELAY_OUTLIVED : 0) | (spec->restart ? RELAY_AGAIN : 0);
}

static int supervise_in_background(const struct spec *spec, struct front *front, int *out_exit,
				   struct err *err)
{
	int r = relay_init(&front->relay, relay_flags_of(spec), &front->log, err);

	if (r < 0)
		return r;
	r = supervise(spec, front, out_exit, err);
	relay_finish(&front->relay);
	log_writer_finish(&front->log);
	return r;
}

static void __attribute__((noreturn))
be_supervisor(const struct spec *spec, bool strict, int channel_fd)
{
	static struct front front; /* of this process, for its whole life */
	struct words words = {.word = WORD_FAILED, .number = SANDBOX_EXIT_FAILED};
	int fd = leave_caller(channel_fd);
	int r = fd < 0 ? err_set(&words.err, -fd, "start the supervisor") : 0;

	front = (struct front) {
		.channel_fd = fd < 0 ? channel_fd : fd,
		.strict = strict,
		.stays = !spec->detach,
		.log = LOG_WRITER_INIT,
	};
	if (r == 0)
		r = supervise_in_background(spec, &front, &words.number, &words.err);
	if (r == 0)
		words.word = WORD_ENDED;
	channel_say(front.channel_fd, &words, -1);
	_exit(0);
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Twice, so that it is nobody's child. The channel tells how it goes. */
static int start_supervisor(const struct spec *spec, bool strict, int *out_channel, struct err *err)
{
	int fds[2];
	int r = channel_open(fds, err);
	pid_t pid;

	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			be_supervisor(spec, strict, fds[1]);
		_exit(pid < 0);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err_set(err, errno, "start the supervisor");
	}
	reap(pid);
	*out_channel = fds[0];
	return 0;
}

/* ---- Talking to it ---- */

/** struct visit - what the caller knows of its supervisor */
struct visit {
	const struct sandbox_caller *caller;
	int channel_fd;
	bool over; /* it ended, or failed, or there is no more to wait for */
	bool left; /* by the keys for it */
	int exit_code;
	int result;
	struct relay *relay; /* NULL: in the background */
	char name[SPEC_NAME_MAX + 1];
};

static void hear_started(struct visit *visit, const struct words *words, int console_fd)
{
	span_copy(span_of(words->err.text), visit->name, sizeof(visit->name));
	if (visit->caller && visit->caller->started)
		visit->caller->started(visit->caller->data, words->err.text);
	if (visit->relay && console_fd >= 0)
		relay_start(visit->relay, console_fd);
	else
		cleanup_close(&console_fd);
	visit->over = !visit->relay;
}

static void hear_note(struct visit *visit, const char *text)
{
	if (!visit->caller || !visit->caller->note)
		return;
	if (visit->relay)
		relay_yield_tty(visit->relay);
	visit->caller->note(visit->caller->data, text);
	if (visit->relay)
		relay_retake_tty(visit->relay);
}

static void hear(struct visit *visit, struct err *err)
{
	struct words words;
	int console_fd = -1;
	int r = channel_hear(visit->channel_fd, &words, &console_fd);

	if (r <= 0) {
		visit->over = true;
		visit->exit_code = SANDBOX_EXIT_FAILED;
		visit->result = err_setx(err, EIO, "the supervisor of the sandbox was killed");
	} else if (words.word == WORD_NOTE) {
		hear_note(visit, words.err.text);
	} else if (words.word == WORD_STARTED) {
		hear_started(visit, &words, console_fd);
	} else if (words.word == WORD_ENDED || words.word == WORD_FAILED) {
		visit->over = true;
		visit->exit_code = words.number;
		if (words.word == WORD_FAILED) {
			visit->result = words.err.code ? -words.err.code : -EINVAL;
			*err = words.err;
		}
	}
}

static int run_detached(const struct spec *spec, const struct sandbox_caller *caller, int *out_exit,
			struct err *err)
{
	struct visit visit = {.caller = caller};
	int r = start_supervisor(spec, caller && caller->strict, &visit.channel_fd, err);

	if (r < 0)
		return r;
	while (!visit.over)
		hear(&visit, err);
	close(visit.channel_fd);
	*out_exit = visit.exit_code;
	return visit.result;
}

static void pass_signals(struct visit *visit)
{
	struct words words = {.word = WORD_SIGNAL};

	while ((words.number = relay_next_signal(visit->relay)) > 0)
		channel_say(visit->channel_fd, &words, -1);
}

/* Until it ended, or the keys that leave it were pressed. */
static void attend(struct visit *visit, struct err *err)
{
	const struct words detach = {.word = WORD_DETACH};

	while (!visit->over && !visit->relay->ended) {
		struct pollfd extras[] = {{.fd = visit->channel_fd, .events = POLLIN}};
		int r = relay_poll(visit->relay, extras, ARRAY_LEN(extras), -1);

		pass_signals(visit);
		if (r == RELAY_DETACH) {
			channel_say(visit->channel_fd, &detach, -1);
			visit->left = true;
			return;
		}
		if (extras[0].revents)
			hear(visit, err);
	}
	if (!visit->over) {
		visit->exit_code = SANDBOX_EXIT_FAILED;
		visit->result = err_setx(err, EIO, "the terminal is gone: the sandbox is ended");
	}
	relay_drain(visit->relay);
}

static void say_left(const struct visit *visit)
{
	char text[3 * SPEC_NAME_MAX];

	if (!visit->left || !visit->caller || !visit->caller->note)
		return;
	snprintf(text, sizeof(text), "left running: boxtop logs %s, boxtop stop %s", visit->name,
		 visit->name);
	visit->caller->note(visit->caller->data, text);
}

static int run_with_terminal(const struct spec *spec, const struct sandbox_caller *caller,
			     int *out_exit, struct err *err)
{
	struct relay *relay = xcalloc(1, sizeof(*relay));
	struct visit visit = {.caller = caller, .relay = relay, .channel_fd = -1};
	unsigned int flags = RELAY_TERMINAL | RELAY_DETACHABLE |
			     (spec->process.interactive ? RELAY_INTERACTIVE : 0);
	int r = start_supervisor(spec, caller && caller->strict, &visit.channel_fd, err);

	if (r == 0)
		r = relay_init(relay, flags, NULL, err);
	if (r == 0) {
		attend(&visit, err);
		if (visit.left)
			relay_end_line(relay);
		relay_finish(relay);
		say_left(&visit);
		*out_exit = visit.exit_code;
		r = visit.result;
	}
	if (visit.channel_fd >= 0)
		close(visit.channel_fd);
	free(relay);
	return r;
}

/* ---- All of them ---- */

static int check_rights(const struct spec *spec, struct err *err)
{
	if (geteuid() == 0 && !is_capable(CAP_SYS_ADMIN))
		return err_setx(err, EPERM,
				"root lacks CAP_SYS_ADMIN here, as in most containers, and can't "
				"make namespaces: start this container with it (--privileged)");
	if (geteuid() != 0 && !(spec->namespaces & SPEC_NS_USER) && !spec->ns_paths[0])
		return err_setx(
			err, EPERM,
			"a plain user's sandbox needs a user namespace of its own: no other "
			"can be made without it");
	return 0;
}

int sandbox_run_for(const struct spec *spec, const struct sandbox_caller *caller, int *out_exit,
		    struct err *err)
{
	int r = spec_check(spec, err);

	*out_exit = SANDBOX_EXIT_FAILED;
	if (r < 0)
		return r;
	r = check_rights(spec, err);
	if (r < 0)
		return r;
	if (spec->outlive && (spec->process.terminal || !spec->detach))
		return err_setx(err, EINVAL,
				"what outlives its supervisor runs in the background and has no "
				"terminal: with -d, without -t");
	if (spec->detach)
		return run_detached(spec, caller, out_exit, err);
	if (spec->process.terminal)
		return run_with_terminal(spec, caller, out_exit, err);
	return run_here(spec, caller, out_exit, err);
}

int sandbox_run(const struct spec *spec, int *out_exit, struct err *err)
{
	return sandbox_run_for(spec, NULL, out_exit, err);
}
