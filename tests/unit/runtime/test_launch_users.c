/* SPDX-License-Identifier: MIT */
/* Whose ids a sandbox has: subordinate ones over mounts that map them, the host's own where that can't be,
 * given user namespaces. What files belong to is looked at from inside and from outside. */
#include "launch_rig.h"
#include "runtime_test.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "runtime/idmap.h"
#include "runtime/spec_edit.h"

#define FIRST 300000 /* of the ids that the test's user has */

/* ---- A user with subordinate ids, for this process alone ---- */

static char lists[64];

/* By number: no account has to be made for it. Over the files of the machine, which stay as they are. */
static int give_ids(void **state)
{
	static const struct tree_file text[] = {
		{"ids", "no line\n61235:x:65536\n61235:300000:65536\n65534:400000:65536\n"}};
	char path[96];

	(void)state;
	if (geteuid() != 0)
		return 0;
	tree_make(lists, text, 1);
	snprintf(path, sizeof(path), "%s/ids", lists);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(path, "/etc/subuid", NULL, MS_BIND, NULL) < 0 ||
	    mount(path, "/etc/subgid", NULL, MS_BIND, NULL) < 0)
		lists[0] = '\0';
	return 0;
}

static int take_ids_back(void **state)
{
	(void)state;
	if (lists[0])
		tree_remove(lists);
	return 0;
}

static int setup(void **state)
{
	return geteuid() == 0 ? rig_setup(state) : 0;
}

static int teardown(void **state)
{
	return geteuid() == 0 ? rig_teardown(state) : 0;
}

static void need_root(void)
{
	if (geteuid() != 0 || !lists[0])
		skip(); /* needs ids to give, and lists of them to put others over */
}

static void use_ids(struct rig *rig)
{
	rig->spec.subids = arena_strdup(&rig->spec.arena, "61235");
}

static struct stat in_root(const struct rig *rig, const char *path)
{
	char full[128];
	struct stat st = {0};

	snprintf(full, sizeof(full), "%s/%s", rig->root, path);
	assert_int_equal(lstat(full, &st), 0);
	return st;
}

/* ---- Root's sandboxes ---- */

static void root_of_a_sandbox_is_nobody_outside(void **state)
{
	struct rig *rig = *state;

	need_root();
	use_ids(rig);
	assert_string_equal(rig_sh(rig, "cat /proc/self/uid_map | tr -s ' '"), " 0 300000 65536\n");
	/* files belong to whom they belong on disk */
	assert_string_equal(rig_sh(rig, "stat -c %u:%g /etc/passwd /"), "0:0\n0:0\n");
	rig->spec.process.uid = 1234;
	assert_string_equal(rig_sh(rig, "(echo x >/etc/passwd) 2>/dev/null || echo no"), "no\n");
}

static void what_is_made_in_the_root_has_the_ids_of_the_inside_on_disk(void **state)
{
	struct rig *rig = *state;
	struct stat st;

	need_root();
	use_ids(rig);
	rig->spec.root.ephemeral = false;
	rig_sh(rig, "touch /made /given; chown 1234:1235 /given");
	st = in_root(rig, "made");
	assert_int_equal(st.st_uid, 0);
	st = in_root(rig, "given");
	assert_int_equal(st.st_uid, 1234);
	assert_int_equal(st.st_gid, 1235);
}

static void changes_over_a_root_have_the_ids_of_the_sandbox(void **state)
{
	struct rig *rig = *state;

	need_root();
	use_ids(rig);
	rig->spec.root.ephemeral = true;
	assert_string_equal(rig_sh(rig, "echo more >>/etc/passwd; touch /new; "
					"stat -c %u:%g /etc/passwd /new / /bin"),
			    "0:0\n0:0\n0:0\n0:0\n");
	assert_int_equal(rig->code, 0);
	assert_null(strstr(rig_sh(rig, "cat /etc/passwd"), "more"));
}

static void what_is_bound_is_mapped_too(void **state)
{
	struct rig *rig = *state;
	char text[128];

	need_root();
	use_ids(rig);
	tree_add(rig->root, "shown/file", "x");
	snprintf(text, sizeof(text), "%s/shown:/mnt", rig->root);
	assert_fine(spec_add_bind(&rig->spec, text, &rig->err), rig->err);
	assert_string_equal(rig_sh(rig, "touch /mnt/made; stat -c %u /mnt /mnt/file /mnt/made"),
			    "0\n0\n0\n");
	assert_int_equal(in_root(rig, "shown/made").st_uid, 0);
}

static void a_pipe_of_ours_may_be_opened_by_its_path(void **state)
{
	struct rig *rig = *state;

	need_root();
	use_ids(rig);
	assert_string_equal(rig_sh(rig, "echo out >/dev/stdout; echo err >/dev/stderr"),
			    "out\nerr\n");
}

static void where_the_file_system_can_not_the_ids_are_the_hosts(void **state)
{
	struct rig *rig = *state;
	char options[512], place[96];
	struct launched launched = {.pidfd = -1};
	struct launch_request request = {.spec = &rig->spec, .layers = &rig->layers};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), root_fd = rig->layers.root_fd, r = -1;

	need_root();
	use_ids(rig);
	/* an overlay takes no map */
	tree_add(lists, "upper", NULL);
	tree_add(lists, "work", NULL);
	tree_add(lists, "merged", NULL);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s/upper,workdir=%s/work",
		 rig->root, lists, lists);
	snprintf(place, sizeof(place), "%s/merged", lists);
	if (mount("overlay", place, "overlay", 0, options) < 0)
		skip();
	rig->layers.root_fd = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	for (int i = 0; i < 3; i++)
		request.stdio[i] = null;
	r = launch(&request, &launched, &rig->err);
	if (r == 0)
		rig->code = rig_reap(launched.pid);
	close(null);
	close(rig->layers.root_fd);
	rig->layers.root_fd = root_fd;
	umount2(place, MNT_DETACH);
	assert_fine(r, rig->err);
	close(launched.pidfd);
	assert_int_equal(rig->code, 0);
	assert_non_null(strstr(launched.ids, "the host's own"));
}

static void ids_that_are_not_there_are_refused_or_none(void **state)
{
	struct rig *rig = *state;

	need_root();
	rig->spec.subids = arena_strdup(&rig->spec.arena, "61236");
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_int_equal(rig_run_cg(rig, NULL), -EINVAL);
	assert_non_null(strstr(rig->err.text, "/etc/subuid"));
	rig->spec.subids = arena_strdup(&rig->spec.arena, "none");
	assert_string_equal(rig_sh(rig, "head -n 1 /proc/self/uid_map | tr -s ' '"),
			    " 0 0 4294967295\n");
}

static void a_line_with_a_number_is_about_the_account_that_has_it(void **state)
{
	struct rig *rig = *state;

	need_root();
	rig->spec.subids = arena_strdup(&rig->spec.arena, "nobody");
	assert_string_equal(rig_sh(rig, "cat /proc/self/uid_map | tr -s ' '"), " 0 400000 65536\n");
}

/* ---- A bundle's ---- */

static void a_mount_of_a_bundle_has_ids_of_its_own(void **state)
{
	struct rig *rig = *state;
	struct spec_id_map map = {0, 1000, 10};
	struct spec_mount *mount;
	char text[128];

	need_root();
	rig->spec.subids = arena_strdup(&rig->spec.arena, "none");
	tree_add(rig->root, "shown/file", "x");
	snprintf(text, sizeof(text), "%s/shown:/mnt", rig->root);
	assert_fine(spec_add_bind(&rig->spec, text, &rig->err), rig->err);
	mount = &rig->spec.mounts[rig->spec.mounts_len - 1];
	mount->uid_maps = mount->gid_maps = &map;
	mount->uid_maps_len = mount->gid_maps_len = 1;
	rig_args(rig, (const char *const[]) {"/bin/true", NULL});
	assert_fine(spec_check(&rig->spec, &rig->err), rig->err);
	assert_string_equal(rig_sh(rig, "stat -c %u:%g /mnt/file /etc/passwd"), "1000:1000\n0:0\n");
	/* without one of both it is not meant */
	mount->gid_maps_len = 0;
	assert_int_equal(spec_check(&rig->spec, &rig->err), -EINVAL);
}

/* ---- Given namespaces ---- */

/* A process in namespaces of its own, with ids from FIRST on. */
static pid_t hold(uint64_t flags)
{
	struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	return pid;
}

static char *path_of(struct rig *rig, pid_t pid, const char *ns)
{
	return arena_printf(&rig->spec.arena, "/proc/%d/ns/%s", (int)pid, ns);
}

/* The host's network namespace takes the host's privileges to join, which go with the user namespace. */
static void a_user_namespace_is_joined_after_what_takes_privileges(void **state)
{
	struct rig *rig = *state;
	struct id_maps maps = {.uids = {{0, FIRST, 65536}},
			       .gids = {{0, FIRST, 65536}},
			       .uids_len = 1,
			       .gids_len = 1,
			       .setgroups = true};
	static const char *const places[] = {"proc", "sys", "dev", "run", "tmp"};
	char expected[64] = "", *path;
	pid_t user, net;

	need_root();
	/* root of that one may make nothing in a tree of the host's */
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		tree_add(rig->root, places[i], NULL);
	rig->spec.root.ephemeral = false;
	user = hold(CLONE_NEWUSER);
	net = hold(CLONE_NEWNET);
	path = path_of(rig, net, "net");
	assert_fine(id_map_write(&maps, user, &rig->err), rig->err);
	assert_true(readlink(path, expected, sizeof(expected) - 2) > 0);
	strcat(expected, "\n");
	rig->spec.namespaces = SPEC_NS_MNT | SPEC_NS_PID | SPEC_NS_IPC | SPEC_NS_UTS;
	rig->spec.ns_paths[0] = path_of(rig, user, "user");
	rig->spec.ns_paths[3] = path;
	rig_sh(rig, "readlink /proc/self/ns/net");
	assert_string_equal(rig->said, expected);
	assert_string_equal(rig_sh(rig, "cat /proc/self/uid_map | tr -s ' '; id -u"),
			    " 0 300000 65536\n0\n");
	kill(user, SIGKILL);
	kill(net, SIGKILL);
	rig_reap(user);
	rig_reap(net);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(root_of_a_sandbox_is_nobody_outside),
		TEST(what_is_made_in_the_root_has_the_ids_of_the_inside_on_disk),
		TEST(changes_over_a_root_have_the_ids_of_the_sandbox),
		TEST(what_is_bound_is_mapped_too),
		TEST(a_pipe_of_ours_may_be_opened_by_its_path),
		TEST(where_the_file_system_can_not_the_ids_are_the_hosts),
		TEST(ids_that_are_not_there_are_refused_or_none),
		TEST(a_line_with_a_number_is_about_the_account_that_has_it),
		TEST(a_mount_of_a_bundle_has_ids_of_its_own),
		TEST(a_user_namespace_is_joined_after_what_takes_privileges),
	};

	return cmocka_run_group_tests(tests, give_ids, take_ids_back);
}
