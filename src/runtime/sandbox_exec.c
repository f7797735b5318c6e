/* SPDX-License-Identifier: MIT */
/*
 * One more process in a running sandbox. What it may do is what the sandbox's own spec says; only what it
 * runs, and where, comes from the caller.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/cg.h"
#include "runtime/launch.h"
#include "runtime/left.h"
#include "runtime/relay.h"
#include "runtime/state.h"

/** struct visitor - the process, and what is held of the sandbox for it */
struct visitor {
	struct state_dir dir;
	struct state state;
	struct spec spec;
	struct cg cg;
	int pidfd; /* of the sandbox's init */
	struct launched launched;
	struct relay relay;
};

static void visitor_finish(struct visitor *visitor)
{
	cleanup_close(&visitor->launched.pidfd);
	cleanup_close(&visitor->launched.console_fd);
	cleanup_close(&visitor->pidfd);
	cg_finish(&visitor->cg);
	spec_finish(&visitor->spec);
	state_finish(&visitor->state);
	state_dir_finish(&visitor->dir);
	free(visitor);
}

static struct visitor *visitor_new(void)
{
	struct visitor *visitor = xcalloc(1, sizeof(*visitor));

	visitor->dir = STATE_DIR_INIT;
	visitor->state.info.arena = ARENA_INIT;
	visitor->cg.hierarchies = HIERARCHIES_INIT;
	visitor->cg.unified_fd = -1;
	visitor->pidfd = -1;
	visitor->launched = (struct launched) {.pidfd = -1, .console_fd = -1};
	spec_init(&visitor->spec);
	return visitor;
}

/* ---- Holding the sandbox ---- */

static int check_running(struct visitor *visitor, struct err *err)
{
	struct target_request request;
	struct target *target;
	const char *name = visitor->dir.name;
	bool frozen = false;

	visitor->pidfd = state_init_pidfd(&visitor->state);
	if (visitor->pidfd < 0)
		return err_setx(err, ESRCH, "sandbox %s is not running", name);
	sandbox_request(&visitor->state.info, &request);
	if (target_hold(&request, &target, NULL) == 0)
		frozen = target_is_frozen(target, NULL) == 1;
	target_free(target);
	/* Our process would be frozen on its way in, and we would wait for it. */
	return frozen ? err_setx(err, EBUSY, "sandbox %s is frozen: boxtop thaw %s", name, name)
		      : 0;
}

static int hold(struct visitor *visitor, const char *name, struct err *err)
{
	_cleanup_(cleanup_close)
	int root_fd = -1;
	const char *paths[CGROUP_CONTROLLERS];
	char path[64];
	int r = spec_check_name(name, err);

	if (r == 0)
		r = state_root_open(false, &root_fd, err);
	if (r == -ENOENT)
		return err_setx(err, ENOENT, "there is no sandbox %s", name);
	if (r == 0)
		r = state_open(root_fd, name, &visitor->dir, err);
	if (r == 0)
		r = left_sweep_one(&visitor->dir, err);
	if (r >= 0)
		r = state_load(&visitor->dir, &visitor->state, err);
	if (r == 0)
		r = check_running(visitor, err);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", visitor->dir.fd);
	r = spec_load_bundle(&visitor->spec, path, err);
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		paths[i] = visitor->state.info.cgroup_paths[i];
	if (r == 0 && visitor->state.manager != CG_NONE)
		r = cg_open(visitor->state.manager, paths, &visitor->cg, err);
	/* Who was started in a login session may not put processes elsewhere on its own. */
	if (r == 0 && visitor->state.manager != CG_NONE)
		r = cg_reach(&visitor->cg, err);
	return err_wrap(err, r, "enter sandbox %s", name);
}

/* ---- What runs ---- */

static bool names_same(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && b[len] == '=' && a[len] == '=';
}

/* Variables of the caller's take the place of the sandbox's. */
static void merge_env(struct spec *spec, const struct spec_list *more)
{
	struct spec_list before = spec->process.env;

	spec->process.env = (struct spec_list) {NULL, 0};
	for (size_t i = 0; i < before.len; i++) {
		bool replaced = false;

		for (size_t j = 0; j < more->len; j++)
			replaced = replaced || names_same(more->items[j], before.items[i]);
		if (!replaced)
			spec_list_add(spec, &spec->process.env, before.items[i]);
	}
	for (size_t i = 0; i < more->len; i++)
		spec_list_add(spec, &spec->process.env, more->items[i]);
}

static int fill(struct visitor *visitor, const struct sandbox_exec *exec, struct err *err)
{
	struct spec *spec = &visitor->spec;
	struct spec_process *process = &spec->process;

	process->args = (struct spec_list) {NULL, 0};
	for (size_t i = 0; i < exec->args.len; i++)
		spec_list_add(spec, &process->args, exec->args.items[i]);
	merge_env(spec, &exec->env);
	if (exec->cwd)
		process->cwd = arena_strdup(&spec->arena, exec->cwd);
	process->terminal = exec->terminal;
	process->interactive = exec->interactive;
	process->rows = process->columns = 0;
	return exec->user ? spec_set_user(spec, exec->user, err) : 0;
}

/* ---- While it runs ---- */

static int stay(struct visitor *visitor, struct err *err)
{
	siginfo_t info = {0};
	int r;

	for (;;) {
		struct pollfd extras[] = {{.fd = visitor->launched.pidfd, .events = POLLIN}};
		int number;

		r = relay_poll(&visitor->relay, extras, ARRAY_LEN(extras), -1);
		if (r < 0)
			return err_set(err, -r, "wait for process %d", (int)visitor->launched.pid);
		while ((number = relay_next_signal(&visitor->relay)) > 0)
			pidfd_send_signal(visitor->launched.pidfd, number, NULL, 0);
		if (extras[0].revents)
			break;
		if (visitor->relay.ended)
			return err_setx(err, EIO, "the terminal is gone");
	}
	do
		r = waitid(P_PIDFD, (id_t)visitor->launched.pidfd, &info, WEXITED);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_set(err, errno, "wait for process %d", (int)visitor->launched.pid);
	relay_drain(&visitor->relay);
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

/* Its exit code; -errno with @err. */
static int run(struct visitor *visitor, struct err *err)
{
	const struct spec_process *process = &visitor->spec.process;
	unsigned int flags = (process->terminal ? RELAY_TERMINAL : 0) |
			     (process->interactive ? RELAY_INTERACTIVE : 0);
	struct relay *relay = &visitor->relay;
	struct launch_request request = {.spec = &visitor->spec, .pidfd = visitor->pidfd};
	int r = relay_init(relay, flags, NULL, err);

	if (r < 0)
		return r;
	request.cg = visitor->state.manager == CG_NONE ? NULL : &visitor->cg;
	for (int i = 0; i < 3; i++)
		request.stdio[i] = relay->theirs[i];
	r = launch_enter(&request, &visitor->launched, err);
	if (r == 0) {
		relay_start(relay, TAKE_FD(visitor->launched.console_fd));
		r = stay(visitor, err);
	}
	relay_finish(relay);
	return r;
}

int sandbox_exec(const char *name, const struct sandbox_exec *exec, int *out_exit, struct err *err)
{
	struct visitor *visitor = visitor_new();
	int r = hold(visitor, name, err);

	if (r == 0)
		r = fill(visitor, exec, err);
	if (r == 0)
		r = run(visitor, err);
	*out_exit = r >= 0 ? r : SANDBOX_EXIT_FAILED;
	if (r < 0 && (visitor->launched.pid == -SANDBOX_EXIT_NOT_FOUND ||
		      visitor->launched.pid == -SANDBOX_EXIT_NOT_EXECUTABLE))
		*out_exit = -visitor->launched.pid;
	visitor_finish(visitor);
	return r < 0 ? r : 0;
}
