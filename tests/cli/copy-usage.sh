# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-copy: its help, and what is typed wrong: one line that says so, exit status 2, and nothing is made.
wrong() {
	echo "# $*"
	nosegneg-copy "$@" 2>&1
	echo "exit $?"
}
nosegneg-copy --help
nosegneg-copy --version | sed 's/ [0-9].*/ …/'
mkdir root image
wrong
wrong image
wrong --refit
wrong --refit image /bin/ls
wrong --set sometimes image /bin/ls
wrong --no-such-option
wrong --root missing image /bin/ls
wrong --root "" image /bin/ls
wrong --root root image ls
wrong --root root image /bin/ls
wrong --root root missing/image ls
wrong --refit missing
wrong / ls
wrong --refit /
wrong --refit /../
wrong --root root root ls
wrong --root root --refit image
wrong --root root --refit --set always image
find root image
