/* SPDX-License-Identifier: MIT */
/*
 * From what a person writes to a spec: namespaces, capabilities, limits of a process, policies. Strict:
 * the whole text, known names, numbers in their range. Mounts and the root are spec_edit_root.c's.
 */
#include "runtime/spec_edit.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "runtime/spec_json.h"

/* ---- Environment ---- */

static bool is_of(const char *variable, struct span name)
{
	return strncmp(variable, name.p, name.len) == 0 && variable[name.len] == '=';
}

static void put_env(struct spec *spec, struct span name, const char *text)
{
	struct spec_list *env = &spec->process.env;

	for (size_t i = 0; i < env->len; i++) {
		if (!is_of(env->items[i], name))
			continue;
		env->items[i] = arena_strdup(&spec->arena, text);
		return;
	}
	spec_list_add(spec, env, text);
}

int spec_set_env(struct spec *spec, const char *text, struct err *err)
{
	struct span name = span_of(text), value;
	const char *here;

	if (text[0] == '\0' || text[0] == '=')
		return err_setx(err, EINVAL, "'%s' is no variable: NAME=VALUE or NAME", text);
	if (span_split_at(span_of(text), '=', &name, &value)) {
		put_env(spec, name, text);
		return 0;
	}
	here = getenv(text);
	if (here)
		put_env(spec, name, arena_printf(&spec->arena, "%s=%s", text, here));
	return 0;
}

/* ---- Capabilities ---- */

static bool find_cap(struct span name, uint64_t *out)
{
	char full[64] = "cap_";
	size_t at = name.len > 4 && strncasecmp(name.p, "cap_", 4) == 0 ? 0 : 4;
	cap_value_t value;

	if (name.len == 3 && strncasecmp(name.p, "all", 3) == 0) {
		*out = (UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1;
		return true;
	}
	if (name.len == 0 || !span_copy(name, full + at, sizeof(full) - at))
		return false;
	for (char *p = full; *p; p++) {
		/* libcap stops at what can be in no name, and takes what was before it. */
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
		*p = (char)tolower((unsigned char)*p);
	}
	/* It takes bare numbers, too: not what is meant by a name. */
	if (cap_from_name(full, &value) < 0 || value < 0 || value > CAP_LAST_CAP)
		return false;
	*out = UINT64_C(1) << value;
	return true;
}

static int parse_caps(const char *text, uint64_t *out, struct err *err)
{
	struct span rest = span_of(text), part;
	uint64_t one;

	*out = 0;
	while (span_next_part(&rest, ',', &part)) {
		if (!find_cap(part, &one))
			return err_setx(
				err, EINVAL,
				"'%.*s' is no capability: NET_RAW, CAP_SYS_PTRACE, ... or ALL",
				(int)part.len, part.p);
		*out |= one;
	}
	return 0;
}

int spec_add_caps(struct spec *spec, const char *text, struct err *err)
{
	uint64_t caps;
	int r = parse_caps(text, &caps, err);

	if (r == 0)
		spec->process.caps |= caps;
	return r;
}

int spec_drop_caps(struct spec *spec, const char *text, struct err *err)
{
	uint64_t caps;
	int r = parse_caps(text, &caps, err);

	if (r == 0)
		spec->process.caps &= ~caps;
	return r;
}

/* ---- Limits of a process ---- */

static int find_resource(struct span name)
{
	char full[64] = "RLIMIT_";
	size_t prefix = strlen(full);

	if (!span_copy(name, full + prefix, sizeof(full) - prefix))
		return -1;
	for (char *p = full; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return spec_rlimit_find(full);
}

static bool parse_amount(struct span text, uint64_t *out)
{
	if (span_eq(text, SPAN("unlimited")) || span_eq(text, SPAN("max"))) {
		*out = RLIM_INFINITY;
		return true;
	}
	return units_parse_u64(text, 0, RLIM_INFINITY - 1, out, NULL) == 0;
}

static void put_rlimit(struct spec *spec, struct spec_rlimit rlimit)
{
	struct spec_process *process = &spec->process;
	struct spec_rlimit *more;

	for (size_t i = 0; i < process->rlimits_len; i++) {
		if (process->rlimits[i].resource != rlimit.resource)
			continue;
		process->rlimits[i] = rlimit;
		return;
	}
	more = arena_array(&spec->arena, process->rlimits_len + 1, sizeof(*more));
	if (process->rlimits_len)
		memcpy(more, process->rlimits, process->rlimits_len * sizeof(*more));
	more[process->rlimits_len++] = rlimit;
	process->rlimits = more;
}

int spec_set_rlimit(struct spec *spec, const char *text, struct err *err)
{
	struct span name, amounts, soft, hard;
	struct spec_rlimit rlimit;

	if (!span_split_at(span_of(text), '=', &name, &amounts))
		return err_setx(err, EINVAL, "'%s': must be NAME=SOFT or NAME=SOFT:HARD", text);
	rlimit.resource = find_resource(name);
	if (rlimit.resource < 0)
		return err_setx(err, EINVAL, "'%.*s' is no limit: nofile, nproc, core, ...",
				(int)name.len, name.p);
	if (!span_split_at(amounts, ':', &soft, &hard))
		soft = hard = amounts;
	if (!parse_amount(soft, &rlimit.soft) || !parse_amount(hard, &rlimit.hard))
		return err_setx(err, EINVAL, "'%.*s': must be numbers, or unlimited",
				(int)amounts.len, amounts.p);
	if (rlimit.soft > rlimit.hard)
		return err_setx(err, EINVAL, "'%s': the soft limit is above the hard one", text);
	put_rlimit(spec, rlimit);
	return 0;
}

/* ---- Namespaces ---- */

static const struct {
	const char *name;
	enum spec_ns ns;
} ns_names[] = {
	{"user", SPEC_NS_USER}, {"mnt", SPEC_NS_MNT}, {"mount", SPEC_NS_MNT},
	{"pid", SPEC_NS_PID},	{"net", SPEC_NS_NET}, {"network", SPEC_NS_NET},
	{"ipc", SPEC_NS_IPC},	{"uts", SPEC_NS_UTS}, {"cgroup", SPEC_NS_CGROUP},
	{"time", SPEC_NS_TIME},
};

static int parse_ns(const char *text, unsigned int *out, struct err *err)
{
	struct span rest = span_of(text), part;
	unsigned int one;

	*out = 0;
	while (span_next_part(&rest, ',', &part)) {
		one = 0;
		for (size_t i = 0; i < ARRAY_LEN(ns_names); i++) {
			if (span_eq(part, span_of(ns_names[i].name)))
				one = ns_names[i].ns;
		}
		if (!one)
			return err_setx(err, EINVAL,
					"'%.*s' is no namespace: user, pid, net, ipc, uts, cgroup, "
					"time",
					(int)part.len, part.p);
		*out |= one;
	}
	return 0;
}

int spec_share(struct spec *spec, const char *text, struct err *err)
{
	unsigned int namespaces;
	int r = parse_ns(text, &namespaces, err);

	if (r < 0)
		return r;
	if (namespaces & SPEC_NS_MNT)
		return err_setx(
			err, EINVAL,
			"the mount namespace can't be shared: the sandbox's mounts would be "
			"the host's");
	spec->namespaces &= ~namespaces;
	return 0;
}

int spec_unshare(struct spec *spec, const char *text, struct err *err)
{
	unsigned int namespaces;
	int r = parse_ns(text, &namespaces, err);

	if (r == 0)
		spec->namespaces |= namespaces;
	return r;
}

/* ---- Policies ---- */

int spec_set_restart(struct spec *spec, const char *text, struct err *err)
{
	struct span policy = span_of(text), times;
	uint64_t max = 0;

	if (strcmp(text, "no") == 0) {
		spec->restart = SPEC_RESTART_NO;
		return 0;
	}
	if (span_split_at(span_of(text), ':', &policy, &times) &&
	    units_parse_u64(times, 1, UINT_MAX, &max, NULL) < 0)
		return err_setx(err, EINVAL, "'%.*s' is no number of restarts: 1 or more",
				(int)times.len, times.p);
	if (!span_eq(policy, SPAN("on-failure")))
		return err_setx(err, EINVAL, "'%s': must be no, on-failure or on-failure:N", text);
	spec->restart = SPEC_RESTART_ON_FAILURE;
	spec->restart_max = (unsigned int)max;
	return 0;
}

int spec_set_seccomp(struct spec *spec, const char *text, struct err *err)
{
	_cleanup_(cleanup_free)
	char *path = NULL;

	enum spec_seccomp seccomp = SPEC_SECCOMP_PROFILE;

	if (strcmp(text, "default") == 0)
		seccomp = SPEC_SECCOMP_DEFAULT;
	else if (strcmp(text, "none") == 0)
		seccomp = SPEC_SECCOMP_NONE;
	else
		path = realpath(text, NULL);
	if (seccomp == SPEC_SECCOMP_PROFILE && !path)
		return err_set(err, errno, "seccomp profile '%s' (or default, none)", text);
	spec->seccomp = seccomp;
	spec->seccomp_profile = arena_strdup(&spec->arena, path);
	return 0;
}
