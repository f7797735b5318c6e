/* SPDX-License-Identifier: MIT */
/*
 * The defaults of a launch spec and the memory that it lives in. Decides what a sandbox is given unless
 * something else is said; opens nothing, reads no environment, checks nothing (spec_check.c does).
 */
#include "runtime/spec.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"

/*
 * What programs of a distribution take for granted when they are root: owning and entering files,
 * becoming someone else, binding low ports. Left out of what engines give by default: MKNOD (the kernel
 * refuses it in a user namespace anyway), NET_RAW (forged packets on a shared network), AUDIT_WRITE (the
 * audit log is the host's).
 */
static const unsigned char default_caps[] = {
	CAP_CHOWN,   CAP_DAC_OVERRIDE,	   CAP_FOWNER,	   CAP_FSETID,
	CAP_KILL,    CAP_NET_BIND_SERVICE, CAP_SETGID,	   CAP_SETUID,
	CAP_SETPCAP, CAP_SETFCAP,	   CAP_SYS_CHROOT,
};

/* What /proc and /sys tell of the host, or let one read of its memory and hardware. */
static const char *const masked_paths[] = {
	"/proc/acpi",		"/proc/asound",	     "/proc/interrupts",
	"/proc/kcore",		"/proc/kallsyms",    "/proc/keys",
	"/proc/kpagecgroup",	"/proc/kpagecount",  "/proc/kpageflags",
	"/proc/latency_stats",	"/proc/sched_debug", "/proc/scsi",
	"/proc/slabinfo",	"/proc/timer_list",  "/proc/timer_stats",
	"/proc/vmallocinfo",	"/sys/firmware",     "/sys/devices/virtual/powercap",
	"/sys/kernel/security", "/sys/kernel/debug", "/sys/kernel/tracing",
};

/* What root could change on the host through /proc. */
static const char *const readonly_paths[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

/* Secrets of a host whose own root is looked at from inside. */
static const char *const host_secrets[] = {
	"/etc/shadow",
	"/etc/shadow-",
	"/etc/gshadow",
	"/etc/gshadow-",
	"/etc/security/opasswd",
	"/etc/sudoers",
	"/etc/sudoers.d",
	"/etc/ssh",
	"/etc/ssl/private",
	"/etc/pki/tls/private",
	"/etc/letsencrypt",
	"/etc/krb5.keytab",
	"/etc/ipsec.secrets",
	"/etc/ipsec.d/private",
	"/etc/wireguard",
	"/etc/openvpn",
	"/etc/NetworkManager/system-connections",
	"/etc/wpa_supplicant",
	"/etc/kubernetes",
	"/etc/rancher",
	"/etc/docker/key.json",
	"/etc/containers/auth.json",
	"/etc/credstore",
	"/etc/credstore.encrypted",
	"/var/backups",
	"/var/lib/docker",
	"/var/lib/containerd",
	"/var/lib/containers",
	"/var/lib/kubelet",
	"/var/lib/rancher",
	"/var/lib/etcd",
	"/var/lib/libvirt",
	"/var/lib/lxc",
	"/var/lib/machines",
	"/var/lib/sss",
	"/var/lib/samba",
	"/var/lib/NetworkManager",
	"/var/lib/systemd/random-seed",
	"/var/lib/systemd/credential.secret",
	"/var/spool/cron",
};

/* The same in the home directory of whoever starts the sandbox. */
static const char *const home_secrets[] = {
	".ssh",
	".gnupg",
	".aws",
	".azure",
	".kube",
	".docker",
	".config/gcloud",
	".config/gh",
	".config/containers",
	".netrc",
	".git-credentials",
	".config/git/credentials",
	".npmrc",
	".pypirc",
	".cargo/credentials",
	".cargo/credentials.toml",
	".pgpass",
	".my.cnf",
	".password-store",
	".local/share/keyrings",
	".mozilla",
	".thunderbird",
	".config/chromium",
	".config/google-chrome",
	".bash_history",
	".zsh_history",
	".python_history",
	".psql_history",
	".mysql_history",
	".Xauthority",
};

void spec_list_add(struct spec *spec, struct spec_list *list, const char *text)
{
	/* Room for 1, 3, 7, ... strings and the NULL behind them: full when len + 1 is a power of two. */
	if ((list->len & (list->len + 1)) == 0) {
		char **items = arena_array(&spec->arena, 2 * (list->len + 1), sizeof(items[0]));

		if (list->len)
			memcpy(items, list->items, list->len * sizeof(items[0]));
		list->items = items;
	}
	list->items[list->len++] = arena_strdup(&spec->arena, text);
	list->items[list->len] = NULL;
}

static void add_all(struct spec *spec, struct spec_list *list, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		spec_list_add(spec, list, texts[i]);
}

static void init_process(struct spec *spec)
{
	struct spec_process *process = &spec->process;

	process->cwd = arena_strdup(&spec->arena, "/");
	spec_list_add(spec, &process->env,
		      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	spec_list_add(spec, &process->env, "TERM=xterm");
	spec_list_add(spec, &process->env, "HOME=/root");
	process->umask = 022;
	process->umask_set = true;
	process->no_new_privileges = true;
	for (size_t i = 0; i < ARRAY_LEN(default_caps); i++)
		process->caps |= 1ull << default_caps[i];
	/* A dump would go to the host's core_pattern, which may be a program that runs as its root. The
	 * others stay as the caller has them: raising is not everyone's to do. */
	process->rlimits = arena_array(&spec->arena, 1, sizeof(process->rlimits[0]));
	process->rlimits[0] = (struct spec_rlimit) {.resource = RLIMIT_CORE};
	process->rlimits_len = 1;
}

void spec_init(struct spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	spec->arena = ARENA_INIT;
	spec->root.kind = SPEC_ROOT_HOST;
	spec->root.ephemeral = true;
	spec->namespaces = SPEC_NS_ALL & ~(unsigned int)SPEC_NS_TIME;
	spec->seccomp = SPEC_SECCOMP_DEFAULT;
	add_all(spec, &spec->masked_paths, masked_paths, ARRAY_LEN(masked_paths));
	add_all(spec, &spec->readonly_paths, readonly_paths, ARRAY_LEN(readonly_paths));
	init_process(spec);
}

static bool has(const struct spec_list *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

void spec_mask_host_secrets(struct spec *spec, const char *home)
{
	/* Once is enough. */
	if (has(&spec->masked_paths, host_secrets[0]))
		return;
	add_all(spec, &spec->masked_paths, host_secrets, ARRAY_LEN(host_secrets));
	if (!home || home[0] != '/')
		return;
	for (size_t i = 0; i < ARRAY_LEN(home_secrets); i++) {
		char *path = arena_printf(&spec->arena, "%s/%s", strcmp(home, "/") == 0 ? "" : home,
					  home_secrets[i]);

		spec_list_add(spec, &spec->masked_paths, path);
	}
}

const char *spec_hostname(const struct spec *spec, char buf[SPEC_HOSTNAME_MAX + 1])
{
	const char *name = spec->hostname ? spec->hostname : spec->name;
	uint32_t hash = 2166136261u; /* FNV-1a */

	if (!name || strlen(name) <= SPEC_HOSTNAME_MAX)
		return name;
	for (const char *p = name; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	snprintf(buf, SPEC_HOSTNAME_MAX + 1, "%.*s-%08x", SPEC_HOSTNAME_MAX - 9, name, hash);
	return buf;
}

void spec_finish(struct spec *spec)
{
	arena_finish(&spec->arena);
	memset(spec, 0, sizeof(*spec));
}
