# SPDX-License-Identifier: LGPL-2.1-or-later
#
# `make libs GLIBC_SOURCE=DIR/glibc-X.Y.tar.xz`: a glibc that no target knows, for the C library of this machine. Its version
# is that of the file's name, and tools/glibc/tarball has the steps that differ.

TARGET_DISTRIBUTION := $(notdir $(GLIBC_SOURCE))
TARGET_BASE_PACKAGE := libc6:i386
TARGET_BASE_DIR := $(shell dpkg-query -L $(TARGET_BASE_PACKAGE) 2>/dev/null | sed -n 's,/libc\.so\.6$$,,p')
TARGET_SET_DIR := /usr/lib/i386-linux-gnu/glibc-hwcaps/nosegneg
TARGET_DEB_ARCH := i386

TARGET_SOURCE_PACKAGE := $(notdir $(GLIBC_SOURCE))
TARGET_UPSTREAM_VERSION := $(shell printf '%s\n' '$(subst ','\'',$(GLIBC_SOURCE))' | \
  sed -nE 's,^(.*/)?glibc-([0-9]+(\.[0-9]+)+)\.tar\.[a-z0-9]+$$,\2,p')

# Those of ours that fit, chosen by the step, which makes this directory.
override TARGET_PATCH_DIR := $(B)/source/patches

TARGET_CC := gcc -m32
TARGET_BUILD_CC := gcc
TARGET_CFLAGS := -march=i686 -mtune=generic -mno-tls-direct-seg-refs

# As the largest of the targets has them.
TARGET_DISK_MIB := 1400
TARGET_OBJECTS := 3310
