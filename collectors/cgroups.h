/* SPDX-License-Identifier: MIT */
/*
 * What the files of the cgroups collector share. A directory of one hierarchy is a struct cgroup_dir
 * (cgroups_tree finds it, cgroups_watches watches it, cgroups_fds keeps it open); a row is one group over all
 * hierarchies (cgroups_rows: the union by path; cgroups_link: the same group at different paths); its numbers
 * come from tables of files (cgroups_v1, cgroups_v2; read by cgroups_files) and its processes from
 * cgroup.procs (cgroups_members).
 */
#ifndef BOXTOP_COLLECTORS_CGROUPS_H
#define BOXTOP_COLLECTORS_CGROUPS_H

#include <sys/stat.h>

#include "base/arena.h"
#include "base/hierarchy.h"
#include "collectors/collector.h"

/** CGROUP_LEAF_LINKS - st_nlink of a directory without any below it; 1 where they are not counted */
#define CGROUP_LEAF_LINKS 2

/** CGROUP_RETRY_PASSES - what is not there, not linked or only remembered is looked at again once in so many */
#define CGROUP_RETRY_PASSES 64

/** enum kept_state - what is known of a file of a directory */
enum kept_state {
	KEPT_UNTRIED = 0,
	KEPT_OPEN,    /* fd is open */
	KEPT_LOOSE,   /* it is there, but no descriptor is spent on it */
	KEPT_MISSING, /* it is not there or may not be read; value says why */
};

/** struct kept_file - a file that is read in every pass */
struct kept_file {
	int fd;		  /* valid while KEPT_OPEN */
	uint32_t read_at; /* pass of the last read without a descriptor of its own */
	uint8_t state;
	uint8_t name;	     /* index in cgroup_file.names */
	bool fresh;	     /* a limit that nobody wrote to since value was read */
	struct metric value; /* KEPT_MISSING: the reason; fresh: what it says */
};

enum cgroup_dir_flags {
	DIR_STALE = 1 << 0,	   /* waits to be listed */
	DIR_DEAD = 1 << 1,	   /* no longer in the tree; freed at the end of the update */
	DIR_TRUE_ROOT = 1 << 2,	   /* the root of the hierarchy, not only of what we are shown */
	DIR_ENABLED_READ = 1 << 3, /* enabled was read */
	DIR_UNLISTED = 1 << 5,	   /* could not be listed for want of resources: list it again */
	DIR_WRITTEN = 1 << 4,	   /* someone wrote to a file of it since its row was read */
};

/** struct cgroup_dir - a directory of one hierarchy */
struct cgroup_dir {
	struct cgroup_dir *parent;    /* NULL for the mount point */
	struct cgroup_dir **children; /* ascending by name */
	uint32_t children_len;
	uint32_t slot; /* where in parent->children */
	uint32_t depth;
	uint32_t row;		 /* index of its row, set by cgroup_rows_build() */
	uint32_t processes;	 /* that it lists: cgroups_sets.c */
	uint8_t hierarchy;	 /* index in tree->hierarchies.items */
	uint8_t flags;		 /* enum cgroup_dir_flags */
	int fd;			 /* -1 where the budget has none */
	int watch;		 /* inotify descriptor, -1 */
	unsigned int enabled;	 /* v2: controllers of cgroup.controllers */
	unsigned int link_tries; /* how often a link was looked for */
	uint64_t inode;
	uint64_t listed_inode;	  /* as readdir gave it: another number on some file systems */
	uint64_t links_count;	  /* st_nlink when it was listed, for directories without a watch */
	struct kept_file *files;  /* by index in the plan of its hierarchy; NULL until first read */
	struct cgroup_last *last; /* what its row said in the last pass; NULL */
	struct cgroup_dir
		*linked_to;	    /* the directory whose row it belongs to, though paths differ */
	struct cgroup_dir **linked; /* by hierarchy: those linked to this one; NULL for none */
	char name[];
};

/** struct cgroup_plan - the files that a hierarchy has for us; the first is cgroup.procs */
struct cgroup_plan {
	const struct cgroup_file **files;
	size_t len;
};

/** struct cgroup_budget - how much of the kernel's memory we may keep busy */
struct cgroup_budget {
	long descriptors;
	long watches;
};

/** struct cgroup_tree - all directories of all hierarchies. Owns every descriptor and watch */
struct cgroup_tree {
	struct hierarchies hierarchies;
	struct cgroup_dir *roots[HIERARCHIES_MAX];
	struct cgroup_plan plans[HIERARCHIES_MAX];
	struct cgroup_budget left; /* of the budget */
	struct cgroup_budget total;
	uint64_t pass;	  /* counts updates */
	bool changed;	  /* since the rows were built */
	uint32_t moved;	  /* bits by hierarchy: a process was moved in it since the last update */
	bool unlisted;	  /* a directory could not be listed though it is there */
	size_t unwatched; /* directories without a watch */
	int inotify_fd;
	void *watched; /* tsearch(3) tree of directories by watch */
	struct cgroup_dir **stale, **dead;
	size_t stale_len, stale_cap, dead_len, dead_cap;
	const struct cgroup_dir *entered; /* the directory of entered_fd: for those without one */
	int entered_fd;
	struct strbuf buf;    /* what was read last */
	struct arena scratch; /* of one listing */
	char *listing;	      /* what getdents64(2) fills */
};

/** struct cgroup_row - one group, however many hierarchies it has a directory in; in preorder */
struct cgroup_row {
	struct cgroup_dir *dirs[HIERARCHIES_MAX];
	struct cgroup_dir *naming; /* the one whose path and inode name the row */
	uint32_t parent, subtree_end, depth;
	uint32_t own_processes; /* as of the last pass that read them */
	bool quiet; /* nothing happened in it since the last pass: see cgroups_reading.c */
};

struct cgroup_rows {
	struct cgroup_row *items;
	size_t len, cap;
	uint8_t order[HIERARCHIES_MAX]; /* hierarchies, the one that names first */
};

/* ---- cgroups.c ---- */

/** cgroups_start_with() - as collector_cgroups.start, with a budget of the caller's */
int cgroups_start_with(const struct collect_options *options, const struct cgroup_budget *budget,
		       void **out_state, struct err *err);

/* ---- cgroups_tree.c ---- */

/** cgroup_tree_open() - find the hierarchies and take their roots in; the rest comes with updates.
 *  Return: 0; -errno where /proc/self/mountinfo can't be read */
int cgroup_tree_open(struct cgroup_tree *tree, int root_fd, struct cgroup_budget budget,
		     struct err *err);
void cgroup_tree_close(struct cgroup_tree *tree);
/** cgroup_tree_update() - take in what was made and removed since the last time */
void cgroup_tree_update(struct cgroup_tree *tree);
/** cgroup_dir_suspect() - a read found @dir gone: list its parent at the next update */
void cgroup_dir_suspect(struct cgroup_tree *tree, struct cgroup_dir *dir);
/** cgroup_dir_mark_stale() - list it at this update */
void cgroup_dir_mark_stale(struct cgroup_tree *tree, struct cgroup_dir *dir);
/** cgroup_dir_next() - preorder below @top, NULL at the end */
struct cgroup_dir *cgroup_dir_next(const struct cgroup_dir *top, struct cgroup_dir *dir);
/** cgroup_dir_find() - by a path like "/a/b" below @root; NULL */
struct cgroup_dir *cgroup_dir_find(struct cgroup_dir *root, struct span path);
/** cgroup_dir_unlink() - forget that it and another are the same group */
void cgroup_dir_unlink(struct cgroup_dir *dir);

/* ---- cgroups_fds.c ---- */

/** cgroup_budget_of_process() - what RLIMIT_NOFILE and the inotify limits leave us */
struct cgroup_budget cgroup_budget_of_process(int root_fd);
/** cgroup_dir_fd() - a descriptor of @dir, borrowed, good until this is called for another directory.
 *  Return: 0; READ_GONE; READ_DENIED; -errno */
int cgroup_dir_fd(struct cgroup_tree *tree, const struct cgroup_dir *dir, int *out_fd);
/** cgroup_dir_stat() - of what has its name in its parent now. Return: as cgroup_dir_fd() */
int cgroup_dir_stat(struct cgroup_tree *tree, const struct cgroup_dir *dir, struct stat *out);
/** cgroup_dir_keep() - give it a descriptor of its own if it is an anchor and the budget allows */
void cgroup_dir_keep(struct cgroup_tree *tree, struct cgroup_dir *dir);
/** cgroup_dir_leave() - close what cgroup_dir_fd() opened for want of a descriptor of its own */
void cgroup_dir_leave(struct cgroup_tree *tree);
/** cgroup_dir_release() - close everything that @dir keeps open */
void cgroup_dir_release(struct cgroup_tree *tree, struct cgroup_dir *dir);
/** cgroup_dir_forget() - believe no remembered limit; with @files_too try missing files again */
void cgroup_dir_forget(struct cgroup_tree *tree, struct cgroup_dir *dir, bool files_too);
/** cgroup_dir_is_due() - whether it is its turn, once in CGROUP_RETRY_PASSES */
bool cgroup_dir_is_due(const struct cgroup_tree *tree, const struct cgroup_dir *dir);
/**
 * cgroup_dir_read() - read the @i'th file of the plan into tree->buf
 * Return: 0; READ_GONE; READ_ABSENT and READ_DENIED with dir->files[i].value saying why; -errno
 */
int cgroup_dir_read(struct cgroup_tree *tree, struct cgroup_dir *dir, size_t i, struct err *err);

/* ---- cgroups_rows.c ---- */

/** cgroup_rows_build() - the union of all hierarchies; after every change of the tree */
void cgroup_rows_build(struct cgroup_tree *tree, struct cgroup_rows *rows);
/** cgroup_rows_publish() - snapshot.cgroups with identity and paths, no numbers yet */
void cgroup_rows_publish(const struct cgroup_tree *tree, const struct cgroup_rows *rows,
			 struct snapshot *snapshot);

/* ---- cgroups_link.c ---- */

/** cgroup_links_find() - see which directories at different paths are the same group, by asking some
 *  of their processes. Return: whether anything changed: build the rows again */
bool cgroup_links_find(struct cgroup_tree *tree, struct cgroup_rows *rows, int proc_fd);

/* ---- cgroups_members.c ---- */

/** cgroup_procs_next() - cut the next pid off the text of cgroup.procs; 0 at the end. Processes outside
 *  our pid namespace show as 0 there and are skipped */
pid_t cgroup_procs_next(struct span *rest);
/** cgroup_members_read() - pass.members and own_processes of rows and snapshot.cgroups */
void cgroup_members_read(struct cgroup_tree *tree, struct cgroup_rows *rows, struct pass *pass);

#endif
