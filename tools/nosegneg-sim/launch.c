// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/root.h"
#include "base/util.h"
#include "elf/object.h"
#include "filter.h"
#include "launch.h"
#include "task.h"

#define SCRIPTS_MAX 5   /* interpreters of interpreters that the kernel follows: fs/exec.c, exec_binprm */
#define LINE_SIZE   256 /* of them it reads: BINPRM_BUF_SIZE */

__attribute__((format(printf, 3, 4))) static int refuse(int error, char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, WHY_MAX, format, args);
	va_end(args);
	return error;
}

static int check_file(const struct root *root, const char *path, unsigned depth, char *what, char *why);

/* "#!" INTERPRETER [ARGUMENT] */
static int check_script(const struct root *root, char *line, unsigned depth, char *what, char *why)
{
	char *interpreter = line + 2 + strspn(line + 2, " \t");

	interpreter[strcspn(interpreter, " \t\n")] = '\0';
	if (*interpreter != '/')
		return refuse(-ENOEXEC, why, "the first line names no interpreter by its full path");
	if (depth == SCRIPTS_MAX)
		return refuse(-ELOOP, why, "interpreters of interpreters");
	return check_file(root, interpreter, depth + 1, what, why);
}

static int check_program(const struct root *root, int fd, char *what, char *why)
{
	_cleanup_object_ struct object *obj = NULL;
	struct stat st;
	int r = object_read(fd, &obj, why);

	if (r < 0)
		return r;
	if (obj->machine != EM_386)
		return refuse(-ENOEXEC, why, "a program for x86-64; the simulator runs i386 programs");
	if (obj->type != ET_EXEC && obj->type != ET_DYN)
		return refuse(-ENOEXEC, why, "an ELF file, but no program");
	if (!obj->interp)
		return 0;
	r = root_stat(root, obj->interp, &st);
	if (r < 0) {
		snprintf(what, PATH_MAX, "%s", obj->interp);
		return refuse(r, why, "the loader that the program asks for: %s", strerror(-r));
	}
	return 0;
}

static int check_file(const struct root *root, const char *path, unsigned depth, char *what, char *why)
{
	char begin[LINE_SIZE + 1];
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	snprintf(what, PATH_MAX, "%s", path);
	if (fd == -EACCES && root_stat(root, path, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	if (fd < 0)
		return why_failed(why, fd);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return refuse(-EACCES, why, S_ISDIR(st.st_mode) ? "is a directory" : "no regular file");
	n = pread(fd, begin, LINE_SIZE, 0);
	if (n < 0)
		return why_failed(why, -errno);
	begin[n] = '\0';
	if (n > 2 && begin[0] == '#' && begin[1] == '!')
		return check_script(root, begin, depth, what, why);
	return check_program(root, fd, what, why);
}

static bool is_program(const struct root *root, const char *path)
{
	struct stat st;

	return root_stat(root, path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111;
}

/* execvp(3): the directories of PATH in turn, an empty one is the current directory. */
static int search(const struct root *root, const char *name, char *path)
{
	const char *dirs = getenv("PATH");

	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (;;) {
		size_t n = strcspn(dirs, ":");

		if (snprintf(path, PATH_MAX, "%.*s/%s", n ? (int)n : 1, n ? dirs : ".", name) < PATH_MAX &&
				is_program(root, path))
			return 0;
		if (!dirs[n])
			return -ENOENT;
		dirs += n + 1;
	}
}

/* Programs below a root begin in its root directory. */
static int absolute(const struct root *root, const char *path, char *out)
{
	_cleanup_free_ char *here = NULL;

	if (*path == '/' || !root->host)
		return snprintf(out, PATH_MAX, "%s%s", *path == '/' ? "" : "/", path) < PATH_MAX ? 0 : -ENAMETOOLONG;
	here = getcwd(NULL, 0);
	if (!here)
		return -errno;
	return snprintf(out, PATH_MAX, "%s/%s", here, path) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int launch_find(const struct options *opt, char *path, char *what, char *why)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	const char *name = opt->argv[0];
	char full[PATH_MAX];
	int r = root_open_tree(&root, opt->root);

	snprintf(what, PATH_MAX, "%s", r < 0 ? opt->root : name);
	if (r < 0)
		return why_failed(why, r);
	if (strchr(name, '/'))
		r = snprintf(path, PATH_MAX, "%s", name) < PATH_MAX ? 0 : -ENAMETOOLONG;
	else if (search(&root, name, path) < 0)
		return refuse(-ENOENT, why, "no such program in PATH");
	if (r == 0)
		r = absolute(&root, path, full);
	if (r < 0)
		return why_failed(why, r);
	r = check_file(&root, full, 0, what, why);
	if (r < 0 && strcmp(what, full) == 0)
		snprintf(what, PATH_MAX, "%s", path);
	return r;
}

enum stage { STAGE_ROOT, STAGE_FILTER, STAGE_EXECUTE };

struct result {
	enum stage stage;
	int error;
};

static void __attribute__((noreturn)) give_up(int result, enum stage stage, int error)
{
	struct result r = { stage, error };

	if (write(result, &r, sizeof(r)) < 0)
		_exit(126);
	_exit(127);
}

/* ADDR_LIMIT_3GB survives exec: thread-local data lies below the hole then, as on a 32-bit kernel. */
static void __attribute__((noreturn))
child(const struct options *opt, const char *path, bool ignores_children, int go, int result)
{
	char byte;
	int r;

	if (ignores_children)
		signal(SIGCHLD, SIG_IGN);
	if (read(go, &byte, 1) != 1)
		_exit(127);
	if (opt->root && (chroot(opt->root) != 0 || chdir("/") != 0))
		give_up(result, STAGE_ROOT, -errno);
	if (opt->hole)
		personality((unsigned long)personality(0xffffffff) | ADDR_LIMIT_3GB);
	r = filter_install();
	if (r < 0)
		give_up(result, STAGE_FILTER, r);
	execv(path, opt->argv);
	give_up(result, STAGE_EXECUTE, -errno);
}

static int why_no_trace(int error, char *why)
{
	uint64_t mode = 0;
	char scope = '0';
	_cleanup_close_ int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);

	if (error != -EPERM && error != -ENOSYS)
		return why_failed(why, error);
	if (fd >= 0 && read(fd, &scope, 1) == 1 && scope >= '2')
		return refuse(error, why, "Yama forbids to trace: kernel.yama.ptrace_scope is %c%s", scope,
				scope == '2' ? "; run as root, or set it to 1" : " until the next boot");
	if (task_status_number(getpid(), "\nSeccomp", 10, &mode) && mode == 2)
		return refuse(error, why, "a seccomp filter forbids ptrace; in a container: --cap-add=SYS_PTRACE");
	return refuse(error, why, "ptrace: %s; in a container: allow it with CAP_SYS_PTRACE", strerror(-error));
}

static int attach(struct launched *out, char *why)
{
	const long what = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			  PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;

	if (ptrace(PTRACE_SEIZE, out->pid, NULL, (void *)what) == 0)
		return 0;
	return why_no_trace(-errno, why);
}

int launch(const struct options *opt, const char *path, struct launched *out, char *why)
{
	/* Who ignores the end of children is not told how they ended. The program may, this tool may not. */
	bool ignores_children = signal(SIGCHLD, SIG_DFL) == SIG_IGN;
	int go[2] = { -1, -1 }, result[2] = { -1, -1 }, r = 0;

	out->pid = -1;
	if (pipe2(go, O_CLOEXEC) != 0 || pipe2(result, O_CLOEXEC) != 0) {
		r = why_failed(why, -errno);
		goto out;
	}
	out->pid = fork();
	if (out->pid == 0) {
		close(go[1]);
		child(opt, path, ignores_children, go[0], result[1]);
	}
	r = out->pid < 0 ? why_failed(why, -errno) : attach(out, why);
out:
	close(go[0]);
	close(result[1]);
	out->go = go[1];
	out->result = result[0];
	if (r == 0)
		return 0;
	close(out->go);
	close(out->result);
	if (out->pid > 0)
		while (waitpid(out->pid, NULL, 0) < 0 && errno == EINTR)
			;
	return r;
}

static int explain(struct result r, char *why)
{
	switch (r.stage) {
	case STAGE_ROOT:
		return refuse(r.error, why, "chroot: %s%s", strerror(-r.error),
				r.error == -EPERM ? "; --root needs root" : "");
	case STAGE_FILTER:
		return refuse(r.error, why,
				"seccomp: %s; the kernel needs CONFIG_SECCOMP_FILTER, a container the "
				"permission",
				strerror(-r.error));
	case STAGE_EXECUTE:
		break;
	}
	if (r.error == -ENOEXEC)
		return refuse(r.error, why,
				"this kernel does not run i386 programs: CONFIG_IA32_EMULATION, "
				"or boot with ia32_emulation=1");
	return refuse(r.error, why, "execve: %s", strerror(-r.error));
}

int launch_result(const struct launched *launched, char *why)
{
	struct result r;
	ssize_t n;

	while ((n = read(launched->result, &r, sizeof(r))) < 0 && errno == EINTR)
		;
	return n == sizeof(r) ? explain(r, why) : 0;
}
