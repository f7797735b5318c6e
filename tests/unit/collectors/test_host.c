/* SPDX-License-Identifier: MIT */
/* The host collector, over a fixture machine, over broken and missing files, and over this machine. */
#include "rig.h"

#include <sys/sysinfo.h>
#include <sys/utsname.h>

static const struct host *read_host(struct rig *rig, const char *root)
{
	void *state;

	rig_open(rig, root);
	state = rig_start(rig, &collector_host);
	rig_begin(rig, SOURCE_HOST);
	rig_sample(rig, &collector_host, state);
	collector_host.stop(state);
	return &rig->pass.snapshot->host;
}

static void assert_metric(struct metric metric, uint64_t value)
{
	assert_int_equal(metric.state, METRIC_KNOWN);
	assert_int_equal(metric.value, value);
}

static void assert_unknown(struct metric metric, enum metric_state state, enum metric_why why)
{
	assert_int_equal(metric.state, state);
	assert_int_equal(metric.why, why);
}

static void assert_rate(struct rate rate, double value)
{
	assert_int_equal(rate.state, METRIC_KNOWN);
	assert_true(rate.value > value - 1e-9 && rate.value < value + 1e-9);
}

static void a_machine_is_read_from_its_files(void **state)
{
	struct rig rig;
	const struct host *host = read_host(&rig, FIXTURES_DIR "/v2-systemd");

	(void)state;
	assert_string_equal(host->hostname, "node7");
	assert_string_equal(host->kernel_release, "6.1.0-21-amd64");
	assert_metric(host->memory_total_bytes, 16331820ull * 1024);
	assert_metric(host->memory_free_bytes, 1402304ull * 1024);
	assert_metric(host->memory_available_bytes, 9216040ull * 1024);
	assert_metric(host->memory_used_bytes, (16331820ull - 9216040) * 1024);
	assert_metric(host->memory_buffers_bytes, 402168ull * 1024);
	assert_metric(host->memory_cached_bytes, 7120456ull * 1024);
	assert_metric(host->memory_shared_bytes, 218444ull * 1024);
	assert_metric(host->swap_total_bytes, 999420ull * 1024);
	assert_metric(host->swap_used_bytes, (999420ull - 987132) * 1024);
	assert_rate(host->load1, 0.52);
	assert_rate(host->load5, 1.07);
	assert_rate(host->load15, 12.90);
	assert_metric(host->running, 3);
	assert_metric(host->threads, 1184);
	assert_metric(host->uptime_usec, 1123456780000ull);
	assert_metric(host->pid_max, 4194304);
	assert_metric(host->threads_max, 127216);
	assert_rate(host->pressure.cpu_some_pct, 1.53);
	assert_rate(host->pressure.memory_some_pct, 0);
	assert_rate(host->pressure.memory_full_pct, 0);
	assert_rate(host->pressure.io_some_pct, 4.25);
	assert_rate(host->pressure.io_full_pct, 3.10);
	assert_int_equal(rig.pass.snapshot->issues_len, 0);
	rig_close(&rig);
}

/* The fixture's CPU 1 is offline: the kernel lists 0, 2 and 3 then. */
static void an_offline_cpu_leaves_a_hole_in_the_ids(void **state)
{
	struct rig rig;
	const struct host *host = read_host(&rig, FIXTURES_DIR "/v2-systemd");

	(void)state;
	assert_int_equal(host->all.id, -1);
	assert_int_equal(host->all.steal, 480);
	assert_int_equal(host->cpus_len, 3);
	assert_int_equal(host->cpus[0].id, 0);
	assert_int_equal(host->cpus[1].id, 2);
	assert_int_equal(host->cpus[2].id, 3);
	assert_int_equal(host->cpus[1].user, 401230);
	assert_int_equal(host->cpus[1].nice, 12);
	assert_int_equal(host->cpus[1].system, 90110);
	assert_int_equal(host->cpus[1].idle, 28011231);
	assert_int_equal(host->cpus[1].iowait, 3011);
	assert_int_equal(host->cpus[1].irq, 7);
	assert_int_equal(host->cpus[1].softirq, 5120);
	assert_int_equal(host->cpus[1].steal, 170);
	assert_true(host->at_usec > 0);
	rig_close(&rig);
}

static void what_has_no_file_is_absent_and_says_why(void **state)
{
	static const struct tree_file files[] = {{"proc/stat", "cpu  1 2 3 4\ncpu0 1 2 3 4\n"}};
	char root[64];
	struct rig rig;
	const struct host *host;

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	host = read_host(&rig, root);
	assert_int_equal(host->cpus_len, 1);
	assert_int_equal(host->cpus[0].idle, 4);
	assert_int_equal(host->cpus[0].iowait, 0);
	assert_unknown(host->memory_total_bytes, METRIC_ABSENT, WHY_NO_FILE);
	assert_unknown(host->memory_used_bytes, METRIC_ABSENT, WHY_NO_FILE);
	assert_unknown(host->swap_total_bytes, METRIC_ABSENT, WHY_NO_FILE);
	assert_unknown(host->uptime_usec, METRIC_ABSENT, WHY_NO_FILE);
	assert_unknown(host->threads, METRIC_ABSENT, WHY_NO_FILE);
	assert_unknown(host->pid_max, METRIC_ABSENT, WHY_NO_FILE);
	assert_int_equal(host->load1.state, METRIC_ABSENT);
	assert_int_equal(host->pressure.cpu_some_pct.state, METRIC_ABSENT);
	assert_int_equal(host->pressure.cpu_some_pct.why, WHY_NO_PSI);
	assert_int_equal(host->pressure.io_full_pct.why, WHY_NO_PSI);
	assert_null(host->hostname);
	assert_int_equal(rig.pass.snapshot->issues_len, 0);
	rig_close(&rig);
	tree_remove(root);
}

static void no_swap_is_known_to_be_zero(void **state)
{
	static const struct tree_file files[] = {
		{"proc/meminfo", "MemTotal:  100 kB\nMemAvailable: 120 kB\n"
				 "SwapTotal:       0 kB\nSwapFree:        0 kB\n"},
	};
	char root[64];
	struct rig rig;
	const struct host *host;

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	host = read_host(&rig, root);
	assert_metric(host->swap_total_bytes, 0);
	assert_metric(host->swap_used_bytes, 0);
	/* Available may exceed total for an instant: used is never negative. */
	assert_metric(host->memory_used_bytes, 0);
	rig_close(&rig);
	tree_remove(root);
}

static void a_kernel_without_memavailable_does_not_know_what_is_used(void **state)
{
	static const struct tree_file files[] = {
		{"proc/meminfo", "MemTotal:  100 kB\nMemFree: 20 kB\n"},
	};
	char root[64];
	struct rig rig;
	const struct host *host;

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	host = read_host(&rig, root);
	assert_metric(host->memory_total_bytes, 102400);
	assert_unknown(host->memory_available_bytes, METRIC_ABSENT, WHY_NO_FILE);
	assert_unknown(host->memory_used_bytes, METRIC_ABSENT, WHY_NO_FILE);
	assert_unknown(host->swap_used_bytes, METRIC_ABSENT, WHY_NO_FILE);
	rig_close(&rig);
	tree_remove(root);
}

static void a_malformed_file_costs_its_own_numbers_and_is_told(void **state)
{
	static const struct {
		const char *path, *text, *told;
	} cases[] = {
		{"proc/stat", "cpu  1 2 x 4\n", "/proc/stat: malformed line: \"cpu  1 2 x 4\""},
		{"proc/stat", "cpu  1 2 3 4\ncpu0 1 2\n",
		 "/proc/stat: malformed line: \"cpu0 1 2\""},
		{"proc/stat", "cpu  1 2 3 4\ncpux 1 2 3 4\n", "/proc/stat: malformed line: \"cpux"},
		{"proc/loadavg", "0.1 0.2 0.3 1/2 3\n", "/proc/loadavg: malformed line"},
		{"proc/loadavg", "0.10 0.20 0.30 12\n", "/proc/loadavg: malformed line"},
		{"proc/uptime", "12,34 1\n", "/proc/uptime: malformed line"},
		{"proc/uptime", "", "/proc/uptime: malformed line"},
		{"proc/uptime", "9999999999999999999999.00 1\n", "/proc/uptime: malformed line"},
		{"proc/sys/kernel/pid_max", "many\n", "/proc/sys/kernel/pid_max: "},
		{"proc/pressure/io", "some avg10=x\n", "/proc/pressure/io: "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct tree_file files[] = {
			{"proc/meminfo", "MemTotal: 1 kB\n"},
			{cases[i].path, cases[i].text},
		};
		char root[64];
		struct rig rig;
		const struct host *host;

		tree_make(root, files, ARRAY_LEN(files));
		host = read_host(&rig, root);
		assert_metric(host->memory_total_bytes, 1024);
		assert_int_equal(host->cpus_len, 0);
		assert_int_equal(host->load1.state, METRIC_ABSENT);
		assert_int_equal(host->uptime_usec.state, METRIC_ABSENT);
		assert_int_equal(host->pid_max.state, METRIC_ABSENT);
		assert_int_equal(host->pressure.io_some_pct.state, METRIC_ABSENT);
		assert_int_equal(rig.pass.snapshot->issues_len, 1);
		assert_non_null(strstr(rig.pass.snapshot->issues[0].text, cases[i].told));
		rig_close(&rig);
		tree_remove(root);
	}
}

static void a_denied_file_says_so(void)
{
	struct rig rig;
	const struct host *host = read_host(&rig, getenv("BOXTOP_TEST_ROOT"));

	nobody_check(host->memory_total_bytes.state == METRIC_DENIED);
	nobody_check(host->memory_total_bytes.why == WHY_PERMISSION);
	nobody_check(host->cpus_len == 1);
	nobody_check(rig.pass.snapshot->issues_len == 0);
	rig_close(&rig);
}

static void a_file_that_a_user_may_not_read_is_denied(void **state)
{
	static const struct tree_file files[] = {
		{"proc/stat", "cpu  1 2 3 4\ncpu0 1 2 3 4\n"},
		{"proc/meminfo", "MemTotal: 1 kB\n"},
	};
	char root[64], path[128];

	(void)state;
	tree_make(root, files, ARRAY_LEN(files));
	snprintf(path, sizeof(path), "%s/proc/meminfo", root);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(root, 0755), 0);
	setenv("BOXTOP_TEST_ROOT", root, 1);
	as_nobody(a_denied_file_says_so);
	tree_remove(root);
}

static void this_machine_agrees_with_the_system_calls(void **state)
{
	struct rig rig;
	const struct host *host = read_host(&rig, "/");
	struct utsname uts;
	struct sysinfo info;
	uint64_t seconds;

	(void)state;
	assert_int_equal(uname(&uts), 0);
	assert_int_equal(sysinfo(&info), 0);
	assert_string_equal(host->hostname, uts.nodename);
	assert_string_equal(host->kernel_release, uts.release);
	assert_metric(host->memory_total_bytes, (uint64_t)info.totalram * info.mem_unit);
	assert_metric(host->swap_total_bytes, (uint64_t)info.totalswap * info.mem_unit);
	seconds = host->uptime_usec.value / 1000000;
	assert_true(seconds + 2 >= (uint64_t)info.uptime && seconds <= (uint64_t)info.uptime + 2);
	assert_int_equal(host->cpus_len, sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(host->all.idle > 0);
	assert_int_equal(rig.pass.snapshot->issues_len, 0);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_read_from_its_files),
		cmocka_unit_test(an_offline_cpu_leaves_a_hole_in_the_ids),
		cmocka_unit_test(what_has_no_file_is_absent_and_says_why),
		cmocka_unit_test(no_swap_is_known_to_be_zero),
		cmocka_unit_test(a_kernel_without_memavailable_does_not_know_what_is_used),
		cmocka_unit_test(a_malformed_file_costs_its_own_numbers_and_is_told),
		cmocka_unit_test(a_file_that_a_user_may_not_read_is_denied),
		cmocka_unit_test(this_machine_agrees_with_the_system_calls),
	};

	return cmocka_run_group_tests_name("collectors/host", tests, NULL, NULL);
}
