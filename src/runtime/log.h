/* SPDX-License-Identifier: MIT */
/*
 * The output of a detached sandbox, internal to the runtime: two files in its directory, "log" and
 * "log.1" before it, as bytes came. When "log" is full it becomes "log.1", and what that held is gone.
 */
#ifndef BOXTOP_RUNTIME_LOG_H
#define BOXTOP_RUNTIME_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/** LOG_FILE_BYTES - of each of the two: they lie in memory as a rule */
#define LOG_FILE_BYTES (4u << 20)

/** struct log_writer - the supervisor's end; finish with log_writer_finish() */
struct log_writer {
	int dir_fd; /* borrowed */
	int fd;	    /* "log", appending; -1: what comes is dropped */
	uint64_t bytes;
	uint64_t file_bytes; /* LOG_FILE_BYTES; smaller in tests */
};

#define LOG_WRITER_INIT ((struct log_writer) {-1, -1, 0, LOG_FILE_BYTES})

/** log_writer_open() - go on with the log in @dir_fd, or begin it; 0; -errno with @err */
int log_writer_open(int dir_fd, struct log_writer *out, struct err *err);
/** log_write() - append; what can't be written, on a full disk, is lost, as nobody may wait for it */
void log_write(struct log_writer *writer, const char *data, size_t len);
/** log_keep_small() - where others append to the file themselves: move what is there to "log.1" when it
 *  is too large */
void log_keep_small(struct log_writer *writer);
void log_writer_finish(struct log_writer *writer);

/** struct log_reader - follows the log through rotations; finish with log_reader_finish() */
struct log_reader {
	int dir_fd; /* borrowed */
	int fd;	    /* the file being read; -1: none yet */
	uint64_t offset;
};

#define LOG_READER_INIT ((struct log_reader) {-1, -1, 0})

/**
 * log_reader_open() - at the first byte kept, or @tail lines before the end
 * @tail: 0: everything
 *
 * Return: 0, also where there is no log yet; -errno with @err.
 */
int log_reader_open(int dir_fd, uint64_t tail, struct log_reader *out, struct err *err);
/** log_copy() - all that has come since, to @fd; 0; -errno with @err */
int log_copy(struct log_reader *reader, int fd, struct err *err);
void log_reader_finish(struct log_reader *reader);

#endif
