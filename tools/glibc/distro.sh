#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Proves that the unpacked tree is upstream's with the distribution's whole
# quilt series applied: on a copy of the files it touches, every patch comes
# off again, last first, without fuzz.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

patches=$unpacked/debian/patches
scratch=$work/distro.tmp

series() {
	patch_names "$patches"
}

# Names after "--- a/" and "+++ b/", as far as they exist now.
touched_files() {
	series | sed "s,^,$patches/," | xargs -d '\n' cat |
		sed -En 's,^(---|\+\+\+) [^/]*/([^[:space:]]+).*,\2,p' | sort -u |
		while read -r file; do
			if [ -e "$unpacked/$file" ]; then
				echo "$file"
			fi
		done
}

take_off() {
	patch -d "$scratch" -p1 -R -F0 -f -s "$@"
}

# The parts of a patch, last first: where two change one file, the later one has to come off first, and patch(1) does not
# see to that. Git's own lines between the parts would then stand with the wrong one.
last_part_first() {
	grep -vE '^(diff|index) ' "$1" | awk '{ line[NR] = $0 }
		END {
			end = NR
			for (i = NR; i > 0; i--)
				if (line[i] ~ /^--- / && line[i + 1] ~ /^\+\+\+ /) {
					for (j = i; j <= end; j++)
						print line[j]
					end = i - 1
				}
		}'
}

rm -rf "$scratch"
mkdir -p "$scratch"
touched_files | tar -C "$unpacked" -cf - --no-recursion -T - | tar -C "$scratch" -xf -
series | tac | while read -r name; do
	if take_off --dry-run <"$patches/$name" >/dev/null; then
		take_off <"$patches/$name"
	elif ! last_part_first "$patches/$name" | take_off; then
		refuse "distribution patches" "the source is without $name" \
			"$TARGET_TARBALL is not what debian/patches/series says; report it"
	fi
done
echo "$(series | wc -l) patches, all applied"
rm -rf "$scratch"
