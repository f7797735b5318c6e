/* SPDX-License-Identifier: MIT */
/* Bombs in groups: see the header. */
#include "bomb_rig.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <time.h>

#include "base/arena.h"
#include "runtime/hot.h"

#define LIFE_SECONDS 300

const char *const bomb_kinds[BOMB_KINDS] = {"stay", "exit", "setsid", "exec", "threads"};

static void copy_program(struct bombs *bombs)
{
	_cleanup_(cleanup_close)
	int from = open(BOMB_HELPER, O_RDONLY | O_CLOEXEC);
	_cleanup_(cleanup_close)
	int to = -1;
	struct stat stat;

	strcpy(bombs->dir, "/tmp/boxtop-test-XXXXXX");
	assert_non_null(mkdtemp(bombs->dir));
	assert_int_equal(chmod(bombs->dir, 0711), 0);
	snprintf(bombs->program, sizeof(bombs->program), "%s/bomb", bombs->dir);
	to = open(bombs->program, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	assert_true(from >= 0 && to >= 0 && fstat(from, &stat) == 0);
	for (off_t done = 0; done < stat.st_size;)
		assert_true(sendfile(to, from, &done, (size_t)(stat.st_size - done)) > 0);
	assert_int_equal(fchmod(to, 0755), 0);
}

int bombs_open(void **state)
{
	struct bombs *bombs = xcalloc(1, sizeof(*bombs));
	void *rig = NULL;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(rig_open(&rig), 0);
	bombs->rig = rig;
	copy_program(bombs);
	*state = bombs;
	return 0;
}

/* ---- The end of all, without the code that is tested ---- */

static void kill_listed(int dir)
{
	int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
	char line[32];

	while (file && fgets(line, sizeof(line), file))
		kill((pid_t)strtol(line, NULL, 10), SIGKILL);
	cleanup_fclose(&file);
}

static void write_quietly(struct bombs *bombs, enum cgroup_controller controller, const char *file,
			  const char *text)
{
	if (rig_has(bombs->rig, controller))
		rig_write(bombs->rig, controller, file, text);
}

static bool empty_below(const struct bombs *bombs, const char *below)
{
	bool empty = true;

	for (size_t i = 0; i < bombs->rig->hierarchies.len; i++) {
		char path[160];
		_cleanup_(cleanup_close)
		int dir = -1;

		snprintf(path, sizeof(path), "%s%s", bombs->rig->path + 1, below);
		dir = openat(bombs->rig->hierarchies.items[i].fd, path,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		kill_listed(dir);
		empty = empty && bombs_count(bombs, below) == 0;
	}
	return empty;
}

int bombs_close(void **state)
{
	static const char *const below[] = {"", "/a", "/a/b", "/a/b/c", "/d"};
	struct bombs *bombs = *state;
	void *rig = bombs->rig;

	if (bombs->rig->made) {
		write_quietly(bombs, CGROUP_PIDS, "pids.max", "0");
		write_quietly(bombs, CGROUP_FREEZER, "freezer.state", "THAWED");
		write_quietly(bombs, CGROUP_UNIFIED, "cgroup.freeze", "0");
		for (size_t i = 0; i < ARRAY_LEN(below); i++)
			assert_true(becomes(empty_below(bombs, below[i])));
	}
	rig_close(&rig);
	unlink(bombs->program);
	rmdir(bombs->dir);
	free(bombs);
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	return 0;
}

/* ---- Groups ---- */

void bombs_make(struct bombs *bombs, unsigned int pids_max)
{
	char text[16];

	rig_need_root();
	rig_make(bombs->rig, "");
	snprintf(text, sizeof(text), "%u", pids_max);
	if (!rig_has(bombs->rig, CGROUP_PIDS) ||
	    rig_write(bombs->rig, CGROUP_PIDS, "pids.max", text) < 0) {
		print_message("skipped: no group can have a limit of processes here\n");
		skip();
	}
}

unsigned long bombs_count(const struct bombs *bombs, const char *below)
{
	uint8_t h = bombs->rig->hierarchies.of[CGROUP_PIDS];
	unsigned long lines = 0;
	char path[160], text[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "%s%s/cgroup.procs", bombs->rig->path + 1, below);
	_cleanup_(cleanup_close)
	int fd = openat(bombs->rig->hierarchies.items[h].fd, path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0)
		for (ssize_t i = 0; i < n; i++)
			lines += text[i] == '\n';
	return lines;
}

void bombs_grow(const struct bombs *bombs, unsigned long n)
{
	assert_true(becomes(bombs_count(bombs, "") >= n));
}

bool bombs_limit_is(const struct bombs *bombs, const char *text)
{
	char now[32];

	rig_read(bombs->rig, CGROUP_PIDS, "pids.max", now, sizeof(now));
	return strcmp(now, text) == 0;
}

bool is_alive(pid_t pid)
{
	_cleanup_(cleanup_close)
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct hot_stat stat;

	return hot_process_stat(proc, pid, &stat) == 0 && !hot_stat_ended(&stat);
}

/* ---- Starting ---- */

int bombs_exec(const struct bombs *bombs, const char *kind, unsigned int width)
{
	char number[16], life[24];
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	snprintf(number, sizeof(number), "%u", width);
	snprintf(life, sizeof(life), "%lld", (long long)now.tv_sec + LIFE_SECONDS);
	execl(bombs->program, bombs->program, kind, number, life, (char *)NULL);
	return 127;
}

/* In the child, in its group. */
static int become_bomb(const struct bomb_start *start, int ready)
{
	if ((start->unshare && unshare(start->unshare) < 0) || (start->session && setsid() < 0) ||
	    dup2(ready, STDOUT_FILENO) < 0 || (start->uid && setuid(start->uid) < 0))
		return 126;
	return bombs_exec(start->bombs, start->kind, start->width);
}

static void enter_all(const struct bomb_start *start)
{
	const struct rig *rig = start->bombs->rig;

	for (size_t i = 0; i < rig->hierarchies.len; i++) {
		char path[200];
		int fd;

		snprintf(path, sizeof(path), "%s%s/cgroup.procs", rig->path + 1,
			 start->below ? start->below : "");
		fd = openat(rig->hierarchies.items[i].fd, path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			_exit(125);
		close(fd);
	}
}

pid_t bombs_start(const struct bomb_start *start)
{
	char word[8];
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!start->anywhere)
			enter_all(start);
		_exit(become_bomb(start, ready[1]));
	}
	close(ready[1]);
	assert_true(read(ready[0], word, sizeof(word)) > 0);
	close(ready[0]);
	return pid;
}

uid_t bombs_uid(void)
{
	static uid_t uid;

	if (uid == 0)
		uid = 1000000000u + (uid_t)getpid();
	return uid;
}

int bombs_as_user(const struct bombs *bombs, pid_t pid,
		  int (*deed)(const struct bombs *bombs, pid_t pid))
{
	unsigned char code = 255;
	int ends[2];

	bombs_uid();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	if (fork() == 0) {
		code = setuid(bombs_uid()) < 0 ? 1 : (unsigned char)deed(bombs, pid);
		_exit(write(ends[1], &code, 1) == 1 ? 0 : 1);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &code, 1), 1);
	close(ends[0]);
	return code;
}
