# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests on real hypervisors, in QEMU. Packages and results are in $(B)/tests/xen.

# Versions of Xen, and systems in each.
XEN ?= 4.14 4.17 4.20
XEN_SYSTEMS ?= native dom0 dom0-pvh pv pvh shim

.PHONY: setup-xen check-xen check-xen-hvm update-trees
setup-xen: ## install what the tests on Xen need besides
	$(Q)tools/setup tools libs tests xen

check-xen: tools deb ## boot Xen 4.14, 4.17 and 4.20 with dom0s and guests in QEMU, with the packages in them (20 minutes, network)
	$(Q)B=$(B) DIST=$(DIST) TOOLS_VERSION=$(VERSION) TARGET=$(TARGET) XEN='$(XEN)' XEN_SYSTEMS='$(XEN_SYSTEMS)' tests/xen/run

check-xen-hvm: ## an HVM guest on Xen, with QEMU in QEMU (10 minutes, network)
	$(Q)$(MAKE) --no-print-directory check-xen XEN=4.17 XEN_SYSTEMS=hvm

update-trees: ## rewrite the captured trees in tests/data from what check-xen left; read the diff
	$(Q)tests/xen/update-trees $(B)/tests/xen/results
