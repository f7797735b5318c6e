/* SPDX-License-Identifier: MIT */
/* Our own memory limit: read once, when a program decides how much it may use. */
#include "base/own_memory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/hierarchy.h"
#include "base/parse.h"

static uint64_t limit_at(const struct hierarchy *memory, const char *path)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	_cleanup_(strbuf_finish)
	struct strbuf file = STRBUF_INIT;
	struct err ignored = ERR_INIT;
	uint64_t limit;

	strbuf_addf(&file, "./%s/%s", path, memory->v2 ? "memory.max" : "memory.limit_in_bytes");
	if (dir_read(memory->fd, strbuf_cstr(&file), &text, &ignored) < 0 ||
	    !parse_u64(span_trim(strbuf_span(&text)), &limit))
		return UINT64_MAX;
	return limit;
}

static uint64_t lowest_limit(const struct hierarchy *memory)
{
	uint64_t lowest = UINT64_MAX;
	struct span visible;
	char path[PATH_MAX];
	char *slash;

	if (!memory->self_path ||
	    !hierarchy_visible_path(memory, span_of(memory->self_path), &visible))
		return UINT64_MAX;
	snprintf(path, sizeof(path), "%.*s", (int)visible.len, visible.p);
	do {
		uint64_t limit = limit_at(memory, path);

		lowest = limit < lowest ? limit : lowest;
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return lowest;
}

static uint64_t limit_below(int root_fd)
{
	struct hierarchies hierarchies = HIERARCHIES_INIT;
	struct err ignored = ERR_INIT;
	uint64_t limit = UINT64_MAX;

	if (hierarchies_find(root_fd, &hierarchies, &ignored) == 0 &&
	    hierarchies.of[CGROUP_MEMORY] != HIERARCHY_NONE)
		limit = lowest_limit(&hierarchies.items[hierarchies.of[CGROUP_MEMORY]]);
	hierarchies_finish(&hierarchies);
	return limit;
}

uint64_t own_memory_limit(int root_fd)
{
	_cleanup_(cleanup_close)
	int own = -1;

	if (root_fd == AT_FDCWD)
		root_fd = own = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0 ? UINT64_MAX : limit_below(root_fd);
}
