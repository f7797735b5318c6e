/* SPDX-License-Identifier: MIT */
/* Builds the plan for the helper from a checked spec: one flat piece of memory. Internal to the runtime. */
#ifndef BOXTOP_RUNTIME_PLAN_H
#define BOXTOP_RUNTIME_PLAN_H

#include "base/err.h"
#include "base/str.h"
#include "runtime/idmap.h"
#include "runtime/inside/plan.h"
#include "runtime/spec.h"

/** struct plan_request - what a plan is made from; borrowed */
struct plan_request {
	const struct spec *spec;
	uint32_t flags;		      /* enum plan_flags beyond those that the spec says */
	unsigned int namespaces;      /* new ones, or those to enter */
	struct span seccomp;	      /* struct sock_filter each; empty: none */
	int32_t fds[PLAN_FDS];	      /* as plan.fds */
	const struct id_maps *mapped; /* the ids that mounts are to have; NULL: as they are */
};

/** plan_build() - appended to @out, which must be empty. 0; -errno with @err */
int plan_build(const struct plan_request *request, struct strbuf *out, struct err *err);

#endif
