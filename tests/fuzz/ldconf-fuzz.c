// SPDX-License-Identifier: LGPL-2.1-or-later
/* A configuration of ld.so of any bytes: what is read has to agree with itself. */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "loader/ldconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hwcap(const struct ldconf *conf, size_t i)
{
	const struct ldconf_hwcap *h = &conf->hwcap[i];

	if (h->clash != SIZE_MAX && h->clash >= i)
		abort();
	if (h->fault == LDCONF_FINE && (h->index >= LDCONF_INDEX_MAX || !*h->name))
		abort();
	for (size_t k = 0; k < i; k++)
		if (h->fault == LDCONF_FINE && conf->hwcap[k].fault == LDCONF_FINE &&
				(h->index == conf->hwcap[k].index || strcmp(h->name, conf->hwcap[k].name) == 0))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_ldconf_ struct ldconf *conf = NULL;
	const struct ldconf_hwcap *first = NULL;
	char why[WHY_MAX];

	if (ldconf_parse("/etc/ld.so.conf", (const char *)data, size, &conf, why) < 0)
		return 0;
	for (size_t i = 0; i < conf->nhwcap; i++)
		check_hwcap(conf, i);
	for (size_t i = 0; i < conf->ndirectory; i++)
		if (!*conf->directory[i].path)
			abort();
	if (ldconf_would_break(conf, &first) && first->fault <= LDCONF_DUPLICATE)
		abort();
	ldconf_includes(conf, "/etc/ld.so.conf.d/nosegneg.conf");
	return 0;
}
