/* SPDX-License-Identifier: MIT */
/*
 * Hands the iterator's program to the kernel and makes iterators of it: directly, or through libbpf, which
 * is loaded for that, where the kernel can't fit a program to its structs itself (before Linux 5.17). Owns
 * the link, which keeps the program alive, and nothing else: libbpf's copy of the kernel's types, 10 MB, is
 * given back at once. Never prints.
 */
#include "collectors/tasks_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/library.h"
#include "collectors/bpf/tasks_direct.h"
#include "collectors/bpf/tasks_object.h"

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

#define LIBBPF_FUNCTIONS(X)                                                                        \
	X(set_print, libbpf_set_print)                                                             \
	X(open_mem, bpf_object__open_mem)                                                          \
	X(load, bpf_object__load)                                                                  \
	X(next_program, bpf_object__next_program)                                                  \
	X(program_fd, bpf_program__fd)                                                             \
	X(close, bpf_object__close)

/* struct libbpf - its functions */
struct libbpf {
#define X(name, function) __typeof__(function) *name;
	LIBBPF_FUNCTIONS(X)
#undef X
};

static const struct library_function libbpf_functions[] = {
#define X(name, function) {#function, offsetof(struct libbpf, name)},
	LIBBPF_FUNCTIONS(X)
#undef X
};

static struct span object_file(void)
{
	return (struct span) {boxtop_tasks_object,
			      (size_t)(boxtop_tasks_object_end - boxtop_tasks_object)};
}

/* What a person can do something about, in words. */
static int explain(int code, struct err *err)
{
	if (code == EPERM || code == EACCES)
		return err_setx(err, code, "that needs root (CAP_BPF and CAP_PERFMON)");
	if (access("/sys/kernel/btf/vmlinux", F_OK) < 0)
		return err_setx(err, code,
				"there is no /sys/kernel/btf/vmlinux: /sys is not mounted, or the "
				"kernel was built without CONFIG_DEBUG_INFO_BTF");
	return err_set(err, code, "hand the task iterator to this kernel");
}

static int load_object(const struct libbpf *lib, struct bpf_object *object)
{
	const struct bpf_program *program;
	int fd, r = lib->load(object);

	if (r < 0)
		return r;
	program = lib->next_program(object, NULL);
	if (!program)
		return -ENOENT;
	fd = fcntl(lib->program_fd(program), F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static int load_by_library(struct err *err)
{
	struct span file = object_file();
	_cleanup_(cleanup_free)
	char *copy = tasks_object_plain(file);
	struct bpf_object *object;
	struct libbpf lib;
	int r = library_load(BOXTOP_LIBBPF, libbpf_functions, ARRAY_LEN(libbpf_functions), &lib,
			     err);

	if (r < 0)
		return r;
	lib.set_print(NULL);
	object = lib.open_mem(copy, file.len, NULL);
	if (!object)
		return explain(errno, err);
	r = load_object(&lib, object);
	lib.close(object);
	return r < 0 ? explain(-r, err) : r;
}

static int load(struct err *err)
{
	int fd = tasks_direct_load(object_file());

	/* Who may not load it may not load it otherwise. */
	if (fd == -EPERM || fd == -EACCES)
		return explain(-fd, err);
	return fd < 0 ? load_by_library(err) : fd;
}

static int bpf_call(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

/* Takes @program_fd, or the error that it is. */
static int attach(int program_fd, struct tasks_program **out, struct err *err)
{
	union bpf_attr attr = {.link_create = {.attach_type = BPF_TRACE_ITER}};
	int fd;

	if (program_fd < 0)
		return program_fd;
	attr.link_create.prog_fd = (__u32)program_fd;
	fd = bpf_call(BPF_LINK_CREATE, &attr);
	close(program_fd);
	if (fd < 0)
		return explain(-fd, err);
	*out = xcalloc(1, sizeof(**out));
	(*out)->link_fd = fd;
	return 0;
}

int tasks_program_load(struct tasks_program **out, struct err *err)
{
	return attach(load(err), out, err);
}

int tasks_program_load_by_library(struct tasks_program **out, struct err *err)
{
	return attach(load_by_library(err), out, err);
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
	union bpf_attr attr = {.iter_create = {.link_fd = (__u32)program->link_fd}};
	int fd = bpf_call(BPF_ITER_CREATE, &attr);

	return fd < 0 ? err_set(err, -fd, "make an iterator over all tasks") : fd;
}
