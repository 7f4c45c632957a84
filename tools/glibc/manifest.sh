#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# manifest.sh DIR: prints the manifest of the set in DIR.  No dates, no host
# and no absolute paths of the build: the same set has the same manifest.
set -euo pipefail
# shellcheck source=tools/glibc/common.sh
. tools/glibc/common.sh

set_dir=$1

# Paths of the build tree become relative to the source directory.
relative() {
	sed "s,$(absolute "$source_dir"),.,g"
}

configure_line() {
	sed -n 's,^  \$ [^ ]*/configure ,,p' "$obj/config.log" | relative
}

object_size() {
	readelf --dyn-syms -W "$1" | awk -v name="$2@@GLIBC_PRIVATE" '$8 == name { print $3 }'
}

print_head() {
	cat <<-EOF
	# A nosegneg library set.  One "key: value" a line; the first word of
	# "patch", "library" and "omitted" is a name, then come name=value pairs or,
	# for "omitted", the reason.  Keys are only ever added.
	nosegneg-manifest: 1
	target: $TARGET
	source: $TARGET_SOURCE_PACKAGE
	source-version: $(source_version)
	source-sha256: $(source_sha256)
	upstream-version: $TARGET_UPSTREAM_VERSION
	base-package: $TARGET_BASE_PACKAGE $(base_version)
	base-directory: $TARGET_BASE_DIR
	set-directory: $TARGET_SET_DIR
	compiler: $(${TARGET_CC%% *} --version | head -n 1)
	cflags: $(sed -n 's/^CFLAGS = //p' "$obj/configparms" | relative)
	configure: $(configure_line)
	EOF
}

print_patches() {
	our_patches | while read -r name; do
		echo "patch: $name sha256=$(sha256 "$TARGET_PATCH_DIR/$name")"
	done
}

print_library() {
	local name=$1 base=$2 file=$set_dir/$1

	echo "library: $name soname=$(library_name "$file") sha256=$(sha256 "$file")" \
		"build-id=$(build_id "$file") base-build-id=$(build_id "$base")"
}

print_libraries() {
	local verb name rest

	while read -r verb name rest; do
		case $verb in
		ship) print_library "$name" "$rest" ;;
		omit) echo "omitted: $name $rest" ;;
		esac
	done < <(LC_ALL=C sort -k 1,1r -k 2 "$work/plan")
}

# The loader that the set was linked with: its private data has to be laid
# out like that of the loader the set will meet.
print_loader() {
	local built=$obj/elf/ld.so base

	base=$base_dir/$(library_name "$built")
	echo "rtld: _rtld_global=$(object_size "$built" _rtld_global)" \
		"_rtld_global_ro=$(object_size "$built" _rtld_global_ro)" \
		"build-id=$(build_id "$built") base-build-id=$(build_id "$base")"
}

print_head
print_patches
print_libraries
print_loader
