/* SPDX-License-Identifier: MIT */
/* The system calls that a sandbox may make, as BPF. Internal to the runtime. */
#ifndef BOXTOP_RUNTIME_SECCOMP_H
#define BOXTOP_RUNTIME_SECCOMP_H

#include "base/err.h"
#include "base/str.h"
#include "runtime/spec.h"

/**
 * seccomp_program() - the filter that @spec asks for
 * @out: gets an array of struct sock_filter; empty for none
 *
 * The default list was compiled by the build; a profile ("linux.seccomp" of an OCI configuration, or that
 * object alone) is compiled here.
 * Return: 0; -errno with @err naming the profile and what is wrong in it.
 */
int seccomp_program(const struct spec *spec, struct strbuf *out, struct err *err);

#endif
