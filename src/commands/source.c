/* SPDX-License-Identifier: MIT */
/* Where processes come from: what was chosen, and what became of it. Owns the choice. */
#include "commands/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/snapshot.h"

static enum process_source chosen;

int source_set(void *target, const char *value, struct err *err)
{
	static const char *const names[] = {
		[PROCESSES_AUTO] = "auto", [PROCESSES_BPF] = "bpf", [PROCESSES_PROC] = "proc"};

	(void)target;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			chosen = (enum process_source)i;
			return 0;
		}
	}
	return err_setx(err, EINVAL, "'%s' is none of auto, bpf, proc", value);
}

struct collect_options source_collect_options(bool lasting)
{
	return (struct collect_options) {
		.root_fd = AT_FDCWD,
		.state_dirs = true,
		.lasting = lasting,
		.processes = chosen,
	};
}

void source_describe(struct strbuf *out)
{
	const struct collect_options options = source_collect_options(true);
	const struct demand demand = {.sources = SOURCE_PROCS};
	struct collect *collect = NULL;
	struct snapshot *snapshot = NULL;

	if (collect_new(&options, &collect, NULL) == 0 &&
	    collect_pass(collect, &demand, &snapshot, NULL) == 0)
		strbuf_addf(out, "processes from %s\n", snapshot->process_source);
	snapshot_unref(snapshot);
	collect_free(collect);
}
