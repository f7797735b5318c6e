/* SPDX-License-Identifier: MIT */
/*
 * The terminal: the only module that knows ncurses. Shows a canvas by one diffed write, gives key
 * events, and restores the terminal on every way out: return, exit, signal, abort.
 */
#ifndef BOXTOP_UI_TERM_H
#define BOXTOP_UI_TERM_H

#include "base/err.h"
#include "ui/canvas.h"

/** enum key_code - above Unicode; characters are themselves, Ctrl-X is 1..26, Alt is KEY_MOD_ALT | c */
enum key_code {
	KEY_CODE_NONE = 0,
	KEY_CODE_ENTER = '\r',
	KEY_CODE_ESC = 27,
	KEY_CODE_TAB = '\t',
	KEY_CODE_BACKSPACE = 127,
	KEY_CODE_BASE = 0x200000,
	KEY_CODE_UP,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_PGUP,
	KEY_CODE_PGDN,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_INSERT,
	KEY_CODE_DELETE,
	KEY_CODE_BACKTAB,
	KEY_CODE_F1,
	KEY_CODE_F2,
	KEY_CODE_F3,
	KEY_CODE_F4,
	KEY_CODE_F5,
	KEY_CODE_F6,
	KEY_CODE_F7,
	KEY_CODE_F8,
	KEY_CODE_F9,
	KEY_CODE_F10,
	KEY_CODE_F11,
	KEY_CODE_F12,
	KEY_CODE_SHIFT_F3,
	KEY_CODE_MOUSE,	 /* struct event has x, y, button */
	KEY_CODE_RESIZE, /* the size changed: ask term_size() */
	KEY_CODE_HANGUP, /* leave: the terminal is gone, or a signal says so; see term_signal() */
	KEY_MOD_ALT = 0x400000,
};

/** enum mouse_button */
enum mouse_button {
	MOUSE_LEFT,
	MOUSE_MIDDLE,
	MOUSE_RIGHT,
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
	MOUSE_DOUBLE
};

/** struct event - one key press, mouse event or resize */
struct event {
	uint32_t key; /* enum key_code or a character */
	int x, y;     /* mouse: cell */
	enum mouse_button button;
};

struct term_options {
	bool mouse;
	bool color; /* false: monochrome whatever the theme */
	bool title; /* set the window title */
};

/** term_open() - take the terminal (alternate screen, raw keys). -ENOTTY: stdin or stdout is none;
 *  -ENODEV: TERM unknown or too dumb (the text says what to do instead) */
int term_open(const struct term_options *options, const struct theme *theme, struct err *err);
/** term_close() - give it back as it was; may be called twice */
void term_close(void);
void term_set_theme(const struct theme *theme);
/** term_set_mouse() - take the mouse, or leave it to the terminal from now on */
void term_set_mouse(bool mouse);
/** term_is_mono() - no colours will be shown: not asked for, or the terminal has none */
bool term_is_mono(void);
void term_size(int *width, int *height);
/** term_show() - make the screen look like @canvas, writing only what changed */
void term_show(const struct canvas *canvas);
/** term_copy() - to the terminal's clipboard (OSC 52); false if it is not known to have one. Whether it
 *  took the text, no terminal says */
bool term_copy(struct span text);
/** term_redraw() - forget what is shown (Ctrl-L) */
void term_redraw(void);
/** term_input_fd() - poll() this for input, then call term_event() until it says no */
int term_input_fd(void);
/** term_event() - next event if there is one; never blocks */
bool term_event(struct event *event);
/** term_signal_fd() - becomes readable on SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT; drained by
 *  term_event() */
int term_signal_fd(void);
/** term_signal() - the signal behind KEY_CODE_HANGUP (SIGHUP, SIGTERM, SIGINT by Ctrl-C); 0: none.
 *  Still known after term_close(), for the exit code */
int term_signal(void);

#endif
