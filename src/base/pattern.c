/* SPDX-License-Identifier: MIT */
/*
 * Pieces of text and regular expressions. Owns what was compiled. A pattern is typed letter by letter and
 * compiled with each: what would take regcomp(3) seconds or gigabytes is refused before it is asked.
 */
#include "base/pattern.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

#define REPEATS_MAX 1000 /* all bounds of a pattern multiplied: x{9}{9} is 81 */
#define IN_MAX	    4096 /* bytes that a regular expression is matched with */

/* has_upper() - an upper-case letter that stands for itself */
static bool has_upper(const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text >= 'A' && *text <= 'Z')
			return true;
	}
	return false;
}

/* check_repeats() - glibc copies what is repeated, and copies of copies */
static int check_repeats(const char *text, struct err *err)
{
	unsigned long product = 1;

	for (; *text; text++) {
		char *end;

		if (*text == '\\' && text[1]) {
			text++;
			continue;
		}
		if (*text != '{')
			continue;
		unsigned long least = strtoul(text + 1, &end, 10);
		unsigned long most = *end == ',' ? strtoul(end + 1, NULL, 10) : least;

		most = most > least ? most : least;
		if (most > 1)
			product *= most > REPEATS_MAX ? REPEATS_MAX + 1 : most;
		if (product > REPEATS_MAX)
			return err_setx(err, EINVAL, "more than %d repeats", REPEATS_MAX);
	}
	return 0;
}

static int compile(struct pattern *pattern, struct err *err)
{
	const char *text = strbuf_cstr(&pattern->text);
	int flags = REG_EXTENDED | (has_upper(text) ? 0 : REG_ICASE);
	char why[128];
	int r = check_repeats(text, err);

	if (r < 0)
		return r;
	r = regcomp(&pattern->regex, text, flags);
	if (r != 0) {
		regerror(r, NULL, why, sizeof(why));
		return err_setx(err, EINVAL, "%s", why);
	}
	pattern->is_regex = true;
	return 0;
}

static bool cut_sign(struct span *text, char sign)
{
	if (text->len == 0 || text->p[0] != sign)
		return false;
	*text = span_trim((struct span) {text->p + 1, text->len - 1});
	return true;
}

int pattern_parse(struct pattern *pattern, struct span text, struct err *err)
{
	pattern_finish(pattern);
	pattern->negated = cut_sign(&text, '!');
	bool is_regex = cut_sign(&text, '~');

	strbuf_add(&pattern->text, text.p, text.len);
	int r = is_regex && text.len > 0 ? compile(pattern, err) : 0;

	if (r < 0)
		pattern_finish(pattern);
	return r;
}

bool pattern_is_empty(const struct pattern *pattern)
{
	return pattern->text.len == 0;
}

static bool find_regex(const struct pattern *pattern, struct span in, struct span *out_found)
{
	char buf[IN_MAX];
	regmatch_t match;
	size_t at = 0;

	/* Cut where it is longer: who looks for something there looks long. */
	span_copy(in, buf, sizeof(buf));
	while (regexec(&pattern->regex, buf + at, 1, &match, at ? REG_NOTBOL : 0) == 0) {
		size_t start = at + (size_t)match.rm_so, end = at + (size_t)match.rm_eo;

		*out_found = (struct span) {in.p + start, end - start};
		/* "x*" is found everywhere, and rather where there is an x. */
		if (end > start || !buf[start])
			return true;
		at = start + 1;
	}
	return at > 0;
}

static bool find_text(const struct pattern *pattern, struct span in, struct span *out_found)
{
	struct span needle = strbuf_span(&pattern->text), rest = in;
	uint32_t ch;

	if (!text_contains_nocase(in, needle))
		return false;
	while (rest.len > 0) {
		/* As many characters as the needle has: simple case folding keeps the number. */
		struct span left = needle, after = rest;

		while (text_next(&left, &ch, NULL) && text_next(&after, &ch, NULL))
			continue;
		*out_found = (struct span) {rest.p, rest.len - after.len};
		if (text_contains_nocase(*out_found, needle))
			return true;
		text_next(&rest, &ch, NULL);
	}
	return false;
}

bool pattern_find(const struct pattern *pattern, struct span in, struct span *out_found)
{
	struct span found = {in.p, 0};
	bool is = pattern->is_regex ? find_regex(pattern, in, &found)
				    : find_text(pattern, in, &found);

	if (is && out_found)
		*out_found = found;
	return is;
}

void pattern_finish(struct pattern *pattern)
{
	if (pattern->is_regex)
		regfree(&pattern->regex);
	strbuf_finish(&pattern->text);
	*pattern = (struct pattern) {0};
}
