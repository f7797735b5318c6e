/* SPDX-License-Identifier: MIT */
/* The file of settings: found where it belongs, written whole or not at all, and never waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "commands/settings_file.h"

static const struct app_options usual = {.delay_usec = 1500000, .mouse = true};
static char folder[] = "/tmp/boxtop-settings-XXXXXX";
static char path[256];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/a/boxtop/config", folder);
	unsetenv("BOXTOPRC");
	setenv("HOME", folder, 1);
	snprintf(path, sizeof(path), "%s/a", folder);
	setenv("XDG_CONFIG_HOME", path, 1);
	snprintf(path, sizeof(path), "%s/a/boxtop/config", folder);
	return 0;
}

static int remove_folder(void **state)
{
	char command[300];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void put(const char *file, const char *text)
{
	_cleanup_(cleanup_fclose)
	FILE *out = fopen(file, "we");
	assert_non_null(out);
	fputs(text, out);
}

static void assert_holds(const char *file, const char *text)
{
	char buf[4096] = "";
	_cleanup_(cleanup_fclose)
	FILE *in = fopen(file, "re");
	assert_non_null(in);
	buf[fread(buf, 1, sizeof(buf) - 1, in)] = '\0';
	assert_string_equal(buf, text);
}

static int files_in(const char *name)
{
	char command[400];
	int n = -1;
	snprintf(command, sizeof(command), "ls -A '%s' | wc -l", name);
	FILE *out = popen(command, "re");
	assert_int_equal(fscanf(out, "%d", &n), 1);
	pclose(out);
	return n;
}

/* save() - what the screen does: 0, or the error's text in @err */
static int save(struct settings_file *file, const struct app_options *now, struct err *err)
{
	struct settings_store *store = settings_file_store(file);
	*err = ERR_INIT;
	return store->save(store, now, err);
}

static void it_is_made_with_its_folders_and_read_again(void **state)
{
	(void)state;
	struct app_options options = usual;
	struct err err;
	struct stat st;
	struct settings_file *file = settings_file_load(&options);
	assert_null(settings_file_store(file)->note);
	assert_string_equal(settings_file_store(file)->path, path);
	options.vi_keys = true;
	assert_int_equal(save(file, &options, &err), 0);
	settings_file_free(file);
	options = usual;
	settings_file_free(settings_file_load(&options));
	assert_true(options.vi_keys);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void what_is_wrong_is_named_by_file_and_line(void **state)
{
	(void)state;
	struct app_options options = usual;
	char expected[512];
	put(path, "vi_keys = yes\nmouse = of\x1b[31m course\n\nx=1\n");
	struct settings_file *file = settings_file_load(&options);
	snprintf(expected, sizeof(expected),
		 "%s:2: mouse is 'of?[31m course', which is not no or yes (and 1 more)", path);
	assert_string_equal(settings_file_store(file)->note, expected);
	assert_true(options.vi_keys && options.mouse);
	settings_file_free(file);
}

static void what_somebody_wrote_meanwhile_stays(void **state)
{
	(void)state;
	struct app_options options = usual;
	struct err err;
	put(path, "vi_keys = yes\n");
	struct settings_file *file = settings_file_load(&options);
	put(path, "# by hand\nfuture = 1\nvi_keys = yes\n");
	options.vi_keys = false;
	options.mouse = false;
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(save(file, &options, &err), 0);
	assert_holds(path, "# by hand\nfuture = 1\nmouse = no\n");
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	settings_file_free(file);
}

static void a_link_stays_a_link(void **state)
{
	(void)state;
	struct app_options options = usual;
	struct err err;
	char target[300];
	struct stat st;
	snprintf(target, sizeof(target), "%s/elsewhere", folder);
	put(target, "vi_keys = yes\n");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(target, path), 0);
	struct settings_file *file = settings_file_load(&options);
	options.mouse = false;
	assert_int_equal(save(file, &options, &err), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_holds(target, "vi_keys = yes\nmouse = no\n");
	settings_file_free(file);
	assert_int_equal(unlink(path), 0);
}

static void a_file_that_cannot_grow_leaves_the_old_one(void **state)
{
	(void)state;
	struct app_options options = usual;
	struct err err;
	struct rlimit old, none;
	put(path, "mouse = no\n");
	struct settings_file *file = settings_file_load(&options);
	options.vi_keys = true;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none = (struct rlimit) {0, old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	int r = save(file, &options, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_true(r < 0);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "File too large"));
	assert_holds(path, "mouse = no\n");
	char beside[300];
	snprintf(beside, sizeof(beside), "%s/a/boxtop", folder);
	assert_int_equal(files_in(beside), 1);
	settings_file_free(file);
}

static void a_place_that_takes_no_files_is_told(void **state)
{
	(void)state;
	struct app_options options = usual;
	struct err err;
	setenv("BOXTOPRC", "/proc/no/such/config", 1);
	struct settings_file *file = settings_file_load(&options);
	assert_null(settings_file_store(file)->note);
	assert_true(save(file, &options, &err) < 0);
	assert_string_equal(err.text, "make the folder /proc/no: No such file or directory");
	settings_file_free(file);
	unsetenv("BOXTOPRC");
}

static void what_is_no_file_is_neither_waited_for_nor_replaced(void **state)
{
	(void)state;
	struct app_options options = usual;
	struct err err;
	char fifo[300];
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const char *const names[] = {fifo, folder, "/dev/null"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		setenv("BOXTOPRC", names[i], 1);
		struct settings_file *file = settings_file_load(&options);
		assert_true(save(file, &options, &err) < 0);
		assert_non_null(strstr(err.text, "is no regular file"));
		settings_file_free(file);
	}
	unsetenv("BOXTOPRC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_made_with_its_folders_and_read_again),
		cmocka_unit_test(what_is_wrong_is_named_by_file_and_line),
		cmocka_unit_test(what_somebody_wrote_meanwhile_stays),
		cmocka_unit_test(a_link_stays_a_link),
		cmocka_unit_test(a_file_that_cannot_grow_leaves_the_old_one),
		cmocka_unit_test(a_place_that_takes_no_files_is_told),
		cmocka_unit_test(what_is_no_file_is_neither_waited_for_nor_replaced),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
