// SPDX-License-Identifier: MIT
/*
 * Hosts with real engines, as ./dev vm capture found them: what the engines said of their containers is
 * what the collectors read from the files of then.
 */
#include "rig.h"

#include <spawn.h>

#include "base/dir.h"
#include "base/parse.h"
#include "model/fields.h"

/** struct captured - a captured one, unpacked */
struct captured {
	char path[64];
	int root_fd;
	struct collect *collect;
	struct snapshot *snapshot;
};

static void run(char *const argv[])
{
	char *envp[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};
	int status;
	pid_t pid;

	assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL, argv, envp), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void captured_open(struct captured *host, const char *shape)
{
	struct collect_options options = {.state_dirs = true, .processes = PROCESSES_PROC};
	/* libproc2 reads no other /proc than the real one. */
	const struct demand demand = {.sources = SOURCE_IDENTITY | SOURCE_CGROUP_PROCS |
						 SOURCE_CGROUP_LIMITS | SOURCE_CGROUP_STATE |
						 SOURCE_CGROUP_MEMORY | SOURCE_CGROUP_CPU |
						 SOURCE_CGROUP_PIDS | SOURCE_NS};
	struct err err = ERR_INIT;
	char archive[512];

	strcpy(host->path, "/tmp/boxtop-test-XXXXXX");
	assert_non_null(mkdtemp(host->path));
	snprintf(archive, sizeof(archive), FIXTURES_DIR "/captured/%s.tar.gz", shape);
	run((char *[]) {"tar", "-C", host->path, "--numeric-owner", "-xzf", archive, NULL});
	host->root_fd = open(host->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(host->root_fd >= 0);
	options.root_fd = host->root_fd;
	if (collect_new(&options, &host->collect, &err) < 0 ||
	    collect_pass(host->collect, &demand, &host->snapshot, &err) < 0)
		fail_msg("%s", err.text);
}

static void captured_close(struct captured *host)
{
	snapshot_unref(host->snapshot);
	collect_free(host->collect);
	close(host->root_fd);
	run((char *[]) {"rm", "-rf", host->path, NULL});
}

/* value_text() - as the engine would say it */
static void value_text(const struct value *value, struct strbuf *out)
{
	if (value->state != METRIC_KNOWN)
		strbuf_adds(out, "unknown");
	else if (value->type == FIELD_TEXT)
		strbuf_adds(out, value->text ? value->text : "none");
	else if (value->type == FIELD_CPUS)
		strbuf_addf(out, "%g", (double)value->u64 / 1e6);
	else
		strbuf_addf(out, "%llu", (unsigned long long)value->u64);
}

static bool has(const struct snapshot *snapshot, uint32_t index, struct span key,
		struct span wanted)
{
	const struct row row = {snapshot, ROW_CONTAINER, index};
	const struct field *field = field_find(key, ROW_CONTAINER);
	struct strbuf text = STRBUF_INIT;
	struct value value;
	bool same;

	if (!field)
		fail_msg("there is no field '%.*s'", (int)key.len, key.p);
	value = field_get(field, &row);
	value_text(&value, &text);
	same = span_eq(strbuf_span(&text), wanted);
	if (!same)
		print_error("%s %s: the engine says '%.*s', we say '%s'\n",
			    snapshot->containers[index].name, field->id, (int)wanted.len, wanted.p,
			    strbuf_cstr(&text));
	strbuf_finish(&text);
	return same;
}

/* What an engine made without a cgroup has no name that the test could know. */
static uint32_t find(const struct snapshot *snapshot, const char *name, pid_t pid)
{
	bool by_namespace = strncmp(name, "by-namespace:", 13) == 0;
	uint32_t found = INDEX_NONE;

	for (uint32_t i = 0; i < snapshot->containers_len; i++) {
		const struct container *row = &snapshot->containers[i];

		if (row->kind == CONTAINER_MONITOR ||
		    !(by_namespace ? row->by_namespace && row->leader == pid
				   : strcmp(row->name, name) == 0))
			continue;
		if (found != INDEX_NONE)
			fail_msg("there are two of '%s'", name);
		found = i;
	}
	if (found == INDEX_NONE)
		fail_msg("there is no '%s'", name);
	return found;
}

/* pid_of() - what the row says it is; 0: nothing */
static pid_t pid_of(struct span rest)
{
	struct span line, key, value;
	uint64_t pid;

	while (span_next_line(&rest, &line))
		if (span_split_at(line, ' ', &key, &value) && span_eq(key, SPAN("pid")) &&
		    parse_u64(value, &pid))
			return (pid_t)pid;
	return 0;
}

/* Only root can unpack files as another user's, and that is how a process is told to be one's. */
static bool can_be_checked(const struct strbuf *row)
{
	return geteuid() == 0 || !memmem(row->data, row->len, "\nowner ", 7);
}

/* check_row() - each line of "KEY VALUE" of one container */
static void check_row(const struct captured *host, int rows_fd, const char *name)
{
	struct strbuf file = STRBUF_INIT;
	struct span rest, line, key, value;
	bool says_state = false, same = true;
	uint32_t index;

	assert_int_equal(dir_read(rows_fd, name, &file, NULL), 0);
	if (!can_be_checked(&file)) {
		strbuf_finish(&file);
		return;
	}
	rest = strbuf_span(&file);
	index = find(host->snapshot, name, pid_of(rest));
	while (span_next_line(&rest, &line)) {
		assert_true(span_split_at(line, ' ', &key, &value));
		says_state |= span_eq(key, SPAN("state"));
		same &= has(host->snapshot, index, key, value);
	}
	same &= says_state || has(host->snapshot, index, SPAN("state"), SPAN("running"));
	assert_true(host->snapshot->containers[index].confirmed);
	assert_true(same);
	strbuf_finish(&file);
}

static void check_host(const char *shape, size_t rows_len)
{
	struct captured host;
	DIR *rows;
	size_t len = 0;

	captured_open(&host, shape);
	rows = fdopendir(openat(host.root_fd, "rows", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	assert_non_null(rows);
	for (struct dirent *entry; (entry = readdir(rows));)
		if (entry->d_name[0] != '.') {
			check_row(&host, dirfd(rows), entry->d_name);
			len++;
		}
	closedir(rows);
	assert_int_equal(len, rows_len);
	captured_close(&host);
}

static void engines_on_pure_v2(void **state)
{
	(void)state;
	check_host("v2", 14);
}

static void engines_on_hybrid(void **state)
{
	(void)state;
	check_host("hybrid", 13);
}

static void engines_on_v1(void **state)
{
	(void)state;
	check_host("v1", 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_on_pure_v2),
		cmocka_unit_test(engines_on_hybrid),
		cmocka_unit_test(engines_on_v1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
