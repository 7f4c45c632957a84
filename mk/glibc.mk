# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The library set: fetch, verify, unpack, distro, patch, configure, plan,
# build, stage.  Each step is tools/glibc/STEP.sh and leaves a stamp.

# The default target is the one of this machine's own i386 glibc.
own_target := $(shell tools/glibc/target.sh)
ifeq ($(TARGET),)
TARGET := $(own_target)
endif
# TARGET=all: one after the other, each in a make of its own.
targets := $(sort $(basename $(notdir $(wildcard conf/targets/*.mk))))
for_all_targets = +@for target in $(targets); do $(MAKE) --no-print-directory $@ TARGET=$$target || exit; done

# A name, not a path: rules remove directories by it.
ifneq ($(GLIBC_SOURCE),)
override TARGET := source
known_target := source
TARGET_FILE := conf/source.mk
else
known_target := $(if $(filter-out $(targets),$(TARGET)),,$(TARGET))
TARGET_FILE := conf/targets/$(TARGET).mk
endif
-include $(TARGET_FILE)

LIBS_WORK := $(B)/$(TARGET)
# Of another release than this machine's, the libraries that the set has to match are unpacked here (tools/glibc/base.sh).
BASE_ROOT := $(if $(filter-out source $(own_target),$(TARGET)),$(abspath $(LIBS_WORK))/base)
export BASE_ROOT
BASE_DIR := $(BASE_ROOT)$(TARGET_BASE_DIR)
NOSEGNEG_CHECK ?= $(B)/bin/nosegneg-check

# For the rules that use the set.
SET_DIR := $(LIBS_WORK)/stage$(TARGET_SET_DIR)
SET_STAMP := $(LIBS_WORK)/stamp/stage

# The target file is data: all of it goes to the scripts.
export B TARGET V NOSEGNEG_CHECK GLIBC_SOURCE
export $(filter TARGET_%,$(.VARIABLES))
export LIBS_BEGIN := $(shell date +%s)

ifeq ($(TARGET),all)
libs libs-clean:
	$(for_all_targets)
else
libs: $(SET_STAMP) ## build the library set for TARGET (or all), by default this machine's glibc
	@echo "libs $(TARGET): the set is in $(SET_DIR)"
	@$(if $(GLIBC_SOURCE),tools/glibc/tarball/tell.sh)
libs-clean: ## remove what was built for TARGET, keep what was downloaded
	$(if $(known_target),rm -rf $(filter-out $(LIBS_WORK)/dl,$(wildcard $(LIBS_WORK)/*)))
endif
.PHONY: libs libs-clean

$(LIBS_WORK)/version: FORCE
	@tools/glibc/check.sh
.PHONY: FORCE

# "+" hands the job server down; such a recipe runs even under make -n, and
# then does nothing.
dry_run = $(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS))))

LIBS_STEPS := fetch verify unpack distro patch configure plan build stage
$(LIBS_STEPS:%=$(LIBS_WORK)/stamp/%): $(LIBS_WORK)/stamp/%: tools/glibc/%.sh
	+@$(if $(dry_run),: )tools/glibc/step.sh $*

ifneq ($(GLIBC_SOURCE),)
$(LIBS_WORK)/stamp/unpack: $(LIBS_WORK)/version
$(LIBS_WORK)/stamp/patch: $(LIBS_WORK)/stamp/unpack $(wildcard patches/*/*)
$(patsubst %,$(LIBS_WORK)/stamp/%,unpack patch configure): $(LIBS_WORK)/stamp/%: tools/glibc/tarball/%.sh
else
$(LIBS_WORK)/stamp/fetch: $(LIBS_WORK)/version
$(LIBS_WORK)/stamp/verify: $(LIBS_WORK)/stamp/fetch $(wildcard $(TARGET_FILE))
$(LIBS_WORK)/stamp/unpack: $(LIBS_WORK)/stamp/verify
$(LIBS_WORK)/stamp/distro: $(LIBS_WORK)/stamp/unpack
$(LIBS_WORK)/stamp/patch: $(LIBS_WORK)/stamp/distro $(wildcard $(TARGET_PATCH_DIR)/*)
endif
$(LIBS_WORK)/stamp/configure: $(LIBS_WORK)/stamp/patch
# The plan needs no sources; it waits because steps share a progress line.
$(LIBS_WORK)/stamp/plan: $(LIBS_WORK)/version $(wildcard $(TARGET_FILE)) $(NOSEGNEG_CHECK) \
  | $(LIBS_WORK)/stamp/configure
$(LIBS_WORK)/stamp/build: $(LIBS_WORK)/stamp/configure $(LIBS_WORK)/plan
$(LIBS_WORK)/stamp/stage: $(LIBS_WORK)/stamp/build tools/glibc/manifest.sh
# A new scanner that says the same does not start a new build.
$(LIBS_WORK)/plan: $(LIBS_WORK)/stamp/plan ;

libs-control: $(LIBS_WORK)/stamp/unpack $(LIBS_WORK)/plan ## prove that without the flag we build the distribution's own code
	+@$(if $(dry_run),: )tools/glibc/control.sh
.PHONY: libs-control

bench-strcasecmp: $(SET_STAMP) ## time the routines that our patch touches, base against set
	@tests/bench/strcasecmp.sh $(BASE_DIR) $(SET_DIR)
.PHONY: bench-strcasecmp

bench-build: $(LIBS_WORK)/stamp/patch $(LIBS_WORK)/plan ## time a plain full build against ours
	@tests/bench/build.sh
.PHONY: bench-build
