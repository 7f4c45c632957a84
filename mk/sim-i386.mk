# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg-sim as a static i386 program.

# Debian has Zydis as a shared library only. Its sources need no configuring.
$(ZYDIS)/libZydis.a: conf/static-sources tools/fetch-source
	$(call say,FETCH,Zydis)
	$(Q)tools/fetch-source $< $(STATIC)/src
	$(Q)rm -rf $(ZYDIS) && mkdir -p $(ZYDIS)
	$(Q)tar -xf $(STATIC)/src/zydis_*.tar.gz -C $(ZYDIS) --strip-components=1
	$(call say,CC,Zydis (i386))
	$(Q)cd $(ZYDIS) && $(I386_CC) $(i386_flags) -DZYDIS_STATIC_BUILD -DZYCORE_STATIC_BUILD -Iinclude -Isrc -c src/*.c
	$(Q)$(AR) rcs $@ $(ZYDIS)/*.o

comma := ,
SIM_I386 := $(BIN)/i386/nosegneg-sim
sim_i386_lib := $(dir $(LIB))libnosegneg-i386.a
sim_i386_objects := $(patsubst %.c,$(O)-i386/%.o,$(sim_sources) $(common_sources) tools/nosegneg-sim/i386/dlopen.c)
lib_i386_objects := $(lib_sources:%.c=$(O)-i386/%.o)
# The helper's objects need no Zydis.
$(filter-out $(helper_objects),$(sim_i386_objects) $(lib_i386_objects)): | $(ZYDIS)/libZydis.a

$(sim_i386_lib): $(lib_i386_objects)
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(SIM_I386): $(sim_i386_objects) $(sim_i386_lib) $(ZYDIS)/libZydis.a $(STATIC_STAMP)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(call i386_link,-Wl$(comma)--wrap=dlopen $(filter %.o %.a,$^),-ldw -lelf -ljansson -liberty -llzma -lzstd -lbz2 -lz) -o $@

.PHONY: sim-i386
sim-i386: $(SIM_I386) ## build the static i386 nosegneg-sim, for i386 systems and chroots

-include $(sim_i386_objects:.o=.d) $(lib_i386_objects:.o=.d)
