/* SPDX-License-Identifier: MIT */
/* Names and numbers of signals: what the C library knows of them. */
#include "commands/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "commands/suggest.h"

static int parse_realtime(const char *name)
{
	uint64_t offset;

	if (strcasecmp(name, "RTMIN") == 0)
		return SIGRTMIN;
	if (strcasecmp(name, "RTMAX") == 0)
		return SIGRTMAX;
	if (strncasecmp(name, "RTMIN+", 6) == 0 &&
	    units_parse_u64(span_of(name + 6), 0, (uint64_t)(SIGRTMAX - SIGRTMIN), &offset, NULL) ==
		    0)
		return SIGRTMIN + (int)offset;
	if (strncasecmp(name, "RTMAX-", 6) == 0 &&
	    units_parse_u64(span_of(name + 6), 0, (uint64_t)(SIGRTMAX - SIGRTMIN), &offset, NULL) ==
		    0)
		return SIGRTMAX - (int)offset;
	return 0;
}

static int parse_name(const char *name)
{
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (int signal = 1; signal < SIGRTMIN; signal++) {
		const char *known = sigabbrev_np(signal);

		if (known && strcasecmp(known, name) == 0)
			return signal;
	}
	return parse_realtime(name);
}

int signals_parse(const char *text, int *out, struct err *err)
{
	struct suggestion suggestion = suggestion_for(span_of(text));
	uint64_t number;

	if (units_parse_u64(span_of(text), 1, (uint64_t)SIGRTMAX, &number, NULL) == 0) {
		*out = (int)number;
		return 0;
	}
	*out = parse_name(text);
	if (*out > 0)
		return 0;
	for (int signal = 1; signal < SIGRTMIN; signal++) {
		if (sigabbrev_np(signal))
			suggestion_consider(&suggestion, sigabbrev_np(signal));
	}
	if (suggestion_get(&suggestion))
		return err_setx(err, EINVAL, "'%s' is no signal: did you mean %s?", text,
				suggestion_get(&suggestion));
	return err_setx(err, EINVAL, "'%s' is no signal: a name like TERM, or a number", text);
}
