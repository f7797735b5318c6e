/* SPDX-License-Identifier: MIT */
/*
 * Formats failures into struct err. Owns nothing, never allocates, takes no
 * lock and translates nothing, so that it works in a child between clone and
 * exec; never fails itself.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts text that filled the buffer at a character boundary and marks the cut.
 */
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

/* strerrordesc_np(), not strerror_r(): the latter asks the locale and may open
 * catalogues. */
static void append_reason(struct err *err, int code)
{
	const char *reason = strerrordesc_np(code);
	char number[32];

	if (!reason) {
		snprintf(number, sizeof(number), "error %d", code);
		reason = number;
	}
	if (err->text[0])
		append(err, ": ");
	append(err, reason);
}

static __attribute__((format(printf, 2, 0))) void format(struct err *err, const char *fmt,
							 va_list args)
{
	int n = vsnprintf(err->text, sizeof(err->text), fmt, args);

	if (n < 0)
		err->text[0] = '\0';
	else if ((size_t)n >= sizeof(err->text))
		mark_cut(err->text, sizeof(err->text));
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return code ? -code : -EINVAL;
	va_start(args, fmt);
	format(err, fmt, args);
	va_end(args);
	err->code = code ? code : EINVAL;
	if (code)
		append_reason(err, code);
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
	if (!err->code)
		err->code = -r;
	if (!inner.text[0]) {
		append_reason(err, -r);
		return r;
	}
	if (err->text[0])
		append(err, ": ");
	append(err, inner.text);
	return r;
}
