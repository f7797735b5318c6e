/* SPDX-License-Identifier: MIT */
/*
 * The options of boxtop run as a table: each changes the launch spec. They are taken twice, since a bundle
 * and the host's root come first, wherever their options stand, and what else was said comes on top.
 */
#include "commands/run_options.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/units.h"
#include "commands/options.h"

static struct spec *spec_of(void *target)
{
	return &((struct run_options *)target)->spec;
}

static char *keep_text(void *target, const char *text)
{
	return arena_strdup(&spec_of(target)->arena, text);
}

/* ---- What it is ---- */

static int set_name(void *target, const char *value, struct err *err)
{
	spec_of(target)->name = keep_text(target, value);
	return spec_check_name(value, err);
}

static int set_bundle(void *target, const char *value, struct err *err)
{
	(void)err;
	((struct run_options *)target)->bundle = value;
	return 0;
}

static int set_rootfs(void *target, const char *value, struct err *err)
{
	return spec_set_root(spec_of(target), value, err);
}

static int set_host_root(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->root.kind = SPEC_ROOT_HOST;
	spec_of(target)->root.path = NULL;
	return 0;
}

static int set_keep(void *target, const char *value, struct err *err)
{
	return spec_set_keep(spec_of(target), value, err);
}

static int set_in_place(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->root.ephemeral = false;
	return 0;
}

static int set_read_only(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->root.readonly = true;
	return 0;
}

static int set_bind(void *target, const char *value, struct err *err)
{
	return spec_add_bind(spec_of(target), value, err);
}

static int set_tmpfs(void *target, const char *value, struct err *err)
{
	return spec_add_tmpfs(spec_of(target), value, err);
}

/* ---- Limits ---- */

static int set_limit(void *target, enum limit_id id, const char *value, struct err *err)
{
	return limit_parse(id, span_of(value), &spec_of(target)->limits.values[id], err);
}

/* SET_LIMIT() - an option has no room for which limit it is: a function each */
#define SET_LIMIT(name, id)                                                                        \
	static int set_##name(void *target, const char *value, struct err *err)                    \
	{                                                                                          \
		return set_limit(target, id, value, err);                                          \
	}

SET_LIMIT(memory, LIMIT_MEMORY)
SET_LIMIT(memory_high, LIMIT_MEMORY_HIGH)
SET_LIMIT(swap, LIMIT_SWAP)
SET_LIMIT(cpus, LIMIT_CPUS)
SET_LIMIT(cpu_weight, LIMIT_CPU_WEIGHT)
SET_LIMIT(cpuset, LIMIT_CPUSET)
SET_LIMIT(cpuset_mems, LIMIT_CPUSET_MEMS)
SET_LIMIT(pids, LIMIT_PIDS)
SET_LIMIT(io_max, LIMIT_IO_MAX)
SET_LIMIT(io_weight, LIMIT_IO_WEIGHT)

static int set_strict(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct run_options *)target)->strict = true;
	return 0;
}

static int set_cgroup_parent(void *target, const char *value, struct err *err)
{
	(void)err;
	spec_of(target)->cgroups_path = keep_text(target, value);
	return 0;
}

/* ---- What it shares and may ---- */

static int set_hostname(void *target, const char *value, struct err *err)
{
	(void)err;
	spec_of(target)->hostname = keep_text(target, value);
	return 0;
}

static int set_net(void *target, const char *value, struct err *err)
{
	if (strcmp(value, "host") == 0)
		return spec_share(spec_of(target), "net", err);
	if (strcmp(value, "none") == 0)
		return spec_unshare(spec_of(target), "net", err);
	return err_setx(err, EINVAL, "'%s': must be none or host", value);
}

static int set_share(void *target, const char *value, struct err *err)
{
	return spec_share(spec_of(target), value, err);
}

static int set_unshare(void *target, const char *value, struct err *err)
{
	return spec_unshare(spec_of(target), value, err);
}

static int set_cap_add(void *target, const char *value, struct err *err)
{
	return spec_add_caps(spec_of(target), value, err);
}

static int set_cap_drop(void *target, const char *value, struct err *err)
{
	return spec_drop_caps(spec_of(target), value, err);
}

static int set_seccomp(void *target, const char *value, struct err *err)
{
	return spec_set_seccomp(spec_of(target), value, err);
}

static int set_rlimit(void *target, const char *value, struct err *err)
{
	return spec_set_rlimit(spec_of(target), value, err);
}

/* ---- The process ---- */

static int set_user(void *target, const char *value, struct err *err)
{
	return spec_set_user(spec_of(target), value, err);
}

static int set_subids(void *target, const char *value, struct err *err)
{
	if (value[0] == '\0')
		return err_setx(err, EINVAL, "'%s' is no user", value);
	spec_of(target)->subids = keep_text(target, value);
	return 0;
}

static int set_workdir(void *target, const char *value, struct err *err)
{
	if (value[0] != '/')
		return err_setx(err, EINVAL, "'%s' is not absolute", value);
	spec_of(target)->process.cwd = keep_text(target, value);
	return 0;
}

static int set_env(void *target, const char *value, struct err *err)
{
	return spec_set_env(spec_of(target), value, err);
}

static int set_interactive(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->process.interactive = true;
	((struct run_options *)target)->terminal_said = true;
	return 0;
}

static int set_terminal(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->process.terminal = true;
	((struct run_options *)target)->terminal_said = true;
	return 0;
}

static int set_no_terminal(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->process.terminal = false;
	((struct run_options *)target)->terminal_said = true;
	return 0;
}

/* ---- Its life ---- */

static int set_detach(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->detach = true;
	return 0;
}

static int set_rm(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->remove = true;
	return 0;
}

static int set_outlive(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	spec_of(target)->outlive = true;
	return 0;
}

static int set_restart(void *target, const char *value, struct err *err)
{
	return spec_set_restart(spec_of(target), value, err);
}

static int set_timeout(void *target, const char *value, struct err *err)
{
	uint64_t usec;
	int r = units_parse_duration(span_of(value), &usec, err);

	if (r < 0)
		return r;
	if (usec == 0)
		return err_setx(err, EINVAL, "'%s': must be more than nothing", value);
	spec_of(target)->timeout_usec = usec;
	return 0;
}

/* ---- The table ---- */

#define ARGUMENT OPTION_ARGUMENT
#define REPEAT	 (OPTION_ARGUMENT | OPTION_REPEAT)

const struct option_spec run_options[] = {
	{"detach", 'd', 0, NULL, "run in the background, and print the name", set_detach},
	{"name", 0, ARGUMENT, "NAME", "call it so; else a name is made up", set_name},
	{"rootfs", 0, ARGUMENT, "DIR|TAR", "its root: a directory, or an archive", set_rootfs},
	{"bundle", 0, ARGUMENT, "DIR", "what an OCI bundle's config.json says", set_bundle},
	{"host-root", 0, 0, NULL, "the host's own root, with secrets masked (the default)",
	 set_host_root},
	{"keep", 0, ARGUMENT, "DIR", "keep changes to the root there; else they vanish", set_keep},
	{"in-place", 0, 0, NULL, "change the root directory itself", set_in_place},
	{"read-only", 0, 0, NULL, "the root can't be changed", set_read_only},
	{"bind", 0, REPEAT, "SRC:DST[:ro]", "show a file or directory of the host", set_bind},
	{"tmpfs", 0, REPEAT, "DST[:SIZE]", "an empty directory in memory", set_tmpfs},
	{"memory", 'm', ARGUMENT, "BYTES", "memory, as 256M", set_memory},
	{"memory-high", 0, ARGUMENT, "BYTES", "memory above which it is slowed down",
	 set_memory_high},
	{"swap", 0, ARGUMENT, "BYTES", "swap, beside the memory", set_swap},
	{"cpus", 0, ARGUMENT, "CPUS", "CPU time, as 0.5 or 50%", set_cpus},
	{"cpu-weight", 0, ARGUMENT, "WEIGHT", "share of short CPUs, 1 to 10000 (100)",
	 set_cpu_weight},
	{"cpuset", 0, ARGUMENT, "LIST", "CPUs that it may run on, as 0-1", set_cpuset},
	{"cpuset-mems", 0, ARGUMENT, "LIST", "memory nodes that it may use", set_cpuset_mems},
	{"pids", 0, ARGUMENT, "COUNT", "processes and threads", set_pids},
	{"io-max", 0, REPEAT, "DEV:RULES", "I/O of a device, as /dev/sda:rbps=1M", set_io_max},
	{"io-weight", 0, ARGUMENT, "WEIGHT", "share of short I/O, 1 to 10000 (100)", set_io_weight},
	{"strict", 0, 0, NULL, "fail if a limit can't be had, instead of a warning", set_strict},
	{"cgroup-parent", 0, ARGUMENT, "PATH", "make its cgroup below this one", set_cgroup_parent},
	{"hostname", 0, ARGUMENT, "NAME", "its hostname; else its name", set_hostname},
	{"net", 0, ARGUMENT, "none|host", "no network (the default), or the host's", set_net},
	{"share", 0, REPEAT, "NS,...",
	 "use the host's user, pid, net, ipc, uts or cgroup namespace", set_share},
	{"unshare", 0, REPEAT, "NS,...", "have such a namespace, too: time", set_unshare},
	{"user", 'u', ARGUMENT, "UID[:GID]", "run as this user, a number or a name inside",
	 set_user},
	{"subids", 0, ARGUMENT, "USER",
	 "for root: use the ids of this user in /etc/subuid, or none", set_subids},
	{"workdir", 'w', ARGUMENT, "DIR", "start there", set_workdir},
	{"env", 'e', REPEAT, "NAME[=VALUE]", "set a variable; without a value: as it is here",
	 set_env},
	{"cap-add", 0, REPEAT, "CAP,...", "give these capabilities, or ALL", set_cap_add},
	{"cap-drop", 0, REPEAT, "CAP,...", "take these capabilities, or ALL", set_cap_drop},
	{"seccomp", 0, ARGUMENT, "default|none|FILE", "which system calls it may use", set_seccomp},
	{"rlimit", 0, REPEAT, "NAME=SOFT[:HARD]", "a limit of each process, as nofile=1024",
	 set_rlimit},
	{"interactive", 'i', 0, NULL, "give it our standard input", set_interactive},
	{"terminal", 't', 0, NULL, "give it a terminal; our keys too, if we are on one",
	 set_terminal},
	{"no-terminal", 'T', 0, NULL, "give it none, though we are on one", set_no_terminal},
	{"rm", 0, 0, NULL, "forget it when it ends", set_rm},
	{"restart", 0, ARGUMENT, "no|on-failure[:N]", "start it again when it fails", set_restart},
	{"timeout", 0, ARGUMENT, "TIME", "end it after so long: 30s, 5m, 1h", set_timeout},
	{"outlive", 0, 0, NULL, "let it go on if its supervisor is killed", set_outlive},
	{0},
};

/* ---- From options to a spec ---- */

int run_usage_code(int code)
{
	return code == EXIT_USAGE ? SANDBOX_EXIT_FAILED : code;
}

void run_guess_terminal(bool said, bool *terminal, bool *interactive)
{
	if (!isatty(STDIN_FILENO))
		return;
	if (!said && isatty(STDOUT_FILENO))
		*terminal = true;
	/* A terminal that hears no keys is of no use to who has some. */
	*interactive |= *terminal;
}

static int load(struct run_options *options, struct err *err)
{
	struct spec *spec = &options->spec;
	bool host = !options->bundle && spec->root.kind == SPEC_ROOT_HOST;
	int r = 0;

	spec_finish(spec);
	spec_init(spec);
	if (options->bundle)
		r = spec_load_bundle(spec, options->bundle, err);
	if (host)
		spec_use_host(spec);
	return r;
}

static void take_operands(struct spec *spec, int argc, char **argv)
{
	if (argc > 0)
		spec->process.args = (struct spec_list) {NULL, 0};
	for (int i = 0; i < argc; i++)
		spec_list_add(spec, &spec->process.args, argv[i]);
}

static int finish(struct run_options *options, struct err *err)
{
	struct spec *spec = &options->spec;

	if (!spec->detach)
		run_guess_terminal(options->terminal_said, &spec->process.terminal,
				   &spec->process.interactive);
	if (spec->process.terminal && !spec->detach)
		spec_set_env(spec, "TERM", NULL);
	if (spec->process.args.len == 0)
		return err_setx(err, EINVAL, "missing operand: COMMAND, as in boxtop run -- bash");
	return spec_check(spec, err);
}

int run_options_take(const struct command *command, struct run_options *options, int argc,
		     char **argv)
{
	struct err err = ERR_INIT;
	char **again = argv;
	int again_argc = argc;
	int code, r;

	spec_init(&options->spec);
	code = command_begin(command, options, &argc, &argv);
	if (code != COMMAND_GO_ON)
		return run_usage_code(code);
	r = load(options, &err);
	if (r == 0)
		r = options_parse(command, options, &again_argc, &again, &err);
	if (r == 0) {
		take_operands(&options->spec, argc, argv);
		r = finish(options, &err);
	}
	return r < 0 ? run_usage_code(command_fail_usage(command, &err)) : COMMAND_GO_ON;
}
