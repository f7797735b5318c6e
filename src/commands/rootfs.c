/* SPDX-License-Identifier: MIT */
/* boxtop rootfs: a minimal root made of programs, and what it was made of. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/units.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/stdout.h"
#include "runtime/runtime.h"

/* struct rootfs_options - of the command line */
struct rootfs_options {
	enum output_format format;
	bool quiet;
};

static int set_format(void *target, const char *value, struct err *err)
{
	struct rootfs_options *options = target;
	int r = output_format_find(value, &options->format, err);

	if (r == 0 && options->format == OUTPUT_CSV)
		r = err_setx(err, EINVAL, "--format: text or json");
	return r;
}

static int set_json(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct rootfs_options *)target)->format = OUTPUT_JSON;
	return 0;
}

static int set_quiet(void *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	((struct rootfs_options *)target)->quiet = true;
	return 0;
}

static void say_entry(const struct rootfs_entry *entry, struct strbuf *out)
{
	char bytes[UNITS_TEXT_MAX];

	strbuf_addf(out, "%-7s  %5s  ", rootfs_kind_text(entry->kind),
		    entry->kind == ROOTFS_LINK ? "" : units_format_bytes(entry->bytes, bytes));
	text_sanitize(span_of(entry->path), out);
	if (entry->target) {
		strbuf_adds(out, " -> ");
		text_sanitize(span_of(entry->target), out);
	}
	if (entry->setid_dropped)
		strbuf_adds(out, "  (without its setuid, setgid or capabilities)");
	strbuf_addc(out, '\n');
}

static void say_count(unsigned int n, const char *one, const char *many, struct strbuf *out)
{
	strbuf_addf(out, "%u %s, ", n, n == 1 ? one : many);
}

static void say_text(const struct rootfs_report *report, const char *dir, bool quiet,
		     struct strbuf *out)
{
	char bytes[UNITS_TEXT_MAX];

	for (size_t i = 0; !quiet && i < report->entries_len; i++)
		say_entry(&report->entries[i], out);
	text_sanitize(span_of(dir), out);
	strbuf_adds(out, ": ");
	say_count(report->programs, "program", "programs", out);
	say_count(report->libraries, "library", "libraries", out);
	say_count(report->files, "file", "files", out);
	say_count(report->links, "link", "links", out);
	strbuf_addf(out, "%s\n", units_format_bytes(report->bytes, bytes));
}

static json_t *json_entry(const struct rootfs_entry *entry)
{
	json_t *object = json_object();

	json_add(object, "kind", json_string(rootfs_kind_text(entry->kind)));
	json_add(object, "path", json_text(entry->path));
	json_add(object, "target", json_text(entry->target));
	json_add(object, "bytes", json_integer((json_int_t)entry->bytes));
	json_add(object, "setid_dropped", json_boolean(entry->setid_dropped));
	return object;
}

static int say_json(const struct rootfs_report *report, const char *dir, bool quiet,
		    struct strbuf *out, struct err *err)
{
	json_t *object = json_object(), *entries = json_array();

	json_add(object, "rootfs", json_text(dir));
	json_add(object, "programs", json_integer(report->programs));
	json_add(object, "libraries", json_integer(report->libraries));
	json_add(object, "files", json_integer(report->files));
	json_add(object, "links", json_integer(report->links));
	json_add(object, "bytes", json_integer((json_int_t)report->bytes));
	for (size_t i = 0; !quiet && i < report->entries_len; i++)
		json_push(entries, json_entry(&report->entries[i]));
	json_add(object, "entries", entries);
	return output_json_line(object, out, err);
}

static int rootfs_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	_cleanup_(rootfs_report_finish)
	struct rootfs_report report = {0};
	struct rootfs_options options = {0};
	struct err err = ERR_INIT;
	int code = command_begin(command, &options, &argc, &argv);
	int r;

	if (code != COMMAND_GO_ON)
		return code;
	r = rootfs_make(argv[0], (const char *const *)argv + 1, (size_t)argc - 1, &report, &err);
	if (r < 0)
		return command_fail(command, &err);
	if (options.format == OUTPUT_JSON)
		r = say_json(&report, argv[0], options.quiet, &text, &err);
	else
		say_text(&report, argv[0], options.quiet, &text);
	if (r == 0)
		r = stdout_write(strbuf_span(&text), &err);
	return r < 0 ? command_fail(command, &err) : EXIT_FINE;
}

static const struct option_spec rootfs_options[] = {
	{"format", 'f', OPTION_ARGUMENT, "FORMAT", "text or json", set_format},
	{"json", 'J', 0, NULL, "the same as --format json", set_json},
	{"quiet", 'q', 0, NULL, "the sums alone, not what was copied", set_quiet},
	{0},
};

const struct command command_rootfs = {
	.name = "rootfs",
	.operands = "DIR PROGRAM...",
	.operands_min = 2,
	.operands_max = OPERANDS_ANY,
	.help = "make a minimal root of programs",
	.details = "DIR becomes a root in which the programs run: each is copied with its loader, "
		   "every\n"
		   "shared library, the interpreter of a script, and the links that lead to them; "
		   "around\n"
		   "them accounts, terminfo, a locale and name lookup. A root that was made before "
		   "gets\n"
		   "the programs added. Nothing is run, and what a program opens by itself later "
		   "(modules,\n"
		   "plugins, data) is not known. Setuid and setgid bits are not copied.",
	.options = rootfs_options,
	.run = rootfs_run,
};
