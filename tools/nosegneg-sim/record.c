// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include <sys/sysmacros.h>

#include "base/util.h"
#include "xen/segfixup.h"
#include "alloc.h"
#include "hash.h"
#include "module.h"

struct record_index {
	struct hash site, stack, module;
	size_t process_cap, site_cap, stack_cap, module_cap;
};

struct record *record_new(void)
{
	struct record *rec = alloc_new(sizeof(*rec));

	rec->index = alloc_new(sizeof(*rec->index));
	return rec;
}

static void process_free(struct record_process *proc)
{
	free(proc->program);
	free(proc->libs);
	free(proc);
}

void record_free(struct record *rec)
{
	if (!rec)
		return;
	for (size_t i = 0; i < rec->nprocess; i++)
		process_free(rec->process[i]);
	for (size_t i = 0; i < rec->nsite; i++)
		free(rec->site[i]);
	for (size_t i = 0; i < rec->nstack; i++)
		free(rec->stack[i].folded);
	for (size_t i = 0; i < rec->nmodule; i++)
		module_free(rec->module[i]);
	hash_clear(&rec->index->site);
	hash_clear(&rec->index->stack);
	hash_clear(&rec->index->module);
	free(rec->process);
	free(rec->site);
	free(rec->stack);
	free(rec->module);
	free(rec->index);
	free(rec);
}

struct record_process *record_process_add(struct record *rec, pid_t pid, pid_t parent, const char *program)
{
	struct record_process *proc = alloc_new(sizeof(*proc));

	proc->pid = pid;
	proc->parent = parent;
	proc->program = alloc_copy(program, strlen(program));
	proc->threads = 1;
	alloc_reserve(&rec->process, &rec->index->process_cap, rec->nprocess + 1, sizeof(*rec->process));
	rec->process[rec->nprocess++] = proc;
	return proc;
}

struct module *record_module(struct record *rec, const struct process_maps *maps, const struct maps_line *line)
{
	uint64_t hash = hash_bytes(line->ino, line->path, line->path_len);
	struct module *m;
	size_t at = 0, item;

	if (!module_is_known(line))
		return NULL;
	while ((item = hash_next(&rec->index->module, hash, &at)))
		if (module_is(rec->module[item - 1], line))
			return rec->module[item - 1];
	m = module_new(maps, line);
	alloc_reserve(&rec->module, &rec->index->module_cap, rec->nmodule + 1, sizeof(*rec->module));
	rec->module[rec->nmodule++] = m;
	hash_add(&rec->index->module, hash, rec->nmodule);
	return m;
}

/* In a file the address says it all: the bytes may be relocated differently in each process. */
static bool is_site(const struct site *site, const struct site *wanted)
{
	return site->module == wanted->module && site->addr == wanted->addr &&
	       (site->module || (site->len == wanted->len && memcmp(site->bytes, wanted->bytes, site->len) == 0));
}

static struct site *find_site(struct record *rec, const struct site *wanted)
{
	uint64_t hash = hash_bytes((uintptr_t)wanted->module, &wanted->addr, sizeof(wanted->addr));
	struct site *site;
	size_t at = 0, item;

	while ((item = hash_next(&rec->index->site, hash, &at)))
		if (is_site(rec->site[item - 1], wanted))
			return rec->site[item - 1];
	site = alloc_new(sizeof(*site));
	*site = *wanted;
	site->refusal = xen_segfixup_refusal(site->bytes, site->len);
	alloc_reserve(&rec->site, &rec->index->site_cap, rec->nsite + 1, sizeof(*rec->site));
	rec->site[rec->nsite++] = site;
	hash_add(&rec->index->site, hash, rec->nsite);
	return site;
}

struct site *record_site(struct record *rec, pid_t pid, uint32_t eip, const uint8_t *bytes, uint8_t len)
{
	struct site wanted = { .addr = eip, .len = len < sizeof(wanted.bytes) ? len : sizeof(wanted.bytes) };
	struct process_maps maps = { 0 };
	struct maps_line line;

	memcpy(wanted.bytes, bytes, wanted.len);
	if (process_maps_read(&maps, pid) == 0 && process_maps_at(&maps, eip, &line))
		wanted.module = record_module(rec, &maps, &line);
	if (wanted.module)
		wanted.addr = module_address(wanted.module, eip - line.start + line.offset);
	free(maps.text);
	return find_site(rec, &wanted);
}

static void add_library(struct record_process *proc, struct module *m)
{
	size_t cap = proc->nlibs;

	for (size_t i = 0; i < proc->nlibs; i++)
		if (proc->libs[i] == m)
			return;
	/* Grown where its size is a power of two. */
	if ((cap & (cap - 1)) == 0)
		alloc_reserve(&proc->libs, &cap, cap + 1, sizeof(*proc->libs));
	proc->libs[proc->nlibs++] = m;
}

void record_library(struct record *rec, struct record_process *proc, pid_t pid, uint32_t addr)
{
	struct process_maps maps = { 0 };
	struct maps_line line;

	if (process_maps_read(&maps, pid) == 0 && process_maps_at(&maps, addr, &line) && line.ino != 0)
		add_library(proc, record_module(rec, &maps, &line));
	free(maps.text);
}

void record_stack_add(struct record *rec, const char *folded)
{
	size_t len = strlen(folded), at = 0, item;
	uint64_t hash = hash_bytes(0, folded, len);

	while ((item = hash_next(&rec->index->stack, hash, &at))) {
		if (strcmp(rec->stack[item - 1].folded, folded) == 0) {
			rec->stack[item - 1].count++;
			return;
		}
	}
	alloc_reserve(&rec->stack, &rec->index->stack_cap, rec->nstack + 1, sizeof(*rec->stack));
	rec->stack[rec->nstack++] = (struct record_stack){ alloc_copy(folded, len), 1 };
	hash_add(&rec->index->stack, hash, rec->nstack);
}
