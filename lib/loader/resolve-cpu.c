// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cpuid.h>
#include <string.h>

#include "base/util.h"

#include "loader/resolve.h"

/* Registers of CPUID leaves. */
enum { L1_ECX, L1_EDX, L7_EBX, X1_ECX, NWORDS };

#define FEATURE(word, bit)                                                                                             \
	{                                                                                                              \
		word, UINT32_C(1) << (bit)                                                                             \
	}

struct feature {
	int word;
	uint32_t mask;
};

/* x86-64 psABI, "Micro-Architecture Levels". */
static const struct feature level1[] = {
	FEATURE(L1_EDX, 0),  /* FPU */
	FEATURE(L1_EDX, 8),  /* CX8 */
	FEATURE(L1_EDX, 15), /* CMOV */
	FEATURE(L1_EDX, 23), /* MMX */
	FEATURE(L1_EDX, 24), /* FXSR */
	FEATURE(L1_EDX, 25), /* SSE */
	FEATURE(L1_EDX, 26), /* SSE2 */
};
static const struct feature level2[] = {
	FEATURE(L1_ECX, 0),  /* SSE3 */
	FEATURE(L1_ECX, 9),  /* SSSE3 */
	FEATURE(L1_ECX, 13), /* CMPXCHG16B */
	FEATURE(L1_ECX, 19), /* SSE4.1 */
	FEATURE(L1_ECX, 20), /* SSE4.2 */
	FEATURE(L1_ECX, 23), /* POPCNT */
	FEATURE(X1_ECX, 0),  /* LAHF/SAHF */
};
static const struct feature level3[] = {
	FEATURE(L1_ECX, 12), /* FMA */
	FEATURE(L1_ECX, 22), /* MOVBE */
	FEATURE(L1_ECX, 28), /* AVX */
	FEATURE(L1_ECX, 29), /* F16C */
	FEATURE(L7_EBX, 3),  /* BMI1 */
	FEATURE(L7_EBX, 5),  /* AVX2 */
	FEATURE(L7_EBX, 8),  /* BMI2 */
	FEATURE(X1_ECX, 5),  /* LZCNT */
};
static const struct feature level4[] = {
	FEATURE(L7_EBX, 16), /* AVX512F */
	FEATURE(L7_EBX, 17), /* AVX512DQ */
	FEATURE(L7_EBX, 28), /* AVX512CD */
	FEATURE(L7_EBX, 30), /* AVX512BW */
	FEATURE(L7_EBX, 31), /* AVX512VL */
};

/* What glibc >= 2.26 calls haswell, on Intel's processors (sysdeps/x86/cpu-features.c). */
static const struct feature haswell[] = {
	FEATURE(L1_ECX, 12),
	FEATURE(L1_ECX, 22),
	FEATURE(L1_ECX, 23),
	FEATURE(L7_EBX, 3),
	FEATURE(L7_EBX, 5),
	FEATURE(L7_EBX, 8),
	FEATURE(X1_ECX, 5),
};
static const struct feature xeon_phi[] = {
	FEATURE(L7_EBX, 26), /* AVX512PF */
	FEATURE(L7_EBX, 27), /* AVX512ER */
	FEATURE(L7_EBX, 28), /* AVX512CD */
};

static bool has_all(const uint32_t *words, const struct feature *feature, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(words[feature[i].word] & feature[i].mask))
			return false;
	return true;
}
#define HAS(words, list) has_all(words, list, ARRAY_SIZE(list))

static uint32_t xgetbv(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

/* Features whose registers the system does not save cannot be used. */
static void drop_unsaved(uint32_t *words)
{
	uint32_t saved = words[L1_ECX] & UINT32_C(1) << 27 ? xgetbv() : 0; /* OSXSAVE */

	if ((saved & 0x6) != 0x6) { /* SSE and AVX */
		words[L1_ECX] &= ~(UINT32_C(1) << 12 | UINT32_C(1) << 28 | UINT32_C(1) << 29);
		words[L7_EBX] &= ~(UINT32_C(1) << 5);
	}
	if ((saved & 0xe6) != 0xe6) /* and AVX-512 */
		words[L7_EBX] &= ~(UINT32_C(0xdc) << 24 | UINT32_C(3) << 16);
}

static bool read_cpuid(uint32_t *words, bool *intel)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(0, &a, &b, &c, &d))
		return false;
	*intel = b == signature_INTEL_ebx && c == signature_INTEL_ecx && d == signature_INTEL_edx;
	if (__get_cpuid(1, &a, &b, &c, &d)) {
		words[L1_ECX] = c;
		words[L1_EDX] = d;
	}
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
		words[L7_EBX] = b;
	if (__get_cpuid(0x80000001, &a, &b, &c, &d))
		words[X1_ECX] = c;
	drop_unsaved(words);
	return true;
}

void resolve_cpu_of_host(struct resolve_cpu *out)
{
	uint32_t words[NWORDS] = { 0 };
	bool intel = false;

	*out = (struct resolve_cpu){ .platform64 = "x86_64" };
	if (!read_cpuid(words, &intel))
		return;
	out->i586 = words[L1_EDX] & UINT32_C(1) << 8;
	out->i686 = words[L1_EDX] & UINT32_C(1) << 15;
	out->sse2 = words[L1_EDX] & UINT32_C(1) << 26;
	if (HAS(words, level1))
		out->isa = 1;
	if (out->isa == 1 && HAS(words, level2))
		out->isa = 3;
	if (out->isa == 3 && HAS(words, level3))
		out->isa = 7;
	if (out->isa == 7 && HAS(words, level4))
		out->isa = 15;
	if (!intel)
		return;
	if (HAS(words, xeon_phi))
		out->platform64 = "xeon_phi";
	else if (HAS(words, haswell))
		out->platform64 = "haswell";
	out->avx512_1 = !(words[L7_EBX] & UINT32_C(1) << 27) && HAS(words, level4);
}
