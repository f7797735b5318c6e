// SPDX-License-Identifier: MIT
/*
 * Runs the table of collectors over one pass and joins what they found. It owns the collectors' states
 * and the open / and /proc; it reads nothing itself and never fails because one collector did: what
 * went wrong stands in the snapshot's issues.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/pids.h"
#include "collectors/unlisted.h"

/* In the order in which they run: each may use what those before it put into the pass. */
static const struct collector *const collectors[] = {
	&collector_host,
	&collector_tasks,
	&collector_cgroups,
	&collector_pids,
	&collector_procs,
	&collector_identity,
	&collector_by_namespace_usage,
	&collector_namespaces,
	&collector_network,
};

/** struct collect - what lives as long as the program watches */
struct collect {
	struct collect_options options;
	int root_fd; /* options.root_fd, or our own open "/" */
	int proc_fd;
	uint64_t sequence; /* of the last pass */
	void *states[ARRAY_LEN(collectors)];
	struct err failed[ARRAY_LEN(collectors)]; /* with a code: why it could not start */
};

/** struct implication - sources that make no sense without others. Later rows see earlier ones. */
struct implication {
	unsigned int asked;
	unsigned int needed;
};

static const struct implication implications[] = {
	/* network counters are given to containers */
	{SOURCE_NET, SOURCE_IDENTITY},
	{SOURCE_NS_MORE, SOURCE_NS},
	/* containers are found by cgroup, and by namespace where they have none */
	{SOURCE_IDENTITY, SOURCE_CGROUP_PROCS | SOURCE_NS},
	{SOURCE_PROCS_STATUS | SOURCE_PROCS_CMDLINE | SOURCE_PROCS_IO | SOURCE_PROCS_MORE,
	 SOURCE_PROCS},
	/* the host caps every limit, and shares are shares of its memory */
	{SOURCE_CGROUP_LIMITS | SOURCE_PROCS, SOURCE_HOST},
};

static unsigned int collect_imply(unsigned int sources)
{
	for (size_t i = 0; i < ARRAY_LEN(implications); i++)
		if (sources & implications[i].asked)
			sources |= implications[i].needed;
	return sources;
}

/* ---- Life ---- */

/* Files of live cgroups stay open between passes: there may be thousands. */
static void collect_raise_nofile(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int collect_open(struct collect *collect, struct err *err)
{
	collect->root_fd = collect->options.root_fd;
	if (collect->root_fd == AT_FDCWD) {
		collect->root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (collect->root_fd < 0)
			return err_set(err, errno, "open /");
	}
	collect->proc_fd = openat(collect->root_fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (collect->proc_fd < 0)
		return err_set(err, errno, "open /proc");
	return 0;
}

/* Whoever asks for one source wants no other. */
static int collect_check_source(const struct collect *collect, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(collectors); i++)
		if (collectors[i] == &collector_tasks && collect->failed[i].code &&
		    collect->options.processes == PROCESSES_BPF)
			return err_setx(err, collect->failed[i].code, "%s",
					collect->failed[i].text);
	return 0;
}

int collect_new(const struct collect_options *options, struct collect **out, struct err *err)
{
	struct collect *collect = xcalloc(1, sizeof(*collect));
	int r;

	collect->options = *options;
	collect->root_fd = collect->proc_fd = -1;
	r = collect_open(collect, err);
	if (r < 0) {
		collect_free(collect);
		return r;
	}
	collect_raise_nofile();
	for (size_t i = 0; i < ARRAY_LEN(collectors); i++) {
		r = collectors[i]->start(&collect->options, &collect->states[i],
					 &collect->failed[i]);
		if (r < 0)
			collect->failed[i].code = -r;
	}
	r = collect_check_source(collect, err);
	if (r < 0) {
		collect_free(collect);
		return r;
	}
	*out = collect;
	return 0;
}

void collect_free(struct collect *collect)
{
	if (!collect)
		return;
	for (size_t i = 0; i < ARRAY_LEN(collectors); i++)
		collectors[i]->stop(collect->states[i]);
	if (collect->proc_fd >= 0)
		close(collect->proc_fd);
	if (collect->root_fd >= 0 && collect->options.root_fd == AT_FDCWD)
		close(collect->root_fd);
	free(collect);
}

/* ---- A pass ---- */

static uint64_t thread_cpu_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

static struct snapshot *collect_snapshot_new(struct collect *collect, unsigned int sources)
{
	struct snapshot *snapshot = snapshot_new();

	snapshot->sequence = ++collect->sequence;
	snapshot->realtime_usec = clock_realtime_usec();
	snapshot->monotonic_usec = clock_monotonic_usec();
	snapshot->boottime_usec = clock_boottime_usec();
	snapshot->tick_hz = (unsigned int)sysconf(_SC_CLK_TCK);
	snapshot->sources = sources;
	return snapshot;
}

static void collect_run(struct collect *collect, struct pass *pass)
{
	for (size_t i = 0; i < ARRAY_LEN(collectors); i++) {
		struct err err = ERR_INIT;

		if (!(collectors[i]->sources & pass->demand->sources))
			continue;
		if (collect->failed[i].code != 0)
			err = collect->failed[i];
		else if (collectors[i]->sample(collect->states[i], pass, &err) >= 0)
			continue;
		snapshot_add_issue(pass->snapshot, "%s: %s", collectors[i]->name, err.text);
	}
}

/* The cgroup of each process: that which lists it, else what the process says itself */
static void collect_join_cgroups(struct pass *pass)
{
	struct snapshot *snapshot = pass->snapshot;
	size_t at = 0;

	for (size_t i = 0; i < snapshot->processes_len; i++) {
		struct process *process = &snapshot->processes[i];

		while (at < pass->members_len && pass->members[at].pid < process->pid)
			at++;
		if (at < pass->members_len && pass->members[at].pid == process->pid)
			process->cgroup = pass->members[at].cgroup;
	}
	if (pass->demand->sources & SOURCE_CGROUP_PROCS)
		unlisted_place(pass);
}

/* The container of each process: what identity found for it, else that of its cgroup */
static void collect_join_containers(struct pass *pass)
{
	struct snapshot *snapshot = pass->snapshot;

	for (size_t i = 0; i < snapshot->processes_len; i++) {
		struct process *process = &snapshot->processes[i];
		const struct pid_entry *entry =
			pass->pids ? pids_find(pass->pids, process->pid) : NULL;

		if (entry && entry->start_ticks == process->start_ticks)
			process->container = entry->container;
		if (process->container == INDEX_NONE && process->cgroup != INDEX_NONE)
			process->container = snapshot->cgroups[process->cgroup].container;
	}
}

static void collect_say_hidden(const struct pass *pass)
{
	struct snapshot *snapshot = pass->snapshot;

	snapshot->host.tasks = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	/* Not hidden, but not reached: there is another issue that says why. */
	if (faccessat(pass->proc_fd, "1", F_OK, 0) == 0 || errno != ENOENT)
		return;
	snapshot_add_issue(snapshot, "/proc hides other users' processes (hidepid): run as root, "
				     "or in the group of its gid= option");
}

/* How many processes there are, as far as anybody listed them. Without PID 1 /proc hides others
 * from us (hidepid), and a count would be a lie. */
static void collect_count_tasks(struct pass *pass)
{
	struct snapshot *snapshot = pass->snapshot;

	if (pass->pids && pids_find(pass->pids, 1))
		snapshot->host.tasks = metric_known(pids_count(pass->pids));
	else if (snapshot_find_process(snapshot, 1))
		snapshot->host.tasks = metric_known(snapshot->processes_len);
	else if (pass->pids || snapshot->processes_len > 0)
		collect_say_hidden(pass);
	else
		snapshot->host.tasks = metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);
}

int collect_pass(struct collect *collect, const struct demand *demand, struct snapshot **out,
		 struct err *err)
{
	struct demand implied = *demand;
	struct pass pass = {
		.demand = &implied,
		.options = &collect->options,
		.root_fd = collect->root_fd,
		.proc_fd = collect->proc_fd,
	};
	uint64_t cpu_usec = thread_cpu_usec();
	struct stat st;

	if (fstatat(collect->proc_fd, "stat", &st, 0) < 0)
		return err_set(err, errno, "read /proc/stat");
	implied.sources = collect_imply(demand->sources);
	pass.snapshot = collect_snapshot_new(collect, implied.sources);
	collect_run(collect, &pass);
	collect_join_cgroups(&pass);
	collect_join_containers(&pass);
	collect_count_tasks(&pass);
	cgroup_resolve(pass.snapshot);
	container_resolve(pass.snapshot);
	pass.snapshot->took_usec = clock_monotonic_usec() - pass.snapshot->monotonic_usec;
	pass.snapshot->cpu_usec = thread_cpu_usec() - cpu_usec;
	*out = pass.snapshot;
	return 0;
}
