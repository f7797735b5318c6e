/* SPDX-License-Identifier: MIT */
/* What a deed done apart can't do: each rule is looked at from inside. */
#include "runtime_test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/apart.h"
#include "support/tree.h"

/* What a deed on files needs, and no more: CHOWN, DAC_OVERRIDE, FOWNER, FSETID. */
#define KEPT 0x1bull

static int has_few_capabilities(void *deed, struct err *err)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	(void)deed;
	if (syscall(SYS_capget, &head, data) < 0)
		return err_set(err, errno, "capget");
	for (int i = 0; i < 2; i++)
		if ((data[i].permitted | data[i].effective) & ~(i == 0 ? (uint32_t)KEPT : 0))
			return err_setx(err, EPERM, "capabilities %d: %x", i, data[i].permitted);
	if (data[0].inheritable || data[1].inheritable)
		return err_setx(err, EPERM, "inheritable capabilities");
	return 0;
}

static int gets_none_back(void *deed, struct err *err)
{
	(void)deed;
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			return err_setx(err, EPERM, "capability %d is in the bounding set", cap);
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
		       ? 0
		       : err_setx(err, EPERM, "new privileges can be had");
}

static int sees_one_directory(void *deed, struct err *err)
{
	(void)deed;
	if (access("/own", F_OK) < 0)
		return err_set(err, errno, "its own file");
	if (access("/etc", F_OK) == 0 || access("/proc", F_OK) == 0 || access("/../etc", F_OK) == 0)
		return err_setx(err, EPERM, "the host's files can be seen");
	return 0;
}

/* What the test has open is what a caller may: directories of the host. */
static int holds_no_descriptor(void *deed, struct err *err)
{
	struct stat st;

	(void)deed;
	for (int fd = 3; fd < 1024; fd++)
		if (fstat(fd, &st) == 0 && !S_ISFIFO(st.st_mode))
			return err_setx(err, EPERM, "descriptor %d is open", fd);
	return 0;
}

static int starts_and_reaches_nobody(void *deed, struct err *err)
{
	const char *const args[] = {"/own", NULL};
	pid_t pid;

	(void)deed;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		return err_setx(err, EPERM, "socket");
	if (kill(getppid(), 0) == 0 || errno != EPERM)
		return err_setx(err, EPERM, "kill");
	pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		return err_setx(err, EPERM, "fork");
	execv("/own", (char *const *)args);
	return errno == EPERM ? 0 : err_set(err, errno, "exec");
}

static int dumps_no_core(void *deed, struct err *err)
{
	struct rlimit core;

	(void)deed;
	if (getrlimit(RLIMIT_CORE, &core) < 0 || core.rlim_max != 0)
		return err_setx(err, EPERM, "a core could be dumped");
	return 0;
}

static void a_deed_done_apart_can_do_little(void **state)
{
	static int (*const deeds[])(void *, struct err *) = {
		has_few_capabilities,	   gets_none_back, sees_one_directory, holds_no_descriptor,
		starts_and_reaches_nobody, dumps_no_core,
	};
	const struct tree_file files[] = {{"own", "x"}};
	struct id_maps maps = {.setgroups = geteuid() == 0};
	struct spec_id_map uids[1] = {{0, geteuid(), 1}}, gids[1] = {{0, getegid(), 1}};
	char root[64];
	int fd, host = open("/", O_RDONLY | O_DIRECTORY);

	(void)state;
	memcpy(maps.uids, uids, sizeof(uids));
	memcpy(maps.gids, gids, sizeof(gids));
	maps.uids_len = maps.gids_len = 1;
	tree_make(root, files, ARRAY_LEN(files));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++) {
		const struct apart apart = {
			.maps = &maps, .root_fd = fd, .fd = -1, .run = deeds[i]};
		struct err err = ERR_INIT;

		if (apart_run(&apart, &err) != 0)
			fail_msg("deed %zu: %s", i, err.text);
	}
	close(host);
	close(fd);
	tree_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deed_done_apart_can_do_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
