#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# make setup: silent and offline where all is there; without root one command to copy; with root that command.
. tests/build/harness.sh

log=$tmp/commands
answer apt-get <<EOF
echo "apt-get \$*" >>"$log"
EOF
answer id <<'EOF'
cat "$0.uid"
EOF
# The packages named in $bin/missing are not installed, all others are.
answer dpkg-query <<'EOF'
for package; do :; done
grep -qx "$package" "${0%/*}/missing" && exit 1
echo installed
EOF
answer dpkg <<EOF
case \$1 in
--print-architecture) echo amd64 ;;
--print-foreign-architectures) ;;
--add-architecture) echo "dpkg \$*" >>"$log" ;;
esac
EOF

setup() {
	status=0
	B=$tmp/build PATH=$bin:$PATH tools/setup tools libs >"$tmp/out" 2>"$tmp/err" || status=$?
}

is() {
	[ "$2" = "$3" ] || fail "$1: expected '$3', got '$2'"
}

: >"$bin/missing"
: >"$log"
echo 0 >"$bin/id.uid"
setup
is "status, all there" "$status" 0
is "output, all there" "$(cat "$tmp/out" "$tmp/err" "$log")" ""

printf '%s\n' scdoc libc6:i386 >"$bin/missing"
echo 1000 >"$bin/id.uid"
setup
is "status without root" "$status" 2
is "command without root" "$(tail -n 1 "$tmp/err")" \
	"dpkg --add-architecture i386 && apt-get update && apt-get install --no-install-recommends scdoc libc6:i386"
is "commands run without root" "$(cat "$log")" ""

echo 0 >"$bin/id.uid"
setup
is "status with root" "$status" 0
is "commands run with root" "$(cat "$log")" "dpkg --add-architecture i386
apt-get -q update
apt-get -q install -y --no-install-recommends scdoc libc6:i386"

answer apt-get <<'EOF'
[ "$2" = update ] || exit 100
EOF
setup
is "status where apt-get fails" "$status" 2
grep -q "^setup: apt-get install failed: the complete log is $tmp/build/setup.log" "$tmp/err" || fail "no message where apt-get fails"
