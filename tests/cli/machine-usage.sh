# Options, and what is said about wrong ones.
try() {
	echo "== $*"
	nosegneg-check "$@" 2>&1 | head -n 3
	echo "exit status ${PIPESTATUS[0]}"
}
try --format yaml
try --format
try -p
try -p 0
try -p one
try -p 1 --all
try --all --root /
try --assume-needed program
try --jobs 0
try --root missing
try --root missing --format nagios
try --no-such-option
nosegneg-check --help | head -n 1
