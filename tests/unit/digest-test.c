// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/util.h"

/* FIPS 180-2, appendix B, and the empty message. */
static void known_digests(void **state)
{
	static const struct {
		const char *text;
		const char *hex;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
				"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_close_ int fd = memfd_create("digest", MFD_CLOEXEC);
		char hex[DIGEST_HEX_SIZE];

		assert_int_equal(write(fd, cases[i].text, strlen(cases[i].text)), strlen(cases[i].text));
		assert_int_equal(digest_file(fd, hex), 0);
		assert_string_equal(hex, cases[i].hex);
		assert_int_equal(lseek(fd, 0, SEEK_CUR), strlen(cases[i].text));
	}
}

static void a_million_letters(void **state)
{
	_cleanup_close_ int fd = memfd_create("digest", MFD_CLOEXEC);
	char letters[1000], hex[DIGEST_HEX_SIZE];

	(void)state;
	memset(letters, 'a', sizeof(letters));
	for (int i = 0; i < 1000; i++)
		assert_int_equal(write(fd, letters, sizeof(letters)), sizeof(letters));
	assert_int_equal(digest_file(fd, hex), 0);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void errors_come_back(void **state)
{
	_cleanup_close_ int directory = open("/", O_RDONLY | O_DIRECTORY);
	char hex[DIGEST_HEX_SIZE];

	(void)state;
	assert_int_equal(digest_file(directory, hex), -EISDIR);
	assert_int_equal(digest_file(-1, hex), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(errors_come_back),
	};

	return RUN_TESTS(tests);
}
