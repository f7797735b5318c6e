/* SPDX-License-Identifier: MIT */
/* boxtop: htop for containers. The commands are in src/commands. */
#include "commands/command.h"

int main(int argc, char **argv)
{
	return commands_run(argc, argv);
}
