#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# report.sh: whose trap it is, where libraries come and go while the program runs.
set -euo pipefail

build=${B:-build}
sim=$(realpath "${SIM:-$build/bin/nosegneg-sim}")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failures=0

fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

# library FUNCTION: traps once a call. outer() calls another one's; what unwinds it lies pages behind it.
library() {
	{
		echo "__thread int own; int $1(void) { return own; }"
		echo 'int outer(int (*call)(void)) { volatile int r = call(); return r + 1; }'
		for i in {1..200}; do echo "int filler$i(int a) { return a * $i; }"; done
	} >"$tmp/$1.c"
	"${CC:-gcc}" -m32 -O1 -shared -fPIC -ftls-model=initial-exec "$tmp/$1.c" -o "$tmp/$1.so"
}

# program NAME <BODY: of its main().
program() {
	{
		printf '#include <%s>\n' dlfcn.h stdio.h stdlib.h unistd.h
		echo 'static void *open_it(const char *path) { void *d = dlopen(path, RTLD_NOW); if (!d) exit(2); return d; }'
		echo 'static int call(void *d, const char *name) { return ((int (*)(void))dlsym(d, name))(); }'
		echo 'int main(int argc, char **argv) {'
		cat
		echo '}'
	} >"$tmp/$1.c"
	"${CC:-gcc}" -m32 "$tmp/$1.c" -o "$tmp/$1" -ldl
}

# traps FUNCTION: negative ones, by the report.
traps() {
	python3 -c 'import json, sys
sites = json.load(open(sys.argv[1]))["sites"]
print(sum(s["negative"] for s in sites if s["function"] == sys.argv[2]))' "$tmp/report" "$1"
}

# Segments that are not shortened are owned up to.
"$sim" --json -o "$tmp/report" "$build/tests/sim/segments" ldt >"$tmp/out" || true # ends with 3
grep -q '"uses_ldt":true' "$tmp/report" || fail "segments ldt: modify_ldt is not reported"

library alpha
library bravo
cd "$tmp"

# One after another in the same place, with the same instruction.
program turns <<'END'
	for (int i = 0; i < 10; i++) {
		const char *name = i < 3 ? "alpha" : "bravo";
		char path[16];
		snprintf(path, sizeof(path), "./%s.so", name);
		void *d = open_it(path);
		call(d, name);
		dlclose(d);
	}
	return argc + !argv - 1;
END
for mode in flip step; do
	"$sim" --emulate $mode --json -o report ./turns
	[ "$(traps alpha) $(traps bravo)" = "3 7" ] || fail "$mode: alpha $(traps alpha), bravo $(traps bravo)"
done

# Cut off behind its text while it is on the stack: what unwinds it is gone from the file.
cp bravo.so short.so
end=$(readelf -lW bravo.so | awk '/LOAD/ && /R E/ { print $2, $5 }')
end=$(((${end% *} + ${end#* } + 4095) / 4096 * 4096))
program short <<'END'
	void *d = open_it("./short.so"), *other = open_it("./alpha.so");
	int (*outer)(int (*)(void)) = (int (*)(int (*)(void)))dlsym(d, "outer"), (*inner)(void) = (int (*)(void))dlsym(other, "alpha");
	call(d, "bravo");
	if (truncate("short.so", argc > 1 ? atoi(argv[1]) : 0) != 0)
		return 3;
	_exit(outer(inner) + 5);
END
status=0
"$sim" --folded -o report ./short "$end" || status=$?
[ "$status" = 6 ] || fail "short: ended with $status"
grep -q 'alpha 1$' report || fail "short: no stack of alpha"

# More libraries than the limit lets files be open: all have their names.
program many <<'END'
	for (int i = 0; i < 100; i++) {
		char path[16];
		snprintf(path, sizeof(path), "./many%d.so", i);
		void *d = open_it(path);
		call(d, "bravo");
		dlclose(d);
	}
	return argc + !argv - 1;
END
for i in {0..99}; do cp bravo.so "many$i.so"; done
(ulimit -Sn 64 && "$sim" --json -o report ./many)
[ "$(traps bravo)" = 100 ] || fail "many: $(traps bravo) of 100 traps have a name"
[ "$failures" = 0 ]
