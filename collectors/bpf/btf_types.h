/* SPDX-License-Identifier: MIT */
/* Walking over types in BTF, the kernel's description of types. Header only. */
#ifndef BOXTOP_COLLECTORS_BPF_BTF_TYPES_H
#define BOXTOP_COLLECTORS_BPF_BTF_TYPES_H

#include <linux/btf.h>
#include <stddef.h>

/** btf_type_bytes() - of a type with all that follows it; 0 for a kind that isn't known */
static inline size_t btf_type_bytes(const struct btf_type *type)
{
	static const struct {
		unsigned char fixed, per_member;
	} tails[] = {
		[BTF_KIND_INT] = {sizeof(__u32), 0},
		[BTF_KIND_PTR] = {0, 0},
		[BTF_KIND_ARRAY] = {sizeof(struct btf_array), 0},
		[BTF_KIND_STRUCT] = {0, sizeof(struct btf_member)},
		[BTF_KIND_UNION] = {0, sizeof(struct btf_member)},
		[BTF_KIND_ENUM] = {0, sizeof(struct btf_enum)},
		[BTF_KIND_FUNC_PROTO] = {0, sizeof(struct btf_param)},
		[BTF_KIND_VAR] = {sizeof(struct btf_var), 0},
		[BTF_KIND_DATASEC] = {0, sizeof(struct btf_var_secinfo)},
		[BTF_KIND_DECL_TAG] = {sizeof(struct btf_decl_tag), 0},
		[BTF_KIND_TYPE_TAG] = {0, 0},
		[BTF_KIND_ENUM64] = {0, sizeof(struct btf_enum64)},
	};
	unsigned int kind = BTF_INFO_KIND(type->info);

	if (kind >= sizeof(tails) / sizeof(tails[0]))
		return 0;
	return sizeof(*type) + tails[kind].fixed +
	       (size_t)tails[kind].per_member * BTF_INFO_VLEN(type->info);
}

#endif
