/* SPDX-License-Identifier: MIT */
/*
 * The runtime's half of a launch: plan and descriptors go to the helper, pidfds and errors come back, id
 * maps are written when the clone asks for them. Owns the helper process until it is reaped; hands the
 * sandbox's init to the caller, or kills and reaps it.
 */
#include "runtime/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/helper.h"
#include "runtime/hooks.h"
#include "runtime/idmap.h"
#include "runtime/plan.h"
#include "runtime/seccomp.h"

/** struct session - one launch in the making */
struct session {
	struct plan_request request;
	struct id_maps maps;
	struct id_maps own; /* instead, if mounts can't have those */
	struct strbuf seccomp;
	int send_fds[PLAN_FDS + 1]; /* the plan first */
	size_t send_len;
	int owned_fds[PLAN_FDS]; /* opened here, closed here */
	size_t owned_len;
	int socket_fd;
	pid_t helper, second; /* second: what stood between the helper and a process that entered */
	struct launched *out;
	const struct hooks_wait *wait; /* NULL */
};

static void session_finish(struct session *session)
{
	strbuf_finish(&session->seccomp);
	for (size_t i = 0; i < session->owned_len; i++)
		close(session->owned_fds[i]);
	if (session->socket_fd >= 0)
		close(session->socket_fd);
}

static void session_init(struct session *session, const struct spec *spec, struct launched *out)
{
	*out = (struct launched) {.pidfd = -1, .console_fd = -1};
	*session = (struct session) {
		.request.spec = spec, .send_fds = {-1}, .send_len = 1, .socket_fd = -1, .out = out};
	for (size_t i = 0; i < PLAN_FDS; i++)
		session->request.fds[i] = -1;
}

static void give_fd(struct session *session, int slot, int fd)
{
	if (fd < 0 || slot >= PLAN_FDS)
		return;
	session->request.fds[slot] = (int32_t)session->send_len - 1;
	session->send_fds[session->send_len++] = fd;
}

static void give_common(struct session *session, const struct launch_request *request)
{
	const struct cg *cg = request->cg;

	for (int i = 0; i < 3 && !session->request.spec->process.terminal; i++)
		give_fd(session, PLAN_FD_STDIN + i, request->stdio[i]);
	if (!cg || cg->manager == CG_NONE)
		return;
	give_fd(session, PLAN_FD_CGROUP, cg->unified_fd);
	for (size_t i = 0; i < cg->task_fds_len; i++)
		give_fd(session, PLAN_FD_TASKS + (int)i, cg->task_fds[i]);
}

static int give_namespaces(struct session *session, struct err *err)
{
	const struct spec *spec = session->request.spec;

	for (int i = 0; i < SPEC_NS_KINDS; i++) {
		int fd;

		if (!spec->ns_paths[i])
			continue;
		fd = open(spec->ns_paths[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return err_set(err, errno, "open the namespace %s", spec->ns_paths[i]);
		session->owned_fds[session->owned_len++] = fd;
		give_fd(session, PLAN_FD_NS + i, fd);
	}
	return 0;
}

static int send_plan(struct session *session, struct err *err)
{
	_cleanup_(strbuf_finish)
	struct strbuf plan = STRBUF_INIT;
	struct message message = {0};
	struct iovec part = {&message, sizeof(message)};
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int) * (PLAN_FDS + 1))];
	} control = {.bytes = {0}};
	struct msghdr head = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control};
	size_t fds_bytes = session->send_len * sizeof(int);
	_cleanup_(cleanup_close)
	int fd = -1;
	int r = plan_build(&session->request, &plan, err);

	if (r < 0)
		return r;
	fd = memfd_create("boxtop-plan", MFD_CLOEXEC);
	if (fd < 0 || write(fd, plan.data, plan.len) != (ssize_t)plan.len)
		return err_set(err, errno, "write the launch plan");
	session->send_fds[0] = fd;
	head.msg_controllen = CMSG_SPACE(fds_bytes);
	control.head = (struct cmsghdr) {
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(fds_bytes)};
	memcpy(CMSG_DATA(&control.head), session->send_fds, fds_bytes);
	if (sendmsg(session->socket_fd, &head, MSG_NOSIGNAL) < 0)
		return err_set(err, errno, "hand the plan to the helper");
	return 0;
}

/* The next message, with the descriptor that came along or -1; 0 bytes at the end. */
static ssize_t receive(int socket_fd, struct message *message, int *out_fd, int flags)
{
	struct iovec part = {message, sizeof(*message)};
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr head = {.msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control)};
	ssize_t n;

	*out_fd = -1;
	do
		n = recvmsg(socket_fd, &head, MSG_CMSG_CLOEXEC | flags);
	while (n < 0 && errno == EINTR);
	if (n > 0 && head.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(out_fd, CMSG_DATA(&control.head), sizeof(int));
	return n;
}

/*
 * Entering takes two clones: the first stays outside of the pid namespace and is gone at once. They may be
 * heard of in any order.
 */
static void take_clone(struct session *session, const struct message *message, int pidfd)
{
	if (message->kind == MESSAGE_CLONED && (session->request.flags & PLAN_ENTER)) {
		session->second = message->number;
		close(pidfd);
		return;
	}
	session->out->pid = message->number;
	session->out->pidfd = pidfd;
}

static int say_go(struct session *session, struct err *err)
{
	const struct message go = {.kind = MESSAGE_GO};

	if (send(session->socket_fd, &go, sizeof(go), MSG_NOSIGNAL) < 0)
		return err_set(err, errno, "tell the sandbox to go on");
	return 0;
}

static int answer_maps(struct session *session, struct err *err)
{
	int r = id_map_write(&session->maps, session->out->pid, err);

	return r < 0 ? r : say_go(session, err);
}

static int answer_hooks(struct session *session, struct err *err)
{
	const struct spec *spec = session->request.spec;
	struct hooks_wait wait = {.pidfd = session->out->pidfd};
	pid_t pid = session->out->pid;
	int r;

	if (session->wait)
		wait = (struct hooks_wait) {session->wait->is_given_up, session->wait->data,
					    session->out->pidfd};
	r = hooks_run(spec, SPEC_HOOK_PRESTART, pid, &wait, err);
	if (r == 0)
		r = hooks_run(spec, SPEC_HOOK_CREATE_RUNTIME, pid, &wait, err);
	return r < 0 ? r : say_go(session, err);
}

/* struct progress - what was heard so far */
struct progress {
	/* The clone may ask before the helper says that there is one. */
	bool maps_wanted, hooks_wanted;
	int exit_code; /* of a launch that failed */
	int result;
};

static void take_failure(struct progress *progress, struct message *message, struct err *err)
{
	message->err.text[sizeof(message->err.text) - 1] = '\0';
	*err = message->err;
	progress->exit_code = message->number;
	progress->result = err->code > 0 ? -err->code : -EINVAL;
}

static void take_own_maps(struct session *session, struct message *message)
{
	message->err.text[sizeof(message->err.text) - 1] = '\0';
	session->maps = session->own;
	snprintf(session->out->ids, sizeof(session->out->ids), "ids: the host's own: %s",
		 message->err.text);
}

static void take_message(struct session *session, struct progress *progress, int fd,
			 struct message *message, struct err *err)
{
	if (message->kind == MESSAGE_CLONED || message->kind == MESSAGE_ENTERED)
		take_clone(session, message, fd);
	else if (message->kind == MESSAGE_CONSOLE)
		session->out->console_fd = fd;
	else if (message->kind == MESSAGE_UNMAPPED)
		take_own_maps(session, message);
	else if (message->kind == MESSAGE_MAPS)
		progress->maps_wanted = true;
	else if (message->kind == MESSAGE_HOOKS)
		progress->hooks_wanted = true;
	else if (message->kind == MESSAGE_FAILED)
		take_failure(progress, message, err);
	if (progress->maps_wanted && session->out->pid > 0) {
		progress->maps_wanted = false;
		progress->result = answer_maps(session, err);
	}
	if (progress->hooks_wanted && session->out->pid > 0) {
		progress->hooks_wanted = false;
		progress->result = answer_hooks(session, err);
	}
}

/* Until the command runs, which closes the last copy of the other end, or something failed. */
static int attend(struct session *session, struct progress *progress, struct err *err)
{
	struct message message;
	int fd;

	while (progress->result >= 0) {
		ssize_t n = receive(session->socket_fd, &message, &fd, 0);

		if (n == 0)
			break;
		if (n != sizeof(message))
			return err_set(err, n < 0 ? errno : EPROTO, "listen to the helper");
		take_message(session, progress, fd, &message, err);
	}
	if (progress->result == 0 && session->out->pid <= 0)
		return err_setx(err, EPROTO, "start the helper: it ended without a word");
	return progress->result;
}

/* A clone that was not heard of yet when something failed must not be lost. */
static void hear_of_clones(struct session *session)
{
	struct message message;
	int fd;

	while (receive(session->socket_fd, &message, &fd, MSG_DONTWAIT) == sizeof(message)) {
		if (message.kind == MESSAGE_CLONED || message.kind == MESSAGE_ENTERED)
			take_clone(session, &message, fd);
		else if (fd >= 0)
			close(fd);
	}
}

static void reap(pid_t pid)
{
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Kill by the pidfd, so that it is nobody else, and reap. */
static void abandon(struct session *session, int exit_code)
{
	struct launched *out = session->out;

	if (out->pidfd >= 0) {
		syscall(SYS_pidfd_send_signal, out->pidfd, SIGKILL, NULL, 0);
		reap(out->pid);
		close(out->pidfd);
	}
	if (out->console_fd >= 0)
		close(out->console_fd);
	*out = (struct launched) {.pid = -exit_code, .pidfd = -1, .console_fd = -1};
}

static int run_session(struct session *session, struct err *err)
{
	struct progress progress = {0};
	int r = seccomp_program(session->request.spec, &session->seccomp, err);

	if (r < 0)
		return r;
	session->request.seccomp = strbuf_span(&session->seccomp);
	session->request.flags |= session->maps.setgroups ? PLAN_SETGROUPS : 0;
	r = helper_start(&session->helper, &session->socket_fd, err);
	if (r < 0)
		return r;
	r = send_plan(session, err);
	if (r >= 0)
		r = attend(session, &progress, err);
	/* Whoever waits for an answer sees that none comes; what they said can still be read. */
	if (r < 0)
		shutdown(session->socket_fd, SHUT_WR);
	reap(session->helper);
	if (r < 0)
		hear_of_clones(session);
	/* What failed may have said so before the one that cloned it had told of it: a process that nobody
	 * knows of would stay a zombie, and keep the sandbox's init from ending. */
	reap(session->second);
	if (r < 0)
		hear_of_clones(session);
	close(session->socket_fd);
	session->socket_fd = -1;
	if (r < 0)
		abandon(session, progress.exit_code);
	return r;
}

static uint32_t launch_flags(const struct launch_request *request)
{
	const struct spec_root *root = &request->spec->root;
	const struct cg *cg = request->cg;
	uint32_t flags = geteuid() != 0 ? PLAN_PLAIN_USER : 0;

	if (root->kind == SPEC_ROOT_HOST)
		flags |= PLAN_ROOT_HOST;
	if (root->kind == SPEC_ROOT_HOST || root->ephemeral || root->keep)
		flags |= PLAN_ROOT_LAYER;
	if (cg && cg->manager != CG_NONE && cg->hierarchies.layout == CGROUP_LAYOUT_UNIFIED)
		flags |= PLAN_CGROUP2;
	return flags;
}

/* What was told over a pipe of ours is nobody else's: root of the sandbox may open it by its path. */
static void give_pipes(const struct launch_request *request, const struct id_maps *maps)
{
	struct stat st;

	for (int i = 0; i < 3 && !request->spec->process.terminal; i++)
		if (request->stdio[i] >= 0 && fstat(request->stdio[i], &st) == 0 &&
		    S_ISFIFO(st.st_mode) && st.st_uid == geteuid())
			(void)!fchown(request->stdio[i], maps->uids[0].outside,
				      maps->gids[0].outside);
}

static int choose_maps(struct session *session, const struct launch_request *request,
		       struct err *err)
{
	struct err why = ERR_INIT;
	int r = id_map_choose(request->spec, &session->own, err);

	if (r < 0)
		return r;
	r = id_map_subordinate(request->spec, &session->maps, &why);
	if (r == 0) {
		session->request.mapped = &session->maps;
		give_pipes(request, &session->maps);
		return 0;
	}
	if (r == -EINVAL)
		return err_setx(err, EINVAL, "%s", why.text);
	session->maps = session->own;
	if (geteuid() == 0 && !request->spec->subids && request->spec->uid_maps_len == 0 &&
	    request->spec->namespaces & SPEC_NS_USER)
		snprintf(session->out->ids, sizeof(session->out->ids), "%s", why.text);
	return 0;
}

int launch(const struct launch_request *request, struct launched *out, struct err *err)
{
	struct session session;
	int r;

	session_init(&session, request->spec, out);
	session.wait = request->wait;
	session.request.namespaces = request->spec->namespaces;
	session.request.flags = launch_flags(request);
	give_common(&session, request);
	give_fd(&session, PLAN_FD_ROOT, request->layers->root_fd);
	give_fd(&session, PLAN_FD_CHANGES, request->layers->changes_fd);
	r = give_namespaces(&session, err);
	if (r >= 0)
		r = choose_maps(&session, request, err);
	if (r >= 0)
		r = run_session(&session, err);
	session_finish(&session);
	return r;
}

int launch_enter(const struct launch_request *request, struct launched *out, struct err *err)
{
	const struct spec *spec = request->spec;
	struct session session;
	int r;

	session_init(&session, spec, out);
	session.request.flags = PLAN_ENTER;
	session.request.namespaces = spec->namespaces;
	for (int i = 0; i < SPEC_NS_KINDS; i++)
		session.request.namespaces |= spec->ns_paths[i] ? 1u << i : 0;
	give_common(&session, request);
	give_fd(&session, PLAN_FD_INIT, request->pidfd);
	r = id_map_choose(spec, &session.maps, err);
	if (r >= 0)
		r = run_session(&session, err);
	session_finish(&session);
	return r;
}
