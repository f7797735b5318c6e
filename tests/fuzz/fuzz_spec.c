/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the config.json of a bundle. Whatever goes in: a refusal names something and is a line of
 * text; what is taken survives the check of the whole spec, and if that takes it too, it prints as JSON that
 * reads back and prints the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/spec_json.h"

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

/* A list of system calls would be copied from a file that isn't there. */
static void forget_seccomp(struct spec *spec)
{
	spec->seccomp = SPEC_SECCOMP_DEFAULT;
	spec->seccomp_profile = NULL;
}

static char *print(const struct spec *spec)
{
	struct err err = ERR_INIT;
	char *text = NULL;

	require(spec_print(spec, &text, &err) == 0);
	return text;
}

static void check_list(const struct spec_list *list)
{
	require(list->len == 0 || list->items[list->len] == NULL);
	for (size_t i = 0; i < list->len; i++)
		require(list->items[i]);
}

static void check_spec(const struct spec *spec)
{
	check_list(&spec->process.args);
	check_list(&spec->process.env);
	check_list(&spec->masked_paths);
	for (size_t i = 0; i < spec->mounts_len; i++)
		require(spec->mounts[i].destination);
	require(spec->uid_maps_len <= SPEC_ID_MAPS_MAX && spec->gid_maps_len <= SPEC_ID_MAPS_MAX);
	require(spec->root.kind == SPEC_ROOT_HOST || spec->root.path);
	require(!spec->ns_paths[0] || !(spec->namespaces & SPEC_NS_USER));
}

static void fuzz_round_trip(struct spec *spec)
{
	struct err err = ERR_INIT;
	struct spec again;
	char *first, *second;

	forget_seccomp(spec);
	first = print(spec);
	spec_init(&again);
	require(spec_parse(&again, "/b", span_of(first), &err) == 0);
	second = print(&again);
	require(strcmp(first, second) == 0);
	spec_finish(&again);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct err err = ERR_INIT;
	struct spec spec;

	spec_init(&spec);
	if (spec_parse(&spec, "/b", text, &err) == 0) {
		check_spec(&spec);
		if (spec_check(&spec, &err) == 0) {
			require(spec.namespaces & SPEC_NS_MNT);
			fuzz_round_trip(&spec);
		}
	} else {
		require(err.code && err.text[0] && strlen(err.text) < sizeof(err.text));
	}
	spec_finish(&spec);
	return 0;
}
