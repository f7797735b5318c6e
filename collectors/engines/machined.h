/* SPDX-License-Identifier: MIT */
/* systemd-machined's files, for the engines that register their machines there. */
#ifndef BOXTOP_COLLECTORS_ENGINES_MACHINED_H
#define BOXTOP_COLLECTORS_ENGINES_MACHINED_H

#include "collectors/engines/engine.h"

/** machined_confirm() - confirm @claim's leader from /run/systemd/machines/@machine; takes its root,
 *  its time of creation and whether it is a virtual machine */
bool machined_confirm(const struct engine_io *io, struct claim *claim, const char *machine);

#endif
