/* SPDX-License-Identifier: MIT */
/*
 * The caller's terminal: raw while somebody inside has it, and put back whatever happens. A program that
 * was killed leaves modes behind that termios knows nothing of; they are watched for and switched off.
 */
#include "runtime/tty.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"

#define KEY_CTRL_P 0x10
#define KEY_CTRL_Q 0x11
#define ESCAPE	   0x1b

/** struct tty_mode - a private mode of terminals, and what switches it off */
struct tty_mode {
	const char *number;
	bool normal; /* on is how it should be */
};

static const struct tty_mode tty_modes[] = {
	{"1049", false}, {"1047", false}, {"47", false},   {"25", true},    {"1", false},
	{"9", false},	 {"1000", false}, {"1001", false}, {"1002", false}, {"1003", false},
	{"1004", false}, {"1005", false}, {"1006", false}, {"1015", false}, {"2004", false},
};

void outer_tty_take(struct outer_tty *tty, bool keys)
{
	struct termios raw;

	for (int fd = STDIN_FILENO; tty->fd < 0 && fd <= STDERR_FILENO; fd++) {
		if (tcgetattr(fd, &tty->saved) == 0)
			tty->fd = fd;
	}
	/* Without our reading them, the keys go on to make signals for us. */
	if (tty->fd != STDIN_FILENO || tty->raw || !keys)
		return;
	raw = tty->saved;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tty->raw = tcsetattr(tty->fd, TCSANOW, &raw) == 0;
}

void outer_tty_release(struct outer_tty *tty)
{
	if (tty->raw)
		tcsetattr(tty->fd, TCSANOW, &tty->saved);
	tty->raw = false;
}

void outer_tty_copy_size(const struct outer_tty *tty, int console_fd)
{
	struct winsize size;

	if (tty->fd >= 0 && console_fd >= 0 && ioctl(tty->fd, TIOCGWINSZ, &size) == 0)
		ioctl(console_fd, TIOCSWINSZ, &size);
}

/* ---- What programs leave behind ---- */

static void note_mode(struct outer_tty *tty, struct span number, bool on)
{
	for (size_t i = 0; i < ARRAY_LEN(tty_modes); i++) {
		if (!span_eq(number, span_of(tty_modes[i].number)))
			continue;
		if (on != tty_modes[i].normal)
			tty->modes |= 1u << i;
		else
			tty->modes &= ~(1u << i);
	}
}

/* tty->sequence is "ESC [ ? 1049 ; 25" and @last what ended it. */
static void note_sequence(struct outer_tty *tty, char last)
{
	struct span rest = {tty->sequence + 3, tty->matched - 3}, number;

	while ((last == 'h' || last == 'l') && span_next_part(&rest, ';', &number))
		note_mode(tty, number, last == 'h');
}

void outer_tty_watch(struct outer_tty *tty, const char *data, size_t len)
{
	static const char start[] = {ESCAPE, '[', '?'};

	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (tty->matched < sizeof(start)) {
			if (c == start[tty->matched])
				tty->sequence[tty->matched++] = c;
			else
				tty->matched = c == ESCAPE;
		} else if (((c >= '0' && c <= '9') || c == ';') &&
			   tty->matched < sizeof(tty->sequence)) {
			tty->sequence[tty->matched++] = c;
		} else {
			note_sequence(tty, c);
			tty->matched = c == ESCAPE;
		}
	}
}

static void write_text(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

static void undo_modes(struct outer_tty *tty)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(tty_modes); i++) {
		if (tty->modes & 1u << i)
			strbuf_addf(&text, "\033[?%s%c", tty_modes[i].number,
				    tty_modes[i].normal ? 'h' : 'l');
	}
	/* and the keypad, and the colours: what a full-screen program changes too */
	if (text.len > 0)
		strbuf_adds(&text, "\033>\033[0m");
	write_text(tty->fd, strbuf_cstr(&text), text.len);
	tty->modes = 0;
}

void outer_tty_restore(struct outer_tty *tty)
{
	if (tty->fd >= 0)
		undo_modes(tty);
	outer_tty_release(tty);
	tty->fd = -1;
}

/* ---- Keys ---- */

size_t detach_keys_sift(void *data, char *buf, size_t len)
{
	struct detach_keys *keys = data;
	size_t kept = 0;

	if (keys->held) {
		/* The one that was kept back goes before what came now, if it was not meant. */
		memmove(buf + 1, buf, len);
		buf[0] = KEY_CTRL_P;
		len++;
		keys->held = false;
	}
	for (size_t i = 0; i < len; i++) {
		if (buf[i] == KEY_CTRL_P && i + 1 == len) {
			keys->held = true;
			break;
		}
		if (buf[i] == KEY_CTRL_P && buf[i + 1] == KEY_CTRL_Q) {
			keys->seen = true;
			break;
		}
		buf[kept++] = buf[i];
	}
	return kept;
}
