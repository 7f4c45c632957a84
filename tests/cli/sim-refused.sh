# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that cannot be run, and machines that do not let them: what is the matter and where, exit status 2, and nothing
# is left behind.
sim=$(command -v nosegneg-sim)
refused() {
	echo "# $*" | sed "s,$sim,nosegneg-sim,"
	"$@" </dev/null 2>&1 | sed "s,$PWD,.,g; s,/[^ ]*/fixtures/,fixtures/,"
	echo "exit ${PIPESTATUS[0]}"
}
echo 'no program' >text
printf '\177ELF' >short
printf '#!/no/such/interpreter\n' >script-none
printf '#!relative\n' >script-relative
printf '#!/bin/true\n' >script-64
printf '#!%s/script-loop\n' "$PWD" >script-loop
cp fixtures/tls-pie no-loader
perl -0777 -pi -e 's,/lib/ld-linux\.so\.2,/lib/no-linux.so.2,' no-loader
cp fixtures/tls-pie closed
head -c 40 fixtures/tls-pie >cut
chmod +x text short script-* no-loader cut
chmod 644 closed
for program in ./none ./text ./short ./cut ./script-none ./script-relative ./script-64 ./script-loop ./no-loader ./closed . \
	fixtures/tls.o fixtures/object-64-new.so /bin/true no-such-program; do
	refused nosegneg-sim "$program"
done
refused nosegneg-sim --root no-such-directory ls
refused nosegneg-sim --hole 0x8000000 fixtures/tls-nopie 2>&1 | sed 's/memory at 0x[0-9a-f]*/memory at ADDRESS/'

# System calls by their numbers on x86-64, and EPERM, ENOEXEC, ENOSYS.
refused fixtures/deny 101 1 "$sim" fixtures/tls-pie
refused fixtures/deny 317 1 "$sim" fixtures/tls-pie
refused fixtures/deny 59 8 "$sim" fixtures/tls-pie
refused fixtures/deny 59 13 "$sim" fixtures/tls-pie
echo "# memory is read in another way"
fixtures/deny 310 38 "$sim" fixtures/tls-pie 2>&1 | grep -c '^total: .* traps'
pgrep -f fixtures/tls- && echo "left behind"
exit 0
