# tools/flamegraph: widths are shares, names are escaped and cut, what is too narrow is left out, and what is no stack is
# refused.
flamegraph=$(dirname "$0")/../../tools/flamegraph
cat >stacks <<'EOF'
main;a;operator<< (std::ostream&, char) 600
main;a;b 150
main;c with blanks;d 250
main;rare 1
main;rarer 0
EOF
"$flamegraph" --title 'a & b' stacks
"$flamegraph" <stacks | cksum >one
"$flamegraph" stacks | cksum | cmp - one
echo 'main;a' | "$flamegraph"
echo "exit status $?"
printf 'main 1\nmain;a many\n' | "$flamegraph"
echo "exit status $?"
"$flamegraph" </dev/null
echo "exit status $?"
"$flamegraph" nowhere
echo "exit status $?"
echo 'a ²' | "$flamegraph"
printf 'a\001b 1\n' | "$flamegraph" | grep -c 'a?b: 1 traps'
echo 'a 1' | "$flamegraph" >/dev/full
echo 'a 1' | "$flamegraph" >&-
"$flamegraph" <&-
printf 'f;%.0s' {1..9000} | sed 's/;$/ 1/' | "$flamegraph"
exit 0
