// SPDX-License-Identifier: LGPL-2.1-or-later
/* Objects of both classes, as the resolver meets them on any path. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/object.h"

static void touch(const char *s)
{
	volatile size_t n = s ? strlen(s) : 0;

	(void)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_object_ struct object *obj = NULL;
	char why[WHY_MAX] = "";

	if (object_parse(data, size, &obj, why) < 0) {
		if (!*why)
			abort();
		return 0;
	}
	touch(obj->interp);
	touch(obj->soname);
	touch(obj->rpath);
	touch(obj->runpath);
	for (size_t i = 0; i < obj->nneeded; i++)
		touch(obj->needed[i]);
	for (size_t i = 0; i < obj->nfilter; i++)
		touch(obj->filter[i]);
	for (size_t i = 0; i < obj->nversion; i++) {
		touch(obj->version[i].name);
		touch(obj->version[i].file);
		touch(obj->version[i].parent);
	}
	return 0;
}
