# SPDX-License-Identifier: LGPL-2.1-or-later
# nosegneg: `make help` lists what can be typed here.

VERSION := 0.1.0

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

B := build
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
# One line for each file that is made: $(call say,CC,what).
say = $(if $(Q),@printf '  %-8s %s\n' '$(1)' '$(2)')

# A person's settings; a commented sample is in config.mk.sample.
-include config.mk

.PHONY: all help quickstart check bench clean distclean install
include mk/setup.mk
include mk/tools.mk
include mk/boot.mk
include mk/glibc.mk
include mk/programs.mk
include mk/gate.mk
include mk/distro.mk
include mk/packages.mk
include mk/rpm.mk
include mk/tests.mk
include mk/sim.mk
include mk/sim-glibc.mk
include mk/xen.mk

all: tools ## build the programs (the default)

# Each step is a make of its own: what one step installs, the next one's makefiles can look up.
quickstart: ## from a fresh clone to a proven library set for this machine's C library
	$(Q)$(MAKE) --no-print-directory setup
	$(Q)$(MAKE) --no-print-directory tools
	$(Q)$(MAKE) --no-print-directory libs
	$(Q)$(MAKE) --no-print-directory gate
	$(Q)$(MAKE) --no-print-directory table

check: ## install what the tests need, and run them all
	$(Q)$(MAKE) --no-print-directory setup-tests
	$(Q)$(MAKE) --no-print-directory run-tests

bench: bench-scan bench-resolve bench-hwcap bench-strcasecmp bench-sim bench-build ## measure against the peers: ratios (9 minutes)

clean: ## remove the programs and the test results; the library sets stay
	$(Q)rm -rf $(B)/bin $(B)/lib $(B)/obj $(B)/man $(B)/tests

distclean: ## remove everything that was built or downloaded
	$(Q)rm -rf $(B) dist

help: ## print this list
	@echo 'Targets:'
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | sort | \
		awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo 'Variables: TARGET=debian-12 (one of conf/targets), V=1 (show commands), CFLAGS, DESTDIR, prefix'
