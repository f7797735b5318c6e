/* SPDX-License-Identifier: MIT */
/* The caller's terminal: taken, given back with its modes, and what programs left behind undone. On a pty. */
#include "runtime_test.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime/tty.h"

/* struct rig - a pty that stands in for our own stdin, stdout and stderr */
struct rig {
	int master, slave;
	int saved[3];
	struct outer_tty tty;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	if (!rig || openpty(&rig->master, &rig->slave, NULL, NULL, NULL) < 0)
		return -1;
	fcntl(rig->master, F_SETFL, O_RDWR | O_NONBLOCK);
	rig->tty = OUTER_TTY_INIT;
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	close(rig->master);
	close(rig->slave);
	free(rig);
	return 0;
}

/* The test's own stdio must be there again before anything is asserted. */
static void be_on_tty(struct rig *rig, bool input)
{
	for (int fd = 0; fd < 3; fd++) {
		rig->saved[fd] = dup(fd);
		if (fd > 0 || input)
			dup2(rig->slave, fd);
	}
}

static void be_back(struct rig *rig)
{
	for (int fd = 0; fd < 3; fd++) {
		dup2(rig->saved[fd], fd);
		close(rig->saved[fd]);
	}
}

static struct termios modes_of(const struct rig *rig)
{
	struct termios modes;

	assert_int_equal(tcgetattr(rig->slave, &modes), 0);
	return modes;
}

static void assert_modes(const struct termios *got, const struct termios *expected)
{
	assert_int_equal(got->c_iflag, expected->c_iflag);
	assert_int_equal(got->c_oflag, expected->c_oflag);
	assert_int_equal(got->c_cflag, expected->c_cflag);
	assert_int_equal(got->c_lflag, expected->c_lflag);
	assert_memory_equal(got->c_cc, expected->c_cc, sizeof(got->c_cc));
}

static const char *written(struct rig *rig)
{
	static char text[4096];
	ssize_t n = read(rig->master, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void watch(struct rig *rig, const char *text)
{
	outer_tty_watch(&rig->tty, text, strlen(text));
}

static void it_is_raw_while_it_is_taken_and_as_before_afterwards(void **state)
{
	struct rig *rig = *state;
	struct termios before, during, after, between;

	before = modes_of(rig);
	before.c_lflag &= ~(tcflag_t)ECHOE; /* of the user's own taste */
	assert_int_equal(tcsetattr(rig->slave, TCSANOW, &before), 0);
	before = modes_of(rig);
	be_on_tty(rig, true);
	outer_tty_take(&rig->tty, true);
	during = modes_of(rig);
	outer_tty_release(&rig->tty);
	between = modes_of(rig);
	outer_tty_take(&rig->tty, true);
	outer_tty_restore(&rig->tty);
	after = modes_of(rig);
	be_back(rig);
	assert_false(during.c_lflag & (ICANON | ECHO | ISIG));
	assert_false(during.c_oflag & OPOST);
	assert_modes(&between, &before);
	assert_modes(&after, &before);
}

static void without_the_keys_its_modes_stay(void **state)
{
	struct rig *rig = *state;
	struct termios before = modes_of(rig), during;
	bool raw;

	be_on_tty(rig, true);
	outer_tty_take(&rig->tty, false);
	raw = rig->tty.raw;
	during = modes_of(rig);
	outer_tty_restore(&rig->tty);
	be_back(rig);
	assert_false(raw);
	assert_modes(&during, &before);
}

/* `echo x | boxtop run -it`: the keys are not ours, the size and the screen are. */
static void with_input_from_elsewhere_it_is_not_made_raw(void **state)
{
	struct rig *rig = *state;
	struct outer_tty taken;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), in = dup(0);

	dup2(null, 0);
	be_on_tty(rig, false);
	outer_tty_take(&rig->tty, true);
	taken = rig->tty;
	outer_tty_restore(&rig->tty);
	be_back(rig);
	dup2(in, 0);
	close(in);
	close(null);
	assert_int_equal(taken.fd, STDOUT_FILENO);
	assert_false(taken.raw);
}

static void without_a_terminal_nothing_is_done(void **state)
{
	struct rig *rig = *state;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct outer_tty taken;

	for (int fd = 0; fd < 3; fd++) {
		rig->saved[fd] = dup(fd);
		dup2(null, fd);
	}
	outer_tty_take(&rig->tty, true);
	taken = rig->tty;
	outer_tty_copy_size(&rig->tty, rig->slave);
	outer_tty_restore(&rig->tty);
	be_back(rig);
	close(null);
	assert_int_equal(taken.fd, -1);
}

static void its_size_is_the_others(void **state)
{
	struct rig *rig = *state;
	struct winsize size = {.ws_row = 33, .ws_col = 101}, got;
	int master, slave;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(ioctl(rig->master, TIOCSWINSZ, &size), 0);
	rig->tty.fd = rig->slave;
	outer_tty_copy_size(&rig->tty, master);
	rig->tty.fd = -1;
	assert_int_equal(ioctl(slave, TIOCGWINSZ, &got), 0);
	assert_int_equal(got.ws_row, 33);
	assert_int_equal(got.ws_col, 101);
	close(master);
	close(slave);
}

static void what_a_program_left_on_is_switched_off(void **state)
{
	static const struct {
		const char *said, *undone;
	} cases[] = {
		{"plain text\n", ""},
		{"\033[?1049h", "\033[?1049l"},
		{"\033[?1049h\033[?1049l", ""},
		{"\033[?25l", "\033[?25h"},
		{"\033[?25l\033[?25h", ""},
		{"\033[?1000;1006h", "\033[?1000l\033[?1006l"},
		{"\033[?2004h\033[31mred", "\033[?2004l"},
		{"\033[?7h\033[?9999h", ""},	      /* none of ours */
		{"\033[1049h", ""},		      /* not private */
		{"\033[?\033[?1049h", "\033[?1049l"}, /* begun twice */
		{"\033\033[?1h", "\033[?1l"},
		{"\033[?00000000000000000000000000001049h", ""}, /* longer than any */
		{"\033[?;;25;l", "\033[?25h"},
		{"\033[?1049$p", ""}, /* a question */
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* as a whole, and byte by byte, as pipes may cut it */
		for (int whole = 0; whole < 2; whole++) {
			const char *got, *said = cases[i].said;

			rig->tty = OUTER_TTY_INIT;
			rig->tty.fd = rig->slave;
			for (size_t at = 0; !whole && said[at]; at++)
				outer_tty_watch(&rig->tty, said + at, 1);
			if (whole)
				watch(rig, said);
			outer_tty_restore(&rig->tty);
			got = written(rig);
			if (!cases[i].undone[0])
				assert_string_equal(got, "");
			else
				assert_int_equal(
					strncmp(got, cases[i].undone, strlen(cases[i].undone)), 0);
		}
	}
}

/* ---- Keys ---- */

/* What of @keys goes in, one read after the other, ends with NULL */
static const char *sifted(struct detach_keys *keys, const char *const *reads)
{
	static char all[256];
	char buf[64];
	size_t len = 0;

	*keys = (struct detach_keys) {false, false};
	for (; *reads && !keys->seen; reads++) {
		size_t n = strlen(*reads);

		memcpy(buf, *reads, n);
		n = detach_keys_sift(keys, buf, n);
		memcpy(all + len, buf, n);
		len += n;
	}
	all[len] = '\0';
	return all;
}

static void two_keys_leave_and_one_alone_goes_in(void **state)
{
	static const struct {
		const char *reads[4];
		const char *in;
		bool seen, held;
	} cases[] = {
		{{"abc"}, "abc", false, false},
		{{"a\x10\x11z"}, "a", true, false},
		{{"\x10", "\x11"}, "", true, false},
		{{"a\x10", "b"},
		 "a\x10"
		 "b",
		 false,
		 false},
		{{"\x10"
		  "b"},
		 "\x10"
		 "b",
		 false,
		 false},
		{{"\x10\x10\x11"}, "\x10", true, false},
		{{"\x10", "\x10", "\x11"}, "\x10", true, false},
		{{"\x11\x10"}, "\x11", false, true},
		{{"x\x10"}, "x", false, true},
	};
	struct detach_keys keys;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(sifted(&keys, cases[i].reads), cases[i].in);
		assert_int_equal(keys.seen, cases[i].seen);
		if (!keys.seen)
			assert_int_equal(keys.held, cases[i].held);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(it_is_raw_while_it_is_taken_and_as_before_afterwards),
		TEST(without_the_keys_its_modes_stay),
		TEST(with_input_from_elsewhere_it_is_not_made_raw),
		TEST(without_a_terminal_nothing_is_done),
		TEST(its_size_is_the_others),
		TEST(what_a_program_left_on_is_switched_off),
		cmocka_unit_test(two_keys_leave_and_one_alone_goes_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
