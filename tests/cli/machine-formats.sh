# The formats, of one machine with findings and of one without.
. "$(dirname "$0")/../data/roots/make.sh"

system 2.25
install_set /lib/i686/nosegneg
conf xen.conf 'hwcap 0 nosegneg'
cache 0x0018000000000000
for segments in 0xffffffff 0xecdb0fff; do
	note 2 1
	nosegneg-check --root root
	for format in json prometheus nagios; do
		echo "== $format"
		nosegneg-check --root root --format $format
		echo "exit status $?"
	done
	nosegneg-check --root root -q
	echo "exit status $?"
done
# Warnings alone.
system 2.25
install_set /lib/i686/nosegneg
conf xen.conf 'hwcap 1 nosegneg'
cache 0x0028000000000000
note 2 1
echo LD_LIBRARY_PATH=/opt >root/etc/environment
nosegneg-check --root root --format nagios
echo "exit status $?"
# What a hostile file says can neither end a line nor begin performance data.
printf 'hwcap 0 nosegneg\nhwcap 1 nose|gneg\033[31m\n' >'root/etc/ld.so.conf.d/a|b.conf'
printf 'LD_PRELOAD=/a|b\033[2J\n' >root/etc/environment
nosegneg-check --root root --format nagios
nosegneg-check --root root --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["verdict"])'
nosegneg-check --root root | grep environment
nosegneg-check --root root --format text >/dev/full
echo "exit status $?"
