/* SPDX-License-Identifier: MIT */
/*
 * What the way to a kill is made of, internal to the runtime: bare system calls on buffers of the caller.
 * The machine may have nothing left to give there, so nothing here, and nothing that includes this for
 * its "hot" half, forks, allocates, locks or uses stdio; a test checks which symbols those objects need.
 * Results are plain numbers: words for a struct err are made afterwards.
 */
#ifndef BOXTOP_RUNTIME_HOT_H
#define BOXTOP_RUNTIME_HOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/parse.h"

/** HOT_FILE_MAX - what is read of a small file: stat, cgroup, status; the rest is cut off */
#define HOT_FILE_MAX 4096
/** HOT_NUMBER_MAX - digits of any number and the terminator */
#define HOT_NUMBER_MAX 24

/** hot_number() - @number in decimal; returns a pointer into @buf */
char *hot_number(uint64_t number, char buf[HOT_NUMBER_MAX]);

/** hot_same() - two texts; strcmp(3) may be anything under a sanitizer */
bool hot_same(const char *a, const char *b);

/** hot_copy() - a text that always ends, cut to @cap */
void hot_copy(char *out, const char *text, size_t cap);

/** hot_sleep() - microseconds; less when a signal comes */
void hot_sleep(uint64_t usec);

/** hot_pread() - a kept-open file from its start, terminated, without its last newline; its length;
 *  -errno */
ssize_t hot_pread(int fd, char *buf, size_t cap);

/** hot_read() - the same by name below @dirfd */
ssize_t hot_read(int dirfd, const char *path, char *buf, size_t cap);

/** hot_write() - a short text to a kernel file, at its start; 0 or -errno */
int hot_write(int fd, const char *text);

/** hot_write_at() - the same by name below @dirfd */
int hot_write_at(int dirfd, const char *path, const char *text);

/* ---- Directories, by getdents64(2): opendir(3) would allocate ---- */

/** struct hot_dir - a directory being listed; @fd is the caller's */
struct hot_dir {
	int fd;
	size_t at, len; /* within buf */
	union {
		char buf[4096];
		uint64_t align;
	};
};

/** struct hot_entry - one name in it */
struct hot_entry {
	const char *name; /* until the next call */
	bool is_dir;
	int64_t next; /* offset for lseek(2) that goes on behind it */
};

/** hot_dir_start() - list @fd from its start */
void hot_dir_start(struct hot_dir *dir, int fd);

/** hot_dir_next() - the next name but "." and ".."; false at the end or at a failure */
bool hot_dir_next(struct hot_dir *dir, struct hot_entry *out);

/** hot_dir_next_pid() - of /proc: the next process, ascending; 0 at the end */
pid_t hot_dir_next_pid(struct hot_dir *dir);

/* ---- Processes ---- */

/**
 * hot_process_open() - a process as its directory in /proc
 *
 * The descriptor holds the process itself, not its number: whatever is read below it and every
 * hot_process_signal() through it is about that process or fails with ESRCH.
 * Return: the descriptor; -errno.
 */
int hot_process_open(int proc_fd, pid_t pid);

/** struct hot_stat - what stat says of a process */
struct hot_stat {
	pid_t pid, ppid, pgrp, session;
	int64_t tty, threads;
	uint64_t flags; /* PARSE_PF_KTHREAD */
	uint64_t start_ticks;
	/* Where the kernel placed its stack, at random: copies made by fork have the same, another
	 * program, or the same one started anew, has not. 0: we may not know */
	uint64_t layout;
	char state;
	char comm[16];
};

/** hot_process_stat() - read "stat" below @dirfd, or "PID/stat" below /proc for @pid != 0; 0 or -errno */
int hot_process_stat(int dirfd, pid_t pid, struct hot_stat *out);

/** hot_stat_ended() - a zombie with no thread left: it only waits for its parent */
bool hot_stat_ended(const struct hot_stat *stat);

/** hot_process_is_init() - whether it is PID 1 of its pid namespace: the last number of NSpid is 1 */
bool hot_process_is_init(int fd);

/** hot_process_signal() - through a pidfd or a descriptor of hot_process_open(); 0 or -errno */
int hot_process_signal(int fd, int signal);

#endif
