/* SPDX-License-Identifier: MIT */
/*
 * Unpacks an archive by libarchive, in a child that sees only the directory: neither a path with "..", nor
 * one through a link of the archive's own, nor a hole in a decompressor leads further. Counts as it
 * writes, since what an archive says of its size is up to who made it.
 */
#include "runtime/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/apart.h"
#include "runtime/archive_api.h"

#define BLOCK_BYTES 128u << 10
#define BYTES_MAX   (64ull << 30)
#define ENTRIES_MAX 4000000ull
#define RATIO_MAX   200ull
/* So much may come of anything: an empty file system compresses well. */
#define RATIO_FREE (256ull << 20)

#define WRITE_FLAGS                                                                                \
	(ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_SYMLINKS |           \
	 ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS |                \
	 ARCHIVE_EXTRACT_UNLINK)

/* struct unpacking - one archive on its way */
struct unpacking {
	struct archive_api api;
	struct archive_bounds bounds;
	int archive_fd;
	bool owners; /* ids of the archive can be given to files */
	struct archive *from, *to;
	uint64_t bytes, entries;
};

/* fail() - what libarchive says of @archive, in one line */
static int fail(const struct unpacking *unpacking, struct archive *archive, const char *what,
		struct err *err)
{
	const char *text = unpacking->api.error_string(archive);
	int code = unpacking->api.error_code(archive);

	/* Numbers of its own (-1: no file format that it knows) are not errno's. */
	if (code <= 0 || code > 4095 || code == EILSEQ || code == 84)
		code = EINVAL;
	return err_setx(err, code, "%s: %s", what, text ? text : strerror(code));
}

static int check_bounds(const struct unpacking *unpacking, struct err *err)
{
	const struct archive_bounds *bounds = &unpacking->bounds;
	int64_t in = unpacking->api.filter_bytes(unpacking->from, -1);
	uint64_t consumed = in > 0 ? (uint64_t)in : 1;

	if (unpacking->entries > bounds->entries)
		return err_setx(err, E2BIG, "the archive holds more than %" PRIu64 " files",
				bounds->entries);
	if (unpacking->bytes > bounds->bytes)
		return err_setx(err, E2BIG, "the archive holds more than %" PRIu64 " bytes",
				bounds->bytes);
	if (unpacking->bytes > RATIO_FREE && unpacking->bytes / consumed > bounds->ratio)
		return err_setx(err, E2BIG,
				"the archive blows up: %" PRIu64 " bytes came of %" PRIu64,
				unpacking->bytes, consumed);
	return 0;
}

/* Devices would be the host's; a socket is nobody's. A sandbox has its own /dev. */
static bool is_left_out(const struct unpacking *unpacking, struct archive_entry *entry)
{
	mode_t type = unpacking->api.entry_filetype(entry);

	return type == S_IFCHR || type == S_IFBLK || type == S_IFSOCK;
}

static int copy_data(struct unpacking *unpacking, const char *path, struct err *err)
{
	const struct archive_api *api = &unpacking->api;

	for (;;) {
		const void *data;
		size_t len;
		la_int64_t offset;
		int r = api->read_data_block(unpacking->from, &data, &len, &offset);

		if (r == ARCHIVE_EOF)
			return 0;
		if (r != ARCHIVE_OK)
			return fail(unpacking, unpacking->from, path, err);
		unpacking->bytes += len;
		r = check_bounds(unpacking, err);
		if (r < 0)
			return r;
		if (api->write_data_block(unpacking->to, data, len, offset) != ARCHIVE_OK)
			return fail(unpacking, unpacking->to, path, err);
	}
}

/* A file of holes has hardly any data, and its size counts all the same. */
static int count(struct unpacking *unpacking, struct archive_entry *entry, struct err *err)
{
	int64_t size = unpacking->api.entry_size(entry);

	unpacking->entries++;
	if (size > 0 && (uint64_t)size > unpacking->bounds.bytes)
		return err_setx(err, E2BIG, "%s: is larger than %" PRIu64 " bytes",
				unpacking->api.entry_pathname(entry), unpacking->bounds.bytes);
	return check_bounds(unpacking, err);
}

static int unpack_entry(struct unpacking *unpacking, struct archive_entry *entry, struct err *err)
{
	const struct archive_api *api = &unpacking->api;
	const char *path = api->entry_pathname(entry);
	int r = count(unpacking, entry, err);

	if (r < 0)
		return r;
	if (!path)
		return err_setx(err, EINVAL, "the archive has a file without a name");
	if (is_left_out(unpacking, entry))
		return 0;
	if (api->write_header(unpacking->to, entry) != ARCHIVE_OK)
		return fail(unpacking, unpacking->to, path, err);
	/* Of a hard link the bytes are there already. */
	r = api->entry_hardlink(entry) && api->entry_size(entry) == 0
		    ? 0
		    : copy_data(unpacking, path, err);
	if (r == 0 && api->write_finish_entry(unpacking->to) != ARCHIVE_OK)
		r = fail(unpacking, unpacking->to, path, err);
	return r;
}

static int unpack_all(struct unpacking *unpacking, struct err *err)
{
	const struct archive_api *api = &unpacking->api;

	for (;;) {
		struct archive_entry *entry;
		int r = api->read_next_header(unpacking->from, &entry);

		if (r == ARCHIVE_EOF)
			break;
		/* A warning is about a name that the locale can't show, or a header that is unknown. */
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return fail(unpacking, unpacking->from, "read the archive", err);
		r = unpack_entry(unpacking, entry, err);
		if (r < 0)
			return r;
	}
	if (unpacking->entries == 0)
		return err_setx(err, EINVAL, "the archive is empty");
	/* Times and modes of directories are set at the end. */
	if (api->write_close(unpacking->to) != ARCHIVE_OK)
		return fail(unpacking, unpacking->to, "finish", err);
	return 0;
}

/* Formats of tar alone, and what is decompressed in this process: others would run a program. */
static void support(const struct unpacking *unpacking)
{
	const struct archive_api *api = &unpacking->api;

	api->read_support_format_tar(unpacking->from);
	api->read_support_filter_gzip(unpacking->from);
	api->read_support_filter_bzip2(unpacking->from);
	api->read_support_filter_compress(unpacking->from);
	api->read_support_filter_lzip(unpacking->from);
	api->read_support_filter_lzma(unpacking->from);
	api->read_support_filter_xz(unpacking->from);
	api->read_support_filter_zstd(unpacking->from);
	api->read_support_filter_lz4(unpacking->from);
}

static int load(void *deed, struct err *err)
{
	struct unpacking *unpacking = deed;

	/* Names are bytes to us, and the library wants a locale that takes them. */
	setlocale(LC_CTYPE, "C.UTF-8");
	return archive_api_load(&unpacking->api, err);
}

static int run(void *deed, struct err *err)
{
	struct unpacking *unpacking = deed;
	const struct archive_api *api = &unpacking->api;
	int flags = WRITE_FLAGS | (unpacking->owners ? ARCHIVE_EXTRACT_OWNER : 0);
	int r = 0;

	unpacking->from = api->read_new();
	unpacking->to = api->write_disk_new();
	if (!unpacking->from || !unpacking->to)
		return err_set(err, ENOMEM, "open the archive");
	support(unpacking);
	if (api->write_disk_set_options(unpacking->to, flags) != ARCHIVE_OK)
		r = fail(unpacking, unpacking->to, "open the directory", err);
	if (r == 0 &&
	    api->read_open_fd(unpacking->from, unpacking->archive_fd, BLOCK_BYTES) != ARCHIVE_OK)
		r = fail(unpacking, unpacking->from, "open the archive", err);
	return r < 0 ? r : unpack_all(unpacking, err);
}

int archive_unpack(int archive_fd, int dir_fd, const struct id_maps *maps,
		   const struct archive_bounds *bounds, struct err *err)
{
	struct unpacking unpacking = {
		.bounds = {.bytes = BYTES_MAX, .entries = ENTRIES_MAX, .ratio = RATIO_MAX},
		.archive_fd = archive_fd,
		/* With one id there is nobody else to give a file to. */
		.owners = maps->uids_len > 1 || maps->uids[0].size > 1,
	};
	const struct apart apart = {.maps = maps,
				    .root_fd = dir_fd,
				    .fd = archive_fd,
				    .prepare = load,
				    .run = run,
				    .deed = &unpacking};

	if (bounds && bounds->bytes)
		unpacking.bounds.bytes = bounds->bytes;
	if (bounds && bounds->entries)
		unpacking.bounds.entries = bounds->entries;
	if (bounds && bounds->ratio)
		unpacking.bounds.ratio = bounds->ratio;
	return apart_run(&apart, err);
}
