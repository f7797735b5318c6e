/* SPDX-License-Identifier: MIT */
/* Rates and shares of what a cgroup or a container uses. Pure. */
#include "model/usage.h"

#include "model/counter.h"

#define USEC_PER_SEC 1e6

/* Elapsed microseconds between two reads of the same files; 0 where there is no first one. */
static double elapsed(uint64_t before_usec, uint64_t now_usec)
{
	return before_usec && now_usec > before_usec ? (double)(now_usec - before_usec) : 0;
}

static void cpu_rates(const struct usage_cpu *before, struct usage_cpu *now)
{
	double usec = elapsed(before->at_usec, now->at_usec);
	struct rate periods = counter_delta(before->nr_periods, now->nr_periods);

	now->pct = counter_rate(before->usage_usec, now->usage_usec, 100, usec);
	now->user_pct = counter_rate(before->user_usec, now->user_usec, 100, usec);
	now->system_pct = counter_rate(before->system_usec, now->system_usec, 100, usec);
	now->throttled_pct = periods;
	if (rate_is_known(periods) && periods.value > 0)
		now->throttled_pct =
			counter_rate(before->nr_throttled, now->nr_throttled, 100, periods.value);
	/* 100 % of a limit of 1.5 CPUs is 150 % of a core. */
	now->limit_pct = now->pct;
	if (!rate_is_known(now->pct))
		return;
	if (!metric_is_known(now->effective_microcpus))
		now->limit_pct =
			rate_unknown(now->effective_microcpus.state, now->effective_microcpus.why);
	else if (now->effective_microcpus.value == METRIC_NO_LIMIT ||
		 now->effective_microcpus.value == 0)
		now->limit_pct = rate_unknown(METRIC_ABSENT, WHY_NO_LIMIT);
	else
		now->limit_pct = rate_known(now->pct.value * USEC_PER_SEC /
					    (double)now->effective_microcpus.value);
}

static void io_rates(const struct usage_io *before, struct usage_io *now)
{
	double usec = elapsed(before->at_usec, now->at_usec);

	now->read_bytes_per_sec =
		counter_rate(before->read_bytes, now->read_bytes, USEC_PER_SEC, usec);
	now->write_bytes_per_sec =
		counter_rate(before->write_bytes, now->write_bytes, USEC_PER_SEC, usec);
	now->read_ops_per_sec = counter_rate(before->read_ops, now->read_ops, USEC_PER_SEC, usec);
	now->write_ops_per_sec =
		counter_rate(before->write_ops, now->write_ops, USEC_PER_SEC, usec);
}

static void net_rates(const struct usage_net *before, struct usage_net *now)
{
	double usec = elapsed(before->at_usec, now->at_usec);

	now->rx_bytes_per_sec = counter_rate(before->rx_bytes, now->rx_bytes, USEC_PER_SEC, usec);
	now->tx_bytes_per_sec = counter_rate(before->tx_bytes, now->tx_bytes, USEC_PER_SEC, usec);
	now->rx_packets_per_sec =
		counter_rate(before->rx_packets, now->rx_packets, USEC_PER_SEC, usec);
	now->tx_packets_per_sec =
		counter_rate(before->tx_packets, now->tx_packets, USEC_PER_SEC, usec);
}

struct usage usage_absent(enum metric_why why)
{
	const struct metric a = metric_unknown(METRIC_ABSENT, why);
	const struct rate r = rate_unknown(METRIC_ABSENT, why);

	return (struct usage) {
		.cpu = {.usage_usec = a,
			.user_usec = a,
			.system_usec = a,
			.nr_periods = a,
			.nr_throttled = a,
			.throttled_usec = a,
			.limit_microcpus = a,
			.weight = a,
			.effective_microcpus = a},
		.memory = {.current_bytes = a,
			   .working_set_bytes = a,
			   .anon_bytes = a,
			   .file_bytes = a,
			   .shmem_bytes = a,
			   .slab_bytes = a,
			   .inactive_file_bytes = a,
			   .swap_bytes = a,
			   .peak_bytes = a,
			   .high_bytes = a,
			   .limit_bytes = a,
			   .swap_limit_bytes = a,
			   .effective_bytes = a,
			   .oom_kills = a},
		.pids = {.current = a,
			 .limit = a,
			 .peak = a,
			 .effective_limit = a,
			 .processes = a,
			 .limit_events = a},
		.io = {.read_bytes = a, .write_bytes = a, .read_ops = a, .write_ops = a},
		.pressure = {r, r, r, r, r},
		.net = {.rx_bytes = a,
			.tx_bytes = a,
			.rx_packets = a,
			.tx_packets = a,
			.rx_drops = a,
			.tx_drops = a},
		.frozen = a,
		.populated = a,
	};
}

void usage_rates(const struct usage *before, struct usage *now)
{
	static const struct usage nothing;

	if (!before)
		before = &nothing;
	cpu_rates(&before->cpu, &now->cpu);
	io_rates(&before->io, &now->io);
	net_rates(&before->net, &now->net);
	now->memory.limit_pct =
		metric_pct(now->memory.working_set_bytes, now->memory.effective_bytes);
	now->memory.oom_kills_new = counter_delta(before->memory.oom_kills, now->memory.oom_kills);
	now->pids.limit_pct = metric_pct(now->pids.current, now->pids.effective_limit);
	now->pids.growth_per_sec = gauge_rate(before->pids.current, now->pids.current, USEC_PER_SEC,
					      elapsed(before->pids.at_usec, now->pids.at_usec));
}
