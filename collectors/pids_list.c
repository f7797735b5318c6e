// SPDX-License-Identifier: MIT
/*
 * The list of processes, from /proc itself or from the last list and the members of the cgroups. It owns
 * the lists and the open directory, and never reads a process.
 *
 * Following is exact because the kernel gives pids in turn. Whoever was born since the last pass has a
 * pid between the newest of then and the newest of now (the last word of /proc/loadavg), and only
 * there can a known pid belong to another process by now: those few are looked at one by one. So is
 * who is in no cgroup any more: a zombie, or gone.
 */
#include "collectors/pids_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"

/* /proc is listed in every 16th pass at least, and whenever more pids were given since the last one. */
#define FOLLOW_PASSES 16u
#define FOLLOW_BIRTHS 1024

static void list_add(struct pids_list *list, pid_t pid, uint64_t inode)
{
	if (list->len == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 1024;
		list->items = xreallocarray(list->items, list->cap, sizeof(*list->items));
	}
	list->items[list->len++] = (struct listed) {.pid = pid, .inode = inode};
}

/* ---- From /proc ---- */

static int list_compare(const void *a, const void *b)
{
	const struct listed *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static int list_open(struct pids_list *list, const struct pass *pass, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = openat(pass->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno, "open /proc");
	list->proc = fdopendir(fd);
	if (!list->proc)
		return err_set(err, errno, "open /proc");
	(void)TAKE_FD(fd);
	return 0;
}

/* procfs lists processes by ascending pid; only a fixture's file system does not. */
static int list_all(struct pids_list *list, const struct pass *pass, struct err *err)
{
	int r = list->proc ? 0 : list_open(list, pass, err);
	bool ascending = true;
	struct dirent *entry;

	if (r < 0)
		return r;
	list->len = 0;
	rewinddir(list->proc);
	while ((errno = 0, entry = readdir(list->proc))) {
		uint64_t pid;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (!parse_u64(span_of(entry->d_name), &pid) || pid > INT32_MAX)
			continue;
		if (list->len > 0 && (pid_t)pid < list->items[list->len - 1].pid)
			ascending = false;
		list_add(list, (pid_t)pid, entry->d_ino);
	}
	if (errno != 0)
		return err_set(err, errno, "list /proc");
	if (!ascending)
		qsort(list->items, list->len, sizeof(*list->items), list_compare);
	return 0;
}

/* ---- From the last list and the cgroups ---- */

/* The last word of "0.20 0.18 0.12 1/80 11206"; 0 where it is not there */
static pid_t newest_pid(const struct pass *pass)
{
	_cleanup_(strbuf_finish)
	struct strbuf buf = STRBUF_INIT;
	struct span rest, word = {NULL, 0};
	uint64_t pid;

	if (dir_read(pass->proc_fd, "loadavg", &buf, NULL) != READ_OK)
		return 0;
	rest = strbuf_span(&buf);
	for (int i = 0; i < 5; i++)
		if (!span_next_word(&rest, &word))
			return 0;
	return parse_u64(word, &pid) && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* Whether the list and the cgroups are nearly the same: zombies are in none, and /proc may hide the
 * processes of other users (hidepid) that cgroups tell. */
static bool list_is_covered(const struct pids_list *list, const struct pass *pass)
{
	size_t common = 0, at = 0;

	for (size_t i = 0; i < list->len; i++) {
		while (at < pass->members_len && pass->members[at].pid < list->items[i].pid)
			at++;
		common += at < pass->members_len && pass->members[at].pid == list->items[i].pid;
	}
	return list->len + pass->members_len - 2 * common <= 8 + list->len / 64;
}

/* When pids have gone round, newest is less than it was, and /proc is listed. */
static bool list_may_follow(const struct pids_list *list, const struct pass *pass, pid_t newest)
{
	return list->own_ns && list->covered && pass->members_len > 0 && list->newest > 0 &&
	       list->followed < FOLLOW_PASSES && newest >= list->newest &&
	       newest - list->newest <= FOLLOW_BIRTHS;
}

/* A directory has the same inode number for stat(2) as for readdir(3). */
static void list_add_looked_at(struct pids_list *list, const struct pass *pass, pid_t pid)
{
	char name[16];
	struct stat st;

	snprintf(name, sizeof(name), "%d", pid);
	if (fstatat(pass->proc_fd, name, &st, 0) == 0)
		list_add(list, pid, st.st_ino);
}

static void list_swap(struct pids_list *list)
{
	struct listed *items = list->before;
	size_t cap = list->before_cap;

	list->before = list->items;
	list->before_len = list->len;
	list->before_cap = list->cap;
	list->items = items;
	list->len = 0;
	list->cap = cap;
}

/* Both are by ascending pid, and so is what comes out. */
static void list_follow(struct pids_list *list, const struct pass *pass, pid_t newest)
{
	size_t i = 0, m = 0;

	list_swap(list);
	while (i < list->before_len || m < pass->members_len) {
		pid_t old = i < list->before_len ? list->before[i].pid : INT32_MAX;
		pid_t member = m < pass->members_len ? pass->members[m].pid : INT32_MAX;
		pid_t pid = old < member ? old : member;

		if (old == member && (pid <= list->newest || pid > newest))
			list_add(list, pid, list->before[i].inode);
		else
			list_add_looked_at(list, pass, pid);
		i += old == pid;
		m += member == pid;
	}
}

int pids_list_update(struct pids_list *list, const struct pass *pass, struct err *err)
{
	pid_t newest = list->own_ns ? newest_pid(pass) : 0;
	int r = 0;

	if (list_may_follow(list, pass, newest)) {
		list_follow(list, pass, newest);
		list->followed++;
	} else {
		r = list_all(list, pass, err);
		list->covered = r == 0 && list_is_covered(list, pass);
		list->followed = 0;
	}
	list->newest = newest;
	return r;
}

void pids_list_finish(struct pids_list *list)
{
	if (list->proc)
		closedir(list->proc);
	free(list->items);
	free(list->before);
	*list = (struct pids_list) {0};
}
