# The document is one valid JSON value, and counts what it lists.
nosegneg-check scan --json --instructions fixtures/segref.o fixtures/tls.o /dev/null >out 2>err
echo "exit status $?"
cat err
python3 - <<'PY'
import json
d = json.load(open("out"))
print("version", d["version"], "totals", {k: d["totals"][k] for k in sorted(d["totals"])})
for f in d["files"]:
    print(f["path"], f["status"], f.get("proven"), f.get("possible"), f.get("fatal"), f.get("safe"),
          len(f.get("instructions", [])))
one = d["files"][0]["instructions"][0]
print(sorted(one))
PY
