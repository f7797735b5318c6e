/* SPDX-License-Identifier: MIT */
/*
 * Loads libarchive. It isn't linked, since nearly no start of the program opens an archive, and each would
 * pay: the library brings libxml2, libicu and libstdc++, 1.2 ms of a start that takes 1.6 without, and 30 MB
 * of mapped files. Only the child that unpacks loads it.
 */
#include "runtime/archive_api.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#include "base/cleanup.h"

/* The number of the interface: it has been the same since 2013. */
#define LIBRARY "libarchive.so.13"

/* struct function - where a function's address goes */
struct function {
	const char *name;
	size_t offset;
};

static const struct function functions[] = {
#define X(name, function) {#function, offsetof(struct archive_api, name)},
	ARCHIVE_FUNCTIONS(X)
#undef X
};

int archive_api_load(struct archive_api *api, struct err *err)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return err_setx(err, ENOTSUP,
				"archives take " LIBRARY
				", which can't be loaded: install libarchive "
				"(Debian: libarchive13)");
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		void *address = dlsym(library, functions[i].name);

		if (!address)
			return err_setx(err, ENOTSUP,
					"archives take a newer " LIBRARY ": this one has no %s",
					functions[i].name);
		*(void **)((char *)api + functions[i].offset) = address;
	}
	return 0;
}
