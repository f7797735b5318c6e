/* SPDX-License-Identifier: MIT */
/* How commands that act say what they did. Does nothing to a target. */
#include "commands/acting.h"

#include <errno.h>

#include "base/cleanup.h"
#include "commands/stdout.h"

int acting_set_format(void *target, const char *value, struct err *err)
{
	struct acting_options *options = target;
	int r = output_format_find(value, &options->format, err);

	if (r == 0 && options->format == OUTPUT_CSV)
		r = err_setx(err, EINVAL, "--format: text or json");
	return r;
}

int acting_set_json(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct acting_options *)target)->format = OUTPUT_JSON;
	return 0;
}

json_t *acting_json(const struct targets *targets, const struct target_item *item)
{
	const struct snapshot *snapshot = targets->snapshot;
	const struct container *container =
		item->container == INDEX_NONE ? NULL : &snapshot->containers[item->container];
	const struct cgroup *cgroup =
		item->cgroup == INDEX_NONE ? NULL : &snapshot->cgroups[item->cgroup];
	json_t *object = json_object();

	json_add(object, "name", json_text(container ? container->name : item->label));
	json_add(object, "engine", json_text(container ? container->engine : NULL));
	json_add(object, "id", json_text(container ? container->id : NULL));
	json_add(object, "cgroup", json_text(cgroup ? cgroup->path : NULL));
	return object;
}

int acting_print(const struct acting_options *options, struct span text, json_t *object,
		 struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf line = STRBUF_INIT;

	if (options->format != OUTPUT_JSON) {
		json_decref(object);
		return stdout_write(text, err);
	}
	if (output_json_line(object, &line, err) < 0)
		return -ENOMEM;
	return stdout_write(strbuf_span(&line), err);
}
