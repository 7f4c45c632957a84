# One document, whatever is asked; several programs; what cannot be looked at is in it, too.
unset LD_LIBRARY_PATH LD_PRELOAD
echo '#!/bin/sh' >script
printf '#!/bin/sh' >$'bad\xffname'
gcc -m32 -nostdlib -shared -xc - -xnone -Wl,-soname,liba.so -o liba.so <<<'int a;'
gcc -m32 -nostdlib -shared -xc - -xnone -Wl,-soname,libb.so -o libb.so ./liba.so -Wl,--no-as-needed -Wl,-rpath,"$PWD" \
	-Wl,--enable-new-dtags <<<'extern int a; int *b(void) { return &a; }'
nosegneg-check --json ./script ./gone $'bad\xffname' ./libb.so 2>/dev/null >out
echo "exit status $?"
sed "s:$PWD:PWD:g; s/\"glibc\":\"2.[0-9]*\"/\"glibc\":\"2.N\"/" out
python3 -c 'import json, sys; print(len(json.load(open("out"))["programs"]))'
