# On the C library of this machine the scanner sees the %gs instructions that objdump sees, and proves at least nine
# tenths of those through a register.
lib=/lib/i386-linux-gnu/libc.so.6
objdump -d --no-show-raw-insn "$lib" | awk -F'\t' '/%gs:/ { sub(/:.*/, "", $1); gsub(/ /, "", $1); print $1 }' | sort >want
nosegneg-check scan -i "$lib" | awk '/^ +[0-9a-f]+  (safe|possible|proven) / { print $1 }' | sort >got
cmp want got && echo same instructions
nosegneg-check scan "$lib" | awk 'NR == 2 { print ($1 >= 0.9 * ($1 + $2)) ? "proven enough" : "too few proven: " $0 }'
