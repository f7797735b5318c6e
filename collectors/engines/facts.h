/* SPDX-License-Identifier: MIT */
/*
 * Facts: the few texts that we want from an engine's state file, taken out by a table of keys, so
 * that a file of a hundred kilobytes costs a few hundred bytes once it was read. Formats are JSON,
 * a JSON list of objects, and KEY=VALUE lines. Pure: bytes in, facts out.
 */
#ifndef BOXTOP_COLLECTORS_ENGINES_FACTS_H
#define BOXTOP_COLLECTORS_ENGINES_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/** enum fact - what engines' state files tell */
enum fact {
	FACT_ID = 0,
	FACT_NAME,
	FACT_IMAGE,
	FACT_POD,
	FACT_POD_NAMESPACE,
	FACT_PROJECT,
	FACT_SERVICE,
	FACT_ROOT_PATH,
	FACT_OWNER,
	FACT_TYPE, /* "sandbox" for a pod's infrastructure container; "vm" */
	FACT_HOSTNAME,
	FACT_PID,
	FACT_START_TICKS,
	FACT_CREATED, /* RFC 3339 or microseconds since 1970 */
	FACT_STATUS,
	FACT_FINISHED, /* as FACT_CREATED */
	FACT_EXIT_CODE,
	FACT_OOM_KILLED, /* "true", or no fact */
	FACTS,
};

#define FACT_KEY_DEPTH 3
#define FACT_TEXT_MAX  4096 /* longer texts are cut */

/** struct fact_key - where a fact stands; the first key that gives a text wins */
struct fact_key {
	enum fact fact;
	const char *keys[FACT_KEY_DEPTH]; /* names of nested objects, the last one the value's. For
					   * lines: the section (or "") and the key */
};

/** enum facts_format - how a state file is written */
enum facts_format {
	FACTS_JSON,  /* an object; a text that holds JSON counts as the object in it */
	FACTS_LIST,  /* an array of objects that are told apart by FACT_ID */
	FACTS_LINES, /* KEY=VALUE, "key = value", [sections], # comments */
	FACTS_VALUE, /* one value for the first key: a pid file */
};

/** struct facts_source - a kind of state file */
struct facts_source {
	enum facts_format format;
	size_t max_bytes;
	const struct fact_key *keys;
	size_t keys_len;
};

/** struct facts - texts or NULL */
struct facts {
	const char *text[FACTS];
};

/** struct facts_set - all facts of one file; init zeroed, free with facts_finish() */
struct facts_set {
	struct facts *items; /* FACTS_LIST: ascending id; else one */
	size_t len;
	char *pool; /* what the texts point into */
};

/**
 * facts_parse() - take the facts out of a file's bytes
 * @set: zeroed
 *
 * JSON is refused with duplicate keys, nested too deep, truncated, of the wrong type at the top. A
 * value of an unexpected type is no fact. In a list, what has no id or an id that came before is left
 * out.
 * Return: false if it is malformed as a whole.
 */
bool facts_parse(const struct facts_source *source, struct span file, struct facts_set *set);
void facts_finish(struct facts_set *set);
/** facts_find() - of the element @id of a list; of the file for NULL; NULL if there is none */
const struct facts *facts_find(const struct facts_set *set, const char *id);

/** facts_u64() - a fact as a number; 0 if it is none */
uint64_t facts_u64(const struct facts *facts, enum fact fact);
/** facts_usec() - FACT_CREATED as microseconds since 1970; 0 if it can't be understood */
uint64_t facts_usec(const char *text);

#endif
