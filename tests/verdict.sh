# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For harnesses: a test goes on after a failure, and finish ends it.

set -euo pipefail
export LC_ALL=C

skip() {
	echo "$*"
	exit 77
}

failures=0
fail() {
	echo "FAIL: $*" >&2
	failures=$((failures + 1))
}

# At the end of a test.
finish() {
	[ "$failures" = 0 ] || { echo "$failures failures" >&2; exit 1; }
}

is() {
	[ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"
}
