# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-verify-ldd: its help, and what is typed wrong: one line that says so, and exit status 2.
program=$(dirname "$0")/../../tools/nosegneg-verify-ldd
wrong() {
	echo "# $*"
	"$program" "$@" 2>&1
	echo "exit $?"
}
"$program" --help
"$program" --version | sed 's/ .*/ …/'
mkdir root
wrong
wrong --no-such-option /bin/ls
wrong --root
wrong --root "" /bin/ls
wrong --root root --junit "" /bin/ls
wrong --root no-such-directory /bin/ls
wrong --root root /bin/ls
wrong --root root --set /bin /bin/ls
NOSEGNEG_SIM=no-such-program wrong /bin/ls
