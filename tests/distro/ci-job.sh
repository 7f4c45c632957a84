#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands of docs/ci.md, as they are printed there, in systems like the images: the programs are served; and the
# same check fails where the set is not switched on. Needs `make deb`, and Debian's mirror.
. tests/distro/harness.sh

[ -n "${DIST-}" ] || skip "make check-ci runs this"
suite=bookworm
dist=$(realpath "$DIST")
for package in nosegneg-tools_*_i386 nosegneg-tools_*_amd64 libc6-nosegneg_2.36-*_i386; do
	compgen -G "$dist/$package.deb" >/dev/null || skip "needs $package.deb; run 'make deb TARGET=debian-12'"
done

# The items of GitLab's script; the lines of GitHub's run.
gitlab_commands() {
	awk '/^  script:$/ { on = 1; next } on && sub(/^    - /, "") { print; next } { on = 0 }' docs/ci.md
}

github_commands() {
	awk '/^      - run: \|$/ { on = 1; next } on && sub(/^          /, "") { print; next } { on = 0 }' docs/ci.md
}

# job COMMANDS: by the shell that both use in a container, in the project's directory.
job() {
	status=0
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -ec "cd /project; $1" \
		>"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

junit() {
	python3 -c 'import sys, xml.dom.minidom as x
s = x.parse(sys.argv[1]).documentElement
print(*(s.getAttribute(a) for a in ("tests", "failures", "errors")))' "$root/project/ldd.xml"
}

# image ARCH: a system as in the image, with nothing of the other tests and with the project in it.
image() {
	local archive=$build/distro/image-$suite-$1.tar

	CHROOT_ARCH=$1 tests/distro/make-chroot "$suite" "$archive" || exit $?
	! mountpoint -q "$root" || umount -R -l "$root"
	mount -t tmpfs -o mode=755 none "$root"
	tar -C "$root" -xf "$archive"
	mount -t proc proc "$root/proc"
	mkdir "$root/project"
	cp -r "$dist" "$root/project/dist"
	job 'apt-get -q -o APT::Update::Error-Mode=any update'
	[ "$status" = 0 ] || skip "apt cannot reach the mirror: $(tail -n 1 "$tmp/err")"
}

# runs NAME COMMANDS PROGRAMS: the job passes, and names this many programs; with the switch off its last command fails.
runs() {
	[ "$(wc -l <<<"$2")" -ge 4 ] || fail "$1: docs/ci.md has no such job"
	job "$2"
	expect 0 "^served .*from the set" "^$3 programs: $3 served"
	is "$1: JUnit" "$(junit)" "$3 0 0"
	job "ldconfig-hwcap disable; $(tail -n 1 <<<"$2")"
	expect 1 "^FAILED .*from the set" "^$3 programs: 0 served"
	is "$1, switched off: JUnit" "$(junit)" "$3 $3 0"
}

image i386
runs GitLab "$(gitlab_commands)" 2
[ "$(dpkg --print-architecture)" = amd64 ] || finish
image amd64
runs GitHub "$(github_commands)" 1
finish
