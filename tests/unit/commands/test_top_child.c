/* SPDX-License-Identifier: MIT */
/* Programs that the screen starts: what they print, how they end, and what they have nothing of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "commands/top_child.h"
#include "runtime/runtime.h"

/* What a shell prints; its exit code must be @code. */
static void assert_prints(const char *script, int code, const char *out, const char *said)
{
	_cleanup_(strbuf_finish)
	struct strbuf out_text = STRBUF_INIT;
	_cleanup_(strbuf_finish)
	struct strbuf out_said = STRBUF_INIT;
	const char *args[] = {"sh", "-c", script, NULL};
	struct err err = ERR_INIT;

	assert_int_equal(top_child_capture("/bin/sh", args, &out_text, &out_said, &err), code);
	assert_string_equal(strbuf_cstr(&out_text), out);
	assert_string_equal(strbuf_cstr(&out_said), said);
}

static void output_words_and_exit_code_come_back(void **state)
{
	(void)state;
	assert_prints("echo out; echo err >&2; exit 3", 3, "out\n", "err\n");
	assert_prints("kill -TERM $$", 128 + 15, "", "");
	assert_prints("cat", 0, "", "");
}

static void a_program_that_is_not_there_ends_with_127(void **state)
{
	const char *args[] = {"no-such-program-anywhere", NULL};
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;

	(void)state;
	assert_int_equal(top_child_capture(args[0], args, &text, &text, NULL), 127);
	assert_false(top_child_exists(args[0]));
	assert_true(top_child_exists("sh"));
}

static void it_has_none_of_our_descriptors(void **state)
{
	/* Not even one that somebody forgot to mark. */
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	assert_prints("for fd in 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$fd ] || echo $fd; done", 0,
		      "", "");
	close(fd);
}

static void what_keeps_us_alive_is_not_inherited(void **state)
{
	int nice = getpriority(PRIO_PROCESS, 0);
	char expected[32];

	(void)state;
	snprintf(expected, sizeof(expected), "%d 0\n", nice);
	steady_stay();
	assert_prints("echo $(cut -d' ' -f19 /proc/self/stat) $(cat /proc/self/oom_score_adj)", 0,
		      expected, "");
	if (geteuid() == 0)
		assert_true(getpriority(PRIO_PROCESS, 0) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_words_and_exit_code_come_back),
		cmocka_unit_test(a_program_that_is_not_there_ends_with_127),
		cmocka_unit_test(it_has_none_of_our_descriptors),
		cmocka_unit_test(what_keeps_us_alive_is_not_inherited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
