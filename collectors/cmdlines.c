// SPDX-License-Identifier: MIT
/*
 * A cache of command lines. Owns the texts; never reads one more than once in a pass, and that of an
 * old process rarely.
 */
#include "collectors/cmdlines.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/dir.h"

#define CMDLINE_MAX	 4096
#define READ_FIRST_USEC	 1000000  /* until the second look; then twice as long each time, */
#define READ_LATEST_USEC 32000000 /* at most */

/** struct cmdline - one */
struct cmdline {
	pid_t pid;
	uint64_t start_ticks;
	char *text;
	uint64_t read_usec, wait_usec; /* when it was read, and is current for */
	uint64_t used_usec;
};

/** struct cmdlines - in a balanced tree by pid */
struct cmdlines {
	void *root;
	int proc_fd;
	uint64_t now_usec, before_usec; /* of this pass and the one before */
	struct strbuf buf;
};

static int compare(const void *a, const void *b)
{
	const struct cmdline *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static void cmdline_free(void *data)
{
	struct cmdline *cmdline = data;

	free(cmdline->text);
	free(cmdline);
}

struct cmdlines *cmdlines_new(void)
{
	return xcalloc(1, sizeof(struct cmdlines));
}

void cmdlines_free(struct cmdlines *cmdlines)
{
	if (!cmdlines)
		return;
	tdestroy(cmdlines->root, cmdline_free);
	strbuf_finish(&cmdlines->buf);
	free(cmdlines);
}

/** struct sweep - what to forget: the tree can't be changed while it is walked */
struct sweep {
	uint64_t before_usec;
	struct cmdline **items;
	size_t len;
};

static void sweep_one(const void *node, VISIT visit, void *data)
{
	struct cmdline *cmdline = *(struct cmdline *const *)node;
	struct sweep *sweep = data;

	if ((visit != postorder && visit != leaf) || cmdline->used_usec >= sweep->before_usec)
		return;
	sweep->items = xreallocarray(sweep->items, sweep->len + 1, sizeof(struct cmdline *));
	sweep->items[sweep->len++] = cmdline;
}

void cmdlines_begin(struct cmdlines *cmdlines, int proc_fd, uint64_t now_usec)
{
	struct sweep sweep = {.before_usec = cmdlines->now_usec};

	twalk_r(cmdlines->root, sweep_one, &sweep);
	for (size_t i = 0; i < sweep.len; i++) {
		tdelete(sweep.items[i], &cmdlines->root, compare);
		cmdline_free(sweep.items[i]);
	}
	free(sweep.items);
	cmdlines->proc_fd = proc_fd;
	cmdlines->now_usec = now_usec;
}

/* Arguments end with a NUL each; a program that renamed itself leaves many of them. */
static char *join_arguments(struct span raw)
{
	char *text;

	while (raw.len && raw.p[raw.len - 1] == '\0')
		raw.len--;
	if (!raw.len)
		return NULL;
	if (raw.len > CMDLINE_MAX)
		raw.len = CMDLINE_MAX;
	text = xmalloc(raw.len + 1);
	for (size_t i = 0; i < raw.len; i++)
		text[i] = raw.p[i] ? raw.p[i] : ' ';
	text[raw.len] = '\0';
	return text;
}

static void cmdline_read(struct cmdlines *cmdlines, struct cmdline *cmdline)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/cmdline", cmdline->pid);
	free(cmdline->text);
	cmdline->text = NULL;
	if (dir_read(cmdlines->proc_fd, path, &cmdlines->buf, NULL) == READ_OK)
		cmdline->text = join_arguments(strbuf_span(&cmdlines->buf));
	cmdline->read_usec = cmdlines->now_usec;
	cmdline->wait_usec = cmdline->wait_usec ? cmdline->wait_usec * 2 : READ_FIRST_USEC;
	if (cmdline->wait_usec > READ_LATEST_USEC)
		cmdline->wait_usec = READ_LATEST_USEC;
	/* not all of them in one pass */
	cmdline->wait_usec -= (uint64_t)cmdline->pid * 7919 % (cmdline->wait_usec / 4);
}

const char *cmdlines_get(struct cmdlines *cmdlines, const struct pid_entry *entry)
{
	struct cmdline wanted = {.pid = entry->pid}, *cmdline;
	struct cmdline **node = tsearch(&wanted, &cmdlines->root, compare);

	if (!node)
		return NULL;
	if (*node == &wanted)
		*node = xcalloc(1, sizeof(wanted));
	cmdline = *node;
	if (cmdline->pid != entry->pid || cmdline->start_ticks != entry->start_ticks) {
		free(cmdline->text);
		*cmdline = (struct cmdline) {.pid = entry->pid, .start_ticks = entry->start_ticks};
	}
	cmdline->used_usec = cmdlines->now_usec;
	if (!cmdline->wait_usec || cmdlines->now_usec - cmdline->read_usec >= cmdline->wait_usec)
		cmdline_read(cmdlines, cmdline);
	return cmdline->text;
}
