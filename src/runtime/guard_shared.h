/* SPDX-License-Identifier: MIT */
/* What the halves of the guard share with each other, and with the guard's process. */
#ifndef BOXTOP_RUNTIME_GUARD_SHARED_H
#define BOXTOP_RUNTIME_GUARD_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* GUARD_VALUE_MAX - a number, "max", or a freezer's state */
#define GUARD_VALUE_MAX 32

enum guard_state {
	GUARD_OFF = 0, /* ours is not written, and nothing is to be given back */
	GUARD_ON,      /* .value holds; the file is braked, or about to be */
	GUARD_LATE,    /* as GUARD_ON, and the guard gave it back once because it lasted too long */
};

/** struct guard_brake - one file */
struct guard_brake {
	int fd;
	bool fixed; /* .value was given, and is not what the file said */
	atomic_int state;
	uint64_t limit_usec;
	uint64_t until_usec; /* monotonic; when the guard gives it back */
	char braked[GUARD_VALUE_MAX];
	char value[GUARD_VALUE_MAX];
};

/** struct guard_shared - on pages that both processes see */
struct guard_shared {
	size_t len;
	struct guard_brake brakes[];
};

struct guard {
	struct guard_shared *shared; /* NULL: there was no memory */
	size_t cap, size;	     /* brakes; bytes */
	int fd;			     /* our end of the socket; -1 */
	pid_t pid;		     /* 0: not started */
};

/** guard_brake_restore() - give the value back if the file still says what we wrote; 0 or -errno */
int guard_brake_restore(struct guard_brake *brake);

#endif
