// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/util.h"
#include "tree.h"

/* The root is "r" of the test's tree; "outside" lies beside it, where no path of the root may lead. */
static void make_tree(void)
{
	char deep[256] = "/r/deep";

	tree_text("/outside/secret", "secret");
	tree_text("/r/file", "inside");
	tree_text("/r/a/b/c/file", "deep");
	tree_text("/r/empty", "");
	tree_directory("/r/dir");
	tree_link("/file", "/r/absolute");
	tree_link("file", "/r/relative");
	tree_link("/a/b", "/r/to-b");
	tree_link("../../../file", "/r/a/b/c/up");
	tree_link("../../../../../../../file", "/r/a/b/c/far-up");
	tree_link("../outside/secret", "/r/escape-relative");
	tree_link("/../outside/secret", "/r/escape-absolute");
	tree_link(tree_path("/outside/secret"), "/r/escape-host");
	tree_link("../outside", "/r/escape-directory");
	tree_link("loop", "/r/loop");
	tree_link("loop-b", "/r/loop-a");
	tree_link("loop-a", "/r/loop-b");
	tree_link("missing/further", "/r/dangling");
	tree_link("/", "/r/root");
	tree_link(".", "/r/here");
	tree_link("..", "/r/a/parent");
	tree_link("dir/", "/r/dir-with-slash");
	tree_link("file/", "/r/file-with-slash");
	tree_link("file/..", "/r/file-parent");
	tree_link("a//b/./c/", "/r/untidy");
	tree_link("to-b/c/up", "/r/through");
	for (int i = 0; i < 45; i++) {
		char target[32], path[32];

		snprintf(target, sizeof(target), i ? "chain%d" : "file", i - 1);
		snprintf(path, sizeof(path), "/r/chain%d", i);
		tree_link(target, path);
	}
	for (int i = 0; i < 20; i++)
		strcat(deep, "/directory");
	strcat(deep, "/file");
	tree_text(deep, "x");
	assert_int_equal(mkfifo(tree_path("/r/fifo"), 0644), 0);
}

static const char *const paths[] = { "/", "//", "/.", "/..", "/../..", "/file", "//file", "/./file", "/../file",
	"/file/", "/file//", "/file/.", "/file/..", "/file/../file", "/file/x", "/empty", "/dir", "/dir/", "/dir/.",
	"/dir/..", "/dir/../file", "/dir/../../file", "/a/b/c/file", "/a/./b//c/../c/file", "/absolute", "/absolute/",
	"/absolute/x", "/relative", "/to-b", "/to-b/", "/to-b/c", "/to-b/../file", "/to-b/../b/c/file",
	"/to-b/../../file", "/a/b/c/up", "/a/b/c/far-up", "/escape-relative", "/escape-absolute", "/escape-host",
	"/escape-directory", "/escape-directory/secret", "/../outside/secret", "/a/../../outside/secret", "/loop",
	"/loop/x", "/loop-a", "/loop-b", "/dangling", "/dangling/x", "/dangling/..", "/missing", "/missing/",
	"/missing/..", "/missing/../file", "/missing/x", "/root", "/root/", "/root/file", "/root/root/root/a/b",
	"/here", "/here/here/file", "/a/parent", "/a/parent/parent/a/parent/file", "/dir-with-slash",
	"/file-with-slash", "/file-parent", "/untidy", "/untidy/file", "/through", "/chain0", "/chain38", "/chain39",
	"/chain40", "/chain44", "/here/chain38", "/here/chain39", "/fifo", "/fifo/" };

/* What one path gives; errors are negative. */
struct result {
	int resolve, open, nofollow, stat, lstat, readlink;
	ino_t resolve_inode, open_inode, stat_inode, lstat_inode;
	char real[PATH_MAX], target[PATH_MAX];
};

static ino_t inode_of(int fd)
{
	struct stat st = { 0 };

	if (fd >= 0) {
		assert_int_equal(fstat(fd, &st), 0);
		close(fd);
	}
	return st.st_ino;
}

static int sign(int fd)
{
	return fd < 0 ? fd : 0;
}

static void ask_root(const struct root *root, const char *path, struct result *out)
{
	struct stat st = { 0 };
	int fd;

	memset(out, 0, sizeof(*out));
	out->resolve = root_resolve(root, path, out->real, &st);
	out->resolve_inode = out->resolve == 0 ? st.st_ino : 0;
	fd = root_open(root, path, O_RDONLY | O_NONBLOCK);
	out->open = sign(fd);
	out->open_inode = inode_of(fd);
	fd = root_open(root, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	out->nofollow = sign(fd);
	inode_of(fd);
	out->stat = root_stat(root, path, &st);
	out->stat_inode = out->stat == 0 ? st.st_ino : 0;
	out->lstat = root_lstat(root, path, &st);
	out->lstat_inode = out->lstat == 0 ? st.st_ino : 0;
	out->readlink = root_readlink(root, path, out->target, sizeof(out->target));
}

/* The kernel and the C library, in a process whose root it is. */
static void ask_kernel(const char *path, struct result *out)
{
	struct stat st = { 0 };
	ssize_t n;
	int fd;

	out->resolve = realpath(path, out->real) ? 0 : -errno;
	if (out->resolve == 0 && stat(out->real, &st) == 0)
		out->resolve_inode = st.st_ino;
	else
		out->real[0] = '\0';
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	out->open = fd < 0 ? -errno : 0;
	out->open_inode = inode_of(fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	out->nofollow = fd < 0 ? -errno : 0;
	inode_of(fd);
	out->stat = stat(path, &st) == 0 ? 0 : -errno;
	out->stat_inode = out->stat == 0 ? st.st_ino : 0;
	out->lstat = lstat(path, &st) == 0 ? 0 : -errno;
	out->lstat_inode = out->lstat == 0 ? st.st_ino : 0;
	n = readlink(path, out->target, sizeof(out->target) - 1);
	out->readlink = n < 0 ? -errno : 0;
}

static void compare(const char *path, const struct result *got, const struct result *want)
{
	if (got->resolve != want->resolve || strcmp(got->real, want->real) != 0 ||
			got->resolve_inode != want->resolve_inode)
		fail_msg("%s: resolve %d %s, not %d %s", path, got->resolve, got->real, want->resolve, want->real);
	if (got->open != want->open || got->open_inode != want->open_inode)
		fail_msg("%s: open %d, not %d", path, got->open, want->open);
	if (got->nofollow != want->nofollow)
		fail_msg("%s: open without following %d, not %d", path, got->nofollow, want->nofollow);
	if (got->stat != want->stat || got->stat_inode != want->stat_inode)
		fail_msg("%s: stat %d, not %d", path, got->stat, want->stat);
	if (got->lstat != want->lstat || got->lstat_inode != want->lstat_inode)
		fail_msg("%s: lstat %d, not %d", path, got->lstat, want->lstat);
	if (got->readlink != want->readlink || strcmp(got->target, want->target) != 0)
		fail_msg("%s: readlink %d %s, not %d %s", path, got->readlink, got->target, want->readlink,
				want->target);
}

static void agrees_with_a_changed_root(void **state)
{
	struct result *want = mmap(NULL, sizeof(*want) * ARRAY_SIZE(paths), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	_cleanup_root_ struct root root = ROOT_EMPTY;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: chroot(2) is not compared with\n");
		skip();
	}
	make_tree();
	assert_int_equal(root_open_tree(&root, tree_path("/r")), 0);
	pid = fork();
	if (pid == 0) {
		if (chroot(tree_path("/r")) != 0 || chdir("/") != 0)
			_exit(1);
		for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
			ask_kernel(paths[i], &want[i]);
		_exit(0);
	}
	assert_true(waitpid(pid, &status, 0) == pid && status == 0);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct result got;

		ask_root(&root, paths[i], &got);
		compare(paths[i], &got, &want[i]);
	}
	munmap(want, sizeof(*want) * ARRAY_SIZE(paths));
}

/* Whatever the path, what it leads to is inside. */
static void nothing_leads_out(void **state)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	struct stat secret, st;

	(void)state;
	make_tree();
	assert_int_equal(stat(tree_path("/outside/secret"), &secret), 0);
	assert_int_equal(root_open_tree(&root, tree_path("/r")), 0);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		char *data = NULL;
		size_t size;

		if (root_stat(&root, paths[i], &st) == 0)
			assert_int_not_equal(st.st_ino, secret.st_ino);
		if (root_read(&root, paths[i], 100, &data, &size) == 0)
			assert_string_not_equal(data, "secret");
		free(data);
	}
	assert_int_equal(root_stat(&root, "/escape-host", &st), -ENOENT);
	assert_int_equal(root_stat(&root, "/escape-relative", &st), -ENOENT);
	tree_text("/r/outside/secret", "decoy"); /* what such a link leads to, inside */
	assert_int_equal(root_stat(&root, "/escape-relative", &st), 0);
	assert_int_not_equal(st.st_ino, secret.st_ino);
}

/* A directory that is exchanged for a link after it was looked at: the file then is not there, or inside. */
static void exchanged_while_it_is_walked(void **state)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	pid_t pid;

	(void)state;
	if (syscall(SYS_openat2, -1, "", NULL, 0) != 0 && errno == ENOSYS) {
		print_message("a kernel without openat2(2)\n");
		skip();
	}
	tree_text("/outside/secret", "secret");
	tree_text("/r/a/secret", "inside");
	tree_link("../outside", "/r/link");
	assert_int_equal(root_open_tree(&root, tree_path("/r")), 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			if (renameat2(root.fd, "a", root.fd, "link", RENAME_EXCHANGE) != 0)
				_exit(1);
	for (int i = 0; i < 20000; i++) {
		char *data = NULL;
		size_t size;

		if (root_read(&root, "/a/secret", 100, &data, &size) == 0 && strcmp(data, "inside") != 0) {
			kill(pid, SIGKILL);
			fail_msg("led out of the root");
		}
		free(data);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void long_paths(void **state)
{
	_cleanup_root_ struct root root = tree_root();
	char path[2 * PATH_MAX], real[PATH_MAX];

	(void)state;
	tree_text("/file", "x");
	memset(path, '/', sizeof(path));
	strcpy(path + PATH_MAX - 5, "file"); /* one byte less than the kernel takes */
	assert_int_equal(root_resolve(&root, path, real, NULL), 0);
	assert_string_equal(real, "/file");
	path[PATH_MAX - 5] = '/';
	strcpy(path + PATH_MAX - 4, "file");
	assert_int_equal(root_resolve(&root, path, real, NULL), -ENAMETOOLONG);
	assert_int_equal(root_open(&root, path, O_RDONLY), -ENAMETOOLONG);
	memset(path, 'n', NAME_MAX + 2);
	path[0] = '/';
	path[NAME_MAX + 2] = '\0'; /* a component that is too long for any file system */
	assert_int_equal(root_resolve(&root, path, real, NULL), -ENAMETOOLONG);
	path[NAME_MAX + 1] = '\0';
	assert_int_equal(root_resolve(&root, path, real, NULL), -ENOENT);
}

/* Links whose targets together are longer than a path. */
static void links_that_grow(void **state)
{
	_cleanup_root_ struct root root = tree_root();
	char target[3000], real[PATH_MAX];

	(void)state;
	memset(target, '/', sizeof(target));
	strcpy(target + sizeof(target) - 2, "b");
	tree_link(target, "/a");
	target[sizeof(target) - 2] = '.';
	tree_link(target, "/b");
	assert_int_equal(root_resolve(&root, "/a", real, NULL), 0);
	assert_string_equal(real, "/");
	memcpy(target + sizeof(target) - 4, "/a/", 4);
	tree_link(target, "/c");
	assert_int_equal(root_resolve(&root, "/c", real, NULL), 0);
	memset(target, 'n', sizeof(target));
	for (size_t i = 0; i < sizeof(target); i += 100)
		target[i] = '/';
	memcpy(target, "loop/", 5);
	target[sizeof(target) - 1] = '\0';
	tree_link(target, "/loop");
	assert_int_equal(root_resolve(&root, "/loop", real, NULL), -ENAMETOOLONG);
}

static void reads_whole_files(void **state)
{
	_cleanup_root_ struct root root = tree_root();
	static char large[20000];
	char *data = NULL;
	size_t size = 4711;

	(void)state;
	memset(large, 'x', sizeof(large));
	tree_put("/large", large, sizeof(large));
	tree_text("/empty", "");
	tree_directory("/dir");
	assert_int_equal(mkfifo(tree_path("/fifo"), 0644), 0);
	tree_link("/fifo", "/to-fifo");
	assert_int_equal(root_read(&root, "/large", sizeof(large), &data, &size), 0);
	assert_int_equal(size, sizeof(large));
	assert_memory_equal(data, large, size);
	assert_int_equal(data[size], '\0');
	free(data);
	data = NULL;
	assert_int_equal(root_read(&root, "/large", sizeof(large) - 1, &data, &size), -EFBIG);
	assert_null(data);
	assert_int_equal(root_read(&root, "/empty", 0, &data, &size), 0);
	assert_int_equal(size, 0);
	assert_string_equal(data, "");
	free(data);
	size = 4711;
	assert_int_equal(root_read(&root, "/dir", 100, &data, &size), -EISDIR);
	assert_int_equal(root_read(&root, "/fifo", 100, &data, &size), -EINVAL);
	assert_int_equal(root_read(&root, "/to-fifo", 100, &data, &size), -EINVAL);
	assert_int_equal(root_read(&root, "/missing", 100, &data, &size), -ENOENT);
	assert_int_equal(size, 4711);
}

static void readlink_says_when_it_does_not_fit(void **state)
{
	_cleanup_root_ struct root root = tree_root();
	char target[8];

	(void)state;
	tree_link("1234567", "/seven");
	tree_link("12345678", "/eight");
	tree_text("/file", "");
	assert_int_equal(root_readlink(&root, "/seven", target, sizeof(target)), 0);
	assert_string_equal(target, "1234567");
	assert_int_equal(root_readlink(&root, "/eight", target, sizeof(target)), -ENAMETOOLONG);
	assert_int_equal(root_readlink(&root, "/file", target, sizeof(target)), -EINVAL);
	assert_int_equal(root_readlink(&root, "/", target, sizeof(target)), -EINVAL);
	assert_int_equal(root_readlink(&root, "/missing", target, sizeof(target)), -ENOENT);
}

static void trees_and_the_host(void **state)
{
	static const struct {
		const char *suffix, *path;
	} cases[] = { { "", "" }, { "/", "" }, { "///", "" }, { "/dir", "/dir" }, { "/dir//", "/dir" } };
	struct root root = ROOT_EMPTY;
	char path[128], want[128];

	(void)state;
	tree_directory("/dir");
	tree_text("/file", "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(path, sizeof(path), "%s%s", tree_top, cases[i].suffix);
		snprintf(want, sizeof(want), "%s%s", tree_top, cases[i].path);
		assert_int_equal(root_open_tree(&root, path), 0);
		assert_false(root.host);
		assert_string_equal(root.path, want);
		root_close(&root);
		assert_int_equal(root.fd, -1);
		root_close(&root); /* twice does no harm */
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(root_open_tree(&root, i == 0 ? NULL : i == 1 ? "/" : "//"), 0);
		assert_true(root.host);
		assert_string_equal(root.path, "");
		root_close(&root);
	}
	assert_int_equal(root_open_tree(&root, ""), -ENOENT);
	assert_int_equal(root_open_tree(&root, tree_path("/missing")), -ENOENT);
	assert_int_equal(root_open_tree(&root, tree_path("/file")), -ENOTDIR);
	assert_int_equal(root.fd, -1);
}

/* The host's paths go to the kernel as they are, /proc's links among them. */
static void the_host(void **state)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	char real[PATH_MAX], *data = NULL;
	struct stat st;
	size_t size;

	(void)state;
	tree_text("/file", "x");
	tree_link("file", "/link");
	assert_int_equal(root_open_tree(&root, NULL), 0);
	assert_int_equal(root_resolve(&root, tree_path("/link"), real, &st), 0);
	assert_string_equal(real, tree_path("/file"));
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(root_lstat(&root, tree_path("/link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(root_open(&root, tree_path("/link"), O_RDONLY | O_NOFOLLOW), -ELOOP);
	assert_int_equal(root_resolve(&root, tree_path("/missing"), real, NULL), -ENOENT);
	assert_int_equal(root_read(&root, "/proc/self/status", 1 << 20, &data, &size), 0);
	assert_true(size > 100);
	assert_memory_equal(data, "Name:\t", 6);
	free(data);
	data = NULL;
	assert_int_equal(root_read(&root, "/proc/self/status", 10, &data, &size), -EFBIG);
	assert_int_equal(root_read(&root, "/dev/tty", 10, &data, &size) < 0, true);
	assert_int_equal(root_read(&root, "/dev/zero", 10, &data, &size), -EINVAL);
}

static void descriptors_close_on_exec(void **state)
{
	_cleanup_root_ struct root root = tree_root(), host = ROOT_EMPTY;
	int fd;

	(void)state;
	tree_text("/file", "x");
	fd = root_open(&root, "/file", O_RDONLY);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	assert_true(fcntl(root.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(root_open_tree(&host, NULL), 0);
	fd = root_open(&host, "/dev/null", O_RDONLY);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(agrees_with_a_changed_root),
		TREE_TEST(nothing_leads_out),
		TREE_TEST(exchanged_while_it_is_walked),
		TREE_TEST(long_paths),
		TREE_TEST(links_that_grow),
		TREE_TEST(reads_whole_files),
		TREE_TEST(readlink_says_when_it_does_not_fit),
		TREE_TEST(trees_and_the_host),
		TREE_TEST(the_host),
		TREE_TEST(descriptors_close_on_exec),
	};

	return RUN_TESTS(tests);
}
