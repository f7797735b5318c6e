/* SPDX-License-Identifier: MIT */
/*
 * Reads files below a directory descriptor. Owns no descriptor longer than a call (file_open() hands
 * its own out), follows no path of its own making, and never takes vanishing for an error.
 *
 * A short read is not the end of a kernel file: seq_file hands out whole records, so only a read of
 * zero bytes is. Most files fit the first read, so a read costs two system calls.
 */
#include "base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

#ifndef BOXTOP_READ_CHUNK
#define BOXTOP_READ_CHUNK 4096
#endif

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
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(errno, "open", path, err);
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

static int read_all(int fd, const char *path, size_t max_bytes, struct strbuf *buf, struct err *err)
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
		if (buf->len > max_bytes) {
			strbuf_reset(buf);
			return err_setx(err, EFBIG, "read %s: larger than %zu bytes", path,
					max_bytes);
		}
		/* A large file fills its chunks: read it in larger ones. */
		if ((size_t)n == chunk && chunk >= 4096 && chunk < (256u << 10))
			chunk *= 2;
	}
}

int file_read(int fd, const char *name, struct strbuf *buf, struct err *err)
{
	return read_all(fd, name, DIR_FILE_MAX_BYTES, buf, err);
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
	return read_all(fd, path, DIR_FILE_MAX_BYTES, buf, err);
}

static int open_flags(int dirfd, const char *path, unsigned int flags)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY};

	if (flags & DIR_REGULAR)
		how.flags |= O_NONBLOCK;
	if (flags & DIR_NOFOLLOW)
		how.resolve |= RESOLVE_NO_SYMLINKS;
	if (flags & DIR_BENEATH)
		how.resolve |= RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
}

int dir_read_flags(int dirfd, const char *path, unsigned int flags, size_t max_bytes,
		   struct strbuf *buf, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	struct stat st;

	strbuf_reset(buf);
	fd = open_flags(dirfd, path, flags);
	if (fd < 0)
		return fail(errno, "open", path, err);
	if (flags & DIR_REGULAR) {
		if (fstat(fd, &st) < 0)
			return fail(errno, "stat", path, err);
		if (!S_ISREG(st.st_mode))
			return err_setx(err, EINVAL, "read %s: not a regular file", path);
	}
	return read_all(fd, path, max_bytes, buf, err);
}

int dir_readlink(int dirfd, const char *path, char *buf, size_t cap, struct err *err)
{
	ssize_t n = readlinkat(dirfd, path, buf, cap);

	if (n < 0) {
		buf[0] = '\0';
		return fail(errno, "read link", path, err);
	}
	if ((size_t)n == cap) {
		buf[0] = '\0';
		return err_set(err, ENAMETOOLONG, "read link %s", path);
	}
	buf[n] = '\0';
	return 0;
}
