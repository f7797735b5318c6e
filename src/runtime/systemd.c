/* SPDX-License-Identifier: MIT */
/* The systemd that runs the host: whether there is one. */
#include "runtime/systemd.h"

#include <sys/stat.h>

bool systemd_is_running(void)
{
	struct stat st;

	/* What sd_booted(3) documents; no library is needed to look. */
	return lstat("/run/systemd/system/", &st) == 0 && S_ISDIR(st.st_mode);
}
