# A process in a root directory of its own.
[ "$(id -u)" = 0 ] || { echo 'not root: chroot'; exit 77; }
data=$(dirname "$0")/../data/roots
gcc -m32 -O2 -mno-tls-direct-seg-refs -o safe "$data/sleeper.c" 2>err || { cat err; exit 99; }
libc=$(ldd ./safe | awk '/libc.so.6/ { print $3 }')
mkdir -p root/lib root${libc%/*}
cp safe root/
cp /lib/ld-linux.so.2 root/lib/
cp "$libc" root/lib/
mkfifo in ready
exec 8<>in 9<>ready
chroot root /safe <in >ready &
read -r -n 1 -t 20 -u 9 || exit 99
nosegneg-check --assume-needed -p $! | grep -A 1 other-root | sed "s/$!/PID/g; s/^ [0-9]*\. //"
nosegneg-check --assume-needed --root /proc/$!/root | sed -n 's/ *$//; 1p; /captured/p; /^  root/s,/proc/[0-9]*,/proc/PID,p'
kill $!
wait
