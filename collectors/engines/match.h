/* SPDX-License-Identifier: MIT */
/* What the engines' claim() functions are made of: matching one component of a cgroup path. Pure. */
#ifndef BOXTOP_COLLECTORS_ENGINES_MATCH_H
#define BOXTOP_COLLECTORS_ENGINES_MATCH_H

#include "collectors/engines/engine.h"

#define MATCH_ID_LEN	   64  /* hexadecimal digits of a container's id */
#define MATCH_SHORT_ID_LEN 12  /* of which are shown where no name is known */
#define MATCH_UNIT_MAX	   256 /* a component with its escapes undone, terminated */

/** match_strip() - @s without @prefix and @suffix around something; false if it has none of it */
bool match_strip(struct span s, const char *prefix, const char *suffix, struct span *out);
/** match_hex() - exactly @len lowercase hexadecimal digits */
bool match_hex(struct span s, size_t len);
/** match_digits() - one decimal digit or more, nothing else */
bool match_digits(struct span s);
/** match_filename() - may be used as one component of a path below a state directory: not empty, no
 *  slash, no NUL, neither "." nor "..", at most 255 bytes */
bool match_filename(struct span s);
/** match_uuid() - 8-4-4-4-12 lowercase hexadecimal digits, separated by @sep */
bool match_uuid(struct span s, char sep);
/** match_last() - the last component of a path; empty for the root */
struct span match_last(struct span path);
/** match_above() - the path without its last component and without a trailing slash */
struct span match_above(struct span path);
/** match_has_component() - whether @name is a component of @path */
bool match_has_component(struct span path, const char *name);
/** match_unescape() - undo systemd's \xNN into @buf of MATCH_UNIT_MAX bytes; \x00 and broken escapes
 *  stay as they are. Return: what @buf holds; @s itself where it is too long */
struct span match_unescape(struct span s, char *buf);

/** claim_set() - fill what every claim has; the engine is set already. @name may be empty: then the
 *  short form of @id is taken */
void claim_set(struct claim *out, enum container_kind kind, struct span id, struct span name);
/** claim_hex() - a claim of a component PREFIX<64 hex>SUFFIX, named by its short id */
bool claim_hex(const struct claim_path *path, const char *prefix, const char *suffix,
	       enum container_kind kind, struct claim *out);
/** claim_scope_or_dir() - PREFIX<id>.scope, or a directory called as the container anywhere, which is weak:
 *  only a state file makes it one. The name is the id */
bool claim_scope_or_dir(const struct claim_path *path, const char *prefix, struct claim *out);
/** claim_text() - a copy of @s in the claim's arena */
const char *claim_text(struct claim *claim, struct span s);

#endif
