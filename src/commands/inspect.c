/* SPDX-License-Identifier: MIT */
/* boxtop inspect: everything that is known of containers. Gathers; inspect_text and inspect_json say it. */
#include <fcntl.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "commands/batch.h"
#include "commands/inspection.h"
#include "commands/report.h"
#include "commands/scope.h"
#include "commands/stdout.h"

const struct report_type report_type_inspect = {
	.kind = ROW_CONTAINER,
	.key = "containers",
	.preset = PRESET_STATS_JSON,
	.sources = SOURCE_ALL & ~(unsigned int)(SOURCE_PROCS_IO | SOURCE_PROCS_MORE),
};

static const char *const process_columns[] = {
	"pid",	     "inner_pid",  "ppid",	    "user",    "state", "cpu_pct",
	"rss_bytes", "memory_pct", "cpu_time_usec", "command", NULL,
};

/** struct inspect - one run of the command */
struct inspect {
	const struct command *command;
	const struct report_options *options;
	struct report report; /* its columns and output flags */
	struct columns process_columns;
	uint32_t *indices; /* of the containers, in snapshot.containers; len of them */
	size_t len;
};

bool inspection_shares_ns(const struct inspection *inspection, enum ns_type type, uint32_t other)
{
	const struct container *containers = inspection->snapshot->containers;

	return other != inspection->index && containers[inspection->index].ns[type] != 0 &&
	       containers[other].ns[type] == containers[inspection->index].ns[type];
}

static const char *read_mounts(const struct snapshot *snapshot, pid_t leader, struct mounts *mounts)
{
	const struct process *process = snapshot_find_process(snapshot, leader);
	int r;

	if (!process)
		return metric_why_text(WHY_NO_PROCESS);
	r = mounts_read(AT_FDCWD, leader, process->start_ticks, mounts, NULL);
	if (r == 0)
		return NULL;
	if (r == READ_DENIED)
		return metric_why_text(WHY_PERMISSION);
	return metric_why_text(r == READ_GONE ? WHY_GONE : WHY_MALFORMED);
}

/* What we noted of a sandbox when it was made and when it ended. */
static void read_sandbox(struct inspection *inspection)
{
	const struct container *container = &inspection->snapshot->containers[inspection->index];
	struct sandbox_info *info = &inspection->sandbox;

	if (container->kind != CONTAINER_SANDBOX || !container->id ||
	    sandbox_info(container->id, info, NULL) < 0)
		return;
	/* Another user's of that name. */
	if (info->pid != container->leader)
		sandbox_info_finish(info);
}

void inspection_gather(struct inspection *inspection)
{
	const struct snapshot *snapshot = inspection->snapshot;
	struct row row = {snapshot, ROW_CONTAINER, inspection->index};
	struct query query = {.kind = ROW_PROCESS, .container = row_key(&row), .uid = (uid_t)-1};

	query_run(&query, snapshot, &inspection->processes);
	read_sandbox(inspection);
	inspection->mounts_unknown = read_mounts(
		snapshot, snapshot->containers[inspection->index].leader, &inspection->mounts);
}

void inspection_finish(struct inspection *inspection)
{
	row_list_finish(&inspection->processes);
	mounts_finish(&inspection->mounts);
	sandbox_info_finish(&inspection->sandbox);
}

static struct inspection inspection_of(const struct inspect *inspect,
				       const struct snapshot *snapshot, size_t i)
{
	return (struct inspection) {
		.snapshot = snapshot,
		.index = inspect->indices[i],
		.columns = inspect->report.columns.fields,
		.whole = !inspect->options->columns,
		.process_columns = inspect->process_columns.fields,
		.processes = ROW_LIST_INIT,
		.mounts = MOUNTS_INIT,
		.sandbox = {.arena = ARENA_INIT},
		.output_flags = inspect->report.output_flags & ~(unsigned int)OUTPUT_HEADER,
		.width = stdout_width(),
	};
}

/* One container after the other, in text or as objects in @array. */
static void say(const struct inspect *inspect, const struct snapshot *snapshot, json_t *array,
		struct strbuf *out)
{
	for (size_t i = 0; i < inspect->len; i++) {
		_cleanup_(inspection_finish)
		struct inspection inspection = inspection_of(inspect, snapshot, i);

		if (inspection.whole)
			inspection_gather(&inspection);
		if (array) {
			json_push(array, inspection_json(&inspection));
			continue;
		}
		if (i > 0)
			strbuf_addc(out, '\n');
		inspection_text(&inspection, out);
	}
}

static int say_json(const struct inspect *inspect, const struct snapshot *snapshot,
		    struct strbuf *out, struct err *err)
{
	json_t *object = output_json_envelope(snapshot);
	json_t *array = json_array();

	say(inspect, snapshot, array, out);
	json_add(object, inspect->report.type->key, array);
	json_add(object, "issues", output_json_issues(snapshot));
	return output_json_line(object, out, err);
}

/* A line of the fields for each: what is more than a row has no place in CSV. */
static void say_csv(const struct inspect *inspect, const struct snapshot *snapshot,
		    struct strbuf *out)
{
	_cleanup_(cleanup_free)
	struct row_line *lines = xcalloc(inspect->len, sizeof(lines[0]));
	struct output output = report_output(&inspect->report, snapshot);

	for (size_t i = 0; i < inspect->len; i++)
		lines[i].row = (struct row) {snapshot, ROW_CONTAINER, inspect->indices[i]};
	output.lines = lines;
	output.lines_len = inspect->len;
	output_write_csv(&output, out);
}

static int print(const struct inspect *inspect, const struct snapshot *snapshot, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r = 0;

	switch (inspect->options->format) {
	case OUTPUT_JSON:
		r = say_json(inspect, snapshot, &text, err);
		break;
	case OUTPUT_CSV:
		say_csv(inspect, snapshot, &text);
		break;
	default:
		say(inspect, snapshot, NULL, &text);
	}
	return r < 0 ? r : stdout_write(strbuf_span(&text), err);
}

static int find(struct inspect *inspect, const struct snapshot *snapshot, char **operands,
		struct err *err)
{
	for (size_t i = 0; i < inspect->len; i++) {
		int r = scope_find_container(snapshot, operands[i], &inspect->indices[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Two samples, so that there are rates; what the first finds wrong needs no second. */
static int answer(struct inspect *inspect, char **operands, struct err *err)
{
	_cleanup_(batch_finish)
	struct batch batch = {0};
	const struct snapshot *snapshot = NULL;
	int r = batch_init(&batch, inspect->report.sources, BATCH_EXPENSIVE, err);

	for (int i = 0; r == 0 && i < 2; i++) {
		r = batch_sample(&batch, &snapshot, err);
		if (r == 0)
			r = find(inspect, snapshot, operands, err);
		batch_wait(&batch, BATCH_PRIME_USEC);
	}
	return r < 0 ? r : print(inspect, snapshot, err);
}

static int inspect_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(report_finish)
	struct report report = {0};
	struct report_options options = {0};
	struct err err = ERR_INIT;
	int code = command_begin(command, &options, &argc, &argv);
	int r;

	if (code != COMMAND_GO_ON)
		return code;
	if (report_wants_help(&options))
		return report_print_help(command, &report_type_inspect);
	if (report_init(&report, &report_type_inspect, &options, &err) < 0)
		return command_fail_usage(command, &err);
	struct inspect inspect = {
		.command = command,
		.options = &options,
		.report = report,
		.indices = xcalloc((size_t)argc, sizeof(inspect.indices[0])),
		.len = (size_t)argc,
	};
	columns_add_ids(&inspect.process_columns, process_columns, ROW_PROCESS);
	r = answer(&inspect, argv, &err);
	columns_finish(&inspect.process_columns);
	free(inspect.indices);
	return r < 0 ? command_fail(command, &err) : EXIT_FINE;
}

static const struct option_spec inspect_options[] = {
	{"format", 'f', OPTION_ARGUMENT, "FORMAT", "text, json or csv", report_set_format},
	{"json", 'J', 0, NULL, "the same as --format json", report_set_json},
	{"columns", 'o', OPTION_ARGUMENT, "FIELD,...",
	 "these fields and nothing else; help lists them", report_set_columns},
	{"no-header", 0, 0, NULL, "no line of ids above CSV", report_set_no_header},
	SOURCE_OPTION,
	{0},
};

const struct command command_inspect = {
	.name = "inspect",
	.operands = "CONTAINER...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.help = "say everything that is known of containers",
	.details = "Every field, or the reason why it is not known; the paths of the cgroup under "
		   "each\n"
		   "controller; whose namespaces they are; processes; mounts. CONTAINER is a name, "
		   "an\n"
		   "id or its start, a pid, or the path of a cgroup.",
	.options = inspect_options,
	.run = inspect_run,
};
