/* SPDX-License-Identifier: MIT */
/* libelf by a table of its functions, loaded when the first program is read. Internal to the runtime. */
#ifndef BOXTOP_RUNTIME_ELF_API_H
#define BOXTOP_RUNTIME_ELF_API_H

#include <gelf.h>

#include "base/err.h"

/* ELF_FUNCTIONS - every function that is used, and what it is called here */
#define ELF_FUNCTIONS(X)                                                                           \
	X(begin, elf_begin)                                                                        \
	X(end, elf_end)                                                                            \
	X(getdata_rawchunk, elf_getdata_rawchunk)                                                  \
	X(getphdrnum, elf_getphdrnum)                                                              \
	X(kind, elf_kind)                                                                          \
	X(version, elf_version)                                                                    \
	X(fsize, gelf_fsize)                                                                       \
	X(getdyn, gelf_getdyn)                                                                     \
	X(getehdr, gelf_getehdr)                                                                   \
	X(getphdr, gelf_getphdr)

/** struct elf_api - the functions by their names */
struct elf_api {
#define X(name, function) __typeof__(function) *name;
	ELF_FUNCTIONS(X)
#undef X
};

/** elf_api_load() - the table; NULL with @err saying what to install */
const struct elf_api *elf_api_load(struct err *err);

#endif
