// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: any bytes as a file, through everything that the scanner does with one. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "elf/segref.h"
#include "elf/symbol.h"
#include "xen/segfixup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look(const struct segref *ref, void *arg)
{
	const struct symbol_table *symbols = arg;

	if (ref->len == 0 || ref->len > sizeof(ref->bytes) || !*segref_reason_text(ref->reason))
		abort();
	(void)symbol_find(symbols, ref->shndx, ref->addr);
	(void)xen_segfixup_refusal(ref->bytes, ref->len);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct insn_decoder *decoder;
	_cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
	_cleanup_image_ struct image *img = NULL;
	struct symbol_table *symbols = NULL;
	char why[WHY_MAX] = "";

	if (!decoder) {
		elf_version(EV_CURRENT);
		decoder = insn_decoder_new();
	}
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	if (image_open(fd, &img, why) < 0) {
		if (!*why)
			abort(); /* a refusal without a reason */
		return 0;
	}
	if (!img->affected || symbol_table_read(&symbols, img, why) < 0)
		return 0;
	if (segref_scan(img, decoder, 1, look, symbols, why) < 0 && !*why)
		abort();
	symbol_table_free(symbols);
	return 0;
}
