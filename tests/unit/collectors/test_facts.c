// SPDX-License-Identifier: MIT
/* Taking facts out of JSON, lists, lines and pid files. */
#include "engine_test.h"

#include "collectors/engines/facts.h"

static struct facts_set parse(const struct facts_source *source, const char *text)
{
	struct facts_set set = {NULL, 0, NULL};

	assert_true(facts_parse(source, span_of(text), &set));
	return set;
}

static const struct fact_key nested_keys[] = {
	{FACT_NAME, {"a", "b", "name"}},
	{FACT_NAME, {"other"}},
	{FACT_PID, {"pid"}},
};
static const struct facts_source nested = {FACTS_JSON, 4096, nested_keys, ARRAY_LEN(nested_keys)};

/* A file, and what comes out as the name */
static const struct {
	const char *file, *name;
} nested_cases[] = {
	{"{\"a\":{\"b\":{\"name\":\"x\"}}}", "x"},
	{"{\"a\":{\"b\":{\"name\":[\"first\",\"second\"]}}}", "first"},
	{"{\"a\":{\"b\":{\"name\":[]}}}", NULL},
	{"{\"a\":{\"b\":{\"name\":7}}}", "7"},
	{"{\"a\":{\"b\":{\"name\":{}}}}", NULL},
	{"{\"a\":{\"b\":{\"name\":true}}}", NULL},
	{"{\"a\":{\"b\":{\"name\":\"\"}},\"other\":\"y\"}", "y"},
	{"{\"a\":{\"b\":{\"name\":\"x\"}},\"other\":\"y\"}", "x"},
	/* an object inside of a text */
	{"{\"a\":\"{\\\"b\\\":{\\\"name\\\":\\\"x\\\"}}\"}", "x"},
	{"{\"a\":\"{\\\"b\\\":\"}", NULL},
	/* but only one such step */
	{"{\"a\":\"{\\\"b\\\":\\\"{}\\\"}\"}", NULL},
	{"{\"a\":[1,2]}", NULL},
	{"{\"a\":null}", NULL},
	{"{}", NULL},
};

static void a_value_of_another_type_is_no_fact(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nested_cases); i++) {
		struct facts_set set = parse(&nested, nested_cases[i].file);

		assert_text_equal(facts_find(&set, NULL)->text[FACT_NAME], nested_cases[i].name);
		facts_finish(&set);
	}
}

static void a_number_that_is_none_reads_as_zero(void **state)
{
	static const char *const files[] = {"{}", "{\"pid\":-5}", "{\"pid\":\"12x\"}",
					    "{\"pid\":\"99999999999999999999\"}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct facts_set set = parse(&nested, files[i]);

		assert_int_equal(facts_u64(facts_find(&set, NULL), FACT_PID), 0);
		facts_finish(&set);
	}
}

static void a_text_that_is_too_long_is_cut(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct facts_set set;

	(void)state;
	strbuf_adds(&text, "{\"other\":\"");
	for (size_t i = 0; i < FACT_TEXT_MAX * 2; i++)
		strbuf_addc(&text, 'x');
	strbuf_adds(&text, "\"}");
	set = parse(&nested, strbuf_cstr(&text));
	assert_int_equal(strlen(facts_find(&set, NULL)->text[FACT_NAME]), FACT_TEXT_MAX);
	facts_finish(&set);
	strbuf_finish(&text);
}

static void json_nested_thousands_deep_is_refused(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct facts_set set = {NULL, 0, NULL};

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		strbuf_adds(&text, "{\"a\":");
	assert_false(facts_parse(&nested, strbuf_span(&text), &set));
	for (size_t i = 0; i < 100000; i++)
		strbuf_addc(&text, '}');
	assert_false(facts_parse(&nested, strbuf_span(&text), &set));
	strbuf_finish(&text);
}

static const struct fact_key list_keys[] = {{FACT_ID, {"id"}}, {FACT_NAME, {"names"}}};
static const struct facts_source list = {FACTS_LIST, 4096, list_keys, ARRAY_LEN(list_keys)};

static void a_list_is_found_by_id(void **state)
{
	struct facts_set set = parse(&list, "[{\"id\":\"b\",\"names\":[\"two\"]},"
					    "{\"id\":\"a\",\"names\":[\"one\",\"uno\"]},"
					    "{\"names\":[\"nobody\"]},\"text\",7,null]");

	(void)state;
	assert_int_equal(set.len, 2);
	assert_string_equal(facts_find(&set, "a")->text[FACT_NAME], "one");
	assert_string_equal(facts_find(&set, "b")->text[FACT_NAME], "two");
	assert_null(facts_find(&set, "c"));
	facts_finish(&set);
	set = parse(&list, "[]");
	assert_null(facts_find(&set, "a"));
	assert_null(facts_find(&set, NULL));
	facts_finish(&set);
}

static void of_an_id_that_comes_twice_the_first_counts(void **state)
{
	struct facts_set set = parse(&list, "[{\"id\":\"a\",\"names\":\"first\"},"
					    "{\"id\":\"b\",\"names\":\"b\"},"
					    "{\"id\":\"a\",\"names\":\"second\"}]");

	(void)state;
	assert_int_equal(set.len, 2);
	assert_string_equal(facts_find(&set, "a")->text[FACT_NAME], "first");
	facts_finish(&set);
}

static const struct fact_key line_keys[] = {
	{FACT_NAME, {"", "NAME"}},
	{FACT_IMAGE, {"Application", "runtime"}},
	{FACT_HOSTNAME, {"", "lxc.uts.name"}},
};
static const struct facts_source lines = {FACTS_LINES, 4096, line_keys, ARRAY_LEN(line_keys)};

static void lines_know_sections_comments_and_quotes(void **state)
{
	struct facts_set set = parse(&lines, "# NAME=comment\nNAME=first\nNAME=second\n"
					     "lxc.uts.name = \"my box\"\nno equals sign\n"
					     "runtime=wrong section\n[Application]\n"
					     "NAME=other section\nruntime=r/x\n=\n[\n");
	const struct facts *facts = facts_find(&set, NULL);

	(void)state;
	assert_string_equal(facts->text[FACT_NAME], "first");
	assert_string_equal(facts->text[FACT_IMAGE], "r/x");
	assert_string_equal(facts->text[FACT_HOSTNAME], "my box");
	facts_finish(&set);
}

static void an_empty_file_of_lines_has_no_facts(void **state)
{
	struct facts_set set = parse(&lines, "");

	(void)state;
	assert_null(facts_find(&set, NULL)->text[FACT_NAME]);
	facts_finish(&set);
}

static void a_pid_file_is_its_first_line(void **state)
{
	static const struct fact_key keys[] = {{FACT_PID, {"", ""}}};
	static const struct facts_source value = {FACTS_VALUE, 64, keys, 1};
	struct facts_set set = parse(&value, " 1234 \nrest\n");

	(void)state;
	assert_int_equal(facts_u64(facts_find(&set, NULL), FACT_PID), 1234);
	facts_finish(&set);
	set = (struct facts_set) {NULL, 0, NULL};
	assert_false(facts_parse(&value, SPAN(""), &set));
}

static const struct {
	const char *text;
	uint64_t usec;
} times[] = {
	{"2024-05-01T10:00:00Z", 1714557600000000},
	{"2024-05-01T10:00:00.5Z", 1714557600500000},
	{"2024-05-01T10:00:00.123456789Z", 1714557600123456},
	{"2024-05-01T12:00:00.5+02:00", 1714557600500000},
	{"2024-05-01T07:30:00-02:30", 1714557600000000},
	{"2024-05-01T09:30:00-00:30", 1714557600000000},
	{"1714557600000000", 1714557600000000},
	{"2024-05-01", 0},
	{"2024-05-01T10:00:00 garbage", 0},
	{"0001-01-01T00:00:00Z", 0},
	{"", 0},
	{NULL, 0},
};

static void times_are_understood_or_zero(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		assert_int_equal(facts_usec(times[i].text), times[i].usec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_of_another_type_is_no_fact),
		cmocka_unit_test(a_number_that_is_none_reads_as_zero),
		cmocka_unit_test(a_text_that_is_too_long_is_cut),
		cmocka_unit_test(json_nested_thousands_deep_is_refused),
		cmocka_unit_test(a_list_is_found_by_id),
		cmocka_unit_test(of_an_id_that_comes_twice_the_first_counts),
		cmocka_unit_test(lines_know_sections_comments_and_quotes),
		cmocka_unit_test(an_empty_file_of_lines_has_no_facts),
		cmocka_unit_test(a_pid_file_is_its_first_line),
		cmocka_unit_test(times_are_understood_or_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
