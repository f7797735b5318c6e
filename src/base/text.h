/* SPDX-License-Identifier: MIT */
/*
 * The one place where names from the system are made safe and measured. Cgroup names, comm, command
 * lines, container names and labels are hostile: they may hold escape codes, newlines, invalid
 * UTF-8, bidi controls. Every text that reaches a screen or a text output goes through here.
 * UTF-8 decoding and widths by libunistring, so that they don't depend on the locale.
 */
#ifndef BOXTOP_BASE_TEXT_H
#define BOXTOP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/**
 * text_sanitize() - make text safe to show
 * @in:  any bytes
 * @out: appended to; valid UTF-8 without C0, C1, DEL, bidi and other format controls, line and
 *       paragraph separators, private and unassigned characters, and characters that show nothing. Each byte or character removed becomes one '?', so that two different
 *       names don't look alike by dropping; tab and newline become a space.
 */
void text_sanitize(struct span in, struct strbuf *out);

/** text_is_clean() - true when text_sanitize() would change nothing (the fast path) */
bool text_is_clean(struct span in);

/** text_width() - columns of clean UTF-8 text; combining marks 0, wide characters 2 */
size_t text_width(struct span in);

/** text_cut() - the longest prefix of @in that fits @columns, never splitting a character with its
 *  combining marks; @out_columns may be NULL */
struct span text_cut(struct span in, size_t columns, size_t *out_columns);

/** text_next() - decode one character and advance @rest; false at the end. Invalid bytes give
 *  U+FFFD one byte at a time. @out_columns: 0, 1 or 2; may be NULL */
bool text_next(struct span *rest, uint32_t *out_char, int *out_columns);

/** text_contains_nocase() - simple case folding search, for filters; an empty @needle is found */
bool text_contains_nocase(struct span haystack, struct span needle);

/** text_is_utf8_locale() - whether LC_ALL, LC_CTYPE or LANG (in that order) name UTF-8 */
bool text_is_utf8_locale(void);

#endif
