/* SPDX-License-Identifier: MIT */
/*
 * The iterator over open files: run by the kernel once for every descriptor of every process, it writes
 * down those that hold a namespace open (fact.h). What holds for tasks.bpf.c holds here.
 */
#include "fact.h"
#include "kernel_files.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

const char files_iterator_license[] SEC("license") = "Dual MIT/GPL";

/* include/uapi/linux/magic.h */
#define NSFS_MAGIC 0x6e736673

static void *(*const cast)(const void *object, __u32 type) = (void *)FACT_CAST_CALL;

SEC("iter/task_file")
int list_files(struct bpf_iter__task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	struct file_fact fact = {0};
	struct inode *inode;

	if (!task || !file)
		return 0;
	file = cast(file, bpf_core_type_id_kernel(struct file));
	inode = file->f_inode;
	if (inode->i_sb->s_magic != NSFS_MAGIC)
		return 0;
	task = cast(task, bpf_core_type_id_kernel(struct task_struct));
	/* A thread with files of its own is passed over, as by who reads /proc. */
	if (task->pid != task->tgid)
		return 0;
	fact.pid = task->pid;
	fact.fd = context->fd;
	fact.inode = inode->i_ino;
	bpf_seq_write(context->meta->seq, &fact, sizeof(fact));
	return 0;
}
