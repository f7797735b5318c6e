/* SPDX-License-Identifier: MIT */
/*
 * Bare system calls for the way to a kill. Owns nothing, allocates nothing, takes no lock, makes no
 * process and knows no struct err.
 */
#include "runtime/hot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Of the numbers behind the state in /proc/PID/stat, proc(5): startstack. */
#define STAT_START_STACK 24

/** struct linux_dirent64 - what getdents64(2) gives; the C library's struct dirent is the same by luck */
struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

char *hot_number(uint64_t number, char buf[HOT_NUMBER_MAX])
{
	char *at = buf + HOT_NUMBER_MAX - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return at;
}

bool hot_same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

void hot_copy(char *out, const char *text, size_t cap)
{
	size_t i = 0;

	for (; i + 1 < cap && text[i]; i++)
		out[i] = text[i];
	out[i] = '\0';
}

void hot_sleep(uint64_t usec)
{
	struct timespec time = {.tv_sec = (time_t)(usec / 1000000),
				.tv_nsec = (long)(usec % 1000000) * 1000};

	nanosleep(&time, NULL);
}

ssize_t hot_pread(int fd, char *buf, size_t cap)
{
	ssize_t n = pread(fd, buf, cap - 1, 0);

	if (n < 0) {
		buf[0] = '\0';
		return -errno;
	}
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return n;
}

ssize_t hot_read(int dirfd, const char *path, char *buf, size_t cap)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0) {
		buf[0] = '\0';
		return -errno;
	}
	n = hot_pread(fd, buf, cap);
	close(fd);
	return n;
}

int hot_write(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n = pwrite(fd, text, len, 0);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int hot_write_at(int dirfd, const char *path, const char *text)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = hot_write(fd, text);
	close(fd);
	return r;
}

/* ---- Directories ---- */

void hot_dir_start(struct hot_dir *dir, int fd)
{
	lseek(fd, 0, SEEK_SET);
	dir->fd = fd;
	dir->at = dir->len = 0;
}

static bool is_self_or_parent(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

bool hot_dir_next(struct hot_dir *dir, struct hot_entry *out)
{
	for (;;) {
		if (dir->at >= dir->len) {
			long n = syscall(SYS_getdents64, dir->fd, dir->buf, sizeof(dir->buf));

			if (n <= 0)
				return false;
			dir->at = 0;
			dir->len = (size_t)n;
		}
		const struct linux_dirent64 *entry =
			(const struct linux_dirent64 *)(const void *)(dir->buf + dir->at);

		dir->at += entry->d_reclen;
		if (is_self_or_parent(entry->d_name))
			continue;
		*out = (struct hot_entry) {entry->d_name, entry->d_type == DT_DIR, entry->d_off};
		return true;
	}
}

pid_t hot_dir_next_pid(struct hot_dir *dir)
{
	struct hot_entry entry;
	uint64_t number;

	while (hot_dir_next(dir, &entry)) {
		if (parse_u64(span_of(entry.name), &number) && number > 0 && number <= INT_MAX)
			return (pid_t)number;
	}
	return 0;
}

/* ---- Processes ---- */

int hot_process_open(int proc_fd, pid_t pid)
{
	char number[HOT_NUMBER_MAX];
	int fd = openat(proc_fd, hot_number((uint64_t)pid, number),
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : fd;
}

/* The @n-th number behind the state; 0 when there are not as many. */
static uint64_t stat_number(struct span text, unsigned int n)
{
	const char *end = text.len > 0 ? memrchr(text.p, ')', text.len) : NULL;
	struct span rest, word;
	uint64_t number = 0;

	if (!end)
		return 0;
	rest = (struct span) {end + 1, text.len - (size_t)(end + 1 - text.p)};
	/* One more than n: the state itself comes first. */
	for (unsigned int i = 0; i <= n + 1; i++) {
		if (!span_next_word(&rest, &word))
			return 0;
	}
	return parse_u64(word, &number) ? number : 0;
}

static void stat_path(pid_t pid, char path[HOT_NUMBER_MAX + 8])
{
	char number[HOT_NUMBER_MAX];

	hot_copy(path, hot_number((uint64_t)pid, number), HOT_NUMBER_MAX);
	memcpy(path + strlen(path), "/stat", sizeof("/stat"));
}

int hot_process_stat(int dirfd, pid_t pid, struct hot_stat *out)
{
	char path[HOT_NUMBER_MAX + 8] = "stat";
	char text[1024];
	struct parse_stat stat;
	ssize_t n;

	if (pid > 0)
		stat_path(pid, path);
	n = hot_read(dirfd, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	if (parse_proc_stat((struct span) {text, (size_t)n}, &stat, NULL) < 0)
		return -EBADMSG;
	*out = (struct hot_stat) {
		.pid = stat.pid,
		.ppid = stat.ppid,
		.pgrp = (pid_t)stat.pgrp,
		.session = (pid_t)stat.session,
		.tty = stat.tty_nr,
		.threads = stat.threads,
		.flags = stat.flags,
		.start_ticks = stat.start_ticks,
		.layout = stat_number((struct span) {text, (size_t)n}, STAT_START_STACK),
		.state = stat.state,
	};
	if (stat.comm.len < sizeof(out->comm))
		memcpy(out->comm, stat.comm.p, stat.comm.len);
	else
		memcpy(out->comm, stat.comm.p, sizeof(out->comm) - 1);
	return 0;
}

bool hot_stat_ended(const struct hot_stat *stat)
{
	/* A leader whose other threads live on is a zombie, too, and far from ended. */
	return (stat->state == 'Z' && stat->threads <= 1) || stat->state == 'X';
}

int hot_process_signal(int fd, int signal)
{
	return syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0 ? -errno : 0;
}

bool hot_process_is_init(int fd)
{
	char text[HOT_FILE_MAX];
	ssize_t n = hot_read(fd, "status", text, sizeof(text));
	struct span rest = {text, n > 0 ? (size_t)n : 0}, line, word, last = SPAN("");

	while (span_next_line(&rest, &line)) {
		if (!span_starts(line, SPAN("NSpid:")))
			continue;
		while (span_next_word(&line, &word))
			last = word;
		break;
	}
	return span_eq(last, SPAN("1"));
}
