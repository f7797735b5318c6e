/* SPDX-License-Identifier: MIT */
/* What an operand means: a container by name, id, pid or cgroup; a cgroup by path or container. */
#ifndef BOXTOP_COMMANDS_SCOPE_H
#define BOXTOP_COMMANDS_SCOPE_H

#include <stdint.h>

#include "base/err.h"
#include "model/fields.h"

/** scope_sources() - what a sample has to read so that these operands can be understood */
unsigned int scope_sources(int n, char *const *operands);

/**
 * scope_find_container() - the container that @operand means
 * @operand:   its name as it is or as it is shown, its id, the pid of a process in it, the path of a
 *	       cgroup of it, or the start of its id; the first of these that fits anything decides,
 *	       and the pid of a process in no container fits nothing
 * @out_index: in snapshot.containers
 *
 * Return: 0; -ENOENT, or -EINVAL if it fits several, with @err.
 */
int scope_find_container(const struct snapshot *snapshot, const char *operand, uint32_t *out_index,
			 struct err *err);

/**
 * scope_find_cgroup() - the cgroup that @operand means: its path, or a container as above
 * @out_index: in snapshot.cgroups
 *
 * Return: 0; -ENOENT, or -EINVAL if it fits several, with @err.
 */
int scope_find_cgroup(const struct snapshot *snapshot, const char *operand, uint32_t *out_index,
		      struct err *err);

/** scope_container_key(), scope_cgroup_key() - the same as the key of a row, to stay within */
int scope_container_key(const struct snapshot *snapshot, const char *operand, struct row_key *out,
			struct err *err);
int scope_cgroup_key(const struct snapshot *snapshot, const char *operand, struct row_key *out,
		     struct err *err);

#endif
