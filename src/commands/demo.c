/* SPDX-License-Identifier: MIT */
/*
 * boxtop demo: three small sandboxes to look at, and the screen on them. Owns a process for each, which
 * supervises it and ends with us however we end; what a SIGKILL of all of them leaves is swept by the
 * next command, as with every sandbox.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "commands/command.h"
#include "commands/top_options.h"
#include "runtime/runtime.h"

#define END_TRIES 100 /* times END_USEC until a supervisor is killed */
#define END_USEC  50000
#define ARGS_MAX  256

/** struct part - one sandbox of the demo: a script, and what it may use */
struct part {
	const char *name;
	const char *script;
	struct {
		enum limit_id id;
		const char *value;
	} limits[3];
};

/*
 * Only what every shell has. A bomb's copies end when they can't fork, and those that are left go on; the
 * shell that waits never forks again, or it would end the same way.
 */
static const struct part parts[] = {
	{"demo-cpu",
	 "while :; do :; done",
	 {{LIMIT_CPUS, "0.5"}, {LIMIT_MEMORY, "32M"}, {LIMIT_PIDS, "16"}}},
	{"demo-memory",
	 "grow() { y=0123456789abcdef; i=0; x=; while [ $i -lt 17 ]; do y=$y$y; i=$((i+1)); done;"
	 " while :; do x=$x$y; sleep 1; done; }; while :; do (grow); sleep 2; done",
	 {{LIMIT_MEMORY, "64M"}, {LIMIT_CPUS, "0.5"}, {LIMIT_PIDS, "16"}}},
	{"demo-bomb",
	 "bomb() { while :; do bomb & done; }; (bomb) & exec sleep 2147483647",
	 {{LIMIT_PIDS, "50"}, {LIMIT_CPUS, "0.2"}, {LIMIT_MEMORY, "64M"}}},
};

#define PARTS ARRAY_LEN(parts)

/** struct demo - the supervisors; 0: not started */
struct demo {
	pid_t pids[PARTS];
};

/** struct word - what a supervisor says first: that its sandbox runs, or why not */
struct word {
	bool runs;
	struct err err;
};

/* ---- A supervisor ---- */

static int fill_spec(const struct part *part, struct spec *spec, struct err *err)
{
	int r = 0;

	spec_init(spec);
	spec_use_host(spec);
	spec->name = arena_strdup(&spec->arena, part->name);
	spec->process.cwd = arena_strdup(&spec->arena, "/");
	spec->remove = true;
	spec_list_add(spec, &spec->process.args, "/bin/sh");
	spec_list_add(spec, &spec->process.args, "-c");
	spec_list_add(spec, &spec->process.args, part->script);
	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(part->limits); i++)
		r = limit_parse(part->limits[i].id, span_of(part->limits[i].value),
				&spec->limits.values[part->limits[i].id], err);
	return r;
}

static void say(int fd, bool runs, const struct err *err)
{
	struct word word = {.runs = runs, .err = err ? *err : ERR_INIT};

	/* Whoever does not hear it is gone, and then we are ended. */
	if (write(fd, &word, sizeof(word)) < 0)
		return;
}

static void say_started(void *data, const char *name)
{
	(void)name;
	say(*(const int *)data, true, NULL);
}

/* leave_terminal() - neither its keys nor its end are for us, and what the scripts say is for nobody */
static void leave_terminal(void)
{
	_cleanup_(cleanup_close)
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	for (int fd = 0; fd < 3 && null_fd >= 0; fd++)
		dup2(null_fd, fd);
}

static void __attribute__((noreturn)) supervise(const struct part *part, pid_t parent, int fd)
{
	struct sandbox_caller caller = {.strict = true, .data = &fd, .started = say_started};
	struct err err = ERR_INIT;
	struct spec spec;
	int code;

	leave_terminal();
	/* Told to the thread that forked us: the first one, which lives as long as the program. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILED);
	int r = fill_spec(part, &spec, &err);

	if (r >= 0)
		r = sandbox_run_for(&spec, &caller, &code, &err);
	if (r < 0)
		say(fd, false, &err);
	spec_finish(&spec);
	_exit(r < 0 ? EXIT_FAILED : EXIT_FINE);
}

/* ---- All of them ---- */

static int start_part(const struct part *part, pid_t *out_pid, struct err *err)
{
	struct word word;
	int fds[2];
	pid_t parent = getpid();

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(err, errno, "start %s", part->name);
	*out_pid = fork();
	if (*out_pid == 0) {
		close(fds[0]);
		supervise(part, parent, fds[1]);
	}
	close(fds[1]);
	ssize_t n = *out_pid < 0 ? -1 : read(fds[0], &word, sizeof(word));

	close(fds[0]);
	if (*out_pid < 0) {
		*out_pid = 0;
		return err_set(err, errno, "start %s", part->name);
	}
	if (n != (ssize_t)sizeof(word))
		return err_setx(err, EIO, "start %s: its supervisor ended", part->name);
	if (word.runs)
		return 0;
	return err_setx(err, 0, "start %s: %s%s", part->name, word.err.text,
			geteuid() ? " (run as root, or where systemd gives you cgroups)" : "");
}

static bool has_ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) != 0;
}

static void end_demo(struct demo *demo)
{
	bool killed = false;

	for (size_t i = 0; i < PARTS; i++)
		if (demo->pids[i] > 0)
			kill(demo->pids[i], SIGTERM);
	for (size_t i = 0; i < PARTS; i++) {
		pid_t pid = demo->pids[i];
		int tries = 0;

		while (pid > 0 && !has_ended(pid)) {
			if (tries++ == END_TRIES) {
				killed = true;
				kill(pid, SIGKILL);
			}
			usleep(END_USEC);
		}
	}
	if (killed)
		sandbox_sweep(NULL);
}

static int start_demo(struct demo *demo, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < PARTS; i++)
		r = start_part(&parts[i], &demo->pids[i], err);
	return r;
}

/* ---- The screen on them ---- */

/* show() - what was asked for comes last, and outdoes what we ask for */
static int show(int argc, char **argv)
{
	static const char *const ours[] = {"top", "--screen", "containers", "--filter",
					   "name=~^demo-"};
	char *args[ARGS_MAX + ARRAY_LEN(ours) + 1];
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		args[n++] = (char *)(uintptr_t)ours[i];
	for (int i = 1; i < argc; i++)
		args[n++] = argv[i];
	args[n] = NULL;
	return command_top.run(&command_top, n, args);
}

/* check() - whether the screen would take the options, before anything is started */
static int check(const struct command *command, int argc, char **argv)
{
	char *args[ARGS_MAX + 1];
	char **rest = args;
	struct top_options options;
	int code;

	memcpy(args, argv, (size_t)(argc + 1) * sizeof(args[0]));
	top_options_init(&options);
	code = command_begin(command, &options, &argc, &rest);
	top_options_finish(&options);
	return code;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct demo demo = {0};
	struct err err = ERR_INIT;
	int code;

	if (argc > ARGS_MAX) {
		err_setx(&err, E2BIG, "more than %d arguments", ARGS_MAX);
		return command_fail_usage(command, &err);
	}
	code = check(command, argc, argv);
	if (code != COMMAND_GO_ON)
		return code;
	code = start_demo(&demo, &err) < 0 ? command_fail(command, &err) : show(argc, argv);
	end_demo(&demo);
	return code;
}

const struct command command_demo = {
	.name = "demo",
	.operands = "",
	.help = "three sandboxes to look at: a CPU burner, growing memory and a fork bomb",
	.details = "They may use half a core, 64M of memory and 50 processes, and end with the "
		   "screen, however it\n"
		   "ends. Try X on them. The options are those of the screen.",
	.options = top_option_specs,
	.run = run,
};
