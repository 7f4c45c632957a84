#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-copy, when a system call fails or it is killed before one (some of them; FAULTS=all: each): a run that fails
# leaves the image as it was, and after one that was killed the next makes what it would have made.
# shellcheck source=tests/distro/harness.sh
. tests/distro/harness.sh

copy=$(realpath "$build/bin/i386/nosegneg-copy")
every=${FAULTS:+1}
mkdir "$tmp/work"
image=$tmp/work/image
own_root

sum() {
	tar --sort=name -C "$1" -c . | sha256sum
}

# Without the times of directories: where an image is changed, they stay what a killed run made them.
list() {
	(cd "$1" && find . -type d -printf '%p %m\n' -o -printf '%p %m %s %t %l\n' | sort)
}

# with FAULT N ERRNO OPTION... : a run that is disturbed; how it ended in $end.
with() {
	"$fault" "$1" "$2" "$3" "$tmp/log" "$copy" -q --root "$root" --set always "${@:4}" 2>"$tmp/err" || true
	end=$(tail -n 1 "$tmp/log")
}

again() {
	"$copy" -q --root "$root" --set always "$@" || fail "the next run"
}

# numbers LAST STEP: from a command's last one back, so that the end is always tried.
numbers() {
	seq "$1" -"${every:-$2}" 1
}

with count 0 0 "$image" /bin/bash
read -r _ calls _ changes _ <<<"$end"
want=$(sum "$image")
for n in $(numbers "$changes" 7); do
	rm -rf "$image"
	with error "$n" 28 "$image" /bin/bash
	case $end in
	*"status 0") is "after error $n" "$(sum "$image")" "$want" ;;
	*) [ ! -e "$image" ] || fail "error $n: $end: $(cat "$tmp/err"): the image is there" ;;
	esac
done
for n in $(numbers "$calls" 151); do
	rm -rf "$image"
	with kill "$n" 0 "$image" /bin/bash
	again "$image" /bin/bash
	is "after kill $n" "$(sum "$image")" "$want"
done

rm -rf "$image"
"$copy" -q --root "$root" --set never "$tmp/base" /bin/bash
mkdir -p "$tmp/base/var/cache/ldconfig"
echo mine >"$tmp/base/var/cache/ldconfig/aux-cache"
before=$(sum "$tmp/base")
cp -a "$tmp/base" "$image"
with count 0 0 --refit "$image"
read -r _ calls _ changes _ <<<"$end"
want=$(list "$image")
# What replaced files leave beside them if they cannot be removed, the next run puts back and replaces anew.
for n in $(numbers "$changes" 3); do
	rm -rf "$image"
	cp -a "$tmp/base" "$image"
	with error "$n" 5 --refit "$image"
	case $end in
	*"status 0") again --refit "$image" && is "after error $n" "$(list "$image")" "$want" ;;
	*) is "after error $n: $end: $(cat "$tmp/err")" "$(sum "$image")" "$before" ;;
	esac
done
for n in $(numbers "$calls" 151); do
	rm -rf "$image"
	cp -a "$tmp/base" "$image"
	with kill "$n" 0 --refit "$image"
	again --refit "$image"
	is "after kill $n" "$(list "$image")" "$want"
done
finish
