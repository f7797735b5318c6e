/* SPDX-License-Identifier: MIT */
/* What the tests of the cgroups collector share: passes of it alone, and what holds for every snapshot. */
#ifndef BOXTOP_TESTS_COLLECTORS_CGROUPS_TEST_H
#define BOXTOP_TESTS_COLLECTORS_CGROUPS_TEST_H

#include "rig.h"

#include <spawn.h>

#include "collectors/cgroups_files.h"
#include "collectors/tasks.h"

/* struct cgroups_rig - the collector over a root; pass.snapshot holds the last pass */
struct cgroups_rig {
	struct rig rig;
	void *state;
	void (*meanwhile)(void *); /* between listing the processes and reading the groups; NULL */
	void *meanwhile_data;
	struct tasks *tasks; /* members come from the task iterator; NULL: from cgroup.procs */
};

static inline void cgroups_open_with(struct cgroups_rig *cg, const char *root,
				     const struct cgroup_budget *budget)
{
	struct err err = ERR_INIT;

	rig_open(&cg->rig, root);
	cg->rig.options.lasting = true; /* else nothing is watched */
	cg->tasks = NULL;
	cg->meanwhile = NULL;
	if (cgroups_start_with(&cg->rig.options, budget, &cg->state, &err) < 0)
		fail_msg("start: %s", err.text);
}

static inline void cgroups_open(struct cgroups_rig *cg, const char *root)
{
	cgroups_open_with(cg, root, NULL);
}

static inline void cgroups_open_fixture(struct cgroups_rig *cg, const char *machine)
{
	char root[512];

	snprintf(root, sizeof(root), FIXTURES_DIR "/%s", machine);
	cgroups_open(cg, root);
}

static inline void cgroups_close(struct cgroups_rig *cg)
{
	collector_cgroups.stop(cg->state);
	rig_close(&cg->rig);
}

/* A temporary directory in memory where there is one: some trees are of many thousand files. */
static inline void memory_tree_make(char root[64], const struct tree_file *files, size_t n)
{
	snprintf(root, 64, "%s/boxtop-test-XXXXXX",
		 access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < n; i++)
		tree_add(root, files[i].path, files[i].text);
}

static inline void memory_tree_remove(const char *root)
{
	char name[64];
	char *argv[] = {(char[]) {"rm"}, (char[]) {"-rf"}, name, NULL}, *envp[] = {NULL};
	pid_t pid;

	assert_non_null(strstr(root, "/boxtop-test-"));
	snprintf(name, sizeof(name), "%s", root);
	assert_int_equal(posix_spawnp(&pid, "rm", NULL, NULL, argv, envp), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static inline size_t open_descriptors(void)
{
	size_t n = 0;
	_cleanup_(cleanup_closedir)
	DIR *dir = opendir("/proc/self/fd");

	while (readdir(dir))
		n++;
	return n - 3; /* ".", ".." and that of the listing itself */
}

/* ---- What holds for every snapshot ---- */

static inline void row_is_sound(const struct snapshot *snapshot, uint32_t i)
{
	const struct cgroup *cgroup = &snapshot->cgroups[i];
	const struct cgroup *parent;

	assert_non_null(cgroup->path);
	assert_int_equal(cgroup->path[0], '/');
	assert_true(cgroup->subtree_end > i && cgroup->subtree_end <= snapshot->cgroups_len);
	assert_int_equal(cgroup->container, INDEX_NONE);
	if (i == 0) {
		assert_string_equal(cgroup->path, "/");
		assert_string_equal(cgroup->name, "/");
		assert_int_equal(cgroup->parent, INDEX_NONE);
		assert_int_equal(cgroup->depth, 0);
		assert_int_equal(cgroup->subtree_end, snapshot->cgroups_len);
		return;
	}
	assert_true(cgroup->parent < i);
	parent = &snapshot->cgroups[cgroup->parent];
	assert_int_equal(cgroup->depth, parent->depth + 1);
	assert_true(cgroup->subtree_end <= parent->subtree_end);
	assert_string_equal(cgroup->name, strrchr(cgroup->path, '/') + 1);
	/* Preorder: what comes after a row is its child, or its next sibling's, or an uncle. */
	assert_true(cgroup->parent == i - 1 || snapshot->cgroups[i - 1].subtree_end == i);
}

static inline int id_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static inline void ids_are_unique(const struct snapshot *snapshot)
{
	uint64_t *ids = xcalloc(snapshot->cgroups_len + 1, sizeof(*ids));

	for (size_t i = 0; i < snapshot->cgroups_len; i++)
		ids[i] = snapshot->cgroups[i].id;
	qsort(ids, snapshot->cgroups_len, sizeof(*ids), id_compare);
	for (size_t i = 1; i < snapshot->cgroups_len; i++)
		assert_int_not_equal(ids[i - 1], ids[i]);
	free(ids);
}

static inline void members_are_sound(const struct pass *pass)
{
	for (size_t i = 0; i < pass->members_len; i++) {
		assert_true(pass->members[i].pid > 0);
		assert_true(pass->members[i].cgroup < pass->snapshot->cgroups_len);
		assert_true(i == 0 || pass->members[i - 1].pid < pass->members[i].pid);
	}
}

/* A pass that asks for @sources, and all that has to hold of any */
static inline struct snapshot *cgroups_sample(struct cgroups_rig *cg, unsigned int sources)
{
	struct snapshot *snapshot;

	rig_begin(&cg->rig, sources);
	if (cg->tasks && tasks_read(cg->tasks, NULL) == 0)
		cg->rig.pass.tasks = cg->tasks;
	if (cg->meanwhile)
		cg->meanwhile(cg->meanwhile_data);
	rig_sample(&cg->rig, &collector_cgroups, cg->state);
	snapshot = cg->rig.pass.snapshot;
	for (uint32_t i = 0; i < snapshot->cgroups_len; i++)
		row_is_sound(snapshot, i);
	ids_are_unique(snapshot);
	members_are_sound(&cg->rig.pass);
	return snapshot;
}

/* ---- Looking things up ---- */

static inline const struct cgroup *cgroup_at(const struct snapshot *snapshot, const char *path)
{
	for (size_t i = 0; i < snapshot->cgroups_len; i++)
		if (strcmp(snapshot->cgroups[i].path, path) == 0)
			return &snapshot->cgroups[i];
	return NULL;
}

static inline const struct cgroup *cgroup_of(const struct snapshot *snapshot, const char *path)
{
	const struct cgroup *cgroup = cgroup_at(snapshot, path);

	if (!cgroup)
		fail_msg("no row for %s", path);
	return cgroup;
}

/* Path of the row that a process is in; NULL if it is in none */
static inline const char *member_path(const struct pass *pass, pid_t pid)
{
	for (size_t i = 0; i < pass->members_len; i++)
		if (pass->members[i].pid == pid)
			return pass->snapshot->cgroups[pass->members[i].cgroup].path;
	return NULL;
}

/* Says how many are in each group: which one a process goes to depends on that. */
static inline void assert_member(const struct pass *pass, pid_t pid, const char *path)
{
	const char *got = member_path(pass, pid);

	if (got && strcmp(got, path) == 0)
		return;
	for (size_t i = 0; i < pass->snapshot->cgroups_len; i++)
		print_message("%s: %d, %llu\n", pass->snapshot->cgroups[i].path,
			      (int)pass->snapshot->cgroups[i].own_processes.state,
			      (unsigned long long)pass->snapshot->cgroups[i].own_processes.value);
	for (size_t i = 0; i < pass->members_len; i++)
		print_message("%d in %s\n", pass->members[i].pid,
			      pass->snapshot->cgroups[pass->members[i].cgroup].path);
	fail_msg("process %d is in %s, not in %s", pid, got ? got : "none", path);
}

static inline void assert_known(struct metric metric, uint64_t value)
{
	if (metric.state != METRIC_KNOWN || metric.value != value)
		fail_msg("expected %llu, got %llu (%s)", (unsigned long long)value,
			 (unsigned long long)metric.value,
			 metric.state == METRIC_KNOWN
				 ? "known"
				 : metric_why_text((enum metric_why)metric.why));
}

static inline void assert_unknown(struct metric metric, enum metric_state state,
				  enum metric_why why)
{
	if (metric.state != state || metric.why != why || metric.value != 0)
		fail_msg("expected %s (%s), got %s (%s), %llu", metric_state_text(state),
			 metric_why_text(why), metric_state_text((enum metric_state)metric.state),
			 metric_why_text((enum metric_why)metric.why),
			 (unsigned long long)metric.value);
}

static inline void assert_absent(struct metric metric, enum metric_why why)
{
	assert_unknown(metric, METRIC_ABSENT, why);
}

#endif
