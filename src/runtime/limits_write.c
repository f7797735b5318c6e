/* SPDX-License-Identifier: MIT */
/*
 * Carries a plan out: each file in its turn, read back at the end, and put back when something fails. No
 * library: libcgroup 2.0 takes a path where the group is held by descriptor here, so it could change
 * another group that has the path by now; and it can't say which of several values failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "runtime/limits_plan.h"

/* ---- Can it be set? ---- */

static bool controller_is_enabled(int fd, enum cgroup_controller controller)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	return dir_read(fd, "cgroup.controllers", &text, NULL) == 0 &&
	       hierarchy_controller_bits(span_trim(strbuf_span(&text)), ' ') & 1u << controller;
}

static int refuse_no_file(const struct limit_dirs *dirs, enum limit_id id, struct err *err)
{
	const struct limit *limit = &limits[id];
	const char *controller = cgroup_controller_text(limit->controller);
	int fd = dirs->fds[limit->controller];
	bool v2 = dirs->v2[limit->controller];

	if (!v2 && !limit->v1_file)
		return err_setx(err, EOPNOTSUPP, "%s: there is no such limit on cgroup v1",
				limit->name);
	if (v2 && !controller_is_enabled(fd, limit->controller))
		return err_setx(err, EOPNOTSUPP,
				"%s: the %s controller is not enabled for this "
				"cgroup: the one above it needs +%s in its cgroup.subtree_control",
				limit->name, controller, controller);
	if (id == LIMIT_SWAP)
		return err_setx(err, EOPNOTSUPP,
				"%s: this kernel does not count swap: boot it "
				"with swapaccount=1",
				limit->name);
	return err_setx(err, EOPNOTSUPP, "%s: this kernel has no %s", limit->name,
			v2 ? limit->v2_file : limit->v1_file);
}

int limits_check(const struct limit_dirs *dirs, enum limit_id id, struct err *err)
{
	const struct limit *limit = &limits[id];
	int fd = dirs->fds[limit->controller];
	const char *file;

	if (fd < 0)
		return err_setx(err, EOPNOTSUPP,
				"%s: it has no cgroup of its own where the %s "
				"controller is",
				limit->name, cgroup_controller_text(limit->controller));
	file = limit_file(dirs, id);
	if (!file)
		return refuse_no_file(dirs, id, err);
	if (faccessat(fd, file, W_OK, AT_EACCESS) < 0)
		return err_set(err, errno, "%s: write %s", limit->name, file);
	return 0;
}

/* ---- Writing ---- */

static int write_text(int dirfd, const char *file, const char *text)
{
	_cleanup_(cleanup_close)
	int fd = openat(dirfd, file, O_WRONLY | O_CLOEXEC);
	const char *line = *text ? text : "\n";
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = write(fd, line, strlen(line));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* What the kernel means by its error, where that is no common knowledge. */
static const char *hint(const struct limit_step *step, int code)
{
	switch (step->id) {
	case LIMIT_MEMORY:
	case LIMIT_SWAP:
		return code == EBUSY ? " (more is in use, and can't be given back)" : "";
	case LIMIT_CPUS:
		return code == EINVAL ? " (more than the cgroup above, or less than one below, may "
					"have)"
				      : "";
	case LIMIT_CPUSET:
	case LIMIT_CPUSET_MEMS:
		return code == EINVAL || code == EACCES
			       ? " (not all of them are there, or the cgroup above lacks some)"
		       : code == EBUSY ? " (a cgroup below has others)"
				       : "";
	case LIMIT_IO_MAX:
		return code == ENODEV ? " (it has to be a whole disk that is there)" : "";
	default:
		return "";
	}
}

static int fail(const struct limit_step *step, int code, struct err *err)
{
	err_set(err, code, "set the %s limit: write '%.80s' to %s", limits[step->id].name,
		step->text, step->file);
	/* Behind the kernel's own words. */
	strncat(err->text, hint(step, code), sizeof(err->text) - strlen(err->text) - 1);
	return -code;
}

static void undo(const struct limit_plan *plan, size_t done)
{
	while (done-- > 0) {
		const struct limit_step *step = &plan->steps[done];

		/* Nothing is left to do if even that fails; the first error tells. */
		write_text(step->dirfd, step->file, step->undo);
	}
}

static int carry_out(const struct limit_plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->len; i++) {
		const struct limit_step *step = &plan->steps[i];
		int r = write_text(step->dirfd, step->file, step->text);

		if (r < 0) {
			undo(plan, i);
			return fail(step, -r, err);
		}
	}
	return 0;
}

/* ---- Reading back ---- */

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The kernel's list holds more disks than were asked for, and none where the answer is no limit. */
static bool rules_agree(const struct limit_value *wanted, const struct limit_value *now)
{
	struct io_rules asked = {.len = 0}, has = {.len = 0};

	if (wanted->number == LIMIT_NONE)
		return now->number == LIMIT_NONE;
	if (io_rules_parse(span_of(wanted->text), &asked, NULL) < 0 ||
	    io_rules_parse(span_of(now->text), &has, NULL) < 0)
		return false;
	for (size_t i = 0; i < asked.len; i++) {
		const struct io_rule *a = &asked.items[i];
		const struct io_rule *b = io_rules_find(&has, a->dev_major, a->dev_minor);

		for (int key = 0; key < IO_KEYS; key++) {
			bool is = b && b->set & 1u << key;

			if (a->set & 1u << key &&
			    a->values[key] != (is ? b->values[key] : LIMIT_NONE))
				return false;
		}
	}
	return true;
}

bool limits_agree(enum limit_id id, const struct limit_value *wanted, const struct limit_value *now)
{
	if (!wanted->set || !now->set)
		return !wanted->set;
	switch (limits[id].unit) {
	case LIMIT_IO_RULES:
		return rules_agree(wanted, now);
	case LIMIT_LIST:
		/* On v1 no list comes out as that of the group above. */
		return wanted->number == LIMIT_NONE || strcmp(wanted->text, now->text) == 0;
	default:
		break;
	}
	if (wanted->number == LIMIT_NONE || now->number == LIMIT_NONE)
		return wanted->number == now->number;
	switch (id) {
	case LIMIT_MEMORY:
	case LIMIT_MEMORY_HIGH:
	case LIMIT_SWAP:
		return distance(wanted->number, now->number) < (uint64_t)sysconf(_SC_PAGESIZE);
	case LIMIT_CPUS: /* a microsecond of the shortest period, 1 ms */
		return distance(wanted->number, now->number) <= 1000;
	case LIMIT_IO_WEIGHT: /* BFQ has a tenth of the steps; blkio.weight ends at twice the usual */
		return distance(wanted->number, now->number) <= 11 ||
		       (wanted->number > 200 && now->number == 200) || now->number == 2;
	default:
		return wanted->number == now->number;
	}
}

int limits_verify(const struct limit_dirs *dirs, const struct limit_set *wanted,
		  struct limit_set *out_now, struct err *err)
{
	struct limit_set now;
	int r = limits_read_these(dirs, out_now ? NULL : wanted, &now, err);

	for (int i = 0; r == 0 && i < LIMITS; i++) {
		enum limit_id id = (enum limit_id)i;
		char asked[LIMIT_TEXT_MAX], has[LIMIT_TEXT_MAX];

		if (!limits_agree(id, &wanted->values[i], &now.values[i]))
			r = err_setx(err, EIO, "set the %s limit: the kernel has %.80s, not %.80s",
				     limits[i].name, limit_format(id, &now.values[i], has),
				     limit_format(id, &wanted->values[i], asked));
	}
	if (r == 0 && out_now)
		*out_now = now;
	return r;
}

int limits_write(const struct limit_dirs *dirs, const struct limit_set *wanted,
		 struct limit_set *out_now, struct err *err)
{
	_cleanup_(limit_plan_finish)
	struct limit_plan plan = LIMIT_PLAN_INIT(dirs);
	int r = limit_plan_make(&plan, wanted, err);

	if (r == 0)
		r = carry_out(&plan, err);
	if (r < 0)
		return r;
	r = limits_verify(dirs, wanted, out_now, err);
	if (r < 0)
		undo(&plan, plan.len);
	return r;
}
