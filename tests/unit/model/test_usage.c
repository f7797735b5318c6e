/* SPDX-License-Identifier: MIT */
/* Rates and shares of what a cgroup uses, and of the host. */
#include "model_test.h"

#include "model/host.h"
#include "model/usage.h"

#define SEC 1000000u

/* One second, half a CPU of it in user mode, throttled in one period of four. */
static void make_pair(struct usage *before, struct usage *now)
{
	*before = usage_absent(WHY_NO_FILE);
	before->cpu.at_usec = before->io.at_usec = 5 * SEC;
	before->net.at_usec = before->pids.at_usec = 5 * SEC;
	before->cpu.usage_usec = metric_known(100);
	before->cpu.user_usec = metric_known(80);
	before->cpu.system_usec = metric_known(20);
	before->cpu.nr_periods = metric_known(10);
	before->cpu.nr_throttled = metric_known(2);
	before->memory.oom_kills = metric_known(4);
	before->pids.current = metric_known(100);
	before->io.read_bytes = before->io.write_bytes = metric_known(1000);
	before->io.read_ops = before->io.write_ops = metric_known(10);
	before->net.rx_bytes = before->net.tx_bytes = metric_known(0);
	before->net.rx_packets = before->net.tx_packets = metric_known(0);
	*now = *before;
	now->cpu.at_usec = now->io.at_usec = now->net.at_usec = now->pids.at_usec = 6 * SEC;
	now->cpu.usage_usec = metric_known(100 + 700000);
	now->cpu.user_usec = metric_known(80 + 500000);
	now->cpu.system_usec = metric_known(20 + 200000);
	now->cpu.nr_periods = metric_known(14);
	now->cpu.nr_throttled = metric_known(3);
	now->memory.oom_kills = metric_known(6);
	now->pids.current = metric_known(60);
	now->io.read_bytes = metric_known(5096);
	now->io.write_ops = metric_known(40);
	now->net.rx_bytes = metric_known(2048);
	now->net.tx_packets = metric_known(3);
}

static void counters_become_rates(void **state)
{
	struct usage before, now;

	(void)state;
	make_pair(&before, &now);
	usage_rates(&before, &now);
	check_rate(now.cpu.pct, 70);
	check_rate(now.cpu.user_pct, 50);
	check_rate(now.cpu.system_pct, 20);
	check_rate(now.cpu.throttled_pct, 25);
	check_rate(now.memory.oom_kills_new, 2);
	check_rate(now.pids.growth_per_sec, -40);
	check_rate(now.io.read_bytes_per_sec, 4096);
	check_rate(now.io.write_bytes_per_sec, 0);
	check_rate(now.io.read_ops_per_sec, 0);
	check_rate(now.io.write_ops_per_sec, 30);
	check_rate(now.net.rx_bytes_per_sec, 2048);
	check_rate(now.net.tx_bytes_per_sec, 0);
	check_rate(now.net.tx_packets_per_sec, 3);
}

static void the_time_between_the_very_reads_counts(void **state)
{
	struct usage before, now;

	(void)state;
	make_pair(&before, &now);
	now.cpu.at_usec = 5 * SEC + SEC / 2; /* this file was read early in its pass */
	usage_rates(&before, &now);
	check_rate(now.cpu.pct, 140);
	check_rate(now.io.read_bytes_per_sec, 4096);
}

static void a_first_sample_has_no_rates_but_has_shares(void **state)
{
	struct usage before, now;

	(void)state;
	make_pair(&before, &now);
	now.memory.working_set_bytes = metric_known(50);
	now.memory.effective_bytes = metric_known(200);
	now.pids.effective_limit = metric_known(120);
	now.cpu.effective_microcpus = metric_known(SEC);
	usage_rates(NULL, &now);
	check_rate_unknown(now.cpu.pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(now.cpu.limit_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(now.cpu.throttled_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(now.memory.oom_kills_new, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(now.pids.growth_per_sec, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(now.io.read_bytes_per_sec, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(now.net.rx_bytes_per_sec, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate(now.memory.limit_pct, 25);
	check_rate(now.pids.limit_pct, 50);
}

static void a_counter_that_fell_restarts_its_rate_and_no_other(void **state)
{
	struct usage before, now;

	(void)state;
	make_pair(&before, &now);
	now.cpu.usage_usec = metric_known(99);
	now.memory.oom_kills = metric_known(0);
	usage_rates(&before, &now);
	check_rate_unknown(now.cpu.pct, METRIC_UNSAMPLED, WHY_RESTARTED);
	check_rate_unknown(now.cpu.limit_pct, METRIC_UNSAMPLED, WHY_RESTARTED);
	check_rate_unknown(now.memory.oom_kills_new, METRIC_UNSAMPLED, WHY_RESTARTED);
	check_rate(now.cpu.user_pct, 50);
}

static void unknown_values_say_why_in_their_rates(void **state)
{
	struct usage before, now;

	(void)state;
	make_pair(&before, &now);
	now.cpu.usage_usec = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	now.io.read_bytes = metric_unknown(METRIC_ABSENT, WHY_NO_CONTROLLER);
	now.net.rx_bytes = metric_unknown(METRIC_ABSENT, WHY_SHARED_HOST);
	now.memory.working_set_bytes = metric_unknown(METRIC_ABSENT, WHY_GONE);
	usage_rates(&before, &now);
	check_rate_unknown(now.cpu.pct, METRIC_DENIED, WHY_PERMISSION);
	check_rate_unknown(now.io.read_bytes_per_sec, METRIC_ABSENT, WHY_NO_CONTROLLER);
	check_rate_unknown(now.net.rx_bytes_per_sec, METRIC_ABSENT, WHY_SHARED_HOST);
	check_rate_unknown(now.memory.limit_pct, METRIC_ABSENT, WHY_GONE);
}

static void a_share_of_the_cpu_limit_is_of_the_effective_one(void **state)
{
	struct usage before, now;

	(void)state;
	make_pair(&before, &now);
	now.cpu.effective_microcpus = metric_known(SEC / 2);
	usage_rates(&before, &now);
	check_rate(now.cpu.limit_pct, 140);
	now.cpu.effective_microcpus = metric_known(METRIC_NO_LIMIT);
	usage_rates(&before, &now);
	check_rate_unknown(now.cpu.limit_pct, METRIC_ABSENT, WHY_NO_LIMIT);
	now.cpu.effective_microcpus = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	usage_rates(&before, &now);
	check_rate_unknown(now.cpu.limit_pct, METRIC_DENIED, WHY_PERMISSION);
}

static void throttling_without_periods_is_none_and_without_a_quota_absent(void **state)
{
	struct usage before, now;

	(void)state;
	make_pair(&before, &now);
	now.cpu.nr_periods = before.cpu.nr_periods; /* it slept all the time */
	now.cpu.nr_throttled = before.cpu.nr_throttled;
	usage_rates(&before, &now);
	check_rate(now.cpu.throttled_pct, 0);
	now.cpu.nr_periods = metric_unknown(METRIC_ABSENT, WHY_NO_CONTROLLER);
	usage_rates(&before, &now);
	check_rate_unknown(now.cpu.throttled_pct, METRIC_ABSENT, WHY_NO_CONTROLLER);
}

#define METRICS(first, last)                                                                       \
	{                                                                                          \
		offsetof(struct usage, first), offsetof(struct usage, last)                        \
	}

/* Every metric there is, in runs of members that stand side by side. */
static void usage_absent_forgets_nothing(void **state)
{
	static const struct {
		size_t first, last;
	} runs[] = {
		METRICS(cpu.usage_usec, cpu.effective_microcpus),
		METRICS(memory.current_bytes, memory.oom_kills),
		METRICS(pids.current, pids.limit_events),
		METRICS(io.read_bytes, io.write_ops),
		METRICS(net.rx_bytes, net.tx_drops),
		METRICS(frozen, populated),
	};
	struct usage usage = usage_absent(WHY_NO_CGROUP);
	size_t metrics = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		for (size_t at = runs[i].first; at <= runs[i].last; at += sizeof(struct metric)) {
			struct metric metric;

			memcpy(&metric, (const char *)&usage + at, sizeof(metric));
			check_metric_unknown(metric, METRIC_ABSENT, WHY_NO_CGROUP);
			metrics++;
		}
	assert_int_equal(metrics, 41);
	check_rate_unknown(usage.pressure.cpu_some_pct, METRIC_ABSENT, WHY_NO_CGROUP);
	check_rate_unknown(usage.pressure.io_full_pct, METRIC_ABSENT, WHY_NO_CGROUP);
}

/* ---- The host ---- */

static struct host_cpu cpu(int id, uint64_t busy, uint64_t idle)
{
	return (struct host_cpu) {.id = id, .user = busy, .idle = idle};
}

static void cpu_time_becomes_shares_of_the_interval(void **state)
{
	struct host before = {.at_usec = 1}, now = {.at_usec = 2};

	(void)state;
	before.all = (struct host_cpu) {.id = -1,
					.user = 100,
					.nice = 10,
					.system = 100,
					.idle = 1000,
					.iowait = 50,
					.irq = 5,
					.softirq = 5,
					.steal = 20};
	now.all = (struct host_cpu) {.id = -1,
				     .user = 130,
				     .nice = 15,
				     .system = 110,
				     .idle = 1030,
				     .iowait = 60,
				     .irq = 8,
				     .softirq = 7,
				     .steal = 30};
	host_rates(&before, &now); /* 100 ticks */
	check_rate(now.all.user_pct, 30);
	check_rate(now.all.nice_pct, 5);
	check_rate(now.all.system_pct, 15);
	check_rate(now.all.iowait_pct, 10);
	check_rate(now.all.steal_pct, 10);
	check_rate(now.all.busy_pct, 60);
}

static void cpus_are_matched_by_number_when_some_go_offline(void **state)
{
	struct host_cpu old[] = {cpu(0, 0, 0), cpu(1, 0, 0), cpu(3, 50, 50)};
	struct host_cpu new[] = {cpu(0, 25, 75), cpu(2, 10, 10), cpu(3, 125, 75)};
	struct host before = {.at_usec = 1, .cpus = old, .cpus_len = 3};
	struct host now = {.at_usec = 2, .cpus = new, .cpus_len = 3};

	(void)state;
	host_rates(&before, &now);
	check_rate(new[0].busy_pct, 25);
	check_rate_unknown(new[1].busy_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate(new[2].busy_pct, 75);
}

/* iowait is known to go backwards on its own (proc(5)) */
static void a_cpu_counter_that_falls_is_no_negative_share(void **state)
{
	struct host_cpu old[] = {{.id = 0, .user = 10, .idle = 100, .iowait = 50}};
	struct host_cpu new[] = {{.id = 0, .user = 40, .idle = 200, .iowait = 45}};
	struct host before = {.at_usec = 1, .cpus = old, .cpus_len = 1};
	struct host now = {.at_usec = 2, .cpus = new, .cpus_len = 1};

	(void)state;
	host_rates(&before, &now);
	check_rate(new[0].iowait_pct, 0);
	assert_true(new[0].user_pct.value > 0 && new[0].user_pct.value <= 100);
}

static void the_first_sample_of_a_host_has_no_shares(void **state)
{
	struct host_cpu cpus[] = {cpu(0, 25, 75)};
	struct host now = {.at_usec = 2, .cpus = cpus, .cpus_len = 1};
	struct host unread = {0};

	(void)state;
	host_rates(NULL, &now);
	check_rate_unknown(now.all.busy_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(cpus[0].user_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	host_rates(&unread, &now);
	check_rate_unknown(now.all.busy_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_become_rates),
		cmocka_unit_test(the_time_between_the_very_reads_counts),
		cmocka_unit_test(a_first_sample_has_no_rates_but_has_shares),
		cmocka_unit_test(a_counter_that_fell_restarts_its_rate_and_no_other),
		cmocka_unit_test(unknown_values_say_why_in_their_rates),
		cmocka_unit_test(a_share_of_the_cpu_limit_is_of_the_effective_one),
		cmocka_unit_test(throttling_without_periods_is_none_and_without_a_quota_absent),
		cmocka_unit_test(usage_absent_forgets_nothing),
		cmocka_unit_test(cpu_time_becomes_shares_of_the_interval),
		cmocka_unit_test(cpus_are_matched_by_number_when_some_go_offline),
		cmocka_unit_test(a_cpu_counter_that_falls_is_no_negative_share),
		cmocka_unit_test(the_first_sample_of_a_host_has_no_shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
