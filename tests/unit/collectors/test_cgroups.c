/* SPDX-License-Identifier: MIT */
/* What the cgroups collector says of the fixture machines: rows, values, reasons, members. */
#include "cgroups_test.h"

#define DOCKER	 "4c01db0b339c8f2a5b1a6a1f9d7f5f0f3b1f4f8f0a2d9c7e6b5a493827161504"
#define ROOTFUL	 "9f3c1a7d5e2b48f06a1c3d5e7f9081726354453627181920a1b2c3d4e5f60718"
#define ROOTLESS "0b1f2e3d4c5b6a798897a6b5c4d3e2f1001122334455667788990aabbccddeef"
#define APART	 "71c0ffee4a5b6c7d8e9f00112233445566778899aabbccddeeff001122334455"

/* ---- v2 ---- */

static const char *const v2_paths[] = {
	"/",
	"/init.scope",
	"/lxc.monitor.web",
	"/lxc.payload.web",
	"/lxc.payload.web/init.scope",
	"/lxc.pivot",
	"/machine.slice",
	"/machine.slice/libpod-" ROOTFUL ".scope",
	"/machine.slice/libpod-" ROOTFUL ".scope/container",
	"/machine.slice/libpod-conmon-" ROOTFUL ".scope",
	"/machine.slice/machine-n1.scope",
	"/machine.slice/machine-n1.scope/payload",
	"/machine.slice/machine-n1.scope/payload/init.scope",
	"/machine.slice/machine-n1.scope/payload/system.slice",
	"/machine.slice/machine-n1.scope/payload/system.slice/dbus.service",
	"/machine.slice/machine-n1.scope/supervisor",
	"/system.slice",
	"/system.slice/containerd.service",
	"/system.slice/cron.service",
	"/system.slice/docker-" DOCKER ".scope",
	"/system.slice/docker.service",
	"/system.slice/sys-kernel-debug.mount",
	"/user.slice",
	"/user.slice/user-1000.slice",
	"/user.slice/user-1000.slice/session-2.scope",
	"/user.slice/user-1000.slice/user@1000.service",
	"/user.slice/user-1000.slice/user@1000.service/app.slice",
	"/user.slice/user-1000.slice/user@1000.service/app.slice/"
	"app-flatpak-org.gnome.Maps-4711.scope",
	"/user.slice/user-1000.slice/user@1000.service/init.scope",
	"/user.slice/user-1000.slice/user@1000.service/user.slice",
	"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ROOTLESS ".scope",
	"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ROOTLESS
	".scope/container",
	"/user.slice/user-1000.slice/user@1000.service/user.slice/podman-pause-5e1f2a3b.scope",
};

static void a_v2_host_shows_every_group_in_preorder(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	assert_int_equal(snapshot->layout, CGROUP_LAYOUT_UNIFIED);
	assert_int_equal(snapshot->primary, CGROUP_UNIFIED);
	assert_int_equal(snapshot->cgroups_len, ARRAY_LEN(v2_paths));
	for (size_t i = 0; i < ARRAY_LEN(v2_paths); i++)
		assert_string_equal(snapshot->cgroups[i].path, v2_paths[i]);
	assert_int_equal(snapshot->issues_len, 0);
	cgroups_close(&cg);
}

static void the_id_of_a_v2_group_is_its_inode(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	struct stat st;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_CGROUP_CPU);
	assert_int_equal(stat(FIXTURES_DIR "/v2-systemd/sys/fs/cgroup/system.slice", &st), 0);
	assert_int_equal(cgroup_of(snapshot, "/system.slice")->id, st.st_ino);
	cgroups_close(&cg);
}

static void a_v2_container_has_all_its_numbers(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *usage;
	uint64_t before = clock_monotonic_usec();

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	usage = &cgroup_of(snapshot, "/system.slice/docker-" DOCKER ".scope")->usage;
	assert_known(usage->cpu.usage_usec, 7000000);
	assert_known(usage->cpu.user_usec, 4200000);
	assert_known(usage->cpu.system_usec, 2800000);
	assert_known(usage->cpu.nr_periods, 700);
	assert_known(usage->cpu.nr_throttled, 70);
	assert_known(usage->cpu.throttled_usec, 7000);
	assert_known(usage->cpu.limit_microcpus, 1500000);
	assert_known(usage->cpu.weight, 79);
	assert_known(usage->memory.current_bytes, 7 * 16384);
	assert_known(usage->memory.working_set_bytes, 7 * 15360);
	assert_known(usage->memory.anon_bytes, 7 * 4096);
	assert_known(usage->memory.file_bytes, 7 * 8192);
	assert_known(usage->memory.shmem_bytes, 7 * 16);
	assert_known(usage->memory.slab_bytes, 7 * 128);
	assert_known(usage->memory.inactive_file_bytes, 7 * 1024);
	assert_known(usage->memory.swap_bytes, 7 * 512);
	assert_known(usage->memory.peak_bytes, 7 * 32768);
	assert_known(usage->memory.limit_bytes, 268435456);
	assert_known(usage->memory.high_bytes, 201326592);
	assert_known(usage->memory.swap_limit_bytes, 0);
	assert_known(usage->memory.oom_kills, 1);
	assert_known(usage->pids.current, 7);
	assert_known(usage->pids.peak, 14);
	assert_known(usage->pids.limit, 100);
	assert_known(usage->pids.limit_events, 5);
	assert_known(usage->io.read_bytes, 7 * 1010);
	assert_known(usage->io.write_bytes, 7 * 2020);
	assert_known(usage->io.read_ops, 7 * 4);
	assert_known(usage->io.write_ops, 7 * 5);
	assert_known(usage->frozen, 0);
	assert_known(usage->populated, 1);
	assert_true(usage->pressure.cpu_some_pct.value == 7.25);
	assert_true(usage->pressure.memory_full_pct.value == 7.05);
	assert_true(usage->pressure.io_some_pct.value == 7.25);
	assert_in_range(usage->cpu.at_usec, before, clock_monotonic_usec());
	assert_in_range(usage->pids.at_usec, before, clock_monotonic_usec());
	assert_in_range(usage->io.at_usec, before, clock_monotonic_usec());
	assert_absent(usage->net.rx_bytes, WHY_NOT_APPLICABLE);
	cgroups_close(&cg);
}

static void no_limit_is_a_known_value(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *usage;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_CGROUP_LIMITS);
	usage = &cgroup_of(snapshot, "/system.slice/cron.service")->usage;
	assert_known(usage->cpu.limit_microcpus, METRIC_NO_LIMIT);
	assert_known(usage->memory.limit_bytes, METRIC_NO_LIMIT);
	assert_known(usage->memory.high_bytes, METRIC_NO_LIMIT);
	assert_known(usage->memory.swap_limit_bytes, METRIC_NO_LIMIT);
	assert_known(usage->pids.limit, METRIC_NO_LIMIT);
	cgroups_close(&cg);
}

static void a_controller_that_is_not_enabled_is_named_as_the_reason(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *usage;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	usage = &cgroup_of(snapshot, "/machine.slice/machine-n1.scope/payload/init.scope")->usage;
	assert_known(usage->cpu.usage_usec, 15000000);
	assert_absent(usage->cpu.nr_periods, WHY_NO_CONTROLLER);
	assert_absent(usage->cpu.limit_microcpus, WHY_NO_CONTROLLER);
	assert_absent(usage->io.read_bytes, WHY_NO_CONTROLLER);
	assert_known(usage->pids.current, 15);
	cgroups_close(&cg);
}

static void the_v2_root_has_what_it_has_and_no_limits(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *usage;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	usage = &snapshot->cgroups[0].usage;
	assert_known(usage->cpu.usage_usec, 1000000);
	assert_known(usage->memory.anon_bytes, 4096);
	assert_known(usage->io.read_bytes, 100);
	assert_absent(usage->cpu.nr_periods, WHY_ROOT_CGROUP);
	assert_absent(usage->cpu.limit_microcpus, WHY_ROOT_CGROUP);
	assert_absent(usage->memory.current_bytes, WHY_ROOT_CGROUP);
	assert_absent(usage->memory.working_set_bytes, WHY_ROOT_CGROUP);
	assert_absent(usage->memory.limit_bytes, WHY_ROOT_CGROUP);
	assert_absent(usage->pids.current, WHY_ROOT_CGROUP);
	assert_absent(usage->frozen, WHY_ROOT_CGROUP);
	cgroups_close(&cg);
}

static void a_frozen_and_an_empty_group_say_so(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_CGROUP_STATE);
	assert_known(cgroup_of(snapshot, "/machine.slice/libpod-" ROOTFUL ".scope/container")
			     ->usage.frozen,
		     1);
	assert_known(cgroup_of(snapshot, "/machine.slice/libpod-" ROOTFUL ".scope")->usage.frozen,
		     0);
	assert_known(cgroup_of(snapshot, "/lxc.pivot")->usage.populated, 0);
	assert_known(cgroup_of(snapshot, "/machine.slice")->usage.populated, 1);
	cgroups_close(&cg);
}

static void members_are_in_their_groups(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_CGROUP_PROCS);
	assert_int_equal(cg.rig.pass.members_len, 25);
	assert_string_equal(member_path(&cg.rig.pass, 1), "/init.scope");
	assert_string_equal(member_path(&cg.rig.pass, 3), "/");
	assert_string_equal(member_path(&cg.rig.pass, 8001), "/system.slice/containerd.service");
	assert_string_equal(member_path(&cg.rig.pass, 9101),
			    "/machine.slice/libpod-" ROOTFUL ".scope/container");
	assert_null(member_path(&cg.rig.pass, 5));
	assert_known(cgroup_of(snapshot, "/")->own_processes, 3);
	assert_known(cgroup_of(snapshot, "/system.slice")->own_processes, 0);
	assert_known(cgroup_of(snapshot, "/system.slice/docker-" DOCKER ".scope")->own_processes,
		     2);
	cgroups_close(&cg);
}

static void a_v2_group_has_one_path_for_all_controllers(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct cgroup *cgroup;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_CGROUP_CPU);
	cgroup = cgroup_of(snapshot, "/system.slice/cron.service");
	assert_string_equal(cgroup->paths[CGROUP_UNIFIED], "/system.slice/cron.service");
	assert_string_equal(cgroup->paths[CGROUP_MEMORY], "/system.slice/cron.service");
	assert_null(cgroup->paths[CGROUP_SYSTEMD]);
	assert_null(cgroup->paths[CGROUP_FREEZER]);
	cgroups_close(&cg);
}

static void without_controllers_there_is_still_cpu_time(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *usage;

	(void)state;
	cgroups_open_fixture(&cg, "v2-bare");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	usage = &cgroup_of(snapshot, "/job")->usage;
	assert_known(usage->cpu.usage_usec, 2000000);
	assert_absent(usage->memory.current_bytes, WHY_NO_HIERARCHY);
	assert_absent(usage->pids.limit, WHY_NO_HIERARCHY);
	assert_int_equal(usage->pressure.cpu_some_pct.state, METRIC_ABSENT);
	assert_int_equal(usage->pressure.cpu_some_pct.why, WHY_NO_PSI);
	assert_known(usage->populated, 1);
	assert_known(usage->frozen, 0);
	cgroups_close(&cg);
}

/* ---- Not asked, not there, not understood ---- */

/* struct question - a source, and a value that is read if and only if it is asked for */
struct question {
	unsigned int source;
	size_t offset;
};

#define USAGE(member) offsetof(struct usage, member)

static const struct question questions[] = {
	{SOURCE_CGROUP_CPU, USAGE(cpu.usage_usec)},
	{SOURCE_CGROUP_CPU, USAGE(cpu.nr_throttled)},
	{SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_MEMORY_STAT, USAGE(memory.current_bytes)},
	{SOURCE_CGROUP_MEMORY_STAT, USAGE(memory.anon_bytes)},
	{SOURCE_CGROUP_MEMORY_STAT, USAGE(memory.working_set_bytes)},
	{SOURCE_CGROUP_MEMORY_MORE, USAGE(memory.swap_bytes)},
	{SOURCE_CGROUP_MEMORY_MORE, USAGE(memory.oom_kills)},
	{SOURCE_CGROUP_MEMORY_MORE | SOURCE_CGROUP_LIMITS, USAGE(memory.peak_bytes)},
	{SOURCE_CGROUP_LIMITS, USAGE(memory.limit_bytes)},
	{SOURCE_CGROUP_LIMITS, USAGE(memory.high_bytes)},
	{SOURCE_CGROUP_LIMITS, USAGE(memory.swap_limit_bytes)},
	{SOURCE_CGROUP_LIMITS, USAGE(cpu.limit_microcpus)},
	{SOURCE_CGROUP_LIMITS, USAGE(cpu.weight)},
	{SOURCE_CGROUP_LIMITS, USAGE(pids.limit)},
	{SOURCE_CGROUP_PIDS, USAGE(pids.current)},
	{SOURCE_CGROUP_PIDS, USAGE(pids.limit_events)},
	{SOURCE_CGROUP_IO, USAGE(io.read_bytes)},
	{SOURCE_CGROUP_IO, USAGE(io.write_ops)},
	{SOURCE_CGROUP_STATE, USAGE(frozen)},
	{SOURCE_CGROUP_STATE, USAGE(populated)},
};

static void check_question(const struct question *question, unsigned int source,
			   const struct usage *usage)
{
	const struct metric *metric =
		(const struct metric *)((const char *)usage + question->offset);

	if (question->source & source)
		assert_int_equal(metric->state, METRIC_KNOWN);
	else
		assert_unknown(*metric, METRIC_UNSAMPLED, WHY_NOT_ASKED);
}

static void only_what_is_asked_for_is_read(void **state)
{
	struct cgroups_rig cg;

	(void)state;
	cgroups_open_fixture(&cg, "v2-systemd");
	for (unsigned int source = SOURCE_CGROUP_CPU; source <= SOURCE_CGROUP_PROCS; source <<= 1) {
		const struct cgroup *cgroup = cgroup_of(cgroups_sample(&cg, source),
							"/system.slice/docker-" DOCKER ".scope");

		for (size_t i = 0; i < ARRAY_LEN(questions); i++)
			check_question(&questions[i], source, &cgroup->usage);
		assert_int_equal(cgroup->usage.pressure.cpu_some_pct.state,
				 source == SOURCE_CGROUP_PRESSURE ? METRIC_KNOWN
								  : METRIC_UNSAMPLED);
		assert_int_equal(cgroup->own_processes.state,
				 source == SOURCE_CGROUP_PROCS ? METRIC_KNOWN : METRIC_UNSAMPLED);
		assert_int_equal(cg.rig.pass.members_len, source == SOURCE_CGROUP_PROCS ? 25 : 0);
	}
	cgroups_close(&cg);
}

static void a_host_without_cgroups_has_no_rows(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;

	(void)state;
	cgroups_open_fixture(&cg, "none");
	for (int i = 0; i < 2; i++) {
		snapshot = cgroups_sample(&cg, SOURCE_ALL);
		assert_int_equal(snapshot->layout, CGROUP_LAYOUT_NONE);
		assert_int_equal(snapshot->cgroups_len, 0);
		assert_int_equal(cg.rig.pass.members_len, 0);
	}
	cgroups_close(&cg);
}

static void a_host_without_mountinfo_goes_on_with_an_issue(void **state)
{
	const struct tree_file files[] = {{"proc/stat", "cpu 1 2 3 4\n"}};
	struct cgroups_rig cg;
	char root[64];

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	cgroups_open(&cg, root);
	assert_int_equal(cgroups_sample(&cg, SOURCE_ALL)->cgroups_len, 0);
	assert_int_equal(cg.rig.pass.snapshot->issues_len, 1);
	cgroups_close(&cg);
	tree_remove(root);
}

static void a_malformed_file_spoils_its_own_values_only(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *broken;

	(void)state;
	cgroups_open_fixture(&cg, "malformed");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	broken = &cgroup_of(snapshot, "/broken")->usage;
	assert_absent(broken->cpu.usage_usec, WHY_MALFORMED);
	assert_absent(broken->cpu.limit_microcpus, WHY_MALFORMED);
	assert_absent(broken->cpu.weight, WHY_MALFORMED);
	assert_absent(broken->memory.current_bytes, WHY_MALFORMED);
	assert_absent(broken->memory.working_set_bytes, WHY_MALFORMED);
	assert_absent(broken->memory.limit_bytes, WHY_MALFORMED);
	assert_absent(broken->memory.file_bytes, WHY_MALFORMED);
	assert_absent(broken->pids.current, WHY_MALFORMED);
	assert_absent(broken->io.read_bytes, WHY_MALFORMED);
	assert_absent(broken->populated, WHY_MALFORMED);
	assert_int_equal(broken->pressure.cpu_some_pct.why, WHY_MALFORMED);
	assert_known(broken->memory.peak_bytes, 65536);
	assert_known(broken->pids.limit, METRIC_NO_LIMIT);
	assert_known(cgroup_of(snapshot, "/sound")->usage.cpu.usage_usec, 3000000);
	assert_known(cgroup_of(snapshot, "/broken")->own_processes, 2);
	assert_true(snapshot->issues_len > 0);
	cgroups_close(&cg);
}

/* ---- v1 ---- */

static void a_v1_container_has_all_its_numbers(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *usage;

	(void)state;
	cgroups_open_fixture(&cg, "v1-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	assert_int_equal(snapshot->layout, CGROUP_LAYOUT_LEGACY);
	assert_int_equal(snapshot->primary, CGROUP_SYSTEMD);
	usage = &cgroup_of(snapshot, "/system.slice/docker-" DOCKER ".scope")->usage;
	assert_known(usage->cpu.usage_usec, 8000000);
	assert_known(usage->cpu.user_usec, 8 * 60 * 1000000ull / (uint64_t)sysconf(_SC_CLK_TCK));
	assert_known(usage->cpu.nr_throttled, 80);
	assert_known(usage->cpu.throttled_usec, 8000);
	assert_known(usage->cpu.limit_microcpus, 500000);
	assert_known(usage->cpu.weight, 50);
	assert_known(usage->memory.current_bytes, 8 * 16384);
	assert_known(usage->memory.working_set_bytes, 8 * 15360);
	assert_known(usage->memory.anon_bytes, 8 * 4096);
	assert_known(usage->memory.file_bytes, 8 * 8192);
	assert_known(usage->memory.shmem_bytes, 8 * 16);
	assert_known(usage->memory.slab_bytes, 8 * 128);
	assert_known(usage->memory.swap_bytes, 8 * 512);
	assert_known(usage->memory.peak_bytes, 8 * 32768);
	assert_known(usage->memory.limit_bytes, 536870912);
	assert_known(usage->memory.swap_limit_bytes, 805306368 - 536870912);
	assert_known(usage->memory.oom_kills, 8);
	assert_absent(usage->memory.high_bytes, WHY_NO_FILE);
	assert_known(usage->pids.current, 8);
	assert_known(usage->pids.limit, 64);
	assert_absent(usage->pids.peak, WHY_NO_FILE);
	assert_known(usage->io.read_bytes, 8000);
	assert_known(usage->io.write_ops, 32);
	assert_known(usage->frozen, 1);
	assert_known(usage->populated, 1);
	assert_int_equal(usage->pressure.io_full_pct.why, WHY_NO_HIERARCHY);
	cgroups_close(&cg);
}

static void v1_limits_that_are_none_read_as_no_limit(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct usage *usage;

	(void)state;
	cgroups_open_fixture(&cg, "v1-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_CGROUP_LIMITS);
	usage = &cgroup_of(snapshot, "/system.slice/crond.service")->usage;
	assert_known(usage->cpu.limit_microcpus, METRIC_NO_LIMIT);
	assert_known(usage->cpu.weight, 100);
	assert_known(usage->memory.limit_bytes, METRIC_NO_LIMIT);
	assert_known(usage->memory.swap_limit_bytes, METRIC_NO_LIMIT);
	cgroups_close(&cg);
}

static void a_group_has_nothing_of_controllers_that_it_is_not_in(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct cgroup *session;

	(void)state;
	cgroups_open_fixture(&cg, "v1-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	session = cgroup_of(snapshot, "/user.slice/user-0.slice/session-1.scope");
	assert_absent(session->usage.cpu.usage_usec, WHY_NO_CONTROLLER);
	assert_absent(session->usage.memory.current_bytes, WHY_NO_CONTROLLER);
	assert_absent(session->usage.memory.swap_bytes, WHY_NO_CONTROLLER);
	assert_absent(session->usage.pids.limit, WHY_NO_CONTROLLER);
	assert_absent(session->usage.frozen, WHY_NO_CONTROLLER);
	assert_known(session->usage.populated, 1);
	assert_known(session->own_processes, 2);
	assert_null(session->paths[CGROUP_MEMORY]);
	assert_string_equal(session->paths[CGROUP_SYSTEMD], session->path);
	cgroups_close(&cg);
}

static void one_container_at_different_paths_is_one_row(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct cgroup *cgroup, *inner;

	(void)state;
	cgroups_open_fixture(&cg, "v1-systemd");
	for (int pass = 0; pass < 3; pass++) {
		snapshot = cgroups_sample(&cg, SOURCE_ALL);
		cgroup = cgroup_of(snapshot, "/system.slice/docker-" APART ".scope");
		assert_null(cgroup_at(snapshot, "/docker/" APART));
		assert_string_equal(cgroup->paths[CGROUP_SYSTEMD], cgroup->path);
		assert_string_equal(cgroup->paths[CGROUP_MEMORY], "/docker/" APART);
		assert_string_equal(cgroup->paths[CGROUP_CPU], "/docker/" APART);
		assert_string_equal(cgroup->paths[CGROUP_FREEZER], "/docker/" APART);
		assert_known(cgroup->usage.memory.current_bytes, 11 * 16384);
		assert_known(cgroup->usage.cpu.usage_usec, 11000000);
		assert_known(cgroup->own_processes, 3);
		assert_string_equal(member_path(&cg.rig.pass, 2202), cgroup->path);
		inner = cgroup_of(snapshot, "/docker/" APART "/inner");
		assert_int_equal(&snapshot->cgroups[inner->parent] - cgroup, 0);
		assert_string_equal(member_path(&cg.rig.pass, 2203), inner->path);
		/* Its parent there is a group of its own, with nothing below it now. */
		assert_int_equal(cgroup_of(snapshot, "/docker")->subtree_end,
				 cgroup_of(snapshot, "/docker") - snapshot->cgroups + 1);
	}
	cgroups_close(&cg);
}

/* The inodes of two hierarchies may well be the same number. */
static void ids_tell_hierarchies_apart(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	struct stat st;

	(void)state;
	cgroups_open_fixture(&cg, "v1-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_CGROUP_CPU);
	assert_int_equal(stat(FIXTURES_DIR "/v1-systemd/sys/fs/cgroup/systemd/system.slice", &st),
			 0);
	assert_int_equal(cgroup_of(snapshot, "/system.slice")->id, st.st_ino);
	assert_int_equal(stat(FIXTURES_DIR "/v1-systemd/sys/fs/cgroup/memory/docker", &st), 0);
	assert_int_equal(cgroup_of(snapshot, "/docker")->id,
			 st.st_ino | (uint64_t)(1 + CGROUP_MEMORY) << 48);
	cgroups_close(&cg);
}

static void a_hybrid_host_takes_from_v2_what_v1_does_not_know(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;
	const struct cgroup *cron, *docker;

	(void)state;
	cgroups_open_fixture(&cg, "hybrid-systemd");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	assert_int_equal(snapshot->layout, CGROUP_LAYOUT_HYBRID);
	assert_int_equal(snapshot->primary, CGROUP_SYSTEMD);
	cron = cgroup_of(snapshot, "/system.slice/cron.service");
	assert_known(cron->usage.cpu.usage_usec, 54000000); /* not in cpuacct */
	assert_absent(cron->usage.cpu.nr_periods, WHY_NO_CONTROLLER);
	assert_known(cron->usage.memory.current_bytes, 4 * 16384);
	assert_known(cron->usage.frozen, 0);
	assert_known(cron->usage.populated, 1);
	assert_true(cron->usage.pressure.cpu_some_pct.value == 54.25);
	assert_string_equal(cron->paths[CGROUP_UNIFIED], cron->path);
	docker = cgroup_of(snapshot, "/docker/" DOCKER);
	assert_known(docker->usage.cpu.usage_usec, 21000000);
	assert_known(docker->usage.io.read_bytes, 21000);
	assert_known(docker->usage.frozen, 0); /* FREEZING is not frozen yet */
	assert_int_equal(docker->usage.pressure.cpu_some_pct.why, WHY_NO_CONTROLLER);
	assert_null(docker->paths[CGROUP_UNIFIED]);
	assert_string_equal(member_path(&cg.rig.pass, 3101), docker->path);
	cgroups_close(&cg);
}

/* crun puts processes into a child wherever systemd doesn't look; /hand is made by hand; /half holds half
 * of the machine; the memory controller of an unlimited unit has its processes further up. */
static const struct tree_file several[] = {
	{"proc/self/mountinfo", "30 21 0:30 / /sd rw - cgroup c rw,name=systemd\n"
				"31 21 0:31 / /memory rw - cgroup c rw,memory\n"
				"32 21 0:32 / /cpuset rw - cgroup c rw,cpuset\n"},
	{"sd/cgroup.procs", "1\n"},
	{"sd/pod.scope/cgroup.procs", "10\n11\n"},
	{"sd/session.scope/cgroup.procs", "20\n21\n"},
	{"sd/system.slice/cgroup.procs", ""},
	{"sd/system.slice/a.service/cgroup.procs", "30\n"},
	{"sd/system.slice/b.service/cgroup.procs", "31\n32\n"},
	{"memory/cgroup.procs", "1\n"},
	{"memory/hand/cgroup.procs", "20\n"},
	{"memory/pod.scope/cgroup.procs", ""},
	{"memory/pod.scope/container/cgroup.procs", "10\n11\n"},
	{"memory/system.slice/cgroup.procs", "30\n31\n32\n"},
	{"cpuset/cgroup.procs", "1\n20\n21\n"},
	{"cpuset/half/cgroup.procs", "10\n11\n30\n31\n32\n"},
};

/* What each group has itself, and with all below; in preorder. */
static const struct {
	const char *path;
	uint64_t own, total;
} several_counts[] = {
	{"/", 1, 8},
	{"/half", 5, 5},
	{"/hand", 1, 1},
	{"/pod.scope", 0, 2},
	{"/pod.scope/container", 2, 2},
	{"/session.scope", 2, 2},
	{"/system.slice", 0, 3},
	{"/system.slice/a.service", 1, 1},
	{"/system.slice/b.service", 2, 2},
};

static const struct {
	pid_t pid;
	const char *path;
} several_members[] = {
	{1, "/"},
	{10, "/pod.scope/container"},
	{11, "/pod.scope/container"},
	{20, "/hand"},
	{21, "/session.scope"},
	{30, "/system.slice/a.service"},
	{31, "/system.slice/b.service"},
	{32, "/system.slice/b.service"},
};

static void who_is_in_several_groups_belongs_to_the_one_that_says_most(void **state)
{
	struct cgroups_rig cg;
	struct snapshot *snapshot;
	char root[64];

	(void)state;
	tree_make(root, several, ARRAY_LEN(several));
	cgroups_open(&cg, root);
	for (int pass = 0; pass < 3; pass++) {
		cgroups_sample(&cg, SOURCE_ALL);
		snapshot = cg.rig.pass.snapshot;
		cgroup_resolve(snapshot);
		assert_int_equal(snapshot->cgroups_len, ARRAY_LEN(several_counts));
		for (size_t i = 0; i < ARRAY_LEN(several_counts); i++) {
			const struct cgroup *cgroup = &snapshot->cgroups[i];

			assert_string_equal(cgroup->path, several_counts[i].path);
			assert_known(cgroup->own_processes, several_counts[i].own);
			assert_known(cgroup->usage.pids.processes, several_counts[i].total);
		}
		assert_int_equal(cg.rig.pass.members_len, ARRAY_LEN(several_members));
		for (size_t i = 0; i < ARRAY_LEN(several_members); i++)
			assert_string_equal(member_path(&cg.rig.pass, several_members[i].pid),
					    several_members[i].path);
	}
	cgroups_close(&cg);
	tree_remove(root);
}

static void inside_a_container_the_root_is_the_container(void **state)
{
	struct cgroups_rig cg;
	const struct snapshot *snapshot;

	(void)state;
	cgroups_open_fixture(&cg, "v1-container");
	snapshot = cgroups_sample(&cg, SOURCE_ALL);
	assert_int_equal(snapshot->cgroups_len, 2);
	assert_known(snapshot->cgroups[0].usage.pids.current, 1);
	assert_known(snapshot->cgroups[0].usage.memory.current_bytes, 16384);
	assert_string_equal(member_path(&cg.rig.pass, 17), "/");
	assert_string_equal(member_path(&cg.rig.pass, 18), "/inner");
	cgroups_close(&cg);
}

/* ---- Scales ---- */

static const struct {
	const char *path, *text;
	size_t offset;
	uint64_t value;
} scales[] = {
	{"cpu/cpu.shares", "2", USAGE(cpu.weight), 1},
	{"cpu/cpu.shares", "1024", USAGE(cpu.weight), 100},
	{"cpu/cpu.shares", "102", USAGE(cpu.weight), 10},
	{"cpu/cpu.shares", "262144", USAGE(cpu.weight), 10000},
	{"cpu/cpu.shares", "18446744073709551615", USAGE(cpu.weight), 10000},
	{"cpu/cpu.cfs_quota_us", "-1", USAGE(cpu.limit_microcpus), METRIC_NO_LIMIT},
	{"cpu/cpu.cfs_quota_us", "25000", USAGE(cpu.limit_microcpus), 250000},
	{"memory/memory.limit_in_bytes", "9223372036854771712", USAGE(memory.limit_bytes),
	 METRIC_NO_LIMIT},
	{"memory/memory.limit_in_bytes", "9223372036854710272", USAGE(memory.limit_bytes),
	 METRIC_NO_LIMIT},
	{"memory/memory.limit_in_bytes", "9223372036854775807", USAGE(memory.limit_bytes),
	 METRIC_NO_LIMIT},
	{"memory/memory.limit_in_bytes", "1125899906842624", USAGE(memory.limit_bytes),
	 1125899906842624},
	{"cpuacct/cpuacct.usage", "1999", USAGE(cpu.usage_usec), 1},
};

static void v1_values_come_out_on_the_scales_of_v2(void **state)
{
	const struct tree_file files[] = {
		{"proc/self/mountinfo", "30 21 0:30 / /cpu rw - cgroup c rw,cpu\n31 21 0:31 / "
					"/memory rw - cgroup c rw,memory\n"
					"32 21 0:32 / /cpuacct rw - cgroup c rw,cpuacct\n"},
		{"cpu/cgroup.procs", ""},
		{"memory/cgroup.procs", ""},
		{"cpuacct/cgroup.procs", ""},
		{"cpu/cpu.cfs_period_us", "100000\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scales); i++) {
		struct cgroups_rig cg;
		const struct snapshot *snapshot;
		char root[64];

		tree_make(root, files, ARRAY_LEN(files));
		tree_add(root, scales[i].path, scales[i].text);
		cgroups_open(&cg, root);
		snapshot = cgroups_sample(&cg, SOURCE_CGROUP_LIMITS | SOURCE_CGROUP_CPU);
		assert_known(*(const struct metric *)((const char *)&snapshot->cgroups[0].usage +
						      scales[i].offset),
			     scales[i].value);
		cgroups_close(&cg);
		tree_remove(root);
	}
}

/* ---- However it is read ---- */

static const struct metric *value_at(const struct cgroup *cgroup, size_t i)
{
	return (const struct metric *)((const char *)&cgroup->usage + questions[i].offset);
}

static void assert_same(const struct snapshot *a, const struct snapshot *b)
{
	assert_int_equal(a->cgroups_len, b->cgroups_len);
	for (size_t i = 0; i < a->cgroups_len; i++) {
		const struct cgroup *x = &a->cgroups[i], *y = &b->cgroups[i];

		assert_string_equal(x->path, y->path);
		assert_int_equal(x->id, y->id);
		for (size_t q = 0; q < ARRAY_LEN(questions); q++) {
			assert_int_equal(value_at(x, q)->value, value_at(y, q)->value);
			assert_int_equal(value_at(x, q)->state, value_at(y, q)->state);
			assert_int_equal(value_at(x, q)->why, value_at(y, q)->why);
		}
		assert_true(x->usage.pressure.io_full_pct.value ==
			    y->usage.pressure.io_full_pct.value);
		assert_int_equal(x->own_processes.value, y->own_processes.value);
	}
}

static const struct cgroup_budget budgets[] = {
	{16384, 100000}, /* plenty */
	{16384, 0},	 /* no watches */
	{16384, 10},	 /* watches for some */
	{0, 0},		 /* nothing at all */
	{20, 100000},	 /* descriptors for some */
	{200, 3},
};

static void a_smaller_budget_reads_the_same(void **state)
{
	const char *const machines[] = {"v2-systemd", "v1-systemd", "hybrid-systemd"};

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(machines); m++)
		for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
			struct cgroups_rig plenty, poor;
			char root[512];

			snprintf(root, sizeof(root), FIXTURES_DIR "/%s", machines[m]);
			cgroups_open(&plenty, root);
			cgroups_open_with(&poor, root, &budgets[i]);
			for (int pass = 0; pass < 4; pass++)
				assert_same(cgroups_sample(&plenty, SOURCE_ALL),
					    cgroups_sample(&poor, SOURCE_ALL));
			cgroups_close(&poor);
			cgroups_close(&plenty);
		}
}

static void the_budget_of_descriptors_is_kept_and_given_back(void **state)
{
	const struct cgroup_budget budget = {50, 100000};
	size_t before = open_descriptors();
	struct cgroups_rig cg;

	(void)state;
	cgroups_open_with(&cg, FIXTURES_DIR "/v2-systemd", &budget);
	for (int pass = 0; pass < 4; pass++)
		cgroups_sample(&cg, SOURCE_ALL);
	/* Beside the budget: the root twice, proc, mountinfo, inotify. */
	assert_in_range(open_descriptors(), before + 5, before + 5 + 50);
	cgroups_close(&cg);
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_v2_host_shows_every_group_in_preorder),
		cmocka_unit_test(the_id_of_a_v2_group_is_its_inode),
		cmocka_unit_test(a_v2_container_has_all_its_numbers),
		cmocka_unit_test(no_limit_is_a_known_value),
		cmocka_unit_test(a_controller_that_is_not_enabled_is_named_as_the_reason),
		cmocka_unit_test(the_v2_root_has_what_it_has_and_no_limits),
		cmocka_unit_test(a_frozen_and_an_empty_group_say_so),
		cmocka_unit_test(members_are_in_their_groups),
		cmocka_unit_test(a_v2_group_has_one_path_for_all_controllers),
		cmocka_unit_test(without_controllers_there_is_still_cpu_time),
		cmocka_unit_test(only_what_is_asked_for_is_read),
		cmocka_unit_test(a_host_without_cgroups_has_no_rows),
		cmocka_unit_test(a_host_without_mountinfo_goes_on_with_an_issue),
		cmocka_unit_test(a_malformed_file_spoils_its_own_values_only),
		cmocka_unit_test(a_v1_container_has_all_its_numbers),
		cmocka_unit_test(v1_limits_that_are_none_read_as_no_limit),
		cmocka_unit_test(a_group_has_nothing_of_controllers_that_it_is_not_in),
		cmocka_unit_test(one_container_at_different_paths_is_one_row),
		cmocka_unit_test(ids_tell_hierarchies_apart),
		cmocka_unit_test(a_hybrid_host_takes_from_v2_what_v1_does_not_know),
		cmocka_unit_test(who_is_in_several_groups_belongs_to_the_one_that_says_most),
		cmocka_unit_test(inside_a_container_the_root_is_the_container),
		cmocka_unit_test(v1_values_come_out_on_the_scales_of_v2),
		cmocka_unit_test(a_smaller_budget_reads_the_same),
		cmocka_unit_test(the_budget_of_descriptors_is_kept_and_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
