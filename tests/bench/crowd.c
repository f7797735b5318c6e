/* SPDX-License-Identifier: MIT */
/*
 * A crowd to measure beside: N processes in M cgroups, idle, until its standard input closes. It makes
 * its groups under a prefix of its own in every hierarchy that it may write to, prints "ready" when all
 * processes exist, and leaves nothing: children die with it, groups are removed.
 *
 * usage: crowd PROCESSES CGROUPS [idle|busy|churn]
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HIERARCHIES_MAX 16

/* struct hierarchy - where groups are made: our own directory in it, and its root to go back to */
struct hierarchy {
	int root_fd;
	int own_fd;
};

static struct hierarchy hierarchies[HIERARCHIES_MAX];
static size_t hierarchies_len;
static char prefix[64];

static void enter(int dirfd, const char *procs)
{
	int fd = openat(dirfd, procs, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) < 0)
		perror(procs);
	if (fd >= 0)
		close(fd);
}

/* cpuset is left out: a new group there takes no task before it is given CPUs. */
static void open_hierarchies(void)
{
	char line[1024], mount_point[256], fstype[64];
	FILE *f = fopen("/proc/self/mounts", "re");

	if (!f)
		return;
	while (fgets(line, sizeof(line), f) && hierarchies_len < HIERARCHIES_MAX) {
		struct hierarchy *h = &hierarchies[hierarchies_len];

		if (sscanf(line, "%*s %255s %63s", mount_point, fstype) != 2 ||
		    strncmp(fstype, "cgroup", 6) != 0 || strstr(mount_point, "cpuset"))
			continue;
		h->root_fd = open(mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (h->root_fd < 0 || mkdirat(h->root_fd, prefix, 0755) < 0)
			continue;
		h->own_fd = openat(h->root_fd, prefix, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		hierarchies_len++;
	}
	fclose(f);
}

static void group_name(char *buf, size_t cap, int group, const char *file)
{
	/* As Docker names those of its containers: each is a row on the screen of containers. */
	snprintf(buf, cap, "docker-%08x%056x.scope%s", (unsigned int)group * 2654435761u,
		 (unsigned int)group, file);
}

static void make_groups(int groups)
{
	char name[128];

	for (size_t h = 0; h < hierarchies_len; h++)
		for (int g = 0; g < groups; g++) {
			group_name(name, sizeof(name), g, "");
			mkdirat(hierarchies[h].own_fd, name, 0755);
		}
}

static void enter_group(int group)
{
	char name[128];

	group_name(name, sizeof(name), group, "/cgroup.procs");
	for (size_t h = 0; h < hierarchies_len; h++)
		enter(hierarchies[h].own_fd, name);
}

static void leave_groups(void)
{
	for (size_t h = 0; h < hierarchies_len; h++)
		enter(hierarchies[h].root_fd, "cgroup.procs");
}

static void remove_groups(int groups)
{
	char name[128];

	for (size_t h = 0; h < hierarchies_len; h++) {
		for (int g = 0; g < groups; g++) {
			group_name(name, sizeof(name), g, "");
			for (int tries = 0; tries < 500; tries++) {
				if (unlinkat(hierarchies[h].own_fd, name, AT_REMOVEDIR) == 0 ||
				    errno != EBUSY)
					break;
				usleep(10000);
			}
		}
		unlinkat(hierarchies[h].root_fd, prefix, AT_REMOVEDIR);
	}
}

static void live(const char *how)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	if (strcmp(how, "busy") == 0)
		for (;;) {
			for (volatile int i = 0; i < 200000; i++)
				;
			usleep(100000);
		}
	for (;;)
		pause();
}

static void on_signal(int signo)
{
	(void)signo;
}

/* Forks short-lived children, 500 a second, until stdin closes. */
static void churn(struct pollfd *input)
{
	while (poll(input, 1, 10) == 0) {
		for (int i = 0; i < 5; i++)
			if (fork() == 0)
				_exit(0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

int main(int argc, char **argv)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	const char *how = argc > 3 ? argv[3] : "idle";
	struct sigaction ignore = {.sa_handler = on_signal};
	int processes, groups, made = 0;
	pid_t *pids;

	if (argc < 3) {
		fprintf(stderr, "usage: crowd PROCESSES CGROUPS [idle|busy|churn]\n");
		return 2;
	}
	processes = atoi(argv[1]);
	groups = atoi(argv[2]);
	pids = calloc((size_t)processes + 1, sizeof(*pids));
	if (!pids)
		return 1;
	snprintf(prefix, sizeof(prefix), "bt-crowd-%d", (int)getpid());
	sigaction(SIGTERM, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	if (groups)
		open_hierarchies();
	make_groups(groups);
	for (int g = 0; g < (groups ? groups : 1); g++) {
		int share = groups ? processes / groups + (g < processes % groups) : processes;

		if (groups)
			enter_group(g);
		for (int i = 0; i < share; i++) {
			pid_t pid = fork();

			if (pid == 0)
				live(how);
			if (pid < 0) {
				perror("fork");
				break;
			}
			pids[made++] = pid;
		}
	}
	leave_groups();
	printf("ready %d %d\n", made, groups);
	fflush(stdout);
	if (strcmp(how, "churn") == 0)
		churn(&input);
	else
		poll(&input, 1, -1);
	for (int i = 0; i < made; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	remove_groups(groups);
	free(pids);
	return 0;
}
