/* SPDX-License-Identifier: MIT */
/* Between a command and its caller: pipes, a pty, a log; readers that are slow, closed or gone; signals.
 * What stands in for the command is the test itself. */
#include "runtime_test.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime/log.h"
#include "runtime/relay.h"
#include "support/tree.h"

/* struct rig - our stdio put aside, a pty for a terminal, a log */
struct rig {
	struct relay relay;
	int saved[3];
	bool away;
	int master, slave; /* what plays the caller's terminal */
	char dir[64];
	int dir_fd;
	struct log_writer log;
	struct err err;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	if (!rig || openpty(&rig->master, &rig->slave, NULL, NULL, NULL) < 0)
		return -1;
	fcntl(rig->master, F_SETFL, O_RDWR | O_NONBLOCK);
	tree_make(rig->dir, NULL, 0);
	rig->dir_fd = open(rig->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_fine(log_writer_open(rig->dir_fd, &rig->log, &rig->err), rig->err);
	signal(SIGPIPE, SIG_IGN);
	*state = rig;
	return 0;
}

static void be_back(struct rig *rig)
{
	for (int fd = 0; fd < 3 && rig->away; fd++) {
		dup2(rig->saved[fd], fd);
		close(rig->saved[fd]);
	}
	rig->away = false;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	be_back(rig);
	log_writer_finish(&rig->log);
	close(rig->dir_fd);
	close(rig->master);
	close(rig->slave);
	tree_remove(rig->dir);
	free(rig);
	return 0;
}

/* These take the place of our stdin, stdout and stderr; -1 leaves one. No assert until be_back(). */
static void be_on(struct rig *rig, int in, int out, int errors)
{
	const int fds[3] = {in, out, errors};

	for (int fd = 0; fd < 3; fd++) {
		rig->saved[fd] = dup(fd);
		if (fds[fd] >= 0)
			dup2(fds[fd], fd);
	}
	rig->away = true;
}

/* Moves until nothing more comes for a moment. */
static void turn(struct rig *rig)
{
	for (int i = 0; i < 8; i++)
		relay_poll(&rig->relay, NULL, 0, 5);
}

static const char *read_text(int fd)
{
	static char text[8192];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* ---- Pipes ---- */

static void pipes_and_files_are_handed_on_as_they_are(void **state)
{
	struct rig *rig = *state;
	int out[2], theirs[3], r;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	be_on(rig, out[0], out[1], out[1]);
	r = relay_init(&rig->relay, RELAY_INTERACTIVE, NULL, &rig->err);
	memcpy(theirs, rig->relay.theirs, sizeof(theirs));
	relay_finish(&rig->relay);
	be_back(rig);
	assert_int_equal(r, 0);
	assert_int_equal(theirs[0], 0);
	assert_int_equal(theirs[1], 1);
	assert_int_equal(theirs[2], 2);
	close(out[0]);
	close(out[1]);
}

static void without_interest_in_it_stdin_is_empty(void **state)
{
	struct rig *rig = *state;
	char byte;
	ssize_t n;

	be_on(rig, rig->slave, -1, -1);
	assert_int_equal(relay_init(&rig->relay, 0, NULL, &rig->err), 0);
	n = read(rig->relay.theirs[0], &byte, 1);
	relay_finish(&rig->relay);
	be_back(rig);
	assert_int_equal(n, 0);
}

/* A command never holds the caller's terminal: what it says comes through pipes. */
static void a_terminal_is_never_handed_on(void **state)
{
	struct rig *rig = *state;
	bool on_tty = false;
	char heard[16] = "", said[64] = "";

	be_on(rig, rig->slave, rig->slave, rig->slave);
	if (relay_init(&rig->relay, RELAY_INTERACTIVE, NULL, &rig->err) == 0) {
		int theirs[3];

		for (int i = 0; i < 3; i++) {
			on_tty |= isatty(rig->relay.theirs[i]);
			theirs[i] = dup(rig->relay.theirs[i]);
		}
		relay_start(&rig->relay, -1);
		(void)!write(rig->master, "line\n", 5);
		(void)!write(theirs[1], "out\n", 4);
		(void)!write(theirs[2], "err\n", 4);
		turn(rig);
		(void)!read(theirs[0], heard, sizeof(heard) - 1);
		strcpy(said, read_text(rig->master));
		for (int i = 0; i < 3; i++)
			close(theirs[i]);
		relay_finish(&rig->relay);
	}
	be_back(rig);
	assert_false(on_tty);
	assert_string_equal(heard, "line\n");
	assert_non_null(strstr(said, "out\r\n"));
	assert_non_null(strstr(said, "err\r\n"));
}

/* ---- A terminal of its own ---- */

/* struct inner - the command's terminal: its own side, and the relay's */
struct inner {
	int console, end;
};

static struct inner start_on_console(struct rig *rig, unsigned int flags, struct log_writer *log)
{
	struct inner inner = {-1, -1};
	struct termios raw;

	if (relay_init(&rig->relay, RELAY_TERMINAL | flags, log, &rig->err) < 0 ||
	    openpty(&inner.console, &inner.end, NULL, NULL, NULL) < 0)
		return inner;
	tcgetattr(inner.end, &raw);
	cfmakeraw(&raw);
	tcsetattr(inner.end, TCSANOW, &raw);
	relay_start(&rig->relay, inner.console);
	return inner;
}

static void keys_go_in_and_output_comes_out(void **state)
{
	struct rig *rig = *state;
	char in[32] = "", out[64] = "";
	struct winsize outer = {.ws_row = 40, .ws_col = 132}, size = {0};
	struct termios before, during, after;
	struct inner inner;

	ioctl(rig->master, TIOCSWINSZ, &outer);
	tcgetattr(rig->slave, &before);
	be_on(rig, rig->slave, rig->slave, rig->slave);
	inner = start_on_console(rig, RELAY_INTERACTIVE | RELAY_DETACHABLE, NULL);
	tcgetattr(rig->slave, &during);
	ioctl(inner.end, TIOCGWINSZ, &size);
	(void)!write(rig->master, "a\x03z", 3);
	(void)!write(inner.end, "\033[?1049hhi", 10);
	turn(rig);
	(void)!read(inner.end, in, sizeof(in) - 1);
	strcpy(out, read_text(rig->master));
	outer.ws_col = 77;
	ioctl(rig->master, TIOCSWINSZ, &outer);
	raise(SIGWINCH);
	turn(rig);
	ioctl(inner.end, TIOCGWINSZ, &outer);
	relay_finish(&rig->relay);
	tcgetattr(rig->slave, &after);
	be_back(rig);
	/* Ctrl-C is a key, not a signal for us */
	assert_string_equal(in, "a\x03z");
	assert_string_equal(out, "\033[?1049hhi");
	assert_int_equal(size.ws_row, 40);
	assert_int_equal(size.ws_col, 132);
	assert_int_equal(outer.ws_col, 77);
	assert_false(during.c_lflag & ICANON);
	assert_int_equal(after.c_lflag, before.c_lflag);
	assert_int_equal(after.c_oflag, before.c_oflag);
	/* and the screen is left */
	assert_non_null(strstr(read_text(rig->master), "\033[?1049l"));
	close(inner.end);
}

static void the_keys_that_leave_are_kept_from_the_command(void **state)
{
	struct rig *rig = *state;
	struct inner inner;
	char in[32] = "";
	int r = 0;

	be_on(rig, rig->slave, rig->slave, rig->slave);
	inner = start_on_console(rig, RELAY_INTERACTIVE | RELAY_DETACHABLE, NULL);
	fcntl(inner.end, F_SETFL, O_RDWR | O_NONBLOCK);
	(void)!write(rig->master, "x\x10\x11", 3);
	for (int i = 0; i < 100 && r == 0; i++)
		r = relay_poll(&rig->relay, NULL, 0, 10);
	(void)!read(inner.end, in, sizeof(in) - 1);
	relay_finish(&rig->relay);
	be_back(rig);
	assert_int_equal(r, RELAY_DETACH);
	assert_string_equal(in, "x");
	close(inner.end);
}

static void one_of_the_keys_alone_goes_in_after_a_while(void **state)
{
	struct rig *rig = *state;
	struct inner inner;
	char in[32] = "";

	be_on(rig, rig->slave, rig->slave, rig->slave);
	inner = start_on_console(rig, RELAY_INTERACTIVE | RELAY_DETACHABLE, NULL);
	fcntl(inner.end, F_SETFL, O_RDWR | O_NONBLOCK);
	(void)!write(rig->master, "\x10", 1);
	for (int i = 0; i < 400 && !in[0]; i++) {
		relay_poll(&rig->relay, NULL, 0, 10);
		(void)!read(inner.end, in, sizeof(in) - 1);
	}
	relay_finish(&rig->relay);
	be_back(rig);
	assert_string_equal(in, "\x10");
	close(inner.end);
}

static void a_caller_that_hangs_up_is_noticed(void **state)
{
	struct rig *rig = *state;
	int out[2];
	struct inner inner;
	bool ended;

	/* a terminal for the command, and a pipe that nobody reads any more for us */
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	be_on(rig, -1, out[1], -1);
	inner = start_on_console(rig, 0, NULL);
	close(out[0]);
	(void)!write(inner.end, "text", 4);
	turn(rig);
	ended = rig->relay.ended;
	relay_finish(&rig->relay);
	be_back(rig);
	assert_true(ended);
	close(inner.end);
	close(out[1]);
}

/* ---- A log ---- */

static const char *logged(struct rig *rig)
{
	static char text[70000];
	int fd = openat(rig->dir_fd, "log", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void in_the_background_both_outputs_are_one_log_in_order(void **state)
{
	struct rig *rig = *state;
	int out, errors;

	assert_fine(relay_init(&rig->relay, RELAY_LOG, &rig->log, &rig->err), rig->err);
	out = dup(rig->relay.theirs[1]);
	errors = dup(rig->relay.theirs[2]);
	relay_start(&rig->relay, -1);
	assert_int_equal(write(out, "1\n", 2), 2);
	assert_int_equal(write(errors, "2\n", 2), 2);
	assert_int_equal(write(out, "3\n", 2), 2);
	turn(rig);
	assert_string_equal(logged(rig), "1\n2\n3\n");
	/* what was said last is not lost, though somebody else still holds its end */
	assert_int_equal(write(out, "4\n", 2), 2);
	relay_drain(&rig->relay);
	assert_string_equal(logged(rig), "1\n2\n3\n4\n");
	close(out);
	close(errors);
	relay_finish(&rig->relay);
}

static void a_terminal_in_the_background_is_logged(void **state)
{
	struct rig *rig = *state;
	struct inner inner = start_on_console(rig, RELAY_LOG, &rig->log);

	assert_int_equal(write(inner.end, "said", 4), 4);
	turn(rig);
	assert_string_equal(logged(rig), "said");
	/* its last holder closes it, and the next one opens it again: it is no end */
	close(inner.end);
	turn(rig);
	assert_false(rig->relay.ended);
	relay_finish(&rig->relay);
}

/* ---- Slow readers ---- */

static void what_a_slow_reader_leaves_waits_and_nothing_is_lost(void **state)
{
	struct rig *rig = *state;
	enum {
		TOTAL = 300000
	};
	static char sent[TOTAL], got[TOTAL];
	size_t in = 0, out = 0, most = 0;
	struct inner inner;
	int slow[2];

	for (size_t i = 0; i < TOTAL; i++)
		sent[i] = (char)('a' + i % 23);
	assert_int_equal(pipe2(slow, O_CLOEXEC | O_NONBLOCK), 0);
	fcntl(slow[1], F_SETPIPE_SZ, 4096);
	be_on(rig, -1, slow[1], -1);
	inner = start_on_console(rig, 0, NULL);
	fcntl(inner.end, F_SETFL, O_RDWR | O_NONBLOCK);
	for (int i = 0; i < 200000 && out < TOTAL; i++) {
		ssize_t n = in < TOTAL ? write(inner.end, sent + in, TOTAL - in) : 0;

		in += n > 0 ? (size_t)n : 0;
		relay_poll(&rig->relay, NULL, 0, 1);
		most = rig->relay.out.len > most ? rig->relay.out.len : most;
		n = read(slow[0], got + out, 1000);
		out += n > 0 ? (size_t)n : 0;
	}
	relay_finish(&rig->relay);
	be_back(rig);
	assert_int_equal(out, TOTAL);
	assert_memory_equal(got, sent, TOTAL);
	/* it did wait, and only so much */
	assert_true(most > 0 && most <= FLOW_BYTES);
	close(inner.end);
	close(slow[0]);
	close(slow[1]);
}

/* ---- Signals ---- */

static void signals_are_for_the_command_and_come_once(void **state)
{
	struct rig *rig = *state;
	unsigned int seen = 0;
	sigset_t before, after;
	int number;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_fine(relay_init(&rig->relay, RELAY_LOG, &rig->log, &rig->err), rig->err);
	raise(SIGTERM);
	raise(SIGUSR1);
	raise(SIGHUP);
	turn(rig);
	while ((number = relay_next_signal(&rig->relay)) > 0)
		seen |= 1u << number;
	assert_int_equal(seen, 1u << SIGTERM | 1u << SIGUSR1 | 1u << SIGHUP);
	assert_int_equal(relay_next_signal(&rig->relay), 0);
	/* one that comes too late was for the command, and doesn't hit us */
	raise(SIGTERM);
	relay_finish(&rig->relay);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_memory_equal(&after, &before, sizeof(before.__val[0]));
}

static void no_descriptor_is_left_open(void **state)
{
	struct rig *rig = *state;
	int before = dup(0), after;

	close(before);
	for (int i = 0; i < 5; i++) {
		struct inner inner;

		be_on(rig, rig->slave, rig->slave, rig->slave);
		inner = start_on_console(rig, RELAY_INTERACTIVE | RELAY_DETACHABLE, NULL);
		turn(rig);
		relay_finish(&rig->relay);
		if (relay_init(&rig->relay, RELAY_INTERACTIVE, NULL, &rig->err) == 0)
			relay_finish(&rig->relay);
		if (relay_init(&rig->relay, RELAY_LOG, &rig->log, &rig->err) == 0) {
			relay_start(&rig->relay, -1);
			relay_finish(&rig->relay);
		}
		be_back(rig);
		close(inner.end);
	}
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

static void more_than_it_has_room_for_is_refused(void **state)
{
	struct rig *rig = *state;
	struct pollfd extras[RELAY_EXTRAS_MAX + 1];

	for (size_t i = 0; i < ARRAY_LEN(extras); i++)
		extras[i] = (struct pollfd) {.fd = -1};
	assert_fine(relay_init(&rig->relay, RELAY_LOG, &rig->log, &rig->err), rig->err);
	assert_int_equal(relay_poll(&rig->relay, extras, ARRAY_LEN(extras), 0), -EINVAL);
	assert_int_equal(relay_poll(&rig->relay, extras, RELAY_EXTRAS_MAX, 0), 0);
	relay_finish(&rig->relay);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(pipes_and_files_are_handed_on_as_they_are),
		TEST(without_interest_in_it_stdin_is_empty),
		TEST(a_terminal_is_never_handed_on),
		TEST(keys_go_in_and_output_comes_out),
		TEST(the_keys_that_leave_are_kept_from_the_command),
		TEST(one_of_the_keys_alone_goes_in_after_a_while),
		TEST(a_caller_that_hangs_up_is_noticed),
		TEST(in_the_background_both_outputs_are_one_log_in_order),
		TEST(a_terminal_in_the_background_is_logged),
		TEST(what_a_slow_reader_leaves_waits_and_nothing_is_lost),
		TEST(signals_are_for_the_command_and_come_once),
		TEST(no_descriptor_is_left_open),
		TEST(more_than_it_has_room_for_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
