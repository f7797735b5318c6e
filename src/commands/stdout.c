/* SPDX-License-Identifier: MIT */
/* Writes to descriptor 1 without stdio, so that no failure hides in a buffer. Owns nothing. */
#include "commands/stdout.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/units.h"

#define DEFAULT_WIDTH 80
#define WIDTH_MAX     10000

/* Somebody else made stdout non-blocking: wait as if they hadn't. */
static void wait_writable(void)
{
	struct pollfd poller = {.fd = STDOUT_FILENO, .events = POLLOUT};

	poll(&poller, 1, -1);
}

int stdout_write(struct span text, struct err *err)
{
	while (text.len > 0) {
		ssize_t n = write(STDOUT_FILENO, text.p, text.len);

		if (n >= 0) {
			text.p += n;
			text.len -= (size_t)n;
		} else if (errno == EAGAIN) {
			wait_writable();
		} else if (errno != EINTR) {
			return err_set(err, errno, "write to standard output");
		}
	}
	return 0;
}

int stdout_close(struct err *err)
{
	if (close(STDOUT_FILENO) < 0 && errno != EBADF)
		return err_set(err, errno, "close standard output");
	return 0;
}

size_t stdout_width(void)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	uint64_t n;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (columns && units_parse_u64(span_of(columns), 1, WIDTH_MAX, &n, NULL) == 0)
		return n;
	return DEFAULT_WIDTH;
}
