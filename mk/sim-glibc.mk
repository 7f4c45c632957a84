# SPDX-License-Identifier: LGPL-2.1-or-later
# glibc's own tests of threads and thread-local storage, with the library set, natively and under the simulator.

# SIM_GLIBC: all, some (without the longest), or a pattern of names.
SIM_GLIBC ?= all
export SIM_GLIBC

.PHONY: check-sim-glibc
check-sim-glibc: libs $(NOSEGNEG_SIM) ## glibc's own TLS and thread tests under the simulator (9 minutes)
	$(Q)SIM=$(NOSEGNEG_SIM) tests/sim/glibc-tests
