// SPDX-License-Identifier: LGPL-2.1-or-later
/* Parts of static libraries that are linked in by the parts that we use, and never run: compression, and zstd's formats
 * before 1.0, whose frames lib/loader/unpack.c does not let through. These definitions come first, so the linker leaves
 * 150 KiB of archive members where they are. They are weak: should another member bring the real ones, those count. */
#include <stdlib.h>

#define UNUSED(name)                                                                                                   \
	void name(void);                                                                                               \
	__attribute__((weak, noreturn)) void name(void)                                                                \
	{                                                                                                              \
		abort();                                                                                               \
	}

/* libelf, elf_compress.c: compressed sections are not read. */
UNUSED(deflate)
UNUSED(deflateEnd)
UNUSED(deflateInit_)
UNUSED(deflateReset)

/* libbz2, bzlib.c */
UNUSED(BZ2_compressBlock)
UNUSED(BZ2_bsInitWrite)

/* libzstd, zstd_legacy.h */
#define UNUSED_ZSTD(v)                                                                                                 \
	UNUSED(ZSTDv##v##_createDCtx)                                                                                  \
	UNUSED(ZSTDv##v##_freeDCtx)                                                                                    \
	UNUSED(ZSTDv##v##_decompress_usingDict)                                                                        \
	UNUSED(ZSTDv##v##_findFrameSizeInfoLegacy)                                                                     \
	UNUSED(ZSTDv##v##_getFrameParams)                                                                              \
	UNUSED(ZBUFFv##v##_createDCtx)                                                                                 \
	UNUSED(ZBUFFv##v##_freeDCtx)                                                                                   \
	UNUSED(ZBUFFv##v##_decompressInitDictionary)                                                                   \
	UNUSED(ZBUFFv##v##_decompressContinue)
UNUSED_ZSTD(05)
UNUSED_ZSTD(06)
UNUSED_ZSTD(07)
