/* SPDX-License-Identifier: MIT */
/*
 * Sandboxes started and read for the screen, and a shell in any container. A sandbox is started by our
 * own executable with the arguments that the screen shows: one way to start it, and a clean process for
 * its supervisor. Owns the jobs.
 */
#include "commands/top_sandboxes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "commands/top_child.h"
#include "commands/top_held.h"
#include "runtime/runtime.h"

#define SELF	"/proc/self/exe"
#define LOG_MAX (1u << 20)

/** struct life - a job */
struct life {
	struct job job;
	struct arena arena;
	const char **args; /* a launch; else NULL */
	const char *name;  /* of a log */
	uint64_t lines;
	struct act_news *news;
};

static void life_free(struct job *job)
{
	struct life *life = (struct life *)job;

	act_news_free(life->news);
	arena_finish(&life->arena);
	free(life);
}

static struct life *life_new(void (*run)(struct job *job), enum act_news_kind kind)
{
	struct life *life = xcalloc(1, sizeof(*life));

	life->job = (struct job) {run, life_free, NULL};
	life->news = act_news_new(kind, 0);
	return life;
}

struct act_news *top_sandbox_news(struct job *job)
{
	return TAKE(((struct life *)job)->news);
}

/* ---- Launch ---- */

/* What it said goes into one line; the name is the last of what it printed. */
static void run_launch(struct job *job)
{
	struct life *life = (struct life *)job;
	struct arena *arena = &life->news->arena;
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT;
	struct err err = ERR_INIT;
	int code = top_child_capture(SELF, life->args, &out, &said, &err);
	struct span name = span_trim(strbuf_span(&out)), words = span_trim(strbuf_span(&said));

	if (code < 0)
		words = span_of(err.text);
	/* "boxtop: run: ..." is for a shell. */
	if (span_starts(words, SPAN("boxtop: ")))
		words = (struct span) {words.p + 8, words.len - 8};
	life->news->failed = code != 0;
	life->news->name = code == 0 ? arena_strndup(arena, name.p, name.len) : NULL;
	life->news->text = words.len > 0 ? arena_strndup(arena, words.p, words.len) : NULL;
	strbuf_finish(&said);
}

struct job *top_launch_job(const char *const *args)
{
	struct life *life = life_new(run_launch, ACT_NEWS_STARTED);
	size_t len = 0;

	while (args[len])
		len++;
	life->args = arena_array(&life->arena, len + 2, sizeof(life->args[0]));
	life->args[0] = "boxtop";
	for (size_t i = 0; i < len; i++)
		life->args[i + 1] = arena_strdup(&life->arena, args[i]);
	return &life->job;
}

/* ---- Log ---- */

static char *read_whole(int fd, struct arena *arena)
{
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > LOG_MAX ? size - LOG_MAX : 0;
	size_t len = size > 0 ? (size_t)(size - from) : 0;
	char *text = arena_alloc(arena, len + 1);
	ssize_t n = pread(fd, text, len, from);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void run_log(struct job *job)
{
	struct life *life = (struct life *)job;
	struct act_news *news = life->news;
	struct err err = ERR_INIT;
	_cleanup_(cleanup_close)
	int fd = memfd_create("boxtop-log", MFD_CLOEXEC);
	int r = fd < 0 ? err_set(&err, errno, "memfd_create")
		       : sandbox_logs(life->name, fd, false, life->lines, &err);

	news->failed = r < 0;
	news->name = arena_strdup(&news->arena, life->name);
	news->text = r < 0 ? arena_strdup(&news->arena, err.text) : read_whole(fd, &news->arena);
}

struct job *top_log_job(const char *name, uint64_t lines)
{
	struct life *life = life_new(run_log, ACT_NEWS_LOG);

	life->name = arena_strdup(&life->arena, name);
	life->lines = lines;
	return &life->job;
}

/* ---- Shell ---- */

/** struct entrance - how an engine's own program enters its containers */
struct entrance {
	const char *engine;
	const char
		*words[4]; /* the program first; the container's id or name and the shell follow */
	bool by_id;
};

static const struct entrance entrances[] = {
	{"docker", {"docker", "exec", "-it"}, true},
	{"podman", {"podman", "exec", "-it"}, true},
	{"containerd", {"crictl", "exec", "-it"}, true},
	{"cri-o", {"crictl", "exec", "-it"}, true},
	{"incus", {"incus", "exec"}, false},
	{"lxd", {"lxc", "exec"}, false},
	{"nspawn", {"machinectl", "shell"}, false},
};

static const struct entrance *entrance_of(const struct container *container)
{
	for (size_t i = 0; i < ARRAY_LEN(entrances); i++)
		if (strcmp(entrances[i].engine, container->engine) == 0 &&
		    (!entrances[i].by_id || container->id))
			return top_child_exists(entrances[i].words[0]) ? &entrances[i] : NULL;
	return NULL;
}

/* shell_words() - what enters it: its engine's program, else its namespaces; 0; -errno with @err */
static int shell_words(const struct container *container, struct arena *arena, const char **out,
		       struct err *err)
{
	const struct entrance *entrance = entrance_of(container);
	size_t n = 0;

	if (strcmp(container->engine, "boxtop") == 0) {
		const char *const words[] = {SELF, "exec", "-i", "-t", container->name, "--", "sh"};

		memcpy(out, words, sizeof(words));
		return 0;
	}
	if (entrance) {
		while (n < ARRAY_LEN(entrance->words) && entrance->words[n]) {
			out[n] = entrance->words[n];
			n++;
		}
		out[n++] = entrance->by_id ? container->id : container->name;
		if (strcmp(container->engine, "incus") == 0 ||
		    strcmp(container->engine, "lxd") == 0)
			out[n++] = "--";
		out[n] = strcmp(container->engine, "nspawn") == 0 ? "/bin/sh" : "sh";
		return 0;
	}
	if (container->leader <= 0)
		return err_setx(err, ESRCH,
				"%s (%s): it has no process whose namespaces could be entered",
				container->name, container->engine);
	out[n++] = "nsenter";
	out[n++] = "--all";
	out[n++] = "--target";
	out[n++] = arena_printf(arena, "%d", (int)container->leader);
	out[n++] = "--";
	out[n] = "sh";
	return 0;
}

/* Nobody wants a shell in what took the place of a container that is gone. */
static int check_there(const struct act_rows *row, struct err *err)
{
	struct held *held = held_new(ACT_SIGNAL, row);
	int r = 0;

	held_open(held);
	if (held->ones[0].err.code) {
		*err = held->ones[0].err;
		r = -ESRCH;
	}
	held_free(held);
	return r;
}

int top_shell(const struct act_rows *row, struct err *err)
{
	const struct container *container = row->len > 0 ? row_container(&row->rows[0]) : NULL;
	_cleanup_(arena_finish)
	struct arena arena = ARENA_INIT;
	const char *words[12] = {NULL};
	int r;

	if (!container)
		return err_setx(err, EOPNOTSUPP, "a shell is for a container");
	r = check_there(row, err);
	if (r == 0)
		r = shell_words(container, &arena, words, err);
	return r < 0 ? r : top_child_run(words, err);
}
