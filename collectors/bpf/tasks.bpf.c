/* SPDX-License-Identifier: MIT */
/*
 * The task iterator: run by the kernel once for every thread while somebody reads from it, it writes down
 * what it sees (fact.h) and changes nothing. Every load goes straight through a typed pointer: the kernel
 * checks the types when it takes the program, and a pointer into nowhere reads as 0. The one exception is for
 * old kernels.
 */
#include "fact.h"
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* bpf_seq_write() is for programs that are also under the GPL. */
const char task_iterator_license[] SEC("license") = "Dual MIT/GPL";

/* enum pid_type and the counters of mm_struct.rss_stat, as they are since Linux 4.19 */
enum {
	PIDTYPE_PGID = 2,
	PIDTYPE_SID
};
enum {
	MM_FILEPAGES,
	MM_ANONPAGES,
	MM_SWAPENTS,
	MM_SHMEMPAGES
};

/*
 * Since Linux 6.3 the kernel searches all its types by name, 0.2 ms each time, for what a pointer that is
 * read through a trusted one may be trusted with. We need no trust: this makes a pointer that is only good
 * for reading (bpf_rdonly_cast() where the kernel has it, else nothing).
 */
static void *(*const cast)(const void *object, __u32 type) = (void *)FACT_CAST_CALL;

static void fill_counts(struct task_counts *counts, struct task_struct *task)
{
	counts->user_nsec = task->utime;
	counts->system_nsec = task->stime;
	counts->runtime_nsec = task->se.sum_exec_runtime;
	counts->minor_faults = task->min_flt;
	counts->major_faults = task->maj_flt;
	if (bpf_core_field_exists(task->ioac.read_bytes)) {
		counts->read_bytes = task->ioac.read_bytes;
		counts->write_bytes = task->ioac.write_bytes;
	}
}

/* What the threads that ended left behind */
static void add_counts(struct task_fact *fact, struct signal_struct *signal)
{
	struct task_counts *counts = &fact->counts;

	counts->user_nsec += signal->utime;
	counts->system_nsec += signal->stime;
	counts->runtime_nsec += signal->sum_sched_runtime;
	counts->minor_faults += signal->min_flt;
	counts->major_faults += signal->maj_flt;
	if (bpf_core_field_exists(signal->ioac.read_bytes)) {
		fact->has |= FACT_HAS_IO;
		counts->read_bytes += signal->ioac.read_bytes;
		counts->write_bytes += signal->ioac.write_bytes;
	}
	/* Without it the kernel keeps exact times and scales nothing. */
	if (bpf_core_field_exists(signal->prev_cputime)) {
		fact->has |= FACT_HAS_SCALING;
		fact->prev_user_nsec = signal->prev_cputime.utime;
		fact->prev_system_nsec = signal->prev_cputime.stime;
	}
}

static void fill_signal(struct task_fact *fact, struct signal_struct *signal)
{
	struct tty_struct *tty = signal->tty;

	fact->pgrp = signal->pids[PIDTYPE_PGID]->numbers[0].nr;
	fact->session = signal->pids[PIDTYPE_SID]->numbers[0].nr;
	fact->threads = signal->nr_threads;
	if (tty)
		fact->tty = (__u32)tty->driver->major << 20 |
			    ((__u32)(tty->driver->minor_start + tty->index) & 0xfffff);
	add_counts(fact, signal);
}

/* Before Linux 6.2 the counters are an array of typedefs, which the kernel of then does not let a program
 * walk into: they are copied. A kernel without them leaves this out. */
static void fill_memory_before_6_2(struct task_fact *fact, struct mm_struct *mm)
{
	struct mm_struct___before_6_2 *old = (void *)mm;
	struct mm_rss_stat___before_6_2 pages = {0};

	bpf_probe_read_kernel(&pages, sizeof(pages),
			      __builtin_preserve_access_index(&old->rss_stat));
	fact->file_pages = pages.count[MM_FILEPAGES].counter;
	fact->anon_pages = pages.count[MM_ANONPAGES].counter;
	fact->swap_pages = pages.count[MM_SWAPENTS].counter;
	fact->shmem_pages = pages.count[MM_SHMEMPAGES].counter;
}

static void fill_memory(struct task_fact *fact, struct mm_struct *mm)
{
	if (bpf_core_field_exists(mm->rss_stat[0].count))
		fact->has |= FACT_HAS_ROUGH_PAGES;
	if (!mm)
		return;
	fact->total_pages = mm->total_vm;
	if (bpf_core_field_exists(mm->rss_stat[0].count)) {
		fact->file_pages = mm->rss_stat[MM_FILEPAGES].count;
		fact->anon_pages = mm->rss_stat[MM_ANONPAGES].count;
		fact->swap_pages = mm->rss_stat[MM_SWAPENTS].count;
		fact->shmem_pages = mm->rss_stat[MM_SHMEMPAGES].count;
	} else {
		fill_memory_before_6_2(fact, mm);
	}
}

/* numbers[] is as long as the process is deep. Where BTF says that it has one element, the kernel lets
 * nobody look at more. */
static void fill_inner(struct task_fact *fact, struct pid *pid)
{
	if (pid->level == 0) {
		fact->inner_pid = fact->pid;
		fact->ns[4] = pid->numbers[0].ns->ns.inum;
	}
	if (bpf_core_field_size(pid->numbers) != 0)
		return;
	if (pid->level == 1) {
		fact->inner_pid = pid->numbers[1].nr;
		fact->ns[4] = pid->numbers[1].ns->ns.inum;
	} else if (pid->level == 2) {
		fact->inner_pid = pid->numbers[2].nr;
		fact->ns[4] = pid->numbers[2].ns->ns.inum;
	} else if (pid->level == 3) {
		fact->inner_pid = pid->numbers[3].nr;
		fact->ns[4] = pid->numbers[3].ns->ns.inum;
	}
}

/* A zombie has given up its nsproxy. */
static void fill_namespaces(struct task_fact *fact, struct nsproxy *nsproxy)
{
	if (!nsproxy)
		return;
	fact->ns[0] = nsproxy->mnt_ns->ns.inum;
	fact->ns[1] = nsproxy->uts_ns->ns.inum;
	fact->ns[2] = nsproxy->ipc_ns->ns.inum;
	fact->ns[3] = nsproxy->net_ns->ns.inum;
	fact->ns[6] = nsproxy->cgroup_ns->ns.inum;
	fact->ns_for_children[0] = nsproxy->pid_ns_for_children->ns.inum;
	if (bpf_core_field_exists(nsproxy->time_ns->ns.inum)) {
		fact->ns[7] = nsproxy->time_ns->ns.inum;
		fact->ns_for_children[1] = nsproxy->time_ns_for_children->ns.inum;
	}
}

static void fill_state(struct task_fact *fact, struct task_struct *task)
{
	struct task_struct___before *old = (void *)task;

	fact->state = bpf_core_field_exists(task->__state) ? task->__state : (__u32)old->state;
	fact->exit_state = task->exit_state;
	fact->flags = task->flags;
	fact->processor = bpf_core_field_exists(old->cpu) ? old->cpu : task->thread_info.cpu;
	fact->priority = task->prio - 100;
	fact->nice = task->static_prio - 120;
}

#define MIX_SERIAL(sum, set, i)                                                                    \
	do {                                                                                       \
		if (bpf_core_field_exists((set)->subsys[i]))                                       \
			(sum) = (sum)*0x100000001b3ull + (set)->subsys[i]->serial_nr;              \
	} while (0)
#define MIX_SERIALS(sum, set, i)                                                                   \
	do {                                                                                       \
		MIX_SERIAL(sum, set, i);                                                           \
		MIX_SERIAL(sum, set, i + 1);                                                       \
		MIX_SERIAL(sum, set, i + 2);                                                       \
		MIX_SERIAL(sum, set, i + 3);                                                       \
	} while (0)

static void fill_groups(struct task_fact *fact, struct css_set *set)
{
	__u64 serials = 0;

	fact->css = (__u64)set;
	fact->cgroup = set->dfl_cgrp->kn->id;
	MIX_SERIALS(serials, set, 0);
	MIX_SERIALS(serials, set, 4);
	MIX_SERIALS(serials, set, 8);
	MIX_SERIALS(serials, set, 12);
	fact->css_serials = serials * 0x100000001b3ull + fact->cgroup;
}

static void fill_process(struct task_fact *fact, struct task_struct *task)
{
	const struct cred *cred = task->real_cred;
	struct fs_struct *fs = task->fs;

	fact->ppid = task->real_parent->tgid;
	fact->uid = cred->euid.val;
	fact->ns[5] = cred->user_ns->ns.inum;
	fact->start_nsec = task->start_boottime;
	fill_groups(fact, task->cgroups);
	fact->exec_id = task->self_exec_id;
	if (fs)
		fact->root = (__u64)fs->root.dentry;
	for (int i = 0; i < (int)sizeof(fact->comm); i++)
		fact->comm[i] = task->comm[i];
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct task_fact fact = {0};
	struct thread_fact thread = {0};

	if (!task)
		return 0;
	task = cast(task, bpf_core_type_id_kernel(struct task_struct));
	if (task->pid != task->tgid) {
		thread.pid = task->pid;
		thread.tgid = task->tgid;
		fill_counts(&thread.counts, task);
		bpf_seq_write(context->meta->seq, &thread, sizeof(thread));
		return 0;
	}
	fact.pid = task->pid;
	fact.tgid = task->tgid;
	fill_counts(&fact.counts, task);
	fill_state(&fact, task);
	fill_process(&fact, task);
	fill_signal(&fact, task->signal);
	fill_memory(&fact, task->mm);
	fill_inner(&fact, task->thread_pid);
	fill_namespaces(&fact, task->nsproxy);
	bpf_seq_write(context->meta->seq, &fact, sizeof(fact));
	return 0;
}
