/* SPDX-License-Identifier: MIT */
/*
 * What containers without a cgroup of their own use: summed over their processes, from /proc/PID/stat
 * of these few alone. Owns a ledger of CPU time per container, so that the sum does not fall when a
 * process ends; it never reads a process that belongs to a cgroup's container.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "collectors/pids.h"

#define USEC_PER_SEC 1000000u

/* struct seen - a member as the last pass saw it */
struct seen {
	pid_t pid;
	uint64_t start_ticks;
	uint64_t ticks; /* user + system */
	uint64_t key;	/* of its container */
};

/* struct account - CPU time of one container so far, by mode */
struct account {
	uint64_t key;
	uint64_t user_ticks, system_ticks;
	uint64_t sequence; /* of the pass that saw it last */
};

/* struct members - the collector's state */
struct members {
	struct seen *seen; /* ascending pid */
	size_t seen_len;
	struct account *accounts;
	size_t accounts_len;
	uint64_t boottime_usec; /* of the last pass; 0: there was none */
	struct strbuf file;
};

/* struct sum - one pass in the making */
struct sum {
	struct pass *pass;
	struct members *members;
	struct seen *now;
	size_t now_len;
	size_t at; /* in members->seen */
};

static int members_start(const struct collect_options *options, void **out_state, struct err *err)
{
	struct members *members = xcalloc(1, sizeof(*members));

	(void)options;
	(void)err;
	members->file = STRBUF_INIT;
	*out_state = members;
	return 0;
}

static void members_stop(void *state)
{
	struct members *members = state;

	if (!members)
		return;
	free(members->seen);
	free(members->accounts);
	strbuf_finish(&members->file);
	free(members);
}

static struct account *account_find(struct members *members, uint64_t key)
{
	for (size_t i = 0; i < members->accounts_len; i++)
		if (members->accounts[i].key == key)
			return &members->accounts[i];
	return NULL;
}

static struct account *account_add(struct members *members, uint64_t key)
{
	struct account *account;

	members->accounts = xreallocarray(members->accounts, members->accounts_len + 1,
					  sizeof(*members->accounts));
	account = &members->accounts[members->accounts_len++];
	*account = (struct account) {.key = key};
	return account;
}

/* The same process in the last pass, if it was in the same container then. */
static const struct seen *seen_before(struct sum *sum, const struct seen *now)
{
	const struct members *members = sum->members;

	while (sum->at < members->seen_len && members->seen[sum->at].pid < now->pid)
		sum->at++;
	if (sum->at < members->seen_len && members->seen[sum->at].pid == now->pid &&
	    members->seen[sum->at].start_ticks == now->start_ticks &&
	    members->seen[sum->at].key == now->key)
		return &members->seen[sum->at];
	return NULL;
}

/* Whether a process started after the last pass: then all that it used is new. */
static bool is_newborn(const struct sum *sum, const struct seen *now)
{
	uint64_t hz = sum->pass->snapshot->tick_hz ? sum->pass->snapshot->tick_hz : 100;

	/* one tick of slack: start times are rounded down */
	return (now->start_ticks + 1) * USEC_PER_SEC / hz >= sum->members->boottime_usec;
}

/*
 * Books what a process used since the last pass. One that joined a container which has an account
 * already brings no past with it: nsenter would show as a burst. Modes are booked in the proportion of
 * the process's whole life: exact for the first booking, and close after it.
 */
static void account_book(struct sum *sum, const struct seen *now, const struct parse_stat *stat)
{
	struct account *account = account_find(sum->members, now->key);
	const struct seen *before = seen_before(sum, now);
	uint64_t delta = now->ticks, user;

	if (!account)
		account = account_add(sum->members, now->key);
	if (before)
		delta = now->ticks >= before->ticks ? now->ticks - before->ticks : 0;
	else if (account->sequence && !is_newborn(sum, now))
		delta = 0;
	user = now->ticks ? (uint64_t)((unsigned __int128)delta * stat->user_ticks / now->ticks)
			  : 0;
	account->user_ticks += user;
	account->system_ticks += delta - user;
}

/* Without a cgroup there are no counters: what processes don't tell is absent. */
static void members_init(struct usage *usage)
{
	struct usage_net net = usage->net;

	*usage = usage_absent(WHY_NO_CGROUP);
	usage->net = net;
	usage->memory.current_bytes = metric_known(0);
	usage->pids.current = usage->pids.processes = metric_known(0);
}

static void members_add(struct container *container, const struct parse_stat *stat)
{
	struct usage *usage = &container->usage;
	uint64_t rss = stat->rss_pages * (uint64_t)sysconf(_SC_PAGESIZE);

	usage->memory.current_bytes = metric_add(usage->memory.current_bytes, metric_known(rss));
	usage->pids.current = metric_add(
		usage->pids.current, metric_known(stat->threads > 0 ? (uint64_t)stat->threads : 1));
	usage->pids.processes = metric_add(usage->pids.processes, metric_known(1));
}

static void members_read(struct sum *sum, const struct pid_entry *entry,
			 struct container *container)
{
	struct members *members = sum->members;
	struct parse_stat stat;
	struct seen *now;
	char path[32];

	snprintf(path, sizeof(path), "%d/stat", entry->pid);
	/* One that ended since the directory was listed counts no more. */
	if (dir_read(sum->pass->proc_fd, path, &members->file, NULL) != 0 ||
	    parse_proc_stat(strbuf_span(&members->file), &stat, NULL) != 0)
		return;
	now = &sum->now[sum->now_len++];
	*now = (struct seen) {entry->pid, stat.start_ticks, stat.user_ticks + stat.system_ticks,
			      container->key};
	account_book(sum, now, &stat);
	members_add(container, &stat);
}

static void members_publish(struct sum *sum, struct container *container, uint64_t at_usec)
{
	struct account *account = account_find(sum->members, container->key);
	uint64_t hz = sum->pass->snapshot->tick_hz ? sum->pass->snapshot->tick_hz : 100;
	struct usage_cpu *cpu = &container->usage.cpu;

	if (!account)
		return;
	account->sequence = sum->pass->snapshot->sequence;
	cpu->at_usec = container->usage.pids.at_usec = at_usec;
	cpu->user_usec = metric_known(account->user_ticks * USEC_PER_SEC / hz);
	cpu->system_usec = metric_known(account->system_ticks * USEC_PER_SEC / hz);
	cpu->usage_usec =
		metric_known((account->user_ticks + account->system_ticks) * USEC_PER_SEC / hz);
}

/* Accounts of containers that are gone go too. */
static void accounts_sweep(struct members *members, uint64_t sequence)
{
	size_t kept = 0;

	for (size_t i = 0; i < members->accounts_len; i++)
		if (members->accounts[i].sequence == sequence)
			members->accounts[kept++] = members->accounts[i];
	members->accounts_len = kept;
}

static bool any_by_namespace(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->containers_len; i++)
		if (snapshot->containers[i].by_namespace)
			return true;
	return false;
}

static int members_sample(void *state, struct pass *pass, struct err *err)
{
	struct snapshot *snapshot = pass->snapshot;
	struct sum sum = {.pass = pass, .members = state};
	uint64_t at_usec = clock_monotonic_usec();

	(void)err;
	if (!pass->pids || !any_by_namespace(snapshot))
		return 0;
	for (size_t i = 0; i < snapshot->containers_len; i++)
		if (snapshot->containers[i].by_namespace)
			members_init(&snapshot->containers[i].usage);
	sum.now = xmalloc(pids_count(pass->pids) * sizeof(*sum.now));
	for (size_t i = 0; i < pids_count(pass->pids); i++) {
		const struct pid_entry *entry = pids_at(pass->pids, i);

		if (entry->container < snapshot->containers_len &&
		    snapshot->containers[entry->container].by_namespace)
			members_read(&sum, entry, &snapshot->containers[entry->container]);
	}
	for (size_t i = 0; i < snapshot->containers_len; i++)
		if (snapshot->containers[i].by_namespace)
			members_publish(&sum, &snapshot->containers[i], at_usec);
	accounts_sweep(sum.members, snapshot->sequence);
	free(sum.members->seen);
	sum.members->seen = sum.now;
	sum.members->seen_len = sum.now_len;
	sum.members->boottime_usec = snapshot->boottime_usec;
	return 0;
}

const struct collector collector_by_namespace_usage = {
	.name = "by_namespace_usage",
	.sources = SOURCE_IDENTITY,
	.start = members_start,
	.sample = members_sample,
	.stop = members_stop,
};
