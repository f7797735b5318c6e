/* SPDX-License-Identifier: MIT */
/*
 * Stays with a sandbox while it lives: hands signals and output on, ends it when its time is over or when
 * who started it is gone, starts it again when that is wanted. Owns all that life_make() made; whatever
 * happens, it is undone on the way out.
 */
#include "runtime/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/units.h"
#include "runtime/channel.h"
#include "runtime/left.h"

#define SECOND_USEC	   UINT64_C(1000000)
#define TIMEOUT_GRACE_USEC (10 * SECOND_USEC)
#define LOST_GRACE_USEC	   (2 * SECOND_USEC) /* after the caller went without a word */
#define PAUSE_FIRST_USEC   UINT64_C(100000)  /* before a restart; doubled each time */
#define PAUSE_MAX_USEC	   (60 * SECOND_USEC)
#define STEADY_USEC	   (10 * SECOND_USEC) /* ran so long: the next pause is the first again */
#define LOOK_MSEC	   200 /* for a wish to stop, during a pause; for a long log */

/* ---- Who is there ---- */

void front_note(struct front *front, const char *text)
{
	struct words words = {.word = WORD_NOTE};

	if (front->channel_fd >= 0) {
		span_copy(span_of(text), words.err.text, sizeof(words.err.text));
		channel_say(front->channel_fd, &words, -1);
	} else if (front->caller && front->caller->note) {
		front->caller->note(front->caller->data, text);
	}
}

static void close_channel(struct front *front)
{
	if (front->channel_fd >= 0)
		close(front->channel_fd);
	front->channel_fd = -1;
}

/* The terminal goes to who is there, or its output to the log; we keep a descriptor, so that it lives on
 * when they leave. */
static void front_started(struct life *life)
{
	struct front *front = life->front;
	struct words words = {.word = WORD_STARTED};

	span_copy(span_of(life->spec.name), words.err.text, sizeof(words.err.text));
	if (front->channel_fd >= 0)
		channel_say(front->channel_fd, &words, life->launched.console_fd);
	else if (front->caller && front->caller->started)
		front->caller->started(front->caller->data, life->spec.name);
	if (!front->stays)
		close_channel(front);
	if (!front->stays || life->launched.console_fd < 0)
		relay_start(&front->relay, TAKE_FD(life->launched.console_fd));
}

/* They left and said so: what comes from now on is logged. */
static void front_left(struct life *life)
{
	struct front *front = life->front;

	close_channel(front);
	front->stays = false;
	/* It is one in the background now, to be asked about later. */
	life->keep = !life->spec.remove;
	life->state.remove = life->spec.remove;
	state_save(&life->dir, &life->state, NULL);
	if (life->launched.console_fd >= 0)
		relay_start(&front->relay, TAKE_FD(life->launched.console_fd));
}

/* ---- While it runs ---- */

static void send_signal(const struct life *life, int number)
{
	if (life->launched.pidfd >= 0)
		pidfd_send_signal(life->launched.pidfd, number, NULL, 0);
}

/* Asked first, made to later. */
static void begin_end(struct life *life, uint64_t grace_usec)
{
	life->stopping = true;
	if (life->kill_at_usec)
		return;
	send_signal(life, SIGTERM);
	life->kill_at_usec = clock_monotonic_usec() + grace_usec;
}

/* They died: their terminal is no more. */
static void front_lost(struct life *life)
{
	close_channel(life->front);
	if (life->launched.console_fd >= 0)
		close(life->launched.console_fd);
	life->launched.console_fd = -1;
	if (!life->spec.outlive)
		begin_end(life, LOST_GRACE_USEC);
}

static void pass_signal(struct life *life, int number)
{
	if (number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGHUP)
		life->stopping = true; /* who asks for the end does not want another start */
	send_signal(life, number);
}

static void hear_front(struct life *life)
{
	struct words words;
	int r = channel_hear(life->front->channel_fd, &words, NULL);

	if (r <= 0)
		front_lost(life);
	else if (words.word == WORD_SIGNAL)
		pass_signal(life, words.number);
	else if (words.word == WORD_DETACH)
		front_left(life);
}

static void check_times(struct life *life)
{
	uint64_t now = clock_monotonic_usec();
	struct err why = ERR_INIT;

	if (life->timeout_at_usec && now >= life->timeout_at_usec) {
		life->timeout_at_usec = 0;
		front_note(life->front, "its time is over (--timeout): it is asked to end");
		begin_end(life, TIMEOUT_GRACE_USEC);
	}
	if (life->kill_at_usec && now >= life->kill_at_usec) {
		life->kill_at_usec = UINT64_MAX;
		if (left_kill(&life->state, &why) < 0)
			front_note(life->front, why.text);
	}
	if (life->spec.outlive && life->front->relay.flags & RELAY_LOG)
		log_keep_small(&life->front->log);
}

static int next_timeout(const struct life *life)
{
	uint64_t at = UINT64_MAX, now = clock_monotonic_usec();
	uint64_t msec;

	if (life->timeout_at_usec)
		at = life->timeout_at_usec;
	if (life->kill_at_usec && life->kill_at_usec < at)
		at = life->kill_at_usec;
	if (life->spec.outlive && at > now + LOOK_MSEC * 1000)
		at = now + LOOK_MSEC * 1000;
	if (at == UINT64_MAX)
		return -1;
	msec = at > now ? (at - now) / 1000 + 1 : 0;
	return msec < INT_MAX ? (int)msec : INT_MAX;
}

static int collect_exit(const struct life *life, struct err *err)
{
	siginfo_t info = {0};
	int r;

	do
		r = waitid(P_PIDFD, (id_t)life->launched.pidfd, &info, WEXITED);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_set(err, errno, "wait for sandbox %s", life->spec.name);
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

int life_stay(struct life *life, struct err *err)
{
	struct relay *relay = &life->front->relay;

	for (;;) {
		struct pollfd extras[] = {
			{.fd = life->launched.pidfd, .events = POLLIN},
			{.fd = life->front->channel_fd, .events = POLLIN},
		};
		int number;
		int r = relay_poll(relay, extras, ARRAY_LEN(extras), next_timeout(life));

		if (r < 0)
			return err_set(err, -r, "wait for sandbox %s", life->spec.name);
		while ((number = relay_next_signal(relay)) > 0)
			pass_signal(life, number);
		if (extras[0].revents)
			break;
		if (extras[1].revents)
			hear_front(life);
		check_times(life);
	}
	return collect_exit(life, err);
}

/* ---- One run ---- */

/* Somebody wants its end, or who started it is gone before it runs. */
static bool is_given_up(void *data)
{
	const struct life *life = data;
	struct pollfd caller = {.fd = life->front->channel_fd, .events = 0};

	return faccessat(life->dir.fd, STATE_STOPPING, F_OK, 0) == 0 ||
	       (caller.fd >= 0 && poll(&caller, 1, 0) > 0 && caller.revents & POLLHUP);
}

static struct hooks_wait hooks_wait_of(struct life *life)
{
	return (struct hooks_wait) {.is_given_up = is_given_up, .data = life, .pidfd = -1};
}

/* Of those for what has happened already: one that fails changes nothing any more, but is told of. */
static void run_hooks(struct life *life, enum spec_hook_kind kind)
{
	struct hooks_wait wait = hooks_wait_of(life);
	struct err why = ERR_INIT;

	/* What cleans up runs for those above all who want the end. */
	if (kind == SPEC_HOOK_POSTSTOP)
		wait.is_given_up = NULL;
	if (hooks_run(&life->spec, kind, life->state.info.pid, &wait, &why) < 0)
		front_note(life->front, why.text);
}

static int start(struct life *life, struct err *err)
{
	struct relay *relay = &life->front->relay;
	const struct hooks_wait wait = hooks_wait_of(life);
	struct launch_request request = {
		.wait = &wait,
		.spec = &life->spec,
		.layers = &life->layers,
		.cg = &life->cg,
		.stdio = {relay->theirs[0], relay->theirs[1], relay->theirs[2]},
		.pidfd = -1};
	int r;

	if (relay->flags & RELAY_OUTLIVED)
		request.stdio[1] = request.stdio[2] = life->front->log.fd;
	r = launch(&request, &life->launched, err);
	if (r < 0)
		return r;
	life->state.info.pid = life->launched.pid;
	life->state.info.start_ticks = state_start_ticks(life->launched.pid);
	life->state.info.status = SANDBOX_RUNNING;
	if (life->launched.ids[0])
		state_list_add(&life->state.info.arena, &life->state.info.notes,
			       life->launched.ids);
	if (life->launched.ids[0] && life->spec.subids)
		front_note(life->front, life->launched.ids);
	r = state_save(&life->dir, &life->state, err);
	if (r < 0)
		return r;
	run_hooks(life, SPEC_HOOK_POSTSTART);
	front_started(life);
	return 0;
}

static void tell_oom(struct life *life)
{
	uint64_t kills = life_count_oom(&life->cg);
	char text[128];

	if (kills <= life->oom_kills)
		return;
	snprintf(text, sizeof(text),
		 "the kernel killed %llu of its processes for want of memory: raise --memory",
		 (unsigned long long)(kills - life->oom_kills));
	life->oom_kills = kills;
	life->state.info.oom_killed = true;
	state_list_add(&life->state.info.arena, &life->state.info.notes, text);
	front_note(life->front, text);
}

/* Our first child; 0: there is none. */
static pid_t first_child(void)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct span rest, word;
	uint64_t pid = 0;

	if (dir_read(AT_FDCWD, "/proc/thread-self/children", &text, NULL) != READ_OK)
		return 0;
	rest = strbuf_span(&text);
	if (span_next_word(&rest, &word))
		units_parse_u64(word, 1, INT_MAX, &pid, NULL);
	return (pid_t)pid;
}

/* Those whose parents inside died: ours, where the sandbox shares our pid namespace. */
static void end_orphans(void)
{
	pid_t pid;

	while ((pid = first_child()) > 0 && kill(pid, SIGKILL) == 0)
		waitpid(pid, NULL, 0);
}

/* Where its pid namespace is not its own, what it started goes on when its init ends. */
static void end_rest(struct life *life)
{
	struct err why = ERR_INIT;

	if (life->spec.namespaces & SPEC_NS_PID)
		return;
	if (left_kill(&life->state, &why) < 0)
		front_note(life->front, why.text);
	if (life->alone)
		end_orphans();
}

static int run_once(struct life *life, struct err *err)
{
	int r = start(life, err);
	int code = r < 0 ? r : life_stay(life, err);

	if (life->launched.pidfd < 0) {
		run_hooks(life, SPEC_HOOK_POSTSTOP);
		return r;
	}
	if (code < 0) {
		send_signal(life, SIGKILL);
		collect_exit(life, NULL);
	}
	end_rest(life);
	relay_drain(&life->front->relay);
	tell_oom(life);
	close(life->launched.pidfd);
	life->launched.pidfd = -1;
	life->state.info.pid = 0;
	run_hooks(life, SPEC_HOOK_POSTSTOP);
	return code;
}

/* ---- Again ---- */

static bool is_wanted_again(const struct life *life, int code)
{
	const struct spec *spec = &life->spec;

	return code > 0 && spec->restart == SPEC_RESTART_ON_FAILURE && !life->stopping &&
	       (spec->restart_max == 0 || life->state.info.restarts < spec->restart_max) &&
	       faccessat(life->dir.fd, STATE_STOPPING, F_OK, 0) < 0;
}

/* Until the pause is over, or somebody wants it to stop. */
static void pause_before(struct life *life, uint64_t usec)
{
	uint64_t end = clock_monotonic_usec() + usec;

	while (!life->stopping && clock_monotonic_usec() < end &&
	       faccessat(life->dir.fd, STATE_STOPPING, F_OK, 0) < 0) {
		struct pollfd extras[] = {{.fd = life->front->channel_fd, .events = POLLIN}};
		uint64_t left = (end - clock_monotonic_usec()) / 1000 + 1;
		int number;

		relay_poll(&life->front->relay, extras, ARRAY_LEN(extras),
			   left < LOOK_MSEC ? (int)left : LOOK_MSEC);
		while ((number = relay_next_signal(&life->front->relay)) > 0)
			pass_signal(life, number);
		if (extras[0].revents)
			hear_front(life);
		check_times(life);
	}
}

static int run_until_done(struct life *life, struct err *err)
{
	uint64_t pause_usec = PAUSE_FIRST_USEC;

	if (life->spec.timeout_usec)
		life->timeout_at_usec = clock_monotonic_usec() + life->spec.timeout_usec;
	for (;;) {
		uint64_t began = clock_monotonic_usec();
		int code = run_once(life, err);

		if (!is_wanted_again(life, code))
			return code;
		if (clock_monotonic_usec() - began >= STEADY_USEC)
			pause_usec = PAUSE_FIRST_USEC;
		pause_before(life, pause_usec);
		if (!is_wanted_again(life, code))
			return code;
		pause_usec = pause_usec < PAUSE_MAX_USEC / 2 ? pause_usec * 2 : PAUSE_MAX_USEC;
		life->state.info.restarts++;
	}
}

static int exit_code_of(const struct life *life)
{
	if (life->launched.pid == -SANDBOX_EXIT_NOT_FOUND ||
	    life->launched.pid == -SANDBOX_EXIT_NOT_EXECUTABLE)
		return -life->launched.pid;
	return SANDBOX_EXIT_FAILED;
}

int supervise(const struct spec *spec, struct front *front, int *out_exit, struct err *err)
{
	struct life life = {
		.spec = *spec,
		.front = front,
		.dir = STATE_DIR_INIT,
		.layers = {.root_fd = -1, .changes_fd = -1},
		.launched = {.pidfd = -1, .console_fd = -1},
		.keep = !spec->remove && (spec->name || spec->detach),
		.alone = first_child() == 0,
	};
	struct err why = ERR_INIT;
	int r;

	if (!(spec->namespaces & SPEC_NS_PID))
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	r = life_make(&life, err);
	if (r == 0)
		r = run_until_done(&life, err);
	*out_exit = r < 0 ? exit_code_of(&life) : r;
	/* The exit code is the command's, whatever is left to say about the end. */
	life.keep = life.keep && r >= 0;
	if (life_unmake(&life, *out_exit, &why) < 0)
		front_note(front, why.text);
	return r < 0 ? r : 0;
}
