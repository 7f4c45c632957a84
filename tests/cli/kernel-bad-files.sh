# Whatever a path names: an error in words for that file, the others still shown, exit status 2.
mkfifo fifo
: >empty
echo 'no kernel' >text
ln -s nowhere dangling
gzip -c text >text.gz
head -c 2500 fixtures/bzimage-gzip >header-only
head -c 3000 fixtures/bzimage-xz >truncated
for packing in gzip xz zstd lz4 lzma bzip2; do
	head -c 3200 fixtures/bzimage-$packing >short
	# The payload's length is cut, too, so that the stream is what is too short.
	printf '\100\1\0\0' | dd of=short bs=1 seek=588 conv=notrunc status=none
	nosegneg-check kernel short
done
printf 'junk' | dd of=header-only bs=1 seek=584 conv=notrunc status=none
nosegneg-check kernel fifo empty text text.gz dangling header-only truncated missing /dev/null . fixtures/tls.o \
	/bin/sh '' fixtures/vdso-none.so >out 2>err
status=$?
sed 's/[0-9]* bytes/N bytes/; s/offset [0-9]*/offset N/' out err
exit $status
