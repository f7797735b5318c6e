/* SPDX-License-Identifier: MIT */
/* boxtop tree: the cgroups of the host with what each uses, all below it included. */
#include "commands/report.h"
#include "commands/scope.h"

const struct report_type report_type_tree = {
	.kind = ROW_CGROUP,
	.key = "cgroups",
	.preset = PRESET_CGROUPS,
	.sort = "name",
	.query_flags = QUERY_TREE,
	.sources = SOURCE_CGROUP_PROCS,
	.scope = scope_cgroup_key,
};

static int tree_run(const struct command *command, int argc, char **argv)
{
	return report_run(command, &report_type_tree, argc, argv);
}

static const struct option_spec tree_options[] = {
	{"depth", 0, OPTION_ARGUMENT, "LEVELS", "show so many levels of the tree",
	 report_set_depth},
	REPORT_OPTIONS,
	{0},
};

const struct command command_tree = {
	.name = "tree",
	.operands = "[CGROUP]",
	.operands_max = 1,
	.help = "show the tree of cgroups, each with the totals of all below it",
	.details = "CGROUP is a path, or a container as for ps. JSON and CSV list the same rows in "
		   "the\n"
		   "same order, each with its path and depth.",
	.options = tree_options,
	.run = tree_run,
};
