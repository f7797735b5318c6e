/* SPDX-License-Identifier: MIT */
/*
 * What the iterators look at in the kernel, and no more. Only names and types count: where a member
 * really is, libbpf finds out from the BTF of the running kernel and writes it into the program. A name
 * with three underscores stands for what comes before them, as another kernel version has it.
 */
#ifndef BOXTOP_COLLECTORS_BPF_KERNEL_H
#define BOXTOP_COLLECTORS_BPF_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

/* Named in prototypes of bpf_helper_defs.h; no map is made here. */
enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

/* clang-format off */
#define NAMESPACE(name) struct name { struct ns_common ns; }
/* clang-format on */

NAMESPACE(uts_namespace);
NAMESPACE(ipc_namespace);
NAMESPACE(mnt_namespace);
NAMESPACE(pid_namespace);
NAMESPACE(net);
NAMESPACE(time_namespace);
NAMESPACE(cgroup_namespace);
NAMESPACE(user_namespace);

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct net *net_ns;
	struct pid_namespace *pid_ns_for_children;
	struct time_namespace *time_ns, *time_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
};

struct cred {
	struct {
		unsigned int val;
	} euid;
	struct user_namespace *user_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[];
};

struct tty_driver {
	int major, minor_start;
};

struct tty_struct {
	struct tty_driver *driver;
	int index;
};

struct task_io_accounting {
	__u64 read_bytes, write_bytes;
};

struct prev_cputime {
	__u64 utime, stime;
};

struct signal_struct {
	int nr_threads;
	struct pid *pids[4];
	struct tty_struct *tty;
	__u64 utime, stime;
	struct prev_cputime prev_cputime;
	unsigned long min_flt, maj_flt;
	struct task_io_accounting ioac;
	unsigned long long sum_sched_runtime;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct cgroup_subsys_state {
	__u64 serial_nr;
};

/* As many controllers as a kernel has: fewer than these */
struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

struct percpu_counter {
	__s64 count;
};

struct mm_struct {
	unsigned long total_vm;
	struct percpu_counter rss_stat[4]; /* since Linux 6.2 */
};

struct mm_rss_stat___before_6_2 {
	struct {
		long counter;
	} count[4];
};

struct mm_struct___before_6_2 {
	struct mm_rss_stat___before_6_2 rss_stat;
};

struct dentry;

struct path {
	struct dentry *dentry;
};

struct fs_struct {
	struct path root;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct thread_info {
	unsigned int cpu; /* since Linux 5.16; other architectures before */
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state; /* since Linux 5.14 */
	unsigned int flags;
	int prio, static_prio;
	struct sched_entity se;
	struct mm_struct *mm;
	int exit_state;
	int pid, tgid;
	struct task_struct *real_parent;
	struct pid *thread_pid;
	__u64 utime, stime;
	__u64 start_boottime;
	unsigned long min_flt, maj_flt;
	const struct cred *real_cred;
	char comm[16];
	struct fs_struct *fs;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
	__u64 self_exec_id;
	struct task_io_accounting ioac;
};

struct task_struct___before {
	long state;	  /* until Linux 5.13 */
	unsigned int cpu; /* until Linux 5.15 */
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

#endif
