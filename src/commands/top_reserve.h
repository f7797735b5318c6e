/* SPDX-License-Identifier: MIT */
/*
 * Descriptors kept for the moment when the program, or the host, has none left: given up before something
 * is held to be ended, taken again afterwards. Any thread.
 */
#ifndef BOXTOP_COMMANDS_TOP_RESERVE_H
#define BOXTOP_COMMANDS_TOP_RESERVE_H

/** top_reserve_take() - open as many as can be had */
void top_reserve_take(void);
/** top_reserve_give() - close them: whoever opens next has room */
void top_reserve_give(void);

#endif
