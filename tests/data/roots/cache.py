# SPDX-License-Identifier: LGPL-2.1-or-later
# cache.py FILE NAME=PATH[@HWCAP]...: writes an ld.so.cache of the new format with i386 entries, in ldconfig's order.
# --unsorted: in the reverse order, as no ldconfig writes it. Format: glibc sysdeps/generic/dl-cache.h.
import re
import struct
import sys


def key(name):
    return [(1, int(part)) if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D", name)]


arguments = [a for a in sys.argv[1:] if a != "--unsorted"]
entries = []
for word in arguments[1:]:
    name, path = word.split("=", 1)
    path, _, hwcap = path.partition("@")
    entries.append((name, int(hwcap or "0", 0), path))
entries.sort(key=lambda e: (key(e[0]), bin(e[1]).count("1"), e[1]), reverse="--unsorted" not in sys.argv)

strings = b""
start = 48 + 24 * len(entries)
table = b""
for name, hwcap, path in entries:
    at = start + len(strings)
    strings += name.encode() + b"\0" + path.encode() + b"\0"
    table += struct.pack("<iIIIQ", 3, at, at + len(name) + 1, 0, hwcap)
header = b"glibc-ld.so.cache1.1" + struct.pack("<IIB3xI12x", len(entries), len(strings), 0, 0)
open(arguments[0], "wb").write(header + table + strings)
