# What make rpm SRPM= refuses: packages that are none, or that would write where they should not, and specs that it does
# not understand. Nothing is made of any of them.
command -v rpmbuild >/dev/null || { echo "needs rpmbuild" >&2; exit 77; }
top=$(dirname "$0")/../..
data=$top/tests/data/srpm
export B=build DIST=dist

srpm() {
	"$top/tools/package/srpm" "$@" 2>&1 >out
	echo "exit status $?"
}

echo "== usage"
srpm
srpm a b
srpm -x
srpm missing.src.rpm

echo "== packages"
"$data/make-srpm" "$data/el6.spec" el6.src.rpm
echo text >text.src.rpm
srpm text.src.rpm
head -c 2000 el6.src.rpm >cut.src.rpm
srpm cut.src.rpm
cp el6.src.rpm bad.src.rpm
printf xx | dd of=bad.src.rpm bs=1 seek=$(($(stat -c %s el6.src.rpm) - 40)) conv=notrunc status=none
srpm bad.src.rpm
cat >toy.spec <<'EOF'
Name: toy
Version: 1
Release: 1
Summary: none
License: none
%description
None.
%files
EOF
rpmbuild -bb --target noarch --define "_topdir $PWD/top" --define '_rpmfilename toy.rpm' toy.spec >/dev/null 2>&1
srpm top/RPMS/toy.rpm

# An archive that no rpmbuild makes comes from a rpm2cpio of our own: KIND NAME [TEXT]...
mkdir bin
printf '#!/bin/sh\ncat "$ARCHIVE"\n' >bin/rpm2cpio
chmod +x bin/rpm2cpio
archive() {
	python3 - "$@" <<'EOF' >archive
import sys
def member(mode, name, data):
    head = "070701" + "".join(f"{n:08x}" for n in (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0))
    named = (head + name).encode() + b"\0"
    return named + b"\0" * (-len(named) % 4) + data.encode() + b"\0" * (-len(data) % 4)
kinds = {"file": 0o100644, "link": 0o120777, "dir": 0o40755, "fifo": 0o10644}
for word in sys.argv[1:]:
    if word == "cut":
        sys.exit()
    kind, name = word.split(":", 1)
    sys.stdout.buffer.write(member(kinds[kind], name, "../target" if kind == "link" else "text"))
sys.stdout.buffer.write(member(0, "TRAILER!!!", ""))
EOF
	PATH=$PWD/bin:$PATH ARCHIVE=$PWD/archive srpm el6.src.rpm
}
echo "== archives"
archive file:../../escaped.spec
archive file:/nonexistent/a.spec
archive file:..
archive file:sub/a.spec
archive $'file:a\nb.spec'
archive link:a.spec
archive dir:a
archive fifo:a
archive file:a.spec file:a.spec
archive file:a.spec file:b.spec
archive file:a.c
archive file:a.spec cut
head -c 300 archive >archive2
PATH=$PWD/bin:$PATH ARCHIVE=$PWD/archive2 srpm el6.src.rpm
PATH=$PWD/bin:$PATH ARCHIVE=$PWD/text.src.rpm srpm el6.src.rpm
find . -name 'escaped*'

# refused NAME SPEC SED
refused() {
	mkdir -p in
	sed -E "$3" "$data/$2.spec" >"in/$2.spec"
	"$data/make-srpm" "in/$2.spec" "$2.src.rpm"
	echo "== $1"
	srpm "$2.src.rpm"
	grep '^  ' out
}
refused "carriage returns" el6 's/^%prep$/&\r/'
refused "two %build" fedora 's/^%build$/%ifarch ppc\n&\n%else\n&\n%endif/'
refused "no %build" fedora '/^%build/,/^build$/d'
refused "rpm's flags instead" el6 's/^(build_CFLAGS=").*/\1$RPM_OPT_FLAGS -g"/'
refused "a macro's flags instead" el6 '1s/.*/%define toyflags -O2 -g/; s/^(build_CFLAGS=").*/\1%{toyflags}"/'
refused "no CFLAGS" fedora 's/ CFLAGS="\$BuildFlags \$\*"//'
refused "no BuildFlags" fedora 's/^BuildFlags="-O2 -g"//'
refused "nothing configured" fedora 's/^build$//'
refused "two on a line" el6 's/^BuildFlags="-march=i686.*/GCC=gcc BuildFlags="-march=i686"/'
refused "not the first on the line" el6 's/^BuildFlags="-march=i686.*/test $GCC \&\& BuildFlags="-march=i686"/'
refused "the shell decides" el6 's/^BuildFlags="-march=i686.*/if test i686; then\n  BuildFlags="-march=i686"\nfi/'
refused "a function sets them" fedora 's/^    BuildFlags="\$BuildFlags /    BuildFlags="/'
refused "from a command" el6 's/^BuildFlags="-march=i686.*/BuildFlags=`cat flags`/'
refused "the opposite" el6 's/^(build_CFLAGS=".*)"/\1 -mtls-direct-seg-refs"/'
refused "a part of the flags" el6 's/^build_CFLAGS="\$BuildFlags/build_CFLAGS="${BuildFlags#-m* }/'
refused "a part of them, without quotes" el6 's/^build_CFLAGS=.*/&\nbuild_CFLAGS=${build_CFLAGS% *}/'
refused "the flags through a filter" el6 's/^build_CFLAGS="\$BuildFlags/build_CFLAGS="$(tr _ - <<<$BuildFlags)/'
refused "open quotes" el6 '/^%ifarch i386 i486/,/^%endif/d; s/^(BuildFlags="-march=i686) (.*)/\1\n\2/'
refused "several strings" el6 '/^%ifarch i386 i486/,/^%endif/d; s/^BuildFlags="-march=i686.*/BuildFlags="-march="i686/'
refused "the flag is the compiler's" fedora 's/^GCC="gcc -m32/& -mno-tls-direct-seg-refs/'
refused "the flag twice" el6 's/^BuildFlags="\$BuildFlags -mno-tls-direct-seg-refs/& -mno-tls-direct-seg-refs/'
refused "the flag where nothing is known" fedora 's/^\t"-march=i686" /\t"-mno-tls-direct-seg-refs" /'
refused "a line too long" el6 "s/^GCC=.*/&\necho $(printf '%20000s' '' | tr ' ' '(')/"
refused "a function without an end" el6 '/^cd \.\.$/,/^\}/s/^\}/ true/'
refused "x86_64 would have it, too" el6 '3s/^/%define ix86 i386 i486 i586 i686 pentium3 pentium4 athlon geode x86_64\n/'
refused "two Release:" el6 's/^Release:/%if 1\n&/; s/^License:/%else\nRelease: 2\n%endif\n&/'
refused "packages that ask for the old release" el6 's/^License:/Requires: toy-common = %{version}-1.7%{?dist}\n&/'
refused "not the header's release" el6 's|^Release:.*|Release: %(test -e %{_topdir}/log \&\& echo 2 \|\| echo 1)|'
refused "what rpm refuses for one architecture" el6 's/^GCC=.*/&\n%ifarch i486\n%if nonsense(\n%endif\n%endif/'
refused "macros of several lines" el6 's/^GCC=.*/%{lua:\nprint("GCC=gcc")\n}/'
ls dist 2>/dev/null

echo "== two at once"
flock build/srpm/lock "$top/tools/package/srpm" el6.src.rpm 2>&1

echo "== what this machine lacks"
refused "packages" el6 's/^License:/BuildRequires: toy-compiler >= 3, toy-doc\n&/'
refused "macros" el6 's/^GCC=/%toy_prepare -n\n&/'
refused "macros in a line" el6 's/^GCC="gcc/& %{toy_options}/'
