/* SPDX-License-Identifier: MIT */
/* The hooks of a spec: what is to be run beside a sandbox, and when; hooks.h runs it. */
#ifndef BOXTOP_RUNTIME_SPEC_HOOKS_H
#define BOXTOP_RUNTIME_SPEC_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/spec_list.h"

/** enum spec_hook_kind - when a hook runs. createContainer and startContainer, which would run inside, are refused */
enum spec_hook_kind {
	SPEC_HOOK_PRESTART = 0,	  /* the namespaces are there; before pivot_root */
	SPEC_HOOK_CREATE_RUNTIME, /* after those */
	SPEC_HOOK_POSTSTART,	  /* the command runs */
	SPEC_HOOK_POSTSTOP,	  /* all of it has ended */
	SPEC_HOOK_KINDS,
};

/** struct spec_hook - config.json "hooks": a program of the host's, run with the caller's rights */
struct spec_hook {
	char *path;	       /* absolute */
	struct spec_list args; /* the first is its own name; none: the path */
	struct spec_list env;  /* all that it gets */
	uint32_t timeout_sec;  /* 0: none */
};

/** struct spec_hooks - those of one kind, in their order */
struct spec_hooks {
	struct spec_hook *items;
	size_t len;
};

#endif
