/* SPDX-License-Identifier: MIT */
/*
 * The terminal as a device. Owns its modes and everything written to it. Output goes through an open
 * file description of our own, so that it can be non-blocking without changing the one that the shell
 * shares: a terminal that stops reading costs frames, never a hang. tty_restore() may run in a signal
 * handler, in any thread, at any time; so the state that it needs is plain and set beforehand.
 */
#include "ui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"

#define RESTORE_MAX   512
#define PATIENCE_MSEC 100    /* how long a frame may wait for the terminal, each time it is stuck */
#define LAST_TRIES    10     /* times that patience: for giving the terminal back */
#define CANCEL	      "\030" /* ends an escape sequence that was cut off */

/** struct tty - there is one */
static struct {
	int in, out;
	int events; /* epoll: in, and out while something is pending */
	struct termios saved;
	struct strbuf pending;
	size_t sent; /* of pending */
	pid_t owner; /* a forked child must not restore */
	char restore[RESTORE_MAX];
	size_t restore_len;
	atomic_bool taken;
} tty = {.in = -1, .out = -1, .events = -1};

/* A description of the terminal that is ours alone, or -1. */
static int open_again(void)
{
	static const char *const names[] = {"/proc/self/fd/1", "/dev/tty"};
	struct stat wanted, found;

	if (fstat(STDOUT_FILENO, &wanted) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int fd = open(names[i], O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		if (fd < 0)
			continue;
		/* /dev/tty has a number of its own, but belongs to the session it is opened from. */
		if (fstat(fd, &found) == 0 &&
		    (found.st_rdev == wanted.st_rdev || tcgetsid(fd) == tcgetsid(STDOUT_FILENO)))
			return fd;
		close(fd);
	}
	return -1;
}

static int watch_input(struct err *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = STDIN_FILENO};

	tty.events = epoll_create1(EPOLL_CLOEXEC);
	if (tty.events < 0)
		return err_set(err, errno, "epoll_create1");
	if (epoll_ctl(tty.events, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0)
		return err_set(err, errno, "watch the terminal");
	return 0;
}

int tty_open(struct err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_setx(err, ENOTTY, "standard input and output must be a terminal");
	if (tcgetattr(STDIN_FILENO, &tty.saved) < 0)
		return err_set(err, errno, "read the modes of the terminal");
	tty.in = STDIN_FILENO;
	tty.out = open_again();
	if (tty.out < 0)
		tty.out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	tty.owner = getpid();
	int r = tty.out < 0 ? err_set(err, errno, "open the terminal") : watch_input(err);

	if (r < 0)
		tty_close();
	return r;
}

void tty_close(void)
{
	tty_restore();
	cleanup_close(&tty.out);
	cleanup_close(&tty.events);
	tty.in = tty.out = tty.events = -1;
	strbuf_finish(&tty.pending);
	tty.sent = 0;
	tty.restore_len = 0;
}

void tty_set_restore(struct span bytes)
{
	tty.restore_len = bytes.len < RESTORE_MAX ? bytes.len : RESTORE_MAX;
	memcpy(tty.restore, bytes.p, tty.restore_len);
}

/* Signals stay with the keyboard: Ctrl-C works even when the program is stuck. Output is not touched
 * on its way, since ncurses is told of no modes and counts on none. */
void tty_take(void)
{
	struct termios raw = tty.saved;

	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | IGNCR | ISTRIP);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	atomic_store(&tty.taken, true);
	tcsetattr(tty.in, TCSANOW, &raw);
}

static bool can_write(int msec)
{
	struct pollfd pfd = {.fd = tty.out, .events = POLLOUT};

	return poll(&pfd, 1, msec) == 1 && (pfd.revents & POLLOUT);
}

/* Async-signal-safe. Returns how much was written. */
static size_t write_patiently(const char *bytes, size_t len, int tries)
{
	size_t sent = 0;

	while (sent < len && tries > 0) {
		/* Asked first: a description that could not be opened again is a blocking one. */
		if (!can_write(PATIENCE_MSEC)) {
			tries--;
			continue;
		}
		ssize_t n = write(tty.out, bytes + sent, len - sent);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			break;
		else
			tries--;
	}
	return sent;
}

bool tty_is_gone(void)
{
	struct pollfd pfd = {.fd = tty.in, .events = POLLIN};

	return poll(&pfd, 1, 0) == 1 && (pfd.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static bool in_foreground(void)
{
	pid_t group = tcgetpgrp(tty.in);

	return group < 0 || group == getpgrp();
}

void tty_restore(void)
{
	sigset_t background, old;

	if (tty.owner != getpid() || !atomic_exchange(&tty.taken, false))
		return;
	/* In the background, changing modes would stop us, and a shell has set its own by then. */
	sigemptyset(&background);
	sigaddset(&background, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &background, &old);
	if (tty.sent < tty.pending.len)
		write_patiently(CANCEL, 1, 1);
	write_patiently(tty.restore, tty.restore_len, LAST_TRIES);
	if (in_foreground()) {
		/* Mouse reports on their way would be typed into the shell. */
		tcflush(tty.in, TCIFLUSH);
		tcsetattr(tty.in, TCSANOW, &tty.saved);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	tty.sent = tty.pending.len;
}

static void watch_output(bool wanted)
{
	struct epoll_event event = {.events = EPOLLOUT, .data.fd = tty.out};

	epoll_ctl(tty.events, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, tty.out, &event);
}

/* Write what is pending, waiting for the terminal @tries times; nobody will read it when it is gone. */
static bool flush_patiently(int tries)
{
	size_t left = tty.pending.len - tty.sent;

	if (left == 0)
		return true;
	tty.sent += write_patiently(tty.pending.data + tty.sent, left, tries);
	if (tty.sent < tty.pending.len && !tty_is_gone())
		return false;
	strbuf_reset(&tty.pending);
	tty.sent = 0;
	return true;
}

void tty_write(struct span bytes)
{
	bool was_behind = tty.sent < tty.pending.len;

	strbuf_add(&tty.pending, bytes.p, bytes.len);
	if (!was_behind && !flush_patiently(1))
		watch_output(true);
}

bool tty_flush(void)
{
	if (tty.sent == tty.pending.len)
		return true;
	if (!can_write(0) || !flush_patiently(1))
		return false;
	watch_output(false);
	return true;
}

bool tty_size(int *width, int *height)
{
	struct winsize size;

	if (ioctl(tty.in, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
		return false;
	*width = size.ws_col;
	*height = size.ws_row;
	return true;
}

int tty_poll_fd(void)
{
	return tty.events;
}

void tty_forget_input(void)
{
	epoll_ctl(tty.events, EPOLL_CTL_DEL, tty.in, NULL);
}
