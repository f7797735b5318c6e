/* SPDX-License-Identifier: MIT */
/* Time, in microseconds. Rates use the monotonic clock only; the wall clock is for showing. */
#ifndef BOXTOP_BASE_CLOCK_H
#define BOXTOP_BASE_CLOCK_H

#include <stdint.h>

/** clock_monotonic_usec() - CLOCK_MONOTONIC */
uint64_t clock_monotonic_usec(void);
/** clock_boottime_usec() - CLOCK_BOOTTIME: the base of a process's start time in /proc/PID/stat */
uint64_t clock_boottime_usec(void);
/** clock_realtime_usec() - microseconds since 1970 UTC */
uint64_t clock_realtime_usec(void);
/** clock_format_iso() - "2026-05-01T12:00:00.123456Z" into @buf of at least 32 bytes; returns @buf */
char *clock_format_iso(uint64_t realtime_usec, char *buf);

#endif
