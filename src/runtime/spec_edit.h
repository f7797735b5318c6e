/* SPDX-License-Identifier: MIT */
/*
 * A spec changed by what a person writes: the arguments of `boxtop run`, the fields of a dialog. Each
 * takes its whole text or refuses it with -EINVAL and @err, and then the spec is as it was.
 */
#ifndef BOXTOP_RUNTIME_SPEC_EDIT_H
#define BOXTOP_RUNTIME_SPEC_EDIT_H

#include "base/err.h"
#include "runtime/spec.h"

/** spec_set_root() - "DIR", or an archive; relative to the working directory. Also -errno: it can't be
 *  found */
int spec_set_root(struct spec *spec, const char *text, struct err *err);
/** spec_set_keep() - a directory for the changes to the root; made if it isn't there */
int spec_set_keep(struct spec *spec, const char *text, struct err *err);
/** spec_set_env() - "NAME=VALUE", or "NAME" for the value that it has here; takes the place of an earlier
 *  one. A NAME that isn't set here is left out */
int spec_set_env(struct spec *spec, const char *text, struct err *err);
/** spec_add_bind() - "SOURCE:DESTINATION", with ":ro" or ":rw" behind it */
int spec_add_bind(struct spec *spec, const char *text, struct err *err);
/** spec_add_tmpfs() - "DESTINATION", with ":SIZE" behind it */
int spec_add_tmpfs(struct spec *spec, const char *text, struct err *err);
/** spec_add_caps(), spec_drop_caps() - "NET_RAW,CAP_SYS_PTRACE", "ALL" */
int spec_add_caps(struct spec *spec, const char *text, struct err *err);
int spec_drop_caps(struct spec *spec, const char *text, struct err *err);
/** spec_set_rlimit() - "nofile=1024", "nofile=1024:2048", "core=unlimited" */
int spec_set_rlimit(struct spec *spec, const char *text, struct err *err);
/** spec_share() - namespaces to have in common with the host: "net,ipc". spec_unshare(): to have anew */
int spec_share(struct spec *spec, const char *text, struct err *err);
int spec_unshare(struct spec *spec, const char *text, struct err *err);
/** spec_set_restart() - "no", "on-failure", "on-failure:5" */
int spec_set_restart(struct spec *spec, const char *text, struct err *err);
/** spec_set_seccomp() - "default", "none", or a file */
int spec_set_seccomp(struct spec *spec, const char *text, struct err *err);

/** spec_use_host() - where the root is the host's: its secrets masked, the caller's home, working directory
 *  and language, as far as nothing else was said */
void spec_use_host(struct spec *spec);

#endif
