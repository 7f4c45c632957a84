#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The packages in a system of each release: with the set switched on every program that can tell its version does, each
# library comes from the set, nothing in it traps, and programs at work do what they did. Afterwards the base is back,
# and after the purge every file is as it was. Needs `make deb TARGET=all`; only `make check-deb` and `check-distro` run
# this (5 minutes).
[ -n "${DISTRO-}" ] || { echo "make check-distro runs this"; exit 77; }
. tests/distro/harness.sh
. tests/distro/repack.sh

# How many programs a system must have that tell their version, so that none is passed over silently.
floor=150

# Every file with its type, mode, size and target, but for what apt and dpkg keep of their own work.
files() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./debs -o -path ./tmp -o -path ./var/cache -o -path ./var/log -o \
		-path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -printf '%p %y %m %l ' \
		\( -type f -printf '%s\n' -o -printf '\n' \) | sort)
	(cd "$root/var/lib/dpkg/info" && ls)
}

# The i386 programs of the root: what names a loader, but for libraries that do so, too.
list_programs() {
	local file

	(cd "$root" && find . -xdev -path ./proc -prune -o -path ./debs -prune -o -type f -perm -100 ! -name '*.so*' -print) |
		sort | while read -r file; do
		if readelf -h "$root/$file" 2>/dev/null | grep -q 'Class:.*ELF32' &&
			readelf -lW "$root/$file" | grep -q INTERP; then
			echo "${file#.}"
		fi
	done
}

# versions NAME: what each program says to --version, and how it ends, in /tmp/NAME, a file for each. Where they see no
# other process and no network, and may write where they like.
versions() {
	cat >"$root/tmp/versions" <<-'END'
	mkdir "/tmp/$1"
	cd "$(mktemp -d)"
	while read -r program; do
		name=$(echo "$program" | tr / _)
		status=0
		timeout -k 1 5 "$program" --version </dev/null >"/tmp/$1/$name" 2>&1 || status=$?
		echo "status $status" >>"/tmp/$1/$name"
	done </tmp/programs
	END
	unshare --pid --fork --kill-child --net env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
		chroot "$root" /bin/sh /tmp/versions "$1"
}

# Those that succeed with the base do so with the set and say the same, if they said the same twice.
compare_versions() {
	local file name

	told=0
	for file in "$root/tmp/$1"/*; do
		name=${file##*/}
		[ "$(tail -n 1 "$file")" = "status 0" ] || continue
		told=$((told + 1))
		if [ "$(tail -n 1 "$root/tmp/$2/$name")" != "status 0" ]; then
			fail "$name --version: $(tail -n 3 "$root/tmp/$2/$name")"
		elif cmp -s "$file" "$root/tmp/again/$name"; then
			cmp -s "$file" "$root/tmp/$2/$name" || fail "$name --version: $(diff "$file" "$root/tmp/$2/$name")"
		fi
	done
	[ "$told" -ge "$floor" ] || fail "only $told programs tell their version"
}

# work NAME: programs at work, what they print and how they end, in $tmp/NAME.
work() {
	local line

	while read -r line; do
		inside sh -c "cd \$(mktemp -d); $line"
		printf '%s\nstatus %s\n' "$line" "$status"
		said
	done >"$tmp/$1" <<-'END'
	perl /tmp/run.pl
	LC_ALL=de_DE.UTF-8 perl /tmp/run.pl
	python3 /tmp/run.py
	LC_ALL=de_DE.UTF-8 python3 /tmp/run.py
	SERVICES=/etc/services LC_ALL=de_DE.UTF-8 bash /tmp/run.bash
	locale -a
	LC_ALL=de_DE.UTF-8 locale -k LC_TIME LC_NUMERIC LC_MONETARY
	localedef -c -f UTF-8 -i fr_FR ./fr && sha256sum fr/LC_[CMNT]*
	printf 'Gr\374\337e' | iconv -f latin1 -t utf8
	iconv -f utf8 -t utf16le /etc/services | iconv -f utf16le -t ascii//translit | sha256sum
	getent passwd
	getent group root daemon nogroup
	getent hosts localhost
	getent services
	getent ahosts 127.0.0.1
	LC_ALL=de_DE.UTF-8 date -u -d @1700000000
	TZ=EST5EDT date -d '2024-03-10 03:30' '+%c %s'
	find /usr/lib/apt -type f | sort | xargs -P 2 -n 5 sha256sum | sort | sha256sum
	END
}

# Each library that the set has, by path, as the loader finds it by its name.
ldd_shows_the_set() {
	local path listed count=0

	inside ldd /usr/bin/perl
	expect 0 "libc.so.6 => $set_libc" "libm.so.6 => $set_dir/libm.so.6"
	for path in "$root$set_dir"/lib*.so.*; do
		path=${path#"$root"}
		inside env LD_PRELOAD="${path##*/}" ldd /bin/true
		listed=$(awk -v "name=${path##*/}" '$1 == name { print $3 } $1 ~ "/" name "$" { print $1 }' "$tmp/out")
		is "ldd: ${path##*/}" "$listed" "$path"
		count=$((count + 1))
	done
	[ "$count" -ge 5 ] || fail "the set has only $count libraries"
}

no_traps() {
	local line

	for line in "perl /tmp/run.pl" "python3 /tmp/run.py" "localedef -c -v -f UTF-8 -i fr_FR ./fr" "ls -lR /etc" \
		"sort /etc/services" "bash /tmp/run.bash"; do
		is "libraries of the set that trap: $line" \
			"$(SERVICES=/etc/services set_traps -- /bin/sh -c "cd \$(mktemp -d) && $line; :" 2>"$tmp/err")" ""
		[ -s "$tmp/out" ] || [ -s "$tmp/err" ] || fail "under the simulator nothing comes from $line"
	done
}

install_both() {
	step="installed by apt: stays switched off"
	apt install /debs/tools.deb /debs/set.deb
	expect 0 "^ldconfig-hwcap: disabled: not needed"
	switched "$base_libc"
	row
	step="switched on"
	switch_on
	switched "$set_libc"
	row
}

with_set() {
	versions with
	compare_versions base with
	step="$told of $(wc -l <"$root/tmp/programs") programs tell their version, as with the base"
	row
	step="ldd shows each of $(find "$root$set_dir" -name 'lib*.so.*' | wc -l) libraries in the set"
	ldd_shows_the_set
	row
	step="perl, python3, locale, iconv, getent, date … as with the base"
	work set
	is "programs at work" "$(diff "$tmp/base" "$tmp/set")" ""
	row
	step="nosegneg-sim: no trap of the set's own"
	no_traps
	row
}

remove_both() {
	step="switched off: the base, and programs as before"
	inside ldconfig-hwcap disable
	expect 0 disabled
	switched "$base_libc"
	versions without
	compare_versions base without
	row
	step="removed and purged, switched on before: every file as before"
	inside ldconfig-hwcap auto
	apt purge libc6-nosegneg
	[ ! -e "$root$conf" ] || fail "the set is gone, and its entry there"
	switched "$base_libc"
	apt purge nosegneg-tools
	switched "$base_libc"
	is "files" "$(diff "$tmp/files" <(files))" ""
	row
}

for release in $(basename -s .mk conf/targets/*.mk); do
	release_root "$release" || continue
	step="the preparation"
	inside localedef -i de_DE -f UTF-8 de_DE.UTF-8
	expect 0
	cp tests/programs/run.* "$root/tmp/"
	list_programs >"$root/tmp/programs"
	chroot "$root" /sbin/ldconfig
	files >"$tmp/files"
	versions base
	versions again
	work base
	install_both
	with_set
	remove_both
done
table
finish
