/* SPDX-License-Identifier: MIT */
/* /proc/PID/mountinfo to a list. Owns the list; follows no mount. */
#include "collectors/mounts.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "collectors/process_dir.h"

void mounts_finish(struct mounts *mounts)
{
	arena_finish(&mounts->arena);
	*mounts = MOUNTS_INIT;
}

static const char *unescape(struct arena *arena, struct span text)
{
	_cleanup_(strbuf_finish)
	struct strbuf out = STRBUF_INIT;

	parse_unescape_octal(text, &out);
	return arena_strndup(arena, strbuf_cstr(&out), out.len);
}

static size_t count_lines(struct span file)
{
	struct span line;
	size_t n = 0;

	while (span_next_line(&file, &line))
		n++;
	return n;
}

static int parse_lines(struct span file, struct mounts *out, struct err *err)
{
	struct parse_mount mount;
	struct span line;

	out->list = arena_array(&out->arena, count_lines(file) + 1, sizeof(out->list[0]));
	while (span_next_line(&file, &line)) {
		int r = parse_mountinfo_line(line, &mount, err);

		if (r < 0)
			return r;
		out->list[out->len++] = (struct mount_point) {
			.target = unescape(&out->arena, mount.mount_point),
			.source = unescape(&out->arena, mount.source),
			.root = unescape(&out->arena, mount.root),
			.fstype = unescape(&out->arena, mount.fstype),
			.options = unescape(&out->arena, mount.options),
		};
	}
	return 0;
}

int mounts_read(int root_fd, pid_t pid, uint64_t start_ticks, struct mounts *out, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = -1;
	_cleanup_(strbuf_finish)
	struct strbuf file = STRBUF_INIT;
	int r = process_dir_open(root_fd, pid, start_ticks, &fd, err);

	*out = MOUNTS_INIT;
	if (r == 0)
		r = dir_read(fd, "mountinfo", &file, err);
	if (r == 0)
		r = parse_lines(strbuf_span(&file), out, err);
	return r == READ_ABSENT ? READ_GONE : err_wrap(err, r, "mounts of process %d", (int)pid);
}
