/* SPDX-License-Identifier: MIT */
/*
 * Hands an iterator's program to the kernel and runs it: directly, or through libbpf, which
 * is loaded for that, where the kernel can't fit a program to its structs itself (before Linux 5.17). Owns
 * the link, which keeps the program alive, and nothing else: libbpf's copy of the kernel's types, 10 MB, is
 * given back at once. Never prints.
 */
#include "collectors/iterators.h"

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
#include "collectors/bpf/iterator_direct.h"
#include "collectors/bpf/iterator_object.h"

/* A compiled program, in the executable itself. */
#define EMBED(name, path)                                                                          \
	__asm__(".pushsection .rodata\n"                                                           \
		".balign 8\n" #name ":\n"                                                          \
		".incbin \"" path "\"\n" #name "_end:\n"                                           \
		".byte 0\n"                                                                        \
		".popsection\n");                                                                  \
	extern const char name[], name##_end[]
EMBED(boxtop_tasks_object, BOXTOP_TASKS_OBJECT);
EMBED(boxtop_files_object, BOXTOP_FILES_OBJECT);

/** struct iterator - see above */
struct iterator {
	enum iterated what;
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

static struct iterator_source source_of(enum iterated what)
{
	const struct iterator_source sources[ITERATORS] = {
		[ITERATE_TASKS] = {{boxtop_tasks_object,
				    (size_t)(boxtop_tasks_object_end - boxtop_tasks_object)},
				   "iter/task",
				   "bpf_iter_task",
				   "list_tasks"},
		[ITERATE_FILES] = {{boxtop_files_object,
				    (size_t)(boxtop_files_object_end - boxtop_files_object)},
				   "iter/task_file",
				   "bpf_iter_task_file",
				   "list_files"},
	};

	return sources[what];
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
	return err_set(err, code, "hand an iterator to this kernel");
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

static int load_by_library(const struct iterator_source *source, struct err *err)
{
	_cleanup_(cleanup_free)
	char *copy = iterator_object_plain(source->file, source->section);
	struct bpf_object *object;
	struct libbpf lib;
	int r = library_load(BOXTOP_LIBBPF, libbpf_functions, ARRAY_LEN(libbpf_functions), &lib,
			     err);

	if (r < 0)
		return r;
	lib.set_print(NULL);
	object = lib.open_mem(copy, source->file.len, NULL);
	if (!object)
		return explain(errno, err);
	r = load_object(&lib, object);
	lib.close(object);
	return r < 0 ? explain(-r, err) : r;
}

static int load(const struct iterator_source *source, struct err *err)
{
	int fd = iterator_direct_load(source);

	/* Who may not load it may not load it otherwise. */
	if (fd == -EPERM || fd == -EACCES)
		return explain(-fd, err);
	return fd < 0 ? load_by_library(source, err) : fd;
}

static int bpf_call(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

/* Takes @program_fd, or the error that it is. */
static int attach(enum iterated what, int program_fd, struct iterator **out, struct err *err)
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
	(*out)->what = what;
	(*out)->link_fd = fd;
	return 0;
}

int iterator_load(enum iterated what, struct iterator **out, struct err *err)
{
	const struct iterator_source source = source_of(what);

	return attach(what, load(&source, err), out, err);
}

int iterator_load_by_library(enum iterated what, struct iterator **out, struct err *err)
{
	const struct iterator_source source = source_of(what);

	return attach(what, load_by_library(&source, err), out, err);
}

void iterator_free(struct iterator *iterator)
{
	if (!iterator)
		return;
	close(iterator->link_fd);
	free(iterator);
}

int iterator_run(const struct iterator *iterator, struct err *err)
{
	union bpf_attr attr = {.iter_create = {.link_fd = (__u32)iterator->link_fd}};
	int fd = bpf_call(BPF_ITER_CREATE, &attr);

	if (fd < 0)
		return err_set(err, -fd, "make an iterator over all %s",
			       iterator->what == ITERATE_TASKS ? "tasks" : "open files");
	return fd;
}
