// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/publish.h"
#include "base/util.h"
#include "tree.h"

static int open_directory(void)
{
	int fd = open(tree_top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int publish(int dir, const char *text)
{
	return publish_file(dir, "x.conf", text, strlen(text), 0644);
}

static const char *contents(const char *path)
{
	static char buf[256];
	_cleanup_close_ int fd = open(tree_path(path), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (n < 0)
		return "?";
	buf[n] = '\0';
	return buf;
}

static struct stat look(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(tree_path(path), &st), 0);
	return st;
}

static unsigned count_names(void)
{
	DIR *dir = opendir(tree_top);
	unsigned n = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(dir);
	return n;
}

static void writes_a_new_file(void **state)
{
	_cleanup_close_ int dir = open_directory();
	mode_t before = umask(077);

	(void)state;
	assert_int_equal(publish(dir, "one\n"), 1);
	umask(before);
	assert_string_equal(contents("/x.conf"), "one\n");
	assert_int_equal(look("/x.conf").st_mode, S_IFREG | 0644); /* whatever the umask is */
	assert_int_equal(publish(dir, "two, longer\n"), 1);
	assert_string_equal(contents("/x.conf"), "two, longer\n");
	assert_int_equal(publish(dir, ""), 1);
	assert_string_equal(contents("/x.conf"), "");
	assert_int_equal(publish(dir, ""), 0);
	assert_int_equal(count_names(), 1);
}

static void leaves_alone_what_is_so_already(void **state)
{
	_cleanup_close_ int dir = open_directory();
	struct stat a, b;

	(void)state;
	assert_int_equal(publish(dir, "same\n"), 1);
	a = look("/x.conf");
	assert_int_equal(publish(dir, "same\n"), 0);
	b = look("/x.conf");
	assert_int_equal(a.st_ino, b.st_ino);
	assert_memory_equal(&a.st_mtim, &b.st_mtim, sizeof(a.st_mtim));
	assert_memory_equal(&a.st_ctim, &b.st_ctim, sizeof(a.st_ctim));
	assert_int_equal(publish(dir, "Same\n"), 1);
	assert_int_equal(publish(dir, "Same"), 1);     /* a prefix of it is not the same */
	assert_int_equal(publish(dir, "Same\n\n"), 1); /* nor the other way round */
	assert_int_equal(chmod(tree_path("/x.conf"), 0600), 0);
	assert_int_equal(publish(dir, "Same\n\n"), 1);
	assert_int_equal(look("/x.conf").st_mode, S_IFREG | 0644);
}

static void replaces_what_is_no_file_and_never_follows(void **state)
{
	_cleanup_close_ int dir = open_directory();

	(void)state;
	tree_text("/elsewhere", "same\n");
	tree_link("elsewhere", "/x.conf");
	assert_int_equal(publish(dir, "same\n"), 1);
	assert_true(S_ISREG(look("/x.conf").st_mode));
	assert_int_equal(publish(dir, "other\n"), 1);
	assert_string_equal(contents("/elsewhere"), "same\n");
	unlink(tree_path("/x.conf"));
	tree_link("nowhere", "/x.conf");
	assert_int_equal(publish(dir, "other\n"), 1);
	assert_string_equal(contents("/x.conf"), "other\n");
	assert_string_equal(contents("/nowhere"), "?");
	unlink(tree_path("/x.conf"));
	assert_int_equal(mkfifo(tree_path("/x.conf"), 0644), 0);
	assert_int_equal(publish(dir, "other\n"), 1); /* and does not wait for a writer */
	assert_string_equal(contents("/x.conf"), "other\n");
	unlink(tree_path("/x.conf"));
	tree_directory("/x.conf");
	assert_int_equal(publish(dir, "other\n"), -EISDIR);
	assert_true(S_ISDIR(look("/x.conf").st_mode));
	assert_int_equal(count_names(), 2);
}

static void clears_up_behind_a_run_that_was_killed(void **state)
{
	_cleanup_close_ int dir = open_directory();

	(void)state;
	assert_int_equal(publish(dir, "old\n"), 1);
	tree_text("/.x.conf.new", "half of a fi");
	assert_int_equal(publish(dir, "old\n"), 0); /* also where there is nothing to write */
	assert_int_equal(count_names(), 1);
	tree_text("/elsewhere", "theirs");
	tree_link("elsewhere", "/.x.conf.new");
	assert_int_equal(publish(dir, "new\n"), 1);
	assert_string_equal(contents("/elsewhere"), "theirs");
	assert_int_equal(count_names(), 2);
	tree_text("/.x.conf.new", "half of a fi");
	assert_int_equal(publish_remove(dir, "x.conf"), 1);
	assert_int_equal(count_names(), 1);
	tree_text("/.x.conf.new", "half of a fi");
	assert_int_equal(publish_remove(dir, "x.conf"), 0);
	assert_int_equal(count_names(), 1);
}

static void retires_a_name_until_it_is_tidied_away(void **state)
{
	_cleanup_close_ int dir = open_directory();

	(void)state;
	assert_int_equal(publish_retire(dir, "x.conf"), 0);
	assert_int_equal(publish(dir, "old\n"), 1);
	assert_int_equal(publish_retire(dir, "x.conf"), 1);
	assert_string_equal(contents("/x.conf"), "?");
	assert_true(publish_left_over(dir, "x.conf"));
	assert_int_equal(publish_tidy(dir, "x.conf"), 1);
	assert_int_equal(count_names(), 0);
	assert_true(publish_retire(dir, "a/x") < 0);
}

static void refuses_names_that_are_none(void **state)
{
	_cleanup_close_ int dir = open_directory();
	char name[NAME_MAX + 2];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[NAME_MAX - 4] = '\0';
	assert_int_equal(publish_file(dir, name, "x", 1, 0644), -ENAMETOOLONG);
	assert_int_equal(publish_remove(dir, name), -ENAMETOOLONG);
	name[NAME_MAX - 5] = '\0'; /* ".NAME.new" just fits */
	assert_int_equal(publish_file(dir, name, "x", 1, 0644), 1);
	assert_int_equal(publish_remove(dir, name), 1);
	assert_true(publish_file(dir, "../x", "x", 1, 0644) < 0);
	assert_true(publish_file(dir, "a/x", "x", 1, 0644) < 0);
	assert_true(publish_remove(dir, "a/x") < 0);
	assert_int_equal(count_names(), 0);
}

static void a_full_disk_changes_nothing(void **state)
{
	_cleanup_close_ int dir = open_directory();
	struct rlimit old, small = { 2, 2 };
	char large[100];

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_int_equal(publish(dir, "old\n"), 1);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(publish_file(dir, "x.conf", large, sizeof(large), 0644), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_string_equal(contents("/x.conf"), "old\n");
	assert_int_equal(count_names(), 1);
}

/* In a mount namespace of its own, so that nothing is left behind. Returns a line number, or 0. */
static int on_a_small_disk(void)
{
	static char large[1 << 20];
	int dir;

	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount("tmpfs", tree_top, "tmpfs", 0, "size=64k") != 0)
		return 77;
	dir = open(tree_top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memset(large, 'x', sizeof(large));
	if (publish(dir, "old\n") != 1)
		return 1;
	if (publish_file(dir, "x.conf", large, sizeof(large), 0644) != -ENOSPC)
		return 2;
	if (strcmp(contents("/x.conf"), "old\n") != 0 || count_names() != 1)
		return 3;
	if (publish(dir, "new\n") != 1)
		return 4;
	if (mount("tmpfs", tree_top, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=64k") == 0) {
		if (publish(dir, "newer\n") != -EROFS || publish_remove(dir, "x.conf") != -EROFS)
			return 5;
		if (strcmp(contents("/x.conf"), "new\n") != 0)
			return 6;
		if (publish(dir, "new\n") != 0) /* nothing to write: a read-only file system is as good */
			return 7;
	}
	return 0;
}

static void a_disk_without_room(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: no small disk can be mounted\n");
		skip();
	}
	pid = fork();
	if (pid == 0)
		_exit(on_a_small_disk());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define LARGE 200000

static void write_forever(int dir)
{
	static char text[LARGE];

	for (unsigned i = 0;; i++) {
		memset(text, 'a' + (int)(i % 26), sizeof(text));
		publish_file(dir, "x.conf", text, sizeof(text), 0644);
	}
}

/* The whole file has to be of one letter. */
static void check_whole(void)
{
	static char text[LARGE + 1];
	_cleanup_close_ int fd = open(tree_path("/x.conf"), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text)), LARGE);
	for (size_t i = 1; i < LARGE; i++)
		assert_int_equal(text[i], text[0]);
}

static void readers_find_a_whole_file(void **state)
{
	_cleanup_close_ int dir = open_directory();
	static char text[LARGE];
	pid_t pid;

	(void)state;
	memset(text, 'z', sizeof(text));
	assert_int_equal(publish_file(dir, "x.conf", text, sizeof(text), 0644), 1);
	for (int round = 0; round < 20; round++) {
		pid = fork();
		if (pid == 0)
			write_forever(dir);
		for (int i = 0; i < 10; i++) {
			check_whole();
			usleep(300);
		}
		kill(pid, SIGKILL); /* at any moment */
		waitpid(pid, NULL, 0);
		check_whole();
		assert_true(publish_file(dir, "x.conf", text, sizeof(text), 0644) >= 0);
		assert_int_equal(count_names(), 1);
	}
}

static void links(void **state)
{
	_cleanup_close_ int dir = open_directory();
	char target[32] = "";

	(void)state;
	assert_int_equal(publish_symlink(dir, "alias", "i686/nosegneg"), 1);
	assert_int_equal(readlink(tree_path("/alias"), target, sizeof(target)), 13);
	assert_string_equal(target, "i686/nosegneg");
	assert_int_equal(publish_symlink(dir, "alias", "i686/nosegneg"), 0);
	assert_int_equal(publish_symlink(dir, "alias", "i686/noseg"), -EEXIST);
	assert_int_equal(publish_symlink(dir, "alias", "i686/nosegneg2"), -EEXIST);
	tree_text("/file", "theirs");
	assert_int_equal(publish_symlink(dir, "file", "theirs"), -EEXIST);
	assert_string_equal(contents("/file"), "theirs");
	tree_directory("/directory");
	assert_int_equal(publish_symlink(dir, "directory", "x"), -EEXIST);
	assert_int_equal(publish_symlink(dir, "missing/alias", "x"), -ENOENT);
	assert_int_equal(publish_remove(dir, "alias"), 1);
	assert_int_equal(publish_remove(dir, "alias"), 0);
	assert_true(publish_remove(dir, "directory") < 0);
	assert_true(S_ISDIR(look("/directory").st_mode));
}

static void renames_aside(void **state)
{
	_cleanup_close_ int dir = open_directory();
	char saved[64], name[16];

	(void)state;
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "x.conf.saved", "x.conf.saved.1", "x.conf.saved.2" };
		char text[2] = { (char)('a' + i), '\0' };

		tree_text("/x.conf", text);
		assert_int_equal(publish_aside(dir, "x.conf", saved, sizeof(saved)), 0);
		assert_string_equal(saved, names[i]);
		assert_string_equal(contents("/x.conf"), "?");
	}
	assert_string_equal(contents("/x.conf.saved"), "a");
	assert_string_equal(contents("/x.conf.saved.1"), "b");
	assert_int_equal(publish_aside(dir, "x.conf", saved, sizeof(saved)), -ENOENT);
	tree_text("/x.conf", "d");
	assert_int_equal(publish_aside(dir, "x.conf", name, 12), -ENAMETOOLONG);
	assert_string_equal(contents("/x.conf"), "d");
	unlink(tree_path("/x.conf"));
	tree_link("x.conf.saved", "/x.conf"); /* the link itself, not what it leads to */
	assert_int_equal(publish_aside(dir, "x.conf", saved, sizeof(saved)), 0);
	assert_true(S_ISLNK(look("/x.conf.saved.3").st_mode));
	assert_string_equal(contents("/x.conf.saved"), "a");
	for (int i = 4; i < 100; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/x.conf.saved.%d", i);
		tree_text(path, "");
	}
	tree_text("/x.conf", "e");
	assert_int_equal(publish_aside(dir, "x.conf", saved, sizeof(saved)), -EEXIST);
	assert_string_equal(saved, "");
	assert_string_equal(contents("/x.conf"), "e");
}

static long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

static void one_run_at_a_time(void **state)
{
	_cleanup_close_ int dir = open_directory();
	struct timespec start;
	int first, second;

	(void)state;
	first = publish_lock(dir, "x.conf", 0);
	assert_true(first >= 0);
	assert_true(publish_lock_exists(dir, "x.conf"));
	assert_false(publish_left_over(dir, "x.conf"));
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(publish_lock(dir, "x.conf", 0), -EAGAIN);
	assert_true(elapsed_ms(&start) < 1000);
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(publish_lock(dir, "x.conf", 100), -EAGAIN);
	assert_true(elapsed_ms(&start) >= 100 && elapsed_ms(&start) < 5000);
	second = publish_lock(dir, "y.conf", 0); /* another name's is no obstacle */
	assert_true(second >= 0);
	publish_unlock(dir, "y.conf", second);
	publish_unlock(dir, "x.conf", first);
	assert_false(publish_lock_exists(dir, "x.conf"));
	publish_unlock(dir, "x.conf", -1);
	assert_int_equal(publish_lock(-1, "x.conf", 100), -EBADF);
	assert_int_equal(publish_lock(dir, "a/b", 100), -ENAMETOOLONG);
}

/* Nobody else can open the file, so nobody else can keep the lock. */
static void the_lock_is_its_owners(void **state)
{
	_cleanup_close_ int dir = open_directory();
	struct stat st;
	int fd;

	(void)state;
	fd = publish_lock(dir, "x.conf", 0);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	publish_unlock(dir, "x.conf", fd);
}

/* A run that was killed leaves the file, and not the lock. */
static void a_file_that_is_left_is_no_lock(void **state)
{
	_cleanup_close_ int dir = open_directory();
	int fd = publish_lock(dir, "x.conf", 0);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_true(publish_lock_exists(dir, "x.conf"));
	fd = publish_lock(dir, "x.conf", 0);
	assert_true(fd >= 0);
	publish_unlock(dir, "x.conf", fd);
	assert_false(publish_lock_exists(dir, "x.conf"));
}

static void waits_for_the_other_run(void **state)
{
	_cleanup_close_ int mine = open_directory();
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		int theirs = open(tree_top, O_RDONLY | O_DIRECTORY);

		if (publish_lock(theirs, "x.conf", 0) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		usleep(200000);
		_exit(0); /* the lock goes with the process */
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	byte = (char)publish_lock(mine, "x.conf", 20000);
	assert_true(byte >= 0);
	publish_unlock(mine, "x.conf", byte);
	assert_true(waitpid(pid, &status, 0) == pid && status == 0);
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(writes_a_new_file),
		TREE_TEST(leaves_alone_what_is_so_already),
		TREE_TEST(replaces_what_is_no_file_and_never_follows),
		TREE_TEST(clears_up_behind_a_run_that_was_killed),
		TREE_TEST(retires_a_name_until_it_is_tidied_away),
		TREE_TEST(refuses_names_that_are_none),
		TREE_TEST(a_full_disk_changes_nothing),
		TREE_TEST(a_disk_without_room),
		TREE_TEST(readers_find_a_whole_file),
		TREE_TEST(links),
		TREE_TEST(renames_aside),
		TREE_TEST(one_run_at_a_time),
		TREE_TEST(the_lock_is_its_owners),
		TREE_TEST(a_file_that_is_left_is_no_lock),
		TREE_TEST(waits_for_the_other_run),
	};

	return RUN_TESTS(tests);
}
