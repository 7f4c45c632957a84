# One line for each file, with a head and a total.
nosegneg-check scan fixtures/segref.so fixtures/tls-nosegneg /proc/self/exe | sed 's|/proc/self/exe|EXE|'
exit "${PIPESTATUS[0]}"
