/* SPDX-License-Identifier: MIT */
/*
 * What the iterators tell: of a process and of a thread (written by tasks.bpf.c, read by tasks.c), and of
 * an open file (files.bpf.c, ns_files.c). The programs know no header of the C library. Header only; times
 * are nanoseconds, memory is in pages.
 */
#ifndef BOXTOP_COLLECTORS_BPF_FACT_H
#define BOXTOP_COLLECTORS_BPF_FACT_H

typedef unsigned int fact_u32;
typedef unsigned long long fact_u64;

/* The call in a program that iterator_object.c replaces, when it knows the kernel: no helper has this number. */
#define FACT_CAST_CALL 0x7e57ca57

/* In the order of enum ns_type (model/namespace.h) */
#define FACT_NS 8

/* With CAP_PERFMON the kernel lets addresses through: they name things and are never followed. */

/** struct task_counts - counters of one thread */
struct task_counts {
	fact_u64 user_nsec, system_nsec; /* as the timer tick saw them */
	fact_u64 runtime_nsec;		 /* as the scheduler did */
	fact_u64 minor_faults, major_faults;
	fact_u64 read_bytes, write_bytes; /* from and to storage; see FACT_HAS_IO */
};

/** struct thread_fact - a thread that is not the first of its process: pid is not tgid */
struct thread_fact {
	fact_u32 pid, tgid;
	struct task_counts counts;
};

/** enum fact_has - in task_fact.has; all but the last two are the same for all processes */
enum fact_has {
	FACT_HAS_IO = 1 << 0,	       /* this kernel counts read_bytes and write_bytes */
	FACT_HAS_SCALING = 1 << 1,     /* /proc scales user and system time to runtime_nsec */
	FACT_HAS_ROUGH_PAGES = 1 << 2, /* pages are counted per CPU and summed now and then only */
	FACT_OF_PROC = 1 << 4,	 /* only /proc shows this process: ns_for_children is not known */
	FACT_NS_DENIED = 1 << 3, /* of such a one: /proc denies ns[] and root */
};

/** struct task_fact - a process: pid is tgid */
struct task_fact {
	fact_u32 pid, tgid;
	fact_u32 ppid, pgrp, session;
	fact_u32 uid;	     /* effective */
	fact_u32 state;	     /* TASK_ bits */
	fact_u32 exit_state; /* EXIT_ bits */
	fact_u32 flags;	     /* PF_ bits */
	fact_u32 threads;
	fact_u32 processor;
	int priority, nice;
	fact_u32 inner_pid;   /* in its own pid namespace; 0: nested too deeply for the iterator */
	fact_u32 ns[FACT_NS]; /* inodes; 0: it has none any more, or as inner_pid */
	fact_u32 ns_for_children[2]; /* pid and time: where its children will be */
	fact_u32 tty;		     /* major << 20 | minor; 0: none */
	fact_u32 has;		     /* enum fact_has */
	fact_u64 start_nsec;	     /* since boot, CLOCK_BOOTTIME */
	struct task_counts
		counts; /* of this thread and those that ended; tasks.c adds the others */
	fact_u64 prev_user_nsec, prev_system_nsec; /* what /proc told last: it never goes back */
	fact_u64 file_pages, anon_pages, swap_pages, shmem_pages; /* signed: see percpu_counter */
	fact_u64 total_pages;					  /* of address space */
	fact_u64 cgroup; /* id in the unified hierarchy: the inode of its directory */
	fact_u64 css;	 /* names its css_set: who has the same is in the same groups */
	fact_u64
		css_serials; /* of its controllers' groups, as one number: an address is given again */
	fact_u64 root;	     /* names its root directory */
	fact_u64 exec_id;    /* counts its execs */
	char comm[16];	     /* terminated */
};

/** struct file_fact - a descriptor of a process that holds a namespace */
struct file_fact {
	fact_u32 pid, fd;
	fact_u64 inode; /* of the namespace */
};

#endif
