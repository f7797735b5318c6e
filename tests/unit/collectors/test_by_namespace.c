// SPDX-License-Identifier: MIT
/* Containers made by hand: which processes make a row, what it is called, and what is none. */
#include "engine_test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "collectors/by_namespace.h"

#define HOST 100 /* inode of every namespace of the host, plus its type */

/** struct task - a process of a test. Namespaces as "pid=1 mnt=2": those that are its own */
struct task {
	pid_t pid, ppid;
	const char *comm;
	const char *ns;
	const char *root;   /* NULL: "/"; "": another directory whose name can't be told */
	pid_t inner_pid;    /* 0: the pid */
	const char *row;    /* name of the cgroup's row; NULL: none */
	unsigned int flags; /* besides PID_NS_READ */
};

/** struct cgroup_row - what the cgroups gave */
struct cgroup_row {
	const char *name;
	enum container_kind kind;
	pid_t leader;
};

/** struct case_ - a host and the rows that it gets */
struct host_case {
	const char *what;
	struct cgroup_row rows[3];
	struct task tasks[10];
	const char *expected; /* "engine kind name [<parent] pids" per row that by_namespace made */
};

/* Where ns types stand in a task's text */
static void set_ns(struct pid_entry *entry, const char *text)
{
	struct span rest = span_of(text), word, name, value;

	for (size_t type = 0; type < NS_TYPES; type++)
		entry->ns[type] = HOST + type;
	while (span_next_word(&rest, &word)) {
		assert_true(span_split_at(word, '=', &name, &value));
		for (enum ns_type type = 0; type < NS_TYPES; type++)
			if (span_eq(name, span_of(ns_type_text(type))))
				entry->ns[type] = 1000 + (uint64_t)atoi(value.p);
	}
}

static const struct host_case cases[] = {
	{"nothing by hand",
	 {{0}},
	 {{1, 0, "init", "", NULL, 0, NULL, 0}, {50, 1, "sh", "", NULL, 0, NULL, 0}},
	 ""},
	{"the recipe: unshare -pmu -f chroot DIR sh",
	 {{0}},
	 {{50, 1, "bash", "", NULL, 0, NULL, 0},
	  {60, 50, "unshare", "mnt=1 uts=2", NULL, 0, NULL, 0},
	  {61, 60, "sh", "mnt=1 uts=2 pid=3", "/srv/alpine", 1, NULL, 0},
	  {62, 61, "sleep", "mnt=1 uts=2 pid=3", "/srv/alpine", 2, NULL, 0}},
	 "unshare container sh@/srv/alpine 60,61,62\n"},
	{"chroot alone: two of one directory are one, of another another",
	 {{0}},
	 {{60, 50, "sh", "", "/srv/a", 0, NULL, 0},
	  {61, 50, "make", "", "/srv/a", 0, NULL, 0},
	  {62, 50, "sh", "", "/srv/b", 0, NULL, 0}},
	 "chroot container sh@/srv/a 60,61\n"
	 "chroot container sh@/srv/b 62\n"},
	{"unshare -m: no root of its own",
	 {{0}},
	 {{60, 50, "bash", "mnt=1", NULL, 0, NULL, 0}, {61, 60, "vi", "mnt=1", NULL, 0, NULL, 0}},
	 "unshare container bash-60 60,61\n"},
	{"two of the same kind are two",
	 {{0}},
	 {{60, 50, "sh", "pid=1 mnt=2", "/srv/a", 1, NULL, 0},
	  {70, 50, "sh", "pid=3 mnt=4", "/srv/a", 1, NULL, 0}},
	 "unshare container sh@/srv/a 60\n"
	 "unshare container sh@/srv/a 70\n"},
	{"a daemon that lost its parent is found by its namespace",
	 {{0}},
	 {{60, 50, "sh", "pid=1 mnt=2", "/srv/a", 1, NULL, 0},
	  {61, 1, "entered", "pid=1 mnt=2", "/srv/a", 7, NULL, 0},
	  {70, 1, "orphan", "mnt=5", NULL, 0, NULL, 0},
	  {71, 1, "orphan", "mnt=5", NULL, 0, NULL, 0}},
	 "unshare container sh@/srv/a 60,61\n"
	 "unshare container orphan-70 70,71\n"},
	{"bwrap: named after what it runs",
	 {{0}},
	 {{60, 50, "bwrap", "", NULL, 0, NULL, 0},
	  {61, 60, "bwrap", "pid=1 mnt=2 user=3", "", 1, NULL, 0},
	  {62, 61, "viewer", "pid=1 mnt=2 user=3", "", 2, NULL, 0}},
	 "bubblewrap container viewer-61 61,62\n"},
	{"kernel threads and what can't be read",
	 {{0}},
	 {{30, 2, "kdevtmpfs", "mnt=1", NULL, 0, NULL, PID_KERNEL_THREAD},
	  {60, 50, "secret", "pid=2 mnt=3", NULL, 1, NULL, PID_NS_DENIED}},
	 ""},
	{"a service's hardening is the service",
	 {{"web.service", CONTAINER_SERVICE, 60}},
	 {{60, 1, "web", "mnt=1 net=2 user=3 ipc=4", NULL, 0, "web.service", 0},
	  {61, 60, "worker", "mnt=1 net=2 user=3 ipc=4", NULL, 0, "web.service", 0},
	  {62, 60, "jail", "mnt=9 net=2 user=3 ipc=4", "/var/empty", 0, "web.service", 0}},
	 ""},
	{"a service that starts a sandbox",
	 {{"ci.service", CONTAINER_SERVICE, 60}},
	 {{60, 1, "ci", "mnt=1", NULL, 0, "ci.service", 0},
	  {61, 60, "unshare", "mnt=2", NULL, 0, "ci.service", 0},
	  {62, 61, "sh", "mnt=2 pid=3", "/srv/a", 1, "ci.service", 0}},
	 "unshare container sh@/srv/a <ci.service 62\n"},
	{"an engine's container and its monitor are known",
	 {{"web", CONTAINER_CONTAINER, 60}, {"conmon", CONTAINER_MONITOR, 70}},
	 {{60, 1, "nginx", "pid=1 mnt=2 net=3", "", 1, "web", 0},
	  {61, 60, "nginx", "pid=1 mnt=2 net=3", "", 2, "web", 0},
	  {70, 1, "pause", "user=8 mnt=9", NULL, 0, "conmon", 0}},
	 ""},
	{"who entered a container's namespaces is no container",
	 {{"web", CONTAINER_CONTAINER, 60}, {"session-1.scope", CONTAINER_SCOPE, 80}},
	 {{60, 1, "nginx", "pid=1 mnt=2 net=3", "", 1, "web", 0},
	  {80, 1, "bash", "", NULL, 0, "session-1.scope", 0},
	  {81, 80, "sh", "pid=1 mnt=2 net=3", "", 9, "session-1.scope", 0},
	  {82, 80, "tcpdump", "net=3", NULL, 0, "session-1.scope", 0},
	  {83, 80, "ls", "mnt=2", "", 0, "session-1.scope", 0}},
	 ""},
	{"a network namespace alone is none",
	 {{0}},
	 {{60, 50, "dnsmasq", "net=1", NULL, 0, NULL, 0},
	  {61, 50, "ping", "cgroup=2", NULL, 0, NULL, 0},
	  {62, 50, "faked", "time=2", NULL, 0, NULL, 0}},
	 ""},
	{"helpers of rootless engines",
	 {{0}},
	 {{60, 50, "slirp4netns", "user=1 mnt=2", NULL, 0, NULL, 0},
	  {61, 50, "pasta.avx2", "user=1 mnt=2 pid=3", NULL, 1, NULL, 0}},
	 ""},
	{"a sandbox in a sandbox",
	 {{0}},
	 {{60, 50, "sh", "pid=1 mnt=2", "/srv/a", 1, NULL, 0},
	  {61, 60, "unshare", "pid=1 mnt=3", "/srv/a", 2, NULL, 0},
	  {62, 61, "sh", "pid=4 mnt=3", "/srv/b", 1, NULL, 0},
	  {63, 60, "renderer", "pid=5 mnt=2", "/srv/a", 1, NULL, 0}},
	 "unshare container sh@/srv/a 60,61,63\n"
	 "unshare container sh@/srv/b <sh@/srv/a 62\n"},
	{"a cgroup made by hand that a sandbox fills is the container",
	 {{"mine", CONTAINER_CGROUP, 50}},
	 {{50, 1, "bash", "", NULL, 0, "mine", 0},
	  {60, 50, "unshare", "", NULL, 0, "mine", 0},
	  {61, 60, "sh", "pid=3 mnt=1", "/srv/a", 1, "mine", 0},
	  {62, 61, "sleep", "pid=3 mnt=1", "/srv/a", 2, "mine", 0}},
	 ""},
	{"a cgroup made by hand with a sandbox among others",
	 {{"mine", CONTAINER_CGROUP, 50}},
	 {{50, 1, "bash", "", NULL, 0, "mine", 0},
	  {55, 50, "other", "", NULL, 0, "mine", 0},
	  {61, 50, "sh", "pid=3 mnt=1", "/srv/a", 1, "mine", 0}},
	 "unshare container sh@/srv/a <mine 61\n"},
	{"a sandbox over two cgroups has no parent",
	 {{"one", CONTAINER_CGROUP, 50}, {"two", CONTAINER_CGROUP, 51}},
	 {{50, 1, "a", "", NULL, 0, "one", 0},
	  {51, 1, "b", "", NULL, 0, "two", 0},
	  {61, 50, "sh", "pid=3 mnt=1", "/srv/a", 1, "one", 0},
	  {62, 61, "sh", "pid=3 mnt=1", "/srv/a", 2, "two", 0}},
	 "unshare container sh@/srv/a 61,62\n"},
	{"parents that are each other's children end",
	 {{0}},
	 {{60, 61, "a", "mnt=1", NULL, 0, NULL, 0},
	  {61, 62, "b", "mnt=1", NULL, 0, NULL, 0},
	  {62, 60, "c", "mnt=1", NULL, 0, NULL, 0},
	  {63, 63, "self", "mnt=2", NULL, 0, NULL, 0}},
	 "unshare container a-60 60,61,62\n"
	 "unshare container self-63 63\n"},
};

/** struct bench - one pass over a case */
struct bench {
	struct collect_options options;
	struct identity_pass ip;
	struct pass pass;
	struct pid_entry entries[16];
	struct pid_entry *list[16];
	char *roots[16];
};

static uint64_t root_inode_of(const char *root)
{
	uint64_t inode = 77;

	if (!root)
		return 2;
	for (; *root; root++)
		inode = inode * 31 + (unsigned char)*root;
	return inode;
}

static void bench_add_task(struct bench *bench, const struct task *task)
{
	struct pid_entry *entry = &bench->entries[bench->ip.entries_len];

	*entry = (struct pid_entry) {.pid = task->pid,
				     .ppid = task->ppid,
				     .inner_pid = task->inner_pid ? task->inner_pid : task->pid,
				     .start_ticks = 100,
				     .container = INDEX_NONE,
				     .cgroup = INDEX_NONE};
	entry->flags = task->flags & PID_NS_DENIED ? task->flags : task->flags | PID_NS_READ;
	strncpy(entry->comm, task->comm, sizeof(entry->comm) - 1);
	set_ns(entry, task->ns);
	entry->root_dev = 1;
	entry->root_inode = root_inode_of(task->root);
	if (task->root && *task->root)
		entry->root = arena_strdup(&bench->ip.snapshot->arena, task->root);
	for (uint32_t i = 0; task->row && i < bench->ip.drafts_len; i++)
		if (strcmp(bench->ip.drafts[i].claim.name, task->row) == 0) {
			entry->container = i;
			bench->ip.drafts[i].members++;
		}
	bench->list[bench->ip.entries_len++] = entry;
}

static void bench_run_with(struct bench *bench, const struct host_case *host, int root_fd,
			   bool lasting, uint64_t boottime_usec)
{
	*bench = (struct bench) {.options = {.lasting = lasting}, .pass = {.root_fd = root_fd}};
	bench->pass.options = &bench->options;
	bench->ip = (struct identity_pass) {.pass = &bench->pass,
					    .snapshot = snapshot_new(),
					    .entries = bench->list,
					    .host_root_dev = 1,
					    .host_root_inode = 2,
					    .cmdlines = cmdlines_new(),
					    .users = users_new(root_fd, false),
					    .state = state_cache_new(root_fd),
					    .root_fd = root_fd};
	bench->ip.snapshot->boottime_usec = boottime_usec;
	bench->ip.snapshot->tick_hz = 100;
	state_cache_begin(bench->ip.state, 1000000);
	cmdlines_begin(bench->ip.cmdlines, openat(root_fd, "proc", O_RDONLY | O_CLOEXEC), 1000000);
	for (size_t type = 0; type < NS_TYPES; type++)
		bench->ip.host_ns[type] = HOST + type;
	for (const struct cgroup_row *row = host->rows; row->name; row++) {
		struct draft *draft = identity_add(&bench->ip);

		draft->claim.name = row->name;
		draft->claim.kind = row->kind;
		draft->claim.engine = "cgroup";
	}
	for (const struct task *task = host->tasks; task->pid; task++)
		bench_add_task(bench, task);
	for (uint32_t i = 0; i < bench->ip.drafts_len; i++)
		bench->ip.drafts[i].leader = identity_entry(&bench->ip, host->rows[i].leader);
	by_namespace(&bench->ip);
}

static void bench_run(struct bench *bench, const struct host_case *host, int root_fd)
{
	bench_run_with(bench, host, root_fd, false, 0);
}

static void bench_finish(struct bench *bench)
{
	cmdlines_free(bench->ip.cmdlines);
	users_free(bench->ip.users);
	state_cache_free(bench->ip.state);
	snapshot_unref(bench->ip.snapshot);
	free(bench->ip.drafts);
}

static void describe(const struct bench *bench, struct strbuf *out)
{
	for (uint32_t i = 0; i < bench->ip.drafts_len; i++) {
		const struct draft *draft = &bench->ip.drafts[i];
		char sep = ' ';

		if (!draft->by_namespace)
			continue;
		assert_true(draft->claim.confirmed);
		assert_int_equal(draft->cgroup, INDEX_NONE);
		strbuf_addf(out, "%s %s %s", draft->claim.engine,
			    draft->claim.kind == CONTAINER_APP ? "app" : "container",
			    draft->claim.name);
		if (draft->parent != INDEX_NONE)
			strbuf_addf(out, " <%s", bench->ip.drafts[draft->parent].claim.name);
		for (size_t e = 0; e < bench->ip.entries_len; e++) {
			if (bench->entries[e].container != i)
				continue;
			strbuf_addf(out, "%c%d", sep, bench->entries[e].pid);
			sep = ',';
		}
		strbuf_addc(out, '\n');
	}
}

static int root_fd;

static int setup(void **state)
{
	(void)state;
	root_fd = open(FIXTURES_DIR "/engines", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0;
}

static void sandboxes_by_hand_are_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strbuf text = STRBUF_INIT;
		struct bench bench;

		bench_run(&bench, &cases[i], root_fd);
		describe(&bench, &text);
		if (strcmp(strbuf_cstr(&text), cases[i].expected) != 0)
			print_error("case: %s\n", cases[i].what);
		assert_string_equal(strbuf_cstr(&text), cases[i].expected);
		strbuf_finish(&text);
		bench_finish(&bench);
	}
}

/* All processes of the cases began a second after the start of the machine. */
static void what_may_be_in_the_making_is_no_row_yet(void **state)
{
	static const struct {
		bool lasting;
		uint64_t boottime_usec;
		bool shown;
	} rows[] = {{true, 1999999, false}, {true, 2000000, true}, {false, 1000000, true}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(rows); i++) {
		const struct host_case *host = &cases[i / ARRAY_LEN(rows)];
		size_t r = i % ARRAY_LEN(rows);
		struct strbuf text = STRBUF_INIT;
		struct bench bench;

		bench_run_with(&bench, host, root_fd, rows[r].lasting, rows[r].boottime_usec);
		describe(&bench, &text);
		assert_string_equal(strbuf_cstr(&text), rows[r].shown ? host->expected : "");
		strbuf_finish(&text);
		bench_finish(&bench);
	}
}

static const struct host_case *find_case(const char *start)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (strncmp(cases[i].what, start, strlen(start)) == 0)
			return &cases[i];
	fail();
	return NULL;
}

static void a_cgroup_that_a_sandbox_fills_becomes_it(void **state)
{
	const struct host_case *host = find_case("a cgroup made by hand that a sandbox fills");
	struct bench bench;

	(void)state;
	bench_run(&bench, host, root_fd);
	assert_int_equal(bench.ip.drafts_len, 1);
	assert_int_equal(bench.ip.drafts[0].claim.kind, CONTAINER_CONTAINER);
	assert_string_equal(bench.ip.drafts[0].claim.engine, "unshare");
	assert_string_equal(bench.ip.drafts[0].claim.name, "mine");
	assert_int_equal(bench.ip.drafts[0].leader->pid, 61);
	assert_int_equal(identity_entry(&bench.ip, 62)->container, 0);
	bench_finish(&bench);
}

static void ids_are_the_kernels_names_and_keys_last(void **state)
{
	const struct host_case *host = find_case("the recipe");
	struct host_case later = *host;
	struct bench bench;
	uint64_t key;

	(void)state;
	bench_run(&bench, host, root_fd);
	assert_string_equal(bench.ip.drafts[0].claim.id, "pid:[1003]");
	key = bench.ip.drafts[0].key;
	bench_finish(&bench);
	later.tasks[1] = (struct task) {.pid = 60, .ppid = 1, .comm = "other", .ns = ""};
	bench_run(&bench, &later, root_fd);
	assert_int_equal(bench.ip.drafts[0].key, key);
	bench_finish(&bench);
}

/* ---- With files: named network namespaces and browsers ---- */

static void in_machine(const char *shell, const struct host_case *host, const char *expected)
{
	char path[] = "/tmp/bt-byns-XXXXXX", command[1024];
	struct strbuf text = STRBUF_INIT;
	struct bench bench;
	int fd;

	assert_non_null(mkdtemp(path));
	snprintf(command, sizeof(command), "cd %s && mkdir -p proc run/netns && %s", path, shell);
	assert_int_equal(system(command), 0);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bench_run(&bench, host, fd);
	describe(&bench, &text);
	assert_string_equal(strbuf_cstr(&text), expected);
	strbuf_finish(&text);
	bench_finish(&bench);
	close(fd);
	snprintf(command, sizeof(command), "rm -r %s", path);
	assert_int_equal(system(command), 0);
}

static void all_sandboxes_of_a_browser_are_one_app(void **state)
{
	static const struct host_case host = {
		"browser",
		{{0}},
		{{50, 1, "chrome", "", NULL, 0, NULL, 0},
		 {60, 50, "chrome", "user=1 pid=2 net=3", NULL, 1, NULL, 0},
		 {61, 60, "chrome", "user=1 pid=4 net=3", NULL, 1, NULL, 0},
		 {70, 50, "chrome", "user=5 pid=6 net=7", NULL, 1, NULL, 0},
		 {80, 50, "sh", "pid=8", NULL, 1, NULL, 0}},
		NULL};

	(void)state;
	in_machine("for p in 60 61 70; do mkdir -p proc/$p; "
		   "printf '/opt/chrome\\0--type=zygote\\0' >proc/$p/cmdline; done; "
		   "mkdir -p proc/80; printf 'sh\\0' >proc/80/cmdline",
		   &host, "unshare app chrome 60,61,70\nunshare container sh-80 80\n");
}

/* A rootless podman on v1: the container has no cgroup, and conmon is in the user's session. The state
 * says which process is the container's, not who is called conmon. */
static void what_conmon_started_is_podmans_if_the_state_says_so(void **state)
{
	static const char files[] =
		"mkdir -p proc/60 var/lib/containers/storage/overlay-containers "
		"run/crun/" ID("c9") " && printf "
				     "'/usr/bin/conmon\\0--api-version\\0001\\0-c\\0" ID(
					     "c9") "\\0-u\\0x\\0' >proc/60/cmdline"
						   " && echo '[{\"id\":\"" ID(
							   "c9") "\",\"names\":[\"web\"]}]'"
								 " >var/lib/containers/"
								 "storage/"
								 "overlay-containers/"
								 "containers.json"
								 " && echo "
								 "'{\"pid\":61,\"process-"
								 "start-time\":100}' "
								 ">run/crun/" ID("c9") "/status";
	struct host_case host = {"podman without cgroups",
				 {{0}},
				 {{60, 1, "conmon", "user=1 mnt=2", NULL, 0, NULL, 0},
				  {61, 60, "nginx", "user=1 mnt=3 pid=4", "/srv/a", 1, NULL, 0},
				  {62, 61, "nginx", "user=1 mnt=3 pid=4", "/srv/a", 2, NULL, 0}},
				 NULL};

	(void)state;
	in_machine(files, &host, "podman container web 61,62\n");
	host.tasks[0].comm = "bash";
	in_machine(files, &host,
		   "unshare container bash-60 60\nunshare container nginx@/srv/a <bash-60 61,62\n");
	host.tasks[0].comm = "conmon";
	host.tasks[1].pid = 63;
	host.tasks[2].pid = 64;
	host.tasks[2].ppid = 63;
	in_machine(files, &host, "unshare container nginx@/srv/a 63,64\n");
}

/* A user's Docker on v1: the shim is in the session, and the container has no cgroup. */
static void what_dockers_shim_started_is_dockers_if_the_state_says_so(void **state)
{
	static const char files[] = "mkdir -p proc/60 var/lib/docker/containers/" ID(
		"c8") " && "
		      "printf '/usr/bin/containerd-shim-runc-v2\\0-namespace\\0moby\\0-id\\0" ID(
			      "c8") "\\0-address\\0x\\0' >proc/60/cmdline && "
				    "echo '{\"ID\":\"" ID(
					    "c8") "\",\"Name\":\"/shop\",\"State\":{\"Pid\":61}}' "
						  ">var/lib/docker/containers/" ID(
							  "c8") "/config.v2.json";
	struct host_case host = {"docker without cgroups",
				 {{0}},
				 {{60, 1, "containerd-shim", "user=1 mnt=2", NULL, 0, NULL, 0},
				  {61, 60, "nginx", "user=1 mnt=3 pid=4", "/srv/a", 1, NULL, 0},
				  {62, 61, "nginx", "user=1 mnt=3 pid=4", "/srv/a", 2, NULL, 0}},
				 NULL};

	(void)state;
	in_machine(files, &host, "docker container shop 61,62\n");
	/* The state names another leader: whoever is called like a shim proves nothing. */
	host.tasks[1].pid = 63;
	host.tasks[2].pid = 64;
	host.tasks[2].ppid = 63;
	in_machine(files, &host, "unshare container nginx@/srv/a 63,64\n");
}

static void ip_netns_exec_makes_no_container(void **state)
{
	struct host_case host = {"named",
				 {{0}},
				 {{60, 50, "ping", "net=0 mnt=2", NULL, 0, NULL, 0},
				  {61, 50, "sh", "net=5 mnt=6", NULL, 0, NULL, 0}},
				 NULL};
	char path[] = "/tmp/bt-named-XXXXXX", file[64], ns[64];
	struct strbuf text = STRBUF_INIT;
	struct bench bench;
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(fd, "run", 0755), 0);
	assert_int_equal(mkdirat(fd, "run/netns", 0755), 0);
	snprintf(file, sizeof(file), "%s/run/netns/blue", path);
	fclose(fopen(file, "w"));
	assert_int_equal(stat(file, &st), 0);
	snprintf(ns, sizeof(ns), "net=%lld mnt=2", (long long)st.st_ino - 1000);
	host.tasks[0].ns = ns;
	bench_run(&bench, &host, fd);
	describe(&bench, &text);
	assert_string_equal(strbuf_cstr(&text), "unshare container sh-61 61\n");
	strbuf_finish(&text);
	bench_finish(&bench);
	close(fd);
	remove(file);
	snprintf(file, sizeof(file), "%s/run/netns", path);
	rmdir(file);
	snprintf(file, sizeof(file), "%s/run", path);
	rmdir(file);
	rmdir(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandboxes_by_hand_are_rows),
		cmocka_unit_test(what_may_be_in_the_making_is_no_row_yet),
		cmocka_unit_test(a_cgroup_that_a_sandbox_fills_becomes_it),
		cmocka_unit_test(ids_are_the_kernels_names_and_keys_last),
		cmocka_unit_test(all_sandboxes_of_a_browser_are_one_app),
		cmocka_unit_test(what_conmon_started_is_podmans_if_the_state_says_so),
		cmocka_unit_test(what_dockers_shim_started_is_dockers_if_the_state_says_so),
		cmocka_unit_test(ip_netns_exec_makes_no_container),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
