/* SPDX-License-Identifier: MIT */
/*
 * Kinds of terminals by the name in TERM. Only for what terminfo does not describe: window titles,
 * and the narrow font of the console. Writes nothing itself.
 */
#include "ui/term_name.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

/* They understand xterm's way to keep a title, to set another, and to go back. */
static const char *const titled[] = {"xterm", "tmux", "rxvt", "foot",	 "alacritty", "konsole",
				     "gnome", "vte",  "st-",  "wezterm", "kitty",     NULL};
static const char *const console[] = {"linux", NULL};

const char term_name_untitle[] = "\033[23;2t";

static bool name_starts(const char *const *prefixes)
{
	const char *name = getenv("TERM");

	for (; name && *prefixes; prefixes++) {
		if (span_starts(span_of(name), span_of(*prefixes)))
			return true;
	}
	return false;
}

bool term_name_is_console(void)
{
	return name_starts(console);
}

void term_name_title(struct strbuf *out)
{
	char host[65] = "";

	if (!name_starts(titled))
		return;
	gethostname(host, sizeof(host) - 1);
	strbuf_adds(out, "\033[22;2t\033]2;boxtop: ");
	text_sanitize(span_of(host), out);
	strbuf_adds(out, "\007");
}
