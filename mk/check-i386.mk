# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-check as a static i386 program; and all of them together, for i386 systems.

CHECK_I386 := $(BIN)/i386/nosegneg-check
check_i386_objects := $(check_sources:%.c=$(O)-i386/%.o)
$(check_i386_objects): | $(ZYDIS)/libZydis.a

# libdw's only dlopen is for debuginfod, as in the simulator.
$(CHECK_I386): $(check_i386_objects) $(common_sources:%.c=$(O)-i386/%.o) $(O)-i386/tools/nosegneg-sim/i386/dlopen.o \
		$(sim_i386_lib) $(ZYDIS)/libZydis.a $(STATIC_STAMP)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(call i386_link,-Wl$(comma)--wrap=dlopen $(filter %.o %.a,$^),\
		-ldw -lelf -ljansson -lnettle -llzma -lzstd -llz4 -lbz2 -lz) -o $@

.PHONY: tools-i386
tools-i386: $(CHECK_I386) $(SIM_I386) $(COPY_I386) $(HELPER) man ## build the programs as static i386 ones

-include $(check_i386_objects:.o=.d)
