/* SPDX-License-Identifier: MIT */
/*
 * The formats of kernel files. Every parser takes a span (a whole file), allocates nothing, keeps
 * nothing, and refuses what it does not understand with -EBADMSG and a text that quotes the line.
 * Unknown keys are skipped: newer kernels add them.
 */
#ifndef BOXTOP_BASE_PARSE_H
#define BOXTOP_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/** PARSE_MAX - what "max" (no limit) parses to */
#define PARSE_MAX UINT64_MAX

/** parse_u64() - a whole span of decimal digits; false on anything else or overflow */
bool parse_u64(struct span s, uint64_t *out);
/** parse_i64() - the same with an optional '-' */
bool parse_i64(struct span s, int64_t *out);
/** parse_hex() - a whole span of hexadecimal digits */
bool parse_hex(struct span s, uint64_t *out);

/** parse_refuse() - how every parser refuses: malformed @what: "...", with @line quoted as printable
 *  ASCII (\xNN for the rest) and cut after 60 bytes. Return: -EBADMSG. */
int parse_refuse(struct err *err, const char *what, struct span line);

/** parse_single() - a file with one number, or "max" (PARSE_MAX); 0 or -EBADMSG */
int parse_single(struct span file, uint64_t *out, struct err *err);

/** struct parse_key - one wanted line of a flat-keyed file ("key value\n") */
struct parse_key {
	struct span key;
	uint64_t *out; /* left alone if the key is not there */
	bool *found;   /* may be NULL; set true when the key is there */
};

/** parse_flat_keyed() - cpu.stat, memory.stat, memory.events, cgroup.events, /proc/meminfo ("Key:
 *  value kB": the colon belongs to no key, the unit is ignored). 0 or -EBADMSG */
int parse_flat_keyed(struct span file, const struct parse_key *keys, size_t n, struct err *err);

/** parse_cpu_max() - cpu.max "quota period" or "max period"; microseconds; PARSE_MAX for no quota */
int parse_cpu_max(struct span file, uint64_t *out_quota_usec, uint64_t *out_period_usec,
		  struct err *err);

/** struct parse_io - sums over all devices */
struct parse_io {
	uint64_t read_bytes, write_bytes, read_ops, write_ops;
};
/** parse_io_stat() - io.stat (v2): "8:0 rbytes=.. wbytes=.. rios=.. wios=.."; sums over devices */
int parse_io_stat(struct span file, struct parse_io *out, struct err *err);
/** parse_blkio() - blkio.throttle.io_service_bytes*, io_serviced* (v1): "8:0 Read N"; sums devices;
 *  an empty file and "Total 0" are zero */
int parse_blkio(struct span file, uint64_t *out_read, uint64_t *out_write, struct err *err);

/** struct parse_psi - one resource's pressure; avg in percent, totals in microseconds */
struct parse_psi {
	double some_avg10, some_avg60, some_avg300;
	double full_avg10, full_avg60, full_avg300; /* 0 where there is no "full" line (has_full) */
	uint64_t some_total_usec, full_total_usec;
	bool has_full;
};
/** parse_pressure() - cpu.pressure, memory.pressure, io.pressure, /proc/pressure/x */
int parse_pressure(struct span file, struct parse_psi *out, struct err *err);

/** struct parse_mount - one line of mountinfo; spans borrow from the line, still octal-escaped */
struct parse_mount {
	uint64_t mount_id, parent_id;
	unsigned int dev_major, dev_minor;
	struct span root, mount_point, options, fstype, source, super_options;
};
/** parse_mountinfo_line() - /proc/PID/mountinfo; 0 or -EBADMSG */
int parse_mountinfo_line(struct span line, struct parse_mount *out, struct err *err);
/** parse_unescape_octal() - undo \040 and kin into @out (appended) */
void parse_unescape_octal(struct span in, struct strbuf *out);

/** struct parse_cgroup_line - one line of /proc/PID/cgroup: "4:memory:/a", "1:name=systemd:/b", "0::/c" */
struct parse_cgroup_line {
	uint64_t hierarchy_id;	 /* 0 for the unified hierarchy */
	struct span controllers; /* comma separated; "name=systemd"; empty for unified */
	struct span path;	 /* everything after the second colon, may hold colons */
};
int parse_cgroup_line(struct span line, struct parse_cgroup_line *out, struct err *err);

/** struct parse_stat - the fields of /proc/PID/stat that we use */
struct parse_stat {
	pid_t pid, ppid;
	struct span comm; /* between the first '(' and the last ')': may hold anything */
	char state;
	int64_t pgrp, session, tty_nr, priority, nice, threads;
	uint64_t flags; /* PF_* of the kernel: PARSE_PF_KTHREAD */
	uint64_t minor_faults, major_faults;
	uint64_t user_ticks, system_ticks, start_ticks, vsize_bytes, rss_pages;
};
/** PARSE_PF_KTHREAD - in parse_stat.flags: a thread of the kernel (include/linux/sched.h) */
#define PARSE_PF_KTHREAD 0x00200000u
/** PARSE_PF_EXITING - on its way out: a first process of a pid namespace may wait there for the others */
#define PARSE_PF_EXITING 0x00000004u
int parse_proc_stat(struct span file, struct parse_stat *out, struct err *err);

/** parse_ns_link() - "net:[4026531840]" to its inode; false on anything else */
bool parse_ns_link(struct span link, uint64_t *out_inode);

/** struct parse_net_dev - sums over interfaces other than lo */
struct parse_net_dev {
	uint64_t rx_bytes, rx_packets, rx_errors, rx_drops;
	uint64_t tx_bytes, tx_packets, tx_errors, tx_drops;
	unsigned int interfaces; /* without lo */
};
/** parse_net_dev() - /proc/PID/net/dev; 0 or -EBADMSG */
int parse_net_dev(struct span file, struct parse_net_dev *out, struct err *err);

/** parse_cpulist() - "0-3,8" as a count of CPUs; empty is 0; 0 or -EBADMSG */
int parse_cpulist(struct span file, unsigned int *out_count, struct err *err);

#endif
