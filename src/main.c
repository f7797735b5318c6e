/* SPDX-License-Identifier: MIT */
/* boxtop: htop for containers. The commands are in src/commands. */
#include <malloc.h>

#include "commands/command.h"

/*
 * What libproc2 read for a snapshot comes and goes as a whole, and large tables grow by being copied. Left to
 * itself glibc raises its threshold for mapped memory to the largest block that was freed, and then keeps the
 * holes: the processes screen at 10,000 processes stands at 52 MB, and with these at 34. Snapshots themselves
 * are kept for the next by base/arena.c.
 */
static void keep_memory_low(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	mallopt(M_TRIM_THRESHOLD, 256 << 10);
#endif
}

int main(int argc, char **argv)
{
	keep_memory_low();
	return commands_run(argc, argv);
}
