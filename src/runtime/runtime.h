/* SPDX-License-Identifier: MIT */
/*
 * The embedded runtime core. This is the one header that the rest of the program includes: sandboxes
 * (spec, run, enter, end), and acting on any container or cgroup of the host (limits, freeze, kill). No
 * screen, no sampling, no model; nothing is printed, every failure is a struct err.
 */
#ifndef BOXTOP_RUNTIME_RUNTIME_H
#define BOXTOP_RUNTIME_RUNTIME_H

#include "runtime/kill.h"
#include "runtime/limits.h"
#include "runtime/rootfs.h"
#include "runtime/sandbox.h"
#include "runtime/spec.h"
#include "runtime/spec_edit.h"
#include "runtime/steady.h"
#include "runtime/target.h"

#endif
