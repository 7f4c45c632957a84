# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs and their library.

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
prefix ?= /usr/local
bindir ?= $(prefix)/bin
sbindir ?= $(prefix)/sbin
mandir ?= $(prefix)/share/man
completiondir ?= $(prefix)/share/bash-completion/completions
datadir ?= $(prefix)/share

# Ours and theirs apart: the user's CFLAGS come last and survive.
our_cflags := -std=gnu11 -O2 -g -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib -Itools \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wconversion -Wno-sign-conversion \
	-Wformat=2 -fno-common -fstack-protector-strong $(if $(WERROR),-Werror)
# gcc for i386 defines the word i386 itself as 1.
our_cppflags := -Ui386 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -DNOSEGNEG_VERSION='"$(VERSION)"'
our_ldflags := -Wl,-z,relro,-z,now -Wl,--as-needed -pthread

# Sanitizer and other variants are built beside the plain one: make VARIANT=asan …
VARIANT ?=
variant_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
variant_tsan := -fsanitize=thread
variant_flags := $(variant_$(VARIANT))
O := $(B)/obj$(if $(VARIANT),-$(VARIANT))
BIN := $(B)/bin$(if $(VARIANT),-$(VARIANT))
LIB := $(B)/lib$(if $(VARIANT),-$(VARIANT))/libnosegneg.a

compile = $(CC) $(our_cflags) $(our_cppflags) $(variant_flags) $(CPPFLAGS) $(CFLAGS)
link = $(CC) $(our_cflags) $(variant_flags) $(CFLAGS) $(our_ldflags) $(LDFLAGS)

lib_sources := $(sort $(wildcard lib/*/*.c))
lib_objects := $(lib_sources:%.c=$(O)/%.o)
check_sources := $(sort $(wildcard tools/nosegneg-check/*.c))
check_objects := $(check_sources:%.c=$(O)/%.o)
sim_sources := $(sort $(wildcard tools/nosegneg-sim/*.c))
sim_objects := $(sim_sources:%.c=$(O)/%.o)
common_sources := $(sort $(wildcard tools/common/*.c))
common_objects := $(common_sources:%.c=$(O)/%.o)
check_libs := -ldw -lelf -lZydis -ljansson -lnettle -lz -llzma -lzstd -llz4 -lbz2

NOSEGNEG_CHECK := $(BIN)/nosegneg-check
NOSEGNEG_SIM := $(BIN)/nosegneg-sim
sim_libs := -ldw -lelf -lZydis -ljansson -liberty
include mk/i386.mk
include mk/helper.mk
include mk/sim-i386.mk
include mk/copy.mk
include mk/check-i386.mk
programs := $(NOSEGNEG_CHECK) $(NOSEGNEG_SIM) $(COPY) $(HELPER)

.PHONY: tools install install-i386 install-flags
tools: $(programs) man ## build the programs and their manual pages

$(O)/%.o: %.c Makefile mk/tools.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(compile) -MMD -MP -c $< -o $@

$(LIB): $(lib_objects)
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(NOSEGNEG_CHECK): $(check_objects) $(common_objects) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(link) $^ $(check_libs) -o $@

$(NOSEGNEG_SIM): $(sim_objects) $(common_objects) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(link) $^ $(sim_libs) -o $@

-include $(lib_objects:.o=.d) $(check_objects:.o=.d) $(sim_objects:.o=.d) $(common_objects:.o=.d)

man_sources := $(sort $(wildcard docs/man/*.scd))
man_pages := $(man_sources:docs/man/%.scd=$(B)/man/%)
.PHONY: man
man: $(man_pages)
$(B)/man/%: docs/man/%.scd
	@mkdir -p $(@D)
	$(call say,SCDOC,$@)
	$(Q)scdoc < $< > $@

install: tools ## install the programs, manual pages and completions below $(DESTDIR)$(prefix)
install-i386: tools-i386 ## the same with static i386 programs
install: user_programs := $(NOSEGNEG_CHECK) $(NOSEGNEG_SIM) $(COPY)
install-i386: user_programs := $(CHECK_I386) $(SIM_I386) $(COPY_I386)
install install-i386: install-flags
	$(Q)install -d $(addprefix $(DESTDIR),$(bindir) $(sbindir) $(mandir)/man1 $(mandir)/man5 $(mandir)/man8 $(completiondir))
	$(Q)install -m 755 $(user_programs) $(DESTDIR)$(bindir)
	$(Q)install -m 755 $(HELPER) $(DESTDIR)$(sbindir)
	$(Q)sed 's/@VERSION@/$(VERSION)/' tools/nosegneg-verify-ldd >$(DESTDIR)$(bindir)/nosegneg-verify-ldd
	$(Q)chmod 755 $(DESTDIR)$(bindir)/nosegneg-verify-ldd
	$(Q)for page in $(man_pages); do install -m 644 $$page $(DESTDIR)$(mandir)/man$${page##*.}; done
	$(Q)install -m 644 $(wildcard conf/completion/*) $(DESTDIR)$(completiondir)

# What makes other people's builds safe; nothing has to be built for it.
install-flags:
	$(Q)install -d $(DESTDIR)$(datadir)/nosegneg/dpkg $(DESTDIR)$(datadir)/pkgconfig
	$(Q)install -m 644 conf/flags/macros.nosegneg conf/flags/nosegneg.specs $(DESTDIR)$(datadir)/nosegneg
	$(Q)install -m 644 conf/flags/dpkg/buildflags.conf $(DESTDIR)$(datadir)/nosegneg/dpkg
	$(Q)sed 's/@VERSION@/$(VERSION)/' conf/flags/nosegneg.pc >$(DESTDIR)$(datadir)/pkgconfig/nosegneg.pc
	$(Q)chmod 644 $(DESTDIR)$(datadir)/pkgconfig/nosegneg.pc
