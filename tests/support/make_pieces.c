/* SPDX-License-Identifier: MIT */
/*
 * The pieces of made-up snapshots: rows that are appended one by one, every value known, and the links
 * between them in the end. Arrays grow in the snapshot's arena.
 */
#include "support/make_snapshot.h"

#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 64

/* Times at second 0 */
#define REALTIME_USEC  1767268800000000u /* 2026-01-01 12:00:00 UTC */
#define MONOTONIC_USEC 10000000000u
#define BOOTTIME_USEC  20000000000u

#define TICK_HZ	       100
#define CPUS	       4
#define HOST_MEM_BYTES (16384ull * MAKE_MIB)

/* Room for one more element at the end of an array of @len; capacities are powers of two. */
static void *grown(struct snapshot *snapshot, void *array, size_t len, size_t size)
{
	void *larger;

	if (len && (len < CAP_FIRST || (len & (len - 1))))
		return array;
	larger = arena_array(&snapshot->arena, len ? len * 2 : CAP_FIRST, size);
	if (len)
		memcpy(larger, array, len * size);
	return larger;
}

/* One second gives every CPU 100 ticks: CPU 0 is the busiest. */
static struct host_cpu cpu_at(int id, unsigned int second)
{
	uint64_t n = 1000 + (uint64_t)second;
	uint64_t busy = 60 - 15 * (uint64_t)id;

	return (struct host_cpu) {
		.id = id,
		.user = n * busy,
		.nice = n * 2,
		.system = n * 10,
		.idle = n * (100 - busy - 18),
		.iowait = n * 3,
		.irq = n,
		.softirq = n,
		.steal = n,
	};
}

static void add_cpu(struct host_cpu *sum, const struct host_cpu *cpu)
{
	sum->user += cpu->user;
	sum->nice += cpu->nice;
	sum->system += cpu->system;
	sum->idle += cpu->idle;
	sum->iowait += cpu->iowait;
	sum->irq += cpu->irq;
	sum->softirq += cpu->softirq;
	sum->steal += cpu->steal;
}

static void make_cpus(struct snapshot *snapshot, unsigned int second)
{
	struct host *host = &snapshot->host;

	host->cpus = arena_array(&snapshot->arena, CPUS, sizeof(*host->cpus));
	host->cpus_len = CPUS;
	host->all.id = -1;
	for (int i = 0; i < CPUS; i++) {
		host->cpus[i] = cpu_at(i, second);
		add_cpu(&host->all, &host->cpus[i]);
	}
}

static void make_host(struct snapshot *snapshot, unsigned int second)
{
	struct host *host = &snapshot->host;

	make_cpus(snapshot, second);
	host->hostname = "testhost";
	host->kernel_release = "6.1.0-18-amd64";
	host->at_usec = snapshot->monotonic_usec;
	host->memory_total_bytes = metric_known(HOST_MEM_BYTES);
	host->memory_free_bytes = metric_known(4096ull * MAKE_MIB);
	host->memory_available_bytes = metric_known(9216ull * MAKE_MIB);
	host->memory_used_bytes = metric_known(7168ull * MAKE_MIB);
	host->memory_buffers_bytes = metric_known(256ull * MAKE_MIB);
	host->memory_cached_bytes = metric_known(5120ull * MAKE_MIB);
	host->memory_shared_bytes = metric_known(128ull * MAKE_MIB);
	host->swap_total_bytes = metric_known(2048ull * MAKE_MIB);
	host->swap_used_bytes = metric_known(384ull * MAKE_MIB);
	host->load1 = rate_known(3.25);
	host->load5 = rate_known(2.5);
	host->load15 = rate_known(1.75);
	host->uptime_usec = metric_known(snapshot->boottime_usec);
	host->running = metric_known(3);
	host->pid_max = metric_known(4194304);
	host->threads_max = metric_known(127000);
	host->pressure = (struct usage_pressure) {
		.cpu_some_pct = rate_known(12.5),
		.memory_some_pct = rate_known(1.5),
		.memory_full_pct = rate_known(0.25),
		.io_some_pct = rate_known(4),
		.io_full_pct = rate_known(2),
	};
}

/* Everything known, nothing used, no limits. */
static struct usage idle_usage(uint64_t at_usec)
{
	struct metric zero = metric_known(0), max = metric_known(METRIC_NO_LIMIT);
	struct rate none = rate_known(0);
	struct usage usage = usage_absent(WHY_NOT_APPLICABLE);

	usage.cpu.at_usec = usage.pids.at_usec = usage.io.at_usec = usage.net.at_usec = at_usec;
	usage.cpu.usage_usec = usage.cpu.user_usec = usage.cpu.system_usec = zero;
	usage.cpu.nr_periods = usage.cpu.nr_throttled = usage.cpu.throttled_usec = zero;
	usage.cpu.limit_microcpus = max;
	usage.cpu.weight = metric_known(100);
	usage.memory.current_bytes = usage.memory.working_set_bytes = zero;
	usage.memory.anon_bytes = usage.memory.file_bytes = usage.memory.shmem_bytes = zero;
	usage.memory.slab_bytes = usage.memory.inactive_file_bytes = zero;
	usage.memory.swap_bytes = usage.memory.peak_bytes = usage.memory.oom_kills = zero;
	usage.memory.high_bytes = usage.memory.limit_bytes = usage.memory.swap_limit_bytes = max;
	usage.pids.current = usage.pids.peak = usage.pids.limit_events = zero;
	usage.pids.limit = max;
	usage.io.read_bytes = usage.io.write_bytes = zero;
	usage.io.read_ops = usage.io.write_ops = zero;
	usage.pressure = (struct usage_pressure) {none, none, none, none, none};
	usage.frozen = zero;
	usage.populated = metric_known(1);
	return usage;
}

/* What the root of a v2 tree lacks. */
static void strip_root(struct usage *usage)
{
	struct metric absent = metric_unknown(METRIC_ABSENT, WHY_ROOT_CGROUP);
	struct usage_memory *memory = &usage->memory;

	usage->cpu.limit_microcpus = usage->cpu.weight = absent;
	usage->cpu.nr_periods = usage->cpu.nr_throttled = usage->cpu.throttled_usec = absent;
	memory->current_bytes = memory->working_set_bytes = absent;
	memory->swap_bytes = memory->peak_bytes = memory->oom_kills = absent;
	memory->high_bytes = memory->limit_bytes = memory->swap_limit_bytes = absent;
	usage->pids.current = usage->pids.limit = usage->pids.peak = absent;
	usage->pids.limit_events = absent;
	usage->frozen = usage->populated = absent;
}

struct snapshot *make_empty(unsigned int second)
{
	struct snapshot *snapshot = snapshot_new();
	uint64_t usec = (uint64_t)second * MAKE_SEC;
	struct cgroup *root;

	snapshot->sequence = (uint64_t)second + 1;
	snapshot->realtime_usec = REALTIME_USEC + usec;
	snapshot->monotonic_usec = MONOTONIC_USEC + usec;
	snapshot->boottime_usec = BOOTTIME_USEC + usec;
	snapshot->took_usec = 1500;
	snapshot->cpu_usec = 1200;
	snapshot->sources = SOURCE_ALL;
	snapshot->layout = CGROUP_LAYOUT_UNIFIED;
	snapshot->primary = CGROUP_UNIFIED;
	snapshot->tick_hz = TICK_HZ;
	make_host(snapshot, second);
	root = make_cgroup(snapshot, "/");
	strip_root(&root->usage);
	return snapshot;
}

/* Where the last component of @path begins: 0 for the root. */
static size_t name_at(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash[1] ? (size_t)(slash - path) + 1 : 0;
}

static uint32_t find_parent(const struct snapshot *snapshot, const char *path)
{
	size_t len = name_at(path);

	if (len == 0)
		return INDEX_NONE;
	len = len > 1 ? len - 1 : 1;
	for (uint32_t i = 0; i < snapshot->cgroups_len; i++)
		if (strlen(snapshot->cgroups[i].path) == len &&
		    memcmp(snapshot->cgroups[i].path, path, len) == 0)
			return i;
	abort(); /* a parent comes before its children */
}

struct cgroup *make_cgroup(struct snapshot *snapshot, const char *path)
{
	size_t n = snapshot->cgroups_len;
	struct cgroup *cg;

	snapshot->cgroups = grown(snapshot, snapshot->cgroups, n, sizeof(*snapshot->cgroups));
	cg = &snapshot->cgroups[snapshot->cgroups_len++];
	cg->id = 1000 + n;
	cg->path = arena_strdup(&snapshot->arena, path);
	cg->name = cg->path + name_at(path);
	cg->parent = find_parent(snapshot, path);
	cg->depth = cg->parent == INDEX_NONE ? 0 : snapshot->cgroups[cg->parent].depth + 1;
	cg->container = INDEX_NONE;
	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++)
		if (c != CGROUP_SYSTEMD && c != CGROUP_CPUACCT && c != CGROUP_FREEZER)
			cg->paths[c] = cg->path;
	cg->own_processes = metric_known(0);
	cg->usage = idle_usage(snapshot->monotonic_usec + n);
	return cg;
}

uint32_t make_find_cgroup(const struct snapshot *snapshot, const char *path)
{
	for (uint32_t i = 0; path && i < snapshot->cgroups_len; i++)
		if (strcmp(snapshot->cgroups[i].path, path) == 0)
			return i;
	return INDEX_NONE;
}

/* FNV-1a: names that are alike give keys that are not. */
static uint64_t key_of(const char *engine, const char *name)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *p = engine; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	for (const char *p = name; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	return hash;
}

struct container *make_container(struct snapshot *snapshot, const char *engine, const char *name,
				 const char *path)
{
	size_t n = snapshot->containers_len;
	struct container *container;

	snapshot->containers =
		grown(snapshot, snapshot->containers, n, sizeof(*snapshot->containers));
	container = &snapshot->containers[snapshot->containers_len++];
	*container = (struct container) {
		.key = key_of(engine, name),
		.engine = arena_strdup(&snapshot->arena, engine),
		.name = arena_strdup(&snapshot->arena, name),
		.confirmed = true,
		.by_namespace = !path,
		.cgroup = path ? make_find_cgroup(snapshot, path) : INDEX_NONE,
		.parent = INDEX_NONE,
		.net_shared_by = metric_known(1),
		.usage = idle_usage(snapshot->monotonic_usec + n),
	};
	return container;
}

uint32_t make_find_container(const struct snapshot *snapshot, const char *name)
{
	for (uint32_t i = 0; i < snapshot->containers_len; i++)
		if (strcmp(snapshot->containers[i].name, name) == 0)
			return i;
	return INDEX_NONE;
}

struct process *make_process(struct snapshot *snapshot, pid_t pid, pid_t ppid, const char *comm,
			     const char *path)
{
	size_t n = snapshot->processes_len;
	struct metric zero = metric_known(0);
	struct process *process;

	snapshot->processes = grown(snapshot, snapshot->processes, n, sizeof(*snapshot->processes));
	process = &snapshot->processes[snapshot->processes_len++];
	*process = (struct process) {
		.pid = pid,
		.ppid = ppid,
		.pgrp = pid,
		.session = pid,
		.inner_pid = pid,
		.state = 'S',
		.priority = 20,
		.threads = 1,
		.processor = (int)(n % CPUS),
		.start_ticks = 100000 + (uint64_t)pid,
		.at_usec = snapshot->monotonic_usec + n,
		.comm = arena_strdup(&snapshot->arena, comm),
		.cmdline = arena_strdup(&snapshot->arena, comm),
		.user = "root",
		.user_usec = zero,
		.system_usec = zero,
		.rss_bytes = zero,
		.virtual_bytes = zero,
		.shared_bytes = zero,
		.swap_bytes = zero,
		.io_read_bytes = zero,
		.io_write_bytes = zero,
		.minor_faults = zero,
		.major_faults = zero,
		.oom_score = zero,
		.open_files = zero,
		.cgroup = make_find_cgroup(snapshot, path),
		.container = INDEX_NONE,
	};
	return process;
}

struct ns *make_ns(struct snapshot *snapshot, enum ns_type type, uint64_t id)
{
	size_t n = snapshot->namespaces_len;
	struct ns *ns;

	snapshot->namespaces =
		grown(snapshot, snapshot->namespaces, n, sizeof(*snapshot->namespaces));
	ns = &snapshot->namespaces[snapshot->namespaces_len++];
	*ns = (struct ns) {
		.id = id,
		.type = type,
		.held = NS_HELD_PROCESS,
		.owner_uid = metric_known(0),
		.owner_ns = metric_unknown(METRIC_ABSENT, WHY_NOT_APPLICABLE),
		.parent_ns = metric_unknown(METRIC_ABSENT, WHY_NOT_APPLICABLE),
		.container = INDEX_NONE,
	};
	return ns;
}

static void count_members(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->processes_len; i++) {
		uint32_t cgroup = snapshot->processes[i].cgroup;

		if (cgroup != INDEX_NONE)
			snapshot->cgroups[cgroup].own_processes.value++;
	}
}

static void close_subtrees(struct snapshot *snapshot)
{
	for (uint32_t i = (uint32_t)snapshot->cgroups_len; i-- > 0;) {
		struct cgroup *cg = &snapshot->cgroups[i];

		if (cg->subtree_end == 0)
			cg->subtree_end = i + 1;
		if (cg->parent != INDEX_NONE &&
		    snapshot->cgroups[cg->parent].subtree_end < cg->subtree_end)
			snapshot->cgroups[cg->parent].subtree_end = cg->subtree_end;
	}
}

/* What the collectors do for containers without a cgroup: their processes are all there is. */
static void sum_members(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct usage *usage = &snapshot->containers[i].usage;
		struct usage_net net = usage->net;

		if (!snapshot->containers[i].by_namespace)
			continue;
		*usage = usage_absent(WHY_NO_CGROUP);
		usage->net = net;
		usage->cpu.at_usec = usage->pids.at_usec = snapshot->monotonic_usec;
		usage->cpu.usage_usec = usage->cpu.user_usec = metric_known(0);
		usage->cpu.system_usec = usage->memory.current_bytes = metric_known(0);
		usage->pids.current = usage->pids.processes = metric_known(0);
	}
	for (size_t i = 0; i < snapshot->processes_len; i++) {
		const struct process *p = &snapshot->processes[i];
		struct usage *usage;

		if (p->container == INDEX_NONE || !snapshot->containers[p->container].by_namespace)
			continue;
		usage = &snapshot->containers[p->container].usage;
		usage->cpu.user_usec.value += p->user_usec.value;
		usage->cpu.system_usec.value += p->system_usec.value;
		usage->cpu.usage_usec.value += p->user_usec.value + p->system_usec.value;
		usage->memory.current_bytes.value += p->rss_bytes.value;
		usage->pids.current.value += (uint64_t)p->threads;
		usage->pids.processes.value++;
	}
}

void make_finish(struct snapshot *snapshot)
{
	uint64_t threads = 0;

	for (size_t i = 0; i < snapshot->processes_len; i++)
		threads += (uint64_t)snapshot->processes[i].threads;
	snapshot->host.tasks = metric_known(snapshot->processes_len);
	snapshot->host.threads = metric_known(threads);
	count_members(snapshot);
	sum_members(snapshot);
	close_subtrees(snapshot);
	cgroup_resolve(snapshot);
	container_resolve(snapshot);
}
