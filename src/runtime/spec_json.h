/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing config.json, internal to the runtime. An object is read through a table of its
 * keys: what isn't in the table is refused by its full name, so nothing that a bundle asks for is skipped
 * in silence. A null is as good as a key that isn't there.
 */
#ifndef BOXTOP_RUNTIME_SPEC_JSON_H
#define BOXTOP_RUNTIME_SPEC_JSON_H

#include <jansson.h>

#include "runtime/spec.h"

/** struct spec_reader - a config.json on its way into a spec */
struct spec_reader {
	struct spec *spec;
	const char *dir;	  /* of config.json, absolute; relative paths start there */
	bool restricts_devices;	  /* linux.resources.devices denies something */
	uint64_t ambient;	  /* capabilities that would be ambient */
	struct spec_hooks *hooks; /* those that are being read */
	struct err *err;
	size_t path_len;
	char path[160]; /* the key that is being read: "linux.resources.memory.limit" */
};

/** struct spec_key - one key of an object, and who reads its value */
struct spec_key {
	const char *name;
	int (*read)(struct spec_reader *reader, json_t *value);
};

/** spec_refuse() - -EINVAL with the key's full name in front */
int spec_refuse(struct spec_reader *reader, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** spec_read_object() - every key of @object by its entry in @keys, which ends with {0} */
int spec_read_object(struct spec_reader *reader, json_t *object, const struct spec_key *keys);
/** spec_read_each() - every value of an array; NULL is as good as an empty one */
int spec_read_each(struct spec_reader *reader, json_t *array,
		   int (*read)(struct spec_reader *reader, json_t *value));
/** spec_read_maps() - an array of containerID, hostID and size; SPEC_ID_MAPS_MAX at most */
int spec_read_maps(struct spec_reader *reader, json_t *value, struct spec_id_map *maps,
		   size_t *out_len);
/** spec_read_pairs() - an object of texts to "key=value" */
int spec_read_pairs(struct spec_reader *reader, json_t *object, struct spec_list *out);
/** spec_read_list() - an array of texts, replacing what @out held */
int spec_read_list(struct spec_reader *reader, json_t *array, struct spec_list *out);
/** spec_read_text() - a text, copied into the spec's arena */
int spec_read_text(struct spec_reader *reader, json_t *value, char **out);
int spec_read_bool(struct spec_reader *reader, json_t *value, bool *out);
/** spec_read_number() - a whole number from @min to @max */
int spec_read_number(struct spec_reader *reader, json_t *value, int64_t min, int64_t max,
		     int64_t *out);
/** spec_read_u64() - a whole number, to the last one (2^64 - 1) */
int spec_read_u64(struct spec_reader *reader, json_t *value, uint64_t *out);
int spec_read_u32(struct spec_reader *reader, json_t *value, uint32_t *out);

/** spec_read_harmless() - for keys whose absence changes nothing that a sandbox could notice */
int spec_read_harmless(struct spec_reader *reader, json_t *value);
/** spec_read_nothing() - for keys that are taken only while they ask for nothing: false, 0, -1, "", {} */
int spec_read_nothing(struct spec_reader *reader, json_t *value);

/** spec_json_load() - any JSON without duplicated keys; whole numbers become doubles if one is too large */
json_t *spec_json_load(struct span text, json_error_t *error);
/** spec_parse() - spec_load_bundle() of a file that was read from @dir */
int spec_parse(struct spec *spec, const char *dir, struct span text, struct err *err);
/** spec_print() - the whole spec as config.json; @out is to be freed */
int spec_print(const struct spec *spec, char **out, struct err *err);

/* The sections of config.json. */
int spec_read_process(struct spec_reader *reader, json_t *value);
int spec_read_mounts(struct spec_reader *reader, json_t *value);
int spec_read_linux(struct spec_reader *reader, json_t *value);
int spec_read_resources(struct spec_reader *reader, json_t *value);
/** spec_check_device_list() - whether a list of devices that denies some can be kept, once all is read */
int spec_check_device_list(struct spec_reader *reader);
/** spec_read_hooks(), spec_write_hooks() - "hooks"; NULL: there are none */
int spec_read_hooks(struct spec_reader *reader, json_t *value);
json_t *spec_write_hooks(const struct spec *spec);
/** spec_read_own(), spec_write_own() - "boxtop": what OCI has no name for */
int spec_read_own(struct spec_reader *reader, json_t *value);
json_t *spec_write_own(const struct spec *spec);

/** spec_json_text() - a text as JSON; bytes that are no UTF-8 as {"hex": "..."}, which reads back */
json_t *spec_json_text(const char *text);
/** spec_json_list() - an array of texts */
json_t *spec_json_list(const struct spec_list *list);
/** spec_json_pairs() - "key=value" to an object */
json_t *spec_json_pairs(const struct spec_list *list);
json_t *spec_json_u64(uint64_t value);
/** spec_json_process(), spec_json_linux() - the sections; @seccomp is consumed, NULL: none */
json_t *spec_json_process(const struct spec *spec);
json_t *spec_json_linux(const struct spec *spec, json_t *seccomp);

/** spec_namespace_names[] - as OCI calls them, by bit number */
extern const char *const spec_namespace_names[SPEC_NS_KINDS];
/** spec_hook_names[] - as OCI calls them */
extern const char *const spec_hook_names[SPEC_HOOK_KINDS];
/** spec_rlimit_name() - "RLIMIT_NOFILE"; NULL: none. spec_rlimit_find(): -1: none */
const char *spec_rlimit_name(int resource);
int spec_rlimit_find(const char *name);

#endif
