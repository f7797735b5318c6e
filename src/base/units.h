/* SPDX-License-Identifier: MIT */
/* Quantities to text and back: bytes, CPUs, counts, percentages, durations. No locale, no rounding
 * surprises: what was formatted fits its width; what was parsed is exact or refused. */
#ifndef BOXTOP_BASE_UNITS_H
#define BOXTOP_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define UNITS_TEXT_MAX 32

/** units_format_bytes() - binary units, at most 5 columns: "0", "1023B", "1.0K", "12.3M", "1.5G", "999G" */
char *units_format_bytes(uint64_t bytes, char buf[UNITS_TEXT_MAX]);
/** units_format_count() - at most 5 columns: "12345", "123k", "12.3M" (decimal) */
char *units_format_count(uint64_t n, char buf[UNITS_TEXT_MAX]);
/** units_format_pct() - at most 5 columns: "0.0", "12.3", "150", "12345" */
char *units_format_pct(double pct, char buf[UNITS_TEXT_MAX]);
/** units_format_duration() - at most 8 columns: "12.3s", "5m03s", "3h12m", "12d03h"; microseconds */
char *units_format_duration(uint64_t usec, char buf[UNITS_TEXT_MAX]);
/** units_format_cpu_time() - as htop's TIME+: "0:01.23", "12:34.56", "3h12:34", "12d03h"; microseconds */
char *units_format_cpu_time(uint64_t usec, char buf[UNITS_TEXT_MAX]);

/** units_parse_bytes() - "256M", "1.5G", "1024", "2GiB", "max" (UINT64_MAX); suffix B K M G T P, with
 *  or without iB/B, any case, powers of 1024; a part of a byte that 1.1G leaves over is cut off, 1.5
 *  bytes are refused. Return: 0; -EINVAL; -ERANGE, with @err set. */
int units_parse_bytes(struct span text, uint64_t *out_bytes, struct err *err);
/** units_parse_cpus() - "0.5", "1.5", "50%", "max" (UINT64_MAX) as microcpus (1 CPU = 1000000) */
int units_parse_cpus(struct span text, uint64_t *out_microcpus, struct err *err);
/** units_parse_duration() - "500ms", "1.5s", "2m", "1h", a bare number is seconds; microseconds */
int units_parse_duration(struct span text, uint64_t *out_usec, struct err *err);
/** units_parse_u64() - strict decimal: whole text, no sign, no space, between @min and @max */
int units_parse_u64(struct span text, uint64_t min, uint64_t max, uint64_t *out, struct err *err);

#endif
