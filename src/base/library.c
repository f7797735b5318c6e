/* SPDX-License-Identifier: MIT */
/* Loads a library by dlopen(3) and looks its functions up. Unloads nothing. */
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>

int library_load(const char *file, const struct library_function *functions, size_t n, void *table,
		 struct err *err)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return err_setx(err, ENOTSUP, "load %s (is its package installed?)", dlerror());
	for (size_t i = 0; i < n; i++) {
		void *address = dlsym(library, functions[i].name);

		if (!address)
			return err_setx(err, ENOTSUP, "%s has no %s: it is too old", file,
					functions[i].name);
		*(void **)(void *)((char *)table + functions[i].offset) = address;
	}
	return 0;
}
