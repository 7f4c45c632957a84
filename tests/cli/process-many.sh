# All processes: hundreds in under a second apart from the scan, some of which come and go meanwhile, or may not be read.
data=$(dirname "$0")/../data/roots
gcc -m32 -O2 -mno-tls-direct-seg-refs -o safe "$data/sleeper.c" 2>err || { cat err; exit 99; }
mkfifo in ready
exec 8<>in 9<>ready
for ((i = 0; i < 250; i++)); do
	./safe <in >ready &
	read -r -n 1 -t 20 -u 9 || exit 99
	sleep 1000 8<&- 9<&- &
done
mine=$(jobs -p)

count() {
	python3 -c '
import json, sys
d = json.load(sys.stdin)
mine = [p for p in d["processes"] if p["name"] == "safe"]
s = d["process_states"]
print(len(mine), "of ours", {p["state"] for p in mine}, {p["proven"] is not None for p in mine})
if s["not-affected"] < 250:
    print("too few that are not affected:", s)
'
}
begin=$(date +%s%N)
nosegneg-check --all --no-scan --json >all
took=$((($(date +%s%N) - begin) / 1000000))
count <all
[ $took -lt 1000 ] || echo "$took ms"
nosegneg-check --all --assume-needed --json >all
echo "exit status $?"
count <all
# One file is scanned once for all of them, and a finding names a few.
nosegneg-check --all --assume-needed | grep 'process-without-set' | grep -o 'and [0-9]* more' | grep -c .

# Processes that come and go.
while [ -e ready ]; do /bin/true; ./safe </dev/null >/dev/null; done 2>/dev/null &
churn=$!
for ((i = 0; i < 20; i++)); do
	nosegneg-check --all --json >all 2>err
	status=$?
	[ $status -le 1 ] && [ ! -s err ] || { echo "exit status $status"; cat err; }
done
rm ready
wait $churn
# Those of others.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 . ..
	cp "$(command -v nosegneg-check)" .
	chmod 755 nosegneg-check
	setpriv --reuid 65534 --regid 65534 --clear-groups ./nosegneg-check --all --json >all 2>err
	[ $? -le 1 ] && python3 -c '
import json
s = json.load(open("all"))["process_states"]
if s["refused"] < 500: print("refused:", s)' || cat err
	setpriv --reuid 65534 --regid 65534 --clear-groups ./nosegneg-check -p $$ 2>&1 >/dev/null | sed 's/[0-9][0-9]*/PID/'
else
	echo 'nosegneg-check: process PID: read: Permission denied'
fi
kill $mine
wait
