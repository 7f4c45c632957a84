// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <string.h>

#include "base/util.h"
#include "elf/flow.h"

static uint8_t padded[4096];

static void sweep(struct flow *f, const char *bytes, size_t size)
{
	memset(padded, 0x90, sizeof(padded));
	memcpy(padded, bytes, size);
	f->bytes = padded;
	f->size = size;
	f->avail = sizeof(padded);
	f->addr = 0x1000;
	assert_int_equal(flow_sweep(f, f->size), 0);
	assert_int_equal(flow_link(f), 0);
	assert_int_equal(flow_stack(f), 0);
}

#define CODE(s) (s), sizeof(s) - 1

static void finds_branches_and_what_falls_into_what(void **state)
{
	struct flow f = { .decoder = insn_decoder_new() };

	(void)state;
	/* 0: je 3; 1: jmp 3; 2: nop (padding); 3: ret */
	sweep(&f, CODE("\x74\x03\xeb\x01\x90\xc3"));
	assert_int_equal(f.n, 4);
	assert_false(f.insn[0].fallen);
	assert_true(f.insn[1].fallen);
	assert_false(f.insn[2].fallen);
	assert_true(f.insn[3].fallen);
	assert_int_equal(f.insn[2].edges, 0);
	assert_int_equal(f.edge[f.insn[3].edges - 1].source, 1);
	assert_int_equal(f.edge[f.edge[f.insn[3].edges - 1].next - 1].source, 0);
	assert_int_equal(flow_target(&f, 0), 0x1005);
	insn_decoder_free(f.decoder);
	flow_free(&f);
}

static void switch_cases_come_from_indirect_jumps(void **state)
{
	struct flow f = { .decoder = insn_decoder_new() };

	(void)state;
	/* 0: jmp *%eax; 1: ret; 2: ret */
	sweep(&f, CODE("\xff\xe0\xc3\xc3"));
	assert_int_equal(f.n, 3);
	assert_int_equal(f.edge[f.insn[1].edges - 1].source, 0);
	assert_int_equal(f.edge[f.insn[2].edges - 1].source, 0);
	/* 0: sub $8,%esp; 1: jmp *%eax; 2: push %eax: a case begins at the depth of the jump */
	sweep(&f, CODE("\x83\xec\x08\xff\xe0\x50"));
	assert_int_equal(f.depth[2], -8);
	insn_decoder_free(f.decoder);
	flow_free(&f);
}

static void knows_the_depth_behind_an_early_return(void **state)
{
	struct flow f = { .decoder = insn_decoder_new() };

	(void)state;
	/* 0: push %ebx; 1: sub $8,%esp; 2: je 6; 3: add $8,%esp; 4: pop %ebx; 5: ret; 6: push %eax; 7: nop */
	sweep(&f, CODE("\x53\x83\xec\x08\x74\x05\x83\xc4\x08\x5b\xc3\x50\x90"));
	assert_int_equal(f.n, 8);
	assert_int_equal(f.depth[2], -12);
	assert_int_equal(f.depth[5], 0);
	assert_int_equal(f.depth[6], -12);
	assert_int_equal(f.depth[7], -16);
	assert_false(f.framed);
	insn_decoder_free(f.decoder);
	flow_free(&f);
}

static size_t count_stores(const struct flow *f, int32_t slot)
{
	size_t n = 0;

	for (uint32_t next = flow_stores(f, slot); next; next = f->store[next - 1].next)
		n += f->store[next - 1].slot == slot;
	return n;
}

static void lists_stores_by_slot(void **state)
{
	struct flow f = { .decoder = insn_decoder_new() };

	(void)state;
	/* push %ebp; mov %esp,%ebp; sub $16,%esp; mov %eax,-8(%ebp); mov %ecx,8(%esp); mov %eax,(%ecx) */
	sweep(&f, CODE("\x55\x89\xe5\x83\xec\x10\x89\x45\xf8\x89\x4c\x24\x08\x89\x01"));
	assert_true(f.framed);
	assert_int_equal(f.frame, -4);
	assert_int_equal(f.nstore, 3);
	assert_int_equal(count_stores(&f, -12), 2);
	assert_int_equal(count_stores(&f, -4), 1); /* the push */
	assert_int_equal(count_stores(&f, -100), 0);
	insn_decoder_free(f.decoder);
	flow_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_branches_and_what_falls_into_what),
		cmocka_unit_test(switch_cases_come_from_indirect_jumps),
		cmocka_unit_test(knows_the_depth_behind_an_early_return),
		cmocka_unit_test(lists_stores_by_slot),
	};

	return RUN_TESTS(tests);
}
