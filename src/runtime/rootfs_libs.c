/* SPDX-License-Identifier: MIT */
/*
 * Finds a program's libraries in the order of ld.so(8): DT_RPATH of who needs it and of who loaded that,
 * DT_RUNPATH, the directories of the host's ld.so.conf, the loader's own. LD_LIBRARY_PATH is left out: it
 * won't be set inside. There is no cache inside either, so what only the configuration knows gets a link
 * in a directory that the loader searches by itself.
 */
#include "runtime/rootfs_libs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/cleanup.h"

/* More is no program. */
#define OBJECTS_MAX 2048

/* struct object - the program or a library of it */
struct object {
	const char *path; /* as found; of the program: resolved */
	const char *name; /* as needed */
	struct elf_info info;
	const struct object *loader; /* who needed it first; NULL for the program */
};

/* struct search - one program and what it has loaded so far */
struct search {
	struct rootfs_libs *libs;
	struct object *objects;
	size_t len;
	char loader_dir[PATH_MAX]; /* of the dynamic loader itself: it searches there */
	char found[PATH_MAX];	   /* the last one that was found */
	struct elf_info found_info;
	bool found_by_conf;
};

void rootfs_libs_init(struct rootfs_libs *libs, struct rootfs_tree *tree)
{
	*libs = (struct rootfs_libs) {.tree = tree, .arena = ARENA_INIT};
	rootfs_ld_conf_read(libs);
}

void rootfs_libs_finish(struct rootfs_libs *libs)
{
	free(libs->conf_dirs);
	arena_finish(&libs->arena);
}

static struct span directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (struct span) {path, slash ? (size_t)(slash - path) : 0};
}

/* token_value() - what stands for $ORIGIN and its kin in a path of @object; {NULL} for another word */
static struct span token_value(const struct search *search, const struct object *object,
			       struct span name)
{
	if (span_eq(name, SPAN("ORIGIN")))
		return directory_of(object->path);
	if (span_eq(name, SPAN("PLATFORM"))) {
		/* The text lies in the process's own memory. */
		const char *platform =
			(const char *)getauxval(AT_PLATFORM); // NOLINT(performance-no-int-to-ptr)

		return span_of(platform);
	}
	if (span_eq(name, SPAN("LIB"))) {
		struct span dir = span_of(search->loader_dir);

		if (span_starts(dir, SPAN("/usr/")))
			return (struct span) {dir.p + 5, dir.len - 5};
		return dir.len ? (struct span) {dir.p + 1, dir.len - 1} : dir;
	}
	return (struct span) {NULL, 0};
}

/* expand() - @text with its tokens replaced; false: too long, or a token that isn't known */
static bool expand(const struct search *search, const struct object *object, struct span text,
		   char out[PATH_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		struct span name, value = {text.p + i, 1};

		if (text.p[i] == '$') {
			bool braced = i + 1 < text.len && text.p[i + 1] == '{';
			size_t start = i + 1 + braced, end = start;

			while (end < text.len && text.p[end] >= 'A' && text.p[end] <= 'Z')
				end++;
			name = (struct span) {text.p + start, end - start};
			value = token_value(search, object, name);
			if (!value.p || (braced && (end == text.len || text.p[end] != '}')))
				return false;
			i = end - 1 + braced;
		}
		if (len + value.len >= PATH_MAX)
			return false;
		memcpy(out + len, value.p, value.len);
		len += value.len;
	}
	out[len] = '\0';
	return len > 0 && out[0] == '/';
}

/* try_path() - 1 when there is a library that fits the program; 0; -errno */
static int try_path(struct search *search, const char *path)
{
	struct rootfs_tree *tree = search->libs->tree;
	_cleanup_(cleanup_close)
	int fd = -1;
	struct stat st;
	struct err ignored = ERR_INIT;
	struct err *real = tree->err;
	int r;

	/* A directory that may not be read is one where the loader finds nothing. */
	tree->err = &ignored;
	r = rootfs_host_open(tree, path, O_RDONLY | O_NONBLOCK, &fd);
	tree->err = real;
	if (r != 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	r = elf_info_read(fd, path, &search->libs->arena, &search->found_info, &ignored);
	if (r != 0 || !elf_info_agrees(&search->found_info, &search->objects[0].info))
		return 0;
	snprintf(search->found, sizeof(search->found), "%s", path);
	return 1;
}

static int try_dir(struct search *search, const char *dir, const char *name)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return 0;
	return try_path(search, path);
}

/* try_list() - the directories of a DT_RPATH or DT_RUNPATH of @object */
static int try_list(struct search *search, const struct object *object, const char *list,
		    const char *name)
{
	struct span rest = span_of(list), part;
	char dir[PATH_MAX];

	while (list && span_next_part(&rest, ':', &part)) {
		int r = expand(search, object, part, dir) ? try_dir(search, dir, name) : 0;

		if (r != 0)
			return r;
	}
	return 0;
}

/* DT_RPATH counts for who needs it and for all who led there, unless that one has a DT_RUNPATH. */
static int try_rpaths(struct search *search, const struct object *object, const char *name)
{
	if (object->info.runpath)
		return try_list(search, object, object->info.runpath, name);
	for (const struct object *o = object; o; o = o->loader) {
		int r = o->info.runpath ? 0 : try_list(search, o, o->info.rpath, name);

		if (r != 0)
			return r;
	}
	return 0;
}

/* default_dirs() - what every loader of this class searches, beside the directory that it is in */
static const char *const *default_dirs(const struct search *search)
{
	static const char *const dirs64[] = {"/lib64", "/usr/lib64", "/lib", "/usr/lib", NULL};
	static const char *const dirs32[] = {"/lib", "/usr/lib", "/lib32", "/usr/lib32", NULL};

	return search->objects[0].info.elf_class == ELF_INFO_CLASS64 ? dirs64 : dirs32;
}

/* is_default() - /usr/lib/x86_64-linux-gnu is the same as /lib/x86_64-linux-gnu to a loader in either */
static bool is_default(const struct search *search, const char *dir)
{
	static const struct span usr = {"/usr", 4};
	struct span a = span_of(dir), b = span_of(search->loader_dir);

	for (const char *const *d = default_dirs(search); *d; d++)
		if (strcmp(*d, dir) == 0)
			return true;
	if (span_starts(a, usr))
		a = (struct span) {a.p + usr.len, a.len - usr.len};
	if (span_starts(b, usr))
		b = (struct span) {b.p + usr.len, b.len - usr.len};
	return span_eq(a, b);
}

/* try_conf() - the directories of ld.so.conf, which the host's cache knows before all others */
static int try_conf(struct search *search, const char *name)
{
	const struct rootfs_libs *libs = search->libs;
	int r = 0;

	for (size_t i = 0; r == 0 && i < libs->conf_dirs_len; i++) {
		r = try_dir(search, libs->conf_dirs[i], name);
		search->found_by_conf = r > 0 && !is_default(search, libs->conf_dirs[i]);
	}
	return r;
}

/* find() - 1: in search->found; 0: nowhere; -errno */
static int find(struct search *search, const struct object *object, const char *name)
{
	char path[PATH_MAX];
	int r;

	search->found_by_conf = false;
	if (strchr(name, '/'))
		return expand(search, object, span_of(name), path) ? try_path(search, path) : 0;
	r = try_rpaths(search, object, name);
	if (r != 0 || object->info.no_default_dirs)
		return r;
	r = try_conf(search, name);
	if (r == 0)
		r = try_dir(search, search->loader_dir, name);
	for (const char *const *dir = default_dirs(search); r == 0 && *dir; dir++)
		r = try_dir(search, *dir, name);
	return r;
}

static bool is_loaded(const struct search *search, const char *name)
{
	for (size_t i = 0; i < search->len; i++)
		if (search->objects[i].name && strcmp(search->objects[i].name, name) == 0)
			return true;
	return false;
}

static bool starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* note_kind() - what a library says about the files that its user will open */
static void note_kind(struct rootfs_libs *libs, const char *name)
{
	static const char *const terminals[] = {"libtinfo", "libncurses", "libreadline",
						"libslang", "libtermcap", "libedit"};

	if (starts(name, "libc.so.6"))
		libs->glibc = true;
	for (size_t i = 0; i < ARRAY_LEN(terminals); i++)
		if (starts(name, terminals[i]))
			libs->terminal = true;
}

/* The link by which the loader finds what only ld.so.conf knows. */
static int link_for_loader(struct search *search, const char *name)
{
	char path[PATH_MAX];

	if (!search->found_by_conf ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", search->loader_dir, name) >= sizeof(path))
		return 0;
	return rootfs_link(search->libs->tree, path, search->found);
}

/* take() - copy what was found, and look at it in its turn */
static int take(struct search *search, const struct object *object, const char *name)
{
	struct rootfs_libs *libs = search->libs;
	int r = rootfs_take(libs->tree, search->found, ROOTFS_LIBRARY, NULL);

	if (r == 0)
		r = link_for_loader(search, name);
	if (r != 0)
		return r;
	if (search->len == OBJECTS_MAX)
		return err_setx(libs->tree->err, E2BIG, "%s: needs more than %d libraries",
				search->objects[0].path, OBJECTS_MAX);
	note_kind(libs, name);
	search->objects[search->len++] = (struct object) {
		.path = arena_strdup(&libs->arena, search->found),
		.name = name,
		.info = search->found_info,
		.loader = object,
	};
	return 0;
}

static int refuse_missing(const struct search *search, const struct object *object,
			  const char *name)
{
	struct err *err = search->libs->tree->err;

	if (object->loader)
		return err_setx(err, ENOENT,
				"%s: needs %s for %s, which is in none of the loader's directories",
				search->objects[0].path, name, object->name);
	return err_setx(err, ENOENT, "%s: needs %s, which is in none of the loader's directories",
			object->path, name);
}

static int take_needed(struct search *search, const struct object *object)
{
	for (size_t i = 0; i < object->info.needed_len; i++) {
		const char *name = object->info.needed[i];
		int r;

		if (is_loaded(search, name))
			continue;
		r = find(search, object, name);
		if (r == 0)
			return refuse_missing(search, object, name);
		if (r > 0)
			r = take(search, object, name);
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_loader(struct search *search)
{
	const struct object *program = &search->objects[0];
	const char *interp = program->info.interp;
	struct rootfs_tree *tree = search->libs->tree;
	char real[PATH_MAX];
	struct span dir;
	int r;

	if (interp[0] != '/')
		return err_setx(tree->err, ENOEXEC, "%s: its loader '%s' is no absolute path",
				program->path, interp);
	r = rootfs_host_is_file(tree, interp) ? rootfs_take(tree, interp, ROOTFS_LIBRARY, real)
					      : ROOTFS_ABSENT;
	if (r == ROOTFS_ABSENT)
		return err_setx(tree->err, ENOENT, "%s: its loader %s isn't there", program->path,
				interp);
	dir = directory_of(real);
	snprintf(search->loader_dir, sizeof(search->loader_dir), "%.*s", (int)dir.len, dir.p);
	return r;
}

static void begin(struct search *search, struct rootfs_libs *libs, const char *path,
		  const struct elf_info *info)
{
	*search = (struct search) {
		.libs = libs,
		.objects = xcalloc(OBJECTS_MAX, sizeof(search->objects[0])),
		.len = 1,
	};
	search->objects[0] = (struct object) {.path = path, .info = *info};
}

/* take_all() - what the objects from @first on need, and what that needs */
static int take_all(struct search *search, size_t first)
{
	int r = 0;

	for (size_t i = first; r == 0 && i < search->len; i++)
		r = take_needed(search, &search->objects[i]);
	return r;
}

int rootfs_libs_take(struct rootfs_libs *libs, const char *path, const struct elf_info *info)
{
	struct search search;
	int r = 0;

	if (!info->interp && info->needed_len == 0)
		return 0;
	begin(&search, libs, path, info);
	if (info->interp)
		r = take_loader(&search);
	if (r == 0)
		r = take_all(&search, 0);
	free(search.objects);
	libs->any = *info;
	libs->any_path = arena_strdup(&libs->arena, path);
	return r;
}

int rootfs_libs_take_optional(struct rootfs_libs *libs, const char *name)
{
	struct search search;
	int r;

	if (!libs->any_path || !libs->any.interp)
		return 0;
	begin(&search, libs, libs->any_path, &libs->any);
	r = take_loader(&search);
	if (r == 0)
		r = find(&search, &search.objects[0], name);
	if (r > 0) {
		r = take(&search, &search.objects[0], name);
		if (r == 0)
			r = take_all(&search, 1);
	}
	free(search.objects);
	return r;
}
