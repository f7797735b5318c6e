/* SPDX-License-Identifier: MIT */
/* What a person may write of a sandbox: what is taken, and that what is refused changes nothing. */
#include "runtime_test.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/spec_edit.h"
#include "support/tree.h"

typedef int editor(struct spec *spec, const char *text, struct err *err);

static struct spec spec, before;
static struct err err;

static int set_up(void **state)
{
	(void)state;
	spec_init(&spec);
	spec_init(&before);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	spec_finish(&spec);
	spec_finish(&before);
	return 0;
}

/* Refused, with words that name what was wrong, and the spec is as it was. */
static void refuse(editor *edit, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct spec copy = spec;

		err = ERR_INIT;
		if (edit(&spec, texts[i], &err) >= 0)
			print_error("taken: '%s'\n", texts[i]);
		assert_int_not_equal(err.code, 0);
		assert_true(err.text[0]);
		/* the arena may have grown; nothing else */
		copy.arena = spec.arena;
		assert_memory_equal(&copy, &spec, sizeof(spec));
	}
}

#define REFUSE(edit, ...)                                                                          \
	do {                                                                                       \
		static const char *const texts_[] = {__VA_ARGS__};                                 \
		refuse(edit, texts_, ARRAY_LEN(texts_));                                           \
	} while (0)

static const char *variable(const char *name)
{
	const char *found = NULL;
	size_t len = strlen(name);

	for (size_t i = 0; i < spec.process.env.len; i++) {
		const char *item = spec.process.env.items[i];

		if (strncmp(item, name, len) != 0 || item[len] != '=')
			continue;
		assert_null(found); /* never twice */
		found = item + len + 1;
	}
	return found;
}

static void a_variable_takes_the_place_of_an_earlier_one(void **state)
{
	(void)state;
	assert_fine(spec_set_env(&spec, "A=1", &err), err);
	assert_fine(spec_set_env(&spec, "AB=2", &err), err);
	assert_fine(spec_set_env(&spec, "A=x=y", &err), err);
	assert_string_equal(variable("A"), "x=y");
	assert_string_equal(variable("AB"), "2");
	assert_fine(spec_set_env(&spec, "A=", &err), err);
	assert_string_equal(variable("A"), "");
	assert_fine(setenv("BT_HERE", "from here", 1), err);
	assert_fine(spec_set_env(&spec, "BT_HERE", &err), err);
	assert_string_equal(variable("BT_HERE"), "from here");
	unsetenv("BT_HERE");
	assert_fine(spec_set_env(&spec, "BT_NOT_HERE", &err), err);
	assert_null(variable("BT_NOT_HERE"));
	REFUSE(spec_set_env, "", "=", "=value");
}

static void capabilities_are_known_by_name(void **state)
{
	uint64_t admin = UINT64_C(1) << CAP_SYS_ADMIN, raw = UINT64_C(1) << CAP_NET_RAW;

	(void)state;
	spec.process.caps = 0;
	assert_fine(spec_add_caps(&spec, "SYS_ADMIN,cap_net_raw", &err), err);
	assert_int_equal(spec.process.caps, admin | raw);
	assert_fine(spec_drop_caps(&spec, "Net_Raw", &err), err);
	assert_int_equal(spec.process.caps, admin);
	assert_fine(spec_add_caps(&spec, "ALL", &err), err);
	assert_int_equal(spec.process.caps, (UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1);
	assert_fine(spec_drop_caps(&spec, "all", &err), err);
	assert_int_equal(spec.process.caps, 0);
	/* numbers would be capabilities to libcap */
	REFUSE(spec_add_caps, "NONSENSE", "21", "CAP_21", "SYS_ADMIN,NONSENSE", "SYS_ADMIN ", "-1",
	       "CAP_");
	REFUSE(spec_drop_caps, "NONSENSE", "63");
}

static void limits_of_a_process_are_numbers_in_order(void **state)
{
	size_t len;

	(void)state;
	spec.process.rlimits_len = 0;
	assert_fine(spec_set_rlimit(&spec, "nofile=100", &err), err);
	assert_fine(spec_set_rlimit(&spec, "CORE=0:unlimited", &err), err);
	assert_int_equal(spec.process.rlimits_len, 2);
	assert_int_equal(spec.process.rlimits[0].resource, RLIMIT_NOFILE);
	assert_int_equal(spec.process.rlimits[0].hard, 100);
	assert_int_equal(spec.process.rlimits[1].soft, 0);
	assert_int_equal(spec.process.rlimits[1].hard, RLIM_INFINITY);
	assert_fine(spec_set_rlimit(&spec, "nofile=5:6", &err), err);
	assert_int_equal(spec.process.rlimits_len, 2);
	assert_int_equal(spec.process.rlimits[0].soft, 5);
	len = spec.process.rlimits_len;
	REFUSE(spec_set_rlimit, "", "nofile", "nofile=", "=5", "nofile=x", "nofile=-1",
	       "nofile=5:", "nofile=:5", "nofile=6:5", "nofile=unlimited:5", "nofile=1:2:3",
	       "nofile=1x", "nosuch=1", "nofile=99999999999999999999");
	assert_int_equal(spec.process.rlimits_len, len);
}

static void namespaces_are_shared_and_had_anew(void **state)
{
	(void)state;
	assert_true(spec.namespaces & SPEC_NS_NET);
	assert_false(spec.namespaces & SPEC_NS_TIME);
	assert_fine(spec_share(&spec, "net,ipc", &err), err);
	assert_false(spec.namespaces & (SPEC_NS_NET | SPEC_NS_IPC));
	assert_true(spec.namespaces & SPEC_NS_PID);
	assert_fine(spec_unshare(&spec, "network,time", &err), err);
	assert_true(spec.namespaces & SPEC_NS_NET);
	assert_true(spec.namespaces & SPEC_NS_TIME);
	REFUSE(spec_unshare, "net,nonsense", "NET", "net ");
	/* the sandbox's mounts would be the host's */
	REFUSE(spec_share, "nonsense", "mnt", "pid,mount", "pid,,net");
}

static void a_restart_has_a_policy_and_a_number(void **state)
{
	(void)state;
	assert_fine(spec_set_restart(&spec, "on-failure:5", &err), err);
	assert_int_equal(spec.restart, SPEC_RESTART_ON_FAILURE);
	assert_int_equal(spec.restart_max, 5);
	assert_fine(spec_set_restart(&spec, "on-failure", &err), err);
	assert_int_equal(spec.restart_max, 0);
	assert_fine(spec_set_restart(&spec, "no", &err), err);
	assert_int_equal(spec.restart, SPEC_RESTART_NO);
	REFUSE(spec_set_restart, "", "always", "on-failure:", "on-failure:0", "on-failure:-1",
	       "on-failure:1x", "on-failure:4294967296", "no:5", "on-failure:5:6");
}

static void a_seccomp_profile_is_a_file_that_is_there(void **state)
{
	char dir[64], path[128];
	static const struct tree_file files[] = {{"profile.json", "{}"}};

	(void)state;
	tree_make(dir, files, 1);
	snprintf(path, sizeof(path), "%s/profile.json", dir);
	assert_fine(spec_set_seccomp(&spec, path, &err), err);
	assert_int_equal(spec.seccomp, SPEC_SECCOMP_PROFILE);
	assert_string_equal(spec.seccomp_profile, path);
	REFUSE(spec_set_seccomp, "/nowhere/profile.json", "");
	assert_fine(spec_set_seccomp(&spec, "none", &err), err);
	assert_int_equal(spec.seccomp, SPEC_SECCOMP_NONE);
	assert_null(spec.seccomp_profile);
	assert_fine(spec_set_seccomp(&spec, "default", &err), err);
	assert_int_equal(spec.seccomp, SPEC_SECCOMP_DEFAULT);
	tree_remove(dir);
}

/* ---- Roots and mounts ---- */

static bool has_option(const struct spec_mount *mount, const char *option)
{
	for (size_t i = 0; i < mount->options.len; i++)
		if (strcmp(mount->options.items[i], option) == 0)
			return true;
	return false;
}

static void a_bind_has_a_source_that_is_there(void **state)
{
	char dir[64], text[256], here[PATH_MAX];
	static const struct tree_file files[] = {{"real/file", "x"}, {"link", "-> real"}};
	const struct spec_mount *mount;

	(void)state;
	tree_make(dir, files, ARRAY_LEN(files));
	snprintf(text, sizeof(text), "%s/link:/mnt/x:ro", dir);
	assert_fine(spec_add_bind(&spec, text, &err), err);
	mount = &spec.mounts[spec.mounts_len - 1];
	assert_string_equal(mount->type, "bind");
	assert_string_equal(mount->destination, "/mnt/x");
	/* the links are followed once, here and now */
	snprintf(text, sizeof(text), "%s/real", dir);
	assert_string_equal(mount->source, text);
	assert_true(has_option(mount, "ro") && has_option(mount, "nodev") &&
		    has_option(mount, "nosuid"));
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(dir), 0);
	assert_fine(spec_add_bind(&spec, "real:/y", &err), err);
	assert_int_equal(chdir(here), 0);
	mount = &spec.mounts[spec.mounts_len - 1];
	assert_string_equal(mount->source, text);
	assert_false(has_option(mount, "ro"));
	REFUSE(spec_add_bind, "", ":", "/tmp", "/tmp:", ":/x", "/tmp:x", "/tmp:/x:", "/tmp:/x:rx",
	       "/tmp:/x:ro:", "/tmp:/x:ro:rw", "/nowhere/at/all:/x");
	tree_remove(dir);
}

static void a_tmpfs_may_have_a_size(void **state)
{
	(void)state;
	assert_fine(spec_add_tmpfs(&spec, "/cache", &err), err);
	assert_int_equal(spec.mounts[spec.mounts_len - 1].options.len, 2);
	assert_fine(spec_add_tmpfs(&spec, "/cache2:16M", &err), err);
	assert_true(has_option(&spec.mounts[spec.mounts_len - 1], "size=16777216"));
	assert_string_equal(spec.mounts[spec.mounts_len - 1].destination, "/cache2");
	REFUSE(spec_add_tmpfs, "", "relative", "relative:1M", "/x:", "/x:0", "/x:-1", "/x:lots",
	       "/x:1M,mode=777");
}

static void a_root_is_a_directory_or_a_file(void **state)
{
	char dir[64], text[128];
	static const struct tree_file files[] = {{"root/bin", NULL}, {"root.tar", "x"}};

	(void)state;
	tree_make(dir, files, ARRAY_LEN(files));
	snprintf(text, sizeof(text), "%s/./root/../root", dir);
	assert_fine(spec_set_root(&spec, text, &err), err);
	assert_int_equal(spec.root.kind, SPEC_ROOT_DIR);
	snprintf(text, sizeof(text), "%s/root", dir);
	assert_string_equal(spec.root.path, text);
	snprintf(text, sizeof(text), "%s/root.tar", dir);
	assert_fine(spec_set_root(&spec, text, &err), err);
	assert_int_equal(spec.root.kind, SPEC_ROOT_TAR);
	/* the host's own is asked for by name only */
	REFUSE(spec_set_root, "/", "/tmp/..", "/dev/null", "/nowhere/at/all", "");
	tree_remove(dir);
}

static void changes_are_kept_in_a_directory_that_is_made(void **state)
{
	char dir[64], text[128];
	struct stat st;

	(void)state;
	tree_make(dir, NULL, 0);
	snprintf(text, sizeof(text), "%s/kept", dir);
	assert_fine(spec_set_keep(&spec, text, &err), err);
	assert_string_equal(spec.root.keep, text);
	assert_false(spec.root.ephemeral);
	assert_int_equal(stat(text, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_fine(spec_set_keep(&spec, text, &err), err); /* and again */
	REFUSE(spec_set_keep, "/nowhere/at/all", "");
	tree_remove(dir);
}

static void the_hosts_root_comes_with_where_one_is(void **state)
{
	static const char *const own[] = {"/tmp", "/dev", "/proc", "/run"};
	char here[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir("/usr"), 0);
	spec_use_host(&spec);
	assert_string_equal(spec.process.cwd, "/usr");
	/* of which the sandbox has its own, and not what is in the host's */
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		spec_finish(&spec);
		spec_init(&spec);
		assert_int_equal(chdir(own[i]), 0);
		spec_use_host(&spec);
		assert_true(!spec.process.cwd || strcmp(spec.process.cwd, own[i]) != 0);
	}
	assert_int_equal(chdir(here), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_variable_takes_the_place_of_an_earlier_one),
		TEST(capabilities_are_known_by_name),
		TEST(limits_of_a_process_are_numbers_in_order),
		TEST(namespaces_are_shared_and_had_anew),
		TEST(a_restart_has_a_policy_and_a_number),
		TEST(a_seccomp_profile_is_a_file_that_is_there),
		TEST(a_bind_has_a_source_that_is_there),
		TEST(a_tmpfs_may_have_a_size),
		TEST(a_root_is_a_directory_or_a_file),
		TEST(changes_are_kept_in_a_directory_that_is_made),
		TEST(the_hosts_root_comes_with_where_one_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
