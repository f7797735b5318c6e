/* SPDX-License-Identifier: MIT */
/*
 * The pid table from the facts of the task iterator: all of it is true in every pass, and a file is opened
 * only for who has a root directory of their own, or a pid namespace deeper than the iterator tells. Owns
 * nothing.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "collectors/pids_table.h"
#include "collectors/tasks.h"

static uint64_t fact_start_ticks(const struct task_fact *fact, const struct snapshot *snapshot)
{
	return fact->start_nsec / (1000000000u / snapshot->tick_hz);
}

/* Entries of processes that are still there move to the front. Return: how many. */
static size_t drop_ended(struct pids *pids, const struct pass *pass)
{
	size_t kept = 0, at = 0, n = tasks_count(pass->tasks);

	for (size_t i = 0; i < pids->len; i++) {
		struct pid_entry *entry = &pids->entries[i];

		while (at < n && (pid_t)tasks_at(pass->tasks, at)->pid < entry->pid)
			at++;
		if (at == n || (pid_t)tasks_at(pass->tasks, at)->pid != entry->pid ||
		    fact_start_ticks(tasks_at(pass->tasks, at), pass->snapshot) !=
			    entry->start_ticks) {
			pid_entry_finish(entry);
			continue;
		}
		if (kept != i)
			pids->entries[kept] = *entry;
		kept++;
	}
	return kept;
}

/* From the back, so that nothing is copied aside; without births nothing moves at all. */
static void add_born(struct pids *pids, const struct pass *pass, size_t kept)
{
	size_t n = tasks_count(pass->tasks);

	if (n > pids->cap) {
		pids->cap = n + n / 4;
		pids->entries = xreallocarray(pids->entries, pids->cap, sizeof(*pids->entries));
	}
	for (size_t i = n; i-- > 0 && kept <= i;) {
		const struct task_fact *fact = tasks_at(pass->tasks, i);

		if (kept > 0 && pids->entries[kept - 1].pid == (pid_t)fact->pid)
			pids->entries[i] = pids->entries[--kept];
		else
			pids->entries[i] = (struct pid_entry) {.pid = (pid_t)fact->pid};
	}
	pids->len = n;
}

/* What the iterator leaves to /proc */
static void read_rest(struct pid_entry *entry, const struct task_fact *fact, struct pids *pids,
		      const struct pass *pass)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	char name[16];

	snprintf(name, sizeof(name), "%d", entry->pid);
	if (dir_open(pass->proc_fd, name, &fd, NULL) != READ_OK)
		return;
	if (fact->inner_pid == 0) {
		pids_read_ns(fd, NS_PID, &entry->ns[NS_PID]);
		pid_entry_read_inner(entry, fd, pids);
	}
	if (entry->root_fact != fact->root) {
		pid_entry_read_root(entry, fd, pids);
		entry->root_fact = fact->root;
	}
}

static void take_root(struct pid_entry *entry, const struct task_fact *fact, uint64_t own_root,
		      const struct pids *pids)
{
	entry->flags |= PID_ROOT_READ;
	if (entry->root_fact == fact->root)
		return;
	free(entry->root);
	entry->root = NULL;
	entry->root_dev = entry->root_inode = 0;
	if (fact->root == 0) /* a zombie's, and a kernel thread's may be */
		entry->flags &= ~(unsigned int)PID_ROOT_READ;
	if (fact->root != 0 && fact->root != own_root)
		return;
	if (fact->root == own_root) {
		entry->root_dev = pids->host_root_dev;
		entry->root_inode = pids->host_root_inode;
	}
	entry->root_fact = fact->root;
}

static void take_fact(struct pid_entry *entry, const struct task_fact *fact,
		      const struct pass *pass)
{
	uint64_t inner_ns = entry->ns[NS_PID];

	entry->ppid = (pid_t)fact->ppid;
	entry->start_ticks = fact_start_ticks(fact, pass->snapshot);
	entry->uid = fact->uid;
	entry->flags = fact->has & FACT_NS_DENIED ? PID_NS_DENIED : PID_NS_READ;
	if (fact->flags & PARSE_PF_KTHREAD)
		entry->flags |= PID_KERNEL_THREAD;
	for (enum ns_type type = 0; type < NS_TYPES; type++)
		entry->ns[type] = fact->ns[type];
	if (fact->inner_pid != 0)
		entry->inner_pid = (pid_t)fact->inner_pid;
	else
		entry->ns[NS_PID] = inner_ns; /* neither ever changes */
	memcpy(entry->comm, fact->comm, sizeof(entry->comm));
}

void pids_take_facts(struct pids *pids, const struct pass *pass)
{
	const struct task_fact *own = tasks_find(pass->tasks, getpid());

	add_born(pids, pass, drop_ended(pids, pass));
	for (size_t i = 0; i < pids->len; i++) {
		const struct task_fact *fact = tasks_at(pass->tasks, i);
		struct pid_entry *entry = &pids->entries[i];

		take_fact(entry, fact, pass);
		take_root(entry, fact, own ? own->root : 0, pids);
		if (entry->root_fact != fact->root ||
		    (fact->inner_pid == 0 && entry->inner_pid == 0))
			read_rest(entry, fact, pids, pass);
	}
	pids->complete = true;
}
