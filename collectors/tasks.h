/* SPDX-License-Identifier: MIT */
/*
 * All processes in one go, from an iterator in the kernel: for 10,000 of them 8 ms where /proc takes 190.
 * It needs root (CAP_BPF and CAP_PERFMON), a kernel from 5.8 on that has BTF, and a build with libbpf and
 * clang; without any of these everything comes from /proc.
 */
#ifndef BOXTOP_COLLECTORS_TASKS_H
#define BOXTOP_COLLECTORS_TASKS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "collectors/bpf/fact.h"

struct tasks;

/**
 * tasks_open() - hand the iterator to the kernel: some 8 ms of CPU time
 * @proc_fd: an open /proc, borrowed: it has to show the first pid namespace
 *
 * Return: 0; -errno with @err: what is missing.
 */
int tasks_open(int proc_fd, struct tasks **out, struct err *err);
void tasks_free(struct tasks *tasks);

/**
 * tasks_read() - let it run over all tasks
 *
 * A kernel may hide tasks from iterators that it shows in /proc: their facts are put together from there.
 * Return: 0; -errno with @err, and there are no facts then.
 */
int tasks_read(struct tasks *tasks, struct err *err);
/** tasks_insert() - one more, where no other has its pid */
void tasks_insert(struct tasks *tasks, const struct task_fact *fact);

/** tasks_count() - facts of the last tasks_read() */
size_t tasks_count(const struct tasks *tasks);
/** tasks_at() - the @i'th, by ascending pid; good until the next tasks_read() */
const struct task_fact *tasks_at(const struct tasks *tasks, size_t i);
/** tasks_find() - by pid; NULL */
const struct task_fact *tasks_find(const struct tasks *tasks, pid_t pid);
/** tasks_span_usec() - monotonic time when the last tasks_read() began and ended */
void tasks_span_usec(const struct tasks *tasks, uint64_t *out_start, uint64_t *out_end);

/** fact_set_state() - the other way round */
void fact_set_state(struct task_fact *fact, char letter);
/** fact_state() - the letter of /proc/PID/stat: R S D T t X Z P I */
char fact_state(const struct task_fact *fact);
/** fact_cpu_time() - user and system time as /proc/PID/stat tells them, in nanoseconds */
void fact_cpu_time(const struct task_fact *fact, uint64_t *out_user, uint64_t *out_system);

#endif
