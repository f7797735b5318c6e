/* SPDX-License-Identifier: MIT */
/*
 * Copies from the host's tree into a root, path by path, and remembers what it made. A path is walked one
 * component at a time: directories are made with their modes, links are made as they are, and only the
 * file in the end is copied, so /lib64/ld-linux.so.2 comes with /lib64 -> usr/lib64 and all that it
 * leads through. Opens everything below a descriptor; follows no link out of either tree.
 */
#include "runtime/rootfs_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"

#define LINKS_MAX 40
/* A rename on the way makes RESOLVE_IN_ROOT give EAGAIN. */
#define OPENAT2_TRIES 16
#define COPY_CHUNK    (1u << 20)

static int open_in(int root_fd, const char *path, int flags, unsigned long long resolve)
{
	struct open_how how = {.flags = (unsigned int)(flags | O_CLOEXEC),
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve};
	int fd = -1;

	for (int i = 0; i < OPENAT2_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

int rootfs_host_open(const struct rootfs_tree *tree, const char *path, int flags, int *out_fd)
{
	*out_fd = open_in(tree->host_fd, path, flags, 0);
	if (*out_fd >= 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return ROOTFS_ABSENT;
	return err_set(tree->err, errno, "open %s", path);
}

static bool is_there(int root_fd, const char *path, mode_t type)
{
	_cleanup_(cleanup_close)
	int fd = open_in(root_fd, path, O_PATH, 0);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && (type == 0 || (st.st_mode & S_IFMT) == type);
}

bool rootfs_host_is_file(const struct rootfs_tree *tree, const char *path)
{
	return is_there(tree->host_fd, path, S_IFREG);
}

bool rootfs_has(const struct rootfs_tree *tree, const char *path)
{
	return is_there(tree->root_fd, path, 0);
}

/* split() - "/a/b" to "/a" in @parent, PATH_MAX bytes, and its last component */
static const char *split(const char *path, char *parent)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash && slash > path ? (size_t)(slash - path) : 1;

	memcpy(parent, len > 1 ? path : "/", len);
	parent[len] = '\0';
	return slash ? slash + 1 : path;
}

/* open_parent() - the directory in the root that holds @path, and the name in it */
static int open_parent(const struct rootfs_tree *tree, const char *path, const char **out_name)
{
	char parent[PATH_MAX];

	*out_name = split(path, parent);
	return open_in(tree->root_fd, parent, O_RDONLY | O_DIRECTORY, 0);
}

static void remember(struct rootfs_tree *tree, const char *path)
{
	if (tree->made_len == tree->made_cap) {
		tree->made_cap = tree->made_cap ? 2 * tree->made_cap : 64;
		tree->made = xreallocarray(tree->made, tree->made_cap, sizeof(tree->made[0]));
	}
	tree->made[tree->made_len++] = xstrdup(path);
}

static unsigned int *counter_of(struct rootfs_report *report, enum rootfs_kind kind)
{
	switch (kind) {
	case ROOTFS_PROGRAM:
		return &report->programs;
	case ROOTFS_LIBRARY:
		return &report->libraries;
	case ROOTFS_LINK:
		return &report->links;
	default:
		return &report->files;
	}
}

/* tell() - one more entry; the array is full when its length is a power of two */
static struct rootfs_entry *tell(struct rootfs_tree *tree, enum rootfs_kind kind, const char *path)
{
	struct rootfs_report *report = tree->report;
	size_t len = report->entries_len;

	if ((len & (len - 1)) == 0) {
		struct rootfs_entry *entries =
			arena_array(&report->arena, len ? 2 * len : 1, sizeof(report->entries[0]));

		if (len)
			memcpy(entries, report->entries, len * sizeof(entries[0]));
		report->entries = entries;
	}
	report->entries[len] =
		(struct rootfs_entry) {.kind = kind, .path = arena_strdup(&report->arena, path)};
	report->entries_len++;
	++*counter_of(report, kind);
	return &report->entries[len];
}

/* make_dir() - one directory whose parent is there */
static int make_dir(struct rootfs_tree *tree, const char *path, mode_t mode)
{
	const char *name;
	_cleanup_(cleanup_close)
	int parent = -1;
	struct stat st;

	if (strcmp(path, "/") == 0)
		return 0;
	parent = open_parent(tree, path, &name);
	if (parent < 0)
		return err_set(tree->err, errno, "open the directory of %s in the root", path);
	if (mkdirat(parent, name, mode & 0777) < 0) {
		if (errno != EEXIST)
			return err_set(tree->err, errno, "make %s in the root", path);
		if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
			return 0;
		return err_setx(tree->err, ENOTDIR, "make %s in the root: is no directory there",
				path);
	}
	remember(tree, path);
	/* Not what the umask left of it; and never closed to us, who are to fill it. */
	if (fchmodat(parent, name, (mode & 01777) | 0700, 0) < 0)
		return err_set(tree->err, errno, "set the mode of %s in the root", path);
	return 0;
}

int rootfs_mkdir(struct rootfs_tree *tree, const char *path, mode_t mode)
{
	char part[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int r;

		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (is_there(tree->root_fd, part, S_IFDIR))
			continue;
		r = make_dir(tree, part, 0755);
		if (r < 0)
			return r;
	}
	return is_there(tree->root_fd, path, S_IFDIR) ? 0 : make_dir(tree, path, mode);
}

int rootfs_link(struct rootfs_tree *tree, const char *path, const char *target)
{
	const char *name;
	_cleanup_(cleanup_close)
	int parent = open_parent(tree, path, &name);

	if (parent < 0)
		return err_set(tree->err, errno, "open the directory of %s in the root", path);
	if (symlinkat(target, parent, name) < 0)
		return errno == EEXIST ? 0 : err_set(tree->err, errno, "link %s in the root", path);
	remember(tree, path);
	tell(tree, ROOTFS_LINK, path)->target = arena_strdup(&tree->report->arena, target);
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* copy_slowly() - where the kernel can't copy between these two file systems */
static int copy_slowly(int from, int to)
{
	_cleanup_(cleanup_free)
	char *buf = xmalloc(COPY_CHUNK);

	for (;;) {
		ssize_t n = read(from, buf, COPY_CHUNK);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		r = write_all(to, buf, (size_t)n);
		if (r < 0)
			return r;
	}
}

static int copy_bytes(int from, int to)
{
	for (;;) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, 1u << 30, 0);

		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		/* Both offsets stand where it stopped. */
		if (n < 0 &&
		    (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
			return copy_slowly(from, to);
		if (n < 0)
			return -errno;
	}
}

/* is_same() - whether an earlier run made @name from this very file */
static bool is_same(int parent, const char *name, const struct stat *from)
{
	struct stat st;

	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size == from->st_size && st.st_mtim.tv_sec == from->st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == from->st_mtim.tv_nsec;
}

static int fill(int from, int to, const struct stat *st)
{
	const struct timespec times[2] = {st->st_atim, st->st_mtim};
	int r = copy_bytes(from, to);

	if (r < 0)
		return r;
	if (fchmod(to, st->st_mode & 0777) < 0 || futimens(to, times) < 0)
		return -errno;
	return 0;
}

/* replace() - the file @name in @parent, new and whole or as it was */
static int replace(struct rootfs_tree *tree, int from, int parent, const char *path)
{
	static const char temporary[] = ".boxtop-new";
	const char *name = strrchr(path, '/') + 1;
	_cleanup_(cleanup_close)
	int to = -1;
	struct stat st, old;
	bool existed = fstatat(parent, name, &old, AT_SYMLINK_NOFOLLOW) == 0;
	int r;

	if (fstat(from, &st) < 0)
		return err_set(tree->err, errno, "stat %s", path);
	unlinkat(parent, temporary, 0);
	to = openat(parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return err_set(tree->err, errno, "make %s in the root", path);
	r = fill(from, to, &st);
	if (r == 0 && renameat(parent, temporary, parent, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(parent, temporary, 0);
		return err_set(tree->err, -r, "copy %s into the root", path);
	}
	if (!existed)
		remember(tree, path);
	return 0;
}

static int copy_file(struct rootfs_tree *tree, const char *path, enum rootfs_kind kind)
{
	struct rootfs_entry *entry;
	_cleanup_(cleanup_close)
	int from = -1;
	_cleanup_(cleanup_close)
	int parent = -1;
	const char *name;
	struct stat st;
	int r = rootfs_host_open(tree, path, O_RDONLY | O_NONBLOCK, &from);

	if (r != 0)
		return r;
	if (fstat(from, &st) < 0)
		return err_set(tree->err, errno, "stat %s", path);
	if (!S_ISREG(st.st_mode))
		return err_setx(tree->err, EINVAL, "copy %s: is no regular file", path);
	parent = open_parent(tree, path, &name);
	if (parent < 0)
		return err_set(tree->err, errno, "open the directory of %s in the root", path);
	if (is_same(parent, name, &st))
		return 0;
	r = replace(tree, from, parent, path);
	if (r < 0)
		return r;
	entry = tell(tree, kind, path);
	entry->bytes = (uint64_t)st.st_size;
	entry->setid_dropped = (st.st_mode & (S_ISUID | S_ISGID)) ||
			       fgetxattr(from, "security.capability", NULL, 0) > 0;
	tree->report->bytes += entry->bytes;
	return 0;
}

/* struct walk - a path on its way down the host's tree */
struct walk {
	char done[PATH_MAX];	/* resolved: directories, no link among them; "" is the root */
	char pending[PATH_MAX]; /* what is left, without a slash in front */
	char name[NAME_MAX + 1];
	unsigned int links;
};

/* next_name() - cut the next component off what is left; false at the end */
static bool next_name(struct walk *walk)
{
	char *start = walk->pending, *end;

	while (*start == '/')
		start++;
	if (!*start)
		return false;
	end = strchrnul(start, '/');
	snprintf(walk->name, sizeof(walk->name), "%.*s", (int)(end - start), start);
	memmove(walk->pending, end, strlen(end) + 1);
	return true;
}

/* follow() - put a link's target before what is left; false: too many, or too long */
static bool follow(struct walk *walk, const char *target)
{
	char rest[PATH_MAX];

	memcpy(rest, walk->pending, sizeof(rest));
	if (target[0] == '/')
		walk->done[0] = '\0';
	return ++walk->links <= LINKS_MAX &&
	       (size_t)snprintf(walk->pending, sizeof(walk->pending), "%s/%s", target, rest) <
		       sizeof(walk->pending);
}

static int step_link(struct rootfs_tree *tree, struct walk *walk, const char *path)
{
	char target[PATH_MAX], parent[PATH_MAX];
	const char *name = split(path, parent);
	_cleanup_(cleanup_close)
	int fd = open_in(tree->host_fd, parent, O_PATH | O_DIRECTORY, 0);
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, name, target, sizeof(target) - 1);
	int r;

	if (n < 0)
		return err_set(tree->err, errno, "read link %s", path);
	target[n] = '\0';
	r = rootfs_link(tree, path, target);
	if (r == 0 && !follow(walk, target))
		r = err_set(tree->err, ELOOP, "follow %s", path);
	return r;
}

/* step() - one component further; @kind only matters for the file in the end */
static int step(struct rootfs_tree *tree, struct walk *walk, enum rootfs_kind kind)
{
	char path[PATH_MAX];
	_cleanup_(cleanup_close)
	int fd = -1;
	struct stat st;
	int r;

	if (strcmp(walk->name, ".") == 0)
		return 0;
	if (strcmp(walk->name, "..") == 0) {
		char *slash = strrchr(walk->done, '/');

		if (slash)
			*slash = '\0';
		return 0;
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", walk->done, walk->name) >= sizeof(path))
		return err_set(tree->err, ENAMETOOLONG, "follow %s/%s", walk->done, walk->name);
	fd = open_in(tree->host_fd, path, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? ROOTFS_ABSENT
			       : err_set(tree->err, errno, "open %s", path);
	if (fstat(fd, &st) < 0)
		return err_set(tree->err, errno, "stat %s", path);
	if (S_ISLNK(st.st_mode))
		return step_link(tree, walk, path);
	memcpy(walk->done, path, sizeof(path));
	r = S_ISDIR(st.st_mode) ? make_dir(tree, path, st.st_mode) : copy_file(tree, path, kind);
	return r;
}

int rootfs_take(struct rootfs_tree *tree, const char *path, enum rootfs_kind kind, char *out_real)
{
	struct walk walk = {.links = 0};
	int r = 0;

	if ((size_t)snprintf(walk.pending, sizeof(walk.pending), "%s", path) >=
	    sizeof(walk.pending))
		return err_set(tree->err, ENAMETOOLONG, "copy %s", path);
	while (r == 0 && next_name(&walk))
		r = step(tree, &walk, kind);
	if (r == 0 && out_real)
		memcpy(out_real, walk.done[0] ? walk.done : "/", PATH_MAX - 1);
	return r;
}

int rootfs_put(struct rootfs_tree *tree, const char *path, mode_t mode, struct span text)
{
	const char *name;
	_cleanup_(cleanup_close)
	int parent = open_parent(tree, path, &name);
	_cleanup_(cleanup_close)
	int fd = -1;
	int r;

	if (parent < 0)
		return err_set(tree->err, errno, "open the directory of %s in the root", path);
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? 0 : err_set(tree->err, errno, "make %s in the root", path);
	remember(tree, path);
	r = write_all(fd, text.p, text.len);
	if (r == 0 && fchmod(fd, mode) < 0)
		r = -errno;
	if (r < 0)
		return err_set(tree->err, -r, "write %s in the root", path);
	tell(tree, ROOTFS_FILE, path)->bytes = text.len;
	tree->report->bytes += text.len;
	return 0;
}

void rootfs_undo(struct rootfs_tree *tree)
{
	while (tree->made_len > 0) {
		char *path = tree->made[--tree->made_len];
		const char *name;
		int parent = open_parent(tree, path, &name);

		if (parent >= 0) {
			if (unlinkat(parent, name, 0) < 0)
				unlinkat(parent, name, AT_REMOVEDIR);
			close(parent);
		}
		free(path);
	}
}

void rootfs_tree_finish(struct rootfs_tree *tree)
{
	for (size_t i = 0; i < tree->made_len; i++)
		free(tree->made[i]);
	free(tree->made);
	cleanup_close(&tree->host_fd);
	cleanup_close(&tree->root_fd);
}
