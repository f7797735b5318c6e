/* SPDX-License-Identifier: MIT */
/* Which unit a path is; and, where systemd runs the machine, what its managers do for us. */
#include "cg_rig.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/sched.h>

#include "base/dir.h"
#include "base/parse.h"
#include "runtime/cg.h"
#include "runtime/systemd.h"

static const struct {
	const char *path, *unit;
	bool user;
	unsigned int uid;
} paths[] = {
	{"/system.slice", "system.slice", false, 0},
	{"/system.slice/nginx.service", "nginx.service", false, 0},
	{"/system.slice/docker-3f2a.scope", "docker-3f2a.scope", false, 0},
	{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", false, 0},
	{"/user.slice/user-1000.slice/session-2.scope", "session-2.scope", false, 0},
	{"/user.slice/user-1000.slice/user@1000.service", "user@1000.service", false, 0},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice", "app.slice", true, 1000},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/x.service", "x.service", true,
	 1000},
	{"/system.slice/_cpu.service", "cpu.service", false, 0},
	/* Below a unit there is none, unless it is a user's manager. */
	{"/system.slice/nginx.service/worker", NULL, false, 0},
	{"/system.slice/docker-3f2a.scope/system.slice/nginx.service", NULL, false, 0},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/x.service/y.scope", NULL, false,
	 0},
	{"/user.slice/user-x.slice/user@x.service/app.slice", NULL, false, 0},
	{"/docker/3f2a", NULL, false, 0},
	{"/boxtop/web.scope", NULL, false, 0},
	{"/", NULL, false, 0},
	{"", NULL, false, 0},
};

static void a_path_is_a_unit_if_it_is_its_own_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct systemd_unit unit;
		bool is = systemd_unit_of(paths[i].path, &unit);

		if (is != (paths[i].unit != NULL))
			print_error("%s\n", paths[i].path);
		assert_int_equal(is, paths[i].unit != NULL);
		if (!is)
			continue;
		assert_int_equal(unit.name.len, strlen(paths[i].unit));
		assert_memory_equal(unit.name.p, paths[i].unit, unit.name.len);
		assert_int_equal(unit.user, paths[i].user);
		assert_int_equal(unit.uid, paths[i].uid);
	}
}

static void need_systemd(void)
{
	if (!systemd_is_running()) {
		print_message("skipped: systemd does not run this machine\n");
		skip();
	}
}

static void where_there_is_none_nothing_is_its_unit(void **state)
{
	struct rig *rig = *state;
	struct target_request request = rig_request(rig);
	struct target *target = NULL;
	struct err err = ERR_INIT;

	rig_need_root();
	if (systemd_is_running())
		skip();
	snprintf(rig->path, sizeof(rig->path), "/boxtop-test-%d.scope", (int)getpid());
	rig_make(rig, "");
	assert_fine(target_hold(&request, &target, &err), err);
	assert_null(target_unit(target));
	target_free(target);
}

/* ---- A plain user with a manager of its own ---- */

/* A user whose manager runs; 0: none. */
static uid_t user_with_manager(void)
{
	DIR *users = opendir("/run/user");
	struct dirent *entry;
	uid_t found = 0;

	while (users && !found && (entry = readdir(users))) {
		char path[300];
		uint64_t uid;

		snprintf(path, sizeof(path), "/run/user/%s/bus", entry->d_name);
		if (parse_u64(span_of(entry->d_name), &uid) && uid > 0 && uid < UINT32_MAX &&
		    access(path, F_OK) == 0)
			found = (uid_t)uid;
	}
	if (users)
		closedir(users);
	return found;
}

/* As the launch does: a child in the group from its first instruction on. */
static pid_t clone_into(const struct cg *cg)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	pid_t pid;

	if (cg->unified_fd >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)cg->unified_fd;
	}
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		for (size_t i = 0; i < cg->task_fds_len; i++)
			if (write(cg->task_fds[i], "0", 1) != 1)
				_exit(99);
		for (;;)
			pause();
	}
	return pid;
}

static bool is_in(pid_t pid, const char *words)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	return dir_read(AT_FDCWD, path, &text, NULL) == 0 && strstr(strbuf_cstr(&text), words);
}

/* struct wait - for a process to be where it goes by itself */
struct wait {
	pid_t pid;
	const char *words;
};

static bool has_come(void *context)
{
	const struct wait *wait = context;

	return is_in(wait->pid, wait->words);
}

/* Create as that user: the exit code says how far it came. */
static int create_as_user(const char *name)
{
	struct cg_request request = {.name = name};
	char words[128];
	struct err err = ERR_INIT;
	struct cg cg;
	pid_t pid;
	int r = cg_create(&request, &cg, &err);

	if (r != 0 || cg.manager != CG_SYSTEMD || !cg.unit) {
		fprintf(stderr, "%d %s; %s\n", r, err.text, cg.notes_len > 0 ? cg.notes[0] : "");
		return 1;
	}
	snprintf(words, sizeof(words), "boxtop-%s.scope/.boxtop", name);
	if (cg.unified_fd >= 0 && !is_in(getpid(), words))
		return 2;
	pid = clone_into(&cg);
	if (pid < 0)
		return 3;
	snprintf(words, sizeof(words), "boxtop-%s.scope/%s\n", name, name);
	r = until(has_come, &(struct wait) {pid, words}) ? 0 : 4;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (cg_remove(&cg, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		r = 5;
	}
	cg_finish(&cg);
	return r;
}

static void a_plain_user_gets_a_scope_from_its_own_manager(void **state)
{
	uid_t uid = user_with_manager();
	char name[64];
	int status = 0;
	pid_t pid;

	(void)state;
	need_systemd();
	rig_need_root();
	if (uid == 0) {
		print_message("skipped: no user has a manager\n");
		skip();
	}
	snprintf(name, sizeof(name), "boxtop-test-%d-user", (int)getpid());
	pid = fork();
	if (pid == 0) {
		if (setgid(uid) < 0 || setuid(uid) < 0)
			_exit(77);
		/* Setting ids makes /proc/self root's, and v2 asks who the parent is. */
		prctl(PR_SET_DUMPABLE, 1);
		_exit(create_as_user(name));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A process from outside the scope, as of boxtop exec, is let in before it starts another. */
static void a_process_from_elsewhere_is_let_in(void **state)
{
	uid_t uid = user_with_manager();
	int told[2], go[2];
	char name[64];
	int status = 0;
	pid_t pid;

	(void)state;
	need_systemd();
	rig_need_root();
	if (uid == 0)
		skip();
	snprintf(name, sizeof(name), "boxtop-test-%d-elsewhere", (int)getpid());
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		struct cg_request request = {.name = name};
		struct cg cg = {.unified_fd = -1};
		pid_t other = -1, child;
		char byte;
		int r;

		if (setgid(uid) < 0 || setuid(uid) < 0)
			_exit(77);
		prctl(PR_SET_DUMPABLE, 1);
		other = fork();
		if (other == 0) {
			struct cg again;
			const char *const *opened = NULL;
			char *texts[CGROUP_CONTROLLERS] = {NULL};
			char path[256];

			/* Where the other one is now tells where its groups are. */
			if (read(go[0], &byte, 1) != 1 || read(told[0], path, sizeof(path)) <= 0)
				_exit(10);
			texts[CGROUP_UNIFIED] = path;
			opened = (const char *const *)texts;
			if (cg_open(CG_SYSTEMD, opened, &again, NULL) != 0 || !again.unit)
				_exit(11);
			if (cg_reach(&again, NULL) != 0)
				_exit(12);
			child = clone_into(&again);
			if (child < 0)
				_exit(13);
			kill(child, SIGKILL);
			waitpid(child, NULL, 0);
			_exit(0);
		}
		r = cg_create(&request, &cg, NULL);
		if (r != 0 || !cg.paths[CGROUP_UNIFIED])
			_exit(r == 0 ? 77 : 20);
		if (write(told[1], cg.paths[CGROUP_UNIFIED], strlen(cg.paths[CGROUP_UNIFIED]) + 1) <
			    0 ||
		    write(go[1], "", 1) != 1 || waitpid(other, &status, 0) != other)
			_exit(21);
		cg_remove(&cg, NULL);
		_exit(WEXITSTATUS(status));
	}
	close(told[0]);
	close(told[1]);
	close(go[0]);
	close(go[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

#define ON_KERNEL(test) cmocka_unit_test_setup_teardown(test, rig_open, rig_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_a_unit_if_it_is_its_own_group),
		ON_KERNEL(where_there_is_none_nothing_is_its_unit),
		cmocka_unit_test(a_plain_user_gets_a_scope_from_its_own_manager),
		cmocka_unit_test(a_process_from_elsewhere_is_let_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
