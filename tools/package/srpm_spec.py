# SPDX-License-Identifier: LGPL-2.1-or-later
"""A glibc.spec, changed so that every i386 build in it has -mno-tls-direct-seg-refs once, and proven to be so.

What a spec's conditions decide is never computed here: rpm itself expands the spec for each architecture, with a mark
before each line of %build, and the marks that are left say which lines that architecture has.
"""
import os
import re
import subprocess

from srpm_flags import FLAG, VARIABLE, Flow, Lost, Statement, shown
from srpm_unpack import Refused

MARK = ".nosegneg"
LINE = "#nosegneg-line-"
OTHERS = ("x86_64", "ppc64", "s390x")  # these must stay what they are
SECTION = re.compile(r"%(prep|conf|build|install|check|clean|generate_buildrequires|pre|post|preun|postun|pretrans|"
                     r"posttrans|trigger\w*|filetrigger\w*|transfiletrigger\w*|verify\w*|files|changelog|description|"
                     r"package)\b")
RAW = re.compile(rf"(\s*(?:export\s+)?{VARIABLE}\+?=)(\"(?:[^\"\\]|\\.)*\"|'[^']*')(\s*(?:#.*)?)", re.S)
DIST = ".zzdistzz"
STEPS = 20  # glibc's own take one to three


class Expander:
    """rpm's own view of the spec. The spec's %(...) and %{lua:...} are run by it, as by every use of a spec."""

    def __init__(self, top, name):
        self.top, self.name, self.dist, self.known = os.path.abspath(top), name, None, {}
        self.home = os.path.join(self.top, "home")
        os.makedirs(self.home, exist_ok=True)
        self.ix86 = subprocess.run(["rpm", "--eval", "%{ix86}"], stdout=subprocess.PIPE, check=True,
                                   env=self.environment).stdout.decode().split()

    @property
    def environment(self):
        """A person's own ~/.rpmmacros and ~/rpmbuild have no say."""
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.home, "LC_ALL": "C.UTF-8"}

    @property
    def definitions(self):
        """_buildshell: the specs are written for a /bin/sh that is bash, which Debian's is not. And some are older than
        UTF-8."""
        dist = ["--define", f"dist {self.dist}"] if self.dist else []
        return ["--define", f"_topdir {self.top}", "--define", f"_sourcedir {self.top}/SOURCES",
                "--define", "_buildshell /bin/bash", "--define", "_invalid_encoding_terminates_build 0", *dist]

    def expand(self, text, arch):
        """The spec as that architecture has it."""
        key = (text, arch, self.dist)
        if key not in self.known:
            self.known[key] = self._expand(text, arch)
        return self.known[key]

    def _expand(self, text, arch):
        path = os.path.join(self.top, "SPECS", self.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="latin-1", newline="") as file:
            file.write(text)
        command = ["rpmspec", "--parse", "--target", arch, *self.definitions, path]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=120, env=self.environment, check=False)
        except subprocess.TimeoutExpired:
            raise Refused(f"{self.name}: rpmspec does not come to an end with it") from None
        if done.returncode != 0:
            self._refuse(done.stderr.decode("latin-1"))
        return done.stdout.decode("latin-1")

    def _refuse(self, messages):
        errors = [line[7:] for line in messages.split("\n") if line.startswith("error: ")] or ["rpmspec failed"]
        numbers = re.findall(r"(?:line |\.spec:)(\d+)", " ".join(errors))
        place = f":{numbers[0]}" if numbers else ""
        raise Refused(f"{self.name}{place}: rpm cannot read it: {errors[0]}")


class Spec:
    """The text of a spec, by lines; line numbers begin with 1, as people count."""

    def __init__(self, text, expander):
        self.text, self.expander, self.lines = text, expander, text.split("\n")
        self.start, self.end = self._build_section()

    def _build_section(self):
        starts = [n for n, line in enumerate(self.lines, 1) if re.match(r"%build\s*$", line)]
        if len(starts) != 1:
            place = starts[1] if starts else len(self.lines)
            raise Lost(place, f"{len(starts)} %build sections", "one")
        for number in range(starts[0] + 1, len(self.lines) + 1):
            if SECTION.match(self.lines[number - 1]):
                return starts[0], number
        return starts[0], len(self.lines) + 1

    def replaced(self, line, *new):
        """The spec with other lines in place of that one."""
        return Spec("\n".join([*self.lines[:line - 1], *new, *self.lines[line:]]), self.expander)

    def _marked(self):
        marked, continued = self.lines[:self.start], False
        for number in range(self.start + 1, self.end):
            if not continued:
                marked.append(f"{LINE}{number}")
            marked.append(self.lines[number - 1])
            continued = self.lines[number - 1].endswith("\\")
        return "\n".join(marked + self.lines[self.end - 1:])

    def statements(self, arch):
        """The shell of %build on that architecture."""
        plain = self.expander.expand(self.text, arch)
        try:
            expanded = self.expander.expand(self._marked(), arch)
        except Refused:
            expanded = ""
        if "\n".join(line for line in expanded.split("\n") if not line.startswith(LINE)) != plain:
            raise Lost(self.start, "a %build that comments would change", "no macros of several lines")
        number, found = 0, {}
        for line in expanded.split("\n"):
            if line.startswith(LINE):
                number = int(line[len(LINE):])
                found[number] = []
            elif number and SECTION.match(line):
                break
            elif number:
                found[number].append(line)
        return [Statement(number, text) for number, lines in found.items()
                for text in "\n".join(lines).replace("\\\n", " ").split("\n")]

    def flows(self):
        return {arch: Flow(self.statements(arch)) for arch in self.expander.ix86}

    def last_line(self, line):
        """The last physical line of what begins there."""
        while self.lines[line - 1].endswith("\\"):
            line += 1
        return line


def lacking(flows):
    """By architecture, the first build that lacks the flag."""
    return {arch: build for arch, flow in flows.items() for build in reversed(flow.builds) if build.flags == 0}


def check_once(flows):
    for arch, flow in flows.items():
        for build in flow.builds:
            if build.flags > 1:
                raise Lost(build.line, f"{FLAG} {build.flags} times in the flags of {arch}", "once")


def widened(spec, flows):
    """Where a branch for some architectures adds the flag and nothing else: the spec with that branch for all."""
    for line in sorted({a.line for flow in flows.values() for a in flow.assignments if a.adds and a.flags == 1}):
        before = line - 1
        branch = re.match(r"(\s*%ifarch\s+)([^#]*?)(\s*(?:#.*)?)$", spec.lines[before - 1])
        after = spec.lines[line] if line < len(spec.lines) else ""
        value = RAW.fullmatch(spec.lines[line - 1])
        if branch and value and re.match(r"\s*%endif\b", after) and \
                value.group(2)[1:-1].split() in (["$" + VARIABLE, FLAG], ["${" + VARIABLE + "}", FLAG]):
            wider = spec.replaced(before, branch.group(1) + "%{ix86}" + branch.group(3))
            flows = wider.flows()
            if not lacking(flows) and all(build.flags == 1 for flow in flows.values() for build in flow.builds):
                return wider
    return None


def added(spec, flows):
    """The spec with the flag for those architectures whose first build lacks it for want of it in one assignment."""
    without = lacking(flows)
    arch, build = next(iter(without.items()))
    source = build.source
    if source is None:
        raise Lost(build.line, f"no {VARIABLE} on {arch}", f"{VARIABLE}= before what configures")
    archs = [a for a, b in without.items() if b.source and b.source.line == source.line]
    twice = any(build.source and build.source.line == source.line and build.flags for flow in flows.values()
                for build in flow.builds)
    if not twice and source.line not in {s.line for other in OTHERS for s in spec.statements(other)}:
        return in_assignment(spec, source)
    return behind_assignment(spec, source, archs)


def in_assignment(spec, source):
    last = spec.last_line(source.line)
    value = RAW.fullmatch("\n".join(spec.lines[source.line - 1:last]))
    if not value:
        raise Lost(source.line, shown(source.text), f'{VARIABLE}="..." in one pair of quotes')
    head, quoted, tail = value.groups()
    space = " " if quoted[1:-1].strip() else ""
    new = head + quoted[:-1] + space + FLAG + quoted[-1] + tail
    lines = spec.lines[:source.line - 1] + new.split("\n") + spec.lines[last:]
    return Spec("\n".join(lines), spec.expander)


def behind_assignment(spec, source, archs):
    last = spec.last_line(source.line)
    which = "%{ix86}" if set(archs) == set(spec.expander.ix86) else " ".join(archs)
    indent = re.match(r"\s*", spec.lines[source.line - 1]).group()
    adds = f'{indent}{VARIABLE}="${VARIABLE} {FLAG}"'
    return spec.replaced(last, spec.lines[last - 1], f"%ifarch {which}", adds, "%endif")


def with_release(spec):
    """MARK after all the rest, %{?dist} too: newer than the distribution's build of which it is made, older than its
    next. Before %{?dist}, "nosegneg" would be compared with "el5_6", by letters, and be newer than every update."""
    preamble = next((n for n, line in enumerate(spec.lines) if SECTION.match(line)), len(spec.lines))
    found = [n for n, line in enumerate(spec.lines[:preamble], 1) if re.match(r"Release\s*:\s*\S", line, re.I)]
    if len(found) != 1:
        raise Lost(found[1] if found else preamble + 1, f"{len(found)} Release: lines before this", "one")
    line = spec.lines[found[0] - 1]
    return spec.replaced(found[0], line.rstrip() + MARK + line[len(line.rstrip()):])


def changed(spec):
    """The spec with the flag in every i386 build, or None where all have it already."""
    new = with_release(spec)
    flows = new.flows()
    check_once(flows)
    if not lacking(flows):
        return None
    for _ in range(STEPS):
        new = widened(new, flows) or added(new, flows)
        flows = new.flows()
        check_once(flows)
        if not lacking(flows):
            break
    prove(spec, new)
    return new


def prove(before, after):
    """That what was written says what it should."""
    flows = after.flows()
    check_once(flows)
    if lacking(flows):
        raise Lost(after.start, "a build without the flag", "the flag in all")
    for arch in OTHERS:
        old, new = (spec.expander.expand(spec.text, arch).replace(MARK, "") for spec in (before, after))
        if old != new:
            raise Lost(after.start, f"a change that {arch} would see, too", "one for i386 alone")
    if release(after) != release(before) + MARK:
        raise Lost(1, f"release {release(after)!r}", repr(release(before) + MARK))
    check_requires(after, release(before))


def check_requires(spec, old):
    """Packages of one build that ask for each other by another name than %{release} could not be installed any more."""
    expanded = spec.expander.expand(spec.text, "i686")
    asks = re.search(rf"^(?:Pre)?Req[^:\n]*:.*=\s*\S*-{re.escape(old)}(?=[\s,]|$)", expanded, re.M | re.I)
    if asks:
        line = next(n for n, line in enumerate(spec.lines, 1) if re.match(r"Release\s*:", line, re.I))
        raise Lost(line, f"a release that {shown(asks.group())} would not see", "%{release} there")


def release(spec):
    expanded = spec.expander.expand(spec.text, "i686")
    return re.search(r"^Release\s*:\s*(.*?)\s*$", expanded, re.M | re.I).group(1)


def find_dist(spec, wanted):
    """The %{?dist} with which the package was made: its release, as the header has it, less the rest of Release:."""
    expander = spec.expander
    expander.dist = DIST
    found = release(spec)
    pattern = re.escape(found).replace(re.escape(DIST), r"(\.[\w.+~^]*|)", 1)
    match = re.fullmatch(pattern, wanted)
    if not match:
        expander.dist = None
        raise Refused(f"{expander.name}: its Release: comes to {found!r} here, to {wanted!r} in the package's header; "
                      "run this on the distribution that it is for")
    expander.dist = match.group(1) if match.groups() else None
