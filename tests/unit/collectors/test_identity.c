// SPDX-License-Identifier: MIT
/* Which cgroups become rows, what they are called, and what is kept between passes. */
#include "engine_test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "collectors/pids.h"

#define KUBE	"/kubepods.slice/kubepods-pod" UUID_ ".slice"
#define MACHINE FIXTURES_DIR "/engines"

/** struct group - a cgroup of a test; given in preorder */
struct group {
	const char *path;
	pid_t pids[4];	     /* members; 0 ends */
	const char *systemd; /* path in name=systemd where it differs; NULL: as @path */
};

/** struct world - the collectors over one directory that stands for "/" */
struct world {
	int root_fd, proc_fd;
	void *pids, *identity;
	uint64_t sequence, now_usec;
	bool no_members;
	struct collect_options options;
	struct snapshot *snapshot; /* of the last pass */
	struct pids *table;
};

static void world_open(struct world *world, const char *path)
{
	*world = (struct world) {.now_usec = 1000000};
	world->root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	world->proc_fd = openat(world->root_fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(world->proc_fd >= 0);
	world->options = (struct collect_options) {.root_fd = world->root_fd, .state_dirs = true};
	assert_int_equal(collector_pids.start(&world->options, &world->pids, NULL), 0);
	assert_int_equal(collector_identity.start(&world->options, &world->identity, NULL), 0);
}

static void world_close(struct world *world)
{
	collector_identity.stop(world->identity);
	collector_pids.stop(world->pids);
	snapshot_unref(world->snapshot);
	close(world->proc_fd);
	close(world->root_fd);
}

static bool is_below(const char *path, const char *above)
{
	size_t len = strcmp(above, "/") == 0 ? 0 : strlen(above);

	return strncmp(path, above, len) == 0 && path[len] == '/';
}

static void add_cgroup(struct snapshot *snapshot, const struct group *group, uint64_t id)
{
	uint32_t index = (uint32_t)snapshot->cgroups_len++;
	struct cgroup *cgroup = &snapshot->cgroups[index];

	*cgroup = (struct cgroup) {.id = id, .parent = INDEX_NONE, .subtree_end = index + 1};
	cgroup->path = arena_strdup(&snapshot->arena, group->path);
	cgroup->name = strrchr(cgroup->path, '/') + 1;
	cgroup->paths[CGROUP_UNIFIED] = cgroup->path;
	cgroup->paths[CGROUP_SYSTEMD] = group->systemd;
	for (uint32_t i = 0; i < index; i++) {
		if (!is_below(group->path, snapshot->cgroups[i].path))
			continue;
		cgroup->parent = i; /* the deepest is the last one */
		snapshot->cgroups[i].subtree_end = index + 1;
	}
}

static int compare_members(const void *a, const void *b)
{
	return ((const struct member *)a)->pid - ((const struct member *)b)->pid;
}

/* One pass over @groups, which end with a NULL path. Ids are 1000 and up, plus @id_base. */
static void world_pass(struct world *world, const struct group *groups, uint64_t id_base)
{
	static const struct group top = {"/", {0}, NULL};
	struct demand demand = {.sources = SOURCE_IDENTITY | SOURCE_CGROUP_PROCS};
	struct member members[64];
	struct pass pass = {.demand = &demand,
			    .options = &world->options,
			    .root_fd = world->root_fd,
			    .proc_fd = world->proc_fd,
			    .members = members};
	struct snapshot *snapshot = snapshot_new();

	snapshot_unref(world->snapshot);
	world->snapshot = pass.snapshot = snapshot;
	snapshot->sequence = ++world->sequence;
	snapshot->monotonic_usec = world->now_usec;
	snapshot->realtime_usec = 2000000000;
	snapshot->boottime_usec = 1000000000;
	snapshot->tick_hz = 100;
	snapshot->cgroups = arena_array(&snapshot->arena, 64, sizeof(struct cgroup));
	add_cgroup(snapshot, &top, 1);
	for (const struct group *group = groups; group->path; group++) {
		uint32_t index = (uint32_t)snapshot->cgroups_len;
		uint64_t count = 0;

		add_cgroup(snapshot, group, 1000 + id_base + index);
		for (; group->pids[count]; count++)
			members[pass.members_len++] = (struct member) {group->pids[count], index};
		if (!world->no_members)
			snapshot->cgroups[index].own_processes = metric_known(count);
	}
	if (world->no_members)
		pass.members_len = 0;
	qsort(members, pass.members_len, sizeof(members[0]), compare_members);
	assert_int_equal(collector_pids.sample(world->pids, &pass, NULL), 0);
	assert_int_equal(collector_identity.sample(world->identity, &pass, NULL), 0);
	world->table = pass.pids;
}

/* "engine kind name @cgroup <parent name> [?]" per row */
static const char *describe_rows(const struct world *world)
{
	struct strbuf text = STRBUF_INIT;
	char *copy;

	for (size_t i = 0; i < world->snapshot->containers_len; i++) {
		const struct container *row = &world->snapshot->containers[i];

		strbuf_addf(&text, "%s %s %s", row->engine, container_kind_text(row->kind),
			    row->name);
		if (row->parent != INDEX_NONE)
			strbuf_addf(&text, " <%s", world->snapshot->containers[row->parent].name);
		strbuf_adds(&text, row->confirmed ? "\n" : " ?\n");
	}
	copy = arena_strdup(&world->snapshot->arena, strbuf_cstr(&text));
	strbuf_finish(&text);
	return copy;
}

/** struct rows_case - groups and the rows that they give */
struct rows_case {
	struct group groups[8];
	const char *rows;
};

static const struct rows_case rows_cases[] = {
	/* Docker under systemd: the container, its service and their slice */
	{{{"/system.slice", {0}, NULL},
	  {"/system.slice/docker.service", {9}, NULL},
	  {"/system.slice/docker-" ID("a1") ".scope", {1101}, NULL}},
	 "systemd slice system.slice\n"
	 "systemd service docker.service <system.slice\n"
	 "docker container web <system.slice\n"},
	/* cgroupfs: the directory above containers is no row; what is below one is part of it */
	{{{"/docker", {0}, NULL},
	  {"/docker/" ID("a1"), {1101}, NULL},
	  {"/docker/" ID("a1") "/anything", {9}, NULL}},
	 "docker container web\n"},
	/* a systemd inside of a container: its units are no rows */
	{{{"/lxc.monitor.c1", {9}, NULL},
	  {"/lxc.payload.c1", {0}, NULL},
	  {"/lxc.payload.c1/init.scope", {10}, NULL},
	  {"/lxc.payload.c1/system.slice", {0}, NULL},
	  {"/lxc.payload.c1/system.slice/ssh.service", {11}, NULL}},
	 "lxc monitor c1\n"
	 "lxc container c1\n"},
	/* look-alikes inside of a container: shown and marked with processes, no row without */
	{{{"/docker/" ID("af"), {20}, NULL},
	  {"/docker/" ID("af") "/docker-" ID("a1") ".scope", {21}, NULL},
	  {"/docker/" ID("af") "/docker-" ID("a6") ".scope", {0}, NULL},
	  {"/docker/" ID("a1"), {1101}, NULL}},
	 "docker container " SHORT("af") " ?\n"
					 "docker container " SHORT("a1") " <" SHORT(
						 "af") " ?\n"
						       "docker container web\n"},
	/* ... also when the real one comes first */
	{{{"/docker/" ID("a1"), {1101}, NULL},
	  {"/docker/" ID("af"), {20}, NULL},
	  {"/docker/" ID("af") "/docker-" ID("a1") ".scope", {21}, NULL}},
	 "docker container web\n"
	 "docker container " SHORT("af") " ?\n"
					 "docker container " SHORT("a1") " <" SHORT("af") " ?\n"},
	/* by hand: each leaf that has processes, never the root, never an empty one */
	{{{"/empty", {0}, NULL},
	  {"/mine", {0}, NULL},
	  {"/mine/a", {9}, NULL},
	  {"/mine/b", {10}, NULL},
	  {"/yours", {11}, NULL},
	  {"/yours/below", {12}, NULL}},
	 "cgroup cgroup mine/a\n"
	 "cgroup cgroup mine/b\n"
	 "cgroup cgroup yours\n"},
	/* by hand in a slice is a row, below a service it is the service's */
	{{{"/system.slice", {0}, NULL},
	  {"/system.slice/mine", {9}, NULL},
	  {"/system.slice/web.service", {10}, NULL},
	  {"/system.slice/web.service/worker", {11}, NULL}},
	 "systemd slice system.slice\n"
	 "cgroup cgroup system.slice/mine <system.slice\n"
	 "systemd service web.service <system.slice\n"},
	/* a pod is called as its containers say */
	{{{"/kubepods.slice", {0}, NULL},
	  {KUBE, {0}, NULL},
	  {KUBE "/cri-containerd-" ID("e1") ".scope", {1401}, NULL},
	  {KUBE "/cri-containerd-" ID("e2") ".scope", {1402}, NULL}},
	 "systemd slice kubepods.slice\n"
	 "kubernetes pod api-6f7 <kubepods.slice\n"
	 "containerd container app <api-6f7\n"
	 "containerd pause pause <api-6f7\n"},
	/* what the state does not tell, the process does: one process called pause in a pod */
	{{{"/kubepods/pod" UUID, {0}, NULL}, {"/kubepods/pod" UUID "/" ID("ef"), {1402}, NULL}},
	 "kubernetes pod 0a1b2c3d-000\n"
	 "containerd pause " SHORT("ef") " <0a1b2c3d-000 ?\n"},
	/* Podman: the limit is on the scope, the processes are below it */
	{{{"/machine.slice", {0}, NULL},
	  {"/machine.slice/libpod-" ID("c1") ".scope", {0}, NULL},
	  {"/machine.slice/libpod-" ID("c1") ".scope/container", {1301}, NULL},
	  {"/machine.slice/libpod-conmon-" ID("c1") ".scope", {9}, NULL}},
	 "systemd slice machine.slice\n"
	 "podman container db <machine.slice\n"
	 "podman monitor " SHORT("c1") " <machine.slice\n"},
	/* without a place of their own */
	{{{"/dev-hugepages.mount", {9}, NULL},
	  {"/init.scope", {1}, NULL},
	  {"/lxc.pivot", {10}, NULL}},
	 ""},
	/* on v1, name=systemd says what memory's path does not */
	{{{"/mine", {1101}, "/system.slice/docker-" ID("a1") ".scope"}}, "docker container web\n"},
	/* ... but a unit's processes may be in many groups of memory */
	{{{"/a", {9}, "/system.slice/web.service"}, {"/b", {10}, "/system.slice/web.service"}},
	 "cgroup cgroup a\n"
	 "cgroup cgroup b\n"},
};

static void rows_are_what_one_would_blame(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows_cases); i++) {
		struct world world;

		world_open(&world, MACHINE);
		world_pass(&world, rows_cases[i].groups, 0);
		assert_string_equal(describe_rows(&world), rows_cases[i].rows);
		world_close(&world);
	}
}

static const struct group one_container[] = {
	{"/docker", {0}, NULL},
	{"/docker/" ID("a1"), {1301, 1101}, NULL},
	{NULL, {0}, NULL},
};

static void a_cgroup_and_its_processes_know_their_row(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, one_container, 0);
	assert_int_equal(world.snapshot->cgroups[0].container, INDEX_NONE);
	assert_int_equal(world.snapshot->cgroups[1].container, INDEX_NONE);
	assert_int_equal(world.snapshot->cgroups[2].container, 0);
	assert_int_equal(world.snapshot->containers[0].cgroup, 2);
	assert_int_equal(pids_find(world.table, 1101)->container, 0);
	assert_int_equal(pids_find(world.table, 1301)->container, 0);
	assert_int_equal(pids_find(world.table, 1)->container, INDEX_NONE);
	world_close(&world);
}

static void the_leader_is_the_states_and_else_the_oldest(void **state)
{
	static const struct group other[] = {{"/docker/" ID("af"), {1301, 1101}, NULL},
					     {NULL, {0}, NULL}};
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, one_container, 0);
	assert_int_equal(world.snapshot->containers[0].leader, 1101);
	world_pass(&world, other, 100);
	assert_int_equal(world.snapshot->containers[0].leader, 1101);
	assert_int_equal(world.snapshot->containers[0].created_usec, 1000000000 + 5001 * 10000);
	world_close(&world);
}

#define POD_CC "/machine.slice/machine-libpod_pod_" ID("cc") ".slice"

/* Its infrastructure container tells; whoever comes first in the tree does not matter. */
static void all_of_a_podman_pod_know_its_name(void **state)
{
	static const struct group groups[] = {{POD_CC, {0}, NULL},
					      {POD_CC "/libpod-" ID("c1") ".scope", {1301}, NULL},
					      {POD_CC "/libpod-" ID("c2") ".scope", {1302}, NULL},
					      {NULL, {0}, NULL}};
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, groups, 0);
	assert_string_equal(describe_rows(&world),
			    "podman pod shop-pod\n"
			    "podman container db <shop-pod\n"
			    "podman pause " SHORT("cc") "-infra <shop-pod\n");
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(world.snapshot->containers[i].pod, "shop-pod");
	world_close(&world);
}

static void a_podman_pod_without_a_name_is_called_by_its_id(void **state)
{
	static const struct group groups[] = {{POD_CC, {0}, NULL},
					      {POD_CC "/libpod-" ID("c1") ".scope", {1301}, NULL},
					      {NULL, {0}, NULL}};
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, groups, 0);
	assert_string_equal(describe_rows(&world),
			    "podman pod " SHORT("cc") "\n"
						      "podman container db <" SHORT("cc") "\n");
	assert_string_equal(world.snapshot->containers[1].pod, SHORT("cc"));
	world_close(&world);
}

static void a_slice_and_a_pod_have_no_leader(void **state)
{
	static const struct group groups[] = {
		{"/kubepods.slice", {1101}, NULL}, {KUBE, {1301}, NULL}, {NULL, {0}, NULL}};
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, groups, 0);
	assert_int_equal(world.snapshot->containers[0].leader, 0);
	assert_int_equal(world.snapshot->containers[1].leader, 0);
	world_close(&world);
}

static void a_key_lasts_as_long_as_the_cgroup(void **state)
{
	struct world world;
	uint64_t key;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, one_container, 0);
	key = world.snapshot->containers[0].key;
	assert_int_not_equal(key, 0);
	world.now_usec += 10000000;
	world_pass(&world, one_container, 0);
	assert_int_equal(world.snapshot->containers[0].key, key);
	world_pass(&world, one_container, 500); /* the same path with another inode */
	assert_int_not_equal(world.snapshot->containers[0].key, key);
	world_close(&world);
}

static void a_user_owns_what_is_below_its_manager(void **state)
{
#define ALICE "/user.slice/user-1000.slice"
	static const struct group groups[] = {
		{"/user.slice", {0}, NULL},
		{ALICE, {0}, NULL},
		{ALICE "/session-3.scope", {9}, NULL},
		{"/user.slice/user-1234.slice", {0}, NULL},
		{NULL, {0}, NULL},
	};
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, groups, 0);
	assert_null(world.snapshot->containers[0].owner);
	assert_string_equal(world.snapshot->containers[2].owner, "alice");
	/* nobody has that number */
	assert_string_equal(world.snapshot->containers[3].owner, "1234");
	world_close(&world);
}

static void without_members_the_rows_stay(void **state)
{
	static const struct group groups[] = {{"/mine", {9}, NULL}, {NULL, {0}, NULL}};
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	world_pass(&world, groups, 0);
	world.no_members = true;
	world_pass(&world, groups, 0);
	assert_string_equal(describe_rows(&world), "cgroup cgroup mine\n");
	world_close(&world);
}

/* ---- State that changes: a copy of the machine that the test may write to ---- */

static void copy_machine(char *path)
{
	char command[512];

	strcpy(path, "/tmp/bt-machine-XXXXXX");
	assert_non_null(mkdtemp(path));
	snprintf(command, sizeof(command), "cp -r %s/. %s/", MACHINE, path);
	assert_int_equal(system(command), 0);
}

static void run(const char *path, const char *shell)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && %s", path, shell);
	assert_int_equal(system(command), 0);
}

static void remove_machine(const char *path)
{
	run(path, "rm -r -- *");
	assert_int_equal(rmdir(path), 0);
}

#define CONFIG "var/lib/docker/containers/" ID("a1") "/config.v2.json"

static void a_renamed_container_shows_within_seconds(void **state)
{
	struct world world;
	char path[64];
	int passes = 0;

	(void)state;
	copy_machine(path);
	world_open(&world, path);
	world_pass(&world, one_container, 0);
	assert_string_equal(describe_rows(&world), "docker container web\n");
	run(path, "sed 's|/web|/renamed|' " CONFIG " >new && mv new " CONFIG);
	do {
		world.now_usec += 1000000;
		world_pass(&world, one_container, 0);
		passes++;
	} while (passes < 60 && strcmp(world.snapshot->containers[0].name, "web") == 0);
	assert_string_equal(world.snapshot->containers[0].name, "renamed");
	assert_in_range(passes, 1, 8);
	world_close(&world);
	remove_machine(path);
}

static void a_container_keeps_its_name_when_its_leader_ends_first(void **state)
{
	static const struct group after[] = {
		{"/docker", {0}, NULL}, {"/docker/" ID("a1"), {1301}, NULL}, {NULL, {0}, NULL}};
	struct world world;
	char path[64];

	(void)state;
	copy_machine(path);
	world_open(&world, path);
	world_pass(&world, one_container, 0);
	run(path, "rm -r proc/1101");
	world.now_usec += 60000000;
	world_pass(&world, after, 0);
	assert_string_equal(describe_rows(&world), "docker container web\n");
	assert_int_equal(world.snapshot->containers[0].leader, 1301);
	world_close(&world);
	remove_machine(path);
}

static void a_state_that_comes_late_names_the_container(void **state)
{
	struct world world;
	char path[64];

	(void)state;
	copy_machine(path);
	run(path, "mv " CONFIG " later");
	world_open(&world, path);
	world_pass(&world, one_container, 0);
	assert_string_equal(describe_rows(&world), "docker container " SHORT("a1") " ?\n");
	run(path, "mv later " CONFIG);
	world.now_usec += 3000000;
	world_pass(&world, one_container, 0);
	assert_string_equal(describe_rows(&world), "docker container web\n");
	world_close(&world);
	remove_machine(path);
}

static void a_plain_user_gets_short_ids_and_one_line(void **state)
{
	static const struct group groups[] = {
		{"/docker/" ID("a1"), {1101}, NULL},
		{"/docker/" ID("a9"), {1301}, NULL},
		{NULL, {0}, NULL},
	};
	static const struct group by_hand[] = {{"/mine", {1101}, NULL}, {NULL, {0}, NULL}};
	struct world world;
	char path[64];

	(void)state;
	if (geteuid() != 0)
		skip(); /* needs directories that it may not read */
	copy_machine(path);
	run(path, "chmod 755 . && chmod 700 var/lib/docker run/runc");
	world_open(&world, path);
	assert_int_equal(seteuid(65534), 0);
	/* also in a pass in which no state is looked at */
	for (int i = 0; i < 2; i++) {
		world_pass(&world, groups, 0);
		assert_string_equal(
			describe_rows(&world),
			"docker container " SHORT("a1") " ?\n"
							"docker container " SHORT("a9") " ?\n");
		assert_int_equal(world.snapshot->issues_len, 1);
		assert_non_null(strstr(world.snapshot->issues[0].text, "/var/lib/docker"));
	}
	/* a group by hand needs no name */
	world_pass(&world, by_hand, 0);
	assert_int_equal(world.snapshot->issues_len, 0);
	assert_int_equal(seteuid(0), 0);
	world_close(&world);
	remove_machine(path);
}

/* A machine with nothing but what @commands make. */
static void make_machine(char *path, const char *commands)
{
	assert_non_null(mkdtemp(path));
	run(path, "mkdir proc && mkdir -p run/boxtop tmp");
	run(path, commands);
}

static void a_sandbox_that_ended_is_kept_as_a_row(void **state)
{
	char path[] = "/tmp/bt-identity-XXXXXX";
	static const struct group none[] = {{NULL, {0}, NULL}};
	const struct container *row;
	struct world world;

	(void)state;
	make_machine(path, "cd run/boxtop && mkdir ended lost .new-1-0 && "
			   "echo '{\"name\":\"ended\",\"status\":\"stopped\",\"exit_code\":137,"
			   "\"oom_killed\":true,\"created_usec\":1000,\"finished_usec\":2000,"
			   "\"image\":\"base.tar\"}' >ended/state.json && "
			   "echo '{\"name\":\"runs\",\"status\":\"running\",\"pid\":7}' "
			   ">lost/state.json");
	world_open(&world, path);
	world_pass(&world, none, 0);
	assert_string_equal(describe_rows(&world), "boxtop sandbox ended\n");
	row = &world.snapshot->containers[0];
	assert_int_equal(row->state, CONTAINER_STOPPED);
	assert_int_equal(row->exit_code, 137);
	assert_true(row->oom_killed);
	assert_int_equal(row->created_usec, 1000);
	assert_int_equal(row->finished_usec, 2000);
	assert_string_equal(row->image, "base.tar");
	assert_int_equal(row->cgroup, INDEX_NONE);
	/* removed: gone once it is looked for again */
	run(path, "rm -r run/boxtop/ended");
	world.now_usec += STATE_LOOK_USEC;
	world_pass(&world, none, 0);
	assert_string_equal(describe_rows(&world), "");
	world_close(&world);
	remove_machine(path);
}

static void a_directory_that_others_may_write_names_no_sandbox(void **state)
{
	char path[] = "/tmp/bt-identity-XXXXXX";
	static const struct group none[] = {{NULL, {0}, NULL}};
	struct world world;

	(void)state;
	make_machine(
		path,
		"mkdir run/boxtop/ended && "
		"echo '{\"name\":\"ended\",\"status\":\"stopped\"}' >run/boxtop/ended/state.json"
		" && chmod 777 run/boxtop");
	world_open(&world, path);
	world_pass(&world, none, 0);
	assert_string_equal(describe_rows(&world), "");
	world_close(&world);
	remove_machine(path);
}

static void without_state_directories_nothing_is_confirmed(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, MACHINE);
	collector_identity.stop(world.identity);
	world.options.state_dirs = false;
	assert_int_equal(collector_identity.start(&world.options, &world.identity, NULL), 0);
	world_pass(&world, one_container, 0);
	assert_string_equal(describe_rows(&world), "docker container " SHORT("a1") " ?\n");
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_what_one_would_blame),
		cmocka_unit_test(a_cgroup_and_its_processes_know_their_row),
		cmocka_unit_test(the_leader_is_the_states_and_else_the_oldest),
		cmocka_unit_test(all_of_a_podman_pod_know_its_name),
		cmocka_unit_test(a_podman_pod_without_a_name_is_called_by_its_id),
		cmocka_unit_test(a_slice_and_a_pod_have_no_leader),
		cmocka_unit_test(a_key_lasts_as_long_as_the_cgroup),
		cmocka_unit_test(a_user_owns_what_is_below_its_manager),
		cmocka_unit_test(without_members_the_rows_stay),
		cmocka_unit_test(a_renamed_container_shows_within_seconds),
		cmocka_unit_test(a_container_keeps_its_name_when_its_leader_ends_first),
		cmocka_unit_test(a_state_that_comes_late_names_the_container),
		cmocka_unit_test(a_plain_user_gets_short_ids_and_one_line),
		cmocka_unit_test(a_sandbox_that_ended_is_kept_as_a_row),
		cmocka_unit_test(a_directory_that_others_may_write_names_no_sandbox),
		cmocka_unit_test(without_state_directories_nothing_is_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
