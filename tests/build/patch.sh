#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A patch of ours that does not apply, applies elsewhere, or only with fuzz,
# is refused, and the sources patched before stay.
. tests/build/harness.sh

# change OLD LINE: a patch that changes OLD, said to be at LINE, context 19-23.
change() {
	cat <<-EOF
	--- a/numbers
	+++ b/numbers
	@@ -$2,5 +$2,5 @@
	 19
	 20
	-$1
	+changed
	 22
	 23
	EOF
}

refuses_patch() {
	rm -rf "$tmp/patches"
	our_patch bad.patch
	refused "libs: patch: $tmp/patches/bad.patch does not apply cleanly to $version; refresh it against $build/debian-12/unpacked" \
		"$(stamp patch)"
	[ "$(grep -c changed "$build/debian-12/source/numbers")" -eq 1 ] || fail "the sources changed"
}

change 21 19 | our_patch good.patch
passes "$(stamp patch)"
grep -qx changed "$build/debian-12/source/numbers" || fail "not patched"
grep -qx 21 "$build/debian-12/unpacked/numbers" || fail "the distribution's tree was patched"

change 99 19 | refuses_patch
change 21 17 | refuses_patch
change 21 19 | sed 's/^ 23/ twenty-three/' | refuses_patch
