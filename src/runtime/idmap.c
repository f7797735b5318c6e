/* SPDX-License-Identifier: MIT */
/* Id maps: chosen from what the caller has, written to /proc/PID, or by newuidmap(1) where only it may. */
#include "runtime/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "base/str.h"

static bool next_number(struct span *rest, uint32_t *out)
{
	struct span word;
	uint64_t value;

	if (!span_next_word(rest, &word) || !parse_u64(word, &value) || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

/* What we have ourselves, each id as itself. */
static int choose_own(const char *file, struct spec_id_map *maps, size_t *len, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct span rest, line;
	int r = dir_read(AT_FDCWD, file, &text, err);

	if (r != 0)
		return r < 0 ? r : err_setx(err, ENOENT, "read %s: is /proc mounted?", file);
	rest = strbuf_span(&text);
	for (*len = 0; *len < SPEC_ID_MAPS_MAX && span_next_line(&rest, &line);) {
		struct spec_id_map *map = &maps[*len];
		uint32_t outside;

		if (!next_number(&line, &map->inside) || !next_number(&line, &outside) ||
		    !next_number(&line, &map->size))
			return err_setx(err, EBADMSG, "read %s: malformed", file);
		map->outside = map->inside;
		(*len)++;
	}
	return 0;
}

/* One line of /etc/subuid, "name:start:count"; ids that are none make it no line */
static bool parse_subordinate(struct span line, struct span *who, struct spec_id_map *out)
{
	struct span start, count;
	uint64_t first, n;

	if (!span_next_part(&line, ':', who) || !span_next_part(&line, ':', &start) ||
	    !span_next_part(&line, ':', &count) || !parse_u64(start, &first) ||
	    !parse_u64(span_trim(count), &n) || n == 0 || first > UINT32_MAX || n > UINT32_MAX)
		return false;
	*out = (struct spec_id_map) {1, (uint32_t)first, (uint32_t)n};
	return true;
}

/** struct owner - whose subordinate ids are looked for: a name, an id, or one that gives the other */
struct owner {
	const char *name; /* NULL: of @uid, if it has one */
	uid_t uid;
	bool has_uid;
};

/*
 * A line may name its owner by number. Who has that number is asked only then: the accounts of a host can be
 * far away, and most files have names.
 */
static bool is_owner(struct span who, const struct owner *owner)
{
	const struct passwd *pw;
	uint64_t number;

	if (owner->name && span_eq(who, span_of(owner->name)))
		return true;
	if (parse_u64(who, &number)) {
		if (owner->has_uid)
			return number == owner->uid;
		pw = getpwnam(owner->name);
		return pw && pw->pw_uid == number;
	}
	pw = owner->name ? NULL : getpwuid(owner->uid);
	return pw && span_eq(who, span_of(pw->pw_name));
}

/* The first line of /etc/subuid that is about @owner */
static bool find_subordinate(const char *file, const struct owner *owner, struct spec_id_map *out)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct span rest, line;

	if (dir_read(AT_FDCWD, file, &text, NULL) != 0)
		return false;
	rest = strbuf_span(&text);
	while (span_next_line(&rest, &line)) {
		struct span who;

		if (parse_subordinate(line, &who, out) && is_owner(who, owner))
			return true;
	}
	return false;
}

static bool is_on_path(const char *program)
{
	char path[64];

	snprintf(path, sizeof(path), "/usr/bin/%s", program);
	return access(path, X_OK) == 0;
}

static void choose_plain(struct id_maps *out)
{
	const struct owner self = {.uid = geteuid(), .has_uid = true};

	out->uids[0] = (struct spec_id_map) {0, geteuid(), 1};
	out->gids[0] = (struct spec_id_map) {0, getegid(), 1};
	out->uids_len = out->gids_len = 1;
	if (!is_on_path("newuidmap") || !is_on_path("newgidmap") ||
	    !find_subordinate("/etc/subuid", &self, &out->uids[1]) ||
	    !find_subordinate("/etc/subgid", &self, &out->gids[1]))
		return;
	out->uids_len = out->gids_len = 2;
	out->by_helpers = true;
	out->setgroups = true;
}

int id_map_choose(const struct spec *spec, struct id_maps *out, struct err *err)
{
	int r = 0;

	*out = (struct id_maps) {.setgroups = geteuid() == 0};
	if (spec->uid_maps_len > 0) {
		memcpy(out->uids, spec->uid_maps, sizeof(out->uids));
		memcpy(out->gids, spec->gid_maps, sizeof(out->gids));
		out->uids_len = spec->uid_maps_len;
		out->gids_len = spec->gid_maps_len;
		out->by_helpers = geteuid() != 0 && (out->uids_len > 1 || out->uids[0].size > 1);
		out->setgroups |= out->by_helpers;
		return 0;
	}
	if (geteuid() != 0) {
		choose_plain(out);
		return 0;
	}
	r = choose_own("/proc/self/uid_map", out->uids, &out->uids_len, err);
	return r < 0 ? r : choose_own("/proc/self/gid_map", out->gids, &out->gids_len, err);
}

/* ---- Root's sandboxes ---- */

/* Whether the ids of @map are all ours to give: in a container they may not be. */
static bool have_all(const char *file, const struct spec_id_map *map)
{
	struct spec_id_map own[SPEC_ID_MAPS_MAX];
	size_t len = 0;

	if (choose_own(file, own, &len, NULL) < 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (map->outside >= own[i].inside &&
		    (uint64_t)map->outside + map->size <= (uint64_t)own[i].inside + own[i].size)
			return true;
	return false;
}

static bool find_user(const char *name, struct id_maps *out)
{
	const struct owner owner = {.name = name};

	if (!find_subordinate("/etc/subuid", &owner, &out->uids[0]) ||
	    !find_subordinate("/etc/subgid", &owner, &out->gids[0]) ||
	    !have_all("/proc/self/uid_map", &out->uids[0]) ||
	    !have_all("/proc/self/gid_map", &out->gids[0]))
		return false;
	out->uids[0].inside = out->gids[0].inside = 0;
	out->uids_len = out->gids_len = 1;
	return true;
}

int id_map_subordinate(const struct spec *spec, struct id_maps *out, struct err *err)
{
	static const char *const users[] = {"root", "boxtop"};

	*out = (struct id_maps) {.setgroups = true};
	if (geteuid() != 0 || spec->uid_maps_len > 0 || !(spec->namespaces & SPEC_NS_USER))
		return err_setx(err, ENOENT, "ids are as they are");
	if (spec->subids && strcmp(spec->subids, "none") == 0)
		return err_setx(err, ENOENT, "no subordinate ids are wanted");
	if (spec->subids)
		return find_user(spec->subids, out)
			       ? 0
			       : err_setx(err, EINVAL,
					  "%s has no ids in /etc/subuid and /etc/subgid",
					  spec->subids);
	for (size_t i = 0; i < ARRAY_LEN(users); i++)
		if (find_user(users[i], out))
			return 0;
	return err_setx(err, ENOENT,
			"ids: the host's own, as neither root nor boxtop has any in /etc/subuid "
			"and /etc/subgid");
}

/* ---- Writing ---- */

void id_map_text(const struct spec_id_map *maps, size_t len, struct strbuf *out)
{
	for (size_t i = 0; i < len; i++)
		strbuf_addf(out, "%u %u %u\n", maps[i].inside, maps[i].outside, maps[i].size);
}

static int write_file(pid_t pid, const char *name, const char *text, struct err *err)
{
	char path[64];
	_cleanup_(cleanup_close)
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return err_set(err, errno, "write %s of the user namespace", name);
	return 0;
}

static int write_map(pid_t pid, const char *name, const struct spec_id_map *maps, size_t len,
		     struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	id_map_text(maps, len, &text);
	return write_file(pid, name, strbuf_cstr(&text), err);
}

static int run_helper(const char *program, pid_t pid, const struct spec_id_map *maps, size_t len,
		      struct err *err)
{
	char texts[1 + 3 * SPEC_ID_MAPS_MAX][16], path[64];
	char *args[3 + 3 * SPEC_ID_MAPS_MAX];
	char *env[] = {NULL};
	size_t n = 0;
	int status, r;
	pid_t child;

	snprintf(path, sizeof(path), "/usr/bin/%s", program);
	args[n++] = path;
	snprintf(texts[0], sizeof(texts[0]), "%d", pid);
	args[n++] = texts[0];
	for (size_t i = 0; i < len; i++) {
		const uint32_t values[3] = {maps[i].inside, maps[i].outside, maps[i].size};

		for (size_t j = 0; j < 3; j++) {
			char *text = texts[1 + 3 * i + j];

			snprintf(text, sizeof(texts[0]), "%u", values[j]);
			args[n++] = text;
		}
	}
	args[n] = NULL;
	r = posix_spawn(&child, path, NULL, NULL, args, env);
	if (r != 0)
		return err_set(err, r, "run %s", path);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (status != 0)
		return err_setx(err, EPERM, "%s refused the ids of /etc/subuid and /etc/subgid",
				program);
	return 0;
}

int id_map_write(const struct id_maps *maps, pid_t pid, struct err *err)
{
	int r = 0;

	if (maps->by_helpers) {
		r = run_helper("newuidmap", pid, maps->uids, maps->uids_len, err);
		return r < 0 ? r : run_helper("newgidmap", pid, maps->gids, maps->gids_len, err);
	}
	/* Without it a plain user could drop a group that a file's mode keeps out. */
	if (!maps->setgroups)
		r = write_file(pid, "setgroups", "deny", err);
	if (r >= 0)
		r = write_map(pid, "uid_map", maps->uids, maps->uids_len, err);
	return r < 0 ? r : write_map(pid, "gid_map", maps->gids, maps->gids_len, err);
}
