/* SPDX-License-Identifier: MIT */
/* The getters of the field table, private to the model. Each reads the member at field.offset. */
#ifndef BOXTOP_MODEL_FIELDS_GET_H
#define BOXTOP_MODEL_FIELDS_GET_H

#include "model/fields.h"

typedef struct value field_getter(const struct field *field, const struct row *row);

/* struct usage, of a container or a cgroup */
field_getter get_usage_metric, get_usage_rate;
/* where an effective limit comes from: @offset of the uint32_t in struct cgroup */
field_getter get_limit_from;

/* struct container: a const char * that may be NULL, and what needs more than its member */
field_getter get_container_text, get_container_owner, get_container_kind, get_container_state;
field_getter get_container_bool, get_container_leader, get_container_created, get_container_age;
field_getter get_container_ended, get_container_exit_code, get_container_ended_oom;
field_getter get_container_finished, get_container_finished_age;
field_getter get_container_cgroup, get_container_parent;
field_getter get_container_net_shared_by, get_container_ns;

/* struct cgroup */
field_getter get_cgroup_text, get_cgroup_id, get_cgroup_depth, get_cgroup_container;
field_getter get_cgroup_engine, get_cgroup_state, get_cgroup_own_processes;

/* struct process */
field_getter get_process_text, get_process_command, get_process_metric, get_process_rate;
field_getter get_process_pid, get_process_int, get_process_state, get_process_uid;
field_getter get_process_time, get_process_started, get_process_age, get_process_ns;
field_getter get_process_threads, get_process_inner_pid;
field_getter get_process_container, get_process_engine, get_process_cgroup, get_process_processor;

/* struct ns */
field_getter get_ns_text, get_ns_metric, get_ns_type, get_ns_id, get_ns_processes, get_ns_pid;
field_getter get_ns_container, get_ns_held, get_ns_held_path, get_ns_bool;

/* struct container_event */
field_getter get_event_number, get_event_time, get_event_age, get_event_text, get_event_kind;

/* Values */
struct value value_text(const char *text, enum metric_why why_null);
struct value value_u64(enum field_type type, uint64_t number);
struct value value_bool(bool yes);
struct value value_unknown(enum field_type type, enum metric_state state, enum metric_why why);
struct value value_metric(enum field_type type, struct metric metric);
struct value value_rate(enum field_type type, struct rate rate);
/* value_not_applicable() - the getter was given another kind of row */
struct value value_not_applicable(const struct field *field);
/* value_inode() - of a namespace or directory; 0 is unknown */
struct value value_inode(const struct field *field, uint64_t inode);
/* value_container_name(), value_container_engine() - of the container at an index, or @why there is none */
struct value value_container_name(const struct row *row, uint32_t container, enum metric_why why);
struct value value_container_engine(const struct row *row, uint32_t container);

/* field_member() - what @field reads, in the struct it reads from */
const void *field_member(const void *base, const struct field *field);

#endif
