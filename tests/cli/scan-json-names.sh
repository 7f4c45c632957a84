# A file name that is not UTF-8 still makes valid JSON, and cannot reach the terminal as it is.
name=$(printf 'bad\377\033[31m.o')
cp fixtures/tls.o "$name"
nosegneg-check scan --json "$name" | python3 -c 'import json,sys; print(json.load(sys.stdin)["files"][0]["path"])'
nosegneg-check scan "$name" | sed -n 2p | sed 's/^[ 0-9]*//'
