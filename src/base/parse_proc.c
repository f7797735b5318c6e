/* SPDX-License-Identifier: MIT */
/*
 * The files of a process: stat, cgroup, mountinfo, net/dev and the namespace
 * links. What they quote from user space (a command's name, a path) may hold
 * any byte. Allocates nothing, keeps nothing.
 */
#include "base/parse.h"

#include <limits.h>

int parse_cgroup_line(struct span line, struct parse_cgroup_line *out, struct err *err)
{
	struct parse_cgroup_line cgroup;
	struct span id, rest;

	if (!span_split_at(line, ':', &id, &rest) || !parse_u64(id, &cgroup.hierarchy_id) ||
	    !span_split_at(rest, ':', &cgroup.controllers, &cgroup.path) || cgroup.path.len == 0 ||
	    cgroup.path.p[0] != '/')
		return parse_refuse(err, "line of cgroup", line);
	*out = cgroup;
	return 0;
}

/* parse_device() - "98:0" */
static bool parse_device(struct span text, unsigned int *out_major, unsigned int *out_minor)
{
	struct span left, right;
	uint64_t major, minor;

	if (!span_split_at(text, ':', &left, &right) || !parse_u64(left, &major) ||
	    !parse_u64(right, &minor) || major > UINT_MAX || minor > UINT_MAX)
		return false;
	*out_major = (unsigned int)major;
	*out_minor = (unsigned int)minor;
	return true;
}

/* mount_head() - "36 35 98:0 /root /point options", up to the optional fields
 */
static bool mount_head(struct span *rest, struct parse_mount *mount)
{
	struct span id, parent, device;

	return span_next_part(rest, ' ', &id) && parse_u64(id, &mount->mount_id) &&
	       span_next_part(rest, ' ', &parent) && parse_u64(parent, &mount->parent_id) &&
	       span_next_part(rest, ' ', &device) &&
	       parse_device(device, &mount->dev_major, &mount->dev_minor) &&
	       span_next_part(rest, ' ', &mount->root) &&
	       span_next_part(rest, ' ', &mount->mount_point) &&
	       span_next_part(rest, ' ', &mount->options);
}

int parse_mountinfo_line(struct span line, struct parse_mount *out, struct err *err)
{
	struct parse_mount mount = {0};
	struct span rest = line, optional;
	bool dash = false;

	if (!mount_head(&rest, &mount))
		return parse_refuse(err, "line of mountinfo", line);
	/* Zero or more of shared:N, master:N, propagate_from:N, unbindable. */
	while (!dash && span_next_part(&rest, ' ', &optional))
		dash = span_eq(optional, SPAN("-"));
	/* By single blanks, not words: a mount's source may be empty. */
	if (!dash || !span_next_part(&rest, ' ', &mount.fstype) || mount.fstype.len == 0 ||
	    !span_next_part(&rest, ' ', &mount.source) || !rest.p)
		return parse_refuse(err, "line of mountinfo", line);
	mount.super_options = rest;
	*out = mount;
	return 0;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void parse_unescape_octal(struct span in, struct strbuf *out)
{
	size_t i = 0;

	strbuf_reserve(out, in.len);
	while (i < in.len) {
		const char *p = in.p + i;

		if (p[0] == '\\' && in.len - i >= 4 && p[1] <= '3' && is_octal(p[1]) &&
		    is_octal(p[2]) && is_octal(p[3])) {
			strbuf_addc(out,
				    (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0')));
			i += 4;
		} else {
			strbuf_addc(out, *p);
			i++;
		}
	}
}

/* Fields of /proc/PID/stat after the state, from proc(5); ours are those with a
 * name. */
enum {
	STAT_PPID = 0,
	STAT_PGRP = 1,
	STAT_SESSION = 2,
	STAT_TTY_NR = 3,
	STAT_FLAGS = 5,
	STAT_MINFLT = 6,
	STAT_MAJFLT = 8,
	STAT_UTIME = 10,
	STAT_STIME = 11,
	STAT_PRIORITY = 14,
	STAT_NICE = 15,
	STAT_THREADS = 16,
	STAT_START = 18,
	STAT_VSIZE = 19,
	STAT_RSS = 20,
	STAT_FIELDS = 21,
};

/* stat_number() - the next number of *@at; false at anything else. Written out:
 * 10,000 a tick. */
static bool stat_number(const char **at, const char *end, int64_t *out)
{
	const char *p = *at;
	const char *start;

	while (p < end && *p == ' ')
		p++;
	start = p;
	while (p < end && *p != ' ' && *p != '\n')
		p++;
	*at = p;
	return parse_i64((struct span) {start, (size_t)(p - start)}, out);
}

/* stat_numbers() - all fields after the state; what the kernel prints there is
 * digits and '-' */
static bool stat_numbers(struct span rest, int64_t values[STAT_FIELDS])
{
	const char *at = rest.p;
	const char *end = at + rest.len;

	for (int i = 0; i < STAT_FIELDS; i++) {
		if (!stat_number(&at, end, &values[i]))
			return false;
	}
	return true;
}

/* stat_fill() - false where a counter is negative: then the fields are not
 * where they should be */
static bool stat_fill(struct parse_stat *out, const int64_t v[STAT_FIELDS])
{
	if (v[STAT_PPID] < 0 || v[STAT_PPID] > INT_MAX || v[STAT_FLAGS] < 0 || v[STAT_UTIME] < 0 ||
	    v[STAT_STIME] < 0 || v[STAT_START] < 0 || v[STAT_VSIZE] < 0 || v[STAT_RSS] < 0 ||
	    v[STAT_MINFLT] < 0 || v[STAT_MAJFLT] < 0)
		return false;
	out->ppid = (pid_t)v[STAT_PPID];
	out->pgrp = v[STAT_PGRP];
	out->session = v[STAT_SESSION];
	out->tty_nr = v[STAT_TTY_NR];
	out->flags = (uint64_t)v[STAT_FLAGS];
	out->minor_faults = (uint64_t)v[STAT_MINFLT];
	out->major_faults = (uint64_t)v[STAT_MAJFLT];
	out->priority = v[STAT_PRIORITY];
	out->nice = v[STAT_NICE];
	out->threads = v[STAT_THREADS];
	out->user_ticks = (uint64_t)v[STAT_UTIME];
	out->system_ticks = (uint64_t)v[STAT_STIME];
	out->start_ticks = (uint64_t)v[STAT_START];
	out->vsize_bytes = (uint64_t)v[STAT_VSIZE];
	out->rss_pages = (uint64_t)v[STAT_RSS];
	return true;
}

/* stat_head() - "123 (comm) S": cut it off @rest. The name may hold ") R 1", so
 * the last ')' ends it */
static bool stat_head(struct span *rest, struct parse_stat *out)
{
	const char *end = rest->len > 0 ? memrchr(rest->p, ')', rest->len) : NULL;
	struct span pid, name;
	uint64_t number;
	size_t tail;

	if (!end || !span_split_at(*rest, ' ', &pid, &name) || !parse_u64(pid, &number) ||
	    number > INT_MAX || name.len == 0 || name.p[0] != '(' || end <= name.p)
		return false;
	tail = rest->len - (size_t)(end - rest->p);
	if (tail < 4 || end[1] != ' ' || end[3] != ' ')
		return false;
	out->pid = (pid_t)number;
	out->comm = (struct span) {name.p + 1, (size_t)(end - name.p) - 1};
	out->state = end[2];
	*rest = (struct span) {end + 4, tail - 4};
	return true;
}

int parse_proc_stat(struct span file, struct parse_stat *out, struct err *err)
{
	struct parse_stat stat = {0};
	int64_t values[STAT_FIELDS];
	struct span rest = file;

	if (!stat_head(&rest, &stat) || !stat_numbers(rest, values) || !stat_fill(&stat, values))
		return parse_refuse(err, "stat", file);
	*out = stat;
	return 0;
}

bool parse_ns_link(struct span link, uint64_t *out_inode)
{
	struct span kind, inode;

	if (!span_split_at(link, ':', &kind, &inode) || kind.len == 0 || inode.len < 3 ||
	    inode.p[0] != '[' || inode.p[inode.len - 1] != ']')
		return false;
	return parse_u64((struct span) {inode.p + 1, inode.len - 2}, out_inode);
}

/* Columns of /proc/net/dev that are read: bytes packets errs drop of each
 * direction. */
enum {
	NET_RX = 0,
	NET_TX = 8,
	NET_COLUMNS = 12,
};

static bool net_columns(struct span rest, uint64_t columns[NET_COLUMNS])
{
	struct span word;

	for (int i = 0; i < NET_COLUMNS; i++) {
		if (!span_next_word(&rest, &word) || !parse_u64(word, &columns[i]))
			return false;
	}
	return true;
}

static void net_add(struct parse_net_dev *net, const uint64_t columns[NET_COLUMNS])
{
	net->rx_bytes += columns[NET_RX];
	net->rx_packets += columns[NET_RX + 1];
	net->rx_errors += columns[NET_RX + 2];
	net->rx_drops += columns[NET_RX + 3];
	net->tx_bytes += columns[NET_TX];
	net->tx_packets += columns[NET_TX + 1];
	net->tx_errors += columns[NET_TX + 2];
	net->tx_drops += columns[NET_TX + 3];
	net->interfaces++;
}

/* net_line() - "  eth0:123 4 ...": old kernels glue the first column to the
 * colon */
static bool net_line(struct parse_net_dev *net, struct span line)
{
	const char *colon = memrchr(line.p, ':', line.len);
	uint64_t columns[NET_COLUMNS];
	struct span name, rest;

	if (!colon)
		return memchr(line.p, '|', line.len) != NULL;
	name = span_trim((struct span) {line.p, (size_t)(colon - line.p)});
	rest = (struct span) {colon + 1, line.len - (size_t)(colon - line.p) - 1};
	if (name.len == 0 || !net_columns(rest, columns))
		return false;
	if (!span_eq(name, SPAN("lo")))
		net_add(net, columns);
	return true;
}

int parse_net_dev(struct span file, struct parse_net_dev *out, struct err *err)
{
	struct parse_net_dev net = {0};
	struct span line, rest = file;

	if (rest.len == 0)
		return parse_refuse(err, "net/dev", file);
	while (span_next_line(&rest, &line)) {
		if (line.len == 0 || !net_line(&net, line))
			return parse_refuse(err, "line of net/dev", line);
	}
	*out = net;
	return 0;
}
