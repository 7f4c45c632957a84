// SPDX-License-Identifier: LGPL-2.1-or-later
/* libFuzzer target: any bytes as a library, a manifest and a suite, through the readers that the gate trusts them to.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/manifest.h"
#include "base/suite.h"
#include "base/util.h"
#include "elf/dynamic.h"
#include "elf/strings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_text(const uint8_t *data, size_t size)
{
	_cleanup_manifest_ struct manifest *m = NULL;
	_cleanup_suite_ struct suite *s = NULL;
	char why[WHY_MAX] = "", suite_why[WHY_MAX] = "";
	unsigned line;

	if (manifest_parse((const char *)data, size, &m, &line, why) < 0 && !*why)
		abort(); /* a refusal without a reason */
	if (suite_parse((const char *)data, size, "/", &s, &line, suite_why) < 0 && !*suite_why)
		abort();
}

static void look_up(const struct dynamic *dyn)
{
	for (size_t i = 0; i < dyn->nsymbols; i++) {
		const struct dynamic_symbol *s = &dyn->symbols[i];

		if (s->defined && s->version && !dynamic_find(dyn, s->name, s->version))
			abort();
	}
}

static void as_library(int fd)
{
	_cleanup_image_ struct image *img = NULL;
	_cleanup_dynamic_ struct dynamic *dyn = NULL;
	_cleanup_free_ char *text = NULL;
	struct string_list list = { 0 };
	char why[WHY_MAX] = "";
	size_t size = 0;

	if (image_open(fd, &img, why) < 0 || !img->affected)
		return;
	if (dynamic_read(img, &dyn, why) == 0)
		look_up(dyn);
	else if (!*why)
		abort();
	why[0] = '\0';
	if (strings_read(img, &text, &size, why) == 0 && strings_paths(text, size, &list) == 0) {
		for (size_t i = 0; i < list.n; i++)
			if (!strings_have_word(text, size, list.item[i]))
				abort();
		string_list_clear(&list);
	} else if (!*why) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);

	elf_version(EV_CURRENT);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	as_text(data, size);
	as_library(fd);
	return 0;
}
