/* SPDX-License-Identifier: MIT */
/*
 * Freezing and thawing a target. Through v2 wherever its processes are there, on hybrid in the twin: a
 * process frozen so dies when it is killed, one frozen by v1 only once it is thawed. Written to the
 * kernel also where systemd owns the unit, as the engines do that made it: they thaw so, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/parse.h"
#include "runtime/cg_tree.h"
#include "runtime/target_private.h"

#define PATIENCE_USEC 10000000
#define V1_TRY_USEC   100000 /* until v1 is thawed and frozen anew */
#define V1_PAUSE_NSEC 2000000

/* ---- Files ---- */

static int write_file(int dirfd, const char *file, const char *text)
{
	_cleanup_(cleanup_close)
	int fd = openat(dirfd, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int fail(const struct target *target, const struct target_place *place, int r,
		struct err *err)
{
	const char *file = place->v2 ? "cgroup.freeze" : "freezer.state";

	return err_set(err, -r, "%s: write %s of %s", target->name, file, place->path);
}

/* A key of cgroup.events; -errno. */
static int read_frozen_v2(const struct target_place *place)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	uint64_t frozen = 0;
	struct parse_key key = {SPAN("frozen"), &frozen, NULL};
	int r = dir_read(place->fd, "cgroup.events", &text, NULL);

	if (r != 0)
		return r < 0 ? r : r == READ_DENIED ? -EACCES : -ENODEV;
	r = parse_flat_keyed(strbuf_span(&text), &key, 1, NULL);
	return r < 0 ? r : frozen != 0;
}

static int read_frozen_v1(const struct target_place *place)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	int r = dir_read(place->fd, "freezer.state", &text, NULL);

	if (r != 0)
		return r < 0 ? r : r == READ_DENIED ? -EACCES : -ENODEV;
	return span_eq(span_trim(strbuf_span(&text)), SPAN("FROZEN"));
}

/* "1" in a file of the group: whether it, and not one above it, was told to freeze. */
static bool file_says_1(const struct target_place *place, const char *file)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	return dir_read(place->fd, file, &text, NULL) == 0 &&
	       span_eq(span_trim(strbuf_span(&text)), SPAN("1"));
}

/* ---- Which of them ---- */

static bool has_file(const struct target_place *place, const char *file)
{
	return place && faccessat(place->fd, file, F_OK, 0) == 0;
}

static const struct target_place *v2_place(const struct target *target)
{
	const struct target_place *place = target_place_of(target, CGROUP_UNIFIED);

	return has_file(place, "cgroup.freeze") ? place : NULL;
}

static const struct target_place *v1_place(const struct target *target)
{
	const struct target_place *place = target_place_of(target, CGROUP_FREEZER);

	return has_file(place, "freezer.state") ? place : NULL;
}

/* An engine on hybrid may have made the twin and left some process out of it. */
static bool holds_all_of(const struct target_place *a, const struct target_place *b)
{
	_cleanup_(cg_pids_finish)
	struct cg_pids in_a = CG_PIDS_INIT, in_b = CG_PIDS_INIT;

	if (cg_pids_add_tree(&in_a, a->fd, NULL) < 0 || cg_pids_add_tree(&in_b, b->fd, NULL) < 0)
		return false;
	cg_pids_sort(&in_a);
	for (size_t i = 0; i < in_b.len; i++)
		if (!cg_pids_has(&in_a, in_b.items[i]))
			return false;
	return true;
}

static int choose(const struct target *target, const struct target_place **out, struct err *err)
{
	const struct target_place *v2 = v2_place(target), *v1 = v1_place(target);

	*out = !v2 || (v1 && !holds_all_of(v2, v1)) ? v1 : v2;
	if (*out)
		return 0;
	return err_setx(err, EOPNOTSUPP, "%s: it has no cgroup of its own that can be frozen",
			target->name);
}

/* ---- v2 ---- */

/* The kernel tells of each change of cgroup.events: POLLPRI after it was read. */
static int wait_v2(const struct target *target, const struct target_place *place, bool frozen,
		   struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = openat(place->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	uint64_t end = clock_monotonic_usec() + PATIENCE_USEC, now;
	struct pollfd changed = {.fd = fd, .events = POLLPRI};
	char buf[256];

	if (fd < 0)
		return err_set(err, errno, "%s: open cgroup.events", target->name);
	for (;;) {
		int r;

		/* So that the next change is news. */
		if (pread(fd, buf, sizeof(buf), 0) < 0)
			return err_set(err, errno, "%s: read cgroup.events", target->name);
		r = read_frozen_v2(place);
		if (r < 0)
			return err_set(err, -r, "%s: read cgroup.events", target->name);
		if ((r > 0) == frozen)
			return 0;
		now = clock_monotonic_usec();
		if (now >= end)
			return -ETIMEDOUT;
		poll(&changed, 1, (int)((end - now) / 1000) + 1);
	}
}

static int freeze_v2(const struct target *target, const struct target_place *place, struct err *err)
{
	int r = write_file(place->fd, "cgroup.freeze", "1");

	if (r < 0)
		return fail(target, place, r, err);
	r = wait_v2(target, place, true, err);
	if (r < 0)
		write_file(place->fd, "cgroup.freeze", "0");
	return r;
}

/* Whether a group above was told to freeze; the root can't be. */
static bool is_frozen_from_above(const struct target_place *place)
{
	struct target_place above = {
		.fd = openat(place->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	bool frozen = false;

	while (!frozen && above.fd >= 0 && has_file(&above, "cgroup.freeze")) {
		int fd = openat(above.fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		frozen = file_says_1(&above, "cgroup.freeze");
		close(above.fd);
		above.fd = fd;
	}
	cleanup_close(&above.fd);
	return frozen;
}

static int thaw_v2(const struct target *target, const struct target_place *place, struct err *err)
{
	int r = write_file(place->fd, "cgroup.freeze", "0");

	if (r < 0)
		return fail(target, place, r, err);
	return is_frozen_from_above(place) ? -ETIMEDOUT : wait_v2(target, place, false, err);
}

/* ---- v1 ---- */

static bool reaches_v1(const struct target_place *place, uint64_t end)
{
	while (read_frozen_v1(place) == 0) {
		if (clock_monotonic_usec() >= end)
			return false;
		nanosleep(&(struct timespec) {.tv_nsec = V1_PAUSE_NSEC}, NULL);
	}
	return true;
}

/* It can stall on a process that waits for one that is frozen already: thawed for a moment, they move on
 * and it is tried anew. */
static int freeze_v1(const struct target *target, const struct target_place *place, struct err *err)
{
	uint64_t end = clock_monotonic_usec() + PATIENCE_USEC;
	int r;

	do {
		r = write_file(place->fd, "freezer.state", "FROZEN");
		if (r == 0 && reaches_v1(place, clock_monotonic_usec() + V1_TRY_USEC))
			r = read_frozen_v1(place);
		else if (r == 0)
			r = -ETIMEDOUT;
		if (r > 0)
			return 0;
		write_file(place->fd, "freezer.state", "THAWED");
		nanosleep(&(struct timespec) {.tv_nsec = V1_PAUSE_NSEC}, NULL);
	} while (r == -ETIMEDOUT && clock_monotonic_usec() < end);
	return r == -ETIMEDOUT ? r : fail(target, place, r, err);
}

static int thaw_v1(const struct target *target, const struct target_place *place, struct err *err)
{
	int r = write_file(place->fd, "freezer.state", "THAWED");

	if (r < 0)
		return fail(target, place, r, err);
	return file_says_1(place, "freezer.parent_freezing") ? -ETIMEDOUT : 0;
}

/* ---- Both ---- */

int target_freeze(struct target *target, struct err *err)
{
	const struct target_place *place;
	int r = choose(target, &place, err);

	if (r < 0)
		return r;
	r = place->v2 ? freeze_v2(target, place, err) : freeze_v1(target, place, err);
	if (r == -ETIMEDOUT)
		return err_setx(err, ETIMEDOUT,
				"%s: not all of it froze within %d seconds: a "
				"process waits in the kernel; thawed again",
				target->name, PATIENCE_USEC / 1000000);
	return r;
}

/* Whoever froze it may have done it the other way: both are thawed. */
int target_thaw(struct target *target, struct err *err)
{
	const struct target_place *v2 = v2_place(target), *v1 = v1_place(target), *any;
	int r = choose(target, &any, err);

	if (r == 0 && v1 && (any == v1 || file_says_1(v1, "freezer.self_freezing")))
		r = thaw_v1(target, v1, err);
	if (r == 0 && v2 && (any == v2 || file_says_1(v2, "cgroup.freeze")))
		r = thaw_v2(target, v2, err);
	if (r == -ETIMEDOUT)
		return err_setx(err, EBUSY, "%s: it stays frozen: a cgroup above it is frozen",
				target->name);
	return r;
}

int target_is_frozen(const struct target *target, struct err *err)
{
	const struct target_place *v2 = v2_place(target), *v1 = v1_place(target), *any;
	int r = choose(target, &any, err);

	if (r == 0 && v2)
		r = read_frozen_v2(v2);
	if (r == 0 && v1)
		r = read_frozen_v1(v1);
	return r < 0 && any ? err_set(err, -r, "%s: ask whether it is frozen", target->name) : r;
}
