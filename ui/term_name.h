/* SPDX-License-Identifier: MIT */
/* What can be told of a terminal by its name only, since no description says it. */
#ifndef BOXTOP_UI_TERM_NAME_H
#define BOXTOP_UI_TERM_NAME_H

#include <stdbool.h>

#include "base/str.h"

/** term_name_is_console() - the Linux console: its font and its mouse are special */
bool term_name_is_console(void);
/** term_name_copy() - the bytes that put @text into the clipboard; false where there is none */
bool term_name_copy(struct span text, struct strbuf *out);
/** term_name_title() - the bytes that keep the title of the window and set ours; none where the
 *  terminal is not known to understand them. Appended to @out */
void term_name_title(struct strbuf *out);
/** term_name_untitle - the bytes that bring the old title back */
extern const char term_name_untitle[];

#endif
