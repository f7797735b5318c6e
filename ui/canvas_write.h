/* SPDX-License-Identifier: MIT */
/* What the writers of frames share: see canvas_write() for the way in. */
#ifndef BOXTOP_UI_CANVAS_WRITE_H
#define BOXTOP_UI_CANVAS_WRITE_H

#include "ui/canvas.h"

/** canvas_write_cell() - its characters as UTF-8; nothing for the second half of a wide one */
void canvas_write_cell(const struct cell *cell, struct strbuf *out);
/** canvas_write_svg() - the frame as a picture that needs nothing else */
void canvas_write_svg(const struct canvas *canvas, const struct theme *theme, struct strbuf *out);

#endif
