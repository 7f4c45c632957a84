// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "base/text.h"
#include "base/util.h"
#include "alloc.h"
#include "module.h"
#include "stack.h"
#include "symbolize.h"

#define FRAMES_MAX 512
#define BLOCK      4096u

/* Memory that code may run in. */
struct area {
	uint64_t start, end;
	struct module *module; /* NULL: in no file */
	uint32_t addr;         /* of its start, as the module has it */
};

struct stack_unwinder {
	Dwfl_Callbacks callbacks;
	Dwfl *dwfl;
	Elf *machine;
	Elf32_Ehdr header; /* what `machine` reads */
	struct process_maps maps;
	struct area *area; /* by address */
	size_t narea, area_cap;

	pid_t pid, tid; /* of the stack in work */
	const struct regs32 *regs;
	struct {
		uint64_t at;
		bool filled;
		uint8_t bytes[BLOCK];
	} block; /* of the stack, as read last */
	uint64_t pc[FRAMES_MAX];
	size_t npc;
	bool cut; /* there are more */
	char *text;
	size_t len, text_cap;
};

static int find_elf(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, char **file, Elf **elf)
{
	const struct module *module = *data;

	(void)mod, (void)name, (void)base, (void)elf;
	*file = strdup(module->path);
	return module->fd >= 0 ? fcntl(module->fd, F_DUPFD_CLOEXEC, 3) : -1;
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread)
{
	struct stack_unwinder *u = arg;

	(void)dwfl;
	if (*thread)
		return 0;
	*thread = u;
	return u->tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *arg, void **thread)
{
	(void)dwfl, (void)tid;
	*thread = arg;
	return true;
}

/* A word that crosses from one block into the next is read by itself. */
static bool read_word(Dwfl *dwfl, Dwarf_Addr addr, Dwarf_Word *out, void *arg)
{
	struct stack_unwinder *u = arg;
	struct iovec here = { u->block.bytes, BLOCK }, there = { NULL, BLOCK };
	uint64_t at = addr & ~(uint64_t)(BLOCK - 1);
	uint32_t word;

	(void)dwfl;
	if (addr > UINT32_MAX - sizeof(word))
		return false;
	if (addr - at > BLOCK - sizeof(word)) {
		here = (struct iovec){ &word, sizeof(word) };
		there = (struct iovec){ (void *)(uintptr_t)addr, sizeof(word) };
		*out = 0;
		if (process_vm_readv(u->pid, &here, 1, &there, 1, 0) != sizeof(word))
			return false;
		*out = word;
		return true;
	}
	if (!u->block.filled || u->block.at != at) {
		there.iov_base = (void *)(uintptr_t)at;
		u->block.filled = process_vm_readv(u->pid, &here, 1, &there, 1, 0) == (ssize_t)BLOCK;
		u->block.at = at;
	}
	if (!u->block.filled)
		return false;
	memcpy(&word, u->block.bytes + (addr - at), sizeof(word));
	*out = word;
	return true;
}

/* In DWARF's order: System V ABI, i386 supplement, table 2.14. */
static bool set_registers(Dwfl_Thread *thread, void *arg)
{
	const struct stack_unwinder *u = arg;
	const struct regs32 *r = u->regs;
	const Dwarf_Word words[] = { r->eax, r->ecx, r->edx, r->ebx, r->esp, r->ebp, r->esi, r->edi, r->eip };

	return dwfl_thread_state_registers(thread, 0, ARRAY_SIZE(words), words);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_word,
	.set_initial_registers = set_registers,
};

/* libdwfl takes the architecture from a file that has to stay: from none of the process's, which come and go. */
static void begin(struct stack_unwinder *u)
{
	u->header = (Elf32_Ehdr){ .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
						  EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf32_Ehdr) };
	u->callbacks = (Dwfl_Callbacks){ .find_elf = find_elf,
		.find_debuginfo = dwfl_build_id_find_debuginfo,
		.section_address = dwfl_offline_section_address };
	elf_version(EV_CURRENT);
	u->machine = elf_memory((char *)&u->header, sizeof(u->header));
	u->dwfl = u->machine ? dwfl_begin(&u->callbacks) : NULL;
	if (u->dwfl && (dwfl_report_end(u->dwfl, NULL, NULL) != 0 ||
				       !dwfl_attach_state(u->dwfl, u->machine, u->pid, &thread_callbacks, u))) {
		dwfl_end(u->dwfl);
		u->dwfl = NULL;
	}
}

void stack_unwinder_free(struct stack_unwinder *u)
{
	if (!u)
		return;
	if (u->dwfl)
		dwfl_end(u->dwfl);
	elf_end(u->machine);
	free(u->maps.text);
	free(u->area);
	free(u->text);
	free(u);
}

/* What of one file may be executed, in a row. */
struct group {
	struct module *module; /* NULL: none yet */
	uint64_t bias, end;
};

/* The name tells a file from another one that is mapped at its place later. */
static void report_group(struct stack_unwinder *u, const struct group *g)
{
	Dwfl_Module *mod;
	uint64_t start;
	char name[32];
	void **data;

	if (!g->module || !module_start(g->module, &start))
		return;
	snprintf(name, sizeof(name), "%p", (void *)g->module);
	start = (uint32_t)(g->bias + start);
	mod = start < g->end ? dwfl_report_module(u->dwfl, name, start, g->end) : NULL;
	if (!mod)
		return;
	dwfl_module_info(mod, &data, NULL, NULL, NULL, NULL, NULL, NULL);
	*data = g->module;
}

static void report_line(struct record *rec, struct stack_unwinder *u, const struct maps_line *line, struct group *g)
{
	struct module *module = record_module(rec, &u->maps, line);
	uint32_t addr = module ? module_address(module, line->offset) : 0;

	alloc_reserve(&u->area, &u->area_cap, u->narea + 1, sizeof(*u->area));
	u->area[u->narea++] = (struct area){ line->start, line->end, module, addr };
	if (!module)
		return;
	if (module != g->module || line->start - addr != g->bias) {
		report_group(u, g);
		*g = (struct group){ module, line->start - addr, line->end };
	}
	g->end = line->end;
}

/* Reports what the process has mapped, where that is not what it had. */
static void refresh(struct record *rec, struct stack_unwinder *u)
{
	struct process_maps now = { 0 };
	struct group group = { 0 };
	struct maps_line line;
	struct maps rest;

	if (process_maps_read(&now, u->pid) < 0)
		return;
	if (u->maps.text && now.size == u->maps.size && memcmp(now.text, u->maps.text, now.size) == 0) {
		free(now.text);
		return;
	}
	free(u->maps.text);
	u->maps = now;
	u->narea = 0;
	rest = (struct maps){ now.text, now.size };
	dwfl_report_begin(u->dwfl);
	while (maps_next(&rest, &line))
		if (line.execute)
			report_line(rec, u, &line, &group);
	report_group(u, &group);
	dwfl_report_end(u->dwfl, NULL, NULL);
}

/* A return address may be the first byte of another function: the call is before it. */
static int add_frame(Dwfl_Frame *frame, void *arg)
{
	struct stack_unwinder *u = arg;
	bool exact;
	Dwarf_Addr pc;

	if (!dwfl_frame_pc(frame, &pc, &exact))
		return DWARF_CB_ABORT;
	u->cut = u->npc == FRAMES_MAX;
	if (u->cut || (pc == 0 && u->npc))
		return DWARF_CB_ABORT;
	u->pc[u->npc++] = exact ? pc : pc - 1;
	return DWARF_CB_OK;
}

static const struct area *area_at(const struct stack_unwinder *u, uint64_t pc)
{
	for (size_t i = 0; i < u->narea; i++)
		if (pc >= u->area[i].start && pc < u->area[i].end)
			return &u->area[i];
	return NULL;
}

static void unwind(struct stack_unwinder *u)
{
	u->npc = 0;
	u->cut = false;
	u->block.filled = false;
	dwfl_getthread_frames(u->dwfl, u->tid, add_frame, u);
	if (u->npc == 0)
		u->pc[u->npc++] = u->regs->eip;
}

/* Lines of the format are "frame;frame COUNT". */
static void add_text(struct stack_unwinder *u, const char *s)
{
	char quoted[1200];
	size_t n = strlen(text_quote(quoted, sizeof(quoted), s));

	alloc_reserve(&u->text, &u->text_cap, u->len + n + 2, 1);
	if (u->len)
		u->text[u->len++] = ';';
	for (size_t i = 0; i <= n; i++)
		u->text[u->len + i] = quoted[i] == ';' || quoted[i] == ' ' ? '_' : quoted[i];
	u->len += n;
}

static void add_name(struct stack_unwinder *u, uint64_t pc)
{
	const struct area *area = area_at(u, pc);
	struct module *module = area ? area->module : NULL;
	char name[1100];

	if (module)
		add_text(u, symbolize_frame(module, (uint32_t)(pc - area->start) + area->addr, name, sizeof(name)));
	else
		add_text(u, "[unknown]");
}

void stack_count(struct record *rec, struct record_process *proc, struct stack_unwinder **unwinder, pid_t pid,
		pid_t tid, const struct regs32 *regs)
{
	struct stack_unwinder *u = *unwinder;

	if (!u) {
		u = *unwinder = alloc_new(sizeof(*u));
		u->pid = pid;
		begin(u);
	}
	u->tid = tid;
	u->regs = regs;
	u->len = 0;
	if (u->dwfl) {
		refresh(rec, u);
		unwind(u);
	}
	add_text(u, basename(proc->program));
	if (u->cut)
		add_text(u, "[...]");
	for (size_t i = u->npc; i > 0; i--)
		add_name(u, u->pc[i - 1]);
	record_stack_add(rec, u->text);
}
