# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ldconfig-hwcap: always a static i386 program.  The vDSO and the segments that count are those of 32-bit programs, and
# it has to work where the dynamic libraries do not.

HELPER := $(BIN)/ldconfig-hwcap

helper_libs := -lelf -llzma -lzstd -llz4 -lbz2 -lz
helper_sources := $(sort $(wildcard ldconfig-hwcap/*.c))
helper_lib_sources := $(addprefix lib/base/,manifest.c process.c publish.c root.c text.c util.c why.c) \
	$(addprefix lib/elf/,dynamic.c headers.c image.c image-code.c notes.c object.c) \
	$(filter-out lib/loader/resolve%,$(sort $(wildcard lib/loader/*.c))) lib/xen/cpuid.c
helper_objects := $(patsubst %.c,$(O)-i386/%.o,$(filter-out %/witness.c,$(helper_sources)) $(helper_lib_sources))

# Without start files and with old symbols only, so that any loader since glibc 2.4 can start it.
$(O)-i386/ldconfig-hwcap/witness: ldconfig-hwcap/witness.c mk/helper.mk
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc -m32 -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -U_FORTIFY_SOURCE -fno-stack-protector -nostartfiles -no-pie \
		-Wl,--hash-style=both -Wl,--no-as-needed -Wl,--build-id=none -s $< -lm -o $@

$(O)-i386/ldconfig-hwcap/witness-image.o: $(O)-i386/ldconfig-hwcap/witness
	$(Q)printf '%s\n' '.section .rodata' '.globl witness_image, witness_image_size' 'witness_image: .incbin "$<"' '1: .balign 4' \
		'witness_image_size: .long 1b - witness_image' '.section .note.GNU-stack,"",@progbits' | \
		$(I386_CC) -c -x assembler - -o $@

$(HELPER): $(helper_objects) $(O)-i386/ldconfig-hwcap/witness-image.o $(STATIC_STAMP)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(call i386_link,$(filter %.o,$^),$(helper_libs)) -o $@

-include $(helper_objects:.o=.d)
