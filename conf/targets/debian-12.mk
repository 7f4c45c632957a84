# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian 12 (bookworm), glibc 2.36.  Data only: every variable reaches the
# scripts of tools/glibc through the environment.

TARGET_DISTRIBUTION := Debian 12 (bookworm)
# Where another release than this machine's is fetched from.
TARGET_SUITE := bookworm

# The library set replaces these libraries ...
TARGET_BASE_PACKAGE := libc6:i386
TARGET_BASE_DIR := /lib/i386-linux-gnu
# ... and is installed here.  glibc 2.33 and later searches glibc-hwcaps
# (ld.so(8)); the same directory can be named in ld.so.conf.d.
TARGET_SET_DIR := /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg

# The source: a binary package that holds upstream's tree with the
# distribution's patches already applied, and the distribution's debian/.
TARGET_SOURCE_PACKAGE := glibc-source
TARGET_UPSTREAM_VERSION := 2.36
TARGET_TARBALL := usr/src/glibc/glibc-2.36.tar.xz
TARGET_DEBIAN_DIR := usr/src/glibc/debian
TARGET_DEB_ARCH := i386

# sha256 of TARGET_TARBALL, one VERSION=SHA256 for each package revision
# (the distribution's patches are inside, so each has its own).  Taken from
# glibc-source_VERSION_all.deb of Debian, whose own sha256 is in the
# signed package list.  A revision that is not here rests on that alone.
TARGET_TARBALL_SHA256 := \
  2.36-9+deb12u14=95f0ed7a02f15857fe725c510e0e2cb9050fb7793bcde4cc72ddf8def40d5cf8

TARGET_PATCH_DIR := patches/glibc-2.36

# debian/rules asks for gcc-12 built for i386; on amd64 that is -m32.
TARGET_CC := gcc-12 -m32
TARGET_BUILD_CC := gcc-12
# The first two are what gcc on i386 does unasked (gcc -v: --with-arch-32=i686
# --with-tune=generic); -march alone would change the tuning as well.
TARGET_CFLAGS := -march=i686 -mtune=generic -mno-tls-direct-seg-refs

# Measured: the disk a build takes, with a margin of a half, and the number
# of PIC objects it compiles, for the percentage.
TARGET_DISK_MIB := 650
TARGET_OBJECTS := 3130
