/* SPDX-License-Identifier: MIT */
/* "process" of config.json, read and written: who runs, what, with which capabilities and rlimits. */
#include <errno.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "runtime/spec_json.h"

#define TERMINAL_CELLS_MAX UINT16_MAX

/* struct rlimit_name - a resource as OCI and the manual call it */
struct rlimit_name {
	const char *name;
	int resource;
};

static const struct rlimit_name rlimit_names[] = {
	{"RLIMIT_AS", RLIMIT_AS},
	{"RLIMIT_CORE", RLIMIT_CORE},
	{"RLIMIT_CPU", RLIMIT_CPU},
	{"RLIMIT_DATA", RLIMIT_DATA},
	{"RLIMIT_FSIZE", RLIMIT_FSIZE},
	{"RLIMIT_LOCKS", RLIMIT_LOCKS},
	{"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
	{"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
	{"RLIMIT_NICE", RLIMIT_NICE},
	{"RLIMIT_NOFILE", RLIMIT_NOFILE},
	{"RLIMIT_NPROC", RLIMIT_NPROC},
	{"RLIMIT_RSS", RLIMIT_RSS},
	{"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
	{"RLIMIT_RTTIME", RLIMIT_RTTIME},
	{"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
	{"RLIMIT_STACK", RLIMIT_STACK},
};

const char *spec_rlimit_name(int resource)
{
	for (size_t i = 0; i < ARRAY_LEN(rlimit_names); i++)
		if (rlimit_names[i].resource == resource)
			return rlimit_names[i].name;
	return NULL;
}

int spec_rlimit_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rlimit_names); i++)
		if (strcmp(rlimit_names[i].name, name) == 0)
			return rlimit_names[i].resource;
	return -1;
}

static int read_terminal(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->process.terminal);
}

static int read_cells(struct spec_reader *reader, json_t *value, unsigned short *out)
{
	int64_t number = 0;
	int r = spec_read_number(reader, value, 0, TERMINAL_CELLS_MAX, &number);

	*out = (unsigned short)number;
	return r;
}

static int read_height(struct spec_reader *reader, json_t *value)
{
	return read_cells(reader, value, &reader->spec->process.rows);
}

static int read_width(struct spec_reader *reader, json_t *value)
{
	return read_cells(reader, value, &reader->spec->process.columns);
}

static int read_console_size(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {{"height", read_height}, {"width", read_width}, {0}};

	return spec_read_object(reader, value, keys);
}

static int read_uid(struct spec_reader *reader, json_t *value)
{
	return spec_read_u32(reader, value, &reader->spec->process.uid);
}

static int read_gid(struct spec_reader *reader, json_t *value)
{
	return spec_read_u32(reader, value, &reader->spec->process.gid);
}

static int read_umask(struct spec_reader *reader, json_t *value)
{
	reader->spec->process.umask_set = true;
	return spec_read_u32(reader, value, &reader->spec->process.umask);
}

static int read_group(struct spec_reader *reader, json_t *value)
{
	struct spec_process *process = &reader->spec->process;

	return spec_read_u32(reader, value, &process->groups[process->groups_len++]);
}

static int read_groups(struct spec_reader *reader, json_t *value)
{
	struct spec_process *process = &reader->spec->process;

	process->groups_len = 0;
	process->groups = arena_array(&reader->spec->arena, json_array_size(value),
				      sizeof(process->groups[0]));
	return spec_read_each(reader, value, read_group);
}

static int read_user(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"uid", read_uid},
		{"gid", read_gid},
		{"additionalGids", read_groups},
		{"umask", read_umask},
		{0},
	};

	return spec_read_object(reader, value, keys);
}

static int read_args(struct spec_reader *reader, json_t *value)
{
	return spec_read_list(reader, value, &reader->spec->process.args);
}

static int read_env(struct spec_reader *reader, json_t *value)
{
	return spec_read_list(reader, value, &reader->spec->process.env);
}

static int read_cwd(struct spec_reader *reader, json_t *value)
{
	return spec_read_text(reader, value, &reader->spec->process.cwd);
}

/* read_caps() - names to bits */
static int read_caps(struct spec_reader *reader, json_t *value, uint64_t *out)
{
	json_t *item;
	size_t i;

	*out = 0;
	if (!json_is_array(value))
		return spec_refuse(reader, "must be an array of capabilities");
	json_array_foreach(value, i, item)
	{
		const char *name = json_string_value(item);
		cap_value_t cap;

		if (!name || strncmp(name, "CAP_", 4) != 0 || cap_from_name(name, &cap) < 0 ||
		    cap < 0 || cap > 63)
			return spec_refuse(reader, "'%.64s' is no capability that is known",
					   name ? name : "");
		*out |= 1ull << cap;
	}
	return 0;
}

/*
 * What a root user's command holds after execve() is the bounding set, whatever the other sets said
 * before; with another user it holds nothing. Only ambient capabilities of another user would be more.
 */
static int read_bounding(struct spec_reader *reader, json_t *value)
{
	return read_caps(reader, value, &reader->spec->process.caps);
}

/* Stays empty: an inheritable set gives files' capabilities to who must not have them. */
static int read_subset(struct spec_reader *reader, json_t *value)
{
	uint64_t ignored;

	return read_caps(reader, value, &ignored);
}

static int read_ambient(struct spec_reader *reader, json_t *value)
{
	return read_caps(reader, value, &reader->ambient);
}

static int read_capabilities(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"bounding", read_bounding}, {"effective", read_subset},
		{"permitted", read_subset},  {"inheritable", read_subset},
		{"ambient", read_ambient},   {0},
	};

	reader->spec->process.caps = 0;
	return spec_read_object(reader, value, keys);
}

static int read_rlimit_type(struct spec_reader *reader, json_t *value)
{
	struct spec_process *process = &reader->spec->process;
	const char *name = json_string_value(value);
	int resource = name ? spec_rlimit_find(name) : -1;

	if (resource < 0)
		return spec_refuse(reader, "'%.64s' is no resource", name ? name : "");
	process->rlimits[process->rlimits_len].resource = resource;
	return 0;
}

static int read_soft(struct spec_reader *reader, json_t *value)
{
	struct spec_process *process = &reader->spec->process;

	return spec_read_u64(reader, value, &process->rlimits[process->rlimits_len].soft);
}

static int read_hard(struct spec_reader *reader, json_t *value)
{
	struct spec_process *process = &reader->spec->process;

	return spec_read_u64(reader, value, &process->rlimits[process->rlimits_len].hard);
}

static int read_rlimit(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"type", read_rlimit_type}, {"soft", read_soft}, {"hard", read_hard}, {0}};
	int r = spec_read_object(reader, value, keys);

	if (r == 0 && json_object_size(value) != ARRAY_LEN(keys) - 1)
		r = spec_refuse(reader, "must have a type, a soft and a hard value");
	reader->spec->process.rlimits_len++;
	return r;
}

static int read_rlimits(struct spec_reader *reader, json_t *value)
{
	struct spec_process *process = &reader->spec->process;

	process->rlimits_len = 0;
	process->rlimits = arena_array(&reader->spec->arena, json_array_size(value),
				       sizeof(process->rlimits[0]));
	return spec_read_each(reader, value, read_rlimit);
}

static int read_no_new_privileges(struct spec_reader *reader, json_t *value)
{
	return spec_read_bool(reader, value, &reader->spec->process.no_new_privileges);
}

static int read_oom_score_adj(struct spec_reader *reader, json_t *value)
{
	int64_t number = 0;
	int r = spec_read_number(reader, value, -1000, 1000, &number);

	reader->spec->process.oom_score_adj = (int)number;
	reader->spec->process.oom_score_adj_set = r == 0;
	return r;
}

/* Some engines name it where they mean none. */
static int read_apparmor_profile(struct spec_reader *reader, json_t *value)
{
	char **profile = &reader->spec->process.apparmor_profile;
	int r = spec_read_text(reader, value, profile);

	if (r == 0 && (!(*profile)[0] || strcmp(*profile, "unconfined") == 0))
		*profile = NULL;
	return r;
}

int spec_read_process(struct spec_reader *reader, json_t *value)
{
	static const struct spec_key keys[] = {
		{"terminal", read_terminal},
		{"consoleSize", read_console_size},
		{"user", read_user},
		{"args", read_args},
		{"env", read_env},
		{"cwd", read_cwd},
		{"capabilities", read_capabilities},
		{"rlimits", read_rlimits},
		{"noNewPrivileges", read_no_new_privileges},
		{"oomScoreAdj", read_oom_score_adj},
		{"apparmorProfile", read_apparmor_profile},
		{"selinuxLabel", spec_read_nothing},
		{"scheduler", spec_read_nothing},
		{"ioPriority", spec_read_nothing},
		{"execCPUAffinity", spec_read_nothing},
		{0},
	};
	int r = spec_read_object(reader, value, keys);

	if (r == 0 && reader->ambient && reader->spec->process.uid != 0)
		r = spec_refuse(reader,
				"capabilities.ambient is not supported for a user who isn't root");
	return r;
}

static json_t *json_caps(uint64_t caps)
{
	json_t *array = json_array();

	for (cap_value_t cap = 0; cap < 64; cap++) {
		char *name = caps & 1ull << cap ? cap_to_name(cap) : NULL;

		if (!name)
			continue;
		for (char *p = name; *p; p++)
			*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
		json_array_append_new(array, json_string(name));
		cap_free(name);
	}
	return array;
}

static json_t *json_capabilities(uint64_t caps)
{
	json_t *object = json_object();

	json_object_set_new(object, "bounding", json_caps(caps));
	json_object_set_new(object, "effective", json_caps(caps));
	json_object_set_new(object, "permitted", json_caps(caps));
	return object;
}

static json_t *json_user(const struct spec_process *process)
{
	json_t *object = json_object();
	json_t *groups = json_array();

	json_object_set_new(object, "uid", json_integer(process->uid));
	json_object_set_new(object, "gid", json_integer(process->gid));
	if (process->umask_set)
		json_object_set_new(object, "umask", json_integer(process->umask));
	for (size_t i = 0; i < process->groups_len; i++)
		json_array_append_new(groups, json_integer(process->groups[i]));
	json_object_set_new(object, "additionalGids", groups);
	return object;
}

static json_t *json_rlimits(const struct spec_process *process)
{
	json_t *array = json_array();

	for (size_t i = 0; i < process->rlimits_len; i++) {
		const struct spec_rlimit *rlimit = &process->rlimits[i];
		const char *name = spec_rlimit_name(rlimit->resource);
		json_t *object = json_object();

		json_object_set_new(object, "type", json_string(name ? name : ""));
		json_object_set_new(object, "soft", spec_json_u64(rlimit->soft));
		json_object_set_new(object, "hard", spec_json_u64(rlimit->hard));
		json_array_append_new(array, object);
	}
	return array;
}

json_t *spec_json_process(const struct spec *spec)
{
	const struct spec_process *process = &spec->process;
	json_t *object = json_object();

	json_object_set_new(object, "terminal", json_boolean(process->terminal));
	if (process->rows || process->columns)
		json_object_set_new(object, "consoleSize",
				    json_pack("{s:i,s:i}", "height", (int)process->rows, "width",
					      (int)process->columns));
	json_object_set_new(object, "user", json_user(process));
	json_object_set_new(object, "args", spec_json_list(&process->args));
	json_object_set_new(object, "env", spec_json_list(&process->env));
	json_object_set_new(object, "cwd", spec_json_text(process->cwd));
	json_object_set_new(object, "capabilities", json_capabilities(process->caps));
	json_object_set_new(object, "rlimits", json_rlimits(process));
	json_object_set_new(object, "noNewPrivileges", json_boolean(process->no_new_privileges));
	if (process->apparmor_profile)
		json_object_set_new(object, "apparmorProfile",
				    spec_json_text(process->apparmor_profile));
	if (process->oom_score_adj_set)
		json_object_set_new(object, "oomScoreAdj", json_integer(process->oom_score_adj));
	return object;
}
