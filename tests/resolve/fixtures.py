# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs and libraries that show one rule of ld.so each, linked here without a C library."""
import os
import shutil
import subprocess
from collections import namedtuple

Case = namedtuple("Case", "name program ours loader cwd ignore_loads")
INTERPRETER = {32: "/lib/ld-linux.so.2", 64: "/lib64/ld-linux-x86-64.so.2"}


def classes():
    return (32, 64)


class Workshop:
    def __init__(self, top, bits):
        self.top, self.bits, self.cases = top, bits, []
        os.makedirs(top)
        self.source = os.path.join(top, "empty.c")
        with open(self.source, "w") as file:
            file.write("int dummy; void _start(void) { for (;;); }\n")

    def compiled(self):
        """The source, compiled once for all that are linked from it."""
        path = self.source + ".o"
        if not os.path.exists(path):
            subprocess.run(["gcc", f"-m{self.bits}", "-fPIC", "-c", self.source, "-o", path], check=True)
        return path

    def link(self, path, needed, flags, kind):
        path = os.path.join(self.top, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run(["gcc", f"-m{self.bits}", *kind, "-nostdlib", "-Wl,--no-as-needed",
                        "-Wl,--unresolved-symbols=ignore-all", "-Wl,--allow-shlib-undefined", self.compiled(), "-o", path,
                        *(f if f.startswith("-") else os.path.join(self.top, f) for f in needed), *flags],
                       check=True, cwd=self.top, stderr=subprocess.DEVNULL)
        return path

    def library(self, path, needed=(), *flags, soname=True):
        """A shared object; `needed` are paths of others, which are linked by their soname, or by path without one."""
        if soname:
            flags = (f"-Wl,-soname,{soname if isinstance(soname, str) else os.path.basename(path)}", *flags)
        return self.link(path, needed, flags, ["-shared"])

    def program(self, path, needed=(), *flags):
        return self.link(path, needed, (f"-Wl,-I{INTERPRETER[self.bits]}", *flags), ["-pie"])

    def case(self, name, program, options=(), cwd=None, ignore_loads=False):
        """options: those that nosegneg-check and ld.so have in common."""
        self.cases.append(Case(name, program, list(options), list(options), cwd or self.top, ignore_loads))


def rpath(*parts):
    return ["-Wl,--disable-new-dtags", "-Wl,-rpath," + ":".join(parts)]


def runpath(*parts):
    return ["-Wl,--enable-new-dtags", "-Wl,-rpath," + ":".join(parts)]


def chains(w):
    """Who inherits whose path."""
    d = w.top + "/chain"
    w.library("chain/libb.so")
    w.library("chain/liba.so", ["chain/libb.so"])
    w.library("chain/libr.so", ["chain/libb.so"], *runpath("/nowhere"))
    w.library("chain/libs.so", ["chain/libb.so"], *runpath(d))
    w.library("chain/libt.so", ["chain/libb.so"], *rpath("/nowhere"))
    for how, path in (("rpath", rpath), ("runpath", runpath)):
        for lib in "arst":
            w.case(f"{how} of the program, {lib}",
                   w.program(f"bin/{how}-{lib}", [f"chain/lib{lib}.so"], *path(d)))
    w.case("RPATH before LD_LIBRARY_PATH", w.program("bin/order", ["chain/libb.so"], *rpath(d)),
           ["--library-path", w.top + "/other"])
    w.library("other/libb.so")
    w.case("LD_LIBRARY_PATH before RUNPATH", w.program("bin/order2", ["chain/libb.so"], *runpath(d)),
           ["--library-path", w.top + "/other"])


def tokens(w):
    platform = "i686" if w.bits == 32 else "x86_64"
    lib = "lib/i386-linux-gnu" if w.bits == 32 else "lib/x86_64-linux-gnu"
    for directory in ("here", "lib", platform, lib, "$FOO", "$ORIGINAL", "a$"):
        w.library(f"tokens/{directory}/libk.so")
    link = "tokens/here/libk.so"
    for i, path in enumerate(("$ORIGIN/../here", "${ORIGIN}/../here/", "${ORIGIN/../here", "$ORIGIN/../$LIB",
                              "$ORIGIN/../${LIB}", "$ORIGIN/../$PLATFORM", "$ORIGIN/../$FOO", "$ORIGIN/../$ORIGINAL",
                              "$ORIGIN/../a$", "$ORIGIN/..//here//", "$ORIGIN_/x", "$")):
        for kind in (rpath, runpath):
            w.case(f"{kind.__name__} {path}", w.program(f"tokens/bin/{kind.__name__}{i}", [link], *kind(path)))
    program = w.program("tokens/bin/plain", [link])
    for path in ("$ORIGIN/../here", "$PLATFORM", "/nowhere;$ORIGIN/../here", "../here", "", "::", ":;"):
        w.case(f"LD_LIBRARY_PATH {path}", program, ["--library-path", path], cwd=w.top + "/tokens/here")
    w.library("tokens/here/libown.so", ["tokens/here/libk.so"], *runpath("$ORIGIN"))
    w.case("$ORIGIN of a library", w.program("tokens/bin/own", ["tokens/here/libown.so"], *runpath("$ORIGIN/../here")))
    os.symlink("here", w.top + "/tokens/alias")
    w.case("$ORIGIN is not resolved", w.program("tokens/bin/own2", ["tokens/here/libown.so"],
                                                *runpath("$ORIGIN/../alias")))


def names(w):
    """One object, several names."""
    d = w.top + "/names"
    w.library("names/liby.so", soname="libz.so.1")
    w.library("names/libz.so.1", soname=False)
    w.library("names/libu.so", ["names/libz.so.1"])
    os.rename(w.top + "/names/libz.so.1", w.top + "/names/libz")
    w.library("names/l/liby.so", soname="liby.so")
    w.case("soname of a loaded object", w.program("bin/soname", ["names/l/liby.so", "names/libu.so"], *rpath(d)))
    w.library("names/libp.so", soname="libp1.so")
    w.library("names/q/libp.so", soname="libp2.so")
    os.symlink("libp.so", w.top + "/names/libp1.so")
    os.symlink("libp.so", w.top + "/names/libp2.so")
    w.case("one inode", w.program("bin/inode", ["names/libp.so", "names/q/libp.so"], *rpath(d)))
    w.library("names/libnoname.so", soname=False)
    w.case("a name with a slash", w.program("bin/slash", ["names/libnoname.so"]))
    os.makedirs(w.top + "/names/rel", exist_ok=True)
    w.case("a missing one", w.program("bin/missing", ["names/libu.so"], *runpath(d)))
    w.library("gone/libgone.so")
    w.library("names/libn1.so", ["gone/libgone.so"])
    w.library("names/libn2.so", ["gone/libgone.so"])
    program = w.program("bin/gone", ["names/libn1.so", "names/libn2.so", "gone/libgone.so"], *runpath(d))
    loader = w.program("bin/loader", [INTERPRETER[w.bits], "names/libn1.so"], *runpath(d))
    behind = w.program("bin/loader-behind", ["gone/libgone.so", INTERPRETER[w.bits], "names/libn1.so"], *runpath(d))
    shutil.rmtree(w.top + "/gone")
    w.case("missing, asked for three times", program)
    w.case("the loader is needed", loader)
    w.case("the loader after a missing one", behind)
    w.case("nothing is needed", w.program("bin/nothing"))
    w.case("a library as the program", w.top + "/names/libn1.so")
    w.case("relative RUNPATH", w.program("bin/relative", ["names/libp.so"], *runpath("names")))
    w.case("empty RUNPATH element", w.program("bin/empty", ["names/libp.so"], *runpath("/nowhere", "", "names")),
           cwd=d)


def bad_files(w):
    """What ends ld.so, and what it passes over."""
    other = Workshop(w.top + "/foreign", 96 - w.bits)
    for kind in ("text", "short", "empty", "directory", "class", "machine", "executable", "pie", "data", "relocatable",
                 "nodynamic", "denied"):
        good = w.library(f"bad/good/lib{kind}.so")
        program = w.program(f"bad/{kind}", [f"bad/good/lib{kind}.so"], *runpath(w.top + "/bad/first",
                                                                                w.top + "/bad/good"))
        first = w.top + f"/bad/first/lib{kind}.so"
        os.makedirs(os.path.dirname(first), exist_ok=True)
        data = bytearray(open(good, "rb").read())
        if kind == "text":
            data = bytearray(b"INPUT(libx.so) /* a linker script is no library, but it is longer than a header */\n")
        elif kind == "short":
            data = data[:40]
        elif kind == "empty":
            data = b""
        elif kind == "machine":
            data[18] = 40
        elif kind == "data":
            data[5] = 2
        elif kind == "relocatable":
            data[16] = 1
        if kind == "directory":
            os.makedirs(first)
        elif kind == "class":
            other.library("../bad/first/libclass.so")
        elif kind == "executable":
            w.link("bad/first/libexecutable.so", [], [], ["-no-pie", "-static"])
        elif kind == "pie":
            w.program("bad/first/libpie.so")
        else:
            with open(first, "wb") as file:
                file.write(data)
        if kind == "nodynamic":
            drop_dynamic(first, w.bits)
        w.case(f"bad library: {kind}", program)


def drop_dynamic(path, bits):
    """Turns PT_DYNAMIC into PT_NULL."""
    data = bytearray(open(path, "rb").read())
    phoff = int.from_bytes(data[28:32] if bits == 32 else data[32:40], "little")
    size, count = (int.from_bytes(data[at:at + 2], "little") for at in ((42, 44) if bits == 32 else (54, 56)))
    for i in range(count):
        if int.from_bytes(data[phoff + i * size:phoff + i * size + 4], "little") == 2:
            data[phoff + i * size:phoff + i * size + 4] = b"\0\0\0\0"
    with open(path, "wb") as file:
        file.write(data)


def versions(w):
    def script(name, text):
        path = os.path.join(w.top, name)
        with open(path, "w") as file:
            file.write(text)
        return f"-Wl,--version-script,{path}"

    use = os.path.join(w.top, "use.c")
    with open(use, "w") as file:
        file.write("extern int versioned; int *use(void) { return &versioned; }\nvoid _start(void) { use(); }\n")
    define = os.path.join(w.top, "define.c")
    with open(define, "w") as file:
        file.write("int versioned = 1;\n")
    new = script("new.map", "V1 { }; V2 { versioned; };\n")
    old = script("old.map", "V1 { versioned; };\n")
    empty, w.source = w.source, define
    w.library("versions/new/libv.so", (), new)
    w.library("versions/old/libv.so", (), old)
    w.library("versions/none/libv.so")
    w.source = use
    w.library("versions/libuse.so", ["versions/new/libv.so"])
    w.source = empty
    for kind in ("new", "old", "none"):
        w.case(f"versions: {kind}",
               w.program(f"versions/{kind}/program", ["versions/libuse.so"],
                         *rpath(w.top + "/versions", w.top + "/versions/" + kind)))


def filters(w):
    d = w.top + "/filters"
    w.library("filters/libdeep.so")
    w.library("filters/libtarget.so", ["filters/libdeep.so"])
    w.library("filters/libfilter.so", ["filters/libdeep.so"], "-Wl,-F,libtarget.so", *runpath(d))
    w.library("filters/libaux.so", [], "-Wl,-f,libtarget.so", *runpath(d))
    w.library("filters/libboth.so", [], "-Wl,-f,libdeep.so", "-Wl,-f,libtarget.so", *runpath(d))
    w.library("filters/libmissing.so", [], "-Wl,-f,libnowhere.so", *runpath(d))
    w.library("filters/libself.so", [], "-Wl,-f,libself.so", *runpath(d))
    for name in ("filter", "aux", "both", "missing", "self"):
        lib = f"filters/lib{name}.so"
        w.case(f"filter: {name}", w.program(f"filters/{name}", [lib], *runpath(d)), ignore_loads=True)
        w.case(f"filter: {name}, later", w.program(f"filters/{name}-later", [lib, "filters/libtarget.so"],
                                                   *runpath(d)), ignore_loads=True)
        w.case(f"filter: {name}, before", w.program(f"filters/{name}-before", ["filters/libtarget.so", lib],
                                                    *runpath(d)), ignore_loads=True)


def capabilities(w):
    """Subdirectories, from the one that is preferred to the one that is not."""
    order = {32: ["glibc-hwcaps/second", "tls/i686/sse2", "tls/i686", "tls/sse2", "tls", "i686/sse2", "i686", "sse2"],
             64: ["glibc-hwcaps/second", "glibc-hwcaps/x86-64-v4", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2",
                  "tls/haswell/avx512_1/x86_64", "tls/haswell/x86_64", "tls/x86_64/x86_64", "tls/x86_64", "tls",
                  "haswell/x86_64", "x86_64", "haswell"]}[w.bits]
    program = w.program("caps/program", [w.library("caps/lib/libh.so")[len(w.top) + 1:]], *runpath(w.top + "/caps/lib"))
    for directory in reversed(order + ["glibc-hwcaps/first", "xeon_phi", "nosegneg", "i686/nosegneg"]):
        w.library(f"caps/lib/{directory}/libh.so")
    for i in range(len(order) + 1):
        copy = f"{w.top}/caps/lib{i}"
        shutil.copytree(w.top + "/caps/lib", copy)
        for directory in order[:i]:
            shutil.rmtree(os.path.join(copy, directory))
        plain = w.program(f"caps/program{i}", ["caps/lib/libh.so"], *runpath(copy))
        w.case(f"subdirectory {i}", plain)
        w.case(f"subdirectory {i}, prepend", plain, ["--glibc-hwcaps-prepend", "none::second"])
    w.case("prepend in order", program, ["--glibc-hwcaps-prepend", "first:second"])
    w.case("prepend in the other order", program, ["--glibc-hwcaps-prepend", "second:first"])


def preloads(w):
    d = w.top + "/preload"
    w.library("preload/libdep.so")
    w.library("preload/libp1.so", ["preload/libdep.so"], *runpath(d))
    w.library("preload/libp2.so")
    program = w.program("preload/program", ["preload/libdep.so", "preload/libp2.so"], *runpath(d))
    for names_ in (f"{d}/libp1.so", "libp1.so", f"libp1.so:{d}/libp1.so", f"{d}/libp2.so {d}/libp1.so", "libnowhere.so",
                   f":{d}/libp1.so::libnowhere.so ", "preload/libp1.so", INTERPRETER[w.bits]):
        w.case(f"preload {names_}", program, ["--preload", names_])
    w.case("preload by LD_LIBRARY_PATH", program, ["--preload", "libp1.so", "--library-path", d])


def flags(w):
    w.library("flags/libc.so.6")
    lib = "flags/libc.so.6"
    w.case("nodeflib", w.program("flags/nodeflib", [lib], "-Wl,-z,nodefaultlib"))
    w.case("nodeflib, RUNPATH", w.program("flags/nodeflib2", [lib], "-Wl,-z,nodefaultlib", *runpath(w.top + "/flags")))
    w.case("default libraries", w.program("flags/deflib", [lib]))
    w.library("flags/libnodef.so", [lib], "-Wl,-z,nodefaultlib")
    w.case("nodeflib of a library", w.program("flags/nodeflib3", ["flags/libnodef.so", lib],
                                              *runpath(w.top + "/flags/x", w.top + "/flags")))


def build(top, bits):
    w = Workshop(top, bits)
    for part in (chains, tokens, names, bad_files, versions, filters, capabilities, preloads, flags):
        part(w)
    return w.cases


# A system with a cache of its own: this machine's i386 and amd64 loaders, and libraries that are linked here.

LIBRARIES = ("lib/i386-linux-gnu", "usr/lib/i386-linux-gnu", "opt/set", "usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg",
             "usr/lib/i386-linux-gnu/i686/sse2", "lib/tls", "lib/glibc-hwcaps/other")


def small_system(root):
    os.makedirs(root + "/etc/ld.so.conf.d")
    os.makedirs(root + "/lib64")
    workshop = Workshop(root + "/tmp", 32)
    workshop.top = root
    for bits, path in INTERPRETER.items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        shutil.copy(path, root + path)
    for directory in LIBRARIES:
        workshop.library(f"{directory}/libq.so.1")
    workshop.library("usr/lib/libdefault.so.1", ["usr/lib/i386-linux-gnu/libq.so.1"])
    workshop.library("lib/libself.so.1")
    workshop.library("srv/libtwo.so.10", soname="libtwo.so.10")
    workshop.library("srv/libtwo.so.9", soname="libtwo.so.9")
    workshop.library("preloads/libpre.so")
    workshop.program("bin/all", ["lib/i386-linux-gnu/libq.so.1", "usr/lib/libdefault.so.1", "lib/libself.so.1",
                                 "srv/libtwo.so.9", "srv/libtwo.so.10"])
    workshop.program("bin/q", ["opt/set/libq.so.1"])
    workshop.program("bin/origin", ["srv/libtwo.so.10"], *runpath("$ORIGIN/../srv"))
    os.symlink("/srv", root + "/link")  # absolute: inside the root
    workshop.program("bin/link", ["srv/libtwo.so.10"], *runpath("/link"))
    return root


def write(root, path, text):
    with open(root + path, "w") as file:
        file.write(text)


def ldconfig(root, *options):
    subprocess.run(["/sbin/ldconfig", "-X", "-r", root, *options], check=True, stderr=subprocess.DEVNULL)


def small_system_changes():
    def no_cache(root):
        pass

    def cache(root):
        write(root, "/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n")
        write(root, "/etc/ld.so.conf.d/a.conf", "/lib/i386-linux-gnu\n/usr/lib/i386-linux-gnu\n/srv\n")
        ldconfig(root)

    def early(root):
        write(root, "/etc/ld.so.conf.d/00.conf", "/opt/set\n")
        ldconfig(root)

    def old(root):
        """ldconfig 2.36 trips over glibc-hwcaps here, and over the mixed format."""
        for directory in LIBRARIES:
            if "glibc-hwcaps" in directory:
                shutil.rmtree(os.path.join(root, os.path.dirname(directory)))
        ldconfig(root, "-c", "old")

    def stale(root):
        ldconfig(root)
        os.unlink(root + "/opt/set/libq.so.1")

    def broken(root):
        with open(root + "/etc/ld.so.cache", "r+b") as file:
            file.truncate(100)

    def preload(root):
        write(root, "/etc/ld.so.preload", "# everywhere\n/preloads/libpre.so /nowhere.so:libself.so.1")

    return [("no cache", no_cache), ("a cache", cache), ("an early directory", early), ("the old format", old),
            ("a stale cache", stale), ("a truncated cache", broken), ("ld.so.preload", preload)]
