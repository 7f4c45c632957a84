# SPDX-License-Identifier: LGPL-2.1-or-later
# A bit of everything that python and its extension modules ask of the C library.
import codecs
import ctypes
import decimal
import errno
import hashlib
import json
import locale
import math
import os
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import threading
import time
import zlib

print(locale.setlocale(locale.LC_ALL, ""), locale.localeconv()["decimal_point"])
print(sorted(["b", "A", "a", "B", "ä"], key=locale.strxfrm))
print(math.sin(1), math.gamma(5.5), math.fsum([0.1] * 10), math.hypot(3, 4), 2.0**0.5, float("1e-400"))
print(decimal.Decimal(2).sqrt(), repr(0.1 + 0.2), "%.3e" % 12345.678)
os.environ["TZ"] = "Australia/Lord_Howe"
time.tzset()
print(time.strftime("%c %Z", time.localtime(1700000000)), time.mktime((2024, 4, 7, 1, 45, 0, 0, 0, 1)))

results = {}
local = threading.local()


def work(n):
    local.value = n
    data = b"x" * 1000 * (n + 1)
    total = 0
    for i in range(50):
        total += zlib.crc32(zlib.compress(data)) % 1000 + local.value
        time.sleep(0)
    results[n] = total


threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(results.items()))

libc = ctypes.CDLL("libc.so.6", use_errno=True)
print(libc.close(-1), errno.errorcode[ctypes.get_errno()], libc.strcasecmp(b"Title", b"tITLE"))
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 6)(5, 3, 9, -1, 7, 0)
libc.qsort(numbers, 6, ctypes.sizeof(ctypes.c_int), compare(lambda a, b: a[0] - b[0]))
print(list(numbers))

database = sqlite3.connect("data.db")
database.execute("create table t (n integer, s text)")
database.executemany("insert into t values (?, ?)", [(i, "s%d" % (i % 7)) for i in range(1000)])
database.commit()
print(database.execute("select s, sum(n), datetime(1700000000, 'unixepoch') from t group by s").fetchall())

print(socket.getaddrinfo("127.0.0.1", 80, socket.AF_INET, socket.SOCK_STREAM))
try:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    client = socket.create_connection(server.getsockname())
    peer = server.accept()[0]
    client.sendall(b"over the loopback")
    print(peer.recv(100))
except OSError as error:
    print("no loopback:", error)
near, far = socket.socketpair()
near.sendall(b"over a socket pair")
print(far.recv(100), socket.inet_pton(socket.AF_INET6, "::1"))

print(subprocess.run(["/bin/sh", "-c", "echo out; exit 4"], stdout=subprocess.PIPE))
signal.signal(signal.SIGALRM, lambda number, frame: print("alarm", number))
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
print(codecs.decode(b"caf\xe9", "latin-1"), re.findall(r"\w+", "naïve café"), json.dumps({"k": [1.5, None]}))
print(hashlib.sha256(b"nosegneg").hexdigest(), struct.pack("<dq", math.pi, -5).hex())
try:
    os.stat("/nonexistent")
except OSError as error:
    print(error)
