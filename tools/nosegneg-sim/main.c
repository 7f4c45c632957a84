// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "common/output.h"
#include "launch.h"
#include "report.h"
#include "sim.h"
#include "trace.h"

const char output_program[] = "nosegneg-sim";

/* For the handler of signals that are meant for the program. */
static volatile pid_t program;
static volatile int stop;

/* What somebody sends to the tool is for the program; what a terminal sends, it got as well. Once the program has
 * ended, the tool waits for what it left behind, and is stopped itself. */
static void pass_on(int sig, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	if (info->si_code <= 0 && program > 0)
		kill(program, sig);
	else if (program <= 0)
		stop = 1;
	errno = saved;
}

static void pass_signals_on(pid_t pid)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction action = { .sa_sigaction = pass_on, .sa_flags = SA_SIGINFO };

	program = pid;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

/* libelf maps the files that it reads, and the program may cut one of them short: what is gone is zeros. */
static void put_page(int sig, siginfo_t *info, void *context)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = (void *)((uintptr_t)info->si_addr & -size);
	int saved = errno;

	(void)context;
	if (info->si_code != BUS_ADRERR ||
			mmap(page, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
					MAP_FAILED) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	errno = saved;
}

/* Not before the program has been started: it keeps what it was given. */
static void survive_short_files(void)
{
	struct sigaction action = { .sa_sigaction = put_page, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &action, NULL);
}

/* Each file that something traps in stays open. */
static void open_many(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* As the program did: with its exit status, or by its signal, without a core file of the tool. */
static int end_as(int status)
{
	struct rlimit none = { 0, 0 };
	sigset_t set;
	int sig;

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	sig = WTERMSIG(status);
	setrlimit(RLIMIT_CORE, &none);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	return 128 + sig;
}

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Returns 0, or EXIT_ERROR after a message. */
static int print_report(FILE *out, const struct sim *sim, double seconds)
{
	const char *name = sim->opt->out ? sim->opt->out : "standard error";
	bool failed;

	if (!sim->opt->quiet)
		report_print(out, sim->record, sim->opt, seconds);
	errno = 0;
	failed = fflush(out) != 0 || ferror(out);
	if (out != stderr && fclose(out) != 0)
		failed = true;
	if (!failed)
		return 0;
	output_error(name, "write", errno ? strerror(errno) : "failed");
	return EXIT_ERROR;
}

static bool trapped(const struct record *rec)
{
	for (size_t i = 0; i < rec->nsite; i++)
		if (rec->site[i]->negative || rec->site[i]->positive)
			return true;
	return false;
}

static int finish(const struct sim *sim)
{
	if (sim->killed)
		return sim->opt->fail_on_trap ? EXIT_FINDINGS : end_as(SIGSEGV);
	if (sim->opt->fail_on_trap && trapped(sim->record))
		return EXIT_FINDINGS;
	return end_as(sim->status);
}

/* Lets the waiting process become the program, and follows it to its end. */
static int simulate(struct sim *sim, const char *path, const struct launched *launched, FILE *out)
{
	double begin = seconds_now();
	char why[WHY_MAX];

	pass_signals_on(launched->pid);
	survive_short_files();
	open_many();
	trace_begin(sim, launched->pid);
	if (write(launched->go, "", 1) != 1)
		stop = 1;
	trace_run(sim, &program, &stop);
	if (launch_result(launched, why) < 0) {
		output_error(path, "cannot be run", why);
		return EXIT_ERROR;
	}
	if (sim->failed) {
		output_error(sim->what, "cannot be simulated", sim->why);
		return EXIT_ERROR;
	}
	if (print_report(out, sim, seconds_now() - begin) != 0)
		return EXIT_ERROR;
	return finish(sim);
}

/* To open the report is to empty it. */
static bool is_program(const struct options *opt, const char *path)
{
	struct stat report, file;

	return !opt->root && stat(opt->out, &report) == 0 && stat(path, &file) == 0 && report.st_dev == file.st_dev &&
	       report.st_ino == file.st_ino;
}

static FILE *open_report(const struct options *opt, const char *path)
{
	FILE *out;

	if (!opt->out)
		return stderr;
	if (is_program(opt, path)) {
		output_error(opt->out, "open", "is the program");
		return NULL;
	}
	out = fopen(opt->out, "we");
	if (!out)
		output_error(opt->out, "open", strerror(errno));
	return out;
}

static int run(const struct options *opt)
{
	struct sim sim = { .opt = opt };
	struct launched launched;
	char path[PATH_MAX], what[PATH_MAX], why[WHY_MAX];
	FILE *out;
	int status;

	if (launch_find(opt, path, what, why) < 0) {
		output_error(what, "cannot be run", why);
		return EXIT_ERROR;
	}
	out = open_report(opt, path);
	if (!out)
		return EXIT_ERROR;
	sim.record = record_new();
	sim.decoder = insn_decoder_new();
	if (!sim.decoder || launch(opt, path, &launched, why) < 0) {
		output_error(path, "cannot be traced", sim.decoder ? why : strerror(ENOMEM));
		return EXIT_ERROR;
	}
	status = simulate(&sim, path, &launched, out);
	record_free(sim.record);
	insn_decoder_free(sim.decoder);
	return status;
}

/* What the caller closed must not become a descriptor of ours. The program finds it closed. */
static void fill_closed(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
			_exit(EXIT_ERROR);
}

int main(int argc, char **argv)
{
	struct options opt;
	int status;

	fill_closed();
	elf_version(EV_CURRENT);
	status = options_read(&opt, argc, argv);
	if (status == OPTIONS_DONE)
		return output_finish(EXIT_CLEAN);
	return status ? status : run(&opt);
}
