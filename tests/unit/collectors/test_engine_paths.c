// SPDX-License-Identifier: MIT
/* Whose a path is: every row of every engine, and what only looks like one. */
#include "engine_test.h"

#include "collectors/engines/match.h"

/** struct path_case - a path and the answer; NULL engine: nobody's */
struct path_case {
	const char *path;
	enum path_verdict verdict;
	const char *engine;
	enum container_kind kind;
	const char *id, *name, *pod;
	uid_t uid;
};

#define USER	"/user.slice/user-1000.slice/user@1000.service"
#define KUBE	"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UUID_ ".slice"
#define CLAIMED PATH_CLAIMED
#define C	CONTAINER_CONTAINER
#define TRANSPARENT(path)                                                                          \
	{                                                                                          \
		path, PATH_TRANSPARENT, NULL, C, NULL, NULL, NULL, 0                               \
	}
#define UNKNOWN(path)                                                                              \
	{                                                                                          \
		path, PATH_UNKNOWN, NULL, C, NULL, NULL, NULL, 0                                   \
	}

static const struct path_case cases[] = {
	/* Docker */
	{"/system.slice/docker-" ID("a1") ".scope", CLAIMED, "docker", C, ID("a1"), SHORT("a1"),
	 NULL, 0},
	{"/docker/" ID("a1"), CLAIMED, "docker", C, ID("a1"), SHORT("a1"), NULL, 0},
	{"/actions_job/" ID("a1"), CLAIMED, "docker", C, ID("a1"), SHORT("a1"), NULL, 0},
	{"/" ID("a1"), CLAIMED, "docker", C, ID("a1"), SHORT("a1"), NULL, 0},
	{USER "/user.slice/docker-" ID("b1") ".scope", CLAIMED, "docker", C, ID("b1"), SHORT("b1"),
	 NULL, 1000},
	{USER "/app.slice/docker-" ID("b1") ".scope", CLAIMED, "docker", C, ID("b1"), SHORT("b1"),
	 NULL, 1000},
	{KUBE "/docker-" ID("a1") ".scope", CLAIMED, "docker", C, ID("a1"), SHORT("a1"), UUID, 0},
	{"/docker/" ID("a1") "/docker/" ID("a2"), CLAIMED, "docker", C, ID("a2"), SHORT("a2"), NULL,
	 0},
	/* a container's own user slice is not the host's user */
	{"/docker/" ID("a1") "/user.slice/user-1000.slice/docker-" ID("a2") ".scope", CLAIMED,
	 "docker", C, ID("a2"), SHORT("a2"), NULL, 0},
	/* Podman */
	{"/machine.slice/libpod-" ID("c1") ".scope", CLAIMED, "podman", C, ID("c1"), SHORT("c1"),
	 NULL, 0},
	TRANSPARENT("/machine.slice/libpod-" ID("c1") ".scope/container"),
	{USER "/user.slice/libpod-" ID("c5") ".scope", CLAIMED, "podman", C, ID("c5"), SHORT("c5"),
	 NULL, 1000},
	TRANSPARENT(USER "/user.slice/libpod-" ID("c5") ".scope/container"),
	{"/machine.slice/libpod-conmon-" ID("c1") ".scope", CLAIMED, "podman", CONTAINER_MONITOR,
	 ID("c1"), SHORT("c1"), NULL, 0},
	{USER "/user.slice/podman-pause-0badcafe.scope", CLAIMED, "podman", CONTAINER_MONITOR, NULL,
	 "podman-pause", NULL, 1000},
	{"/machine.slice/machine-libpod_pod_" ID("cc") ".slice", CLAIMED, "podman", CONTAINER_POD,
	 ID("cc"), SHORT("cc"), NULL, 0},
	{"/machine.slice/machine-libpod_pod_" ID("cc") ".slice/libpod-" ID("c2") ".scope", CLAIMED,
	 "podman", C, ID("c2"), SHORT("c2"), SHORT("cc"), 0},
	{"/libpod_parent/libpod-" ID("c1"), CLAIMED, "podman", C, ID("c1"), SHORT("c1"), NULL, 0},
	{"/libpod_parent/" ID("cc"), CLAIMED, "podman", CONTAINER_POD, ID("cc"), SHORT("cc"), NULL,
	 0},
	{"/libpod_parent/" ID("cc") "/libpod-" ID("c2"), CLAIMED, "podman", C, ID("c2"),
	 SHORT("c2"), SHORT("cc"), 0},
	{"/libpod_parent/conmon", CLAIMED, "podman", CONTAINER_MONITOR, NULL, "conmon", NULL, 0},
	{"/libpod_parent/libpod-conmon-" ID("c1"), CLAIMED, "podman", CONTAINER_MONITOR, ID("c1"),
	 SHORT("c1"), NULL, 0},
	{"/system.slice/web.service/libpod-payload-" ID("c1"), CLAIMED, "podman", C, ID("c1"),
	 SHORT("c1"), NULL, 0},
	TRANSPARENT("/system.slice/web.service/runtime"),
	TRANSPARENT("/libpod_parent"),
	/* Kubernetes with containerd, CRI-O and Docker */
	{KUBE, CLAIMED, "kubernetes", CONTAINER_POD, UUID, "0a1b2c3d-000", UUID, 0},
	{KUBE "/cri-containerd-" ID("e1") ".scope", CLAIMED, "containerd", C, ID("e1"), SHORT("e1"),
	 UUID, 0},
	{"/kubepods.slice/kubepods-pod" UUID_ ".slice/cri-containerd-" ID("e1") ".scope", CLAIMED,
	 "containerd", C, ID("e1"), SHORT("e1"), UUID, 0},
	{"/kubepods/besteffort/pod" UUID "/" ID("e1"), CLAIMED, "containerd", C, ID("e1"),
	 SHORT("e1"), UUID, 0},
	{"/kubepods/pod" ID8("0a") ID8("0b") "/" ID("e1"), CLAIMED, "containerd", C, ID("e1"),
	 SHORT("e1"), ID8("0a") ID8("0b"), 0},
	{"/docker/" ID("a1") "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UUID_
			     ".slice/cri-containerd-" ID("e1") ".scope",
	 CLAIMED, "containerd", C, ID("e1"), SHORT("e1"), UUID, 0},
	{"/system.slice/nerdctl-" ID("e3") ".scope", CLAIMED, "containerd", C, ID("e3"),
	 SHORT("e3"), NULL, 0},
	{KUBE "/crio-" ID("f1") ".scope", CLAIMED, "cri-o", C, ID("f1"), SHORT("f1"), UUID, 0},
	TRANSPARENT(KUBE "/crio-" ID("f1") ".scope/container"),
	{KUBE "/crio-conmon-" ID("f1") ".scope", CLAIMED, "cri-o", CONTAINER_MONITOR, ID("f1"),
	 SHORT("f1"), UUID, 0},
	{"/kubepods/burstable/pod" UUID "/crio-" ID("f1"), CLAIMED, "cri-o", C, ID("f1"),
	 SHORT("f1"), UUID, 0},
	{"/kubepods/burstable/pod" UUID "/crio-conmon-" ID("f1"), CLAIMED, "cri-o",
	 CONTAINER_MONITOR, ID("f1"), SHORT("f1"), UUID, 0},
	/* LXC and its kin */
	{"/lxc.payload.c1", CLAIMED, "lxc", C, "c1", "c1", NULL, 0},
	{"/lxc.payload/c1", CLAIMED, "lxc", C, "c1", "c1", NULL, 0},
	{"/lxc/c1", CLAIMED, "lxc", C, "c1", "c1", NULL, 0},
	{"/lxc.monitor.c1", CLAIMED, "lxc", CONTAINER_MONITOR, "c1", "c1", NULL, 0},
	{"/lxc.monitor/c1", CLAIMED, "lxc", CONTAINER_MONITOR, "c1", "c1", NULL, 0},
	{"/lxc.payload.shop_web", CLAIMED, "lxc", C, "shop_web", "shop_web", NULL, 0},
	{USER "/lxc.payload.toy", CLAIMED, "lxc", C, "toy", "toy", NULL, 1000},
	{"/lxc.payload.k8s/kubepods/besteffort/pod" UUID "/" ID("e1"), CLAIMED, "containerd", C,
	 ID("e1"), SHORT("e1"), UUID, 0},
	TRANSPARENT("/lxc.pivot"),
	/* nspawn, libvirt, Proxmox */
	{"/machine.slice/systemd-nspawn@n1.service", CLAIMED, "nspawn", C, "n1", "n1", NULL, 0},
	TRANSPARENT("/machine.slice/systemd-nspawn@n1.service/payload"),
	TRANSPARENT("/machine.slice/systemd-nspawn@n1.service/supervisor"),
	{"/machine.slice/machine-my\\x2dbox.scope", CLAIMED, "nspawn", C, "my-box", "my-box", NULL,
	 0},
	TRANSPARENT("/machine.slice/machine-n1.scope/payload"),
	{"/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope", CLAIMED, "libvirt", CONTAINER_VM,
	 "qemu-1-vm1", "vm1", NULL, 0},
	TRANSPARENT("/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope/libvirt"),
	TRANSPARENT("/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope/libvirt/vcpu0"),
	TRANSPARENT("/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope/libvirt/emulator"),
	{"/machine.slice/machine-lxc\\x2d99\\x2dbox.scope", CLAIMED, "libvirt", C, "lxc-99-box",
	 "box", NULL, 0},
	{"/machine/qemu-2-web-1.libvirt-qemu", CLAIMED, "libvirt", CONTAINER_VM, "qemu-2-web-1",
	 "web-1", NULL, 0},
	{"/machine/plain.libvirt-qemu", CLAIMED, "libvirt", CONTAINER_VM, "plain", "plain", NULL,
	 0},
	{"/qemu.slice/100.scope", CLAIMED, "proxmox", CONTAINER_VM, "100", "100", NULL, 0},
	{"/lxc/101", CLAIMED, "proxmox", C, "101", "101", NULL, 0},
	{"/lxc.monitor/101", CLAIMED, "proxmox", CONTAINER_MONITOR, "101", "101", NULL, 0},
	TRANSPARENT("/lxc/101/ns"),
	/* Runtimes alone */
	{"/system.slice/runc-job-7.scope", CLAIMED, "runc", C, "job-7", "job-7", NULL, 0},
	{USER "/user.slice/crun-job.scope", CLAIMED, "crun", C, "job", "job", NULL, 1000},
	TRANSPARENT("/system.slice/crun-job-8.scope/container"),
	UNKNOWN("/job-7"),
	UNKNOWN("/tenant/plain-task"),
	/* Desktop and schedulers */
	{USER "/app.slice/app-flatpak-org.gnome.Maps-4242.scope", CLAIMED, "flatpak", CONTAINER_APP,
	 "4242", "org.gnome.Maps", NULL, 1000},
	{USER "/app.slice/app-flatpak-org.my\\x2dapp.X-1.scope", CLAIMED, "flatpak", CONTAINER_APP,
	 "1", "org.my-app.X", NULL, 1000},
	{USER "/app.slice/snap.firefox.firefox-" UUID ".scope", CLAIMED, "snap", CONTAINER_APP,
	 "firefox.firefox", "firefox", NULL, 1000},
	{USER "/app.slice/snap.lxd.lxc." UUID ".scope", CLAIMED, "snap", CONTAINER_APP, "lxd.lxc",
	 "lxd.lxc", NULL, 1000},
	{"/system.slice/snap.lxd.daemon.service", CLAIMED, "snap", CONTAINER_APP, "lxd.daemon",
	 "lxd.daemon", NULL, 0},
	{"/nomad.slice/share.slice/" UUID ".redis.scope", CLAIMED, "nomad", C, UUID, "redis", NULL,
	 0},
	{"/nomad/" UUID ".redis", CLAIMED, "nomad", C, UUID, "redis", NULL, 0},
	{"/garden/handle-1", CLAIMED, "garden", C, "handle-1", "handle-1", NULL, 0},
	{"/garden-2/good/handle-1", CLAIMED, "garden", C, "handle-1", "handle-1", NULL, 0},
	{"/ecs/" ID8("0a") ID8("0b") "/" ID("a1"), CLAIMED, "ecs", C, ID("a1"), SHORT("a1"),
	 ID8("0a") ID8("0b"), 0},
	{"/ecstasks.slice/ecstasks-" ID8("0a") ID8("0b") ".slice/docker-" ID("a1") ".scope",
	 CLAIMED, "ecs", C, ID("a1"), SHORT("a1"), ID8("0a") ID8("0b"), 0},
	{"/ecs/" ID8("0a") ID8("0b"), CLAIMED, "ecs", CONTAINER_POD, ID8("0a") ID8("0b"),
	 SHORT("0a"), NULL, 0},
	/* Units */
	{"/system.slice", CLAIMED, "systemd", CONTAINER_SLICE, NULL, "system.slice", NULL, 0},
	{"/system.slice/ssh.service", CLAIMED, "systemd", CONTAINER_SERVICE, NULL, "ssh.service",
	 NULL, 0},
	{"/system.slice/system-getty.slice/getty@tty1.service", CLAIMED, "systemd",
	 CONTAINER_SERVICE, NULL, "getty@tty1.service", NULL, 0},
	{"/system.slice/system-getty.slice", CLAIMED, "systemd", CONTAINER_SLICE, NULL,
	 "system-getty.slice", NULL, 0},
	{"/user.slice/user-1000.slice/session-3.scope", CLAIMED, "systemd", CONTAINER_SCOPE, NULL,
	 "session-3.scope", NULL, 1000},
	{USER, CLAIMED, "systemd", CONTAINER_SERVICE, NULL, "user@1000.service", NULL, 1000},
	{USER "/app.slice/app-gnome-x\\x2dterm-1.scope", CLAIMED, "systemd", CONTAINER_SCOPE, NULL,
	 "app-gnome-x\\x2dterm-1.scope", NULL, 1000},
	TRANSPARENT("/init.scope"),
	TRANSPARENT(USER "/init.scope"),
	TRANSPARENT("/dev-hugepages.mount"),
	TRANSPARENT("/system.slice/dbus.socket"),
	TRANSPARENT("/system.slice/swapfile.swap"),
	/* Units where systemd would not put them */
	UNKNOWN("/mine/ssh.service"),
	UNKNOWN("/mine/a-b.slice"),
	UNKNOWN("/system.slice/ssh.service/inner.service"),
	/* Somebody's own */
	UNKNOWN("/"),
	UNKNOWN(""),
	UNKNOWN("mine"),
	UNKNOWN("/mine"),
	UNKNOWN("/mine/a"),
	UNKNOWN("/container"),
	UNKNOWN("/mine/payload"),
	/* Look-alikes: 63 and 65 digits, upper case, other letters */
	UNKNOWN("/docker/" ID8("a1") ID8("a1") ID8("a1") "a1a1a1a1a1a1a1a"),
	UNKNOWN("/docker/" ID("a1") "a"),
	UNKNOWN("/docker/" ID("A1")),
	UNKNOWN("/docker/" ID("g1")),
	UNKNOWN("/mine/docker-" ID("a1") "x.scope"),
	UNKNOWN("/mine/docker-" ID("a1") ".scope.d"),
	UNKNOWN("/mine/libpod-" ID("c1") ".scop"),
	UNKNOWN("/mine/docker-.scope"),
	UNKNOWN("/mine/cri-containerd-.scope"),
	UNKNOWN("/kubepods/pod" UUID "x"),
	UNKNOWN("/mine/pod" UUID),
	UNKNOWN("/lxc.payload."),
	UNKNOWN("/nomad/" UUID),
	UNKNOWN("/nomad/" UUID "."),
	/* Hostile */
	UNKNOWN("//"),
	UNKNOWN("/mine/"),
	UNKNOWN("/mine//docker-" ID("a1") ".scope"),
	UNKNOWN("/mine/./docker-" ID("a1") ".scope"),
	UNKNOWN("/.."),
	UNKNOWN("/../.."),
	UNKNOWN("/lxc/.."),
	UNKNOWN("/mine/a\033[31m"),
	{"/lxc.payload.a\033[31m\n", CLAIMED, "lxc", C, "a\033[31m\n", "a\033[31m\n", NULL, 0},
	/* outside of our cgroup namespace it still is what it is */
	{"/../../system.slice/docker-" ID("a1") ".scope", CLAIMED, "docker", C, ID("a1"),
	 SHORT("a1"), NULL, 0},
	/* an escape that would leave the state directory is no machine's name */
	{"/machine.slice/machine-..\\x2f..\\x2fetc.scope", CLAIMED, "systemd", CONTAINER_SCOPE,
	 NULL, "machine-..\\x2f..\\x2fetc.scope", NULL, 0},
	{"/machine.slice/machine-a\\x00b.scope", CLAIMED, "nspawn", C, "a\\x00b", "a\\x00b", NULL,
	 0},
	{"/machine.slice/machine-a\\x2.scope", CLAIMED, "nspawn", C, "a\\x2", "a\\x2", NULL, 0},
	{"/user.slice/user-99999999999.slice/session-1.scope", CLAIMED, "systemd", CONTAINER_SCOPE,
	 NULL, "session-1.scope", NULL, 0},
	{"/user.slice/user-4294967295.slice/session-1.scope", CLAIMED, "systemd", CONTAINER_SCOPE,
	 NULL, "session-1.scope", NULL, 0},
};

static void check_case(const struct path_case *expected)
{
	struct arena arena = ARENA_INIT;
	struct claim claim = {.arena = &arena};
	const struct engine *engine;
	enum path_verdict verdict = engine_identify(expected->path, &claim, &engine);

	if (verdict != expected->verdict ||
	    (claim.engine && expected->engine && strcmp(claim.engine, expected->engine)))
		print_error("%s: verdict %d, engine %s\n", expected->path, (int)verdict,
			    claim.engine ? claim.engine : "none");
	assert_int_equal(verdict, expected->verdict);
	assert_text_equal(claim.engine, expected->engine);
	if (verdict == PATH_CLAIMED) {
		assert_text_equal(engine->name, expected->engine);
		assert_int_equal(claim.kind, expected->kind);
		assert_text_equal(claim.id, expected->id);
		assert_text_equal(claim.name, expected->name);
		assert_text_equal(claim.pod, expected->pod);
		assert_int_equal(claim.uid, expected->uid);
		assert_false(claim.confirmed);
	} else {
		assert_null(engine);
	}
	arena_finish(&arena);
}

static void every_path_is_whose_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_case(&cases[i]);
}

static void a_component_of_255_bytes_is_taken_and_one_of_256_is_not(void **state)
{
	char path[512] = "/lxc.payload.";
	struct arena arena = ARENA_INIT;
	struct claim claim = {.arena = &arena};
	const struct engine *engine;

	(void)state;
	memset(path + 13, 'n', 255 - 12);
	path[1 + 255] = '\0';
	assert_int_equal(engine_identify(path, &claim, &engine), PATH_CLAIMED);
	assert_int_equal(strlen(claim.name), 255 - 12);
	strcat(path, "n");
	claim = (struct claim) {.arena = &arena};
	assert_int_equal(engine_identify(path, &claim, &engine), PATH_UNKNOWN);
	arena_finish(&arena);
}

static void a_deep_path_costs_no_stack(void **state)
{
	struct arena arena = ARENA_INIT;
	struct claim claim = {.arena = &arena};
	struct strbuf path = STRBUF_INIT;
	const struct engine *engine;

	(void)state;
	for (size_t i = 0; i < 2000; i++)
		strbuf_adds(&path, "/a");
	strbuf_adds(&path, "/docker-" ID("a1") ".scope");
	assert_int_equal(engine_identify(strbuf_cstr(&path), &claim, &engine), PATH_CLAIMED);
	strbuf_finish(&path);
	arena_finish(&arena);
}

/* Claims that the path alone does not decide, strong ones first. */
static const struct {
	const char *path;
	const char *engines; /* in order */
} weak_cases[] = {
	{"/job-7", "runc? crun? "},
	{"/tenant/plain-task", "containerd? runc? crun? "},
	{"/boxtop-mine", "boxtop? runc? crun? "},
	{"/boxtop/mine", "boxtop? containerd? runc? crun? "},
	{"/boxtop/boxtop-mine", "boxtop? containerd? runc? crun? "},
	{"/system.slice/boxtop-mine.scope", "systemd containerd? runc? crun? "},
	{"/system.slice/boxtop-mine.scope/mine", "boxtop? runc? crun? "},
	{"/system.slice/boxtop-mine.scope/other", "runc? crun? "},
	{"/kubepods/pod" UUID "/" ID("a1"), "containerd docker runc? crun? "},
	{"/lxc/101", "proxmox lxc containerd? runc? crun? "},
	{"/init.scope", ""},
	{"/a/..", ""},
};

static void what_a_path_does_not_decide_is_left_to_the_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(weak_cases); i++) {
		struct arena arena = ARENA_INIT;
		struct engine_claim claims[ENGINE_CLAIMS_MAX];
		struct strbuf text = STRBUF_INIT;
		size_t len = engine_claims(weak_cases[i].path, &arena, claims);

		for (size_t c = 0; c < len; c++)
			strbuf_addf(&text, "%s%s ", claims[c].engine->name,
				    claims[c].claim.weak ? "?" : "");
		assert_string_equal(strbuf_cstr(&text), weak_cases[i].engines);
		strbuf_finish(&text);
		arena_finish(&arena);
	}
}

static void names_of_engines_are_there_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < engines_len; i++) {
		assert_non_null(engines[i]->claim);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(engines[i]->name, engines[j]->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_is_whose_the_table_says),
		cmocka_unit_test(a_component_of_255_bytes_is_taken_and_one_of_256_is_not),
		cmocka_unit_test(a_deep_path_costs_no_stack),
		cmocka_unit_test(what_a_path_does_not_decide_is_left_to_the_state),
		cmocka_unit_test(names_of_engines_are_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
