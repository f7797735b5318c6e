/* SPDX-License-Identifier: MIT */
/* Rings of past values: order, gaps, wrapping, forgetting. */
#include "model_test.h"

#include "model/history.h"

/* One sample in which the container "a" has @tasks tasks, or is not there at all. */
static void add_sample(struct history *history, uint64_t tasks, bool there)
{
	struct snapshot *snapshot = make_empty(0);

	if (there) {
		make_container(snapshot, "docker", "a", NULL);
		snapshot->containers[0].key = 7;
		snapshot->containers[0].usage.pids.current = metric_known(tasks);
	}
	snapshot->host.threads = metric_known(1000 + tasks);
	history_add(history, snapshot);
	snapshot_unref(snapshot);
}

static void values_come_oldest_first(void **state)
{
	struct history *history = history_new();
	double out[8];

	(void)state;
	for (uint64_t i = 1; i <= 5; i++)
		add_sample(history, i, true);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, 8), 5);
	for (int i = 0; i < 5; i++)
		assert_true(out[i] == i + 1);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, 2), 2);
	assert_true(out[0] == 4 && out[1] == 5);
	assert_int_equal(history_get(history, 0, HISTORY_PIDS, out, 1), 1);
	assert_true(out[0] == 1005);
	history_free(history);
}

static void an_unknown_key_has_no_past(void **state)
{
	struct history *history = history_new();
	double out[4];

	(void)state;
	assert_int_equal(history_get(history, 0, HISTORY_CPU_PCT, out, 4), 0);
	add_sample(history, 1, true);
	assert_int_equal(history_get(history, 8, HISTORY_CPU_PCT, out, 4), 0);
	assert_int_equal(history_get(history, 7, HISTORY_CPU_PCT, out, 0), 0);
	history_free(history);
	history_free(NULL);
}

static void unknown_values_are_not_zero(void **state)
{
	struct history *history = history_new();
	struct snapshot *snapshot = make_snapshot_rated(1);
	uint32_t rootless = make_find_container(snapshot, "rootless");
	double out[1];

	(void)state;
	history_add(history, snapshot);
	assert_int_equal(history_get(history, snapshot->containers[rootless].key,
				     HISTORY_MEMORY_BYTES, out, 1),
			 1);
	assert_true(isnan(out[0]));
	assert_int_equal(
		history_get(history, snapshot->containers[rootless].key, HISTORY_CPU_PCT, out, 1),
		1);
	assert_true(fabs(out[0] - 7) < 1e-4);
	snapshot_unref(snapshot);
	history_free(history);
}

static void every_series_is_fed(void **state)
{
	struct history *history = history_new();
	struct snapshot *snapshot = make_snapshot_rated(1);
	const struct container *db = &snapshot->containers[make_find_container(snapshot, "db-1")];
	const double expected[HISTORY_SERIES] = {
		[HISTORY_CPU_PCT] = 55,
		[HISTORY_MEMORY_BYTES] = 503.0 * MAKE_MIB,
		[HISTORY_PIDS] = 31,
		[HISTORY_IO_BYTES] = 9900.0 * 1024,
		[HISTORY_NET_BYTES] = 480.0 * 1024,
		[HISTORY_PRESSURE] = 88.3,
	};

	(void)state;
	history_add(history, snapshot);
	for (int i = 0; i < HISTORY_SERIES; i++) {
		double out[1];

		assert_int_equal(history_get(history, db->key, (enum history_series)i, out, 1), 1);
		assert_true(fabs(out[0] - expected[i]) < 1e-4 * expected[i]);
	}
	snapshot_unref(snapshot);
	history_free(history);
}

static void the_ring_keeps_the_newest(void **state)
{
	struct history *history = history_new();
	double out[HISTORY_LEN + 10];

	(void)state;
	for (uint64_t i = 1; i <= HISTORY_LEN + 50; i++)
		add_sample(history, i, true);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, ARRAY_LEN(out)), HISTORY_LEN);
	assert_true(out[0] == 51);
	assert_true(out[HISTORY_LEN - 1] == HISTORY_LEN + 50);
	history_free(history);
}

static void samples_that_a_container_missed_are_gaps(void **state)
{
	struct history *history = history_new();
	double out[8];

	(void)state;
	add_sample(history, 1, true);
	add_sample(history, 2, false);
	add_sample(history, 3, false);
	add_sample(history, 4, true);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, 8), 4);
	assert_true(out[0] == 1 && isnan(out[1]) && isnan(out[2]) && out[3] == 4);
	history_free(history);
}

static void a_gap_over_old_values_does_not_show_them(void **state)
{
	struct history *history = history_new();
	double out[HISTORY_LEN];

	(void)state;
	for (uint64_t i = 1; i <= HISTORY_LEN; i++)
		add_sample(history, 9, true);
	for (uint64_t i = 1; i < HISTORY_LEN; i++)
		add_sample(history, 0, false);
	add_sample(history, 5, true);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, HISTORY_LEN), HISTORY_LEN);
	for (size_t i = 0; i + 1 < HISTORY_LEN; i++)
		assert_true(isnan(out[i]));
	assert_true(out[HISTORY_LEN - 1] == 5);
	history_free(history);
}

static void one_that_was_gone_for_a_whole_ring_is_forgotten(void **state)
{
	struct history *history = history_new();
	double out[2];

	(void)state;
	add_sample(history, 1, true);
	for (size_t i = 1; i < HISTORY_LEN; i++)
		add_sample(history, 0, false);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, 2), 1);
	add_sample(history, 0, false);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, 2), 0);
	add_sample(history, 3, true);
	assert_int_equal(history_get(history, 7, HISTORY_PIDS, out, 2), 1);
	history_free(history);
}

static void a_cgroup_is_remembered_while_it_is_watched(void **state)
{
	struct history *history = history_new();
	struct snapshot *snapshot = make_snapshot_rated(1);
	uint32_t web = make_find_container(snapshot, "web-1");
	uint64_t id = snapshot->cgroups[snapshot->containers[web].cgroup].id;
	double out[4];

	(void)state;
	history_add(history, snapshot);
	assert_int_equal(history_get(history, history_cgroup(id), HISTORY_PIDS, out, 4), 0);
	history_watch(history, id);
	history_add(history, snapshot);
	history_add(history, snapshot);
	assert_int_equal(history_get(history, history_cgroup(id), HISTORY_PIDS, out, 4), 2);
	assert_true(out[1] == 23);
	history_watch(history, 0);
	assert_int_equal(history_get(history, history_cgroup(id), HISTORY_PIDS, out, 4), 0);
	snapshot_unref(snapshot);
	history_free(history);
}

/* Values that stand still, some longer than a ring is, that jump, and samples without the container: as if each had
 * been written down. */
static void what_stands_still_reads_as_if_written_down(void **state)
{
	static const unsigned int stretches[] = {1, 2, 40, 299, 300, 301, 650, 3, 1, 310};
	struct history *history = history_new();
	double all[2400], out[HISTORY_LEN];
	size_t len = 0;

	(void)state;
	for (size_t stretch = 0; stretch < ARRAY_LEN(stretches); stretch++)
		for (unsigned int i = 0; i < stretches[stretch]; i++) {
			bool there = stretch == 0 || stretch % 3 != 2 || i >= 20;
			size_t n;

			add_sample(history, stretch / 2, there);
			all[len++] = there ? (double)(stretch / 2) : NAN;
			if (!there)
				continue;
			n = history_get(history, 7, HISTORY_PIDS, out, HISTORY_LEN);
			assert_int_equal(n, len < HISTORY_LEN ? len : HISTORY_LEN);
			for (size_t k = 0; k < n; k++)
				assert_true(isnan(all[len - n + k]) ? isnan(out[k])
								    : out[k] == all[len - n + k]);
		}
	history_free(history);
}

static void the_time_that_samples_span_is_known(void **state)
{
	struct history *history = history_new();

	(void)state;
	assert_int_equal(history_span_usec(history, 2), 0);
	for (unsigned int second = 1; second <= 3; second++) {
		struct snapshot *snapshot = make_snapshot(second);

		history_add(history, snapshot);
		snapshot_unref(snapshot);
	}
	assert_int_equal(history_span_usec(history, 2), MAKE_SEC);
	assert_int_equal(history_span_usec(history, 3), 2 * MAKE_SEC);
	assert_int_equal(history_span_usec(history, 4), 0);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_oldest_first),
		cmocka_unit_test(an_unknown_key_has_no_past),
		cmocka_unit_test(unknown_values_are_not_zero),
		cmocka_unit_test(every_series_is_fed),
		cmocka_unit_test(the_ring_keeps_the_newest),
		cmocka_unit_test(samples_that_a_container_missed_are_gaps),
		cmocka_unit_test(a_gap_over_old_values_does_not_show_them),
		cmocka_unit_test(one_that_was_gone_for_a_whole_ring_is_forgotten),
		cmocka_unit_test(a_cgroup_is_remembered_while_it_is_watched),
		cmocka_unit_test(what_stands_still_reads_as_if_written_down),
		cmocka_unit_test(the_time_that_samples_span_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
