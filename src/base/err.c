/* SPDX-License-Identifier: MIT */
/* Formats failures into struct err. Owns nothing, allocates nothing, never fails itself. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts text that filled the buffer at a character boundary and marks the cut. */
static void mark_cut(char *text, size_t cap)
{
	size_t at = cap - 4;

	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	memcpy(text + at, "...", 4);
}

static void append(struct err *err, const char *text)
{
	size_t len = strlen(err->text), more = strlen(text);

	if (len + more < sizeof(err->text)) {
		memcpy(err->text + len, text, more + 1);
		return;
	}
	memcpy(err->text + len, text, sizeof(err->text) - len - 1);
	err->text[sizeof(err->text) - 1] = '\0';
	mark_cut(err->text, sizeof(err->text));
}

static void format(struct err *err, const char *fmt, va_list args)
{
	int n = vsnprintf(err->text, sizeof(err->text), fmt, args);

	if (n < 0)
		err->text[0] = '\0';
	else if ((size_t)n >= sizeof(err->text))
		mark_cut(err->text, sizeof(err->text));
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	char reason[64];
	va_list args;

	if (!err)
		return code ? -code : -EINVAL;
	va_start(args, fmt);
	format(err, fmt, args);
	va_end(args);
	err->code = code ? code : EINVAL;
	if (code) {
		append(err, ": ");
		append(err, strerror_r(code, reason, sizeof(reason)));
	}
	return -err->code;
}

int err_setx(struct err *err, int code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return code ? -code : -EINVAL;
	va_start(args, fmt);
	format(err, fmt, args);
	va_end(args);
	err->code = code ? code : EINVAL;
	return -err->code;
}

int err_wrap(struct err *err, int r, const char *fmt, ...)
{
	struct err inner;
	va_list args;

	if (!err || r >= 0)
		return r;
	inner = *err;
	va_start(args, fmt);
	format(err, fmt, args);
	va_end(args);
	if (inner.text[0]) {
		append(err, ": ");
		append(err, inner.text);
	}
	return r;
}
