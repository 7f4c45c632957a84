#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sources without one of the distribution's own patches are refused. A patch may change a file twice.
. tests/build/harness.sh

# numbered FROM TO: the part of a patch that makes TO of FROM, in the seventh line.
numbered() {
	printf -- 'A commit.\n\ndiff --git a/numbers b/numbers\nindex 1..2 100644\n--- a/numbers\n+++ b/numbers\n'
	printf '@@ -4,7 +4,7 @@\n 4\n 5\n 6\n-%s\n+%s\n 8\n 9\n 10\n' "$1" "$2"
}
seven=$tmp/deb/usr/src/glibc/debian/patches/seven.diff
cp "$seven" "$tmp/seven.diff"
{ numbered 7 sieben; numbered sieben seven; } >"$seven"
pack_source
passes "$(stamp distro)"
rm -r "$build"
{ numbered 7 sieben; numbered sept seven; } >"$seven"
pack_source
passes "$(stamp unpack)"
run_make "$(stamp distro)"
[ "$status" -eq 2 ] || fail "a patch with a part that is not there: status $status"
rm -r "$build"
cp "$tmp/seven.diff" "$seven"

sed -i 's/^seven$/7/' "$tmp/tree/numbers"
pack_source
passes "$(stamp unpack)"
refused "libs: distribution patches: the source is without seven.diff; usr/src/glibc/glibc-2.36.tar.xz is not what debian/patches/series says; report it" \
	"$(stamp distro)"
