# SPDX-License-Identifier: LGPL-2.1-or-later
# The gate: only a set that passes it is good for anything.

gate_stamp := $(LIBS_WORK)/stamp/gate

.PHONY: gate table
gate: $(gate_stamp) ## prove that the set belongs to this machine's C library

$(gate_stamp): $(SET_STAMP) $(SUITE_STAMP) $(NOSEGNEG_CHECK)
	$(Q)$(NOSEGNEG_CHECK) set --against $(TARGET_BASE_DIR) --suite $(SUITE) $(SET_DIR)
	$(Q)touch $@

table: $(SET_STAMP) $(SUITE_STAMP) $(NOSEGNEG_CHECK) $(NOSEGNEG_SIM) ## before and after, on real i386 programs
	$(Q)tools/table $(NOSEGNEG_CHECK) $(NOSEGNEG_SIM) $(SET_DIR) $(TARGET_BASE_DIR) $(P)/root usr/bin/perl bin/bash
