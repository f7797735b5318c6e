/* SPDX-License-Identifier: MIT */
/*
 * Runs what a bundle wants run on the host. Trusts it as far as who asked for the bundle does: it has the
 * caller's rights. Owns the process of each hook until it is reaped; never leaves one running.
 */
#include "runtime/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/spec_json.h"

#define LOOK_MSEC 100 /* for a wish to end, while one runs */
#define SAID_MAX  4096

/** struct hook_run - one that is started */
struct hook_run {
	const struct spec_hook *hook;
	const char *kind;
	const struct hooks_wait *wait;
	int state_fd; /* its standard input */
	int said_fd;  /* its standard error */
	pid_t pid;
};

/* ---- The state ---- */

static const char *status_of(enum spec_hook_kind kind)
{
	switch (kind) {
	case SPEC_HOOK_POSTSTART:
		return "running";
	case SPEC_HOOK_POSTSTOP:
		return "stopped";
	default:
		return "creating";
	}
}

static char *print_state(const struct spec *spec, enum spec_hook_kind kind, pid_t pid)
{
	_cleanup_(json_decrefp)
	json_t *state = json_object();

	json_object_set_new(state, "ociVersion", json_string("1.0.2"));
	json_object_set_new(state, "id", spec_json_text(spec->name ? spec->name : ""));
	json_object_set_new(state, "status", json_string(status_of(kind)));
	if (pid > 0)
		json_object_set_new(state, "pid", json_integer(pid));
	json_object_set_new(state, "bundle", spec_json_text(spec->bundle ? spec->bundle : "/"));
	json_object_set_new(state, "annotations", spec_json_pairs(&spec->annotations));
	return json_dumps(state, JSON_COMPACT);
}

static int memory_file(const char *text, int *out_fd, struct err *err)
{
	size_t len = strlen(text);
	int fd = memfd_create("boxtop-hook", MFD_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno, "make a file in memory");
	*out_fd = fd;
	if (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0)
		return err_set(err, errno, "write to a file in memory");
	return 0;
}

/* ---- One hook ---- */

static int spawn(const struct spec *spec, struct hook_run *run, struct err *err)
{
	const struct spec_hook *hook = run->hook;
	char *const alone[] = {hook->path, NULL}, *const nothing[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int code;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSID);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, run->state_fd, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, run->said_fd, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	if (spec->bundle)
		posix_spawn_file_actions_addchdir_np(&actions, spec->bundle);
	code = posix_spawn(&run->pid, hook->path, &actions, &attributes,
			   hook->args.len ? hook->args.items : alone,
			   hook->env.len ? hook->env.items : nothing);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return code ? err_set(err, code, "%s hook %s", run->kind, hook->path) : 0;
}

/* Ours are blocked while there is a sandbox: those that came can be seen to wait. */
static bool is_asked_to_end(void)
{
	static const int wishes[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};
	sigset_t waiting;

	sigpending(&waiting);
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
		if (sigismember(&waiting, wishes[i]))
			return true;
	return false;
}

static bool is_given_up(const struct hooks_wait *wait)
{
	return is_asked_to_end() || (wait->is_given_up && wait->is_given_up(wait->data));
}

/* 0: it ended; -ETIMEDOUT, -EINTR: it has to be ended. */
static int await(const struct hook_run *run, int pidfd)
{
	uint64_t began = clock_monotonic_usec();
	uint64_t most = run->hook->timeout_sec * UINT64_C(1000000);
	struct pollfd ends[] = {{.fd = pidfd, .events = POLLIN},
				{.fd = run->wait->pidfd, .events = POLLIN}};

	for (;;) {
		poll(ends, ARRAY_LEN(ends), LOOK_MSEC);
		if (ends[0].revents)
			return 0;
		if (ends[1].revents || is_given_up(run->wait))
			return -EINTR;
		if (most && clock_monotonic_usec() - began >= most)
			return -ETIMEDOUT;
	}
}

/* The last line that it said, into @out. */
static void last_words(const struct hook_run *run, char *out, size_t size)
{
	char text[SAID_MAX];
	off_t len = lseek(run->said_fd, 0, SEEK_END);
	ssize_t n = pread(run->said_fd, text, sizeof(text), len > SAID_MAX ? len - SAID_MAX : 0);
	struct span rest = {text, n > 0 ? (size_t)n : 0}, line, last = {text, 0};

	while (span_next_line(&rest, &line))
		if (span_trim(line).len > 0)
			last = span_trim(line);
	span_copy(last, out, size);
}

static int judge(const struct hook_run *run, int waited, int status, struct err *err)
{
	const char *path = run->hook->path;
	char words[128];

	if (waited == -ETIMEDOUT)
		return err_setx(err, ETIMEDOUT, "%s hook %s: ended after its %u s", run->kind, path,
				run->hook->timeout_sec);
	if (waited == -EINTR)
		return err_setx(err, EINTR, "%s hook %s: ended, as nobody waits for it any more",
				run->kind, path);
	if (waited < 0)
		return err_set(err, -waited, "wait for %s hook %s", run->kind, path);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	last_words(run, words, sizeof(words));
	return err_setx(err, ECANCELED, "%s hook %s: %s %d%s%s", run->kind, path,
			WIFEXITED(status) ? "exit code" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
			words[0] ? ": " : "", words);
}

static int attend(struct hook_run *run, struct err *err)
{
	_cleanup_(cleanup_close)
	int pidfd = pidfd_open(run->pid, 0);
	int waited = pidfd < 0 ? -errno : await(run, pidfd);
	int status = 0;

	/* What it started in its session goes along. */
	if (waited < 0)
		kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	return judge(run, waited, status, err);
}

static int run_hook(const struct spec *spec, struct hook_run *run, const char *state,
		    struct err *err)
{
	int r = memory_file(state, &run->state_fd, err);

	if (r == 0)
		r = memory_file("", &run->said_fd, err);
	if (r == 0)
		r = spawn(spec, run, err);
	if (r == 0)
		r = attend(run, err);
	cleanup_close(&run->state_fd);
	cleanup_close(&run->said_fd);
	return r;
}

int hooks_run(const struct spec *spec, enum spec_hook_kind kind, pid_t pid,
	      const struct hooks_wait *wait, struct err *err)
{
	const struct spec_hooks *hooks = &spec->hooks[kind];
	_cleanup_(cleanup_free)
	char *state = NULL;
	int r = 0;

	if (hooks->len == 0)
		return 0;
	state = print_state(spec, kind, pid);
	if (!state)
		return err_setx(err, ENOMEM, "the state could not be put into JSON");
	for (size_t i = 0; r == 0 && i < hooks->len; i++) {
		struct hook_run run = {.hook = &hooks->items[i],
				       .kind = spec_hook_names[kind],
				       .wait = wait,
				       .state_fd = -1,
				       .said_fd = -1};

		r = run_hook(spec, &run, state, err);
	}
	return r;
}
