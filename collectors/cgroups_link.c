/* SPDX-License-Identifier: MIT */
/*
 * On v1 one group may stand at different paths: systemd has /system.slice/docker-X.scope, the memory
 * controller /docker/X. Which belong together only their processes tell: /proc/PID/cgroup lists where one
 * is in every hierarchy. Two directories are the same group if a sample of the processes of each says so;
 * that is not the case for a group that merely holds some of another's. The answer is kept with the
 * directories, and asked again now and then. Owns nothing; never links to or from a root.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/dir.h"
#include "base/parse.h"
#include "collectors/cgroups.h"

#define SAMPLE_MAX  16 /* processes that are asked, of each of the two */
#define EAGER_TRIES 4  /* a new group is looked at in so many passes, then in its turn */

/* struct sample - some processes of one directory */
struct sample {
	pid_t pids[SAMPLE_MAX];
	size_t len;
};

/* struct place - where one process is, by hierarchy; NULL where we are not shown it */
struct place {
	struct cgroup_dir *dirs[HIERARCHIES_MAX];
};

/* struct search - what cgroup_links_find() works with */
struct search {
	struct cgroup_tree *tree;
	struct cgroup_rows *rows;
	int proc_fd;
	struct strbuf buf;
};

/* Evenly spread over all processes: the first ones may well be of one kind. */
static void sample_take(struct search *search, struct cgroup_dir *dir, struct sample *out)
{
	struct span all, rest;
	size_t count = 0, i = 0;
	pid_t pid;

	out->len = 0;
	if (cgroup_dir_read(search->tree, dir, 0, NULL) != 0)
		return;
	all = rest = strbuf_span(&search->tree->buf);
	while (cgroup_procs_next(&rest))
		count++;
	for (; (pid = cgroup_procs_next(&all)); i++)
		if (count <= SAMPLE_MAX || i * SAMPLE_MAX / count >= out->len)
			out->pids[out->len++] = pid;
}

/* False for a process that has ended meanwhile: it tells nothing. */
static bool place_read(struct search *search, pid_t pid, struct place *out)
{
	const struct hierarchies *hierarchies = &search->tree->hierarchies;
	struct span file, text, path;
	char name[32];

	*out = (struct place) {.dirs = {NULL}};
	snprintf(name, sizeof(name), "%d/cgroup", (int)pid);
	if (dir_read(search->proc_fd, name, &search->buf, NULL) != 0 || search->buf.len == 0)
		return false;
	file = strbuf_span(&search->buf);
	while (span_next_line(&file, &text)) {
		struct parse_cgroup_line line;
		uint8_t h;

		if (parse_cgroup_line(text, &line, NULL) < 0)
			continue;
		h = hierarchies_of_line(hierarchies, line.hierarchy_id, line.controllers);
		if (h != HIERARCHY_NONE &&
		    hierarchy_visible_path(&hierarchies->items[h], line.path, &path))
			out->dirs[h] = cgroup_dir_find(search->tree->roots[h], path);
	}
	return true;
}

/* Whether all of the sample are in both; those that have ended don't count. */
static bool all_agree(struct search *search, const struct sample *sample,
		      const struct cgroup_dir *a, const struct cgroup_dir *b)
{
	bool any = false;

	for (size_t i = 0; i < sample->len; i++) {
		struct place place;

		if (!place_read(search, sample->pids[i], &place))
			continue;
		if (place.dirs[a->hierarchy] != a || place.dirs[b->hierarchy] != b)
			return false;
		any = true;
	}
	return any;
}

/* Where the process is in the hierarchies that name rows before that of @dir does. */
static struct cgroup_dir *better_named(struct search *search, const struct cgroup_dir *dir,
				       pid_t pid)
{
	struct place place;

	if (!place_read(search, pid, &place))
		return NULL;
	for (size_t i = 0; search->rows->order[i] != dir->hierarchy; i++) {
		struct cgroup_dir *other = place.dirs[search->rows->order[i]];

		if (other && other->parent)
			return other;
	}
	return NULL;
}

/* The directory of another row that is the same group as @dir, or NULL. */
static struct cgroup_dir *find_same(struct search *search, struct cgroup_dir *dir,
				    const struct sample *sample)
{
	struct cgroup_dir *other = NULL;
	const struct cgroup_dir *there;
	struct sample theirs;

	for (size_t i = 0; !other && i < sample->len; i++)
		other = better_named(search, dir, sample->pids[i]);
	if (!other || other->row >= search->rows->len)
		return NULL;
	there = search->rows->items[other->row].dirs[dir->hierarchy];
	if ((there && there != dir) || (other->row == dir->row && !dir->linked_to))
		return NULL;
	if (!all_agree(search, sample, dir, other))
		return NULL;
	sample_take(search, other, &theirs);
	return all_agree(search, &theirs, dir, other) ? search->rows->items[other->row].naming
						      : NULL;
}

static void link_to(struct cgroup_dir *dir, struct cgroup_dir *target)
{
	if (!target->linked)
		target->linked = xcalloc(HIERARCHIES_MAX, sizeof(struct cgroup_dir *));
	target->linked[dir->hierarchy] = dir;
	dir->linked_to = target;
}

/* Looks whether what is known of @dir still holds, or whether there is something to know. */
static bool look_at(struct search *search, struct cgroup_dir *dir)
{
	struct cgroup_dir *same;
	struct sample sample;

	if (dir->link_tries >= EAGER_TRIES && !cgroup_dir_is_due(search->tree, dir))
		return false;
	dir->link_tries++;
	sample_take(search, dir, &sample);
	if (sample.len == 0)
		return false;
	same = find_same(search, dir, &sample);
	if (same == dir->linked_to)
		return false;
	if (dir->linked_to)
		cgroup_dir_unlink(dir);
	/* Another may have been linked there while the rows are still the old ones. */
	if (same && !(same->linked && same->linked[dir->hierarchy]))
		link_to(dir, same);
	return true;
}

/* Whether a hierarchy that names rows before @hierarchy does has any group to link to. */
static bool is_worth_it(const struct search *search, uint8_t hierarchy)
{
	for (size_t i = 0; search->rows->order[i] != hierarchy; i++)
		if (search->tree->roots[search->rows->order[i]]->children_len > 0)
			return true;
	return false;
}

bool cgroup_links_find(struct cgroup_tree *tree, struct cgroup_rows *rows, int proc_fd)
{
	struct search search = {tree, rows, proc_fd, STRBUF_INIT};
	bool worth[HIERARCHIES_MAX], changed = false;

	if (tree->hierarchies.len < 2)
		return false;
	for (uint8_t h = 0; h < tree->hierarchies.len; h++)
		worth[h] = is_worth_it(&search, h);
	for (size_t i = 1; i < rows->len; i++) {
		const struct cgroup_row *row = &rows->items[i];

		for (size_t h = 0; h < tree->hierarchies.len; h++) {
			struct cgroup_dir *dir = row->dirs[h];

			/* A row that the best of hierarchies names holds what stands at its path. */
			if (dir && (dir->linked_to || worth[row->naming->hierarchy]))
				changed |= look_at(&search, dir);
		}
	}
	strbuf_finish(&search.buf);
	return changed;
}
