/* SPDX-License-Identifier: MIT */
/*
 * The deeds of the screen, on what is held, and how each went in one line. What has changed or vanished
 * since it was held is said, and nothing is done to it.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "commands/kill_outcome.h"
#include "commands/top_held.h"

#define STOP_GRACE_USEC 10000000u

/** struct said - what came of it so far */
struct said {
	struct strbuf text; /* raw, one line */
	bool failed;
};

/* One after the other in one line. */
static void begin(struct said *said)
{
	if (said->text.len > 0)
		strbuf_adds(&said->text, "; ");
}

static void say_failure(struct said *said, const struct err *err)
{
	begin(said);
	strbuf_adds(&said->text, err->text);
	said->failed = true;
}

static void say_lines(struct said *said, const struct strbuf *lines)
{
	struct span rest = strbuf_span(lines), line;

	while (span_next_line(&rest, &line)) {
		begin(said);
		strbuf_add(&said->text, line.p, line.len);
	}
}

/* ---- Ending ---- */

static void kill_one(struct held_one *one, struct said *said)
{
	_cleanup_(strbuf_finish)
	struct strbuf lines = STRBUF_INIT;
	struct kill_outcome outcome = {.what = one->name, .bomb = one->bomb, .done = true};
	int r = one->bomb ? bomb_kill(one->bomb, NULL, &outcome.report, &outcome.err)
			  : killer_run(one->killer, NULL, &outcome.report, &outcome.err);

	kill_outcome_result(&outcome, &lines);
	say_lines(said, &lines);
	/* Survivors are named by then. */
	if (r < 0 && (!outcome.report.method || r != -EBUSY))
		say_failure(said, &outcome.err);
	said->failed |= r < 0;
}

/* ---- Signals ---- */

static int send_signal(struct held_one *one, const struct act_deed *deed, struct err *err)
{
	if (one->target)
		return target_signal(one->target, deed->signal, deed->all, err);
	if (syscall(SYS_pidfd_send_signal, one->pidfd, deed->signal, NULL, 0) < 0)
		return err_set(err, errno, "%s: send SIG%s", one->name, sigabbrev_np(deed->signal));
	return 0;
}

static void signal_one(struct held_one *one, const struct act_deed *deed, struct said *said)
{
	struct err err = ERR_INIT;

	if (send_signal(one, deed, &err) < 0) {
		say_failure(said, &err);
		return;
	}
	begin(said);
	strbuf_addf(&said->text, "%s: SIG%s sent", one->name, sigabbrev_np(deed->signal));
	if (one->target)
		strbuf_adds(&said->text,
			    deed->all ? " to all its processes" : " to its first process");
}

/* ---- Freezing ---- */

static void freeze_one(struct held_one *one, struct said *said)
{
	struct err err = ERR_INIT;
	int frozen = target_is_frozen(one->target, &err);
	int r = frozen;

	if (r >= 0)
		r = frozen ? target_thaw(one->target, &err) : target_freeze(one->target, &err);
	if (r < 0) {
		say_failure(said, &err);
		return;
	}
	begin(said);
	strbuf_addf(&said->text, "%s: %s", one->name, frozen ? "thawed" : "frozen");
}

/* ---- Nice values ---- */

/* Every thread has its own. */
static int renice_threads(pid_t pid, int nice)
{
	char path[32];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	_cleanup_(cleanup_closedir)
	DIR *dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		int tid = atoi(entry->d_name);

		if (tid > 0 && setpriority(PRIO_PROCESS, (id_t)tid, nice) < 0 && errno != ESRCH)
			return -errno;
	}
	return 0;
}

static int clamp_nice(int nice)
{
	return nice < -20 ? -20 : nice > 19 ? 19 : nice;
}

static void renice_one(struct held_one *one, const struct act_deed *deed, struct said *said)
{
	struct err err = ERR_INIT;
	int before = 0, wanted, r = 0;

	if (one->pidfd < 0) {
		err_setx(&err, EOPNOTSUPP,
			 "%s: nice values are processes': L has the CPU weight of a container",
			 one->name);
		say_failure(said, &err);
		return;
	}
	before = getpriority(PRIO_PROCESS, (id_t)one->pid);
	wanted = clamp_nice(before + deed->nice);
	if (wanted != before)
		r = renice_threads(one->pid, wanted);
	/* While it lives, the pid was its own all the time. */
	if (!held_is_there(one))
		r = err_setx(&err, ESRCH, "%s: it has ended", one->name);
	else if (r < 0)
		err_set(&err, -r, "%s: set nice %d", one->name, wanted);
	if (r < 0) {
		say_failure(said, &err);
		return;
	}
	begin(said);
	if (wanted == before)
		strbuf_addf(&said->text, "%s: nice is %d already", one->name, before);
	else
		strbuf_addf(&said->text, "%s: nice %d -> %d", one->name, before, wanted);
}

/* ---- Limits ---- */

static void set_of(const struct act_value *values, struct limit_set *out)
{
	*out = (struct limit_set) {0};
	for (int i = 0; i < LIMITS; i++) {
		out->values[i].set = values[i].set;
		out->values[i].number = values[i].number;
		snprintf(out->values[i].text, sizeof(out->values[i].text), "%s", values[i].text);
	}
}

static void say_changes(const struct limit_set *wanted, const struct limit_set *before,
			const struct limit_set *now, struct strbuf *out)
{
	char text[LIMIT_TEXT_MAX];
	const char *sep = ": ";

	for (int i = 0; i < LIMITS; i++) {
		enum limit_id id = (enum limit_id)i;

		if (!wanted->values[i].set)
			continue;
		strbuf_addf(out, "%s%s %s", sep, limits[i].name,
			    limit_format(id, &before->values[i], text));
		strbuf_addf(out, " -> %s", limit_format(id, &now->values[i], text));
		sep = ", ";
	}
}

static void limit_one(struct held_one *one, const struct act_deed *deed, struct said *said)
{
	struct limit_set wanted, before, now;
	struct err err = ERR_INIT;
	int r;

	set_of(deed->limits, &wanted);
	r = target_read_limits(one->target, &before, &err);
	if (r == 0)
		r = target_set_limits(one->target, &wanted, &now, &err);
	if (r < 0) {
		say_failure(said, &err);
		return;
	}
	begin(said);
	strbuf_adds(&said->text, one->name);
	say_changes(&wanted, &before, &now, &said->text);
}

/* ---- Sandboxes of ours ---- */

static void end_sandbox(struct held_one *one, bool remove, struct said *said)
{
	struct err err = ERR_INIT;
	int r;

	if (!one->sandbox)
		r = err_setx(&err, EOPNOTSUPP, "%s: it is no sandbox of boxtop's: X ends it",
			     one->name);
	else if (remove)
		r = sandbox_remove(one->sandbox, true, &err);
	else
		r = sandbox_stop(one->sandbox, STOP_GRACE_USEC, &err);
	if (r < 0) {
		say_failure(said, &err);
		return;
	}
	begin(said);
	if (remove)
		strbuf_addf(&said->text, "%s: ended and removed", one->name);
	else
		strbuf_addf(&said->text, "%s: stopped; boxtop rm %s forgets it", one->name,
			    one->sandbox);
}

/* ---- All ---- */

static void do_one(struct held_one *one, const struct act_deed *deed, struct said *said)
{
	bool needs_group = deed->kind == ACT_FREEZE || deed->kind == ACT_LIMITS;
	struct err err = ERR_INIT;

	if (!one->err.code && !held_is_there(one))
		err_setx(&err, ESRCH, "%s: it is gone: nothing was done", one->name);
	else if (!one->err.code && needs_group && !one->target)
		err_setx(&err, EOPNOTSUPP, "%s: that is for containers and cgroups", one->name);
	if (one->err.code || err.code) {
		say_failure(said, one->err.code ? &one->err : &err);
		return;
	}
	switch (deed->kind) {
	case ACT_NONE:
		break;
	case ACT_KILL:
		kill_one(one, said);
		break;
	case ACT_SIGNAL:
		signal_one(one, deed, said);
		break;
	case ACT_FREEZE:
		freeze_one(one, said);
		break;
	case ACT_RENICE:
		renice_one(one, deed, said);
		break;
	case ACT_LIMITS:
		limit_one(one, deed, said);
		break;
	case ACT_STOP:
	case ACT_REMOVE:
		end_sandbox(one, deed->kind == ACT_REMOVE, said);
		break;
	}
}

void held_do(struct held *held, const struct act_deed *deed, struct act_news *news)
{
	struct said said = {STRBUF_INIT, false};

	for (size_t i = 0; i < held->len; i++)
		do_one(&held->ones[i], deed, &said);
	news->failed = said.failed;
	news->text = arena_strdup(&news->arena, strbuf_cstr(&said.text));
	strbuf_finish(&said.text);
}
