# SPDX-License-Identifier: LGPL-2.1-or-later
# The tool ends as the program does; a report in a file is all that it adds.
exec 2>/dev/null # bash tells of every program that a signal ends
ended() {
	echo "# $*"
	(exec nosegneg-sim "$@")
	echo "exit $?"
}
PATH=$PWD/fixtures:$PATH
ended -q tls-pie
ended -q -- tls-static
ended --fail-on-trap tls-pie
ended --fail-on-trap --xen none tls-pie
ended --fail-on-trap --emulate step tls-pie
ended --emulate kill tls-pie
ended --emulate kill --fail-on-trap tls-pie
ended -o report tls-pie -q --json
grep -c '^total: ' report
ended -o /dev/full tls-pie

# The report is not written over the program, nor into what the program finds closed.
cp fixtures/tls-pie program
ended -o ./program ./program
cmp program fixtures/tls-pie && echo whole
nosegneg-sim ./program 2>&-
echo "exit $?"

# What trapped is the same however it is printed.
nosegneg-sim --json -o json tls-pie
nosegneg-sim --folded -o folded tls-pie
python3 - <<'EOF'
import json
t = json.load(open("json"))["totals"]
folded = sum(int(line.rsplit(" ", 1)[1]) for line in open("folded"))
print("same" if t["negative"] + t["positive"] == folded else (t, folded))
EOF
# The tool's end is the program's.
mkfifo said
nosegneg-sim -q "$PWD/fixtures/sim-wait" >said &
sim=$!
head -n 1 said
kill -9 "$sim"
wait "$sim"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	pgrep -f "^$PWD/fixtures/sim-wait" >/dev/null || break
	sleep 0.1
done
pgrep -f "^$PWD/fixtures/sim-wait" && echo "still there"

# What is sent to the tool is for the program.
nosegneg-sim -q "$PWD/fixtures/sim-wait" >said &
sim=$!
head -n 1 said
kill -TERM "$sim"
wait "$sim"
echo "exit $?"

# Rows of the table.
for top in 0 1; do
	nosegneg-sim --top $top -o text tls-pie
	echo "top $top: $(grep -c 'more places* (--top 0' text) cut"
done
