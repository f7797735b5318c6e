/* SPDX-License-Identifier: MIT */
/* Reads /etc/ld.so.conf and what it includes: the directories that ldconfig(8) makes its cache of. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "runtime/rootfs_libs.h"

#define CONF_MAX_BYTES (256u << 10)
#define INCLUDES_MAX   8
#define FILES_MAX      256
#define DIRS_MAX       512

static void add_dir(struct rootfs_libs *libs, struct span dir)
{
	if (libs->conf_dirs_len == DIRS_MAX)
		return;
	if (libs->conf_dirs_len == libs->conf_dirs_cap) {
		libs->conf_dirs_cap = libs->conf_dirs_cap ? 2 * libs->conf_dirs_cap : 16;
		libs->conf_dirs = xreallocarray(libs->conf_dirs, libs->conf_dirs_cap,
						sizeof(libs->conf_dirs[0]));
	}
	libs->conf_dirs[libs->conf_dirs_len++] = arena_strndup(&libs->arena, dir.p, dir.len);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_conf(struct rootfs_libs *libs, const char *path, unsigned int depth);

/* include() - every file that @pattern matches; its directory has no wildcards */
static void include(struct rootfs_libs *libs, const char *pattern, unsigned int depth)
{
	char directory[PATH_MAX], *names[FILES_MAX];
	const char *slash = strrchr(pattern, '/');
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	struct dirent *entry;
	size_t n = 0;
	int fd = -1;

	if (!slash || slash == pattern || (size_t)(slash - pattern) >= sizeof(directory))
		return;
	snprintf(directory, sizeof(directory), "%.*s", (int)(slash - pattern), pattern);
	if (rootfs_host_open(libs->tree, directory, O_RDONLY | O_DIRECTORY, &fd) != 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		cleanup_close(&fd);
		return;
	}
	while (n < FILES_MAX && (entry = readdir(dir)))
		if (fnmatch(slash + 1, entry->d_name, FNM_PERIOD) == 0)
			names[n++] = arena_printf(&libs->arena, "%s/%s", directory, entry->d_name);
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++)
		read_conf(libs, names[i], depth + 1);
}

static void read_line(struct rootfs_libs *libs, struct span line, const char *path,
		      unsigned int depth)
{
	const char *comment = memchr(line.p, '#', line.len);
	struct span word;

	if (comment)
		line.len = (size_t)(comment - line.p);
	if (!span_next_word(&line, &word))
		return;
	if (word.p[0] == '/') {
		add_dir(libs, word);
		return;
	}
	/* "hwcap" lines say nothing about directories. */
	if (!span_eq(word, SPAN("include")))
		return;
	while (span_next_word(&line, &word)) {
		const char *slash = strrchr(path, '/');
		char *pattern = word.p[0] == '/' ? arena_strndup(&libs->arena, word.p, word.len)
						 : arena_printf(&libs->arena, "%.*s/%.*s",
								(int)(slash - path), path,
								(int)word.len, word.p);

		include(libs, pattern, depth);
	}
}

/* Goes down at most INCLUDES_MAX times: a file may include itself. */
static void read_conf(struct rootfs_libs *libs, const char *path, unsigned int depth)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct span rest, line;

	if (depth > INCLUDES_MAX ||
	    dir_read_flags(libs->tree->host_fd, path, DIR_BENEATH | DIR_REGULAR, CONF_MAX_BYTES,
			   &text, NULL) != 0)
		return;
	rest = strbuf_span(&text);
	while (span_next_line(&rest, &line))
		read_line(libs, line, path, depth);
}

void rootfs_ld_conf_read(struct rootfs_libs *libs)
{
	read_conf(libs, "/etc/ld.so.conf", 0);
}
