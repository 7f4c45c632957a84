// SPDX-License-Identifier: LGPL-2.1-or-later
/* Whether each mapped library comes from the first directory of LD_LIBRARY_PATH that has its name: said by the kernel,
 * not by the loader. */
#include <dlfcn.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static int first_has(const char *directory, size_t len, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%.*s/%s", (int)len, directory, name);
	return access(path, R_OK) == 0;
}

int main(void)
{
	const char *paths = getenv("LD_LIBRARY_PATH");
	char line[4096], path[4096];
	int seen = 0, loaded = 0;
	FILE *f;

	CHECK(paths && *paths == '/');
	loaded += dlopen("libm.so.6", RTLD_NOW) != NULL;
	loaded += dlopen("libresolv.so.2", RTLD_NOW) != NULL;
	loaded += dlopen("libnss_compat.so.2", RTLD_NOW) != NULL;
	f = fopen("/proc/self/maps", "r");
	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		char *file = strchr(line, '/'), *name = file ? strrchr(file, '/') + 1 : NULL;

		if (!file || !strstr(name, ".so") || strncmp(name, "ld-", 3) == 0)
			continue;
		name[strcspn(name, "\n")] = '\0';
		if (!first_has(paths, strcspn(paths, ":"), name, path, sizeof(path)))
			continue;
		if (strcmp(path, file) != 0)
			fprintf(stderr, "%s is mapped, not %s\n", file, path);
		CHECK(strcmp(path, file) == 0);
		seen++;
	}
	CHECK(seen >= 1);
	printf("%d libraries loaded, every one from the right directory\n", loaded);
	return 0;
}
