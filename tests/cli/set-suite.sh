# SPDX-License-Identifier: LGPL-2.1-or-later
# A suite that is wrong: the file, the line and the fault.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
bad() {
	printf '%b\n' "$1" >suite
	nosegneg-check set --suite suite --against base set 2>&1 | sed "s,$here,.,g"
	echo "exit ${PIPESTATUS[0]}"
}
bad 'no colon'
bad 'name:'
bad '# comment\n\nname: @NOWHERE@/x'
bad "name: 'open"
bad 'name: status=x /bin/true'
bad 'name: timeout=0 /bin/true'
bad 'name: other=1 /bin/true'
bad 'na me: /bin/true'
bad 'name: /bin/true\nname: /bin/true'
bad '@A@ value'
bad 'a: x\0000b'
nosegneg-check set --suite missing --against base set
echo "exit $?"
