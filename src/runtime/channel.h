/* SPDX-License-Identifier: MIT */
/* What a supervisor and the caller that waits for it say to each other, internal to the runtime. */
#ifndef BOXTOP_RUNTIME_CHANNEL_H
#define BOXTOP_RUNTIME_CHANNEL_H

#include "base/err.h"

enum word {
	/* the supervisor's */
	WORD_NOTE = 1, /* text: something for the user to know */
	WORD_STARTED,  /* text: the name; with the terminal's descriptor, where there is one */
	WORD_FAILED,   /* number: the exit code; code and text: why */
	WORD_ENDED,    /* number: the exit code */
	/* the caller's */
	WORD_SIGNAL, /* number: for the command */
	WORD_DETACH, /* go on without me */
};

/** struct words - one message */
struct words {
	enum word word;
	int number;
	struct err err; /* its text is the text */
};

/** channel_open() - a pair of ends; -errno with @err */
int channel_open(int fds[2], struct err *err);
/** channel_say() - @passed_fd: -1, or a descriptor that goes along. -EPIPE: nobody listens; -errno */
int channel_say(int fd, const struct words *words, int passed_fd);
/** channel_hear() - the next message; 1; 0 at the end; -errno. @out_fd: NULL, or gets -1 or a descriptor */
int channel_hear(int fd, struct words *out, int *out_fd);

#endif
