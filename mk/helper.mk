# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ldconfig-hwcap: always a static i386 program.  The vDSO and the segments that count are those of 32-bit programs, and
# it has to work where the dynamic libraries do not.

HELPER := $(BIN)/ldconfig-hwcap
# Not $(CC): a person's CC may have no 32-bit side.
HELPER_CC ?= gcc -m32
S := $(B)/static

helper_libs := -lelf -llzma -lzstd -llz4 -lbz2 -lz
helper_sources := $(sort $(wildcard ldconfig-hwcap/*.c))
helper_lib_sources := $(addprefix lib/base/,manifest.c process.c publish.c root.c text.c util.c why.c) \
	$(addprefix lib/elf/,dynamic.c headers.c image.c image-code.c notes.c object.c) \
	$(filter-out lib/loader/resolve%,$(sort $(wildcard lib/loader/*.c))) lib/xen/cpuid.c
helper_objects := $(patsubst %.c,$(O)-i386/%.o,$(filter-out %/witness.c,$(helper_sources)) $(helper_lib_sources))
helper_compile = $(HELPER_CC) $(our_cflags) $(our_cppflags) -Os -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -mno-tls-direct-seg-refs $(CPPFLAGS) $(CFLAGS)

$(S)/stamp: conf/static-libs tools/fetch
	$(call say,FETCH,static i386 libraries)
	$(Q)tools/fetch $< $(S)/dl
	$(Q)rm -rf $(S)/root
	$(Q)for deb in $(S)/dl/*.deb; do dpkg-deb -x "$$deb" $(S)/root || exit 1; done
	$(Q)touch $@

$(O)-i386/%.o: %.c Makefile mk/tools.mk mk/helper.mk
	@mkdir -p $(@D)
	$(call say,CC,$< (i386))
	$(Q)$(helper_compile) -MMD -MP -c $< -o $@

# Without start files and with old symbols only, so that any loader since glibc 2.4 can start it.
$(O)-i386/ldconfig-hwcap/witness: ldconfig-hwcap/witness.c mk/helper.mk
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc -m32 -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -U_FORTIFY_SOURCE -fno-stack-protector -nostartfiles -no-pie \
		-Wl,--hash-style=both -Wl,--no-as-needed -Wl,--build-id=none -s $< -lm -o $@

$(O)-i386/ldconfig-hwcap/witness-image.o: $(O)-i386/ldconfig-hwcap/witness
	$(Q)printf '%s\n' '.section .rodata' '.globl witness_image, witness_image_size' 'witness_image: .incbin "$<"' '1: .balign 4' \
		'witness_image_size: .long 1b - witness_image' '.section .note.GNU-stack,"",@progbits' | \
		$(HELPER_CC) -c -x assembler - -o $@

$(HELPER): $(helper_objects) $(O)-i386/ldconfig-hwcap/witness-image.o $(S)/stamp
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(HELPER_CC) $(CFLAGS) -static -Wl,-z,relro,-z,now,--gc-sections -s $(filter %.o,$^) \
		-L$(S)/root/usr/lib/i386-linux-gnu $(helper_libs) $(LDFLAGS) -o $@

-include $(helper_objects:.o=.d)
