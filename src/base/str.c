/* SPDX-License-Identifier: MIT */
/* Spans and the growing string. Spans own nothing; a strbuf owns its memory and
 * aborts without any. */
#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.p, prefix.p, prefix.len) == 0);
}

bool span_ends(struct span s, struct span suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.p + s.len - suffix.len, suffix.p, suffix.len) == 0);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
	while (s.len && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

/* Cuts the first @at bytes off @rest, and @skip more. */
static struct span cut(struct span *rest, size_t at, size_t skip)
{
	struct span head = {rest->p, at};

	rest->p += at + skip;
	rest->len -= at + skip;
	return head;
}

bool span_next_line(struct span *rest, struct span *out_line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->p, '\n', rest->len);
	*out_line = end ? cut(rest, (size_t)(end - rest->p), 1) : cut(rest, rest->len, 0);
	return true;
}

bool span_next_word(struct span *rest, struct span *out_word)
{
	size_t at = 0;

	while (rest->len && is_blank(rest->p[0]))
		cut(rest, 0, 1);
	if (rest->len == 0)
		return false;
	while (at < rest->len && !is_blank(rest->p[at]))
		at++;
	*out_word = cut(rest, at, 0);
	return true;
}

bool span_next_part(struct span *rest, char sep, struct span *out_part)
{
	const char *end;

	if (!rest->p)
		return false;
	end = rest->len ? memchr(rest->p, sep, rest->len) : NULL;
	if (end) {
		*out_part = cut(rest, (size_t)(end - rest->p), 1);
		return true;
	}
	*out_part = *rest;
	*rest = (struct span) {NULL, 0};
	return true;
}

bool span_split_at(struct span s, char sep, struct span *out_left, struct span *out_right)
{
	const char *at = s.len ? memchr(s.p, sep, s.len) : NULL;

	if (!at)
		return false;
	*out_left = (struct span) {s.p, (size_t)(at - s.p)};
	*out_right = (struct span) {at + 1, s.len - out_left->len - 1};
	return true;
}

bool span_copy(struct span s, char *buf, size_t cap)
{
	const char *nul;
	size_t n;

	if (cap == 0)
		return false;
	n = s.len < cap ? s.len : cap - 1;
	nul = n ? memchr(s.p, '\0', n) : NULL;
	if (nul)
		n = (size_t)(nul - s.p);
	if (n)
		memcpy(buf, s.p, n);
	buf[n] = '\0';
	return n == s.len;
}

const char *strbuf_cstr(const struct strbuf *sb)
{
	return sb->data ? sb->data : "";
}

void strbuf_reserve(struct strbuf *sb, size_t more)
{
	size_t need, cap;

	if (__builtin_add_overflow(sb->len, more, &need) ||
	    __builtin_add_overflow(need, (size_t)1, &need))
		need = SIZE_MAX; /* more than there is: the allocation below aborts */
	if (need <= sb->cap)
		return;
	cap = sb->cap ? sb->cap : 64;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	sb->data = xreallocarray(sb->data, cap, 1);
	sb->cap = cap;
	sb->data[sb->len] = '\0';
}

void strbuf_add(struct strbuf *sb, const char *data, size_t len)
{
	strbuf_reserve(sb, len);
	if (len)
		memcpy(sb->data + sb->len, data, len);
	sb->len += len;
	sb->data[sb->len] = '\0';
}

void strbuf_adds(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_reserve(sb, 1);
	sb->data[sb->len++] = c;
	sb->data[sb->len] = '\0';
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list args;
	int n;

	strbuf_reserve(sb, 64);
	va_start(args, fmt);
	n = vsnprintf(sb->data + sb->len, sb->cap - sb->len, fmt, args);
	va_end(args);
	if (n > 0 && (size_t)n >= sb->cap - sb->len) {
		strbuf_reserve(sb, (size_t)n);
		va_start(args, fmt);
		n = vsnprintf(sb->data + sb->len, sb->cap - sb->len, fmt, args);
		va_end(args);
	}
	if (n > 0)
		sb->len += (size_t)n;
	sb->data[sb->len] = '\0';
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	if (sb->data)
		sb->data[0] = '\0';
}

void strbuf_finish(struct strbuf *sb)
{
	free(sb->data);
	*sb = STRBUF_INIT;
}
