/* SPDX-License-Identifier: MIT */
/*
 * Relays a command's stdin, stdout and stderr, and the signals that are meant for it. Owns the pipes and
 * the command's terminal, borrows the caller's descriptors, and gives back whatever of the caller's it
 * changed. Never blocks but in poll(2).
 */
#include "runtime/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define HELD_USEC    400000 /* Ctrl-P alone goes in after so long */
#define CONSOLE_MSEC 100    /* a terminal that nobody holds open is looked at again so often */
#define DRAIN_MSEC   50	    /* for who holds a dead command's stdout */
#define FLOWS	     3

static const int relayed_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/* ---- The command's descriptors ---- */

static int open_null(int flags)
{
	return open("/dev/null", flags | O_CLOEXEC | O_NOCTTY);
}

/* The caller's terminal, opened anew: O_NONBLOCK on the caller's own would be everybody's. */
static int reopen_tty(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* A pipe in place of the caller's terminal: our end, the command's end. */
static int make_pipe(struct relay *relay, int which, struct err *err)
{
	bool input = which == STDIN_FILENO;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(err, errno, "make a pipe for the command");
	relay->ours[which] = fds[input ? 1 : 0];
	relay->theirs[which] = fds[input ? 0 : 1];
	relay->theirs_owned[which] = true;
	fcntl(relay->ours[which], F_SETFL, O_NONBLOCK | (input ? O_WRONLY : O_RDONLY));
	return 0;
}

static int give_null(struct relay *relay, int which, struct err *err)
{
	relay->theirs[which] = open_null(which == STDIN_FILENO ? O_RDONLY : O_WRONLY);
	relay->theirs_owned[which] = true;
	if (relay->theirs[which] < 0)
		return err_set(err, errno, "open /dev/null");
	return 0;
}

/* Between our end of a pipe and the caller's terminal. */
static void join_tty(struct relay *relay, struct flow *flow, int which)
{
	bool input = which == STDIN_FILENO;

	relay->own_tty_fds[which] = input ? -1 : reopen_tty(which, O_WRONLY);
	flow->from = input ? which : relay->ours[which];
	flow->to = input ? relay->ours[which] : relay->own_tty_fds[which];
	flow->to_blocks = flow->to < 0;
	if (flow->to < 0)
		flow->to = which;
}

static int prepare_fd(struct relay *relay, struct flow *flow, int which, struct err *err)
{
	int r;

	if (which == STDIN_FILENO && !(relay->flags & RELAY_INTERACTIVE))
		return give_null(relay, which, err);
	if (!isatty(which)) {
		relay->theirs[which] = which;
		return 0;
	}
	r = make_pipe(relay, which, err);
	if (r == 0)
		join_tty(relay, flow, which);
	return r;
}

/* One pipe for stdout and stderr, so that they stay in order. */
static int prepare_log(struct relay *relay, struct err *err)
{
	int r = give_null(relay, STDIN_FILENO, err);

	/* whose output goes straight into a file that isn't there yet */
	if (r < 0 || relay->flags & RELAY_OUTLIVED)
		return r;
	r = make_pipe(relay, STDOUT_FILENO, err);
	if (r < 0)
		return r;
	relay->theirs[STDERR_FILENO] = relay->theirs[STDOUT_FILENO];
	relay->out.from = relay->ours[STDOUT_FILENO];
	return 0;
}

static int prepare_fds(struct relay *relay, struct err *err)
{
	struct flow *flows[] = {&relay->in, &relay->out, &relay->errors};
	int r = 0;

	if (relay->flags & RELAY_TERMINAL)
		return 0;
	if (relay->flags & RELAY_LOG)
		return prepare_log(relay, err);
	for (int i = 0; i < FLOWS && r == 0; i++)
		r = prepare_fd(relay, flows[i], i, err);
	return r;
}

/* ---- Start ---- */

static int take_signals(struct relay *relay, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(relayed_signals); i++)
		sigaddset(&set, relayed_signals[i]);
	if (relay->flags & RELAY_TERMINAL && !(relay->flags & RELAY_LOG)) {
		sigaddset(&set, SIGWINCH);
		sigaddset(&set, SIGTSTP);
		sigaddset(&set, SIGCONT);
	}
	relay->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	pthread_sigmask(SIG_BLOCK, &set, &relay->old_mask);
	if (relay->signal_fd < 0)
		return err_set(err, errno, "take the signals");
	return 0;
}

int relay_init(struct relay *relay, unsigned int flags, struct log_writer *log, struct err *err)
{
	int r;

	*relay = (struct relay) {
		.flags = flags,
		.in = FLOW_INIT,
		.out = FLOW_INIT,
		.errors = FLOW_INIT,
		.tty = OUTER_TTY_INIT,
		.console_fd = -1,
		.ours = {-1, -1, -1},
		.theirs = {-1, -1, -1},
		.own_tty_fds = {-1, -1, -1},
		.signal_fd = -1,
	};
	relay->out.log = log;
	r = take_signals(relay, err);
	if (r == 0)
		r = prepare_fds(relay, err);
	if (r < 0)
		relay_finish(relay);
	return r;
}

/* What a full-screen program leaves behind is seen on its way out. */
static size_t watch_output(void *data, char *buf, size_t len)
{
	struct relay *relay = data;

	outer_tty_watch(&relay->tty, buf, len);
	return len;
}

static void take_tty(struct relay *relay)
{
	outer_tty_take(&relay->tty, relay->flags & RELAY_INTERACTIVE);
	outer_tty_copy_size(&relay->tty, relay->console_fd);
}

void relay_yield_tty(struct relay *relay)
{
	outer_tty_release(&relay->tty);
}

void relay_retake_tty(struct relay *relay)
{
	if (relay->console_fd >= 0 && !(relay->flags & RELAY_LOG))
		take_tty(relay);
}

void relay_end_line(struct relay *relay)
{
	if (relay->tty.fd >= 0)
		(void)!write(relay->tty.fd, "\r\n", 2);
}

static void start_console(struct relay *relay)
{
	fcntl(relay->console_fd, F_SETFL, O_RDWR | O_NONBLOCK);
	relay->out.from = relay->console_fd;
	if (relay->flags & RELAY_LOG)
		return;
	take_tty(relay);
	if (isatty(STDOUT_FILENO))
		relay->own_tty_fds[STDOUT_FILENO] = reopen_tty(STDOUT_FILENO, O_WRONLY);
	relay->out.to = relay->own_tty_fds[STDOUT_FILENO];
	relay->out.to_blocks = relay->out.to < 0;
	if (relay->out.to < 0)
		relay->out.to = STDOUT_FILENO;
	relay->out.sift = watch_output;
	relay->out.data = relay;
	if (relay->flags & RELAY_INTERACTIVE) {
		relay->in.from = STDIN_FILENO;
		relay->in.to = relay->console_fd;
	}
	if (relay->flags & RELAY_DETACHABLE) {
		relay->in.sift = detach_keys_sift;
		relay->in.data = &relay->keys;
	}
}

void relay_start(struct relay *relay, int console_fd)
{
	for (int i = 0; i < FLOWS && !(relay->flags & RELAY_AGAIN); i++) {
		if (relay->theirs_owned[i])
			close(relay->theirs[i]);
		relay->theirs_owned[i] = false;
	}
	if (relay->console_fd >= 0)
		close(relay->console_fd);
	relay->console_fd = console_fd;
	if (console_fd >= 0)
		start_console(relay);
}

/* ---- Signals ---- */

static void stop_ourselves(struct relay *relay)
{
	outer_tty_release(&relay->tty);
	raise(SIGSTOP);
	take_tty(relay);
}

static void take_signal(struct relay *relay, int number)
{
	switch (number) {
	case SIGWINCH:
		outer_tty_copy_size(&relay->tty, relay->console_fd);
		break;
	case SIGTSTP:
		stop_ourselves(relay);
		break;
	case SIGCONT:
		/* The shell has put its own modes on in the meantime. */
		relay->tty.raw = false;
		take_tty(relay);
		break;
	default:
		relay->pending |= UINT64_C(1) << number;
	}
}

static void take_all_signals(struct relay *relay)
{
	struct signalfd_siginfo info;

	while (read(relay->signal_fd, &info, sizeof(info)) == sizeof(info))
		take_signal(relay, (int)info.ssi_signo);
}

int relay_next_signal(struct relay *relay)
{
	int number;

	if (!relay->pending)
		return 0;
	number = __builtin_ctzll(relay->pending);
	relay->pending &= relay->pending - 1;
	return number;
}

/* ---- Moving ---- */

/* Our input ended: so does the command's. To a terminal its end-of-file key is pressed. */
static void pass_end(struct relay *relay)
{
	struct termios modes;
	char key;

	if (!(relay->flags & RELAY_INTERACTIVE) || !flow_is_over(&relay->in) || relay->in.to < 0)
		return;
	if (relay->console_fd < 0) {
		close(relay->ours[STDIN_FILENO]);
		relay->ours[STDIN_FILENO] = -1;
	} else if (!relay->tty.raw && tcgetattr(relay->console_fd, &modes) == 0) {
		key = (char)modes.c_cc[VEOF];
		if (flow_put(&relay->in, &key, 1))
			flow_run(&relay->in,
				 (struct pollfd[2]) {{.fd = -1, .revents = POLLIN}, {.fd = -1}});
	}
	relay->in.to = -1;
}

/* A lone Ctrl-P has waited long enough for Ctrl-Q. */
static void release_held(struct relay *relay)
{
	static const char key = 0x10;
	uint64_t now = clock_monotonic_usec();

	if (!relay->keys.held) {
		relay->held_since_usec = 0;
	} else if (relay->held_since_usec == 0) {
		relay->held_since_usec = now;
	} else if (now - relay->held_since_usec >= HELD_USEC) {
		relay->keys.held = false;
		relay->held_since_usec = 0;
		flow_put(&relay->in, &key, 1);
	}
}

static int shorter(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int bound_timeout(const struct relay *relay, int timeout_msec)
{
	if (relay->console_fd >= 0 && relay->out.from < 0)
		timeout_msec = shorter(timeout_msec, CONSOLE_MSEC);
	if (relay->keys.held)
		timeout_msec = shorter(timeout_msec, HELD_USEC / 1000);
	return timeout_msec;
}

static int poll_retry(struct pollfd *polled, size_t n, int timeout_msec)
{
	int r = poll(polled, n, timeout_msec);

	return r < 0 && errno != EINTR ? -errno : 0;
}

/* The reader of stdout went: the command is told by a closed pipe, where it has one. */
static void notice_closed(struct relay *relay)
{
	struct flow *flows[] = {&relay->in, &relay->out, &relay->errors};

	for (int i = STDOUT_FILENO; i < FLOWS; i++) {
		if (!flows[i]->failed || relay->ours[i] < 0)
			continue;
		close(relay->ours[i]);
		relay->ours[i] = -1;
		flows[i]->from = -1;
	}
	relay->ended = relay->ended || (relay->console_fd >= 0 && relay->out.failed);
}

int relay_poll(struct relay *relay, struct pollfd *extras, size_t n, int timeout_msec)
{
	struct pollfd polled[2 * FLOWS + 1 + RELAY_EXTRAS_MAX];
	struct flow *flows[] = {&relay->in, &relay->out, &relay->errors};
	size_t len = 2 * FLOWS;
	int r;

	if (n > RELAY_EXTRAS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < FLOWS; i++)
		flow_watch(flows[i], &polled[2 * i]);
	polled[len++] = (struct pollfd) {.fd = relay->signal_fd, .events = POLLIN};
	for (size_t i = 0; i < n; i++)
		polled[len + i] = (struct pollfd) {.fd = extras[i].fd, .events = extras[i].events};
	r = poll_retry(polled, len + n, bound_timeout(relay, timeout_msec));
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		extras[i].revents = polled[len + i].revents;
	take_all_signals(relay);
	if (relay->console_fd >= 0 && relay->out.from < 0)
		relay->out.from = relay->console_fd;
	for (size_t i = 0; i < FLOWS; i++)
		flow_run(flows[i], &polled[2 * i]);
	release_held(relay);
	pass_end(relay);
	notice_closed(relay);
	return relay->keys.seen ? RELAY_DETACH : 0;
}

/* ---- The end ---- */

static bool has_output(const struct relay *relay)
{
	return !flow_is_over(&relay->out) || !flow_is_over(&relay->errors);
}

void relay_drain(struct relay *relay)
{
	struct flow *flows[] = {&relay->out, &relay->errors};
	struct pollfd polled[4];

	while (has_output(relay)) {
		bool waiting = relay->out.len || relay->errors.len;
		int r;

		for (size_t i = 0; i < ARRAY_LEN(flows); i++)
			flow_watch(flows[i], &polled[2 * i]);
		/* What was said is written however long the reader takes; a writer is not waited for. */
		r = poll(polled, ARRAY_LEN(polled), waiting ? -1 : DRAIN_MSEC);
		if (r == 0 || (r < 0 && errno != EINTR))
			return;
		for (size_t i = 0; r > 0 && i < ARRAY_LEN(flows); i++)
			flow_run(flows[i], &polled[2 * i]);
	}
}

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

void relay_finish(struct relay *relay)
{
	struct signalfd_siginfo info;

	outer_tty_restore(&relay->tty);
	close_all(relay->ours, FLOWS);
	close_all(relay->own_tty_fds, FLOWS);
	close_all(&relay->console_fd, 1);
	for (int i = 0; i < FLOWS; i++) {
		if (relay->theirs_owned[i] && relay->theirs[i] >= 0)
			close(relay->theirs[i]);
	}
	/* A signal that came too late was for the command: it must not hit us when they are let in. */
	while (relay->signal_fd >= 0 && read(relay->signal_fd, &info, sizeof(info)) == sizeof(info))
		;
	close_all(&relay->signal_fd, 1);
	pthread_sigmask(SIG_SETMASK, &relay->old_mask, NULL);
	relay->signal_fd = -1;
}
