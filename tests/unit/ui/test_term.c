/* SPDX-License-Identifier: MIT */
/* The terminal, on a pty: every way out gives it back, frames are diffs in one write, keys arrive. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "support/terminal.c"
#include "ui/term.h"

#define LEAVE	    SPAN("\033[?1049l")
#define SHOW_CURSOR SPAN("\033[?25h")
#define MOUSE_OFF   SPAN("\033[?1006;1000l")
#define ENTER	    SPAN("\033[?1049h")

static const struct term_options full = {.mouse = true, .color = true, .title = true};

/* Takes the place of the C library's: how many writes the terminal got, and how long they were. */
static size_t tty_writes, tty_bytes;

ssize_t write(int fd, const void *data, size_t len)
{
	int saved = errno;

	if (isatty(fd)) {
		tty_writes++;
		tty_bytes += len;
	}
	errno = saved;
	return (ssize_t)syscall(SYS_write, fd, data, len);
}

/* --- programs that run on the terminal --- */

static void open_term(struct canvas *canvas)
{
	struct err err = ERR_INIT;
	int width, height;

	if (term_open(&full, &themes[0], &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		_exit(99);
	}
	term_size(&width, &height);
	canvas_init(canvas, width, height, false);
	canvas_textf(canvas, 3, 2, STYLE_ALARM, "ready");
	term_show(canvas);
}

/* Wait for events and say each of them; leaves on HANGUP. */
static void say_events(int report_fd)
{
	struct event event;

	for (;;) {
		struct pollfd pfds[] = {{.fd = term_input_fd(), .events = POLLIN},
					{.fd = term_signal_fd(), .events = POLLIN}};

		poll(pfds, 2, -1);
		while (term_event(&event)) {
			if (write(report_fd, &event, sizeof(event)) < 0 ||
			    event.key == KEY_CODE_HANGUP)
				return;
		}
	}
}

static void *fault(void *data)
{
	volatile char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*page = 1;
	return data;
}

static void fault_in_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, fault, NULL);
	pthread_join(thread, NULL);
}

__attribute__((noinline)) static int overflow_stack(int depth)
{
	volatile char frame[4096];

	frame[depth & 4095] = (char)depth;
	return depth < 1 << 30 ? overflow_stack(depth + 1) + frame[depth & 4095] : 0;
}

static void end_by(int signo)
{
	raise(signo);
}

static void leave_by_return(int report_fd)
{
	(void)report_fd;
	term_close();
	term_close();
}

static void leave_by_exit(int report_fd)
{
	(void)report_fd;
	exit(0);
}

static void leave_by_event(int report_fd)
{
	say_events(report_fd);
	int signo = term_signal();

	term_close();
	if (signo)
		raise(signo);
}

static void leave_by_abort(int report_fd)
{
	(void)report_fd;
	abort();
}

static void leave_by_fault(int report_fd)
{
	(void)report_fd;
	fault(NULL);
}

static void leave_by_fault_in_thread(int report_fd)
{
	(void)report_fd;
	fault_in_thread();
}

static void leave_by_overflow(int report_fd)
{
	(void)report_fd;
	overflow_stack(0);
}

/* A loop that does not turn any more: the signal has come, and nobody takes it. */
static void leave_never(int report_fd)
{
	struct pollfd pfd = {.fd = term_signal_fd(), .events = POLLIN};

	while (poll(&pfd, 1, -1) != 1)
		;
	if (write(report_fd, "", 1) < 0)
		_exit(97);
	for (;;)
		pause();
}

static void run_and_leave(void *data, int report_fd)
{
	void (*leave)(int) = *(void (**)(int))data;
	struct canvas canvas;

	open_term(&canvas);
	leave(report_fd);
	_exit(0);
}

static void run_and_raise(void *data, int report_fd)
{
	struct canvas canvas;

	(void)report_fd;
	open_term(&canvas);
	end_by(*(int *)data);
	_exit(98);
}

/* --- checks --- */

static size_t position(const struct terminal *terminal, struct span needle)
{
	const char *found =
		memmem(strbuf_cstr(&terminal->output), terminal->output.len, needle.p, needle.len);

	return found ? (size_t)(found - strbuf_cstr(&terminal->output)) : SIZE_MAX;
}

static void assert_given_back(struct terminal *terminal)
{
	terminal_drain(terminal, 100);
	assert_int_equal(terminal_count(terminal, LEAVE), 1);
	assert_true(position(terminal, SPAN("ready")) < position(terminal, LEAVE));
	assert_true(position(terminal, SPAN("ready")) < position(terminal, SHOW_CURSOR));
	assert_true(position(terminal, SPAN("ready")) < position(terminal, MOUSE_OFF));
	assert_true(terminal_modes_equal(terminal));
}

static void assert_taken(struct terminal *terminal)
{
	assert_true(terminal_expect(terminal, 0, SPAN("ready")));
	assert_true(position(terminal, ENTER) < position(terminal, SPAN("ready")));
	assert_false(terminal_modes_equal(terminal));
}

static bool ended_by(int status, int signo)
{
	return signo ? WIFSIGNALED(status) && WTERMSIG(status) == signo
		     : WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void every_way_out_gives_the_terminal_back(void **state)
{
	static const struct {
		const char *name;
		void (*leave)(int report_fd);
		int kills[2];	   /* sent when the frame is there */
		struct span typed; /* and typed */
		int signo;	   /* what it ends by; 0: exit code 0 */
	} ways[] = {
		{"return", leave_by_return, {0}, {0}, 0},
		{"exit", leave_by_exit, {0}, {0}, 0},
		{"SIGTERM", leave_by_event, {SIGTERM}, {0}, SIGTERM},
		{"SIGHUP", leave_by_event, {SIGHUP}, {0}, SIGHUP},
		{"SIGINT", leave_by_event, {SIGINT}, {0}, SIGINT},
		{"Ctrl-C", leave_by_event, {0}, SPAN("\003"), SIGINT},
		{"Ctrl-backslash", leave_by_event, {0}, SPAN("\034"), SIGQUIT},
		{"stuck, SIGTERM twice", leave_never, {SIGTERM, SIGTERM}, {0}, SIGTERM},
		{"stuck, SIGHUP twice", leave_never, {SIGHUP, SIGHUP}, {0}, SIGHUP},
		{"SIGUSR1 from outside", leave_by_event, {SIGUSR1}, {0}, SIGUSR1},
		{"SIGSEGV from outside", leave_by_event, {SIGSEGV}, {0}, SIGSEGV},
		{"abort", leave_by_abort, {0}, {0}, SIGABRT},
		{"a fault", leave_by_fault, {0}, {0}, SIGSEGV},
		{"a fault in another thread", leave_by_fault_in_thread, {0}, {0}, SIGSEGV},
		{"a stack overflow", leave_by_overflow, {0}, {0}, SIGSEGV},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct terminal terminal;
		void (*leave)(int) = ways[i].leave;

		terminal_start(&terminal, "xterm-256color", run_and_leave, &leave);
		assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
		for (size_t j = 0; j < 2 && ways[i].kills[j]; j++) {
			char byte;

			/* The first must be delivered before the second one counts. */
			if (j > 0)
				assert_true(terminal_report(&terminal, &byte, 1));
			kill(terminal.job, ways[i].kills[j]);
		}
		terminal_type(&terminal, ways[i].typed);
		int status = terminal_status(&terminal);

		if (!ended_by(status, ways[i].signo))
			fail_msg("%s: ended with status %#x", ways[i].name, (unsigned int)status);
		print_message("%s\n", ways[i].name);
		assert_given_back(&terminal);
		terminal_finish(&terminal);
	}
}

static void every_deadly_signal_gives_the_terminal_back(void **state)
{
	static const int signals[] = {SIGQUIT, SIGILL,	SIGTRAP,   SIGABRT, SIGBUS,  SIGFPE,
				      SIGUSR1, SIGSEGV, SIGUSR2,   SIGPIPE, SIGALRM, SIGSTKFLT,
				      SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,
				      SIGSYS,  34,	64};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct terminal terminal;
		int signo = signals[i];

		terminal_start(&terminal, "xterm-256color", run_and_raise, &signo);
		int status = terminal_status(&terminal);

		if (!ended_by(status, signo))
			fail_msg("%s: ended with status %#x", strsignal(signo),
				 (unsigned int)status);
		print_message("%s\n", strsignal(signo));
		assert_given_back(&terminal);
		terminal_finish(&terminal);
	}
}

static void flood(void *data, int report_fd)
{
	struct canvas canvas;
	int width, height;

	(void)data;
	open_term(&canvas);
	term_size(&width, &height);
	for (uint32_t i = 0; i < 200; i++) {
		/* Every cell changes, and so does its style. */
		for (int x = 0; x < width; x++)
			canvas_fill(&canvas, (struct rect) {x, 0, 1, height},
				    'a' + (i + (uint32_t)x) % 26,
				    (uint16_t)((i + (uint32_t)x) % STYLE_ROLES));
		term_show(&canvas);
	}
	if (write(report_fd, "x", 1) < 0)
		_exit(97);
	leave_by_event(report_fd);
}

static void a_terminal_that_stops_reading_does_not_keep_the_program(void **state)
{
	struct terminal terminal;
	int status = -1;

	(void)state;
	terminal_start(&terminal, "xterm-256color", flood, NULL);
	/* Nobody reads: not one byte until the program has ended. */
	uint64_t start = clock_monotonic_usec();
	char byte;

	assert_int_equal(read(terminal.report_fd, &byte, 1), 1);
	kill(terminal.job, SIGTERM);
	assert_int_equal(read(terminal.status_fd, &status, sizeof(status)), sizeof(status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_true(clock_monotonic_usec() - start < 5000000);
	assert_true(terminal_modes_equal(&terminal));
	terminal_finish(&terminal);
}

static void flood_then_say(void *data, int report_fd)
{
	struct canvas canvas;
	int width, height;

	(void)data;
	open_term(&canvas);
	term_size(&width, &height);
	for (uint32_t i = 0; i < 200; i++) {
		canvas_fill(&canvas, (struct rect) {0, 0, width, height}, 'a' + i % 26,
			    STYLE_NORMAL);
		term_show(&canvas);
	}
	canvas_clear(&canvas);
	canvas_textf(&canvas, 0, 0, STYLE_NORMAL, "the last one");
	term_show(&canvas);
	if (write(report_fd, "x", 1) < 0)
		_exit(97);
	leave_by_event(report_fd);
}

static void a_slow_terminal_misses_frames_but_not_the_last(void **state)
{
	struct terminal terminal;
	char byte;

	(void)state;
	terminal_start(&terminal, "xterm-256color", flood_then_say, NULL);
	assert_int_equal(read(terminal.report_fd, &byte, 1), 1);
	assert_true(terminal_expect(&terminal, 0, SPAN("the last one")));
	assert_true(terminal.output.len < 200 * 80 * 24);
	terminal_finish(&terminal);
}

/* --- frames --- */

struct frame_report {
	size_t writes, bytes;
};

static void say_writes(int report_fd)
{
	struct frame_report report = {tty_writes, tty_bytes};

	if (write(report_fd, &report, sizeof(report)) < 0)
		_exit(97);
	tty_writes = tty_bytes = 0;
}

static void show_frames(void *data, int report_fd)
{
	struct canvas canvas;

	(void)data;
	tty_writes = tty_bytes = 0;
	open_term(&canvas);
	say_writes(report_fd);
	term_show(&canvas);
	say_writes(report_fd);
	canvas_textf(&canvas, 3, 2, STYLE_ALARM, "reads");
	term_show(&canvas);
	say_writes(report_fd);
	for (int y = 0; y < canvas.height; y++) {
		for (int x = 0; x < canvas.width; x++)
			canvas_fill(&canvas, (struct rect) {x, y, 1, 1},
				    'a' + (uint32_t)(x + y) % 26,
				    (uint16_t)((x / 8 + y) % STYLE_ROLES));
	}
	term_show(&canvas);
	say_writes(report_fd);
	term_redraw();
	term_show(&canvas);
	say_writes(report_fd);
	term_close();
}

static void a_frame_is_one_write_and_an_equal_one_is_none(void **state)
{
	struct terminal terminal;
	struct frame_report first, equal, changed, all, again;

	(void)state;
	terminal_start(&terminal, "xterm-256color", show_frames, NULL);
	assert_true(terminal_report(&terminal, &first, sizeof(first)));
	assert_true(terminal_report(&terminal, &equal, sizeof(equal)));
	assert_true(terminal_report(&terminal, &changed, sizeof(changed)));
	assert_true(terminal_report(&terminal, &all, sizeof(all)));
	assert_true(terminal_report(&terminal, &again, sizeof(again)));
	assert_int_equal(first.writes, 1);
	assert_int_equal(equal.writes, 0);
	assert_int_equal(changed.writes, 1);
	assert_true(changed.bytes < 64);
	assert_int_equal(all.writes, 1);
	assert_true(all.bytes > 80 * 24);
	assert_int_equal(again.writes, 1);
	assert_true(again.bytes >= all.bytes / 2);
	terminal_finish(&terminal);
}

static void show_and_wait(void *data, int report_fd)
{
	struct canvas canvas;
	bool mono;

	(void)data;
	open_term(&canvas);
	mono = term_is_mono();
	if (write(report_fd, &mono, sizeof(mono)) < 0)
		_exit(97);
	leave_by_event(report_fd);
}

static void a_terminal_without_colours_gets_attributes(void **state)
{
	struct terminal terminal;
	bool mono = false;

	(void)state;
	terminal_start(&terminal, "vt100", show_and_wait, NULL);
	assert_true(terminal_report(&terminal, &mono, sizeof(mono)));
	assert_true(mono);
	assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
	assert_int_equal(terminal_count(&terminal, SPAN("\033[3")), 0);
	assert_true(terminal_count(&terminal, SPAN("\033[0;1;7m")) > 0);
	terminal_type(&terminal, SPAN("\003"));
	assert_true(WIFSIGNALED(terminal_status(&terminal)));
	/* It has one screen only: the last line, and on to the next. */
	terminal_drain(&terminal, 50);
	assert_true(terminal_count(&terminal, SPAN("\033[24;1H\r\n")) > 0);
	assert_true(terminal_modes_equal(&terminal));
	terminal_finish(&terminal);
}

static void every_kind_of_terminal_shows_a_frame(void **state)
{
	static const char *const kinds[] = {
		"xterm",	   "xterm-256color", "linux",	      "screen",
		"screen-256color", "tmux",	     "tmux-256color", "vt100",
		"vt220",	   "rxvt",	     "ansi",	      "cygwin"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct terminal terminal;
		bool mono;

		print_message("%s\n", kinds[i]);
		terminal_start(&terminal, kinds[i], show_and_wait, NULL);
		assert_true(terminal_report(&terminal, &mono, sizeof(mono)));
		assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
		terminal_type(&terminal, SPAN("\003"));
		assert_true(WIFSIGNALED(terminal_status(&terminal)));
		assert_true(terminal_modes_equal(&terminal));
		terminal_finish(&terminal);
	}
}

static void show_wide(void *data, int report_fd)
{
	struct canvas canvas;

	setenv("LC_ALL", data, 1);
	open_term(&canvas);
	canvas_text(&canvas, 0, 0, STYLE_NORMAL,
		    SPAN("gr\xc3\xb6\xc3\x9f"
			 "er \xe6\xbc\xa2 e\xcc\x81"),
		    -1);
	term_show(&canvas);
	leave_by_event(report_fd);
}

static void a_locale_that_is_not_installed_is_utf8_if_its_name_says_so(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_start(&terminal, "xterm-256color", show_wide, "xx_YY.UTF-8");
	assert_true(terminal_expect(&terminal, 0,
				    SPAN("gr\xc3\xb6\xc3\x9f"
					 "er")));
	assert_true(terminal_expect(&terminal, 0, SPAN("\xe6\xbc\xa2")));
	assert_true(terminal_expect(&terminal, 0, SPAN("e\xcc\x81")));
	terminal_finish(&terminal);
}

static void the_console_gets_what_its_font_has(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_start(&terminal, "linux", show_wide, "C.UTF-8");
	assert_true(terminal_expect(&terminal, 0,
				    SPAN("gr\xc3\xb6\xc3\x9f"
					 "er ?? e")));
	terminal_finish(&terminal);
}

/* --- what cannot be used --- */

static void say_error(void *data, int report_fd)
{
	struct {
		int result;
		struct err err;
	} report = {0, ERR_INIT};

	(void)data;
	report.result = term_open(&full, &themes[0], &report.err);
	if (write(report_fd, &report, sizeof(report)) < 0)
		_exit(97);
	term_close();
}

static void say_error_without_terminal(void *data, int report_fd)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDOUT_FILENO);
	say_error(data, report_fd);
}

static void what_cannot_be_used_is_refused_with_advice(void **state)
{
	static const struct {
		const char *kind;
		void (*program)(void *, int);
		int code;
		const char *advice;
	} cases[] = {
		{"dumb", say_error, ENODEV, "boxtop stats"},
		{"no-such-terminal", say_error, ENODEV, "TERM=xterm-256color"},
		{"", say_error, ENODEV, "TERM is not set"},
		{NULL, say_error, ENODEV, "TERM is not set"},
		{"xterm", say_error_without_terminal, ENOTTY, "must be a terminal"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct terminal terminal;
		struct {
			int result;
			struct err err;
		} report;

		terminal_start(&terminal, cases[i].kind, cases[i].program, NULL);
		assert_true(terminal_report(&terminal, &report, sizeof(report)));
		assert_int_equal(report.result, -cases[i].code);
		assert_non_null(strstr(report.err.text, cases[i].advice));
		assert_int_equal(terminal_status(&terminal), 0);
		assert_int_equal(terminal.output.len, 0);
		assert_true(terminal_modes_equal(&terminal));
		terminal_finish(&terminal);
	}
}

/* --- keys, mouse, size, stopping --- */

static void run_and_say_events(void *data, int report_fd)
{
	struct canvas canvas;

	(void)data;
	open_term(&canvas);
	leave_by_event(report_fd);
}

static const struct {
	const char *name;
	struct span typed;
	uint32_t key;
} keys[] = {
	{"a letter", SPAN("k"), 'k'},
	{"a letter of two bytes", SPAN("\xc3\xa9"), 0xe9},
	{"a wide character", SPAN("\xe6\xbc\xa2"), 0x6f22},
	{"Enter", SPAN("\r"), KEY_CODE_ENTER},
	{"Ctrl-J", SPAN("\n"), KEY_CODE_ENTER},
	{"Tab", SPAN("\t"), KEY_CODE_TAB},
	{"Shift-Tab", SPAN("\033[Z"), KEY_CODE_BACKTAB},
	{"Backspace", SPAN("\177"), KEY_CODE_BACKSPACE},
	{"Ctrl-H", SPAN("\b"), KEY_CODE_BACKSPACE},
	{"Ctrl-L", SPAN("\014"), 12},
	{"Ctrl-S", SPAN("\023"), 19},
	{"Ctrl-Q", SPAN("\021"), 17},
	{"Ctrl-V", SPAN("\026"), 22},
	{"Ctrl-O", SPAN("\017"), 15},
	{"Esc", SPAN("\033"), KEY_CODE_ESC},
	{"Alt-j", SPAN("\033j"), KEY_MOD_ALT | 'j'},
	{"Up", SPAN("\033OA"), KEY_CODE_UP},
	{"Up in the other mode", SPAN("\033[A"), KEY_CODE_UP},
	{"Down", SPAN("\033OB"), KEY_CODE_DOWN},
	{"Right", SPAN("\033OC"), KEY_CODE_RIGHT},
	{"Left", SPAN("\033OD"), KEY_CODE_LEFT},
	{"PgUp", SPAN("\033[5~"), KEY_CODE_PGUP},
	{"PgDn", SPAN("\033[6~"), KEY_CODE_PGDN},
	{"Home", SPAN("\033OH"), KEY_CODE_HOME},
	{"Home of others", SPAN("\033[1~"), KEY_CODE_HOME},
	{"End", SPAN("\033OF"), KEY_CODE_END},
	{"End of others", SPAN("\033[4~"), KEY_CODE_END},
	{"Insert", SPAN("\033[2~"), KEY_CODE_INSERT},
	{"Delete", SPAN("\033[3~"), KEY_CODE_DELETE},
	{"F1", SPAN("\033OP"), KEY_CODE_F1},
	{"F1 of others", SPAN("\033[11~"), KEY_CODE_F1},
	{"F2", SPAN("\033OQ"), KEY_CODE_F2},
	{"F3", SPAN("\033OR"), KEY_CODE_F3},
	{"F4", SPAN("\033OS"), KEY_CODE_F4},
	{"F5", SPAN("\033[15~"), KEY_CODE_F5},
	{"F6", SPAN("\033[17~"), KEY_CODE_F6},
	{"F7", SPAN("\033[18~"), KEY_CODE_F7},
	{"F8", SPAN("\033[19~"), KEY_CODE_F8},
	{"F9", SPAN("\033[20~"), KEY_CODE_F9},
	{"F10", SPAN("\033[21~"), KEY_CODE_F10},
	{"F11", SPAN("\033[23~"), KEY_CODE_F11},
	{"F12", SPAN("\033[24~"), KEY_CODE_F12},
	{"Shift-F3", SPAN("\033[1;2R"), KEY_CODE_SHIFT_F3},
	/* Their bytes would sort, choose a screen, kill. */
	{"a sequence nobody knows, then q", SPAN("\033[99;98;97uq"), 'q'},
	{"the window got the focus, then q", SPAN("\033[Iq"), 'q'},
};

static void keys_are_told_apart(void **state)
{
	static const char *const kinds[] = {"xterm-256color", "tmux-256color", "linux"};

	(void)state;
	for (size_t kind = 0; kind < ARRAY_LEN(kinds); kind++) {
		struct terminal terminal;
		struct event event;

		terminal_start(&terminal, kinds[kind], run_and_say_events, NULL);
		assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
		for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
			terminal_type(&terminal, keys[i].typed);
			if (!terminal_report(&terminal, &event, sizeof(event)))
				fail_msg("%s on %s: nothing", keys[i].name, kinds[kind]);
			if (event.key != keys[i].key)
				fail_msg("%s on %s: %#x", keys[i].name, kinds[kind], event.key);
		}
		terminal_finish(&terminal);
	}
}

static void the_mouse_clicks_and_scrolls(void **state)
{
	static const struct {
		struct span typed;
		int x, y;
		enum mouse_button button;
	} cases[] = {
		/* Both clicks at once, so that a slow machine does not come between them. */
		{SPAN("\033[<0;5;6M\033[<0;5;6m\033[<0;5;6M\033[<0;5;6m"), 4, 5, MOUSE_LEFT},
		{{0}, 4, 5, MOUSE_DOUBLE},
		{SPAN("\033[<0;5;6M\033[<0;5;6m"), 4, 5, MOUSE_LEFT},
		{SPAN("\033[<0;300;6M\033[<0;300;6m"), 299, 5, MOUSE_LEFT},
		{SPAN("\033[<2;1;1M\033[<2;1;1m"), 0, 0, MOUSE_RIGHT},
		{SPAN("\033[<65;7;8M\033[<65;7;8M\033[<64;7;8M"), 6, 7, MOUSE_WHEEL_DOWN},
		{{0}, 6, 7, MOUSE_WHEEL_DOWN},
		{{0}, 6, 7, MOUSE_WHEEL_UP},
		{SPAN("\033[<64;7;8M"), 6, 7, MOUSE_WHEEL_UP},
		{SPAN("\033[<65;7;8M"), 6, 7, MOUSE_WHEEL_DOWN},
	};
	struct terminal terminal;
	struct event event;

	(void)state;
	terminal_start(&terminal, "xterm-256color", run_and_say_events, NULL);
	assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		terminal_type(&terminal, cases[i].typed);
		assert_true(terminal_report(&terminal, &event, sizeof(event)));
		assert_int_equal(event.key, KEY_CODE_MOUSE);
		assert_int_equal(event.x, cases[i].x);
		assert_int_equal(event.y, cases[i].y);
		assert_int_equal(event.button, cases[i].button);
	}
	terminal_finish(&terminal);
}

static void follow_resizes(void *data, int report_fd)
{
	struct canvas canvas;
	struct event event = {0};

	(void)data;
	open_term(&canvas);
	while (event.key != KEY_CODE_HANGUP) {
		struct pollfd pfd = {.fd = term_signal_fd(), .events = POLLIN};
		int size[2];

		poll(&pfd, 1, -1);
		if (!term_event(&event) || event.key != KEY_CODE_RESIZE)
			continue;
		term_size(&size[0], &size[1]);
		if (write(report_fd, size, sizeof(size)) < 0)
			_exit(97);
		canvas_resize(&canvas, size[0], size[1]);
		canvas_textf(&canvas, size[0] - 6, size[1] - 2, STYLE_NORMAL, "corner");
		term_show(&canvas);
	}
	term_close();
}

static void a_new_size_is_told_and_used(void **state)
{
	static const int sizes[][2] = {{160, 50}, {20, 5}, {500, 200}, {80, 24}};
	struct terminal terminal;
	int size[2];

	(void)state;
	terminal_start(&terminal, "xterm-256color", follow_resizes, NULL);
	assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t from = terminal.output.len;

		terminal_resize(&terminal, sizes[i][0], sizes[i][1]);
		assert_true(terminal_report(&terminal, size, sizeof(size)));
		assert_memory_equal(size, sizes[i], sizeof(size));
		assert_true(terminal_expect(&terminal, from, SPAN("corner")));
	}
	terminal_finish(&terminal);
}

static void stopped_it_gives_the_terminal_back_and_takes_it_again(void **state)
{
	struct terminal terminal;
	struct event event;

	(void)state;
	terminal_start(&terminal, "xterm-256color", run_and_say_events, NULL);
	assert_taken(&terminal);
	for (int i = 0; i < 2; i++) {
		terminal_type(&terminal, SPAN("\032"));
		int status = terminal_status(&terminal);

		assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
		terminal_drain(&terminal, 50);
		assert_int_equal(terminal_count(&terminal, LEAVE), i + 1);
		assert_true(terminal_modes_equal(&terminal));
		kill(terminal.job, SIGCONT);
		assert_true(WIFCONTINUED(terminal_status(&terminal)));
		assert_true(terminal_report(&terminal, &event, sizeof(event)));
		assert_int_equal(event.key, KEY_CODE_RESIZE);
		assert_false(terminal_modes_equal(&terminal));
	}
	terminal_finish(&terminal);
}

static void killed_while_stopped_it_leaves_the_terminal_alone(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_start(&terminal, "xterm-256color", run_and_say_events, NULL);
	assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
	terminal_type(&terminal, SPAN("\032"));
	assert_true(WIFSTOPPED(terminal_status(&terminal)));
	kill(terminal.job, SIGQUIT);
	kill(terminal.job, SIGCONT);
	int status = terminal_status(&terminal);

	if (WIFCONTINUED(status))
		status = terminal_status(&terminal);
	assert_true(WIFSIGNALED(status));
	assert_given_back(&terminal);
	terminal_finish(&terminal);
}

static void a_terminal_that_goes_away_is_told(void **state)
{
	struct terminal terminal;
	struct event event;

	(void)state;
	terminal_start(&terminal, "xterm-256color", run_and_say_events, NULL);
	assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
	close(terminal.slave);
	close(terminal.fd);
	terminal.fd = open("/dev/null", O_RDWR);
	terminal.slave = dup(terminal.fd);
	assert_int_equal(read(terminal.report_fd, &event, sizeof(event)), sizeof(event));
	assert_int_equal(event.key, KEY_CODE_HANGUP);
	int status;

	assert_int_equal(read(terminal.status_fd, &status, sizeof(status)), sizeof(status));
	assert_true(WIFSIGNALED(status) || WIFEXITED(status));
	terminal_finish(&terminal);
}

static void take_all_events(void *data, int report_fd)
{
	struct canvas canvas;
	struct event event;
	int hangups = 0;

	(void)data;
	signal(SIGHUP, SIG_IGN);
	open_term(&canvas);
	while (hangups == 0) {
		struct pollfd pfd = {.fd = term_input_fd(), .events = POLLIN};

		poll(&pfd, 1, -1);
		while (term_event(&event))
			hangups += event.key == KEY_CODE_HANGUP;
	}
	struct pollfd pfd = {.fd = term_input_fd(), .events = POLLIN};
	int quiet = poll(&pfd, 1, 100) == 0;

	if (write(report_fd, &hangups, sizeof(hangups)) < 0 ||
	    write(report_fd, &quiet, sizeof(quiet)) < 0)
		_exit(97);
	term_close();
}

static void a_terminal_that_is_gone_is_told_once_even_without_a_signal(void **state)
{
	struct terminal terminal;
	int hangups, quiet;

	(void)state;
	terminal_start(&terminal, "xterm-256color", take_all_events, NULL);
	assert_true(terminal_expect(&terminal, 0, SPAN("ready")));
	close(terminal.slave);
	close(terminal.fd);
	terminal.fd = open("/dev/null", O_RDWR);
	terminal.slave = dup(terminal.fd);
	assert_int_equal(read(terminal.report_fd, &hangups, sizeof(hangups)), sizeof(hangups));
	assert_int_equal(read(terminal.report_fd, &quiet, sizeof(quiet)), sizeof(quiet));
	assert_int_equal(hangups, 1);
	assert_int_equal(quiet, 1);
	terminal_finish(&terminal);
}

static void run_with_children(void *data, int report_fd)
{
	struct canvas canvas;
	int status[2] = {-1, -1};

	(void)data;
	open_term(&canvas);
	pid_t exits = fork();

	if (exits == 0)
		exit(0);
	pid_t killed = fork();

	if (killed == 0) {
		for (;;)
			pause();
	}
	kill(killed, SIGTERM);
	waitpid(exits, &status[0], 0);
	waitpid(killed, &status[1], 0);
	if (write(report_fd, status, sizeof(status)) < 0)
		_exit(97);
	leave_by_event(report_fd);
}

static void a_forked_child_leaves_the_terminal_alone(void **state)
{
	struct terminal terminal;
	int status[2];

	(void)state;
	terminal_start(&terminal, "xterm-256color", run_with_children, NULL);
	assert_true(terminal_report(&terminal, status, sizeof(status)));
	assert_true(WIFEXITED(status[0]) && WEXITSTATUS(status[0]) == 0);
	assert_true(WIFSIGNALED(status[1]) && WTERMSIG(status[1]) == SIGTERM);
	terminal_drain(&terminal, 50);
	assert_int_equal(terminal_count(&terminal, LEAVE), 0);
	assert_false(terminal_modes_equal(&terminal));
	terminal_type(&terminal, SPAN("\003"));
	assert_true(WIFSIGNALED(terminal_status(&terminal)));
	assert_given_back(&terminal);
	terminal_finish(&terminal);
}

static void the_window_gets_a_title_and_its_old_one_back(void **state)
{
	struct terminal terminal;

	(void)state;
	terminal_start(&terminal, "tmux-256color", run_and_say_events, NULL);
	assert_true(terminal_expect(&terminal, 0, SPAN("\033]2;boxtop: ")));
	terminal_type(&terminal, SPAN("\003"));
	terminal_status(&terminal);
	terminal_drain(&terminal, 50);
	assert_int_equal(terminal_count(&terminal, SPAN("\033[22;2t")), 1);
	assert_int_equal(terminal_count(&terminal, SPAN("\033[23;2t")), 1);
	terminal_finish(&terminal);
}

/* struct copy_case - a kind of terminal, and what it is sent for "ab\xc3\xa9 c" */
struct copy_case {
	const char *term, *bytes; /* NULL: nothing, and that is told */
};

static void copy_and_say(void *data, int report_fd)
{
	struct canvas canvas;

	(void)data;
	open_term(&canvas);
	bool copied = term_copy(SPAN("ab\xc3\xa9 c"));
	if (write(report_fd, &copied, sizeof(copied)) < 0)
		_exit(97);
	leave_by_event(report_fd);
}

static void what_is_copied_reaches_the_clipboard_where_there_is_one(void **state)
{
	static const struct copy_case cases[] = {
		{"xterm-256color", "\033]52;c;YWLDqSBj\007"},
		{"tmux-256color", "\033]52;c;YWLDqSBj\007"},
		{"linux", NULL},
		{"vt100", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct terminal terminal;
		bool copied = false;

		terminal_start(&terminal, cases[i].term, copy_and_say, NULL);
		assert_true(terminal_report(&terminal, &copied, sizeof(copied)));
		assert_int_equal(copied, cases[i].bytes != NULL);
		if (copied)
			assert_true(terminal_expect(&terminal, 0, span_of(cases[i].bytes)));
		terminal_type(&terminal, SPAN("\003"));
		terminal_status(&terminal);
		terminal_drain(&terminal, 50);
		assert_int_equal(terminal_count(&terminal, SPAN("\033]52")), copied);
		terminal_finish(&terminal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_out_gives_the_terminal_back),
		cmocka_unit_test(every_deadly_signal_gives_the_terminal_back),
		cmocka_unit_test(a_terminal_that_stops_reading_does_not_keep_the_program),
		cmocka_unit_test(a_slow_terminal_misses_frames_but_not_the_last),
		cmocka_unit_test(a_frame_is_one_write_and_an_equal_one_is_none),
		cmocka_unit_test(a_terminal_without_colours_gets_attributes),
		cmocka_unit_test(every_kind_of_terminal_shows_a_frame),
		cmocka_unit_test(a_locale_that_is_not_installed_is_utf8_if_its_name_says_so),
		cmocka_unit_test(the_console_gets_what_its_font_has),
		cmocka_unit_test(what_cannot_be_used_is_refused_with_advice),
		cmocka_unit_test(keys_are_told_apart),
		cmocka_unit_test(the_mouse_clicks_and_scrolls),
		cmocka_unit_test(a_new_size_is_told_and_used),
		cmocka_unit_test(stopped_it_gives_the_terminal_back_and_takes_it_again),
		cmocka_unit_test(killed_while_stopped_it_leaves_the_terminal_alone),
		cmocka_unit_test(a_terminal_that_goes_away_is_told),
		cmocka_unit_test(a_terminal_that_is_gone_is_told_once_even_without_a_signal),
		cmocka_unit_test(a_forked_child_leaves_the_terminal_alone),
		cmocka_unit_test(what_is_copied_reaches_the_clipboard_where_there_is_one),
		cmocka_unit_test(the_window_gets_a_title_and_its_old_one_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
