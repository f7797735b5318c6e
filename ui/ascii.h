/* SPDX-License-Identifier: MIT */
/* Look-alikes in ASCII, for terminals and locales that have nothing else. */
#ifndef BOXTOP_UI_ASCII_H
#define BOXTOP_UI_ASCII_H

#include <stdint.h>

/** ascii_lookalike() - a printable ASCII character for @ch; itself if it is one, '?' if none is alike */
char ascii_lookalike(uint32_t ch);

#endif
