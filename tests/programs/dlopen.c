// SPDX-License-Identifier: LGPL-2.1-or-later
/* dlopen of a library with thread-local data, in a program with threads; errors, versions, and the C library's own. */
#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <link.h>
#include <pthread.h>
#include <string.h>

#include "check.h"

static int (*use)(int);
static pthread_barrier_t loaded, done;

static void *worker(void *arg)
{
	int n = (int)(long)arg, result;

	pthread_barrier_wait(&loaded);
	result = use(n);
	pthread_barrier_wait(&done);
	return (void *)(long)result;
}

static void load(const char *path)
{
	pthread_t threads[8];
	void *handle, *result;

	pthread_barrier_init(&loaded, NULL, 9);
	pthread_barrier_init(&done, NULL, 9);
	for (long i = 0; i < 8; i++)
		CHECK(pthread_create(&threads[i], NULL, worker, (void *)i) == 0);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		fprintf(stderr, "%s\n", dlerror());
	CHECK(handle);
	use = (int (*)(int))dlsym(handle, "tls_use");
	CHECK(use);
	pthread_barrier_wait(&loaded);
	pthread_barrier_wait(&done);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &result);
		printf("thread %d: %ld\n", i, (long)result);
	}
	printf("main: %d\n", *((int *(*)(void))dlsym(handle, "tls_address"))());
	CHECK(dlclose(handle) == 0);
}

/* Messages of dlerror hold the library's path, which is not the same with both sets. */
static void call(const char *library, const char *symbol, const char *version, int argument)
{
	void *handle = dlopen(library, RTLD_LAZY);
	const char *(*function)(int) = handle ? (const char *(*)(int))dlvsym(handle, symbol, version) : NULL;

	printf("%s, %s: %s\n", library, symbol,
			function ? function(argument)
			: handle ? "no such symbol"
				 : "not there");
}

static int count(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	*(int *)arg += info->dlpi_tls_modid != 0;
	return 0;
}

int main(int argc, char **argv)
{
	int with_tls = 0;
	double (*cosine)(double);
	void *libm;

	CHECK(argc == 2);
	for (int i = 0; i < 20; i++)
		load(argv[1]);
	dl_iterate_phdr(count, &with_tls);
	printf("libraries with thread-local data: %d\n", with_tls);
	libm = dlopen(LIBM_SO, RTLD_LAZY);
	CHECK(libm);
	cosine = (double (*)(double))dlvsym(libm, "cos", "GLIBC_2.0");
	printf("cos: %.17g\n", cosine(1.0));
	printf("%s\n", dlvsym(libm, "cos", "GLIBC_9.9") ? "found" : strstr(dlerror(), "undefined symbol"));
	printf("%s\n", dlopen("libnot-there.so.9", RTLD_NOW) ? "found" : dlerror());
	call("libresolv.so.2", "__p_class", "GLIBC_2.0", 1);
	call("libresolv.so.2", "__p_rcode", "GLIBC_2.0", 3);
	call("libnsl.so.1", "yperr_string", "GLIBC_2.0", 5);
	call("libanl.so.1", "no_such_function", "GLIBC_2.0", 0);
	return 0;
}
