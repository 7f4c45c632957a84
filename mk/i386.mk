# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Static i386 programs: for 32-bit systems of any release, and for chroots of them.  ldconfig-hwcap is always one
# (mk/helper.mk); nosegneg-sim is one besides the machine's own.

# Not $(CC): a person's CC may have no 32-bit side.
I386_CC ?= gcc -m32
STATIC := $(B)/static
STATIC_STAMP := $(STATIC)/stamp
ZYDIS := $(STATIC)/zydis

# Small, because packages and initramfs images carry them; and free of what they look for.
i386_flags := -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -mno-tls-direct-seg-refs
i386_compile = $(I386_CC) $(our_cflags) $(our_cppflags) -isystem $(ZYDIS)/include $(i386_flags) $(CPPFLAGS) $(CFLAGS)
# $(call i386_link,OBJECTS AND ARCHIVES,LIBRARIES)
i386_link = $(I386_CC) $(CFLAGS) -static -Wl,-z,relro,-z,now,--gc-sections -s $(1) \
	-L$(STATIC)/root/usr/lib/i386-linux-gnu $(2) $(LDFLAGS)

$(STATIC_STAMP): conf/static-libs tools/fetch
	$(call say,FETCH,static i386 libraries)
	$(Q)tools/fetch $< $(STATIC)/dl
	$(Q)rm -rf $(STATIC)/root
	$(Q)for deb in $(STATIC)/dl/*.deb; do dpkg-deb -x "$$deb" $(STATIC)/root || exit 1; done
	$(Q)touch $@

$(O)-i386/%.o: %.c Makefile mk/tools.mk mk/i386.mk
	@mkdir -p $(@D)
	$(call say,CC,$< (i386))
	$(Q)$(i386_compile) -MMD -MP -c $< -o $@
