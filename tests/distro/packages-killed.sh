#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dpkg, and the packages' scripts, killed while they install, upgrade, remove and purge: at the begin and the end of each
# script; and where dpkg changes a file of ours or starts one of our programs, all processes or the one that does it.
# After each, programs start; dpkg and apt bring the system back in order; and doing it once more does it. Needs `make
# deb`; only `make check-distro` runs this (10 minutes; KILLS=all tries each change that dpkg makes, which takes hours).
[ -n "${DISTRO-}" ] || { echo "make check-distro runs this"; exit 77; }
. tests/distro/harness.sh
. tests/distro/repack.sh

kills=0

# hooks DIR: each script in it kills itself at its begin and at its end, once, where a file says so.
hooks() {
	local script name

	for name in preinst postinst prerm postrm; do
		script=$1/DEBIAN/$name
		[ -e "$script" ] || printf '#!/bin/sh\nset -e\n' >"$script"
		chmod 755 "$script"
		sed -i -e "/^set -e/a [ ! -e /kill-$name-begin ] || { rm /kill-$name-begin; kill -9 \$\$; }" \
			-e "\$a [ ! -e /kill-$name-end ] || { rm /kill-$name-end; kill -9 \$\$; }" "$script"
	done
}

# The packages with such scripts, their next revisions, and another libc6 of the same files with its set.
make_debs() {
	mkdir "$tmp/debs"
	dpkg-deb -R "$root/debs/tools.deb" "$tmp/tools"
	dpkg-deb -R "$root/debs/set.deb" "$tmp/set"
	hooks "$tmp/tools"
	hooks "$tmp/set"
	build_deb "$tmp/tools" "$tmp/debs/tools.deb"
	build_deb "$tmp/set" "$tmp/debs/set.deb"
	set_field "$tmp/tools" Version "$(dpkg-deb -f "$root/debs/tools.deb" Version)+1"
	set_field "$tmp/set" Version "$(dpkg-deb -f "$root/debs/set.deb" Version)+1"
	build_deb "$tmp/tools" "$tmp/debs/tools-revised.deb"
	build_deb "$tmp/set" "$tmp/debs/set-revised.deb"
	repack_installed libc6 "$tmp/libc6"
	hooks "$tmp/libc6"
	set_field "$tmp/libc6" Version "$base+next"
	build_deb "$tmp/libc6" "$tmp/debs/libc6-next.deb"
	sed -i "s/ $(printf %s "$base" | sed 's/[.+]/[&]/g'))/ $base+next)/g" "$tmp/set/DEBIAN/control"
	set_field "$tmp/set" Version "$base+next+0nosegneg"
	build_deb "$tmp/set" "$tmp/debs/set-next.deb"
	rm -r "$root/debs"
	mv "$tmp/debs" "$root/debs"
}

# save NAME: the system as it is; restore NAME.
save() {
	tar -C "$root" --exclude=./proc/\* -cf "$saved/$1.tar" .
}

restore() {
	umount -R -l "$root"
	mount -t tmpfs -o mode=755 none "$root"
	tar -C "$root" -xf "$saved/$1.tar"
	mount -t proc proc "$root/proc"
}

start_all() {
	chroot "$root" /bin/true && chroot "$root" /bin/sh -c : && chroot "$root" /usr/bin/perl -e 1
}

clean_apt() {
	inside apt-get -q -y -o APT::Sandbox::User=root --no-install-recommends --allow-downgrades "$@"
}

# job NAME: what it begins with, what is done, and which C library programs get in the end.
job() {
	case $1 in
	install) before=off after=$set_libc command=(install /debs/set.deb) ;;
	upgrade) before=on after=$set_libc command=(install /debs/tools-revised.deb /debs/set-revised.deb) ;;
	libc6) before=on after=$set_libc command=(install /debs/libc6-next.deb /debs/set-next.deb) ;;
	base) before=on after=$base_libc command=(install /debs/libc6-next.deb) ;;
	remove) before=on after=$base_libc command=(remove libc6-nosegneg) ;;
	purge) before=on after=$base_libc command=(purge libc6-nosegneg nosegneg-tools) ;;
	esac
}

# After a kill: programs start now, after dpkg went on, after apt put things right, and when the job is done. A package that
# dpkg was unpacking has to be installed again, whatever package it is: dpkg says so.
recover() {
	start_all || fail "$where: a program does not start"
	inside dpkg --configure -a
	start_all || fail "$where: a program does not start after dpkg --configure -a"
	clean_apt -f install
	start_all || fail "$where: a program does not start after apt-get -f install: $(said)"
	case ${command[0]} in
	install) clean_apt --reinstall "${command[@]}" ;;
	*) inside dpkg "--${command[0]}" "${command[@]:1}" ;;
	esac
	[ "$status" = 0 ] || fail "$where: once more: $(said)"
	inside dpkg --audit
	expect 0
	is "$where: dpkg --audit" "$(said)" ""
	is "$where: libc" "$(libc_of /bin/ls)" "$after"
	if [ "$after" = "$base_libc" ]; then
		[ ! -e "$root$conf" ] || fail "$where: the entry is left"
	fi
	programs_work || fail "$where: programs do not work in the end"
	no_strays
	kills=$((kills + 1))
	[ "$failures" -lt 10 ] || finish
}

# The scripts of the packages, at their begin and end, where this job runs them at all.
kill_scripts() {
	local hook

	for hook in {prerm,preinst,postinst,postrm}-{begin,end}; do
		restore "$before"
		touch "$root/kill-$hook"
		where="$1: kill -9 of a script: $hook"
		clean_apt "${command[@]}"
		[ ! -e "$root/kill-$hook" ] || continue
		recover
	done
}

# Before which calls: those that change the set or its package, or what the loader goes by, or start a program of ours.
kill_points() {
	if [ "${KILLS-}" = all ]; then
		awk '$1 ~ /^[0-9]+$/ && $2 ~ /^(rename|unlink|symlink|link|exec|rmdir|open)/ { print $1 }' "$tmp/plain"
	else
		awk '$1 ~ /^[0-9]+$/ && $2 ~ /^(rename|unlink|exec)/ &&
			$3 ~ /nosegneg\/(libc.so|manifest)|info\/[a-z6]*-?nosegneg|ldconfig|00-nosegneg|ld.so.cache/ && ++n % 3 == 1 { print $1 }' \
			"$tmp/plain"
	fi
}

# faulty MODE N LOG: the job under `fault`. Its exit status may be what was killed.
faulty() {
	"$fault" "$1" "$2" 0 "$3" chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive apt-get -q -y -o APT::Sandbox::User=root --no-install-recommends "${command[@]}" >"$tmp/out" 2>&1 </dev/null ||
		[ $? = 1 ] || { cat "$tmp/out"; exit 99; }
}

# In turn all processes are killed and only who makes the call, dpkg or the child that is to be our program.
kill_dpkg() {
	local n points=0 modes=(kill one)

	restore "$before"
	faulty count 0 "$tmp/plain"
	is "$1 under ptrace: libc" "$(libc_of /bin/ls)" "$after"
	for n in $(kill_points); do
		restore "$before"
		where="$1: ${modes[points % 2]} before call $n, $(grep "^$n " "$tmp/plain" | cut -d ' ' -f 2-)"
		faulty "${modes[points % 2]}" "$n" "$tmp/log"
		recover
		points=$((points + 1))
	done
	[ "$points" -ge 5 ] || fail "$1: only $points points"
}

release=$(tools/glibc/target.sh)
release_root "$release" || table
make_debs
saved=$tmp/saved
mkdir "$saved"
mount -t tmpfs none "$saved"
trap 'umount -l "$saved"; clean_up' EXIT
apt install /debs/tools.deb
printf '%s\n' 'enable = always' >>"$root/etc/nosegneg.conf"
save off
step="the installation"
apt install /debs/set.deb
switched "$set_libc"
save on
for name in ${JOB:-install upgrade libc6 base remove purge}; do
	job "$name"
	kills=0
	kill_scripts "$name"
	step="apt-get ${command[*]//\/debs\//}: scripts killed $kills times"
	row
	kills=0
	kill_dpkg "$name"
	step="apt-get ${command[*]//\/debs\//}: dpkg killed $kills times"
	row
done
table
finish
