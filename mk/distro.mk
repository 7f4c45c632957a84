# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests in real i386 chroots; they are made once, in $(B)/distro.

D := $(B)/tests/distro
distro_tests := $(filter-out %/harness.sh,$(sort $(wildcard tests/distro/*.sh)))

$(D)/fault: tests/distro/fault.c mk/distro.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(compile) $< -o $@

.PHONY: check-distro check-faults
check-distro: tools libs $(D)/fault ## the tests in chroots of this release and of Debian 11 (makes them once)
	$(Q)DISTRO=all tests/run $(B)/tests/log $(distro_tests)

check-faults: tools libs $(D)/fault ## end or fail ldconfig-hwcap at every system call, in a chroot (10 minutes)
	$(Q)FAULTS=all TEST_TIMEOUT=7200 tests/run $(B)/tests/log tests/distro/faults.sh
