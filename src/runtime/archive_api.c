/* SPDX-License-Identifier: MIT */
/*
 * Loads libarchive. It isn't linked, since nearly no start of the program opens an archive, and each would
 * pay: the library brings libxml2, libicu and libstdc++, 1.2 ms of a start that takes 1.1 without, and 30 MB
 * of mapped files. Only the child that unpacks loads it.
 */
#include "runtime/archive_api.h"

#include <stddef.h>

#include "base/cleanup.h"
#include "base/library.h"

/* The number of the interface: it has been the same since 2013. */
#define LIBRARY "libarchive.so.13"

static const struct library_function functions[] = {
#define X(name, function) {#function, offsetof(struct archive_api, name)},
	ARCHIVE_FUNCTIONS(X)
#undef X
};

int archive_api_load(struct archive_api *api, struct err *err)
{
	int r = library_load(LIBRARY, functions, ARRAY_LEN(functions), api, err);

	return err_wrap(err, r, "archives take libarchive (Debian: libarchive13)");
}
