/* SPDX-License-Identifier: MIT */
/* A container, or what an engineer would blame in its place: a VM, a service, a cgroup made by hand. */
#ifndef BOXTOP_MODEL_CONTAINER_H
#define BOXTOP_MODEL_CONTAINER_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/cgroup.h"
#include "model/namespace.h"

/** enum container_kind - what a row of the containers screen is */
enum container_kind {
	CONTAINER_CONTAINER = 0, /* of an engine or by hand */
	CONTAINER_SANDBOX,	 /* one of our own */
	CONTAINER_PAUSE,	 /* a pod's infrastructure container */
	CONTAINER_VM,		 /* libvirt, Proxmox */
	CONTAINER_APP,		 /* Flatpak, Snap */
	CONTAINER_CGROUP,  /* a populated cgroup that no rule knows: somebody made it by hand */
	CONTAINER_MONITOR, /* an engine's helper: conmon, lxc.monitor, supervisor */
	CONTAINER_SERVICE, /* systemd service */
	CONTAINER_SCOPE,   /* systemd scope: a session, an app */
	CONTAINER_SLICE,   /* systemd slice */
	CONTAINER_POD,	   /* a pod's slice or parent cgroup */
	CONTAINER_KINDS,
};

/** enum container_state */
enum container_state {
	CONTAINER_STATE_UNKNOWN = 0,
	CONTAINER_RUNNING,
	CONTAINER_PAUSED,  /* frozen */
	CONTAINER_EMPTY,   /* its cgroup has no process left */
	CONTAINER_STOPPED, /* a sandbox of ours that ended and is kept until it is removed */
};

/** struct container - one. Strings are raw bytes in the snapshot's arena or NULL: sanitize to show */
struct container {
	uint64_t key; /* stable over its life: hash of engine, id and cgroup or namespace */
	enum container_kind kind;
	const char *
		engine; /* "docker", "podman", "containerd", "cri-o", "lxc", "incus", "lxd", "nspawn",
				* "libvirt", "proxmox", "runc", "crun", "flatpak", "snap", "nomad", "garden",
				* "ecs", "bubblewrap", "unshare", "chroot", "systemd", "boxtop", "cgroup" */
	const char *name; /* never NULL; the id's first 12 digits where no name is known */
	const char *id;	  /* the engine's own; NULL where it has none */
	const char *image;
	const char *pod;	   /* pod name or id */
	const char *pod_namespace; /* Kubernetes namespace */
	const char *project;	   /* compose project */
	const char *service;	   /* compose service, or the systemd unit for a unit */
	const char *owner;	   /* user name or uid for rootless containers; NULL for root's */
	const char *root_path;	   /* its root directory on the host where known */
	const char *command;	   /* command line of the leader; NULL if not asked */
	bool confirmed;		   /* the state on disk (or the kernel's namespaces) says so too */
	bool by_namespace; /* has no cgroup of its own: grouped by namespace or root directory */
	enum container_state state;
	pid_t leader;	       /* its first process, outside pid; 0 if none */
	uint64_t created_usec; /* realtime; 0 unknown. Fallback: start of the leader */
	uint64_t
		finished_usec; /* realtime; 0 unknown. This and the next two: CONTAINER_STOPPED only */
	int exit_code;	       /* 128+n for a signal */
	bool oom_killed;       /* the kernel killed a process of it for want of memory */
	const char *ended;     /* the same in words, by container_resolve(); NULL */
	uint32_t cgroup;       /* top of its subtree in snapshot.cgroups, or INDEX_NONE */
	uint32_t
		inner_cgroup; /* the end of the chain of only children below: where an engine may put
				* processes and limits; by container_resolve() */
	uint32_t parent;      /* outer container (nested engines, pod), or INDEX_NONE */
	uint64_t ns[NS_TYPES];		  /* inodes of the leader's namespaces; 0 unknown */
	unsigned int ns_shared_with_host; /* bit 1 << type where it uses the host's */
	const char *ns_shared; /* the same in words: "net,user"; "" none; by container_resolve() */
	struct metric net_shared_by; /* how many containers use its net namespace; 1 = its own */
	struct usage usage;	     /* of its cgroup, or summed over its processes; plus net */
};

/** container_is_unit() - systemd units, pods' slices, monitors, and what ended: hidden unless all are
 *  asked for */
bool container_is_unit(const struct container *container);
const char *container_kind_text(enum container_kind kind);
/** container_state_text() - "running", "paused", "empty", "stopped", "unknown" */
const char *container_state_text(enum container_state state);

struct snapshot;

/** container_resolve() - after collecting: usage copied from the cgroup (net kept; one found by its
 *  namespaces keeps what the collectors summed), state, parents. After cgroup_resolve(). */
void container_resolve(struct snapshot *snapshot);

#endif
