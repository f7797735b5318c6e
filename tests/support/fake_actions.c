/* SPDX-License-Identifier: MIT */
/* See the header. */
#include "support/fake_actions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "model/snapshot.h"

#define MIB (1024u * 1024u)

static const char *const kinds[] = {
	[ACT_NONE] = "none",	 [ACT_KILL] = "kill",	  [ACT_SIGNAL] = "signal",
	[ACT_FREEZE] = "freeze", [ACT_RENICE] = "renice", [ACT_LIMITS] = "limits",
	[ACT_STOP] = "stop",	 [ACT_REMOVE] = "remove",
};

static const struct act_limit table[] = {
	{"memory",
	 "Memory",
	 "bytes of memory",
	 ACT_BYTES,
	 4096,
	 UINT64_C(1) << 60,
	 {true, 64 * MIB, ""},
	 true,
	 true,
	 48 * MIB,
	 60 * MIB,
	 NULL,
	 ""},
	{"swap",
	 "Swap",
	 "bytes of swap",
	 ACT_BYTES,
	 0,
	 UINT64_C(1) << 60,
	 {true, ACT_NO_LIMIT, ""},
	 true,
	 false,
	 0,
	 0,
	 NULL,
	 ""},
	{"cpus",
	 "CPUs",
	 "CPU time per time",
	 ACT_MICROCPUS,
	 10000,
	 1000000000,
	 {true, 1500000, ""},
	 true,
	 false,
	 250000,
	 0,
	 NULL,
	 "4 by /slice above"},
	{"pids",
	 "Tasks",
	 "processes and threads",
	 ACT_COUNT,
	 0,
	 4194304,
	 {true, 100, ""},
	 true,
	 true,
	 12,
	 40,
	 NULL,
	 ""},
	{"cpuset",
	 "CPU set",
	 "CPUs that it may run on",
	 ACT_TEXT,
	 0,
	 0,
	 {true, 0, "0-3"},
	 false,
	 false,
	 0,
	 0,
	 NULL,
	 ""},
	{"io-max",
	 "I/O",
	 "bytes and operations of disks",
	 ACT_TEXT,
	 0,
	 0,
	 {false, 0, ""},
	 false,
	 false,
	 0,
	 0,
	 "there is no io controller on this host",
	 ""},
};

static struct fake_actions *fake_of(struct actions *actions)
{
	return actions->data;
}

static void answer(struct fake_actions *fake, struct act_news *news)
{
	if (fake->silent || fake->news_len == FAKE_NEWS_MAX)
		act_news_free(news);
	else
		fake->news[fake->news_len++] = news;
}

static struct act_news *take(struct actions *actions)
{
	struct fake_actions *fake = fake_of(actions);

	if (fake->news_len == 0)
		return NULL;
	struct act_news *first = fake->news[0];

	memmove(fake->news, fake->news + 1, --fake->news_len * sizeof(fake->news[0]));
	return first;
}

static void name_row(const struct row *row, char *buf, size_t cap)
{
	if (row->kind == ROW_CONTAINER)
		snprintf(buf, cap, "%s (%s)", row_container(row)->name, row_container(row)->engine);
	else if (row->kind == ROW_CGROUP)
		snprintf(buf, cap, "%s", row_cgroup(row)->path);
	else if (row->kind == ROW_PROCESS)
		snprintf(buf, cap, "%d (%s)", (int)row_process(row)->pid, row_process(row)->comm);
	else
		snprintf(buf, cap, "namespace %llu", (unsigned long long)row_ns(row)->id);
}

static void note_rows(struct fake_actions *fake, const char *verb, enum act_kind kind,
		      const struct act_rows *rows)
{
	fake->kind = kind;
	fake->len = rows->len < FAKE_ROWS_MAX ? rows->len : FAKE_ROWS_MAX;
	strbuf_addf(&fake->asked, "%s %s", verb, kinds[kind]);
	for (size_t i = 0; i < fake->len; i++) {
		name_row(&rows->rows[i], fake->names[i], sizeof(fake->names[i]));
		strbuf_addf(&fake->asked, "%s %s", i > 0 ? "," : "", fake->names[i]);
	}
	fake->processes_rows = rows->len > 0 && rows->rows[0].kind == ROW_PROCESS;
	strbuf_addc(&fake->asked, '\n');
}

static void tell_limits(struct act_news *news)
{
	news->limits = arena_array(&news->arena, ARRAY_LEN(table), sizeof(news->limits[0]));
	news->limits_len = ARRAY_LEN(table);
	memcpy(news->limits, table, sizeof(table));
}

static void tell(struct fake_actions *fake)
{
	struct act_news *news = act_news_new(ACT_NEWS_HELD, fake->ticket);

	news->items = arena_array(&news->arena, fake->len + 1, sizeof(news->items[0]));
	news->items_len = fake->len;
	for (size_t i = 0; i < fake->len; i++)
		news->items[i] = (struct act_item) {
			.name = arena_strdup(&news->arena, fake->names[i]),
			.where = arena_printf(&news->arena, "cgroup /docker/%zu", i),
			.counted = true,
			.processes = fake->processes,
			.is_process = fake->processes_rows,
			.why = fake->gone ? arena_printf(&news->arena, "%s: it is gone",
							 fake->names[i])
					  : NULL,
		};
	if (fake->kind == ACT_LIMITS && !fake->gone)
		tell_limits(news);
	answer(fake, news);
}

static uint64_t hold(struct actions *actions, enum act_kind kind, const struct act_rows *rows)
{
	struct fake_actions *fake = fake_of(actions);

	fake->ticket++;
	note_rows(fake, "hold", kind, rows);
	tell(fake);
	return fake->ticket;
}

static void look(struct actions *actions, uint64_t ticket, struct snapshot *snapshot)
{
	struct fake_actions *fake = fake_of(actions);

	(void)snapshot;
	if (ticket == fake->ticket)
		tell(fake);
}

static void note_deed(struct fake_actions *fake, const struct act_deed *deed)
{
	strbuf_addf(&fake->asked, "go %s", kinds[deed->kind]);
	if (deed->kind == ACT_SIGNAL)
		strbuf_addf(&fake->asked, " %d%s", deed->signal, deed->all ? " all" : "");
	for (size_t i = 0; deed->limits && i < ARRAY_LEN(table); i++)
		if (deed->limits[i].set)
			strbuf_addf(&fake->asked, " %s=%lld%s", table[i].name,
				    (long long)deed->limits[i].number, deed->limits[i].text);
	strbuf_addc(&fake->asked, '\n');
}

static void done(struct fake_actions *fake, uint64_t ticket, const char *how)
{
	struct act_news *news = act_news_new(ACT_NEWS_DONE, ticket);

	news->failed = fake->gone;
	news->text = arena_printf(&news->arena, "%s: %s", fake->names[0],
				  fake->gone ? "it is gone: nothing was done" : how);
	answer(fake, news);
}

static void go(struct actions *actions, uint64_t ticket, const struct act_deed *deed)
{
	note_deed(fake_of(actions), deed);
	done(fake_of(actions), ticket, "ended 12 processes in 1.2 ms (cgroup.kill)");
}

static void drop(struct actions *actions, uint64_t ticket)
{
	(void)ticket;
	strbuf_adds(&fake_of(actions)->asked, "drop\n");
}

static void at_once(struct actions *actions, const struct act_deed *deed,
		    const struct act_rows *rows)
{
	struct fake_actions *fake = fake_of(actions);

	note_rows(fake, "at once", deed->kind, rows);
	if (deed->nice)
		strbuf_addf(&fake->asked, "nice %+d\n", deed->nice);
	done(fake, ++fake->ticket, kinds[deed->kind]);
}

static int parse_limit(size_t limit, struct span text, struct act_value *out, struct err *err)
{
	*out = (struct act_value) {.set = true};
	if (table[limit].unit == ACT_TEXT)
		return span_copy(text, out->text, sizeof(out->text)) ? 0 : -EINVAL;
	if (span_eq(text, SPAN("max")))
		out->number = ACT_NO_LIMIT;
	else if (table[limit].unit == ACT_BYTES)
		return units_parse_bytes(text, &out->number, err);
	else if (table[limit].unit == ACT_MICROCPUS)
		return units_parse_cpus(text, &out->number, err);
	else
		return units_parse_u64(text, 0, 4194304, &out->number, err);
	return 0;
}

static char *format_limit(size_t limit, const struct act_value *value, char buf[ACT_TEXT_MAX])
{
	if (!value->set)
		snprintf(buf, ACT_TEXT_MAX, "-");
	else if (table[limit].unit == ACT_TEXT)
		snprintf(buf, ACT_TEXT_MAX, "%s", value->text);
	else if (value->number == ACT_NO_LIMIT)
		snprintf(buf, ACT_TEXT_MAX, "max");
	else if (table[limit].unit == ACT_BYTES && value->number % MIB == 0)
		snprintf(buf, ACT_TEXT_MAX, "%lluM", (unsigned long long)(value->number / MIB));
	else if (table[limit].unit == ACT_MICROCPUS)
		snprintf(buf, ACT_TEXT_MAX, "%g", (double)value->number / 1e6);
	else
		snprintf(buf, ACT_TEXT_MAX, "%llu", (unsigned long long)value->number);
	return buf;
}

static void launch(struct actions *actions, const char *const *args)
{
	struct fake_actions *fake = fake_of(actions);
	struct act_news *news = act_news_new(ACT_NEWS_STARTED, 0);

	strbuf_adds(&fake->asked, "launch");
	for (size_t i = 0; args[i]; i++)
		strbuf_addf(&fake->asked, " [%s]", args[i]);
	strbuf_addc(&fake->asked, '\n');
	news->failed = fake->launch_failure;
	news->text = fake->launch_failure;
	news->name = fake->launch_failure ? NULL : "fresh";
	answer(fake, news);
}

static void read_log(struct actions *actions, const char *name, uint64_t lines)
{
	struct fake_actions *fake = fake_of(actions);
	struct act_news *news = act_news_new(ACT_NEWS_LOG, 0);

	strbuf_addf(&fake->asked, "log %s %llu\n", name, (unsigned long long)lines);
	news->name = arena_strdup(&news->arena, name);
	news->text = fake->log_text;
	answer(fake, news);
}

static int shell(struct actions *actions, const struct act_rows *row, struct err *err)
{
	(void)err;
	note_rows(fake_of(actions), "shell", ACT_NONE, row);
	return 0;
}

void fake_actions_init(struct fake_actions *fake)
{
	*fake = (struct fake_actions) {.processes = 12, .log_text = "first\nsecond\n"};
	fake->actions = (struct actions) {
		.data = fake,
		.wake_fd = -1,
		.take = take,
		.hold = hold,
		.look = look,
		.go = go,
		.drop = drop,
		.at_once = at_once,
		.parse_limit = parse_limit,
		.format_limit = format_limit,
		.launch = launch,
		.log = read_log,
		.shell = shell,
	};
}

void fake_actions_finish(struct fake_actions *fake)
{
	for (size_t i = 0; i < fake->news_len; i++)
		act_news_free(fake->news[i]);
	strbuf_finish(&fake->asked);
}
