nosegneg-check kernel
echo "exit status $?"
nosegneg-check kernel --no-such-option x
echo "exit status $?"
nosegneg-check kernel --help | head -n 1
nosegneg-check kernel fixtures/vdso-none.so >/dev/full
echo "exit status $?"
