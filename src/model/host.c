/* SPDX-License-Identifier: MIT */
/* Shares of CPU time of the host. Pure. */
#include "model/host.h"

#include "model/counter.h"

static uint64_t total(const struct host_cpu *cpu)
{
	return cpu->user + cpu->nice + cpu->system + cpu->idle + cpu->iowait + cpu->irq +
	       cpu->softirq + cpu->steal;
}

/* iowait and idle may fall by a little between reads: a negative part counts as none. */
static struct rate share(uint64_t before, uint64_t now, double whole)
{
	return rate_known(now > before ? 100.0 * (double)(now - before) / whole : 0);
}

static void unknown_rates(struct host_cpu *cpu)
{
	struct rate unknown = rate_unknown(METRIC_UNSAMPLED, WHY_SECOND_SAMPLE);

	cpu->user_pct = cpu->nice_pct = cpu->system_pct = unknown;
	cpu->iowait_pct = cpu->steal_pct = cpu->busy_pct = unknown;
}

static void cpu_rates(const struct host_cpu *before, struct host_cpu *now)
{
	double whole;

	if (!before || total(now) <= total(before)) {
		unknown_rates(now);
		return;
	}
	whole = (double)(total(now) - total(before));
	now->user_pct = share(before->user, now->user, whole);
	now->nice_pct = share(before->nice, now->nice, whole);
	now->system_pct = share(before->system + before->irq + before->softirq,
				now->system + now->irq + now->softirq, whole);
	now->iowait_pct = share(before->iowait, now->iowait, whole);
	now->steal_pct = share(before->steal, now->steal, whole);
	now->busy_pct = rate_known(now->user_pct.value + now->nice_pct.value +
				   now->system_pct.value + now->steal_pct.value);
}

/* Both lists ascend by id; CPUs come and go. */
void host_rates(const struct host *before, struct host *now)
{
	size_t j = 0;

	cpu_rates(before && before->at_usec ? &before->all : NULL, &now->all);
	now->threads_growth_per_sec =
		gauge_rate(before ? before->threads : (struct metric) {0}, now->threads, 1e6,
			   before ? (double)(now->at_usec - before->at_usec) : 0);
	for (size_t i = 0; i < now->cpus_len; i++) {
		const struct host_cpu *match = NULL;

		while (before && j < before->cpus_len && before->cpus[j].id < now->cpus[i].id)
			j++;
		if (before && j < before->cpus_len && before->cpus[j].id == now->cpus[i].id)
			match = &before->cpus[j];
		cpu_rates(match, &now->cpus[i]);
	}
}
