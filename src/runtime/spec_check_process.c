/* SPDX-License-Identifier: MIT */
/*
 * Whether the process of a spec can be meant: its words, its user, its capabilities and rlimits. Owns the
 * one strict reader of users, which `run` and `exec` share: no sign, no blank, no number that wraps.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

#include "base/parse.h"
#include "runtime/spec_check.h"

/* The kernel takes (uid_t)-1 for "no change". */
#define ID_MAX (UINT32_MAX - 1)
/* Of AppArmor's: far more than any has. */
#define PROFILE_NAME_MAX 255
/* As useradd(8) has it. */
#define USER_NAME_MAX 32

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_id(struct span text, uint32_t *out)
{
	uint64_t value;

	if (text.len == 0 || !is_digit(text.p[0]) || !parse_u64(text, &value) || value > ID_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

/* is_name() - what useradd(8) takes, capitals, dots and a machine's '$' included */
static bool is_name(struct span text)
{
	if (text.len == 0 || text.len > USER_NAME_MAX || is_digit(text.p[0]))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];
		bool last = i + 1 == text.len;

		if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		    (i > 0 && (c == '-' || c == '.')) || (i > 0 && last && c == '$'))
			continue;
		return false;
	}
	return true;
}

static int refuse_user(const char *text, struct err *err)
{
	return err_setx(err, EINVAL,
			"user '%.64s': must be UID[:GID] or NAME[:GROUP], numbers from 0 to %u",
			text, ID_MAX);
}

/* struct user - the two halves of a user */
struct user {
	struct span user, group; /* group.p is NULL without one */
	uint32_t uid, gid;
	bool user_is_id, group_is_id;
};

static int parse_user(const char *text, struct user *out, struct err *err)
{
	struct span whole = span_of(text);

	*out = (struct user) {.user = whole};
	if (span_split_at(whole, ':', &out->user, &out->group) && out->group.len == 0)
		return refuse_user(text, err);
	out->user_is_id = is_id(out->user, &out->uid);
	out->group_is_id = out->group.p && is_id(out->group, &out->gid);
	if (!out->user_is_id && !is_name(out->user))
		return refuse_user(text, err);
	if (out->group.p && !out->group_is_id && !is_name(out->group))
		return refuse_user(text, err);
	return 0;
}

int spec_check_user(const char *text, struct err *err)
{
	struct user user;

	return parse_user(text, &user, err);
}

int spec_set_user(struct spec *spec, const char *text, struct err *err)
{
	struct spec_process *process = &spec->process;
	struct user user;
	int r = parse_user(text, &user, err);

	if (r < 0)
		return r;
	process->user = NULL;
	if (!user.user_is_id || (user.group.p && !user.group_is_id)) {
		process->user = arena_strdup(&spec->arena, text);
		return 0;
	}
	process->uid = user.uid;
	process->gid = user.group.p ? user.gid : user.uid;
	return 0;
}

static int check_words(const struct spec_process *process, struct err *err)
{
	if (process->args.len == 0 || process->args.items[0][0] == '\0')
		return err_setx(err, EINVAL, "process: there is no command to run");
	for (size_t i = 0; i < process->env.len; i++) {
		const char *text = process->env.items[i];
		const char *at = strchr(text, '=');

		if (!at || at == text)
			return err_setx(err, EINVAL, "environment '%.64s': must be NAME=VALUE",
					text);
	}
	return spec_check_path("working directory", process->cwd, err);
}

/* is_mapped() - whether @id has a counterpart outside; without maps it isn't known yet */
static bool is_mapped(const struct spec_id_map *maps, size_t len, uint32_t id)
{
	for (size_t i = 0; i < len; i++)
		if (id >= maps[i].inside && id - maps[i].inside < maps[i].size)
			return true;
	return len == 0;
}

static int check_ids(const struct spec *spec, struct err *err)
{
	const struct spec_process *process = &spec->process;

	if (process->user)
		return spec_check_user(process->user, err);
	if (process->uid > ID_MAX || process->gid > ID_MAX)
		return err_setx(err, EINVAL, "user %u:%u: ids are from 0 to %u", process->uid,
				process->gid, ID_MAX);
	if (!is_mapped(spec->uid_maps, spec->uid_maps_len, process->uid))
		return err_setx(err, EINVAL, "user %u: no line of uidMappings maps it",
				process->uid);
	if (!is_mapped(spec->gid_maps, spec->gid_maps_len, process->gid))
		return err_setx(err, EINVAL, "group %u: no line of gidMappings maps it",
				process->gid);
	for (size_t i = 0; i < process->groups_len; i++) {
		uint32_t gid = process->groups[i];

		if (gid > ID_MAX || !is_mapped(spec->gid_maps, spec->gid_maps_len, gid))
			return err_setx(err, EINVAL,
					"additional group %u: no line of gidMappings maps it", gid);
	}
	return 0;
}

static int check_rlimits(const struct spec_process *process, struct err *err)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < process->rlimits_len; i++) {
		const struct spec_rlimit *rlimit = &process->rlimits[i];

		if (rlimit->resource < 0 || rlimit->resource >= (int)RLIMIT_NLIMITS)
			return err_setx(err, EINVAL, "rlimit %d: there is no such resource",
					rlimit->resource);
		if (rlimit->soft > rlimit->hard)
			return err_setx(err, EINVAL, "rlimit %d: soft %ju is above hard %ju",
					rlimit->resource, (uintmax_t)rlimit->soft,
					(uintmax_t)rlimit->hard);
		if (seen & 1u << rlimit->resource)
			return err_setx(err, EINVAL, "rlimit %d: is given twice", rlimit->resource);
		seen |= 1u << rlimit->resource;
	}
	return 0;
}

/* A word to the kernel, which reads to the end of what is written. */
static bool is_profile(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 127)
			return false;
	return len > 0 && len <= PROFILE_NAME_MAX;
}

int spec_check_process(const struct spec *spec, struct err *err)
{
	const struct spec_process *process = &spec->process;
	int r = check_words(process, err);

	if (r == 0)
		r = check_ids(spec, err);
	if (r == 0)
		r = check_rlimits(process, err);
	if (r < 0)
		return r;
	if (process->caps >> (CAP_LAST_CAP + 1))
		return err_setx(err, EINVAL, "capabilities %#jx: there are no more than %d",
				(uintmax_t)process->caps, CAP_LAST_CAP + 1);
	if (process->apparmor_profile && !is_profile(process->apparmor_profile))
		return err_setx(err, EINVAL,
				"AppArmor profile '%.64s': 1 to %d characters that can be shown",
				process->apparmor_profile, PROFILE_NAME_MAX);
	if (process->umask_set && process->umask > 0777)
		return err_setx(err, EINVAL, "umask %#o: must be from 0 to 0777", process->umask);
	if (process->oom_score_adj_set &&
	    (process->oom_score_adj < -1000 || process->oom_score_adj > 1000))
		return err_setx(err, EINVAL, "oomScoreAdj %d: must be from -1000 to 1000",
				process->oom_score_adj);
	return 0;
}
