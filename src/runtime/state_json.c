/* SPDX-License-Identifier: MIT */
/*
 * state.json: written whole through a temporary file and a rename, read strictly. The keys name, pid,
 * start_ticks, created_usec, rootfs and image are read by the collectors too. What is read was written
 * by us as this user, but maybe by another version: an unknown key is skipped, a missing one is zero, a
 * wrong type refuses the whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "runtime/state.h"

#define STATE_NEW	"state.json.new"
#define STATE_BYTES_MAX (1u << 20)

static const char *const status_texts[] = {
	[SANDBOX_CREATING] = "creating",   [SANDBOX_RUNNING] = "running",
	[SANDBOX_FROZEN] = "frozen",	   [SANDBOX_STOPPED] = "stopped",
	[SANDBOX_ABANDONED] = "abandoned",
};

const char *sandbox_status_text(enum sandbox_status status)
{
	return status_texts[status];
}

static const char *const manager_texts[] = {
	[CG_NONE] = "none",
	[CG_DIRECT] = "direct",
	[CG_SYSTEMD] = "systemd",
};

/* What a member of struct state is in JSON. */
enum member_type {
	MEMBER_TEXT,
	MEMBER_LIST,
	MEMBER_U64,
	MEMBER_INT,
	MEMBER_BOOL
};

/** struct member - one key and where it goes */
struct member {
	const char *key;
	enum member_type type;
	size_t offset; /* in struct state */
};

#define STATE(member) offsetof(struct state, member)

static const struct member members[] = {
	{"name", MEMBER_TEXT, STATE(info.name)},
	{"hostname", MEMBER_TEXT, STATE(info.hostname)},
	{"rootfs", MEMBER_TEXT, STATE(info.rootfs)},
	{"image", MEMBER_TEXT, STATE(info.image)},
	{"args", MEMBER_LIST, STATE(info.args)},
	{"pid", MEMBER_INT, STATE(info.pid)},
	{"own_pid_namespace", MEMBER_BOOL, STATE(info.own_pid_namespace)},
	{"start_ticks", MEMBER_U64, STATE(info.start_ticks)},
	{"created_usec", MEMBER_U64, STATE(info.created_usec)},
	{"finished_usec", MEMBER_U64, STATE(info.finished_usec)},
	{"exit_code", MEMBER_INT, STATE(info.exit_code)},
	{"restarts", MEMBER_INT, STATE(info.restarts)},
	{"oom_killed", MEMBER_BOOL, STATE(info.oom_killed)},
	{"notes", MEMBER_LIST, STATE(info.notes)},
	{"supervisor", MEMBER_INT, STATE(supervisor)},
	{"outlive", MEMBER_BOOL, STATE(outlive)},
	{"remove", MEMBER_BOOL, STATE(remove)},
	{"cgroup_inode", MEMBER_U64, STATE(info.inode)},
	{"cgroup_unit", MEMBER_TEXT, STATE(unit)},
	{"cgroups_path", MEMBER_TEXT, STATE(cgroups_path)},
};

_Static_assert(sizeof(pid_t) == sizeof(int) && sizeof(unsigned int) == sizeof(int),
	       "MEMBER_INT stands for all of them");

/* ---- Writing ---- */

/* Arguments and paths may hold bytes that are no UTF-8, which JSON can't: then they are told as
 * Latin-1, which is wrong to read and never lost. Nothing acts on them: config.json has the truth. */
static json_t *text_json(const char *text)
{
	_cleanup_(strbuf_finish)
	struct strbuf latin = STRBUF_INIT;
	json_t *json = json_string(text);

	if (json)
		return json;
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p >= 0x80)
			strbuf_addc(&latin, (char)(0xc0 | *p >> 6));
		strbuf_addc(&latin, *p >= 0x80 ? (char)(0x80 | (*p & 0x3f)) : (char)*p);
	}
	return json_string(strbuf_cstr(&latin));
}

static json_t *list_json(const struct spec_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->len; i++)
		json_array_append_new(array, text_json(list->items[i]));
	return array;
}

/* NULL: nothing to say. */
static json_t *member_json(const struct member *member, const struct state *state)
{
	const void *at = (const char *)state + member->offset;
	const char *text;

	switch (member->type) {
	case MEMBER_TEXT:
		text = *(char *const *)at;
		return text ? text_json(text) : NULL;
	case MEMBER_LIST:
		return list_json(at);
	case MEMBER_U64:
		return json_integer((json_int_t) * (const uint64_t *)at);
	case MEMBER_INT:
		return json_integer(*(const int *)at);
	case MEMBER_BOOL:
		return json_boolean(*(const bool *)at);
	}
	return NULL;
}

static json_t *paths_json(const struct state *state)
{
	json_t *object = json_object();

	for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
		const char *path = state->info.cgroup_paths[i];

		if (path)
			json_object_set_new(object,
					    cgroup_controller_text((enum cgroup_controller)i),
					    text_json(path));
	}
	return object;
}

static json_t *state_to_json(const struct state *state)
{
	json_t *object = json_object();

	json_object_set_new(object, "status", json_string(sandbox_status_text(state->info.status)));
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		json_t *value = member_json(&members[i], state);

		if (value)
			json_object_set_new(object, members[i].key, value);
	}
	json_object_set_new(object, "boot_id", json_string(state->boot_id));
	json_object_set_new(object, "cgroup_manager", json_string(manager_texts[state->manager]));
	json_object_set_new(object, "cgroup_primary",
			    json_string(cgroup_controller_text(state->info.primary)));
	json_object_set_new(object, "cgroups", paths_json(state));
	return object;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int state_save(const struct state_dir *dir, const struct state *state, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = openat(dir->fd, STATE_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
	_cleanup_(cleanup_free)
	char *text = NULL;
	json_t *object;
	int r;

	if (fd < 0)
		return err_set(err, errno, "write state of sandbox %s", dir->name);
	object = state_to_json(state);
	text = json_dumps(object, JSON_INDENT(1));
	json_decref(object);
	r = text ? write_all(fd, text, strlen(text)) : -ENOMEM;
	if (r == 0 && renameat(dir->fd, STATE_NEW, dir->fd, STATE_FILE) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlinkat(dir->fd, STATE_NEW, 0);
	return err_set(err, -r, "write state of sandbox %s", dir->name);
}

/* ---- Reading ---- */

static bool read_list(struct arena *arena, const json_t *json, struct spec_list *out)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(json))
		return false;
	json_array_foreach(json, i, item)
	{
		if (!json_is_string(item))
			return false;
		state_list_add(arena, out, json_string_value(item));
	}
	return true;
}

static bool read_integer(const json_t *json, json_int_t max, json_int_t *out)
{
	*out = json_integer_value(json);
	return json_is_integer(json) && *out >= 0 && *out <= max;
}

static bool read_member(const struct member *member, const json_t *json, struct state *state)
{
	void *at = (char *)state + member->offset;
	json_int_t number;

	switch (member->type) {
	case MEMBER_TEXT:
		*(char **)at = arena_strdup(&state->info.arena, json_string_value(json));
		return json_is_string(json);
	case MEMBER_LIST:
		return read_list(&state->info.arena, json, at);
	case MEMBER_U64:
		if (!read_integer(json, INT64_MAX, &number))
			return false;
		*(uint64_t *)at = (uint64_t)number;
		return true;
	case MEMBER_INT:
		if (!read_integer(json, INT_MAX, &number))
			return false;
		*(int *)at = (int)number;
		return true;
	case MEMBER_BOOL:
		*(bool *)at = json_is_true(json);
		return json_is_boolean(json);
	}
	return false;
}

/* Index of a text in a table; -1 */
static int read_choice(const json_t *json, const char *const *texts, size_t n)
{
	const char *text = json_string_value(json);

	for (size_t i = 0; text && i < n; i++) {
		if (strcmp(texts[i], text) == 0)
			return (int)i;
	}
	return -1;
}

static int read_controller(const char *text)
{
	for (int i = 0; text && i < CGROUP_CONTROLLERS; i++) {
		if (strcmp(cgroup_controller_text((enum cgroup_controller)i), text) == 0)
			return i;
	}
	return -1;
}

/* A path of a cgroup is walked and removed: no "..". */
static bool is_safe_path(const char *path)
{
	struct span rest = span_of(path), part;

	if (!path || path[0] != '/')
		return false;
	while (span_next_part(&rest, '/', &part)) {
		if (span_eq(part, SPAN("..")))
			return false;
	}
	return true;
}

static bool read_paths(const json_t *object, struct state *state)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		int controller = read_controller(key);

		if (controller < 0 || !is_safe_path(json_string_value(value)))
			return false;
		state->info.cgroup_paths[controller] =
			arena_strdup(&state->info.arena, json_string_value(value));
	}
	return !object || json_is_object(object);
}

static bool read_object(const json_t *object, struct state *state)
{
	int status = read_choice(json_object_get(object, "status"), status_texts,
				 ARRAY_LEN(status_texts));
	int manager = read_choice(json_object_get(object, "cgroup_manager"), manager_texts,
				  ARRAY_LEN(manager_texts));
	int primary = read_controller(json_string_value(json_object_get(object, "cgroup_primary")));
	const char *boot_id = json_string_value(json_object_get(object, "boot_id"));

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const json_t *value = json_object_get(object, members[i].key);

		if (value && !read_member(&members[i], value, state))
			return false;
	}
	if (status < 0 || manager < 0 || primary < 0 || !boot_id || !state->info.name)
		return false;
	state->info.status = (enum sandbox_status)status;
	state->info.primary = (enum cgroup_controller)primary;
	state->manager = (enum cg_manager)manager;
	span_copy(span_of(boot_id), state->boot_id, sizeof(state->boot_id));
	return read_paths(json_object_get(object, "cgroups"), state);
}

int state_load(const struct state_dir *dir, struct state *out, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	json_t *object;
	bool good;
	int r = dir_read_flags(dir->fd, STATE_FILE, DIR_NOFOLLOW | DIR_REGULAR, STATE_BYTES_MAX,
			       &text, err);

	*out = (struct state) {.info.arena = ARENA_INIT};
	if (r == READ_ABSENT || r == READ_GONE)
		return err_setx(err, ENOENT, "there is no sandbox %s", dir->name);
	if (r != READ_OK)
		return r < 0 ? r : err_set(err, EACCES, "read state of sandbox %s", dir->name);
	object = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	good = json_is_object(object) && read_object(object, out) &&
	       strcmp(out->info.name, dir->name) == 0;
	json_decref(object);
	if (good)
		return 0;
	state_finish(out);
	return err_setx(err, EBADMSG,
			"the state of sandbox %s can't be understood: boxtop rm -f %s", dir->name,
			dir->name);
}

void sandbox_info_finish(struct sandbox_info *info)
{
	arena_finish(&info->arena);
	*info = (struct sandbox_info) {.arena = ARENA_INIT};
}

void state_finish(struct state *state)
{
	sandbox_info_finish(&state->info);
}
