/* SPDX-License-Identifier: MIT */
/* Names of namespace types. */
#include "model/namespace.h"

const char *ns_type_text(enum ns_type type)
{
	static const char *const texts[NS_TYPES] = {
		[NS_MNT] = "mnt", [NS_UTS] = "uts",   [NS_IPC] = "ipc",	      [NS_NET] = "net",
		[NS_PID] = "pid", [NS_USER] = "user", [NS_CGROUP] = "cgroup", [NS_TIME] = "time",
	};

	return (unsigned int)type < NS_TYPES ? texts[type] : "unknown";
}
