nosegneg-check scan
echo "exit status $?"
nosegneg-check scan --no-such-option x
echo "exit status $?"
nosegneg-check scan --jobs 0 x
echo "exit status $?"
nosegneg-check frobnicate
echo "exit status $?"
nosegneg-check scan --help | head -n 1
nosegneg-check --help | head -n 1
nosegneg-check --version | sed 's/[0-9.]*$/VERSION/'
