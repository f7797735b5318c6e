/* SPDX-License-Identifier: MIT */
/* The socket to the runtime: the plan and its descriptors come in, messages go both ways. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "runtime/inside/inside.h"

/* union control - room for the descriptors of one message */
union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int) * (PLAN_FDS + 1))];
};

int channel_send(int fd, enum message_kind kind, int32_t number, int attach_fd,
		 const struct err *err)
{
	struct message message = {.kind = kind, .number = number};
	struct iovec part = {&message, sizeof(message)};
	union control control = {.bytes = {0}};
	struct msghdr head = {.msg_iov = &part, .msg_iovlen = 1};

	if (err)
		message.err = *err;
	if (attach_fd >= 0) {
		head.msg_control = &control;
		head.msg_controllen = CMSG_SPACE(sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &attach_fd, sizeof(int));
	}
	return sendmsg(fd, &head, MSG_NOSIGNAL) == sizeof(message) ? 0 : -errno;
}

int channel_wait(int fd, enum message_kind kind, struct err *err)
{
	struct message message;
	ssize_t n;

	do
		n = recv(fd, &message, sizeof(message), 0);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return err_set(err, EPIPE, "wait for the runtime");
	if (n != sizeof(message) || message.kind != (uint32_t)kind)
		return err_set(err, n < 0 ? errno : EPROTO, "wait for the runtime");
	return 0;
}

void channel_follow(const struct inside *inside)
{
	struct pollfd other = {.fd = inside->socket_fd, .events = 0};

	if (inside->plan->flags & PLAN_OUTLIVE)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Who died before that sends no signal, but has left the other end. */
	if (poll(&other, 1, 0) > 0 && (other.revents & POLLHUP))
		_exit(125);
}

/* Whether @n elements of @size bytes at @at lie in the plan. */
static bool lies_within(const struct plan *plan, uint32_t at, uint32_t n, size_t size)
{
	return at <= plan->bytes && n <= (plan->bytes - at) / size;
}

static bool texts_are_sane(const struct plan *plan, struct plan_list list)
{
	if (!lies_within(plan, list.at, list.len, sizeof(uint32_t)))
		return false;
	for (uint32_t i = 0; i < list.len; i++)
		if (plan_item(plan, list, i) &&
		    plan_item(plan, list, i) >= (const char *)plan + plan->bytes)
			return false;
	return true;
}

static int check_plan(const struct plan *plan, size_t bytes, struct err *err)
{
	/* The last byte ends every text. */
	bool fine =
		bytes >= sizeof(*plan) && plan->magic == PLAN_MAGIC && plan->bytes == bytes &&
		((const char *)plan)[bytes - 1] == '\0' &&
		lies_within(plan, plan->mounts_at, plan->mounts_len, sizeof(struct plan_mount)) &&
		lies_within(plan, plan->rlimits_at, plan->rlimits_len,
			    sizeof(struct plan_rlimit)) &&
		lies_within(plan, plan->groups_at, plan->groups_len, sizeof(uint32_t)) &&
		lies_within(plan, plan->seccomp_at, plan->seccomp_len, 8) &&
		plan->mounts_len <= INSIDE_BINDS_MAX && texts_are_sane(plan, plan->args) &&
		texts_are_sane(plan, plan->env) && texts_are_sane(plan, plan->masked) &&
		texts_are_sane(plan, plan->readonly) && texts_are_sane(plan, plan->sysctls);

	return fine ? 0 : err_setx(err, EPROTO, "take the plan: malformed");
}

static int map_plan(struct inside *inside, int fd, struct err *err)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "stat the plan");
	if (st.st_size <= 0 || st.st_size > (off_t)PLAN_MAX_BYTES)
		return err_setx(err, EPROTO, "take the plan: of an impossible size");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_set(err, errno, "map the plan");
	close(fd);
	inside->plan = p;
	return check_plan(inside->plan, (size_t)st.st_size, err);
}

int channel_receive_plan(struct inside *inside, struct err *err)
{
	int fds[PLAN_FDS + 1], r;
	struct message message;
	struct iovec part = {&message, sizeof(message)};
	union control control = {.bytes = {0}};
	struct msghdr head = {.msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control)};
	size_t n;

	if (recvmsg(inside->socket_fd, &head, MSG_CMSG_CLOEXEC) != sizeof(message))
		return err_set(err, EPIPE, "receive the plan");
	if (head.msg_controllen < CMSG_LEN(sizeof(int)) || control.head.cmsg_type != SCM_RIGHTS)
		return err_setx(err, EPROTO, "receive the plan: it did not come along");
	n = (control.head.cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(&control.head), n * sizeof(int));
	r = map_plan(inside, fds[0], err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PLAN_FDS; i++) {
		int32_t which = inside->plan->fds[i];

		inside->fds[i] = which >= 0 && (size_t)which + 1 < n ? fds[which + 1] : -1;
	}
	return 0;
}
