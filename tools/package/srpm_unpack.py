# SPDX-License-Identifier: LGPL-2.1-or-later
"""Unpacks a source package. What is in it is somebody else's: only plain files with plain names leave it."""
import os
import re
import subprocess

LIMIT = 2 << 30  # bytes in all; glibc's packages have 20 to 40 million
KINDS = {0o120000: "a symbolic link", 0o040000: "a directory"}


class Refused(Exception):
    """One line for the person who called us."""


class Package:
    """What the header of a source package says."""

    def __init__(self, path, scratch):
        self.path, self.dbpath = path, os.path.join(os.path.abspath(scratch), "rpmdb")
        if not os.path.isfile(path):
            raise Refused(f"{path}: no such file")
        # The digests say whether it arrived whole. Whose it is only a signature could say, and the keys are not here.
        if self._rpm("--checksig", "--nosignature").returncode != 0:
            raise Refused(f"{path}: not an RPM package, or a damaged one; fetch it again")
        query = self._rpm("--query", "--package", "--nosignature", "--qf",
                          "%{name}\n%{version}\n%{release}\n%{sourcepackage}\n").stdout
        self.name, self.version, self.release, is_source = query.decode("latin-1").split("\n")[:4]
        if is_source != "1":
            raise Refused(f"{path}: a package of programs; its source package ends in .src.rpm")
        if not re.fullmatch(r"[\w.+~^-]+", self.nvr, re.ASCII):
            raise Refused(f"{path}: its header names it {self.nvr!r}; expected letters, digits and ._+~^-")

    def _rpm(self, *options):
        """rpm takes a name for a pattern, in which quotes and brackets mean something; so it gets none."""
        with open(self.path, "rb") as file:
            return subprocess.run(["rpm", "--dbpath", self.dbpath, *options, "/dev/stdin"], stdin=file,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    @property
    def nvr(self):
        return f"{self.name}-{self.version}-{self.release}"

    def unpack(self, directory):
        """Writes its files into the empty directory; returns the name of the one spec file."""
        os.makedirs(directory)
        with subprocess.Popen(["rpm2cpio", self.path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as reader:
            try:
                names = Archive(reader.stdout, self.path).extract(directory)
            finally:
                reader.stdout.close()
                reader.kill()
        specs = [name for name in names if name.endswith(".spec")]
        if len(specs) != 1:
            raise Refused(f"{self.path}: has {len(specs)} spec files ({', '.join(specs) or 'none'}); expected one")
        return specs[0]


class Archive:
    """A cpio archive of the "newc" kind, as rpm2cpio writes it."""

    def __init__(self, stream, path):
        self.stream, self.path, self.total = stream, path, 0

    def extract(self, directory):
        names = []
        while True:
            name, mode, size = self._header()
            if name == "TRAILER!!!":
                return names
            self._check(name, mode, names)
            self._copy(os.path.join(directory, name), size, 0o755 if mode & 0o100 else 0o644)
            names.append(name)

    def _check(self, name, mode, names):
        if name in ("", ".", "..") or not re.fullmatch(r"[^/\x00-\x1f\x7f]+", name):
            raise Refused(f"{self.path}: a file in it is named {name!r}; expected a plain name, without directories")
        if mode & 0o170000 != 0o100000:
            kind = KINDS.get(mode & 0o170000, "a special file")
            raise Refused(f"{self.path}: {name} in it is {kind}; expected plain files only")
        if name in names:
            raise Refused(f"{self.path}: {name} is in it twice")

    def _header(self):
        header = self._read(110)
        if header[:6] not in (b"070701", b"070702") or not re.fullmatch(rb"[0-9a-fA-F]{104}", header[6:]):
            raise Refused(f"{self.path}: its archive cannot be read; fetch it again")
        fields = [int(header[6 + 8 * i:14 + 8 * i], 16) for i in range(13)]
        mode, size, length = fields[1], fields[6], fields[11]
        if not 0 < length <= 4096:
            raise Refused(f"{self.path}: a file in it has a name of {length} bytes")
        name = self._read(length)[:-1].decode("latin-1")
        self._read(-(110 + length) % 4)
        return name, mode, size

    def _copy(self, target, size, mode):
        padding = -size % 4
        with open(target, "xb") as file:
            os.fchmod(file.fileno(), mode)
            while size:
                block = self._read(min(size, 1 << 20))
                file.write(block)
                size -= len(block)
        self._read(padding)

    def _read(self, size):
        self.total += size
        if self.total > LIMIT:
            raise Refused(f"{self.path}: unpacks to more than {LIMIT >> 30} GiB; this is no glibc")
        data = self.stream.read(size)
        if len(data) != size:
            raise Refused(f"{self.path}: its archive ends too soon; fetch it again")
        return data
