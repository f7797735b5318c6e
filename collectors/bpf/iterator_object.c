/* SPDX-License-Identifier: MIT */
/* Takes a compiled iterator apart. It is our own and part of the executable: checked, but not distrusted. */
#include "collectors/bpf/iterator_object.h"

#include <elf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "collectors/bpf/btf_types.h"
#include "collectors/bpf/fact.h"

/* struct extra_header - of .BTF.ext; what follows it here is of no use to us */
struct extra_header {
	__u16 magic;
	__u8 version, flags;
	__u32 header_len;
	__u32 func_info_off, func_info_len;
	__u32 line_info_off, line_info_len;
	__u32 relocations_off, relocations_len;
};

/* struct extra_section - records of one section of code; before the first stands the size of a record */
struct extra_section {
	__u32 name_off;
	__u32 records;
};

static struct span cut(struct span all, size_t offset, size_t len)
{
	if (offset > all.len || len > all.len - offset)
		return (struct span) {0};
	return (struct span) {.p = all.p + offset, .len = len};
}

static struct span section_of(struct span file, const char *name)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)file.p;
	const Elf64_Shdr *sections;

	if (file.len < sizeof(*header) || header->e_shentsize != sizeof(*sections))
		return (struct span) {0};
	sections = (const Elf64_Shdr *)(const void *)(file.p + header->e_shoff);
	for (size_t i = 0; i < header->e_shnum; i++) {
		const Elf64_Shdr *s = &sections[i];
		const char *strings = file.p + sections[header->e_shstrndx].sh_offset;

		if (s->sh_type == SHT_PROGBITS && strcmp(strings + s->sh_name, name) == 0)
			return cut(file, s->sh_offset, s->sh_size);
	}
	return (struct span) {0};
}

/* The records for @section of one kind of .BTF.ext. */
static struct span records(struct span kind, const char *names, const char *section,
			   __u32 *out_record)
{
	size_t at = sizeof(*out_record);

	if (kind.len < at)
		return (struct span) {0};
	memcpy(out_record, kind.p, sizeof(*out_record));
	while (at + sizeof(struct extra_section) <= kind.len) {
		struct extra_section part;
		size_t len;

		memcpy(&part, kind.p + at, sizeof(part));
		at += sizeof(part);
		len = (size_t)part.records * *out_record;
		if (strcmp(names + part.name_off, section) == 0)
			return cut(kind, at, len);
		at += len;
	}
	return (struct span) {0};
}

/* Compilers know no more of a section of data than its name; its size is filled in by who loads. */
static bool fill_data_sections(struct span file, char *types, size_t len)
{
	struct btf_header *header = (struct btf_header *)(void *)types;
	char *at = types + header->hdr_len + header->type_off, *end = at + header->type_len;
	const char *names = types + header->hdr_len + header->str_off;

	if (end > types + len)
		return false;
	while (at < end) {
		struct btf_type *type = (struct btf_type *)(void *)at;
		size_t size = btf_type_bytes(type);

		if (size == 0)
			return false;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_DATASEC)
			type->size = (__u32)section_of(file, names + type->name_off).len;
		at += size;
	}
	return true;
}

bool iterator_object_take(struct span file, const char *section, struct iterator_object *out)
{
	struct span types = section_of(file, ".BTF"), extra = section_of(file, ".BTF.ext");
	struct extra_header header;
	const char *names;

	*out = (struct iterator_object) {.instructions = section_of(file, section)};
	if (types.len < sizeof(struct btf_header) || extra.len < sizeof(header))
		return false;
	memcpy(&header, extra.p, sizeof(header));
	extra = cut(extra, header.header_len, extra.len - header.header_len);
	out->types = memcpy(xmalloc(types.len), types.p, types.len);
	out->types_len = types.len;
	names = types.p + ((const struct btf_header *)(const void *)types.p)->hdr_len +
		((const struct btf_header *)(const void *)types.p)->str_off;
	out->func_info = records(cut(extra, header.func_info_off, header.func_info_len), names,
				 section, &out->func_info_record);
	out->relocations = records(cut(extra, header.relocations_off, header.relocations_len),
				   names, section, &out->relocations_record);
	return out->instructions.len > 0 && out->func_info.len > 0 && out->relocations.len > 0 &&
	       fill_data_sections(file, out->types, out->types_len);
}

void iterator_object_set_cast(char *instructions, size_t len, __u32 type)
{
	static const struct bpf_insn same = {
		.code = BPF_ALU64 | BPF_MOV | BPF_X,
		.dst_reg = BPF_REG_0,
		.src_reg = BPF_REG_1,
	};
	struct bpf_insn *instruction = (struct bpf_insn *)(void *)instructions;

	for (size_t i = 0; i < len / sizeof(*instruction); i++, instruction++) {
		if (instruction->code != (BPF_JMP | BPF_CALL) || instruction->imm != FACT_CAST_CALL)
			continue;
		if (type == 0) {
			*instruction = same;
			continue;
		}
		instruction->src_reg = BPF_PSEUDO_KFUNC_CALL;
		instruction->imm = (__s32)type;
	}
}

char *iterator_object_plain(struct span file, const char *section)
{
	char *copy = memcpy(xmalloc(file.len), file.p, file.len);
	struct span instructions = section_of(file, section);

	if (instructions.len > 0)
		iterator_object_set_cast(copy + (instructions.p - file.p), instructions.len, 0);
	return copy;
}

void iterator_object_finish(struct iterator_object *object)
{
	free(object->types);
	object->types = NULL;
}
