/* SPDX-License-Identifier: MIT */
/*
 * The palette: every key by what it does. Words that are typed are looked for in labels and help texts;
 * the nearest match stands first, and the key is shown beside it, to be learnt.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ui/app_private.h"

/* On a narrow screen what a key does counts, and it is had by Enter. */
#define NAMES_MIN_WIDTH 60
#define NAMES_COLUMNS	18 /* of a key's names, in front of its help */

/** enum nearness - how a word was found; the less the better */
enum nearness {
	NEAR_KEY = 0,	  /* it is the name of a key */
	NEAR_LABEL = 1,	  /* what the footer calls it starts so */
	NEAR_START = 2,	  /* the help starts so */
	NEAR_WORD = 3,	  /* a word of the help does */
	NEAR_PART = 5,	  /* it is somewhere within */
	NEAR_LETTERS = 9, /* its letters are there in this order */
	NEAR_NOT = 1000,
};

/** struct match - a key that may be meant */
struct match {
	const struct key *key;
	int nearness;
};

static bool starts_nocase(struct span text, struct span word)
{
	return text.len >= word.len && strncasecmp(text.p, word.p, word.len) == 0;
}

static bool is_key_name(const struct key *key, struct span word)
{
	char name[KEY_NAME_MAX];
	for (size_t i = 0; i < KEY_CODES_MAX && key->codes[i]; i++)
		if (span_eq(span_of(key_name(key->codes[i], name)), word))
			return true;
	return false;
}

static bool any_word_starts(struct span text, struct span word)
{
	struct span one;
	while (span_next_word(&text, &one))
		if (starts_nocase(one, word))
			return true;
	return false;
}

static bool has_letters(struct span text, struct span word)
{
	size_t at = 0;
	for (size_t i = 0; i < text.len && at < word.len; i++)
		at += tolower((unsigned char)text.p[i]) == tolower((unsigned char)word.p[at]);
	return at == word.len;
}

static int word_nearness(const struct key *key, struct span word)
{
	struct span help = span_of(key->help), label = span_of(key->footer ? key->footer : "");
	if (is_key_name(key, word))
		return NEAR_KEY;
	if (starts_nocase(label, word))
		return NEAR_LABEL;
	if (starts_nocase(help, word))
		return NEAR_START;
	if (any_word_starts(help, word))
		return NEAR_WORD;
	if (text_contains_nocase(help, word))
		return NEAR_PART;
	return has_letters(label, word) || has_letters(help, word) ? NEAR_LETTERS : NEAR_NOT;
}

/* nearness_of() - all words of a text have to be found; NEAR_NOT or more: they are not */
static int nearness_of(const struct key *key, struct span text)
{
	struct span word;
	int sum = 0;
	while (span_next_word(&text, &word))
		sum += word_nearness(key, word);
	return sum;
}

/* Of equally near ones the order of the key table counts. */
static int compare_matches(const void *a, const void *b)
{
	const struct match *left = a, *right = b;
	if (left->nearness != right->nearness)
		return left->nearness < right->nearness ? -1 : 1;
	return (left->key > right->key) - (left->key < right->key);
}

static bool is_meant_here(struct app *app, const struct key *key)
{
	if (!(key->screens & 1u << app_place(app)) || key->action == ACTION_PALETTE)
		return false;
	return app_has_rows(app) || !app_is_about_rows(key->action);
}

static size_t find_matches(struct app *app, struct match *matches)
{
	struct span text = strbuf_span(&app->dialog.text);
	size_t len = 0;
	for (size_t i = 0; i < keys_len; i++) {
		int nearness =
			is_meant_here(app, &keys[i]) ? nearness_of(&keys[i], text) : NEAR_NOT;
		if (nearness < NEAR_NOT)
			matches[len++] = (struct match) {&keys[i], nearness};
	}
	if (len > 1)
		qsort(matches, len, sizeof(*matches), compare_matches);
	/* Letters alone find a lot: they count where nothing else is found. */
	while (len > 0 && matches[0].nearness < NEAR_LETTERS &&
	       matches[len - 1].nearness >= NEAR_LETTERS)
		len--;
	return len;
}

static void fill(struct app *app)
{
	struct arena *arena = &app->dialog_texts;
	arena_reset(arena);
	struct match *matches = arena_array(arena, keys_len, sizeof(*matches));
	size_t len = find_matches(app, matches);
	struct dialog_choice *choices = arena_array(arena, len + 1, sizeof(*choices));
	app->menu_actions = arena_array(arena, len + 1, sizeof(enum action));
	for (size_t i = 0; i < len; i++) {
		_cleanup_(strbuf_finish)
		struct strbuf names = STRBUF_INIT;
		key_names(matches[i].key, &names);
		app->menu_actions[i] = matches[i].key->action;
		choices[i].label =
			app->width < NAMES_MIN_WIDTH
				? matches[i].key->help
				: arena_printf(arena, "%-*s %s", NAMES_COLUMNS, strbuf_cstr(&names),
					       matches[i].key->help);
	}
	dialog_set_choices(&app->dialog, choices, len);
	strbuf_reset(&app->dialog.note);
	if (len == 0)
		strbuf_adds(&app->dialog.note, "nothing is called so");
}

static void answer_palette(struct app *app, enum dialog_result result, uint32_t key)
{
	(void)key;
	if (result == DIALOG_CHANGED)
		fill(app);
	if (result == DIALOG_DONE && app->dialog.chosen < app->dialog.choices_len)
		app_act(app, app->menu_actions[app->dialog.chosen]);
}

void app_ask_palette(struct app *app)
{
	dialog_open_palette(&app->dialog, "Do");
	app->answer = answer_palette;
	fill(app);
}
