/* SPDX-License-Identifier: MIT */
/* boxtop: htop for containers. The commands are in src/commands. */
#include <malloc.h>

#include "commands/command.h"

/*
 * A snapshot comes and goes as a whole, and so does what libproc2 read for it. Left to itself glibc raises
 * its threshold for mapped memory to the largest block that was freed, and then keeps the holes: the
 * processes screen at 10,000 processes stood at 51 MB, and with these at 30.
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
