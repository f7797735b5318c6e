/* SPDX-License-Identifier: MIT */
/*
 * What asks or tells while a screen stands behind it: a prompt in the bottom line, a menu of choices, a
 * box of text. A dialog only edits and draws itself; its owner gives it keys and acts on the results.
 */
#ifndef BOXTOP_UI_DIALOG_H
#define BOXTOP_UI_DIALOG_H

#include "base/str.h"
#include "ui/canvas.h"
#include "ui/footer.h"
#include "ui/term.h"

enum dialog_kind {
	DIALOG_NONE = 0, /* closed */
	DIALOG_PROMPT,
	DIALOG_MENU,
	DIALOG_BOX,
	DIALOG_FORM,
	DIALOG_PALETTE, /* a prompt, and above it the choices that the owner finds for the text */
};

/** enum dialog_result - what a key did */
enum dialog_result {
	DIALOG_OPEN = 0,  /* nothing to act on */
	DIALOG_CHANGED,	  /* prompt: the text; menu: the choice under the cursor */
	DIALOG_DONE,	  /* Enter: closed; a form stays open for its owner to judge */
	DIALOG_CANCELLED, /* Esc: closed */
	DIALOG_NOT_MINE,  /* not a key of dialogs: the owner may want it */
};

/** struct dialog_choice - one line of a menu */
struct dialog_choice {
	const char *label; /* clean text */
	const char *help;  /* shown below the menu while it is chosen; clean text or NULL */
};

#define DIALOG_PARTS_MAX 8

/** struct dialog_part - a piece of a line in one style */
struct dialog_part {
	uint16_t style;
	const char *text; /* clean; NULL ends the line */
};

/** struct dialog_line - a line of a box; all zero: an empty line */
struct dialog_line {
	struct dialog_part parts[DIALOG_PARTS_MAX];
};

struct form; /* ui/form.h */

/** struct dialog - all zero: closed. dialog_finish() in the end. Texts are borrowed while it is open */
struct dialog {
	enum dialog_kind kind;
	const char *title;    /* of a box or menu; of a prompt: what stands before the text */
	struct footer footer; /* its keys */
	/* prompt */
	struct strbuf text;
	size_t cursor;	    /* byte in @text */
	struct strbuf note; /* set by the owner: what is wrong with the text; shown behind it */
	/* menu */
	const struct dialog_choice *choices;
	size_t choices_len;
	size_t chosen;
	/* box */
	const struct dialog_line *lines;
	size_t lines_len;
	/* form: its chosen field is edited as @text */
	struct form *form;
	/* menu and box */
	size_t top;	  /* first line in view */
	struct rect rect; /* of the last drawing, the frame included */
	size_t page;	  /* lines that had room */
};

/** dialog_open_prompt() - @text is copied; the cursor stands behind it */
void dialog_open_prompt(struct dialog *dialog, const char *title, struct span text);
/** dialog_open_menu() - with @chosen under the cursor */
void dialog_open_menu(struct dialog *dialog, const char *title, const struct dialog_choice *choices,
		      size_t len, size_t chosen);
/** dialog_open_palette() - empty; DIALOG_CHANGED asks for dialog_set_choices() */
void dialog_open_palette(struct dialog *dialog, const char *title);
/** dialog_set_choices() - of a palette; the first one is chosen */
void dialog_set_choices(struct dialog *dialog, const struct dialog_choice *choices, size_t len);
/** dialog_open_box() - something to read: scrolls, any other key closes it */
void dialog_open_box(struct dialog *dialog, const char *title, const struct dialog_line *lines,
		     size_t len);
/** dialog_open_form() - with the first field under the cursor; @form is filled in, and borrowed */
void dialog_open_form(struct dialog *dialog, const char *title, struct form *form);
/** dialog_set_lines() - of a box that is open */
void dialog_set_lines(struct dialog *dialog, const struct dialog_line *lines, size_t len);
/** dialog_set_text() - of a prompt, as if typed */
void dialog_set_text(struct dialog *dialog, struct span text);
void dialog_close(struct dialog *dialog);
void dialog_finish(struct dialog *dialog);

/** dialog_event() - take a key or mouse event. After DONE and CANCELLED it is closed, but text and
 *  chosen can still be read */
enum dialog_result dialog_event(struct dialog *dialog, const struct event *event);

/** dialog_draw() - a prompt into the last line of @rect, a menu or box into the rest of it */
void dialog_draw(struct dialog *dialog, struct canvas *canvas, struct rect rect);

/* ---- For ui/form.c ---- */

/** dialog_edit() - a key for the text under the cursor */
enum dialog_result dialog_edit(struct dialog *dialog, uint32_t key);
/** dialog_draw_text() - the text under the cursor, scrolled so that the cursor is in view */
void dialog_draw_text(const struct dialog *dialog, struct canvas *canvas, struct rect line);
/** dialog_window() - where so many columns and lines stand, the frame around them: in the middle */
struct rect dialog_window(struct rect rect, size_t columns, size_t lines);

#endif
