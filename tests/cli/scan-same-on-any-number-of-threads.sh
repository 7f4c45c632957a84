# The result does not depend on how the work is divided.
nosegneg-check scan -j 1 /usr/lib/i386-linux-gnu >one
nosegneg-check scan -j 7 /usr/lib/i386-linux-gnu >seven
cmp one seven
