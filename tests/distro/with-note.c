// SPDX-License-Identifier: LGPL-2.1-or-later
/* with-note VDSO COMMAND [ARG...]: runs a command, and whatever it starts, so that every 32-bit program finds VDSO
 * where the kernel's own vDSO would be, and its loader the note in it, as under a Xen kernel.
 *
 * At each exec the image is mapped and AT_SYSINFO_EHDR in the auxiliary vector points to it. AT_SYSINFO stays: system
 * calls go where they went. Exit status: the command's, 128 + its signal, or 99 where ptrace does not work. */
#include <elf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define IMAGE_MAX  65536
#define BROKEN     99
#define I386_MMAP2 192
#define USER32_CS  0x23

struct image {
	unsigned char data[IMAGE_MAX]; /* as it lies in memory */
	uint32_t size;
};

static void __attribute__((noreturn)) broken(const char *what)
{
	perror(what);
	exit(BROKEN);
}

/* A kernel's vDSO has one segment to load, and glibc (setup_vdso) reckons with it. A linker makes two. */
static void keep_one_segment(struct image *image, const Elf32_Ehdr *header)
{
	bool first = true;

	for (unsigned i = 0; i < header->e_phnum; i++) {
		unsigned char *at = image->data + header->e_phoff + i * sizeof(Elf32_Phdr);
		Elf32_Phdr p;

		memcpy(&p, at, sizeof(p));
		if (p.p_type != PT_LOAD)
			continue;
		p.p_type = first ? PT_LOAD : PT_NULL;
		p.p_filesz = p.p_memsz = image->size;
		memcpy(at, &p, sizeof(p));
		first = false;
	}
}

static void read_image(const char *path, struct image *image)
{
	static unsigned char file[IMAGE_MAX];
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(file, 1, sizeof(file), f) : 0;
	Elf32_Ehdr header;

	if (n < sizeof(header) || n == sizeof(file))
		broken(path);
	fclose(f);
	memcpy(&header, file, sizeof(header));
	for (unsigned i = 0; i < header.e_phnum; i++) {
		Elf32_Phdr p;

		memcpy(&p, file + header.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type != PT_LOAD)
			continue;
		if (p.p_vaddr > IMAGE_MAX / 2 || p.p_memsz > IMAGE_MAX / 2 || p.p_offset + p.p_filesz > n)
			broken(path);
		memcpy(image->data + p.p_vaddr, file + p.p_offset, p.p_filesz);
		image->size = (p.p_vaddr + p.p_memsz + 4095) & ~4095u;
	}
	keep_one_segment(image, &header);
}

static bool copy(pid_t pid, uint64_t address, void *data, size_t size, bool in)
{
	struct iovec ours = { data, size }, theirs = { (void *)(uintptr_t)address, size };

	return (in ? process_vm_writev(pid, &ours, 1, &theirs, 1, 0)
		   : process_vm_readv(pid, &ours, 1, &theirs, 1, 0)) == (ssize_t)size;
}

/* Has the stopped program map memory: one "int $0x80" at its first instruction. Returns the address. */
static uint32_t map_in(pid_t pid, const struct user_regs_struct *before, uint32_t size)
{
	struct user_regs_struct regs = *before;
	long code = ptrace(PTRACE_PEEKTEXT, pid, before->rip, 0);
	int status;

	regs.rax = I386_MMAP2;
	regs.orig_rax = UINT64_MAX;
	regs.rbx = 0;
	regs.rcx = size;
	regs.rdx = PROT_READ | PROT_WRITE | PROT_EXEC;
	regs.rsi = MAP_PRIVATE | MAP_ANONYMOUS;
	regs.rdi = UINT32_MAX;
	regs.rbp = 0;
	ptrace(PTRACE_POKETEXT, pid, before->rip, (code & ~0xffffL) | 0x80cd);
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
	ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		broken("with-note: single step");
	ptrace(PTRACE_GETREGS, pid, 0, &regs);
	ptrace(PTRACE_POKETEXT, pid, before->rip, code);
	ptrace(PTRACE_SETREGS, pid, 0, before);
	return (uint32_t)regs.rax;
}

/* On the stack are the number of arguments, they, a zero, the environment, a zero, the auxiliary vector. */
static uint64_t find_auxv(pid_t pid, uint64_t stack)
{
	uint32_t word = 0;

	copy(pid, stack, &word, sizeof(word), false);
	stack += 4 * ((uint64_t)word + 2);
	do {
		if (!copy(pid, stack, &word, sizeof(word), false))
			return 0;
		stack += 4;
	} while (word);
	return stack;
}

static void give_note(pid_t pid, struct image *image)
{
	struct user_regs_struct regs;
	Elf32_auxv_t entry = { 0 };
	uint32_t address;
	uint64_t auxv;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) != 0 || regs.cs != USER32_CS)
		return;
	address = map_in(pid, &regs, image->size);
	if (!copy(pid, address, image->data, image->size, true))
		broken("with-note: mmap in the program");
	auxv = find_auxv(pid, regs.rsp);
	while (auxv && copy(pid, auxv, &entry, sizeof(entry), false) && entry.a_type != AT_NULL) {
		if (entry.a_type == AT_SYSINFO_EHDR) {
			entry.a_un.a_val = address;
			copy(pid, auxv, &entry, sizeof(entry), true);
			return;
		}
		auxv += sizeof(entry);
	}
	broken("with-note: AT_SYSINFO_EHDR");
}

/* Without PTRACE_O_TRACEEXEC an exec ends with a plain SIGTRAP, when the new program's registers are as it will find
 * them. A child begins with SIGSTOP. */
static int follow(pid_t first, struct image *image)
{
	int status, result = BROKEN;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (!WIFSTOPPED(status)) {
			if (pid == first)
				result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			continue;
		}
		if (signal == SIGTRAP && status >> 16 == 0)
			give_note(pid, image);
		if (signal == SIGTRAP || signal == SIGSTOP)
			signal = 0;
		ptrace(PTRACE_CONT, pid, 0, (long)signal);
	}
	return result;
}

int main(int argc, char **argv)
{
	static struct image image;
	int status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: with-note VDSO COMMAND [ARG...]\n", stderr);
		return BROKEN;
	}
	read_image(argv[1], &image);
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (waitpid(pid, &status, __WALL) != pid ||
			ptrace(PTRACE_SETOPTIONS, pid, 0,
					PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
							PTRACE_O_EXITKILL) != 0 ||
			ptrace(PTRACE_CONT, pid, 0, 0) != 0)
		broken("with-note: ptrace");
	return follow(pid, &image);
}
