# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests and benchmarks of the simulator.

sim_source := tests/sim/programs
S := $(B)/tests/sim
sim_cflags := -std=gnu11 -O2 -g -D_GNU_SOURCE -Wall -Wextra $(if $(WERROR),-Werror) -pthread
sim_names := $(patsubst $(sim_source)/%.c,%,$(sort $(wildcard $(sim_source)/*.c)))
sim_programs := $(sim_names:%=$(S)/%) $(sim_names:%=$(S)/static/%) $(S)/counts $(S)/parent $(S)/unlimited.so

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
$(S)/unlimited.so: tests/sim/unlimited.c mk/sim.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(sim_cflags) -fpic -shared $< -o $@

# i386 programs of the distribution besides those of the gate. gcc looks for as and ld beside cc1.
$(S)/stamp-unpack: tests/sim/packages tools/fetch
	@mkdir -p $(@D)
	$(call say,FETCH,more i386 programs)
	$(Q)tools/fetch tests/sim/packages $(S)/dl
	$(Q)rm -rf $(S)/root $(S)/root.tmp
	$(Q)mkdir -p $(S)/root.tmp
	$(Q)for deb in $(S)/dl/*.deb; do dpkg-deb -x "$$deb" $(S)/root.tmp || exit 1; done
	$(Q)for tool in as ld; do \
		ln -s ../../../../bin/i686-linux-gnu-$$tool $(S)/root.tmp/usr/lib/gcc/i686-linux-gnu/12/$$tool || exit 1; done
	$(Q)mv $(S)/root.tmp $(S)/root
	$(Q)touch $@
$(S)/suite: tests/sim/suite.in tests/sim/compile.c mk/sim.mk
	@mkdir -p $(@D)
	$(Q)cp tests/sim/compile.c $(S)/
	$(Q)cp $< $@

.PHONY: sim-programs check-sim
sim-programs: $(sim_programs) $(S)/suite

# The short part is in `make check`.
sim_tests := tests/sim/counts.sh tests/sim/limits.sh tests/sim/setuid.sh tests/sim/report.sh tests/sim/quick.sh
check-sim: tools libs sim-programs $(SUITE_STAMP) $(S)/stamp-unpack ## the simulator on all programs of its suite (15 minutes)
	$(Q)TEST_TIMEOUT=3600 tests/run $(B)/tests/log tests/sim/counts.sh tests/sim/limits.sh tests/sim/report.sh tests/sim/whole.sh

$(B)/bench/sim-work: tests/bench/sim-work.c mk/sim.mk
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -mno-tls-direct-seg-refs $(sim_cflags) $< -o $@

.PHONY: bench-sim
bench-sim: libs $(NOSEGNEG_SIM) $(B)/bench/sim-bare $(B)/bench/sim-work ## the simulator against a bare tracer, and against no tracer
	$(Q)tests/bench/sim $(NOSEGNEG_SIM) $(SET_DIR) $(TARGET_BASE_DIR) $(B)/bench
