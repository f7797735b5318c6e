/* SPDX-License-Identifier: MIT */
/* Any bytes as an ELF file. What is read of it are terminated texts, and only of a file that is taken. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/rootfs_elf.h"

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct arena arena = ARENA_INIT;
	struct elf_info info;
	struct err err = ERR_INIT;
	int r;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	require(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	r = elf_info_read(fd, "fuzz", &arena, &info, &err);
	require(r == 0 || r == ELF_INFO_NONE || r == -ENOEXEC);
	require((r < 0) == (err.code != 0));
	if (r == 0) {
		require(!info.interp || strlen(info.interp) <= PATH_MAX);
		for (size_t i = 0; i < info.needed_len; i++)
			require(info.needed[i][0] && strlen(info.needed[i]) < PATH_MAX);
	}
	arena_finish(&arena);
	return 0;
}
