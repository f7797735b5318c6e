/* SPDX-License-Identifier: MIT */
/* The checks of a spec by subject, internal to the runtime: each says the first thing that is wrong. */
#ifndef BOXTOP_RUNTIME_SPEC_CHECK_H
#define BOXTOP_RUNTIME_SPEC_CHECK_H

#include "runtime/spec.h"

/** spec_check_path() - absolute, without a ".." and not too long. 0; -EINVAL naming @what */
int spec_check_path(const char *what, const char *path, struct err *err);

/** spec_check_user() - the syntax of spec_process.user. 0; -EINVAL */
int spec_check_user(const char *text, struct err *err);

/** spec_owns() - whether the sandbox has a namespace of this kind that isn't the host's */
bool spec_owns(const struct spec *spec, enum spec_ns ns);

int spec_check_process(const struct spec *spec, struct err *err);
/** spec_check_mounts() - root, mounts, masked and read-only paths */
int spec_check_mounts(const struct spec *spec, struct err *err);
/** spec_check_isolation() - namespaces, id maps, hostname, sysctls */
int spec_check_isolation(const struct spec *spec, struct err *err);

/** spec_check_map() - the lines of one id map, called @key in what is said. 0; -EINVAL with @err */
int spec_check_map(const char *key, const struct spec_id_map *maps, size_t len, struct err *err);

#endif
