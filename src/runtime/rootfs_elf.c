/* SPDX-License-Identifier: MIT */
/*
 * Reads ELF files by libelf: the loader, the libraries and where they are looked for. Goes by the program
 * headers as the kernel and the loader do, so a file without sections reads the same. Nothing of the file
 * is trusted: every offset and text is checked against what the library says is there.
 */
#include "runtime/rootfs_elf.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "runtime/elf_api.h"

/* More is no program but an attack. */
#define NEEDED_MAX   4096
#define SEGMENTS_MAX 4096
#define STRTAB_MAX   (16u << 20)

/* struct elf_reader - a file that is being read */
struct elf_reader {
	const struct elf_api *api;
	Elf *elf;
	size_t segments;
	const char *strings; /* DT_STRTAB; borrowed from libelf */
	size_t strings_len;
	struct arena *arena;
};

static void end_reader(struct elf_reader *reader)
{
	if (reader->elf)
		reader->api->end(reader->elf);
}

/* chunk() - bytes of the file, converted to what @type is here; NULL if they aren't all there */
static Elf_Data *chunk(const struct elf_reader *reader, uint64_t offset, uint64_t len,
		       Elf_Type type)
{
	Elf_Data *data;

	if (offset > INT64_MAX || len == 0 || len > STRTAB_MAX)
		return NULL;
	data = reader->api->getdata_rawchunk(reader->elf, (int64_t)offset, (size_t)len, type);
	return data && data->d_buf && data->d_size == len ? data : NULL;
}

/* text_at() - a terminated text of the string table; NULL */
static const char *text_at(const struct elf_reader *reader, uint64_t offset)
{
	if (offset >= reader->strings_len ||
	    !memchr(reader->strings + offset, '\0', reader->strings_len - offset) ||
	    !reader->strings[offset])
		return NULL;
	return arena_strdup(reader->arena, reader->strings + offset);
}

/* find_segment() - the first of this type */
static bool find_segment(const struct elf_reader *reader, uint32_t type, GElf_Phdr *out)
{
	for (size_t i = 0; i < reader->segments; i++)
		if (reader->api->getphdr(reader->elf, (int)i, out) && out->p_type == type)
			return true;
	return false;
}

/* offset_of() - where in the file an address of the process comes from; false: nowhere */
static bool offset_of(const struct elf_reader *reader, uint64_t address, uint64_t *out)
{
	for (size_t i = 0; i < reader->segments; i++) {
		GElf_Phdr segment;

		if (!reader->api->getphdr(reader->elf, (int)i, &segment) ||
		    segment.p_type != PT_LOAD || address < segment.p_vaddr ||
		    address - segment.p_vaddr >= segment.p_filesz)
			continue;
		return !__builtin_add_overflow(segment.p_offset, address - segment.p_vaddr, out);
	}
	return false;
}

static const char *read_interp(const struct elf_reader *reader)
{
	GElf_Phdr segment;
	Elf_Data *data;

	if (!find_segment(reader, PT_INTERP, &segment) || segment.p_filesz > PATH_MAX)
		return NULL;
	data = chunk(reader, segment.p_offset, segment.p_filesz, ELF_T_BYTE);
	if (!data || !memchr(data->d_buf, '\0', data->d_size))
		return NULL;
	return arena_strdup(reader->arena, data->d_buf);
}

/* dynamic_value() - of the first entry with this tag; false: none */
static bool dynamic_value(const struct elf_reader *reader, Elf_Data *dynamic, size_t n, int64_t tag,
			  uint64_t *out)
{
	GElf_Dyn entry;

	for (size_t i = 0; i < n && reader->api->getdyn(dynamic, (int)i, &entry); i++) {
		if (entry.d_tag == DT_NULL)
			return false;
		if (entry.d_tag != tag)
			continue;
		*out = entry.d_un.d_val;
		return true;
	}
	return false;
}

static bool find_strings(struct elf_reader *reader, Elf_Data *dynamic, size_t n)
{
	uint64_t address, len, offset;
	Elf_Data *data;

	if (!dynamic_value(reader, dynamic, n, DT_STRTAB, &address) ||
	    !dynamic_value(reader, dynamic, n, DT_STRSZ, &len) ||
	    !offset_of(reader, address, &offset))
		return false;
	data = chunk(reader, offset, len, ELF_T_BYTE);
	if (!data)
		return false;
	reader->strings = data->d_buf;
	reader->strings_len = data->d_size;
	return true;
}

/* read_needed() - every DT_NEEDED; false: one is broken */
static bool read_needed(const struct elf_reader *reader, Elf_Data *dynamic, size_t n,
			struct elf_info *out)
{
	GElf_Dyn entry;

	out->needed = arena_array(reader->arena, n, sizeof(out->needed[0]));
	for (size_t i = 0; i < n && reader->api->getdyn(dynamic, (int)i, &entry); i++) {
		const char *name;

		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED)
			continue;
		name = text_at(reader, entry.d_un.d_val);
		if (!name || strlen(name) >= PATH_MAX || out->needed_len == NEEDED_MAX)
			return false;
		out->needed[out->needed_len++] = name;
	}
	return true;
}

static const char *read_path(const struct elf_reader *reader, Elf_Data *dynamic, size_t n,
			     int64_t tag)
{
	uint64_t offset;

	return dynamic_value(reader, dynamic, n, tag, &offset) ? text_at(reader, offset) : NULL;
}

/* read_dynamic() - false: it is broken */
static bool read_dynamic(struct elf_reader *reader, struct elf_info *out)
{
	GElf_Phdr segment;
	Elf_Data *dynamic;
	uint64_t flags = 0;
	size_t n;

	if (!find_segment(reader, PT_DYNAMIC, &segment))
		return true;
	dynamic = chunk(reader, segment.p_offset, segment.p_filesz, ELF_T_DYN);
	if (!dynamic)
		return false;
	n = dynamic->d_size / reader->api->fsize(reader->elf, ELF_T_DYN, 1, EV_CURRENT);
	/* A static program that is position-independent has a dynamic part without texts that matter. */
	if (!find_strings(reader, dynamic, n))
		return !dynamic_value(reader, dynamic, n, DT_NEEDED, &flags);
	out->rpath = read_path(reader, dynamic, n, DT_RPATH);
	out->runpath = read_path(reader, dynamic, n, DT_RUNPATH);
	if (dynamic_value(reader, dynamic, n, DT_FLAGS_1, &flags))
		out->no_default_dirs = flags & DF_1_NODEFLIB;
	return read_needed(reader, dynamic, n, out);
}

int elf_info_read(int fd, const char *name, struct arena *arena, struct elf_info *out,
		  struct err *err)
{
	_cleanup_(end_reader)
	struct elf_reader reader = {.arena = arena, .api = elf_api_load(err)};
	GElf_Ehdr header;

	*out = (struct elf_info) {0};
	if (!reader.api)
		return -ENOTSUP;
	if (reader.api->version(EV_CURRENT) == EV_NONE)
		return err_setx(err, ENOTSUP, "read %s: libelf is too old", name);
	reader.elf = reader.api->begin(fd, ELF_C_READ, NULL);
	if (!reader.elf || reader.api->kind(reader.elf) != ELF_K_ELF ||
	    !reader.api->getehdr(reader.elf, &header))
		return ELF_INFO_NONE;
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return ELF_INFO_NONE;
	if (reader.api->getphdrnum(reader.elf, &reader.segments) < 0 ||
	    reader.segments > SEGMENTS_MAX)
		return err_setx(err, ENOEXEC, "read %s: broken program headers", name);
	out->elf_class = header.e_ident[EI_CLASS];
	out->byte_order = header.e_ident[EI_DATA];
	out->machine = header.e_machine;
	out->interp = read_interp(&reader);
	if (!read_dynamic(&reader, out))
		return err_setx(err, ENOEXEC, "read %s: broken dynamic section", name);
	return 0;
}

bool elf_info_agrees(const struct elf_info *a, const struct elf_info *b)
{
	return a->elf_class == b->elf_class && a->byte_order == b->byte_order &&
	       a->machine == b->machine;
}
