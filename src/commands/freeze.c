/* SPDX-License-Identifier: MIT */
/* boxtop freeze, boxtop thaw: whole containers and cgroups stop, and go on. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "commands/acting.h"

/** struct deed - one of the two */
struct deed {
	const char *done; /* "frozen" */
	bool frozen;
	int (*act)(struct target *target, struct err *err);
};

/** struct acting - one run */
struct acting {
	const struct command *command;
	const struct deed *deed;
	struct targets targets;
	struct strbuf text;
	json_t *array;
	bool failed; /* one at least */
};

static void say(struct acting *acting, const struct target_item *item)
{
	json_t *object = acting_json(&acting->targets, item);
	struct err ignored = ERR_INIT;
	uint64_t n = 0;
	bool counted = target_count(item->target, &n, &ignored) == 0;

	text_sanitize(span_of(item->label), &acting->text);
	strbuf_addf(&acting->text, ": %s", acting->deed->done);
	if (counted)
		strbuf_addf(&acting->text, ", %" PRIu64 " %s", n, n == 1 ? "process" : "processes");
	strbuf_addc(&acting->text, '\n');
	json_add(object, "frozen", json_boolean(acting->deed->frozen));
	json_add(object, "processes", counted ? json_integer((json_int_t)n) : json_null());
	json_push(acting->array, object);
}

/* One that fails is told, and the others are done all the same. */
static void act_on_all(struct acting *acting)
{
	for (size_t i = 0; i < acting->targets.len; i++) {
		const struct target_item *item = &acting->targets.items[i];
		struct err err = ERR_INIT;

		if (acting->deed->act(item->target, &err) == 0) {
			say(acting, item);
			continue;
		}
		command_fail(acting->command, &err);
		acting->failed = true;
	}
}

static int run(const struct command *command, const struct deed *deed, int argc, char **argv)
{
	struct acting acting = {.command = command, .deed = deed, .text = STRBUF_INIT};
	struct acting_options options = {OUTPUT_TEXT};
	struct err err = ERR_INIT;
	int code = command_begin(command, &options, &argc, &argv);
	int r;

	if (code != COMMAND_GO_ON)
		return code;
	acting.array = json_array();
	r = targets_hold(&acting.targets, argc, argv, 0, &err);
	if (r == 0) {
		json_t *object = json_object();

		act_on_all(&acting);
		json_add(object, "targets", json_incref(acting.array));
		r = acting_print(&options, strbuf_span(&acting.text), object, &err);
	}
	json_decref(acting.array);
	strbuf_finish(&acting.text);
	targets_finish(&acting.targets);
	if (r < 0)
		return command_fail(command, &err);
	return acting.failed ? EXIT_FAILED : EXIT_FINE;
}

static int freeze_run(const struct command *command, int argc, char **argv)
{
	static const struct deed deed = {"frozen", true, target_freeze};

	return run(command, &deed, argc, argv);
}

static int thaw_run(const struct command *command, int argc, char **argv)
{
	static const struct deed deed = {"thawed", false, target_thaw};

	return run(command, &deed, argc, argv);
}

static const struct option_spec options_both[] = {
	ACTING_OPTIONS,
	{0},
};

const struct command command_freeze = {
	.name = "freeze",
	.alias = "pause",
	.operands = "CONTAINER...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.help = "stop containers or cgroups whole, until they are thawed",
	.details =
		"Every process in it and below it stands still, and keeps its memory. CONTAINER is "
		"a\n"
		"name, an id or its start, a pid, or the path of any cgroup. The roots, the "
		"cgroups\n"
		"that boxtop itself and PID 1 are in, and those above them are refused.",
	.options = options_both,
	.run = freeze_run,
};

const struct command command_thaw = {
	.name = "thaw",
	.alias = "unpause",
	.operands = "CONTAINER...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.help = "let frozen containers or cgroups go on",
	.details = "CONTAINER is as for freeze. What is frozen by a cgroup above it stays so, and "
		   "that\n"
		   "is said.",
	.options = options_both,
	.run = thaw_run,
};
