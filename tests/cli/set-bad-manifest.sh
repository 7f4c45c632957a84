# SPDX-License-Identifier: LGPL-2.1-or-later
# A manifest is input like any other: one line that names the file, the line and the fault, and exit status 2.
. "$(dirname "$0")/../data/set/make-set"
make_base
make_set
try() {
	echo "$1:"
	check
}
cp set/manifest good
bad() {
	sed "$2" good >set/manifest
	try "$1"
}
: >set/manifest
try empty
head -c 3000 /dev/zero >set/manifest
try zeros
head -c 2000000 /dev/zero | tr '\0' 'x' >set/manifest
try large
rm set/manifest
mkfifo set/manifest
try fifo
rm set/manifest
bad "no format" 1d
bad "later format" 's/^nosegneg-manifest: 1/nosegneg-manifest: 2/'
bad "no colon" '2s/.*/base-directory/'
bad "a key of other letters" '2s/.*/Base Directory: x/'
bad "a control character" "2s/.*/target: \x1b[31m/"
bad "twice" '2s/.*/target: a\ntarget: b/'
bad "a path" 's,library: libc,library: ../libc,'
bad "short sha256" 's/sha256=...../sha256=/'
bad "upper-case build-id" 's/build-id=5e7001/build-id=5E7001/'
bad "a library twice" '/libc.so.6/p'
bad "no build-id" 's/ build-id=5e7001//'
bad "a word alone" 's/^library: libc.so.6/& word/'
bad "an odd size" 's/_rtld_global=400/_rtld_global=4x/'
bad "a huge size" 's/_rtld_global=400/_rtld_global=40000000000/'
bad "one size" 's/ _rtld_global_ro=200//'
bad "omitted without a name" 's/^omitted.*/omitted:/'
cp good set/manifest
try good
