// SPDX-License-Identifier: MIT
/*
 * Who a uid is: /etc/passwd of the machine that is looked at, then the name service, which is asked
 * once per uid because it may be a network away. Owns the answers; never forgets one.
 */
#include "collectors/users.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/parse.h"

#define PASSWD_MAX (8u << 20)

/** struct user - one answer */
struct user {
	uid_t uid;
	char *name;
	char *home; /* NULL: none */
};

/** struct users - answers in the order of asking: there are few */
struct users {
	int root_fd;
	bool nss;
	struct user *items;
	size_t len;
};

struct users *users_new(int root_fd, bool nss)
{
	struct users *users = xcalloc(1, sizeof(*users));

	users->root_fd = root_fd;
	users->nss = nss;
	return users;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	for (size_t i = 0; i < users->len; i++) {
		free(users->items[i].name);
		free(users->items[i].home);
	}
	free(users->items);
	free(users);
}

static char *text_of(struct span s)
{
	char *text = xmalloc(s.len + 1);

	if (s.len)
		memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	return text;
}

static void set_home(struct user *user, struct span home)
{
	if (home.len > 1 && home.p[0] == '/')
		user->home = text_of((struct span) {home.p + 1, home.len - 1});
}

/* "alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash" */
static bool parse_passwd_line(struct span line, struct user *user)
{
	struct span fields[6];
	uint64_t uid;

	for (size_t i = 0; i < 6; i++)
		if (!span_next_part(&line, ':', &fields[i]))
			return false;
	if (!parse_u64(fields[2], &uid) || uid != user->uid || !fields[0].len)
		return false;
	user->name = text_of(fields[0]);
	set_home(user, fields[5]);
	return true;
}

static bool find_in_passwd(const struct users *users, struct user *user)
{
	struct strbuf buf = STRBUF_INIT;
	struct span rest, line;
	bool found = false;

	if (dir_read_flags(users->root_fd, "etc/passwd", DIR_REGULAR, PASSWD_MAX, &buf, NULL) == 0)
		for (rest = strbuf_span(&buf); !found && span_next_line(&rest, &line);)
			found = parse_passwd_line(line, user);
	strbuf_finish(&buf);
	return found;
}

static bool find_in_nss(struct user *user)
{
	struct passwd entry, *result = NULL;
	char buf[16384];

	if (getpwuid_r(user->uid, &entry, buf, sizeof(buf), &result) != 0 || !result)
		return false;
	user->name = xstrdup(entry.pw_name);
	set_home(user, span_of(entry.pw_dir));
	return true;
}

static const struct user *find_user(struct users *users, uid_t uid)
{
	struct user user = {.uid = uid};
	char digits[16];

	for (size_t i = 0; i < users->len; i++)
		if (users->items[i].uid == uid)
			return &users->items[i];
	if (!find_in_passwd(users, &user) && !(users->nss && find_in_nss(&user))) {
		snprintf(digits, sizeof(digits), "%u", uid);
		user.name = xstrdup(digits);
	}
	users->items = xreallocarray(users->items, users->len + 1, sizeof(*users->items));
	users->items[users->len] = user;
	return &users->items[users->len++];
}

const char *users_name(struct users *users, uid_t uid)
{
	return find_user(users, uid)->name;
}

const char *users_home(struct users *users, uid_t uid)
{
	return find_user(users, uid)->home;
}
