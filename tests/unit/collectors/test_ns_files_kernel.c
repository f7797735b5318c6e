// SPDX-License-Identifier: MIT
/*
 * Who holds a namespace, as the iterators tell and as /proc does: on the real kernel, with children that
 * hold one open or have set one aside. Skipped where the kernel lets nobody load an iterator.
 */
#include "rig.h"

#include <sys/mman.h>

#include "collectors/iterators.h"
#include "collectors/ns_files.h"

static struct ns_files *open_files(void)
{
	struct ns_files *files = NULL;

	if (ns_files_open(&files, NULL) < 0)
		skip();
	return files;
}

static uint64_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

/* Of one process: how many descriptors are told, and whether one is told as it is. */
static size_t count(struct ns_files *files, pid_t pid, int fd, uint64_t inode, bool *out_has)
{
	const struct file_fact *facts = NULL;
	size_t len = 0, n = 0;
	struct err err = ERR_INIT;

	if (ns_files_read(files, &facts, &len, &err) < 0)
		fail_msg("%s", err.text);
	*out_has = false;
	for (size_t i = 0; i < len; i++) {
		n += facts[i].pid == (fact_u32)pid;
		*out_has |= facts[i].pid == (fact_u32)pid && facts[i].fd == (fact_u32)fd &&
			    facts[i].inode == inode;
	}
	return n;
}

static void namespaces_are_told_and_no_other_files(void **state)
{
	struct ns_files *files = open_files();
	bool has;
	int fd, other;

	(void)state;
	assert_int_equal(count(files, getpid(), -1, 0, &has), 0);
	other = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && other >= 0);
	assert_int_equal(count(files, getpid(), fd, inode_of("/proc/self/ns/uts"), &has), 1);
	assert_true(has);
	close(fd);
	close(other);
	assert_int_equal(count(files, getpid(), -1, 0, &has), 0);
	ns_files_free(files);
}

/* More than the kernel tells in one read */
static void thousands_are_told(void **state)
{
	struct ns_files *files = open_files();
	uint64_t inode = inode_of("/proc/self/ns/uts");
	int fds[900];
	bool has;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		assert_true((fds[i] = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC)) >= 0);
	assert_int_equal(count(files, getpid(), fds[899], inode, &has), ARRAY_LEN(fds));
	assert_true(has);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	ns_files_free(files);
}

static void the_kernel_and_the_library_fit_the_program_alike(void **state)
{
	struct iterator *iterator = NULL;
	struct err err = ERR_INIT;
	struct file_fact facts[512];
	int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC), run;
	bool found = false;
	ssize_t n;

	(void)state;
	ns_files_free(open_files());
	if (iterator_load_by_library(ITERATE_FILES, &iterator, &err) < 0)
		fail_msg("%s", err.text);
	run = iterator_run(iterator, &err);
	assert_true(run >= 0);
	while ((n = read(run, facts, sizeof(facts))) > 0)
		for (size_t i = 0; i < (size_t)n / sizeof(facts[0]); i++)
			found |= facts[i].pid == (fact_u32)getpid() && facts[i].fd == (fact_u32)fd;
	assert_int_equal(n, 0);
	assert_true(found);
	close(run);
	close(fd);
	iterator_free(iterator);
}

/* ---- Through all collectors ---- */

/* Holds the uts namespace that it made, and is in another. */
static int hold_open(void *data)
{
	int fd;

	if (unshare(CLONE_NEWUTS) < 0)
		return -errno;
	fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fcntl(fd, F_DUPFD, 77) != 77)
		return -errno;
	*(uint64_t *)data = inode_of("/proc/self/ns/uts");
	close(fd);
	return unshare(CLONE_NEWUTS) < 0 ? -errno : 0;
}

/* Its children would be in another time namespace, which exists already. */
static int set_aside(void *data)
{
	/* New since Linux 5.6; the value is that of CSIGNAL's lowest free bit. */
	if (unshare(0x00000080) < 0)
		return -errno;
	*(uint64_t *)data = inode_of("/proc/self/ns/time_for_children");
	return 0;
}

static const struct ns *find_ns(const struct snapshot *snapshot, uint64_t id)
{
	for (size_t i = 0; i < snapshot->namespaces_len; i++)
		if (snapshot->namespaces[i].id == id)
			return &snapshot->namespaces[i];
	return NULL;
}

/* A pass of @source must find the namespace @id, held so, by this link. */
static void check_source(enum process_source source, uint64_t id, unsigned int held,
			 const char *path)
{
	struct collect_options options = {.root_fd = AT_FDCWD, .processes = source};
	/* Searching /proc may take as long as it takes; iterators find all however short it is. */
	const struct demand demand = {.sources = SOURCE_NS | SOURCE_NS_MORE,
				      .ns_budget_usec = source == PROCESSES_BPF ? 1 : 0};
	struct collect *collect = NULL;
	struct snapshot *snapshot = NULL;
	struct err err = ERR_INIT;
	const struct ns *ns;

	if (collect_new(&options, &collect, &err) < 0 ||
	    collect_pass(collect, &demand, &snapshot, &err) < 0)
		fail_msg("%s", err.text);
	ns = find_ns(snapshot, id);
	assert_non_null(ns);
	assert_int_equal(ns->held, held);
	assert_string_equal(ns->held_path, path);
	assert_false(snapshot->ns_partial);
	snapshot_unref(snapshot);
	collect_free(collect);
}

static void check_held(int (*act)(void *), unsigned int held, const char *link)
{
	uint64_t *id =
		mmap(NULL, sizeof(*id), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct child child;
	char path[64];

	assert_true(id != MAP_FAILED);
	ns_files_free(open_files());
	child = child_start(act, id);
	snprintf(path, sizeof(path), "/proc/%d/%s", child.pid, link);
	check_source(PROCESSES_BPF, *id, held, path);
	check_source(PROCESSES_PROC, *id, held, path);
	child_kill(&child);
	munmap(id, sizeof(*id));
}

static void what_is_held_open_is_found_by_both(void **state)
{
	(void)state;
	check_held(hold_open, NS_HELD_FD, "fd/77");
}

static void what_is_set_aside_is_found_by_both(void **state)
{
	(void)state;
	check_held(set_aside, NS_HELD_PROCESS, "ns/time_for_children");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(namespaces_are_told_and_no_other_files),
		cmocka_unit_test(thousands_are_told),
		cmocka_unit_test(the_kernel_and_the_library_fit_the_program_alike),
		cmocka_unit_test(what_is_held_open_is_found_by_both),
		cmocka_unit_test(what_is_set_aside_is_found_by_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
