/* SPDX-License-Identifier: MIT */
/* Columns that go together: what is looked at when one thing is the matter. Constant tables only. */
#include "ui/setup.h"

#define CPU                                                                                        \
	"cpu_pct,cpu_user_pct,cpu_system_pct,cpu_limit_pct,cpu_throttled_pct,"                     \
	"cpu_effective_limit_cpus,cpu_limit_from,cpu_weight,pressure_cpu_some_pct"
#define MEMORY                                                                                     \
	"memory_working_set_bytes,memory_current_bytes,memory_limit_pct,"                          \
	"memory_effective_limit_bytes,memory_limit_from,memory_anon_bytes,memory_file_bytes,"      \
	"memory_slab_bytes,memory_swap_bytes,memory_peak_bytes,oom_kills,"                         \
	"pressure_memory_some_pct"
#define TASKS                                                                                      \
	"pids_current,pids_growth_per_sec,pids_limit_pct,pids_effective_limit,pids_limit_from,"    \
	"pids_peak,pids_limit_events,processes"
#define DISKS                                                                                      \
	"io_read_bytes_per_sec,io_write_bytes_per_sec,io_read_ops_per_sec,io_write_ops_per_sec,"   \
	"io_read_bytes,io_write_bytes,pressure_io_some_pct,pressure_io_full_pct"
#define NETWORK                                                                                    \
	"net_rx_bytes_per_sec,net_tx_bytes_per_sec,net_rx_packets_per_sec,net_tx_packets_per_sec," \
	"net_rx_drops,net_tx_drops,net_shared_by"
#define PRESSURE                                                                                   \
	"pressure_cpu_some_pct,pressure_memory_some_pct,pressure_memory_full_pct,"                 \
	"pressure_io_some_pct,pressure_io_full_pct,cpu_throttled_pct,oom_kills"
#define LIMITS                                                                                     \
	"cpu_limit_pct,cpu_effective_limit_cpus,cpu_limit_from,memory_limit_pct,"                  \
	"memory_effective_limit_bytes,memory_limit_from,pids_limit_pct,pids_effective_limit,"      \
	"pids_limit_from"

static const struct column_set of_containers[] = {
	{"Usual", "a little of everything", ""},
	{"CPU", "who uses it, what holds them back", "name,engine," CPU},
	{"Memory", "what it is made of, and its limits", "name,engine," MEMORY},
	{"Tasks", "processes and threads, and how fast they multiply", "name,engine," TASKS},
	{"Disks", "bytes and operations", "name,engine," DISKS},
	{"Network", "bytes, packets and drops", "name,engine," NETWORK},
	{"Pressure", "who waits, and for what", "name,engine," PRESSURE},
	{"Limits", "how near they are, and who set them", "name,engine," LIMITS},
	{"Identity", "whose it is, and where it came from",
	 "name,engine,kind,state,id,pid,pod,project,service,owner,age_usec,image"},
	{NULL, NULL, NULL},
};

static const struct column_set of_cgroups[] = {
	{"Usual", "a little of everything", ""},
	{"CPU", "who uses it, what holds them back", "name," CPU},
	{"Memory", "what it is made of, and its limits", "name," MEMORY},
	{"Tasks", "processes and threads, and how fast they multiply", "name," TASKS},
	{"Disks", "bytes and operations", "name," DISKS},
	{"Pressure", "who waits, and for what", "name," PRESSURE},
	{"Limits", "how near they are, and who set them", "name," LIMITS},
	{NULL, NULL, NULL},
};

static const struct column_set of_processes[] = {
	{"Usual", "as htop, and the container", ""},
	{"Containers", "whose it is, and its pid inside",
	 "pid,inner_pid,user,state,cpu_pct,memory_pct,engine,container,cgroup,command"},
	{"Memory", "resident, shared and swapped",
	 "pid,user,virtual_bytes,rss_bytes,shared_bytes,swap_bytes,memory_pct,minor_faults,"
	 "major_faults,oom_score,container,command"},
	{"Disks", "bytes read and written",
	 "pid,user,state,cpu_pct,io_read_bytes_per_sec,io_write_bytes_per_sec,io_read_bytes,"
	 "io_write_bytes,container,command"},
	{"Family", "parents, sessions and age",
	 "pid,ppid,pgrp,session,tty,user,state,threads,age_usec,started,container,command"},
	{"Namespaces", "the inode of each",
	 "pid,ns_mnt,ns_pid,ns_net,ns_user,ns_uts,ns_ipc,ns_cgroup,container,command"},
	{NULL, NULL, NULL},
};

static const struct column_set of_others[] = {
	{"Usual", "as it was at first", ""},
	{NULL, NULL, NULL},
};

const struct column_set *column_sets(enum row_kind kind)
{
	switch (kind) {
	case ROW_CONTAINER:
		return of_containers;
	case ROW_CGROUP:
		return of_cgroups;
	case ROW_PROCESS:
		return of_processes;
	case ROW_NS:
	case ROW_EVENT:
		break;
	}
	return of_others;
}
