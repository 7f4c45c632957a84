# SPDX-License-Identifier: LGPL-2.1-or-later
# The gate: only a set that passes it is good for anything.

gate_stamp := $(LIBS_WORK)/stamp/gate

# Programs of another release get their own loader.
in_base := $(if $(BASE_ROOT),tools/with-base $(BASE_ROOT))

.PHONY: gate table
ifeq ($(TARGET),all)
gate:
	$(for_all_targets)
else
gate: $(gate_stamp) ## prove that the set belongs to TARGET's C library, by default this machine's
endif

$(gate_stamp): $(SET_STAMP) $(SUITE_STAMP) $(NOSEGNEG_CHECK)
	$(Q)$(in_base) $(NOSEGNEG_CHECK) set --against $(BASE_DIR) --suite $(SUITE) $(SET_DIR)
	$(Q)touch $@

table: $(SET_STAMP) $(SUITE_STAMP) $(NOSEGNEG_CHECK) $(NOSEGNEG_SIM) ## before and after, on real i386 programs
	$(Q)$(in_base) tools/table $(NOSEGNEG_CHECK) $(NOSEGNEG_SIM) $(SET_DIR) $(BASE_DIR) $(P)/root usr/bin/perl bin/bash
