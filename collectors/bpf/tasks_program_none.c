/* SPDX-License-Identifier: MIT */
/* The build had no libbpf or no clang: there is no iterator, and everybody reads /proc. */
#include <errno.h>
#include <stddef.h>

#include "collectors/tasks_program.h"

int tasks_program_load(struct tasks_program **out, struct err *err)
{
	*out = NULL;
	return err_setx(err, ENOTSUP, "this boxtop was built without libbpf or clang");
}

int tasks_program_load_by_library(struct tasks_program **out, struct err *err)
{
	return tasks_program_load(out, err);
}

void tasks_program_free(struct tasks_program *program)
{
	(void)program;
}

int tasks_program_iterate(const struct tasks_program *program, struct err *err)
{
	(void)program;
	return err_setx(err, ENOTSUP, "this boxtop was built without libbpf or clang");
}
