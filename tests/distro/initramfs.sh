#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Images of initramfs-tools and dracut in systems of each release (DISTRO=all; or of this machine's), with our packages:
# where the set is switched off, no byte is another; where it is on, or the settings say so, every 32-bit program of the
# finished image gets it and nothing else, and nothing traps in it. Prints how much the images grow. Needs `make deb`.
. tests/distro/harness.sh
. tests/distro/repack.sh

check=$(realpath "${CHECK:-$build/bin/nosegneg-check}")
kernel=6.1.0-test

# What mkinitramfs wants to know of a kernel.
prepare() {
	mkdir -p "$root/images" "$root/lib/modules/$kernel"
	touch "$root/lib/modules/$kernel"/modules.{builtin,builtin.modinfo,order}
	touch "$root/boot/vmlinuz-$kernel"
	echo CONFIG_RD_GZIP=y >"$root/boot/config-$kernel"
	chroot "$root" depmod "$kernel"
	echo 'CRYPTSETUP=y' >>"$root/etc/cryptsetup-initramfs/conf-hook"
	mount --rbind /sys "$root/sys"
	inside update-initramfs -c -k "$kernel"
	expect 0
}

# make_image MAKER NAME: /images/MAKER-NAME in the root, and what is in it in /images/MAKER-NAME.d.
make_image() {
	local image=/images/$1-$2

	rm -rf "${root:?}$image" "$root$image.d"
	case $1 in
	initramfs-tools) set -- mkinitramfs -o "$image" "$kernel" ;;
	dracut) set -- dracut --force --no-kernel --no-hostonly --reproducible "$image" "$kernel" ;;
	esac
	inside env SOURCE_DATE_EPOCH=1700000000 "$@"
	[ "$status" = 0 ] || { fail "$release: $step: $1: status $status: $(said | tail)"; return 1; }
	cat "$tmp/out" "$tmp/err" >"$root$image.err"
	inside unmkinitramfs "$image" "$image.d"
}

# hide_hooks, show_hooks: of ours.
hide_hooks() {
	mkdir "$root/hidden"
	mv "$root/usr/share/initramfs-tools/hooks/zz-nosegneg" "$root/usr/lib/dracut/modules.d/99zz-nosegneg" "$root/hidden/"
}

show_hooks() {
	mv "$root/hidden/zz-nosegneg" "$root/usr/share/initramfs-tools/hooks/"
	mv "$root/hidden/99zz-nosegneg" "$root/usr/lib/dracut/modules.d/"
	rmdir "$root/hidden"
}

# content NAME: every file of the image with its type, mode, size, target and sum.
content() {
	(cd "$root/images/$1.d" && find . -printf '%p %y %m %l\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

# list_programs DIR: its i386 programs for glibc's loader.
list_programs() {
	find "$1" -type f -perm -100 -print0 | sort -z | while IFS= read -r -d '' file; do
		! readelf -lW "$file" 2>/dev/null | grep -q 'interpreter: /lib/ld-linux.so.2' || echo "${file#"$1"}"
	done
}

# all_served DIR: each program loads, with what the set has from the set.
all_served() {
	local programs

	mapfile -t programs < <(list_programs "$1")
	[ "${#programs[@]}" -ge 5 ] || fail "$release: $step: only ${#programs[@]} programs"
	"$check" --root "$1" --json "${programs[@]}" >"$tmp/json" || true
	python3 - "$tmp/json" "$1" "$set_dir" "${#programs[@]}" <<-'END'
	import json, os, sys
	programs, tree, place = json.load(open(sys.argv[1]))["programs"], sys.argv[2], sys.argv[2] + sys.argv[3]
	names = set(os.listdir(place)) - {"manifest"}
	if len(programs) != int(sys.argv[4]):
	    print(len(programs), "of", sys.argv[4], "programs")
	for program in programs:
	    taken = [o["path"] for o in program["objects"] if os.path.basename(o["path"] or "") in names]
	    base = [path for path in taken if os.path.dirname(os.path.realpath(tree + path)) != os.path.realpath(place)]
	    if not program["loads"] or not taken or base:
	        print(program["program"], program["loads"], program["problems"], base)
	END
}

# none_traps DIR PROGRAM [ARG...]: it runs, the image's own loader gives it the set's C library, and nothing in that traps.
none_traps() {
	local dir=$1 status=0 libc

	shift
	[ -e "$dir$1" ] || return 0
	ran=$((ran + 1))
	"$sim" --json -o "$tmp/report" --trace-libs --root "$dir" -- "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$release: $step: $*: status" "$status$(cat "$tmp/err")" 0
	[ -s "$tmp/out" ] || fail "$release: $step: $* says nothing"
	is "$release: $step: $*: libraries that trap" "$(python3 -c '
import json, os, sys
libraries = json.load(open(sys.argv[1]))["libraries"]
print(*[l["path"] for l in libraries if l["negative"] and os.path.basename(l["path"] or "") in os.listdir(sys.argv[2])])' \
		"$tmp/report" "$dir$set_dir")" ""
	libc=$(chroot "$dir" /lib/ld-linux.so.2 --list "$1" | awk '$1 == "libc.so.6" { print $3 }')
	is "$release: $step: libc of $1" "$(realpath "$dir$libc")" "$(realpath "$dir$set_dir")/libc.so.6"
}

# without_set IMAGE: what nosegneg-check says of it where a set is needed.
without_set() {
	"$check" --root "$root" --assume-needed --initramfs "$1" --json >"$tmp/json" || true
	grep -o initramfs-without-set "$tmp/json"
}

# with_set MAKER NAME: an image that carries it.
with_set() {
	local dir=$root/images/$1-$2.d ran=0

	is "$release: $step: $1: said" "$(grep 'library set\|nosegneg-copy\|nosegneg/' "$root/images/$1-$2.err")" ""
	is "$release: $step: $1: programs without the set" "$(all_served "$dir")" ""
	none_traps "$dir" /usr/bin/busybox ls -l /
	none_traps "$dir" /usr/sbin/cryptsetup --help
	none_traps "$dir" /usr/bin/kmod --version
	none_traps "$dir" /usr/bin/udevadm --version
	none_traps "$dir" /usr/bin/systemctl --version
	none_traps "$dir" /usr/bin/stat /
	# shellcheck disable=SC2016 # for the shell inside
	none_traps "$dir" /usr/bin/bash -c 'printf "%s %.3f\n" "$((6 * 7))" 2.5'
	[ "$ran" -ge 3 ] || fail "$release: $step: $1: only $ran programs ran"
	is "$release: $step: $1: nosegneg-check" "$(without_set "$root/images/$1-$2")" ""
	step="$1, $step: $ran programs without a trap, $(grown "$1" "$2")"
	row
}

# grown MAKER NAME: files together, and packed, from the image without our hooks.
grown() {
	local name

	for name in none "$2"; do
		find "$root/images/$1-$name.d" -type f -printf '%i %s\n' | sort -u | awk '{ sum += $2 } END { print sum }'
		stat -c %s "$root/images/$1-$name"
	done | paste -sd' ' | awk '{
		printf "%+d bytes (%+.2f %%), packed %+d (%+.2f %%)", $3 - $1, ($3 - $1) * 100 / $1, $4 - $2, ($4 - $2) * 100 / $2 }'
}

# Then the image is made all the same, as without it.
hook_fails() {
	step="initramfs-tools, nosegneg-copy fails: the image that is made without our hooks"
	mv "$root/usr/bin/nosegneg-copy" "$root/hidden"
	ln -s false "$root/usr/bin/nosegneg-copy"
	make_image initramfs-tools failed
	is "$release: $step" "$(diff <(content initramfs-tools-none) <(content initramfs-tools-failed))" ""
	is "$release: $step: warnings" "$(grep -c "^W: .*library set" "$root/images/initramfs-tools-failed.err")" 1
	mv "$root/hidden" "$root/usr/bin/nosegneg-copy"
	row
}

# Also where the settings still ask for it.
set_removed() {
	step="the set is removed: a new initramfs is made, without it"
	apt remove libc6-nosegneg
	expect 0 "^update-initramfs: Generating /boot/initrd.img-$kernel" "^W: .*library set"
	inside lsinitramfs "/boot/initrd.img-$kernel"
	is "$release: $step" "$(grep nosegneg "$tmp/out")" ""
	row
}

makers=(initramfs-tools dracut)

for release in $(releases); do
	release_root "$release" boot "${boot_packages[@]}" || continue
	step="the preparation"
	prepare

	step="installed: a new initramfs is made"
	apt install /debs/tools.deb /debs/set.deb
	expect 0 "^update-initramfs: Generating /boot/initrd.img-$kernel"
	row
	for maker in "${makers[@]}"; do
		step="$maker, switched off: the image that is made without our hooks"
		make_image "$maker" off
		hide_hooks
		make_image "$maker" none
		show_hooks
		is "$release: $step" "$(diff <(content "$maker-none") <(content "$maker-off"))" ""
		is "$release: $step: nosegneg-check" "$(without_set "$root/images/$maker-off")" initramfs-without-set
		row
	done

	switch_on
	for maker in "${makers[@]}"; do
		step="switched on"
		make_image "$maker" on
		with_set "$maker" on
	done
	printf '%s\n' 'enable = never' 'initramfs = always' >>"$root/etc/nosegneg.conf"
	inside ldconfig-hwcap auto
	for maker in "${makers[@]}"; do
		step="initramfs = always"
		make_image "$maker" always
		with_set "$maker" always
	done
	hook_fails
	set_removed
done
table
finish
