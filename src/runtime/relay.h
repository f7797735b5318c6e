/* SPDX-License-Identifier: MIT */
/*
 * What stands between a command's stdin, stdout and stderr and the caller's, internal to the runtime. A
 * command never gets the caller's terminal: it has one of its own (-t), or pipes that are relayed. Other
 * files and pipes of the caller it gets as they are. For a sandbox in the background there are no caller's,
 * and its output goes to the log.
 */
#ifndef BOXTOP_RUNTIME_RELAY_H
#define BOXTOP_RUNTIME_RELAY_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>

#include "base/err.h"
#include "runtime/flow.h"
#include "runtime/tty.h"

enum relay_flags {
	RELAY_TERMINAL = 1 << 0,    /* the command has a terminal */
	RELAY_INTERACTIVE = 1 << 1, /* it gets the caller's input */
	RELAY_DETACHABLE = 1 << 2,  /* Ctrl-P Ctrl-Q leave it */
	RELAY_LOG = 1 << 3,	    /* there is no caller: what it says is logged */
	RELAY_OUTLIVED =
		1 << 4,	      /* and goes on being logged when we die: it writes the file itself */
	RELAY_AGAIN = 1 << 5, /* the command is started again: what it is given stays open */
};

/** RELAY_EXTRAS_MAX - descriptors that the owner of a relay waits for, too */
#define RELAY_EXTRAS_MAX 4

/** struct relay - relay_init(), relay_finish() */
struct relay {
	unsigned int flags;
	struct flow in, out, errors; /* seen from the caller; errors is not used with a terminal */
	struct outer_tty tty;
	struct detach_keys keys;
	uint64_t held_since_usec;
	int console_fd;	      /* owned; -1 */
	int ours[3];	      /* our ends of pipes; -1 */
	int theirs[3];	      /* what the command gets for 0, 1 and 2 */
	bool theirs_owned[3]; /* to be closed once it has them */
	int own_tty_fds[3];   /* the caller's terminals, opened anew so that they don't block; -1 */
	int signal_fd;
	sigset_t old_mask;
	uint64_t pending; /* signals for the command, bits 1 << number */
	bool ended;	  /* the terminal hung up, or stdout's reader went */
};

/**
 * relay_init() - block the signals that are relayed, make the pipes that are needed
 * @log: for RELAY_LOG; borrowed
 *
 * relay.theirs is what launch() hands to the command.
 * Return: 0; -errno with @err, nothing changed.
 */
int relay_init(struct relay *relay, unsigned int flags, struct log_writer *log, struct err *err);

/** relay_start() - the command runs: take the terminal, let go of what it has now
 *  @console_fd: taken; -1 without RELAY_TERMINAL */
void relay_start(struct relay *relay, int console_fd);

/**
 * relay_poll() - wait for something to happen and move what can be moved
 * @extras: what the owner waits for beside; revents are filled
 * @timeout_msec: -1: none
 *
 * Return: 0; RELAY_DETACH; -errno.
 */
#define RELAY_DETACH 1
int relay_poll(struct relay *relay, struct pollfd *extras, size_t n, int timeout_msec);

/** relay_yield_tty(), relay_retake_tty() - around lines that are not the command's */
void relay_yield_tty(struct relay *relay);
void relay_retake_tty(struct relay *relay);

/** relay_end_line() - what is written next to the terminal begins a line of its own */
void relay_end_line(struct relay *relay);

/** relay_next_signal() - a signal for the command that has come; 0: none */
int relay_next_signal(struct relay *relay);

/** relay_drain() - the command ended: what it said last, without waiting for others that hold its stdout */
void relay_drain(struct relay *relay);

/** relay_finish() - the terminal and the signals as they were */
void relay_finish(struct relay *relay);

#endif
