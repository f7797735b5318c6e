/* SPDX-License-Identifier: MIT */
/* The launch spec: its defaults hold, and what can't be meant is refused with the reason. */
#include "runtime_test.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/spec.h"
#include "runtime/spec_edit.h"

static int set_up(void **state)
{
	struct spec *spec = calloc(1, sizeof(*spec));

	if (!spec)
		return -1;
	spec_init(spec);
	spec_list_add(spec, &spec->process.args, "true");
	*state = spec;
	return 0;
}

static int tear_down(void **state)
{
	spec_finish(*state);
	free(*state);
	return 0;
}

/* refused() - the check fails, and its reason holds @words */
static void refused(const struct spec *spec, const char *words)
{
	struct err err = ERR_INIT;

	assert_int_equal(spec_check(spec, &err), -EINVAL);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void taken(const struct spec *spec)
{
	struct err err = ERR_INIT;

	if (spec_check(spec, &err) != 0)
		fail_msg("refused: %s", err.text);
}

static void a_default_sandbox_is_isolated(void **state)
{
	const struct spec *spec = *state;

	taken(spec);
	assert_int_equal(spec->namespaces, SPEC_NS_ALL & ~SPEC_NS_TIME);
	assert_int_equal(spec->root.kind, SPEC_ROOT_HOST);
	assert_true(spec->root.ephemeral);
	assert_int_equal(spec->seccomp, SPEC_SECCOMP_DEFAULT);
	assert_true(spec->process.no_new_privileges);
	assert_true(spec->process.caps & 1ull << CAP_CHOWN);
	assert_false(spec->process.caps & 1ull << CAP_SYS_ADMIN);
	assert_false(spec->process.caps & 1ull << CAP_MKNOD);
	assert_false(spec->process.caps & 1ull << CAP_NET_RAW);
	assert_true(spec->masked_paths.len > 10);
	assert_true(spec->readonly_paths.len > 3);
	assert_int_equal(spec->process.umask, 022);
}

static void a_list_keeps_its_order_and_its_end(void **state)
{
	struct spec *spec = *state;
	struct spec_list list = {NULL, 0};
	char text[16];

	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "%d", i);
		spec_list_add(spec, &list, text);
		assert_null(list.items[list.len]);
	}
	assert_int_equal(list.len, 100);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_string_equal(list.items[i], text);
	}
}

static void host_secrets_are_masked_with_those_of_a_home(void **state)
{
	struct spec *spec = *state;
	size_t before = spec->masked_paths.len;
	bool shadow = false, key = false;

	spec_mask_host_secrets(spec, "/home/alice");
	for (size_t i = before; i < spec->masked_paths.len; i++) {
		shadow |= strcmp(spec->masked_paths.items[i], "/etc/shadow") == 0;
		key |= strcmp(spec->masked_paths.items[i], "/home/alice/.ssh") == 0;
	}
	assert_true(shadow && key);
	taken(spec);
	before = spec->masked_paths.len;
	spec_mask_host_secrets(spec, "/home/alice");
	assert_int_equal(spec->masked_paths.len, before);
}

static void a_sandbox_of_the_host_starts_where_the_caller_is_if_that_is_inside(void **state)
{
	struct spec *spec = *state;

	assert_int_equal(chdir("/tmp"), 0);
	spec_use_host(spec);
	assert_string_equal(spec->process.cwd, "/");
	assert_int_equal(chdir("/usr"), 0);
	spec_use_host(spec);
	assert_string_equal(spec->process.cwd, "/usr");
}

static void names_are_no_paths(void **state)
{
	static const char *const good[] = {"a", "web-1", "_x", "9", "a.b-c_d"};
	static const char *const bad[] = {"",	 ".",	"..",  ".a",	   "-a",
					  "a/b", "a b", "a\n", "\xc3\xa4", "a:b"};
	char longest[SPEC_NAME_MAX + 2];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(spec_check_name(good[i], &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(spec_check_name(bad[i], &err), -EINVAL);
	memset(longest, 'a', sizeof(longest));
	longest[SPEC_NAME_MAX + 1] = '\0';
	assert_int_equal(spec_check_name(longest, &err), -EINVAL);
	longest[SPEC_NAME_MAX] = '\0';
	assert_int_equal(spec_check_name(longest, &err), 0);
}

static void a_user_is_numbers_or_names_and_nothing_like_them(void **state)
{
	static const char *const bad[] = {
		"",
		"-1",
		"1x",
		"4294967295",
		"4294967296",
		"0:-1",
		"0:",
		" 1",
		"1 ",
		"+1",
		"0x10",
		"a:b:c",
		":1",
		"alice bob",
		"../x",
		"18446744073709551616",
		"root:",
		"a/b",
		"1:99999999999",
		"-a",
	};
	struct spec *spec = *state;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (spec_set_user(spec, bad[i], &err) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(spec_set_user(spec, "1000", &err), 0);
	assert_null(spec->process.user);
	assert_int_equal(spec->process.uid, 1000);
	assert_int_equal(spec->process.gid, 1000);
	assert_int_equal(spec_set_user(spec, "4294967294:7", &err), 0);
	assert_int_equal(spec->process.uid, 4294967294u);
	assert_int_equal(spec->process.gid, 7);
	assert_int_equal(spec_set_user(spec, "www-data:adm", &err), 0);
	assert_string_equal(spec->process.user, "www-data:adm");
	assert_int_equal(spec_set_user(spec, "0:adm", &err), 0);
	assert_string_equal(spec->process.user, "0:adm");
	taken(spec);
}

static void without_a_mount_namespace_nothing_starts(void **state)
{
	struct spec *spec = *state;

	spec->namespaces &= ~(unsigned int)SPEC_NS_MNT;
	refused(spec, "the host's");
	spec->ns_paths[1] = arena_strdup(&spec->arena, "/proc/1/ns/mnt");
	refused(spec, "/proc/1/ns/mnt");
}

static void a_namespace_is_either_new_or_joined(void **state)
{
	struct spec *spec = *state;

	spec->ns_paths[3] = arena_strdup(&spec->arena, "/run/netns/a");
	refused(spec, "both new and joined");
	spec->namespaces &= ~(unsigned int)SPEC_NS_NET;
	taken(spec);
	spec->ns_paths[3] = arena_strdup(&spec->arena, "netns/a");
	refused(spec, "absolute");
}

static void the_host_root_is_never_written_to(void **state)
{
	struct spec *spec = *state;

	spec->root.ephemeral = false;
	refused(spec, "never written to");
	spec->root.readonly = true;
	taken(spec);
	spec->root.kind = SPEC_ROOT_DIR;
	spec->root.readonly = false;
	spec->root.path = arena_strdup(&spec->arena, "//./");
	refused(spec, "never written to");
	spec->root.path = arena_strdup(&spec->arena, "/srv/root");
	taken(spec);
	spec->root.path = arena_strdup(&spec->arena, "srv/root");
	refused(spec, "absolute");
	spec->root.path = arena_strdup(&spec->arena, "/srv/../etc");
	refused(spec, "..");
	spec->root.path = NULL;
	refused(spec, "absolute");
}

static void an_archive_is_shared_so_it_needs_a_layer(void **state)
{
	struct spec *spec = *state;

	spec->root = (struct spec_root) {.kind = SPEC_ROOT_TAR,
					 .path = arena_strdup(&spec->arena, "/srv/root.tar")};
	refused(spec, "layer");
	spec->root.keep = arena_strdup(&spec->arena, "/srv/changes");
	taken(spec);
	spec->root.ephemeral = true;
	refused(spec, "vanish");
	spec->root.ephemeral = false;
	spec->root.readonly = true;
	refused(spec, "read-only");
	/* Where mounts need directories that the root lacks, a layer takes these. */
	spec->root.ephemeral = true;
	spec->root.keep = NULL;
	taken(spec);
}

static struct spec_mount *add_mount(struct spec *spec, const char *destination, const char *type,
				    const char *option)
{
	struct spec_mount *mounts =
		arena_array(&spec->arena, spec->mounts_len + 1, sizeof(mounts[0]));
	struct spec_mount *mount = &mounts[spec->mounts_len];

	if (spec->mounts_len)
		memcpy(mounts, spec->mounts, spec->mounts_len * sizeof(mounts[0]));
	spec->mounts = mounts;
	spec->mounts_len++;
	mount->destination = arena_strdup(&spec->arena, destination);
	mount->type = arena_strdup(&spec->arena, type);
	mount->source = arena_strdup(&spec->arena, "/srv");
	if (option)
		spec_list_add(spec, &mount->options, option);
	return mount;
}

static void mounts_have_known_types_options_and_places_of_their_own(void **state)
{
	static const struct {
		const char *destination, *type, *option, *words;
	} bad[] = {
		{"data", "tmpfs", NULL, "absolute"},
		{"/data/../etc", "tmpfs", NULL, ".."},
		{"/", "tmpfs", NULL, "root"},
		{"/data", "ext4", NULL, "'ext4' is not supported"},
		{"/data", "tmpfs", "rbind", "'rbind'"},
		{"/data", "tmpfs", "size=", "'size='"},
		{"/data", "bind", "idmap", "'idmap'"},
		{"/data", "tmpfs", "ro,dev", "'ro,dev'"},
		{"/data", "tmpfs", "shared", "'shared'"},
	};
	struct spec *spec = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		spec->mounts_len = 0;
		add_mount(spec, bad[i].destination, bad[i].type, bad[i].option);
		refused(spec, bad[i].words);
	}
	spec->mounts_len = 0;
	add_mount(spec, "/data", "bind", "rbind");
	add_mount(spec, "/cache", "tmpfs", "size=64m");
	taken(spec);
	add_mount(spec, "/.//data/", "tmpfs", NULL);
	refused(spec, "twice");
	spec->mounts_len = 2;
	spec->mounts[0].source = arena_strdup(&spec->arena, "srv");
	refused(spec, "absolute");
}

static void masked_and_read_only_paths_are_absolute(void **state)
{
	struct spec *spec = *state;

	spec_list_add(spec, &spec->masked_paths, "/proc/../etc");
	refused(spec, "masked path");
	spec->masked_paths.len--;
	spec_list_add(spec, &spec->readonly_paths, "/");
	refused(spec, "read-only path");
}

static void set_maps(struct spec *spec, struct spec_id_map first, struct spec_id_map second)
{
	spec->uid_maps[0] = spec->gid_maps[0] = first;
	spec->uid_maps[1] = spec->gid_maps[1] = second;
	spec->uid_maps_len = spec->gid_maps_len = second.size ? 2 : 1;
}

static void id_maps_do_not_overlap_or_overflow(void **state)
{
	struct spec *spec = *state;
	const struct spec_id_map none = {0};

	set_maps(spec, (struct spec_id_map) {0, 1000, 1}, (struct spec_id_map) {1, 100000, 65536});
	taken(spec);
	set_maps(spec, (struct spec_id_map) {0, 1000, 10}, (struct spec_id_map) {9, 100000, 5});
	refused(spec, "overlap");
	set_maps(spec, (struct spec_id_map) {0, 1000, 10}, (struct spec_id_map) {10, 1009, 5});
	refused(spec, "overlap");
	set_maps(spec, (struct spec_id_map) {0, 4294967290u, 10}, none);
	refused(spec, "past the last id");
	set_maps(spec, (struct spec_id_map) {4294967290u, 0, 10}, none);
	refused(spec, "past the last id");
	set_maps(spec, (struct spec_id_map) {0, 0, 4294967295u}, none);
	taken(spec);
	spec->uid_maps[0].size = 0;
	refused(spec, "maps nothing");
	set_maps(spec, (struct spec_id_map) {0, 1000, 1}, none);
	spec->gid_maps_len = 0;
	refused(spec, "gidMappings: is missing");
	set_maps(spec, (struct spec_id_map) {0, 1000, 1}, none);
	spec->process.uid = 5;
	refused(spec, "user 5");
	spec->process.uid = 0;
	spec->namespaces &= ~(unsigned int)SPEC_NS_USER;
	refused(spec, "no new user namespace");
}

static void a_hostname_belongs_to_a_namespace(void **state)
{
	struct spec *spec = *state;

	spec->hostname = arena_strdup(&spec->arena, "box.example");
	taken(spec);
	spec->hostname = arena_strdup(&spec->arena, "a b");
	refused(spec, "hostname");
	spec->hostname = arena_strdup(
		&spec->arena, "01234567890123456789012345678901234567890123456789012345678901234");
	refused(spec, "1 to 64");
	spec->hostname = arena_strdup(&spec->arena, "box");
	spec->namespaces &= ~(unsigned int)SPEC_NS_UTS;
	refused(spec, "the host's");
}

static void a_sysctl_of_the_host_is_refused(void **state)
{
	static const char *const bad[] = {
		"vm.overcommit_memory=1",
		"kernel.core_pattern=|/x",
		"kernel.hostname=x",
		"net.ipv4.ip_forward",
		"net..x=1",
		"net./../x=1",
		"kernel.shmmaxx=1",
		"fs.file-max=1",
		"=1",
		"net.=1",
		"net.ipv4.x/=1",
	};
	struct spec *spec = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		spec->sysctls = (struct spec_list) {NULL, 0};
		spec_list_add(spec, &spec->sysctls, bad[i]);
		refused(spec, "sysctl");
	}
	spec->sysctls = (struct spec_list) {NULL, 0};
	spec_list_add(spec, &spec->sysctls, "net.ipv4.conf.eth0/1.forwarding=1");
	spec_list_add(spec, &spec->sysctls, "kernel.shmmax=1");
	taken(spec);
	spec->namespaces &= ~(unsigned int)SPEC_NS_NET;
	refused(spec, "shared with the host");
}

static void a_cgroup_path_stays_below(void **state)
{
	static const char *const bad[] = {"..", "/a/../../b", "", "/", "//", "a\nb"};
	struct spec *spec = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		spec->cgroups_path = arena_strdup(&spec->arena, bad[i]);
		refused(spec, "cgroups path");
	}
	spec->cgroups_path = arena_strdup(&spec->arena, "/boxtop/..a");
	taken(spec);
}

static void limits_have_a_range(void **state)
{
	struct spec *spec = *state;

	spec->limits.values[LIMIT_PIDS] = (struct limit_value) {.set = true, .number = 0};
	refused(spec, "pids");
	spec->limits.values[LIMIT_PIDS].number = LIMIT_NONE;
	taken(spec);
	spec->limits.values[LIMIT_CPU_WEIGHT] = (struct limit_value) {.set = true, .number = 10001};
	refused(spec, "cpu-weight");
}

static void a_process_needs_words_that_can_be_run(void **state)
{
	struct spec *spec = *state;

	spec_list_add(spec, &spec->process.env, "=x");
	refused(spec, "environment");
	spec->process.env = (struct spec_list) {NULL, 0};
	spec->process.cwd = arena_strdup(&spec->arena, "work");
	refused(spec, "working directory");
	spec->process.cwd = arena_strdup(&spec->arena, "/work");
	taken(spec);
	spec->process.args = (struct spec_list) {NULL, 0};
	refused(spec, "no command");
}

static void numbers_of_a_process_have_ranges(void **state)
{
	struct spec *spec = *state;
	struct spec_process *process = &spec->process;
	struct spec_rlimit rlimits[2] = {{RLIMIT_NOFILE, 10, 5}, {RLIMIT_NOFILE, 1, 5}};

	process->rlimits = rlimits;
	process->rlimits_len = 1;
	refused(spec, "soft");
	rlimits[0].soft = 5;
	process->rlimits_len = 2;
	refused(spec, "twice");
	rlimits[1].resource = 99;
	refused(spec, "99");
	process->rlimits_len = 1;
	process->oom_score_adj = 1001;
	process->oom_score_adj_set = true;
	refused(spec, "oomScoreAdj");
	process->oom_score_adj = -1000;
	process->umask = 01000;
	refused(spec, "umask");
	process->umask = 077;
	process->caps = 1ull << 63;
	refused(spec, "capabilities");
	process->caps = 0;
	process->apparmor_profile = arena_strdup(&spec->arena, "a\nchangehat b");
	refused(spec, "AppArmor profile");
	process->apparmor_profile = arena_strdup(&spec->arena, "docker-default");
	taken(spec);
}

static void a_seccomp_profile_is_given_when_it_is_asked_for(void **state)
{
	struct spec *spec = *state;

	spec->seccomp = SPEC_SECCOMP_PROFILE;
	refused(spec, "seccomp");
	spec->seccomp_profile = arena_strdup(&spec->arena, "/etc/list.json");
	taken(spec);
	spec->seccomp = SPEC_SECCOMP_NONE;
	refused(spec, "seccomp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_default_sandbox_is_isolated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_list_keeps_its_order_and_its_end, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(host_secrets_are_masked_with_those_of_a_home,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_sandbox_of_the_host_starts_where_the_caller_is_if_that_is_inside, set_up,
			tear_down),
		cmocka_unit_test(names_are_no_paths),
		cmocka_unit_test_setup_teardown(a_user_is_numbers_or_names_and_nothing_like_them,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_mount_namespace_nothing_starts, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_namespace_is_either_new_or_joined, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_host_root_is_never_written_to, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_archive_is_shared_so_it_needs_a_layer, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			mounts_have_known_types_options_and_places_of_their_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(masked_and_read_only_paths_are_absolute, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(id_maps_do_not_overlap_or_overflow, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_hostname_belongs_to_a_namespace, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_sysctl_of_the_host_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_cgroup_path_stays_below, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_have_a_range, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_process_needs_words_that_can_be_run, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(numbers_of_a_process_have_ranges, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_seccomp_profile_is_given_when_it_is_asked_for,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
