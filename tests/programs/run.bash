# SPDX-License-Identifier: LGPL-2.1-or-later
# Expansion, arithmetic, arrays, traps, jobs and pipes of the i386 shell, with i386 tools as children.
set -u
shopt -s extglob nullglob
trap 'echo trapped' USR1
kill -USR1 $$
declare -A table=([one]=1 [two]=2)
for key in "${!table[@]}"; do echo "$key=${table[$key]}"; done | sort
echo "$((2 ** 40 + 7)) ${RANDOM:+random} $(printf '%05.2f|%q|%x' 3.14159 'a b' 255)"
text="Straße ÄÖÜ"
echo "${#text} ${text^^} ${text,,} ${text/[[:upper:]]/X}"
[[ $text =~ ^([[:alpha:]]+)\ (.*)$ ]] && echo "${BASH_REMATCH[2]}"
for i in 3 1 2; do (echo "job $i") >"job.$i" & done
wait
cat job.*
echo job.@(1|3)
seq 1 2000 | sort -R --random-source="$SERVICES" | sort -n | tail -n 1
printf '%s\n' b A a B | sort
printf '%(%Y-%m-%d %H:%M)T\n' 1700000000
TZ=Asia/Tokyo date -d @1700000000 '+%c'
mapfile -t lines < <(seq 5)
echo "${lines[*]}"
coproc cat
echo "through a coprocess" >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
echo "$line"
find . -name 'job.*' -printf '%f %s %y\n' | sort
tar cf - job.1 job.2 job.3 --sort=name --mtime=@0 --owner=root:0 --group=root:0 --mode=644 | gzip -n | gzip -dc | tar tvf - --utc
ls /nonexistent 2>&1 | sed 's/^[^:]*: //'
exit 5
