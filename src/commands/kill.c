/* SPDX-License-Identifier: MIT */
/*
 * boxtop kill: whole containers, one signal, or a bomb that has no cgroup of its own. Everything is
 * found, held and prepared before the question; after it there is only the kill.
 */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/units.h"
#include "commands/acting.h"
#include "commands/ask.h"
#include "commands/command.h"
#include "commands/kill_outcome.h"
#include "commands/signals.h"
#include "commands/stdout.h"

#define TIMEOUT_MAX_USEC (3600 * (uint64_t)1000000)

/* struct kill_request - of the command line */
struct kill_request {
	struct acting_options acting; /* first: its own options set it */
	int signal;		      /* 0: the whole kill */
	bool all, yes, dry_run;
	struct kill_options options;
	bool is_bomb;
	struct bomb_query query;
	char what[256]; /* of @query, for people: "the tree of 4711" */
};

/* ---- Options ---- */

static int set_signal(void *target, const char *value, struct err *err)
{
	return signals_parse(value, &((struct kill_request *)target)->signal, err);
}

static int set_all(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct kill_request *)target)->all = true;
	return 0;
}

static int set_yes(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct kill_request *)target)->yes = true;
	return 0;
}

static int set_dry_run(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct kill_request *)target)->dry_run = true;
	return 0;
}

static int set_timeout(void *target, const char *value, struct err *err)
{
	uint64_t *usec = &((struct kill_request *)target)->options.deadline_usec;
	int r = units_parse_duration(span_of(value), usec, err);

	if (r == 0 && (*usec == 0 || *usec > TIMEOUT_MAX_USEC))
		r = err_setx(err, EINVAL, "'%s' is not between a moment and an hour", value);
	return r;
}

static int choose(struct kill_request *request, enum bomb_by by, const char *value, uint64_t max,
		  struct err *err)
{
	if (request->is_bomb)
		return err_setx(err, EINVAL,
				"only one of --tree, --session, --pgroup, --user, --exe, --ns");
	request->is_bomb = true;
	request->query.by = by;
	return max ? units_parse_u64(span_of(value), 0, max, &request->query.number, err) : 0;
}

static int set_tree(void *target, const char *value, struct err *err)
{
	struct kill_request *request = target;

	snprintf(request->what, sizeof(request->what), "the tree of %s", value);
	return choose(request, BOMB_TREE, value, INT32_MAX, err);
}

static int set_session(void *target, const char *value, struct err *err)
{
	struct kill_request *request = target;

	snprintf(request->what, sizeof(request->what), "session %s", value);
	return choose(request, BOMB_SESSION, value, INT32_MAX, err);
}

static int set_group(void *target, const char *value, struct err *err)
{
	struct kill_request *request = target;

	snprintf(request->what, sizeof(request->what), "process group %s", value);
	return choose(request, BOMB_GROUP, value, INT32_MAX, err);
}

static int set_user(void *target, const char *value, struct err *err)
{
	struct kill_request *request = target;
	const struct passwd *user = getpwnam(value);
	char number[UNITS_TEXT_MAX];

	snprintf(request->what, sizeof(request->what), "user %s", value);
	if (!user && value[strspn(value, "0123456789")] != '\0')
		return err_setx(err, EINVAL, "there is no user '%s'", value);
	snprintf(number, sizeof(number), "%" PRIu32, user ? (uint32_t)user->pw_uid : 0);
	return choose(request, BOMB_USER, user ? number : value, UINT32_MAX - 1, err);
}

static int set_exe(void *target, const char *value, struct err *err)
{
	struct kill_request *request = target;

	snprintf(request->what, sizeof(request->what), "program %s", value);
	request->query.path = value;
	return choose(request, BOMB_EXE, value, 0, err);
}

static int set_ns(void *target, const char *value, struct err *err)
{
	struct kill_request *request = target;

	snprintf(request->what, sizeof(request->what), "namespace %s", value);
	return choose(request, BOMB_NS, value, UINT64_MAX, err);
}

static int check(const struct kill_request *request, int operands, struct err *err)
{
	if (request->is_bomb && operands > 0)
		return err_setx(err, EINVAL,
				"either a CONTAINER or processes chosen by an option, not both");
	if (request->is_bomb && request->signal)
		return err_setx(err, EINVAL,
				"--signal goes with a CONTAINER: chosen processes are ended");
	if (!request->is_bomb && operands == 0)
		return err_setx(err, EINVAL,
				"missing operand: CONTAINER..., or --tree, --session, --pgroup, "
				"--user, --exe or --ns");
	if (request->all && !request->signal)
		return err_setx(err, EINVAL, "--all goes with --signal: without it all are ended");
	return 0;
}

/* ---- What both kinds have in common ---- */

static bool may_go_on(const struct kill_request *request, const struct kill_outcome *outcomes,
		      size_t n)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	if (request->yes || request->signal || !ask_is_possible())
		return true;
	for (size_t i = 0; i < n; i++)
		kill_outcome_intent(&outcomes[i], &text);
	fputs(strbuf_cstr(&text), stderr);
	return ask_yes(n == 1 ? "End it?" : "End them?");
}

static void say_outcome(const struct kill_request *request, const struct kill_outcome *outcome,
			struct strbuf *out)
{
	if (outcome->done) {
		kill_outcome_result(outcome, out);
		return;
	}
	kill_outcome_intent(outcome, out);
	if (request->dry_run)
		kill_outcome_members(outcome, out);
}

static int finish(const struct command *command, const struct kill_request *request,
		  const struct kill_outcome *outcomes, size_t n)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;
	int code = EXIT_FINE, r = 0;

	for (size_t i = 0; i < n && request->acting.format == OUTPUT_TEXT; i++)
		say_outcome(request, &outcomes[i], &text);
	if (request->acting.format == OUTPUT_JSON)
		r = kill_outcomes_json(outcomes, n, &text, &err);
	if (r == 0)
		r = stdout_write(strbuf_span(&text), &err);
	for (size_t i = 0; i < n; i++) {
		if (outcomes[i].err.code)
			code = command_fail(command, &outcomes[i].err);
	}
	return r < 0 ? command_fail(command, &err) : code;
}

/* Nothing was done, and that is what was answered. */
static int decline(const struct command *command)
{
	command_warn(command, "nothing was ended");
	return EXIT_FAILED;
}

/* ---- A bomb ---- */

static void cleanup_bomb(struct bomb **bomb)
{
	bomb_free(*bomb);
}

static int kill_bomb(const struct command *command, const struct kill_request *request)
{
	_cleanup_(cleanup_bomb)
	struct bomb *bomb = NULL;
	struct kill_outcome outcome = {.what = request->what, .counted = true};
	struct err err = ERR_INIT;
	int r = bomb_prepare(&request->query, &bomb, &err);

	if (r < 0)
		return command_fail(command, &err);
	outcome.bomb = bomb;
	outcome.processes = bomb_count(bomb);
	if (!request->dry_run) {
		if (!may_go_on(request, &outcome, 1))
			return decline(command);
		bomb_kill(bomb, &request->options, &outcome.report, &outcome.err);
		outcome.done = true;
	}
	return finish(command, request, &outcome, 1);
}

/* ---- Containers and cgroups ---- */

/* struct victims - those of one command line */
struct victims {
	struct targets targets;
	struct killer **killers; /* one for each target; NULL for a signal */
	struct kill_outcome *outcomes;
};

static void victims_finish(struct victims *victims)
{
	for (size_t i = 0; victims->killers && i < victims->targets.len; i++)
		killer_free(victims->killers[i]);
	free(victims->killers);
	free(victims->outcomes);
	targets_finish(&victims->targets);
}

static int victims_prepare(struct victims *victims, const struct kill_request *request,
			   struct err *err)
{
	size_t len = victims->targets.len;
	int r = 0;

	victims->killers = xcalloc(len + 1, sizeof(victims->killers[0]));
	victims->outcomes = xcalloc(len + 1, sizeof(victims->outcomes[0]));
	for (size_t i = 0; r == 0 && i < len; i++) {
		struct target_item *item = &victims->targets.items[i];
		struct kill_outcome *outcome = &victims->outcomes[i];

		outcome->what = item->label;
		outcome->targets = &victims->targets;
		outcome->item = item;
		outcome->signal = request->signal;
		outcome->counted = target_count(item->target, &outcome->processes, NULL) == 0;
		if (!request->signal)
			r = killer_new(item->target, &victims->killers[i], err);
	}
	return r;
}

static void victims_end(struct victims *victims, const struct kill_request *request)
{
	for (size_t i = 0; i < victims->targets.len; i++) {
		struct kill_outcome *outcome = &victims->outcomes[i];

		if (request->signal)
			target_signal(victims->targets.items[i].target, request->signal,
				      request->all, &outcome->err);
		else
			killer_run(victims->killers[i], &request->options, &outcome->report,
				   &outcome->err);
		outcome->done = true;
	}
}

static int kill_named(const struct command *command, const struct kill_request *request, int n,
		      char **operands)
{
	_cleanup_(victims_finish)
	struct victims victims = {.killers = NULL};
	struct err err = ERR_INIT;
	int r = targets_hold(&victims.targets, n, operands, 0, &err);

	if (r == 0)
		r = victims_prepare(&victims, request, &err);
	if (r < 0)
		return command_fail(command, &err);
	if (!request->dry_run) {
		if (!may_go_on(request, victims.outcomes, victims.targets.len))
			return decline(command);
		victims_end(&victims, request);
	}
	return finish(command, request, victims.outcomes, victims.targets.len);
}

static int kill_run(const struct command *command, int argc, char **argv)
{
	struct kill_request request = {.signal = 0};
	struct err err = ERR_INIT;
	int code = command_begin(command, &request, &argc, &argv);

	if (code != COMMAND_GO_ON)
		return code;
	if (check(&request, argc, &err) < 0)
		return command_fail_usage(command, &err);
	return request.is_bomb ? kill_bomb(command, &request)
			       : kill_named(command, &request, argc, argv);
}

static const struct option_spec kill_options[] = {
	{"signal", 's', OPTION_ARGUMENT, "SIGNAL",
	 "send this to the first process instead of ending all", set_signal},
	{"all", 'a', 0, NULL, "send it to every process", set_all},
	{"tree", 't', OPTION_ARGUMENT, "PID", "end a process and all that came of it", set_tree},
	{"session", 0, OPTION_ARGUMENT, "SID", "end the processes of a session", set_session},
	{"pgroup", 'g', OPTION_ARGUMENT, "PGID", "end a process group, a job of a shell",
	 set_group},
	{"user", 'u', OPTION_ARGUMENT, "USER", "end the processes of a user", set_user},
	{"exe", 'x', OPTION_ARGUMENT, "FILE", "end the processes that run a program", set_exe},
	{"ns", 0, OPTION_ARGUMENT, "INODE", "end the processes in a namespace", set_ns},
	{"dry-run", 'n', 0, NULL, "show what would be ended", set_dry_run},
	{"yes", 'y', 0, NULL, "don't ask", set_yes},
	{"timeout", 0, OPTION_ARGUMENT, "TIME", "how long to wait while nobody ends (5s)",
	 set_timeout},
	ACTING_OPTIONS,
	{0},
};

const struct command command_kill = {
	.name = "kill",
	.operands = "[CONTAINER...]",
	.operands_min = 0,
	.operands_max = OPERANDS_ANY,
	.help = "end whole containers and cgroups, or a fork bomb",
	.details =
		"CONTAINER is a name, an id or its start, a pid, or the path of any cgroup. All of "
		"it\n"
		"ends at once, however fast it forks. The roots, the cgroups that boxtop itself "
		"and PID\n"
		"1 are in, and those above them are refused.\n"
		"\n"
		"A fork bomb without a cgroup of its own is chosen by --tree, --session, "
		"--pgroup,\n"
		"--user, --exe or --ns. For the milliseconds that it takes nobody in the groups "
		"that hold it can "
		"fork\n"
		"(pids.max); otherwise bystanders in them are not touched. Where it is in no group "
		"with\n"
		"that file, and signals alone make no end of it, nobody on the host can, for a "
		"tenth of a\n"
		"second at a time (kernel.threads-max). Left out are this command and its "
		"ancestors,\n"
		"process 1, threads of the kernel and, of a session, its leader if it has a "
		"terminal or\n"
		"runs another program than the rest.\n"
		"\n"
		"To a tree belong the descendants of PID and what they left behind when they "
		"ended:\n"
		"processes that an ancestor of PID adopted, that started no earlier than PID and "
		"run a\n"
		"program of the tree in its cgroups, and that are copies of one of its processes, "
		"made\n"
		"by fork alone, or in the session and process group of PID. What escapes even from "
		"that\n"
		"is found by --exe or --user.\n"
		"\n"
		"On a terminal it shows what it will end, and asks. Who is still there after "
		"--timeout is\n"
		"named, with its state and where in the kernel it waits.",
	.options = kill_options,
	.run = kill_run,
};
