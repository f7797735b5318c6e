// SPDX-License-Identifier: MIT
/*
 * The network collector: counters of each network namespace that a container uses, read once from
 * /proc/PID/net/dev of a process in it. It owns nothing but a buffer, and keeps no file open: an open
 * net/dev would keep the namespace itself. No setns, and no privilege.
 *
 * Where the ns links are denied (another user's container), the inode number of the net/dev file tells
 * namespaces apart as well: the kernel makes one such file for each, and lets anybody look at it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "collectors/collector.h"
#include "collectors/pids.h"
#include "collectors/unknown.h"

/** struct network_ns - one network namespace in use by a container */
struct network_ns {
	uint64_t id;	    /* inode of the namespace, or of its net/dev with NETWORK_BY_FILE */
	pid_t pid;	    /* a process in it; 0: none is known */
	size_t next;	    /* index in the pid table where to look for another one */
	unsigned int users; /* containers that use it, but for units */
	struct usage_net usage;
};

/* Set in an id that is the inode number of a net/dev file: both come from one counter. */
#define NETWORK_BY_FILE (1ull << 63)

/** struct network_state - kept between passes */
struct network_state {
	struct strbuf buf; /* the file that was read last */
};

/** struct network_pass - one pass in the making; arrays in the arena */
struct network_pass {
	struct network_state *state;
	struct pass *pass;
	uint64_t *of;		   /* per container: id of its namespace, 0 unknown */
	struct network_ns *spaces; /* ascending id */
	size_t len;
	uint64_t host, host_by_file; /* ids of the host's; 0 unknown */
};

/* ---- Which namespace a container uses ---- */

static uint64_t network_id_by_file(const struct pass *pass, const char *process)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "%s/net/dev", process);
	return fstatat(pass->proc_fd, path, &st, 0) == 0 ? st.st_ino | NETWORK_BY_FILE : 0;
}

static uint64_t network_id(const struct pass *pass, const struct container *container)
{
	char process[16];

	if (container->ns[NS_NET] != 0)
		return container->ns[NS_NET];
	if (container->leader <= 0)
		return 0;
	snprintf(process, sizeof(process), "%d", container->leader);
	return network_id_by_file(pass, process);
}

static bool network_is_host(const struct network_pass *p, uint64_t id)
{
	return id != 0 && (id == p->host || id == p->host_by_file);
}

static int network_compare(const void *a, const void *b)
{
	const struct network_ns *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static struct network_ns *network_find(const struct network_pass *p, uint64_t id)
{
	const struct network_ns key = {.id = id};

	return bsearch(&key, p->spaces, p->len, sizeof(key), network_compare);
}

static void network_list(struct network_pass *p)
{
	const struct snapshot *snapshot = p->pass->snapshot;
	size_t n = 0;

	for (size_t i = 0; i < snapshot->containers_len; i++) {
		p->of[i] = network_id(p->pass, &snapshot->containers[i]);
		if (p->of[i] != 0)
			p->spaces[p->len++] = (struct network_ns) {.id = p->of[i]};
	}
	qsort(p->spaces, p->len, sizeof(*p->spaces), network_compare);
	for (size_t i = 0; i < p->len; i++)
		if (n == 0 || p->spaces[n - 1].id != p->spaces[i].id)
			p->spaces[n++] = p->spaces[i];
	p->len = n;
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct network_ns *space = network_find(p, p->of[i]);

		if (!space)
			continue;
		space->users += !container_is_unit(&snapshot->containers[i]);
		if (p->of[i] & NETWORK_BY_FILE)
			space->pid = snapshot->containers[i].leader;
	}
}

/* ---- Its counters ---- */

/* The first process of each namespace, in one walk over the table */
static void network_find_members(struct network_pass *p)
{
	struct pids *pids = p->pass->pids;
	uint64_t last = 0;

	for (size_t i = 0; pids && i < pids_count(pids); i++) {
		const struct pid_entry *entry = pids_at(pids, i);
		struct network_ns *space;

		if (entry->ns[NS_NET] == last)
			continue;
		last = entry->ns[NS_NET];
		space = network_find(p, last);
		if (!space || space->pid != 0)
			continue;
		space->pid = entry->pid;
		space->next = i + 1;
	}
}

static bool network_next_member(const struct network_pass *p, struct network_ns *space)
{
	struct pids *pids = p->pass->pids;

	if (!pids || (space->id & NETWORK_BY_FILE))
		return false;
	for (; space->next < pids_count(pids); space->next++) {
		const struct pid_entry *entry = pids_at(pids, space->next);

		if (entry->ns[NS_NET] != space->id)
			continue;
		space->pid = entry->pid;
		space->next++;
		return true;
	}
	return false;
}

static void network_fill(struct usage_net *usage, const struct parse_net_dev *dev)
{
	usage->at_usec = clock_monotonic_usec();
	usage->rx_bytes = metric_known(dev->rx_bytes);
	usage->tx_bytes = metric_known(dev->tx_bytes);
	usage->rx_packets = metric_known(dev->rx_packets);
	usage->tx_packets = metric_known(dev->tx_packets);
	usage->rx_drops = metric_known(dev->rx_drops + dev->rx_errors);
	usage->tx_drops = metric_known(dev->tx_drops + dev->tx_errors);
}

static void network_unknown(struct usage_net *usage, struct metric unknown)
{
	usage->rx_bytes = usage->tx_bytes = unknown;
	usage->rx_packets = usage->tx_packets = unknown;
	usage->rx_drops = usage->tx_drops = unknown;
}

/* Whether the process is (still) in the namespace: it may have left since its links were read. */
static int network_check_member(const struct network_pass *p, const struct network_ns *space)
{
	char path[32], link[64];
	uint64_t id;
	int r;

	if (space->id & NETWORK_BY_FILE)
		return READ_OK;
	snprintf(path, sizeof(path), "%d/ns/net", space->pid);
	r = dir_readlink(p->pass->proc_fd, path, link, sizeof(link), NULL);
	if (r != READ_OK)
		return r;
	return parse_ns_link(span_of(link), &id) && id == space->id ? READ_OK : READ_GONE;
}

/* A member that is there no more gives way to the next one. */
static void network_read(struct network_pass *p, struct network_ns *space)
{
	struct strbuf *buf = &p->state->buf;
	struct parse_net_dev dev;
	char path[32];
	int r;

	if (space->pid == 0) {
		network_unknown(&space->usage, metric_unknown(METRIC_ABSENT, WHY_NO_PROCESS));
		return;
	}
	do {
		snprintf(path, sizeof(path), "%d/net/dev", space->pid);
		r = network_check_member(p, space);
		if (r == READ_OK)
			r = dir_read(p->pass->proc_fd, path, buf, NULL);
	} while ((r == READ_GONE || r == READ_ABSENT) && network_next_member(p, space));
	if (r == READ_OK)
		r = parse_net_dev(strbuf_span(buf), &dev, NULL);
	if (r == READ_OK)
		network_fill(&space->usage, &dev);
	else
		network_unknown(&space->usage, metric_of_result(r == READ_ABSENT ? READ_GONE : r));
}

static void network_give(struct network_pass *p)
{
	const struct snapshot *snapshot = p->pass->snapshot;

	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct container *container = &snapshot->containers[i];
		const struct network_ns *space = network_find(p, p->of[i]);

		if (space) {
			container->usage.net = space->usage;
			container->net_shared_by = metric_known(space->users ? space->users : 1);
		} else {
			struct metric unknown = metric_unknown(METRIC_ABSENT, WHY_NO_PROCESS);

			network_unknown(&container->usage.net, unknown);
			container->net_shared_by = unknown;
		}
	}
}

/* ---- The collector ---- */

static int network_start(const struct collect_options *options, void **out_state, struct err *err)
{
	(void)options;
	(void)err;
	*out_state = xcalloc(1, sizeof(struct network_state));
	return 0;
}

static int network_sample(void *data, struct pass *pass, struct err *err)
{
	struct arena *arena = &pass->snapshot->arena;
	size_t n = pass->snapshot->containers_len;
	struct network_pass p = {
		.state = data,
		.pass = pass,
		.of = arena_array(arena, n, sizeof(*p.of)),
		.spaces = arena_array(arena, n, sizeof(*p.spaces)),
		.host = pass->pids ? pids_host_ns(pass->pids)[NS_NET] : 0,
		.host_by_file = network_id_by_file(pass, "1"),
	};

	(void)err;
	network_list(&p);
	network_find_members(&p);
	for (size_t i = 0; i < p.len; i++) {
		if (network_is_host(&p, p.spaces[i].id))
			/* The counters are the host's: no container's use of the network. */
			network_unknown(&p.spaces[i].usage,
					metric_unknown(METRIC_ABSENT, WHY_SHARED_HOST));
		else
			network_read(&p, &p.spaces[i]);
	}
	network_give(&p);
	return 0;
}

static void network_stop(void *data)
{
	struct network_state *state = data;

	if (!state)
		return;
	strbuf_finish(&state->buf);
	free(state);
}

const struct collector collector_network = {
	.name = "network",
	.sources = SOURCE_NET,
	.start = network_start,
	.sample = network_sample,
	.stop = network_stop,
};
