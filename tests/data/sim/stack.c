/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops in int3 at the end of call chains of several kinds: argv[1] says which. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Its own frame, and no tail call out of it. */
#define FRAME  __attribute__((noinline, noclone, noipa))
#define KEEP() __asm__ volatile("" ::: "memory")
#define STOP() __asm__ volatile("int3" ::: "memory")

void inner(void);
void middle(void);
void outer(void);

FRAME void inner(void)
{
	volatile int local = 0; /* else it needs no frame */

	(void)local;
	STOP();
	KEEP();
}

FRAME void middle(void)
{
	inner();
	KEEP();
}

FRAME void outer(void)
{
	middle();
	KEEP();
}

static FRAME int compare(const void *a, const void *b)
{
	(void)a, (void)b;
	inner();
	KEEP();
	return 0;
}

static FRAME void sort(void)
{
	int pair[2] = { 1, 2 };

	qsort(pair, 2, sizeof(pair[0]), compare);
	KEEP();
}

static FRAME void handler(int sig)
{
	(void)sig;
	inner();
	KEEP();
}

static FRAME void signalled(void)
{
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	KEEP();
}

static FRAME void *thread(void *arg)
{
	outer();
	KEEP();
	return arg;
}

static FRAME void threaded(void)
{
	pthread_t id;

	if (pthread_create(&id, NULL, thread, NULL) == 0)
		pthread_join(id, NULL);
	KEEP();
}

/* The stop is in the kernel's own page here. */
static FRAME void called(void)
{
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSTOP);
	KEEP();
}

static FRAME void deep(unsigned n)
{
	if (n)
		deep(n - 1);
	else
		inner();
	KEEP();
}

/* push %ebp; mov %esp,%ebp; int3; pop %ebp; ret */
static const unsigned char code[] = { 0x55, 0x89, 0xe5, 0xcc, 0x5d, 0xc3 };

static FRAME void generated(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	memcpy(page, code, sizeof(code));
	((void (*)(void))page)();
	KEEP();
}

/* The same in a file that is no ELF file, behind its first page. */
static FRAME void from_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	void *page;

	if (pwrite(fd, code, sizeof(code), 4096) != sizeof(code))
		exit(1);
	page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 4096);
	if (page == MAP_FAILED)
		exit(1);
	((void (*)(void))page)();
	KEEP();
}

/* A call is the last instruction of one function, a stop the first one of another, whose symbol has no size. */
void last(void);
void after(void);
void first(void);
__asm__(".text\n"
	".type last,@function\n"
	"last: .cfi_startproc\n"
	"	call first\n"
	".cfi_endproc\n"
	".size last, . - last\n"
	".type after,@function\n"
	"after: .cfi_startproc\n"
	"	ret\n"
	".cfi_endproc\n"
	".size after, . - after\n"
	".type first,@function\n"
	"first: .cfi_startproc\n"
	"	int3\n"
	"	ret\n"
	".cfi_endproc\n");

static FRAME void edges(void)
{
	last();
	KEEP();
}

/* Both stacks are in the same place. */
static FRAME void other(void)
{
	inner();
	KEEP();
}

static FRAME void twice(void)
{
	middle();
	other();
	KEEP();
}

#ifndef STATIC
/* One library after the other, in the same place. */
static FRAME void libraries(char **paths)
{
	for (; *paths; paths++) {
		void *handle = dlopen(*paths, RTLD_NOW);
		void (*entry)(void) = handle ? (void (*)(void))dlsym(handle, "entry") : NULL;

		if (!entry)
			exit(1);
		entry();
		dlclose(handle);
	}
}
#endif

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (strcmp(mode, "sort") == 0)
		sort();
	else if (strcmp(mode, "signal") == 0)
		signalled();
	else if (strcmp(mode, "thread") == 0)
		threaded();
	else if (strcmp(mode, "call") == 0)
		called();
	else if (strcmp(mode, "deep") == 0)
		deep(1000);
	else if (strcmp(mode, "edges") == 0)
		edges();
	else if (strcmp(mode, "twice") == 0)
		twice();
	else if (strcmp(mode, "generated") == 0)
		generated();
	else if (strcmp(mode, "file") == 0)
		from_file(argv[2]);
#ifndef STATIC
	else if (strcmp(mode, "libraries") == 0)
		libraries(argv + 2);
#endif
	else
		outer();
	return 0;
}
