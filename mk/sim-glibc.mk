# SPDX-License-Identifier: LGPL-2.1-or-later
# The simulator's longest tests: glibc's own of threads and thread-local storage, with the library set, natively and
# simulated; and those of the static i386 build.

# SIM_GLIBC: all, some (without the longest), or a pattern of names.
SIM_GLIBC ?= all
export SIM_GLIBC

.PHONY: check-sim-glibc check-sim-i386
check-sim-glibc: libs $(NOSEGNEG_SIM) ## glibc's own TLS and thread tests under the simulator (11 minutes; SIM_GLIBC=some: 4)
	$(Q)SIM=$(NOSEGNEG_SIM) tests/sim/glibc-tests

check-sim-i386: tools libs $(SIM_I386) sim-programs $(distro_tools) ## the simulator's tests with its static i386 build
	$(Q)SIM=$(SIM_I386) tests/sim/run-programs $(S)
	$(Q)SIM=$(SIM_I386) tests/sim/run-programs --static $(S)
	$(Q)SIM=$(abspath $(SIM_I386)) tests/run $(B)/tests/log-i386 $(addprefix tests/distro/,segments.sh strategies.sh)
	$(Q)SIM=$(SIM_I386) SIM_GLIBC=^elf- tests/sim/glibc-tests
