/* SPDX-License-Identifier: MIT */
/*
 * Rows to what is held of them. A container or cgroup is a target, a process a pidfd, or, where it is to
 * be ended with all that came of it, a bomb; so is a namespace. Owns what it opened; changes nothing.
 */
#include "commands/top_held.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "commands/kill_outcome.h"
#include "commands/limit.h"
#include "commands/targets.h"

struct held *held_new(enum act_kind kind, const struct act_rows *rows)
{
	struct held *held = xcalloc(1, sizeof(*held));

	held->kind = kind;
	held->snapshot = snapshot_ref(rows->snapshot);
	held->len = rows->len;
	held->rows = xcalloc(rows->len + 1, sizeof(held->rows[0]));
	for (size_t i = 0; i < rows->len; i++) {
		held->rows[i] = rows->rows[i];
		held->rows[i].snapshot = rows->snapshot;
	}
	return held;
}

static void one_finish(struct held_one *one)
{
	killer_free(one->killer);
	target_free(one->target);
	bomb_free(one->bomb);
	cleanup_close(&one->pidfd);
	strbuf_finish(&one->where);
	free(one->sandbox);
	free(one->name);
}

void held_free(struct held *held)
{
	if (!held)
		return;
	for (size_t i = 0; held->ones && i < held->len; i++)
		one_finish(&held->ones[i]);
	free(held->ones);
	free(held->rows);
	snapshot_unref(held->snapshot);
	free(held);
}

/* ---- A process ---- */

static bool read_stat(pid_t pid, struct parse_stat *out)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return dir_read(AT_FDCWD, path, &text, NULL) == 0 &&
	       parse_proc_stat(strbuf_span(&text), out, NULL) == 0;
}

static bool is_same_process(pid_t pid, uint64_t start_ticks)
{
	struct parse_stat stat;

	return read_stat(pid, &stat) && stat.start_ticks == start_ticks;
}

/* The start time is read after the pidfd was opened: if it is the right one, so is the pidfd. */
static int open_process(struct held_one *one, const struct process *process)
{
	one->pid = process->pid;
	one->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (one->pidfd < 0 && errno != ESRCH)
		return err_set(&one->err, errno, "%s: open a pidfd", one->name);
	if (one->pidfd < 0 || !is_same_process(process->pid, process->start_ticks))
		return err_setx(&one->err, ESRCH, "%s: it has ended", one->name);
	one->counted = true;
	one->processes = 1;
	return 0;
}

/* ---- Processes without a group of their own ---- */

static void tell_bomb(struct held_one *one)
{
	const struct kill_outcome outcome = {.what = one->name, .bomb = one->bomb};

	one->counted = true;
	one->processes = bomb_count(one->bomb);
	kill_outcome_bomb(&outcome, &one->where);
}

static int open_bomb(struct held_one *one, const struct bomb_query *query)
{
	int r = bomb_prepare(query, &one->bomb, &one->err);

	if (r < 0)
		return err_wrap(&one->err, r, "%s", one->name);
	tell_bomb(one);
	return 0;
}

static int open_tree(struct held_one *one, const struct process *process)
{
	const struct bomb_query query = {.by = BOMB_TREE, .number = (uint64_t)process->pid};

	/* It is chosen by a bare pid, which must be the right one's before and afterwards. */
	if (open_process(one, process) < 0 || open_bomb(one, &query) < 0)
		return -ESRCH;
	if (is_same_process(process->pid, process->start_ticks))
		return 0;
	bomb_free(TAKE(one->bomb));
	return err_setx(&one->err, ESRCH, "%s: it has ended", one->name);
}

/* ---- A container or cgroup ---- */

static void say_where(struct held_one *one, const struct snapshot *snapshot, uint32_t cgroup)
{
	if (cgroup != INDEX_NONE)
		strbuf_addf(&one->where, "cgroup %s", snapshot->cgroups[cgroup].path);
	if (target_unit(one->target))
		strbuf_addf(&one->where, "%sunit %s", one->where.len ? ", " : "",
			    target_unit(one->target));
}

static int open_target(struct held_one *one, struct target_request *request, enum act_kind kind)
{
	int r;

	request->name = one->name;
	r = target_hold(request, &one->target, &one->err);
	if (r == 0 && kind == ACT_KILL)
		r = killer_new(one->target, &one->killer, &one->err);
	return r;
}

static bool is_below(struct span path, const char *top)
{
	size_t len = strlen(top);

	return span_starts(path, (struct span) {top, len}) &&
	       (path.len == len || path.p[len] == '/');
}

/* Whether a process is in one of the directories of a cgroup, or below. */
static bool is_member(pid_t pid, const struct cgroup *cgroup)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct parse_cgroup_line line;
	struct span rest, one;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	if (dir_read(AT_FDCWD, path, &text, NULL) != 0)
		return false;
	rest = strbuf_span(&text);
	while (span_next_line(&rest, &one)) {
		if (parse_cgroup_line(one, &line, NULL) < 0)
			continue;
		for (int c = 0; c < CGROUP_CONTROLLERS; c++)
			if (cgroup->paths[c] && cgroup->paths[c][1] &&
			    is_below(line.path, cgroup->paths[c]))
				return true;
	}
	return false;
}

/*
 * A screen that shows no processes has not read them; the leader's pid is known all the same. It is held if
 * it is in the container's cgroup: its start time is read before, and target_hold() reads it again once
 * it has the pidfd, so that both are about the same process.
 */
static void add_leader(struct target_request *request, const struct row *row)
{
	const struct container *container = row_container(row);
	struct parse_stat stat;

	if (request->leader || !container->leader || !read_stat(container->leader, &stat))
		return;
	if (container->cgroup != INDEX_NONE &&
	    !is_member(container->leader, &row->snapshot->cgroups[container->cgroup]))
		return;
	request->leader = container->leader;
	request->leader_start_ticks = stat.start_ticks;
}

static int open_container(struct held_one *one, const struct row *row, enum act_kind kind)
{
	const struct container *container = row_container(row);
	struct target_request request = target_request_of_container(row->snapshot, row->index);
	int r;

	add_leader(&request, row);
	r = open_target(one, &request, kind);
	if (r == 0)
		say_where(one, row->snapshot, container->cgroup);
	return r;
}

/* ---- A login that one job's crowd fills ---- */

/*
 * Where a fork bomb fills a login or a user's slice, the shell that let it loose is no part of it: what is
 * held is its crowd, a process group, and the rest of the login stays.
 */
static void narrow_to_crowd(struct held_one *one, const struct container *container)
{
	pid_t group = target_crowd(one->target);
	const struct bomb_query query = {.by = BOMB_GROUP, .number = (uint64_t)group};
	_cleanup_(strbuf_finish)
	struct strbuf whole = STRBUF_INIT;

	if (group == 0 || bomb_prepare(&query, &one->bomb, NULL) < 0)
		return;
	killer_free(TAKE(one->killer));
	target_free(TAKE(one->target));
	strbuf_addf(&whole, "process group %d in %s", (int)group, one->name);
	free(one->name);
	one->name = xstrdup(strbuf_cstr(&whole));
	strbuf_reset(&one->where);
	tell_bomb(one);
	strbuf_addf(&one->where, "the rest of it stays: boxtop kill %s ends that too\n",
		    container->name);
}

static bool is_login(const struct container *container)
{
	return container->kind == CONTAINER_SCOPE || container->kind == CONTAINER_SLICE;
}

static int open_cgroup(struct held_one *one, const struct row *row, enum act_kind kind)
{
	struct target_request request = target_request_of_cgroup(row->snapshot, row->index);

	return open_target(one, &request, kind);
}

static int open_namespace(struct held_one *one, const struct row *row)
{
	const struct bomb_query query = {.by = BOMB_NS, .number = row_ns(row)->id};

	return open_bomb(one, &query);
}

/* ---- All ---- */

/* A cgroup that is a container's own goes by the container's name. */
static struct row subject_of(const struct row *row)
{
	const struct cgroup *cgroup = row_cgroup(row);

	if (row->kind == ROW_CGROUP && cgroup->container != INDEX_NONE &&
	    row->snapshot->containers[cgroup->container].cgroup == row->index)
		return (struct row) {row->snapshot, ROW_CONTAINER, cgroup->container};
	return *row;
}

static char *name_of(const struct row *row, enum act_kind kind)
{
	struct strbuf text = STRBUF_INIT;

	if (row->kind == ROW_CONTAINER)
		strbuf_addf(&text, "%s (%s)", row_container(row)->name, row_container(row)->engine);
	else if (row->kind == ROW_CGROUP)
		strbuf_adds(&text, row_cgroup(row)->path);
	else if (row->kind == ROW_NS)
		strbuf_addf(&text, "namespace %s:%" PRIu64, ns_type_text(row_ns(row)->type),
			    row_ns(row)->id);
	else
		strbuf_addf(&text, "%s%d (%s)", kind == ACT_KILL ? "the tree of " : "",
			    (int)row_process(row)->pid, row_process(row)->comm);
	return text.data;
}

static void open_one(struct held_one *one, const struct row *given, enum act_kind kind)
{
	const struct row row = subject_of(given);

	one->pidfd = -1;
	one->key = row_key(given);
	one->name = name_of(&row, kind);
	one->err = (struct err)ERR_INIT;
	if (row.kind == ROW_CONTAINER) {
		if (strcmp(row_container(&row)->engine, "boxtop") == 0)
			one->sandbox = xstrdup(row_container(&row)->name);
		if (open_container(one, &row, kind) == 0 && kind == ACT_KILL &&
		    is_login(row_container(&row)))
			narrow_to_crowd(one, row_container(&row));
	} else if (row.kind == ROW_CGROUP) {
		open_cgroup(one, &row, kind);
	} else if (row.kind == ROW_NS) {
		open_namespace(one, &row);
	} else if (kind == ACT_KILL) {
		open_tree(one, row_process(&row));
	} else {
		open_process(one, row_process(&row));
	}
}

void held_open(struct held *held)
{
	held->ones = xcalloc(held->len + 1, sizeof(held->ones[0]));
	for (size_t i = 0; i < held->len; i++)
		open_one(&held->ones[i], &held->rows[i], held->kind);
	held_look(held, NULL);
}

/* ---- Later ---- */

static bool process_lives(int pidfd)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	return poll(&ended, 1, 0) == 0;
}

bool held_is_there(const struct held_one *one)
{
	if (one->target)
		return target_is_there(one->target);
	/* Of a tree, the first may end before the others. */
	return one->bomb || process_lives(one->pidfd);
}

/* Those that were chosen; what they have forked since is found when they are ended. */
static uint64_t count_living(const struct bomb *bomb)
{
	size_t len;
	const struct bomb_member *members = bomb_members(bomb, &len);
	uint64_t living = 0;

	for (size_t i = 0; i < len; i++)
		living += is_same_process(members[i].pid, members[i].start_ticks);
	return living;
}

static void look_one(struct held_one *one, enum act_kind kind)
{
	if (one->err.code)
		return;
	if (!held_is_there(one)) {
		err_setx(&one->err, ESRCH, "%s: it is gone: nothing is left to act on", one->name);
		return;
	}
	if (one->bomb)
		one->processes = count_living(one->bomb);
	if (!one->target)
		return;
	one->counted = target_count(one->target, &one->processes, NULL) == 0;
	if (kind == ACT_KILL && !target_is_populated(one->target))
		err_setx(&one->err, ESRCH, "%s: it has no process left to end", one->name);
}

void held_look(struct held *held, struct snapshot *snapshot)
{
	if (snapshot) {
		snapshot_unref(held->snapshot);
		held->snapshot = snapshot;
	}
	for (size_t i = 0; i < held->len; i++)
		look_one(&held->ones[i], held->kind);
}

/* ---- In words ---- */

static uint64_t in_unit(enum limit_id id, double value)
{
	return (uint64_t)(limits[id].unit == LIMIT_MICROCPUS ? value * 1e6 : value);
}

static enum act_unit unit_of(enum limit_id id)
{
	switch (limits[id].unit) {
	case LIMIT_BYTES:
		return ACT_BYTES;
	case LIMIT_MICROCPUS:
		return ACT_MICROCPUS;
	case LIMIT_COUNT:
		return ACT_COUNT;
	case LIMIT_LIST:
	case LIMIT_IO_RULES:
		return ACT_TEXT;
	}
	return ACT_TEXT;
}

static struct act_limit tell_limit(enum limit_id id, const struct limit_row *row,
				   struct arena *arena)
{
	const char *note = arena_strdup(arena, row->note);
	struct act_limit told = {
		.name = limits[id].name,
		.title = limits[id].title,
		.help = limits[id].help,
		.unit = unit_of(id),
		.min = limits[id].min,
		.max = limits[id].max,
		.value = {.set = row->value.set, .number = row->value.number},
		.used_known = row->used_known,
		.peak_known = row->peak_known,
		.used = in_unit(id, row->used),
		.peak = in_unit(id, row->peak),
		.why_not = row->settable ? NULL : note,
		.note = row->settable ? note : "",
	};

	snprintf(told.value.text, sizeof(told.value.text), "%s", row->value.text);
	return told;
}

static uint32_t cgroup_of(const struct held *held, const struct held_one *one)
{
	const struct snapshot *snapshot = held->snapshot;

	for (size_t i = 0; one->key.kind == ROW_CONTAINER && i < snapshot->containers_len; i++)
		if (snapshot->containers[i].key == one->key.a)
			return snapshot->containers[i].cgroup;
	for (size_t i = 0; one->key.kind == ROW_CGROUP && i < snapshot->cgroups_len; i++)
		if (snapshot->cgroups[i].id == one->key.a)
			return (uint32_t)i;
	return INDEX_NONE;
}

static void tell_limits(const struct held *held, struct act_news *news)
{
	struct held_one *one = &held->ones[0];
	const struct limit_subject subject = {one->target, held->snapshot, cgroup_of(held, one)};
	struct limit_row rows[LIMITS];

	if (one->err.code || limit_rows_gather(&subject, rows, &one->err) < 0)
		return;
	news->limits = arena_array(&news->arena, LIMITS, sizeof(news->limits[0]));
	news->limits_len = LIMITS;
	for (int i = 0; i < LIMITS; i++)
		news->limits[i] = tell_limit((enum limit_id)i, &rows[i], &news->arena);
}

void held_tell(const struct held *held, struct act_news *news)
{
	struct arena *arena = &news->arena;

	_Static_assert(LIMITS <= ACT_LIMITS_MAX, "the editor has room for every limit");
	if (held->kind == ACT_LIMITS && held->len > 0)
		tell_limits(held, news);
	news->items = arena_array(arena, held->len + 1, sizeof(news->items[0]));
	news->items_len = held->len;
	for (size_t i = 0; i < held->len; i++) {
		const struct held_one *one = &held->ones[i];

		news->items[i] = (struct act_item) {
			.name = arena_strdup(arena, one->name),
			.where = arena_strdup(arena, strbuf_cstr(&one->where)),
			.counted = one->counted,
			.processes = one->processes,
			.is_process = one->key.kind == ROW_PROCESS || one->key.kind == ROW_NS,
			.why = one->err.code ? arena_strdup(arena, one->err.text) : NULL,
		};
	}
}
