# What make rpm SRPM= changes in specs of three generations, and in others that are written a little differently.
command -v rpmbuild >/dev/null || { echo "needs rpmbuild" >&2; exit 77; }
top=$(dirname "$0")/../..
data=$top/tests/data/srpm
export B=build DIST=dist

# rewrite NAME SPEC [SED]: the diff, without its first two lines, and without context.
rewrite() {
	mkdir -p in
	sed -E "${3-}" "$data/$2.spec" >"in/$2.spec"
	"$data/make-srpm" "in/$2.spec" "$2.src.rpm"
	echo "== $1"
	"$top/tools/package/srpm" --spec-only "$2.src.rpm" >out 2>&1
	local status=$?
	grep -v '^--- \|^+++ \|^ [^ ]\|^ $' out
	[ "$status" = 0 ] || { cat out; echo "exit status $status"; }
}

rewrite "EL 5" el5
rewrite "EL 6" el6
rewrite "Fedora" fedora
old='/^%ifarch i386 i486/,/^%endif/d'
rewrite "no branch that adds the flag" el6 "$old"
rewrite "a branch that does more" el6 's/^BuildFlags="\$BuildFlags -mno.*/&\nARCH=old/'
rewrite "a branch for two" el6 "$old; "'s/^%ifarch i686$/%ifarch i586 i686/'
rewrite "a branch for all but one" el6 "$old; "'s/^%ifarch %\{ix86\}$/%ifnarch x86_64/'
rewrite "else, nested" el6 "$old; "'s/^%ifarch %\{ix86\}$/%ifarch ppc64\nARCH=p\n%else\n%if 1/
	s/^BuildFlags="-march=%\{_target.*/&\n%endif/'
rewrite "continued, and in single quotes" el6 "$old; "'s/^BuildFlags="-march=i686 (.*)/BuildFlags="-march=i686 \\\n\t\1/
	s/^BuildFlags="(-march=%\{_.*)"/BuildFlags='\''\1'\''/'
rewrite "an empty one, and one of one word" el6 "$old; "'s/^BuildFlags="-march=i686.*/BuildFlags=""/'
rewrite "a branch that one has already" el6 's/^BuildFlags="-march=i686.*[^"]/& -mno-tls-direct-seg-refs/'
rewrite "older than UTF-8" el6 's/^License:/# M\xfcller \xc3\x85 \x0c\n&/'
patch -s in/el6.spec out && cmp in/el6.spec dist/toy6-2.12-1.7.el5_6.nosegneg.spec
rewrite "a very long line" el6 "s/^Source0/# $(head -c 100000 /dev/zero | tr '\0' x)\n&/"
rewrite "all have it" el6 's/^%ifarch i386 i486 i586$/%ifarch %{ix86}/'

echo "== a name that rpm would take for a pattern"
mv el6.src.rpm "it's [1] \$x*.src.rpm"
"$top/tools/package/srpm" --spec-only "it's [1] \$x*.src.rpm"
ls dist
