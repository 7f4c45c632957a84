# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The gate's programs for a C library that is older than this machine's: packages of that release, locales made by its own
# localedef, and our own programs compiled with its headers and libraries.

P := $(LIBS_WORK)/programs
SUITE := $(LIBS_WORK)/share/nosegneg/suite
SUITE_STAMP := $(P)/stamp/suite
program_apt := APT_CONFIG=$(abspath $(B))/apt/$(TARGET_SUITE)/apt.conf
program_suite_sed := $(foreach name,$(TARGET_PROGRAM_NAMES),-e 's/$(subst =,/,$(name))/g') -e '$(TARGET_PROGRAM_SUITE)'
program_packages := $(P)/packages
program_localedef := $(BASE_DIR)/ld-linux.so.2 --library-path $(BASE_DIR) $(P)/root/usr/bin/localedef
program_root_stamp = $(P)/stamp/unpack

program_root := $(abspath $(P))/root
program_gcc := $(program_root)/usr/lib/gcc/$(TARGET_PROGRAM_GCC)
# A sysroot is not enough: the compiler's own directories come first (gcc -print-file-name=crt1.o).
program_flags := --sysroot=$(program_root) -B$(program_root)/usr/lib/ -L$(program_root)/usr/lib/i386-linux-gnu \
	-L$(program_root)/lib/i386-linux-gnu -L$(program_gcc)
program_cxx := $(notdir $(TARGET_PROGRAM_GCC))
PROGRAM_CC := gcc -m32 $(program_flags)
PROGRAM_CXX := g++ -m32 $(program_flags) -nostdinc++ -isystem $(program_root)/usr/include/c++/$(program_cxx) \
	-isystem $(program_root)/usr/include/i386-linux-gnu/c++/$(program_cxx)

# The linker's names of libraries are absolute links, which would lead to this machine's.
define program_root_fix
$(Q)find $(1)/usr/lib/i386-linux-gnu -maxdepth 1 -type l -lname '/*' -printf '%p %l\n' | \
	while read -r link to; do ln -sfn "../../..$$to" "$$link"; done
endef

$(SUITE): $(TARGET_FILE)
$(program_packages): $(programs_source)/packages $(TARGET_FILE) | $(LIBS_WORK)/version
	@mkdir -p $(@D)
	$(Q){ sed $(program_suite_sed) $<; printf '%s\n' $(TARGET_PROGRAM_PACKAGES); } >$@
