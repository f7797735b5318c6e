/* SPDX-License-Identifier: MIT */
/*
 * Writes and reads the two files of a log. A reader needs no lock: a file is renamed before the next one
 * is begun, so that a file which is not called "log" any more has all that it will ever have.
 */
#include "runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "runtime/state.h"

#define LOG_BEFORE STATE_LOG ".1"
#define COPY_BYTES (64u << 10)

/* ---- Writing ---- */

static int open_log(int dir_fd, int flags)
{
	return openat(dir_fd, STATE_LOG, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
}

int log_writer_open(int dir_fd, struct log_writer *out, struct err *err)
{
	struct stat st;

	*out = LOG_WRITER_INIT;
	out->dir_fd = dir_fd;
	out->fd = open_log(dir_fd, O_WRONLY | O_CREAT | O_APPEND);
	if (out->fd < 0 || fstat(out->fd, &st) < 0)
		return err_set(err, errno, "open the log");
	out->bytes = (uint64_t)st.st_size;
	return 0;
}

static void rotate(struct log_writer *writer)
{
	int fd;

	if (renameat(writer->dir_fd, STATE_LOG, writer->dir_fd, LOG_BEFORE) < 0)
		return;
	fd = open_log(writer->dir_fd, O_WRONLY | O_CREAT | O_APPEND);
	if (fd < 0)
		return;
	close(writer->fd);
	writer->fd = fd;
	writer->bytes = 0;
}

void log_write(struct log_writer *writer, const char *data, size_t len)
{
	while (len > 0 && writer->fd >= 0) {
		size_t room;
		ssize_t n;

		if (writer->bytes >= writer->file_bytes)
			rotate(writer);
		if (writer->bytes >= writer->file_bytes)
			return;
		room = writer->file_bytes - writer->bytes;
		n = write(writer->fd, data, len < room ? len : room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		writer->bytes += (uint64_t)n;
		data += n;
		len -= (size_t)n;
	}
}

void log_keep_small(struct log_writer *writer)
{
	_cleanup_(cleanup_close)
	int from = -1;
	_cleanup_(cleanup_close)
	int to = -1;
	off_t offset = 0;
	struct stat st;

	if (writer->fd < 0 || fstat(writer->fd, &st) < 0 ||
	    (uint64_t)st.st_size < writer->file_bytes)
		return;
	/* The others keep their descriptors: the file must stay the one that it is. What they write
	 * between the copy and the cut is lost. */
	from = open_log(writer->dir_fd, O_RDONLY);
	to = openat(writer->dir_fd, LOG_BEFORE,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	while (from >= 0 && to >= 0 && offset < st.st_size &&
	       sendfile(to, from, &offset, (size_t)(st.st_size - offset)) > 0)
		;
	(void)!ftruncate(writer->fd, 0);
}

void log_writer_finish(struct log_writer *writer)
{
	if (writer->fd >= 0)
		close(writer->fd);
	*writer = LOG_WRITER_INIT;
}

/* ---- Reading ---- */

static int open_file(int dir_fd, const char *name)
{
	return openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

/* Where the last @lines lines of an open file begin, and how many of them it lacks. The last line may have
 * no end, and the first may have begun in the file before. */
static uint64_t find_tail(int fd, bool begins_line, uint64_t *lines)
{
	_cleanup_(cleanup_free)
	char *buf = xmalloc(COPY_BYTES);
	struct stat st;
	uint64_t end, size;

	if (fstat(fd, &st) < 0)
		return 0;
	size = end = (uint64_t)st.st_size;
	while (end > 0) {
		size_t part = end < COPY_BYTES ? (size_t)end : COPY_BYTES;
		ssize_t n = pread(fd, buf, part, (off_t)(end - part));

		if (n != (ssize_t)part)
			return 0;
		for (size_t i = part; i > 0; i--) {
			if (buf[i - 1] != '\n' || end - part + i == size)
				continue;
			if (--*lines == 0)
				return end - part + i;
		}
		end -= part;
	}
	if (size > 0 && begins_line)
		--*lines;
	return 0;
}

static bool ends_line(int fd)
{
	struct stat st;
	char last;

	return fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0 ||
	       pread(fd, &last, 1, st.st_size - 1) != 1 || last == '\n';
}

int log_reader_open(int dir_fd, uint64_t tail, struct log_reader *out, struct err *err)
{
	_cleanup_(cleanup_close)
	int before = open_file(dir_fd, LOG_BEFORE);
	_cleanup_(cleanup_close)
	int now = open_file(dir_fd, STATE_LOG);
	uint64_t lacking = tail;
	uint64_t offset = 0;

	*out = LOG_READER_INIT;
	out->dir_fd = dir_fd;
	if (now < 0 && errno != ENOENT)
		return err_set(err, errno, "open the log");
	if (tail > 0 && now >= 0)
		offset = find_tail(now, ends_line(before), &lacking);
	if (before < 0 || (tail > 0 && lacking == 0)) {
		out->fd = TAKE_FD(now);
		out->offset = offset;
		return 0;
	}
	out->offset = tail > 0 ? find_tail(before, true, &lacking) : 0;
	out->fd = TAKE_FD(before);
	return 0;
}

static int copy_file(struct log_reader *reader, int fd, char *buf, struct err *err)
{
	for (;;) {
		ssize_t n = pread(reader->fd, buf, COPY_BYTES, (off_t)reader->offset);
		ssize_t done = 0;

		if (n < 0)
			return err_set(err, errno, "read the log");
		if (n == 0)
			return 0;
		while (done < n) {
			ssize_t w = write(fd, buf + done, (size_t)(n - done));

			if (w < 0 && errno != EINTR)
				return err_set(err, errno, "write to standard output");
			done += w > 0 ? w : 0;
		}
		reader->offset += (uint64_t)n;
	}
}

static bool is_same(int dir_fd, const char *name, const struct stat *st)
{
	struct stat named;

	return fstatat(dir_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       named.st_ino == st->st_ino && named.st_dev == st->st_dev;
}

/* Whether more may come to the file being read. */
static bool is_newest(const struct log_reader *reader)
{
	struct stat st;

	return reader->fd >= 0 && fstat(reader->fd, &st) == 0 &&
	       is_same(reader->dir_fd, STATE_LOG, &st);
}

/* To the file that came after the one being read; false if there is none. */
static bool go_on(struct log_reader *reader)
{
	const char *name = STATE_LOG;
	struct stat st;
	int next;

	/* Neither of both any more: it was pushed out, and the one after it may be "log.1". */
	if (reader->fd >= 0 && fstat(reader->fd, &st) == 0 &&
	    !is_same(reader->dir_fd, LOG_BEFORE, &st))
		name = LOG_BEFORE;
	next = open_file(reader->dir_fd, name);
	if (next < 0)
		return false;
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = next;
	reader->offset = 0;
	return true;
}

/* Cut by log_keep_small(): it begins anew. */
static void notice_cut(struct log_reader *reader)
{
	struct stat st;

	if (reader->fd >= 0 && fstat(reader->fd, &st) == 0 && (uint64_t)st.st_size < reader->offset)
		reader->offset = 0;
}

int log_copy(struct log_reader *reader, int fd, struct err *err)
{
	_cleanup_(cleanup_free)
	char *buf = xmalloc(COPY_BYTES);
	bool newest;
	int r = 0;

	notice_cut(reader);
	do {
		/* Asked before the copy: a file that isn't "log" any more won't grow during it. */
		newest = is_newest(reader);
		if (reader->fd >= 0)
			r = copy_file(reader, fd, buf, err);
	} while (r == 0 && !newest && go_on(reader));
	return r;
}

void log_reader_finish(struct log_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	*reader = LOG_READER_INIT;
}
