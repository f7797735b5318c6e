/* SPDX-License-Identifier: MIT */
/*
 * Runs inside a sandbox for the tests: makes one forbidden thing after the other and says what the kernel
 * answered, a line each. Static, so that any root will do.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void say(const char *what, long r)
{
	printf("%s %s\n", what, r >= 0 ? "allowed" : strerrorname_np(errno));
	fflush(stdout);
}

static long clone_user(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return pid;
}

/* Who comes in is looked into, again and again, as whoever wants their program would. */
static void hunt(void)
{
	char path[64], link[256];

	puts("ready");
	for (fflush(stdout);; fflush(stdout)) {
		for (int pid = 2; pid < 400; pid++) {
			ssize_t n;

			snprintf(path, sizeof(path), "/proc/%d/exe", pid);
			n = readlink(path, link, sizeof(link) - 1);
			link[n < 0 ? 0 : n] = '\0';
			if (strncmp(link, "/memfd:", 7) == 0)
				printf("caught the program of %d\n", pid);
		}
	}
}

/* The secret that the caller has in its session keyring, if it came along. */
static void look_for_key(void)
{
	char secret[16] = "";
	long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user",
			   "boxtop-test", 0);

	if (key > 0)
		syscall(SYS_keyctl, KEYCTL_READ, key, secret, sizeof(secret) - 1);
	printf("%s\n", key > 0 ? secret : strerrorname_np(errno));
}

/* init's program, from the first moment on, when it may not have closed the door yet. */
static void peek(void)
{
	char link[256];

	for (int i = 0; i < 3000; i++)
		if (readlink("/proc/1/exe", link, sizeof(link)) > 0) {
			puts("caught the program of init");
			return;
		}
}

int main(int argc, char **argv)
{
	char page[64] = {0};
	const char key = 'x';

	if (argc > 1 && strcmp(argv[1], "hunt") == 0)
		hunt();
	if (argc > 1 && strcmp(argv[1], "key") == 0)
		return look_for_key(), 0;
	if (argc > 1 && strcmp(argv[1], "peek") == 0)
		return peek(), 0;
	say("unshare", unshare(CLONE_NEWUSER));
	say("clone", clone_user());
	say("clone3", syscall(SYS_clone3, page, 64));
	say("setns", syscall(SYS_setns, 0, 0));
	say("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
	say("umount", umount2("/tmp", MNT_DETACH));
	say("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1));
	say("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
	say("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1));
	say("bpf", syscall(SYS_bpf, 0, page, sizeof(page)));
	say("perf_event_open", syscall(SYS_perf_event_open, page, 0, -1, -1, 0));
	say("userfaultfd", syscall(SYS_userfaultfd, 0));
	say("io_uring_setup", syscall(SYS_io_uring_setup, 1, page));
	say("tiocsti", ioctl(0, TIOCSTI, &key));
	/* The kernel takes 32 bits of the request; a filter that compares 64 lets this one pass. */
	say("tiocsti64", syscall(SYS_ioctl, 0, (uint64_t)TIOCSTI | (1ull << 40), &key));
	say("tioclinux", ioctl(0, TIOCLINUX, page));
	say("mknod", mknod("/tmp/sda", S_IFBLK | 0600, makedev(8, 0)));
	say("swapon", syscall(SYS_swapon, "/tmp/x", 0));
	say("reboot", syscall(SYS_reboot, 0, 0, 0, NULL));
	say("later", syscall(4000));
	say("getpid", syscall(SYS_getpid));
	return 0;
}
