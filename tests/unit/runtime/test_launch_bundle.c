/* SPDX-License-Identifier: MIT */
/* Bundles of other tools, launched: what their config.json says is what there is inside. */
#include "launch_rig.h"

#include <sys/sysmacros.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

/* use() - the bundle's spec over the rig's root, without a terminal and what takes rights of its own */
static void use(struct rig *rig, const char *bundle)
{
	char path[512];
	struct spec_mount *mounts;
	size_t len = 0;

	spec_finish(&rig->spec);
	spec_init(&rig->spec);
	snprintf(path, sizeof(path), "%s/bundles/%s", FIXTURES_DIR, bundle);
	assert_int_equal(spec_load_bundle(&rig->spec, path, &rig->err), 0);
	rig->spec.name = arena_strdup(&rig->spec.arena, "boxtop-test");
	rig->spec.root.path = arena_strdup(&rig->spec.arena, rig->root);
	rig->spec.process.terminal = false;
	rig->spec.process.rlimits_len = 0;
	rig->spec.process.args = (struct spec_list) {NULL, 0};
	/* Files that an engine has made beside its bundle. */
	mounts = rig->spec.mounts;
	for (size_t i = 0; i < rig->spec.mounts_len; i++)
		if (strncmp(mounts[i].source ? mounts[i].source : "", "/var/lib/", 9) != 0 &&
		    strncmp(mounts[i].source ? mounts[i].source : "", "/run/", 5) != 0)
			mounts[len++] = mounts[i];
	rig->spec.mounts_len = len;
}

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void bundles_of_four_tools_run(void **state)
{
	static const char *const bundles[] = {"crun", "runc", "podman", "containerd"};
	struct rig *rig = *state;

	need_root();
	for (size_t i = 0; i < ARRAY_LEN(bundles); i++) {
		use(rig, bundles[i]);
		assert_string_equal(
			rig_sh(rig,
			       "/bin/id -u; /bin/ls /dev/null; /bin/cat /proc/sys/kernel/ostype"),
			"0\n/dev/null\nLinux\n");
	}
}

static void what_a_bundle_does_not_mount_is_not_there(void **state)
{
	struct rig *rig = *state;

	need_root();
	tree_add(rig->root, "tmp/of-the-image", "x");
	tree_add(rig->root, "run/of-the-image", "x");
	use(rig, "crun");
	assert_string_equal(rig_sh(rig, "/bin/ls /tmp /run"), "/run:\nof-the-image\n\n/tmp:\n"
							      "of-the-image\n");
}

static void the_hostname_and_the_capabilities_are_the_bundles(void **state)
{
	struct rig *rig = *state;

	need_root();
	use(rig, "crun");
	/* AUDIT_WRITE, KILL and NET_BIND_SERVICE. */
	assert_string_equal(rig_sh(rig, "/bin/hostname; /bin/grep CapBnd /proc/self/status"),
			    "crun\nCapBnd:\t0000000020000420\n");
}

static void a_read_only_root_of_a_bundle_is_one(void **state)
{
	struct rig *rig = *state;

	need_root();
	use(rig, "runc");
	rig_sh(rig, "/bin/touch /new");
	assert_non_null(strstr(rig->said, "Read-only file system"));
}

static void a_seccomp_list_of_a_bundle_holds(void **state)
{
	struct rig *rig = *state;

	need_root();
	use(rig, "podman");
	assert_int_equal(rig->spec.seccomp, SPEC_SECCOMP_PROFILE);
	assert_string_equal(rig_sh(rig, "/bin/grep Seccomp: /proc/self/status"), "Seccomp:\t2\n");
	rig_sh(rig, "/bin/hostname new");
	assert_non_null(strstr(rig->said, "not permitted"));
}

/* A node of the image for /dev/null stands for one of a disk. */
static void a_device_of_the_image_is_none_inside(void **state)
{
	struct rig *rig = *state;
	char path[128];

	need_root();
	snprintf(path, sizeof(path), "%s/node", rig->root);
	if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) < 0)
		skip();
	for (int layered = 0; layered < 2; layered++) {
		use(rig, "containerd");
		rig->spec.root.ephemeral = layered;
		assert_string_equal(rig_sh(rig, "/bin/cat /dev/null"), "");
		rig_sh(rig, "/bin/cat /node");
		if (!strstr(rig->said, "Permission denied"))
			fail_msg("layered %d: '%s'", layered, rig->said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bundles_of_four_tools_run),
		TEST(what_a_bundle_does_not_mount_is_not_there),
		TEST(the_hostname_and_the_capabilities_are_the_bundles),
		TEST(a_read_only_root_of_a_bundle_is_one),
		TEST(a_seccomp_list_of_a_bundle_holds),
		TEST(a_device_of_the_image_is_none_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
