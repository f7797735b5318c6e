// SPDX-License-Identifier: MIT
/* The cache of state files: what it refuses, and when it looks again. */
#include "engine_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct fact_key keys[] = {
	{FACT_NAME, {"name"}},
	{FACT_PID, {"pid"}},
	{FACT_IMAGE, {"config", "labels", "image"}},
};
static const struct facts_source source = {FACTS_JSON, 4096, keys, ARRAY_LEN(keys)};

/** struct fixture - a directory that stands for "/", and a cache over it */
struct fixture {
	char path[64];
	int root_fd;
	struct state_cache *cache;
	uint64_t now_usec;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->path, "/tmp/bt-state-XXXXXX");
	if (!mkdtemp(fixture->path))
		return -1;
	fixture->root_fd = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(fixture->root_fd, "run", 0755);
	mkdirat(fixture->root_fd, "run/x", 0755);
	fixture->cache = state_cache_new(fixture->root_fd);
	fixture->now_usec = 1000000;
	state_cache_begin(fixture->cache, fixture->now_usec);
	*state = fixture;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	state_cache_free(fixture->cache);
	close(fixture->root_fd);
	nftw(fixture->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(fixture);
	return 0;
}

static void put(const struct fixture *fixture, const char *path, const char *text)
{
	int fd = openat(fixture->root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int read_rest(struct fixture *fixture, const char *rest, const struct facts **out)
{
	return state_read(fixture->cache, &source, (struct state_path) {"run/x", rest}, NULL, out);
}

static void later(struct fixture *fixture, uint64_t usec)
{
	fixture->now_usec += usec;
	state_cache_begin(fixture->cache, fixture->now_usec);
}

static void a_file_gives_its_facts(void **state)
{
	const struct facts *facts;

	put(*state, "run/x/a",
	    "{\"name\":\"web\",\"pid\":42,\"config\":{\"labels\":{\"image\":\"nginx\"}}}");
	assert_int_equal(read_rest(*state, "a", &facts), READ_OK);
	assert_string_equal(facts->text[FACT_NAME], "web");
	assert_string_equal(facts->text[FACT_IMAGE], "nginx");
	assert_int_equal(facts_u64(facts, FACT_PID), 42);
	assert_null(facts->text[FACT_POD]);
}

static void what_is_not_there_is_absent(void **state)
{
	const struct facts *facts;

	assert_int_equal(read_rest(*state, "none", &facts), READ_ABSENT);
	assert_null(facts);
	assert_int_equal(read_rest(*state, "none/below", &facts), READ_ABSENT);
	assert_int_equal(state_read(((struct fixture *)*state)->cache, &source,
				    (struct state_path) {"no/base", "a"}, NULL, &facts),
			 READ_ABSENT);
}

static void a_symlink_is_refused_wherever_it_stands(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;

	put(fixture, "run/secret", "{\"name\":\"secret\"}");
	mkdirat(fixture->root_fd, "run/dir", 0755);
	put(fixture, "run/dir/a", "{\"name\":\"secret\"}");
	assert_int_equal(symlinkat("../secret", fixture->root_fd, "run/x/link"), 0);
	assert_int_equal(symlinkat("../dir", fixture->root_fd, "run/x/linkdir"), 0);
	assert_int_equal(read_rest(fixture, "link", &facts), STATE_INVALID);
	assert_null(facts);
	assert_int_equal(read_rest(fixture, "linkdir/a", &facts), STATE_INVALID);
	assert_null(facts);
}

static void a_base_directory_may_be_a_symlink(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;

	put(fixture, "run/x/a", "{\"name\":\"web\"}");
	assert_int_equal(symlinkat("run/x", fixture->root_fd, "moved"), 0);
	assert_int_equal(state_read(fixture->cache, &source, (struct state_path) {"moved", "a"},
				    NULL, &facts),
			 READ_OK);
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;

	assert_int_equal(mkfifoat(fixture->root_fd, "run/x/fifo", 0644), 0);
	mkdirat(fixture->root_fd, "run/x/dir", 0755);
	assert_int_equal(read_rest(fixture, "fifo", &facts), STATE_INVALID);
	assert_int_equal(read_rest(fixture, "dir", &facts), STATE_INVALID);
	assert_int_equal(state_exists(fixture->cache, (struct state_path) {"run/x", "dir"}),
			 READ_OK);
	assert_int_equal(state_exists(fixture->cache, (struct state_path) {"run/x", "no"}),
			 READ_ABSENT);
}

static void a_file_over_the_cap_is_refused(void **state)
{
	struct strbuf text = STRBUF_INIT;
	const struct facts *facts;

	strbuf_adds(&text, "{\"name\":\"");
	while (text.len < source.max_bytes)
		strbuf_addc(&text, 'a');
	strbuf_adds(&text, "\"}");
	put(*state, "run/x/huge", strbuf_cstr(&text));
	assert_int_equal(read_rest(*state, "huge", &facts), STATE_INVALID);
	strbuf_finish(&text);
}

static const char *const malformed[] = {
	"",
	"{",
	"[]",
	"\"text\"",
	"42",
	"null",
	"{\"name\":\"a\"} trailing",
	"{\"name\":\"a\",\"name\":\"b\"}",
	"{\"name\":\"a\\u0000b\"}",
	"{\"name\":\"\xFF\xFE\"}",
	"{\"pid\":99999999999999999999999999}",
};

static void malformed_json_is_refused(void **state)
{
	char name[16];
	const struct facts *facts;

	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		char path[32];

		snprintf(name, sizeof(name), "bad%zu", i);
		snprintf(path, sizeof(path), "run/x/%s", name);
		put(*state, path, malformed[i]);
		assert_int_equal(read_rest(*state, name, &facts), STATE_INVALID);
		assert_null(facts);
	}
}

static void a_changed_file_is_read_again_after_some_seconds_only(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;

	put(fixture, "run/x/a", "{\"name\":\"before\"}");
	assert_int_equal(read_rest(fixture, "a", &facts), READ_OK);
	put(fixture, "run/x/new", "{\"name\":\"renamed\"}");
	assert_int_equal(renameat(fixture->root_fd, "run/x/new", fixture->root_fd, "run/x/a"), 0);
	later(fixture, STATE_LOOK_USEC - 1);
	assert_int_equal(read_rest(fixture, "a", &facts), READ_OK);
	assert_string_equal(facts->text[FACT_NAME], "before");
	later(fixture, 1);
	assert_int_equal(read_rest(fixture, "a", &facts), READ_OK);
	assert_string_equal(facts->text[FACT_NAME], "renamed");
}

static void a_file_that_comes_and_goes_is_followed(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;

	assert_int_equal(read_rest(fixture, "late", &facts), READ_ABSENT);
	put(fixture, "run/x/late", "{\"name\":\"late\"}");
	later(fixture, STATE_LOOK_USEC);
	assert_int_equal(read_rest(fixture, "late", &facts), READ_OK);
	unlinkat(fixture->root_fd, "run/x/late", 0);
	later(fixture, STATE_LOOK_USEC);
	assert_int_equal(read_rest(fixture, "late", &facts), READ_ABSENT);
	assert_null(facts);
}

static void a_base_directory_that_is_replaced_is_followed(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;

	put(fixture, "run/x/a", "{\"name\":\"old\"}");
	assert_int_equal(read_rest(fixture, "a", &facts), READ_OK);
	assert_int_equal(renameat(fixture->root_fd, "run/x", fixture->root_fd, "run/y"), 0);
	mkdirat(fixture->root_fd, "run/x", 0755);
	put(fixture, "run/x/a", "{\"name\":\"new\"}");
	later(fixture, STATE_LOOK_USEC);
	assert_int_equal(read_rest(fixture, "a", &facts), READ_OK);
	assert_string_equal(facts->text[FACT_NAME], "new");
}

static void what_nobody_asks_for_is_forgotten_and_read_again(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;

	put(fixture, "run/x/a", "{\"name\":\"web\"}");
	assert_int_equal(read_rest(fixture, "a", &facts), READ_OK);
	later(fixture, STATE_FORGET_USEC + 1);
	later(fixture, STATE_FORGET_USEC + 1);
	assert_int_equal(read_rest(fixture, "a", &facts), READ_OK);
	assert_string_equal(facts->text[FACT_NAME], "web");
}

static void a_denied_directory_says_so_and_which(void **state)
{
	struct fixture *fixture = *state;
	const struct facts *facts;
	int r;

	put(fixture, "run/x/a", "{\"name\":\"web\"}");
	assert_int_equal(chmod(fixture->path, 0755), 0);
	assert_int_equal(fchmodat(fixture->root_fd, "run/x", 0700, 0), 0);
	if (geteuid() == 0) {
		assert_int_equal(seteuid(65534), 0);
		r = read_rest(fixture, "a", &facts);
		assert_int_equal(seteuid(0), 0);
	} else {
		assert_int_equal(fchmodat(fixture->root_fd, "run/x", 0, 0), 0);
		r = read_rest(fixture, "a", &facts);
		assert_int_equal(fchmodat(fixture->root_fd, "run/x", 0700, 0), 0);
	}
	assert_int_equal(r, READ_DENIED);
	assert_string_equal(state_cache_denied(fixture->cache), "run/x/a");
	state_cache_forgive(fixture->cache);
	assert_null(state_cache_denied(fixture->cache));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_gives_its_facts),
		TEST(what_is_not_there_is_absent),
		TEST(a_symlink_is_refused_wherever_it_stands),
		TEST(a_base_directory_may_be_a_symlink),
		TEST(what_is_no_regular_file_is_refused_without_waiting),
		TEST(a_file_over_the_cap_is_refused),
		TEST(malformed_json_is_refused),
		TEST(a_changed_file_is_read_again_after_some_seconds_only),
		TEST(a_file_that_comes_and_goes_is_followed),
		TEST(a_base_directory_that_is_replaced_is_followed),
		TEST(what_nobody_asks_for_is_forgotten_and_read_again),
		TEST(a_denied_directory_says_so_and_which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
