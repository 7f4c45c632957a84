# What is no log, said in words.
logs=$(dirname "$0")/../data/logs
mkdir directory
gzip -c "$logs/xenlinux-dmesg.txt" >log.gz
xz -c "$logs/xenlinux-dmesg.txt" >log.xz
printf 'LPKSHHRH\0\0\0' >system.journal
for file in directory missing log.gz log.xz system.journal; do
	nosegneg-check log "$file"
	echo "exit status $?"
done
nosegneg-check log one two
echo "exit status $?"
nosegneg-check log --no-such-option
echo "exit status $?"
nosegneg-check log --help | head -n 1
nosegneg-check log - >/dev/full <"$logs/xenlinux-dmesg.txt"
echo "exit status $?"
# Rubbish is not an error.
head -c 300000 /dev/urandom | nosegneg-check log - | sed 's/^[0-9]* lines/N lines/'
