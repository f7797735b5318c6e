/* SPDX-License-Identifier: MIT */
/* Limits of a target on the kernel of this machine: set, read back, put back, and biting. */
#include "cg_rig.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/str.h"
#include "runtime/limits_files.h"

#define MIB	      (1024 * 1024)
#define PAGE_SIZE_MAX 65536

/* struct held - the group of a test, held */
struct held {
	struct rig *rig;
	struct target *target;
};

static int setup(void **state)
{
	struct held *held = calloc(1, sizeof(*held));
	int r = rig_open((void **)&held->rig);

	*state = held;
	return r;
}

static int teardown(void **state)
{
	struct held *held = *state;

	target_free(held->target);
	rig_close((void **)&held->rig);
	free(held);
	return 0;
}

static void hold(struct held *held)
{
	struct target_request request = rig_request(held->rig);
	struct err err = ERR_INIT;

	rig_need_root();
	rig_make(held->rig, "");
	assert_fine(target_hold(&request, &held->target, &err), err);
}

static void add(struct limit_set *set, enum limit_id id, const char *text)
{
	struct err err = ERR_INIT;

	assert_fine(limit_parse(id, span_of(text), &set->values[id], &err), err);
}

/* Set one limit; skips the test where the layout lacks it. */
static void set_one(struct held *held, enum limit_id id, const char *text)
{
	struct limit_set set = {0};
	struct err err = ERR_INIT;
	int r;

	add(&set, id, text);
	r = target_set_limits(held->target, &set, NULL, &err);
	if (r == -EOPNOTSUPP) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	assert_fine(r, err);
}

static void assert_limit(struct held *held, enum limit_id id, const char *expected)
{
	struct limit_set now;
	struct err err = ERR_INIT;
	char text[LIMIT_TEXT_MAX];

	assert_fine(target_read_limits(held->target, &now, &err), err);
	assert_string_equal(limit_format(id, &now.values[id], text), expected);
}

/* ---- Each of them ---- */

static const struct {
	enum limit_id id;
	const char *text, *cleared;
} cases[] = {
	{LIMIT_MEMORY, "64M", "max"},	  {LIMIT_MEMORY_HIGH, "32M", "max"},
	{LIMIT_CPUS, "0.5", "max"},	  {LIMIT_CPUS, "1.25", "max"},
	{LIMIT_CPUS, "0.01", "max"},	  {LIMIT_CPU_WEIGHT, "1", "100"},
	{LIMIT_CPU_WEIGHT, "250", "100"}, {LIMIT_CPU_WEIGHT, "10000", "100"},
	{LIMIT_PIDS, "77", "max"},	  {LIMIT_IO_WEIGHT, "50", "100"},
};

static void each_number_is_set_read_back_and_cleared(void **state)
{
	struct held *held = *state;
	size_t done = 0;

	hold(held);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct limit_set set = {0};
		struct err err = ERR_INIT;
		int r;

		add(&set, cases[i].id, cases[i].text);
		r = target_set_limits(held->target, &set, NULL, &err);
		if (r == -EOPNOTSUPP)
			continue;
		assert_fine(r, err);
		assert_limit(held, cases[i].id, cases[i].text);
		set_one(held, cases[i].id, cases[i].cleared);
		assert_limit(held, cases[i].id, cases[i].cleared);
		done++;
	}
	if (done == 0)
		skip();
}

static void a_limit_that_the_layout_lacks_says_so(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0}, now;
	struct err err = ERR_INIT;

	hold(held);
	if (!rig_has(held->rig, CGROUP_MEMORY) || rig_is_v2(held->rig, CGROUP_MEMORY))
		skip();
	add(&set, LIMIT_MEMORY_HIGH, "64M");
	assert_int_equal(target_set_limits(held->target, &set, NULL, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "memory-high: there is no such limit on cgroup v1"));
	assert_fine(target_read_limits(held->target, &now, &err), err);
	assert_false(now.values[LIMIT_MEMORY_HIGH].set);
}

static void what_is_set_comes_back_with_the_answer(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0}, now = {0};
	struct err err = ERR_INIT;
	int r;

	hold(held);
	/* A byte more than whole pages: the kernel rounds down. */
	add(&set, LIMIT_MEMORY, "67108865");
	r = target_set_limits(held->target, &set, &now, &err);
	if (r == -EOPNOTSUPP)
		skip();
	assert_fine(r, err);
	assert_true(now.values[LIMIT_MEMORY].set);
	assert_int_equal(now.values[LIMIT_MEMORY].number, 67108864);
}

static void cpus_and_nodes_are_set_and_cleared(void **state)
{
	struct held *held = *state;
	struct limit_set before;
	struct err err = ERR_INIT;
	char text[LIMIT_TEXT_MAX];

	hold(held);
	assert_fine(target_read_limits(held->target, &before, &err), err);
	set_one(held, LIMIT_CPUSET, "0");
	assert_limit(held, LIMIT_CPUSET, "0");
	set_one(held, LIMIT_CPUSET_MEMS, "0");
	assert_limit(held, LIMIT_CPUSET_MEMS, "0");
	set_one(held, LIMIT_CPUSET, "max");
	assert_limit(held, LIMIT_CPUSET,
		     limit_format(LIMIT_CPUSET, &before.values[LIMIT_CPUSET], text));
}

/* ---- Memory and swap ---- */

static void swap_is_beside_memory_on_every_layout(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0};
	struct err err = ERR_INIT;
	int r;

	hold(held);
	add(&set, LIMIT_MEMORY, "64M");
	add(&set, LIMIT_SWAP, "16M");
	r = target_set_limits(held->target, &set, NULL, &err);
	if (r == -EOPNOTSUPP) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	assert_fine(r, err);
	assert_limit(held, LIMIT_MEMORY, "64M");
	assert_limit(held, LIMIT_SWAP, "16M");
	/* Up and down past what both are together: v1 has to be told in another order each time. */
	set_one(held, LIMIT_MEMORY, "256M");
	assert_limit(held, LIMIT_MEMORY, "256M");
	assert_limit(held, LIMIT_SWAP, "16M");
	set_one(held, LIMIT_MEMORY, "32M");
	assert_limit(held, LIMIT_MEMORY, "32M");
	assert_limit(held, LIMIT_SWAP, "16M");
	set_one(held, LIMIT_SWAP, "0");
	assert_limit(held, LIMIT_SWAP, "0");
	set_one(held, LIMIT_SWAP, "1G");
	assert_limit(held, LIMIT_SWAP, "1G");
	set_one(held, LIMIT_MEMORY, "2G");
	assert_limit(held, LIMIT_SWAP, "1G");
	set_one(held, LIMIT_SWAP, "max");
	assert_limit(held, LIMIT_SWAP, "max");
	assert_limit(held, LIMIT_MEMORY, "2G");
	set_one(held, LIMIT_MEMORY, "max");
	assert_limit(held, LIMIT_MEMORY, "max");
}

static void swap_alone_needs_a_memory_limit_on_v1(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0};
	struct err err = ERR_INIT;
	int r;

	hold(held);
	if (!rig_has(held->rig, CGROUP_MEMORY) || rig_is_v2(held->rig, CGROUP_MEMORY))
		skip();
	add(&set, LIMIT_SWAP, "16M");
	r = target_set_limits(held->target, &set, NULL, &err);
	if (r == -EOPNOTSUPP)
		skip();
	assert_int_equal(r, -EINVAL);
	assert_non_null(strstr(err.text, "set a memory limit too"));
}

/* ---- Disks ---- */

/* A disk that may be throttled, as "254:0"; skips where there is none. */
static void find_disk(struct held *held, char *buf, size_t cap)
{
	DIR *disks = opendir("/sys/block");
	struct dirent *entry;
	bool found = false;

	while (disks && !found && (entry = readdir(disks))) {
		char path[300];
		struct limit_set set = {0};
		struct err err = ERR_INIT;
		FILE *file;

		snprintf(path, sizeof(path), "/sys/block/%s/dev", entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "re");
		if (!file)
			continue;
		if (fgets(buf, (int)cap, file)) {
			buf[strcspn(buf, "\n")] = '\0';
			snprintf(path, sizeof(path), "%s rbps=max", buf);
			add(&set, LIMIT_IO_MAX, path);
			found = target_set_limits(held->target, &set, NULL, &err) == 0;
		}
		fclose(file);
	}
	if (disks)
		closedir(disks);
	if (!found) {
		print_message("skipped: no disk can be limited here\n");
		skip();
	}
}

static void rules_for_disks_are_set_changed_and_cleared(void **state)
{
	struct held *held = *state;
	char disk[64], text[200];

	hold(held);
	find_disk(held, disk, sizeof(disk));
	snprintf(text, sizeof(text), "%s:rbps=1M,wiops=100", disk);
	set_one(held, LIMIT_IO_MAX, text);
	snprintf(text, sizeof(text), "%s rbps=1M wiops=100", disk);
	assert_limit(held, LIMIT_IO_MAX, text);
	snprintf(text, sizeof(text), "%s:rbps=max,wbps=2M", disk);
	set_one(held, LIMIT_IO_MAX, text);
	snprintf(text, sizeof(text), "%s wbps=2M wiops=100", disk);
	assert_limit(held, LIMIT_IO_MAX, text);
	set_one(held, LIMIT_IO_MAX, "max");
	assert_limit(held, LIMIT_IO_MAX, "max");
}

static void a_disk_that_is_not_there_undoes_the_rules_before_it(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0};
	struct err err = ERR_INIT;
	char disk[64], text[200];

	hold(held);
	find_disk(held, disk, sizeof(disk));
	snprintf(text, sizeof(text), "%s:rbps=7M", disk);
	set_one(held, LIMIT_IO_MAX, text);
	snprintf(text, sizeof(text), "%s:rbps=1M,wbps=1M", disk);
	add(&set, LIMIT_IO_MAX, text);
	add(&set, LIMIT_IO_MAX, "4000:99 rbps=1M");
	assert_int_equal(target_set_limits(held->target, &set, NULL, &err), -ENODEV);
	assert_non_null(strstr(err.text, "4000:99"));
	snprintf(text, sizeof(text), "%s rbps=7M", disk);
	assert_limit(held, LIMIT_IO_MAX, text);
}

/* ---- All or nothing ---- */

static void when_one_of_several_fails_the_others_are_put_back(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0};
	struct err err = ERR_INIT;
	char disk[64];

	hold(held);
	find_disk(held, disk, sizeof(disk));
	set_one(held, LIMIT_MEMORY, "64M");
	set_one(held, LIMIT_CPUS, "0.5");
	set_one(held, LIMIT_PIDS, "50");
	add(&set, LIMIT_MEMORY, "128M");
	add(&set, LIMIT_CPUS, "0.75");
	add(&set, LIMIT_CPU_WEIGHT, "300");
	add(&set, LIMIT_PIDS, "60");
	/* The last in the table that can be refused by this kernel on every layout. */
	add(&set, LIMIT_IO_MAX, "4000:99 rbps=1M");
	assert_int_equal(target_set_limits(held->target, &set, NULL, &err), -ENODEV);
	assert_non_null(strstr(err.text, "set the io-max limit"));
	assert_limit(held, LIMIT_MEMORY, "64M");
	assert_limit(held, LIMIT_CPUS, "0.5");
	assert_limit(held, LIMIT_CPU_WEIGHT, "100");
	assert_limit(held, LIMIT_PIDS, "50");
}

static void what_can_t_be_had_is_found_before_anything_is_written(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0};
	struct err err = ERR_INIT;

	hold(held);
	if (!rig_has(held->rig, CGROUP_MEMORY) || rig_is_v2(held->rig, CGROUP_MEMORY))
		skip();
	add(&set, LIMIT_MEMORY_HIGH, "64M");
	add(&set, LIMIT_PIDS, "60");
	assert_int_equal(target_set_limits(held->target, &set, NULL, &err), -EOPNOTSUPP);
	assert_limit(held, LIMIT_PIDS, "max");
}

static void limits_of_a_group_that_is_gone_fail(void **state)
{
	struct held *held = *state;
	struct limit_set set = {0}, now;
	struct err err = ERR_INIT;

	hold(held);
	rig_remove(held->rig, "");
	assert_int_equal(target_read_limits(held->target, &now, &err), -ENODEV);
	add(&set, LIMIT_PIDS, "60");
	assert_true(target_set_limits(held->target, &set, NULL, &err) < 0);
}

static void values_that_the_kernel_rounds_agree(void **state)
{
	struct limit_value a = {.set = true, .number = 67108865};
	struct limit_value b = {.set = true, .number = 67108864};
	struct limit_value none = {.set = true, .number = LIMIT_NONE};
	struct limit_value unknown = {.set = false};

	(void)state;
	assert_true(limits_agree(LIMIT_MEMORY, &a, &b));
	assert_true(limits_agree(LIMIT_MEMORY, &unknown, &b));
	assert_false(limits_agree(LIMIT_MEMORY, &a, &none));
	assert_false(limits_agree(LIMIT_MEMORY, &a, &unknown));
	b.number -= PAGE_SIZE_MAX;
	assert_false(limits_agree(LIMIT_MEMORY, &a, &b));
	assert_false(limits_agree(LIMIT_PIDS, &a, &b));
}

/* ---- They bite ---- */

/* Takes memory, page after page; ends fine only if nothing stops it. */
static int take_memory(void *context)
{
	size_t bytes = *(size_t *)context;
	char *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < bytes; i += 4096)
		memory[i] = 1;
	return 0;
}

static bool has_swap(void)
{
	_cleanup_(cleanup_fclose)
	FILE *file = fopen("/proc/swaps", "re");
	char line[256];

	return file && fgets(line, sizeof(line), file) && fgets(line, sizeof(line), file);
}

static void memory_ends_what_needs_more_and_nothing_else(void **state)
{
	struct held *held = *state;
	size_t bytes = (size_t)128 * MIB;
	struct limit_set no_swap = {0};
	struct err err = ERR_INIT;
	pid_t bystander, other;
	int status;

	hold(held);
	set_one(held, LIMIT_MEMORY, "32M");
	/* Where swap is counted there is to be none; elsewhere the machine's may hold what is too much. */
	add(&no_swap, LIMIT_SWAP, "0");
	if (target_set_limits(held->target, &no_swap, NULL, &err) != 0 && has_swap())
		skip();
	/* One outside needs as much; one inside needs little. The killer takes the largest. */
	bystander = fork();
	if (bystander == 0)
		_exit(take_memory(&bytes));
	other = rig_spawn(held->rig, "", NULL, NULL);
	status = rig_wait(held->rig, rig_spawn(held->rig, "", take_memory, &bytes));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(waitpid(bystander, &status, 0), bystander);
	assert_int_equal(status, 0);
	assert_int_equal(kill(other, 0), 0);
}

/* Forks until it fails; the exit code is how many there were, or 255. */
static int fork_many(void *context)
{
	int n = 0;

	(void)context;
	for (; n < 100; n++) {
		pid_t pid = fork();

		if (pid < 0)
			return errno == EAGAIN ? n : 255;
		if (pid == 0)
			for (;;)
				pause();
	}
	return 254;
}

static bool is_empty(void *context)
{
	return !target_is_populated(context);
}

static void pids_stops_a_process_that_forks(void **state)
{
	struct held *held = *state;
	int status;

	hold(held);
	set_one(held, LIMIT_PIDS, "12");
	status = rig_wait(held->rig, rig_spawn(held->rig, "", fork_many, NULL));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 11);
	/* The children of it were left behind. */
	for (;;) {
		_cleanup_(cleanup_close)
		int dir = rig_dir(held->rig, CGROUP_PIDS, "");
		_cleanup_(cleanup_close)
		int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
		_cleanup_(cleanup_fclose)
		FILE *file = fdopen(dup(fd), "r");
		int pid, n = 0;

		while (fscanf(file, "%d", &pid) == 1) {
			kill(pid, SIGKILL);
			n++;
		}
		if (n == 0)
			break;
		usleep(10000);
	}
	assert_true(until(is_empty, held->target));
}

static int spin(void *context)
{
	(void)context;
	for (;;)
		;
	return 0;
}

/* struct throttled - how often the kernel held it back, read from its own counters */
struct throttled {
	struct rig *rig;
	unsigned long long periods, times;
};

static bool has_run_for_periods(void *context)
{
	struct throttled *now = context;
	char text[1024], *p, *t;

	rig_read(now->rig, CGROUP_CPU, "cpu.stat", text, sizeof(text));
	p = strstr(text, "nr_periods ");
	t = strstr(text, "nr_throttled ");
	assert_non_null(p);
	assert_non_null(t);
	now->periods = strtoull(p + strlen("nr_periods "), NULL, 10);
	now->times = strtoull(t + strlen("nr_throttled "), NULL, 10);
	return now->periods >= 20;
}

/* What it may use at most is proved by what it used in so many of the kernel's own periods: a busy
 * machine makes that less, never more. */
static void a_quota_holds_by_the_kernel_s_own_counters(void **state)
{
	struct held *held = *state;
	struct throttled now = {.rig = held->rig};
	struct rusage usage;
	double used_usec;
	pid_t pid;

	hold(held);
	set_one(held, LIMIT_CPUS, "0.2");
	pid = rig_spawn(held->rig, "", spin, NULL);
	assert_true(until(has_run_for_periods, &now));
	assert_true(now.times > 0);
	kill(pid, SIGKILL);
	assert_true(wait4(pid, NULL, 0, &usage) == pid);
	rig_wait(held->rig, pid);
	has_run_for_periods(&now);
	used_usec = (double)usage.ru_utime.tv_sec * 1e6 + (double)usage.ru_utime.tv_usec +
		    (double)usage.ru_stime.tv_sec * 1e6 + (double)usage.ru_stime.tv_usec;
	/* 20 ms a period, and two periods and a tick of slack at the ends. */
	assert_true(used_usec <= (double)(now.periods + 3) * 20000 * 1.1);
}

static int allowed_cpus(void *context)
{
	cpu_set_t set;

	(void)context;
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 255;
	return CPU_COUNT(&set) == 1 && CPU_ISSET(0, &set) ? 1 : 2;
}

static void a_cpuset_leaves_no_other_cpu(void **state)
{
	struct held *held = *state;
	int status;

	hold(held);
	set_one(held, LIMIT_CPUSET, "0");
	status = rig_wait(held->rig, rig_spawn(held->rig, "", allowed_cpus, NULL));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static int keep_memory(void *context)
{
	int code = take_memory(context);

	while (code == 0)
		pause();
	return code;
}

/* struct use - a group that is to use so much */
struct use {
	struct rig *rig;
	size_t bytes;
};

static bool uses_so_much(void *context)
{
	struct use *use = context;
	char text[64];

	rig_read(use->rig, CGROUP_MEMORY, "memory.usage_in_bytes", text, sizeof(text));
	return strtoull(text, NULL, 10) >= use->bytes;
}

static void memory_in_use_is_no_reason_to_lose_the_limits(void **state)
{
	struct held *held = *state;
	struct use use = {held->rig, (size_t)24 * MIB};
	struct limit_set set = {0};
	struct err err = ERR_INIT;
	int r;

	hold(held);
	/* v1 refuses what is below what is in use and can't be given back; v2 ends processes. */
	if (!rig_has(held->rig, CGROUP_MEMORY) || rig_is_v2(held->rig, CGROUP_MEMORY))
		skip();
	set_one(held, LIMIT_MEMORY, "64M");
	set_one(held, LIMIT_PIDS, "40");
	rig_spawn(held->rig, "", keep_memory, &use.bytes);
	assert_true(until(uses_so_much, &use));
	add(&set, LIMIT_PIDS, "20");
	add(&set, LIMIT_MEMORY, "1M");
	r = target_set_limits(held->target, &set, NULL, &err);
	assert_int_equal(r, -EBUSY);
	assert_non_null(strstr(err.text, "more is in use"));
	assert_limit(held, LIMIT_MEMORY, "64M");
	assert_limit(held, LIMIT_PIDS, "40");
}

#define ON_KERNEL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_KERNEL(each_number_is_set_read_back_and_cleared),
		ON_KERNEL(a_limit_that_the_layout_lacks_says_so),
		ON_KERNEL(what_is_set_comes_back_with_the_answer),
		ON_KERNEL(cpus_and_nodes_are_set_and_cleared),
		ON_KERNEL(swap_is_beside_memory_on_every_layout),
		ON_KERNEL(swap_alone_needs_a_memory_limit_on_v1),
		ON_KERNEL(rules_for_disks_are_set_changed_and_cleared),
		ON_KERNEL(a_disk_that_is_not_there_undoes_the_rules_before_it),
		ON_KERNEL(when_one_of_several_fails_the_others_are_put_back),
		ON_KERNEL(what_can_t_be_had_is_found_before_anything_is_written),
		ON_KERNEL(limits_of_a_group_that_is_gone_fail),
		cmocka_unit_test(values_that_the_kernel_rounds_agree),
		ON_KERNEL(memory_ends_what_needs_more_and_nothing_else),
		ON_KERNEL(pids_stops_a_process_that_forks),
		ON_KERNEL(a_quota_holds_by_the_kernel_s_own_counters),
		ON_KERNEL(a_cpuset_leaves_no_other_cpu),
		ON_KERNEL(memory_in_use_is_no_reason_to_lose_the_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
