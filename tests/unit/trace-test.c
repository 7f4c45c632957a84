// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <string.h>

#include "base/util.h"
#include "elf/trace.h"

/* A function in memory, without a file behind it; the last instruction is where a register's value is asked for. */
struct case_code {
	const char *bytes;
	size_t size;
	enum gpr reg;
	enum value_kind kind;
	uint32_t num;
};

#define CODE(s) (s), sizeof(s) - 1

static struct value trace_last(struct tracer *t, const char *bytes, size_t size, enum gpr reg)
{
	struct flow *f = t->flow;
	uint8_t padded[4096];
	struct value v = { 0 };

	assert_true(size + 64 < sizeof(padded));
	memset(padded, 0x90, sizeof(padded));
	memcpy(padded, bytes, size);
	f->bytes = padded;
	f->size = size;
	f->avail = sizeof(padded);
	f->addr = 0x1000;
	assert_int_equal(flow_sweep(f, f->size), 0);
	trace_begin(t);
	assert_int_equal(trace_register(t, f->n - 1, reg, &v), 0);
	return v;
}

static void traces_values(void **state)
{
	/* The last byte of each is a nop, before which the register is looked at. */
	static const struct case_code cases[] = {
		{ CODE("\xb8\xf8\xff\xff\xff\x90"), GPR_EAX, VALUE_INTEGER, 0xfffffff8 },         /* mov $-8,%eax */
		{ CODE("\x31\xc0\x90"), GPR_EAX, VALUE_INTEGER, 0 },                              /* xor %eax,%eax */
		{ CODE("\x31\xc0\x83\xc0\x10\x89\xc1\x90"), GPR_ECX, VALUE_INTEGER, 16 },         /* add, mov */
		{ CODE("\xb8\x04\x00\x00\x00\xf7\xd8\x90"), GPR_EAX, VALUE_INTEGER, 0xfffffffc }, /* neg */
		{ CODE("\x65\xa1\x00\x00\x00\x00\x90"), GPR_EAX, VALUE_THREAD, 0 },               /* mov %gs:0,%eax */
		{ CODE("\x65\xa1\x04\x00\x00\x00\x90"), GPR_EAX, VALUE_UNKNOWN, 0 },
		{ CODE("\x90"), GPR_EBX, VALUE_UNKNOWN, 0 },                              /* an argument */
		{ CODE("\xe8\x00\x00\x00\x00\x5b\x90"), GPR_EBX, VALUE_ADDRESS, 0x1005 }, /* call, pop */
		{ CODE("\xb8\x01\x00\x00\x00\xff\xd1\x90"), GPR_EAX, VALUE_UNKNOWN, 0 },  /* a call clobbers */
		{ CODE("\xbb\x01\x00\x00\x00\xff\xd1\x90"), GPR_EBX, VALUE_INTEGER, 1 },  /* or preserves */
		{ CODE("\xb8\xf9\xff\xff\xff\x50\x31\xc0\x59\x90"), GPR_ECX, VALUE_INTEGER,
				(uint32_t)-7 }, /* push, pop */
		/* push $16 (or any number that is not negative), pop: memory, and other paths, are not believed */
		{ CODE("\x6a\x10\x31\xc0\x59\x90"), GPR_ECX, VALUE_UNKNOWN, 0 },
		{ CODE("\xbe\x10\x00\x00\x00\x49\x75\xfd\x90"), GPR_ESI, VALUE_UNKNOWN, 0 },
		/* a system call, call *%gs:0x10, twice: it changes %eax alone */
		{ CODE("\xb9\x07\x00\x00\x00\x65\xff\x15\x10\x00\x00\x00\x65\xff\x15\x10\x00\x00\x00\x90"), GPR_ECX,
				VALUE_INTEGER, 7 },
		/* je 1f; mov $1,%eax; jmp 2f; 1: mov $1,%eax; 2: (both paths agree) */
		{ CODE("\x74\x07\xb8\xff\xff\xff\xff\xeb\x05\xb8\xff\xff\xff\xff\x90"), GPR_EAX, VALUE_INTEGER,
				(uint32_t)-1 },
		{ CODE("\x74\x07\xb8\x01\x00\x00\x00\xeb\x05\xb8\x02\x00\x00\x00\x90"), GPR_EAX, VALUE_UNKNOWN, 0 },
		/* mov $5,%esi; 1: dec %ecx; jne 1b: a loop that leaves %esi alone */
		{ CODE("\xbe\xfb\xff\xff\xff\x49\x75\xfd\x90"), GPR_ESI, VALUE_INTEGER, (uint32_t)-5 },
		{ CODE("\x89\xe0\x90"), GPR_EAX, VALUE_STACK, 0 }, /* mov %esp,%eax */
		{ CODE("\x50\x83\xec\x08\x8d\x44\x24\x04\x90"), GPR_EAX, VALUE_STACK, (uint32_t)-8 },
		/* mov $9,%esi; 1: lea 0(%esi),%esi; dec %ecx; jne 1b: padding inside a loop changes nothing */
		{ CODE("\xbe\xf7\xff\xff\xff\x8d\x76\x00\x49\x75\xfa\x90"), GPR_ESI, VALUE_INTEGER, (uint32_t)-9 },
		/* mov $3,%edi; mov %edi,%esi; dec %ecx; jne: a copy in a loop */
		{ CODE("\xbf\xfd\xff\xff\xff\x89\xfe\x49\x75\xfb\x90"), GPR_ESI, VALUE_INTEGER, (uint32_t)-3 },
		{ CODE("\xb0\x01\x90"), GPR_EAX, VALUE_UNKNOWN, 0 }, /* a byte of it */
	};
	static struct image img;
	struct flow f = { .decoder = insn_decoder_new() };
	struct tracer t = { .flow = &f, .img = &img };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct value v = trace_last(&t, cases[i].bytes, cases[i].size, cases[i].reg);

		if (v.kind != cases[i].kind || (v.kind != VALUE_UNKNOWN && v.num != cases[i].num))
			fail_msg("case %zu: kind %d, number %#x", i, v.kind, v.num);
	}
	insn_decoder_free(f.decoder);
	trace_free(&t);
	flow_free(&f);
}

/* 3900 conditional branches that all lead to the end: the question must stay cheap, and be answered with "unknown". */
static void gives_up_on_functions_made_to_waste_time(void **state)
{
	static struct image img;
	struct flow f = { .decoder = insn_decoder_new() };
	struct tracer t = { .flow = &f, .img = &img };
	char bytes[3901];

	(void)state;
	for (size_t i = 0; i + 2 <= sizeof(bytes); i += 2)
		memcpy(bytes + i, i % 254 == 0 ? "\x75\x7c" : "\x75\xfc", 2);
	bytes[3900] = '\x90';
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(trace_last(&t, bytes, sizeof(bytes), GPR_EAX).kind, VALUE_UNKNOWN);
	insn_decoder_free(f.decoder);
	trace_free(&t);
	flow_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_values),
		cmocka_unit_test(gives_up_on_functions_made_to_waste_time),
	};

	return RUN_TESTS(tests);
}
