/* SPDX-License-Identifier: MIT */
/*
 * The file that settings are kept in: which one it is, read at the start, written when the user asks and
 * then whole or not at all. What stands in it is ui/settings' business.
 */
#ifndef BOXTOP_COMMANDS_SETTINGS_FILE_H
#define BOXTOP_COMMANDS_SETTINGS_FILE_H

#include "ui/app.h"

struct settings_file;

/**
 * settings_file_load() - find the file, and take what it says into @options
 *
 * What they were before is what the file leaves out when it is written. A file that can't be read or
 * has wrong lines fails nothing: the note of the store tells.
 */
struct settings_file *settings_file_load(struct app_options *options);
/** settings_file_store() - for the screen; lives as long as the file does */
struct settings_store *settings_file_store(struct settings_file *file);
void settings_file_free(struct settings_file *file);

#endif
