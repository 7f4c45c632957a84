# SPDX-License-Identifier: LGPL-2.1-or-later
# RPM packages, by rpmbuild from specs/rpm, in $(DIST); or a distribution's own glibc package, rebuilt with the flag.

make_rpm = DIST=$(DIST) VERSION=$(VERSION) MAINTAINER='$(MAINTAINER)' GLIBC_EVR='$(GLIBC_EVR)' tools/package/rpm.sh

.PHONY: rpm rpm-tools rpm-set lint-rpm check-rpm check-rpm-twice
ifdef SRPM
# Where it can be built, on its own distribution, setup knows no packages.
rpm:
	$(Q)command -v rpmbuild >/dev/null || $(MAKE) --no-print-directory setup-packages
	$(Q)DIST=$(DIST) tools/package/srpm $(if $(SPEC_ONLY),--spec-only) '$(subst ','\'',$(SRPM))'
else
rpm: ## make the RPM packages of the programs, and of the library set for TARGET (or all), in dist/
	$(if $(SPEC_ONLY),$(error SPEC_ONLY goes with SRPM=FILE.src.rpm))
	$(no_tarball)$(Q)$(MAKE) --no-print-directory setup-packages
	$(Q)$(MAKE) --no-print-directory rpm-tools rpm-set
	$(Q)$(MAKE) --no-print-directory lint-rpm
endif

rpm-tools: $(STATIC_STAMP) $(ZYDIS)/libZydis.a
	$(Q)$(make_rpm) tools

# Only a set that passed the gate. GLIBC_EVR: the glibc package that it is for, where that has another name for its version.
ifeq ($(TARGET),all)
rpm-set:
	$(for_all_targets)
else
rpm-set: $(gate_stamp)
	$(Q)$(make_rpm) set
endif

lint-rpm: ## what rpmlint says of the packages in dist/
	$(Q)rpmlint --strict --config specs/rpm/rpmlint.toml $(DIST)/nosegneg-tools-*.rpm $(DIST)/glibc-nosegneg-*.rpm

check-rpm: rpm tools $(distro_tools) ## install, upgrade and remove the RPM packages in chroots, with the glibc of Debian 13 too
	$(Q)DISTRO=all DIST=$(DIST) tests/run $(B)/tests/log $(filter tests/distro/rpm%,$(distro_tests))

# In another directory.
check-rpm-twice: rpm ## make the RPM packages once more, and compare them byte by byte
	$(Q)rm -rf $(B)/rpm-twice
	$(Q)RPM_WORK=$(abspath $(B))/rpm-twice/work $(MAKE) --no-print-directory DIST=$(B)/rpm-twice rpm-tools rpm-set
	$(Q)for rpm in $(B)/rpm-twice/*.rpm; do cmp "$$rpm" "$(DIST)/$${rpm##*/}" || exit 1; done
