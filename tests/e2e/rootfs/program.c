/* SPDX-License-Identifier: MIT */
/* A program whose libraries lie beside it: what `boxtop rootfs` has to find by DT_RPATH and DT_RUNPATH. */
#include <stdio.h>

int outer(void);

int main(void)
{
	printf("%d\n", outer());
	return 0;
}
