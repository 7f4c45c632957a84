// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a program can see of itself. */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "say.h"

extern char **environ;

/* TracerPid and the seccomp lines tell of the simulator; nothing else does. */
static int self_status(void)
{
	static const char *const keys[] = { "Name", "Umask", "State", "Uid", "Gid", "Threads", "SigPnd", "ShdPnd",
		"SigBlk", "SigIgn", "SigCgt", "CapEff", "Cpus_allowed" };

	traps(3);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		say_line(keys[i]);
	return (int)traps(3);
}

static int self_files(void)
{
	int seen[256] = { 0 };
	struct dirent *entry;
	DIR *dir;

	traps(3);
	dir = opendir("/proc/self/fd");
	NEED(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && atoi(entry->d_name) < 256 && atoi(entry->d_name) != dirfd(dir))
			seen[atoi(entry->d_name)] = 1;
	for (int i = 0; i < 256; i++)
		if (seen[i])
			SAY("descriptor %d, flags %x\n", i, fcntl(i, F_GETFD));
	closedir(dir);
	SAY("next: %d\n", open("/dev/null", O_RDONLY));
	return 0;
}

/* What a parent leaves to a program: its script sets it. */
static int self_inherited(void)
{
	static const int limits[] = { RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_STACK, RLIMIT_NPROC, RLIMIT_SIGPENDING };
	struct sigaction sa;
	struct rlimit limit;
	char path[4096];
	sigset_t set;
	mode_t mask;

	traps(3);
	sigprocmask(SIG_BLOCK, NULL, &set);
	for (int sig = 1; sig < 65; sig++) {
		NEED(sig == 32 || sig == 33 || sigaction(sig, NULL, &sa) == 0);
		if (sig != 32 && sig != 33 && (sigismember(&set, sig) || sa.sa_handler != SIG_DFL))
			SAY("signal %d: blocked %d ignored %d\n", sig, sigismember(&set, sig),
					sa.sa_handler == SIG_IGN);
	}
	umask(mask = umask(0));
	SAY("umask %o, directory %s\n", mask, getcwd(path, sizeof(path)));
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		NEED(getrlimit(limits[i], &limit) == 0);
		SAY("limit %d: %llx %llx\n", limits[i], (unsigned long long)limit.rlim_cur,
				(unsigned long long)limit.rlim_max);
	}
	SAY("session of the parent %d, group of the parent %d, leader %d, nice %d\n", getsid(0) == getsid(getppid()),
			getpgrp() == getpgid(getppid()), getpgrp() == getpid(), getpriority(PRIO_PROCESS, 0));
	SAY("terminal %d\n", open("/dev/tty", O_RDWR) >= 0);
	for (char **e = environ; *e; e++)
		SAY("%s\n", *e);
	return (int)traps(2);
}

/* The kernel's vector, on a large stack. */
static int self_large(void)
{
	static char big[100000];
	char *env[11], *args[] = { "a name of its own", "vector", big, big, NULL };

	memset(big, 'x', sizeof(big) - 1);
	memcpy(big, "BIG=", 4);
	for (int i = 0; i < 10; i++)
		env[i] = big;
	env[10] = NULL;
	traps(3);
	execve("/proc/self/exe", args, env);
	return BROKEN;
}

static int self_vector(void)
{
	const Elf32_Ehdr *vdso = (const void *)getauxval(AT_SYSINFO_EHDR);
	uint32_t vsyscall = getauxval(AT_SYSINFO), by_gs;
	size_t total = 0;

	for (char **e = environ; *e; e++)
		total += strlen(*e) + 1;
	__asm__("movl %%gs:0x10, %0" : "=r"(by_gs));
	SAY("environment %zu, name %s\n", total, program_invocation_name);
	SAY("vdso %d, in it %d, used %d\n", memcmp(vdso->e_ident, ELFMAG, SELFMAG) == 0,
			vsyscall - (uint32_t)vdso < 8192, by_gs == vsyscall);
	SAY("random %d, secure %lu, page %lu, uid %d, entry %d, platform %s\n", getauxval(AT_RANDOM) != 0,
			getauxval(AT_SECURE), getauxval(AT_PAGESZ), getauxval(AT_UID) == getuid(),
			getauxval(AT_ENTRY) != 0, (const char *)getauxval(AT_PLATFORM));
	return (int)traps(2);
}

/* Time comes from the vDSO, which has to be whole. */
static int self_clock(void)
{
	struct timespec a, b, c;

	for (int i = 0; i < 1000; i++) {
		NEED(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &a) == 0);
		NEED(clock_gettime(CLOCK_MONOTONIC, &b) == 0);
		NEED(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &c) == 0);
		traps(1);
		NEED(a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec <= b.tv_nsec));
		NEED(b.tv_sec < c.tv_sec || (b.tv_sec == c.tv_sec && b.tv_nsec <= c.tv_nsec));
	}
	SAY("clocks agree\n");
	return 0;
}

static int self_personality(void)
{
	int before = personality(0xffffffff);

	traps(2);
	SAY("personality %x\n", before);
	SAY("set: %x\n", personality(ADDR_NO_RANDOMIZE | SHORT_INODE));
	SAY("personality %x\n", personality(0xffffffff));
	traps(2);
	if (fork() == 0)
		execl("/proc/self/exe", "self", "show-personality", NULL);
	wait(NULL);
	SAY("set: %x\n", personality(before));
	SAY("personality %x\n", personality(0xffffffff));
	return (int)trapped;
}

static int self_show_personality(void)
{
	SAY("after exec %x\n", personality(0xffffffff));
	return (int)traps(1);
}

static int self_prctl(void)
{
	char name[16];

	traps(2);
	SAY("dumpable %d", prctl(PR_GET_DUMPABLE));
	SAY(" keepcaps %d", prctl(PR_GET_KEEPCAPS));
	SAY(" subreaper %d", prctl(PR_GET_CHILD_SUBREAPER, &(int){ 0 }));
	SAY(" tsc %d", prctl(PR_GET_TSC, &(int){ 0 }));
	prctl(PR_SET_NAME, "another name");
	traps(2);
	prctl(PR_GET_NAME, name);
	SAY(" name %s", name);
	SAY(" dumpable %d", prctl(PR_SET_DUMPABLE, 0));
	SAY(" %d\n", prctl(PR_GET_DUMPABLE));
	return (int)traps(2);
}

static void on_sys(int sig, siginfo_t *info, void *context)
{
	(void)context;
	traps(1);
	SAY("signal %d code %d call %d\n", sig, info->si_code, info->si_syscall);
}

/* A filter of the program's own. */
static int self_seccomp(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umask, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP | 3),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sync, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 5),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };
	pid_t pid;

	handle(SIGSYS, on_sys, 0);
	NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	SAY("filter: %d\n", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
	traps(3);
	SAY("getppid: %ld", syscall(SYS_getppid));
	SAY(" errno %d\n", errno);
	syscall(SYS_umask, 0);
	SAY("getpgid, for a tracer that there is not: %ld", syscall(SYS_getpgid, 0));
	SAY(" errno %d\n", errno);
	pid = fork();
	if (pid == 0) {
		traps(2);
		syscall(SYS_sync);
		_exit(BROKEN);
	}
	await("forbidden call", pid);
	return (int)traps(2);
}

static int self_arguments(void)
{
	FILE *f = fopen("/proc/self/cmdline", "re");
	char line[4096], *end;
	size_t n = fread(line, 1, sizeof(line) - 1, f);

	for (char *p = line; p < line + n; p += strlen(p) + 1)
		SAY("argument %s\n", (end = strrchr(p, '/')) ? end + 1 : p);
	fclose(f);
	return (int)traps(1);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "status", self_status }, { "files", self_files },
		{ "inherited", self_inherited }, { "large", self_large }, { "vector", self_vector },
		{ "clock", self_clock }, { "personality", self_personality },
		{ "show-personality", self_show_personality }, { "prctl", self_prctl }, { "seccomp", self_seccomp },
		{ "arguments", self_arguments } };

	return RUN(tests, argc, argv);
}
