# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian 13 (trixie), glibc 2.41.  Data only: every variable reaches the
# scripts of tools/glibc through the environment.

TARGET_DISTRIBUTION := Debian 13 (trixie)
# Where another release than this machine's is fetched from.
TARGET_SUITE := trixie

# The library set replaces these libraries ...
TARGET_BASE_PACKAGE := libc6:i386
TARGET_BASE_DIR := /usr/lib/i386-linux-gnu
# ... and is installed here.  glibc 2.33 and later searches glibc-hwcaps
# (ld.so(8)); the same directory can be named in ld.so.conf.d.
TARGET_SET_DIR := /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg

# The source: a binary package that holds upstream's tree with the
# distribution's patches already applied, and the distribution's debian/.
TARGET_SOURCE_PACKAGE := glibc-source
TARGET_UPSTREAM_VERSION := 2.41
TARGET_TARBALL := usr/src/glibc/glibc-2.41.tar.xz
TARGET_DEBIAN_DIR := usr/src/glibc/debian
TARGET_DEB_ARCH := i386

# sha256 of TARGET_TARBALL, one VERSION=SHA256 for each package revision
# (the distribution's patches are inside, so each has its own).  Taken from
# glibc-source_VERSION_all.deb of Debian, whose own sha256 is in the
# signed package list.  A revision that is not here rests on that alone.
TARGET_TARBALL_SHA256 := \
  2.41-12+deb13u4=72e5e99281b9791380f5deef44cfeaf67c378b2b994a59179c88d0e26f764f00

TARGET_PATCH_DIR := patches/glibc-2.41

# debian/rules asks for gcc-14, which needs a later C library than that of Debian 12, and brings it.
TARGET_CC := gcc-14 -m32
TARGET_BUILD_CC := gcc-14
TARGET_CC_PACKAGES := gcc-14-x86-64-linux-gnu:amd64 cpp-14-x86-64-linux-gnu:amd64 libgcc-14-dev:amd64 \
  lib32gcc-14-dev:amd64 lib32gcc-s1:amd64 libisl23:amd64 libc6:amd64 libmpc3:amd64 libmpfr6:amd64 libgmp10:amd64 \
  zlib1g:amd64 libzstd1:amd64
# The first two are what gcc on i386 does unasked (gcc -v: --with-arch-32=i686
# --with-tune=generic); -march alone would change the tuning as well.
TARGET_CFLAGS := -march=i686 -mtune=generic -mno-tls-direct-seg-refs

# Measured: the disk a build takes, with a margin of a half, and the number
# of PIC objects it compiles, for the percentage.
TARGET_DISK_MIB := 1400
TARGET_OBJECTS := 3310
