// SPDX-License-Identifier: MIT
/* Whole machines, from their cgroup trees and engines' state to the rows, through every collector. */
#include "engine_test.h"

#include <fcntl.h>
#include <stdlib.h>

#include "collectors/collector.h"

/** struct machine - a copy of a fixture, with a process for every pid that its cgroups name */
struct machine {
	char path[64];
	int root_fd;
	struct collect *collect;
	struct snapshot *snapshot;
};

static void run(const char *shell)
{
	assert_int_equal(system(shell), 0);
}

/* A process starts at the tick that its pid says, so that the states on disk can say so too. */
static void machine_open(struct machine *machine, const char *name)
{
	struct collect_options options = {.state_dirs = true};
	const struct demand demand = {.sources = SOURCE_IDENTITY};
	char shell[1024];

	strcpy(machine->path, "/tmp/bt-machine-XXXXXX");
	assert_non_null(mkdtemp(machine->path));
	snprintf(shell, sizeof(shell),
		 "cp -r %s/%s/. %s/ && cd %s && { [ -e proc/stat ] || : >proc/stat; } && "
		 "for p in $(find sys -name cgroup.procs -exec cat {} + | sort -un); do "
		 "mkdir -p proc/$p && echo \"$p (task) S 1 $p $p 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 "
		 "1 "
		 "0 $p 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\" "
		 ">proc/$p/stat; "
		 "done",
		 FIXTURES_DIR, name, machine->path, machine->path);
	run(shell);
	machine->root_fd = open(machine->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	options.root_fd = machine->root_fd;
	assert_int_equal(collect_new(&options, &machine->collect, NULL), 0);
	assert_int_equal(collect_pass(machine->collect, &demand, &machine->snapshot, NULL), 0);
}

static void machine_close(struct machine *machine)
{
	char shell[128];

	snapshot_unref(machine->snapshot);
	collect_free(machine->collect);
	close(machine->root_fd);
	snprintf(shell, sizeof(shell), "rm -r %s", machine->path);
	run(shell);
}

/** struct expected - a row; the leader is told by its pid */
struct expected {
	const char *engine;
	enum container_kind kind;
	const char *name, *image, *owner;
	pid_t leader;
	bool confirmed;
};

static const struct container *find_row(const struct snapshot *snapshot, const struct expected *row)
{
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		const struct container *at = &snapshot->containers[i];

		if (strcmp(at->engine, row->engine) == 0 && strcmp(at->name, row->name) == 0 &&
		    at->kind == row->kind)
			return at;
	}
	print_error("no row %s %s\n", row->engine, row->name);
	return NULL;
}

static void check_rows(const struct snapshot *snapshot, const struct expected *rows, size_t len)
{
	size_t units = 0;

	for (size_t i = 0; i < len; i++) {
		const struct container *row = find_row(snapshot, &rows[i]);

		assert_non_null(row);
		assert_text_equal(row->image, rows[i].image);
		assert_text_equal(row->owner, rows[i].owner);
		assert_int_equal(row->leader, rows[i].leader);
		assert_int_equal(row->confirmed, rows[i].confirmed);
	}
	for (size_t i = 0; i < snapshot->containers_len; i++)
		units += strcmp(snapshot->containers[i].engine, "systemd") == 0;
	assert_int_equal(snapshot->containers_len - units, len);
}

static const struct expected v2_rows[] = {
	{"docker", CONTAINER_CONTAINER, "shop-web-1", "nginx:1.25", NULL, 8020, true},
	{"podman", CONTAINER_CONTAINER, "db", "docker.io/library/postgres:16", NULL, 9100, true},
	{"podman", CONTAINER_MONITOR, "9f3c1a7d5e2b", NULL, NULL, 9090, true},
	{"podman", CONTAINER_CONTAINER, "notes", "docker.io/library/caddy:2", "alice", 7300, true},
	{"podman", CONTAINER_MONITOR, "podman-pause", NULL, "alice", 7290, true},
	{"nspawn", CONTAINER_CONTAINER, "n1", NULL, NULL, 9200, true},
	{"lxc", CONTAINER_CONTAINER, "web", NULL, NULL, 9300, true},
	{"lxc", CONTAINER_MONITOR, "web", NULL, NULL, 9290, true},
	/* its number is neither the instance nor a live pid */
	{"flatpak", CONTAINER_APP, "org.gnome.Maps", NULL, "alice", 7200, false},
};

static void a_machine_with_systemd_and_v2(void **state)
{
	struct machine machine;

	(void)state;
	machine_open(&machine, "v2-systemd");
	check_rows(machine.snapshot, v2_rows, ARRAY_LEN(v2_rows));
	machine_close(&machine);
}

static const struct expected v1_rows[] = {
	{"docker", CONTAINER_CONTAINER, "cache", "nginx:1.25", NULL, 2100, true},
	{"docker", CONTAINER_CONTAINER, "split", "nginx:1.25", NULL, 2200, true},
};

/* The second one is below system.slice for systemd and below /docker for every controller. */
static void a_machine_with_systemd_and_v1(void **state)
{
	struct machine machine;

	(void)state;
	machine_open(&machine, "v1-systemd");
	check_rows(machine.snapshot, v1_rows, ARRAY_LEN(v1_rows));
	machine_close(&machine);
}

static void every_process_is_in_the_innermost_row(void **state)
{
	static const struct {
		const char *cgroup, *row;
	} cases[] = {
		{"/machine.slice/machine-n1.scope/payload/system.slice/dbus.service", "n1"},
		{"/machine.slice/machine-n1.scope/supervisor", "n1"},
		{"/lxc.payload.web/init.scope", "web"},
		{"/system.slice/cron.service", "cron.service"},
	};
	struct machine machine;

	(void)state;
	machine_open(&machine, "v2-systemd");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct cgroup *cgroup = machine.snapshot->cgroups;

		while (strcmp(cgroup->path, cases[i].cgroup) != 0)
			assert_true(++cgroup <
				    machine.snapshot->cgroups + machine.snapshot->cgroups_len);
		assert_int_not_equal(cgroup->container, INDEX_NONE);
		assert_string_equal(machine.snapshot->containers[cgroup->container].name,
				    cases[i].row);
	}
	machine_close(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_with_systemd_and_v2),
		cmocka_unit_test(a_machine_with_systemd_and_v1),
		cmocka_unit_test(every_process_is_in_the_innermost_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
