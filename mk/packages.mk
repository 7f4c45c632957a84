# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian packages, by dpkg-buildpackage from specs/deb. They and nothing else are in $(DIST).

DIST ?= dist
MAINTAINER ?= nosegneg maintainers <maintainers@nosegneg.invalid>
# Said before the set is built.
no_tarball = $(if $(GLIBC_SOURCE),$(error a set from a tarball is in no package; make gate GLIBC_SOURCE=$(GLIBC_SOURCE)))
make_deb = DIST=$(DIST) VERSION=$(VERSION) MAINTAINER='$(MAINTAINER)' tools/package/deb.sh

.PHONY: setup-packages deb deb-tools deb-set lint-deb check-deb check-deb-twice
setup-packages: ## install what making packages needs besides
	$(Q)tools/setup tools libs packages

# Each step is a make of its own, as in quickstart.
deb: ## make the Debian packages of the programs, and of the library set for TARGET (or all), in dist/
	$(no_tarball)$(Q)$(MAKE) --no-print-directory setup-packages
	$(Q)$(MAKE) --no-print-directory deb-tools deb-set
	$(Q)$(MAKE) --no-print-directory lint-deb

deb-tools: $(STATIC_STAMP) $(ZYDIS)/libZydis.a
	$(Q)$(make_deb) tools amd64
	$(Q)$(make_deb) tools i386

# Only a set that passed the gate.
ifeq ($(TARGET),all)
deb-set:
	$(for_all_targets)
else
deb-set: $(gate_stamp)
	$(Q)$(make_deb) set
endif

lint-deb: ## what lintian says of the packages in dist/
	$(Q)lintian --no-cfg --allow-root --fail-on error,warning $(DIST)/*.deb

check-deb: deb tools $(distro_tools) ## install, upgrade and remove the packages in chroots, and upgrade those to the next release
	$(Q)DISTRO=all DIST=$(DIST) tests/run $(B)/tests/log \
		$(filter-out %-killed.sh,$(filter tests/distro/packages% %/initramfs.sh,$(distro_tests)))

# In another directory.
check-deb-twice: deb ## make the packages once more, and compare them byte by byte
	$(Q)rm -rf $(B)/deb-twice
	$(Q)DEB_WORK=$(abspath $(B))/deb-twice/work $(MAKE) --no-print-directory DIST=$(B)/deb-twice deb-tools deb-set
	$(Q)for deb in $(B)/deb-twice/*.deb; do cmp "$$deb" "$(DIST)/$${deb##*/}" || exit 1; done
