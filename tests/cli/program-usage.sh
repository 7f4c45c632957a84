nosegneg-check --tree
echo "exit status $?"
nosegneg-check --no-such-option /bin/true
echo "exit status $?"
nosegneg-check --jobs 0 /bin/true
echo "exit status $?"
nosegneg-check --no-scan frobnicate ./gone
echo "exit status $?"
nosegneg-check --no-scan --root gone /bin/true
echo "exit status $?"
nosegneg-check --no-scan --note /dev/null /bin/true
echo "exit status $?"
PATH=$PATH:$PWD/bin
mkdir bin
echo '#!/bin/sh' >bin/set-here
chmod +x bin/set-here
nosegneg-check set-here | sed "s:$PWD:PWD:"
cp bin/set-here set
nosegneg-check -- set
nosegneg-check x --help | head -n 1
