# Live processes, each in another state, as a machine that shortens segments would have them.
data=$(dirname "$0")/../data/roots
compile() {
	gcc -m32 -O2 "$@" "$data/sleeper.c" 2>err || { cat err; exit 99; }
}
compile -mno-tls-direct-seg-refs -o safe
compile -DUNSAFE -fno-pie -no-pie -o unsafe
compile -static -o static
gcc -O2 -o wide "$data/sleeper.c"
gcc -m32 -shared -nostdlib -Wl,--build-id=none "$data/libc.S" -o hook.so
libc=$(ldd ./safe | awk '/libc.so.6/ { print $3 }')
mkdir -p own sets/nosegneg old/nosegneg
cp "$libc" own/
cp "$libc" sets/nosegneg/
cp "$libc" old/nosegneg/
echo text >text
mkfifo in ready

# start NAME [VARIABLE...]: a process that waits, and its number as pid_NAME.
exec 8<>in 9<>ready
start() {
	env "${@:2}" ./"$1" <in >ready &
	read -r -n 1 -t 20 -u 9 || exit 99
	pid=$!
}
hide() {
	sed -E "s,$PWD,DIR,g; s,(/usr)?$libc,BASE/libc.so.6,g; s/\(([0-9]+)\)/(PID)/g
		s,/proc/[0-9]+,/proc/PID,g; s/^ +[0-9]+  ([a-z])/      PID  \1/
		s/^ [0-9]+\. / -  /; s/[0-9]+ proven, [0-9]+ possible/N proven, N possible/; s/  +[1-9][0-9]* +[0-9]+  / N N  /"
}
# show TITLE PID...: what counts, without the machine's own facts and findings.
show() {
	echo "== $1"
	nosegneg-check --assume-needed "${@:2}" | awk '/^ *PID|^  [0-9]+ [a-z]/ { on = 1 } on' | grep -v -e 'set-missing\]' -e 'helper-missing\]' -e ' mend: install ' | hide
	echo "exit status ${PIPESTATUS[0]}"
}
start safe
show 'the base C library' -p $pid
show 'not scanned' --no-scan -p $pid
start unsafe
show 'a program with an access of its own' -p $pid
first=$pid
start unsafe
show 'two of them' -p $pid $first
start static
show 'a static program' -p $pid
start safe LD_LIBRARY_PATH=$PWD/own
show "LD_LIBRARY_PATH" -p $pid
gcc -m32 -O2 -Wl,-rpath,"$PWD/own" -o rpath "$data/sleeper.c"
start rpath
show 'RPATH' -p $pid
start safe LD_PRELOAD=$PWD/hook.so
show 'LD_PRELOAD, and a library with an access' -p $pid
start safe LD_LIBRARY_PATH=$PWD/sets/nosegneg
show 'a set (which has accesses of its own)' -p $pid
start safe LD_LIBRARY_PATH=$PWD/old/nosegneg
rm -r old
show 'a set that was removed' -p $pid
start wide
show 'a 64-bit process' -p $pid
(exit 0) &
gone=$!
wait $gone
echo '== one that has ended'
nosegneg-check -p $gone 2>&1 >/dev/null | sed 's/[0-9][0-9]*/PID/'
echo "exit status ${PIPESTATUS[0]}"
echo '== not needed: nothing is found'
nosegneg-check --json -p $pid $(jobs -p) | python3 -c '
import json, sys
d = json.load(sys.stdin)
print(d["verdict"], {f["code"] for f in d["findings"]} - {"helper-missing"}, sorted((k, v) for k, v in d["process_states"].items() if v))'
kill $(jobs -p)
wait
