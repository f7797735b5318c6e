/* SPDX-License-Identifier: MIT */
/*
 * $BOXTOPRC, or config in boxtop's folder of XDG_CONFIG_HOME, or of ~/.config; read from /etc where there
 * is none of these. Written through a temporary file beside it, synced, then renamed: a full disk or a
 * crash leaves the old one. A link to a file elsewhere stays a link.
 */
#include "commands/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "ui/settings.h"

#define SIZE_MAX_BYTES 65536u /* of a file of settings */
#define SYSTEM_PATH    "/etc/boxtop/config"

/** struct settings_file - the file, and what holds without it */
struct settings_file {
	struct app_options defaults;
	struct settings_store store;
	char path[PATH_MAX]; /* empty: no place */
	struct strbuf shown; /* the path, clean */
	struct strbuf note;
};

/* find_path() - where settings are written */
static void find_path(char path[PATH_MAX])
{
	const char *rc = getenv("BOXTOPRC"), *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int n = -1;
	if (rc && rc[0])
		n = snprintf(path, PATH_MAX, "%s", rc);
	else if (xdg && xdg[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/boxtop/config", xdg);
	else if (home && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.config/boxtop/config", home);
	if (n < 0 || n >= PATH_MAX)
		path[0] = '\0';
}

/* ---- Reading ---- */

static int read_all(int fd, const char *path, struct strbuf *out, struct err *err)
{
	ssize_t n = 1;
	while (n > 0 && out->len <= SIZE_MAX_BYTES) {
		strbuf_reserve(out, 4096);
		n = read(fd, out->data + out->len, 4096);
		if (n > 0)
			out->len += (size_t)n;
		out->data[out->len] = '\0';
	}
	if (n < 0)
		return err_set(err, errno, "read %s", path);
	if (out->len > SIZE_MAX_BYTES)
		return err_setx(err, EFBIG, "%s is too large for a file of settings", path);
	return 0;
}

/* read_file() - 1: there is none; 0; -errno with @err. A pipe or a device is not waited for */
static int read_file(const char *path, struct strbuf *out, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if (fd < 0)
		return err_set(err, errno, "open %s", path);
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "stat %s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(err, EISDIR, "read %s", path);
	/* /dev/null stands for no settings. */
	return S_ISREG(st.st_mode) ? read_all(fd, path, out, err) : 0;
}

static void __attribute__((format(printf, 2, 3)))
set_note(struct settings_file *file, const char *fmt, ...)
{
	char text[PATH_MAX + 512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	strbuf_reset(&file->note);
	text_sanitize(span_of(text), &file->note);
	file->store.note = strbuf_cstr(&file->note);
}

static void apply(struct settings_file *file, const char *path, struct span text,
		  struct app_options *options)
{
	struct settings_problem problem;
	settings_apply(text, options, &problem);
	if (problem.line && problem.more > 0)
		set_note(file, "%s:%u: %s (and %zu more)", path, problem.line, problem.err.text,
			 problem.more);
	else if (problem.line)
		set_note(file, "%s:%u: %s", path, problem.line, problem.err.text);
}

static void load(struct settings_file *file, struct app_options *options)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;
	const char *path = file->path[0] ? file->path : SYSTEM_PATH;
	int r = read_file(path, &text, &err);
	if (r == 1 && !getenv("BOXTOPRC")) {
		path = SYSTEM_PATH;
		r = read_file(path, &text, &err);
	}
	if (r < 0)
		set_note(file, "Settings: %s", err.text);
	else
		apply(file, path, strbuf_span(&text), options);
}

/* ---- Writing ---- */

/* make_folder() - of a path, and those above it */
static int make_folder(const char *path, struct err *err)
{
	char folder[PATH_MAX];
	snprintf(folder, sizeof(folder), "%s", path);
	for (char *p = folder + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(folder, 0700) < 0 && errno != EEXIST)
			return err_set(err, errno, "make the folder %s", folder);
		*p = '/';
	}
	return 0;
}

static int write_all(int fd, struct span text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.p, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text = (struct span) {text.p + n, text.len - (size_t)n};
	}
	return fsync(fd);
}

/* replace() - @path gets @text, whole or not at all */
static int replace(const char *path, struct span text, struct err *err)
{
	char temporary[PATH_MAX];
	struct stat old;
	int n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if (n < 0 || n >= (int)sizeof(temporary))
		return err_set(err, ENAMETOOLONG, "write %s", path);
	_cleanup_(cleanup_close)
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "write %s", path);
	int r = write_all(fd, text);
	if (r == 0 && stat(path, &old) == 0)
		r = fchmod(fd, old.st_mode & 07777);
	if (r == 0)
		r = rename(temporary, path);
	if (r == 0)
		return 0;
	err_set(err, errno, "write %s", path);
	unlink(temporary);
	return -err->code;
}

static int save(struct settings_store *store, const struct app_options *now, struct err *err)
{
	struct settings_file *file = store->data;
	_cleanup_(strbuf_finish)
	struct strbuf old = STRBUF_INIT;
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	char target[PATH_MAX];
	struct stat st;
	if (stat(file->path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_setx(err, EINVAL, "%s is no regular file", file->path);
	int r = make_folder(file->path, err);
	/* Somebody may have edited it meanwhile: what is theirs stays. */
	if (r >= 0)
		r = read_file(file->path, &old, err);
	if (r < 0)
		return r;
	settings_write(strbuf_span(&old), now, &file->defaults, &text);
	const char *path = realpath(file->path, target) ? target : file->path;
	return replace(path, strbuf_span(&text), err);
}

/* ---- All ---- */

struct settings_file *settings_file_load(struct app_options *options)
{
	struct settings_file *file = xcalloc(1, sizeof(*file));
	file->defaults = *options;
	file->store = (struct settings_store) {.data = file, .save = save};
	find_path(file->path);
	if (file->path[0]) {
		text_sanitize(span_of(file->path), &file->shown);
		file->store.path = strbuf_cstr(&file->shown);
	}
	load(file, options);
	return file;
}

struct settings_store *settings_file_store(struct settings_file *file)
{
	return &file->store;
}

void settings_file_free(struct settings_file *file)
{
	if (!file)
		return;
	strbuf_finish(&file->shown);
	strbuf_finish(&file->note);
	free(file);
}
