# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests and benchmarks of the simulator.

sim_source := tests/sim/programs
S := $(B)/tests/sim
sim_cflags := -std=gnu11 -O2 -g -D_GNU_SOURCE -Wall -Wextra $(if $(WERROR),-Werror) -pthread
sim_names := $(patsubst $(sim_source)/%.c,%,$(sort $(wildcard $(sim_source)/*.c)))
sim_programs := $(sim_names:%=$(S)/%) $(sim_names:%=$(S)/static/%) $(S)/counts $(S)/parent

$(S)/static/%: $(sim_source)/%.c $(sim_source)/say.h mk/sim.mk
	@mkdir -p $(@D)
	$(call say,CC,$< (i386, static))
	$(Q)$(CC) -m32 $(sim_cflags) -static $< -o $@ -lutil
$(S)/%: $(sim_source)/%.c $(sim_source)/say.h mk/sim.mk
	@mkdir -p $(@D)
	$(call say,CC,$< (i386))
	$(Q)$(CC) -m32 $(sim_cflags) $< -o $@ -lutil
$(S)/counts: $(sim_source)/counts.S mk/sim.mk
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -nostdlib -static -no-pie $< -o $@

$(S)/parent: tests/sim/parent.c mk/sim.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(sim_cflags) $< -o $@

.PHONY: sim-programs
sim-programs: $(sim_programs)
