# SPDX-License-Identifier: LGPL-2.1-or-later
# The document is whole, and says what the text says.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set -DEXTRA
LC_ALL=C sed -i 's,/usr/lib/locale,/usr/lib/localE,' set/libc.so.6
make_manifest >set/manifest
nosegneg-check set --no-run --json --against base set | sed "s,$here,.,g"
exit "${PIPESTATUS[0]}"
