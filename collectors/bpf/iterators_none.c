/* SPDX-License-Identifier: MIT */
/* The build had no libbpf or no clang: there are no iterators, and everybody reads /proc. */
#include <errno.h>
#include <stddef.h>

#include "collectors/iterators.h"

int iterator_load(enum iterated what, struct iterator **out, struct err *err)
{
	(void)what;
	*out = NULL;
	return err_setx(err, ENOTSUP, "this boxtop was built without libbpf or clang");
}

int iterator_load_by_library(enum iterated what, struct iterator **out, struct err *err)
{
	return iterator_load(what, out, err);
}

void iterator_free(struct iterator *iterator)
{
	(void)iterator;
}

int iterator_run(const struct iterator *iterator, struct err *err)
{
	(void)iterator;
	return err_setx(err, ENOTSUP, "this boxtop was built without libbpf or clang");
}
