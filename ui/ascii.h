/* SPDX-License-Identifier: MIT */
/* Look-alikes in ASCII, for terminals and locales that have nothing else. */
#ifndef BOXTOP_UI_ASCII_H
#define BOXTOP_UI_ASCII_H

#include <stdbool.h>
#include <stdint.h>

/** ascii_lookalike() - a printable ASCII character for @ch; itself if it is one, '?' if none is alike */
char ascii_lookalike(uint32_t ch);
/** ascii_console_has() - the font of the Linux console has @ch; it has little else */
bool ascii_console_has(uint32_t ch);

#endif
