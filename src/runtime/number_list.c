/* SPDX-License-Identifier: MIT */
/* Lists of numbers through a bitmap, so that however one was written it comes out as the kernel's. */
#include "runtime/number_list.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

/** struct number_set - which numbers are in the list */
struct number_set {
	unsigned char bits[(NUMBER_LIST_MAX + 1) / CHAR_BIT];
};

static bool set_has(const struct number_set *set, unsigned int n)
{
	return n <= NUMBER_LIST_MAX && set->bits[n / CHAR_BIT] & 1u << n % CHAR_BIT;
}

static int add_range(struct number_set *set, struct span part, struct err *err)
{
	struct span from = part, to = part;
	uint64_t first, last;

	span_split_at(part, '-', &from, &to);
	if (units_parse_u64(from, 0, NUMBER_LIST_MAX, &first, NULL) < 0 ||
	    units_parse_u64(to, 0, NUMBER_LIST_MAX, &last, NULL) < 0 || first > last)
		return err_setx(err, EINVAL, "'%.*s' is no list like 0-1,4 of numbers up to %d",
				(int)part.len, part.p, NUMBER_LIST_MAX);
	for (uint64_t n = first; n <= last; n++)
		set->bits[n / CHAR_BIT] |= (unsigned char)(1u << n % CHAR_BIT);
	return 0;
}

/* "4", "0-1": appended with a comma where there is something before it. */
static int print_range(char out[LIMIT_TEXT_MAX], unsigned int first, unsigned int last,
		       struct err *err)
{
	size_t len = strlen(out);
	int n = snprintf(out + len, LIMIT_TEXT_MAX - len, first == last ? "%s%u" : "%s%u-%u",
			 len > 0 ? "," : "", first, last);

	if (n < 0 || (size_t)n >= LIMIT_TEXT_MAX - len)
		return err_setx(err, ERANGE, "the list is longer than %d characters",
				LIMIT_TEXT_MAX - 1);
	return 0;
}

int number_list_parse(struct span text, char out[LIMIT_TEXT_MAX], struct err *err)
{
	struct number_set set = {{0}};
	struct span part;
	int r = 0;

	if (text.len == 0)
		return err_setx(err, EINVAL, "an empty list; max is for all");
	while (r == 0 && span_next_part(&text, ',', &part))
		r = add_range(&set, span_trim(part), err);
	if (r < 0)
		return r;
	out[0] = '\0';
	for (unsigned int n = 0; r == 0 && n <= NUMBER_LIST_MAX; n++) {
		unsigned int first = n;

		if (!set_has(&set, n))
			continue;
		while (set_has(&set, n + 1))
			n++;
		r = print_range(out, first, n, err);
	}
	return r;
}
