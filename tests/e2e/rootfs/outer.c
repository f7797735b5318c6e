/* SPDX-License-Identifier: MIT */
/* The library of program.c, which needs one itself. */
int inner(void);
int outer(void);

int outer(void)
{
	return inner() + 1;
}
