// SPDX-License-Identifier: MIT
/*
 * Confirming a claim. A path is what somebody named a directory; it becomes a container's name when
 * the engine's state names a process that lives, started when the state says, and is in that cgroup.
 * State inside of a container (/proc/PID/root/...) is never read: its root may serve it from a file
 * system that never answers. So a nested engine's containers stay unconfirmed.
 */
#include "collectors/engines/confirm.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"

#define STATE_FILE_MAX (4u << 20) /* runc's state.json has been seen at 100 KiB */

static const struct fact_key crun_keys[] = {
	{FACT_PID, {"pid"}},
	{FACT_START_TICKS, {"process-start-time"}},
	{FACT_CREATED, {"created"}},
	{FACT_ROOT_PATH, {"rootfs"}},
};
const struct facts_source confirm_crun_source = {FACTS_JSON, STATE_FILE_MAX, crun_keys,
						 ARRAY_LEN(crun_keys)};

static const struct fact_key runc_keys[] = {
	{FACT_ID, {"id"}},
	{FACT_PID, {"init_process_pid"}},
	{FACT_START_TICKS, {"init_process_start"}},
	{FACT_CREATED, {"created"}},
	{FACT_ROOT_PATH, {"config", "rootfs"}},
};
const struct facts_source confirm_runc_source = {FACTS_JSON, STATE_FILE_MAX, runc_keys,
						 ARRAY_LEN(runc_keys)};

static const struct fact_key pidfile_keys[] = {{FACT_PID, {"", ""}}};
static const struct facts_source pidfile_source = {FACTS_VALUE, 64, pidfile_keys, 1};

const struct facts *confirm_read(const struct engine_io *io, const struct facts_source *source,
				 const char *base, const char *rest_fmt, ...)
{
	const struct facts *facts;
	char rest[PATH_MAX];
	va_list args;
	int len;

	if (!base)
		return NULL;
	va_start(args, rest_fmt);
	len = vsnprintf(rest, sizeof(rest), rest_fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(rest))
		return NULL;
	state_read(io->cache, source, (struct state_path) {base, rest}, NULL, &facts);
	return facts;
}

const char *confirm_base(const struct engine_io *io, const struct claim *claim, const char *system,
			 const char *home)
{
	const char *of_user;

	if (claim->uid == 0)
		return system;
	of_user = io->home(io->data, claim->uid);
	return of_user ? arena_printf(claim->arena, "%s/%s", of_user, home) : NULL;
}

const char *confirm_run_base(const struct claim *claim, const char *system, const char *user)
{
	if (claim->uid == 0)
		return system;
	return arena_printf(claim->arena, "run/user/%u/%s", claim->uid, user);
}

/* Which member of a claim a fact goes to. */
static const struct {
	enum fact fact;
	size_t offset;
} claim_members[] = {
	{FACT_NAME, offsetof(struct claim, name)},
	{FACT_IMAGE, offsetof(struct claim, image)},
	{FACT_POD, offsetof(struct claim, pod)},
	{FACT_POD_NAMESPACE, offsetof(struct claim, pod_namespace)},
	{FACT_PROJECT, offsetof(struct claim, project)},
	{FACT_SERVICE, offsetof(struct claim, service)},
	{FACT_ROOT_PATH, offsetof(struct claim, root_path)},
	{FACT_OWNER, offsetof(struct claim, owner)},
};

void confirm_take(struct claim *claim, const struct facts *facts)
{
	uint64_t created_usec = facts_usec(facts->text[FACT_CREATED]);

	for (size_t i = 0; i < ARRAY_LEN(claim_members); i++) {
		const char *text = facts->text[claim_members[i].fact];
		const char **member = (const char **)((char *)claim + claim_members[i].offset);

		if (text)
			*member = arena_strdup(claim->arena, text);
	}
	if (created_usec)
		claim->created_usec = created_usec;
	if (facts->text[FACT_TYPE] && strcmp(facts->text[FACT_TYPE], "sandbox") == 0)
		claim->kind = CONTAINER_PAUSE;
}

void confirm_leader(const struct engine_io *io, struct claim *claim, pid_t pid,
		    uint64_t start_ticks)
{
	uint64_t live_ticks;

	if (pid <= 0 || !io->is_member(io->data, pid))
		return;
	live_ticks = io->start_ticks(io->data, pid);
	if (!live_ticks || (start_ticks && start_ticks != live_ticks))
		return;
	claim->leader = pid;
	claim->leader_start_ticks = live_ticks;
	claim->confirmed = true;
}

void confirm_leader_of(const struct engine_io *io, struct claim *claim, const struct facts *facts)
{
	uint64_t pid = facts_u64(facts, FACT_PID);

	if (pid <= INT_MAX)
		confirm_leader(io, claim, (pid_t)pid, facts_u64(facts, FACT_START_TICKS));
}

void confirm_pidfile(const struct engine_io *io, struct claim *claim, const char *base,
		     const char *rest)
{
	const struct facts *facts = NULL;

	if (!claim->confirmed)
		facts = confirm_read(io, &pidfile_source, base, "%s", rest);
	if (facts)
		confirm_leader_of(io, claim, facts);
}

void confirm_by_name(const struct engine_io *io, struct claim *claim, bool exists)
{
	claim->confirmed = exists && !io->nested;
}

void confirm_by_path(const struct engine_io *io, struct claim *claim, const char *base,
		     const char *rest)
{
	struct state_path path = {base, rest};

	confirm_by_name(io, claim, state_exists(io->cache, path) == READ_OK);
}

void confirm_oci(const struct engine_io *io, struct claim *claim, const char *crun_base,
		 const char *runc_base, const char *id)
{
	const struct facts *facts;

	facts = confirm_read(io, &confirm_crun_source, crun_base, "%s/status", id);
	if (!facts)
		facts = confirm_read(io, &confirm_runc_source, runc_base, "%s/state.json", id);
	if (!facts || (facts->text[FACT_ID] && strcmp(facts->text[FACT_ID], id) != 0))
		return;
	confirm_leader_of(io, claim, facts);
	if (claim->confirmed)
		confirm_take(claim, facts);
}
