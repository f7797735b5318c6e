/* SPDX-License-Identifier: MIT */
/* Loads libelf. It isn't linked, since only `boxtop rootfs` reads programs and each start would pay. */
#include "runtime/elf_api.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/library.h"

/* The number of the interface: it has been the same since 2000. */
#define LIBRARY "libelf.so.1"

static const struct library_function functions[] = {
#define X(name, function) {#function, offsetof(struct elf_api, name)},
	ELF_FUNCTIONS(X)
#undef X
};

const struct elf_api *elf_api_load(struct err *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct elf_api api;
	static bool loaded;
	int r = 0;

	pthread_mutex_lock(&lock);
	if (!loaded)
		r = library_load(LIBRARY, functions, ARRAY_LEN(functions), &api, err);
	loaded = r == 0;
	pthread_mutex_unlock(&lock);
	err_wrap(err, r, "programs take libelf to read (Debian: libelf1)");
	return loaded ? &api : NULL;
}
