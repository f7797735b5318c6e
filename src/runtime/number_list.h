/* SPDX-License-Identifier: MIT */
/* Lists of CPUs and memory nodes as cpusets have them: "0-3,8". */
#ifndef BOXTOP_RUNTIME_NUMBER_LIST_H
#define BOXTOP_RUNTIME_NUMBER_LIST_H

#include "base/err.h"
#include "base/str.h"
#include "runtime/limits.h"

/** NUMBER_LIST_MAX - the highest number of a CPU: CONFIG_NR_CPUS is 8192 at most */
#define NUMBER_LIST_MAX 8191

/** number_list_parse() - @text sorted, each once, ranges joined: as the kernel says it. May share its
 *  memory with @out. 0; -EINVAL; -ERANGE with @err */
int number_list_parse(struct span text, char out[LIMIT_TEXT_MAX], struct err *err);

#endif
