/* SPDX-License-Identifier: MIT */
/*
 * What belongs together on different screens: the cgroup of a container, its first process, the namespace
 * of a process, the container of an event. So the selection goes along from screen to screen.
 */
#ifndef BOXTOP_UI_LINK_H
#define BOXTOP_UI_LINK_H

#include "model/fields.h"

/**
 * link_row() - the row of another kind that a row belongs to, or that stands for it
 * @world: where rows other than events are looked for; @events: where events are
 *
 * Return: its key; kind 0 where there is none. The same kind gives the row itself.
 */
struct row_key link_row(const struct row *row, enum row_kind to, const struct snapshot *world,
			const struct snapshot *events);

/** link_find() - the row that has a key, into @out; false if it is gone */
bool link_find(struct row_key key, const struct snapshot *snapshot, struct row *out);

/** link_is_container() - whether a cgroup is the top of a container */
bool link_is_container(const struct row *row);

/** link_container() - index of the container that a row belongs to; INDEX_NONE */
uint32_t link_container(const struct row *row, const struct snapshot *world);
/** link_cgroup() - index of the cgroup that a row is or belongs to; INDEX_NONE */
uint32_t link_cgroup(const struct row *row, const struct snapshot *world);

#endif
