# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian 11 (bullseye), glibc 2.31.  Data only: every variable reaches the
# scripts of tools/glibc through the environment.

TARGET_DISTRIBUTION := Debian 11 (bullseye)
# Where another release than this machine's is fetched from.
TARGET_SUITE := bullseye

# The library set replaces these libraries ...
TARGET_BASE_PACKAGE := libc6:i386
TARGET_BASE_DIR := /lib/i386-linux-gnu
# ... and is installed here, where Debian's own libc6-xen was: a directory named nosegneg is what the loader of this
# glibc looks for under the kernel's note.
TARGET_SET_DIR := /lib/i386-linux-gnu/i686/nosegneg
TARGET_DEB_REPLACES := libc6-xen

# The source: a binary package that holds upstream's tree with the
# distribution's patches already applied, and the distribution's debian/.
TARGET_SOURCE_PACKAGE := glibc-source
TARGET_UPSTREAM_VERSION := 2.31
TARGET_TARBALL := usr/src/glibc/glibc-2.31.tar.xz
TARGET_DEBIAN_DIR := usr/src/glibc/debian
TARGET_DEB_ARCH := i386

# sha256 of TARGET_TARBALL, one VERSION=SHA256 for each package revision
# (the distribution's patches are inside, so each has its own).  Taken from
# glibc-source_VERSION_all.deb of Debian, whose own sha256 is in the
# signed package list.  A revision that is not here rests on that alone.
TARGET_TARBALL_SHA256 := \
  2.31-13+deb11u11=38083d7c6ea4b0c80bf078fb04c7d08ad69a298b8bbdb32d739e0c562e64cc88

TARGET_PATCH_DIR := patches/glibc-2.31

# debian/rules asks for gcc-10, and it has to be that one: compiled by gcc-12, scanf with a width before %s finds nothing (the
# gate's program stdio), and j0 differs in the last bit.
TARGET_CC := gcc-10 -m32
TARGET_BUILD_CC := gcc-10
TARGET_CC_PACKAGES := gcc-10:amd64 cpp-10:amd64 gcc-10-base:amd64 libgcc-10-dev:amd64 lib32gcc-10-dev:amd64 \
  lib32gcc-s1:amd64 libisl23:amd64
# The first two are what gcc on i386 does unasked (gcc -v: --with-arch-32=i686
# --with-tune=generic); -march alone would change the tuning as well.
TARGET_CFLAGS := -march=i686 -mtune=generic -mno-tls-direct-seg-refs

# Measured: the disk a build takes with its programs, with a margin of a half, and the number
# of PIC objects it compiles, for the percentage.
TARGET_DISK_MIB := 1400
TARGET_OBJECTS := 3020

# The gate's programs: those of this machine want a later C library. These are compiled with the headers and libraries of the
# release; and of tests/programs/packages, some have other names in it.
TARGET_PROGRAM_PACKAGES := libc6 libc6-dev linux-libc-dev libcrypt-dev libgcc-s1 libstdc++-10-dev libpcre3 libncurses6
TARGET_PROGRAM_NAMES := python3.11=python3.9 libffi8=libffi7 libssl3=libssl1.1
TARGET_PROGRAM_GCC := i686-linux-gnu/10
# Checking malloc is a library of its own only since 2.34, and this sqlite3 has no pow.
TARGET_PROGRAM_SUITE := s/LD_PRELOAD=libc_malloc_debug.so.0 //; s/, pow(a, 0.5)//
