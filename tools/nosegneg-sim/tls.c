// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>

#include "memory.h"
#include "tls.h"
#include "xen/segment.h"

/* <asm/ptrace-abi.h>, which does not go together with <sys/ptrace.h>. */
#define GET_THREAD_AREA 25
#define SET_THREAD_AREA 26

#define FIRST_X86_64 12 /* GDT_ENTRY_TLS_MIN of arch/x86/include/asm/segment.h */
#define FIRST_I386   6

static int get(pid_t tid, unsigned entry, struct user_desc *desc)
{
	return ptrace(GET_THREAD_AREA, tid, (void *)(uintptr_t)entry, desc) == 0 ? 0 : -errno;
}

bool tls_install(const struct task *task, const struct user_desc *desc)
{
	void *entry = (void *)(uintptr_t)desc->entry_number;

	return !task->overtaken && ptrace(SET_THREAD_AREA, task->tid, entry, (void *)(uintptr_t)desc) == 0;
}

void tls_probe(struct sim *sim, const struct task *task)
{
	struct user_desc desc;

	if (!sim->tls_first)
		sim->tls_first = get(task->tid, FIRST_X86_64, &desc) == 0 ? FIRST_X86_64 : FIRST_I386;
}

/* Field by field: there is room between them. */
static bool same(const struct user_desc *a, const struct user_desc *b)
{
	return a->base_addr == b->base_addr && a->limit == b->limit && a->limit_in_pages == b->limit_in_pages &&
	       a->contents == b->contents && a->seg_not_present == b->seg_not_present;
}

static void adopt(struct sim *sim, struct task *task, struct tls_slot *slot, const struct user_desc *desc)
{
	int r;

	slot->set = slot->now = *desc;
	r = xen_segment_truncate(&slot->now, sim->opt->hole);
	slot->ours = r == 1;
	if (r == 1)
		tls_install(task, &slot->now);
	if (r == -ERANGE && desc->base_addr >= sim->opt->hole - 4096)
		sim_fail(sim, task->process->record->program,
				"the hole at 0x%x lies below its thread-local data at 0x%x: choose a higher --hole",
				(unsigned)sim->opt->hole, (unsigned)desc->base_addr);
}

void tls_shorten(struct sim *sim, struct task *task)
{
	for (unsigned i = 0; i < TLS_SLOTS; i++) {
		struct user_desc desc;

		if (get(task->tid, sim->tls_first + i, &desc) == 0 &&
				!(task->tls[i].ours && same(&desc, &task->tls[i].now)))
			adopt(sim, task, &task->tls[i], &desc);
	}
}

/* What was a segment of 4 GiB; so does Xen. */
void tls_recognize(struct sim *sim, struct task *task)
{
	for (unsigned i = 0; i < TLS_SLOTS; i++) {
		struct tls_slot *slot = &task->tls[i];

		if (get(task->tid, sim->tls_first + i, &slot->now) < 0 ||
				!xen_segment_is_short(&slot->now, sim->opt->hole))
			continue;
		slot->set = slot->now;
		slot->set.limit = 0xfffff;
		slot->set.contents = MODIFY_LDT_CONTENTS_DATA;
		slot->ours = true;
	}
}

static struct tls_slot *slot_of(const struct sim *sim, struct task *task, unsigned entry)
{
	return entry - sim->tls_first < TLS_SLOTS ? &task->tls[entry - sim->tls_first] : NULL;
}

/* The kernel filled in the entry's number where the program left it open. */
void tls_was_set(struct sim *sim, struct task *task, uint32_t addr)
{
	struct user_desc desc, there;
	struct tls_slot *slot;

	if (memory_get(task, addr, &desc, sizeof(desc)) < 0)
		return;
	slot = slot_of(sim, task, desc.entry_number);
	if (slot && get(task->tid, desc.entry_number, &there) == 0)
		adopt(sim, task, slot, &there);
}

void tls_was_read(struct sim *sim, struct task *task, uint32_t addr)
{
	struct user_desc desc;
	struct tls_slot *slot;

	if (memory_get(task, addr, &desc, sizeof(desc)) < 0)
		return;
	slot = slot_of(sim, task, desc.entry_number);
	if (!slot || !slot->ours)
		return;
	desc.limit = slot->set.limit;
	desc.limit_in_pages = slot->set.limit_in_pages;
	desc.contents = slot->set.contents;
	memory_put(task, addr, &desc, sizeof(desc));
}

/* A selector: the descriptor's number, the table (bit 2: local), the privilege. */
struct tls_slot *tls_selected(const struct sim *sim, struct task *task, uint32_t selector)
{
	struct tls_slot *slot = selector & 4 ? NULL : slot_of(sim, task, selector >> 3 & 0x1fff);

	return slot && slot->ours ? slot : NULL;
}

void tls_restore(struct task *task)
{
	for (unsigned i = 0; i < TLS_SLOTS; i++) {
		if (task->tls[i].ours)
			tls_install(task, &task->tls[i].set);
		task->tls[i].ours = false;
	}
}
