// SPDX-License-Identifier: LGPL-2.1-or-later
/* libthread_db on the program itself: it reads libc's private layout through the descriptors, as a debugger does. */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/procfs.h>
#include <thread_db.h>
#include <unistd.h>

#include "check.h"

struct ps_prochandle {
	int unused;
};

/* proc_service.h: what libthread_db asks of the debugger. */
pid_t ps_getpid(struct ps_prochandle *p);
int ps_pdread(struct ps_prochandle *p, psaddr_t from, void *to, size_t len);
int ps_pdwrite(struct ps_prochandle *p, psaddr_t to, const void *from, size_t len);
int ps_pglobal_lookup(struct ps_prochandle *p, const char *object, const char *name, psaddr_t *address);
int ps_lgetregs(struct ps_prochandle *p, lwpid_t lwp, prgregset_t registers);
int ps_lsetregs(struct ps_prochandle *p, lwpid_t lwp, const prgregset_t registers);
int ps_lgetfpregs(struct ps_prochandle *p, lwpid_t lwp, prfpregset_t *registers);
int ps_lsetfpregs(struct ps_prochandle *p, lwpid_t lwp, const prfpregset_t *registers);
int ps_get_thread_area(struct ps_prochandle *p, lwpid_t lwp, int index, psaddr_t *base);

pid_t ps_getpid(struct ps_prochandle *p)
{
	(void)p;
	return getpid();
}

int ps_pdread(struct ps_prochandle *p, psaddr_t from, void *to, size_t len)
{
	(void)p;
	memcpy(to, from, len);
	return 0;
}

int ps_pdwrite(struct ps_prochandle *p, psaddr_t to, const void *from, size_t len)
{
	(void)p;
	memcpy(to, from, len);
	return 0;
}

/* 5 is PS_NOSYM. A name that is not found here makes libthread_db fall back. */
int ps_pglobal_lookup(struct ps_prochandle *p, const char *object, const char *name, psaddr_t *address)
{
	(void)p;
	(void)object;
	*address = dlvsym(RTLD_DEFAULT, name, "GLIBC_PRIVATE");
	if (!*address)
		*address = dlsym(RTLD_DEFAULT, name);
	return *address ? 0 : 5;
}

int ps_lgetregs(struct ps_prochandle *p, lwpid_t lwp, prgregset_t registers)
{
	(void)p;
	(void)lwp;
	memset(registers, 0, sizeof(prgregset_t));
	return 0;
}

int ps_lsetregs(struct ps_prochandle *p, lwpid_t lwp, const prgregset_t registers)
{
	(void)p;
	(void)lwp;
	(void)registers;
	return 1;
}

int ps_lgetfpregs(struct ps_prochandle *p, lwpid_t lwp, prfpregset_t *registers)
{
	(void)p;
	(void)lwp;
	(void)registers;
	return 1;
}

int ps_lsetfpregs(struct ps_prochandle *p, lwpid_t lwp, const prfpregset_t *registers)
{
	(void)p;
	(void)lwp;
	(void)registers;
	return 1;
}

int ps_get_thread_area(struct ps_prochandle *p, lwpid_t lwp, int index, psaddr_t *base)
{
	(void)p;
	(void)lwp;
	(void)index;
	(void)base;
	return 1;
}

static pthread_barrier_t started, ended;
static __thread int own = 12;

static void *wait_here(void *arg)
{
	own += (int)(long)arg;
	pthread_barrier_wait(&started);
	pthread_barrier_wait(&ended);
	return NULL;
}

static int show(const td_thrhandle_t *thread, void *arg)
{
	td_thrinfo_t info;

	CHECK(td_thr_get_info(thread, &info) == TD_OK);
	*(int *)arg += 1;
	printf("thread %d: state %d, type %d, start routine %d\n", *(int *)arg, (int)info.ti_state, (int)info.ti_type,
			info.ti_startfunc == (psaddr_t)wait_here);
	return 0;
}

int main(void)
{
	struct ps_prochandle process = { 0 };
	td_thragent_t *agent = NULL;
	pthread_t threads[5];
	int seen = 0, r, threads_counted = 0;

	pthread_barrier_init(&started, NULL, 6);
	pthread_barrier_init(&ended, NULL, 6);
	for (long i = 0; i < 5; i++)
		CHECK(pthread_create(&threads[i], NULL, wait_here, (void *)i) == 0);
	pthread_barrier_wait(&started);
	CHECK(td_init() == TD_OK);
	r = td_ta_new(&process, &agent);
	printf("td_ta_new %d\n", r);
	if (r == TD_OK) {
		r = td_ta_thr_iter(agent, show, &seen, TD_THR_ANY_STATE, TD_THR_LOWEST_PRIORITY, TD_SIGNO_MASK,
				TD_THR_ANY_USER_FLAGS);
		printf("td_ta_thr_iter %d, %d threads\n", r, seen);
		r = td_ta_get_nthreads(agent, &threads_counted);
		printf("td_ta_get_nthreads %d, %d\n", r, threads_counted);
		td_ta_delete(agent);
	}
	pthread_barrier_wait(&ended);
	for (int i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
