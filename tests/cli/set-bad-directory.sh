# SPDX-License-Identifier: LGPL-2.1-or-later
# A directory that is none, has nothing, or is not there; and wrong command lines.
mkdir empty
: >file
for dir in empty file missing "odd$(printf '\033')name"; do
	nosegneg-check set --no-run "$dir" 2>&1
	echo "exit $?"
done
nosegneg-check set --no-run --against missing empty 2>&1
echo "exit $?"
for arguments in "" "a b" "--no-such-option a" "--against"; do
	nosegneg-check set $arguments 2>&1 | sed 's,^[^ ]*nosegneg-check: ,nosegneg-check: ,'
	echo "exit ${PIPESTATUS[0]}"
done
nosegneg-check set --help
