/* SPDX-License-Identifier: MIT */
/*
 * The files around the programs of a minimal root. Tables of what is made; the rest is copied from the
 * host where programs were taken that use it: no terminfo for a root without a terminal library.
 */
#include "runtime/rootfs_base.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/dir.h"

/* struct base_dir - a directory of every root */
struct base_dir {
	const char *path;
	mode_t mode;
};

static const struct base_dir base_dirs[] = {
	{"/dev", 0755},	     {"/etc", 0755},	 {"/home", 0755},    {"/proc", 0555},
	{"/root", 0700},     {"/run", 0755},	 {"/sys", 0555},     {"/tmp", 01777},
	{"/usr", 0755},	     {"/usr/bin", 0755}, {"/usr/lib", 0755}, {"/var", 0755},
	{"/var/tmp", 01777},
};

/* Links of a merged /usr, on hosts that have one. */
static const char *const merged[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

/* struct base_file - a file that is written */
struct base_file {
	const char *path, *text;
};

static const struct base_file base_files[] = {
	{"/etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"},
	{"/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n"},
};

static const struct base_file glibc_files[] = {
	{"/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n"
			       "services: files\nprotocols: files\n"},
};

/* What glibc opens by name: to look up names, and when a thread ends (pthread_exit(3) aborts without). */
static const char *const glibc_modules[] = {"libnss_files.so.2", "libnss_dns.so.2",
					    "libresolv.so.2", "libgcc_s.so.1"};

static const char *const locale_dirs[] = {"/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8"};

static const char *const terminfo_dirs[] = {"/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo",
					    "/usr/share/terminfo"};
/* In a directory by the first letter. */
static const char *const terminals[] = {
	"ansi",	 "dumb",  "linux", "rxvt",  "rxvt-256color", "rxvt-unicode", "screen*",
	"tmux*", "vt100", "vt102", "vt220", "xterm*",	     "foot",	     "alacritty",
};

bool rootfs_base_is_shell(const char *path)
{
	static const char *const shells[] = {"ash", "bash", "dash", "ksh", "mksh", "sh", "zsh"};
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (strcmp(shells[i], name) == 0)
			return true;
	return false;
}

int rootfs_base_dirs(struct rootfs_tree *tree)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(base_dirs); i++)
		r = rootfs_mkdir(tree, base_dirs[i].path, base_dirs[i].mode);
	for (size_t i = 0; r >= 0 && i < ARRAY_LEN(merged); i++) {
		_cleanup_(cleanup_close)
		int fd = -1;
		struct stat st;

		if (rootfs_host_open(tree, merged[i], O_PATH | O_NOFOLLOW, &fd) == 0 &&
		    fstat(fd, &st) == 0 && S_ISLNK(st.st_mode))
			r = rootfs_take(tree, merged[i], ROOTFS_FILE, NULL);
	}
	return r < 0 ? r : 0;
}

/* take_listed() - the files of a directory whose names match */
static int take_listed(struct rootfs_tree *tree, const char *directory, const char *pattern)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	struct dirent *entry;
	int fd = -1;
	int r = 0;

	if (rootfs_host_open(tree, directory, O_RDONLY | O_DIRECTORY, &fd) != 0)
		return 0;
	dir = fdopendir(fd);
	if (!dir) {
		cleanup_close(&fd);
		return 0;
	}
	while (r == 0 && (entry = readdir(dir))) {
		char path[PATH_MAX];

		if (fnmatch(pattern, entry->d_name, FNM_PERIOD) != 0 ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name) >=
			    sizeof(path) ||
		    !rootfs_host_is_file(tree, path))
			continue;
		r = rootfs_take(tree, path, ROOTFS_FILE, NULL);
	}
	return r;
}

static int take_terminfo(struct rootfs_tree *tree)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(terminfo_dirs); i++)
		for (size_t j = 0; r == 0 && j < ARRAY_LEN(terminals); j++) {
			char directory[64];

			snprintf(directory, sizeof(directory), "%s/%c", terminfo_dirs[i],
				 terminals[j][0]);
			r = take_listed(tree, directory, terminals[j]);
		}
	return r;
}

static int put_files(struct rootfs_tree *tree, const struct base_file *files, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = rootfs_put(tree, files[i].path, 0644, span_of(files[i].text));
	return r;
}

/* The shell of root is one that is there. */
static int put_passwd(struct rootfs_tree *tree)
{
	static const char *const shells[] = {"/bin/bash", "/bin/sh", "/bin/zsh"};
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	const char *shell = "/bin/sh";

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (rootfs_has(tree, shells[i])) {
			shell = shells[i];
			break;
		}
	strbuf_addf(&text,
		    "root:x:0:0:root:/root:%s\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
		    shell);
	return rootfs_put(tree, "/etc/passwd", 0644, strbuf_span(&text));
}

/* Copied as text, not as the link into /run that it often is. Only of use with the host's network. */
static int put_resolv_conf(struct rootfs_tree *tree)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	if (dir_read_flags(tree->host_fd, "/etc/resolv.conf", DIR_BENEATH | DIR_REGULAR, 64u << 10,
			   &text, NULL) != 0)
		return 0;
	return rootfs_put(tree, "/etc/resolv.conf", 0644, strbuf_span(&text));
}

static int take_glibc(struct rootfs_libs *libs)
{
	struct rootfs_tree *tree = libs->tree;
	int r = put_files(tree, glibc_files, ARRAY_LEN(glibc_files));

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(glibc_modules); i++)
		r = rootfs_libs_take_optional(libs, glibc_modules[i]);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(locale_dirs); i++)
		r = take_listed(tree, locale_dirs[i], "*");
	/* LC_MESSAGES is a directory. */
	if (r == 0)
		r = take_listed(tree, "/usr/lib/locale/C.utf8/LC_MESSAGES", "*");
	return r;
}

int rootfs_base_files(struct rootfs_libs *libs)
{
	struct rootfs_tree *tree = libs->tree;
	int r = put_files(tree, base_files, ARRAY_LEN(base_files));

	if (r == 0)
		r = put_passwd(tree);
	if (r == 0)
		r = put_resolv_conf(tree);
	if (r == 0 && libs->glibc)
		r = take_glibc(libs);
	if (r == 0 && libs->terminal)
		r = take_terminfo(tree);
	return r;
}
