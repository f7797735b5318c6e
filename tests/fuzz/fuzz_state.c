/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the state.json of a sandbox. Whatever goes in: a refusal is a line of text; what is taken
 * is written and read back as the same.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/state.h"

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

static struct state_dir dir = {-1, -1, -1, "fuzzed"};
static char path[] = "/dev/shm/boxtop-fuzz-XXXXXX";

static void remove_directory(void)
{
	unlinkat(dir.fd, STATE_FILE, 0);
	rmdir(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	require(mkdtemp(path));
	dir.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	require(dir.fd >= 0);
	atexit(remove_directory);
	return 0;
}

static void require_same(const char *a, const char *b)
{
	require(!a == !b && (!a || strcmp(a, b) == 0));
}

static void require_same_list(const struct spec_list *a, const struct spec_list *b)
{
	require(a->len == b->len);
	for (size_t i = 0; i < a->len; i++)
		require_same(a->items[i], b->items[i]);
}

static void write_file(const uint8_t *data, size_t size)
{
	_cleanup_(cleanup_close)
	int fd = openat(dir.fd, STATE_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
}

static void round_trip(const struct state *state)
{
	struct state again;
	struct err err = ERR_INIT;

	require(state_save(&dir, state, &err) == 0);
	require(state_load(&dir, &again, &err) == 0);
	require_same(state->info.name, again.info.name);
	require_same(state->info.rootfs, again.info.rootfs);
	require_same(state->unit, again.unit);
	require_same(state->cgroups_path, again.cgroups_path);
	require_same(state->boot_id, again.boot_id);
	require_same_list(&state->info.args, &again.info.args);
	require_same_list(&state->info.notes, &again.info.notes);
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		require_same(state->info.cgroup_paths[i], again.info.cgroup_paths[i]);
	require(state->info.pid == again.info.pid && state->manager == again.manager);
	require(state->info.start_ticks == again.info.start_ticks);
	require(state->info.status == again.info.status);
	state_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state state;
	struct err err = ERR_INIT;
	int r;

	write_file(data, size);
	r = state_load(&dir, &state, &err);
	require((r == 0) == (err.code == 0));
	for (const char *p = err.text; *p; p++)
		require(*p >= 0x20 && *p < 0x7f);
	if (r == 0) {
		round_trip(&state);
		state_finish(&state);
	}
	return 0;
}
