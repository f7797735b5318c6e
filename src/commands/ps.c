/* SPDX-License-Identifier: MIT */
/* boxtop ps: processes, of the host or of one container. */
#include "commands/report.h"
#include "commands/scope.h"

static const char *const ps_columns[] = {
	"pid",	      "inner_pid",     "user",	    "state",   "cpu_pct", "rss_bytes",
	"memory_pct", "cpu_time_usec", "container", "command", NULL,
};

const struct report_type report_type_ps = {
	.kind = ROW_PROCESS,
	.key = "processes",
	.text = ps_columns,
	.query_flags = QUERY_HIDE_KERNEL_THREADS,
	.sources = SOURCE_PROCS | SOURCE_IDENTITY,
	.scope = scope_container_key,
};

static int ps_run(const struct command *command, int argc, char **argv)
{
	return report_run(command, &report_type_ps, argc, argv);
}

static const struct option_spec ps_options[] = {
	{"all", 'a', 0, NULL, "kernel threads too", report_set_all},
	REPORT_OPTIONS,
	{0},
};

const struct command command_ps = {
	.name = "ps",
	.operands = "[CONTAINER]",
	.operands_max = 1,
	.help = "list processes, of the host or of one container",
	.details = "CONTAINER is a name, an id or its start, a pid, or the path of a cgroup. "
		   "Processes\n"
		   "of containers inside it belong to it too.",
	.options = ps_options,
	.run = ps_run,
};
