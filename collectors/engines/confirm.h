/* SPDX-License-Identifier: MIT */
/* What the engines' confirm() functions are made of: whose state directories, taking facts into a
 * claim, and holding a leader against the kernel. */
#ifndef BOXTOP_COLLECTORS_ENGINES_CONFIRM_H
#define BOXTOP_COLLECTORS_ENGINES_CONFIRM_H

#include "collectors/engines/engine.h"
#include "collectors/engines/state.h"

/**
 * confirm_read() - state_read() of BASE/REST, where REST is a printf format
 * @base: NULL (no such directory for this user) reads as absent
 *
 * Return: the facts; NULL if it is absent, denied or no such file.
 */
const struct facts *confirm_read(const struct engine_io *io, const struct facts_source *source,
				 const char *base, const char *rest_fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** confirm_base() - @system for root's engines, HOME/@home for a user's; in the claim's arena */
const char *confirm_base(const struct engine_io *io, const struct claim *claim, const char *system,
			 const char *home);
/** confirm_run_base() - @system for root's engines, run/user/UID/@user for a user's */
const char *confirm_run_base(const struct claim *claim, const char *system, const char *user);

/** confirm_take() - copy into the claim what @facts tells; what it does not tell stays */
void confirm_take(struct claim *claim, const struct facts *facts);

/**
 * confirm_leader() - hold a state's pid and start time against the kernel
 * @start_ticks: 0 where the state doesn't tell
 *
 * Confirms the claim and sets its leader if that process lives, started then, and is in the claimed
 * cgroup's subtree.
 */
void confirm_leader(const struct engine_io *io, struct claim *claim, pid_t pid,
		    uint64_t start_ticks);
/** confirm_leader_of() - the same with FACT_PID and FACT_START_TICKS */
void confirm_leader_of(const struct engine_io *io, struct claim *claim, const struct facts *facts);

/** confirm_pidfile() - the same with the pid file BASE/REST, unless the claim is confirmed already */
void confirm_pidfile(const struct engine_io *io, struct claim *claim, const char *base,
		     const char *rest);
/**
 * confirm_by_name() - for engines that keep no pid: a state of that name @exists, and the cgroup is
 * not one that a container's root could have made
 */
void confirm_by_name(const struct engine_io *io, struct claim *claim, bool exists);
/** confirm_by_path() - the same where the state is that BASE/REST is there */
void confirm_by_path(const struct engine_io *io, struct claim *claim, const char *base,
		     const char *rest);

/** confirm_oci() - confirm the leader, root and time of creation from the runtime's own state: crun's and
 *  runc's directories, as an engine or a person uses them; either may be NULL */
void confirm_oci(const struct engine_io *io, struct claim *claim, const char *crun_base,
		 const char *runc_base, const char *id);

/* What confirm_oci() reads: crun's status and runc's state.json */
extern const struct facts_source confirm_crun_source;
extern const struct facts_source confirm_runc_source;

#endif
