/* SPDX-License-Identifier: MIT */
/*
 * A compiled iterator, taken apart as the kernel wants it: instructions, types, which function has
 * which type, and the places that depend on how the running kernel's structs are laid out.
 */
#ifndef BOXTOP_COLLECTORS_BPF_ITERATOR_OBJECT_H
#define BOXTOP_COLLECTORS_BPF_ITERATOR_OBJECT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/** struct iterator_object - borrowed from the file, but for the types */
struct iterator_object {
	struct span instructions;
	struct span func_info;	 /* of the one function: where it starts, which type it has */
	struct span relocations; /* struct bpf_core_relo */
	__u32 func_info_record, relocations_record; /* bytes of a record */
	char *types; /* BTF with what compilers leave to loaders filled in; owned */
	size_t types_len;
};

/**
 * iterator_object_take() - of the one program in @section ("iter/task")
 * Return: false if the object isn't as compilers make it.
 */
bool iterator_object_take(struct span file, const char *section, struct iterator_object *out);
/**
 * iterator_object_set_cast() - replace the calls of FACT_CAST_CALL
 * @instructions: of tasks_object.instructions, or a copy
 * @type:	  of the kernel's function for it; 0: it has none
 */
void iterator_object_set_cast(char *instructions, size_t len, __u32 type);
/** iterator_object_plain() - a copy of the file without those calls; free() it */
char *iterator_object_plain(struct span file, const char *section);
void iterator_object_finish(struct iterator_object *object);

#endif
