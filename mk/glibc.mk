# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The library set: fetch, verify, unpack, distro, patch, configure, plan,
# build, stage.  Each step is tools/glibc/STEP.sh and leaves a stamp.

# The default target is the one of this machine's own i386 glibc.
ifeq ($(TARGET),)
TARGET := $(shell tools/glibc/target.sh)
endif
TARGET_FILE := conf/targets/$(TARGET).mk
-include $(TARGET_FILE)

W := $(B)/$(TARGET)
NOSEGNEG_CHECK ?= $(B)/bin/nosegneg-check

# For the rules that use the set.
SET_DIR := $(W)/stage$(TARGET_SET_DIR)
SET_STAMP := $(W)/stamp/stage

# The target file is data: all of it goes to the scripts.
export B TARGET V NOSEGNEG_CHECK
export $(filter TARGET_%,$(.VARIABLES))
export LIBS_BEGIN := $(shell date +%s)

libs: $(SET_STAMP) ## build the library set for TARGET, by default this machine's glibc
	@echo "libs $(TARGET): the set is in $(SET_DIR)"
.PHONY: libs

libs-clean: ## remove what was built for TARGET, keep what was downloaded
	$(if $(TARGET),rm -rf $(filter-out $(W)/dl,$(wildcard $(W)/*)))
.PHONY: libs-clean

$(W)/version: FORCE
	@tools/glibc/check.sh
.PHONY: FORCE

step = @tools/glibc/step.sh $(@F)

$(W)/stamp/fetch: $(W)/version
	$(step)
$(W)/stamp/verify: $(W)/stamp/fetch $(wildcard $(TARGET_FILE))
	$(step)
$(W)/stamp/unpack: $(W)/stamp/verify
	$(step)
$(W)/stamp/distro: $(W)/stamp/unpack
	$(step)
$(W)/stamp/patch: $(W)/stamp/distro $(wildcard $(TARGET_PATCH_DIR)/*)
	$(step)
$(W)/stamp/configure: $(W)/stamp/patch
	$(step)
$(W)/stamp/plan: $(W)/version $(wildcard $(TARGET_FILE)) $(NOSEGNEG_CHECK)
	$(step)
# A new scanner that says the same does not start a new build.
$(W)/plan: $(W)/stamp/plan ;
# "+" hands the job server down, and would run even under make -n.
$(W)/stamp/build: $(W)/stamp/configure $(W)/plan
	+$(if $(findstring n,$(firstword -$(MAKEFLAGS))),@:,$(step))
$(W)/stamp/stage: $(W)/stamp/build
	$(step)

bench-build: $(W)/stamp/patch $(W)/stamp/plan ## time a plain full build against ours
	@tests/bench/build.sh
.PHONY: bench-build
