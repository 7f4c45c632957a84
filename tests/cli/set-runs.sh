# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs are run with both, and every way of differing is told from the others; with this machine's own C library in
# place of a set, and programs that look at where it is.
mkdir set
base=$(dirname "$(realpath /lib/ld-linux.so.2)")
cp "$base/libc.so.6" set
cat >where.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	Dl_info info = { 0 };
	int set;
	dladdr((void *)printf, &info);
	set = strstr(info.dli_fname, "/set/") != NULL;
	if (!strcmp(argv[1], "same"))
		printf("same\n");
	if (!strcmp(argv[1], "output"))
		printf("first\n%s\n", set ? "two\033[2J" : "second");
	if (!strcmp(argv[1], "error"))
		fprintf(stderr, "%s", set ? "only with the set\n" : "");
	if (!strcmp(argv[1], "status"))
		return set + 3;
	if (!strcmp(argv[1], "signal") && set)
		abort();
	if (!strcmp(argv[1], "slow") && set)
		pause();
	if (!strcmp(argv[1], "slow-child") && fork() == 0)
		pause();
	if (!strcmp(argv[1], "bypass")) {
		unsetenv("LD_LIBRARY_PATH");
		execl(argv[0], argv[0], "same", (char *)NULL);
	}
	if (!strcmp(argv[1], "scratch"))
		return fclose(fopen("new", "wx")) || system("ls -A . $HOME $TMPDIR | sort -u");
	if (!strcmp(argv[1], "environment"))
		return !getenv("GREETING") || getenv("SECRET") || strcmp(getenv("PATH"), "/usr/bin:/bin");
	return 0;
}
END
gcc -m32 -O1 -o where where.c -ldl
cat >suite <<'END'
# every way to differ
GREETING=hello
@WHERE@ = @SUITE@/where
PATH=/usr/bin:/bin
same: @WHERE@ same
output: @WHERE@ output
error: @WHERE@ error
status: status=3 @WHERE@ status
signal: @WHERE@ signal
slow: timeout=2 @WHERE@ slow
slow-child: @WHERE@ slow-child
bypass: @WHERE@ bypass
scratch: @WHERE@ scratch
environment: @WHERE@ environment
any: status=any @WHERE@ status
broken: status=1 @WHERE@ same
missing: @SUITE@/no-such-program
END
export SECRET=x TMPDIR=$PWD
nosegneg-check set --suite suite set >out 2>err
echo "exit $?"
here=$(pwd -P)
sed -e "s,$here,.,g" -e "s,$base,BASE,g" out err | grep -e '  programs  ' -e 'cannot be tried'
ls -d nosegneg-set.* 2>/dev/null
nosegneg-check set --no-run -v set | grep -c 'headers *equal'
echo "a set that cannot be loaded:"
LC_ALL=C sed -i 's/GLIBC_2\.0\x00/GLIBC_8.0\x00/g' set/libc.so.6
nosegneg-check set --suite suite set 2>&1 | grep '^same  *programs' | sed "s,$here,.,g"
