/* SPDX-License-Identifier: MIT */
/* The words of boxtop kill. Owns nothing, does nothing; names in it are hostile, and sanitized. */
#include "commands/kill_outcome.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/units.h"

#define PROGRAMS_MAX 4 /* named in the sum */
#define LEFT_OUT_MAX 8
#define SECOND_USEC  1000000

static void add_count(struct strbuf *out, uint64_t n)
{
	strbuf_addf(out, "%" PRIu64 " %s", n, n == 1 ? "process" : "processes");
}

static void add_named(struct strbuf *out, pid_t pid, const char *comm)
{
	strbuf_addf(out, "%d (", (int)pid);
	text_sanitize(span_of(comm), out);
	strbuf_addc(out, ')');
}

/* ---- Before ---- */

static int by_comm(const void *a, const void *b)
{
	return strcmp(((const struct bomb_member *)a)->comm, ((const struct bomb_member *)b)->comm);
}

/* struct program - how many members are called so */
struct program {
	const char *comm;
	uint64_t n;
};

static int by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct program *)a)->n, y = ((const struct program *)b)->n;

	return (x < y) - (x > y);
}

/* The members by what they are called, the most first; @sorted is theirs in order of that. */
static size_t count_programs(const struct bomb_member *sorted, size_t len, struct program *programs)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (n == 0 || strcmp(programs[n - 1].comm, sorted[i].comm) != 0)
			programs[n++] = (struct program) {sorted[i].comm, 0};
		programs[n - 1].n++;
	}
	qsort(programs, n, sizeof(programs[0]), by_number);
	return n;
}

static void add_programs(struct strbuf *out, const struct bomb *bomb)
{
	size_t len, n;
	const struct bomb_member *members = bomb_members(bomb, &len);
	struct bomb_member *sorted = xcalloc(len + 1, sizeof(sorted[0]));
	struct program *programs = xcalloc(len + 1, sizeof(programs[0]));

	if (len > 0)
		memcpy(sorted, members, len * sizeof(sorted[0]));
	qsort(sorted, len, sizeof(sorted[0]), by_comm);
	n = count_programs(sorted, len, programs);
	for (size_t i = 0; i < n && i < PROGRAMS_MAX; i++) {
		strbuf_adds(out, i ? ", " : "");
		text_sanitize(span_of(programs[i].comm), out);
		strbuf_addf(out, " %" PRIu64, programs[i].n);
	}
	if (n > PROGRAMS_MAX)
		strbuf_adds(out, ", ...");
	free(programs);
	free(sorted);
}

static void add_left_out(struct strbuf *out, const struct bomb *bomb)
{
	size_t len;
	const struct bomb_member *left_out = bomb_left_out(bomb, &len);

	for (size_t i = 0; i < len && i < LEFT_OUT_MAX; i++) {
		strbuf_adds(out, "left out: ");
		add_named(out, left_out[i].pid, left_out[i].comm);
		strbuf_addf(out, ", %s\n", bomb_spared_text(left_out[i].why));
	}
	if (len > LEFT_OUT_MAX)
		strbuf_addf(out, "left out: %zu more\n", len - LEFT_OUT_MAX);
}

void kill_outcome_intent(const struct kill_outcome *outcome, struct strbuf *out)
{
	text_sanitize(span_of(outcome->what), out);
	if (outcome->counted) {
		strbuf_adds(out, ": ");
		add_count(out, outcome->processes);
	}
	if (outcome->bomb && bomb_count(outcome->bomb) > 0) {
		strbuf_adds(out, " (");
		add_programs(out, outcome->bomb);
		strbuf_addc(out, ')');
	}
	strbuf_addc(out, '\n');
	if (outcome->bomb)
		add_left_out(out, outcome->bomb);
}

void kill_outcome_bomb(const struct kill_outcome *outcome, struct strbuf *out)
{
	add_programs(out, outcome->bomb);
	strbuf_addc(out, '\n');
	add_left_out(out, outcome->bomb);
}

void kill_outcome_members(const struct kill_outcome *outcome, struct strbuf *out)
{
	size_t len = 0;
	const struct bomb_member *members =
		outcome->bomb ? bomb_members(outcome->bomb, &len) : NULL;

	for (size_t i = 0; i < len; i++) {
		strbuf_addf(out, "%7d ", (int)members[i].pid);
		text_sanitize(span_of(members[i].comm), out);
		strbuf_addc(out, '\n');
	}
}

/* ---- After ---- */

static void add_duration(struct strbuf *out, uint64_t usec)
{
	char text[UNITS_TEXT_MAX];

	if (usec < SECOND_USEC)
		strbuf_addf(out, "%" PRIu64 ".%" PRIu64 " ms", usec / 1000, usec % 1000 / 100);
	else
		strbuf_adds(out, units_format_duration(usec, text));
}

static void add_survivor(struct strbuf *out, const struct kill_survivor *survivor)
{
	strbuf_adds(out, "still there: ");
	add_named(out, survivor->pid, survivor->comm);
	if (survivor->state == 'Z')
		strbuf_addf(out, ", a zombie that its parent %d has not reaped\n",
			    (int)survivor->parent);
	else if (survivor->wchan[0])
		strbuf_addf(out, ", state %c, waits in %s\n", survivor->state, survivor->wchan);
	else
		strbuf_addf(out, ", state %c\n", survivor->state);
}

void kill_outcome_result(const struct kill_outcome *outcome, struct strbuf *out)
{
	const struct kill_report *report = &outcome->report;

	if (outcome->signal || (outcome->err.code && !report->method))
		return;
	text_sanitize(span_of(outcome->what), out);
	strbuf_adds(out, ": ended ");
	add_count(out, report->killed);
	strbuf_adds(out, " in ");
	add_duration(out, report->duration_usec);
	strbuf_addf(out, " (%s)\n", report->method);
	if (report->unreaped)
		strbuf_addf(out, "left to init to reap: %" PRIu64 "\n", report->unreaped);
	for (unsigned int i = 0; i < report->survivors_len; i++)
		add_survivor(out, &report->survivors[i]);
	if (report->remaining > report->survivors_len)
		strbuf_addf(out, "still there: %" PRIu64 " more\n",
			    report->remaining - report->survivors_len);
}

/* ---- JSON ---- */

static json_t *json_state(char state)
{
	return json_stringn(&state, 1);
}

static json_t *json_survivors(const struct kill_report *report)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < report->survivors_len; i++) {
		const struct kill_survivor *survivor = &report->survivors[i];
		json_t *object = json_object();

		json_add(object, "pid", json_integer(survivor->pid));
		json_add(object, "ppid", json_integer(survivor->parent));
		json_add(object, "state", json_state(survivor->state));
		json_add(object, "command", json_text(survivor->comm));
		json_add(object, "waits_in",
			 survivor->wchan[0] ? json_text(survivor->wchan) : json_null());
		json_push(array, object);
	}
	return array;
}

static json_t *json_members(const struct bomb_member *members, size_t len)
{
	json_t *array = json_array();

	for (size_t i = 0; i < len; i++) {
		json_t *object = json_object();

		json_add(object, "pid", json_integer(members[i].pid));
		json_add(object, "start_ticks", json_integer((json_int_t)members[i].start_ticks));
		json_add(object, "command", json_text(members[i].comm));
		if (members[i].why != SPARED_NOT)
			json_add(object, "why", json_string(bomb_spared_text(members[i].why)));
		json_push(array, object);
	}
	return array;
}

static void add_bomb_json(json_t *object, const struct kill_outcome *outcome)
{
	size_t len;
	const struct bomb_member *members = bomb_left_out(outcome->bomb, &len);

	json_add(object, "left_out", json_members(members, len));
	if (outcome->done)
		return;
	members = bomb_members(outcome->bomb, &len);
	json_add(object, "members", json_members(members, len));
}

static json_t *json_outcome(const struct kill_outcome *outcome)
{
	const struct kill_report *report = &outcome->report;
	bool ended = outcome->done && report->method;
	json_t *object =
		outcome->item ? acting_json(outcome->targets, outcome->item) : json_object();

	json_add(object, "what", json_text(outcome->what));
	json_add(object, "processes",
		 outcome->counted ? json_integer((json_int_t)outcome->processes) : json_null());
	json_add(object, "signal", outcome->signal ? json_integer(outcome->signal) : json_null());
	json_add(object, "ended", ended ? json_integer((json_int_t)report->killed) : json_null());
	json_add(object, "duration_usec",
		 ended ? json_integer((json_int_t)report->duration_usec) : json_null());
	json_add(object, "method", ended ? json_string(report->method) : json_null());
	json_add(object, "remaining",
		 ended ? json_integer((json_int_t)report->remaining) : json_null());
	json_add(object, "unreaped",
		 ended ? json_integer((json_int_t)report->unreaped) : json_null());
	json_add(object, "survivors", json_survivors(report));
	json_add(object, "error", outcome->err.code ? json_text(outcome->err.text) : json_null());
	if (outcome->bomb)
		add_bomb_json(object, outcome);
	return object;
}

int kill_outcomes_json(const struct kill_outcome *outcomes, size_t n, struct strbuf *out,
		       struct err *err)
{
	json_t *object = json_object(), *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_push(array, json_outcome(&outcomes[i]));
	json_add(object, "kills", array);
	return output_json_line(object, out, err);
}
