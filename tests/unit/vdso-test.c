// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "elf-image.h"
#include "loader/kernelcap.h"
#include "loader/vdso.h"

static void reads_its_own(void **state)
{
	_cleanup_vdso_ struct vdso vdso = { 0 };
	struct kernelcap cap;
	char why[WHY_MAX];

	(void)state;
	if (!getauxval(AT_SYSINFO_EHDR))
		skip();
	assert_int_equal(vdso_of_self(&vdso, why), 0);
	assert_int_equal(vdso.offset, getauxval(AT_SYSINFO_EHDR));
	assert_true(vdso.size >= 4096 && vdso.size <= VDSO_SIZE_MAX);
	assert_memory_equal(vdso.data, "\177ELF", 4);
	assert_int_equal(kernelcap_parse(vdso.data, vdso.size, &cap, why), 0);
	assert_int_equal(cap.is64, sizeof(void *) == 8);
}

static void reads_another_process(void **state)
{
	_cleanup_vdso_ struct vdso own = { 0 }, vdso = { 0 };
	_cleanup_root_ struct root root = ROOT_EMPTY;
	char why[WHY_MAX];
	int status;
	pid_t pid;

	(void)state;
	if (vdso_of_self(&own, why) < 0)
		skip();
	assert_int_equal(root_open_tree(&root, NULL), 0);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(vdso_of_process(&root, pid, &vdso, why), 0);
	assert_int_equal(vdso.size, own.size);
	assert_int_equal(vdso.offset, own.offset);
	assert_memory_equal(vdso.data, own.data, (size_t)own.size);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	vdso_free(&vdso);
	assert_int_equal(vdso_of_process(&root, pid, &vdso, why), -ESRCH);
	assert_null(vdso.data);
}

/* A zombie has no memory any more; a kernel thread never had. */
static void says_that_there_is_none(void **state)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	struct vdso vdso = { 0 };
	char why[WHY_MAX];
	siginfo_t info;
	pid_t pid;

	(void)state;
	assert_int_equal(root_open_tree(&root, NULL), 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(vdso_of_process(&root, pid, &vdso, why), -ENOENT);
	assert_string_equal(why, "there is no vDSO");
	waitpid(pid, NULL, 0);
}

static void write_file(const char *directory, const char *name, const void *data, size_t size, off_t at)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, size, at), size);
	close(fd);
}

static void make_process(char *tree, const void *auxv, size_t auxv_size, const struct image *img, off_t at)
{
	char path[256];

	assert_non_null(mkdtemp(tree));
	snprintf(path, sizeof(path), "%s/proc", tree);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/proc/7", tree);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(path, "auxv", auxv, auxv_size, 0);
	if (img)
		write_file(path, "mem", img->data, img->size, at);
}

static void remove_process(const char *tree)
{
	static const char *const names[] = { "/proc/7/auxv", "/proc/7/mem", "/proc/7", "/proc", "" };
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s%s", tree, names[i]);
		remove(path);
	}
}

static int read_process(
		const void *auxv, size_t auxv_size, const struct image *img, off_t at, struct vdso *vdso, char *why)
{
	_cleanup_root_ struct root root = ROOT_EMPTY;
	char tree[] = "/tmp/vdso-test.XXXXXX";
	int r;

	make_process(tree, auxv, auxv_size, img, at);
	assert_int_equal(root_open_tree(&root, tree), 0);
	r = vdso_of_process(&root, 7, vdso, why);
	remove_process(tree);
	return r;
}

/* Both classes of process, whatever class this program has. */
static void reads_both_classes(void **state)
{
	static const uint32_t narrow[] = { AT_SYSINFO, 0x8414, AT_SYSINFO_EHDR, 0x8000, AT_PHENT, 32, AT_NULL, 0 };
	static const uint64_t wide[] = { AT_SYSINFO_EHDR, 0x8000, AT_PHENT, 56, AT_NULL, 0 };
	_cleanup_vdso_ struct vdso of_narrow = { 0 }, of_wide = { 0 };
	struct image img;
	char why[WHY_MAX];

	(void)state;
	image_make_vdso(&img, false, NOTE_PVOPS_ON, NOTE_SIZE);
	assert_int_equal(read_process(narrow, sizeof(narrow), &img, 0x8000, &of_narrow, why), 0);
	assert_int_equal(of_narrow.offset, 0x8000);
	assert_int_equal(of_narrow.size, img.size);
	assert_memory_equal(of_narrow.data, img.data, img.size);
	image_make_vdso(&img, true, NOTE_XENLINUX, NOTE_SIZE);
	assert_int_equal(read_process(wide, sizeof(wide), &img, 0x8000, &of_wide, why), 0);
	assert_memory_equal(of_wide.data, img.data, img.size);
}

static void distrusts_the_vector(void **state)
{
	static const uint32_t without[] = { AT_PHENT, 32, AT_NULL, 0 };
	static const uint32_t behind[] = { AT_PHENT, 32, AT_NULL, 0, AT_SYSINFO_EHDR, 0x8000 };
	static const uint32_t endless[] = { AT_PHENT, 32, AT_SYSINFO_EHDR };
	static const uint32_t strange[] = { AT_PHENT, 33, AT_SYSINFO_EHDR, 0x8000, AT_NULL, 0 };
	static const uint32_t beyond[] = { AT_PHENT, 32, AT_SYSINFO_EHDR, 0x70000000, AT_NULL, 0 };
	static const uint32_t inside[] = { AT_PHENT, 32, AT_SYSINFO_EHDR, 0x8004, AT_NULL, 0 };
	struct vdso vdso = { 0 };
	struct image img;
	char why[WHY_MAX];

	(void)state;
	image_make_vdso(&img, false, NOTE_PVOPS_ON, NOTE_SIZE);
	assert_int_equal(read_process("", 0, &img, 0x8000, &vdso, why), -ENOENT);
	assert_int_equal(read_process(without, sizeof(without), &img, 0x8000, &vdso, why), -ENOENT);
	assert_int_equal(read_process(behind, sizeof(behind), &img, 0x8000, &vdso, why), -ENOENT);
	assert_int_equal(read_process(endless, sizeof(endless), &img, 0x8000, &vdso, why), -ENOENT);
	assert_int_equal(read_process(strange, sizeof(strange), &img, 0x8000, &vdso, why), -ENOENT);
	assert_int_equal(read_process(beyond, sizeof(beyond), &img, 0x8000, &vdso, why), -ESRCH);
	assert_int_equal(read_process(inside, sizeof(inside), &img, 0x8000, &vdso, why), -ENOEXEC);
	assert_int_equal(read_process(beyond, sizeof(beyond), NULL, 0, &vdso, why), -ESRCH);
	assert_null(vdso.data);
}

static void set_load_size(struct image *img, uint32_t size)
{
	memcpy(img->data + sizeof(Elf32_Ehdr) + offsetof(Elf32_Phdr, p_filesz), &size, sizeof(size));
}

static void bounds_the_extent(void **state)
{
	struct image img;
	uint64_t extent = 0;
	char why[WHY_MAX];

	(void)state;
	image_make_vdso(&img, false, NOTE_PVOPS_ON, NOTE_SIZE);
	assert_int_equal(vdso_extent(img.data, img.size, &extent, why), 0);
	assert_int_equal(extent, img.size);
	set_load_size(&img, VDSO_SIZE_MAX);
	assert_int_equal(vdso_extent(img.data, img.size, &extent, why), 0);
	assert_int_equal(extent, VDSO_SIZE_MAX);
	set_load_size(&img, VDSO_SIZE_MAX + 1);
	assert_int_equal(vdso_extent(img.data, img.size, &extent, why), -EBADMSG);
	set_load_size(&img, 0xffffffff);
	assert_int_equal(vdso_extent(img.data, img.size, &extent, why), -EBADMSG);
	set_load_size(&img, 0);
	assert_int_equal(vdso_extent(img.data, img.size, &extent, why), -EBADMSG);
	assert_string_equal(why, "a vDSO without a segment that is loaded");
	assert_int_equal(extent, VDSO_SIZE_MAX);
}

/* The headers say more than the process has. */
static void survives_a_short_memory(void **state)
{
	static const uint32_t auxv[] = { AT_PHENT, 32, AT_SYSINFO_EHDR, 0x8000, AT_NULL, 0 };
	struct vdso vdso = { 0 };
	struct image img;
	char why[WHY_MAX];

	(void)state;
	image_make_vdso(&img, false, NOTE_PVOPS_ON, NOTE_SIZE);
	set_load_size(&img, 0x4000);
	assert_int_equal(read_process(auxv, sizeof(auxv), &img, 0x8000, &vdso, why), -ENODATA);
	assert_null(vdso.data);
}

static void reads_a_file(void **state)
{
	_cleanup_close_ int fd = memfd_create("vdso", MFD_CLOEXEC), directory = open("/", O_RDONLY | O_CLOEXEC);
	_cleanup_vdso_ struct vdso vdso = { 0 }, empty = { 0 };
	int ends[2];
	char why[WHY_MAX];

	(void)state;
	assert_int_equal(vdso_of_file(fd, &empty, why), 0);
	assert_int_equal(empty.size, 0);
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(vdso_of_file(fd, &vdso, why), 0);
	assert_int_equal(vdso.size, 3);
	assert_memory_equal(vdso.data, "abc", 3);
	assert_int_equal(ftruncate(fd, VDSO_SIZE_MAX + 1), 0);
	assert_int_equal(vdso_of_file(fd, &empty, why), -EFBIG);
	assert_int_equal(vdso_of_file(directory, &empty, why), -EISDIR);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(vdso_of_file(ends[0], &empty, why), -EINVAL);
	assert_string_equal(why, "not a regular file");
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_its_own),
		cmocka_unit_test(reads_another_process),
		cmocka_unit_test(says_that_there_is_none),
		cmocka_unit_test(reads_both_classes),
		cmocka_unit_test(distrusts_the_vector),
		cmocka_unit_test(bounds_the_extent),
		cmocka_unit_test(survives_a_short_memory),
		cmocka_unit_test(reads_a_file),
	};

	return RUN_TESTS(tests);
}
