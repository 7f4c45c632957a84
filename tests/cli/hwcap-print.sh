# SPDX-License-Identifier: LGPL-2.1-or-later
# What each kind of note means for each generation of the loader: one line for each, and the whole of three of them.
. "$(dirname "$0")/../data/hwcap/make-root"
for release in 2.3.2 2.5 2.12 2.25 2.31 2.32 2.36 2.41 "?"; do
	make_root "$release" "$release"
	for note in xenlinux early pvops always count none; do
		printf '%s %s: ' "$release" "$note"
		quiet "$release" --vdso "fixtures/vdso-$note.so" | tail -n 1
	done
done
for release in 2.25 2.31 2.36; do
	hwcap "$release" --vdso fixtures/vdso-always.so print
done
# Where ld.so and ldconfig do not agree about bits: RHEL 8's ldconfig ignores the lines.
echo "hwcap directive ignored" >2.25/sbin/ldconfig
quiet 2.25 --vdso fixtures/vdso-always.so | tail -n 1
