/* SPDX-License-Identifier: MIT */
/*
 * Golden frames: the screens as they are drawn from a made-up snapshot, character by character and style
 * by style. UPDATE_GOLDEN=1 in the environment writes them anew; read the difference before you commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "support/fake_actions.h"
#include "support/make_snapshot.h"
#include "ui/app.h"
#include "ui/inside.h"

enum frame_flags {
	FRAME_ASCII = 1 << 0,
	FRAME_TREE = 1 << 1,
	FRAME_ALL = 1 << 2,
	FRAME_PLAIN_USER = 1 << 3,
	FRAME_READONLY = 1 << 4,
	FRAME_EMPTY = 1 << 5,	/* a host with nothing on it */
	FRAME_NOTHING = 1 << 6, /* before the first snapshot */
	FRAME_FIRST = 1 << 7,	/* the first snapshot, without rates */
	FRAME_ISSUES = 1 << 8,
	FRAME_LATER = 1 << 9, /* after things happened */
	FRAME_PAST = 1 << 10, /* with figures over time */
	FRAME_BLOCKS = 1 << 11,
	FRAME_GONE = 1 << 12,	 /* what is held to act on is gone meanwhile */
	FRAME_SANDBOX = 1 << 13, /* "builder" is one of our own */
};

/* struct frame - one picture */
struct frame {
	const char *name; /* of the golden file */
	int width, height;
	enum app_screen screen;
	unsigned int flags; /* enum frame_flags */
	const char *keys;   /* to press first; NULL: none */
};

#define C SCREEN_CONTAINERS
#define G SCREEN_CGROUPS
#define P SCREEN_PROCESSES
#define N SCREEN_NAMESPACES
#define E SCREEN_EVENTS

/* Every screen and every dialog: each is drawn in all of sizes[]. */
static const struct frame scenes[] = {
	{"containers", 0, 0, C, 0, NULL},
	{"cgroups", 0, 0, G, 0, NULL},
	{"processes", 0, 0, P, 0, NULL},
	{"namespaces", 0, 0, N, 0, NULL},
	{"events", 0, 0, E, FRAME_LATER, NULL},
	{"detail", 0, 0, C, FRAME_PAST, "Down Up Enter"},
	{"detail-processes", 0, 0, C, 0, "Down Up Enter Tab Down"},
	{"detail-limits", 0, 0, C, 0, "/ 'api' Esc Enter Tab Tab"},
	{"detail-namespaces", 0, 0, C, 0, "/ 'api' Esc Enter Tab Tab Tab"},
	{"detail-mounts", 0, 0, C, 0, "Down Up Enter Tab Tab Tab Tab"},
	{"detail-environment", 0, 0, C, 0, "Down Up Enter Tab Tab Tab Tab Tab"},
	{"detail-events", 0, 0, C, FRAME_LATER, "Down Up Enter Shift-Tab"},
	{"help", 0, 0, C, 0, "F1"},
	{"sort-menu", 0, 0, C, 0, "F6 Down"},
	{"user-menu", 0, 0, P, 0, "u Down"},
	{"copy-menu", 0, 0, C, 0, "Down Up y Down"},
	{"filter", 0, 0, C, 0, "F4 'web|engine=podman'"},
	{"search", 0, 0, P, 0, "F3 'ng' F3"},
	{"palette", 0, 0, C, 0, ": 'sort' Down"},
	{"delay", 0, 0, P, 0, "d Backspace Backspace Backspace '0.01'"},
	{"cell", 0, 0, C, FRAME_PLAIN_USER, "/ 'rootless' Enter w Right Right"},
	{"setup", 0, 0, C, 0, "F2 Down"},
	{"setup-columns", 0, 0, C, 0, "S Tab Down Space Down F7"},
	{"setup-presets", 0, 0, C, 0, "S Tab p Down"},
	{"end", 0, 0, C, 0, "Down Up X"},
	{"end-tagged", 0, 0, C, 0, "Space Space Space X"},
	{"signal", 0, 0, P, 0, "Down F9"},
	{"limits", 0, 0, C, 0, "Down Up L Down Down -"},
	{"launch", 0, 0, C, 0, "n 'x' Down 'mine'"},
	{"remove", 0, 0, C, FRAME_SANDBOX, "/ 'builder' Esc R"},
	{"output", 0, 0, C, FRAME_SANDBOX, "/ 'builder' Esc o"},
};

static const struct {
	const char *suffix;
	int width, height;
	unsigned int flags;
} sizes[] = {
	{"80x24", 80, 24, 0},
	{"160x50", 160, 50, 0},
	{"20x5", 20, 5, 0},
	{"ascii-80x24", 80, 24, FRAME_ASCII},
};

/* What is worth a picture beside those. */
static const struct frame others[] = {
	{"containers-40x10", 40, 10, C, 0, NULL},
	{"containers-30x8", 30, 8, C, 0, NULL},
	{"containers-500x200", 500, 200, C, 0, NULL},
	{"containers-all-80x24", 80, 24, C, FRAME_ALL, "Down Down"},
	{"containers-first-80x24", 80, 24, C, FRAME_FIRST, NULL},
	{"containers-reading-80x24", 80, 24, C, FRAME_NOTHING, NULL},
	{"containers-empty-80x24", 80, 24, C, FRAME_EMPTY, NULL},
	{"containers-empty-user-80x24", 80, 24, C, FRAME_EMPTY | FRAME_PLAIN_USER, NULL},
	{"containers-issues-80x24", 80, 24, C, FRAME_ISSUES, NULL},
	{"containers-why-80x24", 80, 24, C, FRAME_PLAIN_USER, "M End"},
	{"containers-right-80x24", 80, 24, C, 0, "Right Right Right Right"},
	{"containers-tree-80x24", 80, 24, C, FRAME_TREE, NULL},
	{"cgroups-30x8", 30, 8, G, 0, NULL},
	{"cgroups-folded-80x24", 80, 24, G, 0, "* Space Space"},
	{"processes-40x10", 40, 10, P, 0, NULL},
	{"processes-30x8", 30, 8, P, 0, NULL},
	{"processes-tree-80x24", 80, 24, P, FRAME_TREE, NULL},
	{"processes-tree-160x50", 160, 50, P, FRAME_TREE, NULL},
	{"processes-zoomed-80x24", 80, 24, C, FRAME_READONLY, "Down z"},
	{"processes-zoomed-none-80x24", 80, 24, C, 0, "End z"},
	{"processes-first-80x24", 80, 24, P, FRAME_FIRST, NULL},
	{"processes-marked-80x24", 80, 24, P, 0, "Space Down Space F Z K"},
	{"cgroups-list-80x24", 80, 24, G, 0, "t"},
	{"namespaces-30x8", 30, 8, N, 0, NULL},
	{"namespaces-tree-80x24", 80, 24, N, FRAME_TREE, NULL},
	{"processes-of-namespace-80x24", 80, 24, N, 0, "/ 'web-1' Enter Enter"},
	{"events-30x8", 30, 8, E, FRAME_LATER, NULL},
	{"events-none-80x24", 80, 24, E, 0, NULL},
	{"detail-100x30", 100, 30, C, FRAME_PAST | FRAME_BLOCKS, "/ 'db-1' Esc Enter"},
	{"detail-40x10", 40, 10, C, FRAME_PAST, "Down Up Enter"},
	{"detail-first-80x24", 80, 24, C, FRAME_FIRST, "Enter"},
	{"detail-denied-80x24", 80, 24, C, 0, "/ 'rootless' Esc Enter Tab Tab"},
	{"detail-chroot-80x24", 80, 24, C, 0, "/ 'srv' Esc Enter"},
	{"detail-cgroup-80x24", 80, 24, G, 0, "/ 'system' Esc Enter"},
	{"detail-processes-40x10", 40, 10, C, 0, "Down Up Enter Tab"},
	{"detail-limits-40x10", 40, 10, C, 0, "/ 'api' Esc Enter Tab Tab End"},
	{"sort-menu-30x8", 30, 8, C, 0, "> Down Down Down"},
	{"filter-done-80x24", 80, 24, C, 0, "F4 'web|engine=podman' Enter"},
	{"filter-wrong-80x24", 80, 24, C, 0, "F4 'web&cpu>1'"},
	{"filter-none-80x24", 80, 24, C, 0, "F4 'nothing is called so' Enter"},
	{"filter-40x10", 40, 10, C, 0, "F4 'web'"},
	{"search-none-80x24", 80, 24, P, 0, "/ 'nothing is called so'"},
	{"palette-40x10", 40, 10, C, 0, ": 'fold'"},
	{"palette-none-80x24", 80, 24, C, 0, ": 'nothing of the kind'"},
	{"search-regex-80x24", 80, 24, C, 0, "/ '~(web|db)-[0-9]'"},
	{"search-wrong-80x24", 80, 24, C, FRAME_ASCII, "/ '~(web'"},
	{"no-such-key-80x24", 80, 24, C, 0, "Q"},
	{"setup-columns-40x10", 40, 10, C, 0, "S Tab End"},
	{"no-meters-80x24", 80, 24, C, 0, "#"},
	{"end-40x10", 40, 10, C, 0, "Down Up X"},
	{"end-gone-80x24", 80, 24, C, FRAME_GONE, "Down Up X"},
	{"end-done-80x24", 80, 24, C, 0, "Down Up X Enter"},
	{"end-readonly-80x24", 80, 24, C, FRAME_READONLY, "X"},
	{"signal-40x10", 40, 10, C, 0, "Down Up k Tab"},
	{"limits-40x10", 40, 10, C, 0, "Down Up L Ctrl-U '9M'"},
	{"limits-gone-80x24", 80, 24, C, FRAME_GONE, "Down Up L"},
	{"launch-40x10", 40, 10, C, 0, "n Down Down Down"},
};

static struct app_options options_of(const struct frame *frame)
{
	return (struct app_options) {
		.screen = frame->screen,
		.delay_usec = 1500000,
		.tree = frame->flags & FRAME_TREE,
		.all = frame->flags & FRAME_ALL,
		.ascii = frame->flags & FRAME_ASCII,
		.graph = frame->flags & FRAME_BLOCKS ? GRAPH_BLOCKS : GRAPH_BRAILLE,
		.plain_user = frame->flags & FRAME_PLAIN_USER,
		.readonly = frame->flags & FRAME_READONLY,
		.color = true,
		.uid = (uid_t)-1,
	};
}

static struct snapshot *snapshot_of(const struct frame *frame)
{
	if (frame->flags & FRAME_NOTHING)
		return NULL;
	if (frame->flags & FRAME_EMPTY) {
		struct snapshot *snapshot = make_empty(1);
		make_finish(snapshot);
		return snapshot;
	}
	if (frame->flags & FRAME_FIRST)
		return make_snapshot(1);
	struct snapshot *snapshot = make_snapshot_rated(1);
	if (frame->flags & FRAME_SANDBOX)
		snapshot->containers[make_find_container(snapshot, "builder")].engine = "boxtop";
	if (frame->flags & FRAME_ISSUES) {
		snapshot_add_issue(snapshot,
				   "/sys/fs/cgroup/memory is not mounted: no memory figures");
		snapshot_add_issue(snapshot, "another one");
	}
	return snapshot;
}

/* The world three seconds later: somebody changed a limit, froze one and ended another. */
static struct snapshot *make_later(void)
{
	struct snapshot *snapshot = make_snapshot_rated(4);
	struct container *containers = snapshot->containers;
	uint32_t web = make_find_container(snapshot, "web-1");
	uint32_t api = make_find_container(snapshot, "api");
	containers[web].usage.memory.limit_bytes = metric_known(2048ull * MAKE_MIB);
	containers[web].usage.cpu.limit_microcpus = metric_known(METRIC_NO_LIMIT);
	containers[api].state = CONTAINER_PAUSED;
	containers[make_find_container(snapshot, "leftover")].key = 4711;
	containers[make_find_container(snapshot, "builder")].usage.pids.growth_per_sec =
		rate_known(75);
	return snapshot;
}

#define PAST_LEN 60

/* Figures that rise and fall, the same every time. */
static struct snapshot *make_past(unsigned int second)
{
	struct snapshot *snapshot = make_snapshot_rated(second);
	for (size_t i = 0; i < snapshot->containers_len; i++) {
		struct usage *usage = &snapshot->containers[i].usage;
		double share = 0.3 + 0.7 * (double)(second * 37 % 60) / 60;
		usage->cpu.pct.value *= share;
		usage->io.write_bytes_per_sec.value *= share * share;
		usage->net.rx_bytes_per_sec.value *= 1 - share;
		usage->memory.working_set_bytes.value =
			usage->memory.working_set_bytes.value * (40 + second) / 100;
		if (second > 20 && second < 25)
			usage->cpu.pct = rate_unknown(METRIC_ABSENT, WHY_RESTARTED);
	}
	return snapshot;
}

static size_t snapshots_of(const struct frame *frame, struct snapshot **out)
{
	size_t n = 0;
	for (; (frame->flags & FRAME_PAST) && n < PAST_LEN; n++)
		out[n] = make_past((unsigned int)n + 1);
	if (n > 0)
		return n;
	out[n] = snapshot_of(frame);
	n += out[n] != NULL;
	if (frame->flags & FRAME_LATER)
		out[n++] = make_later();
	return n;
}

/* ---- The inside of a container, made up ---- */

static pid_t asked_pid;
static uint64_t asked_ticks;

static void ask(struct insides *insides, pid_t pid, uint64_t start_ticks)
{
	uint64_t one = 1;
	asked_pid = pid;
	asked_ticks = start_ticks;
	assert_int_equal(write(insides->wake_fd, &one, sizeof(one)), sizeof(one));
}

static struct inside *take(struct insides *insides)
{
	static struct inside_mount mounts[] = {
		{"/", "overlay", "overlay", "rw,relatime"},
		{"/proc", "proc", "proc", "rw,nosuid,nodev,noexec,relatime"},
		{"/etc/hosts", "/var/lib/docker/containers/aa11/hosts", "ext4", "rw,relatime"},
		{"/mnt/evil\x1b[31m\nname/größe-漢字", "tmpfs", "tmpfs", "rw"},
	};
	static const char *environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/root",
					    "EVIL=\x1b]0;owned\x07", "EMPTY=", "nothing"};
	(void)insides;
	struct inside *inside = inside_new(asked_pid, asked_ticks);
	inside->mounts = mounts;
	inside->mounts_len = ARRAY_LEN(mounts);
	inside->environment = environment;
	inside->environment_len = ARRAY_LEN(environment);
	return inside;
}

static struct insides make_insides(void)
{
	return (struct insides) {NULL, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ask, take};
}

static void draw(const struct frame *frame, struct strbuf *out)
{
	struct app_options options = options_of(frame);
	struct snapshot *snapshots[PAST_LEN];
	struct insides insides = make_insides();
	struct fake_actions fake;
	fake_actions_init(&fake);
	fake.gone = frame->flags & FRAME_GONE;
	fake.log_text =
		"listening on :8080\n\x1b[31mcan't reach the database\x1b[0m: trying again\n";
	struct app_scene scene = {snapshots, snapshots_of(frame, snapshots), frame->keys, &insides,
				  &fake.actions};
	struct err err = ERR_INIT;
	struct canvas canvas;
	canvas_init(&canvas, frame->width, frame->height, options.ascii);
	if (app_frame(&options, &scene, &canvas, &err) < 0)
		fail_msg("%s: %s", frame->name, err.text);
	canvas_write(&canvas, app_theme(&options), CANVAS_STYLED, out);
	canvas_finish(&canvas);
	for (size_t i = 0; i < scene.snapshots_len; i++)
		snapshot_unref(snapshots[i]);
	close(insides.wake_fd);
	fake_actions_finish(&fake);
}

static FILE *open_golden(const struct frame *frame, const char *mode)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s.txt", GOLDEN_DIR, frame->name);
	return fopen(path, mode);
}

static void read_golden(const struct frame *frame, struct strbuf *out)
{
	_cleanup_(cleanup_fclose)
	FILE *file = open_golden(frame, "re");
	char buf[4096];
	size_t n;
	if (!file)
		fail_msg("%s: no golden frame (UPDATE_GOLDEN=1 writes it)", frame->name);
	while (file && (n = fread(buf, 1, sizeof(buf), file)) > 0)
		strbuf_add(out, buf, n);
}

static void write_golden(const struct frame *frame, const struct strbuf *text)
{
	_cleanup_(cleanup_fclose)
	FILE *file = open_golden(frame, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
}

/* tell_difference() - the first line that is not the same */
static void tell_difference(const struct frame *frame, struct span golden, struct span drawn)
{
	struct span a = SPAN(""), b = SPAN("");
	bool more = true;
	for (int line = 1; more; line++) {
		bool more_a = span_next_line(&golden, &a), more_b = span_next_line(&drawn, &b);
		more = more_a && more_b;
		if (more && span_eq(a, b))
			continue;
		print_message("%s: line %d\n  golden: %.*s\n  drawn:  %.*s\n", frame->name, line,
			      (int)a.len, a.p, (int)b.len, b.p);
		return;
	}
}

/* Whether it is as it was; with UPDATE_GOLDEN it is written anew. */
static bool is_as_it_was(const struct frame *frame)
{
	_cleanup_(strbuf_finish)
	struct strbuf drawn = STRBUF_INIT;
	_cleanup_(strbuf_finish)
	struct strbuf golden = STRBUF_INIT;
	draw(frame, &drawn);
	if (getenv("UPDATE_GOLDEN")) {
		write_golden(frame, &drawn);
		return true;
	}
	read_golden(frame, &golden);
	if (span_eq(strbuf_span(&golden), strbuf_span(&drawn)))
		return true;
	tell_difference(frame, strbuf_span(&golden), strbuf_span(&drawn));
	return false;
}

static void every_screen_and_dialog_is_as_it_was_in_every_size(void **state)
{
	(void)state;
	size_t different = 0;
	for (size_t i = 0; i < ARRAY_LEN(scenes) * ARRAY_LEN(sizes); i++) {
		const size_t size = i % ARRAY_LEN(sizes);
		struct frame frame = scenes[i / ARRAY_LEN(sizes)];
		char name[64];
		snprintf(name, sizeof(name), "%s-%s", frame.name, sizes[size].suffix);
		frame.name = name;
		frame.width = sizes[size].width;
		frame.height = sizes[size].height;
		frame.flags |= sizes[size].flags;
		different += !is_as_it_was(&frame);
	}
	assert_int_equal(different, 0);
}

static void every_other_frame_is_as_it_was(void **state)
{
	(void)state;
	size_t different = 0;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		different += !is_as_it_was(&others[i]);
	assert_int_equal(different, 0);
}

/* A file that no frame is compared with proves nothing. */
static void every_golden_file_has_a_frame(void **state)
{
	(void)state;
	_cleanup_(cleanup_closedir)
	DIR *dir = opendir(GOLDEN_DIR);
	const struct dirent *entry;
	size_t files = 0;
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		files += strchr(entry->d_name, '.') > entry->d_name;
	assert_int_equal(files, ARRAY_LEN(scenes) * ARRAY_LEN(sizes) + ARRAY_LEN(others));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_screen_and_dialog_is_as_it_was_in_every_size),
		cmocka_unit_test(every_other_frame_is_as_it_was),
		cmocka_unit_test(every_golden_file_has_a_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
