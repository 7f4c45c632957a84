# The document, whole; a file that cannot be read is in it, too.
nosegneg-check kernel --json fixtures/vmlinux-32 missing >out
echo "exit status $?"
sed 's/"\(size\|offset\)": [0-9]*/"\1": N/' out
