/* SPDX-License-Identifier: MIT */
/* Reads clocks. Owns nothing, never fails: these clocks exist on every kernel that we run on. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now = {0, 0};

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_monotonic_usec(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_boottime_usec(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

uint64_t clock_realtime_usec(void)
{
	return read_clock(CLOCK_REALTIME);
}

char *clock_format_iso(uint64_t realtime_usec, char *buf)
{
	time_t seconds = (time_t)(realtime_usec / 1000000);
	struct tm tm;
	size_t len;

	if (!gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900) {
		snprintf(buf, 32, "%s", "-");
		return buf;
	}
	len = strftime(buf, 24, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, 32 - len, ".%06uZ", (unsigned int)(realtime_usec % 1000000));
	return buf;
}
