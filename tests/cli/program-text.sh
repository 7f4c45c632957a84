# A program's libraries, where they come from, and what is in them; nothing of it runs.
unset LD_LIBRARY_PATH LD_PRELOAD
cat >lib.c <<'END'
__thread int x;
int get(void) { return x; }
END
cat >main.c <<'END'
extern int get(void);
void _start(void) { get(); }
END
build() {
	gcc -m32 -nostdlib "$@"
}
mkdir lib other
build -shared -fpic -O2 -ftls-model=initial-exec -Wl,-soname,libbad.so lib.c -o lib/libbad.so
build -shared -fpic -O2 -ftls-model=initial-exec -mno-tls-direct-seg-refs -Wl,-soname,libbad.so lib.c -o other/libbad.so
build -fpie -pie main.c lib/libbad.so -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/lib' -Wl,-I/lib/ld-linux.so.2 -o bad
build -fpie -pie -Wl,--no-dynamic-linker -xc - -xnone -o plain <<<'void _start(void) { }'
for options in "" --no-scan --tree "--library-path $PWD/other"; do
	nosegneg-check $options ./bad | sed "s:$PWD:PWD:; s/glibc 2.[0-9]*/glibc 2.N/"
	echo "exit status ${PIPESTATUS[0]}"
done
echo '#!/bin/sh' >script
nosegneg-check ./script
echo "exit status $?"
rm lib/libbad.so
nosegneg-check --no-scan ./bad | sed "s/glibc 2.[0-9]*/glibc 2.N/"
echo "exit status ${PIPESTATUS[0]}"
