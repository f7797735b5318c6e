/* SPDX-License-Identifier: MIT */
/* boxtop list: the containers of the host, one line each. */
#include "commands/report.h"
#include "runtime/runtime.h"

static const char *const list_columns[] = {
	"name",
	"engine",
	"state",
	"pid",
	"processes",
	"memory_working_set_bytes",
	"memory_limit_bytes",
	"age_usec",
	"image",
	NULL,
};

/* With --all there is what ended, too. */
static const char *const all_columns[] = {
	"name",
	"engine",
	"state",
	"pid",
	"processes",
	"memory_working_set_bytes",
	"memory_limit_bytes",
	"age_usec",
	"ended",
	"finished_age_usec",
	"image",
	NULL,
};

const struct report_type report_type_list = {
	.kind = ROW_CONTAINER,
	.key = "containers",
	.text = list_columns,
	.text_all = all_columns,
	.sort = "name",
	.no_rates = true,
	.sources = SOURCE_IDENTITY,
};

static int list_run(const struct command *command, int argc, char **argv)
{
	struct err err = ERR_INIT;

	/* Who supervised a sandbox and was killed left what must not be listed as if it lived. */
	if (sandbox_sweep(&err) < 0)
		command_warn(command, err.text);
	return report_run(command, &report_type_list, argc, argv);
}

static const struct option_spec list_options[] = {
	{"all", 'a', 0, NULL, "systemd units, pods, engines' helpers and ended sandboxes too",
	 report_set_all},
	REPORT_OPTIONS,
	{0},
};

const struct command command_list = {
	.name = "list",
	.alias = "ls",
	.operands = "",
	.help = "list the containers of the host",
	.details =
		"One sample is taken, and a second one half a second later if a rate is asked for.",
	.options = list_options,
	.run = list_run,
};
