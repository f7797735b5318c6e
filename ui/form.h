/* SPDX-License-Identifier: MIT */
/*
 * Fields to fill in: a dialog of several lines of text, each with what stands beside it. The text of the
 * field under the cursor is the prompt text of the dialog; the others are kept here. Its owner judges
 * what is typed.
 */
#ifndef BOXTOP_UI_FORM_H
#define BOXTOP_UI_FORM_H

#include "base/str.h"
#include "ui/dialog.h"

#define FORM_FIELDS_MAX 16
#define FORM_SIDES	4

/** struct form_field - one line. Texts are borrowed and clean */
struct form_field {
	const char *label;
	struct strbuf text;	      /* what it is now */
	struct strbuf before;	      /* what it was; in front of the new one where that differs */
	const char *side[FORM_SIDES]; /* columns beside it; NULL: none */
	const char *note;	      /* about it, below all while the cursor is there; NULL */
	uint16_t note_style;
	bool locked; /* can't be changed */
	bool steps;  /* + and - are for the owner: they step through numbers */
};

/** struct form - form_open(), form_finish() */
struct form {
	struct form_field fields[FORM_FIELDS_MAX];
	size_t len;
	size_t chosen;
	size_t top;		      /* first field in view */
	bool titled;		      /* @side is shown: there is room */
	int columns;		      /* for what is typed, where there is room */
	const char *side[FORM_SIDES]; /* titles of the columns; NULL: none */
	const char *below;	      /* a line for all of it; clean; NULL */
	const char *below_title;      /* in front of it; clean; NULL */
};

/** form_text() - what a field says now, under the cursor or not; borrowed */
struct span form_text(const struct dialog *dialog, size_t field);
/** form_type() - give a field another text, as if it was typed */
void form_type(struct dialog *dialog, size_t field, struct span text);
/** form_set_len() - so many fields, all empty, the first under the cursor */
void form_set_len(struct form *form, size_t len);
void form_finish(struct form *form);
/** form_set() - the text of a field, as it was before */
void form_set(struct form_field *field, struct span text);
/** form_is_changed() - whether a field of the open form has another text than before */
bool form_is_changed(const struct dialog *dialog, size_t field);

/* ---- For ui/dialog.c ---- */

void form_begin(struct dialog *dialog);
enum dialog_result form_event(struct dialog *dialog, const struct event *event);
void form_draw(struct dialog *dialog, struct canvas *canvas, struct rect rect);

#endif
