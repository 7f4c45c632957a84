# SPDX-License-Identifier: LGPL-2.1-or-later
# A signal ends the programs that are running, removes what they wrote, and ends the gate as that signal does.
mkdir set
base=$(dirname "$(realpath /lib/ld-linux.so.2)")
cp "$base/libc.so.6" set
printf '#include <stdio.h>\n#include <unistd.h>\nint main(void) { fclose(fopen("here", "w")); pause(); }\n' >wait.c
gcc -m32 -O1 -o wait wait.c
echo 'wait: @SUITE@/wait' >suite
export TMPDIR=$PWD
for signal in TERM INT; do
	# Started by a shell that does not ignore SIGINT for it.
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' nosegneg-check set --suite suite set >out 2>&1 &
	pid=$!
	for _ in $(seq 500); do
		[ -e "$(echo nosegneg-set.*/1/work/here)" ] && break
		sleep 0.02
	done
	kill -$signal $pid
	wait $pid
	echo "exit $?, $(ls -d nosegneg-set.* 2>/dev/null | wc -l) directories, $(grep -lzs "^$PWD/wait" /proc/[0-9]*/cmdline | wc -l) programs left"
	cat out
done
