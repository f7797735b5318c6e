/* SPDX-License-Identifier: MIT */
/*
 * A bomb from the question to the answer: who is chosen, who is left out, and everything that the kill
 * itself will need. Owns all of it; kills nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "runtime/bomb.h"
#include "runtime/steady.h"

static const char *const spared_texts[] = {
	[SPARED_NOT] = "not left out",
	[SPARED_SELF] = "boxtop itself",
	[SPARED_ANCESTOR] = "an ancestor of this command",
	[SPARED_INIT] = "process 1",
	[SPARED_KERNEL] = "a thread of the kernel",
	[SPARED_LEADER] = "the session's leader",
	[SPARED_DENIED] = "not yours to end",
};

const char *bomb_spared_text(enum bomb_spared why)
{
	return spared_texts[why];
}

/* ---- Choosing ---- */

static void add_member(struct bomb_member **list, size_t *len, const struct hot_stat *stat,
		       enum bomb_spared why)
{
	struct bomb_member *member;

	/* Doubled at every power of two: there may be tens of thousands. */
	if ((*len & (*len + 1)) == 0 || *len == 0)
		*list = xreallocarray(*list, 2 * (*len + 1), sizeof((*list)[0]));
	member = &(*list)[(*len)++];
	*member = (struct bomb_member) {
		.pid = stat->pid, .start_ticks = stat->start_ticks, .why = why};
	hot_copy(member->comm, stat->comm, sizeof(member->comm));
}

static void choose_one(struct bomb *bomb, int fd)
{
	enum bomb_spared why;
	struct hot_stat stat;

	if (hot_process_stat(fd, 0, &stat) < 0 || hot_stat_ended(&stat) ||
	    !bomb_fits(bomb, fd, &stat))
		return;
	/* Now: it may live no longer than this. */
	if (bomb->by == BOMB_SESSION)
		bomb_compare_leader(bomb, fd, &stat);
	if (!bomb_is_spared(bomb, &stat, &why) && hot_process_signal(fd, 0) == -EPERM)
		why = SPARED_DENIED;
	if (why == SPARED_NOT)
		add_member(&bomb->members, &bomb->members_len, &stat, why);
	else if (why != SPARED_KERNEL)
		add_member(&bomb->left_out, &bomb->left_out_len, &stat, why);
}

static void choose(struct bomb *bomb)
{
	pid_t pid;

	bomb->members_len = bomb->left_out_len = 0;
	hot_dir_start(&bomb->dir, bomb->proc_fd);
	while ((pid = hot_dir_next_pid(&bomb->dir)) > 0) {
		int fd = hot_process_open(bomb->proc_fd, pid);

		if (fd < 0)
			continue;
		choose_one(bomb, fd);
		close(fd);
	}
}

static int refuse_nobody(const struct bomb_query *query, struct err *err)
{
	switch (query->by) {
	case BOMB_TREE:
		return err_setx(err, ESRCH, "process %" PRIu64 " has ended", query->number);
	case BOMB_SESSION:
		return err_setx(err, ESRCH, "no process is in session %" PRIu64, query->number);
	case BOMB_GROUP:
		return err_setx(err, ESRCH, "no process is in process group %" PRIu64,
				query->number);
	case BOMB_USER:
		return err_setx(err, ESRCH, "no process runs as user %" PRIu64, query->number);
	case BOMB_EXE:
		return err_setx(err, ESRCH, "no process that we may look at runs %s", query->path);
	case BOMB_NS:
		break;
	}
	return err_setx(err, ESRCH, "no process that we may look at is in namespace %" PRIu64,
			query->number);
}

static int refuse_none(const struct bomb *bomb, const struct bomb_query *query, struct err *err)
{
	const struct bomb_member *first = bomb->left_out;

	if (bomb->left_out_len == 0)
		return refuse_nobody(query, err);
	if (first->why == SPARED_DENIED)
		return err_setx(err, EPERM,
				"process %d (%s) is not yours to end: run as root, or as its user",
				(int)first->pid, first->comm);
	return err_setx(err, ESRCH, "nothing to end: process %d (%s) is %s, which is left out",
			(int)first->pid, first->comm, bomb_spared_text(first->why));
}

static int prepare(struct bomb *bomb, const struct bomb_query *query, struct err *err)
{
	int r;

	bomb->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bomb->proc_fd < 0)
		return err_set(err, errno, "open /proc");
	r = bomb_facts(bomb, query, err);
	if (r < 0)
		return r;
	choose(bomb);
	if (bomb->by == BOMB_SESSION) {
		bomb_spare_leader(bomb);
		choose(bomb);
	}
	if (bomb->members_len == 0)
		return refuse_none(bomb, query, err);
	seen_reserve(&bomb->signalled, bomb->processes);
	bomb_brakes(bomb);
	bomb_striker_start(bomb);
	steady_lock_memory(0);
	bomb->locked = true;
	return 0;
}

static int prepare_new(const struct bomb_query *query, struct bomb **out, struct err *err)
{
	struct bomb *bomb = xmalloc(sizeof(*bomb));
	int r;

	*bomb = (struct bomb) {
		.by = query->by,
		.number = query->number,
		.proc_fd = -1,
		.host_brake = SIZE_MAX,
		.striker.fd = -1,
	};
	r = prepare(bomb, query, err);
	if (r < 0) {
		bomb_free(bomb);
		return r;
	}
	*out = bomb;
	return 0;
}

/* Of a bomb whose processes fork and are gone, one look may see none: each lived between two readings. */
#define LOOKS 25

int bomb_prepare(const struct bomb_query *query, struct bomb **out, struct err *err)
{
	int r = -ESRCH;

	for (int i = 0; i < LOOKS && r == -ESRCH; i++)
		r = prepare_new(query, out, err);
	return r;
}

uint64_t bomb_count(const struct bomb *bomb)
{
	return bomb->members_len;
}

const struct bomb_member *bomb_members(const struct bomb *bomb, size_t *out_len)
{
	*out_len = bomb->members_len;
	return bomb->members;
}

const struct bomb_member *bomb_left_out(const struct bomb *bomb, size_t *out_len)
{
	*out_len = bomb->left_out_len;
	return bomb->left_out;
}

void bomb_free(struct bomb *bomb)
{
	if (!bomb)
		return;
	guard_free(bomb->guard);
	bomb_striker_end(bomb);
	if (bomb->locked)
		steady_unlock_memory();
	if (bomb->proc_fd >= 0)
		close(bomb->proc_fd);
	free(bomb->spared);
	free(bomb->members);
	free(bomb->left_out);
	free(bomb->tree.rows);
	seen_finish(&bomb->tree.known);
	seen_finish(&bomb->signalled);
	free(bomb);
}
