# Whatever a path names: an error in words for that file, the others still scanned, exit status 2.
mkfifo fifo
: >empty
echo 'no program' >text
ar rcs archive.a fixtures/tls.o
ln -s nowhere dangling
ln -s loop loop
head -c 100 fixtures/segref.so >truncated
cp fixtures/segref.so big-count
printf '\377\377' | dd of=big-count bs=1 seek=48 conv=notrunc status=none
nosegneg-check scan fifo empty text archive.a dangling loop truncated missing /dev/null fixtures/tls-nosegneg '' 2>err |
	sed 's/^[ 0-9]*//'
status=${PIPESTATUS[0]}
sed 's/([0-9]* entries at offset [0-9]*)/(N entries at offset N)/' err
nosegneg-check scan big-count 2>&1 | sed 's/([0-9]* entries at offset [0-9]*)/(N entries at offset N)/'
exit "$status"
