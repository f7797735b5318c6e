/* SPDX-License-Identifier: MIT */
/*
 * Directories of sandboxes: where they are, their names, their locks, their end. The locks are on open
 * file descriptions: a supervisor that forked keeps its lock, and whoever asks about one disturbs
 * nobody. What state.json says is state_json.c's. Nothing here is synced to a disk: it lies on a tmpfs as
 * a rule, and a state of an earlier boot describes nothing any more.
 */
#include "runtime/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "base/units.h"
#include "runtime/names.h"

#define LOCK_FILE     "lock"
#define CREATING_LOCK ".creating" /* in the root: shared while a directory is being made */
#define UNBORN_PREFIX ".new-"
#define MADE_UP_TRIES 64
#define UNBORN_TRIES  64

/* ---- The directory of all ---- */

static bool exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

int state_root_path(char *buf, size_t cap, struct err *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	unsigned int uid = geteuid();
	int n;

	if (uid == 0) {
		n = snprintf(buf, cap, "/run/boxtop");
	} else if (runtime && runtime[0] == '/') {
		n = snprintf(buf, cap, "%s/boxtop", runtime);
	} else {
		n = snprintf(buf, cap, "/run/user/%u", uid);
		if (n > 0 && (size_t)n < cap && exists(buf))
			n = snprintf(buf, cap, "/run/user/%u/boxtop", uid);
		else
			n = snprintf(buf, cap, "/tmp/boxtop-%u", uid);
	}
	if (n < 0 || (size_t)n >= cap)
		return err_set(err, ENAMETOOLONG, "state directory below XDG_RUNTIME_DIR");
	return 0;
}

/* In /tmp anybody may have been there first. */
static int check_root(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "stat state directory %s", path);
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return err_setx(
			err, EPERM,
			"state directory %s belongs to somebody else, or others may write to "
			"it: remove it, or set XDG_RUNTIME_DIR",
			path);
	return 0;
}

int state_root_open(bool make, int *out_fd, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	char path[PATH_MAX];
	int r = state_root_path(path, sizeof(path), err);

	if (r < 0)
		return r;
	if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set(err, errno, "make state directory %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "open state directory %s", path);
	r = check_root(fd, path, err);
	if (r == 0)
		*out_fd = TAKE_FD(fd);
	return r;
}

/* ---- Locks ---- */

static int lock(int fd, int command, short type)
{
	struct flock flock = {.l_type = type, .l_whence = SEEK_SET};
	int r;

	do
		r = fcntl(fd, command, &flock);
	while (r < 0 && errno == EINTR && command != F_OFD_SETLKW);
	return r;
}

/*
 * Whoever makes a directory holds this lock, shared, until the directory's own lock is held, so that
 * nobody takes what is just being made for what a dead creator left.
 */
static int creating_lock(int root_fd, short type, int command)
{
	int fd = openat(root_fd, CREATING_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0 && lock(fd, command, type) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int state_lock_look(const struct state_dir *dir, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = openat(dir->fd, LOCK_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct flock flock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0 && errno == ENOENT)
		return STATE_UNLOCKED;
	if (fd < 0)
		return err_set(err, errno, "open lock of %s", dir->name);
	if (fcntl(fd, F_OFD_GETLK, &flock) < 0)
		return err_set(err, errno, "look at lock of %s", dir->name);
	return flock.l_type == F_UNLCK ? STATE_ORPHANED : STATE_HELD;
}

/* Whether what we locked is still what stands there: the one before us may have cleaned it up. */
static bool is_current(int dirfd, int fd)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 &&
	       fstatat(dirfd, LOCK_FILE, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

int state_lock_take(struct state_dir *dir, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = openat(dir->fd, LOCK_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno == ENOENT ? EAGAIN : errno, "open lock of %s", dir->name);
	if (lock(fd, F_OFD_SETLK, F_WRLCK) < 0 || !is_current(dir->fd, fd))
		return err_setx(err, EAGAIN, "sandbox %s is busy", dir->name);
	dir->lock_fd = TAKE_FD(fd);
	return 0;
}

int state_lock_wait(const struct state_dir *dir, struct sandbox_end *out, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = openat(dir->fd, LOCK_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	char text[16] = "";
	struct span rest = {text, 0}, word;
	uint64_t code;
	ssize_t n;

	*out = (struct sandbox_end) {.exit_code = -1};
	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "open lock of %s", dir->name);
	if (lock(fd, F_OFD_SETLKW, F_RDLCK) < 0)
		return err_set(err, errno, "wait for sandbox %s", dir->name);
	/* The file may have lost its name by now, and its text is still there. */
	n = pread(fd, text, sizeof(text), 0);
	rest.len = n > 0 ? (size_t)n : 0;
	if (span_next_word(&rest, &word) && units_parse_u64(word, 0, 255, &code, NULL) == 0)
		out->exit_code = (int)code;
	out->oom_killed = span_next_word(&rest, &word) && span_eq(word, SPAN("oom"));
	return 0;
}

void state_lock_say(const struct state_dir *dir, struct sandbox_end end)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d%s\n", end.exit_code, end.oom_killed ? " oom" : "");

	if (dir->lock_fd >= 0)
		(void)!pwrite(dir->lock_fd, text, (size_t)n, 0);
}

void state_lock_end(struct state_dir *dir)
{
	unlinkat(dir->fd, LOCK_FILE, 0);
	if (dir->lock_fd >= 0)
		close(dir->lock_fd);
	dir->lock_fd = -1;
}

/* ---- Making and opening ---- */

static int open_below(int root_fd, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};

	return (int)syscall(SYS_openat2, root_fd, name, &how, sizeof(how));
}

/* A directory under a name that no sandbox can have, locked; its name is in @unborn. */
static int make_unborn(struct state_dir *dir, char unborn[64], struct err *err)
{
	int r = -1;

	for (int i = 0; i < UNBORN_TRIES && r < 0; i++) {
		snprintf(unborn, 64, UNBORN_PREFIX "%d-%d", (int)getpid(), i);
		r = mkdirat(dir->root_fd, unborn, 0700);
		if (r < 0 && errno != EEXIST)
			break;
	}
	if (r < 0)
		return err_set(err, errno, "make a directory for the state of a sandbox");
	dir->fd = open_below(dir->root_fd, unborn);
	if (dir->fd >= 0)
		dir->lock_fd =
			openat(dir->fd, LOCK_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (dir->lock_fd < 0 || lock(dir->lock_fd, F_OFD_SETLK, F_WRLCK) < 0)
		return err_set(err, errno, "lock the state of a sandbox");
	return 0;
}

static void unmake_unborn(const struct state_dir *dir, const char *unborn)
{
	unlinkat(dir->fd, LOCK_FILE, 0);
	unlinkat(dir->root_fd, unborn, AT_REMOVEDIR);
}

/* Give it its name, or one that is free. */
static int bear(struct state_dir *dir, const char *unborn, const char *name, struct err *err)
{
	char made_up[NAME_MADE_UP_MAX];
	int r = -1;

	for (int i = 0; i < MADE_UP_TRIES && r < 0; i++) {
		const char *wanted = name ? name : name_make_up(made_up, i);

		r = renameat2(dir->root_fd, unborn, dir->root_fd, wanted, RENAME_NOREPLACE);
		if (r == 0)
			span_copy(span_of(wanted), dir->name, sizeof(dir->name));
		else if (errno != EEXIST || name)
			break;
	}
	if (r == 0)
		return 0;
	if (errno == EEXIST)
		return err_setx(err, EEXIST, "there is a sandbox %s already: boxtop rm %s",
				name ? name : "", name ? name : "");
	return err_set(err, errno, "name the state of sandbox %s", name ? name : "");
}

int state_create(int root_fd, const char *name, struct state_dir *out, struct err *err)
{
	_cleanup_(state_dir_finish)
	struct state_dir dir = STATE_DIR_INIT;
	_cleanup_(cleanup_close)
	int creating = -1;
	char unborn[64];
	int r = name ? spec_check_name(name, err) : 0;

	if (r < 0)
		return r;
	creating = creating_lock(root_fd, F_RDLCK, F_OFD_SETLKW);
	if (creating < 0)
		return err_set(err, errno, "lock the directory of sandboxes");
	dir.root_fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 0);
	if (dir.root_fd < 0)
		return err_set(err, errno, "hold the directory of sandboxes");
	r = make_unborn(&dir, unborn, err);
	if (r == 0)
		r = bear(&dir, unborn, name, err);
	if (r < 0) {
		unmake_unborn(&dir, unborn);
		return r;
	}
	*out = dir;
	dir = STATE_DIR_INIT;
	return 0;
}

int state_open(int root_fd, const char *name, struct state_dir *out, struct err *err)
{
	int r = spec_check_name(name, err);

	*out = STATE_DIR_INIT;
	if (r < 0)
		return r;
	out->fd = open_below(root_fd, name);
	if (out->fd < 0 && errno == ENOENT)
		return err_setx(err, ENOENT, "there is no sandbox %s", name);
	if (out->fd < 0)
		return err_set(err, errno, "open state of sandbox %s", name);
	out->root_fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 0);
	if (out->root_fd < 0) {
		r = err_set(err, errno, "hold the directory of sandboxes");
		state_dir_finish(out);
		return r;
	}
	span_copy(span_of(name), out->name, sizeof(out->name));
	return 0;
}

void state_dir_finish(struct state_dir *dir)
{
	int *fds[] = {&dir->lock_fd, &dir->fd, &dir->root_fd};

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

/* ---- All of them ---- */

void state_list_add(struct arena *arena, struct spec_list *list, const char *text)
{
	char **items = arena_array(arena, list->len + 2, sizeof(*items));

	if (list->len)
		memcpy(items, list->items, list->len * sizeof(*items));
	items[list->len++] = arena_strdup(arena, text);
	list->items = items;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The entries of the directory anew, whatever was read from it before. */
static DIR *open_listing(int fd)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = own < 0 ? NULL : fdopendir(own);

	if (own >= 0 && !listing)
		close(own);
	return listing;
}

int state_names(int root_fd, struct arena *arena, struct spec_list *out, struct err *err)
{
	_cleanup_(cleanup_closedir)
	DIR *listing = open_listing(root_fd);
	struct dirent *entry;

	*out = (struct spec_list) {NULL, 0};
	if (!listing)
		return err_set(err, errno, "read the directory of sandboxes");
	while ((entry = readdir(listing))) {
		if (spec_check_name(entry->d_name, NULL) == 0)
			state_list_add(arena, out, entry->d_name);
	}
	if (out->len > 1)
		qsort(out->items, out->len, sizeof(*out->items), compare_names);
	return 0;
}

/* ---- The end ---- */

static int remove_entries(int fd, const char *spared, unsigned int depth);

static int remove_entry(int dirfd, const char *name, unsigned int depth)
{
	_cleanup_(cleanup_close)
	int fd = -1;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	/* overlay's work directory has no permissions at all */
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && fchmodat(dirfd, name, 0700, 0) == 0)
		fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (depth > 0)
		remove_entries(fd, NULL, depth - 1);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* All but @spared. Goes on after a failure, so that as little as possible stays. By descriptors: a path
 * as deep as a tree from an archive would not fit any buffer. */
static int remove_entries(int fd, const char *spared, unsigned int depth)
{
	_cleanup_(cleanup_closedir)
	DIR *listing = open_listing(fd);
	struct dirent *entry;
	int result = 0;

	if (!listing)
		return -errno;
	while ((entry = readdir(listing))) {
		int r;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    strcmp(entry->d_name, spared ? spared : ".") == 0)
			continue;
		r = remove_entry(fd, entry->d_name, depth);
		if (r < 0 && result == 0)
			result = r;
	}
	return result;
}

#define REMOVE_DEPTH_MAX 256 /* directories held open at a time */

int state_remove(struct state_dir *dir, struct err *err)
{
	struct stat st, named;
	int r = remove_entries(dir->fd, LOCK_FILE, REMOVE_DEPTH_MAX);

	/* The lock last: who finds it without the rest knows that nothing but this was left to do. */
	if (r == 0)
		r = remove_entry(dir->fd, LOCK_FILE, 0);
	if (r < 0)
		return err_set(err, -r, "remove state of sandbox %s", dir->name);
	/* Somebody may have removed it before us and taken the name again: that one isn't empty, but
	 * is not ours to try. */
	if (fstat(dir->fd, &st) == 0 &&
	    fstatat(dir->root_fd, dir->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_ino == named.st_ino && unlinkat(dir->root_fd, dir->name, AT_REMOVEDIR) < 0 &&
	    errno != ENOENT)
		return err_set(err, errno, "remove state of sandbox %s", dir->name);
	if (dir->lock_fd >= 0)
		close(dir->lock_fd);
	dir->lock_fd = -1;
	return 0;
}

static void discard_unborn(int root_fd, const char *name)
{
	_cleanup_(state_dir_finish)
	struct state_dir dir = STATE_DIR_INIT;

	dir.fd = open_below(root_fd, name);
	if (dir.fd < 0 || state_lock_look(&dir, NULL) == STATE_HELD)
		return;
	remove_entries(dir.fd, NULL, 1);
	unlinkat(root_fd, name, AT_REMOVEDIR);
}

void state_discard_unborn(int root_fd)
{
	_cleanup_(cleanup_closedir)
	DIR *listing = open_listing(root_fd);
	_cleanup_(cleanup_close)
	int creating = -1;
	struct dirent *entry;

	while (listing && (entry = readdir(listing))) {
		if (strncmp(entry->d_name, UNBORN_PREFIX, strlen(UNBORN_PREFIX)) != 0)
			continue;
		/* Nobody is at it while we hold this alone; if somebody is, the next one looks again. */
		if (creating < 0)
			creating = creating_lock(root_fd, F_WRLCK, F_OFD_SETLK);
		if (creating < 0)
			return;
		discard_unborn(root_fd, entry->d_name);
	}
}

/* ---- Who it was ---- */

char *state_boot_id(char buf[40])
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	buf[0] = '\0';
	if (dir_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", &text, NULL) == READ_OK)
		span_copy(span_trim(strbuf_span(&text)), buf, 40);
	return buf;
}

bool state_is_this_boot(const struct state *state)
{
	char boot_id[40];

	return strcmp(state_boot_id(boot_id), state->boot_id) == 0;
}

uint64_t state_start_ticks(pid_t pid)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	struct parse_stat stat;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (dir_read(AT_FDCWD, path, &text, NULL) != READ_OK ||
	    parse_proc_stat(strbuf_span(&text), &stat, NULL) < 0)
		return 0;
	return stat.start_ticks;
}

int state_init_pidfd(const struct state *state)
{
	_cleanup_(cleanup_close)
	int fd = -1;

	if (state->info.pid <= 1 || !state_is_this_boot(state))
		return -ESRCH;
	fd = pidfd_open(state->info.pid, 0);
	if (fd < 0)
		return -errno;
	/* Read after it is held: that it is the same one now means that it is held. */
	if (state_start_ticks(state->info.pid) != state->info.start_ticks)
		return -ESRCH;
	return TAKE_FD(fd);
}
