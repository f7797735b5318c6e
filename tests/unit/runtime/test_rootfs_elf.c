/* SPDX-License-Identifier: MIT */
/* ELF files as they are, cut short, and twisted. */
#include "runtime_test.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "runtime/rootfs_elf.h"

/* struct rig - this very program, which is dynamic, and a copy that may be twisted */
struct rig {
	struct arena arena;
	struct strbuf bytes;
	struct elf_info info;
	struct err err;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	*state = rig;
	return rig ? dir_read(AT_FDCWD, "/proc/self/exe", &rig->bytes, &rig->err) : -1;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	arena_finish(&rig->arena);
	strbuf_finish(&rig->bytes);
	free(rig);
	return 0;
}

static int read_bytes(struct rig *rig, size_t len)
{
	_cleanup_(cleanup_close)
	int fd = memfd_create("elf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, rig->bytes.data, len), len);
	rig->err = ERR_INIT;
	return elf_info_read(fd, "twisted", &rig->arena, &rig->info, &rig->err);
}

static bool needs(const struct elf_info *info, const char *start)
{
	for (size_t i = 0; i < info->needed_len; i++)
		if (strncmp(info->needed[i], start, strlen(start)) == 0)
			return true;
	return false;
}

static Elf64_Phdr *segment(struct rig *rig, uint32_t type)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)rig->bytes.data;
	Elf64_Phdr *segments = (Elf64_Phdr *)(void *)(rig->bytes.data + header->e_phoff);

	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		skip();
	for (size_t i = 0; i < header->e_phnum; i++)
		if (segments[i].p_type == type)
			return &segments[i];
	fail_msg("no segment %u", type);
	return NULL;
}

static void a_program_names_its_loader_and_its_libraries(void **state)
{
	struct rig *rig = *state;

	assert_fine(read_bytes(rig, rig->bytes.len), rig->err);
	assert_non_null(rig->info.interp);
	assert_int_equal(rig->info.interp[0], '/');
	assert_true(needs(&rig->info, "libcmocka"));
	assert_true(needs(&rig->info, "libc."));
	assert_true(elf_info_agrees(&rig->info, &rig->info));
}

static void a_text_is_no_program(void **state)
{
	struct rig *rig = *state;

	strbuf_reset(&rig->bytes);
	strbuf_adds(&rig->bytes, "#!/bin/sh\n");
	assert_int_equal(read_bytes(rig, rig->bytes.len), ELF_INFO_NONE);
	assert_int_equal(read_bytes(rig, 0), ELF_INFO_NONE);
}

/* Wherever it ends, it is read, refused or no program; never more than is there is read. */
static void a_program_that_is_cut_short_is_no_harm(void **state)
{
	struct rig *rig = *state;
	size_t len = rig->bytes.len;

	for (size_t cut = 0; cut < 4096 && cut < len; cut += 61)
		assert_true(read_bytes(rig, cut) != 0 || !rig->info.interp || rig->info.interp[0]);
	for (size_t cut = 4096; cut < len; cut += len / 61)
		read_bytes(rig, cut);
}

static void a_loader_outside_of_the_file_is_none(void **state)
{
	struct rig *rig = *state;
	Elf64_Phdr *interp = segment(rig, PT_INTERP);

	interp->p_offset = UINT64_MAX - 4;
	read_bytes(rig, rig->bytes.len);
	assert_null(rig->info.interp);
	interp->p_offset = 0;
	interp->p_filesz = 1u << 30;
	read_bytes(rig, rig->bytes.len);
	assert_null(rig->info.interp);
}

static void a_loader_without_an_end_is_none(void **state)
{
	struct rig *rig = *state;
	Elf64_Phdr *interp = segment(rig, PT_INTERP);

	interp->p_filesz = 4;
	read_bytes(rig, rig->bytes.len);
	assert_null(rig->info.interp);
}

static void a_dynamic_section_outside_of_the_file_is_broken(void **state)
{
	struct rig *rig = *state;

	segment(rig, PT_DYNAMIC)->p_offset = rig->bytes.len - 8;
	assert_int_equal(read_bytes(rig, rig->bytes.len), -ENOEXEC);
	assert_non_null(strstr(rig->err.text, "twisted"));
}

static void a_library_whose_name_is_nowhere_is_broken(void **state)
{
	struct rig *rig = *state;
	Elf64_Phdr *dynamic = segment(rig, PT_DYNAMIC);
	Elf64_Dyn *entry = (Elf64_Dyn *)(void *)(rig->bytes.data + dynamic->p_offset);

	while (entry->d_tag != DT_NEEDED)
		entry++;
	entry->d_un.d_val = UINT64_MAX;
	assert_int_equal(read_bytes(rig, rig->bytes.len), -ENOEXEC);
}

static void machines_do_not_mix(void **state)
{
	struct rig *rig = *state;
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)rig->bytes.data;
	struct elf_info here;

	assert_fine(read_bytes(rig, rig->bytes.len), rig->err);
	here = rig->info;
	header->e_machine ^= 1;
	assert_fine(read_bytes(rig, rig->bytes.len), rig->err);
	assert_false(elf_info_agrees(&here, &rig->info));
}

#define RIGGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(a_program_names_its_loader_and_its_libraries),
		RIGGED(a_text_is_no_program),
		RIGGED(a_program_that_is_cut_short_is_no_harm),
		RIGGED(a_loader_outside_of_the_file_is_none),
		RIGGED(a_loader_without_an_end_is_none),
		RIGGED(a_dynamic_section_outside_of_the_file_is_broken),
		RIGGED(a_library_whose_name_is_nowhere_is_broken),
		RIGGED(machines_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
