/* SPDX-License-Identifier: MIT */
/* A tar archive, however it is compressed, into a directory. Internal to the runtime. */
#ifndef BOXTOP_RUNTIME_ARCHIVE_H
#define BOXTOP_RUNTIME_ARCHIVE_H

#include <stdint.h>

#include "base/err.h"
#include "runtime/idmap.h"

/** struct archive_bounds - what an archive may hold; 0: the default */
struct archive_bounds {
	uint64_t bytes;	  /* of all files together: 64 GiB */
	uint64_t entries; /* 4 million */
	uint64_t ratio;	  /* bytes written for each that was read, past the first 256 MiB: 200 */
};

/**
 * archive_unpack() - put what is in @archive_fd into the empty directory @dir_fd
 * @maps: whose ids owners of files become
 *
 * Done by a child that sees nothing but the directory. Devices and sockets are left out, as are extended
 * attributes; setuid bits are kept.
 * Return: 0; -EINVAL no archive, or one that means harm; -E2BIG past a bound; -ENOTSUP without
 * libarchive; other -errno, always with @err. What was unpacked until then stays.
 */
int archive_unpack(int archive_fd, int dir_fd, const struct id_maps *maps,
		   const struct archive_bounds *bounds, struct err *err);

#endif
