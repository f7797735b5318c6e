/* SPDX-License-Identifier: MIT */
/* Rows of two snapshots matched by identity: reused pids, reused paths, births, gaps. */
#include "model_test.h"

#include "model/fields.h"
#include "model/rates.h"

#define MS 1000u

static struct process *process_with_cpu(struct snapshot *snapshot, pid_t pid, uint64_t start_ticks,
					uint64_t user_usec)
{
	struct process *process = make_process(snapshot, pid, 1, "p", "/");

	process->start_ticks = start_ticks;
	process->user_usec = metric_known(user_usec);
	return process;
}

static const struct process *rated(const struct snapshot *snapshot, pid_t pid)
{
	const struct process *process = snapshot_find_process(snapshot, pid);

	assert_non_null(process);
	return process;
}

static void the_made_up_world_moves_as_its_tables_say(void **state)
{
	struct snapshot *snapshot = make_snapshot_rated(1);
	const struct container *web, *db, *evil, *paused;

	(void)state;
	assert_true(snapshot->rated);
	web = &snapshot->containers[make_find_container(snapshot, "web-1")];
	db = &snapshot->containers[make_find_container(snapshot, "db-1")];
	evil = &snapshot->containers[make_find_container(snapshot, MAKE_NAME_HOSTILE)];
	paused = &snapshot->containers[make_find_container(snapshot, "paused-1")];
	check_rate(web->usage.cpu.pct, 187);
	check_rate(web->usage.cpu.throttled_pct, 42);
	check_rate(web->usage.cpu.limit_pct, 93.5);
	check_rate(web->usage.memory.limit_pct, 50);
	check_rate(web->usage.net.tx_bytes_per_sec, 12000 * 1024);
	check_rate(db->usage.memory.oom_kills_new, 1);
	check_rate(evil->usage.pids.growth_per_sec, 5);
	check_rate(paused->usage.cpu.pct, 0);
	check_rate(rated(snapshot, 1201)->cpu_pct, 95);
	check_rate(snapshot->host.all.busy_pct, 52.5);
	snapshot_unref(snapshot);
}

/* All that the field table can say of a snapshot. */
static void describe(const struct snapshot *snapshot, enum row_kind kind, size_t rows,
		     struct strbuf *out)
{
	for (uint32_t i = 0; i < rows; i++)
		for (size_t f = 0; f < fields_len; f++) {
			const struct row row = {snapshot, kind, i};
			struct value value;

			if (!(fields[f].kinds & kind))
				continue;
			value = field_get(&fields[f], &row);
			strbuf_addf(out, "%s=", fields[f].id);
			value_format(&value, true, out);
			strbuf_addc(out, '\n');
		}
}

static void made_up_snapshots_are_the_same_every_time(void **state)
{
	struct strbuf texts[2] = {STRBUF_INIT, STRBUF_INIT};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct snapshot *snapshot = make_snapshot_rated(7);

		describe(snapshot, ROW_CONTAINER, snapshot->containers_len, &texts[i]);
		describe(snapshot, ROW_CGROUP, snapshot->cgroups_len, &texts[i]);
		describe(snapshot, ROW_PROCESS, snapshot->processes_len, &texts[i]);
		describe(snapshot, ROW_NS, snapshot->namespaces_len, &texts[i]);
		snapshot_unref(snapshot);
	}
	assert_true(texts[0].len > 10000);
	assert_string_equal(texts[0].data, texts[1].data);
	strbuf_finish(&texts[0]);
	strbuf_finish(&texts[1]);
}

static void keys_of_made_up_containers_are_unique(void **state)
{
	struct snapshot *snapshot = make_snapshot(0);

	(void)state;
	for (size_t i = 0; i < snapshot->containers_len; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(snapshot->containers[i].key != snapshot->containers[j].key);
	snapshot_unref(snapshot);
}

static void a_first_snapshot_waits_for_a_second(void **state)
{
	struct snapshot *snapshot = make_snapshot(0);

	(void)state;
	rates(NULL, snapshot);
	assert_true(snapshot->rated);
	for (size_t i = 0; i < snapshot->processes_len; i++)
		check_rate_unknown(snapshot->processes[i].cpu_pct, METRIC_UNSAMPLED,
				   WHY_SECOND_SAMPLE);
	for (size_t i = 0; i < snapshot->containers_len; i++)
		check_rate_unknown(snapshot->containers[i].usage.cpu.pct, METRIC_UNSAMPLED,
				   WHY_SECOND_SAMPLE);
	check_rate_unknown(snapshot->host.all.busy_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate(rated(snapshot, 1302)->memory_pct, 100.0 * 380 / 16384);
	snapshot_unref(snapshot);
}

static void a_reused_pid_is_another_process(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);

	(void)state;
	process_with_cpu(before, 100, 5000, 800 * MS);
	/* born half a second into the pause between the two; 100 ms of CPU since */
	process_with_cpu(now, 100, 2000050, 100 * MS);
	make_finish(before);
	make_finish(now);
	rates(before, now);
	check_rate(rated(now, 100)->cpu_pct, 20);
	snapshot_unref(before);
	snapshot_unref(now);
}

static void a_newborn_is_rated_over_its_own_life(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);

	(void)state;
	process_with_cpu(before, 10, 1, 0);
	process_with_cpu(before, 30, 1, 0);
	process_with_cpu(now, 10, 1, 300 * MS);
	process_with_cpu(now, 20, 2000075, 200 * MS);
	process_with_cpu(now, 30, 1, 0);
	now->processes[0].at_usec = now->monotonic_usec; /* read at the start of the pass */
	now->processes[1].at_usec = now->monotonic_usec;
	before->processes[0].at_usec = before->monotonic_usec;
	make_finish(before);
	make_finish(now);
	rates(before, now);
	check_rate(rated(now, 10)->cpu_pct, 30);
	check_rate(rated(now, 20)->cpu_pct, 80);
	check_rate(rated(now, 30)->cpu_pct, 0);
	snapshot_unref(before);
	snapshot_unref(now);
}

/* A tick is the shortest life: else one that was born as it was read would use thousands of CPUs. */
static void a_life_is_at_least_a_tick(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);

	(void)state;
	process_with_cpu(now, 20, 2000100, 10 * MS);
	now->processes[0].at_usec = now->monotonic_usec + 1;
	make_finish(before);
	make_finish(now);
	rates(before, now);
	check_rate(rated(now, 20)->cpu_pct, 100);
	snapshot_unref(before);
	snapshot_unref(now);
}

static void an_old_process_that_was_not_seen_waits_for_a_second_sample(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);

	(void)state;
	process_with_cpu(now, 20, 1000, 900000 * MS); /* moved into our pid namespace, say */
	make_finish(before);
	make_finish(now);
	rates(before, now);
	check_rate_unknown(rated(now, 20)->cpu_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	snapshot_unref(before);
	snapshot_unref(now);
}

static void nobody_is_newborn_if_processes_were_not_read_before(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);

	(void)state;
	before->sources &= ~(unsigned int)SOURCE_PROCS;
	process_with_cpu(now, 20, 2000075, 200 * MS);
	make_finish(before);
	make_finish(now);
	rates(before, now);
	check_rate_unknown(rated(now, 20)->cpu_pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	snapshot_unref(before);
	snapshot_unref(now);
}

static void io_of_a_process_that_was_out_of_view_waits_for_a_second_sample(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);

	(void)state;
	process_with_cpu(before, 20, 5, 0)->io_read_bytes =
		metric_unknown(METRIC_UNSAMPLED, WHY_NOT_ASKED);
	process_with_cpu(now, 20, 5, 0)->io_read_bytes = metric_known(1 << 30);
	now->processes[0].io_write_bytes = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	make_finish(before);
	make_finish(now);
	rates(before, now);
	check_rate_unknown(rated(now, 20)->io_read_per_sec, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(rated(now, 20)->io_write_per_sec, METRIC_DENIED, WHY_PERMISSION);
	snapshot_unref(before);
	snapshot_unref(now);
}

static void a_reused_path_with_another_inode_is_another_cgroup(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);

	(void)state;
	make_cgroup(before, "/a")->usage.cpu.usage_usec = metric_known(100);
	make_cgroup(before, "/b")->usage.cpu.usage_usec = metric_known(100);
	/* one more group in front: the same inodes in other places of the array */
	make_cgroup(now, "/0")->id = 77;
	make_cgroup(now, "/a")->usage.cpu.usage_usec = metric_known(100 + 500 * MS);
	make_cgroup(now, "/b")->usage.cpu.usage_usec = metric_known(100 + 500 * MS);
	for (size_t i = 1; i < before->cgroups_len; i++)
		before->cgroups[i].usage.cpu.at_usec = before->monotonic_usec;
	for (size_t i = 1; i < now->cgroups_len; i++)
		now->cgroups[i].usage.cpu.at_usec = now->monotonic_usec;
	now->cgroups[2].id = before->cgroups[1].id;
	now->cgroups[3].id = 99;
	make_finish(before);
	make_finish(now);
	rates(before, now);
	check_rate(now->cgroups[2].usage.cpu.pct, 50);
	check_rate_unknown(now->cgroups[3].usage.cpu.pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate_unknown(now->cgroups[1].usage.cpu.pct, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	snapshot_unref(before);
	snapshot_unref(now);
}

static void containers_are_matched_by_key_in_any_order(void **state)
{
	struct snapshot *before = make_empty(0), *now = make_empty(1);
	struct container *c;

	(void)state;
	make_container(before, "docker", "a", "/")->usage.net.rx_bytes = metric_known(1000);
	make_container(before, "docker", "b", "/")->usage.net.rx_bytes = metric_known(0);
	make_container(now, "docker", "b", "/")->usage.net.rx_bytes = metric_known(10);
	make_container(now, "docker", "new", "/")->usage.net.rx_bytes = metric_known(5000);
	make_container(now, "docker", "a", "/")->usage.net.rx_bytes = metric_known(3000);
	for (size_t i = 0; i < 2; i++)
		before->containers[i].usage.net.at_usec = 1000000;
	for (size_t i = 0; i < 3; i++)
		now->containers[i].usage.net.at_usec = 2000000;
	make_finish(before);
	make_finish(now);
	rates(before, now);
	c = now->containers;
	check_rate(c[0].usage.net.rx_bytes_per_sec, 10);
	check_rate_unknown(c[1].usage.net.rx_bytes_per_sec, METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);
	check_rate(c[2].usage.net.rx_bytes_per_sec, 2000);
	snapshot_unref(before);
	snapshot_unref(now);
}

/* Ids that fall on the same slots of the hash, and many of them. */
static void many_cgroups_are_all_matched(void **state)
{
	struct snapshot *before = make_crowd(3000, 0, 0), *now = make_crowd(3000, 0, 1);

	(void)state;
	for (size_t i = 0; i < before->cgroups_len; i++)
		before->cgroups[i].id = now->cgroups[i].id = (uint64_t)i << 40 | 0xabc;
	rates(before, now);
	for (size_t i = 0; i < now->cgroups_len; i++)
		assert_int_equal(now->cgroups[i].usage.cpu.pct.state, METRIC_KNOWN);
	snapshot_unref(before);
	snapshot_unref(now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_made_up_world_moves_as_its_tables_say),
		cmocka_unit_test(made_up_snapshots_are_the_same_every_time),
		cmocka_unit_test(keys_of_made_up_containers_are_unique),
		cmocka_unit_test(a_first_snapshot_waits_for_a_second),
		cmocka_unit_test(a_reused_pid_is_another_process),
		cmocka_unit_test(a_newborn_is_rated_over_its_own_life),
		cmocka_unit_test(a_life_is_at_least_a_tick),
		cmocka_unit_test(an_old_process_that_was_not_seen_waits_for_a_second_sample),
		cmocka_unit_test(nobody_is_newborn_if_processes_were_not_read_before),
		cmocka_unit_test(io_of_a_process_that_was_out_of_view_waits_for_a_second_sample),
		cmocka_unit_test(a_reused_path_with_another_inode_is_another_cgroup),
		cmocka_unit_test(containers_are_matched_by_key_in_any_order),
		cmocka_unit_test(many_cgroups_are_all_matched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
