/* SPDX-License-Identifier: MIT */
/*
 * Hands an iterator's program to the kernel by system calls. What takes a library long is to read all of
 * the kernel's 150,000 types and to look for ours among them by name: the kernel can do that itself, as it
 * has them all. What is left to look for is one: that of the function that stands for the iterator.
 */
#include "collectors/bpf/iterator_direct.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "collectors/bpf/btf_types.h"
#include "collectors/bpf/iterator_object.h"

#define KERNEL_TYPES	 "/sys/kernel/btf/vmlinux"
#define KERNEL_TYPES_MAX (256u << 20)

/* What is looked for: the iterator's function, and the one that FACT_CAST_CALL calls */
enum {
	ITERATOR,
	CAST,
	FUNCTIONS
};

/* struct kernel_types - the kernel's own, mapped, or copied where they can't be (before Linux 6.16) */
struct kernel_types {
	char *data;
	size_t len;
	bool is_mapped;
};

static int bpf_call(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

static uint64_t address(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void kernel_types_finish(struct kernel_types *types)
{
	if (types->is_mapped)
		munmap(types->data, types->len);
	else
		free(types->data);
}

static int copy_kernel_types(int fd, struct kernel_types *out)
{
	out->data = xcalloc(1, out->len);
	for (size_t done = 0; done < out->len;) {
		ssize_t n = pread(fd, out->data + done, out->len - done, (off_t)done);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

static int read_kernel_types(struct kernel_types *out)
{
	_cleanup_(cleanup_close)
	int fd = open(KERNEL_TYPES, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < (off_t)sizeof(struct btf_header) || st.st_size > KERNEL_TYPES_MAX)
		return -EINVAL;
	out->len = (size_t)st.st_size;
	map = mmap(NULL, out->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return copy_kernel_types(fd, out);
	out->data = map;
	out->is_mapped = true;
	return 0;
}

/* Where a text stands among the names; 0: nowhere, as that is the empty one. */
static uint32_t find_name(struct span names, const char *name)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%c%s", '\0', name);
	const char *at = memmem(names.p, names.len, text, (size_t)len + 1);

	return at ? (uint32_t)(at - names.p) + 1 : 0;
}

/* Fills in the numbers of functions among the kernel's types: 0 for one that isn't there. */
static int find_functions(const struct kernel_types *types, const char *const names[FUNCTIONS],
			  uint32_t ids[FUNCTIONS])
{
	const struct btf_header *header = (const struct btf_header *)(const void *)types->data;
	const char *at = types->data + header->hdr_len + header->type_off;
	const char *end = at + header->type_len;
	struct span texts = {types->data + header->hdr_len + header->str_off, header->str_len};
	uint32_t wanted[FUNCTIONS];

	if (end > types->data + types->len || texts.p + texts.len > types->data + types->len)
		return -EINVAL;
	for (int i = 0; i < FUNCTIONS; i++)
		wanted[i] = find_name(texts, names[i]);
	for (uint32_t id = 1; at < end; id++) {
		const struct btf_type *type = (const struct btf_type *)(const void *)at;
		size_t size = btf_type_bytes(type);

		if (size == 0)
			return -EINVAL;
		for (int i = 0; i < FUNCTIONS && BTF_INFO_KIND(type->info) == BTF_KIND_FUNC; i++)
			if (type->name_off == wanted[i])
				ids[i] = id;
		at += size;
	}
	return 0;
}

static int find_in_kernel(const char *function, uint32_t ids[FUNCTIONS])
{
	const char *const names[FUNCTIONS] = {
		[ITERATOR] = function,
		[CAST] = "bpf_rdonly_cast",
	};
	_cleanup_(kernel_types_finish)
	struct kernel_types types = {.data = NULL};
	int r = read_kernel_types(&types);

	if (r == 0)
		r = find_functions(&types, names, ids);
	return r < 0 ? r : ids[ITERATOR] > 0 ? 0 : -ENOENT;
}

static int load_types(const struct iterator_object *object)
{
	union bpf_attr attr = {
		.btf = address(object->types),
		.btf_size = (__u32)object->types_len,
	};

	return bpf_call(BPF_BTF_LOAD, &attr);
}

static int load_program(const struct iterator_object *object, const char *name, int types_fd,
			uint32_t iterator)
{
	/* The kernel counts in instructions here, the file in bytes; the one function starts at 0. */
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = BPF_TRACE_ITER,
		.attach_btf_id = iterator,
		.insns = address(object->instructions.p),
		.insn_cnt = (__u32)(object->instructions.len / sizeof(struct bpf_insn)),
		.license = address("Dual MIT/GPL"),
		.prog_btf_fd = (__u32)types_fd,
		.func_info = address(object->func_info.p),
		.func_info_rec_size = object->func_info_record,
		.func_info_cnt = (__u32)(object->func_info.len / object->func_info_record),
		.core_relos = address(object->relocations.p),
		.core_relo_rec_size = object->relocations_record,
		.core_relo_cnt = (__u32)(object->relocations.len / object->relocations_record),
	};

	span_copy(span_of(name), attr.prog_name, sizeof(attr.prog_name));
	return bpf_call(BPF_PROG_LOAD, &attr);
}

static int load(struct iterator_object *object, const char *name, const uint32_t ids[FUNCTIONS])
{
	_cleanup_(cleanup_free)
	char *instructions = xmalloc(object->instructions.len);
	_cleanup_(cleanup_close)
	int types_fd = load_types(object);

	memcpy(instructions, object->instructions.p, object->instructions.len);
	iterator_object_set_cast(instructions, object->instructions.len, ids[CAST]);
	object->instructions.p = instructions;
	return types_fd < 0 ? types_fd : load_program(object, name, types_fd, ids[ITERATOR]);
}

int iterator_direct_load(const struct iterator_source *source)
{
	_cleanup_(iterator_object_finish)
	struct iterator_object object;
	uint32_t ids[FUNCTIONS] = {0};
	int r;

	if (!iterator_object_take(source->file, source->section, &object))
		return -EINVAL;
	r = find_in_kernel(source->function, ids);
	return r < 0 ? r : load(&object, source->name, ids);
}
