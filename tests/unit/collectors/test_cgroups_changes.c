/* SPDX-License-Identifier: MIT */
/* The cgroups collector while groups come, go and change between passes and in the middle of one. */
#include "cgroups_test.h"

#include <sys/mman.h>
#include <sys/resource.h>

#define V2_MOUNT "30 21 0:30 / /cg rw - cgroup2 cgroup2 rw\n"

/* struct place - a machine in a temporary directory, and the collector that watches it */
struct place {
	char root[64];
	struct cgroups_rig cg;
};

/* ---- Making groups ---- */

static void group_path(const struct place *place, const char *group, const char *file,
		       char path[512])
{
	snprintf(path, 512, "%s/cg%s%s%s", place->root, group, *file ? "/" : "", file);
}

static void group_write(const struct place *place, const char *group, const char *file,
			const char *text)
{
	char path[512];
	_cleanup_(cleanup_fclose)
	FILE *out = NULL;

	group_path(place, group, file, path);
	out = fopen(path, "we");
	assert_non_null(out);
	fputs(text, out);
}

/* Changes a file as the kernel does: without a write that could be seen. */
static void group_poke(const struct place *place, const char *group, const char *file,
		       const char *text)
{
	char path[512], *map;
	int fd;

	group_path(place, group, file, path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	map = mmap(NULL, strlen(text), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	memcpy(map, text, strlen(text));
	munmap(map, strlen(text));
	close(fd);
}

static void group_make(const struct place *place, const char *group, const char *pid)
{
	const char *const files[][2] = {
		{"cgroup.controllers", "cpu memory pids\n"},
		{"cgroup.events", "populated 1\nfrozen 0\n"},
		{"cgroup.subtree_control", ""},
		{"cpu.stat", "usage_usec 1000\nuser_usec 600\nsystem_usec 400\n"},
		{"memory.current", "8192\n"},
		{"memory.stat", "anon 4096\nfile 4096\nshmem 0\ninactive_file 1024\nslab 0\n"},
		{"memory.max", "max\n"},
		{"pids.current", "1\n"},
		{"pids.max", "max\n"},
		{"cgroup.procs", pid},
	};
	char path[512];

	group_path(place, group, "", path);
	assert_int_equal(mkdir(path, 0755), 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		group_write(place, group, files[i][0], files[i][1]);
}

/* Everything of one group, as rmdir(2) does in a cgroup file system; false if it has groups in it */
static bool group_remove(const struct place *place, const char *group)
{
	char path[512];
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;

	group_path(place, group, "", path);
	dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_type == DT_REG)
			assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
	return rmdir(path) == 0;
}

static void place_open_with(struct place *place, const struct cgroup_budget *budget)
{
	const struct tree_file files[] = {
		{"proc/self/mountinfo", V2_MOUNT},
		{"proc/self/cgroup", "0::/\n"},
		{"cg/cgroup.controllers", "cpu memory pids\n"},
		{"cg/cgroup.procs", "1\n"},
		{"cg/cpu.stat", "usage_usec 5000\nuser_usec 3000\nsystem_usec 2000\n"},
	};

	memory_tree_make(place->root, files, ARRAY_LEN(files));
	cgroups_open_with(&place->cg, place->root, budget);
}

static void place_open(struct place *place)
{
	place_open_with(place, NULL);
}

static void place_close(struct place *place)
{
	cgroups_close(&place->cg);
	memory_tree_remove(place->root);
}

static const struct cgroup *row_now(struct place *place, const char *path)
{
	return cgroup_at(cgroups_sample(&place->cg, SOURCE_ALL), path);
}

/* ---- Between passes ---- */

static const struct cgroup_budget no_watches = {16384, 0};
static const struct cgroup_budget nothing = {0, 0};
static const struct cgroup_budget *const budgets[] = {NULL, &no_watches, &nothing};

static void a_new_group_is_in_the_next_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
		struct place place;

		place_open_with(&place, budgets[i]);
		assert_null(row_now(&place, "/a"));
		group_make(&place, "/a", "10\n");
		assert_non_null(row_now(&place, "/a"));
		group_make(&place, "/a/b", "11\n");
		group_make(&place, "/a/b/c", "12\n");
		assert_non_null(row_now(&place, "/a/b/c"));
		assert_string_equal(member_path(&place.cg.rig.pass, 12), "/a/b/c");
		place_close(&place);
	}
}

static void a_removed_group_is_out_of_the_next_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
		struct place place;

		place_open_with(&place, budgets[i]);
		group_make(&place, "/a", "10\n");
		group_make(&place, "/a/b", "11\n");
		group_make(&place, "/c", "12\n");
		assert_non_null(row_now(&place, "/a/b"));
		assert_true(group_remove(&place, "/a/b"));
		assert_null(row_now(&place, "/a/b"));
		assert_null(member_path(&place.cg.rig.pass, 11));
		assert_true(group_remove(&place, "/a"));
		assert_null(row_now(&place, "/a"));
		assert_non_null(row_now(&place, "/c"));
		place_close(&place);
	}
}

static void the_same_path_with_another_inode_is_another_row(void **state)
{
	struct place place;
	uint64_t before;
	char old_path[512], new_path[512];

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	before = row_now(&place, "/a")->id;
	/* Made before the old one goes, so that the file system can't use the inode again. */
	group_make(&place, "/new", "20\n");
	assert_true(group_remove(&place, "/a"));
	group_path(&place, "/new", "", new_path);
	group_path(&place, "/a", "", old_path);
	assert_int_equal(rename(new_path, old_path), 0);
	assert_int_not_equal(row_now(&place, "/a")->id, before);
	assert_null(member_path(&place.cg.rig.pass, 10));
	assert_string_equal(member_path(&place.cg.rig.pass, 20), "/a");
	place_close(&place);
}

static void a_renamed_group_keeps_its_id(void **state)
{
	struct place place;
	uint64_t before;
	char old_path[512], new_path[512];

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	group_make(&place, "/a/in", "11\n");
	before = row_now(&place, "/a")->id;
	group_path(&place, "/a", "", old_path);
	group_path(&place, "/z", "", new_path);
	assert_int_equal(rename(old_path, new_path), 0);
	assert_int_equal(row_now(&place, "/z")->id, before);
	assert_null(row_now(&place, "/a"));
	group_make(&place, "/z/in/deep", "12\n");
	assert_non_null(row_now(&place, "/z/in/deep"));
	place_close(&place);
}

/* As many are below it as before, so only its inode tells. */
static void a_group_that_is_replaced_is_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
		struct place place;
		uint64_t id;

		place_open_with(&place, budgets[i]);
		group_make(&place, "/a", "10\n");
		group_make(&place, "/a/old", "11\n");
		id = row_now(&place, "/a")->id;
		assert_true(group_remove(&place, "/a/old"));
		assert_true(group_remove(&place, "/a"));
		group_make(&place, "/b", "12\n"); /* so that no inode is used again */
		group_make(&place, "/a", "13\n");
		group_make(&place, "/a/new", "14\n");
		assert_int_not_equal(row_now(&place, "/a")->id, id);
		assert_null(row_now(&place, "/a/old"));
		assert_non_null(row_now(&place, "/a/new"));
		assert_string_equal(member_path(&place.cg.rig.pass, 13), "/a");
		place_close(&place);
	}
}

static void a_limit_that_is_written_is_in_the_next_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
		struct place place;

		place_open_with(&place, budgets[i]);
		group_make(&place, "/a", "10\n");
		for (int pass = 0; pass < 3; pass++)
			assert_known(row_now(&place, "/a")->usage.memory.limit_bytes,
				     METRIC_NO_LIMIT);
		group_write(&place, "/a", "memory.max", "4096\n");
		assert_known(row_now(&place, "/a")->usage.memory.limit_bytes, 4096);
		group_write(&place, "/a", "memory.max", "8192\n");
		assert_known(row_now(&place, "/a")->usage.memory.limit_bytes, 8192);
		place_close(&place);
	}
}

static void a_controller_that_is_enabled_later_is_found(void **state)
{
	struct place place;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "");
	group_make(&place, "/a/b", "10\n");
	group_write(&place, "/a/b", "cgroup.controllers", "cpu\n");
	assert_absent(row_now(&place, "/a/b")->usage.memory.current_bytes, WHY_NO_CONTROLLER);
	group_poke(&place, "/a/b", "cgroup.controllers", "cpu\n");
	group_write(&place, "/a/b", "cgroup.controllers", "cpu memory\n");
	group_write(&place, "/a", "cgroup.subtree_control", "memory\n");
	assert_known(row_now(&place, "/a/b")->usage.memory.current_bytes, 8192);
	place_close(&place);
}

static void a_group_that_ran_is_read_whole(void **state)
{
	struct place place;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	for (int pass = 0; pass < 3; pass++)
		assert_known(row_now(&place, "/a")->usage.memory.anon_bytes, 4096);
	group_poke(&place, "/a", "cpu.stat", "usage_usec 2000");
	group_poke(&place, "/a", "memory.stat", "anon 1234");
	group_poke(&place, "/a", "cgroup.procs", "77");
	assert_known(row_now(&place, "/a")->usage.memory.anon_bytes, 1234);
	assert_string_equal(member_path(&place.cg.rig.pass, 77), "/a");
	assert_null(member_path(&place.cg.rig.pass, 10));
	place_close(&place);
}

static void a_sleeping_group_is_read_whole_in_its_turn(void **state)
{
	struct place place;
	int passes = 0;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	for (int pass = 0; pass < 3; pass++)
		row_now(&place, "/a");
	group_poke(&place, "/a", "memory.stat", "anon 1234");
	while (row_now(&place, "/a")->usage.memory.anon_bytes.value != 1234)
		assert_true(++passes < 8);
	place_close(&place);
}

static void a_sleeping_group_gives_all_that_it_gave_before(void **state)
{
	struct place place;
	uint64_t stamp = 0;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n11\n");
	for (int pass = 0; pass < 20; pass++) {
		const struct cgroup *cgroup = row_now(&place, "/a");

		assert_known(cgroup->usage.cpu.user_usec, 600);
		assert_known(cgroup->usage.memory.working_set_bytes, 7168);
		assert_known(cgroup->usage.populated, 1);
		assert_known(cgroup->own_processes, 2);
		assert_string_equal(member_path(&place.cg.rig.pass, 11), "/a");
		assert_true(cgroup->usage.cpu.at_usec > stamp);
		stamp = cgroup->usage.cpu.at_usec;
	}
	place_close(&place);
}

static void a_process_that_moves_is_seen_though_both_groups_sleep(void **state)
{
	struct place place;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	group_make(&place, "/b", "20\n");
	for (int pass = 0; pass < 3; pass++)
		row_now(&place, "/a");
	group_poke(&place, "/a", "cgroup.procs", "00");
	group_poke(&place, "/a", "pids.current", "0");
	group_write(&place, "/b", "cgroup.procs", "10\n20\n");
	assert_known(row_now(&place, "/a")->own_processes, 0);
	assert_string_equal(member_path(&place.cg.rig.pass, 10), "/b");
	place_close(&place);
}

static void a_directory_that_is_replaced_in_one_hierarchy_is_read(void **state)
{
	const struct tree_file files[] = {
		{"proc/self/mountinfo", "30 21 0:30 / /acct rw - cgroup c rw,cpuacct\n"
					"31 21 0:31 / /mem rw - cgroup c rw,memory\n"
					"32 21 0:32 / /systemd rw - cgroup c rw,name=systemd\n"},
		{"acct/cgroup.procs", ""},
		{"mem/cgroup.procs", ""},
		{"systemd/cgroup.procs", ""},
		{"systemd/a/cgroup.procs", "10\n"},
		{"acct/a/cgroup.procs", "10\n"},
		{"acct/a/cpuacct.usage", "1000000\n"},
		{"mem/a/cgroup.procs", "10\n"},
		{"mem/a/memory.usage_in_bytes", "8192\n"},
		{"mem/a/memory.stat", "total_rss 4096\n"},
	};
	struct cgroups_rig cg;
	char root[64], from[128], to[128];

	(void)state;
	memory_tree_make(root, files, ARRAY_LEN(files));
	cgroups_open(&cg, root);
	for (int pass = 0; pass < 3; pass++)
		assert_known(
			cgroup_of(cgroups_sample(&cg, SOURCE_ALL), "/a")->usage.memory.anon_bytes,
			4096);
	snprintf(from, sizeof(from), "%s/mem/a", root);
	snprintf(to, sizeof(to), "%s/old", root);
	assert_int_equal(rename(from, to), 0);
	tree_add(root, "mem/a/cgroup.procs", "10\n");
	tree_add(root, "mem/a/memory.usage_in_bytes", "8192\n");
	tree_add(root, "mem/a/memory.stat", "total_rss 512\n");
	cgroups_sample(&cg, SOURCE_ALL);
	assert_known(cgroup_of(cg.rig.pass.snapshot, "/a")->usage.memory.anon_bytes, 512);
	cgroups_close(&cg);
	memory_tree_remove(root);
}

static void who_moves_down_leaves_the_group_above(void **state)
{
	struct place place;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	group_make(&place, "/a/b", "20\n");
	for (int pass = 0; pass < 3; pass++)
		row_now(&place, "/a");
	/* The tasks of /a, those of /a/b included, are as many as before. */
	group_poke(&place, "/a", "cgroup.procs", "00");
	group_poke(&place, "/a/b", "pids.current", "2");
	group_write(&place, "/a/b", "cgroup.procs", "10\n20\n");
	assert_known(row_now(&place, "/a")->own_processes, 0);
	assert_string_equal(member_path(&place.cg.rig.pass, 10), "/a/b");
	place_close(&place);
}

static void another_demand_reads_sleeping_groups_anew(void **state)
{
	struct place place;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	for (int pass = 0; pass < 3; pass++)
		cgroups_sample(&place.cg, SOURCE_CGROUP_CPU);
	assert_known(row_now(&place, "/a")->usage.memory.anon_bytes, 4096);
	assert_known(row_now(&place, "/a")->own_processes, 1);
	place_close(&place);
}

/* ---- When something is short ---- */

static void events_that_were_lost_are_made_up_for(void **state)
{
	struct place place;
	char path[512];
	int fds[2];

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	for (int pass = 0; pass < 3; pass++)
		row_now(&place, "/a");
	/* More events than the kernel keeps, each other than the one before; then what counts. */
	group_path(&place, "/a", "cgroup.procs", path);
	fds[0] = open(path, O_WRONLY | O_CLOEXEC);
	group_path(&place, "/a", "cpu.stat", path);
	fds[1] = open(path, O_WRONLY | O_CLOEXEC);
	for (int i = 0; i < 40000; i++)
		assert_int_equal(pwrite(fds[i % 2], i % 2 ? "u" : "1", 1, 0), 1);
	close(fds[0]);
	close(fds[1]);
	group_make(&place, "/b", "20\n");
	group_write(&place, "/a", "memory.max", "4096\n");
	assert_known(row_now(&place, "/a")->usage.memory.limit_bytes, 4096);
	assert_non_null(row_now(&place, "/b"));
	place_close(&place);
}

/* What RLIMIT_NOFILE has to be for not one more descriptor to be had */
static rlim_t no_more_descriptors(void)
{
	int next = dup(STDOUT_FILENO);

	close(next);
	return (rlim_t)next;
}

static void without_descriptors_it_waits_for_better_times(void **state)
{
	struct rlimit before, tight;
	struct place place;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	group_make(&place, "/a/b", "11\n");
	rig_begin(&place.cg.rig, SOURCE_ALL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	for (rlim_t spare = 0; spare < 8; spare++) {
		tight = before;
		tight.rlim_cur = no_more_descriptors() + spare;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
		rig_sample(&place.cg.rig, &collector_cgroups, place.cg.state);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
		rig_begin(&place.cg.rig, SOURCE_ALL);
	}
	assert_known(row_now(&place, "/a/b")->usage.memory.anon_bytes, 4096);
	assert_string_equal(member_path(&place.cg.rig.pass, 11), "/a/b");
	place_close(&place);
}

static void a_group_that_could_not_be_listed_is_listed_later(void **state)
{
	struct rlimit before, tight;
	struct place place;

	(void)state;
	place_open(&place);
	group_make(&place, "/a", "10\n");
	for (int pass = 0; pass < 3; pass++)
		row_now(&place, "/a");
	group_make(&place, "/a/b", "11\n");
	rig_begin(&place.cg.rig, SOURCE_ALL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	tight = before;
	tight.rlim_cur = no_more_descriptors();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	rig_sample(&place.cg.rig, &collector_cgroups, place.cg.state);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_null(cgroup_at(place.cg.rig.pass.snapshot, "/a/b"));
	assert_non_null(row_now(&place, "/a/b"));
	place_close(&place);
}

static const char *denied_root;

static void sample_denied(void)
{
	const struct collect_options options = {
		.root_fd = open(denied_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	};
	const struct demand demand = {.sources = SOURCE_ALL};
	struct err err = ERR_INIT;
	void *state = NULL;

	nobody_check(collector_cgroups.start(&options, &state, &err) == 0);
	for (int i = 0; i < 3; i++) {
		struct pass pass = {
			.snapshot = snapshot_new(),
			.demand = &demand,
			.options = &options,
			.root_fd = options.root_fd,
			.proc_fd = openat(options.root_fd, "proc", O_RDONLY | O_CLOEXEC),
		};
		const struct cgroup *closed, *part;

		nobody_check(collector_cgroups.sample(state, &pass, &err) == 0);
		closed = cgroup_at(pass.snapshot, "/closed");
		part = cgroup_at(pass.snapshot, "/part");
		nobody_check(closed && part);
		nobody_check(closed->usage.pids.current.state == METRIC_DENIED);
		nobody_check(closed->usage.memory.limit_bytes.why == WHY_PERMISSION);
		nobody_check(closed->own_processes.state == METRIC_DENIED);
		nobody_check(part->usage.memory.anon_bytes.state == METRIC_DENIED);
		nobody_check(part->usage.memory.working_set_bytes.state == METRIC_DENIED);
		nobody_check(metric_is_known(part->usage.pids.current));
		close(pass.proc_fd);
		snapshot_unref(pass.snapshot);
	}
	collector_cgroups.stop(state);
}

static void what_is_denied_says_so(void **state)
{
	struct place place;
	char path[512];

	(void)state;
	place_open(&place);
	group_make(&place, "/closed", "10\n");
	group_make(&place, "/part", "11\n");
	assert_int_equal(chmod(place.root, 0755), 0);
	group_path(&place, "/closed", "", path);
	assert_int_equal(chmod(path, 0700), 0);
	group_path(&place, "/part", "memory.stat", path);
	assert_int_equal(chmod(path, 0600), 0);
	denied_root = place.root;
	as_nobody(sample_denied);
	place_close(&place);
}

/* ---- In the middle of a pass ---- */

/* struct steps - a pass of which every step is taken by hand */
struct steps {
	struct cgroup_tree tree;
	struct cgroup_rows rows;
	struct pass *pass;
};

static void step_update(struct steps *steps)
{
	cgroup_tree_update(&steps->tree);
}

static void step_rows(struct steps *steps)
{
	while (steps->tree.changed)
		cgroup_rows_build(&steps->tree, &steps->rows);
}

static void step_links(struct steps *steps)
{
	cgroup_links_find(&steps->tree, &steps->rows, steps->pass->proc_fd);
}

static void step_publish(struct steps *steps)
{
	cgroup_rows_publish(&steps->tree, &steps->rows, steps->pass->snapshot);
}

static void step_read(struct steps *steps)
{
	struct cgroup_round round;

	cgroup_round_start(&steps->tree, SOURCE_ALL, &round);
	for (size_t i = 0; i < steps->rows.len; i++)
		cgroup_row_read(&steps->tree, &steps->rows.items[i], &round, steps->pass->snapshot,
				&steps->pass->snapshot->cgroups[i]);
}

static void step_members(struct steps *steps)
{
	cgroup_members_read(&steps->tree, &steps->rows, steps->pass);
}

static void (*const all_steps[])(struct steps *) = {
	step_update, step_rows, step_links, step_publish, step_read, step_members,
};

static void begin(struct place *place)
{
	rig_begin(&place->cg.rig, SOURCE_ALL);
}

/* Passes of which the @at'th step finds /a/b removed, or all of /a */
static void pass_with_removal(struct place *place, struct steps *steps, size_t at, bool whole)
{
	begin(place);
	for (size_t i = 0; i < ARRAY_LEN(all_steps); i++) {
		if (i == at) {
			assert_true(group_remove(place, "/a/b"));
			assert_true(!whole || group_remove(place, "/a"));
		}
		all_steps[i](steps);
	}
	for (uint32_t i = 0; i < place->cg.rig.pass.snapshot->cgroups_len; i++)
		row_is_sound(place->cg.rig.pass.snapshot, i);
	members_are_sound(&place->cg.rig.pass);
	begin(place);
	for (size_t i = 0; i < ARRAY_LEN(all_steps); i++)
		all_steps[i](steps);
	assert_null(cgroup_at(place->cg.rig.pass.snapshot, "/a/b"));
	assert_int_equal(!cgroup_at(place->cg.rig.pass.snapshot, "/a"), whole);
	assert_non_null(cgroup_at(place->cg.rig.pass.snapshot, "/c"));
}

static void a_group_may_go_before_every_step_of_a_pass(void **state)
{
	(void)state;
	for (size_t b = 0; b < ARRAY_LEN(budgets); b++)
		for (size_t at = 0; at < ARRAY_LEN(all_steps); at++)
			for (int warm = 0; warm < 4; warm++) {
				struct cgroup_budget budget = {1000, 1000};
				struct err err = ERR_INIT;
				struct steps steps = {.rows = {NULL, 0, 0, {0}}};
				struct place place;

				place_open(&place);
				steps.pass = &place.cg.rig.pass;
				group_make(&place, "/a", "10\n");
				group_make(&place, "/a/b", "11\n");
				group_make(&place, "/c", "12\n");
				assert_int_equal(
					cgroup_tree_open(&steps.tree, place.cg.rig.options.root_fd,
							 budgets[b] ? *budgets[b] : budget, &err),
					0);
				for (int pass = 0; pass < warm; pass++) {
					begin(&place);
					for (size_t i = 0; i < ARRAY_LEN(all_steps); i++)
						all_steps[i](&steps);
				}
				pass_with_removal(&place, &steps, at, warm & 1);
				cgroup_tree_close(&steps.tree);
				free(steps.rows.items);
				place_close(&place);
			}
}

/* ---- Hostile names, great depth, great width ---- */

static const char *const hostile[] = {
	"a\x1b[31mred",
	"line\nbreak",
	"tab\tand space",
	"back\\slash",
	"\xff\xfe\x80",
	"..hidden",
	"...",
	"(deleted)",
	"x (deleted)",
	"--help",
	("\xe2\x80\xae"
	 "reversed"),
	"'quote\"",
	"%s%n",
	"a:b",
	"\x01\x7f",
};

static void hostile_names_are_only_names(void **state)
{
	struct place place;
	char path[300], longest[257];
	const struct snapshot *snapshot;

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[256] = '\0';
	place_open(&place);
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		snprintf(path, sizeof(path), "/%s", hostile[i]);
		group_make(&place, path, "");
	}
	group_make(&place, longest, "");
	snapshot = cgroups_sample(&place.cg, SOURCE_ALL);
	assert_int_equal(snapshot->cgroups_len, 2 + ARRAY_LEN(hostile));
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		snprintf(path, sizeof(path), "/%s", hostile[i]);
		assert_known(cgroup_of(snapshot, path)->usage.memory.anon_bytes, 4096);
	}
	assert_string_equal(cgroup_of(snapshot, longest)->name, longest + 1);
	place_close(&place);
}

static void an_issue_about_a_hostile_name_is_clean_text(void **state)
{
	struct place place;
	const struct snapshot *snapshot;

	(void)state;
	place_open(&place);
	group_make(&place, "/a\x1b[31m\nb", "");
	group_write(&place, "/a\x1b[31m\nb", "memory.current", "\x1b]0;evil\x07\n");
	snapshot = cgroups_sample(&place.cg, SOURCE_ALL);
	assert_int_equal(snapshot->issues_len, 1);
	for (const char *c = snapshot->issues[0].text; *c; c++)
		assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
	place_close(&place);
}

/* @count groups, each in the one before it; names are short, as paths of all of them are kept */
static void make_nested(const struct place *place, int count)
{
	char path[512];
	int fd;

	group_path(place, "", "", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < count; i++) {
		int next, procs;

		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		procs = openat(next, "cgroup.procs", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
		assert_true(dprintf(procs, "%d\n", 100 + i) > 0);
		close(procs);
		close(fd);
		fd = next;
	}
	close(fd);
}

static void check_depth(const struct cgroup_budget *budget, int count)
{
	struct place place;
	const struct snapshot *snapshot;
	size_t last = (size_t)count;

	place_open_with(&place, budget);
	make_nested(&place, count);
	snapshot = cgroups_sample(&place.cg, SOURCE_CGROUP_PROCS | SOURCE_CGROUP_CPU);
	assert_int_equal(snapshot->cgroups_len, last + 1);
	assert_int_equal(snapshot->cgroups[last].depth, last);
	assert_int_equal(strlen(snapshot->cgroups[last].path), 2 * last);
	assert_int_equal(place.cg.rig.pass.members_len, last + 1);
	assert_int_equal(place.cg.rig.pass.members[last].cgroup, last);
	place_close(&place);
}

/* Going down holds a descriptor per level; the program raises its limit as this does. */
static bool raise_nofile(rlim_t wanted)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < wanted)
		return false;
	if (limit.rlim_cur < wanted)
		limit.rlim_cur = wanted;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static void depth_is_bounded_by_memory_only(void **state)
{
	(void)state;
	if (!raise_nofile(6000))
		skip();
	check_depth(NULL, 5000);
	check_depth(&no_watches, 5000);
	/* Without a descriptor to start from each way is walked from the root. */
	check_depth(&nothing, 300);
}

static void width_is_bounded_by_memory_only(void **state)
{
	enum {
		COUNT = 5000
	};
	struct place place;
	const struct snapshot *snapshot;
	char path[512];

	(void)state;
	place_open(&place);
	for (int i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), "%s/cg/g%04d", place.root, i);
		assert_int_equal(mkdir(path, 0755), 0);
		snprintf(path, sizeof(path), "cg/g%04d/cgroup.procs", i);
		tree_add(place.root, path, "");
	}
	snapshot = cgroups_sample(&place.cg, SOURCE_CGROUP_PROCS);
	assert_int_equal(snapshot->cgroups_len, COUNT + 1);
	assert_string_equal(snapshot->cgroups[1].path, "/g0000");
	assert_string_equal(snapshot->cgroups[COUNT].path, "/g4999");
	place_close(&place);
}

static void a_great_list_of_processes_is_read_whole(void **state)
{
	struct strbuf pids = STRBUF_INIT;
	struct place place;

	(void)state;
	for (int i = 20000; i > 0; i--)
		strbuf_addf(&pids, "%d\n", i * 200);
	place_open(&place);
	group_make(&place, "/a", strbuf_cstr(&pids));
	assert_known(row_now(&place, "/a")->own_processes, 20000);
	assert_int_equal(place.cg.rig.pass.members_len, 20001);
	assert_string_equal(member_path(&place.cg.rig.pass, 4000000), "/a");
	place_close(&place);
	strbuf_finish(&pids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_group_is_in_the_next_pass),
		cmocka_unit_test(a_removed_group_is_out_of_the_next_pass),
		cmocka_unit_test(the_same_path_with_another_inode_is_another_row),
		cmocka_unit_test(a_renamed_group_keeps_its_id),
		cmocka_unit_test(a_group_that_is_replaced_is_another),
		cmocka_unit_test(a_limit_that_is_written_is_in_the_next_pass),
		cmocka_unit_test(a_controller_that_is_enabled_later_is_found),
		cmocka_unit_test(a_group_that_ran_is_read_whole),
		cmocka_unit_test(a_sleeping_group_is_read_whole_in_its_turn),
		cmocka_unit_test(a_sleeping_group_gives_all_that_it_gave_before),
		cmocka_unit_test(a_process_that_moves_is_seen_though_both_groups_sleep),
		cmocka_unit_test(a_directory_that_is_replaced_in_one_hierarchy_is_read),
		cmocka_unit_test(who_moves_down_leaves_the_group_above),
		cmocka_unit_test(another_demand_reads_sleeping_groups_anew),
		cmocka_unit_test(events_that_were_lost_are_made_up_for),
		cmocka_unit_test(without_descriptors_it_waits_for_better_times),
		cmocka_unit_test(a_group_that_could_not_be_listed_is_listed_later),
		cmocka_unit_test(what_is_denied_says_so),
		cmocka_unit_test(a_group_may_go_before_every_step_of_a_pass),
		cmocka_unit_test(hostile_names_are_only_names),
		cmocka_unit_test(an_issue_about_a_hostile_name_is_clean_text),
		cmocka_unit_test(depth_is_bounded_by_memory_only),
		cmocka_unit_test(width_is_bounded_by_memory_only),
		cmocka_unit_test(a_great_list_of_processes_is_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
