/* SPDX-License-Identifier: MIT */
/*
 * Which process is in which group, from the task iterator: the kernel keeps one css_set for all processes
 * that are in the same groups of all hierarchies, and the iterator names it. So a file is read for each
 * css_set that is new, /proc/PID/cgroup of its oldest process, and none for what is known. The rules of
 * cgroups_members.c hold: a row has the processes of the first of its directories that has any.
 *
 * The name is the css_set's address and the serial numbers of its controllers' groups, which are never
 * given again. A hierarchy without controllers has none: what those say is looked at again in turns.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "collectors/cgroups_files.h"
#include "collectors/cgroups_members.h"
#include "collectors/tasks.h"

#define AGAIN_MAX 8 /* sets that are looked at again in a pass */

/* struct set - processes that are in the same groups */
struct set {
	uint64_t css, serials;
	pid_t oldest, newest; /* of its processes in this pass, by when they started */
	uint64_t oldest_nsec, newest_nsec;
	uint32_t processes; /* of this pass */
	uint32_t best;	    /* the row that they go to; INDEX_NONE */
	bool is_known;	    /* paths were read */
	uint8_t climb;	    /* levels of v2 to the group that lists those of this one */
	char *paths;	    /* /proc/PID/cgroup; owned */
	struct cgroup_dir *dirs[HIERARCHIES_MAX];
};

/** struct cgroup_sets - see above */
struct cgroup_sets {
	struct set *items;
	size_t len, cap;
	uint32_t *table; /* by name: index in items and 1; 0: free */
	size_t table_len;
	uint32_t *of_facts; /* the set of each fact of this pass; INDEX_NONE */
	size_t of_facts_cap;
	size_t turn;
	bool stale; /* directories have to be found again */
};

/* ---- Finding a set ---- */

static size_t slot_of(const struct cgroup_sets *sets, uint64_t css, uint64_t serials)
{
	return (size_t)((css ^ serials) * 0x9e3779b97f4a7c15u >> 32) & (sets->table_len - 1);
}

static uint32_t *place_of(const struct cgroup_sets *sets, uint64_t css, uint64_t serials)
{
	size_t slot = slot_of(sets, css, serials);

	for (; sets->table[slot] != 0; slot = (slot + 1) & (sets->table_len - 1)) {
		const struct set *set = &sets->items[sets->table[slot] - 1];

		if (set->css == css && set->serials == serials)
			break;
	}
	return &sets->table[slot];
}

static void table_build(struct cgroup_sets *sets, size_t len)
{
	free(sets->table);
	sets->table_len = len;
	sets->table = xcalloc(len, sizeof(*sets->table));
	for (size_t i = 0; i < sets->len; i++)
		*place_of(sets, sets->items[i].css, sets->items[i].serials) = (uint32_t)i + 1;
}

static uint32_t set_add(struct cgroup_sets *sets, uint64_t css, uint64_t serials)
{
	if (sets->len == sets->cap) {
		sets->cap = sets->cap ? sets->cap * 2 : 64;
		sets->items = xreallocarray(sets->items, sets->cap, sizeof(*sets->items));
	}
	sets->items[sets->len] = (struct set) {.css = css, .serials = serials};
	*place_of(sets, css, serials) = (uint32_t)++sets->len;
	if (sets->len * 2 > sets->table_len)
		table_build(sets, sets->table_len * 2);
	return (uint32_t)sets->len - 1;
}

/* Those that nobody was in in the last pass; and everybody is counted anew. */
static void drop_empty(struct cgroup_sets *sets)
{
	size_t kept = 0;

	for (size_t i = 0; i < sets->len; i++) {
		if (sets->items[i].processes == 0) {
			free(sets->items[i].paths);
			continue;
		}
		sets->items[kept] = sets->items[i];
		sets->items[kept++].processes = 0;
	}
	if (kept == sets->len)
		return;
	sets->len = kept;
	table_build(sets, sets->table_len);
}

/* Who is only in /proc has no set: it is one of its own, and looked at in every pass. */
static uint32_t set_of(struct cgroup_sets *sets, const struct task_fact *fact)
{
	uint64_t css = fact->css ? fact->css : fact->pid;
	uint64_t serials = fact->css ? fact->css_serials : fact->start_nsec;
	uint32_t found = *place_of(sets, css, serials);

	return found ? found - 1 : set_add(sets, css, serials);
}

/* A zombie is in no cgroup.procs, unless it has threads that live. */
static bool is_listed(const struct task_fact *fact)
{
	return fact->exit_state == 0 || fact->threads > 1;
}

static void set_count(struct set *set, const struct task_fact *fact)
{
	if (set->processes == 0 || fact->start_nsec < set->oldest_nsec) {
		set->oldest = (pid_t)fact->pid;
		set->oldest_nsec = fact->start_nsec;
	}
	if (set->processes == 0 || fact->start_nsec >= set->newest_nsec) {
		set->newest = (pid_t)fact->pid;
		set->newest_nsec = fact->start_nsec;
	}
	set->processes++;
	if (!fact->css)
		set->is_known = false;
}

static void count_processes(struct cgroup_sets *sets, const struct pass *pass)
{
	size_t n = tasks_count(pass->tasks);

	if (n > sets->of_facts_cap) {
		sets->of_facts_cap = n + n / 4;
		sets->of_facts =
			xreallocarray(sets->of_facts, sets->of_facts_cap, sizeof(*sets->of_facts));
	}
	for (size_t i = 0; i < n; i++) {
		const struct task_fact *fact = tasks_at(pass->tasks, i);

		sets->of_facts[i] = INDEX_NONE;
		if (!is_listed(fact))
			continue;
		sets->of_facts[i] = set_of(sets, fact);
		set_count(&sets->items[sets->of_facts[i]], fact);
	}
}

/* ---- Its directories ---- */

static uint8_t hierarchy_of(const struct cgroup_tree *tree, const struct parse_cgroup_line *line)
{
	unsigned int bits = line->hierarchy_id == 0
				    ? 1u << CGROUP_UNIFIED
				    : hierarchy_controller_bits(line->controllers, ',');

	return bits ? tree->hierarchies.of[__builtin_ctz(bits)] : HIERARCHY_NONE;
}

static void find_dirs(struct set *set, const struct cgroup_tree *tree)
{
	struct span rest = span_of(set->paths), line;

	memset(set->dirs, 0, sizeof(set->dirs));
	while (span_next_line(&rest, &line)) {
		struct parse_cgroup_line parsed;
		struct cgroup_dir *dir;
		uint8_t h;

		if (parse_cgroup_line(line, &parsed, NULL) < 0)
			continue;
		h = hierarchy_of(tree, &parsed);
		if (h == HIERARCHY_NONE || !tree->roots[h])
			continue;
		dir = cgroup_dir_find(tree->roots[h], parsed.path);
		for (uint8_t i = 0; dir && tree->hierarchies.items[h].v2 && i < set->climb; i++)
			dir = dir->parent;
		set->dirs[h] = dir;
	}
}

/* Threaded groups list no processes: the group above them does that is none. */
static void count_climb(struct set *set, struct cgroup_tree *tree)
{
	uint8_t h = tree->hierarchies.of[CGROUP_UNIFIED];
	struct cgroup_dir *dir;

	set->climb = 0;
	find_dirs(set, tree);
	dir = h == HIERARCHY_NONE ? NULL : set->dirs[h];
	for (; dir && dir->parent; dir = dir->parent) {
		int fd;

		if (cgroup_dir_fd(tree, dir, &fd) != 0 ||
		    dir_read(fd, "cgroup.type", &tree->buf, NULL) != READ_OK ||
		    !span_eq(span_trim(strbuf_span(&tree->buf)), SPAN("threaded")))
			break;
		set->climb++;
	}
}

/* /proc/PID/cgroup, lent by @tree until the next file is read; NULL: it is gone */
static const char *paths_of(struct cgroup_tree *tree, const struct pass *pass, pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/cgroup", pid);
	if (dir_read(pass->proc_fd, path, &tree->buf, NULL) != READ_OK)
		return NULL;
	return strbuf_cstr(&tree->buf);
}

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/*
 * A process may have been moved since the iterator saw it in the set, as one is that is being launched: what
 * it says is then of another. The oldest is moved least, and what it says anew counts if the newest says so,
 * too. Return: whether that can be relied on.
 */
static bool find_paths(struct set *set, struct cgroup_tree *tree, const struct pass *pass)
{
	const char *said = paths_of(tree, pass, set->oldest);
	_cleanup_(cleanup_free)
	char *oldest = NULL;
	bool agreed = said && set->newest == set->oldest;

	if (is_same(said, set->paths))
		return true;
	if (said)
		oldest = xstrdup(said);
	if (set->newest != set->oldest) {
		said = paths_of(tree, pass, set->newest);
		agreed = is_same(oldest, said);
		/* Better the word of the newest than none. */
		if (!oldest && said)
			oldest = xstrdup(said);
	}
	if (oldest && (agreed || !set->paths)) {
		free(set->paths);
		set->paths = TAKE(oldest);
	}
	return agreed;
}

static void set_look(struct set *set, struct cgroup_tree *tree, const struct pass *pass)
{
	set->is_known = find_paths(set, tree, pass);
	if (!set->paths)
		return;
	count_climb(set, tree);
	find_dirs(set, tree);
}

static void find_all_dirs(struct cgroup_sets *sets, struct cgroup_tree *tree,
			  const struct pass *pass)
{
	size_t again = sets->len < AGAIN_MAX ? sets->len : AGAIN_MAX;

	for (size_t i = 0; i < again; i++)
		sets->items[(sets->turn + i) % sets->len].is_known = false;
	sets->turn += again;
	for (size_t i = 0; i < sets->len; i++) {
		struct set *set = &sets->items[i];

		if (sets->stale && set->paths)
			find_dirs(set, tree);
		if (set->processes > 0 && !set->is_known)
			set_look(set, tree, pass);
	}
	sets->stale = false;
}

/* ---- Rows ---- */

static void count_in_dirs(const struct cgroup_sets *sets, const struct cgroup_rows *rows)
{
	for (size_t r = 0; r < rows->len; r++)
		for (size_t h = 0; h < HIERARCHIES_MAX; h++)
			if (rows->items[r].dirs[h])
				rows->items[r].dirs[h]->processes = 0;
	for (size_t i = 0; i < sets->len; i++)
		for (size_t h = 0; h < HIERARCHIES_MAX; h++)
			if (sets->items[i].dirs[h])
				sets->items[i].dirs[h]->processes += sets->items[i].processes;
}

/* The directory that lists the processes of a row: the first with any; NULL. */
static const struct cgroup_dir *lister(const struct cgroup_tree *tree,
				       const struct cgroup_rows *rows, uint32_t row)
{
	for (size_t i = 0; i < tree->hierarchies.len; i++) {
		const struct cgroup_dir *dir = rows->items[row].dirs[rows->order[i]];

		if (dir && dir->processes > 0)
			return dir;
	}
	return NULL;
}

static void publish_counts(const struct cgroup_tree *tree, struct cgroup_rows *rows,
			   struct pass *pass)
{
	for (uint32_t r = 0; r < rows->len; r++) {
		struct cgroup_row *row = &rows->items[r];
		const struct cgroup_dir *dir = lister(tree, rows, r);
		struct cgroup_last *last = row->naming->last;

		row->own_processes = dir ? dir->processes : 0;
		pass->snapshot->cgroups[r].own_processes = metric_known(row->own_processes);
		if (!last)
			continue;
		last->own_processes = metric_known(row->own_processes);
		last->pids_len = 0;
		last->has_members = true;
	}
}

static void run_add(struct found *items, size_t *len, struct found found)
{
	size_t at = *len;

	for (; at > 0 && items[at - 1].row > found.row; at--)
		items[at] = items[at - 1];
	items[at] = found;
	(*len)++;
}

/* All processes of a set are found in the same rows. */
static void set_place(struct set *set, const struct cgroup_tree *tree,
		      const struct cgroup_rows *rows, struct cgroup *cgroups)
{
	struct found items[HIERARCHIES_MAX];
	struct run run = {items, 0};

	for (size_t h = 0; h < HIERARCHIES_MAX; h++) {
		const struct cgroup_dir *dir = set->dirs[h];

		if (dir && dir->row < rows->len && lister(tree, rows, dir->row) == dir)
			run_add(items, &run.len,
				(struct found) {set->oldest, dir->row,
						cgroup_dir_names(tree, dir)});
	}
	set->best = run.len > 0 ? cgroup_run_best(rows, &run) : INDEX_NONE;
	cgroup_run_count_once(rows, &run, set->processes, cgroups);
}

static void publish_members(const struct cgroup_sets *sets, struct pass *pass)
{
	size_t n = tasks_count(pass->tasks);

	pass->members = arena_array(&pass->snapshot->arena, n, sizeof(*pass->members));
	pass->members_len = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t set = sets->of_facts[i];

		if (set != INDEX_NONE && sets->items[set].best != INDEX_NONE)
			pass->members[pass->members_len++] = (struct member) {
				(pid_t)tasks_at(pass->tasks, i)->pid, sets->items[set].best};
	}
}

/* ---- All of it ---- */

static bool are_whole(const struct cgroup_tree *tree)
{
	for (size_t h = 0; h < tree->hierarchies.len; h++)
		if (tree->roots[h] && strcmp(tree->hierarchies.items[h].root, "/") != 0)
			return false;
	return true;
}

bool cgroup_sets_read(struct cgroup_sets *sets, struct cgroup_tree *tree, struct cgroup_rows *rows,
		      struct pass *pass)
{
	if (!pass->tasks || !are_whole(tree))
		return false;
	drop_empty(sets);
	count_processes(sets, pass);
	find_all_dirs(sets, tree, pass);
	count_in_dirs(sets, rows);
	publish_counts(tree, rows, pass);
	for (size_t i = 0; i < sets->len; i++)
		set_place(&sets->items[i], tree, rows, pass->snapshot->cgroups);
	publish_members(sets, pass);
	return true;
}

struct cgroup_sets *cgroup_sets_new(void)
{
	struct cgroup_sets *sets = xcalloc(1, sizeof(*sets));

	table_build(sets, 128);
	return sets;
}

void cgroup_sets_free(struct cgroup_sets *sets)
{
	if (!sets)
		return;
	for (size_t i = 0; i < sets->len; i++)
		free(sets->items[i].paths);
	free(sets->items);
	free(sets->table);
	free(sets->of_facts);
	free(sets);
}

void cgroup_sets_forget(struct cgroup_sets *sets)
{
	sets->stale = true;
}
