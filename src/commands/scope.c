/* SPDX-License-Identifier: MIT */
/* Operands to rows of a snapshot. Owns nothing, reads nothing but the snapshot. */
#include "commands/scope.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/text.h"
#include "commands/suggest.h"

#define CGROUP_MOUNT   SPAN("/sys/fs/cgroup")
#define SHORT_ID       12
#define CANDIDATES_MAX 4 /* named in an error */

/** struct wanted - an operand, and what it means if it is a pid or a path */
struct wanted {
	struct span text;
	bool is_process;  /* a process has this pid: then it is no start of an id */
	uint32_t of_pid;  /* container of the process, or INDEX_NONE */
	uint32_t of_path; /* container of the cgroup, or INDEX_NONE */
};

static bool as_pid(struct span text, pid_t *out)
{
	uint64_t number;

	if (!parse_u64(text, &number) || number == 0 || number > INT_MAX)
		return false;
	*out = (pid_t)number;
	return true;
}

unsigned int scope_sources(int n, char *const *operands)
{
	unsigned int sources = n > 0 ? SOURCE_IDENTITY : 0;
	pid_t pid;

	for (int i = 0; i < n; i++) {
		if (as_pid(span_of(operands[i]), &pid))
			sources |= SOURCE_PROCS;
	}
	return sources;
}

/* ---- Cgroups by path ---- */

static bool has_path(const struct cgroup *cgroup, struct span path)
{
	if (span_eq(span_of(cgroup->path), path))
		return true;
	for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
		if (cgroup->paths[i] && span_eq(span_of(cgroup->paths[i]), path))
			return true;
	}
	return false;
}

static uint32_t find_path(const struct snapshot *snapshot, struct span path)
{
	for (size_t i = 0; i < snapshot->cgroups_len; i++) {
		if (has_path(&snapshot->cgroups[i], path))
			return (uint32_t)i;
	}
	return INDEX_NONE;
}

static struct span drop(struct span s, size_t n)
{
	return (struct span) {s.p + n, s.len - n};
}

/* Paths may be typed as the shell completes them: below the mount point, below a v1 controller. */
static uint32_t find_cgroup(const struct snapshot *snapshot, struct span path)
{
	uint32_t index;

	while (path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	if (path.len == 0 || path.p[0] != '/')
		return INDEX_NONE;
	index = find_path(snapshot, path);
	if (index != INDEX_NONE || !span_starts(path, CGROUP_MOUNT))
		return index;
	path = drop(path, CGROUP_MOUNT.len);
	if (path.len == 0)
		path = SPAN("/");
	index = find_path(snapshot, path);
	if (index != INDEX_NONE || path.len < 2)
		return index;
	const char *slash = memchr(path.p + 1, '/', path.len - 1);

	return find_path(snapshot, slash ? drop(path, (size_t)(slash - path.p)) : SPAN("/"));
}

/* ---- Containers ---- */

static bool by_name(const struct snapshot *snapshot, uint32_t index, const struct wanted *wanted)
{
	_cleanup_(strbuf_finish)
	struct strbuf shown = STRBUF_INIT;
	struct span name = span_of(snapshot->containers[index].name);

	if (span_eq(name, wanted->text))
		return true;
	if (text_is_clean(name))
		return false;
	text_sanitize(name, &shown);
	return span_eq(strbuf_span(&shown), wanted->text);
}

static bool by_id(const struct snapshot *snapshot, uint32_t index, const struct wanted *wanted)
{
	const char *id = snapshot->containers[index].id;

	return id && span_eq(span_of(id), wanted->text);
}

static bool by_pid(const struct snapshot *snapshot, uint32_t index, const struct wanted *wanted)
{
	(void)snapshot;
	return index == wanted->of_pid;
}

static bool by_path(const struct snapshot *snapshot, uint32_t index, const struct wanted *wanted)
{
	(void)snapshot;
	return index == wanted->of_path;
}

static bool by_id_start(const struct snapshot *snapshot, uint32_t index,
			const struct wanted *wanted)
{
	const char *id = snapshot->containers[index].id;

	return id && wanted->text.len > 0 && !wanted->is_process &&
	       span_starts(span_of(id), wanted->text);
}

/* The ways to name a container, the surest first. */
static bool (*const ways[])(const struct snapshot *, uint32_t, const struct wanted *) = {
	by_name, by_id, by_pid, by_path, by_id_start,
};

/** struct matches - what one way found */
struct matches {
	uint32_t first;
	size_t n;
};

/* Of several, those that are listed without being asked for win over units, pods and monitors. */
static struct matches find_matches(const struct snapshot *snapshot, const struct wanted *wanted,
				   size_t way, bool units)
{
	struct matches matches = {INDEX_NONE, 0};

	for (uint32_t i = 0; i < snapshot->containers_len; i++) {
		if (!units && container_is_unit(&snapshot->containers[i]))
			continue;
		if (ways[way](snapshot, i, wanted) && matches.n++ == 0)
			matches.first = i;
	}
	return matches;
}

/* "web (docker 3f2a4b5c6d7e)": with a word that means only this one. */
static void add_candidate(const struct snapshot *snapshot, const struct container *container,
			  struct strbuf *out)
{
	strbuf_addf(out, "%s (%s ", container->name, container->engine);
	if (container->id && strcmp(container->id, container->name) != 0)
		strbuf_addf(out, "%.*s)", SHORT_ID, container->id);
	else if (container->cgroup != INDEX_NONE)
		strbuf_addf(out, "%s)", snapshot->cgroups[container->cgroup].path);
	else
		strbuf_addf(out, "pid %d)", (int)container->leader);
}

static int refuse_several(const struct snapshot *snapshot, const struct wanted *wanted, size_t way,
			  bool units, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	size_t n = 0;

	for (uint32_t i = 0; i < snapshot->containers_len; i++) {
		if ((!units && container_is_unit(&snapshot->containers[i])) ||
		    !ways[way](snapshot, i, wanted))
			continue;
		if (n++ >= CANDIDATES_MAX)
			continue;
		strbuf_adds(&text, n > 1 ? ", " : "");
		add_candidate(snapshot, &snapshot->containers[i], &text);
	}
	if (n > CANDIDATES_MAX)
		strbuf_addf(&text, " and %zu more", n - CANDIDATES_MAX);
	return err_setx(err, EINVAL, "'%.*s' may be %s", (int)wanted->text.len, wanted->text.p,
			strbuf_cstr(&text));
}

static int refuse_none(const struct snapshot *snapshot, const struct wanted *wanted,
		       struct err *err)
{
	struct suggestion suggestion = suggestion_for(wanted->text);
	struct span text = wanted->text;
	pid_t pid;

	if (wanted->is_process && as_pid(text, &pid))
		return err_setx(err, ENOENT, "process %d is in no container", (int)pid);
	if (text.len > 0 && text.p[0] == '/')
		return err_setx(err, ENOENT, "%s '%.*s'",
				find_cgroup(snapshot, text) == INDEX_NONE
					? "no cgroup"
					: "no container in the cgroup",
				(int)text.len, text.p);
	for (size_t i = 0; i < snapshot->containers_len; i++)
		suggestion_consider(&suggestion, snapshot->containers[i].name);
	if (suggestion_get(&suggestion))
		return err_setx(err, ENOENT, "no container '%.*s': did you mean %s?", (int)text.len,
				text.p, suggestion_get(&suggestion));
	return err_setx(err, ENOENT, "no container '%.*s' (boxtop list --all shows them)",
			(int)text.len, text.p);
}

static struct wanted wanted_of(const struct snapshot *snapshot, const char *operand)
{
	struct wanted wanted = {
		.text = span_of(operand), .of_pid = INDEX_NONE, .of_path = INDEX_NONE};
	uint32_t cgroup = find_cgroup(snapshot, wanted.text);
	const struct process *process;
	pid_t pid;

	if (as_pid(wanted.text, &pid)) {
		process = snapshot_find_process(snapshot, pid);
		wanted.is_process = process;
		wanted.of_pid = process ? process->container : INDEX_NONE;
	}
	if (cgroup != INDEX_NONE)
		wanted.of_path = snapshot->cgroups[cgroup].container;
	return wanted;
}

int scope_find_container(const struct snapshot *snapshot, const char *operand, uint32_t *out_index,
			 struct err *err)
{
	struct wanted wanted = wanted_of(snapshot, operand);

	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		struct matches matches = find_matches(snapshot, &wanted, way, false);
		bool units = matches.n == 0;

		if (units)
			matches = find_matches(snapshot, &wanted, way, true);
		if (matches.n > 1)
			return refuse_several(snapshot, &wanted, way, units, err);
		if (matches.n == 1) {
			*out_index = matches.first;
			return 0;
		}
	}
	return refuse_none(snapshot, &wanted, err);
}

int scope_find_cgroup(const struct snapshot *snapshot, const char *operand, uint32_t *out_index,
		      struct err *err)
{
	uint32_t container = INDEX_NONE;
	int r;

	*out_index = find_cgroup(snapshot, span_of(operand));
	if (*out_index != INDEX_NONE)
		return 0;
	r = scope_find_container(snapshot, operand, &container, err);
	if (r < 0)
		return r;
	*out_index = snapshot->containers[container].cgroup;
	if (*out_index == INDEX_NONE)
		return err_setx(err, ENOENT, "container '%s' has no cgroup of its own", operand);
	return 0;
}

int scope_container_key(const struct snapshot *snapshot, const char *operand, struct row_key *out,
			struct err *err)
{
	struct row row = {snapshot, ROW_CONTAINER, 0};
	int r = scope_find_container(snapshot, operand, &row.index, err);

	if (r == 0)
		*out = row_key(&row);
	return r;
}

int scope_cgroup_key(const struct snapshot *snapshot, const char *operand, struct row_key *out,
		     struct err *err)
{
	struct row row = {snapshot, ROW_CGROUP, 0};
	int r = scope_find_cgroup(snapshot, operand, &row.index, err);

	if (r == 0)
		*out = row_key(&row);
	return r;
}
