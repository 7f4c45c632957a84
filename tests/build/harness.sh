# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For the tests of the pipeline's refusals.  Sourced from the top of the tree.
#
# The real makefile and the real steps run, for the machine's own C library, on a source package of a few
# bytes; what they ask the machine is answered by commands in $bin, so that
# each test can give one wrong answer.

set -euo pipefail

command -v dpkg-deb >/dev/null || { echo "needs dpkg-deb"; exit 77; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bin=$tmp/bin
build=$tmp/build
version=2.36-9+test1
deb=$tmp/glibc-source_${version}_all.deb
mkdir "$bin"

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# answer NAME: a command whose script is on stdin.
answer() {
	{ echo '#!/bin/sh'; cat; } >"$bin/$1"
	chmod +x "$bin/$1"
}

answer dpkg <<'EOF'
case $1 in
--print-architecture) echo amd64 ;;
--print-foreign-architectures) echo i386 ;;
esac
EOF
answer dpkg-query <<EOF
echo "installed $version"
EOF
answer df <<'EOF'
printf 'Avail\n99999M\n'
EOF
answer apt-get <<EOF
case "\$*" in
*--print-uris*glibc-source=$version*)
	echo "'http://localhost/x.deb' x.deb 1 SHA256:\$(sha256sum <$deb | cut -c1-64)" ;;
*glibc-source=$version*) cp $deb . ;;
*) exit 100 ;;
esac
EOF
answer run-i386 </dev/null

# source_tree: a tree of one file, with one distribution patch in it.
source_tree() {
	mkdir -p "$tmp/tree" "$tmp/deb/usr/src/glibc/debian/patches" "$tmp/deb/DEBIAN"
	seq 1 40 | sed 's/^7$/seven/' >"$tmp/tree/numbers"
	cat >"$tmp/deb/usr/src/glibc/debian/patches/seven.diff" <<-'EOF'
	--- a/numbers
	+++ b/numbers
	@@ -4,7 +4,7 @@
	 4
	 5
	 6
	-7
	+seven
	 8
	 9
	 10
	EOF
	echo seven.diff >"$tmp/deb/usr/src/glibc/debian/patches/series"
}

pack_source() {
	printf 'Package: glibc-source\nVersion: %s\nArchitecture: all\nMaintainer: t <t@localhost>\nDescription: t\n' \
		"$version" >"$tmp/deb/DEBIAN/control"
	tar -cJf "$tmp/deb/usr/src/glibc/glibc-2.36.tar.xz" -C "$tmp" --transform 's/^tree/glibc-2.36/' tree
	dpkg-deb --build -Znone "$tmp/deb" "$deb" >/dev/null
}

tarball_sha256() {
	sha256sum <"$tmp/deb/usr/src/glibc/glibc-2.36.tar.xz" | cut -c1-64
}

# our_patch NAME: adds a patch of ours, from stdin.
our_patch() {
	mkdir -p "$tmp/patches"
	cat >"$tmp/patches/$1"
	echo "$1" >>"$tmp/patches/series"
}

# run_make GOAL [VAR=VALUE]...: its status in $status, its stderr in $tmp/err,
# and while it runs its process id in $tmp/pid.
run_make() {
	status=0
	# shellcheck disable=SC2016 # for the inner shell
	env -u MAKEFLAGS -u MAKELEVEL sh -c 'echo $$ >"$0"; exec make "$@"' "$tmp/pid" \
		-s "$1" B="$build" TARGET=debian-12 BASE_ROOT= TARGET_PATCH_DIR="$tmp/patches" \
		TARGET_TARBALL_SHA256= NOSEGNEG_CHECK=/bin/true APT_GET="$bin/apt-get" \
		APT_CACHE="$bin/apt-cache" DPKG="$bin/dpkg" DPKG_QUERY="$bin/dpkg-query" DF="$bin/df" \
		RUN_I386="$bin/run-i386" "${@:2}" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# The names, kinds, times and contents of all that a run may not change; logs
# are there to be written.
snapshot() {
	if [ -d "$build" ]; then
		find "$build" -path '*/log' -prune -o -name '*.tmp' -prune -o \
			-type f -not -name lock -printf '%p %T@ %s\n' | LC_ALL=C sort
	fi
}

# refused MESSAGE GOAL [VAR=VALUE]...: exactly this line, status 2, and
# nothing changed.
refused() {
	local message=$1 before after

	shift
	before=$(snapshot)
	run_make "$@"
	after=$(snapshot)
	[ "$status" -eq 2 ] || fail "status $status, not 2: $(cat "$tmp/err")"
	[ "$(grep -v '^make' "$tmp/err")" = "$message" ] ||
		fail "expected: $message"$'\n'"got: $(cat "$tmp/err")"
	[ "$before" = "$after" ] ||
		fail "changed:"$'\n'"$(diff <(echo "$before") <(echo "$after"))"
}

# passes GOAL [VAR=VALUE]...
passes() {
	run_make "$@"
	[ "$status" -eq 0 ] || fail "$1: status $status: $(cat "$tmp/err")"
}

stamp() {
	echo "$build/debian-12/stamp/$1"
}

source_tree
pack_source
