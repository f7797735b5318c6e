/* SPDX-License-Identifier: MIT */
/* What every test of this part includes: cmocka wants these headers first, in this order. */
#ifndef BOXTOP_TESTS_RUNTIME_TEST_H
#define BOXTOP_TESTS_RUNTIME_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/err.h"

/* assert_fine() - 0; else the error's text is shown */
#define assert_fine(call, err)                                                                     \
	do {                                                                                       \
		int r_ = (call);                                                                   \
		if (r_ != 0)                                                                       \
			print_error("%s: %d: %s\n", #call, r_, (err).text);                        \
		assert_int_equal(r_, 0);                                                           \
	} while (0)

#endif
