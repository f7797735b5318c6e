/* SPDX-License-Identifier: MIT */
/*
 * Which processes are chosen: hot. Reads what it has to of one process, through its directory; keeps
 * nothing, never allocates.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "runtime/bomb.h"

/* ---- Facts of one process ---- */

static bool file_of(int fd, const char *link, struct file_id *out)
{
	struct stat stat;

	if (fstatat(fd, link, &stat, 0) < 0)
		return false;
	*out = (struct file_id) {stat.st_dev, stat.st_ino};
	return true;
}

bool process_exe(int fd, struct file_id *out)
{
	return file_of(fd, "exe", out);
}

uint64_t process_cgroup_hash(int fd)
{
	char text[HOT_FILE_MAX];
	ssize_t n = hot_read(fd, "cgroup", text, sizeof(text));
	uint64_t hash = 0xcbf29ce484222325u;

	if (n <= 0)
		return 0;
	for (ssize_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
	return hash ? hash : 1;
}

bool process_is_uid(int fd, uint64_t uid)
{
	char text[HOT_FILE_MAX];
	ssize_t n = hot_read(fd, "status", text, sizeof(text));
	struct span rest = {text, n > 0 ? (size_t)n : 0}, line, word;
	uint64_t ids[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX}; /* real, effective, saved */

	while (span_next_line(&rest, &line)) {
		if (!span_starts(line, SPAN("Uid:")))
			continue;
		span_next_word(&line, &word);
		for (size_t i = 0; i < ARRAY_LEN(ids) && span_next_word(&line, &word); i++)
			parse_u64(word, &ids[i]);
		break;
	}
	return ids[0] == uid || ids[2] == uid;
}

/* ---- What was asked for ---- */

static bool fits_tree(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	(void)fd;
	return tree_has(&bomb->tree, stat->pid, stat->start_ticks);
}

static bool fits_session(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	(void)fd;
	return (uint64_t)stat->session == bomb->number;
}

static bool fits_group(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	(void)fd;
	return (uint64_t)stat->pgrp == bomb->number;
}

static bool fits_user(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	(void)stat;
	return process_is_uid(fd, bomb->number);
}

static bool fits_exe(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	struct file_id exe;

	(void)stat;
	return process_exe(fd, &exe) && exe.ino == bomb->exe.ino && exe.dev == bomb->exe.dev;
}

static bool fits_ns(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	struct file_id ns;

	(void)stat;
	return bomb->ns_link && file_of(fd, bomb->ns_link, &ns) && ns.ino == bomb->number;
}

static bool (*const fits[])(struct bomb *, int, const struct hot_stat *) = {
	[BOMB_TREE] = fits_tree, [BOMB_SESSION] = fits_session, [BOMB_GROUP] = fits_group,
	[BOMB_USER] = fits_user, [BOMB_EXE] = fits_exe,		[BOMB_NS] = fits_ns,
};

bool bomb_is_spared(const struct bomb *bomb, const struct hot_stat *stat, enum bomb_spared *out_why)
{
	*out_why = SPARED_NOT;
	if (stat->pid == 1)
		*out_why = SPARED_INIT;
	else if (stat->flags & PARSE_PF_KTHREAD)
		*out_why = SPARED_KERNEL;
	for (size_t i = 0; i < bomb->spared_len && *out_why == SPARED_NOT; i++) {
		const struct bomb_id *spared = &bomb->spared[i];

		if (spared->pid == stat->pid && spared->start_ticks == stat->start_ticks)
			*out_why = spared->why;
	}
	return *out_why != SPARED_NOT;
}

bool bomb_fits(struct bomb *bomb, int fd, const struct hot_stat *stat)
{
	return fits[bomb->by](bomb, fd, stat);
}
