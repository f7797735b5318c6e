/* SPDX-License-Identifier: MIT */
/*
 * Reading files relative to a directory descriptor, as a monitor must: files vanish between readdir
 * and open, a kernel lacks them, permission is denied. These three are positive returns, not errors.
 * Every descriptor is CLOEXEC. Reads go in chunks of BOXTOP_READ_CHUNK bytes; the tests build this
 * file a second time with 7.
 */
#ifndef BOXTOP_BASE_DIR_H
#define BOXTOP_BASE_DIR_H

#include <dirent.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/** enum read_result - the daily conditions of reading a live kernel file */
enum read_result {
	READ_OK = 0,
	READ_GONE = 1,	 /* the process or cgroup ended: ENOENT of its directory (asked for when a
			  * file is missing), ESRCH, ENODEV */
	READ_ABSENT = 2, /* this kernel, controller or state directory lacks the file: ENOENT,
			  * EOPNOTSUPP (pressure booted without psi=1), ENOTDIR */
	READ_DENIED = 3, /* EACCES, EPERM */
};

/** DIR_FILE_MAX_BYTES - no kernel file that is read whole may be larger; state files of engines
 *  have smaller caps of their own */
#define DIR_FILE_MAX_BYTES (16u << 20)

/**
 * dir_open() - open a directory below another
 * @dirfd:  an open directory, or AT_FDCWD
 * @path:   relative path; symlinks in the last component are followed
 * @out_fd: the new descriptor, O_PATH is not used: it can be read
 *
 * Return: 0; READ_ABSENT (ENOENT, ENOTDIR); READ_GONE (ESRCH, ENODEV); READ_DENIED; -errno.
 */
int dir_open(int dirfd, const char *path, int *out_fd, struct err *err);

/** enum dir_flags - how dir_read_flags() opens */
enum dir_flags {
	DIR_NOFOLLOW = 1 << 0, /* openat2 RESOLVE_NO_SYMLINKS: no component may be a symlink */
	DIR_BENEATH = 1 << 1, /* openat2 RESOLVE_IN_ROOT: @dirfd is "/" for absolute links and .. */
	DIR_REGULAR = 1 << 2, /* refuse anything but a regular file (opened O_NONBLOCK) */
	DIR_ONE_RECORD = 1 << 3, /* as file_read_record() */
};

/**
 * dir_read() - read a whole file into @buf, replacing what it held
 * @dirfd: an open directory, or AT_FDCWD
 * @path:  relative path of the file
 * @buf:   gets the bytes, terminated; memory is reused between calls
 *
 * Return: 0; READ_GONE; READ_ABSENT; READ_DENIED; -EFBIG over DIR_FILE_MAX_BYTES; other -errno.
 * On any return but 0 @buf is empty.
 */
int dir_read(int dirfd, const char *path, struct strbuf *buf, struct err *err);

/** dir_read_flags() - the same with enum dir_flags and a cap in bytes (-EFBIG above it) */
int dir_read_flags(int dirfd, const char *path, unsigned int flags, size_t max_bytes,
		   struct strbuf *buf, struct err *err);

/**
 * file_open() - open a file for file_read()
 * Return: 0; READ_GONE; READ_ABSENT; READ_DENIED; -errno.
 */
int file_open(int dirfd, const char *path, int *out_fd, struct err *err);

/**
 * file_read() - read a kept-open file from its start by pread
 * @fd:   from file_open()
 * @name: for the error text only
 *
 * Return: as dir_read(); READ_GONE when the cgroup was removed under the descriptor (ENODEV).
 */
int file_read(int fd, const char *name, struct strbuf *buf, struct err *err);

/**
 * file_read_record() - the same for a file that the kernel makes as one record
 *
 * A process's stat, statm and status are one record, and so is every file of a cgroup but
 * cgroup.procs, cgroup.threads and tasks; mountinfo and net/dev are many. A short read is taken for
 * the end, which spares a system call.
 *
 * Return: as file_read().
 */
int file_read_record(int fd, const char *name, struct strbuf *buf, struct err *err);

/**
 * dir_readlink() - the target of a symlink, e.g. /proc/PID/ns/net -> "net:[4026531840]"
 * @buf: terminated; @cap bytes; a longer target is -ENAMETOOLONG
 *
 * Return: 0; READ_GONE; READ_ABSENT; READ_DENIED; -errno.
 */
int dir_readlink(int dirfd, const char *path, char *buf, size_t cap, struct err *err);

/** read_result_of() - the enum read_result for @code, a positive errno; -@code if it is none */
int read_result_of(int code);

#endif
