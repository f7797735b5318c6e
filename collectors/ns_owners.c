// SPDX-License-Identifier: MIT
/*
 * Who owns a namespace and what it descends from, as the kernel tells by ioctl_ns(2) on an open link
 * of it. Ancestors and owners that no process is in come into the table on the way. Nothing is kept
 * from one pass to the next: inode numbers of namespaces are used again at once, and an answer that is
 * remembered under one would be told of another namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "collectors/ns_table.h"
#include "collectors/unknown.h"

#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

/* include/linux/proc_ns.h: the initial namespaces have these inodes on every kernel. */
#define INITIAL_USER_NS 0xEFFFFFFDu
#define INITIAL_PID_NS	0xEFFFFFFCu

/* Both kinds of nesting end at 32 levels in the kernel, and an owner may be asked on each. */
#define NS_DEPTH_MAX 64u

static bool ns_is_initial(const struct ns *ns)
{
	return (ns->type == NS_USER && ns->id == INITIAL_USER_NS) ||
	       (ns->type == NS_PID && ns->id == INITIAL_PID_NS);
}

static bool ns_is_nested(enum ns_type type)
{
	return type == NS_USER || type == NS_PID;
}

/*
 * ns_ask() - a relative of an open namespace
 * @request: NS_GET_USERNS, NS_GET_PARENT
 * @out_fd:  the relative, to be closed
 *
 * Return: its inode. EPERM means that there is none, or that it is outside of what we may see.
 */
static struct metric ns_ask(int fd, unsigned long request, const struct ns *of, int *out_fd)
{
	struct stat st;

	*out_fd = ioctl(fd, request);
	if (*out_fd < 0 && errno == EPERM)
		return ns_is_initial(of) ? metric_unknown(METRIC_ABSENT, WHY_NOT_APPLICABLE)
					 : metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	if (*out_fd < 0 || fstat(*out_fd, &st) < 0)
		return metric_of_result(READ_ABSENT); /* ENOTTY before Linux 4.9 */
	return metric_known(st.st_ino);
}

static void ns_learn(struct ns_table *table, size_t index, int fd, unsigned int depth);

/* A relative that no process is in is alive because of its descendants. */
static void ns_learn_relative(struct ns_table *table, enum ns_type type, uint64_t id, int fd,
			      unsigned int depth)
{
	bool is_new = !ns_table_has(table, type, id);
	size_t index;

	if (depth >= NS_DEPTH_MAX)
		return;
	index = ns_table_add(table, type, id);
	if (table->rows[index].processes == 0)
		table->rows[index].held |= NS_HELD_CHILD;
	if (is_new)
		ns_learn(table, index, fd, depth + 1);
}

/* Fill one row from its open descriptor, and those that come into the table by it. */
static void ns_learn(struct ns_table *table, size_t index, int fd, unsigned int depth)
{
	_cleanup_(cleanup_close)
	int owner_fd = -1, parent_fd = -1;
	struct ns ns = table->rows[index];
	uid_t uid;

	ns.owner_ns = ns_ask(fd, NS_GET_USERNS, &ns, &owner_fd);
	ns.parent_ns = metric_unknown(METRIC_ABSENT, WHY_NOT_APPLICABLE);
	if (ns_is_nested(ns.type))
		ns.parent_ns = ns_ask(fd, NS_GET_PARENT, &ns, &parent_fd);
	ns.owner_uid = ns.owner_ns;
	if (ns.type == NS_USER || owner_fd >= 0)
		ns.owner_uid = ioctl(ns.type == NS_USER ? fd : owner_fd, NS_GET_OWNER_UID, &uid) < 0
				       ? metric_of_result(READ_ABSENT)
				       : metric_known(uid);
	table->rows[index] = ns;
	if (metric_is_known(ns.owner_ns))
		ns_learn_relative(table, NS_USER, ns.owner_ns.value, owner_fd, depth);
	if (metric_is_known(ns.parent_ns))
		ns_learn_relative(table, ns.type, ns.parent_ns.value, parent_fd, depth);
}

static bool ns_is_open_as(int fd, uint64_t id)
{
	struct stat st;
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC && fstat(fd, &st) == 0 &&
	       st.st_ino == id;
}

static void ns_owners_unknown(struct ns *ns, struct metric unknown)
{
	ns->owner_uid = ns->owner_ns = ns->parent_ns = unknown;
}

/*
 * By now the path may lead anywhere, to a device or a pipe for example, which must not even be
 * opened: it is looked at through O_PATH first.
 */
void ns_owners_learn(struct ns_table *table, size_t index, int dirfd, const char *path)
{
	_cleanup_(cleanup_close)
	int seen = openat(dirfd, path, O_PATH | O_CLOEXEC), fd = -1;
	struct ns *ns = &table->rows[index];
	char self[48];

	if (seen < 0) {
		ns_owners_unknown(ns, metric_of_result(read_result_of(errno)));
		return;
	}
	if (!ns_is_open_as(seen, ns->id)) {
		ns_owners_unknown(ns, metric_of_result(READ_GONE));
		return;
	}
	snprintf(self, sizeof(self), "/proc/self/fd/%d", seen);
	fd = open(self, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		ns_learn(table, index, fd, 0);
	else
		ns_owners_unknown(ns, metric_of_result(read_result_of(errno)));
}

/* A link below /proc/PID/ns leads to a namespace and nowhere else: it is opened at once. */
static void ns_learn_of_process(struct ns_table *table, size_t index, const struct pass *pass)
{
	struct ns *ns = &table->rows[index];
	_cleanup_(cleanup_close)
	int fd = -1;
	char path[48];

	snprintf(path, sizeof(path), "%d/ns/%s", ns->first_pid, ns_type_text(ns->type));
	fd = openat(pass->proc_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		ns_owners_unknown(ns, metric_of_result(read_result_of(errno)));
	else if (!ns_is_open_as(fd, ns->id))
		ns_owners_unknown(ns, metric_of_result(READ_GONE));
	else
		ns_learn(table, index, fd, 0);
}

/* Relatives are added behind while this runs; they are complete when they are. */
void ns_owners_fill(struct ns_table *table, const struct pass *pass)
{
	size_t asked = table->len;

	for (size_t i = 0; i < asked; i++)
		if (table->rows[i].first_pid > 0)
			ns_learn_of_process(table, i, pass);
}
