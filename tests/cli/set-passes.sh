# SPDX-License-Identifier: LGPL-2.1-or-later
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
nosegneg-check set --no-run --against base -v set | sed "s,$here,.,g"
exit "${PIPESTATUS[0]}"
