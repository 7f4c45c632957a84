#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# For dracut: where ldconfig-hwcap(8) says so, the 32-bit programs of the image get the library set. Whatever goes wrong,
# the image is made, as it would be without this. In a directory whose name sorts after those of all other modules.

# Of this system only: ldconfig-hwcap tells of no other root.
check() {
	[[ -z ${dracutsysrootdir-} ]] && ldconfig-hwcap initramfs >/dev/null
}

depends() {
	:
}

# dracut puts in the libraries that programs need when it is done with the modules. Here it is asked for that now, and finds
# nothing left to do then.
add_libraries() {
	# shellcheck disable=SC2086,SC2154 # both are dracut's, and the command may have arguments
	find "$initdir" -type f -perm /0111 ! -path '*.ko*' -print0 | xargs -r -0 $DRACUT_INSTALL -D "$initdir" -R --
}

install() {
	if ! add_libraries || ! nosegneg-copy -q --refit --set always "$initdir"; then
		dwarn "the initramfs is made without the nosegneg library set; see above"
	fi
	return 0
}
