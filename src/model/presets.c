/* SPDX-License-Identifier: MIT */
/* The columns of each screen and command unless others are asked for: who is to blame comes first. */
#include <pthread.h>

#include "model/fields.h"

#define PRESET_MAX 160

/* struct preset - ids in order; built into a list of fields once */
struct preset {
	enum row_kind kind;
	const char *ids; /* blank separated; NULL: every field of the kind that is not expensive */
};

static const struct preset presets[] = {
	[PRESET_CONTAINERS] =
		{ROW_CONTAINER,
		 "name engine state cpu_pct cpu_throttled_pct memory_working_set_bytes "
		 "memory_limit_pct pids_current oom_kills io_read_bytes_per_sec "
		 "io_write_bytes_per_sec net_rx_bytes_per_sec net_tx_bytes_per_sec "
		 "pressure_cpu_some_pct pressure_memory_some_pct pressure_io_some_pct image"},
	[PRESET_CGROUPS] = {ROW_CGROUP,
			    "name engine state cpu_pct cpu_throttled_pct memory_working_set_bytes "
			    "memory_limit_pct pids_current oom_kills io_read_bytes_per_sec "
			    "io_write_bytes_per_sec processes pressure_cpu_some_pct "
			    "pressure_memory_some_pct pressure_io_some_pct path"},
	[PRESET_PROCESSES] = {ROW_PROCESS,
			      "pid user priority nice virtual_bytes rss_bytes state cpu_pct "
			      "memory_pct cpu_time_usec container command"},
	[PRESET_NAMESPACES] = {ROW_NS, "type id processes pid container held owner_uid command"},
	[PRESET_EVENTS] = {ROW_EVENT, "clock age_usec event name engine text"},
	[PRESET_STATS_JSON] = {ROW_CONTAINER, NULL},
};

#define PRESETS (sizeof(presets) / sizeof(presets[0]))

static const struct field *lists[PRESETS][PRESET_MAX + 1];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void build_named(const struct preset *preset, const struct field **list)
{
	struct span rest = span_of(preset->ids), id;
	size_t n = 0;

	while (n < PRESET_MAX && span_next_word(&rest, &id)) {
		const struct field *field = field_find(id, preset->kind);

		if (field)
			list[n++] = field;
	}
}

static void build_all(const struct preset *preset, const struct field **list)
{
	size_t n = 0;

	for (size_t i = 0; i < fields_len && n < PRESET_MAX; i++)
		if ((fields[i].kinds & preset->kind) && !(fields[i].flags & FIELD_EXPENSIVE))
			list[n++] = &fields[i];
}

static void build(void)
{
	for (size_t i = 0; i < PRESETS; i++) {
		if (presets[i].ids)
			build_named(&presets[i], lists[i]);
		else
			build_all(&presets[i], lists[i]);
	}
}

const struct field *const *field_preset(enum field_preset preset)
{
	pthread_once(&once, build);
	return lists[preset];
}
