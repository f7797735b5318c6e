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

/* add_base64() - RFC 4648 */
static void add_base64(struct span text, struct strbuf *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < text.len; i += 3) {
		size_t left = text.len - i;
		unsigned int bits = (unsigned int)(unsigned char)text.p[i] << 16;

		bits |= left > 1 ? (unsigned int)(unsigned char)text.p[i + 1] << 8 : 0;
		bits |= left > 2 ? (unsigned char)text.p[i + 2] : 0;
		strbuf_addc(out, digits[bits >> 18]);
		strbuf_addc(out, digits[bits >> 12 & 63]);
		strbuf_addc(out, left > 1 ? digits[bits >> 6 & 63] : '=');
		strbuf_addc(out, left > 2 ? digits[bits & 63] : '=');
	}
}

bool term_name_copy(struct span text, struct strbuf *out)
{
	/* What has a title has this too; screen passes it on when it is wrapped. */
	static const char *const wrapped[] = {"screen", NULL};
	bool wrap = name_starts(wrapped) && getenv("STY");

	if (!name_starts(titled) && !name_starts(wrapped))
		return false;
	strbuf_adds(out, wrap ? "\033P\033]52;c;" : "\033]52;c;");
	add_base64(text, out);
	strbuf_adds(out, wrap ? "\007\033\\" : "\007");
	return true;
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
