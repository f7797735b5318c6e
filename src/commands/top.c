/* SPDX-License-Identifier: MIT */
/*
 * boxtop top, which is also boxtop without a command: the screen. Puts collectors, the thread that runs
 * them and the screen together; or writes one frame, or hands over to the stats command. Draws nothing.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "collectors/collector.h"
#include "commands/columns.h"
#include "commands/command.h"
#include "commands/sampler.h"
#include "commands/settings_file.h"
#include "commands/source.h"
#include "commands/stdout.h"
#include "commands/top_actions.h"
#include "commands/top_inside.h"
#include "commands/top_options.h"
#include "model/rates.h"
#include "runtime/runtime.h"
#include "ui/term.h"

#define FRAME_INTERVAL_USEC 500000u /* between the two samples that a single frame is made of */
#define FRAME_SAMPLES_MAX   300
#define STATS_ARGS_MAX	    32

static void cleanup_collect(struct collect **collect)
{
	collect_free(*collect);
}

static void cleanup_insides(struct insides **insides)
{
	top_inside_free(*insides);
}

static void cleanup_settings(struct settings_file **file)
{
	settings_file_free(*file);
}

static void cleanup_actions(struct actions **actions)
{
	top_actions_free(*actions);
}

static void cleanup_sampler(struct sampler **sampler)
{
	sampler_free(*sampler);
}

static int open_collect(struct collect **out, struct err *err)
{
	const struct collect_options options = source_collect_options(true);
	return collect_new(&options, out, err);
}

/* ---- --columns help ---- */

static int list_columns(const struct top_options *options, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	columns_help(top_options_kind(options), stdout_width(), &text);
	return stdout_write(strbuf_span(&text), err);
}

/* ---- --dump-frame ---- */

/** struct samples - what one frame is made of */
struct samples {
	struct snapshot **snapshots;
	size_t len;
};

static void cleanup_samples(struct samples *samples)
{
	for (size_t i = 0; i < samples->len; i++)
		snapshot_unref(samples->snapshots[i]);
	free(samples->snapshots);
}

/* Two, half a second apart, are enough for the rates; --iterations asks for more, for the graphs. */
static int sample(const struct top_options *options, struct collect *collect,
		  struct samples *samples, struct err *err)
{
	const struct demand demand = {.sources = SOURCE_ALL, .view_pids_len = SIZE_MAX};
	uint64_t wanted = options->app.iterations;
	uint64_t delay_usec = wanted ? options->app.delay_usec : FRAME_INTERVAL_USEC;
	size_t len = wanted < 2			  ? 2
		     : wanted < FRAME_SAMPLES_MAX ? (size_t)wanted
						  : FRAME_SAMPLES_MAX;
	samples->snapshots = xcalloc(len, sizeof(samples->snapshots[0]));
	for (size_t i = 0; i < len; i++) {
		if (i > 0)
			usleep((useconds_t)delay_usec);
		int r = collect_pass(collect, &demand, &samples->snapshots[i], err);
		if (r < 0)
			return r;
		samples->len++;
		rates(i > 0 ? samples->snapshots[i - 1] : NULL, samples->snapshots[i]);
	}
	return 0;
}

static int dump_frame(const struct top_options *options, struct err *err)
{
	_cleanup_(cleanup_collect)
	struct collect *collect = NULL;
	_cleanup_(cleanup_samples)
	struct samples samples = {0};
	_cleanup_(cleanup_insides)
	struct insides *insides = NULL;
	_cleanup_(cleanup_actions)
	struct actions *actions = NULL;
	int r = open_collect(&collect, err);
	if (r >= 0)
		r = top_inside_new(&insides, err);
	if (r >= 0)
		r = top_actions_new(TOP_ACTIONS_LOOK, &actions, err);
	if (r >= 0)
		r = sample(options, collect, &samples, err);
	if (r < 0)
		return r;
	const struct theme *theme = app_theme(&options->app);
	const struct app_scene scene = {samples.snapshots, samples.len, options->keys, insides,
					actions};
	struct canvas canvas;
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	canvas_init(&canvas, options->dump_width, options->dump_height, options->app.ascii);
	canvas.mono = theme_is_mono(theme);
	r = app_frame(&options->app, &scene, &canvas, err);
	if (r >= 0) {
		canvas_write(&canvas, theme, options->format, &text);
		r = stdout_write(strbuf_span(&text), err);
	}
	canvas_finish(&canvas);
	return r;
}

/* ---- --batch ---- */

/** struct stats_args - a command line for the stats command */
struct stats_args {
	char *argv[STATS_ARGS_MAX];
	int argc;
	char iterations[24];
};

static void stats_add(struct stats_args *args, const char *option, const char *value)
{
	if (!option)
		return;
	args->argv[args->argc++] = (char *)(uintptr_t)option;
	if (value)
		args->argv[args->argc++] = (char *)(uintptr_t)value;
}

static int run_batch(const struct top_options *options)
{
	const struct app_options *app = &options->app;
	struct stats_args args = {.argc = 0};
	stats_add(&args, "stats", NULL);
	snprintf(args.iterations, sizeof(args.iterations), "%llu",
		 (unsigned long long)app->iterations);
	if (app->iterations > 0)
		stats_add(&args, "--iterations", args.iterations);
	stats_add(&args, options->delay ? "--delay" : NULL, options->delay);
	stats_add(&args, app->sort ? "--sort" : NULL, app->sort);
	stats_add(&args, app->filter ? "--filter" : NULL, app->filter);
	stats_add(&args, app->columns ? "--columns" : NULL, app->columns);
	stats_add(&args, app->all ? "--all" : NULL, NULL);
	return command_stats.run(&command_stats, args.argc, args.argv);
}

/* ---- The screen ---- */

static int run_screen(const struct top_options *options, struct settings_file *settings,
		      struct err *err)
{
	_cleanup_(cleanup_sampler)
	struct sampler *sampler = NULL;
	_cleanup_(cleanup_insides)
	struct insides *insides = NULL;
	_cleanup_(cleanup_actions)
	struct actions *actions = NULL;
	struct collect *collect = NULL;
	/* Before the threads, which are then as steady. */
	steady_stay();
	int r = open_collect(&collect, err);
	if (r < 0)
		return r;
	const struct sampler_source source = sampler_source_take_collect(collect);
	r = sampler_new(&source, &sampler, err);
	if (r >= 0)
		r = top_inside_new(&insides, err);
	if (r >= 0 && !options->app.readonly)
		r = top_actions_new(TOP_ACTIONS_ALL, &actions, err);
	if (r < 0)
		return r;
	const struct app_services services = {sampler_feed(sampler), insides,
					      settings_file_store(settings), actions};
	return app_run(&options->app, &services, err);
}

/* exit_code_of() - Ctrl-C is one of the keys to leave with; other signals are told as a shell tells them */
static int exit_code_of(int signal)
{
	return signal == 0 || signal == SIGINT ? EXIT_FINE : 128 + signal;
}

static int run_options(const struct command *command, struct top_options *options,
		       struct settings_file *settings)
{
	struct err err = ERR_INIT;
	struct app *app = NULL;
	if (top_options_resolve(options, &err) < 0)
		return command_fail_usage(command, &err);
	if (top_options_want_help(options))
		return list_columns(options, &err) < 0 ? command_fail(command, &err) : EXIT_FINE;
	if (options->batch)
		return top_options_check_batch(options, &err) < 0
			       ? command_fail_usage(command, &err)
			       : run_batch(options);
	/* Columns and filters are refused before the terminal is taken. */
	if (app_new(&options->app, &app, &err) < 0)
		return command_fail_usage(command, &err);
	app_free(app);
	int r = options->dump_width ? dump_frame(options, &err)
				    : run_screen(options, settings, &err);
	return r < 0 ? command_fail(command, &err) : exit_code_of(term_signal());
}

static int run(const struct command *command, int argc, char **argv)
{
	struct top_options options;
	top_options_init(&options);
	_cleanup_(cleanup_settings)
	struct settings_file *settings = settings_file_load(&options.app);
	int code = command_begin(command, &options, &argc, &argv);
	if (code == COMMAND_GO_ON)
		code = run_options(command, &options, settings);
	top_options_finish(&options);
	return code;
}

const struct command command_top = {
	.name = "top",
	.operands = "",
	.help = "watch containers, cgroups and processes on the screen",
	.details = "This is what boxtop does when no command is named. F1 or h lists the keys.",
	.options = top_option_specs,
	.run = run,
};
