/* SPDX-License-Identifier: MIT */
/* config.json: what other tools write means the same here, what can't be had is refused by its name, and
 * what we write reads back. */
#include "runtime_test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/dir.h"
#include "runtime/spec_json.h"
#include "support/tree.h"

/* struct rig - a spec, and a directory for what is written */
struct rig {
	struct spec spec, again;
	struct err err;
	char dir[64];
	int fd;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	if (!rig)
		return -1;
	spec_init(&rig->spec);
	spec_init(&rig->again);
	tree_make(rig->dir, NULL, 0);
	rig->fd = open(rig->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = rig;
	return rig->fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	close(rig->fd);
	tree_remove(rig->dir);
	spec_finish(&rig->spec);
	spec_finish(&rig->again);
	free(rig);
	return 0;
}

/* The smallest bundle, with something more in it. */
#define BUNDLE(process, more)                                                                      \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"process\":{\"args\":[\"x\"]"        \
	",\"cwd\":\"/\"" process "}" more "}"
#define LINUX(more)	BUNDLE("", ",\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]" more "}")
#define RESOURCES(more) LINUX(",\"resources\":{" more "}")

static int parse(struct rig *rig, const char *text)
{
	spec_finish(&rig->spec);
	spec_init(&rig->spec);
	rig->err = ERR_INIT;
	return spec_parse(&rig->spec, "/srv/bundle", span_of(text), &rig->err);
}

static void taken(struct rig *rig, const char *text)
{
	if (parse(rig, text) != 0)
		fail_msg("refused: %s", rig->err.text);
}

static void refused(struct rig *rig, const char *text, const char *words)
{
	if (parse(rig, text) != -EINVAL)
		fail_msg("taken: %s", text);
	if (!strstr(rig->err.text, words))
		fail_msg("'%s' does not say '%s'", rig->err.text, words);
}

static const struct spec_mount *find_mount(const struct spec *spec, const char *destination)
{
	for (size_t i = 0; i < spec->mounts_len; i++)
		if (strcmp(spec->mounts[i].destination, destination) == 0)
			return &spec->mounts[i];
	fail_msg("no mount %s", destination);
	return NULL;
}

static void load(struct rig *rig, const char *bundle)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/bundles/%s", FIXTURES_DIR, bundle);
	assert_fine(spec_load_bundle(&rig->spec, path, &rig->err), rig->err);
	assert_fine(spec_check(&rig->spec, &rig->err), rig->err);
	assert_int_equal(rig->spec.root.kind, SPEC_ROOT_DIR);
	assert_true(rig->spec.only_mounts);
}

static void a_bundle_of_crun_means_the_same(void **state)
{
	struct rig *rig = *state;
	const struct spec *spec = &rig->spec;

	load(rig, "crun");
	assert_true(spec->process.terminal && spec->root.readonly);
	assert_string_equal(spec->process.args.items[0], "sh");
	assert_int_equal(spec->process.env.len, 2);
	assert_string_equal(spec->hostname, "crun");
	assert_int_equal(spec->namespaces,
			 SPEC_NS_PID | SPEC_NS_NET | SPEC_NS_IPC | SPEC_NS_UTS | SPEC_NS_MNT);
	assert_int_equal(spec->process.caps,
			 1ull << CAP_AUDIT_WRITE | 1ull << CAP_KILL | 1ull << CAP_NET_BIND_SERVICE);
	assert_int_equal(spec->process.rlimits_len, 1);
	assert_int_equal(spec->process.rlimits[0].resource, RLIMIT_NOFILE);
	assert_int_equal(spec->mounts_len, 7);
	assert_string_equal(find_mount(spec, "/dev/shm")->options.items[4], "size=65536k");
	assert_int_equal(spec->masked_paths.len, 10);
	assert_int_equal(spec->readonly_paths.len, 5);
	assert_int_equal(spec->seccomp, SPEC_SECCOMP_NONE);
	assert_true(strlen(spec->root.path) > 7 &&
		    strcmp(spec->root.path + strlen(spec->root.path) - 7, "/rootfs") == 0);
}

static void a_bundle_of_runc_means_the_same(void **state)
{
	struct rig *rig = *state;

	load(rig, "runc");
	assert_string_equal(rig->spec.hostname, "runc");
	assert_int_equal(rig->spec.process.rlimits[0].hard, 1024);
}

static void a_rootless_bundle_brings_its_maps(void **state)
{
	struct rig *rig = *state;
	const struct spec_mount *sys;

	load(rig, "runc-rootless");
	assert_true(rig->spec.namespaces & SPEC_NS_USER);
	assert_false(rig->spec.namespaces & SPEC_NS_NET);
	assert_int_equal(rig->spec.uid_maps_len, 1);
	assert_int_equal(rig->spec.uid_maps[0].size, 1);
	sys = find_mount(&rig->spec, "/sys");
	assert_string_equal(sys->type, "bind");
	assert_string_equal(sys->source, "/sys");
}

static void a_bundle_of_podman_means_the_same(void **state)
{
	struct rig *rig = *state;
	const struct limit_value *values = rig->spec.limits.values;

	load(rig, "podman");
	assert_int_equal(values[LIMIT_MEMORY].number, 67108864);
	assert_int_equal(values[LIMIT_SWAP].number, 67108864);
	assert_int_equal(values[LIMIT_CPUS].number, 500000);
	assert_int_equal(values[LIMIT_PIDS].number, 100);
	assert_int_equal(rig->spec.seccomp, SPEC_SECCOMP_PROFILE);
	assert_string_equal(rig->spec.sysctls.items[0], "net.ipv4.ping_group_range=0 0");
	assert_string_equal(find_mount(&rig->spec, "/etc/hosts")->type, "bind");
	assert_int_equal(rig->spec.annotations.len, 8);
	assert_int_equal(strncmp(rig->spec.cgroups_path, "/libpod_parent/", 15), 0);
}

static void a_bundle_of_containerd_means_the_same(void **state)
{
	struct rig *rig = *state;

	load(rig, "containerd");
	assert_int_equal(rig->spec.limits.values[LIMIT_CPU_WEIGHT].number, 100);
	assert_string_equal(rig->spec.cgroups_path, "/default/c1");
	/* Its list of devices is kept by who can't make any. */
	assert_true(rig->spec.process.caps & 1ull << CAP_NET_RAW);
	assert_false(rig->spec.process.caps & 1ull << CAP_MKNOD);
	assert_string_equal(rig->spec.root.path, "/srv/rootfs");
}

static void of_a_scope_of_systemd_the_slice_is_taken(void **state)
{
	struct rig *rig = *state;

	taken(rig, LINUX(",\"cgroupsPath\":\"machine.slice:libpod:0123\""));
	assert_string_equal(rig->spec.cgroups_path, "machine.slice");
	taken(rig, LINUX(",\"cgroupsPath\":\":libpod:0123\""));
	assert_null(rig->spec.cgroups_path);
	/* paths, and names with other numbers of colons */
	taken(rig, LINUX(",\"cgroupsPath\":\"/a:b:c\""));
	assert_string_equal(rig->spec.cgroups_path, "/a:b:c");
	taken(rig, LINUX(",\"cgroupsPath\":\"a:b\""));
	assert_string_equal(rig->spec.cgroups_path, "a:b");
	taken(rig, LINUX(",\"cgroupsPath\":\"a:b:c:d\""));
	assert_string_equal(rig->spec.cgroups_path, "a:b:c:d");
	refused(rig, LINUX(",\"cgroupsPath\":\"machine:libpod:0123\""), "slice");
}

static void a_bundle_that_is_none_says_so(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(spec_load_bundle(&rig->spec, "/nowhere", &rig->err), -ENOENT);
	assert_non_null(strstr(rig->err.text, "/nowhere"));
	assert_int_equal(spec_load_bundle(&rig->spec, rig->dir, &rig->err), -ENOENT);
	assert_non_null(strstr(rig->err.text, "not an OCI bundle"));
	assert_int_equal(mkdirat(rig->fd, "config.json", 0755), 0);
	assert_true(spec_load_bundle(&rig->spec, rig->dir, &rig->err) < 0);
}

static void what_is_not_said_is_none(void **state)
{
	struct rig *rig = *state;
	const struct spec *spec = &rig->spec;

	taken(rig, BUNDLE("", ""));
	assert_int_equal(spec->namespaces, 0);
	assert_int_equal(spec->process.caps, 0);
	assert_int_equal(spec->process.env.len, 0);
	assert_int_equal(spec->process.rlimits_len, 0);
	assert_false(spec->process.no_new_privileges);
	assert_int_equal(spec->masked_paths.len, 0);
	assert_int_equal(spec->readonly_paths.len, 0);
	assert_string_equal(spec->root.path, "/srv/bundle/r");
	assert_string_equal(spec->bundle, "/srv/bundle");
	taken(rig, BUNDLE(",\"rlimits\":null,\"oomScoreAdj\":null", ",\"hooks\":{}"));
}

/* What can't be honoured, and the name that the error has to give. */
static const struct {
	const char *text, *words;
} refusals[] = {
	{"", "line 1"},
	{"[]", "must be an object"},
	{"{}", "ociVersion is missing"},
	{"{\"ociVersion\":\"2.0.0\"}", "ociVersion: '2.0.0'"},
	{"{\"ociVersion\":\"1.0\",\"ociVersion\":\"1.0\"}", "duplicate"},
	{"{\"ociVersion\":\"1.0\"}", "root.path is missing"},
	{"{\"ociVersion\":\"1.0\",\"root\":{\"path\":\"\"}}", "root.path: is empty"},
	{BUNDLE("", ",\"surprise\":1"), "surprise: is not supported"},
	{BUNDLE("", ",\"hooks\":{\"startContainer\":[{\"path\":\"/x\"}]}"),
	 "hooks.startContainer: is not supported"},
	{BUNDLE("", ",\"hooks\":{\"prestart\":{}}"), "hooks.prestart: must be an array"},
	{BUNDLE("", ",\"hooks\":{\"poststop\":[{\"path\":\"/x\"},{}]}"),
	 "hooks.poststop[1]: must have a path"},
	{BUNDLE("", ",\"hooks\":{\"poststop\":[{\"path\":\"/x\",\"timeout\":-1}]}"),
	 "hooks.poststop[0].timeout"},
	{BUNDLE(",\"apparmorProfile\":1", ""), "process.apparmorProfile"},
	{BUNDLE(",\"selinuxLabel\":\"x\"", ""), "process.selinuxLabel"},
	{BUNDLE(",\"terminal\":1", ""), "process.terminal: must be true or false"},
	{BUNDLE(",\"user\":{\"uid\":-1}", ""), "process.user.uid"},
	{BUNDLE(",\"user\":{\"uid\":4294967296}", ""), "process.user.uid"},
	{BUNDLE(",\"user\":{\"uid\":1.5}", ""), "process.user.uid"},
	{BUNDLE(",\"user\":{\"uid\":\"0\"}", ""), "process.user.uid"},
	{BUNDLE(",\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":1}]", ""), "RLIMIT_X"},
	{BUNDLE(",\"rlimits\":[{\"type\":\"RLIMIT_AS\",\"soft\":1}]", ""), "process.rlimits[0]"},
	{BUNDLE(",\"capabilities\":{\"bounding\":[\"CAP_X\"]}", ""), "'CAP_X'"},
	{BUNDLE(",\"capabilities\":{\"bounding\":[\"chown\"]}", ""), "'chown'"},
	{BUNDLE(",\"user\":{\"uid\":1},\"capabilities\":{\"ambient\":[\"CAP_KILL\"]}", ""),
	 "ambient"},
	{BUNDLE(",\"args\":[1]", ""), "duplicate"},
	{BUNDLE(",\"env\":[1]", ""), "process.env"},
	{BUNDLE("", ",\"mounts\":[{\"type\":\"tmpfs\"}]"), "mounts[0]: must have a destination"},
	{BUNDLE("", ",\"mounts\":[{\"destination\":\"/x\",\"uidMappings\":[{\"size\":1}]}]"),
	 "mounts[0].uidMappings"},
	{BUNDLE("", ",\"annotations\":{\"a=b\":\"c\"}"), "annotations.a=b"},
	{BUNDLE("", ",\"linux\":{\"namespaces\":[{\"type\":\"pod\"}]}"), "'pod'"},
	{BUNDLE("", ",\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]}"),
	 "linux.namespaces[1]: 'pid' is given twice"},
	{BUNDLE("", ",\"linux\":{\"namespaces\":[{\"type\":\"pid\",\"x\":1}]}"), "[0].x"},
	{LINUX(",\"uidMappings\":[{\"containerID\":0,\"hostID\":0}]"), "size is missing"},
	{LINUX(",\"devices\":[{\"path\":\"/dev/fuse\",\"type\":\"c\",\"major\":10,\"minor\":229}]"),
	 "'/dev/fuse'"},
	{LINUX(",\"devices\":[{\"path\":\"/dev/null\",\"type\":\"c\",\"major\":1,\"minor\":1}]"),
	 "'/dev/null'"},
	{LINUX(",\"rootfsPropagation\":\"shared\""), "linux.rootfsPropagation: 'shared'"},
	{LINUX(",\"mountLabel\":\"x\""), "linux.mountLabel"},
	{LINUX(",\"seccomp\":{}"), "defaultAction"},
	{LINUX(",\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/x\"}"),
	 "listenerPath"},
	{LINUX(",\"intelRdt\":{\"closID\":\"x\"}"), "linux.intelRdt"},
	{LINUX(",\"timeOffsets\":{\"monotonic\":{\"secs\":1}}"), "linux.timeOffsets"},
	{RESOURCES("\"memory\":{\"swap\":1000000}"), "linux.resources.memory.swap"},
	{RESOURCES("\"memory\":{\"limit\":1000000,\"swap\":999999}"), "memory.swap"},
	{RESOURCES("\"memory\":{\"kernel\":1000000}"), "memory.kernel"},
	{RESOURCES("\"memory\":{\"swappiness\":0}"), "memory.swappiness"},
	{RESOURCES("\"memory\":{\"disableOOMKiller\":true}"), "disableOOMKiller"},
	{RESOURCES("\"cpu\":{\"realtimeRuntime\":1000}"), "cpu.realtimeRuntime"},
	{RESOURCES("\"cpu\":{\"cpus\":\"a-b\"}"), "cpu.cpus"},
	{RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":1}]"), "hugepageLimits"},
	{RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":1}]}"),
	 "weightDevice"},
	{RESOURCES("\"unified\":{\"memory.min\":\"1\"}"), "'memory.min'"},
	{RESOURCES("\"unified\":{\"memory.max\":1}"), "'memory.max' must be a text"},
	{RESOURCES("\"unified\":{\"memory.max\":\"lots\"}"), "unified"},
	{RESOURCES("\"unified\":{\"cpu.max\":\"1 0\"}"), "quota and period"},
	{BUNDLE(",\"capabilities\":{\"bounding\":[\"CAP_SYS_ADMIN\"]}",
		",\"linux\":{\"resources\":{\"devices\":[{\"allow\":false}]}}"),
	 "linux.resources.devices"},
	{BUNDLE("", ",\"boxtop\":{\"root\":{\"kind\":\"moon\"}}"), "boxtop.root.kind"},
	{BUNDLE("", ",\"boxtop\":{\"seccomp\":\"profile\"}"), "boxtop.seccomp"},
};

static void what_cannot_be_had_is_refused_by_its_name(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		refused(*state, refusals[i].text, refusals[i].words);
}

static void limits_of_both_generations_are_the_same_limits(void **state)
{
	struct rig *rig = *state;
	const struct limit_value *values = rig->spec.limits.values;

	taken(rig, RESOURCES("\"memory\":{\"limit\":-1,\"swap\":-1,\"reservation\":1},\"pids\":{"
			     "\"limit\":0},\"cpu\":{\"quota\":-1,\"shares\":2,\"cpus\":\"0-1\"}"));
	assert_int_equal(values[LIMIT_MEMORY].number, LIMIT_NONE);
	assert_int_equal(values[LIMIT_SWAP].number, LIMIT_NONE);
	assert_int_equal(values[LIMIT_PIDS].number, LIMIT_NONE);
	assert_int_equal(values[LIMIT_CPUS].number, LIMIT_NONE);
	assert_int_equal(values[LIMIT_CPU_WEIGHT].number, 1);
	assert_string_equal(values[LIMIT_CPUSET].text, "0-1");
	assert_false(values[LIMIT_MEMORY_HIGH].set);
	taken(rig, RESOURCES("\"unified\":{\"memory.high\":\"1048576\",\"cpu.max\":\"50000 "
			     "200000\",\"pids.max\":\"max\",\"memory.swap.max\":\"0\"}"));
	assert_int_equal(values[LIMIT_MEMORY_HIGH].number, 1048576);
	assert_int_equal(values[LIMIT_CPUS].number, 250000);
	assert_int_equal(values[LIMIT_PIDS].number, LIMIT_NONE);
	assert_true(values[LIMIT_SWAP].set);
	assert_int_equal(values[LIMIT_SWAP].number, 0);
	taken(rig, RESOURCES("\"cpu\":{\"period\":50000},\"memory\":{\"limit\":0}"));
	assert_false(values[LIMIT_CPUS].set);
	assert_false(values[LIMIT_MEMORY].set);
	taken(rig, RESOURCES("\"memory\":{\"limit\":9223372036854771712}"));
	assert_int_equal(values[LIMIT_MEMORY].number, LIMIT_NONE);
}

static void throttles_of_a_device_add_up(void **state)
{
	struct rig *rig = *state;
	const struct limit_value *io = &rig->spec.limits.values[LIMIT_IO_MAX];

	taken(rig, RESOURCES("\"blockIO\":{\"weight\":200,\"throttleReadBpsDevice\":[{\"major\":8,"
			     "\"minor\":0,\"rate\":1048576}],\"throttleWriteIOPSDevice\":[{"
			     "\"major\":8,\"minor\":0,\"rate\":30}]}"));
	assert_true(io->set);
	assert_non_null(strstr(io->text, "8:0"));
	assert_non_null(strstr(io->text, "rbps=1048576"));
	assert_non_null(strstr(io->text, "wiops=30"));
	assert_int_equal(rig->spec.limits.values[LIMIT_IO_WEIGHT].number, 200);
}

static void an_unlimited_rlimit_is_read_though_no_integer_holds_it(void **state)
{
	struct rig *rig = *state;

	taken(rig, BUNDLE(",\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":18446744073709551615,"
			  "\"hard\":18446744073709551615}],\"user\":{\"uid\":1000}",
			  ""));
	assert_int_equal(rig->spec.process.rlimits[0].soft, RLIM_INFINITY);
	assert_int_equal(rig->spec.process.rlimits[0].hard, RLIM_INFINITY);
	assert_int_equal(rig->spec.process.uid, 1000);
}

static void a_domain_name_is_a_parameter_of_the_kernel(void **state)
{
	struct rig *rig = *state;

	taken(rig, BUNDLE("", ",\"domainname\":\"example\",\"linux\":{\"sysctl\":{"
			      "\"net.a\":\"1\"}}"));
	assert_int_equal(rig->spec.sysctls.len, 2);
	assert_string_equal(rig->spec.sysctls.items[1], "kernel.domainname=example");
}

static void expect_list(const struct spec_list *a, const struct spec_list *b)
{
	assert_int_equal(a->len, b->len);
	for (size_t i = 0; i < a->len; i++)
		assert_string_equal(a->items[i], b->items[i]);
}

static void expect_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a)
		assert_string_equal(a, b);
}

static void expect_process(const struct spec_process *a, const struct spec_process *b)
{
	expect_list(&a->args, &b->args);
	expect_list(&a->env, &b->env);
	expect_text(a->cwd, b->cwd);
	expect_text(a->user, b->user);
	assert_int_equal(a->terminal, b->terminal);
	assert_int_equal(a->interactive, b->interactive);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->gid, b->gid);
	assert_int_equal(a->umask, b->umask);
	assert_int_equal(a->groups_len, b->groups_len);
	for (size_t i = 0; i < a->groups_len; i++)
		assert_int_equal(a->groups[i], b->groups[i]);
	assert_int_equal(a->rlimits_len, b->rlimits_len);
	for (size_t i = 0; i < a->rlimits_len; i++) {
		assert_int_equal(a->rlimits[i].resource, b->rlimits[i].resource);
		assert_int_equal(a->rlimits[i].soft, b->rlimits[i].soft);
		assert_int_equal(a->rlimits[i].hard, b->rlimits[i].hard);
	}
	assert_int_equal(a->caps, b->caps);
	assert_int_equal(a->no_new_privileges, b->no_new_privileges);
	assert_int_equal(a->oom_score_adj_set, b->oom_score_adj_set);
	assert_int_equal(a->oom_score_adj, b->oom_score_adj);
	expect_text(a->apparmor_profile, b->apparmor_profile);
	assert_int_equal(a->rows, b->rows);
	assert_int_equal(a->columns, b->columns);
}

static void expect_limits(const struct limit_set *a, const struct limit_set *b)
{
	for (size_t i = 0; i < LIMITS; i++) {
		assert_int_equal(a->values[i].set, b->values[i].set);
		if (!a->values[i].set)
			continue;
		assert_int_equal(a->values[i].number, b->values[i].number);
		assert_string_equal(a->values[i].text, b->values[i].text);
	}
}

static void expect_isolation(const struct spec *a, const struct spec *b)
{
	assert_int_equal(a->namespaces, b->namespaces);
	for (size_t i = 0; i < SPEC_NS_KINDS; i++)
		expect_text(a->ns_paths[i], b->ns_paths[i]);
	assert_int_equal(a->uid_maps_len, b->uid_maps_len);
	assert_memory_equal(a->uid_maps, b->uid_maps, sizeof(a->uid_maps));
	assert_memory_equal(a->gid_maps, b->gid_maps, sizeof(a->gid_maps));
	expect_list(&a->masked_paths, &b->masked_paths);
	expect_list(&a->readonly_paths, &b->readonly_paths);
	expect_list(&a->sysctls, &b->sysctls);
	assert_int_equal(a->seccomp, b->seccomp);
}

static void expect_hooks(const struct spec_hooks *a, const struct spec_hooks *b)
{
	assert_int_equal(a->len, b->len);
	for (size_t i = 0; i < a->len; i++) {
		expect_text(a->items[i].path, b->items[i].path);
		expect_list(&a->items[i].args, &b->items[i].args);
		expect_list(&a->items[i].env, &b->items[i].env);
		assert_int_equal(a->items[i].timeout_sec, b->items[i].timeout_sec);
	}
}

static void expect_same(const struct spec *a, const struct spec *b)
{
	expect_text(a->name, b->name);
	expect_text(a->bundle, b->bundle);
	assert_int_equal(a->root.kind, b->root.kind);
	expect_text(a->root.path, b->root.path);
	expect_text(a->root.keep, b->root.keep);
	assert_int_equal(a->root.readonly, b->root.readonly);
	assert_int_equal(a->root.ephemeral, b->root.ephemeral);
	expect_process(&a->process, &b->process);
	expect_text(a->hostname, b->hostname);
	assert_int_equal(a->only_mounts, b->only_mounts);
	assert_int_equal(a->mounts_len, b->mounts_len);
	for (size_t i = 0; i < a->mounts_len; i++) {
		expect_text(a->mounts[i].destination, b->mounts[i].destination);
		expect_text(a->mounts[i].type, b->mounts[i].type);
		expect_text(a->mounts[i].source, b->mounts[i].source);
		expect_list(&a->mounts[i].options, &b->mounts[i].options);
	}
	expect_isolation(a, b);
	expect_text(a->cgroups_path, b->cgroups_path);
	expect_limits(&a->limits, &b->limits);
	assert_int_equal(a->restart, b->restart);
	assert_int_equal(a->restart_max, b->restart_max);
	assert_int_equal(a->timeout_usec, b->timeout_usec);
	assert_int_equal(a->detach, b->detach);
	assert_int_equal(a->remove, b->remove);
	assert_int_equal(a->outlive, b->outlive);
	expect_list(&a->annotations, &b->annotations);
	for (size_t kind = 0; kind < SPEC_HOOK_KINDS; kind++)
		expect_hooks(&a->hooks[kind], &b->hooks[kind]);
}

static void expect_round_trip(struct rig *rig)
{
	assert_fine(spec_save(&rig->spec, rig->fd, "config.json", &rig->err), rig->err);
	assert_fine(spec_load_bundle(&rig->again, rig->dir, &rig->err), rig->err);
	expect_same(&rig->spec, &rig->again);
}

static void a_default_spec_reads_back_as_it_was(void **state)
{
	expect_round_trip(*state);
}

static void fill_process(struct spec *spec)
{
	struct spec_process *process = &spec->process;

	spec_list_add(spec, &process->args, "sh");
	spec_list_add(spec, &process->args, "\xff\x01 not UTF-8");
	spec_list_add(spec, &process->args, "");
	spec_list_add(spec, &process->env, "LATIN=\xe4");
	process->cwd = arena_strdup(&spec->arena, "/w\xf6rk");
	process->user = arena_strdup(&spec->arena, "alice:adm");
	process->terminal = process->interactive = true;
	process->umask = 077;
	process->groups = arena_array(&spec->arena, 2, sizeof(process->groups[0]));
	process->groups[1] = 4294967294u;
	process->groups_len = 2;
	process->rlimits = arena_array(&spec->arena, 2, sizeof(process->rlimits[0]));
	process->rlimits[0] = (struct spec_rlimit) {RLIMIT_NPROC, 5, 10};
	process->rlimits[1] = (struct spec_rlimit) {RLIMIT_CORE, 0, RLIM_INFINITY};
	process->rlimits_len = 2;
	process->caps = 1ull << CAP_KILL | 1ull << CAP_LAST_CAP;
	process->no_new_privileges = false;
	process->oom_score_adj = -17;
	process->oom_score_adj_set = true;
	process->apparmor_profile = arena_strdup(&spec->arena, "docker-default");
	process->rows = 24;
	process->columns = 80;
}

static void fill_limits(struct limit_set *set)
{
	static const char *const texts[LIMITS] = {
		[LIMIT_MEMORY] = "256M",   [LIMIT_MEMORY_HIGH] = "max", [LIMIT_SWAP] = "0",
		[LIMIT_CPUS] = "0.333333", [LIMIT_CPU_WEIGHT] = "77",	[LIMIT_CPUSET] = "0-1",
		[LIMIT_CPUSET_MEMS] = "0", [LIMIT_PIDS] = "64",		[LIMIT_IO_WEIGHT] = "10000",
	};
	struct err err = ERR_INIT;

	for (int i = 0; i < LIMITS; i++)
		if (texts[i])
			assert_fine(limit_parse((enum limit_id)i, span_of(texts[i]),
						&set->values[i], &err),
				    err);
	assert_fine(limit_parse(LIMIT_IO_MAX, SPAN("8:0 rbps=1048576"), &set->values[LIMIT_IO_MAX],
				&err),
		    err);
	assert_fine(
		limit_parse(LIMIT_IO_MAX, SPAN("8:16 wiops=7"), &set->values[LIMIT_IO_MAX], &err),
		err);
}

static void fill_sandbox(struct spec *spec)
{
	spec->name = arena_strdup(&spec->arena, "box-1");
	spec->bundle = arena_strdup(&spec->arena, "/srv/bundle");
	spec->root = (struct spec_root) {.kind = SPEC_ROOT_TAR,
					 .path = arena_strdup(&spec->arena, "/srv/root.tar"),
					 .keep = arena_strdup(&spec->arena, "/srv/keep")};
	spec->hostname = arena_strdup(&spec->arena, "box");
	spec->mounts = arena_array(&spec->arena, 1, sizeof(spec->mounts[0]));
	spec->mounts[0].destination = arena_strdup(&spec->arena, "/data");
	spec->mounts[0].type = arena_strdup(&spec->arena, "bind");
	spec->mounts[0].source = arena_strdup(&spec->arena, "/srv/data");
	spec_list_add(spec, &spec->mounts[0].options, "ro");
	spec_list_add(spec, &spec->mounts[0].options, "rbind");
	spec->mounts_len = 1;
	spec->namespaces = SPEC_NS_ALL & ~(unsigned int)SPEC_NS_NET;
	spec->ns_paths[3] = arena_strdup(&spec->arena, "/run/netns/a");
	spec->uid_maps[0] = spec->gid_maps[0] = (struct spec_id_map) {0, 1000, 1};
	spec->uid_maps[1] = spec->gid_maps[1] = (struct spec_id_map) {1, 100000, 65536};
	spec->uid_maps_len = spec->gid_maps_len = 2;
	spec_list_add(spec, &spec->sysctls, "kernel.shmmax=1=2");
	spec_list_add(spec, &spec->annotations, "a.b/c=\xfe");
	spec->seccomp = SPEC_SECCOMP_NONE;
	spec->cgroups_path = arena_strdup(&spec->arena, "/jobs");
	spec->restart = SPEC_RESTART_ON_FAILURE;
	spec->restart_max = 3;
	spec->timeout_usec = 90000000;
	for (size_t kind = 0; kind < SPEC_HOOK_KINDS; kind++) {
		struct spec_hooks *hooks = &spec->hooks[kind];

		hooks->len = kind;
		hooks->items = arena_array(&spec->arena, kind + 1, sizeof(hooks->items[0]));
		for (size_t i = 0; i < kind; i++) {
			hooks->items[i].path = arena_printf(&spec->arena, "/h\xf6k-%zu", i);
			hooks->items[i].timeout_sec = (uint32_t)i * 10;
		}
		if (kind == 0)
			continue;
		spec_list_add(spec, &hooks->items[0].args, "hook");
		spec_list_add(spec, &hooks->items[0].args, "");
		spec_list_add(spec, &hooks->items[0].env, "A=\xff");
	}
	spec->detach = spec->remove = spec->outlive = true;
}

static void everything_that_a_spec_can_say_reads_back(void **state)
{
	struct rig *rig = *state;

	fill_process(&rig->spec);
	fill_limits(&rig->spec.limits);
	fill_sandbox(&rig->spec);
	expect_round_trip(rig);
}

static void a_bundle_that_was_saved_reads_back_with_its_seccomp_list(void **state)
{
	struct rig *rig = *state;
	struct strbuf text = STRBUF_INIT;

	load(rig, "podman");
	expect_round_trip(rig);
	/* The copy stands for itself. */
	assert_int_equal(strncmp(rig->again.seccomp_profile, rig->dir, strlen(rig->dir)), 0);
	assert_int_equal(dir_read(rig->fd, "config.json", &text, &rig->err), 0);
	assert_non_null(strstr(text.data, "SCMP_ACT_ERRNO"));
	assert_non_null(strstr(text.data, "SCMP_CMP_"));
	strbuf_finish(&text);
}

static void a_spec_with_secrets_is_for_its_owner_alone(void **state)
{
	struct rig *rig = *state;
	struct stat st;

	assert_fine(spec_save(&rig->spec, rig->fd, "config.json", &rig->err), rig->err);
	assert_int_equal(fstatat(rig->fd, "config.json", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_lost_seccomp_profile_fails_the_saving(void **state)
{
	struct rig *rig = *state;

	rig->spec.seccomp = SPEC_SECCOMP_PROFILE;
	rig->spec.seccomp_profile = arena_strdup(&rig->spec.arena, "/nowhere/list.json");
	assert_int_equal(spec_save(&rig->spec, rig->fd, "config.json", &rig->err), -ENOENT);
	assert_non_null(strstr(rig->err.text, "/nowhere/list.json"));
	assert_int_equal(faccessat(rig->fd, "config.json", F_OK, 0), -1);
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(a_bundle_of_crun_means_the_same),
		RIGGED(a_bundle_of_runc_means_the_same),
		RIGGED(a_rootless_bundle_brings_its_maps),
		RIGGED(a_bundle_of_podman_means_the_same),
		RIGGED(a_bundle_of_containerd_means_the_same),
		RIGGED(a_bundle_that_is_none_says_so),
		RIGGED(of_a_scope_of_systemd_the_slice_is_taken),
		RIGGED(what_is_not_said_is_none),
		RIGGED(what_cannot_be_had_is_refused_by_its_name),
		RIGGED(limits_of_both_generations_are_the_same_limits),
		RIGGED(throttles_of_a_device_add_up),
		RIGGED(an_unlimited_rlimit_is_read_though_no_integer_holds_it),
		RIGGED(a_domain_name_is_a_parameter_of_the_kernel),
		RIGGED(a_default_spec_reads_back_as_it_was),
		RIGGED(everything_that_a_spec_can_say_reads_back),
		RIGGED(a_bundle_that_was_saved_reads_back_with_its_seccomp_list),
		RIGGED(a_spec_with_secrets_is_for_its_owner_alone),
		RIGGED(a_lost_seccomp_profile_fails_the_saving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
