/* SPDX-License-Identifier: MIT */
/* The library of outer.c. */
int inner(void);

int inner(void)
{
	return 41;
}
