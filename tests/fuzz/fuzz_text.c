/* SPDX-License-Identifier: MIT */
/*
 * The sanitizer, the widths and the search on any bytes. Whatever goes in, what comes out is valid
 * UTF-8 without a control, comes out of a second pass unchanged, and is cut to no more than was asked.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/text.h"

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

static void fuzz_sanitize(struct span in, struct strbuf *out)
{
	struct strbuf again = STRBUF_INIT;
	bool same;

	text_sanitize(in, out);
	require(!u8_check((const uint8_t *)strbuf_cstr(out), out->len));
	for (size_t i = 0; i < out->len; i++)
		require((unsigned char)out->data[i] >= 0x20 && out->data[i] != 0x7f);
	require(out->len <= in.len && (in.len == 0) == (out->len == 0));
	same = span_eq(in, strbuf_span(out));
	require(text_is_clean(in) == same);
	require(text_is_clean(strbuf_span(out)));
	text_sanitize(strbuf_span(out), &again);
	require(span_eq(strbuf_span(out), strbuf_span(&again)));
	strbuf_finish(&again);
}

static void fuzz_cut(struct span text, size_t columns)
{
	struct span head, tail, rest;
	uint32_t next;
	size_t used;
	int width;

	head = text_cut(text, columns, &used);
	require(used <= columns && used == text_width(head));
	require(head.p == text.p && head.len <= text.len);
	tail = (struct span) {text.p + head.len, text.len - head.len};
	/* It is the longest: what follows would not have fitted, and is no mark of the last one. */
	rest = tail;
	if (text_next(&rest, &next, &width))
		require(width > 0 && used + (size_t)width > columns);
	require(text_width(head) + text_width(tail) == text_width(text));
}

static void fuzz_search(struct span in)
{
	struct span needle = {in.p + in.len / 3, in.len / 3};

	require(text_contains_nocase(in, in));
	require(text_contains_nocase(in, (struct span) {in.p, 0}));
	text_contains_nocase(in, needle);
	text_contains_nocase(needle, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* libFuzzer has no header for it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf out = STRBUF_INIT;
	struct span in;
	char *copy;

	if (size == 0)
		return 0;
	copy = malloc(size > 1 ? size - 1 : 1);
	require(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	in = (struct span) {copy, size - 1};
	fuzz_sanitize(in, &out);
	fuzz_cut(strbuf_span(&out), data[0]);
	fuzz_cut(in, data[0]);
	fuzz_search(in);
	strbuf_finish(&out);
	free(copy);
	return 0;
}
