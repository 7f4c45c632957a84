# SPDX-License-Identifier: LGPL-2.1-or-later
# Installing what is missing; conf/packages says what and why.

.PHONY: setup setup-tests setup-fuzz
setup: ## install what building needs (nothing, and no network, where all is there)
	$(Q)tools/setup tools libs

setup-tests: ## install what testing needs besides
	$(Q)tools/setup tools libs tests

setup-fuzz: ## install what fuzzing needs besides
	$(Q)tools/setup tools libs tests fuzz
