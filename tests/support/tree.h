/* SPDX-License-Identifier: MIT */
/* Trees of files in a temporary directory, made from a table and removed again. */
#ifndef BOXTOP_TESTS_TREE_H
#define BOXTOP_TESTS_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* struct tree_file - one file of a tree; a link where text begins with "-> ", a directory for NULL */
struct tree_file {
	const char *path;
	const char *text;
};

static inline void tree_add(const char *root, const char *path, const char *text)
{
	char full[512];

	assert_true(snprintf(full, sizeof(full), "%s/%s", root, path) < (int)sizeof(full));
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(full, 0755) < 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
	if (!text) {
		assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
	} else if (strncmp(text, "-> ", 3) == 0) {
		assert_int_equal(symlink(text + 3, full), 0);
	} else {
		_cleanup_(cleanup_fclose)
		FILE *file = fopen(full, "w");

		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
	}
}

/* A temporary directory with these files; @root gets its path */
static inline void tree_make(char root[64], const struct tree_file *files, size_t n)
{
	snprintf(root, 64, "/tmp/boxtop-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < n; i++)
		tree_add(root, files[i].path, files[i].text);
}

static inline void tree_remove(const char *root)
{
	char command[128];

	assert_true(strncmp(root, "/tmp/boxtop-test-", 17) == 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	assert_int_equal(system(command), 0);
}

#endif
