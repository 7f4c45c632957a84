#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The upgrade to the next release, Debian 11 to 12 and 12 to 13, by apt, while the set is switched on: with the next
# release's set, without it, with nothing but it, and the C library's downgrade. A watcher starts programs all the time.
# Needs `make deb TARGET=all`; only `make check-deb` and `check-distro` run this (7 minutes).
# shellcheck disable=SC2154
[ -n "${DISTRO-}" ] || { echo "make check-distro runs this"; exit 77; }
. tests/distro/harness.sh
. tests/distro/repack.sh

# before_upgrade FROM TO: a root of FROM with its set switched on, and all of the archive that its upgrade to TO takes.
# The next release's packages of ours are in /debs.
before_upgrade() {
	local suite file deb

	release_root "$1" || return 1
	release="$1 to $2"
	suite=$(of "$1" TARGET_SUITE)
	file=$build/distro/$suite-to-$(of "$2" TARGET_SUITE).tar
	tests/distro/make-archive "$build/distro/$suite-programs.tar" "$(of "$2" TARGET_SUITE)" "$file" || exit $?
	mkdir "$root/archive"
	tar -C "$root/archive" -xf "$file"
	deb=$(echo "$root"/archive/libc6_*.deb)
	next_base=$(dpkg-deb -f "$deb" Version)
	next_set=$(set_deb "$next_base")
	next_libc=$(of "$2" TARGET_SET_DIR)/libc.so.6
	[ -n "$next_set" ] || { step="the packages"; row "missing for libc6 $next_base"; return 1; }
	cp "$next_set" "$root/debs/set-next.deb"
	rm -rf "$tmp/libc6"
	dpkg-deb -R "$deb" "$tmp/libc6"
	tell_entry "$tmp/libc6"
	build_deb "$tmp/libc6" "$deb"
	make_archive
	step="the installation"
	apt install /debs/tools.deb /debs/set.deb
	switch_on
	switched "$set_libc"
}

# Where the other libc6 was unpacked, no set was in force.
was_off() {
	is "$step: the entry at the unpacking of libc6" "$(cat "$root/entry" || true)" none
	rm -f "$root/entry"
}

upgraded() {
	was_off
	is "libc6 after $step" "$(version libc6)" "$next_base"
	is "$step: not as it has to be" "$(inside dpkg --audit; said)" ""
	switched "$1"
	row "${2-}"
}

# as_before COMMAND...: is refused, and without damage.
as_before() {
	inside "$@"
	[ "$status" != 0 ] || fail "$step: $* was not refused"
	is "libc6 after $step" "$(version libc6)" "$base"
	is "libc6-nosegneg after $step" "$(state libc6-nosegneg) $(version libc6-nosegneg)" "ii  $set_version"
	switched "$set_libc"
}

# The next release's set, and nothing else, by dpkg and by apt.
set_alone() {
	set_version=$(version libc6-nosegneg)
	step="only the set upgraded, or only libc6 by dpkg: refused"
	as_before dpkg -i /debs/set-next.deb
	as_before dpkg --unpack /debs/set-next.deb
	as_before dpkg --auto-deconfigure -i /debs/set-next.deb
	as_before apt-get -q -y -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=- install /debs/set-next.deb
	as_before dpkg --auto-deconfigure -i "/archive/$(basename "$root"/archive/libc6_*.deb)"
	row
}

base_alone() {
	before_upgrade "$1" "$2" || return 0
	step="only the base upgraded: the set is removed"
	watch_programs
	apt "${archive[@]}" full-upgrade
	unwatch
	is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" none
	upgraded "$base_libc" "passed, $started"
	step="the set of the release before: refused"
	inside dpkg -i /debs/set.deb
	expect 1 "conflict"
	inside apt-get -q -y "${archive[@]}" install /debs/set.deb
	expect 100 "libc6 (= $base)"
	switched "$base_libc"
	row
	step="the next release's set, later"
	apt install /debs/set-next.deb
	expect 0 "enabled (directory ${next_libc%/*})"
	switched "$next_libc"
	row
}

base_and_set() {
	before_upgrade "$1" "$2" || return 0
	watch_programs
	set_alone
	cp "$next_set" "$root/archive/"
	make_archive
	step="base and set upgraded: the next set is in force"
	apt "${archive[@]}" full-upgrade
	unwatch
	is "libc6-nosegneg after $step" "$(state libc6-nosegneg)" "ii "
	upgraded "$next_libc" "passed, $started"
	old_libc6
}

# The release before has no libc6 that this one's programs could do with.
old_libc6() {
	base=$next_base set_libc=$next_libc set_version=$(version libc6-nosegneg)
	step="the libc6 of the release before, by dpkg: refused"
	as_before dpkg --auto-deconfigure --force-downgrade -i /debs/libc6.deb
	row
}

# Only libc6 and what it wants come from the next release; then they go back.
there_and_back() {
	local package old=()

	before_upgrade "$1" "$2" || return 0
	for package in libc6 libc-bin; do
		rm -rf "${tmp:?}/$package"
		repack_installed "$package" "$tmp/$package"
		[ "$package" != libc6 ] || tell_entry "$tmp/$package"
		build_deb "$tmp/$package" "$root/debs/$package.deb"
		old+=("/debs/$package.deb")
	done
	watch_programs
	step="libc6 and set of the next release in this one"
	apt "${archive[@]}" install libc6 libc-bin /debs/set-next.deb
	upgraded "$next_libc"
	step="libc6 and set downgraded"
	apt "${archive[@]}" install --allow-downgrades "${old[@]}" /debs/set.deb
	unwatch
	was_off
	is "libc6 after $step" "$(version libc6)" "$base"
	switched "$set_libc"
	row "passed, $started"
}

for pair in "debian-11 debian-12" "debian-12 debian-13"; do
	read -r from to <<<"$pair"
	release="$from to $to"
	has_set "$from" || continue
	has_set "$to" || continue
	base_alone "$from" "$to"
	base_and_set "$from" "$to"
	there_and_back "$from" "$to"
done
table
finish
