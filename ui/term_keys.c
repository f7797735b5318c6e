/* SPDX-License-Identifier: MIT */
/*
 * The keyboard and the mouse, by ncurses: bytes to key events. Owns the pad that keys are read through.
 * Never waits longer than an escape sequence may take, and never takes the rest of an unknown sequence
 * for keys. Draws nothing.
 */
#include "ui/term_keys.h"

#define NCURSES_WIDECHAR 1
#include <ncurses.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define ESC_DELAY_MSEC	  25
#define DOUBLE_CLICK_USEC 400000
#define CLICKS_MAX	  8  /* as many as ncurses keeps */
#define SEQUENCE_MAX	  32 /* an escape sequence nobody knows is swallowed up to this */

static struct {
	WINDOW *pad;	     /* reading from a pad draws nothing */
	uint64_t click_usec; /* of the last click; 0: none */
	int click_x, click_y;
	struct event clicks[CLICKS_MAX]; /* to be told, the oldest last */
	size_t clicks_len;
} keys;

static const struct {
	int curses;
	uint32_t key;
} key_table[] = {
	{KEY_UP, KEY_CODE_UP},	      {KEY_DOWN, KEY_CODE_DOWN},
	{KEY_LEFT, KEY_CODE_LEFT},    {KEY_RIGHT, KEY_CODE_RIGHT},
	{KEY_PPAGE, KEY_CODE_PGUP},   {KEY_NPAGE, KEY_CODE_PGDN},
	{KEY_HOME, KEY_CODE_HOME},    {KEY_END, KEY_CODE_END},
	{KEY_FIND, KEY_CODE_HOME},    {KEY_SELECT, KEY_CODE_END},
	{KEY_A1, KEY_CODE_HOME},      {KEY_C1, KEY_CODE_END},
	{KEY_A3, KEY_CODE_PGUP},      {KEY_C3, KEY_CODE_PGDN},
	{KEY_IC, KEY_CODE_INSERT},    {KEY_DC, KEY_CODE_DELETE},
	{KEY_BTAB, KEY_CODE_BACKTAB}, {KEY_BACKSPACE, KEY_CODE_BACKSPACE},
	{KEY_ENTER, KEY_CODE_ENTER},  {KEY_SR, KEY_CODE_UP},
	{KEY_SF, KEY_CODE_DOWN},      {KEY_F(15), KEY_CODE_SHIFT_F3},
};

/* What terminals send whatever their description says: by other names, in the other cursor mode. */
static const struct {
	const char *bytes;
	int curses;
} more_sequences[] = {
	{"\033[A", KEY_UP},	 {"\033OA", KEY_UP},	   {"\033[B", KEY_DOWN},
	{"\033OB", KEY_DOWN},	 {"\033[C", KEY_RIGHT},	   {"\033OC", KEY_RIGHT},
	{"\033[D", KEY_LEFT},	 {"\033OD", KEY_LEFT},	   {"\033[H", KEY_HOME},
	{"\033OH", KEY_HOME},	 {"\033[1~", KEY_HOME},	   {"\033[7~", KEY_HOME},
	{"\033[F", KEY_END},	 {"\033OF", KEY_END},	   {"\033[4~", KEY_END},
	{"\033[8~", KEY_END},	 {"\033[5~", KEY_PPAGE},   {"\033[6~", KEY_NPAGE},
	{"\033[2~", KEY_IC},	 {"\033[3~", KEY_DC},	   {"\033[Z", KEY_BTAB},
	{"\033OP", KEY_F(1)},	 {"\033OQ", KEY_F(2)},	   {"\033OR", KEY_F(3)},
	{"\033OS", KEY_F(4)},	 {"\033[11~", KEY_F(1)},   {"\033[12~", KEY_F(2)},
	{"\033[13~", KEY_F(3)},	 {"\033[14~", KEY_F(4)},   {"\033[15~", KEY_F(5)},
	{"\033[17~", KEY_F(6)},	 {"\033[18~", KEY_F(7)},   {"\033[19~", KEY_F(8)},
	{"\033[20~", KEY_F(9)},	 {"\033[21~", KEY_F(10)},  {"\033[23~", KEY_F(11)},
	{"\033[24~", KEY_F(12)}, {"\033[1;2R", KEY_F(15)}, {"\033[13;2~", KEY_F(15)},
};

static uint32_t key_of(int curses)
{
	if (curses >= KEY_F(1) && curses <= KEY_F(12))
		return KEY_CODE_F1 + (uint32_t)(curses - KEY_F(1));
	for (size_t i = 0; i < ARRAY_LEN(key_table); i++) {
		if (key_table[i].curses == curses)
			return key_table[i].key;
	}
	return KEY_CODE_NONE;
}

static void define_more_keys(void)
{
	for (size_t i = 0; i < ARRAY_LEN(more_sequences); i++) {
		int known = key_defined(more_sequences[i].bytes);

		/* Descriptions have keys of their own too, which are of no use here. */
		if (known == 0 || (known > 0 && key_of(known) == KEY_CODE_NONE))
			define_key(more_sequences[i].bytes, more_sequences[i].curses);
	}
}

static bool button_of(const MEVENT *mouse, enum mouse_button *out)
{
	static const struct {
		mmask_t curses;
		enum mouse_button button;
	} buttons[] = {
		{BUTTON1_PRESSED, MOUSE_LEFT},	     {BUTTON2_PRESSED, MOUSE_MIDDLE},
		{BUTTON3_PRESSED, MOUSE_RIGHT},	     {BUTTON4_PRESSED, MOUSE_WHEEL_UP},
		{BUTTON5_PRESSED, MOUSE_WHEEL_DOWN},
	};

	for (size_t i = 0; i < ARRAY_LEN(buttons); i++) {
		if (mouse->bstate & buttons[i].curses) {
			*out = buttons[i].button;
			return true;
		}
	}
	return false;
}

/* ncurses may tell of several events by one KEY_MOUSE, and gives them out newest first. */
static void take_mouse(void)
{
	MEVENT mouse;
	enum mouse_button button;

	while (keys.clicks_len < CLICKS_MAX && getmouse(&mouse) == OK) {
		if (button_of(&mouse, &button))
			keys.clicks[keys.clicks_len++] =
				(struct event) {KEY_CODE_MOUSE, mouse.x, mouse.y, button};
	}
}

/* ncurses would wait for the second click; we say the first at once. */
static void notice_double_click(struct event *event)
{
	uint64_t now = clock_monotonic_usec();

	if (event->button != MOUSE_LEFT)
		return;
	if (keys.click_usec && now - keys.click_usec < DOUBLE_CLICK_USEC &&
	    keys.click_x == event->x && keys.click_y == event->y) {
		event->button = MOUSE_DOUBLE;
		now = 0;
	}
	keys.click_usec = now;
	keys.click_x = event->x;
	keys.click_y = event->y;
}

/* After ESC and @ch: a key with Alt, or the start of a sequence that nobody knows. Its rest must not
 * be taken for keys. */
static uint32_t after_escape(wint_t ch)
{
	wint_t next;
	int len = 0;

	if (ch != '[' && ch != 'O')
		return KEY_MOD_ALT | (uint32_t)ch;
	while (len < SEQUENCE_MAX && wget_wch(keys.pad, &next) == OK) {
		len++;
		if (ch == 'O' || (next >= 0x40 && next <= 0x7e))
			break;
	}
	return len > 0 ? KEY_CODE_NONE : KEY_MOD_ALT | (uint32_t)ch;
}

static uint32_t character_key(wint_t ch)
{
	wint_t next;

	switch (ch) {
	case '\n':
		return KEY_CODE_ENTER;
	case '\b':
		return KEY_CODE_BACKSPACE;
	case KEY_CODE_ESC:
		return wget_wch(keys.pad, &next) == OK ? after_escape(next) : KEY_CODE_ESC;
	default:
		return (uint32_t)ch;
	}
}

static bool next_click(struct event *event)
{
	if (keys.clicks_len == 0)
		return false;
	*event = keys.clicks[--keys.clicks_len];
	notice_double_click(event);
	return true;
}

bool term_keys_next(struct event *event)
{
	wint_t ch;
	int r;

	if (next_click(event))
		return true;
	while ((r = wget_wch(keys.pad, &ch)) != ERR) {
		if (r == KEY_CODE_YES && ch == KEY_MOUSE) {
			take_mouse();
			if (next_click(event))
				return true;
			continue;
		}
		event->key = r == KEY_CODE_YES ? key_of((int)ch) : character_key(ch);
		if (event->key != KEY_CODE_NONE)
			return true;
	}
	return false;
}

void term_keys_start(void)
{
	set_escdelay(ESC_DELAY_MSEC);
	keys.pad = newpad(1, 1);
	keypad(keys.pad, TRUE);
	nodelay(keys.pad, TRUE);
	define_more_keys();
}

bool term_keys_start_mouse(void)
{
	mouseinterval(0);
	return mousemask(BUTTON1_PRESSED | BUTTON2_PRESSED | BUTTON3_PRESSED | BUTTON4_PRESSED |
				 BUTTON5_PRESSED,
			 NULL) != 0;
}

void term_keys_stop(void)
{
	if (keys.pad)
		delwin(keys.pad);
	keys.pad = NULL;
	keys.click_usec = 0;
	keys.clicks_len = 0;
}
