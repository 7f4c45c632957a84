// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "message.h"
#include "witness.h"

/* A file that ldconfig reads and somebody else wrote: says where, and what to do. */
static int refuse_line(const struct situation *s, size_t file, unsigned line, const char *what)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s:%u", s->conf->file[file].path, line);
	return message_error(path, what, "correct or remove this line first");
}

/* ldconfig ends with an error where two lines clash, and then no later run of it changes the cache. */
int check_lines(const struct situation *s)
{
	const struct ldconf_hwcap *first;

	if (!glibc_generation(&s->glibc)->honours_hwcap || s->ldconfig == LDCONFIG_IGNORES_HWCAP)
		return EXIT_CLEAN;
	if (ldconf_would_break(s->conf, &first))
		return refuse_line(s, first->file, first->line, ldconf_fault_text(first->fault));
	for (size_t i = 0; s->entry.strategy == STRATEGY_HWCAP && i < s->conf->nhwcap; i++) {
		const struct ldconf_hwcap *h = &s->conf->hwcap[i];
		bool same_name = strcmp(h->name, STRATEGY_NAME) == 0;

		if (strcmp(s->conf->file[h->file].path, situation_conf_path(s)) == 0)
			continue;
		if (same_name && h->index != s->entry.index)
			return refuse_line(s, h->file, h->line, "gives nosegneg another index than the kernel's note");
		if (!same_name && h->index == s->entry.index)
			return refuse_line(s, h->file, h->line, "has the index that nosegneg needs");
	}
	return EXIT_CLEAN;
}

int check_fifos(const struct situation *s)
{
	struct stat st;

	for (size_t i = 0; i < s->conf->nfile; i++)
		if (s->conf->file[i].error && root_stat(&s->root, s->conf->file[i].path, &st) == 0 &&
				S_ISFIFO(st.st_mode) && strcmp(s->conf->file[i].path, situation_conf_path(s)) != 0)
			return message_error(s->conf->file[i].path, "a FIFO", "ldconfig would not end: remove it");
	return EXIT_CLEAN;
}

static int check_conf(const struct situation *s)
{
	if (check_fifos(s) != EXIT_CLEAN)
		return EXIT_ERROR;
	if (!ldconf_includes(s->conf, situation_conf_path(s)))
		return message_error(situation_conf_path(s), LDCONF_PATH " does not include it",
				"add the line 'include /etc/ld.so.conf.d/*.conf' there, or name another file with "
				"--conf");
	if (s->published == PUBLISHED_FOREIGN && !s->options->force)
		return message_error(
				situation_conf_path(s), "not written by ldconfig-hwcap", "--force renames it aside");
	return check_lines(s);
}

static int check_set(const struct situation *s)
{
	struct witness w;
	char why[WHY_MAX];
	int r = library_set_check(&s->root, s->set, &s->glibc, why);

	if (r == 0)
		r = library_set_check_symbols(&s->root, s->set, &s->glibc, why);
	if (r < 0)
		return message_error(s->set_path, "does not belong to this machine's C library", why);
	r = witness_run(&s->root, s->set_path, &w, why);
	if (r == -EPERM && !s->root.host && geteuid() != 0)
		return message_error(s->root.path, "only root may run programs in another root", why);
	if (r < 0)
		return message_error(s->set_path, "a 32-bit program does not run with it", why);
	if (!witness_used_set(&s->root, &w, s->set))
		return message_error(s->set_path, "a 32-bit program that is pointed to it does not take it", w.libc);
	return EXIT_CLEAN;
}

int check_publishable(const struct situation *s)
{
	int status;

	if (!s->has_loader)
		return message_error(s->loader_why, "no loader for 32-bit programs", NULL);
	if (!s->set)
		return message_error(s->set_path, s->set_why, "install a set there, or name one with --set");
	if (s->entry.strategy == STRATEGY_HWCAP && !library_set_is_hwcap_directory(s->set, &s->glibc))
		return message_error(s->set_path, "not a hwcap directory of the system's library directory",
				"use --strategy directory");
	status = check_conf(s);
	return status == EXIT_CLEAN ? check_set(s) : status;
}
