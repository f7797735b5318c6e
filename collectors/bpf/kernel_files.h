/* SPDX-License-Identifier: MIT */
/* What the iterator over open files looks at beside what all do (kernel.h). */
#ifndef BOXTOP_COLLECTORS_BPF_KERNEL_FILES_H
#define BOXTOP_COLLECTORS_BPF_KERNEL_FILES_H

#include "kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	unsigned long s_magic;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
};

struct file {
	struct inode *f_inode;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang attribute pop

#endif
