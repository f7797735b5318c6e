/* SPDX-License-Identifier: MIT */
/* Names for sandboxes that were given none. */
#ifndef BOXTOP_RUNTIME_NAMES_H
#define BOXTOP_RUNTIME_NAMES_H

#define NAME_MADE_UP_MAX 48

/** name_make_up() - two words that are easy to say and type; with a number behind them from the third
 *  @attempt (counted from 0) on, when names seem to run out. Return: @buf */
char *name_make_up(char buf[NAME_MADE_UP_MAX], int attempt);

#endif
