/* SPDX-License-Identifier: MIT */
/* The files of /proc: mountinfo, cgroup, stat, net/dev and namespace links. Allocates nothing. */
#include "base/parse.h"

#include <errno.h>

#define QUOTE_MAX 60

static int bad(struct err *err, const char *what, struct span line)
{
	int n = (int)(line.len < QUOTE_MAX ? line.len : QUOTE_MAX);

	return err_setx(err, EBADMSG, "malformed %s: \"%.*s\"", what, n, n ? line.p : "");
}

static bool parse_device(struct span s, struct parse_mount *out)
{
	struct span left, right;
	uint64_t major, minor;

	if (!span_split_at(s, ':', &left, &right) || !parse_u64(left, &major) ||
	    !parse_u64(right, &minor) || major > UINT32_MAX || minor > UINT32_MAX)
		return false;
	out->dev_major = (unsigned int)major;
	out->dev_minor = (unsigned int)minor;
	return true;
}

int parse_mountinfo_line(struct span line, struct parse_mount *out, struct err *err)
{
	struct span rest = line, id, parent, device, word;

	*out = (struct parse_mount) {0};
	if (!span_next_part(&rest, ' ', &id) || !span_next_part(&rest, ' ', &parent) ||
	    !span_next_part(&rest, ' ', &device) || !span_next_part(&rest, ' ', &out->root) ||
	    !span_next_part(&rest, ' ', &out->mount_point) ||
	    !span_next_part(&rest, ' ', &out->options) || !parse_u64(id, &out->mount_id) ||
	    !parse_u64(parent, &out->parent_id) || !parse_device(device, out))
		return bad(err, "mountinfo line", line);
	/* Optional fields (shared:1 master:2 ...) up to a lone dash. */
	do
		if (!span_next_part(&rest, ' ', &word))
			return bad(err, "mountinfo line", line);
	while (!span_eq(word, SPAN("-")));
	if (!span_next_part(&rest, ' ', &out->fstype) || !span_next_part(&rest, ' ', &out->source))
		return bad(err, "mountinfo line", line);
	if (!span_next_part(&rest, ' ', &out->super_options))
		out->super_options = (struct span) {"", 0};
	return 0;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void parse_unescape_octal(struct span in, struct strbuf *out)
{
	strbuf_reserve(out, in.len);
	for (size_t i = 0; i < in.len; i++) {
		const char *p = in.p + i;

		if (p[0] == '\\' && in.len - i >= 4 && p[1] <= '3' && is_octal(p[1]) &&
		    is_octal(p[2]) && is_octal(p[3])) {
			strbuf_addc(out,
				    (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0')));
			i += 3;
		} else {
			strbuf_addc(out, p[0]);
		}
	}
}

int parse_cgroup_line(struct span line, struct parse_cgroup_line *out, struct err *err)
{
	struct span id, rest;

	*out = (struct parse_cgroup_line) {0};
	if (!span_split_at(line, ':', &id, &rest) ||
	    !span_split_at(rest, ':', &out->controllers, &out->path) ||
	    !parse_u64(id, &out->hierarchy_id) || out->path.len == 0 || out->path.p[0] != '/')
		return bad(err, "cgroup line", line);
	return 0;
}

/* Where comm ends: its last ')', because comm may hold any byte, parentheses too. */
static bool split_comm(struct span file, struct span *out_pid, struct parse_stat *out,
		       struct span *out_rest)
{
	struct span after;
	size_t end = file.len;

	if (!span_split_at(file, '(', out_pid, &after))
		return false;
	while (end > 0 && file.p[end - 1] != ')')
		end--;
	if (end == 0 || file.p + end - 1 < after.p)
		return false;
	out->comm = (struct span) {after.p, (size_t)(file.p + end - 1 - after.p)};
	*out_rest = (struct span) {file.p + end, file.len - end};
	return true;
}

/* struct stat_field - where a field of /proc/PID/stat goes; index counts from the state (3) */
struct stat_field {
	unsigned int index;
	int64_t *number;
	uint64_t *counter;
};

int parse_proc_stat(struct span file, struct parse_stat *out, struct err *err)
{
	int64_t ppid = 0;
	const struct stat_field fields[] = {
		{4, &ppid, NULL},
		{5, &out->pgrp, NULL},
		{6, &out->session, NULL},
		{7, &out->tty_nr, NULL},
		{9, NULL, &out->flags},
		{14, NULL, &out->user_ticks},
		{15, NULL, &out->system_ticks},
		{19, &out->nice, NULL},
		{20, &out->threads, NULL},
		{22, NULL, &out->start_ticks},
		{23, NULL, &out->vsize_bytes},
		{24, NULL, &out->rss_pages},
	};
	const size_t n = sizeof(fields) / sizeof(fields[0]);
	struct span pid_text, rest, word;
	unsigned int index = 3;
	size_t next = 0;
	uint64_t pid;

	*out = (struct parse_stat) {0};
	if (!split_comm(file, &pid_text, out, &rest) || !parse_u64(span_trim(pid_text), &pid) ||
	    pid > INT32_MAX || !span_next_word(&rest, &word) || word.len != 1)
		return bad(err, "stat", file);
	out->pid = (pid_t)pid;
	out->state = word.p[0];
	while (next < n && span_next_word(&rest, &word)) {
		const struct stat_field *field = &fields[next];

		if (++index != field->index)
			continue;
		if (field->number ? !parse_i64(word, field->number)
				  : !parse_u64(word, field->counter))
			return bad(err, "stat", file);
		next++;
	}
	if (next < n || ppid < 0 || ppid > INT32_MAX)
		return bad(err, "stat", file);
	out->ppid = (pid_t)ppid;
	return 0;
}

bool parse_ns_link(struct span link, uint64_t *out_inode)
{
	struct span kind, number;

	if (!span_split_at(link, ':', &kind, &number) || kind.len == 0 || number.len < 3 ||
	    number.p[0] != '[' || number.p[number.len - 1] != ']')
		return false;
	return parse_u64((struct span) {number.p + 1, number.len - 2}, out_inode);
}

int parse_net_dev(struct span file, struct parse_net_dev *out, struct err *err)
{
	/* bytes packets errs drop fifo frame compressed multicast | the same for sending */
	struct span line, name, rest, word;
	unsigned int lines = 0;

	*out = (struct parse_net_dev) {0};
	while (span_next_line(&file, &line)) {
		uint64_t v[12];
		unsigned int i = 0;

		if (lines++ < 2) /* two lines of titles */
			continue;
		if (!span_split_at(line, ':', &name, &rest))
			return bad(err, "net/dev line", line);
		if (span_eq(span_trim(name), SPAN("lo")))
			continue;
		while (i < 12 && span_next_word(&rest, &word))
			if (!parse_u64(word, &v[i++]))
				return bad(err, "net/dev line", line);
		if (i < 12)
			return bad(err, "net/dev line", line);
		out->rx_bytes += v[0];
		out->rx_packets += v[1];
		out->rx_errors += v[2];
		out->rx_drops += v[3];
		out->tx_bytes += v[8];
		out->tx_packets += v[9];
		out->tx_errors += v[10];
		out->tx_drops += v[11];
		out->interfaces++;
	}
	return 0;
}
