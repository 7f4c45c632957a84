# The notes of four times, one that lies, and none: what they hold and what they mean; readelf reads the same.
nosegneg-check kernel fixtures/vdso-*.so | sed 's/[0-9]* bytes/N bytes/'
for vdso in fixtures/vdso-*.so; do
	echo "readelf $vdso $(readelf -n "$vdso" | grep 'num entries')"
done
