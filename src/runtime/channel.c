/* SPDX-License-Identifier: MIT */
/* Messages of one size over a socket that keeps them apart. Both ends are this program. */
#include "runtime/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

int channel_open(int fds[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_set(err, errno, "make a socket for the supervisor");
	return 0;
}

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int channel_say(int fd, const struct words *words, int passed_fd)
{
	struct iovec part = {(void *)words, sizeof(*words)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	union control control = {.bytes = {0}};
	ssize_t n;

	if (fd < 0)
		return -EPIPE;
	if (passed_fd >= 0) {
		control.head = (struct cmsghdr) {.cmsg_level = SOL_SOCKET,
						 .cmsg_type = SCM_RIGHTS,
						 .cmsg_len = CMSG_LEN(sizeof(int))};
		memcpy(CMSG_DATA(&control.head), &passed_fd, sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	do
		n = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int channel_hear(int fd, struct words *out, int *out_fd)
{
	struct iovec part = {out, sizeof(*out)};
	union control control;
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	int passed_fd = -1;
	ssize_t n;

	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	/* reset: it died with words of ours unread */
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return 0;
	if (n > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(&passed_fd, CMSG_DATA(&control.head), sizeof(int));
	if (out_fd)
		*out_fd = passed_fd;
	else
		cleanup_close(&passed_fd);
	if (n != sizeof(*out))
		return n < 0 ? -errno : -EPROTO;
	out->err.text[sizeof(out->err.text) - 1] = '\0';
	return 1;
}
