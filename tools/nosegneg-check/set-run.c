// SPDX-License-Identifier: LGPL-2.1-or-later
/* Each case runs twice in a directory of the same name, so that a path in its output is no difference: first with the
 * base, then with the set. ld.so itself writes down what it loaded, in every process (LD_DEBUG=files, ld.so(8)): a run
 * that was meant to use the set and did not is a finding, whatever its output. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/process.h"
#include "base/util.h"
#include "set-run.h"
#include "set-trace.h"

#define SLOTS_MAX 64

enum side { SIDE_BASE, SIDE_SET, SIDE_COUNT };

struct job {
	const struct suite_case *c; /* NULL: load `library` */
	const struct set_library *library;
	struct set_report report; /* of its own: cases end in any order, and are reported in that of the list */
};

/* One case at work. */
struct slot {
	struct job *job; /* NULL: idle */
	enum side side;
	pid_t pid;
	struct timespec deadline;
	bool timed_out;
	int status[SIDE_COUNT]; /* as waitpid gives it, or -1 after a timeout */
	char *directory;        /* DIRECTORY/{work,trace,out.0,err.0,…} */
};

struct run {
	struct set_context *c;
	const struct suite *suite;
	const char *loader;
	char *loader_path, *scratch;
	char *library_path[SIDE_COUNT];
	struct job *job;
	size_t njobs, next, done;
	struct slot slot[SLOTS_MAX];
	size_t nslots;
	sigset_t signals;
	set_progress_fn progress;
};

static int remove_tree(const char *path)
{
	char *paths[] = { (char *)path, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;

	if (!tree)
		return -errno;
	while ((entry = fts_read(tree))) {
		if (entry->fts_info == FTS_D)
			chmod(entry->fts_accpath, 0700);
		else
			remove(entry->fts_accpath);
	}
	fts_close(tree);
	return 0;
}

static const char *case_name(const struct job *job)
{
	return job->c ? job->c->name : job->library->name;
}

static const struct set_directory *directory_of(const struct run *run, enum side side)
{
	return side == SIDE_SET ? &run->c->set : &run->c->base;
}

/* Sets NAME=value, replacing an earlier one. */
static void put(struct suite_words *env, const char *name, const char *value)
{
	char *text = set_format("%s=%s", name, value);
	size_t len = strlen(name) + 1;

	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->word[i], text, len) == 0) {
			free(env->word[i]);
			env->word[i] = text;
			return;
		}
	if (suite_words_add(env, text) < 0)
		set_out_of_memory();
	free(text);
}

static void put_path(struct suite_words *env, const char *name, const char *directory, const char *file)
{
	char *path = set_format("%s/%s", directory, file);

	put(env, name, path);
	free(path);
}

static void build_env(const struct run *run, const struct slot *s, struct suite_words *env)
{
	put(env, "PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
	put(env, "SHELL", "/bin/sh");
	put(env, "TERM", "dumb");
	put_path(env, "HOME", s->directory, "work");
	put_path(env, "TMPDIR", s->directory, "work");
	for (size_t i = 0; s->job->c && i < s->job->c->env.n; i++) {
		char *name = set_format("%s", s->job->c->env.word[i]), *value = strchr(name, '=');

		*value = '\0';
		put(env, name, value + 1);
		free(name);
	}
	if (s->job->library)
		put_path(env, "LD_PRELOAD", directory_of(run, s->side)->path, s->job->library->name);
	put(env, "LD_LIBRARY_PATH", run->library_path[s->side]);
	put(env, "LD_DEBUG", "files");
	put_path(env, "LD_DEBUG_OUTPUT", s->directory, "trace/t");
}

static void add_word(struct suite_words *words, const char *word)
{
	if (suite_words_add(words, word) < 0)
		set_out_of_memory();
}

static void build_argv(const struct run *run, const struct slot *s, struct suite_words *argv)
{
	const char *program[] = { run->loader_path, "--library-path", run->library_path[s->side] };
	const struct set_directory *dir = directory_of(run, s->side);
	char *libc;

	for (size_t i = 0; i < ARRAY_SIZE(program); i++)
		add_word(argv, program[i]);
	for (size_t i = 0; s->job->c && i < s->job->c->argv.n; i++)
		add_word(argv, s->job->c->argv.word[i]);
	if (s->job->c)
		return;
	/* libc.so.6 is a program too: it prints its banner. */
	if (s->side == SIDE_SET && !set_directory_find(&run->c->set, "libc.so.6"))
		dir = &run->c->base;
	libc = set_format("%s/libc.so.6", dir->path);
	add_word(argv, libc);
	free(libc);
}

/* DIRECTORY/NAME.SIDE */
static char *side_file(const struct slot *s, const char *name, enum side side)
{
	return set_format("%s/%s.%d", s->directory, name, (int)side);
}

static int make_fresh(const struct slot *s, const char *name)
{
	char *path = set_format("%s/%s", s->directory, name);
	int r;

	remove_tree(path);
	r = mkdir(path, 0700) == 0 ? 0 : -errno;
	free(path);
	return r;
}

static void set_deadline(struct slot *s)
{
	clock_gettime(CLOCK_MONOTONIC, &s->deadline);
	s->deadline.tv_sec += s->job->c ? s->job->c->timeout_s : SUITE_TIMEOUT_S;
	s->timed_out = false;
}

static int start_side(struct run *run, struct slot *s)
{
	struct suite_words argv = { 0 }, env = { 0 };
	char *out = side_file(s, "out", s->side), *error = side_file(s, "err", s->side);
	char *work = set_format("%s/work", s->directory);
	int r = make_fresh(s, "work");

	if (r == 0)
		r = make_fresh(s, "trace");
	build_argv(run, s, &argv);
	build_env(run, s, &env);
	set_deadline(s);
	if (r == 0)
		r = process_start(&(struct process_spec){
				.argv = argv.word, .env = env.word, .directory = work, .out = out, .error = error });
	s->pid = r > 0 ? r : 0;
	suite_words_clear(&argv);
	suite_words_clear(&env);
	free(out);
	free(error);
	free(work);
	return r < 0 ? r : 0;
}

static void describe_status(int status, char *buf, size_t size)
{
	if (status == -1)
		snprintf(buf, size, "did not end in time");
	else if (WIFSIGNALED(status))
		snprintf(buf, size, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exit %d", WEXITSTATUS(status));
}

static bool expected_status(const struct job *job, int status)
{
	int expected = job->c ? job->c->status : 0;

	if (status == -1 || !WIFEXITED(status))
		return false;
	return expected == SUITE_ANY_STATUS ? WEXITSTATUS(status) < 126 : WEXITSTATUS(status) == expected;
}

/* The last line of its error output says why a program failed. */
static void report_broken(const struct slot *s)
{
	char *error = side_file(s, "err", SIDE_BASE), last[256], status[128];

	describe_status(s->status[SIDE_BASE], status, sizeof(status));
	trace_last_line(error, last, sizeof(last));
	/* Not every library can be loaded without a program that was made for it; a case of the suite has to work. */
	report_add(&s->job->report, s->job->c ? SET_ERROR : SET_NOTE, CHECK_PROGRAMS, case_name(s->job),
			"does not work with the base libraries: %s%s%s", status, *last ? ": " : "", last);
	free(error);
}

/* Returns whether the two files are the same, and reports the first line that is not. */
static bool same_output(const struct slot *s, const char *name, const char *what)
{
	char *base = side_file(s, name, SIDE_BASE), *set = side_file(s, name, SIDE_SET);
	char of_base[256], of_set[256], where[64];
	size_t line = trace_first_difference(base, set, of_base, of_set, sizeof(of_base));

	free(base);
	free(set);
	if (line == 0)
		return true;
	snprintf(where, sizeof(where), "%s, line %zu", what, line);
	report_difference(&s->job->report, SET_FINDING, CHECK_PROGRAMS, case_name(s->job), where, of_base, of_set);
	return false;
}

static bool same_status(const struct slot *s)
{
	char of_base[128], of_set[128];

	if (s->status[SIDE_BASE] == s->status[SIDE_SET])
		return true;
	describe_status(s->status[SIDE_BASE], of_base, sizeof(of_base));
	describe_status(s->status[SIDE_SET], of_set, sizeof(of_set));
	report_difference(&s->job->report, SET_FINDING, CHECK_PROGRAMS, case_name(s->job), "status", of_base, of_set);
	return false;
}

/* What ld.so wrote down, against what the run was for. */
static bool used_libraries(struct run *run, const struct slot *s)
{
	char *trace = set_format("%s/trace", s->directory), *wrong = NULL;
	const struct set_directory *dir = directory_of(run, s->side);
	enum trace_result result = trace_check(trace, &run->c->set, dir, s->pid, &wrong);

	if (result == TRACE_WRONG)
		report_add(&s->job->report, SET_FINDING, CHECK_PROGRAMS, case_name(s->job), "took %s, not that of %s",
				wrong, dir->path);
	else if (result == TRACE_NOTHING && (s->side == SIDE_BASE || s->status[SIDE_SET] == s->status[SIDE_BASE]))
		report_add(&s->job->report, SET_FINDING, CHECK_PROGRAMS, case_name(s->job),
				"no library of %s was used: this proves nothing", dir->path);
	free(trace);
	free(wrong);
	return result == TRACE_RIGHT;
}

static void finish_case(struct slot *s)
{
	bool same = same_status(s);

	/* All three are worth a line: a program that died says why in its error output. */
	same &= same_output(s, "out", "output");
	same &= same_output(s, "err", "error output");
	if (same)
		report_equal(&s->job->report, CHECK_PROGRAMS, case_name(s->job), 1, "program");
}

static void release_slot(struct run *run, struct slot *s)
{
	remove_tree(s->directory);
	free(s->directory);
	*s = (struct slot){ 0 };
	run->done++;
	if (run->progress)
		run->progress(run->done, run->njobs);
}

/* Goes on with the set; false where the case ends here, which is then reported. */
static bool base_ended(struct run *run, struct slot *s)
{
	int r;

	if (!expected_status(s->job, s->status[SIDE_BASE])) {
		report_broken(s);
		return false;
	}
	if (!used_libraries(run, s))
		return false;
	s->side = SIDE_SET;
	r = start_side(run, s);
	if (r < 0)
		report_add(&s->job->report, SET_ERROR, CHECK_PROGRAMS, case_name(s->job), "%s", strerror(-r));
	return r == 0;
}

static void side_ended(struct run *run, struct slot *s, int status)
{
	process_kill(s->pid); /* what it left behind */
	s->status[s->side] = s->timed_out ? -1 : status;
	if (s->side == SIDE_SET) {
		used_libraries(run, s);
		finish_case(s);
	} else if (base_ended(run, s)) {
		return;
	}
	release_slot(run, s);
}

static void start_case(struct run *run, struct slot *s)
{
	int r;

	*s = (struct slot){ .job = &run->job[run->next], .side = SIDE_BASE };
	s->directory = set_format("%s/%zu", run->scratch, run->next++);
	r = mkdir(s->directory, 0700) == 0 ? start_side(run, s) : -errno;
	if (r == 0)
		return;
	report_add(&s->job->report, SET_ERROR, CHECK_PROGRAMS, case_name(s->job), "%s", strerror(-r));
	release_slot(run, s);
}

static long left_ms(const struct slot *s)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (s->deadline.tv_sec - now.tv_sec) * 1000 + (s->deadline.tv_nsec - now.tv_nsec) / 1000000;
}

/* Takes up what ended, and ends what is late. Returns the time until the next deadline. */
static long look_after(struct run *run)
{
	long next = 1000;

	for (size_t i = 0; i < run->nslots; i++) {
		struct slot *s = &run->slot[i];
		int status;

		if (!s->job)
			continue;
		if (waitpid(s->pid, &status, WNOHANG) == s->pid) {
			side_ended(run, s, status);
			next = 0;
			continue;
		}
		if (left_ms(s) <= 0) {
			s->timed_out = true;
			process_kill(s->pid);
		} else if (left_ms(s) < next) {
			next = left_ms(s);
		}
	}
	return next;
}

static bool start_more(struct run *run)
{
	bool busy = false;

	for (size_t i = 0; i < run->nslots; i++) {
		while (!run->slot[i].job && run->next < run->njobs)
			start_case(run, &run->slot[i]);
		busy |= run->slot[i].job != NULL;
	}
	return busy;
}

static void end_all(struct run *run)
{
	for (size_t i = 0; i < run->nslots; i++) {
		struct slot *s = &run->slot[i];

		if (!s->job)
			continue;
		process_kill(s->pid);
		waitpid(s->pid, NULL, 0);
		free(s->directory);
	}
}

/* Returns 0, or the signal that asked to stop. */
static int run_jobs(struct run *run)
{
	while (start_more(run)) {
		long wait = look_after(run);
		struct timespec timeout = { wait / 1000, wait % 1000 * 1000000 };
		int sig = wait ? sigtimedwait(&run->signals, NULL, &timeout) : SIGCHLD;

		if (sig > 0 && sig != SIGCHLD) {
			end_all(run);
			return sig;
		}
	}
	return 0;
}

static void add_job(struct run *run, size_t *cap, const struct suite_case *c, const struct set_library *library)
{
	if (array_reserve(&run->job, cap, run->njobs + 1, sizeof(*run->job)) < 0)
		set_out_of_memory();
	run->job[run->njobs++] = (struct job){ .c = c, .library = library };
}

static void collect_jobs(struct run *run)
{
	size_t cap = 0;

	for (size_t i = 0; i < run->c->set.n; i++) {
		const struct set_library *lib = run->c->set.lib[i];

		if (lib->dyn && !set_is_loader(lib->name) && set_directory_get(&run->c->base, lib->name))
			add_job(run, &cap, NULL, lib);
	}
	for (size_t i = 0; run->suite && i < run->suite->ncases; i++)
		add_job(run, &cap, &run->suite->cases[i], NULL);
}

static void build_paths(struct run *run)
{
	const char *more = run->suite ? suite_value(run->suite, "LIBRARIES") : NULL;
	const char *base = run->c->base.path;

	run->loader_path = set_format("%s/%s", base, run->loader);
	run->library_path[SIDE_BASE] = set_format("%s%s%s", base, more ? ":" : "", more ? more : "");
	run->library_path[SIDE_SET] = set_format("%s:%s", run->c->set.path, run->library_path[SIDE_BASE]);
}

static int make_scratch(struct run *run)
{
	const char *tmp = getenv("TMPDIR");

	run->scratch = set_format("%s/nosegneg-set.XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	return mkdtemp(run->scratch) ? 0 : -errno;
}

static void block_signals(struct run *run, sigset_t *before)
{
	static const int signals[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP };

	sigemptyset(&run->signals);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&run->signals, signals[i]);
	sigprocmask(SIG_BLOCK, &run->signals, before);
}

static void run_free(struct run *run)
{
	free(run->loader_path);
	free(run->scratch);
	for (size_t i = 0; i < SIDE_COUNT; i++)
		free(run->library_path[i]);
	free(run->job);
}

int set_run_programs(struct set_context *c, const struct suite *suite, set_progress_fn progress)
{
	struct run run = { .c = c, .suite = suite, .loader = "ld-linux.so.2", .progress = progress };
	sigset_t before;
	int r = make_scratch(&run);

	if (r == 0) {
		run.nslots = processors() > SLOTS_MAX ? SLOTS_MAX : processors();
		build_paths(&run);
		collect_jobs(&run);
		block_signals(&run, &before);
		r = run_jobs(&run);
		for (size_t i = 0; i < run.njobs; i++)
			report_merge(&c->report, &run.job[i].report);
		remove_tree(run.scratch);
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
	run_free(&run);
	return r;
}
