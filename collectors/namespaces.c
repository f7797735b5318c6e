// SPDX-License-Identifier: MIT
/*
 * The namespaces collector: every namespace that the pid table knows members of, and, where more is
 * asked for, its owner and parent and what else keeps it. It owns the list of holders found so far;
 * it never reads the links of a process: the pid table did.
 */
#include "base/cleanup.h"
#include "base/dir.h"
#include "collectors/ns_table.h"
#include "collectors/pids.h"

#include <stdio.h>
#include <unistd.h>

/** struct namespaces_state - kept between passes */
struct namespaces_state {
	struct ns_holders *holders;
	struct strbuf buf; /* the file that was read last */
};

/* Lowest pid first: the entries come by ascending pid. */
static void ns_join(struct ns *ns, const struct pid_entry *entry)
{
	if (ns->processes++ == 0) {
		ns->first_pid = entry->pid;
		ns->held |= NS_HELD_PROCESS;
	}
	if (ns->container == INDEX_NONE && !ns->is_host)
		ns->container = entry->container;
}

static void namespaces_count(struct ns_table *table, struct pids *pids)
{
	const uint64_t *host = pids_host_ns(pids);
	size_t last[NS_TYPES] = {0};

	for (size_t i = 0; i < pids_count(pids); i++) {
		const struct pid_entry *entry = pids_at(pids, i);

		for (enum ns_type type = 0; type < NS_TYPES; type++) {
			uint64_t id = entry->ns[type];

			if (id == 0)
				continue;
			/* Neighbours mostly are in the same namespace. */
			if (table->len == 0 || table->rows[last[type]].id != id ||
			    table->rows[last[type]].type != type)
				last[type] = ns_table_add(table, type, id);
			table->rows[last[type]].is_host = id == host[type];
			ns_join(&table->rows[last[type]], entry);
		}
	}
}

/* A name as fresh as can be had: the pid table's is as old as its entry, and exec changes it. */
static const char *namespaces_comm(struct namespaces_state *state, struct pass *pass, pid_t pid)
{
	const struct process *process = snapshot_find_process(pass->snapshot, pid);
	const struct pid_entry *entry = pids_find(pass->pids, pid);
	struct span comm;
	char path[32];

	if (process)
		return process->comm;
	snprintf(path, sizeof(path), "%d/comm", pid);
	if (!(pass->demand->sources & SOURCE_NS_MORE) ||
	    dir_read(pass->proc_fd, path, &state->buf, NULL) != READ_OK)
		return entry ? arena_strdup(&pass->snapshot->arena, entry->comm) : NULL;
	comm = strbuf_span(&state->buf);
	if (comm.len > 0 && comm.p[comm.len - 1] == '\n')
		comm.len--;
	return arena_strndup(&pass->snapshot->arena, comm.p, comm.len);
}

/* The namespaces of one container mostly have the same first process: its name is read once. */
static void namespaces_name(struct namespaces_state *state, struct ns_table *table,
			    struct pass *pass)
{
	const char *comm = NULL;
	pid_t pid = 0;

	for (size_t i = 0; i < table->len; i++) {
		struct ns *ns = &table->rows[i];

		if (ns->first_pid == 0)
			continue;
		if (ns->first_pid != pid)
			comm = namespaces_comm(state, pass, ns->first_pid);
		pid = ns->first_pid;
		ns->command = comm;
	}
}

static int ns_compare(const void *a, const void *b)
{
	const struct ns *left = a, *right = b;

	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

static void namespaces_more(struct namespaces_state *state, struct ns_table *table,
			    struct pass *pass)
{
	ns_owners_fill(table, pass);
	ns_mounts_add(table, pass, &state->buf);
	if (!ns_holders_add(state->holders, table, pass))
		pass->snapshot->ns_partial = true;
}

static void namespaces_not_asked(struct ns_table *table)
{
	const struct metric not_asked = metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);

	for (size_t i = 0; i < table->len; i++) {
		struct ns *ns = &table->rows[i];

		ns->owner_uid = ns->owner_ns = ns->parent_ns = not_asked;
	}
}

static int namespaces_start(const struct collect_options *options, void **out_state,
			    struct err *err)
{
	struct namespaces_state *state = xcalloc(1, sizeof(*state));

	(void)options;
	(void)err;
	state->holders = ns_holders_new();
	*out_state = state;
	return 0;
}

/* A plain user sees the namespaces of processes of its own, and should know that these are not all. */
static void say_denied(const struct pass *pass)
{
	size_t denied = 0;

	if (geteuid() == 0)
		return;
	for (size_t i = 0; i < pids_count(pass->pids); i++)
		denied += (pids_at(pass->pids, i)->flags & PID_NS_DENIED) != 0;
	if (denied > 0)
		snapshot_add_issue(pass->snapshot,
				   "the namespaces of %zu process%s may not be read: run as root "
				   "to see all",
				   denied, denied == 1 ? "" : "es");
}

static int namespaces_sample(void *data, struct pass *pass, struct err *err)
{
	struct ns_table table = {.arena = &pass->snapshot->arena};

	(void)err;
	if (!pass->pids)
		return 0;
	namespaces_count(&table, pass->pids);
	namespaces_name(data, &table, pass);
	if (pass->demand->sources & SOURCE_NS_MORE) {
		namespaces_more(data, &table, pass);
		say_denied(pass);
	} else {
		namespaces_not_asked(&table);
	}
	if (table.len > 0)
		qsort(table.rows, table.len, sizeof(*table.rows), ns_compare);
	pass->snapshot->namespaces = table.rows;
	pass->snapshot->namespaces_len = table.len;
	return 0;
}

static void namespaces_stop(void *data)
{
	struct namespaces_state *state = data;

	if (!state)
		return;
	ns_holders_free(state->holders);
	strbuf_finish(&state->buf);
	free(state);
}

const struct collector collector_namespaces = {
	.name = "namespaces",
	.sources = SOURCE_NS | SOURCE_NS_MORE,
	.start = namespaces_start,
	.sample = namespaces_sample,
	.stop = namespaces_stop,
};
