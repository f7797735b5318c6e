/* SPDX-License-Identifier: MIT */
/*
 * Signals to a pipe. A pipe and not a signalfd: that would need every thread and every child to block
 * the signals, and one thread that doesn't would end the program with the terminal in disorder.
 * Owns the actions of all signals that end a program while it is installed.
 */
#include "ui/term_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "ui/tty.h"

#define SIGNALS_MAX 65
#define STACK_BYTES (64 * 1024)

/* What the loop is told, the most urgent first; @ends: the second one does not wait for it. */
static const struct {
	int signo;
	bool ends;
} told[] = {
	{SIGHUP, true},	  {SIGTERM, true},  {SIGINT, true},
	{SIGTSTP, false}, {SIGCONT, false}, {SIGWINCH, false},
};

/* These end nothing by default, cannot be caught, or stop only. */
static const int left_alone[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGURG, SIGTTIN, SIGTTOU};

/* Raised by the instruction itself: returning from the handler raises them again. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

static struct {
	int pipe[2];
	bool installed;
	pid_t owner; /* a forked child shares the pipe, but its signals are its own */
	struct sigaction old[SIGNALS_MAX];
	bool changed[SIGNALS_MAX];
	volatile sig_atomic_t noted[SIGNALS_MAX];
	char stack[STACK_BYTES]; /* an overflown stack has no room for a handler */
} state = {.pipe = {-1, -1}};

static bool is_in(int signo, const int *list, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (list[i] == signo)
			return true;
	}
	return false;
}

/* Restore everything, then let @signo do what it would have done without us. */
static void die_of(int signo, siginfo_t *info, void *context)
{
	int saved_errno = errno;

	(void)context;
	tty_restore();
	sigaction(signo, &state.old[signo], NULL);
	/* A fault happens again on return, with its address and its registers in the core file. */
	if (!is_in(signo, faults, ARRAY_LEN(faults)) || info->si_code <= 0)
		raise(signo);
	errno = saved_errno;
}

static void note(int signo, siginfo_t *info, void *context)
{
	int saved_errno = errno;

	if (getpid() != state.owner) {
		die_of(signo, info, context);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (told[i].signo == signo && told[i].ends && state.noted[signo])
			die_of(signo, info, context);
	}
	state.noted[signo] = 1;
	/* A full pipe is readable, which is all that is needed. */
	ssize_t ignored = write(state.pipe[1], "", 1);

	(void)ignored;
	errno = saved_errno;
}

static void set_action(int signo, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

	sigemptyset(&action.sa_mask);
	if (sigaction(signo, NULL, &state.old[signo]) < 0)
		return;
	if (!(state.old[signo].sa_flags & SA_SIGINFO) && state.old[signo].sa_handler == SIG_IGN)
		return;
	state.changed[signo] = sigaction(signo, &action, NULL) == 0;
}

static bool is_told(int signo)
{
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (told[i].signo == signo)
			return true;
	}
	return false;
}

/* Every signal that ends a program and that nobody else has an action for; faults are passed on. */
static bool is_deadly(int signo)
{
	struct sigaction now;

	if (is_told(signo) || is_in(signo, left_alone, ARRAY_LEN(left_alone)))
		return false;
	if (is_in(signo, faults, ARRAY_LEN(faults)))
		return true;
	return sigaction(signo, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) &&
	       now.sa_handler == SIG_DFL;
}

static void use_own_stack(void)
{
	stack_t now;
	stack_t own = {.ss_sp = state.stack, .ss_size = sizeof(state.stack)};

	if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE))
		sigaltstack(&own, NULL);
}

int term_signals_install(struct err *err)
{
	if (pipe2(state.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, errno, "pipe2");
	state.installed = true;
	state.owner = getpid();
	memset((void *)state.noted, 0, sizeof(state.noted));
	use_own_stack();
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		set_action(told[i].signo, note, SA_RESTART);
	for (int signo = 1; signo < SIGNALS_MAX; signo++) {
		if (is_deadly(signo))
			set_action(signo, die_of, SA_NODEFER | SA_ONSTACK);
	}
	return 0;
}

void term_signals_remove(void)
{
	if (!state.installed)
		return;
	for (int signo = 1; signo < SIGNALS_MAX; signo++) {
		if (state.changed[signo])
			sigaction(signo, &state.old[signo], NULL);
		state.changed[signo] = false;
	}
	cleanup_close(&state.pipe[0]);
	cleanup_close(&state.pipe[1]);
	state.pipe[0] = state.pipe[1] = -1;
	state.installed = false;
}

int term_signals_fd(void)
{
	return state.pipe[0];
}

int term_signals_take(void)
{
	char bytes[64];

	while (read(state.pipe[0], bytes, sizeof(bytes)) > 0)
		;
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (state.noted[told[i].signo]) {
			state.noted[told[i].signo] = 0;
			return told[i].signo;
		}
	}
	return 0;
}

void term_signals_stop(void)
{
	struct sigaction ours;
	struct sigaction stop = {.sa_handler = SIG_DFL};

	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, &stop, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	/* Who comes back from here knows that it goes on. */
	state.noted[SIGCONT] = 0;
}
