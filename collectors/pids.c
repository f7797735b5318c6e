// SPDX-License-Identifier: MIT
/*
 * The pids collector: keeps the pid table. Where there are facts of the task iterator, they say it all
 * (pids_facts.c). Else every pass lists /proc, drops the entries of processes that ended, and reads the
 * new ones, some of the old ones again, as much as the demand's budget allows. It owns the table and the
 * open directory; it never reads what a process uses.
 *
 * A process is known again by the inode number of its /proc directory, which readdir gives for
 * free. The kernel numbers these inodes from a counter when it makes them, and unhashes the old one
 * when a process is reaped, so that a reused pid never has the number of its predecessor: none of
 * 35,000 looks at a pid that was reused as fast as it could be did. Under memory pressure (or after
 * echo 2 > drop_caches) a living process gets a new number, and is merely read again.
 */
#include "collectors/pids_table.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"

/* A process that is younger when it is read has yet to unshare, chroot or exec: look again. */
#define PIDS_YOUNG_USEC 2000000u
/* Old entries that are read again in each pass, whatever the budget: 8 and one in 1024. At 80 µs each
 * (10,000 processes, nothing in the CPU's caches) that is 1.4 ms, and all are fresh in 590 passes. */
#define PIDS_REFRESH_LEAST 8u
#define PIDS_REFRESH_SHARE 1024u
#define PIDS_ROOT_MAX	   4096

/* ---- Reading one process ---- */

/* "net:[4026531840]" of PATH below a directory, to its inode; 0 where there is none */
int pids_read_ns(int dirfd, enum ns_type type, uint64_t *out_inode)
{
	char path[32], link[64];
	int r;

	/* Measured at 10,000 processes: readlink 2.9 µs a link, stat of the link 5.4 µs; opening
	 * the ns directory first saves nothing. */
	snprintf(path, sizeof(path), "ns/%s", ns_type_text(type));
	*out_inode = 0;
	r = dir_readlink(dirfd, path, link, sizeof(link), NULL);
	if (r == READ_OK)
		parse_ns_link(span_of(link), out_inode);
	return r;
}

/* A zombie has no links but pid and user any more: they stay 0. */
static void pid_entry_read_ns(struct pid_entry *entry, int dirfd)
{
	entry->flags &= ~(unsigned int)(PID_NS_READ | PID_NS_DENIED);
	for (enum ns_type type = 0; type < NS_TYPES; type++) {
		/* One check of the kernel guards all of them: the first denial tells the rest. */
		if (pids_read_ns(dirfd, type, &entry->ns[type]) == READ_DENIED) {
			memset(entry->ns, 0, sizeof(entry->ns));
			entry->flags |= PID_NS_DENIED;
			return;
		}
	}
	entry->flags |= PID_NS_READ;
}

static int pid_entry_read_stat(struct pid_entry *entry, int dirfd, struct strbuf *buf)
{
	struct parse_stat stat;
	int r = dir_read(dirfd, "stat", buf, NULL);

	if (r != READ_OK)
		return r;
	r = parse_proc_stat(strbuf_span(buf), &stat, NULL);
	if (r < 0)
		return r;
	entry->ppid = stat.ppid;
	entry->start_ticks = stat.start_ticks;
	if (stat.comm.len >= sizeof(entry->comm))
		stat.comm.len = sizeof(entry->comm) - 1;
	span_copy(stat.comm, entry->comm, sizeof(entry->comm));
	entry->flags &= ~(unsigned int)PID_KERNEL_THREAD;
	if (stat.flags & PARSE_PF_KTHREAD)
		entry->flags |= PID_KERNEL_THREAD;
	return READ_OK;
}

/*
 * "NSpid:\t1234\t56\t1": the pid in each pid namespace from that of /proc down to its own.
 * Return: how many there are; 0 where the kernel (before 4.1) has no such line.
 */
static unsigned int parse_ns_pids(struct span status, pid_t *out_last)
{
	struct span line, word;
	unsigned int n = 0;
	uint64_t pid;

	while (span_next_line(&status, &line)) {
		if (!span_starts(line, SPAN("NSpid:")))
			continue;
		span_next_word(&line, &word);
		for (; span_next_word(&line, &word); n++) {
			if (!parse_u64(word, &pid) || pid > INT32_MAX)
				return 0;
			*out_last = (pid_t)pid;
		}
		break;
	}
	return n;
}

/* status costs as much as four links: it is read only where the answer is not the pid itself. */
void pid_entry_read_inner(struct pid_entry *entry, int dirfd, struct pids *pids)
{
	if (entry->ns[NS_PID] != 0 && entry->ns[NS_PID] == pids->proc_pid_ns) {
		entry->inner_pid = entry->pid;
		return;
	}
	entry->inner_pid = 0;
	if (dir_read(dirfd, "status", &pids->buf, NULL) == READ_OK)
		parse_ns_pids(strbuf_span(&pids->buf), &entry->inner_pid);
}

/* The link is read only where the directory behind it is another than "/": most are the same. */
void pid_entry_read_root(struct pid_entry *entry, int dirfd, const struct pids *pids)
{
	char target[PIDS_ROOT_MAX];
	struct stat st;

	free(entry->root);
	entry->root = NULL;
	entry->root_dev = entry->root_inode = 0;
	entry->flags &= ~(unsigned int)PID_ROOT_READ;
	if (fstatat(dirfd, "root", &st, 0) == 0) {
		entry->root_dev = st.st_dev;
		entry->root_inode = st.st_ino;
		entry->flags |= PID_ROOT_READ;
		if (st.st_dev == pids->host_root_dev && st.st_ino == pids->host_root_inode)
			return;
	}
	if (dir_readlink(dirfd, "root", target, sizeof(target), NULL) != READ_OK)
		return;
	entry->flags |= PID_ROOT_READ;
	if (strcmp(target, "/") != 0)
		entry->root = xstrdup(target);
}

static bool pid_entry_is_young(const struct pid_entry *entry, const struct snapshot *snapshot)
{
	uint64_t born_usec = entry->start_ticks * (1000000u / snapshot->tick_hz);

	return born_usec + PIDS_YOUNG_USEC > clock_boottime_usec();
}

/*
 * Everything is read below one descriptor of the process's directory: once the process is gone,
 * these reads fail even if its pid belongs to another one by then.
 * Return: READ_OK, also when the links are denied; READ_GONE.
 */
static int pid_entry_read(struct pid_entry *entry, struct pids *pids, const struct pass *pass)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	char name[16];
	struct stat st;
	int r;

	snprintf(name, sizeof(name), "%d", entry->pid);
	r = dir_open(pass->proc_fd, name, &fd, NULL);
	if (r == READ_OK && fstat(fd, &st) == 0)
		entry->uid = st.st_uid;
	if (r == READ_OK)
		r = pid_entry_read_stat(entry, fd, &pids->buf);
	if (r == READ_DENIED) { /* /proc mounted with hidepid=1 */
		entry->flags |= PID_NS_DENIED;
		return READ_OK;
	}
	if (r != READ_OK)
		return READ_GONE;
	pid_entry_read_ns(entry, fd);
	pid_entry_read_inner(entry, fd, pids);
	pid_entry_read_root(entry, fd, pids);
	entry->flags &= ~(unsigned int)PID_YOUNG;
	if (pid_entry_is_young(entry, pass->snapshot))
		entry->flags |= PID_YOUNG;
	return READ_OK;
}

/* ---- The table ---- */

void pid_entry_finish(struct pid_entry *entry)
{
	free(entry->root);
}

static struct pid_entry pid_entry_new(const struct listed *listed)
{
	return (struct pid_entry) {
		.pid = listed->pid,
		.proc_inode = listed->inode,
		.uid = (uid_t)-1,
	};
}

/* Drop the entries that are not listed any more, and mark in the list those that stay. */
static size_t pids_drop(struct pids *pids)
{
	size_t kept = 0, at = 0;

	for (size_t i = 0; i < pids->len; i++) {
		struct pid_entry *entry = &pids->entries[i];

		while (at < pids->list.len && pids->list.items[at].pid < entry->pid)
			at++;
		if (at < pids->list.len && pids->list.items[at].pid == entry->pid &&
		    pids->list.items[at].inode == entry->proc_inode) {
			pids->list.items[at].known = true;
			if (kept != i)
				pids->entries[kept] = *entry;
			kept++;
		} else {
			pid_entry_finish(entry);
		}
	}
	return kept;
}

/* Make the table what the list says. New entries go in from the back, so that nothing is copied
 * aside; in the common pass without births nothing moves at all. */
static void pids_merge(struct pids *pids)
{
	size_t kept = pids_drop(pids);

	if (pids->list.len > pids->cap) {
		pids->cap = pids->list.len + pids->list.len / 4;
		pids->entries = xreallocarray(pids->entries, pids->cap, sizeof(*pids->entries));
	}
	for (size_t i = pids->list.len; i-- > 0 && kept <= i;) {
		if (pids->list.items[i].known)
			pids->entries[i] = pids->entries[--kept];
		else
			pids->entries[i] = pid_entry_new(&pids->list.items[i]);
	}
	pids->len = pids->list.len;
}

/* Entries of processes that ended after they were listed */
static void pids_drop_gone(struct pids *pids)
{
	size_t kept = 0;

	for (size_t i = 0; i < pids->len; i++) {
		if (pids->entries[i].proc_inode == 0)
			pid_entry_finish(&pids->entries[i]);
		else
			pids->entries[kept++] = pids->entries[i];
	}
	pids->len = kept;
}

/* Index of the first entry above @pid; len if there is none */
static size_t pids_above(const struct pids *pids, pid_t pid)
{
	size_t low = 0, high = pids->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pids->entries[middle].pid <= pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/** struct turn - which entries are read, and how many of them */
struct turn {
	bool (*wanted)(const struct pid_entry *entry);
	pid_t *cursor;	/* goes on after this pid and wraps around */
	size_t least;	/* as many are read whatever the budget */
	size_t most;	/* no more in one pass */
	uint64_t until; /* monotonic microseconds; 0: no bound */
};

static bool wants_first(const struct pid_entry *entry)
{
	return !pid_entry_is_read(entry);
}

static bool wants_young(const struct pid_entry *entry)
{
	return entry->flags & PID_YOUNG;
}

static bool wants_old(const struct pid_entry *entry)
{
	return pid_entry_is_read(entry) && !(entry->flags & PID_YOUNG);
}

/* Whoever did not get a turn is first in the next pass. Return: whether all had theirs. */
static bool pids_take_turn(struct pids *pids, const struct pass *pass, const struct turn *turn)
{
	size_t start = pids_above(pids, *turn->cursor), done = 0;

	for (size_t i = 0; i < pids->len; i++) {
		struct pid_entry *entry = &pids->entries[(start + i) % pids->len];

		if (entry->proc_inode == 0 || !turn->wanted(entry))
			continue;
		if (done >= turn->most)
			return false;
		if (done >= turn->least && turn->until && clock_monotonic_usec() >= turn->until)
			return false;
		if (pid_entry_read(entry, pids, pass) == READ_GONE)
			entry->proc_inode = 0;
		*turn->cursor = entry->pid;
		done++;
	}
	return true;
}

/* Reading again comes first, so that no entry is read twice in one pass; it gets a quarter of the
 * budget and its least, so that a storm of new processes can't keep what is known from ageing. */
static void pids_read(struct pids *pids, const struct pass *pass)
{
	uint64_t budget = pass->demand->ns_budget_usec, now = clock_monotonic_usec();
	uint64_t until_again = budget ? now + budget / 4 : 0;
	const struct turn young = {wants_young, &pids->young_cursor, PIDS_REFRESH_LEAST, SIZE_MAX,
				   until_again};
	const struct turn old = {wants_old, &pids->old_cursor, PIDS_REFRESH_LEAST,
				 PIDS_REFRESH_LEAST + pids->len / PIDS_REFRESH_SHARE, until_again};
	const struct turn first = {wants_first, &pids->first_cursor, 1, SIZE_MAX,
				   budget ? now + budget : 0};

	pids_take_turn(pids, pass, &young);
	pids_take_turn(pids, pass, &old);
	pids->complete = pids_take_turn(pids, pass, &first);
	pids_drop_gone(pids);
}

static void pids_place(struct pids *pids, const struct pass *pass)
{
	size_t at = 0;

	for (size_t i = 0; i < pids->len; i++) {
		struct pid_entry *entry = &pids->entries[i];

		while (at < pass->members_len && pass->members[at].pid < entry->pid)
			at++;
		entry->cgroup = at < pass->members_len && pass->members[at].pid == entry->pid
					? pass->members[at].cgroup
					: INDEX_NONE;
		entry->container = INDEX_NONE;
		entry->seen = pids->sequence;
	}
}

/* ---- The collector ---- */

/* Links that stay 0 are not readable (or not there). */
static void pids_read_links(const struct pass *pass, const char *process, uint64_t *ns)
{
	_cleanup_(cleanup_close)
	int fd = -1;

	if (dir_open(pass->proc_fd, process, &fd, NULL) != READ_OK)
		return;
	for (enum ns_type type = 0; type < NS_TYPES; type++)
		pids_read_ns(fd, type, &ns[type]);
}

/* Which pid namespace /proc shows: PID 1's. Where that is denied it is ours, if we have one pid only. */
static uint64_t pids_proc_ns(struct pids *pids, const struct pass *pass, uint64_t own)
{
	pid_t last;

	if (pids->host_ns[NS_PID] != 0)
		return pids->host_ns[NS_PID];
	if (dir_read(pass->proc_fd, "self/status", &pids->buf, NULL) != READ_OK ||
	    parse_ns_pids(strbuf_span(&pids->buf), &last) != 1)
		return 0;
	return own;
}

/* What "the host" is: PID 1 as far as we may look at it, else ourselves. */
static void pids_read_host(struct pids *pids, const struct pass *pass)
{
	uint64_t own[NS_TYPES] = {0};
	struct stat st;

	pids_read_links(pass, "1", pids->host_ns);
	pids_read_links(pass, "self", own);
	pids->proc_pid_ns = pids_proc_ns(pids, pass, own[NS_PID]);
	pids->list.own_ns = own[NS_PID] != 0 && own[NS_PID] == pids->proc_pid_ns;
	for (enum ns_type type = 0; type < NS_TYPES; type++)
		if (pids->host_ns[type] == 0)
			pids->host_ns[type] = own[type];
	if (fstat(pass->root_fd, &st) == 0) {
		pids->host_root_dev = st.st_dev;
		pids->host_root_inode = st.st_ino;
	}
	pids->host_read = true;
}

static int pids_start(const struct collect_options *options, void **out_state, struct err *err)
{
	(void)options;
	(void)err;
	*out_state = xcalloc(1, sizeof(struct pids));
	return 0;
}

static int pids_sample(void *data, struct pass *pass, struct err *err)
{
	struct pids *pids = data;
	int r;

	if (!pids->host_read)
		pids_read_host(pids, pass);
	if (pass->tasks) {
		pids_take_facts(pids, pass);
	} else {
		r = pids_list_update(&pids->list, pass, err);
		if (r < 0)
			return r;
		pids_merge(pids);
		pids_read(pids, pass);
	}
	pids->sequence = pass->snapshot->sequence;
	pids_place(pids, pass);
	pass->pids = pids;
	pass->snapshot->ns_partial = !pids->complete;
	return 0;
}

static void pids_stop(void *data)
{
	struct pids *pids = data;

	if (!pids)
		return;
	for (size_t i = 0; i < pids->len; i++)
		pid_entry_finish(&pids->entries[i]);
	pids_list_finish(&pids->list);
	free(pids->entries);
	strbuf_finish(&pids->buf);
	free(pids);
}

size_t pids_count(const struct pids *pids)
{
	return pids->len;
}

struct pid_entry *pids_at(struct pids *pids, size_t i)
{
	return &pids->entries[i];
}

struct pid_entry *pids_find(struct pids *pids, pid_t pid)
{
	size_t above = pids_above(pids, pid);

	return above > 0 && pids->entries[above - 1].pid == pid ? &pids->entries[above - 1] : NULL;
}

const uint64_t *pids_host_ns(const struct pids *pids)
{
	return pids->host_ns;
}

bool pids_complete(const struct pids *pids)
{
	return pids->complete;
}

const struct collector collector_pids = {
	.name = "pids",
	.sources = SOURCE_NS | SOURCE_IDENTITY,
	.start = pids_start,
	.sample = pids_sample,
	.stop = pids_stop,
};
