/* SPDX-License-Identifier: MIT */
/*
 * Run by the build: compiles the default list of system calls to BPF, which takes libseccomp 2 ms that no
 * launch should wait for. What libseccomp has a name for is allowed unless it is in the table; a call that
 * came later than the library gets ENOSYS, as on an older kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLS_MAX 1024
#define LOW_HALF  (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4u : 0u)

/* What a sandbox has no business with: the kernel's own state, other people's memory, new ways in. */
static const struct {
	const char *name;
	int code;
} refused[] = {
	/* the kernel and the machine */
	{"acct", EPERM},
	{"bpf", EPERM},
	{"delete_module", EPERM},
	{"finit_module", EPERM},
	{"init_module", EPERM},
	{"create_module", ENOSYS},
	{"get_kernel_syms", ENOSYS},
	{"query_module", ENOSYS},
	{"kexec_load", EPERM},
	{"kexec_file_load", EPERM},
	{"reboot", EPERM},
	{"swapon", EPERM},
	{"swapoff", EPERM},
	{"syslog", EPERM},
	{"iopl", EPERM},
	{"ioperm", EPERM},
	{"nfsservctl", ENOSYS},
	{"uselib", ENOSYS},
	{"_sysctl", ENOSYS},
	{"sysfs", ENOSYS},
	{"ustat", ENOSYS},
	{"lookup_dcookie", EPERM},
	{"quotactl", EPERM},
	{"quotactl_fd", EPERM},
	{"vhangup", EPERM},
	{"modify_ldt", EPERM},
	{"vm86", ENOSYS},
	{"vm86old", ENOSYS},
	/* time belongs to the host */
	{"settimeofday", EPERM},
	{"clock_settime", EPERM},
	{"stime", EPERM},
	{"adjtimex", EPERM},
	{"clock_adjtime", EPERM},
	/* mounts and roots */
	{"mount", EPERM},
	{"umount", EPERM},
	{"umount2", EPERM},
	{"pivot_root", EPERM},
	{"fsopen", ENOSYS},
	{"fsconfig", ENOSYS},
	{"fsmount", ENOSYS},
	{"fspick", ENOSYS},
	{"move_mount", ENOSYS},
	{"open_tree", ENOSYS},
	{"mount_setattr", ENOSYS},
	{"open_by_handle_at", EPERM},
	{"name_to_handle_at", EPERM},
	{"fanotify_init", EPERM},
	/* namespaces: a user namespace opens most of the kernel's surface again */
	{"unshare", EPERM},
	{"setns", EPERM},
	{"clone3", ENOSYS},
	/* watching and steering other processes and the hardware */
	{"perf_event_open", EPERM},
	{"userfaultfd", EPERM},
	{"io_uring_setup", ENOSYS},
	{"io_uring_enter", ENOSYS},
	{"io_uring_register", ENOSYS},
	{"kcmp", EPERM},
	{"process_madvise", EPERM},
	{"move_pages", EPERM},
	{"migrate_pages", EPERM},
	/* keys have no namespace */
	{"keyctl", EPERM},
	{"add_key", EPERM},
	{"request_key", EPERM},
};

/*
 * "All but two" can't be said in an allow list, so it stands before it: typing into a terminal as if one were
 * its user. Of the request number the kernel takes the low 32 bits, and so does this.
 */
static const struct sock_filter ioctl_prefix[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 4),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + LOW_HALF),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};

static int refusal_of(const char *name)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (strcmp(refused[i].name, name) == 0)
			return refused[i].code;
	return 0;
}

static int add_call(scmp_filter_ctx filter, int call, const char *name)
{
	int code = refusal_of(name);

	if (code == ENOSYS || strcmp(name, "clone") == 0)
		return 0;
	return seccomp_rule_add(filter, code ? SCMP_ACT_ERRNO((uint32_t)code) : SCMP_ACT_ALLOW,
				call, 0);
}

static int add_conditions(scmp_filter_ctx filter)
{
	int r;

	/* Every other bit of its flags makes a namespace that takes privileges which nobody inside has. */
	r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, 0));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
	return r;
}

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int r = filter ? 0 : -ENOMEM,
	    fd = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;

	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (int call = 0; r == 0 && call < CALLS_MAX; call++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);

		if (name)
			r = add_call(filter, call, name);
		free(name);
	}
	if (r == 0)
		r = add_conditions(filter);
	if (r == 0 && write(fd, ioctl_prefix, sizeof(ioctl_prefix)) != sizeof(ioctl_prefix))
		r = -errno;
	if (r == 0)
		r = seccomp_export_bpf(filter, fd);
	if (r < 0)
		fprintf(stderr, "make the default list of system calls: %s\n", strerror(-r));
	return r < 0;
}
