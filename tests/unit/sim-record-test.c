// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/util.h"
#include "common/output.h"
#include "elf/image.h"
#include "hash.h"
#include "module.h"
#include "sim-child.h"
#include "symbolize.h"
#include "tree.h"

const char output_program[] = "sim-record-test";

static const uint8_t int3[] = { 0xcc };

static struct site *site_of(struct record *rec, const struct child *child)
{
	return record_site(rec, child->pid, child->regs.eip - 1, int3, sizeof(int3));
}

/* The kernel's own link to a mapped file is for CAP_CHECKPOINT_RESTORE and CAP_SYS_ADMIN. */
static void set_privileged(bool on)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	assert_int_equal(syscall(SYS_capget, &head, data), 0);
	data[0].effective = on ? data[0].permitted : data[0].permitted & ~(1u << CAP_SYS_ADMIN);
	data[1].effective = on ? data[1].permitted : data[1].permitted & ~(1u << (40 - 32));
	assert_int_equal(syscall(SYS_capset, &head, data), 0);
}

static int privileged_again(void **state)
{
	set_privileged(true);
	return tree_tear_down(state);
}

/* The byte that the file has at the place is the one that was executed. */
static void check_place(const struct site *site)
{
	_cleanup_image_ struct image *img = NULL;
	char why[WHY_MAX];
	uint8_t byte;

	assert_non_null(site->module);
	assert_true(site->module->fd >= 0);
	assert_int_equal(image_open(site->module->fd, &img, why), 0);
	assert_int_equal(image_read_address(img, site->addr, &byte, 1), 0);
	assert_int_equal(byte, 0xcc);
}

static void finds_the_place_in_the_file(void **state)
{
	static const char *const programs[] = { FIXTURE("sim-stack"), FIXTURE("sim-stack-pie"),
		FIXTURE("sim-stack-static"), FIXTURE("sim-stack-bare") };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(programs); i++) {
		const char *argv[] = { programs[i / 2], NULL };
		struct child child = child_start(argv);
		struct record *rec = record_new();
		struct site *site;

		set_privileged(i % 2);
		site = site_of(rec, &child);
		set_privileged(true);
		check_place(site);
		assert_string_equal(site->module->path, programs[i / 2]);
		assert_string_equal(symbolize_function(site->module, site->addr, NULL), "inner");
		assert_true(site->len == 1 && site->bytes[0] == 0xcc && !site->module->is_set);
		record_free(rec);
		child_end(&child);
	}
}

/* Wherever the file is mapped. */
static void knows_a_place_again(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack-pie"), NULL };
	struct child one = child_start(argv), two;
	struct record *rec = record_new();
	struct site *site = site_of(rec, &one), *next;

	(void)state;
	assert_ptr_equal(site_of(rec, &one), site);
	next = record_site(rec, one.pid, one.regs.eip, int3, sizeof(int3));
	assert_true(next != site && next->module == site->module && next->addr == site->addr + 1);
	two = child_start(argv);
	assert_ptr_equal(site_of(rec, &two), site);
	assert_int_equal(rec->nsite, 2);
	assert_int_equal(rec->nmodule, 1);
	child_end(&one);
	child_end(&two);
	record_free(rec);
}

static void keeps_many_places(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack-pie"), NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	uint32_t page = (child.regs.eip & ~4095u);

	(void)state;
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 1000; i++) {
			struct site *site = record_site(rec, child.pid, page + i, int3, sizeof(int3));

			assert_int_equal(site->addr & 4095, i);
			assert_ptr_equal(rec->site[i], site);
		}
	assert_int_equal(rec->nsite, 1000);
	child_end(&child);
	record_free(rec);
}

/* Code that the program wrote itself is known by its bytes, too: another process has something else there. */
static void takes_code_that_is_in_no_file(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "generated", NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct site *site = site_of(rec, &child);
	uint8_t long_one[20] = { 0xcc };

	(void)state;
	assert_null(site->module);
	assert_int_equal(site->addr, child.regs.eip - 1);
	assert_ptr_equal(site_of(rec, &child), site);
	assert_ptr_not_equal(record_site(rec, child.pid, child.regs.eip - 1, long_one, sizeof(long_one)), site);
	assert_int_equal(rec->site[1]->len, sizeof(rec->site[1]->bytes));
	assert_null(record_site(rec, child.pid, 0x10, int3, 1)->module); /* not mapped at all */
	assert_null(record_site(rec, child.pid, child.regs.esp, int3, 1)->module);
	child_end(&child);
	assert_null(record_site(rec, child.pid, 0x20, int3, 1)->module); /* gone */
	assert_int_equal(rec->nmodule, 0);
	record_free(rec);
}

static void counts_in_a_file_that_is_no_image(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "file", tree_path("/code"), NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct site *site = site_of(rec, &child);

	(void)state;
	assert_string_equal(site->module->path, tree_path("/code"));
	assert_int_equal(site->addr, 4096 + 3);
	child_end(&child);
	record_free(rec);
}

static void has_a_copy_of_the_vdso(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "call", NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct record_process *proc = record_process_add(rec, child.pid, 0, "x");
	struct site *site = record_site(rec, child.pid, child.regs.eip, int3, 1);

	(void)state;
	assert_string_equal(site->module->path, "[vdso]");
	assert_true(site->module->fd >= 0);
	assert_string_equal(symbolize_function(site->module, site->addr, NULL), "__kernel_vsyscall");
	record_library(rec, proc, child.pid, child.regs.eip);
	assert_int_equal(proc->nlibs, 0);
	child_end(&child);
	record_free(rec);
}

static void says_what_xen_refuses(void **state)
{
	static const uint8_t movq[] = { 0x65, 0x0f, 0x6f, 0x05, 0xfc, 0xff, 0xff, 0xff },
			     mov[] = { 0x65, 0xa1, 0xfc, 0xff, 0xff, 0xff };
	struct record *rec = record_new();

	(void)state;
	assert_non_null(record_site(rec, getpid(), 0x10, movq, sizeof(movq))->refusal);
	assert_null(record_site(rec, getpid(), 0x20, mov, sizeof(mov))->refusal);
	record_free(rec);
}

/* A copy of the fixture that is then taken away, or replaced by what `replace` makes. */
static void check_gone(bool privileged, void (*replace)(const char *path))
{
	const char *argv[] = { NULL, NULL };
	_cleanup_free_ char *path = strdup(tree_path("/program"));
	struct record *rec = record_new();
	struct child child;
	struct site *site;

	tree_copy(FIXTURE("sim-stack-bare"), "/program");
	assert_int_equal(chmod(path, 0755), 0);
	argv[0] = path;
	child = child_start(argv);
	assert_int_equal(unlink(path), 0);
	if (replace)
		replace(path);
	set_privileged(privileged);
	site = site_of(rec, &child);
	set_privileged(true);
	assert_string_equal(site->module->path, path);
	assert_int_equal(site->addr, child.regs.eip - 1); /* no position-independent one */
	if (privileged && geteuid() == 0)
		assert_string_equal(symbolize_function(site->module, site->addr, NULL), "inner");
	else
		assert_int_equal(site->module->fd, -1);
	if (replace)
		unlink(path);
	child_end(&child);
	record_free(rec);
}

static void put_another(const char *path)
{
	(void)path;
	tree_copy(FIXTURE("sim-stack-static"), "/program");
}

static void put_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

/* Never another file's names; and nobody waits at a FIFO. */
static void takes_no_other_file_for_it(void **state)
{
	static void (*const replacements[])(const char *) = { NULL, put_another, put_fifo };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(replacements); i++)
		check_gone(i % 2, replacements[i / 2]);
}

/* In a chroot "/" is no mount point, and what is mounted there would be seen elsewhere. */
static bool can_mount_privately(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* A file system that only the caller sees. */
static bool own_file_system(const char *program)
{
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount("tmpfs", tree_top, "tmpfs", 0, "size=8m") != 0)
		return false;
	tree_copy(program, "/program");
	return chmod(tree_path("/program"), 0755) == 0;
}

static void into_namespace(void)
{
	if (!own_file_system(FIXTURE("sim-stack")))
		_exit(77);
}

static void into_root(void)
{
	if (chroot(tree_top) != 0 || chdir("/") != 0)
		_exit(77);
}

static void check_elsewhere(const char *program, void (*prepare)(void))
{
	const char *argv[] = { program, NULL };
	struct child child = child_start_prepared(argv, prepare);
	struct record *rec = record_new();
	struct site *site;

	set_privileged(false);
	site = site_of(rec, &child);
	set_privileged(true);
	check_place(site);
	assert_string_equal(site->module->path, tree_path("/program"));
	assert_string_equal(symbolize_function(site->module, site->addr, NULL), "inner");
	record_free(rec);
	child_end(&child);
}

static void opens_files_of_another_root(void **state)
{
	char program[PATH_MAX];

	(void)state;
	if (geteuid() != 0)
		skip();
	tree_copy(FIXTURE("sim-stack-static"), "/program");
	assert_int_equal(chmod(tree_path("/program"), 0755), 0);
	check_elsewhere("/program", into_root);
	if (!can_mount_privately()) {
		print_message("needs a root directory that is a mount point: this is a chroot\n");
		skip();
	}
	assert_int_equal(unlink(tree_path("/program")), 0);
	strcpy(program, tree_path("/program"));
	check_elsewhere(program, into_namespace);
	/* Another program of this name that has the same number in a file system of ours. */
	assert_true(own_file_system(FIXTURE("sim-stack-static")));
	check_elsewhere(program, into_namespace);
	assert_int_equal(umount(tree_top), 0);
}

static void tells_the_set_by_its_directory(void **state)
{
	static const struct {
		const char *path;
		bool is_set;
	} cases[] = { { "/a/nosegneg/lib.so", true }, { "/a/nosegneg/b/lib.so", false },
		{ "/a/xnosegneg/lib.so", false }, { "/a/b/nosegneg", false }, { "/a/set/lib.so", true },
		{ "/a/other/lib.so", false } };
	const char *argv[ARRAY_SIZE(cases) + 3] = { FIXTURE("sim-stack"), "libraries" };
	struct record *rec = record_new();
	struct child child;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tree_copy(FIXTURE("sim-stack-a.so"), cases[i].path);
		argv[i + 2] = strdup(tree_path(cases[i].path));
	}
	tree_text("/a/set/manifest", "nosegneg-manifest: 1\n");
	tree_text("/a/other/manifest", "Manifest-Version: 1.0\n");
	child = child_start(argv);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct site *site = site_of(rec, &child);

		assert_string_equal(site->module->path, argv[i + 2]);
		if (site->module->is_set != cases[i].is_set)
			fail_msg("%s", cases[i].path);
		check_place(site);
		child_next(&child);
		free((char *)argv[i + 2]);
	}
	assert_int_equal(rec->nmodule, ARRAY_SIZE(cases));
	record_free(rec);
}

static void lists_libraries_once_and_in_order(void **state)
{
	const char *argv[] = { FIXTURE("sim-stack"), "libraries", FIXTURE("sim-stack-a.so"), FIXTURE("sim-stack-b.so"),
		FIXTURE("sim-stack-a.so"), NULL };
	struct child child = child_start(argv);
	struct record *rec = record_new();
	struct record_process *proc = record_process_add(rec, child.pid, 0, argv[0]);

	(void)state;
	for (int i = 0; i < 3; i++) {
		record_library(rec, proc, child.pid, child.regs.eip);
		record_library(rec, proc, child.pid, child.regs.eip);
		record_library(rec, proc, child.pid, child.regs.esp);
		child_next(&child);
	}
	assert_int_equal(proc->nlibs, 2);
	assert_string_equal(proc->libs[0]->path, FIXTURE("sim-stack-a.so"));
	assert_string_equal(proc->libs[1]->path, FIXTURE("sim-stack-b.so"));
	record_free(rec);
}

static void translates_by_segments(void **state)
{
	/* Two segments share the page at 0x2000 of the file: there the executable one counts. */
	struct module_load load[] = { { 0, 0x1000, 0x8048000, 0x1000, false },
		{ 0x2800, 0x1000, 0x804a800, 0x1000, false }, { 0x1000, 0x1800, 0x8059000, 0x1000, true } };
	struct module module = { .load = load, .nload = ARRAY_SIZE(load) }, none = { 0 };
	uint64_t start = 1;

	(void)state;
	assert_int_equal(module_address(&module, 0x10), 0x8048010);
	assert_int_equal(module_address(&module, 0x1010), 0x8059010);
	assert_int_equal(module_address(&module, 0x2fff), 0x805afff);
	assert_int_equal(module_address(&module, 0x3000), 0x804b000);
	assert_int_equal(module_address(&module, 0x37ff), 0x804b7ff);
	assert_int_equal(module_address(&module, 0x3fff), 0x804bfff); /* the kernel maps whole pages */
	assert_int_equal(module_address(&module, 0x4000), 0x4000);
	load[1] = (struct module_load){ 0x5800, 0x100, 0x9005800, 0x1000, false };
	assert_int_equal(module_address(&module, 0x5000), 0x9005000);
	assert_int_equal(module_address(&none, 0x1234), 0x1234);
	assert_true(module_start(&module, &start) && start == 0x8048000);
	load[0].addr = 0x8048123;
	assert_true(module_start(&module, &start) && start == 0x8048000);
	load[0].align = 0;
	assert_true(module_start(&module, &start) && start == 0x8048123);
	assert_false(module_start(&none, &start));
}

static void counts_stacks(void **state)
{
	struct record *rec = record_new();
	char name[32];

	(void)state;
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 500; i++) {
			snprintf(name, sizeof(name), "a;f%d", i);
			record_stack_add(rec, name);
		}
	assert_int_equal(rec->nstack, 500);
	for (size_t i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "a;f%zu", i);
		assert_string_equal(rec->stack[i].folded, name);
		assert_int_equal(rec->stack[i].count, 3);
	}
	record_free(rec);
}

static void keeps_processes_in_order(void **state)
{
	struct record *rec = record_new();
	struct record_process *first = record_process_add(rec, 7, 0, "/bin/a");

	(void)state;
	for (pid_t pid = 1; pid < 100; pid++)
		record_process_add(rec, 7, 7, "/bin/b");
	assert_int_equal(rec->nprocess, 100);
	assert_ptr_equal(rec->process[0], first);
	assert_string_equal(first->program, "/bin/a");
	assert_true(first->pid == 7 && first->parent == 0 && first->threads == 1 && !first->ended);
	assert_int_equal(first->kind, PROCESS_SIMULATED);
	record_free(rec);
	record_free(NULL);
}

/* Equal hashes, one of the last slot among them, are told apart by who asks. */
static void finds_all_of_one_hash(void **state)
{
	struct hash h = { 0 };
	size_t at = 0, sum = 0, item;

	(void)state;
	assert_int_equal(hash_next(&h, 1, &at), 0);
	for (size_t i = 1; i <= 100; i++)
		hash_add(&h, i % 2 ? 63 : 1000 + i, i);
	at = 0;
	while ((item = hash_next(&h, 63, &at))) {
		assert_true(item % 2);
		sum += item;
	}
	assert_int_equal(sum, 2500);
	at = 0;
	assert_int_equal(hash_next(&h, 1002, &at), 2);
	assert_int_equal(hash_next(&h, 1002, &at), 0);
	hash_clear(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_place_in_the_file),
		cmocka_unit_test(knows_a_place_again),
		cmocka_unit_test(keeps_many_places),
		cmocka_unit_test(takes_code_that_is_in_no_file),
		TREE_TEST(counts_in_a_file_that_is_no_image),
		cmocka_unit_test(has_a_copy_of_the_vdso),
		cmocka_unit_test(says_what_xen_refuses),
		cmocka_unit_test_setup_teardown(takes_no_other_file_for_it, tree_set_up, privileged_again),
		cmocka_unit_test_setup_teardown(opens_files_of_another_root, tree_set_up, privileged_again),
		TREE_TEST(tells_the_set_by_its_directory),
		cmocka_unit_test(lists_libraries_once_and_in_order),
		cmocka_unit_test(translates_by_segments),
		cmocka_unit_test(counts_stacks),
		cmocka_unit_test(keeps_processes_in_order),
		cmocka_unit_test(finds_all_of_one_hash),
	};

	elf_version(EV_CURRENT);
	return RUN_TESTS(tests);
}
