// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/publish.h"
#include "base/util.h"
#include "check.h"
#include "message.h"
#include "switch.h"
#include "witness.h"

#define LDCONFIG            "/sbin/ldconfig"
#define LDCONFIG_TIMEOUT_MS 180000
#define LOCK_TIMEOUT_MS     60000
#define OUTPUT_SIZE         4096

bool switch_expects_set(const struct situation *s)
{
	struct strategy_choice choice;
	char why[WHY_MAX];
	unsigned bit;
	bool enabled;

	if (s->entry.strategy == STRATEGY_DIRECTORY)
		return true;
	if (!kernelcap_index(&s->own_note, STRATEGY_NAME, &bit, &enabled) || !enabled)
		return false;
	/* The entry may be for another kernel's note. */
	return strategy_choose(&s->glibc, s->ldconfig, &s->own_note, STRATEGY_NONE, &choice, why) == 0 &&
	       choice.strategy == s->choice.strategy && choice.index == s->choice.index;
}

/* The root's own ldconfig, else ours: then it has to be told where the root is. */
static int run_ldconfig(const struct situation *s, char *output, size_t size)
{
	char *argv[] = { LDCONFIG, NULL, NULL, NULL };
	char *env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	struct process_spec spec = { .argv = argv, .env = env, .root = &s->root };
	char absolute[PATH_MAX];
	struct stat st;

	if (!s->root.host && root_stat(&s->root, LDCONFIG, &st) == -ENOENT) {
		/* It runs in another directory than this program. */
		if (!realpath(s->root.path, absolute))
			return -errno;
		argv[1] = "-r";
		argv[2] = absolute;
		spec.root = NULL;
	}
	return process_run(&spec, LDCONFIG_TIMEOUT_MS, output, size);
}

static int build_cache(const struct situation *s, char *why)
{
	char output[OUTPUT_SIZE];
	int status = run_ldconfig(s, output, sizeof(output));

	output[strcspn(output, "\n")] = '\0';
	if (status < 0)
		return why_failed(why, status);
	if (status == 0)
		return 0;
	if (WIFSIGNALED(status))
		snprintf(why, WHY_MAX, "it died of %s", strsignal(WTERMSIG(status)));
	else if (*output)
		snprintf(why, WHY_MAX, "%.140s", output);
	else
		snprintf(why, WHY_MAX, "it ended with status %d", WEXITSTATUS(status));
	return -EPROTO;
}

/* What is in the way of a file of ours is renamed aside. */
static int publish_entry(struct situation *s, int dir, char *why)
{
	int r = 0;

	if (s->published == PUBLISHED_FOREIGN) {
		r = publish_aside(dir, s->conf_name, s->saved, sizeof(s->saved));
		if (r == 0)
			message_say("%s: renamed to %s", situation_conf_path(s), s->saved);
	}
	if (r == 0)
		r = publish_file(dir, s->conf_name, s->text, strlen(s->text), 0644);
	return r < 0 ? why_failed(why, r) : 0;
}

/* The last component of the link's path, whose directory `fd` then is. */
static const char *open_alias_directory(const struct situation *s, const char *alias, int *fd)
{
	const char *slash = strrchr(alias, '/');
	char dir[PATH_MAX];

	memcpy(dir, alias, (size_t)(slash - alias));
	dir[slash - alias] = '\0';
	*fd = root_open(&s->root, slash == alias ? "/" : dir, O_RDONLY | O_DIRECTORY);
	return slash + 1;
}

static int publish_alias(const struct situation *s, char *why)
{
	_cleanup_close_ int dir = -1;
	const char *name;
	int r;

	if (s->entry.strategy != STRATEGY_ALIAS)
		return 0;
	name = open_alias_directory(s, s->entry.alias, &dir);
	r = dir < 0 ? dir : publish_symlink(dir, name, s->entry.target);
	if (r == -EEXIST)
		return why_broken(why, "%.100s is there already, and is not ours", s->entry.alias);
	return r < 0 ? why_failed(why, r) : 0;
}

/* Only a link that says what we made it say. */
static int withdraw_alias(const struct situation *s, const struct entry *entry, char *why)
{
	_cleanup_close_ int dir = -1;
	const char *name;
	int r;

	if (entry->alias[0] != '/' || !entry_alias_is_there(&s->root, entry))
		return 0;
	name = open_alias_directory(s, entry->alias, &dir);
	r = dir < 0 ? dir : publish_remove(dir, name);
	return r < 0 ? why_failed(why, r) : 0;
}

static int make_cache(const struct situation *s, char *why)
{
	char words[WHY_MAX];
	int r = build_cache(s, words);

	if (r < 0)
		snprintf(why, WHY_MAX, "ldconfig: %.140s", words);
	return r;
}

/* The file keeps a name that ldconfig does not read until the cache is made: while it is there, a later run knows that
 * something is left to do, whatever set the cache leads to. */
static int withdraw_entry(const struct situation *s, int dir, char *why)
{
	int r = withdraw_alias(s, &s->old, why);

	if (r < 0)
		return r;
	r = s->published == PUBLISHED_OURS ? publish_retire(dir, s->conf_name) : 0;
	return r < 0 ? why_failed(why, r) : 0;
}

/* The end of it. */
static int forget_entry(const struct situation *s, int dir, char *why)
{
	int r = publish_tidy(dir, s->conf_name);

	return r < 0 ? why_failed(why, r) : 0;
}

/* Whether a fresh program gets what it has to. */
static int prove(const struct situation *s, bool on, char *why)
{
	struct witness w;
	int r = witness_run(&s->root, NULL, &w, why);

	if (r < 0)
		return r;
	if (!s->set || witness_used_set(&s->root, &w, s->set) == on)
		return 0;
	snprintf(why, WHY_MAX, "a new 32-bit program takes %.110s", w.libc);
	return -EPROTO;
}

static int reread(struct situation *s, char *why)
{
	char path[PATH_MAX], words[WHY_MAX];
	int r = situation_reread(s, path, words);

	return r < 0 ? why_broken(why, "%.60s: %.90s", path, words) : 0;
}

/* A hwcap line of somebody else's makes ldconfig take the set for one that the kernel has to ask for. */
static int why_unsettled(const struct situation *s, char *why)
{
	unsigned line;
	const char *others = situation_others(s, &line);

	if (others)
		return why_broken(why, "the cache does not lead to %.100s, because of %.60s:%u; remove that line",
				s->set_path, others, line);
	return why_broken(why, "ldconfig ran, and its cache does not lead to %.100s", s->set_path);
}

static int publish(struct situation *s, int dir, char *why)
{
	int r;

	/* An entry of another strategy, that a former kernel or loader needed. */
	if (s->published == PUBLISHED_OURS && !entry_equal(&s->old, &s->entry)) {
		r = withdraw_alias(s, &s->old, why);
		if (r < 0)
			return r;
	}
	r = publish_entry(s, dir, why);
	if (r == 0)
		r = publish_alias(s, why);
	if (r < 0)
		return r;
	r = make_cache(s, why);
	if (r == 0)
		r = reread(s, why);
	if (r == 0 && !situation_settled(s, true))
		r = why_unsettled(s, why);
	return r < 0 ? r : prove(s, switch_expects_set(s), why);
}

/* What was renamed aside gets its name again. */
static int restore_saved(const struct situation *s, int dir, char *why)
{
	if (!*s->saved || renameat(dir, s->saved, dir, s->conf_name) == 0)
		return 0;
	return why_failed(why, -errno);
}

static void say_whether_programs_start(const struct situation *s)
{
	struct witness w;
	char why[WHY_MAX];
	int r = witness_run(&s->root, NULL, &w, why);

	if (r == 0)
		message_warn("32-bit programs start, with %s", w.libc);
	else if (witness_unseen(r))
		message_warn("whether 32-bit programs start could not be seen: %s", why);
	else
		message_warn("32-bit programs do not start: %s; reinstall the base C library", why);
}

/* Back to the base, in three lines with the one that says what failed. `was_on`: an entry was there before. */
static void roll_back(struct situation *s, int dir, bool was_on)
{
	char why[WHY_MAX] = "", unused[WHY_MAX];
	int r = reread(s, why);
	bool cached = was_on || s->cached.chosen || s->cached.marked;

	if (r == 0)
		r = withdraw_entry(s, dir, why);
	if (r == 0)
		r = restore_saved(s, dir, why);
	if (r < 0)
		message_error(situation_conf_path(s), "the entry could not be withdrawn", why);
	else if (build_cache(s, why) < 0) {
		message_error(situation_conf_path(s), "withdrawn, and ldconfig failed", why);
		if (!cached)
			forget_entry(s, dir, unused);
	} else if (forget_entry(s, dir, why) < 0)
		message_error(situation_conf_path(s), "withdrawn, and its last trace could not be removed", why);
	else
		message_warn("%s: withdrawn, and ldconfig was run again", situation_conf_path(s));
	say_whether_programs_start(s);
}

/* What is held while something is changed: the directory, the lock, and the signals that a terminal sends, because what
 * this does is short. */
struct held {
	int dir, lock;
	sigset_t before;
};

static int begin(struct situation *s, struct held *held)
{
	sigset_t block;

	held->dir = root_open(&s->root, s->conf_dir, O_RDONLY | O_DIRECTORY);
	if (held->dir < 0)
		return message_error(s->conf_dir, "cannot be opened", strerror(-held->dir));
	held->lock = publish_lock(held->dir, s->conf_name, LOCK_TIMEOUT_MS);
	if (held->lock < 0) {
		close(held->dir);
		return message_error(s->conf_dir,
				held->lock == -EAGAIN ? "locked by another run of ldconfig-hwcap" : "cannot be locked",
				strerror(-held->lock));
	}
	s->locked = true;
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGHUP);
	sigaddset(&block, SIGQUIT);
	sigprocmask(SIG_BLOCK, &block, &held->before);
	return EXIT_CLEAN;
}

/* A lock's file that stays is no lock, and the next run removes it. */
static void end(struct situation *s, struct held *held)
{
	int r = publish_unlock(held->dir, s->conf_name, held->lock);

	if (r < 0)
		message_error(s->conf_dir, "the lock's file could not be removed", strerror(-r));
	close(held->dir);
	s->locked = false;
	sigprocmask(SIG_SETMASK, &held->before, NULL);
}

static const char *what_it_does(const struct situation *s, char *buf, size_t size)
{
	if (s->entry.strategy == STRATEGY_HWCAP)
		snprintf(buf, size, "hwcap %u " STRATEGY_NAME, s->entry.index);
	else if (s->entry.strategy == STRATEGY_ALIAS)
		snprintf(buf, size, "alias %s", s->entry.alias);
	else
		snprintf(buf, size, "directory %s", s->entry.directory);
	return buf;
}

static void say_result(const struct situation *s, const char *result, const char *reason)
{
	char what[PATH_MAX + 32];

	message_say("%s (%s)%s%s", result, what_it_does(s, what, sizeof(what)), reason ? ": " : "",
			reason ? reason : "");
}

static int do_enable(struct situation *s, const char *reason)
{
	struct held held;
	char why[WHY_MAX];
	bool was_on;
	int r;

	if (begin(s, &held) != EXIT_CLEAN)
		return EXIT_ERROR;
	/* Somebody may have been here before the lock was ours. */
	r = reread(s, why);
	was_on = s->published == PUBLISHED_OURS || s->left_over;
	if (r == 0)
		r = publish(s, held.dir, why);
	if (r < 0) {
		message_error(situation_conf_path(s), "could not be enabled", why);
		roll_back(s, held.dir, was_on);
	} else {
		say_result(s, "enabled", reason);
	}
	end(s, &held);
	return r < 0 ? EXIT_ERROR : EXIT_CLEAN;
}

int switch_enable(struct situation *s, const char *reason)
{
	char why[WHY_MAX];
	int status = check_publishable(s);

	if (status != EXIT_CLEAN)
		return status;
	if (situation_settled(s, true) && prove(s, switch_expects_set(s), why) == 0) {
		say_result(s, "enabled already", reason);
		return EXIT_CLEAN;
	}
	if (s->options->dry_run) {
		message_say("would write %s, and run " LDCONFIG ":\n%s", situation_conf_path(s), s->text);
		return EXIT_CLEAN;
	}
	return do_enable(s, reason);
}

/* Whether somebody else's line keeps the set in force. */
static int say_disabled(const struct situation *s, const char *reason)
{
	unsigned line;
	const char *others = situation_others(s, &line);

	if (!others) {
		message_say("disabled%s%s", reason ? ": " : "", reason ? reason : "");
		return EXIT_CLEAN;
	}
	message_warn("%s:%u: enables nosegneg, and is not ours: left as it is", others, line);
	return EXIT_CLEAN;
}

static int withdraw(struct situation *s, int dir, char *why)
{
	unsigned line;
	int r = withdraw_entry(s, dir, why);

	if (r == 0)
		r = make_cache(s, why);
	if (r == 0)
		r = forget_entry(s, dir, why);
	if (r == 0)
		r = reread(s, why);
	if (r == 0 && !situation_settled(s, false))
		r = why_broken(why, "ldconfig ran, and its cache still leads to %.100s", s->set_path);
	if (r == 0 && s->has_loader && !situation_others(s, &line))
		r = prove(s, false, why);
	return r;
}

int switch_disable(struct situation *s, const char *reason)
{
	struct held held;
	char why[WHY_MAX];
	int r;

	if (s->published == PUBLISHED_FOREIGN)
		message_warn("%s: not written by ldconfig-hwcap: left as it is", situation_conf_path(s));
	if (situation_settled(s, false))
		return say_disabled(s, reason);
	if (s->options->dry_run) {
		message_say("would remove %s, and run " LDCONFIG, situation_conf_path(s));
		return EXIT_CLEAN;
	}
	if (check_fifos(s) != EXIT_CLEAN || begin(s, &held) != EXIT_CLEAN)
		return EXIT_ERROR;
	r = reread(s, why);
	if (r == 0)
		r = withdraw(s, held.dir, why);
	end(s, &held);
	if (r < 0) {
		message_error(situation_conf_path(s), "could not be disabled", why);
		say_whether_programs_start(s);
		return EXIT_ERROR;
	}
	return say_disabled(s, reason);
}
