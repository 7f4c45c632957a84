// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "base/util.h"
#include "alloc.h"
#include "exec.h"
#include "limit-probe.h"
#include "loader/vdso-note.h"
#include "memory.h"
#include "module.h"
#include "regs.h"
#include "task.h"
#include "tls.h"

#define VDSO_MAX 65536
#define AUXV_MAX 64

/* What the kernel says of the program in its auxiliary vector; 0: nothing. */
static uint32_t auxiliary(pid_t pid, uint32_t type)
{
	Elf32_auxv_t auxv[AUXV_MAX];
	_cleanup_close_ int fd = -1;
	char path[48];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, auxv, sizeof(auxv)) : -1;
	for (ssize_t i = 0; i < n / (ssize_t)sizeof(auxv[0]) && auxv[i].a_type != AT_NULL; i++)
		if (auxv[i].a_type == type)
			return auxv[i].a_un.a_val;
	return 0;
}

/* Nothing of a program can be in the hole: a 32-bit Xen is there. Returns the size of the vDSO. */
static uint32_t check_maps(struct sim *sim, const struct task *task, uint32_t vdso)
{
	struct process_maps maps = { 0 };
	struct maps_line line;
	struct maps rest;
	uint32_t size = 0;

	process_maps_read(&maps, task->tid);
	rest = (struct maps){ maps.text, maps.size };
	while (maps_next(&rest, &line)) {
		if (line.start == vdso && line.end - line.start <= VDSO_MAX)
			size = (uint32_t)(line.end - line.start);
		if (sim->opt->hole && line.end > sim->opt->hole && line.end <= UINT32_MAX)
			sim_fail(sim, task->process->record->program,
					"the hole at 0x%x lies below its own memory at 0x%llx: choose a --hole of "
					"0xc0000000 or above",
					(unsigned)sim->opt->hole, (unsigned long long)line.start);
	}
	free(maps.text);
	return size;
}

static void put_note(struct sim *sim, struct task *task)
{
	const struct options *opt = sim->opt;
	uint32_t vdso = auxiliary(task->tid, AT_SYSINFO_EHDR), size = check_maps(sim, task, vdso), room = 0,
		 room_size = 0;
	_cleanup_free_ uint8_t *image = malloc(VDSO_MAX), *before = malloc(VDSO_MAX);
	char why[WHY_MAX];
	int r;

	if (!vdso || !size) {
		if (opt->note)
			sim_fail(sim, task->process->record->program, "%s",
					access("/proc/self/auxv", R_OK) != 0 ? "/proc is not mounted"
									     : "this kernel gives i386 programs no "
									       "vDSO: boot with vdso32=1, "
									       "or use --no-note");
		return;
	}
	r = image && before ? memory_get(task, vdso, before, size) : -ENOMEM;
	if (r == 0) {
		memcpy(image, before, size);
		r = vdso_note_set(image, size, opt->desc, opt->desc_size, &room, &room_size, why);
	} else {
		why_failed(why, r);
	}
	if (r == 0) {
		r = memory_poke(task, vdso, image, before, size);
		why_failed(why, r);
	}
	if (r < 0)
		sim_fail(sim, task->process->record->program, "its vDSO: %s", why);
	sim->room_offset = room_size >= 64 ? room : 0;
	task->process->room = room_size >= 64 ? vdso + room : 0;
}

/* Not readable by this user: a program that may be executed only. */
static bool is_readable(const struct task *task, const struct regs *regs)
{
	uint32_t word;

	return memory_get(task, regs->i386.esp, &word, sizeof(word)) == 0;
}

static void name_program(struct process *process)
{
	char link[48], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)process->pid);
	n = readlink(link, path, sizeof(path));
	if (n < 0)
		return;
	free(process->record->program);
	process->record->program = alloc_copy(path, (size_t)n);
}

/* The program and its loader; what the loader maps is seen by stop-call.c. */
static void record_mapped_by_kernel(struct sim *sim, const struct task *task)
{
	const uint32_t entry = auxiliary(task->tid, AT_ENTRY), loader = auxiliary(task->tid, AT_BASE);

	record_library(sim->record, task->process->record, task->tid, entry);
	if (loader)
		record_library(sim->record, task->process->record, task->tid, loader);
}

static enum process_kind kind_of(const struct task *task)
{
	struct regs regs;

	if (task->plain)
		return PROCESS_RELEASED;
	if (regs_get(task->tid, &regs) < 0 || !regs.is32)
		return PROCESS_64BIT;
	return is_readable(task, &regs) ? PROCESS_SIMULATED : PROCESS_UNREADABLE;
}

/* Which program it is, and whether it can be simulated. */
static void take_stock(struct task *task)
{
	struct process *process = task->process;

	memory_open(process);
	name_program(process);
	process->record->kind = kind_of(task);
	process->simulated = process->record->kind == PROCESS_SIMULATED;
}

/* Dispositions that are no handlers, the signal mask, and open files stay over an exec; descriptors do not. */
int exec_happened(struct sim *sim, struct task *task)
{
	struct process *process = task->process;

	process_clear(process);
	process->orphan = false;
	take_stock(task);
	memset(task->tls, 0, sizeof(task->tls));
	process->segv = (struct action){ .handler = process->segv.handler == HANDLER_IGN };
	task->segv_blocked = task_get_mask(task) & MASK_OF(SIGSEGV);
	task->step = STEP_NONE;
	task->in_call = false;
	if (!process->simulated)
		return 0;
	tls_probe(sim, task);
	put_note(sim, task);
	if (sim->opt->trace_libs)
		record_mapped_by_kernel(sim, task);
	return sim->opt->hole && !sim->failed ? limits_probe(sim, task) : 0;
}

/* A handler of SIGSEGV stays unknown. */
void exec_orphan(struct sim *sim, struct task *task)
{
	struct process *process = task->process;
	uint32_t vdso = auxiliary(task->tid, AT_SYSINFO_EHDR);
	uint64_t ignored;

	process->orphan = true;
	take_stock(task);
	process->room = process->simulated && vdso && sim->room_offset ? vdso + sim->room_offset : 0;
	if (task_status_number(task->tid, "\nSigIgn", 16, &ignored) && ignored & MASK_OF(SIGSEGV))
		process->segv.handler = HANDLER_IGN;
}
