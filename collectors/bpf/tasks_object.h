/* SPDX-License-Identifier: MIT */
/*
 * The compiled task iterator, taken apart as the kernel wants it: instructions, types, which function has
 * which type, and the places that depend on how the running kernel's structs are laid out.
 */
#ifndef BOXTOP_COLLECTORS_BPF_TASKS_OBJECT_H
#define BOXTOP_COLLECTORS_BPF_TASKS_OBJECT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/** struct tasks_object - borrowed from the file, but for the types */
struct tasks_object {
	struct span instructions;
	struct span func_info;	 /* of the one function: where it starts, which type it has */
	struct span relocations; /* struct bpf_core_relo */
	__u32 func_info_record, relocations_record; /* bytes of a record */
	char *types; /* BTF with what compilers leave to loaders filled in; owned */
	size_t types_len;
};

/** tasks_object_take() - false if the object isn't as compilers make it */
bool tasks_object_take(struct span file, struct tasks_object *out);
/**
 * tasks_object_set_cast() - replace the calls of FACT_CAST_CALL
 * @instructions: of tasks_object.instructions, or a copy
 * @type:	  of the kernel's function for it; 0: it has none
 */
void tasks_object_set_cast(char *instructions, size_t len, __u32 type);
/** tasks_object_plain() - a copy of the file without those calls; free() it */
char *tasks_object_plain(struct span file);
void tasks_object_finish(struct tasks_object *object);

#endif
