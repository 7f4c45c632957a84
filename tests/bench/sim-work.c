// SPDX-License-Identifier: LGPL-2.1-or-later
/* sim-work KIND ROUNDS: an i386 program that times itself: prints nanoseconds for each round.
 *
 * hlt: faults for ever, for sim-bare. traps: an access below the thread pointer and one above, two traps a round. The
 * others make no access below it: cpu, call (a system call that does nothing), filtered (the same with a seccomp filter
 * that allows everything), file (calls that do something), pipe (there and back to another process), memory, text. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void do_hlt(long n)
{
	for (long i = 0; i < n; i++)
		__asm__ volatile("1: hlt\n\tjmp 1b");
}

static void do_traps(long n)
{
	uint32_t value;

	for (long i = 0; i < n; i++)
		__asm__ volatile("movl %%gs:-4, %0\n\tmovl %%gs:0, %0" : "=r"(value));
}

static void do_cpu(long n)
{
	volatile uint32_t result;
	uint32_t x = 12345;

	for (long i = 0; i < n; i++)
		for (int k = 0; k < 1000; k++)
			x = x * 1664525 + 1013904223 + (x >> 16);
	result = x;
	(void)result;
}

static void do_call(long n)
{
	for (long i = 0; i < n; i++)
		syscall(SYS_getppid);
}

static void do_filtered(long n)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };
	static int installed;

	/* Without the last flag some kernels also slow the processor down. */
	if (!installed++ && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
					    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
							    SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) != 0))
		exit(2);
	do_call(n);
}

static void do_file(long n)
{
	char block[4096];
	struct stat st;

	for (long i = 0; i < n; i++) {
		int fd = open("/proc/self/exe", O_RDONLY);

		if (fd < 0 || fstat(fd, &st) != 0 || read(fd, block, sizeof(block)) != sizeof(block) || close(fd) != 0)
			exit(2);
	}
}

static void do_pipe(long n)
{
	int there[2], back[2];
	char c = 0;

	if (pipe(there) != 0 || pipe(back) != 0)
		exit(2);
	if (fork() == 0) {
		close(there[1]);
		while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
			;
		_exit(0);
	}
	for (long i = 0; i < n; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			exit(2);
	close(there[1]);
	wait(NULL);
}

static void do_memory(long n)
{
	void *block[64] = { NULL };

	for (long i = 0; i < n; i++) {
		free(block[i % 64]);
		block[i % 64] = malloc((size_t)(i * 37 % 2000) + 16);
		memset(block[i % 64], 1, 16);
	}
}

static void do_text(long n)
{
	char text[128];

	for (long i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%ld %s %.3f", i, "some text", (double)i / 7);
		if (strtol(text, NULL, 10) != i)
			exit(2);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(long);
	} kinds[] = { { "hlt", do_hlt }, { "traps", do_traps }, { "cpu", do_cpu }, { "call", do_call },
		{ "filtered", do_filtered }, { "file", do_file }, { "pipe", do_pipe }, { "memory", do_memory },
		{ "text", do_text } };
	long rounds = argc == 3 ? atol(argv[2]) : 0;

	for (size_t i = 0; rounds > 0 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		double begin;

		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].run(1 + rounds / 100);
		begin = now_ns();
		kinds[i].run(rounds);
		printf("%.1f\n", (now_ns() - begin) / (double)rounds);
		return 0;
	}
	return 2;
}
