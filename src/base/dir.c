/* SPDX-License-Identifier: MIT */
/*
 * Reads files below a directory descriptor. Owns no descriptor longer than a call (file_open() hands
 * its own out), follows no path of its own making, and never takes vanishing for an error.
 *
 * A short read is not the end of a kernel file: seq_file hands out as many whole records as fit its page
 * (mountinfo, cgroup.procs), so only a read of zero bytes is. A file of one record is made whole before
 * the first byte is copied: there a short read is the end, and file_read_record() spares the second
 * call (0.3 us, a fifth to a third of reading memory.current or statm).
 */
#include "base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"

#ifndef BOXTOP_READ_CHUNK
#define BOXTOP_READ_CHUNK 4096
#endif

/* O_NONBLOCK means nothing to a file of the kernel or of a disk; a FIFO in its place must not hang us. */
#define FILE_OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
/* A rename on the way makes RESOLVE_IN_ROOT give EAGAIN. */
#define OPENAT2_TRIES 16

int read_result_of(int code)
{
	switch (code) {
	case 0:
		return READ_OK;
	case ESRCH:
	case ENODEV:
		return READ_GONE;
	case ENOENT:
	case ENOTDIR:
	case EOPNOTSUPP:
		return READ_ABSENT;
	case EACCES:
	case EPERM:
		return READ_DENIED;
	default:
		return -code;
	}
}

/* The daily conditions set no error: they are told apart by the return value alone. */
static int fail(int code, const char *what, const char *path, struct err *err)
{
	int r = read_result_of(code);

	if (r < 0)
		err_set(err, code, "%s %s", what, path);
	return r;
}

/* is_kernel_fs() - whether @fd lies where directories are processes or cgroups */
static bool is_kernel_fs(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	return fs.f_type == PROC_SUPER_MAGIC || fs.f_type == CGROUP_SUPER_MAGIC ||
	       fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* is_dead_dir() - whether the directory @fd was removed, or its process ended */
static bool is_dead_dir(int fd)
{
	char entries[1024];

	/* The one question that procfs, kernfs and disks all answer truly: no link count does. */
	return syscall(SYS_getdents64, fd, entries, sizeof(entries)) < 0 && errno == ENOENT;
}

/* cut_last_component() - "a/b/c" to "a/b", "a" to ".", "/a" to "/"; false when nothing is left */
static bool cut_last_component(char *path)
{
	size_t len = strlen(path);

	if (strcmp(path, ".") == 0 || strcmp(path, "/") == 0 || len == 0)
		return false;
	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0)
		path[len++] = '.';
	path[len] = '\0';
	return true;
}

/*
 * result_of_missing() - ENOENT is either a file that its directory lacks, or the directory itself
 * ended. Asked after the fact and only then, so it costs nothing while all is well.
 */
static int result_of_missing(int dirfd, const char *path)
{
	char parent[PATH_MAX];
	_cleanup_(cleanup_close)
	int fd = -1;
	size_t len = strlen(path);
	int ups = 0;

	if (len >= sizeof(parent))
		return READ_ABSENT;
	memcpy(parent, path, len + 1);
	while (fd < 0 && cut_last_component(parent)) {
		ups++;
		fd = openat(dirfd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			return read_result_of(errno) > 0 ? read_result_of(errno) : READ_ABSENT;
	}
	if (fd < 0)
		return READ_ABSENT;
	if (is_dead_dir(fd))
		return READ_GONE;
	return ups > 1 && is_kernel_fs(fd) ? READ_GONE : READ_ABSENT;
}

static int fail_open(int code, int dirfd, const char *path, struct err *err)
{
	return code == ENOENT ? result_of_missing(dirfd, path) : fail(code, "open", path, err);
}

int dir_open(int dirfd, const char *path, int *out_fd, struct err *err)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(errno, "open directory", path, err);
	*out_fd = fd;
	return 0;
}

int file_open(int dirfd, const char *path, int *out_fd, struct err *err)
{
	int fd = openat(dirfd, path, FILE_OPEN_FLAGS);

	if (fd < 0)
		return fail_open(errno, dirfd, path, err);
	*out_fd = fd;
	return 0;
}

static ssize_t pread_retry(int fd, char *buf, size_t size, size_t offset)
{
	ssize_t n;

	do
		n = pread(fd, buf, size, (off_t)offset);
	while (n < 0 && errno == EINTR);
	return n;
}

/* struct extent - how much of a file is read */
struct extent {
	size_t max_bytes;
	bool one_record; /* a short read is the end */
};

static int read_all(int fd, const char *path, struct extent extent, struct strbuf *buf,
		    struct err *err)
{
	size_t chunk = BOXTOP_READ_CHUNK;

	strbuf_reset(buf);
	for (;;) {
		ssize_t n;

		strbuf_reserve(buf, chunk);
		n = pread_retry(fd, buf->data + buf->len, chunk, buf->len);
		if (n <= 0) {
			int code = n < 0 ? errno : 0;

			buf->data[buf->len] = '\0';
			if (code == 0)
				return 0;
			strbuf_reset(buf);
			return fail(code, "read", path, err);
		}
		buf->len += (size_t)n;
		if (buf->len > extent.max_bytes) {
			strbuf_reset(buf);
			return err_setx(err, EFBIG, "read %s: larger than %zu bytes", path,
					extent.max_bytes);
		}
		if (extent.one_record && (size_t)n < chunk) {
			buf->data[buf->len] = '\0';
			return 0;
		}
		/* A large file fills its chunks: read it in larger ones. */
		if ((size_t)n == chunk && chunk >= 4096 && chunk < (256u << 10))
			chunk *= 2;
	}
}

int file_read(int fd, const char *name, struct strbuf *buf, struct err *err)
{
	return read_all(fd, name, (struct extent) {DIR_FILE_MAX_BYTES, false}, buf, err);
}

int file_read_record(int fd, const char *name, struct strbuf *buf, struct err *err)
{
	return read_all(fd, name, (struct extent) {DIR_FILE_MAX_BYTES, true}, buf, err);
}

int dir_read(int dirfd, const char *path, struct strbuf *buf, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	int r;

	strbuf_reset(buf);
	r = file_open(dirfd, path, &fd, err);
	if (r != 0)
		return r;
	return read_all(fd, path, (struct extent) {DIR_FILE_MAX_BYTES, false}, buf, err);
}

static int open_flags(int dirfd, const char *path, unsigned int flags)
{
	struct open_how how = {.flags = FILE_OPEN_FLAGS, .resolve = RESOLVE_NO_MAGICLINKS};
	int fd = -1;

	if (!(flags & (DIR_NOFOLLOW | DIR_BENEATH)))
		return openat(dirfd, path, FILE_OPEN_FLAGS);
	if (flags & DIR_NOFOLLOW)
		how.resolve |= RESOLVE_NO_SYMLINKS;
	if (flags & DIR_BENEATH)
		how.resolve |= RESOLVE_IN_ROOT;
	for (int i = 0; i < OPENAT2_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

static int check_regular(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(errno, "stat", path, err);
	return S_ISREG(st.st_mode) ? 0 : err_setx(err, EINVAL, "read %s: not a regular file", path);
}

int dir_read_flags(int dirfd, const char *path, unsigned int flags, size_t max_bytes,
		   struct strbuf *buf, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	int r = 0;

	strbuf_reset(buf);
	fd = open_flags(dirfd, path, flags);
	/* A path that is not trusted is not walked again just to ask what is missing. */
	if (fd < 0 && (flags & (DIR_NOFOLLOW | DIR_BENEATH)))
		return fail(errno, "open", path, err);
	if (fd < 0)
		return fail_open(errno, dirfd, path, err);
	if (flags & DIR_REGULAR)
		r = check_regular(fd, path, err);
	if (r != 0)
		return r;
	return read_all(fd, path, (struct extent) {max_bytes, flags & DIR_ONE_RECORD}, buf, err);
}

int dir_readlink(int dirfd, const char *path, char *buf, size_t cap, struct err *err)
{
	ssize_t n = readlinkat(dirfd, path, buf, cap);

	if (n < 0) {
		int code = errno;

		if (cap > 0)
			buf[0] = '\0';
		return code == ENOENT ? result_of_missing(dirfd, path)
				      : fail(code, "read link", path, err);
	}
	if ((size_t)n == cap) {
		buf[0] = '\0';
		return err_set(err, ENAMETOOLONG, "read link %s", path);
	}
	buf[n] = '\0';
	return 0;
}
