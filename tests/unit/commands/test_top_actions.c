/* SPDX-License-Identifier: MIT */
/* What the screen does, on the kernel of this machine: to groups and processes of this test alone. */
#include "unit/runtime/cg_rig.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/parse.h"
#include "commands/top_actions.h"
#include "support/make_snapshot.h"

#define WAIT_MSEC 60000

/* struct scene - a group of the rig as the screen sees it, and who acts on it */
struct scene {
	struct rig *rig;
	struct actions *actions;
	struct snapshot *snapshot;
	struct row row; /* that is acted on */
};

static uint64_t start_ticks_of(pid_t pid)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct parse_stat stat;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	assert_int_equal(dir_read(AT_FDCWD, path, &text, NULL), 0);
	assert_int_equal(parse_proc_stat(strbuf_span(&text), &stat, NULL), 0);
	return stat.start_ticks;
}

static uint64_t inode_of(struct rig *rig, enum cgroup_controller controller)
{
	_cleanup_(cleanup_close)
	int fd = rig_dir(rig, controller, "");
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

/* The row of the rig's group, with the inode that it has now. */
static void see_group(struct scene *scene)
{
	const struct target_request request = rig_request(scene->rig);
	struct cgroup *cgroup;

	snapshot_unref(scene->snapshot);
	scene->snapshot = make_empty(1);
	cgroup = make_cgroup(scene->snapshot, scene->rig->path);
	cgroup->naming = request.primary;
	cgroup->inode = cgroup->id = inode_of(scene->rig, request.primary);
	for (int c = 0; c < CGROUP_CONTROLLERS; c++)
		cgroup->paths[c] = request.paths[c];
	make_finish(scene->snapshot);
	scene->row = (struct row) {scene->snapshot, ROW_CGROUP,
				   make_find_cgroup(scene->snapshot, scene->rig->path)};
}

static void see_process(struct scene *scene, pid_t pid, uint64_t start_ticks)
{
	snapshot_unref(scene->snapshot);
	scene->snapshot = make_empty(1);
	make_process(scene->snapshot, pid, 1, "child", NULL)->start_ticks = start_ticks;
	make_finish(scene->snapshot);
	scene->row = (struct row) {scene->snapshot, ROW_PROCESS, 0};
}

static void begin(struct scene *scene, void **state)
{
	struct err err = ERR_INIT;

	*scene = (struct scene) {.rig = *state};
	rig_need_root();
	assert_fine(top_actions_new(TOP_ACTIONS_ALL, &scene->actions, &err), err);
}

static void begin_group(struct scene *scene, void **state)
{
	begin(scene, state);
	rig_make(scene->rig, "");
	rig_spawn(scene->rig, "", NULL, NULL);
	rig_spawn(scene->rig, "", NULL, NULL);
	see_group(scene);
}

static void end(struct scene *scene)
{
	top_actions_free(scene->actions);
	snapshot_unref(scene->snapshot);
}

static struct act_news *await(struct scene *scene)
{
	struct pollfd pfd = {.fd = scene->actions->wake_fd, .events = POLLIN};
	struct act_news *news = NULL;

	while (!news) {
		assert_int_equal(poll(&pfd, 1, WAIT_MSEC), 1);
		news = scene->actions->take(scene->actions);
	}
	return news;
}

static struct act_rows rows_of(const struct scene *scene)
{
	return (struct act_rows) {scene->snapshot, &scene->row, 1};
}

/* hold() - and what it says of the only row; NULL: it is held */
static uint64_t hold(struct scene *scene, enum act_kind kind, char why[256])
{
	const struct act_rows rows = rows_of(scene);
	uint64_t ticket = scene->actions->hold(scene->actions, kind, &rows);
	struct act_news *news = await(scene);

	assert_int_equal(news->kind, ACT_NEWS_HELD);
	assert_int_equal(news->ticket, ticket);
	assert_int_equal(news->items_len, 1);
	snprintf(why, 256, "%s", news->items[0].why ? news->items[0].why : "");
	act_news_free(news);
	return ticket;
}

static void assert_has(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text ? text : "(nothing)");
}

/* The answer to a deed: whether it failed, and a part of its words. */
static void assert_done(struct scene *scene, bool failed, const char *part)
{
	struct act_news *news = await(scene);

	assert_int_equal(news->kind, ACT_NEWS_DONE);
	assert_has(news->text, part);
	assert_int_equal(news->failed, failed);
	act_news_free(news);
}

static void a_group_is_held_and_ended_whole(void **state)
{
	struct scene scene;
	char why[256];

	begin_group(&scene, state);
	uint64_t ticket = hold(&scene, ACT_KILL, why);

	assert_string_equal(why, "");
	scene.actions->look(scene.actions, ticket, scene.snapshot);
	struct act_news *news = await(&scene);

	assert_true(news->items[0].counted);
	assert_int_equal(news->items[0].processes, 2);
	act_news_free(news);
	scene.actions->go(scene.actions, ticket, &(struct act_deed) {.kind = ACT_KILL});
	assert_done(&scene, false, "ended 2 processes in");
	end(&scene);
}

/* Without the descriptors of this test: the guard over a brake ends with the last copy of its socket. */
static int wait_alone(void *unused)
{
	(void)unused;
	syscall(SYS_close_range, 3, ~0u, 0);
	for (;;)
		pause();
	return 0;
}

static void a_group_that_took_the_name_of_a_held_one_is_not_touched(void **state)
{
	struct scene scene;
	char why[256];

	begin_group(&scene, state);
	uint64_t ticket = hold(&scene, ACT_KILL, why);

	for (size_t i = scene.rig->children_len; i-- > 0;)
		rig_end(scene.rig, scene.rig->children[i]);
	rig_remove(scene.rig, "");
	rig_make(scene.rig, "");
	pid_t other = rig_spawn(scene.rig, "", wait_alone, NULL);

	scene.actions->look(scene.actions, ticket, NULL);
	struct act_news *news = await(&scene);

	assert_has(news->items[0].why, "it is gone");
	act_news_free(news);
	scene.actions->go(scene.actions, ticket, &(struct act_deed) {.kind = ACT_KILL});
	assert_done(&scene, true, "it is gone");
	assert_int_equal(waitpid(other, NULL, WNOHANG), 0);
	end(&scene);
}

static void enter_right_after_x_finds_what_vanished_in_between(void **state)
{
	struct scene scene;

	begin_group(&scene, state);
	const struct act_rows rows = rows_of(&scene);

	for (size_t i = scene.rig->children_len; i-- > 0;)
		rig_end(scene.rig, scene.rig->children[i]);
	rig_remove(scene.rig, "");
	rig_make(scene.rig, "");
	pid_t other = rig_spawn(scene.rig, "", wait_alone, NULL);
	uint64_t ticket = scene.actions->hold(scene.actions, ACT_KILL, &rows);

	scene.actions->go(scene.actions, ticket, &(struct act_deed) {.kind = ACT_KILL});
	act_news_free(await(&scene));
	assert_done(&scene, true, "another one is called so now");
	assert_int_equal(waitpid(other, NULL, WNOHANG), 0);
	end(&scene);
}

static void what_is_let_go_lives(void **state)
{
	struct scene scene;
	char why[256];

	begin_group(&scene, state);
	scene.actions->drop(scene.actions, hold(&scene, ACT_KILL, why));
	assert_string_equal(why, "");
	scene.actions->at_once(
		scene.actions,
		&(struct act_deed) {.kind = ACT_SIGNAL, .signal = SIGCONT, .all = true},
		&(struct act_rows) {scene.snapshot, &scene.row, 1});
	assert_done(&scene, false, "SIGCONT sent to all its processes");
	assert_int_equal(waitpid(scene.rig->children[0], NULL, WNOHANG), 0);
	end(&scene);
}

static void for_a_picture_nothing_is_done(void **state)
{
	struct scene scene;
	struct err err = ERR_INIT;
	char why[256];

	begin_group(&scene, state);
	top_actions_free(scene.actions);
	assert_fine(top_actions_new(TOP_ACTIONS_LOOK, &scene.actions, &err), err);
	const struct act_rows rows = rows_of(&scene);
	uint64_t ticket = hold(&scene, ACT_KILL, why);

	assert_string_equal(why, "");
	scene.actions->go(scene.actions, ticket, &(struct act_deed) {.kind = ACT_KILL});
	scene.actions->at_once(
		scene.actions,
		&(struct act_deed) {.kind = ACT_SIGNAL, .signal = SIGKILL, .all = true}, &rows);
	/* Whatever was sent before it is done by then. */
	scene.actions->drop(scene.actions, hold(&scene, ACT_SIGNAL, why));
	assert_int_equal(waitpid(scene.rig->children[0], NULL, WNOHANG), 0);
	end(&scene);
}

static void what_is_frozen_is_thawed_by_the_same_deed(void **state)
{
	struct scene scene;

	begin_group(&scene, state);
	const struct act_rows rows = rows_of(&scene);
	const struct act_deed deed = {.kind = ACT_FREEZE};

	scene.actions->at_once(scene.actions, &deed, &rows);
	assert_done(&scene, false, ": frozen");
	scene.actions->at_once(scene.actions, &deed, &rows);
	assert_done(&scene, false, ": thawed");
	end(&scene);
}

static size_t find_limit(const struct act_news *news, const char *name)
{
	for (size_t i = 0; i < news->limits_len; i++)
		if (strcmp(news->limits[i].name, name) == 0)
			return i;
	fail_msg("no limit '%s'", name);
	return 0;
}

static void limits_are_told_set_and_read_back(void **state)
{
	struct act_value values[ACT_LIMITS_MAX] = {{.set = false}};
	struct scene scene;
	char text[ACT_TEXT_MAX], max[64];

	begin_group(&scene, state);
	if (!rig_has(scene.rig, CGROUP_PIDS))
		skip();
	const struct act_rows rows = rows_of(&scene);
	uint64_t ticket = scene.actions->hold(scene.actions, ACT_LIMITS, &rows);
	struct act_news *news = await(&scene);
	size_t pids = find_limit(news, "pids");

	assert_null(news->limits[pids].why_not);
	assert_string_equal(scene.actions->format_limit(pids, &news->limits[pids].value, text),
			    "max");
	assert_int_equal(news->limits[pids].unit, ACT_COUNT);
	act_news_free(news);
	assert_int_equal(scene.actions->parse_limit(pids, SPAN("77"), &values[pids], NULL), 0);
	scene.actions->go(scene.actions, ticket,
			  &(struct act_deed) {.kind = ACT_LIMITS, .limits = values});
	assert_done(&scene, false, "pids max -> 77");
	rig_read(scene.rig, CGROUP_PIDS, "pids.max", max, sizeof(max));
	assert_string_equal(max, "77");
	end(&scene);
}

static void a_limit_that_makes_no_sense_is_refused_in_words(void **state)
{
	struct scene scene;
	struct act_value value;
	struct err err = ERR_INIT;

	begin(&scene, state);
	assert_true(scene.actions->parse_limit(0, SPAN("12Q"), &value, &err) < 0);
	assert_has(err.text, "12Q");
	end(&scene);
}

static void the_root_is_refused(void **state)
{
	struct scene scene;
	char why[256];

	begin_group(&scene, state);
	scene.snapshot->cgroups[0].naming = CGROUP_MEMORY;
	scene.snapshot->cgroups[0].paths[CGROUP_MEMORY] = "/";
	scene.row.index = 0;
	uint64_t ticket = hold(&scene, ACT_KILL, why);

	assert_has(why, "refused");
	scene.actions->go(scene.actions, ticket, &(struct act_deed) {.kind = ACT_KILL});
	assert_done(&scene, true, "refused");
	end(&scene);
}

/* ---- Processes ---- */

static void a_process_gets_its_signal_and_nice_value(void **state)
{
	struct scene scene;

	begin(&scene, state);
	rig_make(scene.rig, "");
	pid_t child = rig_spawn(scene.rig, "", NULL, NULL);

	see_process(&scene, child, start_ticks_of(child));
	const struct act_rows rows = rows_of(&scene);

	scene.actions->at_once(scene.actions, &(struct act_deed) {.kind = ACT_RENICE, .nice = 3},
			       &rows);
	assert_done(&scene, false, "nice 0 -> 3");
	assert_int_equal(getpriority(PRIO_PROCESS, (id_t)child), 3);
	scene.actions->at_once(scene.actions,
			       &(struct act_deed) {.kind = ACT_SIGNAL, .signal = SIGTERM}, &rows);
	assert_done(&scene, false, "SIGTERM sent");
	int status = rig_wait(scene.rig, child);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	scene.actions->at_once(scene.actions,
			       &(struct act_deed) {.kind = ACT_SIGNAL, .signal = SIGTERM}, &rows);
	assert_done(&scene, true, "it has ended");
	end(&scene);
}

static void another_process_with_the_pid_is_left_alone(void **state)
{
	struct scene scene;
	char why[256];

	begin(&scene, state);
	rig_make(scene.rig, "");
	pid_t child = rig_spawn(scene.rig, "", NULL, NULL);

	see_process(&scene, child, start_ticks_of(child) + 1);
	uint64_t ticket = hold(&scene, ACT_SIGNAL, why);

	assert_has(why, "it has ended");
	scene.actions->go(scene.actions, ticket,
			  &(struct act_deed) {.kind = ACT_SIGNAL, .signal = SIGKILL});
	assert_done(&scene, true, "it has ended");
	assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
	end(&scene);
}

/* The rig's group as a container whose processes the screen has not read. */
static void see_container(struct scene *scene, pid_t leader)
{
	see_group(scene);
	struct container *container =
		make_container(scene->snapshot, "docker", "box", scene->rig->path);

	container->leader = leader;
	make_finish(scene->snapshot);
	scene->row = (struct row) {scene->snapshot, ROW_CONTAINER, 0};
}

static void the_first_of_a_container_is_known_where_no_process_was_read(void **state)
{
	const struct act_deed deed = {.kind = ACT_SIGNAL, .signal = SIGTERM};
	struct scene scene;

	begin_group(&scene, state);
	see_container(&scene, scene.rig->children[1]);
	const struct act_rows rows = rows_of(&scene);

	scene.actions->at_once(scene.actions, &deed, &rows);
	assert_done(&scene, false, "box (docker): SIGTERM sent to its first process");
	int status = rig_wait(scene.rig, scene.rig->children[1]);

	assert_true(WIFSIGNALED(status));
	end(&scene);
}

static void a_first_process_outside_of_its_container_is_none(void **state)
{
	const struct act_deed deed = {.kind = ACT_SIGNAL, .signal = SIGTERM};
	struct scene scene;

	begin_group(&scene, state);
	pid_t outside = fork();

	if (outside == 0)
		wait_alone(NULL);
	see_container(&scene, outside);
	const struct act_rows rows = rows_of(&scene);

	scene.actions->at_once(scene.actions, &deed, &rows);
	assert_done(&scene, true, "not known which of its processes is the first");
	assert_int_equal(waitpid(outside, NULL, WNOHANG), 0);
	kill(outside, SIGKILL);
	waitpid(outside, NULL, 0);
	end(&scene);
}

/* A process with two children, below one that reaps them. */
static int fork_three(void *out_root)
{
	pid_t root = fork();

	if (root > 0) {
		*(volatile pid_t *)out_root = root;
		while (waitpid(-1, NULL, 0) > 0)
			continue;
	}
	for (int i = 0; root == 0 && i < 2; i++)
		if (fork() == 0)
			break;
	for (;;)
		pause();
	return 0;
}

static bool has_four(void *data)
{
	struct rig *rig = data;
	char procs[256] = "";
	size_t lines = 1;

	rig_read(rig, rig_request(rig).primary, "cgroup.procs", procs, sizeof(procs));
	for (const char *p = procs; *p; p++)
		lines += *p == '\n';
	return lines >= 4;
}

static void a_process_ends_with_all_that_came_of_it(void **state)
{
	struct scene scene;
	char why[256];

	begin(&scene, state);
	rig_make(scene.rig, "");
	volatile pid_t *root = mmap(NULL, sizeof(*root), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(root, MAP_FAILED);
	rig_spawn(scene.rig, "", fork_three, (void *)(uintptr_t)root);
	assert_true(until(has_four, scene.rig));
	see_process(&scene, *root, start_ticks_of(*root));
	uint64_t ticket = hold(&scene, ACT_KILL, why);

	assert_string_equal(why, "");
	scene.actions->go(scene.actions, ticket, &(struct act_deed) {.kind = ACT_KILL});
	assert_done(&scene, false, "ended 3 processes in");
	munmap((void *)(uintptr_t)root, sizeof(*root));
	end(&scene);
}

/* ---- A login that a crowd has taken over ---- */

/* A shell's part: the leader of a session, which lets a job loose. Returns never */
static int lead_session(size_t crowd)
{
	pid_t first = 0;

	setsid();
	signal(SIGCHLD, SIG_IGN);
	for (size_t i = 0; i < crowd; i++) {
		pid_t pid = fork();

		setpgid(pid, first);
		if (first == 0)
			first = pid;
		if (pid == 0) {
			execlp("sleep", "sleep", "600", (char *)NULL);
			_exit(127);
		}
	}
	return wait_alone(NULL);
}

static int lead_crowd(void *unused)
{
	(void)unused;
	return lead_session(TARGET_CROWD_MIN + 8);
}

static int lead_few(void *unused)
{
	(void)unused;
	return lead_session(TARGET_CROWD_MIN / 2);
}

static size_t count_sleeping(struct rig *rig)
{
	static char procs[65536];
	char path[32], comm[32], *save = NULL;
	size_t n = 0;

	rig_read(rig, rig_request(rig).primary, "cgroup.procs", procs, sizeof(procs));
	for (char *pid = strtok_r(procs, "\n", &save); pid; pid = strtok_r(NULL, "\n", &save)) {
		_cleanup_(strbuf_finish)
		struct strbuf text = STRBUF_INIT;

		snprintf(path, sizeof(path), "/proc/%.10s/comm", pid);
		if (dir_read(AT_FDCWD, path, &text, NULL) == 0) {
			snprintf(comm, sizeof(comm), "%s", strbuf_cstr(&text));
			n += strcmp(comm, "sleep\n") == 0;
		}
	}
	return n;
}

static bool is_crowded(void *data)
{
	return count_sleeping(data) == TARGET_CROWD_MIN + 8;
}

static bool has_few(void *data)
{
	return count_sleeping(data) == TARGET_CROWD_MIN / 2;
}

/* A bystander and a session in the rig's group, seen as a container of @kind, and X on it. */
static struct act_news *hold_login(struct scene *scene, enum container_kind kind,
				   int (*lead)(void *), bool (*ready)(void *))
{
	rig_make(scene->rig, "");
	rig_spawn(scene->rig, "", NULL, NULL);
	rig_spawn(scene->rig, "", lead, NULL);
	assert_true(until(ready, scene->rig));
	see_container(scene, 0);
	scene->snapshot->containers[0].kind = kind;
	const struct act_rows rows = rows_of(scene);

	scene->actions->hold(scene->actions, ACT_KILL, &rows);
	return await(scene);
}

static void of_a_login_what_its_shell_let_loose_ends_alone(void **state)
{
	struct scene scene;

	begin(&scene, state);
	struct act_news *news = hold_login(&scene, CONTAINER_SCOPE, lead_crowd, is_crowded);

	assert_null(news->items[0].why);
	assert_has(news->items[0].name, "process group ");
	assert_has(news->items[0].name, " in box");
	assert_has(news->items[0].where, "the rest of it stays");
	assert_int_equal(news->items[0].processes, TARGET_CROWD_MIN + 8);
	scene.actions->go(scene.actions, news->ticket, &(struct act_deed) {.kind = ACT_KILL});
	act_news_free(news);
	assert_done(&scene, false, "ended 40 processes in");
	assert_int_equal(count_sleeping(scene.rig), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(waitpid(scene.rig->children[i], NULL, WNOHANG), 0);
	end(&scene);
}

static void assert_whole(enum container_kind kind, int (*lead)(void *), bool (*ready)(void *),
			 void **state)
{
	struct scene scene;

	begin(&scene, state);
	struct act_news *news = hold_login(&scene, kind, lead, ready);

	assert_null(news->items[0].why);
	assert_string_equal(news->items[0].name, "box (docker)");
	scene.actions->go(scene.actions, news->ticket, &(struct act_deed) {.kind = ACT_KILL});
	act_news_free(news);
	assert_done(&scene, false, "ended");
	rig_wait(scene.rig, scene.rig->children[0]);
	rig_wait(scene.rig, scene.rig->children[1]);
	end(&scene);
}

static void a_login_without_a_crowd_ends_whole(void **state)
{
	assert_whole(CONTAINER_SCOPE, lead_few, has_few, state);
}

static void a_service_with_a_crowd_ends_whole(void **state)
{
	assert_whole(CONTAINER_SERVICE, lead_crowd, is_crowded, state);
}

/* ---- Sandboxes ---- */

static void what_no_sandbox_said_is_a_failure_in_words(void **state)
{
	struct scene scene;

	begin(&scene, state);
	scene.actions->log(scene.actions, "no-such-sandbox-anywhere", 10);
	struct act_news *news = await(&scene);

	assert_int_equal(news->kind, ACT_NEWS_LOG);
	assert_true(news->failed);
	assert_has(news->text, "no-such-sandbox-anywhere");
	assert_string_equal(news->name, "no-such-sandbox-anywhere");
	act_news_free(news);
	end(&scene);
}

#define ON_KERNEL(test) cmocka_unit_test_setup_teardown(test, rig_open, rig_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_KERNEL(a_group_is_held_and_ended_whole),
		ON_KERNEL(a_group_that_took_the_name_of_a_held_one_is_not_touched),
		ON_KERNEL(enter_right_after_x_finds_what_vanished_in_between),
		ON_KERNEL(what_is_let_go_lives),
		ON_KERNEL(for_a_picture_nothing_is_done),
		ON_KERNEL(what_is_frozen_is_thawed_by_the_same_deed),
		ON_KERNEL(limits_are_told_set_and_read_back),
		ON_KERNEL(a_limit_that_makes_no_sense_is_refused_in_words),
		ON_KERNEL(the_root_is_refused),
		ON_KERNEL(a_process_gets_its_signal_and_nice_value),
		ON_KERNEL(another_process_with_the_pid_is_left_alone),
		ON_KERNEL(the_first_of_a_container_is_known_where_no_process_was_read),
		ON_KERNEL(a_first_process_outside_of_its_container_is_none),
		ON_KERNEL(a_process_ends_with_all_that_came_of_it),
		ON_KERNEL(of_a_login_what_its_shell_let_loose_ends_alone),
		ON_KERNEL(a_login_without_a_crowd_ends_whole),
		ON_KERNEL(a_service_with_a_crowd_ends_whole),
		ON_KERNEL(what_no_sandbox_said_is_a_failure_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
