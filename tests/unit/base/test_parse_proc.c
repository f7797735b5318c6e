/* SPDX-License-Identifier: MIT */
/* The files of a process, whose names and paths somebody else chose. */
#include "base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/parse.h"

#define TAIL                                                                                       \
	" 4026 4026 0 -1 4194560 2413 88 1 2 120 45 6 7 20 -5 3 0 8241 12345344 870 "              \
	"18446744073709551615 1 1 0 0 0 0 671173123 4096 1260 0 0 0 17 3 0 0 0 0 0\n"
#define STAT(comm) "4711 (" comm ") S 1" TAIL

static void stat_is_read_field_by_field(void **state)
{
	struct parse_stat stat;

	(void)state;
	assert_int_equal(parse_proc_stat(SPAN(STAT("nginx")), &stat, NULL), 0);
	assert_int_equal(stat.pid, 4711);
	assert_span(stat.comm, "nginx");
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.ppid, 1);
	assert_int_equal(stat.pgrp, 4026);
	assert_int_equal(stat.session, 4026);
	assert_int_equal(stat.tty_nr, 0);
	assert_int_equal(stat.flags, 4194560);
	assert_int_equal(stat.user_ticks, 120);
	assert_int_equal(stat.system_ticks, 45);
	assert_int_equal(stat.nice, -5);
	assert_int_equal(stat.threads, 3);
	assert_int_equal(stat.start_ticks, 8241);
	assert_int_equal(stat.vsize_bytes, 12345344);
	assert_int_equal(stat.rss_pages, 870);
}

/* prctl(PR_SET_NAME) takes any 15 bytes. */
static void a_name_may_hold_anything(void **state)
{
	static const struct {
		struct span file, comm;
	} cases[] = {
		{SPAN(STAT("")), SPAN("")},
		{SPAN(STAT(")")), SPAN(")")},
		{SPAN(STAT("(")), SPAN("(")},
		{SPAN(STAT(") R 1 2 (")), SPAN(") R 1 2 (")},
		{SPAN(STAT("a) Z 0 0 0 0")), SPAN("a) Z 0 0 0 0")},
		{SPAN(STAT("a\nb\n")), SPAN("a\nb\n")},
		{SPAN(STAT("\x1b[31m\xff")), SPAN("\x1b[31m\xff")},
		{SPAN(STAT(" ")), SPAN(" ")},
		{SPAN(STAT("kworker/0:1-events_power_efficient")),
		 SPAN("kworker/0:1-events_power_efficient")},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].file);
		struct parse_stat stat;

		assert_int_equal(parse_proc_stat(copy, &stat, NULL), 0);
		assert_true(span_eq(stat.comm, cases[i].comm));
		assert_int_equal(stat.pid, 4711);
		assert_int_equal(stat.ppid, 1);
		assert_int_equal(stat.start_ticks, 8241);
		free((void *)copy.p);
	}
}

static void a_stat_that_is_not_one_is_refused(void **state)
{
	static const struct span cases[] = {
		SPAN(""),
		SPAN("\n"),
		SPAN("4711"),
		SPAN("4711 (a"),
		SPAN("4711 (a)"),
		SPAN("4711 (a) "),
		SPAN("4711 (a) S"),
		SPAN("4711 (a) S 1"),
		SPAN("4711 )a( S 1" TAIL),
		SPAN("(a) S 1" TAIL),
		SPAN("x (a) S 1" TAIL),
		SPAN("-1 (a) S 1" TAIL),
		SPAN("99999999999 (a) S 1" TAIL),
		SPAN("4711 (a) SS 1" TAIL),
		SPAN("4711 (a) S x" TAIL),
		SPAN("4711 (a) S -1" TAIL),
		SPAN("4711 (a) S 4294967297" TAIL),
		SPAN("4711 (a) S 1 4026 4026 0 -1 4194560 0 0 0 0 -7 45 6 7 20 0 3 0 82 0 0 1\n"),
		SPAN("4711 (a) S 1 4026 4026 0 -1 4194560 0 0 0 0 7 45 6 7 20 0 3 0 82 0\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i]);
		struct parse_stat stat, kept;
		struct err err = ERR_INIT;

		memset(&stat, 0x55, sizeof(stat));
		kept = stat;
		if (parse_proc_stat(copy, &stat, &err) != -EBADMSG)
			fail_msg("case %zu", i);
		assert_memory_equal(&stat, &kept, sizeof(stat));
		assert_int_equal(err.code, EBADMSG);
		free((void *)copy.p);
	}
}

static void a_stat_cut_anywhere_is_survived(void **state)
{
	static const char file[] = STAT("a b");
	const size_t rss_at = (size_t)(strstr(file, " 870 ") - file);

	(void)state;
	for (size_t len = 0; len < sizeof(file); len++) {
		struct span copy = exact_copy((struct span) {file, len});
		struct parse_stat stat;
		int r = parse_proc_stat(copy, &stat, NULL);

		assert_true(r == 0 || r == -EBADMSG);
		/* Without its resident pages it can't pass. */
		if (len < rss_at)
			assert_int_equal(r, -EBADMSG);
		free((void *)copy.p);
	}
}

static void the_stat_of_this_process_is_its_own(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf buf = STRBUF_INIT;
	struct parse_stat stat;

	(void)state;
	assert_int_equal(dir_read(AT_FDCWD, "/proc/self/stat", &buf, NULL), 0);
	assert_int_equal(parse_proc_stat(strbuf_span(&buf), &stat, NULL), 0);
	assert_int_equal(stat.pid, getpid());
	assert_int_equal(stat.ppid, getppid());
	assert_int_equal(stat.pgrp, getpgrp());
	assert_int_equal(stat.session, getsid(0));
	assert_int_equal(stat.state, 'R');
	assert_true(stat.threads >= 1);
	assert_true(stat.rss_pages > 0);
	assert_false(stat.flags & PARSE_PF_KTHREAD);
	assert_int_equal(dir_read(AT_FDCWD, "/proc/2/stat", &buf, NULL), 0);
	assert_int_equal(parse_proc_stat(strbuf_span(&buf), &stat, NULL), 0);
	assert_int_equal((stat.flags & PARSE_PF_KTHREAD) != 0, stat.ppid == 0 && stat.pid == 2);
}

static void a_mount_has_any_number_of_optional_fields(void **state)
{
	static const struct span lines[] = {
		SPAN("36 35 98:0 /r /mnt rw,noatime - ext3 /dev/root rw,errors=continue"),
		SPAN("36 35 98:0 /r /mnt rw,noatime shared:1 - ext3 /dev/root rw,errors=continue"),
		SPAN("36 35 98:0 /r /mnt rw,noatime shared:1 master:2 propagate_from:3 unbindable "
		     "- "
		     "ext3 /dev/root rw,errors=continue"),
	};
	struct parse_mount mount;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(parse_mountinfo_line(lines[i], &mount, NULL), 0);
		assert_int_equal(mount.mount_id, 36);
		assert_int_equal(mount.parent_id, 35);
		assert_int_equal(mount.dev_major, 98);
		assert_int_equal(mount.dev_minor, 0);
		assert_span(mount.root, "/r");
		assert_span(mount.mount_point, "/mnt");
		assert_span(mount.options, "rw,noatime");
		assert_span(mount.fstype, "ext3");
		assert_span(mount.source, "/dev/root");
		assert_span(mount.super_options, "rw,errors=continue");
	}
}

static void a_mount_keeps_odd_names_apart(void **state)
{
	struct parse_mount mount;

	(void)state;
	/* a source that is empty, and one that is a dash */
	assert_int_equal(
		parse_mountinfo_line(SPAN("1 2 0:5 / /a rw - tmpfs  rw,size=1"), &mount, NULL), 0);
	assert_span(mount.fstype, "tmpfs");
	assert_span(mount.source, "");
	assert_span(mount.super_options, "rw,size=1");
	assert_int_equal(parse_mountinfo_line(SPAN("1 2 0:5 / /a rw - fuse.x - rw"), &mount, NULL),
			 0);
	assert_span(mount.source, "-");
	/* a mount point called "-", and blanks as octal escapes */
	assert_int_equal(
		parse_mountinfo_line(SPAN("1 2 0:5 /x\\040y - rw - ext4 a\\011b rw"), &mount, NULL),
		0);
	assert_span(mount.root, "/x\\040y");
	assert_span(mount.mount_point, "-");
	assert_span(mount.source, "a\\011b");
	/* a namespace, and what a driver says with a blank in it */
	assert_int_equal(
		parse_mountinfo_line(SPAN("1 2 0:4 net:[4026532281] /run/ns rw - nsfs nsfs rw x y"),
				     &mount, NULL),
		0);
	assert_span(mount.root, "net:[4026532281]");
	assert_span(mount.super_options, "rw x y");
}

static void a_line_that_is_no_mount_is_refused(void **state)
{
	static const struct span cases[] = {
		SPAN(""),
		SPAN("36"),
		SPAN("36 35 98:0 / / rw"),
		SPAN("36 35 98:0 / / rw shared:1"),
		SPAN("36 35 98:0 / / rw -"),
		SPAN("36 35 98:0 / / rw - ext4"),
		SPAN("36 35 98:0 / / rw - ext4 /dev/sda"),
		SPAN("36 35 98:0 / / rw -  /dev/sda rw"),
		SPAN("x 35 98:0 / / rw - ext4 /dev/sda rw"),
		SPAN("36 -1 98:0 / / rw - ext4 /dev/sda rw"),
		SPAN("36 35 980 / / rw - ext4 /dev/sda rw"),
		SPAN("36 35 4294967296:0 / / rw - ext4 /dev/sda rw"),
		SPAN("36 35 98: / / rw - ext4 /dev/sda rw"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i]);
		struct parse_mount mount;

		if (parse_mountinfo_line(copy, &mount, NULL) != -EBADMSG)
			fail_msg("case %zu", i);
		free((void *)copy.p);
	}
}

static void every_mount_of_this_machine_is_understood(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf buf = STRBUF_INIT;
	struct span rest, line;
	unsigned int mounts = 0;

	(void)state;
	assert_int_equal(dir_read(AT_FDCWD, "/proc/self/mountinfo", &buf, NULL), 0);
	rest = strbuf_span(&buf);
	while (span_next_line(&rest, &line)) {
		struct parse_mount mount;

		assert_int_equal(parse_mountinfo_line(line, &mount, NULL), 0);
		mounts++;
	}
	assert_true(mounts > 0);
}

static void octal_escapes_are_undone_and_others_kept(void **state)
{
	static const struct {
		struct span in, out;
	} cases[] = {
		{SPAN("a\\040b"), SPAN("a b")},
		{SPAN("\\011\\012\\134"), SPAN("\t\n\\")},
		{SPAN("\\134040"), SPAN("\\040")}, /* undone once */
		{SPAN("\\000"), SPAN("\0")},
		{SPAN("\\377"), SPAN("\xff")},
		{SPAN("\\400"), SPAN("\\400")},
		{SPAN("\\089"), SPAN("\\089")},
		{SPAN("\\04"), SPAN("\\04")},
		{SPAN("\\"), SPAN("\\")},
		{SPAN(""), SPAN("")},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(strbuf_finish)
		struct strbuf out = STRBUF_INIT;
		struct span copy = exact_copy(cases[i].in);

		parse_unescape_octal(copy, &out);
		assert_true(span_eq(strbuf_span(&out), cases[i].out));
		free((void *)copy.p);
	}
}

static void a_cgroup_path_may_hold_colons(void **state)
{
	static const struct {
		struct span line;
		uint64_t id;
		const char *controllers, *path;
	} cases[] = {
		{SPAN("0::/"), 0, "", "/"},
		{SPAN("0::/user.slice/a:b:c"), 0, "", "/user.slice/a:b:c"},
		{SPAN("4:cpu,cpuacct:/docker/x"), 4, "cpu,cpuacct", "/docker/x"},
		{SPAN("1:name=systemd:/init.scope"), 1, "name=systemd", "/init.scope"},
		{SPAN("0::/cri-containerd:nginx:1"), 0, "", "/cri-containerd:nginx:1"},
		{SPAN("0::/../sibling"), 0, "", "/../sibling"},
		{SPAN("0::/gone (deleted)"), 0, "", "/gone (deleted)"},
		{SPAN("3:net_cls:/a\x1b[31m"), 3, "net_cls", "/a\x1b[31m"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct parse_cgroup_line cgroup;

		assert_int_equal(parse_cgroup_line(cases[i].line, &cgroup, NULL), 0);
		assert_int_equal(cgroup.hierarchy_id, cases[i].id);
		assert_span(cgroup.controllers, cases[i].controllers);
		assert_span(cgroup.path, cases[i].path);
	}
}

static void a_line_that_is_no_cgroup_is_refused(void **state)
{
	static const struct span cases[] = {SPAN(""),
					    SPAN("0"),
					    SPAN("0:"),
					    SPAN("0:/"),
					    SPAN("0::"),
					    SPAN("x::/"),
					    SPAN("::/"),
					    SPAN("-1::/a"),
					    SPAN("0::relative"),
					    SPAN("0:\0:a"),
					    SPAN("99999999999999999999::/")};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i]);
		struct parse_cgroup_line cgroup;

		if (parse_cgroup_line(copy, &cgroup, NULL) != -EBADMSG)
			fail_msg("case %zu", i);
		free((void *)copy.p);
	}
}

static void a_namespace_link_is_an_inode_in_brackets(void **state)
{
	static const struct {
		struct span link;
		bool ok;
		uint64_t inode;
	} cases[] = {
		{SPAN("net:[4026531840]"), true, 4026531840},
		{SPAN("pid_for_children:[1]"), true, 1},
		{SPAN("net:[]"), false, 0},
		{SPAN("net:[x]"), false, 0},
		{SPAN("net:[1"), false, 0},
		{SPAN("net:1]"), false, 0},
		{SPAN(":[1]"), false, 0},
		{SPAN("[1]"), false, 0},
		{SPAN("net:[1] (deleted)"), false, 0},
		{SPAN("net:["), false, 0},
		{SPAN("net:]"), false, 0},
		{SPAN(""), false, 0},
		{SPAN("net:[99999999999999999999]"), false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i].link);
		uint64_t inode = 0;

		assert_int_equal(parse_ns_link(copy, &inode), cases[i].ok);
		assert_int_equal(inode, cases[i].inode);
		free((void *)copy.p);
	}
}

#define NET_HEAD                                                                                   \
	"Inter-|   Receive                                                |  Transmit\n"           \
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs " \
	"drop fifo colls carrier compressed\n"

static void interfaces_are_summed_without_the_loopback(void **state)
{
	struct parse_net_dev net;

	(void)state;
	assert_int_equal(
		parse_net_dev(SPAN(NET_HEAD "    lo: 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n"
					    "  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
					    "veth@x:10 20 30 40 0 0 0 0 50 60 70 80 0 0 0 0\n"),
			      &net, NULL),
		0);
	assert_int_equal(net.interfaces, 2);
	assert_int_equal(net.rx_bytes, 11);
	assert_int_equal(net.rx_packets, 22);
	assert_int_equal(net.rx_errors, 33);
	assert_int_equal(net.rx_drops, 44);
	assert_int_equal(net.tx_bytes, 55);
	assert_int_equal(net.tx_packets, 66);
	assert_int_equal(net.tx_errors, 77);
	assert_int_equal(net.tx_drops, 88);
}

static void an_interface_may_be_called_strangely(void **state)
{
	struct parse_net_dev net;

	(void)state;
	/* An alias holds a colon, a name may hold the titles' bar, and "lo1" is no loopback. */
	assert_int_equal(parse_net_dev(SPAN(NET_HEAD "eth0:1:7 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"
						     "a|b: 3 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"
						     "lo1: 5 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"),
				       &net, NULL),
			 0);
	assert_int_equal(net.interfaces, 3);
	assert_int_equal(net.rx_bytes, 15);
	assert_int_equal(parse_net_dev(SPAN(NET_HEAD), &net, NULL), 0);
	assert_int_equal(net.interfaces, 0);
	assert_int_equal(net.rx_bytes, 0);
}

static void net_dev_that_is_not_understood_is_refused(void **state)
{
	static const struct span cases[] = {
		SPAN(""),
		SPAN("\n"),
		SPAN("eth0 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"),
		SPAN(NET_HEAD "eth0: 1 2 3 4 0 0 0 0 5 6 7\n"),
		SPAN(NET_HEAD "eth0:\n"),
		SPAN(NET_HEAD ": 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"),
		SPAN(NET_HEAD "eth0: x 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"),
		SPAN(NET_HEAD "eth0: -1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"),
		SPAN(NET_HEAD "eth0: 99999999999999999999 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct span copy = exact_copy(cases[i]);
		struct parse_net_dev net;

		if (parse_net_dev(copy, &net, NULL) != -EBADMSG)
			fail_msg("case %zu", i);
		free((void *)copy.p);
	}
}

static void this_machines_interfaces_are_understood(void **state)
{
	_cleanup_(strbuf_finish)
	struct strbuf buf = STRBUF_INIT;
	struct parse_net_dev net;

	(void)state;
	assert_int_equal(dir_read(AT_FDCWD, "/proc/self/net/dev", &buf, NULL), 0);
	assert_int_equal(parse_net_dev(strbuf_span(&buf), &net, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_is_read_field_by_field),
		cmocka_unit_test(a_name_may_hold_anything),
		cmocka_unit_test(a_stat_that_is_not_one_is_refused),
		cmocka_unit_test(a_stat_cut_anywhere_is_survived),
		cmocka_unit_test(the_stat_of_this_process_is_its_own),
		cmocka_unit_test(a_mount_has_any_number_of_optional_fields),
		cmocka_unit_test(a_mount_keeps_odd_names_apart),
		cmocka_unit_test(a_line_that_is_no_mount_is_refused),
		cmocka_unit_test(every_mount_of_this_machine_is_understood),
		cmocka_unit_test(octal_escapes_are_undone_and_others_kept),
		cmocka_unit_test(a_cgroup_path_may_hold_colons),
		cmocka_unit_test(a_line_that_is_no_cgroup_is_refused),
		cmocka_unit_test(a_namespace_link_is_an_inode_in_brackets),
		cmocka_unit_test(interfaces_are_summed_without_the_loopback),
		cmocka_unit_test(an_interface_may_be_called_strangely),
		cmocka_unit_test(net_dev_that_is_not_understood_is_refused),
		cmocka_unit_test(this_machines_interfaces_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
