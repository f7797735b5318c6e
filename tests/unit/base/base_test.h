/* SPDX-License-Identifier: MIT */
/* What every test of this part includes: cmocka wants these headers first, in this order. */
#ifndef BOXTOP_TESTS_BASE_TEST_H
#define BOXTOP_TESTS_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/str.h"

/* assert_span() - the span holds exactly that text */
#define assert_span(got, text)                                                                     \
	do {                                                                                       \
		struct span is_ = (got);                                                           \
		assert_int_equal(is_.len, strlen(text));                                           \
		assert_memory_equal(is_.p, text, is_.len);                                         \
	} while (0)

/* exact_copy() - the span in memory that ends where it ends, so that ASan sees a read too far */
static inline struct span exact_copy(struct span s)
{
	char *p = malloc(s.len ? s.len : 1);

	assert_non_null(p);
	if (s.len)
		memcpy(p, s.p, s.len);
	return (struct span) {p, s.len};
}

#endif
