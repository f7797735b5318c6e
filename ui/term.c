/* SPDX-License-Identifier: MIT */
/*
 * The terminal's screen, by ncurses; only term_keys.c knows it too. ncurses decides which bytes change
 * the screen and what the bytes of keys mean, but it never gets hold of the device: it writes into a
 * memory file, from where each frame goes out in one write that cannot hang, and the modes are tty's.
 * So every way out, a crash included, restores the terminal by the same few prepared bytes.
 */
#include "ui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ui/ascii.h"
#include "ui/colors.h"
#include "ui/term_keys.h"
#include "ui/term_name.h"
#include "ui/term_signals.h"
#include "ui/tty.h"

/* Last: it defines ordinary words. */
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>
#undef columns
#undef lines

/** struct term - there is one */
static struct {
	bool open;
	pid_t owner; /* a forked child that exits must leave all of this alone */
	SCREEN *screen;
	FILE *out; /* what ncurses takes for the terminal: a file in memory */
	struct strbuf frame, spelled;
	struct strbuf title; /* sets the title; to be written after the first frame */
	struct strbuf mouse_off;
	struct strbuf restore; /* gives the screen back */
	bool title_due;
	const struct theme *theme;
	bool color, defaults, mouse, narrow_font;
	bool exact;	      /* it shows colours of 24 bits */
	struct color_map map; /* of a theme with colours of its own */
	struct canvas shown;  /* what the terminal shows */
	struct canvas late;   /* a frame it was too slow for */
	bool shown_is_known, is_late, is_gone;
	int signal;
} term;

/* --- bytes --- */

/* What ncurses wrote since the last time, into @bytes. */
static void take_output(struct strbuf *bytes)
{
	int fd = fileno(term.out);
	off_t len = lseek(fd, 0, SEEK_CUR);

	if (len <= 0)
		return;
	strbuf_reserve(bytes, (size_t)len);
	ssize_t n = pread(fd, bytes->data + bytes->len, (size_t)len, 0);

	if (n > 0)
		bytes->len += (size_t)n;
	bytes->data[bytes->len] = '\0';
	if (ftruncate(fd, 0) == 0)
		lseek(fd, 0, SEEK_SET);
}

static void discard_output(void)
{
	strbuf_reset(&term.frame);
	take_output(&term.frame);
	strbuf_reset(&term.frame);
}

static void send_output(void)
{
	strbuf_reset(&term.frame);
	take_output(&term.frame);
	if (term.title_due)
		strbuf_add(&term.frame, term.title.data, term.title.len);
	term.title_due = false;
	if (term.frame.len > 0 && term.exact && term.theme->palette) {
		strbuf_reset(&term.spelled);
		color_map_spell_out(&term.map, strbuf_span(&term.frame), &term.spelled);
		tty_write(strbuf_span(&term.spelled));
	} else if (term.frame.len > 0) {
		tty_write(strbuf_span(&term.frame));
	}
}

static int add_to_restore(int c)
{
	strbuf_addc(&term.restore, (char)c);
	return c;
}

static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return text == (const char *)-1 ? NULL : text;
}

static void restore_by(const char *text)
{
	if (text)
		tputs(text, 1, add_to_restore);
}

/* The bytes for every way out. */
static void prepare_restore(void)
{
	static const char *const names[] = {"sgr0", "rmacs", "op", "rmkx", "cnorm"};
	const char *leave = capability("rmcup");

	strbuf_reset(&term.restore);
	/* Mouse first: what it reports from now on would be typed into the shell. */
	strbuf_add(&term.restore, term.mouse_off.data, term.mouse_off.len);
	if (term.title.len > 0)
		strbuf_adds(&term.restore, term_name_untitle);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		restore_by(capability(names[i]));
	if (leave) {
		restore_by(leave);
	} else {
		restore_by(tiparm(capability("cup"), LINES - 1, 0));
		strbuf_adds(&term.restore, "\r\n");
	}
	tty_set_restore(strbuf_span(&term.restore));
}

/* --- colours --- */

/** struct shade - a colour, and what stands for it where there are only eight */
struct shade {
	short number;
	attr_t attributes;
};

static struct shade shade_of(int color, short fallback, bool background)
{
	if (color < 0)
		return (struct shade) {term.defaults ? -1 : fallback, 0};
	if (COLORS >= 256 && term.theme->palette)
		return (struct shade) {(short)term.map.nearest[color], 0};
	if (color < 8 || COLORS >= 16)
		return (struct shade) {(short)color, 0};
	if (background)
		return (struct shade) {(short)(color - 8), 0};
	/* Bold black is grey on the console and nothing at all in many windows. */
	if (color == 8 && !term_name_is_console())
		return (struct shade) {term.defaults ? -1 : fallback, A_DIM};
	return (struct shade) {(short)(color - 8), A_BOLD};
}

/* A pair for every role: its number is the role's, plus one. */
static void prepare_colors(void)
{
	if (term_is_mono())
		return;
	if (term.theme->palette)
		color_map_init(&term.map, term.theme->palette);
	for (short role = 0; role < STYLE_ROLES; role++) {
		struct look look = term.theme->looks[role];

		init_pair((short)(role + 1), shade_of(look.fg, COLOR_WHITE, false).number,
			  shade_of(look.bg, COLOR_BLACK, true).number);
	}
}

static const struct theme *theme_shown(void)
{
	const struct theme *mono = term_is_mono() ? theme_find(SPAN("monochrome")) : NULL;

	return mono ? mono : term.theme;
}

static attr_t attributes_of(uint16_t style)
{
	static const struct {
		uint16_t flag;
		attr_t attribute;
	} attributes[] = {
		{STYLE_FLAG_BOLD, A_BOLD},
		{STYLE_FLAG_UNDERLINE, A_UNDERLINE},
		{STYLE_FLAG_REVERSE, A_REVERSE},
		{STYLE_FLAG_DIM, A_DIM},
	};
	struct look look = theme_look(theme_shown(), style);
	attr_t result = term_is_mono() ? 0 : shade_of(look.fg, COLOR_WHITE, false).attributes;

	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		if (look.attributes & attributes[i].flag)
			result |= attributes[i].attribute;
	}
	return result;
}

bool term_is_mono(void)
{
	return !term.color || !term.theme || theme_is_mono(term.theme);
}

void term_set_theme(const struct theme *theme)
{
	term.theme = theme;
	if (!term.open)
		return;
	prepare_colors();
	term_redraw();
}

/* --- cells --- */

/* What to show for @cell, which is @columns wide: ncurses places characters by the widths of the C
 * library, and where those are not ours a question mark keeps the line straight. */
static uint32_t character_of(const struct cell *cell, int columns)
{
	if (term.narrow_font && !ascii_console_has(cell->ch))
		return (uint32_t)(unsigned char)ascii_lookalike(cell->ch);
	if (cell->ch > 0x7e && wcwidth((wchar_t)cell->ch) != columns)
		return '?';
	return cell->ch;
}

static void put_cell(const struct canvas *canvas, int x, int y)
{
	const struct cell *cell = &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
	bool wide = x + 1 < canvas->width && cell[1].ch == 0;
	uint32_t ch = character_of(cell, wide ? 2 : 1);
	short pair = term_is_mono() ? 0 : (short)(STYLE_ROLE(cell->style) + 1);
	wchar_t text[CELL_COMBINING + 2] = {(wchar_t)ch};
	cchar_t place;

	for (int i = 0, n = 1; i < CELL_COMBINING && ch == cell->ch; i++) {
		if (cell->combining[i] && wcwidth((wchar_t)cell->combining[i]) == 0)
			text[n++] = (wchar_t)cell->combining[i];
	}
	setcchar(&place, text, attributes_of(cell->style), pair, NULL);
	mvadd_wch(y, x, &place);
	if (wide && ch != cell->ch)
		mvadd_wch(y, x + 1, &place);
}

static void put_changed_cells(const struct canvas *canvas)
{
	int width = canvas->width < COLS ? canvas->width : COLS;
	int height = canvas->height < LINES ? canvas->height : LINES;

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			size_t i = (size_t)y * (size_t)canvas->width + (size_t)x;

			if (canvas->cells[i].ch != 0 &&
			    !(term.shown_is_known &&
			      cell_equal(&canvas->cells[i], &term.shown.cells[i])))
				put_cell(canvas, x, y);
		}
	}
}

static void put_cursor(const struct canvas *canvas)
{
	bool visible = canvas->cursor_x >= 0 && canvas->cursor_y >= 0;

	curs_set(visible);
	leaveok(stdscr, !visible);
	if (visible)
		move(canvas->cursor_y, canvas->cursor_x);
}

static void show(const struct canvas *canvas)
{
	if (canvas->width != term.shown.width || canvas->height != term.shown.height)
		term_redraw();
	if (term.shown_is_known && canvas_equal(canvas, &term.shown))
		return;
	if (!term.shown_is_known)
		erase();
	put_changed_cells(canvas);
	put_cursor(canvas);
	wnoutrefresh(stdscr);
	doupdate();
	send_output();
	canvas_copy(&term.shown, canvas);
	term.shown_is_known = true;
}

void term_show(const struct canvas *canvas)
{
	if (!term.open)
		return;
	term.is_late = !tty_flush();
	if (term.is_late)
		canvas_copy(&term.late, canvas);
	else
		show(canvas);
}

bool term_copy(struct span text)
{
	_cleanup_(strbuf_finish)
	struct strbuf bytes = STRBUF_INIT;

	if (!term.open || !term_name_copy(text, &bytes))
		return false;
	tty_write(strbuf_span(&bytes));
	return true;
}

void term_redraw(void)
{
	if (!term.open)
		return;
	term.shown_is_known = false;
	clearok(curscr, TRUE);
}

/* --- opening and closing --- */

/* Names of a UTF-8 locale that is not installed are common on small systems. */
static void use_locale(void)
{
	setlocale(LC_CTYPE, "");
	if (text_is_utf8_locale() && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* Asked before ncurses is, which would end the program. */
static int check_terminal(struct err *err)
{
	const char *name = getenv("TERM");
	int found = 0;
	int r = 0;

	if (!name || !*name)
		return err_setx(
			err, ENODEV,
			"TERM is not set: set it to the kind of your terminal (TERM=xterm), "
			"or use 'boxtop stats'");
	if (setupterm(name, STDOUT_FILENO, &found) != OK)
		return err_setx(err, ENODEV,
				"no description of the terminal '%.40s' here: set TERM to one that "
				"is known (TERM=xterm-256color), or use 'boxtop stats'",
				name);
	if (!capability("cup") || !capability("clear"))
		r = err_setx(err, ENODEV,
			     "the terminal '%.40s' cannot move its cursor: use 'boxtop stats'",
			     name);
	del_curterm(cur_term);
	return r;
}

static int start_curses(struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = memfd_create("boxtop-screen", MFD_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno, "memfd_create");
	term.out = fdopen(fd, "w");
	if (!term.out)
		return err_set(err, errno, "fdopen");
	TAKE_FD(fd);
	use_tioctl(FALSE);
	term.screen = newterm(NULL, term.out, stdin);
	if (!term.screen)
		return err_setx(err, ENODEV,
				"ncurses does not know how to use the terminal '%.40s'",
				getenv("TERM"));
	term_keys_start();
	typeahead(-1); /* else a frame stops half way when a key is pressed */
	return 0;
}

static void start_colors(bool wanted)
{
	term.color = wanted && has_colors() && start_color() == OK && COLOR_PAIRS > STYLE_ROLES;
	term.defaults = term.color && use_default_colors() == OK;
	term.exact = term.color && COLORS >= 256 && colors_are_exact();
	prepare_colors();
}

static void start_mouse(bool wanted)
{
	/* The console's mouse is gpm's: a daemon of its own, asked through another descriptor. */
	if (!wanted || term_name_is_console())
		return;
	term.mouse = term_keys_start_mouse();
	if (!term.mouse)
		return;
	discard_output();
	mmask_t mask;

	strbuf_reset(&term.mouse_off);
	mousemask(0, &mask);
	take_output(&term.mouse_off);
	mousemask(mask, NULL);
}

void term_set_mouse(bool mouse)
{
	if (!term.open || mouse == term.mouse)
		return;
	if (mouse) {
		start_mouse(true);
		prepare_restore();
	} else {
		mousemask(0, NULL);
		term.mouse = false;
	}
}

static void follow_size(void)
{
	int width, height;

	if (tty_size(&width, &height) && (width != COLS || height != LINES))
		resizeterm(height, width);
	prepare_restore();
}

/* Take the terminal: the next frame starts with everything that has to be set up. */
static void take(void)
{
	if (!isendwin())
		endwin();
	discard_output();
	follow_size();
	tty_take();
	term_redraw();
	term.title_due = true;
}

static void give_back(void)
{
	endwin();
	discard_output();
	tty_restore();
}

static int open_parts(const struct term_options *options, struct err *err)
{
	int r = tty_open(err);

	if (r == 0)
		r = check_terminal(err);
	if (r == 0)
		r = term_signals_install(err);
	if (r == 0)
		r = start_curses(err);
	if (r < 0)
		return r;
	/* ncurses puts a handler of its own there. */
	start_colors(options->color);
	start_mouse(options->mouse);
	if (options->title)
		term_name_title(&term.title);
	return 0;
}

int term_open(const struct term_options *options, const struct theme *theme, struct err *err)
{
	static bool registered;

	use_locale();
	term.theme = theme;
	term.open = true;
	term.owner = getpid();
	int r = open_parts(options, err);

	if (r < 0) {
		term_close();
		return r;
	}
	term.narrow_font = term_name_is_console();
	canvas_init(&term.shown, COLS, LINES, false);
	canvas_init(&term.late, COLS, LINES, false);
	if (!registered)
		registered = atexit(term_close) == 0;
	take();
	return 0;
}

void term_close(void)
{
	if (!term.open || term.owner != getpid())
		return;
	if (term.screen)
		give_back();
	tty_close();
	term_signals_remove();
	term_keys_stop();
	if (term.screen)
		delscreen(term.screen);
	if (term.out)
		fclose(term.out);
	canvas_finish(&term.shown);
	canvas_finish(&term.late);
	strbuf_finish(&term.frame);
	strbuf_finish(&term.spelled);
	strbuf_finish(&term.title);
	strbuf_finish(&term.mouse_off);
	strbuf_finish(&term.restore);
	int signal = term.signal;

	memset(&term, 0, sizeof(term));
	term.signal = signal;
}

void term_size(int *width, int *height)
{
	*width = COLS;
	*height = LINES;
}

/* --- events --- */

static void stop(void)
{
	give_back();
	term_signals_stop();
	take();
}

static bool signal_event(struct event *event)
{
	int signal = term_signals_take();

	switch (signal) {
	case 0:
		return false;
	case SIGTSTP:
		stop();
		event->key = KEY_CODE_RESIZE;
		return true;
	case SIGCONT: /* stopped by SIGSTOP: somebody else may have used the terminal */
		take();
		event->key = KEY_CODE_RESIZE;
		return true;
	case SIGWINCH:
		follow_size();
		term_redraw();
		event->key = KEY_CODE_RESIZE;
		return true;
	default:
		term.signal = signal;
		event->key = KEY_CODE_HANGUP;
		return true;
	}
}

bool term_event(struct event *event)
{
	*event = (struct event) {0};
	if (!term.open)
		return false;
	if (term.is_late && tty_flush()) {
		term.is_late = false;
		show(&term.late);
	}
	if (signal_event(event) || term_keys_next(event))
		return true;
	if (term.is_gone || !tty_is_gone())
		return false;
	/* Told once, like a key: who takes events until there are none comes to an end. */
	term.is_gone = true;
	tty_forget_input();
	event->key = KEY_CODE_HANGUP;
	return true;
}

int term_input_fd(void)
{
	return tty_poll_fd();
}

int term_signal_fd(void)
{
	return term_signals_fd();
}

int term_signal(void)
{
	return term.signal;
}
