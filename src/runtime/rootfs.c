/* SPDX-License-Identifier: MIT */
/*
 * Makes a minimal root of programs: each with its interpreter, its libraries and its links, and around
 * them the few files that nearly every program opens. What a program opens by itself later (modules,
 * plugins, data) isn't known here. Runs nothing, and writes to the new root alone.
 */
#include "runtime/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/rootfs_base.h"
#include "runtime/rootfs_libs.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* A root of ours, to which more may be added. */
#define MARKER "/.boxtop-rootfs"
/* As the kernel reads it. */
#define SHEBANG_MAX 256
/* Scripts whose interpreters are scripts: the kernel takes no more. */
#define SCRIPTS_MAX 5

const char *rootfs_kind_text(enum rootfs_kind kind)
{
	static const char *const texts[] = {
		[ROOTFS_PROGRAM] = "program",
		[ROOTFS_LIBRARY] = "library",
		[ROOTFS_FILE] = "file",
		[ROOTFS_LINK] = "link",
	};

	return texts[kind];
}

void rootfs_report_finish(struct rootfs_report *report)
{
	arena_finish(&report->arena);
	*report = (struct rootfs_report) {.arena = ARENA_INIT};
}

/* in_path() - the first directory of PATH that has @name as a program; false: none */
static bool in_path(const struct rootfs_tree *tree, const char *name, char out[PATH_MAX])
{
	const char *path = getenv("PATH");
	struct span rest = span_of(path && *path ? path : DEFAULT_PATH), dir;

	while (span_next_part(&rest, ':', &dir)) {
		_cleanup_(cleanup_close)
		int fd = -1;
		struct stat st;

		if (dir.len == 0 || dir.p[0] != '/' ||
		    snprintf(out, PATH_MAX, "%.*s/%s", (int)dir.len, dir.p, name) >= PATH_MAX ||
		    rootfs_host_open(tree, out, O_PATH, &fd) != 0)
			continue;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111))
			return true;
	}
	return false;
}

/* locate() - the absolute path of a program as a shell would find it */
static int locate(const struct rootfs_tree *tree, const char *program, char out[PATH_MAX])
{
	char cwd[PATH_MAX];
	bool absolute = program[0] == '/';

	if (!*program)
		return err_setx(tree->err, EINVAL, "a program without a name");
	if (!strchr(program, '/'))
		return in_path(tree, program, out)
			       ? 0
			       : err_setx(tree->err, ENOENT, "%s: no such program in PATH",
					  program);
	if (!absolute && !getcwd(cwd, sizeof(cwd)))
		return err_set(tree->err, errno, "working directory");
	if (snprintf(out, PATH_MAX, "%s%s%s", absolute ? "" : cwd, absolute ? "" : "/", program) >=
	    PATH_MAX)
		return err_set(tree->err, ENAMETOOLONG, "%s", program);
	return rootfs_host_is_file(tree, out)
		       ? 0
		       : err_setx(tree->err, ENOENT, "%s: no such program", program);
}

static int take_program(struct rootfs_libs *libs, const char *path, unsigned int depth);

/* take_env_word() - "#!/usr/bin/env [-S] [A=b]... word": the program that env will run */
static int take_env_word(struct rootfs_libs *libs, const char *script, struct span rest,
			 unsigned int depth)
{
	char name[SHEBANG_MAX], path[PATH_MAX];
	struct span word;
	int r;

	while (span_next_word(&rest, &word)) {
		if (word.p[0] == '-' || memchr(word.p, '=', word.len))
			continue;
		if (!span_copy(word, name, sizeof(name)))
			return 0;
		r = locate(libs->tree, name, path);
		if (r == 0)
			r = take_program(libs, path, depth + 1);
		return err_wrap(libs->tree->err, r, "%s", script);
	}
	return 0;
}

static int take_interpreter(struct rootfs_libs *libs, const char *script, struct span line,
			    unsigned int depth)
{
	struct rootfs_tree *tree = libs->tree;
	char path[SHEBANG_MAX];
	struct span word, rest = line;
	int r;

	if (!span_next_word(&rest, &word) || !span_copy(word, path, sizeof(path)) || path[0] != '/')
		return err_setx(tree->err, ENOEXEC, "%s: its first line names no interpreter",
				script);
	if (!rootfs_host_is_file(tree, path))
		return err_setx(tree->err, ENOENT, "%s: its interpreter %s isn't there", script,
				path);
	r = take_program(libs, path, depth + 1);
	if (r == 0 && span_ends(word, SPAN("/env")))
		r = take_env_word(libs, script, rest, depth);
	return r;
}

/* take_needs() - what the program at @path (@real in the end) runs by */
static int take_needs(struct rootfs_libs *libs, const char *path, const char *real,
		      unsigned int depth)
{
	struct rootfs_tree *tree = libs->tree;
	_cleanup_(cleanup_close)
	int fd = -1;
	char head[SHEBANG_MAX];
	struct elf_info info;
	struct span rest, line;
	ssize_t n;
	int r = rootfs_host_open(tree, real, O_RDONLY, &fd);

	if (r != 0)
		return r < 0 ? r : err_set(tree->err, ENOENT, "open %s", real);
	n = pread(fd, head, sizeof(head), 0);
	if (n < 0)
		return err_set(tree->err, errno, "read %s", path);
	rest = (struct span) {head, (size_t)n};
	if (span_starts(rest, SPAN("#!"))) {
		rest = (struct span) {head + 2, (size_t)n - 2};
		span_next_line(&rest, &line);
		return take_interpreter(libs, path, line, depth);
	}
	r = elf_info_read(fd, path, &libs->arena, &info, tree->err);
	if (r == ELF_INFO_NONE)
		return err_setx(tree->err, ENOEXEC, "%s: is neither an ELF program nor a script",
				path);
	return r < 0 ? r : rootfs_libs_take(libs, real, &info);
}

/* take_program() - and what it runs by; calls itself for the interpreter of a script */
static int take_program(struct rootfs_libs *libs, const char *path, unsigned int depth)
{
	char real[PATH_MAX];
	int r;

	if (depth > SCRIPTS_MAX)
		return err_setx(libs->tree->err, ELOOP, "%s: a script of a script of a script",
				path);
	r = rootfs_take(libs->tree, path, ROOTFS_PROGRAM, real);
	if (r == ROOTFS_ABSENT)
		return err_setx(libs->tree->err, ENOENT, "%s: no such program", path);
	return r < 0 ? r : take_needs(libs, path, real, depth);
}

/* is_in_default_path() - whether a shell inside finds it by name */
static bool is_in_default_path(const char *path)
{
	struct span rest = span_of(DEFAULT_PATH), dir;
	const char *slash = strrchr(path, '/');

	while (span_next_part(&rest, ':', &dir))
		if (span_eq(dir, (struct span) {path, (size_t)(slash - path)}))
			return true;
	return false;
}

/* A program from elsewhere stays where it is, so that it finds what is beside it, and gets a name. */
static int link_into_path(struct rootfs_tree *tree, const char *path)
{
	char link[PATH_MAX];
	int r;

	if (is_in_default_path(path))
		return 0;
	snprintf(link, sizeof(link), "/usr/local/bin%s", strrchr(path, '/'));
	r = rootfs_mkdir(tree, "/usr/local/bin", 0755);
	return r < 0 ? r : rootfs_link(tree, link, path);
}

/* take_asked() - a program that was asked for; a shell brings /bin/sh with it */
static int take_asked(struct rootfs_libs *libs, const char *program)
{
	struct rootfs_tree *tree = libs->tree;
	char path[PATH_MAX];
	int r = locate(tree, program, path);

	if (r == 0)
		r = take_program(libs, path, 0);
	if (r == 0)
		r = link_into_path(tree, path);
	if (r == 0 && rootfs_base_is_shell(path) && rootfs_host_is_file(tree, "/bin/sh"))
		r = take_program(libs, "/bin/sh", 0);
	return r;
}

static int is_empty(int fd)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	struct dirent *entry;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		cleanup_close(&copy);
		return -errno;
	}
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return 0;
	return 1;
}

/* open_root() - the directory to be filled, made if it isn't there */
static int open_root(struct rootfs_tree *tree, const char *dir, bool *out_made)
{
	int empty;

	*out_made = mkdir(dir, 0755) == 0;
	if (!*out_made && errno != EEXIST)
		return err_set(tree->err, errno, "make %s", dir);
	tree->root_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree->root_fd < 0)
		return err_set(tree->err, errno, "open %s", dir);
	if (rootfs_has(tree, MARKER))
		return 0;
	empty = is_empty(tree->root_fd);
	if (empty < 0)
		return err_set(tree->err, -empty, "read %s", dir);
	if (!empty)
		return err_setx(tree->err, ENOTEMPTY,
				"%s: is neither empty nor a root that boxtop made", dir);
	return rootfs_put(tree, MARKER, 0444, SPAN(""));
}

static int fill(struct rootfs_tree *tree, const char *const *programs, size_t n)
{
	struct rootfs_libs libs;
	int r = rootfs_base_dirs(tree);

	rootfs_libs_init(&libs, tree);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = take_asked(&libs, programs[i]);
	if (r == 0)
		r = rootfs_base_files(&libs);
	rootfs_libs_finish(&libs);
	return r;
}

int rootfs_make(const char *dir, const char *const *programs, size_t n, struct rootfs_report *out,
		struct err *err)
{
	struct err ignored = ERR_INIT;
	struct rootfs_tree tree = {
		.host_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.root_fd = -1,
		.report = out,
		.err = err ? err : &ignored,
	};
	bool made = false;
	int r;

	*out = (struct rootfs_report) {.arena = ARENA_INIT};
	if (tree.host_fd < 0)
		return err_set(err, errno, "open /");
	r = open_root(&tree, dir, &made);
	if (r == 0)
		r = fill(&tree, programs, n);
	if (r > 0)
		r = err_setx(tree.err, ENOENT, "%s: a file vanished meanwhile", dir);
	if (r < 0) {
		rootfs_undo(&tree);
		if (made)
			rmdir(dir);
		rootfs_report_finish(out);
	}
	rootfs_tree_finish(&tree);
	return r;
}
