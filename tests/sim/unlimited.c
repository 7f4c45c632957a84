// SPDX-License-Identifier: LGPL-2.1-or-later
/* To be preloaded into a tracer: what it makes of a short segment of one page is a whole one, as if the processor did
 * not check limits. */
#include <asm/ldt.h>
#include <dlfcn.h>
#include <sys/types.h>

#define SET_THREAD_AREA 26 /* <asm/ptrace-abi.h> */

/* <sys/ptrace.h> declares it with other types. */
long ptrace(int request, pid_t tid, void *addr, void *data);

long ptrace(int request, pid_t tid, void *addr, void *data)
{
	long (*next)(int, pid_t, void *, void *) = (long (*)(int, pid_t, void *, void *))dlsym(RTLD_NEXT, "ptrace");
	struct user_desc *desc = data;

	if (request == SET_THREAD_AREA && !desc->seg_not_present && desc->limit == 0)
		desc->limit = 0xfffff;
	return next(request, tid, addr, data);
}
