// SPDX-License-Identifier: MIT
/*
 * Looks through the directories where sandboxes have their state: root's, this user's, and those of the
 * users that have processes. A user's directory counts only if nobody else could have written it, and
 * what it says counts only for that user's own processes. Owns the names; the files are the cache's.
 */
#include "collectors/sandboxes.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "collectors/engines/confirm.h"

#define SANDBOXES_MAX 4096 /* of one user: whoever has more is up to something */

/** struct place - a directory of sandboxes' states */
struct place {
	uid_t uid;
	char *base; /* below the root */
	char **names;
	size_t names_len;
};

/** struct sandboxes - the places that exist, and what is in them */
struct sandboxes {
	int root_fd;
	bool live;
	uint64_t looked_usec;
	struct place *places;
	size_t places_len;
	struct sandbox_seen *items;
	size_t items_len, items_cap;
};

static const struct fact_key seen_keys[] = {
	{FACT_ID, {"name"}},
	{FACT_STATUS, {"status"}},
	{FACT_PID, {"pid"}},
	{FACT_START_TICKS, {"start_ticks"}},
	{FACT_CREATED, {"created_usec"}},
	{FACT_FINISHED, {"finished_usec"}},
	{FACT_EXIT_CODE, {"exit_code"}},
	{FACT_OOM_KILLED, {"oom_killed"}},
	{FACT_ROOT_PATH, {"rootfs"}},
	{FACT_IMAGE, {"image"}},
};
static const struct facts_source seen_source = {FACTS_JSON, 1u << 20, seen_keys,
						ARRAY_LEN(seen_keys)};

struct sandboxes *sandboxes_new(int root_fd, bool live)
{
	struct sandboxes *sandboxes = xcalloc(1, sizeof(*sandboxes));

	sandboxes->root_fd = root_fd;
	sandboxes->live = live;
	return sandboxes;
}

static void forget_places(struct sandboxes *sandboxes)
{
	for (size_t i = 0; i < sandboxes->places_len; i++) {
		struct place *place = &sandboxes->places[i];

		for (size_t j = 0; j < place->names_len; j++)
			free(place->names[j]);
		free(place->names);
		free(place->base);
	}
	free(sandboxes->places);
	sandboxes->places = NULL;
	sandboxes->places_len = 0;
}

void sandboxes_free(struct sandboxes *sandboxes)
{
	if (!sandboxes)
		return;
	forget_places(sandboxes);
	free(sandboxes->items);
	free(sandboxes);
}

/* ---- Places ---- */

/* Its directory of sandboxes, if it is one that only @uid can have made. */
static DIR *open_place(const struct sandboxes *sandboxes, uid_t uid, const char *base)
{
	_cleanup_(cleanup_close)
	int fd = openat(sandboxes->root_fd, base,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	DIR *listing;

	if (fd < 0 || fstat(fd, &st) < 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return NULL;
	/* A tree that stands for "/" belongs to whoever runs the tests. */
	if (sandboxes->live && st.st_uid != uid)
		return NULL;
	listing = fdopendir(fd);
	if (listing)
		fd = -1;
	return listing;
}

static void add_place(struct sandboxes *sandboxes, uid_t uid, const char *base)
{
	_cleanup_(cleanup_closedir)
	DIR *listing = open_place(sandboxes, uid, base);
	struct place *place;
	struct dirent *entry;

	if (!listing)
		return;
	sandboxes->places = xreallocarray(sandboxes->places, sandboxes->places_len + 1,
					  sizeof(*sandboxes->places));
	place = &sandboxes->places[sandboxes->places_len++];
	*place = (struct place) {.uid = uid, .base = xstrdup(base)};
	while (place->names_len < SANDBOXES_MAX && (entry = readdir(listing))) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_REG)
			continue;
		place->names =
			xreallocarray(place->names, place->names_len + 1, sizeof(*place->names));
		place->names[place->names_len++] = xstrdup(entry->d_name);
	}
}

static void add_user(struct sandboxes *sandboxes, uid_t uid)
{
	const char *own = getenv("XDG_RUNTIME_DIR");
	char base[PATH_MAX];

	if (uid == 0) {
		add_place(sandboxes, uid, "run/boxtop");
		return;
	}
	snprintf(base, sizeof(base), "run/user/%u/boxtop", uid);
	add_place(sandboxes, uid, base);
	if (sandboxes->live && uid == geteuid() && own && own[0] == '/' &&
	    (size_t)snprintf(base + 1, sizeof(base) - 1, "%s/boxtop", own) < sizeof(base) - 1 &&
	    (sandboxes->places_len == 0 ||
	     strcmp(sandboxes->places[sandboxes->places_len - 1].base, base + 2) != 0))
		add_place(sandboxes, uid, base + 2);
	snprintf(base, sizeof(base), "tmp/boxtop-%u", uid);
	add_place(sandboxes, uid, base);
}

static int compare_uids(const void *a, const void *b)
{
	uid_t x = *(const uid_t *)a, y = *(const uid_t *)b;

	return (x > y) - (x < y);
}

static void find_places(struct sandboxes *sandboxes, const struct identity_pass *ip)
{
	_cleanup_(cleanup_free)
	uid_t *uids = xcalloc(ip->entries_len + 2, sizeof(*uids));
	size_t len = 0;

	uids[len++] = 0;
	uids[len++] = geteuid();
	for (size_t i = 0; i < ip->entries_len; i++) {
		uid_t uid = ip->entries[i]->uid;

		if (uid != (uid_t)-1 && uid != uids[len - 1])
			uids[len++] = uid;
	}
	qsort(uids, len, sizeof(*uids), compare_uids);
	for (size_t i = 0; i < len; i++)
		if (i == 0 || uids[i] != uids[i - 1])
			add_user(sandboxes, uids[i]);
}

/* ---- What is in them ---- */

static void see(struct sandboxes *sandboxes, struct state_cache *cache, const struct place *place,
		const char *name)
{
	const struct facts *facts;
	char rest[NAME_MAX + 16];

	snprintf(rest, sizeof(rest), "%s/state.json", name);
	if (state_read(cache, &seen_source, (struct state_path) {place->base, rest}, NULL,
		       &facts) != READ_OK ||
	    !facts->text[FACT_ID] || strcmp(facts->text[FACT_ID], name) != 0)
		return;
	if (sandboxes->items_len == sandboxes->items_cap) {
		sandboxes->items_cap = sandboxes->items_cap ? sandboxes->items_cap * 2 : 16;
		sandboxes->items = xreallocarray(sandboxes->items, sandboxes->items_cap,
						 sizeof(*sandboxes->items));
	}
	sandboxes->items[sandboxes->items_len++] = (struct sandbox_seen) {
		.name = name,
		.uid = place->uid,
		.facts = facts,
		.stopped = facts->text[FACT_STATUS] &&
			   strcmp(facts->text[FACT_STATUS], "stopped") == 0,
	};
}

void sandboxes_begin(struct sandboxes *sandboxes, const struct identity_pass *ip)
{
	uint64_t now_usec = ip->snapshot->monotonic_usec;

	sandboxes->items_len = 0;
	if (!ip->state)
		return;
	if (!sandboxes->looked_usec || now_usec - sandboxes->looked_usec >= STATE_LOOK_USEC) {
		forget_places(sandboxes);
		find_places(sandboxes, ip);
		sandboxes->looked_usec = now_usec;
	}
	for (size_t i = 0; i < sandboxes->places_len; i++) {
		const struct place *place = &sandboxes->places[i];

		for (size_t j = 0; j < place->names_len; j++)
			see(sandboxes, ip->state, place, place->names[j]);
	}
}

const struct sandbox_seen *sandboxes_get(const struct sandboxes *sandboxes, size_t index)
{
	return index < sandboxes->items_len ? &sandboxes->items[index] : NULL;
}

/* ---- Rows ---- */

static void claim_seen(const struct sandbox_seen *seen, struct claim *claim)
{
	claim->kind = CONTAINER_SANDBOX;
	claim->engine = "boxtop";
	claim->id = claim->name = arena_strdup(claim->arena, seen->name);
	claim->uid = seen->uid;
	claim->confirmed = true;
	confirm_take(claim, seen->facts);
}

/* A user may write what he likes, and must not name what is another's. */
static bool is_of(const struct sandbox_seen *seen, const struct pid_entry *leader,
		  const struct pid_entry *outside)
{
	return seen->uid == 0 || leader->uid == seen->uid || (outside && outside->uid == seen->uid);
}

bool sandboxes_claim(const struct sandboxes *sandboxes, const struct pid_entry *leader,
		     const struct pid_entry *outside, struct claim *claim)
{
	for (size_t i = 0; sandboxes && i < sandboxes->items_len; i++) {
		const struct sandbox_seen *seen = &sandboxes->items[i];

		if (facts_u64(seen->facts, FACT_PID) != (uint64_t)leader->pid ||
		    facts_u64(seen->facts, FACT_START_TICKS) != leader->start_ticks ||
		    !is_of(seen, leader, outside))
			continue;
		claim_seen(seen, claim);
		return true;
	}
	return false;
}

void sandboxes_add_stopped(const struct sandboxes *sandboxes, struct identity_pass *ip)
{
	for (size_t i = 0; i < sandboxes->items_len; i++) {
		const struct sandbox_seen *seen = &sandboxes->items[i];
		struct draft *draft;

		if (!seen->stopped)
			continue;
		draft = identity_add(ip);
		claim_seen(seen, &draft->claim);
		draft->ended = seen->facts;
		draft->key = container_key(seen->name, facts_u64(seen->facts, FACT_CREATED));
	}
}
