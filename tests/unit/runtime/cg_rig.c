/* SPDX-License-Identifier: MIT */
/* Makes groups and processes on the kernel of this machine, for the tests, and removes them again. */
#include "cg_rig.h"

#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"

#define PATIENCE_USEC 60000000

bool until(bool (*condition)(void *), void *context)
{
	uint64_t end = clock_monotonic_usec() + PATIENCE_USEC;

	while (!condition(context)) {
		if (clock_monotonic_usec() > end)
			return false;
		nanosleep(&(struct timespec) {.tv_nsec = 2000000}, NULL);
	}
	return true;
}

int rig_open(void **state)
{
	static unsigned int n;
	struct rig *rig = xcalloc(1, sizeof(*rig));
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err err = ERR_INIT;
	int r = hierarchies_find(root, &rig->hierarchies, &err);

	close(root);
	snprintf(rig->path, sizeof(rig->path), "/boxtop-test-%d-%u", (int)getpid(), ++n);
	*state = rig;
	return r;
}

int rig_close(void **state)
{
	struct rig *rig = *state;

	while (rig->children_len > 0)
		rig_end(rig, rig->children[0]);
	if (rig->made)
		rig_remove(rig, "");
	hierarchies_finish(&rig->hierarchies);
	free(rig);
	return 0;
}

void rig_need_root(void)
{
	if (geteuid() != 0) {
		print_message("skipped: only root may make cgroups here\n");
		skip();
	}
}

static void dir_path(const struct rig *rig, const char *below, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s%s", rig->path + 1, below);
}

/* v1 cpusets start without CPUs and memory, and take no process before they have some. */
static void fill_cpuset(int mount, const char *path)
{
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
	_cleanup_(cleanup_close)
	int fd = openat(mount, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(cleanup_close)
	int above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		_cleanup_(cleanup_close)
		int from = openat(above, files[i], O_RDONLY | O_CLOEXEC);
		_cleanup_(cleanup_close)
		int to = openat(fd, files[i], O_WRONLY | O_CLOEXEC);
		char text[4096];
		ssize_t n = from >= 0 ? read(from, text, sizeof(text)) : -1;

		if (n > 0 && to >= 0)
			assert_int_equal(write(to, text, (size_t)n), n);
	}
}

void rig_make(struct rig *rig, const char *below)
{
	char path[256];

	dir_path(rig, below, path, sizeof(path));
	for (size_t i = 0; i < rig->hierarchies.len; i++) {
		const struct hierarchy *hierarchy = &rig->hierarchies.items[i];

		if (mkdirat(hierarchy->fd, path, 0755) < 0) {
			print_message("skipped: cgroups can't be made here: %s\n", strerror(errno));
			skip();
		}
		rig->made = true;
		if (!hierarchy->v2 && hierarchy->controllers & 1u << CGROUP_CPUSET)
			fill_cpuset(hierarchy->fd, path);
	}
	if (!rig->made) {
		print_message("skipped: there are no cgroups here\n");
		skip();
	}
}

static void remove_all(int parent, const char *path)
{
	_cleanup_(cleanup_close)
	int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(dup(fd)) : NULL;
	uint64_t end = clock_monotonic_usec() + PATIENCE_USEC;
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			remove_all(fd, entry->d_name);
	cleanup_closedir(&stream);
	/* A killed process leaves its groups a little later than it is reaped. */
	while (unlinkat(parent, path, AT_REMOVEDIR) < 0 && errno == EBUSY &&
	       clock_monotonic_usec() < end)
		nanosleep(&(struct timespec) {.tv_nsec = 2000000}, NULL);
}

void rig_remove(struct rig *rig, const char *below)
{
	char path[256];

	dir_path(rig, below, path, sizeof(path));
	for (size_t i = 0; i < rig->hierarchies.len; i++)
		remove_all(rig->hierarchies.items[i].fd, path);
}

bool rig_has(const struct rig *rig, enum cgroup_controller controller)
{
	return rig->hierarchies.of[controller] != HIERARCHY_NONE;
}

bool rig_is_v2(const struct rig *rig, enum cgroup_controller controller)
{
	return rig_has(rig, controller) &&
	       rig->hierarchies.items[rig->hierarchies.of[controller]].v2;
}

int rig_dir(struct rig *rig, enum cgroup_controller controller, const char *below)
{
	char path[256];
	int fd;

	if (!rig_has(rig, controller)) {
		print_message("skipped: no hierarchy has %s\n", cgroup_controller_text(controller));
		skip();
	}
	dir_path(rig, below, path, sizeof(path));
	fd = openat(rig->hierarchies.items[rig->hierarchies.of[controller]].fd, path,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

void rig_read(struct rig *rig, enum cgroup_controller controller, const char *file, char *buf,
	      size_t cap)
{
	_cleanup_(cleanup_close)
	int dir = rig_dir(rig, controller, "");
	_cleanup_(cleanup_close)
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buf, cap - 1) : -1;

	if (n < 0) {
		print_message("skipped: %s: %s\n", file, strerror(errno));
		skip();
	}
	while (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
}

int rig_write(struct rig *rig, enum cgroup_controller controller, const char *file,
	      const char *text)
{
	_cleanup_(cleanup_close)
	int dir = rig_dir(rig, controller, "");
	_cleanup_(cleanup_close)
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* In the child: into each of the directories, by the file that each kind of hierarchy has for one. */
static bool enter(const struct rig *rig, const char *below)
{
	char path[300];

	for (size_t i = 0; i < rig->hierarchies.len; i++) {
		const struct hierarchy *hierarchy = &rig->hierarchies.items[i];
		int fd;

		snprintf(path, sizeof(path), "%s%s/%s", rig->path + 1, below,
			 hierarchy->v2 ? "cgroup.procs" : "tasks");
		fd = openat(hierarchy->fd, path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			return false;
		close(fd);
	}
	return true;
}

pid_t rig_spawn(struct rig *rig, const char *below, int (*work)(void *), void *context)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	assert_true(rig->children_len < RIG_CHILDREN_MAX);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		if (!enter(rig, below) || write(ready[1], "", 1) != 1)
			_exit(99);
		close(ready[1]);
		if (work)
			_exit(work(context));
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	close(ready[1]);
	rig->children[rig->children_len++] = pid;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void forget(struct rig *rig, pid_t pid)
{
	for (size_t i = 0; i < rig->children_len; i++)
		if (rig->children[i] == pid)
			rig->children[i] = rig->children[--rig->children_len];
}

int rig_wait(struct rig *rig, pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(rig, pid);
	return status;
}

void rig_end(struct rig *rig, pid_t pid)
{
	kill(pid, SIGKILL);
	rig_wait(rig, pid);
}

struct target_request rig_request(const struct rig *rig)
{
	struct target_request request = {.name = "test", .primary = CGROUP_UNIFIED};

	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		if (rig_has(rig, (enum cgroup_controller)c))
			request.paths[c] = rig->path;
	if (rig_has(rig, CGROUP_MEMORY))
		request.primary = CGROUP_MEMORY;
	return request;
}
