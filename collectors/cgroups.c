/* SPDX-License-Identifier: MIT */
/*
 * The cgroups collector: every group of every mounted hierarchy, its numbers and its processes. Owns
 * what is kept between passes: the tree with its open descriptors, and the rows. A group that is removed
 * at any moment is missing from the next snapshot; in the one in the making what was not yet read of it
 * says that it is gone. Never writes to a group.
 */
#include "collectors/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/text.h"
#include "collectors/cgroups_files.h"
#include "collectors/cgroups_members.h"

#define SOURCES_CGROUP                                                                             \
	(SOURCE_CGROUP_CPU | SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_MEMORY_STAT |                    \
	 SOURCE_CGROUP_MEMORY_MORE | SOURCE_CGROUP_PIDS | SOURCE_CGROUP_IO |                       \
	 SOURCE_CGROUP_PRESSURE | SOURCE_CGROUP_STATE | SOURCE_CGROUP_LIMITS |                     \
	 SOURCE_CGROUP_PROCS)

/* struct cgroups - what lives from pass to pass */
struct cgroups {
	int root_fd;
	int mountinfo_fd;  /* poll(2) tells when a mount comes or goes; -1 */
	bool mounts_stale; /* a mount came or went since the hierarchies were looked for */
	struct cgroup_budget budget;
	bool has_tree;
	struct cgroup_tree tree;
	struct cgroup_rows rows;
	struct cgroup_sets *sets; /* members from the task iterator; NULL until it told some */
};

static void cgroups_stop(void *data)
{
	struct cgroups *state = data;

	if (!state)
		return;
	if (state->has_tree)
		cgroup_tree_close(&state->tree);
	if (state->root_fd >= 0)
		close(state->root_fd);
	if (state->mountinfo_fd >= 0)
		close(state->mountinfo_fd);
	free(state->rows.items);
	cgroup_sets_free(state->sets);
	free(state);
}

int cgroups_start_with(const struct collect_options *options, const struct cgroup_budget *budget,
		       void **out_state, struct err *err)
{
	struct cgroups *state = xcalloc(1, sizeof(*state));
	int fd;

	state->mountinfo_fd = -1;
	state->root_fd = options->root_fd == AT_FDCWD
				 ? open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
				 : fcntl(options->root_fd, F_DUPFD_CLOEXEC, 3);
	if (state->root_fd < 0) {
		int r = err_set(err, errno, "open the root directory");

		cgroups_stop(state);
		return r;
	}
	if (file_open(state->root_fd, "proc/self/mountinfo", &fd, NULL) == 0)
		state->mountinfo_fd = fd;
	state->budget = budget ? *budget : cgroup_budget_of_process(state->root_fd);
	/* Who looks once hears of no change. */
	if (!options->lasting)
		state->budget.watches = 0;
	*out_state = state;
	return 0;
}

static int cgroups_start(const struct collect_options *options, void **out_state, struct err *err)
{
	return cgroups_start_with(options, NULL, out_state, err);
}

static bool mounts_changed(const struct cgroups *state)
{
	struct pollfd poller = {.fd = state->mountinfo_fd, .events = POLLPRI};

	return state->mountinfo_fd >= 0 && poll(&poller, 1, 0) > 0 &&
	       (poller.revents & (POLLPRI | POLLERR));
}

/* Mounts come and go with every container; the hierarchies seldom do, and then all begins anew. */
static int tree_refresh(struct cgroups *state, struct err *err)
{
	struct hierarchies now;
	bool same;
	int r;

	if (state->has_tree) {
		/* The kernel tells of a change once: it counts until it was looked at. */
		state->mounts_stale |= mounts_changed(state);
		if (!state->mounts_stale || hierarchies_find(state->root_fd, &now, err) < 0)
			return 0;
		state->mounts_stale = false;
		same = hierarchies_equal(&state->tree.hierarchies, &now);
		hierarchies_finish(&now);
		if (same)
			return 0;
		cgroup_tree_close(&state->tree);
		state->has_tree = false;
	}
	r = cgroup_tree_open(&state->tree, state->root_fd, state->budget, err);
	state->has_tree = r == 0;
	return r;
}

static void rows_refresh(struct cgroups *state, const struct pass *pass)
{
	cgroup_tree_update(&state->tree);
	/* A link that turns out wrong while rows are built changes the tree again. */
	if (state->tree.changed && state->sets)
		cgroup_sets_forget(state->sets);
	while (state->tree.changed)
		cgroup_rows_build(&state->tree, &state->rows);
	if (cgroup_links_find(&state->tree, &state->rows, pass->proc_fd))
		do
			cgroup_rows_build(&state->tree, &state->rows);
		while (state->tree.changed);
}

/* v1 doesn't say whether a group or one below it has processes, so they are counted. */
static void populated_by_processes(struct snapshot *snapshot)
{
	for (size_t i = snapshot->cgroups_len; i-- > 0;) {
		struct cgroup *cgroup = &snapshot->cgroups[i];
		struct metric *populated = &cgroup->usage.populated;

		if (!metric_is_known(*populated) || populated->value == 0)
			*populated = metric_is_known(cgroup->own_processes)
					     ? metric_known(cgroup->own_processes.value > 0)
					     : cgroup->own_processes;
		if (cgroup->parent != INDEX_NONE && metric_is_known(*populated) && populated->value)
			snapshot->cgroups[cgroup->parent].usage.populated = *populated;
	}
}

static void forget_populated(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->cgroups_len; i++)
		snapshot->cgroups[i].usage.populated =
			metric_unknown(METRIC_UNSAMPLED, WHY_NOT_SAMPLED);
}

static void forget_members(struct pass *pass)
{
	const struct metric not_asked = metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);

	for (size_t i = 0; i < pass->snapshot->cgroups_len; i++)
		pass->snapshot->cgroups[i].own_processes = not_asked;
	pass->members = NULL;
	pass->members_len = 0;
}

/* What the iterator told is not what cgroup.procs said last. */
static void drop_sets(struct cgroups *state)
{
	for (size_t i = 0; i < state->rows.len; i++)
		if (state->rows.items[i].naming->last)
			state->rows.items[i].naming->last->has_members = false;
	cgroup_sets_free(TAKE(state->sets));
}

static void find_members(struct cgroups *state, struct pass *pass)
{
	if (pass->tasks && !state->sets)
		state->sets = cgroup_sets_new();
	if (state->sets && cgroup_sets_read(state->sets, &state->tree, &state->rows, pass))
		return;
	if (state->sets)
		drop_sets(state);
	cgroup_members_read(&state->tree, &state->rows, pass);
}

static void read_members(struct cgroups *state, struct pass *pass)
{
	unsigned int sources = pass->demand->sources;
	bool by_processes =
		(sources & SOURCE_CGROUP_STATE) && pass->snapshot->layout != CGROUP_LAYOUT_UNIFIED;

	if (by_processes || (sources & SOURCE_CGROUP_PROCS))
		find_members(state, pass);
	if (by_processes) {
		forget_populated(pass->snapshot);
		populated_by_processes(pass->snapshot);
	}
	if (!(sources & SOURCE_CGROUP_PROCS))
		forget_members(pass);
}

static void read_values(struct cgroups *state, struct pass *pass)
{
	struct cgroup_round round;

	cgroup_round_start(&state->tree, pass->demand->sources, &round);
	for (size_t i = 0; i < state->rows.len; i++)
		cgroup_row_read(&state->tree, &state->rows.items[i], &round, pass->snapshot,
				&pass->snapshot->cgroups[i]);
}

static void report(struct snapshot *snapshot, const struct err *trouble)
{
	struct strbuf text = STRBUF_INIT;

	if (!trouble->text[0])
		return;
	text_sanitize(span_of(trouble->text), &text);
	snapshot_add_issue(snapshot, "%s", strbuf_cstr(&text));
	strbuf_finish(&text);
}

static int cgroups_sample(void *data, struct pass *pass, struct err *err)
{
	struct cgroups *state = data;

	/* Without mountinfo there are no groups, but all the rest. */
	if (tree_refresh(state, err) < 0) {
		report(pass->snapshot, err);
		return 0;
	}
	rows_refresh(state, pass);
	cgroup_rows_publish(&state->tree, &state->rows, pass->snapshot);
	read_values(state, pass);
	read_members(state, pass);
	cgroup_dir_leave(&state->tree);
	report(pass->snapshot, &state->tree.hierarchies.trouble);
	if (state->tree.hierarchies.layout == CGROUP_LAYOUT_NONE)
		snapshot_add_issue(pass->snapshot,
				   "no cgroup file system is mounted here: no cgroup's usage or "
				   "limits can be read (mount -t cgroup2 none /sys/fs/cgroup)");
	return 0;
}

const struct collector collector_cgroups = {
	.name = "cgroups",
	.sources = SOURCES_CGROUP | SOURCE_IDENTITY,
	.start = cgroups_start,
	.sample = cgroups_sample,
	.stop = cgroups_stop,
};
