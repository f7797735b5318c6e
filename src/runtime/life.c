/* SPDX-License-Identifier: MIT */
/*
 * What a sandbox has before its command runs, and its end: a name and state, groups with their limits,
 * the layers of its root. Each is written down before it is made, so that whoever comes after a supervisor
 * that was killed finds it.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "base/str.h"
#include "runtime/left.h"
#include "runtime/roots.h"
#include "runtime/supervisor.h"

/* ---- Name and state ---- */

static char *image_of(struct arena *arena, const struct spec *spec)
{
	const char *slash;

	if (spec->root.kind != SPEC_ROOT_TAR)
		return NULL;
	slash = strrchr(spec->root.path, '/');
	return arena_strdup(arena, slash ? slash + 1 : spec->root.path);
}

static void describe(struct life *life)
{
	const struct spec *spec = &life->spec;
	struct state *state = &life->state;
	struct arena *arena = &state->info.arena;
	char hostname[SPEC_HOSTNAME_MAX + 1];

	state->info.name = life->dir.name;
	state->info.hostname = arena_strdup(arena, spec_hostname(spec, hostname));
	state->info.rootfs = arena_strdup(arena, spec->root.path ? spec->root.path : "/");
	state->info.image = image_of(arena, spec);
	for (size_t i = 0; i < spec->process.args.len; i++)
		state_list_add(arena, &state->info.args, spec->process.args.items[i]);
	state->info.created_usec = clock_realtime_usec();
	state->info.status = SANDBOX_CREATING;
	state->info.primary = CGROUP_MEMORY;
	state->info.own_pid_namespace = spec->namespaces & SPEC_NS_PID;
	state->supervisor = getpid();
	state->cgroups_path = spec->cgroups_path;
	state->outlive = spec->outlive;
	state->remove = !life->keep;
	state_boot_id(state->boot_id);
}

static int claim_name(struct life *life, struct err *err)
{
	_cleanup_(cleanup_close)
	int root_fd = -1;
	struct err why = ERR_INIT;
	int r = state_root_open(true, &root_fd, err);

	if (r < 0)
		return r;
	/* What others left must not stop us, but a name of theirs may be the one that is wanted. */
	if (left_sweep(root_fd, &why) < 0)
		front_note(life->front, why.text);
	r = state_create(root_fd, life->spec.name, &life->dir, err);
	if (r < 0)
		return r;
	life->spec.name = life->dir.name;
	describe(life);
	r = state_save(&life->dir, &life->state, err);
	if (r == 0)
		r = spec_save(&life->spec, life->dir.fd, STATE_CONFIG, err);
	if (r == 0 && life->front->relay.flags & RELAY_LOG)
		r = log_writer_open(life->dir.fd, &life->front->log, err);
	return r;
}

/* ---- Layers and groups ---- */

static int make_layers(struct life *life, struct err *err)
{
	return root_prepare(&life->spec, life->dir.fd, &life->layers, err);
}

/* Of a limit, and not of a hierarchy that we may not write. */
static bool is_of_limit(const char *note)
{
	struct span name, rest;

	return span_split_at(span_of(note), ':', &name, &rest) && limit_find(name) != LIMITS;
}

static int take_notes(struct life *life, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < life->cg.notes_len; i++) {
		const char *note = life->cg.notes[i];

		state_list_add(&life->state.info.arena, &life->state.info.notes, note);
		if (!is_of_limit(note))
			continue;
		if (life->front->strict)
			return err_setx(err, EOPNOTSUPP, "limit %s", note);
		strbuf_reset(&text);
		strbuf_addf(&text, "goes on without this limit: %s", note);
		front_note(life->front, strbuf_cstr(&text));
	}
	return 0;
}

static int make_groups(struct life *life, struct err *err)
{
	struct sandbox_info *info = &life->state.info;
	struct cg_request request = {.name = life->spec.name,
				     .parent = life->spec.cgroups_path,
				     .limits = &life->spec.limits};
	int r = cg_create(&request, &life->cg, err);

	if (r < 0)
		return r;
	life->cg_made = true;
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		info->cgroup_paths[i] = life->cg.paths[i];
	info->primary = life->cg.primary;
	info->inode = life->cg.inode;
	life->state.manager = life->cg.manager;
	life->state.unit = life->cg.unit;
	r = state_save(&life->dir, &life->state, err);
	return r < 0 ? r : take_notes(life, err);
}

int life_make(struct life *life, struct err *err)
{
	int r = claim_name(life, err);

	if (r == 0)
		r = make_layers(life, err);
	if (r == 0)
		r = make_groups(life, err);
	return r;
}

/* ---- The end ---- */

static void let_go(struct life *life)
{
	int *fds[] = {&life->layers.root_fd, &life->layers.changes_fd, &life->launched.pidfd,
		      &life->launched.console_fd};

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

int life_unmake(struct life *life, int exit_code, struct err *err)
{
	struct state *state = &life->state;
	int r = 0;

	let_go(life);
	/* Known without asking for what there might be: a failed cg_create() undid its own. */
	if (life->cg_made) {
		r = left_remove_opened(&life->cg, state->info.name, err);
		state->info.inode = 0;
		state->manager = CG_NONE;
		memset(state->info.cgroup_paths, 0, sizeof(state->info.cgroup_paths));
		cg_finish(&life->cg);
	}
	life->cg_made = false;
	state->unit = NULL;
	state->info.exit_code = exit_code;
	if (life->dir.fd >= 0 && r == 0)
		r = left_settle(&life->dir, state, life->keep, err);
	state->info.name = NULL; /* the directory's own */
	state_finish(state);
	state_dir_finish(&life->dir);
	return r;
}

uint64_t life_count_oom(const struct cg *cg)
{
	_cleanup_(strbuf_finish)
	struct strbuf path = STRBUF_INIT;
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	const char *group = cg->paths[CGROUP_MEMORY];
	uint8_t h = cg->hierarchies.of[CGROUP_MEMORY];
	uint64_t kills = 0;
	struct parse_key key = {SPAN("oom_kill"), &kills, NULL};

	if (cg->manager == CG_NONE || !group || h == HIERARCHY_NONE)
		return 0;
	strbuf_addf(&path, "%s/%s", group + strspn(group, "/"),
		    cg->hierarchies.items[h].v2 ? "memory.events" : "memory.oom_control");
	if (dir_read(cg->hierarchies.items[h].fd, strbuf_cstr(&path), &text, NULL) != READ_OK ||
	    parse_flat_keyed(strbuf_span(&text), &key, 1, NULL) < 0)
		return 0;
	return kills;
}
