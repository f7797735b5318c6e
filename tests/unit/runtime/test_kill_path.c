/* SPDX-License-Identifier: MIT */
/*
 * On the way to a kill nothing is asked for that a dying machine may not have: every process, program,
 * page or lock that is wanted there ends the process that wants it, and every allocation is counted.
 */
#include "bomb_rig.h"

#include <sched.h>
#include <seccomp.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "runtime/target_private.h"

#define LIMIT 100

static const struct kill_options patient = {.deadline_usec = 60000000};

/* ---- Allocations, counted while @armed ---- */

static atomic_bool armed;
static atomic_uint allocations;

static void count(void)
{
	if (armed)
		allocations++;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));

static void on_malloc(const volatile void *p, size_t size)
{
	(void)p;
	(void)size;
	count();
}

static void on_free(const volatile void *p)
{
	(void)p;
	count();
}

static void count_allocations(void)
{
	assert_true(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0);
}
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void __libc_free(void *p);

void *malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	count();
	return __libc_realloc(p, size);
}

void free(void *p)
{
	if (p)
		count();
	__libc_free(p);
}

static void count_allocations(void)
{
}
#endif

/* ---- The fence ---- */

/* A lock that is free costs no system call: contention is what futex(2) is for. */
static const char *const forbidden[] = {
	"fork", "vfork", "clone",  "clone3",   "execve",  "execveat",
	"brk",	"mmap",	 "mremap", "mprotect", "madvise", "futex",
};

static bool fence(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS,
				     seccomp_syscall_resolve_name(forbidden[i]), 0) < 0)
			return false;
	}
	bool fine = seccomp_load(filter) == 0;

	seccomp_release(filter);
	return fine;
}

/* struct trial - what a child of ours prepares, and does behind the fence */
struct trial {
	int (*prepare)(struct trial *trial);
	int (*run)(struct trial *trial);
	struct bomb_query query;
	struct bomb *bomb;
	struct target *target;
	struct killer *killer;
};

static int try_in_child(struct trial *trial)
{
	int r = trial->prepare(trial);

	if (r != 0 || !fence())
		return 100;
	armed = true;
	r = trial->run(trial);
	armed = false;
	if (allocations > 0)
		return 101;
	return r;
}

/* What the trial came to; 255 if it was killed for what it wanted. */
static int tried(struct trial *trial)
{
	unsigned char code = 255;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	if (fork() == 0) {
		code = (unsigned char)try_in_child(trial);
		_exit(write(ends[1], &code, 1) == 1 ? 0 : 1);
	}
	close(ends[1]);
	if (read(ends[0], &code, 1) != 1)
		code = 255;
	close(ends[0]);
	return code;
}

/* ---- The fence itself ---- */

static int prepare_nothing(struct trial *trial)
{
	(void)trial;
	return 0;
}

static int run_nothing(struct trial *trial)
{
	(void)trial;
	return 7;
}

static int run_fork(struct trial *trial)
{
	(void)trial;
	return fork() >= 0 ? 0 : 1;
}

static int run_malloc(struct trial *trial)
{
	/* Volatile, so that it is not left out. */
	void *volatile p = malloc(10);

	(void)trial;
	free(p);
	return 0;
}

static void the_fence_bites(void **state)
{
	struct trial nothing = {prepare_nothing, run_nothing, .bomb = NULL};
	struct trial forks = {prepare_nothing, run_fork, .bomb = NULL};
	struct trial allocates = {prepare_nothing, run_malloc, .bomb = NULL};

	(void)state;
	assert_int_equal(tried(&nothing), 7);
	assert_int_equal(tried(&forks), 255);
	assert_int_equal(tried(&allocates), 101);
}

/* ---- Bombs ---- */

static int prepare_bomb(struct trial *trial)
{
	return bomb_prepare(&trial->query, &trial->bomb, NULL);
}

static int run_bomb(struct trial *trial)
{
	struct kill_report report;

	return bomb_kill(trial->bomb, &patient, &report, NULL) < 0 ? 1 : 0;
}

static uint64_t ns_of(pid_t pid)
{
	char path[40];
	struct stat stat_buf;

	snprintf(path, sizeof(path), "/proc/%d/ns/uts", (int)pid);
	assert_int_equal(stat(path, &stat_buf), 0);
	return stat_buf.st_ino;
}

static void a_bomb_is_ended_with_nothing_but_what_was_prepared(void **state)
{
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	for (int by = BOMB_TREE; by <= BOMB_NS; by++) {
		struct bomb_start start = {.bombs = bombs,
					   .kind = "stay",
					   .session = true,
					   .unshare = CLONE_NEWUTS,
					   .uid = 1100000000u + (uid_t)getpid()};
		struct trial trial = {prepare_bomb, run_bomb, .query = {.by = (enum bomb_by)by}};
		pid_t pid = bombs_start(&start);

		bombs_grow(bombs, LIMIT / 2);
		trial.query.path = bombs->program;
		trial.query.number = (uint64_t)pid;
		if (by == BOMB_USER)
			trial.query.number = start.uid;
		if (by == BOMB_NS)
			trial.query.number = ns_of(pid);
		assert_int_equal(tried(&trial), 0);
		assert_true(becomes(bombs_count(bombs, "") == 0));
		assert_true(becomes(bombs_limit_is(bombs, "100")));
	}
}

/* ---- Containers ---- */

static int prepare_target(struct trial *trial)
{
	return killer_new(trial->target, &trial->killer, NULL);
}

static int run_target(struct trial *trial)
{
	struct kill_report report;

	return killer_run(trial->killer, &patient, &report, NULL) < 0 ? 1 : 0;
}

static void end_target(struct bombs *bombs, unsigned int leave_out)
{
	struct bomb_start start = {.bombs = bombs, .kind = "stay"};
	struct target_request request = rig_request(bombs->rig);
	struct trial trial = {prepare_target, run_target, .bomb = NULL};
	struct err err = ERR_INIT;

	request.primary = CGROUP_PIDS;
	for (int c = 0; c < CGROUP_CONTROLLERS; c++) {
		if (leave_out & 1u << c)
			request.paths[c] = NULL;
	}
	bombs_start(&start);
	bombs_grow(bombs, LIMIT / 2);
	assert_fine(target_hold(&request, &trial.target, &err), err);
	assert_int_equal(tried(&trial), 0);
	assert_true(becomes(bombs_count(bombs, "") == 0));
	assert_true(becomes(bombs_limit_is(bombs, "100")));
	target_free(trial.target);
}

static void a_container_is_ended_with_nothing_but_what_was_prepared(void **state)
{
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	end_target(bombs, 0);
	if (bombs->rig->hierarchies.layout == CGROUP_LAYOUT_UNIFIED)
		return;
	end_target(bombs, 1u << CGROUP_UNIFIED);
	end_target(bombs, 1u << CGROUP_UNIFIED | 1u << CGROUP_FREEZER);
}

#define WITH_BOMBS(test) cmocka_unit_test_setup_teardown(test, bombs_open, bombs_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOMBS(the_fence_bites),
		WITH_BOMBS(a_bomb_is_ended_with_nothing_but_what_was_prepared),
		WITH_BOMBS(a_container_is_ended_with_nothing_but_what_was_prepared),
	};

	count_allocations();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
