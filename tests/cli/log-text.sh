# Logs as XenLinux, the journal, a serial console and /dev/kmsg write them.
logs=$(dirname "$0")/../data/logs
for log in "$logs"/*.txt; do
	echo "== ${log##*/}"
	nosegneg-check log "$log"
	echo "exit status $?"
done
echo "== standard input"
nosegneg-check log - <"$logs/xenlinux-dmesg.txt" | head -n 3
nosegneg-check log <(cat "$logs/xenlinux-dmesg.txt") >out
echo "exit status $?"
