/* SPDX-License-Identifier: MIT */
/* Network counters of containers: over small trees, and over namespaces of the real kernel. */
#include "rig.h"

#define NET_DEV_HEAD                                                                               \
	"Inter-|   Receive                                                |  Transmit\n"           \
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs " \
	"drop fifo colls carrier compressed\n"
#define LO "    lo: 9000 90 1 2 0 0 0 0 9000 90 3 4 0 0 0 0\n"

#define STAT(pid) #pid " (x) S 1 1 1 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 1 0 77 1000 10\n"

/* Two namespaces besides the host's; 40 is in the first like 30, and 50 has no net/dev (any more). */
static const struct tree_file machine[] = {
	{"proc/1/stat", STAT(1)},
	{"proc/1/ns/net", "-> net:[4026531840]"},
	{"proc/1/net/dev", NET_DEV_HEAD LO "  eth0: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n"},
	{"proc/30/stat", STAT(30)},
	{"proc/30/ns/net", "-> net:[4026532300]"},
	{"proc/30/net/dev", NET_DEV_HEAD LO "  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n"
					    "  eth1: 500 5 0 1 0 0 0 0 600 6 0 0 0 0 0 0\n"},
	{"proc/40/stat", STAT(40)},
	{"proc/40/ns/net", "-> net:[4026532300]"},
	{"proc/50/stat", STAT(50)},
	{"proc/50/ns/net", "-> net:[4026532500]"},
	{"proc/60/stat", STAT(60)},
	{"proc/60/ns/net", "-> net:[4026532500]"},
	{"proc/60/net/dev", NET_DEV_HEAD LO},
	{"proc/70/stat", STAT(70)},
	{"proc/70/ns/net", "-> net:[4026532700]"},
	{"proc/70/net/dev", "not at all\nwhat is\nexpected: here\n"},
};

/* struct scene - a rig with containers that the test made up */
struct scene {
	struct rig rig;
	char root[64];
	void *pids, *network;
};

static void scene_open(struct scene *scene, const char *root)
{
	rig_open(&scene->rig, root);
	scene->pids = rig_start(&scene->rig, &collector_pids);
	scene->network = rig_start(&scene->rig, &collector_network);
}

static void scene_begin(struct scene *scene)
{
	rig_begin(&scene->rig, SOURCE_NET | SOURCE_IDENTITY | SOURCE_NS);
	rig_sample(&scene->rig, &collector_pids, scene->pids);
}

/* Containers by copy; the pass goes on to the network collector. */
static struct container *scene_give(struct scene *scene, const struct container *containers,
				    size_t n)
{
	struct snapshot *snapshot = scene->rig.pass.snapshot;

	snapshot->containers = arena_array(&snapshot->arena, n, sizeof(*containers));
	memcpy(snapshot->containers, containers, n * sizeof(*containers));
	snapshot->containers_len = n;
	rig_sample(&scene->rig, &collector_network, scene->network);
	return snapshot->containers;
}

static void scene_close(struct scene *scene)
{
	collector_pids.stop(scene->pids);
	collector_network.stop(scene->network);
	rig_close(&scene->rig);
}

static void assert_metric(struct metric metric, uint64_t value)
{
	assert_int_equal(metric.state, METRIC_KNOWN);
	assert_int_equal(metric.value, value);
}

static void assert_why(struct metric metric, enum metric_state state, enum metric_why why)
{
	assert_int_equal(metric.state, state);
	assert_int_equal(metric.why, why);
}

static void counters_are_sums_over_every_interface_but_lo(void **state)
{
	const struct container container = {.name = "a", .leader = 30, .ns[NS_NET] = 4026532300};
	struct scene scene;
	const struct usage_net *net;

	(void)state;
	tree_make(scene.root, machine, ARRAY_LEN(machine));
	scene_open(&scene, scene.root);
	scene_begin(&scene);
	net = &scene_give(&scene, &container, 1)->usage.net;
	assert_metric(net->rx_bytes, 1500);
	assert_metric(net->tx_bytes, 2600);
	assert_metric(net->rx_packets, 15);
	assert_metric(net->tx_packets, 26);
	assert_metric(net->rx_drops, 4); /* errors count as drops */
	assert_metric(net->tx_drops, 7);
	assert_true(net->at_usec >= scene.rig.pass.snapshot->monotonic_usec);
	assert_metric(scene.rig.pass.snapshot->containers[0].net_shared_by, 1);
	scene_close(&scene);
	tree_remove(scene.root);
}

static void containers_that_share_a_namespace_show_it_and_say_so(void **state)
{
	const struct container containers[] = {
		{.name = "pause", .kind = CONTAINER_PAUSE, .leader = 30, .ns[NS_NET] = 4026532300},
		{.name = "app", .leader = 40, .ns[NS_NET] = 4026532300},
		{.name = "a pod's slice", .kind = CONTAINER_POD, .ns[NS_NET] = 4026532300},
		{.name = "alone", .leader = 60, .ns[NS_NET] = 4026532500},
		{.name = "host's", .leader = 1, .ns[NS_NET] = 4026531840},
		{.name = "host's too", .leader = 1, .ns[NS_NET] = 4026531840},
		{.name = "empty"},
		{.name = "a ghost", .leader = 999, .ns[NS_NET] = 4026532999},
	};
	const struct container *c;
	struct scene scene;

	(void)state;
	tree_make(scene.root, machine, ARRAY_LEN(machine));
	scene_open(&scene, scene.root);
	scene_begin(&scene);
	c = scene_give(&scene, containers, ARRAY_LEN(containers));
	for (size_t i = 0; i < 3; i++) {
		assert_metric(c[i].usage.net.rx_bytes, 1500);
		assert_metric(c[i].net_shared_by, 2); /* a slice is no container */
	}
	/* 50 has lost its file: 60 is in the same namespace. It has no interface, which is a known 0. */
	assert_metric(c[3].usage.net.rx_bytes, 0);
	assert_metric(c[3].net_shared_by, 1);
	assert_why(c[4].usage.net.rx_bytes, METRIC_ABSENT, WHY_SHARED_HOST);
	assert_why(c[5].usage.net.tx_drops, METRIC_ABSENT, WHY_SHARED_HOST);
	assert_metric(c[5].net_shared_by, 2);
	assert_why(c[6].usage.net.rx_bytes, METRIC_ABSENT, WHY_NO_PROCESS);
	assert_why(c[6].net_shared_by, METRIC_ABSENT, WHY_NO_PROCESS);
	assert_why(c[7].usage.net.rx_bytes, METRIC_ABSENT, WHY_NO_PROCESS);
	scene_close(&scene);
	tree_remove(scene.root);
}

static void a_malformed_file_is_told_apart_from_a_missing_one(void **state)
{
	const struct container container = {.name = "a", .leader = 70, .ns[NS_NET] = 4026532700};
	struct scene scene;

	(void)state;
	tree_make(scene.root, machine, ARRAY_LEN(machine));
	scene_open(&scene, scene.root);
	scene_begin(&scene);
	assert_why(scene_give(&scene, &container, 1)->usage.net.rx_bytes, METRIC_ABSENT,
		   WHY_MALFORMED);
	scene_close(&scene);
	tree_remove(scene.root);
}

static void a_pass_without_containers_reads_nothing(void **state)
{
	struct scene scene;

	(void)state;
	tree_make(scene.root, machine, ARRAY_LEN(machine));
	scene_open(&scene, scene.root);
	scene_begin(&scene);
	rig_sample(&scene.rig, &collector_network, scene.network);
	assert_int_equal(scene.rig.pass.snapshot->containers_len, 0);
	scene_close(&scene);
	tree_remove(scene.root);
}

/* ---- The real kernel ---- */

static int act_join_net(void *data)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", *(pid_t *)data);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

/* The member that was chosen ended after the table was made: another one is asked. */
static void a_member_that_ended_gives_way_to_another(void **state)
{
	int flags = CLONE_NEWNET;
	struct child one = child_start(act_unshare, &flags),
		     two = child_start(act_join_net, &one.pid);
	struct container container = {.name = "a", .ns[NS_NET] = ns_inode(one.pid, "net")};
	struct scene scene;

	(void)state;
	assert_int_equal(ns_inode(two.pid, "net"), container.ns[NS_NET]);
	scene_open(&scene, "/");
	scene_begin(&scene);
	child_kill(one.pid < two.pid ? &one : &two);
	assert_metric(scene_give(&scene, &container, 1)->usage.net.rx_bytes, 0);
	/* And when the other one has ended as well, there is nobody to ask. */
	scene_begin(&scene);
	child_kill(one.pid ? &one : &two);
	assert_why(scene_give(&scene, &container, 1)->usage.net.rx_bytes, METRIC_ABSENT, WHY_GONE);
	scene_close(&scene);
}

static void a_member_that_left_is_not_asked(void **state)
{
	int flags = CLONE_NEWNET;
	struct child child = child_start(act_unshare, &flags);
	struct container container = {.name = "a"};
	struct scene scene;
	struct pid_entry *self;

	(void)state;
	scene_open(&scene, "/");
	scene_begin(&scene);
	/* As if this process had been in the child's namespace when the table read it */
	self = pids_find(scene.rig.pass.pids, getpid());
	self->ns[NS_NET] = container.ns[NS_NET] = ns_inode(child.pid, "net");
	child_kill(&child);
	assert_why(scene_give(&scene, &container, 1)->usage.net.rx_bytes, METRIC_ABSENT, WHY_GONE);
	scene_close(&scene);
}

/* ---- Without privilege ---- */

static pid_t stranger;

/* The links are denied, and yet the counters are public and the namespaces can be told apart. */
static void look_as_a_plain_user(void)
{
	const struct container containers[] = {
		{.name = "another user's", .leader = stranger},
		{.name = "another user's, at the host's", .leader = getppid()},
	};
	const struct container *c;
	struct scene scene;

	scene_open(&scene, "/");
	scene_begin(&scene);
	nobody_check(pids_find(scene.rig.pass.pids, stranger)->flags & PID_NS_DENIED);
	c = scene_give(&scene, containers, 2);
	nobody_check(c[0].usage.net.rx_bytes.state == METRIC_KNOWN);
	nobody_check(c[0].usage.net.rx_bytes.value == 0);
	nobody_check(c[0].net_shared_by.value == 1);
	nobody_check(c[1].usage.net.rx_bytes.state == METRIC_ABSENT);
	nobody_check(c[1].usage.net.rx_bytes.why == WHY_SHARED_HOST);
	scene_close(&scene);
}

static void a_plain_user_sees_the_network_of_others_all_the_same(void **state)
{
	int flags = CLONE_NEWNET;
	struct child child;

	(void)state;
	if (getuid() != 0)
		skip();
	child = child_start(act_unshare, &flags);
	stranger = child.pid;
	as_nobody(look_as_a_plain_user);
	child_kill(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_are_sums_over_every_interface_but_lo),
		cmocka_unit_test(containers_that_share_a_namespace_show_it_and_say_so),
		cmocka_unit_test(a_malformed_file_is_told_apart_from_a_missing_one),
		cmocka_unit_test(a_pass_without_containers_reads_nothing),
		cmocka_unit_test(a_member_that_ended_gives_way_to_another),
		cmocka_unit_test(a_member_that_left_is_not_asked),
		cmocka_unit_test(a_plain_user_sees_the_network_of_others_all_the_same),
	};

	return cmocka_run_group_tests_name("collectors/network", tests, NULL, NULL);
}
