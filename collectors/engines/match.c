// SPDX-License-Identifier: MIT
/*
 * Matching one component of a cgroup path, and filling a claim from it. Owns nothing; strings of a
 * claim go into its arena. Never does I/O and never trusts a length: components may hold anything but
 * a slash and a NUL.
 */
#include "collectors/engines/match.h"

bool match_strip(struct span s, const char *prefix, const char *suffix, struct span *out)
{
	struct span before = span_of(prefix), after = span_of(suffix);

	if (s.len <= before.len + after.len || !span_starts(s, before) || !span_ends(s, after))
		return false;
	*out = (struct span) {s.p + before.len, s.len - before.len - after.len};
	return true;
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool match_hex(struct span s, size_t len)
{
	if (s.len != len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_hex_digit(s.p[i]))
			return false;
	return true;
}

bool match_digits(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.len > 0;
}

bool match_filename(struct span s)
{
	if (s.len == 0 || s.len > 255 || span_eq(s, SPAN(".")) || span_eq(s, SPAN("..")))
		return false;
	return !memchr(s.p, '/', s.len) && !memchr(s.p, '\0', s.len);
}

bool match_uuid(struct span s, char sep)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (s.len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (form[i] == '-' ? s.p[i] != sep : !is_hex_digit(s.p[i]))
			return false;
	return true;
}

struct span match_last(struct span path)
{
	const char *slash = path.len ? memrchr(path.p, '/', path.len) : NULL;

	if (!slash)
		return path;
	return (struct span) {slash + 1, path.len - (size_t)(slash + 1 - path.p)};
}

struct span match_above(struct span path)
{
	const char *slash = path.len ? memrchr(path.p, '/', path.len) : NULL;

	return (struct span) {path.p, slash ? (size_t)(slash - path.p) : 0};
}

bool match_has_component(struct span path, const char *name)
{
	struct span part;

	while (span_next_part(&path, '/', &part))
		if (span_eq(part, span_of(name)))
			return true;
	return false;
}

static int hex_value(char c)
{
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (!is_hex_digit(c))
		return -1;
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The byte that an escape at @i stands for, or 0. */
static char escaped_byte(struct span s, size_t i)
{
	int high, low;

	if (i + 3 >= s.len || s.p[i] != '\\' || s.p[i + 1] != 'x')
		return 0;
	high = hex_value(s.p[i + 2]);
	low = hex_value(s.p[i + 3]);
	return high < 0 || low < 0 ? 0 : (char)(high * 16 + low);
}

struct span match_unescape(struct span s, char *buf)
{
	size_t len = 0;

	if (s.len >= MATCH_UNIT_MAX)
		return s;
	for (size_t i = 0; i < s.len; i++) {
		char byte = escaped_byte(s, i);

		buf[len++] = byte ? byte : s.p[i];
		i += byte ? 3 : 0;
	}
	buf[len] = '\0';
	return (struct span) {buf, len};
}

bool claim_scope_or_dir(const struct claim_path *path, const char *prefix, struct claim *out)
{
	struct span id;
	bool scope = match_strip(path->unescaped, prefix, ".scope", &id);

	if (!scope)
		id = path->component;
	if (!match_filename(id))
		return false;
	claim_set(out, CONTAINER_CONTAINER, id, id);
	out->weak = !scope;
	return true;
}

const char *claim_text(struct claim *claim, struct span s)
{
	return arena_strndup(claim->arena, s.p, s.len);
}

void claim_set(struct claim *out, enum container_kind kind, struct span id, struct span name)
{
	out->kind = kind;
	out->id = id.len ? claim_text(out, id) : NULL;
	if (!name.len)
		name = (struct span) {id.p,
				      id.len < MATCH_SHORT_ID_LEN ? id.len : MATCH_SHORT_ID_LEN};
	out->name = claim_text(out, name);
}

bool claim_hex(const struct claim_path *path, const char *prefix, const char *suffix,
	       enum container_kind kind, struct claim *out)
{
	struct span id;

	if (!match_strip(path->component, prefix, suffix, &id) || !match_hex(id, MATCH_ID_LEN))
		return false;
	claim_set(out, kind, id, SPAN(""));
	return true;
}
