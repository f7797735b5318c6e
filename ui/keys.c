/* SPDX-License-Identifier: MIT */
/*
 * The key table and the names of keys. Owns nothing but constant tables. Knows no screen, no widget and
 * runs nothing: ui/app_actions.c does what an action says.
 */
#include "ui/keys.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <unistr.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ui/term.h"

#define CONTAINERS (1u << SCREEN_CONTAINERS)
#define CGROUPS	   (1u << SCREEN_CGROUPS)
#define PROCESSES  (1u << SCREEN_PROCESSES)
#define NAMESPACES (1u << SCREEN_NAMESPACES)
#define EVENTS	   (1u << SCREEN_EVENTS)
#define DETAIL	   (1u << SCREEN_DETAIL)
#define SCREENS_5  (CONTAINERS | CGROUPS | PROCESSES | NAMESPACES | EVENTS)
#define TREES	   (CONTAINERS | CGROUPS | PROCESSES | NAMESPACES | DETAIL)
#define EVERYWHERE (SCREENS_5 | DETAIL)
#define CTRL(c)	   ((uint32_t)((c) - 'a' + 1))
#define ALT(c)	   (KEY_MOD_ALT | (uint32_t)(c))

/* clang-format off */
const struct key keys[] = {
	{ACTION_HELP, {KEY_CODE_F1, 'h', '?'}, EVERYWHERE, KEY_GROUP_PROGRAM,
	 "this help", "Help", NULL, 0, false},
	{ACTION_ENTER, {KEY_CODE_ENTER}, SCREENS_5, KEY_GROUP_SCREEN,
	 "the detail of the container or cgroup that the row is or belongs to", "Detail", NULL, 0, false},
	{ACTION_BACK, {KEY_CODE_ESC}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "back: from a detail, from a row's processes, from following", "Back", NULL,
	 KEY_STATE_ZOOMED | KEY_STATE_DETAIL, true},
	{ACTION_NEXT_SCREEN, {KEY_CODE_TAB}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "the next screen; in a detail, the next section", "Section", NULL, KEY_STATE_DETAIL, true},
	{ACTION_ZOOM, {'z'}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "zoom: only the processes of the selected row", "Zoom", NULL, 0, false},
	{ACTION_SEARCH, {KEY_CODE_F3, '/'}, EVERYWHERE, KEY_GROUP_FIND,
	 "search as you type; F3 next, Shift-F3 previous", "Search", NULL, 0, false},
	{ACTION_SEARCH_PREVIOUS, {KEY_CODE_SHIFT_F3}, EVERYWHERE, KEY_GROUP_FIND,
	 "the match before", NULL, NULL, 0, false},
	{ACTION_SEARCH_AGAIN, {ALT('n')}, EVERYWHERE, KEY_GROUP_FIND,
	 "the next match of the last search", NULL, NULL, 0, false},
	{ACTION_SEARCH_AGAIN_BACK, {ALT('N')}, EVERYWHERE, KEY_GROUP_FIND,
	 "its match before", NULL, NULL, 0, false},
	{ACTION_FILTER, {KEY_CODE_F4, '\\'}, EVERYWHERE, KEY_GROUP_FIND,
	 "filter as you type: web|db, cpu_pct>50, !engine=docker", "Filter", "FILTER",
	 KEY_STATE_FILTERED, false},
	{ACTION_TREE, {KEY_CODE_F5, 't'}, TREES, KEY_GROUP_TREE,
	 "tree or list", "Tree", "List", KEY_STATE_TREE, false},
	{ACTION_KILL, {'X'}, EVERYWHERE, KEY_GROUP_ACT,
	 "end the whole container or cgroup, or a process with all that came of it", "End", NULL, 0, false},
	{ACTION_LIMITS, {'L'}, EVERYWHERE, KEY_GROUP_ACT,
	 "change limits", "Limits", NULL, 0, false},
	{ACTION_NEW, {'n'}, EVERYWHERE, KEY_GROUP_ACT,
	 "start a new sandbox", "New", NULL, 0, false},
	{ACTION_SIGNAL, {KEY_CODE_F9, 'k'}, EVERYWHERE, KEY_GROUP_ACT,
	 "send a signal to the process, or to those of a container", "Kill", NULL, 0, false},
	{ACTION_FREEZE, {'f'}, EVERYWHERE, KEY_GROUP_ACT,
	 "freeze the container or cgroup, or thaw it", "Freeze", NULL, 0, false},
	{ACTION_SORT, {KEY_CODE_F6, '>', '<', '.', ','}, EVERYWHERE, KEY_GROUP_SORT,
	 "choose the column to sort by", "SortBy", NULL, 0, false},
	{ACTION_ALL_UNITS, {'A'}, CONTAINERS | EVENTS, KEY_GROUP_SHOW,
	 "systemd units, pods and monitors too", "All", NULL, 0, false},
	{ACTION_USER, {'u'}, PROCESSES, KEY_GROUP_SHOW,
	 "processes of one user only", "User", NULL, 0, false},
	{ACTION_PAUSE, {'Z'}, EVERYWHERE, KEY_GROUP_SHOW,
	 "pause, or go on", "Pause", "PAUSED", KEY_STATE_PAUSED, false},
	{ACTION_SETUP, {KEY_CODE_F2, 'S'}, EVERYWHERE, KEY_GROUP_PROGRAM,
	 "setup: options, and the columns of every screen", "Setup", NULL, 0, false},
	{ACTION_QUIT, {KEY_CODE_F10, 'q', CTRL('c')}, EVERYWHERE, KEY_GROUP_PROGRAM,
	 "quit", "Quit", NULL, 0, false},

	{ACTION_UP, {KEY_CODE_UP, ALT('k'), CTRL('p')}, EVERYWHERE, KEY_GROUP_MOVE,
	 "a line up", NULL, NULL, 0, false},
	{ACTION_DOWN, {KEY_CODE_DOWN, ALT('j'), CTRL('n')}, EVERYWHERE, KEY_GROUP_MOVE,
	 "a line down", NULL, NULL, 0, false},
	{ACTION_LEFT, {KEY_CODE_LEFT, ALT('h'), CTRL('b')}, EVERYWHERE, KEY_GROUP_MOVE,
	 "scroll to the left; in a detail, the section before; after w, a cell to the left", NULL, NULL, 0, false},
	{ACTION_RIGHT, {KEY_CODE_RIGHT, ALT('l'), CTRL('f')}, EVERYWHERE, KEY_GROUP_MOVE,
	 "scroll to the right; in a detail, the next section; after w, a cell to the right", NULL, NULL, 0, false},
	{ACTION_PAGE_UP, {KEY_CODE_PGUP}, EVERYWHERE, KEY_GROUP_MOVE,
	 "a page up", NULL, NULL, 0, false},
	{ACTION_PAGE_DOWN, {KEY_CODE_PGDN}, EVERYWHERE, KEY_GROUP_MOVE,
	 "a page down", NULL, NULL, 0, false},
	{ACTION_HALF_PAGE_UP, {CTRL('u')}, EVERYWHERE, KEY_GROUP_MOVE,
	 "half a page up", NULL, NULL, 0, false},
	{ACTION_HALF_PAGE_DOWN, {CTRL('d')}, EVERYWHERE, KEY_GROUP_MOVE,
	 "half a page down", NULL, NULL, 0, false},
	{ACTION_HOME, {KEY_CODE_HOME}, EVERYWHERE, KEY_GROUP_MOVE,
	 "the first line", NULL, NULL, 0, false},
	{ACTION_END, {KEY_CODE_END}, EVERYWHERE, KEY_GROUP_MOVE,
	 "the last line", NULL, NULL, 0, false},
	{ACTION_FIRST_COLUMN, {CTRL('a'), '^'}, EVERYWHERE, KEY_GROUP_MOVE,
	 "back to the first column", NULL, NULL, 0, false},
	{ACTION_FOLLOW, {'F'}, EVERYWHERE, KEY_GROUP_FIND,
	 "follow the selected row wherever it moves", NULL, NULL, 0, false},

	{ACTION_PREVIOUS_SCREEN, {KEY_CODE_BACKTAB}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "the previous screen or section", NULL, NULL, 0, false},
	{ACTION_ALARM, {'!'}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "the container that grows fastest or is at a limit; again: the next one", NULL, NULL, 0, false},
	{ACTION_CONTAINERS, {'1'}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "containers", NULL, NULL, 0, false},
	{ACTION_CGROUPS, {'2'}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "cgroups", NULL, NULL, 0, false},
	{ACTION_PROCESSES, {'3'}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "processes", NULL, NULL, 0, false},
	{ACTION_NAMESPACES, {'4'}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "namespaces", NULL, NULL, 0, false},
	{ACTION_EVENTS, {'5'}, EVERYWHERE, KEY_GROUP_SCREEN,
	 "events: what happened since boxtop started", NULL, NULL, 0, false},

	{ACTION_SORT_CPU, {'P'}, EVERYWHERE, KEY_GROUP_SORT,
	 "sort by CPU", NULL, NULL, 0, false},
	{ACTION_SORT_MEMORY, {'M'}, EVERYWHERE, KEY_GROUP_SORT,
	 "sort by memory", NULL, NULL, 0, false},
	{ACTION_SORT_TIME, {'T'}, EVERYWHERE, KEY_GROUP_SORT,
	 "sort by CPU time used so far", NULL, NULL, 0, false},
	{ACTION_SORT_PID, {'N'}, EVERYWHERE, KEY_GROUP_SORT,
	 "sort by pid", NULL, NULL, 0, false},
	{ACTION_INVERT, {'I'}, EVERYWHERE, KEY_GROUP_SORT,
	 "turn the order around", NULL, NULL, 0, false},

	{ACTION_FOLD, {'+', '-', '='}, TREES, KEY_GROUP_TREE,
	 "fold or unfold the row", NULL, NULL, 0, false},
	{ACTION_FOLD_ALL, {'*'}, TREES, KEY_GROUP_TREE,
	 "fold or unfold every row", NULL, NULL, 0, false},
	{ACTION_FOLD_PARENT, {KEY_CODE_BACKSPACE}, EVERYWHERE, KEY_GROUP_TREE,
	 "fold into the parent; at the top: back", NULL, NULL, 0, false},

	{ACTION_TAG, {' '}, EVERYWHERE, KEY_GROUP_TAG,
	 "tag the row", NULL, NULL, 0, false},
	{ACTION_TAG_CHILDREN, {'c'}, EVERYWHERE, KEY_GROUP_TAG,
	 "tag the row and all below it", NULL, NULL, 0, false},
	{ACTION_UNTAG, {'U'}, EVERYWHERE, KEY_GROUP_TAG,
	 "untag all", NULL, NULL, 0, false},

	{ACTION_NICE_LOWER, {KEY_CODE_F7, ']'}, PROCESSES | DETAIL, KEY_GROUP_ACT,
	 "raise the process's priority: a lower nice value", NULL, NULL, 0, false},
	{ACTION_NICE_HIGHER, {KEY_CODE_F8, '['}, PROCESSES | DETAIL, KEY_GROUP_ACT,
	 "lower the process's priority: a higher nice value", NULL, NULL, 0, false},
	{ACTION_SHELL, {'x'}, EVERYWHERE, KEY_GROUP_ACT,
	 "a shell inside the container", NULL, NULL, 0, false},
	{ACTION_LOG, {'o'}, EVERYWHERE, KEY_GROUP_ACT,
	 "the output of a sandbox in the background", NULL, NULL, 0, false},
	{ACTION_REMOVE, {KEY_CODE_DELETE, 'R'}, EVERYWHERE, KEY_GROUP_ACT,
	 "stop a sandbox, or remove it", NULL, NULL, 0, false},

	{ACTION_COPY, {'y'}, EVERYWHERE, KEY_GROUP_FIND,
	 "copy the row's name, id or path to the terminal's clipboard", NULL, NULL, 0, false},
	{ACTION_WHY, {'w'}, EVERYWHERE, KEY_GROUP_SHOW,
	 "why a cell is empty, and what a column is: Left and Right go from cell to cell", NULL, NULL, 0,
	 false},
	{ACTION_KERNEL_THREADS, {'K'}, PROCESSES, KEY_GROUP_SHOW,
	 "kernel threads, or not", NULL, NULL, 0, false},
	{ACTION_USER_THREADS, {'H'}, PROCESSES, KEY_GROUP_SHOW,
	 "says how threads are shown: counted, not listed", NULL, NULL, 0, false},
	{ACTION_DELAY, {'d'}, EVERYWHERE, KEY_GROUP_SHOW,
	 "seconds between updates", NULL, NULL, 0, false},
	{ACTION_METERS, {'#'}, EVERYWHERE, KEY_GROUP_SHOW,
	 "the meters, or not", NULL, NULL, 0, false},
	{ACTION_PALETTE, {':'}, EVERYWHERE, KEY_GROUP_PROGRAM,
	 "any of these by name: type what it does", NULL, NULL, 0, false},
	{ACTION_REDRAW, {CTRL('l')}, EVERYWHERE, KEY_GROUP_PROGRAM,
	 "draw the screen anew", NULL, NULL, 0, false},
};
/* clang-format on */
const size_t keys_len = ARRAY_LEN(keys);

/* What they do otherwise is still there by another key, or by name (:). */
const struct vi_key vi_keys[] = {
	{'j', ACTION_DOWN},	    {'k', ACTION_UP},
	{'h', ACTION_LEFT},	    {'l', ACTION_RIGHT},
	{'g', ACTION_HOME},	    {'G', ACTION_END},
	{'n', ACTION_SEARCH_AGAIN}, {'N', ACTION_SEARCH_AGAIN_BACK},
};
const size_t vi_keys_len = ARRAY_LEN(vi_keys);

enum action keys_vi_action(uint32_t code)
{
	for (size_t i = 0; i < vi_keys_len; i++)
		if (vi_keys[i].code == code)
			return vi_keys[i].action;
	return ACTION_NONE;
}

static const char *const group_texts[KEY_GROUPS] = {
	[KEY_GROUP_MOVE] = "Moving",	 [KEY_GROUP_SCREEN] = "Screens",
	[KEY_GROUP_FIND] = "Finding",	 [KEY_GROUP_SORT] = "Order",
	[KEY_GROUP_TREE] = "Tree",	 [KEY_GROUP_TAG] = "Tags",
	[KEY_GROUP_ACT] = "Acting",	 [KEY_GROUP_SHOW] = "What is shown",
	[KEY_GROUP_PROGRAM] = "Program",
};

const char *key_group_text(enum key_group group)
{
	return group_texts[group];
}

enum action keys_action(uint32_t code, enum app_screen screen)
{
	for (size_t i = 0; i < keys_len; i++) {
		if (!(keys[i].screens & 1u << screen))
			continue;
		for (size_t j = 0; j < KEY_CODES_MAX && keys[i].codes[j]; j++)
			if (keys[i].codes[j] == code)
				return keys[i].action;
	}
	return ACTION_NONE;
}

/** struct named - a key that is not named by its own character */
struct named {
	uint32_t code;
	const char *name;
};

static const struct named named[] = {
	{KEY_CODE_ENTER, "Enter"},
	{KEY_CODE_ESC, "Esc"},
	{KEY_CODE_TAB, "Tab"},
	{KEY_CODE_BACKTAB, "Shift-Tab"},
	{KEY_CODE_BACKSPACE, "Backspace"},
	{' ', "Space"},
	{KEY_CODE_UP, "Up"},
	{KEY_CODE_DOWN, "Down"},
	{KEY_CODE_LEFT, "Left"},
	{KEY_CODE_RIGHT, "Right"},
	{KEY_CODE_PGUP, "PgUp"},
	{KEY_CODE_PGDN, "PgDn"},
	{KEY_CODE_HOME, "Home"},
	{KEY_CODE_END, "End"},
	{KEY_CODE_INSERT, "Insert"},
	{KEY_CODE_DELETE, "Delete"},
	{KEY_CODE_F1, "F1"},
	{KEY_CODE_F2, "F2"},
	{KEY_CODE_F3, "F3"},
	{KEY_CODE_F4, "F4"},
	{KEY_CODE_F5, "F5"},
	{KEY_CODE_F6, "F6"},
	{KEY_CODE_F7, "F7"},
	{KEY_CODE_F8, "F8"},
	{KEY_CODE_F9, "F9"},
	{KEY_CODE_F10, "F10"},
	{KEY_CODE_F11, "F11"},
	{KEY_CODE_F12, "F12"},
	{KEY_CODE_SHIFT_F3, "Shift-F3"},
};

char *key_name(uint32_t code, char buf[KEY_NAME_MAX])
{
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		if (named[i].code == code) {
			snprintf(buf, KEY_NAME_MAX, "%s", named[i].name);
			return buf;
		}
	}
	const char *prefix = "";
	if (code & KEY_MOD_ALT) {
		prefix = "Alt-";
		code &= ~(uint32_t)KEY_MOD_ALT;
	} else if (code >= 1 && code <= 26) {
		prefix = "Ctrl-";
		code += 'A' - 1;
	}
	uint8_t utf8[8] = {0};
	int len = u8_uctomb(utf8, code, sizeof(utf8));
	snprintf(buf, KEY_NAME_MAX, "%s%.*s", prefix, len > 0 ? len : 1,
		 len > 0 ? (const char *)utf8 : "?");
	return buf;
}

void key_names(const struct key *key, struct strbuf *out)
{
	char buf[KEY_NAME_MAX];
	for (size_t i = 0; i < KEY_CODES_MAX && key->codes[i]; i++) {
		if (i > 0)
			strbuf_addc(out, ' ');
		strbuf_adds(out, key_name(key->codes[i], buf));
	}
}

static bool is_name(struct span word, const char *name)
{
	return word.len == strlen(name) && strncasecmp(word.p, name, word.len) == 0;
}

/* word_code() - the code of a whole word; 0 if it names no key */
static uint32_t word_code(struct span word)
{
	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (is_name(word, named[i].name))
			return named[i].code;
	uint32_t modifier = 0;
	bool ctrl = word.len > 5 && strncasecmp(word.p, "Ctrl-", 5) == 0;
	if (ctrl) {
		word = (struct span) {word.p + 5, word.len - 5};
	} else if (word.len > 4 && strncasecmp(word.p, "Alt-", 4) == 0) {
		word = (struct span) {word.p + 4, word.len - 4};
		modifier = KEY_MOD_ALT;
	}
	uint32_t c = 0;
	if (!text_next(&word, &c, NULL) || word.len != 0)
		return 0;
	if (!ctrl)
		return modifier | c;
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? CTRL(c) : 0;
}

int key_script_next(struct key_script *script, uint32_t *code, struct err *err)
{
	while (script->rest.len > 0) {
		if (!script->quoted)
			script->rest = span_trim(script->rest);
		if (span_starts(script->rest, SPAN("'"))) {
			script->rest.p++;
			script->rest.len--;
			script->quoted = !script->quoted;
			continue;
		}
		if (script->quoted)
			return text_next(&script->rest, code, NULL);
		struct span word = SPAN("");
		if (!span_next_word(&script->rest, &word))
			break;
		*code = word_code(word);
		if (*code == 0)
			return err_setx(err, EINVAL, "no key is called '%.*s'", (int)word.len,
					word.p);
		return 1;
	}
	return 0;
}
