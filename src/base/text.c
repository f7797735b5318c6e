/* SPDX-License-Identifier: MIT */
/*
 * Makes hostile names safe and measures them. Decoding, categories and widths come from libunistring,
 * which knows no locale. Owns nothing.
 */
#include "base/text.h"

#include <stdlib.h>
#include <strings.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

#define REPLACEMENT 0xfffd

/* Decodes one character; returns its length in bytes, 1 for an invalid one. */
static size_t decode(struct span in, uint32_t *out_char)
{
	ucs4_t ch = REPLACEMENT;
	int n;

	if ((unsigned char)in.p[0] < 0x80) {
		*out_char = (unsigned char)in.p[0];
		return 1;
	}
	n = u8_mbtoucr(&ch, (const uint8_t *)in.p, in.len);
	*out_char = n > 0 ? ch : REPLACEMENT;
	return n > 0 ? (size_t)n : 1;
}

/* Controls, format characters (bidi, zero width, tags), separators, surrogates, private use, what is
 * assigned to nothing, and what shows nothing though it is a letter or a mark (Hangul fillers,
 * variation selectors): none of them may reach a terminal. */
static bool is_safe(uint32_t ch)
{
	if (ch < 0x7f)
		return ch >= 0x20;
	if (ch < 0xa0)
		return false;
	if (uc_is_property_default_ignorable_code_point(ch))
		return false;
	return !uc_is_general_category_withtable(
		ch, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs |
			    UC_CATEGORY_MASK_Co | UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl |
			    UC_CATEGORY_MASK_Zp);
}

static bool is_plain(struct span in)
{
	for (size_t i = 0; i < in.len; i++)
		if ((unsigned char)(in.p[i] - 0x20) >= 0x5f)
			return false;
	return true;
}

/* A character as it is to be shown; false if it stays as it is. */
static bool replace(uint32_t ch, size_t bytes, char *out)
{
	bool invalid = ch == REPLACEMENT && bytes == 1;

	if (!invalid && is_safe(ch))
		return false;
	*out = ch == '\t' || ch == '\n' ? ' ' : '?';
	return true;
}

void text_sanitize(struct span in, struct strbuf *out)
{
	if (is_plain(in)) {
		strbuf_add(out, in.p, in.len);
		return;
	}
	while (in.len) {
		uint32_t ch;
		size_t n = decode(in, &ch);
		char shown;

		if (replace(ch, n, &shown))
			strbuf_addc(out, shown);
		else
			strbuf_add(out, in.p, n);
		in.p += n;
		in.len -= n;
	}
}

bool text_is_clean(struct span in)
{
	if (is_plain(in))
		return true;
	while (in.len) {
		uint32_t ch;
		size_t n = decode(in, &ch);
		char shown;

		if (replace(ch, n, &shown))
			return false;
		in.p += n;
		in.len -= n;
	}
	return true;
}

static int columns_of(uint32_t ch)
{
	int width;

	if (ch >= 0x20 && ch < 0x7f)
		return 1;
	width = uc_width(ch, "UTF-8");
	return width < 0 ? 0 : width;
}

bool text_next(struct span *rest, uint32_t *out_char, int *out_columns)
{
	uint32_t ch;
	size_t n;

	if (rest->len == 0)
		return false;
	n = decode(*rest, &ch);
	rest->p += n;
	rest->len -= n;
	*out_char = ch;
	if (out_columns)
		*out_columns = columns_of(ch);
	return true;
}

size_t text_width(struct span in)
{
	size_t width = 0;
	uint32_t ch;
	int columns;

	if (is_plain(in))
		return in.len;
	while (text_next(&in, &ch, &columns))
		width += (size_t)columns;
	return width;
}

struct span text_cut(struct span in, size_t columns, size_t *out_columns)
{
	struct span rest = in, head = {in.p, 0};
	size_t used = 0;
	uint32_t ch;
	int width;

	while (text_next(&rest, &ch, &width)) {
		if (used + (size_t)width > columns)
			break;
		used += (size_t)width;
		head.len = in.len - rest.len;
	}
	if (out_columns)
		*out_columns = used;
	return head;
}

/* Simple case folding; by way of the upper case, so that both small sigmas are one. */
static uint32_t fold(uint32_t ch)
{
	if (ch < 0x80)
		return ch >= 'A' && ch <= 'Z' ? ch + 32 : ch;
	return uc_tolower(uc_toupper(ch));
}

/* Cuts one character off; a bad byte equals itself and no character. */
static uint32_t next_folded(struct span *rest)
{
	unsigned char byte = (unsigned char)rest->p[0];
	uint32_t ch;
	size_t n = decode(*rest, &ch);

	rest->p += n;
	rest->len -= n;
	return ch == REPLACEMENT && n == 1 ? 0x110000u + byte : fold(ch);
}

static bool starts_nocase(struct span haystack, struct span needle)
{
	while (needle.len) {
		if (haystack.len == 0 || next_folded(&haystack) != next_folded(&needle))
			return false;
	}
	return true;
}

bool text_contains_nocase(struct span haystack, struct span needle)
{
	struct span tail = needle;
	uint32_t first;

	if (needle.len == 0)
		return true;
	first = next_folded(&tail);
	while (haystack.len) {
		if (next_folded(&haystack) == first && starts_nocase(haystack, tail))
			return true;
	}
	return false;
}

bool text_is_utf8_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (!value || !*value)
			continue;
		return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}
