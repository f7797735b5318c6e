/* SPDX-License-Identifier: MIT */
/* boxtop limit: the limits of one container or cgroup, changed all or nothing, or shown. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "commands/limit.h"
#include "commands/suggest.h"

/* ---- LIMIT=VALUE ---- */

static int refuse_name(struct span name, struct err *err)
{
	struct suggestion suggestion = suggestion_for(name);

	for (int i = 0; i < LIMITS; i++)
		suggestion_consider(&suggestion, limits[i].name);
	if (suggestion_get(&suggestion))
		return err_setx(err, EINVAL, "no limit '%.*s': did you mean %s?", (int)name.len,
				name.p, suggestion_get(&suggestion));
	return err_setx(err, EINVAL, "no limit '%.*s' (boxtop help limits lists them)",
			(int)name.len, name.p);
}

/* Rules for disks add up; of all else there is one. */
static int parse_assignment(const char *text, struct limit_set *set, struct err *err)
{
	struct span name, value;
	enum limit_id id;

	if (!span_split_at(span_of(text), '=', &name, &value))
		return err_setx(err, EINVAL, "'%s' is no LIMIT=VALUE, like memory=256M", text);
	id = limit_find(name);
	if (id == LIMITS)
		return refuse_name(name, err);
	if (set->values[id].set && limits[id].unit != LIMIT_IO_RULES)
		return err_setx(err, EINVAL, "%s is given twice", limits[id].name);
	return limit_parse(id, value, &set->values[id], err);
}

static int parse_assignments(int n, char **texts, struct limit_set *out, struct err *err)
{
	int r = 0;

	memset(out, 0, sizeof(*out));
	for (int i = 0; r == 0 && i < n; i++)
		r = parse_assignment(texts[i], out, err);
	return r;
}

/* ---- What is below what is in use ---- */

static void warn_memory(const struct command *command, enum limit_id id,
			const struct limit_value *wanted, const struct metric *used)
{
	struct limit_value in_use = {.set = true, .number = used->value};
	char asked[LIMIT_TEXT_MAX], text[2 * LIMIT_TEXT_MAX + 128], bytes[LIMIT_TEXT_MAX];

	if (!metric_is_known(*used) || wanted->number >= used->value)
		return;
	snprintf(text, sizeof(text),
		 "warning: %s=%s is less than the %s bytes in use: what can't be taken back may "
		 "cost "
		 "processes their life",
		 limits[id].name, limit_format(id, wanted, asked),
		 limit_format(id, &in_use, bytes));
	command_warn(command, text);
}

static void warn_pids(const struct command *command, const struct limit_value *wanted,
		      const struct metric *used)
{
	char text[160];

	if (!metric_is_known(*used) || wanted->number >= used->value)
		return;
	snprintf(text, sizeof(text),
		 "warning: pids=%" PRIu64 " is less than the %" PRIu64
		 " tasks that there are: none "
		 "ends for it, but no new one can start",
		 wanted->number, used->value);
	command_warn(command, text);
}

static void warn(const struct command *command, const struct limit_set *wanted,
		 const struct usage *usage)
{
	const struct limit_value *values = wanted->values;

	if (values[LIMIT_MEMORY].set)
		warn_memory(command, LIMIT_MEMORY, &values[LIMIT_MEMORY],
			    &usage->memory.current_bytes);
	if (values[LIMIT_SWAP].set)
		warn_memory(command, LIMIT_SWAP, &values[LIMIT_SWAP], &usage->memory.swap_bytes);
	if (values[LIMIT_PIDS].set)
		warn_pids(command, &values[LIMIT_PIDS], &usage->pids.current);
}

/* ---- Changing ---- */

/* null is no limit, or not known: then a note says why. */
static json_t *value_json(enum limit_id id, const struct limit_value *value)
{
	if (!value->set || value->number == LIMIT_NONE)
		return json_null();
	if (limits[id].unit == LIMIT_LIST || limits[id].unit == LIMIT_IO_RULES)
		return json_text(value->text);
	if (limits[id].unit == LIMIT_MICROCPUS)
		return json_real((double)value->number / 1e6);
	return json_integer((json_int_t)value->number);
}

/* "web (docker): memory 64M -> 128M" */
static void say_change(const struct target_item *item, enum limit_id id,
		       const struct limit_value *before, const struct limit_value *now,
		       struct strbuf *out)
{
	char text[LIMIT_TEXT_MAX];

	text_sanitize(span_of(item->label), out);
	strbuf_addf(out, ": %s %s", limits[id].name, limit_format(id, before, text));
	strbuf_addf(out, " -> %s\n", limit_format(id, now, text));
}

static int change(const struct limit_run *run, const struct limit_set *wanted, struct err *err)
{
	const struct target_item *item = &run->targets.items[0];
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	json_t *object, *changes;
	struct limit_set before, now;
	int r = target_read_limits(item->target, &before, err);

	if (r == 0 && item->cgroup != INDEX_NONE)
		warn(run->command, wanted, &run->targets.snapshot->cgroups[item->cgroup].usage);
	if (r == 0)
		r = target_set_limits(item->target, wanted, &now, err);
	if (r < 0)
		return r;
	object = acting_json(&run->targets, item);
	changes = json_object();
	for (int i = 0; i < LIMITS; i++) {
		enum limit_id id = (enum limit_id)i;
		json_t *one;

		if (!wanted->values[i].set)
			continue;
		say_change(item, id, &before.values[i], &now.values[i], &text);
		one = json_object();
		json_add(one, "before", value_json(id, &before.values[i]));
		json_add(one, "value", value_json(id, &now.values[i]));
		json_add(changes, limits[i].name, one);
	}
	json_add(object, "limits", changes);
	return acting_print(&run->options, strbuf_span(&text), object, err);
}

/* ---- Showing ---- */

static json_t *used_json(enum limit_id id, const struct limit_row *row)
{
	if (!row->used_known)
		return json_null();
	if (limits[id].unit == LIMIT_MICROCPUS)
		return json_real(number_round(row->used));
	return json_integer((json_int_t)row->used);
}

static json_t *note_json(const struct limit_row *row)
{
	if (row->note[0])
		return json_text(row->note);
	return row->value.set && row->value.number == LIMIT_NONE ? json_string("no limit is set")
								 : json_null();
}

static int show(struct limit_run *run, struct err *err)
{
	const struct target_item *item = &run->targets.items[0];
	struct limit_row rows[LIMITS];
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	json_t *object, *all;
	int r = targets_sample(&run->targets, err);

	if (r == 0)
		r = limit_rows_gather(
			&(struct limit_subject) {item->target, run->targets.snapshot, item->cgroup},
			rows, err);
	if (r < 0)
		return r;
	object = acting_json(&run->targets, item);
	all = json_object();
	for (int i = 0; i < LIMITS; i++) {
		json_t *one = json_object();

		json_add(one, "value", value_json((enum limit_id)i, &rows[i].value));
		json_add(one, "used", used_json((enum limit_id)i, &rows[i]));
		json_add(one, "note", note_json(&rows[i]));
		json_add(all, limits[i].name, one);
	}
	json_add(object, "limits", all);
	text_sanitize(span_of(item->label), &text);
	strbuf_addc(&text, '\n');
	limit_rows_write(rows, &text);
	return acting_print(&run->options, strbuf_span(&text), object, err);
}

static int limit_run(const struct command *command, int argc, char **argv)
{
	struct limit_run run = {.command = command};
	struct limit_set wanted;
	struct err err = ERR_INIT;
	int code = command_begin(command, &run.options, &argc, &argv);
	int r;

	if (code != COMMAND_GO_ON)
		return code;
	if (parse_assignments(argc - 1, argv + 1, &wanted, &err) < 0)
		return command_fail_usage(command, &err);
	r = targets_hold(&run.targets, 1, argv, LIMIT_SOURCES, &err);
	if (r == 0)
		r = argc > 1 ? change(&run, &wanted, &err) : show(&run, &err);
	targets_finish(&run.targets);
	return r < 0 ? command_fail(command, &err) : EXIT_FINE;
}

static const struct option_spec limit_options[] = {
	ACTING_OPTIONS,
	{0},
};

const struct command command_limit = {
	.name = "limit",
	.operands = "CONTAINER [LIMIT=VALUE...]",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.help = "change the limits of a container or cgroup, or show them with what is in use",
	.details = "boxtop limit web memory=256M cpus=0.5 pids=64 changes all three or none; what "
		   "the\n"
		   "kernel has afterwards is read back and shown. max clears a limit. boxtop help\n"
		   "limits lists them; the kernel's own names, like memory.max, mean the same.\n"
		   "CONTAINER is a name, an id or its start, a pid, or the path of any cgroup.",
	.options = limit_options,
	.run = limit_run,
};
