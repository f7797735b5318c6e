// SPDX-License-Identifier: MIT
/*
 * The cache of engines' state files. It owns what it read and the descriptors of the engines' base
 * directories. It never follows a symlink below a base directory, never opens anything but a regular
 * file, never reads more than a source allows, and never keeps a whole file.
 *
 * A base directory is opened with symlinks, because administrators move /var/lib/docker to another
 * disk. It is opened anew after STATE_LOOK_USEC, because it may be unmounted or replaced.
 */
#include "collectors/engines/state.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/cleanup.h"

/** struct base - an engine's directory */
struct base {
	char *path;
	int fd;	    /* -1 unless result is READ_OK */
	int result; /* of opening it */
	uint64_t looked_usec, used_usec;
};

/** struct file - what is known of one file, also that it is not there */
struct file {
	char *key;     /* base/rest */
	uint64_t hash; /* of it: paths of one engine are alike for a hundred bytes */
	const struct facts_source *source; /* NULL: only whether it exists */
	int result;
	dev_t dev;
	ino_t inode;
	struct timespec mtime;
	off_t size;
	uint64_t looked_usec, used_usec;
	struct facts_set set;
};

/** struct state_cache - files in a balanced tree (tsearch), bases in an array: there are few */
struct state_cache {
	int root_fd;
	uint64_t now_usec;
	uint64_t swept_usec;
	void *files;
	struct base **bases;
	size_t bases_len;
	char *denied; /* see state_cache_denied() */
	struct strbuf buf, key;
};

/* ---- Base directories ---- */

static void base_close(struct base *base)
{
	if (base->fd >= 0)
		close(base->fd);
	base->fd = -1;
}

static struct base *find_base(struct state_cache *cache, const char *path)
{
	struct base *base;

	for (size_t i = 0; i < cache->bases_len; i++)
		if (strcmp(cache->bases[i]->path, path) == 0)
			return cache->bases[i];
	cache->bases = xreallocarray(cache->bases, cache->bases_len + 1, sizeof(*cache->bases));
	base = xcalloc(1, sizeof(*base));
	*base = (struct base) {.path = xstrdup(path), .fd = -1};
	return cache->bases[cache->bases_len++] = base;
}

static int open_base(struct state_cache *cache, const char *path, int *out_fd)
{
	struct base *base = find_base(cache, path);

	base->used_usec = cache->now_usec;
	if (!base->looked_usec || cache->now_usec - base->looked_usec >= STATE_LOOK_USEC) {
		base_close(base);
		base->result = dir_open(cache->root_fd, path, &base->fd, NULL);
		if (base->result < 0)
			base->result = STATE_INVALID;
		base->looked_usec = cache->now_usec;
	}
	*out_fd = base->fd;
	return base->result;
}

static void sweep_bases(struct state_cache *cache, uint64_t keep_usec)
{
	size_t kept = 0;

	for (size_t i = 0; i < cache->bases_len; i++) {
		struct base *base = cache->bases[i];

		if (cache->now_usec - base->used_usec <= keep_usec) {
			cache->bases[kept++] = base;
			continue;
		}
		base_close(base);
		free(base->path);
		free(base);
	}
	cache->bases_len = kept;
}

/* ---- Files ---- */

static int compare_files(const void *a, const void *b)
{
	const struct file *left = a, *right = b;
	int order = (left->hash > right->hash) - (left->hash < right->hash);

	if (!order)
		order = strcmp(left->key, right->key);
	return order ? order : (left->source > right->source) - (left->source < right->source);
}

static uint64_t hash_key(struct span key)
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * 0x100000001B3u;
	return hash;
}

static void file_free(void *data)
{
	struct file *file = data;

	facts_finish(&file->set);
	free(file->key);
	free(file);
}

static struct file *find_file(struct state_cache *cache, const struct facts_source *source,
			      struct state_path path)
{
	struct file wanted = {.source = source}, *file;
	struct file **node;

	strbuf_reset(&cache->key);
	strbuf_adds(&cache->key, path.base);
	strbuf_addc(&cache->key, '/');
	strbuf_adds(&cache->key, path.rest);
	wanted.key = cache->key.data;
	wanted.hash = hash_key(strbuf_span(&cache->key));
	node = tfind(&wanted, &cache->files, compare_files);
	if (node)
		return *node;
	file = xcalloc(1, sizeof(*file));
	file->key = xstrdup(cache->key.data);
	file->hash = wanted.hash;
	file->source = source;
	if (!tsearch(file, &cache->files, compare_files))
		abort();
	return file;
}

static bool file_is_unchanged(const struct file *file, const struct stat *st)
{
	return file->inode == st->st_ino && file->dev == st->st_dev && file->size == st->st_size &&
	       file->mtime.tv_sec == st->st_mtim.tv_sec &&
	       file->mtime.tv_nsec == st->st_mtim.tv_nsec;
}

static int file_load(struct state_cache *cache, struct file *file, int base_fd, const char *rest)
{
	int r = dir_read_flags(base_fd, rest, DIR_NOFOLLOW | DIR_REGULAR, file->source->max_bytes,
			       &cache->buf, NULL);

	facts_finish(&file->set);
	if (r < 0)
		return STATE_INVALID;
	if (r == READ_OK && !facts_parse(file->source, strbuf_span(&cache->buf), &file->set))
		return STATE_INVALID;
	return r;
}

/* Look at a file: one fstatat() where it did not change. */
static int file_look(struct state_cache *cache, struct file *file, struct state_path path)
{
	struct stat st;
	int fd, r = open_base(cache, path.base, &fd);

	if (r == READ_OK && fstatat(fd, path.rest, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		r = read_result_of(errno);
		r = r < 0 ? STATE_INVALID : r;
	}
	if (r != READ_OK) {
		facts_finish(&file->set);
		file->inode = 0;
		return r;
	}
	if (file->inode && file_is_unchanged(file, &st))
		return file->result;
	file->dev = st.st_dev;
	file->inode = st.st_ino;
	file->mtime = st.st_mtim;
	file->size = st.st_size;
	if (!file->source)
		return READ_OK;
	return S_ISREG(st.st_mode) ? file_load(cache, file, fd, path.rest) : STATE_INVALID;
}

static struct file *look(struct state_cache *cache, const struct facts_source *source,
			 struct state_path path)
{
	struct file *file = find_file(cache, source, path);

	if (!file->looked_usec || cache->now_usec - file->looked_usec >= STATE_LOOK_USEC) {
		file->result = file_look(cache, file, path);
		file->looked_usec = cache->now_usec;
	}
	file->used_usec = cache->now_usec;
	if (file->result == READ_DENIED && !cache->denied)
		cache->denied = xstrdup(file->key);
	return file;
}

/** struct sweep - files to forget: the tree can't be changed while it is walked */
struct sweep {
	uint64_t now_usec;
	struct file **files;
	size_t len;
};

static void sweep_file(const void *node, VISIT visit, void *data)
{
	struct file *file = *(struct file *const *)node;
	struct sweep *sweep = data;

	if ((visit != postorder && visit != leaf) ||
	    sweep->now_usec - file->used_usec <= STATE_FORGET_USEC)
		return;
	sweep->files = xreallocarray(sweep->files, sweep->len + 1, sizeof(struct file *));
	sweep->files[sweep->len++] = file;
}

static void sweep_files(struct state_cache *cache)
{
	struct sweep sweep = {.now_usec = cache->now_usec};

	twalk_r(cache->files, sweep_file, &sweep);
	for (size_t i = 0; i < sweep.len; i++) {
		tdelete(sweep.files[i], &cache->files, compare_files);
		file_free(sweep.files[i]);
	}
	free(sweep.files);
}

struct state_cache *state_cache_new(int root_fd)
{
	struct state_cache *cache = xcalloc(1, sizeof(*cache));

	cache->root_fd = root_fd;
	return cache;
}

void state_cache_free(struct state_cache *cache)
{
	if (!cache)
		return;
	tdestroy(cache->files, file_free);
	cache->now_usec = UINT64_MAX;
	sweep_bases(cache, 0);
	free(cache->bases);
	free(cache->denied);
	strbuf_finish(&cache->buf);
	strbuf_finish(&cache->key);
	free(cache);
}

void state_cache_begin(struct state_cache *cache, uint64_t now_usec)
{
	cache->now_usec = now_usec;
	if (now_usec - cache->swept_usec < STATE_FORGET_USEC / 4)
		return;
	cache->swept_usec = now_usec;
	sweep_files(cache);
	sweep_bases(cache, STATE_FORGET_USEC);
}

const char *state_cache_denied(const struct state_cache *cache)
{
	return cache->denied;
}

void state_cache_forgive(struct state_cache *cache)
{
	free(TAKE(cache->denied));
}

int state_read(struct state_cache *cache, const struct facts_source *source, struct state_path path,
	       const char *id, const struct facts **out)
{
	const struct file *file = look(cache, source, path);

	*out = NULL;
	if (file->result != READ_OK)
		return file->result;
	*out = facts_find(&file->set, id);
	return *out ? READ_OK : READ_ABSENT;
}

int state_exists(struct state_cache *cache, struct state_path path)
{
	return look(cache, NULL, path)->result;
}
