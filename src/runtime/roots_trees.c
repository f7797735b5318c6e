/* SPDX-License-Identifier: MIT */
/*
 * Unpacks an archive once, shares the tree with every sandbox that starts from it, and removes it when
 * nobody has used it for a while. A tree appears whole, by one rename; whoever dies on the way leaves a
 * "KEY.new" that the next one removes. The key holds everything that makes a file another file, and the
 * ids that its owners became.
 */
#include "runtime/roots_trees.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"
#include "runtime/archive.h"
#include "runtime/rmtree.h"

#define KEY_MAX 128
#define NSEC	1000000000ull
/* Somebody removed the lock that we waited for: so often at most. */
#define LOCK_TRIES 16

/* ---- Where they are ---- */

/* data_home() - of a plain user; false: there is no home */
static bool data_home(char *buf, size_t cap)
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	const struct passwd *passwd;

	if (data && data[0] == '/')
		return (size_t)snprintf(buf, cap, "%s", data) < cap;
	if (!home || home[0] != '/') {
		passwd = getpwuid(geteuid());
		home = passwd ? passwd->pw_dir : NULL;
	}
	return home && home[0] == '/' && (size_t)snprintf(buf, cap, "%s/.local/share", home) < cap;
}

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

/* Trees hold programs with setuid bits: nobody but the owner gets there. */
static int check_private(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "stat %s", path);
	if (st.st_uid != geteuid() || (st.st_mode & 0077))
		return err_setx(
			err, EPERM,
			"%s: must belong to who uses it, and be closed to others (chmod 700)",
			path);
	return 0;
}

int trees_open(bool make, int *out_fd, struct err *err)
{
	char path[PATH_MAX - 16];
	_cleanup_(cleanup_close)
	int fd = -1;
	int r;

	if (geteuid() == 0)
		snprintf(path, sizeof(path), "/var/lib");
	else if (!data_home(path, sizeof(path) - 16))
		return err_setx(err, ENOENT,
				"there is no home to unpack archives in: set HOME or "
				"XDG_DATA_HOME");
	strcat(path, "/boxtop/trees");
	if (make) {
		make_parents(path);
		mkdir(path, 0700);
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "open %s", path);
	r = check_private(fd, path, err);
	if (r == 0)
		*out_fd = TAKE_FD(fd);
	return r;
}

/* ---- Their names ---- */

static uint64_t hash(uint64_t seed, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++)
		seed = (seed ^ bytes[i]) * 1099511628211ull;
	return seed;
}

static uint64_t hash_maps(const struct id_maps *maps)
{
	uint64_t sum = 14695981039346656037ull;

	sum = hash(sum, maps->uids, maps->uids_len * sizeof(maps->uids[0]));
	return hash(sum, maps->gids, maps->gids_len * sizeof(maps->gids[0]));
}

static void make_key(const struct stat *st, const struct id_maps *maps, char key[KEY_MAX])
{
	snprintf(key, KEY_MAX, "%jx-%jx-%jx-%jx.%lx-%jx.%lx-%" PRIx64, (uintmax_t)st->st_dev,
		 (uintmax_t)st->st_ino, (uintmax_t)st->st_size, (uintmax_t)st->st_mtim.tv_sec,
		 (unsigned long)st->st_mtim.tv_nsec, (uintmax_t)st->st_ctim.tv_sec,
		 (unsigned long)st->st_ctim.tv_nsec, hash_maps(maps));
}

static const char *name_of(char name[NAME_MAX + 1], const char *key, const char *suffix)
{
	snprintf(name, NAME_MAX + 1, "%s%s", key, suffix);
	return name;
}

/* ---- Locks ---- */

/* is_current() - whether the locked file is still the one of that name */
static bool is_current(int trees_fd, const char *name, int lock_fd)
{
	struct stat here, there;

	return fstat(lock_fd, &here) == 0 &&
	       fstatat(trees_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* lock() - of one tree; waits unless @flags says LOCK_NB; -EWOULDBLOCK without @err */
static int lock(int trees_fd, const char *key, int flags, int *out_fd, struct err *err)
{
	char name[NAME_MAX + 1];

	name_of(name, key, ".lock");
	for (int i = 0; i < LOCK_TRIES; i++) {
		int fd = openat(trees_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		int r;

		if (fd < 0)
			return err_set(err, errno, "open the lock of an unpacked tree");
		do
			r = flock(fd, LOCK_EX | flags);
		while (r < 0 && errno == EINTR);
		if (r < 0) {
			int code = errno;

			close(fd);
			return code == EWOULDBLOCK ? -code : err_set(err, code, "lock a tree");
		}
		if (is_current(trees_fd, name, fd)) {
			*out_fd = fd;
			return 0;
		}
		close(fd);
	}
	return err_setx(err, EBUSY, "lock a tree: others remove it again and again");
}

/* ---- Who uses them ---- */

/* mark_used() - in the state of the sandbox, and here where to look for that */
static int mark_used(int trees_fd, const char *key, int sandbox_fd, struct err *err)
{
	char link[64], path[PATH_MAX], name[NAME_MAX + 1];
	_cleanup_(cleanup_close)
	int parent = openat(sandbox_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ssize_t n = -1;

	if (parent >= 0) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", parent);
		n = readlink(link, path, sizeof(path) - 1);
	}
	if (n < 0)
		return err_set(err, errno, "find the directory of sandboxes' state");
	path[n] = '\0';
	snprintf(name, sizeof(name), "%s.in-%" PRIx64, key,
		 hash(14695981039346656037ull, path, (size_t)n));
	if (symlinkat(path, trees_fd, name) < 0 && errno != EEXIST)
		return err_set(err, errno, "note who uses a tree");
	unlinkat(sandbox_fd, TREES_LINK, 0);
	if (symlinkat(key, sandbox_fd, TREES_LINK) < 0)
		return err_set(err, errno, "note the tree of the sandbox");
	return 0;
}

/* is_used_below() - whether a sandbox with its state below uses it */
static bool is_used_below(int state_fd, const char *path, const char *key)
{
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	const struct dirent *entry;
	int fd = openat(state_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		cleanup_close(&fd);
	while (dir && (entry = readdir(dir))) {
		char link[NAME_MAX + 16], target[KEY_MAX + 1];
		ssize_t n;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(link, sizeof(link), "%s/" TREES_LINK, entry->d_name);
		n = readlinkat(dirfd(dir), link, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (strcmp(target, key) == 0)
			return true;
	}
	return false;
}

/* for_uses() - every note on where @key is used; @forget removes them, else true means that it is used */
static bool for_uses(int trees_fd, const char *key, bool forget)
{
	char prefix[NAME_MAX + 1], path[PATH_MAX];
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	const struct dirent *entry;
	int fd = openat(trees_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_close(&fd);
		return true;
	}
	name_of(prefix, key, ".in-");
	while ((entry = readdir(dir))) {
		ssize_t n;

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		if (forget) {
			unlinkat(trees_fd, entry->d_name, 0);
			continue;
		}
		n = readlinkat(trees_fd, entry->d_name, path, sizeof(path) - 1);
		path[n < 0 ? 0 : n] = '\0';
		if (n > 0 && is_used_below(AT_FDCWD, path, key))
			return true;
	}
	return false;
}

/* ---- Unpacking ---- */

/* What `docker save` writes is no root, and would unpack as one. */
static int check_tree(int tree_fd, struct err *err)
{
	static const char *const marks[] = {"oci-layout", "manifest.json"};
	static const char *const roots[] = {"bin", "usr", "etc", "sbin", "lib"};

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (faccessat(tree_fd, roots[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return 0;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (faccessat(tree_fd, marks[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return err_setx(err, EINVAL,
					"is an image of layers, not a root: export it "
					"(docker export, podman export)");
	return 0;
}

/* unpack_new() - into KEY.new, which becomes KEY */
static int unpack_new(int trees_fd, const char *key, int archive_fd, const struct id_maps *maps,
		      struct err *err)
{
	char name[NAME_MAX + 1];
	_cleanup_(cleanup_close)
	int fd = -1;
	int r;

	name_of(name, key, ".new");
	r = rmtree(trees_fd, name, maps, err);
	if (r < 0)
		return r;
	if (mkdirat(trees_fd, name, 0755) < 0)
		return err_set(err, errno, "make a directory to unpack into");
	fd = openat(trees_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0755) < 0)
		r = err_set(err, errno, "open the directory to unpack into");
	if (r == 0)
		r = archive_unpack(archive_fd, fd, maps, NULL, err);
	if (r == 0)
		r = check_tree(fd, err);
	if (r == 0 && renameat(trees_fd, name, trees_fd, key) < 0)
		r = err_set(err, errno, "rename the unpacked tree");
	if (r < 0)
		rmtree(trees_fd, name, maps, NULL);
	return r;
}

static int open_archive(const char *path, int *out_fd, struct stat *st, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st) < 0)
		return err_set(err, errno, "open %s", path);
	if (!S_ISREG(st->st_mode))
		return err_setx(err, EINVAL, "%s: is no regular file", path);
	*out_fd = TAKE_FD(fd);
	return 0;
}

/* take_locked() - the tree of @key, which nobody else makes or removes now */
static int take_locked(int trees_fd, const char *key, int archive_fd,
		       const struct trees_request *request, struct err *err)
{
	int r = 0;

	if (faccessat(trees_fd, key, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		r = unpack_new(trees_fd, key, archive_fd, request->maps, err);
	return r < 0 ? r : mark_used(trees_fd, key, request->sandbox_fd, err);
}

int trees_take(int trees_fd, const struct trees_request *request, int *out_root_fd, struct err *err)
{
	_cleanup_(cleanup_close)
	int archive_fd = -1, lock_fd = -1;
	char key[KEY_MAX];
	struct stat st;
	int r = open_archive(request->archive, &archive_fd, &st, err);

	if (r < 0)
		return r;
	make_key(&st, request->maps, key);
	r = lock(trees_fd, key, 0, &lock_fd, err);
	if (r < 0)
		return r;
	r = take_locked(trees_fd, key, archive_fd, request, err);
	if (r < 0)
		return err_wrap(err, r, "unpack %s", request->archive);
	/* Used now. */
	futimens(lock_fd, NULL);
	*out_root_fd = openat(trees_fd, key, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *out_root_fd < 0 ? err_set(err, errno, "open the unpacked tree") : 0;
}

/* ---- Sweeping ---- */

static bool is_idle(int lock_fd, uint64_t idle_usec)
{
	uint64_t now = clock_realtime_usec(), used;
	struct stat st;

	if (fstat(lock_fd, &st) < 0)
		return false;
	used = (uint64_t)st.st_mtim.tv_sec * 1000000 + (uint64_t)st.st_mtim.tv_nsec / 1000;
	/* A clock that was set back makes nothing old. */
	return used <= now && now - used >= idle_usec;
}

/* struct sweep - one pass over all trees */
struct sweep {
	int trees_fd, state_fd;
	const struct id_maps *maps;
	uint64_t idle_usec;
};

static bool may_go(const struct sweep *sweep, const char *key, int lock_fd)
{
	return is_idle(lock_fd, sweep->idle_usec) && !for_uses(sweep->trees_fd, key, false) &&
	       !(sweep->state_fd >= 0 && is_used_below(sweep->state_fd, ".", key));
}

/* sweep_one() - locked: its leftovers always, itself if it may go */
static int sweep_one(const struct sweep *sweep, const char *key, struct err *err)
{
	int trees_fd = sweep->trees_fd;
	char name[NAME_MAX + 1];
	_cleanup_(cleanup_close)
	int lock_fd = -1;
	int r = lock(trees_fd, key, LOCK_NB, &lock_fd, err);

	if (r == -EWOULDBLOCK)
		return 0;
	if (r == 0)
		r = rmtree(trees_fd, name_of(name, key, ".new"), sweep->maps, err);
	if (r < 0 || !may_go(sweep, key, lock_fd))
		return r;
	/* Renamed first: a tree that is half removed must not be taken for one. */
	if (renameat(trees_fd, key, trees_fd, name) < 0 && errno != ENOENT)
		return err_set(err, errno, "remove an unpacked tree");
	r = rmtree(trees_fd, name, sweep->maps, err);
	if (r == 0) {
		for_uses(trees_fd, key, true);
		unlinkat(trees_fd, name_of(name, key, ".lock"), 0);
	}
	return r;
}

/* cut_lock() - "KEY.lock" to "KEY"; false for any other name */
static bool cut_lock(const char *name, char key[KEY_MAX])
{
	struct span text = span_of(name), suffix = SPAN(".lock");

	return span_ends(text, suffix) &&
	       span_copy((struct span) {text.p, text.len - suffix.len}, key, KEY_MAX);
}

int trees_sweep(int trees_fd, int state_fd, const struct id_maps *maps, uint64_t idle_usec,
		struct err *err)
{
	const struct sweep sweep = {trees_fd, state_fd, maps, idle_usec};
	_cleanup_(cleanup_closedir)
	DIR *dir = NULL;
	const struct dirent *entry;
	char key[KEY_MAX];
	int first = 0;
	int fd = openat(trees_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_close(&fd);
		return err_set(err, errno, "list unpacked trees");
	}
	while ((entry = readdir(dir))) {
		struct err later = ERR_INIT;
		int r;

		if (!cut_lock(entry->d_name, key))
			continue;
		r = sweep_one(&sweep, key, first == 0 ? err : &later);
		if (first == 0)
			first = r;
	}
	return first;
}
