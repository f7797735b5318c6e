/* SPDX-License-Identifier: MIT */
/*
 * What a person writes for the screen: a file of settings, a filter, a pattern. Whatever stands in the
 * file, writing it again loses nothing, and is read as what was written.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/pattern.h"
#include "model/query.h"
#include "ui/settings.h"

#define PATTERN_MAX 256 /* what a prompt takes */

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

static const struct app_options defaults = {.delay_usec = 1500000, .mouse = true};

static void fuzz_settings(struct span text)
{
	static struct app_options options, again;
	struct settings_problem problem;
	struct strbuf kept = STRBUF_INIT, first = STRBUF_INIT, second = STRBUF_INIT;

	options = again = defaults;
	settings_apply(text, &options, &problem);
	settings_write(text, &options, &defaults, &kept);
	settings_apply(strbuf_span(&kept), &again, &problem);
	settings_write(SPAN(""), &options, &defaults, &first);
	settings_write(SPAN(""), &again, &defaults, &second);
	require(span_eq(strbuf_span(&first), strbuf_span(&second)));
	strbuf_reset(&second);
	settings_write(strbuf_span(&kept), &again, &defaults, &second);
	/* A new file starts with a comment of ours. */
	require(kept.len == 0 || span_eq(strbuf_span(&kept), strbuf_span(&second)));
	strbuf_finish(&kept);
	strbuf_finish(&first);
	strbuf_finish(&second);
}

static void fuzz_pattern(struct span text, struct span in)
{
	struct pattern pattern = {0};
	struct span found;

	if (pattern_parse(&pattern, text, NULL) == 0 && pattern_find(&pattern, in, &found))
		require(found.p >= in.p && found.p + found.len <= in.p + in.len);
	pattern_finish(&pattern);
}

static void fuzz_filter(struct span text)
{
	static const enum row_kind kinds[] = {ROW_CONTAINER, ROW_PROCESS, ROW_NS};
	char copy[PATTERN_MAX];

	span_copy(text, copy, sizeof(copy));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct filter *filter = NULL;

		if (filter_parse(copy, kinds[i], &filter, NULL) == 0)
			filter_sources(filter);
		filter_free(filter);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct span pattern = {text.p, size < PATTERN_MAX ? size : PATTERN_MAX};
	struct strbuf regex = STRBUF_INIT;

	fuzz_settings(text);
	fuzz_filter(pattern);
	fuzz_pattern(pattern, text);
	strbuf_addc(&regex, '~');
	strbuf_add(&regex, pattern.p, pattern.len);
	fuzz_pattern(strbuf_span(&regex), text);
	strbuf_finish(&regex);
	return 0;
}
