# One JSON document with everything that the table says, and names that are not UTF-8 in it.
cp "$(dirname "$0")/../data/logs/fixups-journal.txt" log
printf '\n4gb seg fixup, process bad\377\033 (pid 4), cs:ip 73:08048000\n' >>log
nosegneg-check log --json log >out
echo "exit status $?"
python3 - <<'PY'
import json
d = json.load(open("out"))
print({k: v for k, v in d.items() if k not in ("offenders", "note")})
for o in d["offenders"]:
    print(o)
print("proves nothing" in d["note"])
PY
nosegneg-check log --json /dev/null | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["version"], d["warnings"])'
