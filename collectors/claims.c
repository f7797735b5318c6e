// SPDX-License-Identifier: MIT
/*
 * The cache of claims, a hash table by cgroup id. Owns what is known of every live cgroup. Asking an
 * engine is left to engines/; what becomes a row is left to identity.c.
 */
#include "collectors/claims.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "collectors/engines/state.h"

/* How long what the state said holds. A confirmed claim is looked at again because a container may be
 * renamed; one that is not, because its state may be about to be written. Periods differ by cgroup,
 * up to twice these, so that hundreds of them don't fall due in one pass. */
#define CONFIRMED_USEC	4000000
#define HOPELESS_USEC	15000000
#define YOUNG_LOOK_USEC 2000000	 /* exactly, while a cgroup that is not confirmed is */
#define YOUNG_USEC	10000000 /* younger than this */

/** struct claims - see above */
struct claims {
	struct known **buckets; /* a power of two of them */
	size_t buckets_len, len;
	struct arena scratch; /* what engines fill in while one cgroup is looked at */
};

/* In which order the paths of one cgroup are asked. */
static const enum cgroup_controller asked[] = {
	CGROUP_SYSTEMD, CGROUP_UNIFIED, CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPU,
};

static const size_t claim_texts[] = {
	offsetof(struct claim, id),
	offsetof(struct claim, name),
	offsetof(struct claim, image),
	offsetof(struct claim, pod),
	offsetof(struct claim, pod_namespace),
	offsetof(struct claim, project),
	offsetof(struct claim, service),
	offsetof(struct claim, owner),
	offsetof(struct claim, root_path),
};

static const char **claim_text_at(struct claim *claim, size_t i)
{
	return (const char **)((char *)claim + claim_texts[i]);
}

/* ---- The table ---- */

struct claims *claims_new(void)
{
	return xcalloc(1, sizeof(struct claims));
}

static void known_free(struct known *known)
{
	free(known->path);
	free(known->texts);
	free(known->denied);
	free(known);
}

void claims_free(struct claims *claims)
{
	if (!claims)
		return;
	claims_end(claims, UINT64_MAX);
	free(claims->buckets);
	arena_finish(&claims->scratch);
	free(claims);
}

static size_t bucket_of(uint64_t id, size_t len)
{
	return (size_t)(id * 0x9E3779B97F4A7C15u >> 32) & (len - 1);
}

static void grow(struct claims *claims)
{
	size_t len = claims->buckets_len ? claims->buckets_len * 2 : 256;
	struct known **buckets = xcalloc(len, sizeof(struct known *));

	for (size_t i = 0; i < claims->buckets_len; i++) {
		struct known *known = claims->buckets[i], *next;

		for (; known; known = next) {
			size_t at = bucket_of(known->cgroup_id, len);

			next = known->next;
			known->next = buckets[at];
			buckets[at] = known;
		}
	}
	free(claims->buckets);
	claims->buckets = buckets;
	claims->buckets_len = len;
}

static uint64_t hash_paths(const struct cgroup *cgroup)
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		const char *path = cgroup->paths[asked[i]];

		if (!path || path == cgroup->path || strcmp(path, cgroup->path) == 0)
			continue;
		for (; *path; path++)
			hash = (hash ^ (unsigned char)*path) * 0x100000001B3u;
		hash = (hash ^ i) * 0x100000001B3u;
	}
	return hash;
}

struct known *claims_find(struct claims *claims, const struct cgroup *cgroup, uint64_t pass)
{
	uint64_t hash = hash_paths(cgroup);
	struct known *known, **bucket;

	if (claims->len >= claims->buckets_len)
		grow(claims);
	bucket = &claims->buckets[bucket_of(cgroup->id, claims->buckets_len)];
	for (known = *bucket; known; known = known->next) {
		if (known->cgroup_id != cgroup->id || known->paths_hash != hash ||
		    strcmp(known->path, cgroup->path) != 0)
			continue;
		known->seen = pass;
		return known;
	}
	known = xcalloc(1, sizeof(*known));
	*known = (struct known) {.next = *bucket,
				 .cgroup_id = cgroup->id,
				 .key = container_key(cgroup->path, cgroup->id),
				 .paths_hash = hash,
				 .path = xstrdup(cgroup->path),
				 .seen = pass};
	claims->len++;
	claims_look(claims, known, cgroup, NULL, 0);
	return *bucket = known;
}

void claims_end(struct claims *claims, uint64_t pass)
{
	for (size_t i = 0; i < claims->buckets_len; i++) {
		struct known **link = &claims->buckets[i];

		while (*link) {
			struct known *known = *link;

			if (known->seen == pass) {
				link = &known->next;
				continue;
			}
			*link = known->next;
			known_free(known);
			claims->len--;
		}
	}
}

/* ---- When to look ---- */

bool claims_is_due(const struct known *known, uint64_t now_usec, bool nested)
{
	return !known->looked_usec || known->nested != nested ||
	       (!known->settled && now_usec >= known->due_usec);
}

static void set_due(struct known *known, uint64_t now_usec)
{
	bool confirmed = known->verdict == PATH_CLAIMED && known->claim.confirmed;
	uint64_t period = confirmed ? CONFIRMED_USEC : HOPELESS_USEC;

	period += known->key % period;
	if (!confirmed && now_usec - known->first_usec < YOUNG_USEC)
		period = YOUNG_LOOK_USEC;
	/* A runtime writes its state just before or after it makes the cgroup, not later. */
	else if (known->verdict != PATH_CLAIMED)
		period = UINT64_MAX - now_usec;
	known->due_usec = now_usec + period;
}

/* ---- Looking ---- */

/** struct candidates - every claim on one cgroup, over all of its paths */
struct candidates {
	struct engine_claim items[ENGINE_CLAIMS_MAX];
	size_t len;
};

/* Another hierarchy's path may say which container it is. It does not make a unit: on v1 a service
 * may have processes in many groups of another hierarchy. */
static void add_path(struct claims *claims, struct candidates *out, const char *path, bool primary)
{
	struct engine_claim found[ENGINE_CLAIMS_MAX];
	size_t len = engine_claims(path, &claims->scratch, found);

	for (size_t i = 0; i < len && out->len < ENGINE_CLAIMS_MAX; i++)
		if (primary || (found[i].engine->confirm && !found[i].claim.weak))
			out->items[out->len++] = found[i];
}

static void gather(struct claims *claims, const struct cgroup *cgroup, struct candidates *out)
{
	bool primary_asked = false;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		const char *path = cgroup->paths[asked[i]];
		bool primary = path && strcmp(path, cgroup->path) == 0;

		if (!path || (primary && primary_asked))
			continue;
		add_path(claims, out, path, primary);
		primary_asked |= primary;
	}
	if (!primary_asked)
		add_path(claims, out, cgroup->path, true);
}

static const struct engine_claim *choose(struct candidates *candidates, const struct engine_io *io)
{
	const struct engine_claim *first = NULL;

	for (size_t i = 0; i < candidates->len; i++) {
		struct engine_claim *item = &candidates->items[i];
		struct claim tried = item->claim;

		if (!first && !tried.weak)
			first = item;
		if (!io || !item->engine->confirm)
			continue;
		if (item->engine->confirm(io, &tried, NULL) < 0 || !tried.confirmed)
			continue;
		item->claim = tried;
		return item;
	}
	return first;
}

/* Keep the texts of a claim in one block. */
static void known_set(struct known *known, const struct engine *engine, const struct claim *claim)
{
	size_t len = 0;
	char *to;

	known->verdict = PATH_CLAIMED;
	known->engine = engine;
	known->claim = *claim;
	for (size_t i = 0; i < ARRAY_LEN(claim_texts); i++)
		if (*claim_text_at(&known->claim, i))
			len += strlen(*claim_text_at(&known->claim, i)) + 1;
	free(known->texts);
	known->texts = to = xmalloc(len + 1);
	known->texts_len = len;
	for (size_t i = 0; i < ARRAY_LEN(claim_texts); i++) {
		const char **text = claim_text_at(&known->claim, i);

		if (*text)
			*text = memcpy(to, *text, strlen(*text) + 1);
		to += *text ? strlen(*text) + 1 : 0;
	}
	known->claim.arena = NULL;
}

static void look_at_all(struct claims *claims, struct known *known, const struct cgroup *cgroup,
			const struct engine_io *io)
{
	struct candidates candidates = {.len = 0};
	const struct engine_claim *chosen;
	struct claim ignored = {.arena = &claims->scratch};

	gather(claims, cgroup, &candidates);
	chosen = choose(&candidates, io);
	if (chosen)
		known_set(known, chosen->engine, &chosen->claim);
	else
		known->verdict = engine_identify(cgroup->path, &ignored, &known->engine);
	known->settled = candidates.len == 0 || (chosen && !chosen->engine->confirm);
	/* The place of a unit is its proof, unless a container's root chose the place. */
	if (chosen && !chosen->engine->confirm)
		known->claim.confirmed = io && !io->nested;
}

/* A cgroup stays whose it was shown to be: when a container stops, its leader goes first. So only
 * that engine is asked, and what it does not confirm any more is kept. */
static void look_again(struct claims *claims, struct known *known, const struct cgroup *cgroup,
		       const struct engine_io *io)
{
	const char *id = known->claim.id;
	struct claim claim;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		const char *path = cgroup->paths[asked[i]];

		if (!path || !engine_ask(known->engine, path, &claims->scratch, &claim))
			continue;
		if (id && claim.id && strcmp(id, claim.id) != 0)
			continue;
		known->engine->confirm(io, &claim, NULL);
		if (claim.confirmed)
			known_set(known, known->engine, &claim);
		return;
	}
}

/* Told of containers only: for a group made by hand every runtime's state is tried. */
static void set_denied(struct known *known, const char *path)
{
	free(TAKE(known->denied));
	if (path && known->verdict == PATH_CLAIMED && !known->claim.confirmed)
		known->denied = xstrdup(path);
}

void claims_look(struct claims *claims, struct known *known, const struct cgroup *cgroup,
		 const struct engine_io *io, uint64_t now_usec)
{
	bool again = io && known->looked_usec && known->nested == io->nested &&
		     known->verdict == PATH_CLAIMED && known->claim.confirmed;

	if (io)
		state_cache_forgive(io->cache);
	(again ? look_again : look_at_all)(claims, known, cgroup, io);
	arena_reset(&claims->scratch);
	if (!io)
		return;
	set_denied(known, state_cache_denied(io->cache));
	if (!known->looked_usec)
		known->first_usec = now_usec;
	known->looked_usec = now_usec;
	known->nested = io->nested;
	set_due(known, now_usec);
}

uint64_t container_key(const char *name, uint64_t object)
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (; name && *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001B3u;
	hash = (hash ^ object) * 0x9E3779B97F4A7C15u;
	hash ^= hash >> 29;
	return hash ? hash : 1;
}

struct claim claim_copy(const struct known *known, struct arena *arena)
{
	struct claim copy = known->claim;
	char *texts = arena_alloc(arena, known->texts_len + 1);

	memcpy(texts, known->texts, known->texts_len);
	for (size_t i = 0; i < ARRAY_LEN(claim_texts); i++) {
		const char **text = claim_text_at(&copy, i);

		if (*text)
			*text = texts + (*text - known->texts);
	}
	copy.arena = arena;
	return copy;
}
