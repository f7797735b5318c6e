// SPDX-License-Identifier: MIT
/*
 * What keeps a namespace alive besides the processes in it: bind mounts of its nsfs file in any mount
 * namespace, open descriptors, and what a process has set aside for its children. It owns the list
 * of descriptors that were found; it never follows a path inside another mount namespace, where a
 * FUSE mount could keep it for ever. Where processes come from the task iterator, all descriptors come
 * from another (ns_files.c) in every pass; else /proc is searched, a part of it in each.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "collectors/ns_files.h"
#include "collectors/ns_table.h"
#include "collectors/pids.h"
#include "collectors/tasks.h"
#include "collectors/unknown.h"

/* No more descriptors of one process are looked at: at 3 µs each this is 12 ms. */
#define NS_FILES_MAX 4096u

/** struct ns_holder - one link below /proc/PID that leads to a namespace */
struct ns_holder {
	pid_t pid;
	uint64_t start_ticks;
	char link[32]; /* "fd/7", "ns/pid_for_children" */
	enum ns_type type;
	uint64_t id;
};

/** struct ns_holders - what was found up to now */
struct ns_holders {
	struct ns_holder *found;
	size_t len, cap;
	pid_t cursor;		/* processes up to this one had their turn */
	size_t looked;		/* processes that had theirs since the last time that all had */
	bool complete;		/* all had one */
	struct ns_files *files; /* NULL until asked for, and where there is none */
	bool files_tried;
};

/* What a process has set aside for its children is a link beside those of its own. */
static const char *const ns_for_children[] = {"ns/pid_for_children", "ns/time_for_children"};

/* ---- Bind mounts ---- */

static bool ns_has_mounts(struct span mountinfo)
{
	return memmem(mountinfo.p, mountinfo.len, " - nsfs ", 8) != NULL;
}

/** struct ns_mounts - one mountinfo and whose it is */
struct ns_mounts {
	struct ns_table *table;
	const struct pass *pass;
	pid_t pid;
	bool is_ours; /* paths in it are paths for us */
};

static void ns_mount_add(const struct ns_mounts *mounts, const struct parse_mount *mount)
{
	_cleanup_(strbuf_finish)
	struct strbuf point = STRBUF_INIT;
	struct ns_table *table = mounts->table;
	enum ns_type type;
	uint64_t id;
	size_t index;
	bool is_new;

	if (!ns_parse_link(mount->root, &type, &id))
		return;
	parse_unescape_octal(mount->mount_point, &point);
	is_new = !ns_table_has(table, type, id);
	index = ns_table_add(table, type, id);
	table->rows[index].held |= NS_HELD_MOUNT;
	if (!table->rows[index].held_path)
		table->rows[index].held_path =
			mounts->is_ours ? arena_strdup(table->arena, strbuf_cstr(&point))
					: arena_printf(table->arena, "/proc/%d/root%s", mounts->pid,
						       strbuf_cstr(&point));
	if (is_new && mounts->is_ours)
		ns_owners_learn(table, index, mounts->pass->root_fd, strbuf_cstr(&point) + 1);
	else if (is_new)
		table->rows[index].owner_uid = table->rows[index].owner_ns =
			table->rows[index].parent_ns =
				metric_unknown(METRIC_ABSENT, WHY_NO_PROCESS);
}

static void ns_mounts_read(const struct ns_mounts *mounts, struct strbuf *buf)
{
	char path[32];
	struct span rest, line;

	snprintf(path, sizeof(path), "%d/mountinfo", mounts->pid);
	if (dir_read(mounts->pass->proc_fd, path, buf, NULL) != READ_OK)
		return;
	rest = strbuf_span(buf);
	if (!ns_has_mounts(rest))
		return;
	while (span_next_line(&rest, &line)) {
		struct parse_mount mount;

		if (parse_mountinfo_line(line, &mount, NULL) == 0 &&
		    span_eq(mount.fstype, SPAN("nsfs")))
			ns_mount_add(mounts, &mount);
	}
}

/* Our own mount namespace comes first: a path of ours is the better answer. */
void ns_mounts_add(struct ns_table *table, const struct pass *pass, struct strbuf *buf)
{
	struct ns_mounts mounts = {.table = table, .pass = pass, .is_ours = true};
	uint64_t own = 0;
	char link[64];
	size_t len = table->len;

	if (dir_readlink(pass->proc_fd, "self/ns/mnt", link, sizeof(link), NULL) == READ_OK)
		parse_ns_link(span_of(link), &own);
	for (int turn = 0; turn < 2; turn++) {
		mounts.is_ours = turn == 0;
		for (size_t i = 0; i < len; i++) {
			const struct ns *ns = &table->rows[i];

			if (ns->type != NS_MNT || ns->first_pid == 0 ||
			    (ns->id == own) != mounts.is_ours)
				continue;
			mounts.pid = ns->first_pid;
			ns_mounts_read(&mounts, buf);
		}
	}
}

/* ---- Descriptors ---- */

struct ns_holders *ns_holders_new(void)
{
	return xcalloc(1, sizeof(struct ns_holders));
}

void ns_holders_free(struct ns_holders *holders)
{
	if (!holders)
		return;
	ns_files_free(holders->files);
	free(holders->found);
	free(holders);
}

static void ns_holders_remember(struct ns_holders *holders, const struct ns_holder *holder)
{
	if (holders->len == holders->cap) {
		holders->cap = holders->cap ? holders->cap * 2 : 16;
		holders->found =
			xreallocarray(holders->found, holders->cap, sizeof(*holders->found));
	}
	holders->found[holders->len++] = *holder;
}

/* Whether the link leads to a namespace now; fills type and id */
static bool ns_holder_read(struct ns_holder *holder, const struct pass *pass)
{
	char path[64], link[64];

	snprintf(path, sizeof(path), "%d/%s", holder->pid, holder->link);
	return dir_readlink(pass->proc_fd, path, link, sizeof(link), NULL) == READ_OK &&
	       ns_parse_link(span_of(link), &holder->type, &holder->id);
}

/* Forget what isn't so any more: the process ended, the descriptor is closed. */
static void ns_holders_check(struct ns_holders *holders, const struct pass *pass)
{
	size_t kept = 0;

	for (size_t i = 0; i < holders->len; i++) {
		struct ns_holder *holder = &holders->found[i];
		const struct pid_entry *entry = pids_find(pass->pids, holder->pid);

		if (entry && entry->start_ticks == holder->start_ticks &&
		    ns_holder_read(holder, pass))
			holders->found[kept++] = *holder;
	}
	holders->len = kept;
}

/* One holder of a namespace is enough: a process may hold one by a million descriptors. */
static bool ns_holders_know(const struct ns_holders *holders, enum ns_type type, uint64_t id)
{
	for (size_t i = 0; i < holders->len; i++)
		if (holders->found[i].id == id && holders->found[i].type == type)
			return true;
	return false;
}

static void ns_holders_look_aside(struct ns_holders *holders, const struct pid_entry *entry,
				  const struct pass *pass)
{
	for (size_t i = 0; i < ARRAY_LEN(ns_for_children); i++) {
		struct ns_holder holder = {.pid = entry->pid, .start_ticks = entry->start_ticks};

		span_copy(span_of(ns_for_children[i]), holder.link, sizeof(holder.link));
		if (ns_holder_read(&holder, pass) && holder.id != entry->ns[holder.type] &&
		    !ns_holders_know(holders, holder.type, holder.id))
			ns_holders_remember(holders, &holder);
	}
}

static void ns_holders_look_at_files(struct ns_holders *holders, const struct pid_entry *entry,
				     const struct pass *pass)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	_cleanup_(cleanup_close)
	int fd = -1;
	char path[32], link[64];
	unsigned int seen = 0;

	snprintf(path, sizeof(path), "%d/fd", entry->pid);
	if (dir_open(pass->proc_fd, path, &fd, NULL) != READ_OK || !(dir = fdopendir(fd)))
		return;
	(void)TAKE_FD(fd);
	for (struct dirent *d; (d = readdir(dir)) && seen < NS_FILES_MAX; seen++) {
		struct ns_holder holder = {.pid = entry->pid, .start_ticks = entry->start_ticks};

		if (d->d_name[0] == '.' || strlen(d->d_name) > 10)
			continue;
		if (dir_readlink(dirfd(dir), d->d_name, link, sizeof(link), NULL) != READ_OK ||
		    !ns_parse_link(span_of(link), &holder.type, &holder.id) ||
		    ns_holders_know(holders, holder.type, holder.id))
			continue;
		snprintf(holder.link, sizeof(holder.link), "fd/%.10s", d->d_name);
		ns_holders_remember(holders, &holder);
	}
}

static bool ns_may_hold(const struct pid_entry *entry)
{
	return (entry->flags & PID_NS_READ) && !(entry->flags & PID_KERNEL_THREAD);
}

static void ns_holders_search(struct ns_holders *holders, const struct pass *pass)
{
	/* Once all had their turn the search only has to keep up. */
	uint64_t share = holders->complete ? 4 : 1;
	uint64_t budget = (pass->demand->ns_budget_usec + share - 1) / share;
	uint64_t until = budget ? clock_monotonic_usec() + budget : 0;
	size_t n = pids_count(pass->pids), start = 0;

	while (start < n && pids_at(pass->pids, start)->pid <= holders->cursor)
		start++;
	for (size_t i = 0; i < n; i++) {
		const struct pid_entry *entry = pids_at(pass->pids, (start + i) % n);

		if (ns_may_hold(entry)) {
			ns_holders_look_aside(holders, entry, pass);
			ns_holders_look_at_files(holders, entry, pass);
		}
		holders->cursor = entry->pid;
		holders->looked++;
		if (until && clock_monotonic_usec() >= until)
			break;
	}
	/* A process whose links were not read yet was passed over. */
	if (!pids_complete(pass->pids))
		holders->looked = 0;
	if (holders->looked < n)
		return;
	holders->complete = true;
	holders->looked = 0;
}

/* ---- By iterators ---- */

static bool ns_holders_know_id(const struct ns_holders *holders, uint64_t id)
{
	for (size_t i = 0; i < holders->len; i++)
		if (holders->found[i].id == id)
			return true;
	return false;
}

/* The iterator tells the inode; of which type it is says the link. */
static void ns_holders_take_file(struct ns_holders *holders, const struct pass *pass,
				 const struct file_fact *fact)
{
	const struct pid_entry *entry = pids_find(pass->pids, (pid_t)fact->pid);
	struct ns_holder holder = {.pid = (pid_t)fact->pid};

	if (!entry || !ns_may_hold(entry) || ns_holders_know_id(holders, fact->inode))
		return;
	holder.start_ticks = entry->start_ticks;
	snprintf(holder.link, sizeof(holder.link), "fd/%u", fact->fd);
	if (ns_holder_read(&holder, pass) && holder.id == fact->inode)
		ns_holders_remember(holders, &holder);
}

/* Nearly every process's children will be where it is: /proc is asked of the others only. */
static void ns_holders_take_task(struct ns_holders *holders, const struct pass *pass,
				 const struct task_fact *fact)
{
	static const enum ns_type types[] = {NS_PID, NS_TIME};
	const struct pid_entry *entry;
	bool sets_aside = false;

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		sets_aside |= fact->ns_for_children[i] != 0 &&
			      fact->ns_for_children[i] != fact->ns[types[i]];
	if (!sets_aside && !(fact->has & FACT_OF_PROC))
		return;
	entry = pids_find(pass->pids, (pid_t)fact->pid);
	if (!entry || !ns_may_hold(entry))
		return;
	ns_holders_look_aside(holders, entry, pass);
	if (fact->has & FACT_OF_PROC)
		ns_holders_look_at_files(holders, entry, pass);
}

/* Return: whether there are iterators to ask; what they told is complete. */
static bool ns_holders_ask(struct ns_holders *holders, const struct pass *pass)
{
	const struct file_fact *facts = NULL;
	size_t len = 0;

	if (!pass->tasks)
		return false;
	if (!holders->files_tried)
		ns_files_open(&holders->files, NULL);
	holders->files_tried = true;
	if (!holders->files)
		return false;
	if (ns_files_read(holders->files, &facts, &len, NULL) < 0) {
		/* What failed once would fail again. */
		ns_files_free(TAKE(holders->files));
		return false;
	}
	for (size_t i = 0; i < len; i++)
		ns_holders_take_file(holders, pass, &facts[i]);
	for (size_t i = 0; i < tasks_count(pass->tasks); i++)
		ns_holders_take_task(holders, pass, tasks_at(pass->tasks, i));
	holders->complete = pids_complete(pass->pids);
	return true;
}

static void ns_holder_add(const struct ns_holder *holder, struct ns_table *table,
			  const struct pass *pass)
{
	const struct pid_entry *entry = pids_find(pass->pids, holder->pid);
	bool is_new = !ns_table_has(table, holder->type, holder->id);
	size_t index = ns_table_add(table, holder->type, holder->id);
	struct ns *ns = &table->rows[index];

	ns->held |= strncmp(holder->link, "fd/", 3) == 0 ? NS_HELD_FD : NS_HELD_PROCESS;
	if (!ns->held_path)
		ns->held_path =
			arena_printf(table->arena, "/proc/%d/%s", holder->pid, holder->link);
	if (ns->processes == 0 && ns->container == INDEX_NONE && entry)
		ns->container = entry->container;
	if (is_new)
		ns_owners_learn(table, index, pass->root_fd, ns->held_path + 1);
}

bool ns_holders_add(struct ns_holders *holders, struct ns_table *table, const struct pass *pass)
{
	ns_holders_check(holders, pass);
	if (!ns_holders_ask(holders, pass))
		ns_holders_search(holders, pass);
	for (size_t i = 0; i < holders->len; i++)
		ns_holder_add(&holders->found[i], table, pass);
	return holders->complete;
}
