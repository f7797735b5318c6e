/* SPDX-License-Identifier: MIT */
/* libarchive by a table of its functions, loaded when an archive is opened. Internal to the runtime. */
#ifndef BOXTOP_RUNTIME_ARCHIVE_API_H
#define BOXTOP_RUNTIME_ARCHIVE_API_H

#include <archive.h>
#include <archive_entry.h>

#include "base/err.h"

/* ARCHIVE_FUNCTIONS - every function that is used, and what it is called here */
#define ARCHIVE_FUNCTIONS(X)                                                                       \
	X(read_new, archive_read_new)                                                              \
	X(read_free, archive_read_free)                                                            \
	X(read_support_format_tar, archive_read_support_format_tar)                                \
	X(read_support_filter_gzip, archive_read_support_filter_gzip)                              \
	X(read_support_filter_bzip2, archive_read_support_filter_bzip2)                            \
	X(read_support_filter_compress, archive_read_support_filter_compress)                      \
	X(read_support_filter_lzip, archive_read_support_filter_lzip)                              \
	X(read_support_filter_lzma, archive_read_support_filter_lzma)                              \
	X(read_support_filter_xz, archive_read_support_filter_xz)                                  \
	X(read_support_filter_zstd, archive_read_support_filter_zstd)                              \
	X(read_support_filter_lz4, archive_read_support_filter_lz4)                                \
	X(read_open_fd, archive_read_open_fd)                                                      \
	X(read_next_header, archive_read_next_header)                                              \
	X(read_data_block, archive_read_data_block)                                                \
	X(filter_bytes, archive_filter_bytes)                                                      \
	X(write_disk_new, archive_write_disk_new)                                                  \
	X(write_disk_set_options, archive_write_disk_set_options)                                  \
	X(write_header, archive_write_header)                                                      \
	X(write_data_block, archive_write_data_block)                                              \
	X(write_finish_entry, archive_write_finish_entry)                                          \
	X(write_close, archive_write_close)                                                        \
	X(error_string, archive_error_string)                                                      \
	X(entry_pathname, archive_entry_pathname)                                                  \
	X(entry_filetype, archive_entry_filetype)                                                  \
	X(entry_hardlink, archive_entry_hardlink)                                                  \
	X(entry_size, archive_entry_size)                                                          \
	X(error_code, archive_errno)

/** struct archive_api - the functions by their names */
struct archive_api {
#define X(name, function) __typeof__(function) *name;
	ARCHIVE_FUNCTIONS(X)
#undef X
};

/** archive_api_load() - 0; -ENOTSUP with @err saying what to install */
int archive_api_load(struct archive_api *api, struct err *err);

#endif
