/* SPDX-License-Identifier: MIT */
/*
 * Spans (borrowed pieces of text, not terminated) and a growing string buffer. Spans are what the
 * parsers of kernel files work on: nothing is copied, nothing is modified, nothing is terminated.
 */
#ifndef BOXTOP_BASE_STR_H
#define BOXTOP_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/** struct span - @len bytes at @p, borrowed; may hold NUL bytes */
struct span {
	const char *p;
	size_t len;
};

#define SPAN(literal) ((struct span) {(literal), sizeof(literal) - 1})

static inline struct span span_of(const char *s)
{
	return (struct span) {s, s ? strlen(s) : 0};
}

bool span_eq(struct span a, struct span b);
bool span_starts(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);
/** span_trim() - without leading and trailing white space */
struct span span_trim(struct span s);
/** span_next_line() - cut the next line off @rest (without its newline); false at the end */
bool span_next_line(struct span *rest, struct span *out_line);
/** span_next_word() - cut the next blank-separated word off @rest; false at the end */
bool span_next_word(struct span *rest, struct span *out_word);
/** span_next_part() - cut off up to the next @sep; empty parts are parts; false at the end */
bool span_next_part(struct span *rest, char sep, struct span *out_part);
/** span_split_at() - halves around the first @sep; false and untouched if there is none */
bool span_split_at(struct span s, char sep, struct span *out_left, struct span *out_right);
/** span_copy() - into a terminated buffer; false (and cut) when it does not fit or holds a NUL */
bool span_copy(struct span s, char *buf, size_t cap);

/** struct strbuf - a growing, always terminated string; init with STRBUF_INIT */
struct strbuf {
	char *data; /* NULL while empty and nothing was ever added; use strbuf_cstr() */
	size_t len; /* without the terminator */
	size_t cap;
};

#define STRBUF_INIT ((struct strbuf) {NULL, 0, 0})

const char *strbuf_cstr(const struct strbuf *sb);
void strbuf_reserve(struct strbuf *sb, size_t more);
void strbuf_add(struct strbuf *sb, const char *data, size_t len);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** strbuf_reset() - empty it, keep the memory */
void strbuf_reset(struct strbuf *sb);
void strbuf_finish(struct strbuf *sb);

static inline struct span strbuf_span(const struct strbuf *sb)
{
	return (struct span) {strbuf_cstr(sb), sb->len};
}

#endif
