/* SPDX-License-Identifier: MIT */
/* What the tests of launching share: a busybox root, a spec, and running a command to its end with what it
 * said. */
#ifndef BOXTOP_TESTS_LAUNCH_RIG_H
#define BOXTOP_TESTS_LAUNCH_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/launch.h"
#include "support/tree.h"

/* struct rig - a root in a temporary directory, the spec over it, and what the last command said */
struct rig {
	char root[64];
	struct spec spec;
	struct launch_layers layers;
	struct err err;
	char said[8192]; /* stdout and stderr together */
	int code;
};

static inline void rig_init(struct rig *rig)
{
	*rig = (struct rig) {.layers = {-1, -1}};
	tree_make(rig->root,
		  (const struct tree_file[]) {
			  {"etc/passwd", "root:x:0:0::/root:/bin/sh\nkim:x:1234:1235::/:/bin/sh\n"},
			  {"etc/group", "root:x:0:\nkim:x:1235:\nvideo:x:44:kim\n"},
			  {"bin/.keep", ""},
		  },
		  3);
	assert_int_equal(chmod(rig->root, 0755), 0);
	snprintf(rig->said, sizeof(rig->said),
		 "r=%s; cp $(command -v busybox) $r/bin/busybox && for a in sh cat ls echo id "
		 "mount ps kill sleep "
		 "true hostname ip readlink touch stat head env wc sed grep tr; do ln -s busybox "
		 "$r/bin/$a; done",
		 rig->root);
	assert_int_equal(system(rig->said), 0);
	spec_init(&rig->spec);
	rig->spec.name = arena_strdup(&rig->spec.arena, "boxtop-test");
	rig->spec.root.kind = SPEC_ROOT_DIR;
	rig->spec.root.path = arena_strdup(&rig->spec.arena, rig->root);
	rig->layers.root_fd = open(rig->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(rig->layers.root_fd >= 0);
}

static inline void rig_finish(struct rig *rig)
{
	spec_finish(&rig->spec);
	close(rig->layers.root_fd);
	tree_remove(rig->root);
}

/* From here on mounts that others make on this machine are not seen, and can be counted. */
static inline void rig_own_mounts(struct rig *rig)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	close(rig->layers.root_fd);
	rig->layers.root_fd = open(rig->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(rig->layers.root_fd >= 0);
}

static inline int rig_setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig_init(rig);
	*state = rig;
	return 0;
}

static inline int rig_teardown(void **state)
{
	rig_finish(*state);
	free(*state);
	return 0;
}

static inline void rig_args(struct rig *rig, const char *const *args)
{
	rig->spec.process.args = (struct spec_list) {NULL, 0};
	for (; *args; args++)
		spec_list_add(&rig->spec, &rig->spec.process.args, *args);
}

/* Everything until the last writer is gone. */
static inline void rig_listen(struct rig *rig, int fd)
{
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(rig->said) - 1 &&
	       (n = read(fd, rig->said + len, sizeof(rig->said) - 1 - len)) > 0)
		len += (size_t)n;
	rig->said[len] = '\0';
}

static inline int rig_reap(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* launch() of the args that are set, to the end; what launch() returned */
static inline int rig_run_cg(struct rig *rig, const struct cg *cg)
{
	struct launched launched;
	struct launch_request request = {.spec = &rig->spec, .layers = &rig->layers, .cg = cg};
	int fds[2], r;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	request.stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	request.stdio[1] = request.stdio[2] = fds[1];
	rig->err = ERR_INIT;
	r = launch(&request, &launched, &rig->err);
	close(fds[1]);
	close(request.stdio[0]);
	rig_listen(rig, fds[0]);
	close(fds[0]);
	rig->code = r == 0 ? rig_reap(launched.pid) : launched.pid;
	if (r == 0)
		close(launched.pidfd);
	return r;
}

/* A line for the shell of the root; it must have been launched. Returns what it said */
static inline const char *rig_sh(struct rig *rig, const char *line)
{
	rig_args(rig, (const char *const[]) {"/bin/sh", "-c", line, NULL});
	if (rig_run_cg(rig, NULL) != 0)
		fail_msg("launch: %s", rig->err.text);
	return rig->said;
}

#endif
