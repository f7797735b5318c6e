/* SPDX-License-Identifier: MIT */
/* Bombs that have no cgroup of their own, on the kernel of this machine: who is ended, and who is not. */
#include "bomb_rig.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/arena.h"

#define LIMIT 200
#define MANY  2000

static void cleanup_bomb(struct bomb **bomb)
{
	bomb_free(*bomb);
}

static struct bomb *prepare(const struct bomb_query *query)
{
	struct bomb *bomb = NULL;
	struct err err = ERR_INIT;

	assert_fine(bomb_prepare(query, &bomb, &err), err);
	return bomb;
}

/* As long as a loaded machine may need. */
static const struct kill_options patient = {.deadline_usec = 60000000};

static struct kill_report end(struct bomb *bomb)
{
	struct kill_report report;
	struct err err = ERR_INIT;

	assert_fine(bomb_kill(bomb, &patient, &report, &err), err);
	assert_int_equal(report.remaining, 0);
	return report;
}

static struct kill_report prepare_and_end(const struct bomb_query *query)
{
	_cleanup_(cleanup_bomb)
	struct bomb *bomb = prepare(query);

	return end(bomb);
}

static void refused(const struct bomb_query *query, int code, const char *words)
{
	struct bomb *bomb = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(bomb_prepare(query, &bomb, &err), code);
	if (!strstr(err.text, words))
		print_error("'%s' does not say '%s'\n", err.text, words);
	assert_non_null(strstr(err.text, words));
}

/* ---- Every kind, chosen in every way ---- */

/* A churn never is many at once; the others fill the group. */
static void start_and_wait(struct bombs *bombs, struct bomb_start *start, pid_t *out_pid)
{
	bool crowd = strcmp(start->kind, "stay") == 0;

	start->bombs = bombs;
	start->width = 3;
	*out_pid = bombs_start(start);
	bombs_grow(bombs, crowd ? LIMIT / 2 : 1);
}

static void check_ended(struct bombs *bombs, const struct kill_report *report)
{
	/* Who was on its way out anyway may be a moment behind. */
	assert_true(becomes(bombs_count(bombs, "") == 0));
	assert_string_equal(report->method, "brake and signals");
	assert_true(bombs_limit_is(bombs, "200"));
}

/* Of "exec" see bystanders below: we are its parent here, and adopt what might be its siblings. */
static void every_kind_ends_by_its_tree(void **state)
{
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < BOMB_KINDS; i++) {
		struct bomb_start start = {.kind = bomb_kinds[i]};
		struct bomb_query query = {.by = BOMB_TREE};
		struct kill_report report;
		pid_t pid;

		if (strcmp(start.kind, "exec") == 0)
			continue;
		start_and_wait(bombs, &start, &pid);
		query.number = (uint64_t)pid;
		report = prepare_and_end(&query);
		check_ended(bombs, &report);
	}
}

static void every_kind_ends_by_its_program(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_query query = {.by = BOMB_EXE, .path = bombs->program};

	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < BOMB_KINDS; i++) {
		struct bomb_start start = {.kind = bomb_kinds[i]};
		struct kill_report report;
		pid_t pid;

		start_and_wait(bombs, &start, &pid);
		report = prepare_and_end(&query);
		check_ended(bombs, &report);
	}
}

static void check_ends_by(struct bombs *bombs, enum bomb_by by)
{
	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < BOMB_KINDS; i++) {
		struct bomb_start start = {.kind = bomb_kinds[i], .session = true};
		struct bomb_query query = {.by = by};
		struct kill_report report;
		pid_t pid;

		if (strcmp(start.kind, "setsid") == 0)
			continue;
		start_and_wait(bombs, &start, &pid);
		query.number = (uint64_t)pid;
		report = prepare_and_end(&query);
		check_ended(bombs, &report);
	}
}

static void every_kind_but_setsid_ends_by_its_session(void **state)
{
	check_ends_by(*state, BOMB_SESSION);
}

static void every_kind_but_setsid_ends_by_its_process_group(void **state)
{
	check_ends_by(*state, BOMB_GROUP);
}

static void every_kind_ends_by_its_user(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_query query = {.by = BOMB_USER, .number = bombs_uid()};

	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < BOMB_KINDS; i++) {
		struct bomb_start start = {.kind = bomb_kinds[i], .uid = bombs_uid()};
		struct kill_report report;
		pid_t pid;

		start_and_wait(bombs, &start, &pid);
		report = prepare_and_end(&query);
		check_ended(bombs, &report);
	}
}

static uint64_t uts_of(pid_t pid)
{
	char path[40];
	struct stat stat_buf;

	snprintf(path, sizeof(path), "/proc/%d/ns/uts", (int)pid);
	assert_int_equal(stat(path, &stat_buf), 0);
	return stat_buf.st_ino;
}

static void every_kind_ends_by_its_namespace(void **state)
{
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < BOMB_KINDS; i++) {
		struct bomb_start start = {.kind = bomb_kinds[i], .unshare = CLONE_NEWUTS};
		struct bomb_query query = {.by = BOMB_NS};
		struct kill_report report;
		pid_t pid;

		start_and_wait(bombs, &start, &pid);
		query.number = uts_of(pid);
		report = prepare_and_end(&query);
		check_ended(bombs, &report);
	}
}

static void a_bomb_of_two_thousand_is_gone_and_the_count_at_zero(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "stay"};
	struct bomb_query query = {.by = BOMB_TREE};
	struct kill_report report;
	char current[16];

	bombs_make(bombs, MANY);
	query.number = (uint64_t)bombs_start(&start);
	bombs_grow(bombs, MANY);
	report = prepare_and_end(&query);
	assert_int_equal(bombs_count(bombs, ""), 0);
	assert_true(report.killed >= MANY);
	rig_read(bombs->rig, CGROUP_PIDS, "pids.current", current, sizeof(current));
	assert_string_equal(current, "0");
	assert_true(bombs_limit_is(bombs, "2000"));
}

/* ---- Bystanders ---- */

/* struct street - a session, as a shell has one: who lives in it */
struct street {
	pid_t shell, neighbour, bomb, late_neighbour, daemon;
};

/* @gate: it starts at the end of this pipe only; -1 */
static pid_t spawn_bomb(const struct bombs *bombs, const char *kind, unsigned int width, int gate)
{
	pid_t pid = fork();
	char byte;

	if (pid == 0) {
		if (gate >= 0)
			(void)!read(gate, &byte, 1);
		/* Whoever is ready has said so to nobody. */
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
		_exit(bombs_exec(bombs, kind, width));
	}
	return pid;
}

/* A neighbour that the shell started in the background and that outlived its parent. */
static pid_t spawn_daemon(const struct bombs *bombs)
{
	int ends[2];
	pid_t pid = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		_exit(1);
	if (fork() == 0) {
		setpgid(0, 0);
		pid = spawn_bomb(bombs, "still", 0, -1);
		_exit(write(ends[1], &pid, sizeof(pid)) == sizeof(pid) ? 0 : 1);
	}
	close(ends[1]);
	if (read(ends[0], &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	return pid;
}

/* struct street_plan - for the shell */
struct street_plan {
	const struct bombs *bombs;
	const char *kind;
	int fd;
};

static int be_shell(void *context)
{
	const struct street_plan *plan = context;
	struct street street = {.shell = getpid()};
	int gate[2];

	setsid();
	if (pipe2(gate, O_CLOEXEC) < 0)
		return 1;
	street.neighbour = spawn_bomb(plan->bombs, "still", 0, -1);
	street.bomb = spawn_bomb(plan->bombs, plan->kind, 3, gate[0]);
	usleep(20000); /* later by two ticks of the clock that start times are told in */
	street.late_neighbour = spawn_bomb(plan->bombs, "still", 0, -1);
	street.daemon = spawn_daemon(plan->bombs);
	if (write(gate[1], "", 1) != 1)
		return 1;
	if (write(plan->fd, &street, sizeof(street)) != sizeof(street))
		return 1;
	for (;;)
		pause();
}

static bool runs_bomb(pid_t pid)
{
	char path[40], comm[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	(void)!read(fd, comm, sizeof(comm) - 1);
	close(fd);
	return strcmp(comm, "bomb\n") == 0;
}

static struct street street_open(struct bombs *bombs, const char *kind)
{
	struct street street;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct street_plan plan = {bombs, kind, ends[1]};

	rig_spawn(bombs->rig, "", be_shell, &plan);
	close(ends[1]);
	assert_int_equal(read(ends[0], &street, sizeof(street)), sizeof(street));
	close(ends[0]);
	/* Until then they are copies of the shell, and so is the bomb. */
	assert_true(becomes(runs_bomb(street.neighbour) && runs_bomb(street.bomb) &&
			    runs_bomb(street.late_neighbour) && runs_bomb(street.daemon)));
	return street;
}

static void bystanders_of_the_same_program_in_the_same_session_live(void **state)
{
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	for (size_t i = 0; i < BOMB_KINDS; i++) {
		struct street street = street_open(bombs, bomb_kinds[i]);
		struct bomb_query query = {.by = BOMB_TREE, .number = (uint64_t)street.bomb};

		if (i == 0)
			bombs_grow(bombs, LIMIT / 2);
		prepare_and_end(&query);
		assert_true(is_alive(street.shell));
		assert_true(is_alive(street.neighbour));
		assert_true(is_alive(street.late_neighbour));
		assert_true(is_alive(street.daemon));
		assert_true(becomes(bombs_count(bombs, "") == 4));
		kill(street.neighbour, SIGKILL);
		kill(street.late_neighbour, SIGKILL);
		kill(street.daemon, SIGKILL);
		rig_end(bombs->rig, street.shell);
		assert_true(becomes(bombs_count(bombs, "") == 0));
	}
}

static void the_shell_of_a_session_lives_unless_it_is_the_bomb(void **state)
{
	struct bombs *bombs = *state;

	bombs_make(bombs, LIMIT);
	struct street street = street_open(bombs, "stay");
	struct bomb_query query = {.by = BOMB_SESSION, .number = (uint64_t)street.shell};

	bombs_grow(bombs, LIMIT / 2);
	_cleanup_(cleanup_bomb)
	struct bomb *bomb = prepare(&query);
	size_t len;
	const struct bomb_member *left_out = bomb_left_out(bomb, &len);

	/* It runs the test, and all others the bomb. */
	assert_int_equal(len, 1);
	assert_int_equal(left_out[0].pid, street.shell);
	assert_int_equal(left_out[0].why, SPARED_LEADER);
	end(bomb);
	assert_true(is_alive(street.shell));
	assert_int_equal(bombs_count(bombs, ""), 1);
}

static void siblings_live(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start sibling = {.bombs = bombs, .kind = "still", .width = 1};
	struct bomb_start start = {.bombs = bombs, .kind = "exit", .width = 3};
	struct bomb_query query = {.by = BOMB_TREE};

	bombs_make(bombs, LIMIT);
	bombs_start(&sibling);
	query.number = (uint64_t)bombs_start(&start);
	bombs_start(&sibling);
	prepare_and_end(&query);
	assert_true(becomes(bombs_count(bombs, "") == 4));
	usleep(20000);
	assert_int_equal(bombs_count(bombs, ""), 4);
}

static void members_are_shown_and_nothing_is_touched_before_the_kill(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .width = 4};
	struct bomb_query query = {.by = BOMB_TREE};
	pid_t pid;
	size_t len;

	bombs_make(bombs, LIMIT);
	pid = bombs_start(&start);
	query.number = (uint64_t)pid;
	struct bomb *bomb = prepare(&query);
	const struct bomb_member *members = bomb_members(bomb, &len);

	assert_int_equal(bomb_count(bomb), 5);
	assert_int_equal(len, 5);
	for (size_t i = 0; i < len; i++) {
		assert_string_equal(members[i].comm, "bomb");
		assert_int_equal(members[i].why, SPARED_NOT);
		assert_true(i == 0 || members[i - 1].pid < members[i].pid);
	}
	bomb_free(bomb);
	assert_int_equal(bombs_count(bombs, ""), 5);
	assert_true(bombs_limit_is(bombs, "200"));
}

/* ---- What is never chosen ---- */

static void we_and_our_ancestors_are_left_out(void **state)
{
	struct bomb_query query = {.by = BOMB_TREE, .number = (uint64_t)getpid()};
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .anywhere = true};
	pid_t child;

	refused(&query, -ESRCH, "boxtop itself");
	/* A child of ours is not left out: of our tree it is all that is ended. */
	child = bombs_start(&start);
	assert_int_equal(prepare_and_end(&query).killed, 1);
	assert_false(is_alive(child));
	query.path = "/proc/self/exe";
	query.by = BOMB_EXE;
	refused(&query, -ESRCH, "boxtop itself");
}

static void what_runs_the_host_is_refused(void **state)
{
	struct bomb_query init = {.by = BOMB_TREE, .number = 1};
	struct bomb_query root = {.by = BOMB_USER, .number = 0};
	struct bomb_query kernel = {.by = BOMB_SESSION, .number = 0};
	struct bomb_query kernel_group = {.by = BOMB_GROUP, .number = 0};
	struct bomb_query ns = {.by = BOMB_NS, .number = uts_of(getpid())};

	(void)state;
	refused(&init, -EPERM, "process 1");
	refused(&root, -EPERM, "user 0");
	refused(&kernel, -EPERM, "session 0");
	refused(&kernel_group, -EPERM, "process group 0");
	refused(&ns, -EPERM, "our own");
}

static void what_is_not_there_is_said(void **state)
{
	struct bomb_query tree = {.by = BOMB_TREE, .number = 0x7ffffff0};
	struct bomb_query session = {.by = BOMB_SESSION, .number = 0x7ffffff0};
	struct bomb_query group = {.by = BOMB_GROUP, .number = 0x7ffffff0};
	struct bomb_query user = {.by = BOMB_USER, .number = bombs_uid()};
	struct bomb_query ns = {.by = BOMB_NS, .number = 1};
	struct bomb_query no_exe = {.by = BOMB_EXE, .path = "/nowhere/bomb"};
	struct bomb_query idle_exe = {.by = BOMB_EXE, .path = ((struct bombs *)*state)->program};
	struct bomb_query dir_exe = {.by = BOMB_EXE, .path = "/"};

	refused(&tree, -ESRCH, "no process 2147483632");
	refused(&session, -ESRCH, "session 2147483632");
	refused(&group, -ESRCH, "process group 2147483632");
	refused(&user, -ESRCH, "no process runs as user");
	refused(&ns, -ESRCH, "namespace 1");
	refused(&no_exe, -ENOENT, "/nowhere/bomb");
	refused(&idle_exe, -ESRCH, "runs /tmp/boxtop-test");
	refused(&dir_exe, -EINVAL, "no program");
}

/* ---- Survivors ---- */

/* A parent that never looks after its children, in a session of its own. */
static int neglect(void *context)
{
	const struct street_plan *plan = context;
	pid_t child;

	signal(SIGCHLD, SIG_DFL);
	child = spawn_bomb(plan->bombs, "still", 0, -1);
	if (write(plan->fd, &child, sizeof(child)) != sizeof(child))
		return 1;
	for (;;)
		pause();
}

static void a_zombie_that_nobody_reaps_is_named(void **state)
{
	struct bombs *bombs = *state;
	struct kill_report report;
	struct err err = ERR_INIT;
	int ends[2];
	pid_t parent, child;

	bombs_make(bombs, LIMIT);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	struct street_plan plan = {bombs, NULL, ends[1]};

	parent = rig_spawn(bombs->rig, "", neglect, &plan);
	close(ends[1]);
	assert_int_equal(read(ends[0], &child, sizeof(child)), sizeof(child));
	close(ends[0]);
	struct bomb_query query = {.by = BOMB_TREE, .number = (uint64_t)child};
	_cleanup_(cleanup_bomb)
	struct bomb *bomb = prepare(&query);

	assert_int_equal(bomb_kill(bomb, &patient, &report, &err), -EBUSY);
	assert_int_equal(report.killed, 1);
	assert_int_equal(report.remaining, 1);
	assert_int_equal(report.survivors_len, 1);
	assert_int_equal(report.survivors[0].pid, child);
	assert_int_equal(report.survivors[0].parent, parent);
	assert_int_equal(report.survivors[0].state, 'Z');
	assert_non_null(strstr(err.text, "state Z"));
}

/* ---- Brakes ---- */

static void a_limit_of_none_is_given_back(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still", .width = 2};
	struct bomb_query query = {.by = BOMB_TREE};

	bombs_make(bombs, LIMIT);
	query.number = (uint64_t)bombs_start(&start);
	assert_int_equal(rig_write(bombs->rig, CGROUP_PIDS, "pids.max", "max"), 0);
	assert_string_equal(prepare_and_end(&query).method, "brake and signals");
	assert_true(bombs_limit_is(bombs, "max"));
}

static void members_in_groups_below_are_ended_too(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start outer = {.bombs = bombs, .kind = "exit", .width = 2};
	struct bomb_start inner = {.bombs = bombs, .kind = "stay", .below = "/a/b"};
	struct bomb_query query = {.by = BOMB_EXE, .path = bombs->program};

	bombs_make(bombs, LIMIT);
	rig_make(bombs->rig, "/a");
	rig_make(bombs->rig, "/a/b");
	bombs_start(&outer);
	bombs_start(&inner);
	assert_true(becomes(bombs_count(bombs, "/a/b") > LIMIT / 4));
	prepare_and_end(&query);
	assert_int_equal(bombs_count(bombs, ""), 0);
	assert_int_equal(bombs_count(bombs, "/a/b"), 0);
	assert_true(bombs_limit_is(bombs, "200"));
}

static void when_the_killer_is_killed_the_brake_comes_off(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_query query = {.by = BOMB_EXE, .path = bombs->program};
	unsigned int seed = (unsigned int)getpid();

	bombs_make(bombs, LIMIT);
	for (int i = 0; i < 25; i++) {
		struct bomb_start start = {
			.bombs = bombs, .kind = i % 2 ? "still" : "exit", .width = 20};
		char byte;
		int ready[2];
		pid_t pid;

		bombs_start(&start);
		assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0) {
			struct bomb *bomb = NULL;
			struct kill_report report;

			bomb_prepare(&query, &bomb, NULL);
			if (write(ready[1], "", 1) == 1)
				bomb_kill(bomb, NULL, &report, NULL);
			for (;;)
				pause();
		}
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		usleep((useconds_t)(rand_r(&seed) % 4000));
		kill(pid, SIGKILL);
		assert_true(becomes(bombs_limit_is(bombs, "200")));
		/* It does not come back, either. */
		assert_true(becomes(!is_alive(pid)));
		assert_true(becomes(bombs_limit_is(bombs, "200")));
	}
	bomb_free(NULL);
}

/* ---- A plain user ---- */

static int kill_own(const struct bombs *bombs, pid_t unused)
{
	struct bomb_query query = {.by = BOMB_EXE, .path = bombs->program};
	struct kill_report report;
	struct bomb *bomb = NULL;
	struct err err = ERR_INIT;

	(void)unused;
	if (bomb_prepare(&query, &bomb, &err) < 0 || bomb_kill(bomb, &patient, &report, &err) < 0) {
		print_error("%s\n", err.text);
		return 2;
	}
	bomb_free(bomb);
	/* The group is root's, and so is its brake. */
	return strcmp(report.method, "signals") == 0 ? 0 : 3;
}

static int kill_foreign(const struct bombs *bombs, pid_t foreign)
{
	struct bomb_query query = {.by = BOMB_TREE, .number = (uint64_t)foreign};
	struct bomb *bomb = NULL;
	struct err err = ERR_INIT;

	(void)bombs;
	return bomb_prepare(&query, &bomb, &err) == -EPERM && strstr(err.text, "not yours") ? 0 : 2;
}

static void a_plain_user_ends_own_processes(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.kind = "stay", .uid = bombs_uid()};
	pid_t pid;

	bombs_make(bombs, LIMIT);
	start_and_wait(bombs, &start, &pid);
	assert_int_equal(bombs_as_user(bombs, 0, kill_own), 0);
	assert_true(becomes(bombs_count(bombs, "") == 0));
}

static void what_is_not_yours_is_refused(void **state)
{
	struct bombs *bombs = *state;
	struct bomb_start start = {.bombs = bombs, .kind = "still"};
	pid_t foreign;

	bombs_make(bombs, LIMIT);
	foreign = bombs_start(&start);
	assert_int_equal(bombs_as_user(bombs, foreign, kill_foreign), 0);
	assert_true(is_alive(foreign));
}

#define WITH_BOMBS(test) cmocka_unit_test_setup_teardown(test, bombs_open, bombs_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOMBS(every_kind_ends_by_its_tree),
		WITH_BOMBS(every_kind_ends_by_its_program),
		WITH_BOMBS(every_kind_but_setsid_ends_by_its_session),
		WITH_BOMBS(every_kind_but_setsid_ends_by_its_process_group),
		WITH_BOMBS(every_kind_ends_by_its_user),
		WITH_BOMBS(every_kind_ends_by_its_namespace),
		WITH_BOMBS(a_bomb_of_two_thousand_is_gone_and_the_count_at_zero),
		WITH_BOMBS(bystanders_of_the_same_program_in_the_same_session_live),
		WITH_BOMBS(siblings_live),
		WITH_BOMBS(the_shell_of_a_session_lives_unless_it_is_the_bomb),
		WITH_BOMBS(members_are_shown_and_nothing_is_touched_before_the_kill),
		WITH_BOMBS(we_and_our_ancestors_are_left_out),
		WITH_BOMBS(what_runs_the_host_is_refused),
		WITH_BOMBS(what_is_not_there_is_said),
		WITH_BOMBS(a_zombie_that_nobody_reaps_is_named),
		WITH_BOMBS(a_limit_of_none_is_given_back),
		WITH_BOMBS(members_in_groups_below_are_ended_too),
		WITH_BOMBS(when_the_killer_is_killed_the_brake_comes_off),
		WITH_BOMBS(a_plain_user_ends_own_processes),
		WITH_BOMBS(what_is_not_yours_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
