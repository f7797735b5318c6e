/* SPDX-License-Identifier: MIT */
/* What other engines that run their containers with Docker need of it. */
#ifndef BOXTOP_COLLECTORS_ENGINES_DOCKER_H
#define BOXTOP_COLLECTORS_ENGINES_DOCKER_H

#include "collectors/engines/engine.h"

/** docker_confirm() - confirm a claim whose id is a Docker container's */
int docker_confirm(const struct engine_io *io, struct claim *claim, struct err *err);

#endif
