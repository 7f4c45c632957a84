# An address is looked up in the process that has the number and the name.
cat >victim.c <<'END'
#include <stdio.h>
#include <unistd.h>

static __thread volatile int counter;

__attribute__((noinline)) int touch(void)
{
	return counter;
}

int main(void)
{
	char c;

	printf("%d %08lx\n", (int)getpid(), (unsigned long)touch);
	fflush(stdout);
	return read(0, &c, 1) < 0 || touch();
}
END
gcc -m32 -O2 -fno-pie -no-pie -fcf-protection=none victim.c -o victim 2>err || { cat err; exit 99; }
coproc ./victim
read -r -t 10 pid ip <&"${COPROC[0]}" || exit 99
{
	echo "4gb seg fixup, process victim (pid $pid), cs:ip 73:$ip"
	# Kernels of 2005 gave the address behind the instruction.
	printf '4gb seg fixup, process victim (pid %d), cs:ip 73:%08x\n' "$pid" $((0x$ip + 6))
	echo "4gb seg fixup, process victim (pid $pid), cs:ip 73:00000010"
	echo "4gb seg fixup, process other (pid $pid), cs:ip 73:$ip"
	echo "4gb seg fixup, process victim (pid 4194303), cs:ip 73:$ip"
} >log
hide() { sed "s/$pid/PID/g; s/$ip/IP/g; s/73:$(printf %08x $((0x$ip + 6)))/73:IP+6/; s/+0x[0-9a-f]*  touch/+OFFSET  touch/; s,$PWD,DIR," | tr -s ' '; }
nosegneg-check log --live log | head -n 9 | hide
nosegneg-check log log | head -n 3 | hide
nosegneg-check log --live --json log | python3 -c '
import json, sys
a = json.load(sys.stdin)["offenders"][0]["addresses"]
print({k: v for k, v in a[0]["place"].items() if k not in ("path", "offset")}, a[2]["place"]["unknown"])'
cp victim new
mv new victim
nosegneg-check log --live log | sed -n 3p | hide
echo >&"${COPROC[1]}"
wait
