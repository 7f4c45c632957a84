# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests in real i386 chroots; they are made once, in $(B)/distro.

D := $(B)/tests/distro
distro_tests := $(filter-out %/harness.sh %/repack.sh %/repack-rpm.sh %/watch.sh,$(sort $(wildcard tests/distro/*.sh)))

# BIT of the note of a kernel that runs on Xen.
distro_vdsos := $(patsubst %,$(D)/vdso-bit%.so,0 1 2)
distro_tools := $(D)/fault $(distro_vdsos) $(SIM_I386) $(COPY_I386)

$(D)/fault: tests/distro/fault.c mk/distro.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(compile) $< -o $@

$(distro_vdsos): $(D)/vdso-bit%.so: tests/data/notes/vdso.S mk/distro.mk
	@mkdir -p $(@D)
	$(Q)$(m32) $(vdso_flags) -Wl,-soname,linux-gate.so.1 -DMASK='(1 << $*)' -DBIT=$* -DCOUNT=1 -DVERSION=0x60000 $< -o $@

.PHONY: check-distro check-ci check-faults
check-distro: tools libs $(distro_tools) ## the tests in chroots of Debian 11 to 13, with all packages (15 to 40 minutes; half an hour more to build sets)
	$(Q)$(MAKE) --no-print-directory deb rpm TARGET=all
	$(Q)DISTRO=all DIST=$(DIST) TEST_TIMEOUT=3600 tests/run $(B)/tests/log $(distro_tests)

# With the packages that are in $(DIST).
check-ci: tools $(distro_tools) ## run the jobs of docs/ci.md as they are printed, with the packages in dist/ (2 minutes, network)
	$(Q)DIST=$(DIST) tests/run $(B)/tests/log tests/distro/ci-job.sh

check-faults: tools libs $(distro_tools) ## end or fail ldconfig-hwcap at every system call (40 minutes)
	$(Q)FAULTS=all TEST_TIMEOUT=7200 tests/run $(B)/tests/log tests/distro/faults.sh

.PHONY: bench-hwcap
bench-hwcap: tools libs $(B)/bench/best ## ldconfig-hwcap against ldconfig -p
	$(Q)tests/bench/hwcap $(HELPER) $(LIBS_WORK)/stage $(B)/bench
