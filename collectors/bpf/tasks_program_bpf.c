/* SPDX-License-Identifier: MIT */
/*
 * Hands the iterator's program to the kernel through libbpf and makes iterators of it. Owns the link,
 * which keeps the program alive, and nothing else: libbpf's copy of the kernel's types, 10 MB, is given
 * back at once. Never prints.
 */
#include "collectors/tasks_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"

/* The compiled tasks.bpf.c, in the executable itself. */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	"boxtop_tasks_object:\n"
	".incbin \"" BOXTOP_TASKS_OBJECT "\"\n"
	"boxtop_tasks_object_end:\n"
	".byte 0\n"
	".popsection\n");
extern const char boxtop_tasks_object[], boxtop_tasks_object_end[];

/** struct tasks_program - see above */
struct tasks_program {
	int link_fd;
};

static void cleanup_object(struct bpf_object **object)
{
	bpf_object__close(*object);
}

/* What a person can do something about, in words. */
static int explain(int code, struct err *err)
{
	if (code == EPERM || code == EACCES)
		return err_setx(err, code, "that needs root (CAP_BPF and CAP_PERFMON)");
	if (access("/sys/kernel/btf/vmlinux", F_OK) < 0)
		return err_setx(err, code,
				"this kernel does not tell its types (CONFIG_DEBUG_INFO_BTF)");
	return err_set(err, code, "hand the task iterator to this kernel");
}

static int attach(const struct bpf_object *object, struct err *err)
{
	const struct bpf_program *program = bpf_object__next_program(object, NULL);
	int fd;

	if (!program)
		return err_setx(err, ENOENT, "the task iterator has no program");
	fd = bpf_link_create(bpf_program__fd(program), 0, BPF_TRACE_ITER, NULL);
	return fd < 0 ? explain(-fd, err) : fd;
}

int tasks_program_load(struct tasks_program **out, struct err *err)
{
	_cleanup_(cleanup_object)
	struct bpf_object *object = NULL;
	int fd, r;

	libbpf_set_print(NULL);
	object = bpf_object__open_mem(
		boxtop_tasks_object, (size_t)(boxtop_tasks_object_end - boxtop_tasks_object), NULL);
	if (!object)
		return explain(errno, err);
	r = bpf_object__load(object);
	if (r < 0)
		return explain(-r, err);
	fd = attach(object, err);
	if (fd < 0)
		return fd;
	*out = xcalloc(1, sizeof(**out));
	(*out)->link_fd = fd;
	return 0;
}

void tasks_program_free(struct tasks_program *program)
{
	if (!program)
		return;
	close(program->link_fd);
	free(program);
}

int tasks_program_iterate(const struct tasks_program *program, struct err *err)
{
	int fd = bpf_iter_create(program->link_fd);

	return fd < 0 ? err_set(err, -fd, "make an iterator over all tasks") : fd;
}
