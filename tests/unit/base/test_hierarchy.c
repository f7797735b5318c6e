/* SPDX-License-Identifier: MIT */
/* Which hierarchies there are, from the texts of mountinfo and cgroup of many kinds of hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hierarchy.h"
#include "support/tree.h"

#define BIT(controller) (1u << CGROUP_##controller)

/* struct found - what should be found of one hierarchy */
struct found {
	const char *mount_point;
	const char *root;
	unsigned int controllers;
};

/* struct machine - the texts of one host and what they mean */
struct machine {
	const char *name;
	const char *mountinfo;
	const char *self_cgroup;
	enum cgroup_layout layout;
	struct found found[4]; /* in the order of mountinfo */
};

#define M(id, parent, root, point, type, options)                                                  \
#id " " #parent " 0:" #id " " root " " point " rw,nosuid shared:1 - " type                 \
	    " none rw," options "\n"

static const struct machine machines[] = {
	{
		.name = "v2 only",
		.mountinfo = M(30, 21, "/", "/sys/fs/cgroup", "cgroup2", "nsdelegate"),
		.self_cgroup = "0::/init.scope\n",
		.layout = CGROUP_LAYOUT_UNIFIED,
		.found = {{"/sys/fs/cgroup", "/", BIT(UNIFIED)}},
	},
	{
		.name = "v1 only, with controllers that are not read",
		.mountinfo = M(30, 21, "/", "/cg/cpu,cpuacct", "cgroup", "cpuacct,cpu")
			M(31, 21, "/", "/cg/devices", "cgroup", "devices")
				M(32, 21, "/", "/cg/systemd", "cgroup",
				  "xattr,release_agent=/a,name=systemd"),
		.layout = CGROUP_LAYOUT_LEGACY,
		.found = {{"/cg/cpu,cpuacct", "/", BIT(CPU) | BIT(CPUACCT)},
			  {"/cg/systemd", "/", BIT(SYSTEMD)}},
	},
	{
		.name = "hybrid",
		.mountinfo = M(30, 21, "/", "/cg/memory", "cgroup", "memory")
			M(31, 21, "/", "/cg/unified", "cgroup2", ""),
		.layout = CGROUP_LAYOUT_HYBRID,
		.found = {{"/cg/memory", "/", BIT(MEMORY)}, {"/cg/unified", "/", BIT(UNIFIED)}},
	},
	{
		.name = "v2 beside a v1 that nobody reads (a VPN's net_cls)",
		.mountinfo = M(30, 21, "/", "/sys/fs/cgroup", "cgroup2", "")
			M(31, 21, "/", "/mnt/net_cls", "cgroup", "net_cls"),
		.layout = CGROUP_LAYOUT_UNIFIED,
		.found = {{"/sys/fs/cgroup", "/", BIT(UNIFIED)}},
	},
	{
		.name = "systemd's hybrid of names only, as far as can be told before v2 is open",
		.mountinfo = M(30, 21, "/", "/cg/unified", "cgroup2", "")
			M(31, 21, "/", "/cg/systemd", "cgroup", "name=systemd"),
		.layout = CGROUP_LAYOUT_HYBRID,
		.found = {{"/cg/unified", "/", BIT(UNIFIED)}, {"/cg/systemd", "/", BIT(SYSTEMD)}},
	},
	{
		.name = "no cgroups",
		.mountinfo = M(30, 21, "/", "/cg", "tmpfs", "mode=755"),
		.layout = CGROUP_LAYOUT_NONE,
	},
	{
		.name = "octal escapes",
		.mountinfo = M(30, 21, "/a\\040b", "/mnt/c\\011d\\134e", "cgroup", "pids"),
		.layout = CGROUP_LAYOUT_LEGACY,
		.found = {{"/mnt/c\td\\e", "/a b", BIT(PIDS)}},
	},
	{
		.name = "several mounts of one hierarchy: the whole one wins, wherever it stands",
		.mountinfo = M(30, 21, "/docker/x", "/a", "cgroup", "memory")
			M(31, 21, "/", "/b", "cgroup", "memory")
				M(32, 21, "/docker", "/c", "cgroup", "memory"),
		.self_cgroup = "4:memory:/docker/x\n",
		.layout = CGROUP_LAYOUT_LEGACY,
		.found = {{"/b", "/", BIT(MEMORY)}},
	},
	{
		.name = "several partial mounts: the one that shows ourselves wins over a shorter "
			"root",
		.mountinfo = M(30, 21, "/b", "/other", "cgroup", "memory")
			M(31, 21, "/docker/x", "/own", "cgroup", "memory"),
		.self_cgroup = "4:memory:/docker/x/y\n",
		.layout = CGROUP_LAYOUT_LEGACY,
		.found = {{"/own", "/docker/x", BIT(MEMORY)}},
	},
	{
		.name = "in a cgroup namespace with the host's mount: it shows more than our own",
		.mountinfo = M(30, 21, "/", "/own", "cgroup2", "")
			M(31, 21, "/../..", "/host", "cgroup2", "")
				M(32, 21, "/..", "/mid", "cgroup2", ""),
		.self_cgroup = "0::/\n",
		.layout = CGROUP_LAYOUT_UNIFIED,
		.found = {{"/host", "/../..", BIT(UNIFIED)}},
	},
	{
		.name = "a mount of a sibling's subtree is not ours",
		.mountinfo = M(30, 21, "/../other", "/sibling", "cgroup2", "")
			M(31, 21, "/", "/own", "cgroup2", ""),
		.self_cgroup = "0::/\n",
		.layout = CGROUP_LAYOUT_UNIFIED,
		.found = {{"/own", "/", BIT(UNIFIED)}},
	},
	{
		.name = "hidden by another mount on the same point",
		.mountinfo =
			M(30, 21, "/", "/cg", "cgroup", "pids") M(31, 30, "/", "/cg", "tmpfs", "")
				M(32, 31, "/x", "/cg/pids", "cgroup", "pids"),
		.self_cgroup = "4:pids:/y\n",
		.layout = CGROUP_LAYOUT_LEGACY,
		.found = {{"/cg/pids", "/x", BIT(PIDS)}},
	},
	{
		.name = "hidden by a mount over a directory above it",
		.mountinfo = M(30, 21, "/", "/sys/fs/cgroup/pids", "cgroup", "pids")
			M(31, 21, "/", "/sys/fs", "tmpfs", ""),
		.layout = CGROUP_LAYOUT_NONE,
	},
	{
		.name = "hidden because what it is mounted in is hidden",
		.mountinfo = M(30, 21, "/", "/sys/fs/cgroup", "tmpfs", "")
			M(31, 30, "/", "/sys/fs/cgroup/pids", "cgroup", "pids")
				M(32, 30, "/", "/sys/fs/cgroup", "cgroup2", ""),
		.layout = CGROUP_LAYOUT_UNIFIED,
		.found = {{"/sys/fs/cgroup", "/", BIT(UNIFIED)}},
	},
	{
		.name = "a neighbour with a longer name hides nothing",
		.mountinfo = M(30, 21, "/", "/cg/cpuset", "cgroup", "cpuset")
			M(31, 21, "/", "/cg/cpu", "tmpfs", ""),
		.layout = CGROUP_LAYOUT_LEGACY,
		.found = {{"/cg/cpuset", "/", BIT(CPUSET)}},
	},
	{
		.name = "mounts that are each other's parents",
		.mountinfo =
			M(30, 31, "/", "/a", "cgroup", "pids") M(31, 30, "/", "/b", "tmpfs", ""),
		.layout = CGROUP_LAYOUT_LEGACY,
		.found = {{"/a", "/", BIT(PIDS)}},
	},
	{
		.name = "lines that nobody understands",
		.mountinfo =
			"\n31\nx y z\n" M(30, 21, "/", "/cg", "cgroup2", "") "30 21 0:1 / /x rw\n",
		.self_cgroup = "what\n0::/\n\n:::\n",
		.layout = CGROUP_LAYOUT_UNIFIED,
		.found = {{"/cg", "/", BIT(UNIFIED)}},
	},
};

static void check_machine(const struct machine *machine)
{
	struct hierarchies found;
	size_t expected = 0;

	hierarchies_parse(span_of(machine->mountinfo), span_of(machine->self_cgroup), &found);
	while (expected < ARRAY_LEN(machine->found) && machine->found[expected].mount_point)
		expected++;
	if (found.layout != machine->layout || found.len != expected)
		fail_msg("%s: layout %d with %zu hierarchies", machine->name, found.layout,
			 found.len);
	for (size_t i = 0; i < found.len; i++) {
		assert_string_equal(found.items[i].mount_point, machine->found[i].mount_point);
		assert_string_equal(found.items[i].root, machine->found[i].root);
		assert_int_equal(found.items[i].controllers, machine->found[i].controllers);
		for (unsigned int c = 0; c < CGROUP_CONTROLLERS; c++)
			if (found.items[i].controllers & 1u << c)
				assert_int_equal(found.of[c], i);
	}
	hierarchies_finish(&found);
}

static void every_kind_of_host_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		check_machine(&machines[i]);
}

static void what_could_not_be_understood_is_told(void **state)
{
	struct hierarchies found;

	(void)state;
	hierarchies_parse(SPAN("30 21 nonsense\n"), SPAN(""), &found);
	assert_int_equal(found.layout, CGROUP_LAYOUT_NONE);
	assert_string_not_equal(found.trouble.text, "");
	hierarchies_finish(&found);
}

static const struct {
	const char *root, *path, *visible;
} places[] = {
	{"/", "/a/b", "/a/b"},
	{"/", "/", "/"},
	{"/", "/..", NULL},
	{"/", "/../x", NULL},
	{"/", "/..x", "/..x"},
	{"/docker/x", "/docker/x", "/"},
	{"/docker/x", "/docker/x/y", "/y"},
	{"/docker/x", "/docker/xy", NULL},
	{"/docker/x", "/", NULL},
	{"/../..", "/../../a", "/a"},
	{"/../..", "/../a", NULL},
	{"/../..", "/../..", "/"},
	{"/../s", "/../s/t", "/t"},
	{"/", "", NULL},
	{"/", "a", NULL},
};

static void a_path_is_found_below_its_mount(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		char root[32];
		struct hierarchy hierarchy = {.root = root};
		struct span visible;
		bool is_visible;

		snprintf(root, sizeof(root), "%s", places[i].root);
		is_visible = hierarchy_visible_path(&hierarchy, span_of(places[i].path), &visible);
		if (is_visible != (places[i].visible != NULL) ||
		    (is_visible && !span_eq(visible, span_of(places[i].visible))))
			fail_msg("%s below %s", places[i].path, places[i].root);
	}
}

static void a_line_of_a_process_names_its_hierarchy(void **state)
{
	struct hierarchies found;

	(void)state;
	hierarchies_parse(span_of(M(30, 21, "/", "/a", "cgroup", "cpu,cpuacct")
					  M(31, 21, "/", "/b", "cgroup2", "")),
			  SPAN(""), &found);
	assert_int_equal(hierarchies_of_line(&found, 0, SPAN("")), 1);
	assert_int_equal(hierarchies_of_line(&found, 3, SPAN("cpuacct,cpu")), 0);
	assert_int_equal(hierarchies_of_line(&found, 4, SPAN("memory")), HIERARCHY_NONE);
	assert_int_equal(hierarchies_of_line(&found, 5, SPAN("devices")), HIERARCHY_NONE);
	hierarchies_finish(&found);
}

static void find(const char *machine, struct hierarchies *out)
{
	char root[512];
	struct err err = ERR_INIT;
	int fd;

	snprintf(root, sizeof(root), FIXTURES_DIR "/%s", machine);
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(hierarchies_find(fd, out, &err), 0);
	close(fd);
}

static void v2_says_which_controllers_it_has(void **state)
{
	struct hierarchies found;

	(void)state;
	find("v2-systemd", &found);
	assert_int_equal(found.layout, CGROUP_LAYOUT_UNIFIED);
	assert_int_equal(found.len, 1);
	assert_int_equal(found.items[0].controllers,
			 BIT(UNIFIED) | BIT(CPU) | BIT(CPUSET) | BIT(IO) | BIT(MEMORY) | BIT(PIDS));
	assert_int_equal(found.of[CGROUP_FREEZER], HIERARCHY_NONE);
	assert_string_equal(found.items[0].self_path,
			    "/user.slice/user-1000.slice/session-2.scope");
	hierarchies_finish(&found);
	find("v2-bare", &found);
	assert_int_equal(found.layout, CGROUP_LAYOUT_UNIFIED);
	assert_int_equal(found.items[0].controllers, BIT(UNIFIED));
	hierarchies_finish(&found);
}

static void an_empty_named_hierarchy_beside_v2_is_left_out(void **state)
{
	char root[64];
	const struct tree_file files[] = {
		{"proc/self/mountinfo",
		 M(30, 21, "/", "/cg", "cgroup2", "")
			 M(31, 21, "/", "/cg/systemd", "cgroup", "name=systemd")},
		{"proc/self/cgroup", "1:name=systemd:/\n0::/\n"},
		{"cg/cgroup.controllers", "cpu memory\n"},
		{"cg/systemd/cgroup.procs", ""},
	};
	struct hierarchies found;
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(hierarchies_find(fd, &found, &err), 0);
	assert_int_equal(found.layout, CGROUP_LAYOUT_UNIFIED);
	assert_int_equal(found.len, 1);
	assert_int_equal(found.of[CGROUP_SYSTEMD], HIERARCHY_NONE);
	hierarchies_finish(&found);
	close(fd);
	tree_remove(root);
}

static void a_mount_point_that_is_not_there_is_told_and_left_out(void **state)
{
	char root[64];
	const struct tree_file files[] = {
		{"proc/self/mountinfo", M(30, 21, "/", "/cg/pids", "cgroup", "pids")
						M(31, 21, "/", "/cg/memory", "cgroup", "memory")},
		{"cg/memory/cgroup.procs", ""},
	};
	struct hierarchies found;
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(hierarchies_find(fd, &found, &err), 0);
	assert_int_equal(found.len, 1);
	assert_string_equal(found.items[0].mount_point, "/cg/memory");
	assert_int_equal(found.of[CGROUP_MEMORY], 0);
	assert_int_equal(found.of[CGROUP_PIDS], HIERARCHY_NONE);
	assert_non_null(strstr(found.trouble.text, "/cg/pids"));
	hierarchies_finish(&found);
	close(fd);
	tree_remove(root);
}

static void the_kernel_of_this_machine_is_understood(void **state)
{
	struct hierarchies first, second;
	struct err err = ERR_INIT;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(hierarchies_find(fd, &first, &err), 0);
	assert_int_equal(hierarchies_find(fd, &second, &err), 0);
	assert_true(hierarchies_equal(&first, &second));
	for (size_t i = 0; i < first.len; i++) {
		assert_int_equal(faccessat(first.items[i].fd, "cgroup.procs", F_OK, 0), 0);
		assert_non_null(first.items[i].self_path);
	}
	hierarchies_finish(&second);
	find("v2-bare", &second);
	assert_false(hierarchies_equal(&first, &second));
	hierarchies_finish(&second);
	hierarchies_finish(&first);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_host_is_understood),
		cmocka_unit_test(what_could_not_be_understood_is_told),
		cmocka_unit_test(a_path_is_found_below_its_mount),
		cmocka_unit_test(a_line_of_a_process_names_its_hierarchy),
		cmocka_unit_test(v2_says_which_controllers_it_has),
		cmocka_unit_test(an_empty_named_hierarchy_beside_v2_is_left_out),
		cmocka_unit_test(a_mount_point_that_is_not_there_is_told_and_left_out),
		cmocka_unit_test(the_kernel_of_this_machine_is_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
