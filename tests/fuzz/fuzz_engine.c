/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a cgroup path, and as a state file of every format. Whatever goes in: a claim has a
 * name and an engine; an id that is made into a file name of a state directory stays in it; facts are
 * terminated texts without an empty one among them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "collectors/engines/facts.h"
#include "collectors/engines/match.h"
#include "collectors/sandboxes.h"

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

/* Confirming isn't called here. */
const struct sandbox_seen *sandboxes_get(const struct sandboxes *sandboxes, size_t index)
{
	(void)sandboxes;
	(void)index;
	return NULL;
}

static const struct fact_key keys[] = {
	{FACT_ID, {"id"}},
	{FACT_NAME, {"names"}},
	{FACT_NAME, {"metadata", "name"}},
	{FACT_PROJECT, {"Config", "Labels", "project"}},
	{FACT_PID, {"", "LEADER"}},
	{FACT_IMAGE, {"Application", "runtime"}},
};

static void fuzz_facts(enum facts_format format, struct span file)
{
	const struct facts_source source = {format, 1u << 20, keys, ARRAY_LEN(keys)};
	struct facts_set set = {NULL, 0, NULL};

	if (!facts_parse(&source, file, &set))
		return;
	for (size_t i = 0; i < set.len; i++) {
		for (size_t fact = 0; fact < FACTS; fact++) {
			const char *text = set.items[i].text[fact];

			require(!text || (*text && strlen(text) <= FACT_TEXT_MAX));
			facts_usec(text);
		}
		if (format == FACTS_LIST)
			require(facts_find(&set, set.items[i].text[FACT_ID]) == &set.items[i]);
	}
	facts_finish(&set);
}

static void check_claim(const struct claim *claim)
{
	require(claim->name && *claim->name && claim->engine);
	require(!claim->confirmed && !claim->leader);
	if (claim->kind < CONTAINER_SERVICE && claim->kind != CONTAINER_APP && claim->id)
		require(!strchr(claim->id, '/') && strcmp(claim->id, "..") != 0);
}

static void fuzz_path(const char *path)
{
	struct arena arena = ARENA_INIT;
	struct claim claim = {.arena = &arena};
	struct engine_claim claims[ENGINE_CLAIMS_MAX];
	const struct engine *engine;
	enum path_verdict verdict = engine_identify(path, &claim, &engine);
	size_t len = engine_claims(path, &arena, claims);

	require((verdict == PATH_CLAIMED) == (engine != NULL));
	if (verdict == PATH_CLAIMED) {
		check_claim(&claim);
		require(len > 0 && claims[0].engine == engine);
	}
	for (size_t i = 0; i < len; i++)
		check_claim(&claims[i].claim);
	arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span file = {(const char *)data, size};
	char *path = strndup((const char *)data, size);

	fuzz_path(path);
	free(path);
	for (int format = FACTS_JSON; format <= FACTS_VALUE; format++)
		fuzz_facts((enum facts_format)format, file);
	return 0;
}
