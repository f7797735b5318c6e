/* SPDX-License-Identifier: MIT */
/* passwd(5) and group(5) of an image, line by line. An image is hostile: numbers are whole, unsigned and
 * in range, or the line does not count. */
#include "runtime/inside/user.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define FIELDS_MAX 7

static bool parse_id(const char *text, uint32_t *out)
{
	uint64_t value = 0;

	if (!text || !*text || strlen(text) > 10)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
	}
	*out = (uint32_t)value;
	return value < UINT32_MAX;
}

/* struct lines - an open file of colon-separated lines */
struct lines {
	FILE *file;
	char *line;
	size_t cap;
	char *fields[FIELDS_MAX];
};

static bool lines_open(struct lines *lines, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*lines = (struct lines) {0};
	lines->file = fd >= 0 ? fdopen(fd, "r") : NULL;
	return lines->file;
}

static void lines_close(struct lines *lines)
{
	if (lines->file)
		fclose(lines->file);
	free(lines->line);
}

static bool lines_next(struct lines *lines)
{
	char *rest;

	if (getline(&lines->line, &lines->cap, lines->file) < 0)
		return false;
	rest = lines->line;
	rest[strcspn(rest, "\n")] = '\0';
	for (int i = 0; i < FIELDS_MAX; i++)
		lines->fields[i] = rest ? strsep(&rest, ":") : NULL;
	return true;
}

/* uid and gid of @name, which may be a number that passwd gives a group to */
static bool find_user(const char *name, struct user *out, char *login, size_t cap)
{
	struct lines lines;
	uint32_t number, uid, gid;
	bool is_number = parse_id(name, &number), found = false;

	if (lines_open(&lines, "/etc/passwd")) {
		while (!found && lines_next(&lines)) {
			if (!parse_id(lines.fields[2], &uid) || !parse_id(lines.fields[3], &gid))
				continue;
			found = is_number ? uid == number : strcmp(lines.fields[0], name) == 0;
			if (!found)
				continue;
			out->uid = uid;
			out->gid = gid;
			snprintf(login, cap, "%s", lines.fields[0]);
		}
	}
	lines_close(&lines);
	if (!found && is_number)
		out->uid = out->gid = number;
	return found || is_number;
}

static bool is_member(char *members, const char *login)
{
	char *name;

	while (members && (name = strsep(&members, ",")))
		if (*login && strcmp(name, login) == 0)
			return true;
	return false;
}

/* The groups that @login is in, and the gid of @wanted if it is a name. */
static bool find_groups(const char *login, const char *wanted, struct user *out)
{
	struct lines lines;
	uint32_t gid, number;
	bool found = !wanted || parse_id(wanted, &number);

	if (wanted && found)
		out->gid = number;
	if (lines_open(&lines, "/etc/group")) {
		while (lines_next(&lines)) {
			if (!parse_id(lines.fields[2], &gid))
				continue;
			if (wanted && !parse_id(wanted, &number) &&
			    strcmp(lines.fields[0], wanted) == 0) {
				out->gid = gid;
				found = true;
			}
			if (is_member(lines.fields[3], login) && out->groups_len < USER_GROUPS_MAX)
				out->groups[out->groups_len++] = gid;
		}
	}
	lines_close(&lines);
	return found;
}

int user_resolve(const struct plan *plan, struct user *out, struct err *err)
{
	const uint32_t *groups = (const void *)((const char *)plan + plan->groups_at);
	const char *text = plan_text(plan, plan->user);
	char name[256], login[256] = "", *group;

	*out = (struct user) {.uid = plan->uid, .gid = plan->gid};
	if (text) {
		if (snprintf(name, sizeof(name), "%s", text) >= (int)sizeof(name))
			return err_set(err, ENAMETOOLONG, "look up user %.40s", text);
		group = strchr(name, ':');
		if (group)
			*group++ = '\0';
		if (!find_user(name, out, login, sizeof(login)))
			return err_setx(err, ENOENT,
					"look up user %s: the root's /etc/passwd has none", name);
		if (!find_groups(login, group, out))
			return err_setx(err, ENOENT,
					"look up group %s: the root's /etc/group has none", group);
	}
	for (uint32_t i = 0; i < plan->groups_len && out->groups_len < USER_GROUPS_MAX; i++)
		out->groups[out->groups_len++] = groups[i];
	return 0;
}
