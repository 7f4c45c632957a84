# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian packages, by dpkg-buildpackage from specs/deb. They and nothing else are in $(DIST).

DIST ?= dist
MAINTAINER ?= nosegneg maintainers <maintainers@nosegneg.invalid>
make_deb = DIST=$(DIST) VERSION=$(VERSION) MAINTAINER='$(MAINTAINER)' tools/package/deb.sh

.PHONY: setup-packages deb deb-tools deb-set lint-deb check-deb
setup-packages: ## install what making packages needs besides
	$(Q)tools/setup tools libs packages

# Each step is a make of its own, as in quickstart.
deb: ## make the Debian packages of the programs, and of TARGET's library set, in dist/
	$(Q)$(MAKE) --no-print-directory setup-packages
	$(Q)$(MAKE) --no-print-directory deb-tools deb-set
	$(Q)$(MAKE) --no-print-directory lint-deb

deb-tools: $(STATIC_STAMP) $(ZYDIS)/libZydis.a
	$(Q)$(make_deb) tools amd64
	$(Q)$(make_deb) tools i386

# Only a set that passed the gate.
deb-set: $(gate_stamp)
	$(Q)$(make_deb) set

lint-deb: ## what lintian says of the packages in dist/
	$(Q)lintian --no-cfg --allow-root --fail-on error,warning $(DIST)/*.deb

check-deb: deb $(distro_tools) ## install, upgrade and remove the packages in chroots
	$(Q)DIST=$(DIST) tests/run $(B)/tests/log $(filter %/packages.sh %/packages-amd64.sh,$(distro_tests))
