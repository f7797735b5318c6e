/* SPDX-License-Identifier: MIT */
/*
 * Pieces of text and regular expressions. Owns what was compiled. A pattern is typed letter by letter and
 * compiled with each: what would take regcomp(3) seconds or gigabytes is refused before it is asked.
 */
#include "base/pattern.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

#define COST_MAX  2000 /* parts that a pattern may grow to: x{9}{9} is 81 */
#define DEPTH_MAX 32   /* groups within each other */
#define IN_MAX	  4096 /* bytes that a regular expression is matched with */

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

/** struct cost - what a pattern grows to: glibc copies what is repeated, and copies of copies */
struct cost {
	unsigned long sum[DEPTH_MAX];  /* of each group that is open */
	unsigned long last[DEPTH_MAX]; /* of what a repeat would be about */
	size_t depth;
};

static void cost_add(struct cost *cost, unsigned long parts)
{
	cost->sum[cost->depth] += parts;
	cost->last[cost->depth] = parts;
}

static void cost_repeat(struct cost *cost, unsigned long times)
{
	unsigned long last = cost->last[cost->depth];

	times = times > COST_MAX ? COST_MAX : times;
	if (times > 1)
		cost->sum[cost->depth] += last * (times - 1);
	cost->last[cost->depth] = last * (times > 1 ? times : 1);
}

static void cost_close(struct cost *cost)
{
	if (cost->depth == 0)
		return;
	cost->depth--;
	cost_add(cost, cost->sum[cost->depth + 1]);
}

/* bound() - the greater one of "{2,5}" */
static unsigned long bound(const char *text)
{
	char *end;
	unsigned long least = strtoul(text + 1, &end, 10);
	unsigned long most = *end == ',' ? strtoul(end + 1, NULL, 10) : least;

	return most > least ? most : least;
}

/* set_end() - the last character of a "[set]" */
static const char *set_end(const char *text)
{
	const char *p = text + 1 + (text[1] == '^');

	p += *p == ']';
	while (*p && *p != ']')
		p++;
	return *p ? p : p - 1;
}

/* cost_take() - one piece of a pattern; returns its last character */
static const char *cost_take(struct cost *cost, const char *text)
{
	switch (*text) {
	case '(':
		cost->depth++;
		cost->sum[cost->depth] = cost->last[cost->depth] = 0;
		break;
	case ')':
		cost_close(cost);
		break;
	case '+':
		cost_repeat(cost, 2);
		break;
	case '{':
		cost_repeat(cost, bound(text));
		break;
	case '[':
		cost_add(cost, 1);
		return set_end(text);
	case '\\':
		cost_add(cost, 1);
		return text[1] ? text + 1 : text;
	default:
		cost_add(cost, *text != '*' && *text != '?' ? 1 : cost->last[cost->depth]);
	}
	return text;
}

static int check_cost(const char *text, struct err *err)
{
	struct cost cost = {.depth = 0};

	for (; *text; text++) {
		/* For a back-reference it tries all there is. */
		if (*text == '\\' && text[1] >= '1' && text[1] <= '9')
			return err_setx(err, EINVAL, "back-references are not understood");
		text = cost_take(&cost, text);
		if (cost.depth + 1 == DEPTH_MAX || cost.sum[cost.depth] > COST_MAX)
			return err_setx(err, EINVAL, "too many repeats");
	}
	return 0;
}

static int compile(struct pattern *pattern, struct err *err)
{
	const char *text = strbuf_cstr(&pattern->text);
	int flags = REG_EXTENDED | (has_upper(text) ? 0 : REG_ICASE);
	char why[128];
	int r = check_cost(text, err);

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
