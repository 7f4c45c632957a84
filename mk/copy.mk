# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-copy, the machine's own and as a static i386 program.

COPY := $(BIN)/nosegneg-copy
COPY_I386 := $(BIN)/i386/nosegneg-copy
copy_sources := $(sort $(wildcard tools/nosegneg-copy/*.c))
copy_objects := $(copy_sources:%.c=$(O)/%.o)
copy_i386_objects := $(copy_sources:%.c=$(O)-i386/%.o)
copy_libs := -ldw -lelf -lZydis -ljansson

$(COPY): $(copy_objects) $(common_objects) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(link) $^ $(copy_libs) -o $@

$(copy_i386_objects): | $(ZYDIS)/libZydis.a
# libdw is the scanner's; what it opens itself, the simulator's part refuses.
$(COPY_I386): $(copy_i386_objects) $(common_sources:%.c=$(O)-i386/%.o) $(O)-i386/tools/nosegneg-sim/i386/dlopen.o \
		$(sim_i386_lib) $(ZYDIS)/libZydis.a $(STATIC_STAMP)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(call i386_link,-Wl$(comma)--wrap=dlopen $(filter %.o %.a,$^),-ldw -lelf -ljansson -llzma -lzstd -lbz2 -lz) -o $@

-include $(copy_objects:.o=.d) $(copy_i386_objects:.o=.d)
