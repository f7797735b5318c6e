/* SPDX-License-Identifier: MIT */
/*
 * The small world, as tables: groups, containers, processes. What a table gives as a rate is a counter
 * in the snapshot that grew by it since 100 seconds before the beginning.
 */
#include "support/make_snapshot.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "model/rates.h"

#define AGE_SEC 100 /* of every counter at second 0 */
#define NS_BASE 4026531840u

#define ID_WEB	  "aa11bb22cc33dd44ee55ff66aa77bb88cc99dd00ee11ff22aa33bb44cc55dd66"
#define ID_DB	  "db00db11db22db33db44db55db66db77db88db99dbaadbbbdbccdbdddbeedbff"
#define ID_PAUSED "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID_SIZE	  "5151515151515151515151515151515151515151515151515151515151515151"
#define ID_LONG	  "1010101010101010101010101010101010101010101010101010101010101010"
#define ID_API	  "a9109a9109a9109a9109a9109a9109a9109a9109a9109a9109a9109a9109a910"
#define ID_PAUSE  "bbbb0000bbbb0000bbbb0000bbbb0000bbbb0000bbbb0000bbbb0000bbbb0000"
#define ID_NESTED "cafe0000cafe0000cafe0000cafe0000cafe0000cafe0000cafe0000cafe0000"

#define WEB	 "/system.slice/docker-" ID_WEB ".scope"
#define DB	 "/system.slice/docker-" ID_DB ".scope"
#define PAUSED	 "/system.slice/docker-" ID_PAUSED ".scope"
#define SSHD	 "/system.slice/sshd.service"
#define SIZE	 "/machine.slice/libpod-" ID_SIZE ".scope"
#define LONG	 "/machine.slice/libpod-" ID_LONG ".scope"
#define KUBE	 "/kubepods.slice"
#define POD	 KUBE "/kubepods-pod1234.slice"
#define API	 POD "/cri-containerd-" ID_API ".scope"
#define PAUSE	 POD "/cri-containerd-" ID_PAUSE ".scope"
#define BUILDER	 "/lxc.payload.builder"
#define NESTED	 BUILDER "/docker/" ID_NESTED
#define USER	 "/user.slice/user-1000.slice"
#define SESSION	 USER "/session-3.scope"
#define ROOTLESS USER "/libpod-rootless.scope"
#define EVIL	 "/" MAKE_NAME_HOSTILE
#define LEFTOVER "/leftover"

enum group_flags {
	GROUP_FROZEN = 1 << 0,
	GROUP_EMPTY = 1 << 1,
	GROUP_DENIED = 1 << 2, /* memory and limits may not be read */
	GROUP_NO_IO = 1 << 3,  /* the io controller is not enabled */
};

/* struct group - a cgroup, without what is below it. 0 of a limit is "max" */
struct group {
	const char *path;
	unsigned int cpu_pct, throttled_pct;
	unsigned int limit_centicpus;
	unsigned int memory_mib, inactive_mib, limit_mib, swap_mib;
	unsigned int ooms_per_sec;
	unsigned int tasks, tasks_per_sec, tasks_limit;
	unsigned int read_kib, write_kib; /* per second */
	unsigned int pressure[3];	  /* cpu, memory, io; tenths of a percent */
	unsigned int flags;
};

/* clang-format off */
static const struct group groups[] = {
	/* path            cpu  thr  lim   mem inact limit swap oom tasks +/s  max   read write  pressure */
	{"/init.scope",	     1,   0,   0,   12,    4,    0,   0,  0,   1,   0,    0,    0,    0, {0}, 0},
	{"/kubepods.slice",  0,   0, 300,    0,    0, 8192,   0,  0,   0,   0,    0,    0,    0, {0}, 0},
	{POD,		     0,   0, 100,    1,    0,  512,   0,  0,   0,   0,  200,    0,    0, {0}, 0},
	{API,		    35,   0,   0,  300,   60,    0,   0,  0,  12,   0,    0,   16,    8, {30, 5, 0}, 0},
	{PAUSE,		     0,   0,   0,    1,    0,    0,   0,  0,   1,   0,    0,    0,    0, {0}, 0},
	{LEFTOVER,	     0,   0,   0,    0,    0,    0,   0,  0,   0,   0,    0,    0,    0, {0}, GROUP_EMPTY},
	{BUILDER,	     3,   0,   0,   96,   32, 2048,   0,  0,   4,   0,    0,    0,    4, {0}, GROUP_NO_IO},
	{BUILDER "/docker",  0,   0,   0,    0,    0,    0,   0,  0,   0,   0,    0,    0,    0, {0}, GROUP_NO_IO},
	{NESTED,	     9,   0,   0,   80,   16, 4096,   0,  0,   2,   0,    0,    0,    0, {0}, GROUP_NO_IO},
	{"/machine.slice",   0,   0,   0,    0,    0,    0,   0,  0,   0,   0,    0,    0,    0, {0}, 0},
	{LONG,		     0,   0,   0,   24,    8,    0,   0,  0,   2,   0, 2048,    0,    0, {0}, 0},
	{SIZE,		     0,   0, 150,    0,    0, 1024,   0,  0,   0,   0, 2048,    0,    0, {0}, 0},
	{SIZE "/container", 12,   0,   0,  210,   30,    0,   5,  0,   9,   0,    0,    0,  640, {2, 0, 40}, 0},
	{"/system.slice",    0,   0,   0,    0,    0,    0,   0,  0,   0,   0,    0,    0,    0, {0}, 0},
	{PAUSED,	     0,   0,  50,  130,   10,  256,   0,  0,   3,   0,  100,    0,    0, {0}, GROUP_FROZEN},
	{WEB,		   187,  42, 200,  640,  128, 1024,   0,  0,  23,   0,  100, 2048,  512, {655, 10, 12}, 0},
	{DB,		    55,   0,   0,  512,    9,  512, 256,  1,  31,   0,    0,  900, 9000, {45, 883, 310}, 0},
	{SSHD,		     0,   0,   0,    8,    2,    0,   0,  0,   1,   0,    0,    0,    0, {0}, 0},
	{"/user.slice",	     0,   0,   0,    0,    0,    0,   0,  0,   0,   0,    0,    0,    0, {0}, 0},
	{USER,		     0,   0,   0,    0,    0,    0,   0,  0,   0,   0,    0,    0,    0, {0}, 0},
	{ROOTLESS,	     7,   0,   0,   40,   10,  128,   0,  0,   5,   0,    0,    0,    0, {0}, GROUP_DENIED},
	{SESSION,	     4,   0,   0,  150,   50,    0,   0,  0,   6,   0,    0,   12,    0, {0}, 0},
	{EVIL,		    98,   0,   0,   36,    0,    0,   0,  0,  50,   5,   64,    0,    0, {200, 0, 0}, 0},
};
/* clang-format on */

/* enum netns - who shares a network namespace, and with it all others; the host is 0 */
enum netns {
	NS_OF_HOST = 0,
	NS_OF_WEB,
	NS_OF_DB,
	NS_OF_PAUSED,
	NS_OF_SIZE,
	NS_OF_POD,
	NS_OF_BUILDER,
	NS_OF_NESTED,
	NS_OF_ROOTLESS,
	NS_OF_NOBODY, /* held by a mount */
	NS_OF_FD,     /* held by a descriptor */
};

/* struct box - a container */
struct box {
	const char *engine, *name, *path, *id;
	enum container_kind kind;
	const char *image;
	const char *pod, *pod_namespace, *project, *service, *owner;
	pid_t leader;
	unsigned int age_sec;
	enum netns ns;
	unsigned int shared_by;	     /* containers in its network namespace; 0: it is the host's */
	unsigned int rx_kib, tx_kib; /* per second */
	bool unconfirmed;
};

static const struct box boxes[] = {
	{"docker", "web-1", WEB, ID_WEB, .image = "nginx:1.25", .project = "shop", .service = "web",
	 .leader = 1200, .age_sec = 93784, .ns = NS_OF_WEB, .shared_by = 1, .rx_kib = 3000,
	 .tx_kib = 12000},
	{"docker", "db-1", DB, ID_DB, .image = "postgres:16", .project = "shop", .service = "db",
	 .leader = 1300, .age_sec = 93790, .ns = NS_OF_DB, .shared_by = 1, .rx_kib = 80,
	 .tx_kib = 400},
	{"docker", "paused-1", PAUSED, ID_PAUSED,
	 .image = "registry.example:5000/team/batch:latest", .leader = 1400, .age_sec = 600,
	 .ns = NS_OF_PAUSED, .shared_by = 1},
	{"podman", MAKE_NAME_WIDE, SIZE, ID_SIZE, .image = "docker.io/library/größe:漢字",
	 .leader = 1500, .age_sec = 4000, .ns = NS_OF_SIZE, .shared_by = 2, .rx_kib = 1},
	{"podman", MAKE_NAME_LONG, LONG, ID_LONG, .image = "localhost/long", .leader = 1550,
	 .age_sec = 3999, .ns = NS_OF_SIZE, .shared_by = 2, .rx_kib = 1},
	{"containerd", "pod1234", POD, "1234", CONTAINER_POD, .pod = "api-7d9c",
	 .pod_namespace = "prod"},
	{"containerd", "api", API, ID_API, .image = "registry.example/api@sha256:0a0b0c",
	 .pod = "api-7d9c", .pod_namespace = "prod", .leader = 1610, .age_sec = 7200,
	 .ns = NS_OF_POD, .shared_by = 2, .rx_kib = 64, .tx_kib = 32},
	{"containerd", "POD", PAUSE, ID_PAUSE, CONTAINER_PAUSE, "registry.k8s.io/pause:3.9",
	 "api-7d9c", "prod", .leader = 1600, .age_sec = 7201, .ns = NS_OF_POD, .shared_by = 2,
	 .rx_kib = 64, .tx_kib = 32},
	{"lxc", "builder", BUILDER, NULL, .leader = 1700, .age_sec = 864000, .ns = NS_OF_BUILDER,
	 .shared_by = 1},
	{"docker", "nested", NESTED, ID_NESTED, .image = "golang:1.22", .leader = 1750,
	 .age_sec = 300, .ns = NS_OF_NESTED, .shared_by = 1, .unconfirmed = true},
	{"podman", "rootless", ROOTLESS, NULL, .owner = "alice", .leader = 1800, .age_sec = 1234,
	 .ns = NS_OF_ROOTLESS, .shared_by = 1, .unconfirmed = true},
	{"cgroup", MAKE_NAME_HOSTILE, EVIL, NULL, CONTAINER_CGROUP, .leader = 3000, .age_sec = 20},
	{"crun", "leftover", LEFTOVER, "leftover", .unconfirmed = true},
	{"chroot", "make@/srv/build", NULL, NULL, .owner = "alice", .leader = 1910, .age_sec = 45},
	{"systemd", "sshd.service", SSHD, NULL, CONTAINER_SERVICE, .service = "sshd.service",
	 .leader = 800, .age_sec = 19000},
	{"systemd", "session-3.scope", SESSION, NULL, CONTAINER_SCOPE, .service = "session-3.scope",
	 .owner = "alice", .leader = 1900, .age_sec = 5000},
	{"systemd", "user-1000.slice", USER, NULL, CONTAINER_SLICE, .service = "user-1000.slice"},
};

/* struct task - a process */
struct task {
	pid_t pid, ppid;
	const char *comm, *command, *path, *user;
	uid_t uid;
	char state;
	int threads, nice;
	unsigned int cpu_pct, rss_mib;
	enum netns ns;
	pid_t inner_pid; /* 0: as outside */
};

/* clang-format off */
static const struct task tasks[] = {
	{1, 0, "systemd", "/sbin/init splash", "/init.scope", "root", 0, 'S', 1, 0, 1, 12, NS_OF_HOST, 0},
	{2, 0, "kthreadd", NULL, "/", "root", 0, 'S', 1, 0, 0, 0, NS_OF_HOST, 0},
	{3, 2, "rcu_gp", NULL, "/", "root", 0, 'I', 1, -20, 0, 0, NS_OF_HOST, 0},
	{15, 2, "ksoftirqd/0", NULL, "/", "root", 0, 'S', 1, 0, 2, 0, NS_OF_HOST, 0},
	{47, 2, "kworker/u8:0-events_unbound", NULL, "/", "root", 0, 'I', 1, 0, 0, 0, NS_OF_HOST, 0},
	{800, 1, "sshd", "sshd: /usr/sbin/sshd -D [listener]", SSHD, "root", 0, 'S', 1, 0, 0, 8, NS_OF_HOST, 0},
	{1200, 1, "nginx", "nginx: master process nginx -g daemon off;", WEB, "root", 0, 'S', 1, 0, 0, 12, NS_OF_WEB, 1},
	{1201, 1200, "nginx", "nginx: worker process", WEB, "101", 101, 'R', 11, 0, 95, 256, NS_OF_WEB, 29},
	{1202, 1200, "nginx", "nginx: worker process", WEB, "101", 101, 'R', 11, 0, 92, 244, NS_OF_WEB, 30},
	{1300, 1, "postgres", "postgres -c shared_buffers=256MB", DB, "999", 999, 'S', 1, 0, 3, 40, NS_OF_DB, 1},
	{1301, 1300, "postgres", "postgres: checkpointer", DB, "999", 999, 'D', 1, 0, 2, 60, NS_OF_DB, 25},
	{1302, 1300, "postgres", "postgres: shop shop 172.18.0.3(51234) SELECT", DB, "999", 999, 'R', 29, 0, 50, 380, NS_OF_DB, 77},
	{1400, 1, "python3", "python3 -m batch --once", PAUSED, "root", 0, 'D', 3, 5, 0, 120, NS_OF_PAUSED, 1},
	{1500, 1, "日本語プロセス", "/usr/bin/日本語プロセス --größe=漢字 e\xcc\x81te\xcc\x81", SIZE "/container", "root", 0, 'S', 9, 0, 12, 170, NS_OF_SIZE, 1},
	{1550, 1, "sleep", "sleep infinity", LONG, "root", 0, 'S', 1, 0, 0, 1, NS_OF_SIZE, 1},
	{1551, 1550, "sleep", "", LONG, "root", 0, 'Z', 1, 0, 0, 0, NS_OF_SIZE, 2},
	{1600, 1, "pause", "/pause", PAUSE, "65535", 65535, 'S', 1, 0, 0, 1, NS_OF_POD, 1},
	{1610, 1, "api", "/api --listen=:8080 --workers=8", API, "1001", 1001, 'S', 12, 0, 35, 240, NS_OF_POD, 1},
	{1700, 1, "init", "/sbin/init", BUILDER, "100000", 100000, 'S', 1, 0, 1, 20, NS_OF_BUILDER, 1},
	{1710, 1700, "dockerd", "/usr/bin/dockerd -H fd://", BUILDER, "100000", 100000, 'S', 3, 0, 2, 44, NS_OF_BUILDER, 120},
	{1750, 1710, "go", "go build ./...", NESTED, "100000", 100000, 'R', 2, 10, 9, 64, NS_OF_NESTED, 1},
	{1800, 1, "conmon", "/usr/bin/conmon --api-version 1", ROOTLESS, "alice", 1000, 'S', 2, 0, 0, 2, NS_OF_ROOTLESS, 0},
	{1810, 1800, "node", "node server.js", ROOTLESS, "alice", 1000, 'S', 3, 0, 7, 28, NS_OF_ROOTLESS, 1},
	{1900, 800, "bash", "-bash", SESSION, "alice", 1000, 'S', 1, 0, 0, 4, NS_OF_HOST, 0},
	{1905, 1900, "vim", "vim notes.txt", SESSION, "alice", 1000, 'T', 1, 0, 0, 9, NS_OF_HOST, 0},
	{1910, 1900, "make", "make -j4 world", SESSION, "alice", 1000, 'S', 1, 0, 1, 6, NS_OF_HOST, 0},
	{1911, 1910, "cc1", "/usr/lib/cc1 -quiet \x1b]0;owned\x07 -O2\nmain.c \xff\xfe \xe2\x80\xae" "abc", SESSION, "alice", 1000, 'R', 1, 0, 3, 80, NS_OF_HOST, 0},
};
/* clang-format on */

#define BOMB_COUNT 50
#define BOMB_FIRST 3000

static struct metric counter(unsigned int second, uint64_t per_sec)
{
	return metric_known(per_sec * (AGE_SEC + (uint64_t)second));
}

static struct metric limit(uint64_t value)
{
	return metric_known(value ? value : METRIC_NO_LIMIT);
}

static void fill_cpu(struct usage_cpu *cpu, const struct group *group, unsigned int second)
{
	uint64_t usec = (uint64_t)group->cpu_pct * MAKE_SEC / 100;

	cpu->usage_usec = counter(second, usec);
	cpu->system_usec = counter(second, usec / 4);
	cpu->user_usec = counter(second, usec - usec / 4);
	cpu->limit_microcpus = limit((uint64_t)group->limit_centicpus * 10000);
	if (!group->limit_centicpus)
		return;
	cpu->nr_periods = counter(second, 100);
	cpu->nr_throttled = counter(second, group->throttled_pct);
	cpu->throttled_usec = counter(second, (uint64_t)group->throttled_pct * 5000);
}

static void fill_memory(struct usage_memory *memory, const struct group *group, unsigned int second)
{
	uint64_t mib = MAKE_MIB, current = group->memory_mib * mib;
	uint64_t inactive = group->inactive_mib * mib, anon = (current - inactive) / 4 * 3;

	memory->current_bytes = metric_known(current);
	memory->working_set_bytes = metric_known(current - inactive);
	memory->inactive_file_bytes = metric_known(inactive);
	memory->anon_bytes = metric_known(anon);
	memory->file_bytes = metric_known(current - anon);
	memory->slab_bytes = metric_known(current / 64);
	memory->swap_bytes = metric_known(group->swap_mib * mib);
	memory->peak_bytes = metric_known(current + current / 8);
	memory->limit_bytes = limit(group->limit_mib * mib);
	memory->oom_kills = counter(second, group->ooms_per_sec);
}

static void fill_rest(struct usage *usage, const struct group *group, unsigned int second)
{
	usage->pids.current = metric_known(group->tasks + (uint64_t)group->tasks_per_sec * second);
	usage->pids.peak = usage->pids.current;
	usage->pids.limit = limit(group->tasks_limit);
	usage->io.read_bytes = counter(second, group->read_kib * 1024u);
	usage->io.write_bytes = counter(second, group->write_kib * 1024u);
	usage->io.read_ops = counter(second, group->read_kib / 4);
	usage->io.write_ops = counter(second, group->write_kib / 4);
	usage->pressure.cpu_some_pct = rate_known(group->pressure[0] / 10.0);
	usage->pressure.memory_some_pct = rate_known(group->pressure[1] / 10.0);
	usage->pressure.memory_full_pct = rate_known(group->pressure[1] / 20.0);
	usage->pressure.io_some_pct = rate_known(group->pressure[2] / 10.0);
	usage->pressure.io_full_pct = rate_known(group->pressure[2] / 20.0);
	usage->frozen = metric_known((group->flags & GROUP_FROZEN) != 0);
	usage->populated = metric_known((group->flags & GROUP_EMPTY) == 0);
}

static void hide(struct usage *usage, const struct group *group)
{
	struct metric denied = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	struct metric absent = metric_unknown(METRIC_ABSENT, WHY_NO_CONTROLLER);

	if (group->flags & GROUP_DENIED) {
		usage->memory.current_bytes = usage->memory.working_set_bytes = denied;
		usage->memory.limit_bytes = usage->memory.high_bytes = denied;
		usage->cpu.limit_microcpus = usage->pids.limit = denied;
	}
	if (group->flags & GROUP_NO_IO)
		usage->io.read_bytes = usage->io.write_bytes = usage->io.read_ops =
			usage->io.write_ops = absent;
}

static void add(struct metric *sum, struct metric part)
{
	if (metric_is_known(*sum) && metric_is_known(part))
		*sum = metric_add(*sum, part);
}

/* A group's own figures hold those of all below it. */
static void add_usage(struct usage *sum, const struct usage *part)
{
	add(&sum->cpu.usage_usec, part->cpu.usage_usec);
	add(&sum->cpu.user_usec, part->cpu.user_usec);
	add(&sum->cpu.system_usec, part->cpu.system_usec);
	add(&sum->memory.current_bytes, part->memory.current_bytes);
	add(&sum->memory.working_set_bytes, part->memory.working_set_bytes);
	add(&sum->memory.anon_bytes, part->memory.anon_bytes);
	add(&sum->memory.file_bytes, part->memory.file_bytes);
	add(&sum->memory.inactive_file_bytes, part->memory.inactive_file_bytes);
	add(&sum->memory.swap_bytes, part->memory.swap_bytes);
	add(&sum->memory.peak_bytes, part->memory.peak_bytes);
	add(&sum->memory.oom_kills, part->memory.oom_kills);
	add(&sum->pids.current, part->pids.current);
	add(&sum->pids.peak, part->pids.peak);
	add(&sum->io.read_bytes, part->io.read_bytes);
	add(&sum->io.write_bytes, part->io.write_bytes);
	add(&sum->io.read_ops, part->io.read_ops);
	add(&sum->io.write_ops, part->io.write_ops);
}

static void make_groups(struct snapshot *snapshot, unsigned int second)
{
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		struct cgroup *cg = make_cgroup(snapshot, groups[i].path);

		fill_cpu(&cg->usage.cpu, &groups[i], second);
		fill_memory(&cg->usage.memory, &groups[i], second);
		fill_rest(&cg->usage, &groups[i], second);
	}
	for (size_t i = ARRAY_LEN(groups); i > 0; i--) {
		struct cgroup *cg = &snapshot->cgroups[i];

		add_usage(&snapshot->cgroups[cg->parent].usage, &cg->usage);
		hide(&cg->usage, &groups[i - 1]);
	}
}

static uint64_t ns_inode(enum netns whose, unsigned int type)
{
	/* user namespaces come with engines that have them; time namespaces with none */
	bool user = whose == NS_OF_BUILDER || whose == NS_OF_NESTED || whose == NS_OF_ROOTLESS;

	if ((type == NS_USER && !user) || type == NS_TIME)
		whose = NS_OF_HOST;
	return NS_BASE + (uint64_t)whose * 100 + type;
}

static void fill_net(struct usage_net *net, const struct box *box, const struct snapshot *snapshot,
		     unsigned int second)
{
	struct metric shared = metric_unknown(METRIC_ABSENT, WHY_SHARED_HOST);

	net->at_usec = snapshot->monotonic_usec;
	net->rx_bytes = box->shared_by ? counter(second, box->rx_kib * 1024u) : shared;
	net->tx_bytes = box->shared_by ? counter(second, box->tx_kib * 1024u) : shared;
	net->rx_packets = box->shared_by ? counter(second, box->rx_kib) : shared;
	net->tx_packets = box->shared_by ? counter(second, box->tx_kib) : shared;
	net->rx_drops = net->tx_drops = box->shared_by ? metric_known(0) : shared;
}

static void make_box(struct snapshot *snapshot, const struct box *box, unsigned int second)
{
	struct container *c = make_container(snapshot, box->engine, box->name, box->path);

	c->kind = box->kind;
	c->id = box->id;
	c->image = box->image;
	c->pod = box->pod;
	c->pod_namespace = box->pod_namespace;
	c->project = box->project;
	c->service = box->service;
	c->owner = box->owner;
	c->leader = box->leader;
	c->confirmed = !box->unconfirmed;
	c->created_usec = box->age_sec ? snapshot->realtime_usec -
						 (uint64_t)(box->age_sec + second) * MAKE_SEC
				       : 0;
	for (unsigned int type = 0; box->leader && type < NS_TYPES; type++) {
		c->ns[type] = ns_inode(box->ns, type);
		if (c->ns[type] == ns_inode(NS_OF_HOST, type))
			c->ns_shared_with_host |= 1u << type;
	}
	if (box->shared_by)
		c->net_shared_by = metric_known(box->shared_by);
	else
		c->net_shared_by = metric_unknown(METRIC_ABSENT, WHY_SHARED_HOST);
	fill_net(&c->usage.net, box, snapshot, second);
}

static void deny_io(struct process *p)
{
	p->io_read_bytes = p->io_write_bytes = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	p->open_files = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
}

static void make_kernel_thread(struct process *p)
{
	struct metric none = metric_unknown(METRIC_ABSENT, WHY_KERNEL_THREAD);

	p->kernel_thread = true;
	p->cmdline = p->comm;
	p->pgrp = p->session = 0;
	p->virtual_bytes = p->shared_bytes = p->swap_bytes = p->oom_score = none;
	p->io_read_bytes = p->io_write_bytes = p->open_files = none;
}

static void make_task(struct snapshot *snapshot, const struct task *task, unsigned int second)
{
	struct process *p = make_process(snapshot, task->pid, task->ppid, task->comm, task->path);
	uint64_t usec = (uint64_t)task->cpu_pct * MAKE_SEC / 100, mib = MAKE_MIB;

	p->cmdline = task->command;
	p->user = task->user;
	p->uid = task->uid;
	p->state = task->state;
	p->threads = task->threads;
	p->nice = task->nice;
	p->priority = 20 + task->nice;
	p->start_ticks = task->pid < 100 ? (uint64_t)task->pid : 1900000 + (uint64_t)task->pid;
	p->user_usec = counter(second, usec - usec / 4);
	p->system_usec = counter(second, usec / 4);
	p->rss_bytes = metric_known(task->rss_mib * mib);
	p->virtual_bytes = metric_known(task->rss_mib * mib * 5);
	p->shared_bytes = metric_known(task->rss_mib * mib / 3);
	p->io_write_bytes = counter(second, task->rss_mib * 100ull);
	p->open_files = metric_known((uint64_t)task->threads + 3);
	p->oom_score = metric_known(task->rss_mib);
	p->inner_pid = task->inner_pid ? task->inner_pid : task->pid;
	p->tty = task->pid >= 1900 && task->pid < 2000 ? "pts/0" : NULL;
	for (unsigned int type = 0; type < NS_TYPES; type++)
		p->ns[type] = ns_inode(task->ns, type);
	if (!task->command)
		make_kernel_thread(p);
	else if (task->uid == 1000)
		deny_io(p);
}

static void make_tasks(struct snapshot *snapshot, unsigned int second)
{
	uint32_t jail = make_find_container(snapshot, "make@/srv/build");

	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		make_task(snapshot, &tasks[i], second);
	for (size_t i = 0; i < snapshot->processes_len; i++)
		if (snapshot->processes[i].pid == 1910 || snapshot->processes[i].pid == 1911)
			snapshot->processes[i].container = jail;
	for (pid_t i = 0; i < BOMB_COUNT; i++) {
		const struct task bomb = {BOMB_FIRST + i,
					  i ? BOMB_FIRST + (i - 1) / 2 : 1,
					  "bomb",
					  ":(){ :|:& };:",
					  EVIL,
					  "root",
					  0,
					  'R',
					  1,
					  0,
					  i < 49 ? 2 : 0,
					  0,
					  NS_OF_HOST,
					  0};

		make_task(snapshot, &bomb, second);
	}
}

static void count_ns(struct snapshot *snapshot, struct ns *ns)
{
	for (size_t i = 0; i < snapshot->processes_len; i++) {
		const struct process *p = &snapshot->processes[i];

		if (p->ns[ns->type] != ns->id)
			continue;
		if (!ns->processes++) {
			ns->first_pid = p->pid;
			ns->command = p->comm;
		}
	}
}

static void describe_ns(struct snapshot *snapshot, struct ns *ns, enum netns whose)
{
	count_ns(snapshot, ns);
	ns->is_host = ns->id == ns_inode(NS_OF_HOST, ns->type);
	ns->owner_ns = metric_known(ns_inode(whose, NS_USER));
	ns->owner_uid = metric_known(whose == NS_OF_ROOTLESS ? 1000 : 0);
	if (ns->type == NS_PID && !ns->is_host)
		ns->parent_ns = metric_known(ns_inode(NS_OF_HOST, NS_PID));
	if (ns->type == NS_USER && !ns->is_host)
		ns->parent_ns = metric_unknown(METRIC_DENIED, WHY_PERMISSION);
	for (uint32_t c = 0; c < snapshot->containers_len && !ns->is_host; c++)
		if (snapshot->containers[c].ns[ns->type] == ns->id)
			ns->container = c;
	if (whose == NS_OF_NOBODY || whose == NS_OF_FD) {
		ns->held = whose == NS_OF_FD ? NS_HELD_FD : NS_HELD_MOUNT;
		ns->held_path = whose == NS_OF_FD ? "/proc/800/fd/7" : "/run/netns/bl\x1b[5mue";
	}
}

static void make_namespaces(struct snapshot *snapshot)
{
	for (unsigned int type = 0; type < NS_TYPES; type++)
		for (unsigned int whose = 0; whose <= NS_OF_FD; whose++) {
			uint64_t id = ns_inode((enum netns)whose, type);

			if (whose >= NS_OF_NOBODY && type != NS_NET)
				continue;
			if (whose && id == ns_inode(NS_OF_HOST, type))
				continue;
			describe_ns(snapshot, make_ns(snapshot, (enum ns_type)type, id),
				    (enum netns)whose);
		}
}

struct snapshot *make_snapshot(unsigned int second)
{
	struct snapshot *snapshot = make_empty(second);

	make_groups(snapshot, second);
	for (size_t i = 0; i < ARRAY_LEN(boxes); i++)
		make_box(snapshot, &boxes[i], second);
	make_tasks(snapshot, second);
	make_finish(snapshot);
	make_namespaces(snapshot);
	snapshot_add_issue(snapshot, "3 processes could not be read: permission denied");
	return snapshot;
}

struct snapshot *make_snapshot_rated(unsigned int second)
{
	struct snapshot *before = make_snapshot(second - 1), *now = make_snapshot(second);

	rates(before, now);
	snapshot_unref(before);
	return now;
}

/* ---- The crowd ---- */

/* Knuth's multiplicative hash: the same every time, without a pattern that sorting would like. */
static unsigned int scattered(size_t i, unsigned int below)
{
	return ((uint32_t)i * 2654435761u >> 8) % below;
}

static void crowd_group(struct snapshot *snapshot, size_t i, unsigned int second)
{
	const struct group group = {
		.cpu_pct = scattered(i, 97),
		.limit_centicpus = i % 3 ? 0 : 100,
		.throttled_pct = (unsigned int)(i % 7),
		.memory_mib = 1 + scattered(i, 512),
		.limit_mib = i % 2 ? 0 : 1024,
		.tasks = 20,
		.tasks_limit = i % 5 ? 0 : 512,
		.read_kib = (unsigned int)(i % 13),
		.write_kib = (unsigned int)(i % 29),
		.pressure = {(unsigned int)(i % 100), 0, 0},
	};
	char path[64], name[32];
	struct cgroup *cg;

	snprintf(path, sizeof(path), "/crowd.slice/box-%05zu.scope", i);
	snprintf(name, sizeof(name), "box-%05zu", i);
	cg = make_cgroup(snapshot, path);
	fill_cpu(&cg->usage.cpu, &group, second);
	fill_memory(&cg->usage.memory, &group, second);
	fill_rest(&cg->usage, &group, second);
	make_container(snapshot, i % 2 ? "docker" : "podman", name, NULL);
	snapshot->containers[i].by_namespace = false;
	snapshot->containers[i].cgroup = (uint32_t)snapshot->cgroups_len - 1;
}

struct snapshot *make_crowd(size_t cgroups, size_t processes, unsigned int second)
{
	struct snapshot *snapshot = make_empty(second);

	make_cgroup(snapshot, "/crowd.slice");
	for (size_t i = 0; i < cgroups; i++)
		crowd_group(snapshot, i, second);
	for (size_t i = 0; i < processes; i++) {
		const struct task task = {
			.pid = (pid_t)(i + 1),
			.ppid = (pid_t)(i ? (i - 1) / 8 + 1 : 0),
			.comm = "worker",
			.command = "worker --with=some --arguments=to-its-name",
			.user = i % 4 ? "www-data" : "root",
			.uid = i % 4 ? 33 : 0,
			.state = i % 50 ? 'S' : 'R',
			.threads = 1 + (int)(i % 4),
			.cpu_pct = scattered(i, 101),
			.rss_mib = scattered(i, 4001),
		};

		make_task(snapshot, &task, second);
		if (cgroups)
			snapshot->processes[i].cgroup = (uint32_t)(2 + i % cgroups);
	}
	make_finish(snapshot);
	return snapshot;
}
