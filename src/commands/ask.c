/* SPDX-License-Identifier: MIT */
/* Asks on stderr, so that stdout keeps to answers; reads no further than the end of the line. */
#include "commands/ask.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/text.h"

#define ANSWER_MAX 16

bool ask_is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* One line; what doesn't fit is dropped, and is no yes. */
static void read_line(char line[ANSWER_MAX])
{
	size_t len = 0;
	char byte;

	for (;;) {
		ssize_t n = read(STDIN_FILENO, &byte, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || byte == '\n')
			break;
		if (len + 1 < ANSWER_MAX)
			line[len++] = byte;
	}
	line[len] = '\0';
}

bool ask_yes(const char *question)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	char line[ANSWER_MAX];

	text_sanitize(span_of(question), &text);
	strbuf_adds(&text, " [y/N] ");
	if (write(STDERR_FILENO, text.data, text.len) < 0)
		return false;
	read_line(line);
	return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
}
