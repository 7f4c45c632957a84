#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is fetched is not fetched again, a step that fails is not taken for
# done, and it is reported with its name, its log and its last lines.
. tests/build/harness.sh

passes "$(stamp fetch)"
rm "$(stamp fetch)"
answer apt-get <<'EOF'
exit 100
EOF
passes "$(stamp unpack)"

# Its own debian/rules does not exist, so configure fails.
run_make libs
[ "$status" -eq 2 ] || fail "status $status"
log=$build/debian-12/log/configure.log
grep -q "^libs: configure: failed after 0:0" "$tmp/err" || fail "no step: $(cat "$tmp/err")"
grep -q "debian/rules: No such file" "$tmp/err" || fail "no reason: $(cat "$tmp/err")"
grep -qF "libs: configure: the complete log is $log;" "$tmp/err" || fail "no log: $(cat "$tmp/err")"
[ ! -e "$(stamp configure)" ] || fail "a failed step is stamped"
[ -e "$(stamp patch)" ] || fail "a finished step is lost"
