/* SPDX-License-Identifier: MIT */
/* boxtop ns: namespaces, of the host or of one container. */
#include "commands/report.h"
#include "commands/scope.h"

const struct report_type report_type_ns = {
	.kind = ROW_NS,
	.key = "namespaces",
	.preset = PRESET_NAMESPACES,
	.sources = SOURCE_NS | SOURCE_IDENTITY,
	.scope = scope_container_key,
};

static int ns_run(const struct command *command, int argc, char **argv)
{
	return report_run(command, &report_type_ns, argc, argv);
}

static const struct option_spec ns_options[] = {
	REPORT_OPTIONS,
	{0},
};

const struct command command_ns = {
	.name = "ns",
	.operands = "[CONTAINER]",
	.operands_max = 1,
	.help = "list namespaces, of the host or of one container",
	.details = "Those without a process are listed too if a mount, a descriptor or a namespace "
		   "below\n"
		   "keeps them. CONTAINER is a name, an id or its start, a pid, or the path of a "
		   "cgroup.",
	.options = ns_options,
	.run = ns_run,
};
