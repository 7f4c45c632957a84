# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The programs that the gate runs with both sets of libraries: i386 packages of
# the distribution (fetched and unpacked, not installed), locales made for the
# purpose, and our own.  SUITE lists them; SUITE_STAMP says that all are there.

programs_source := tests/programs
P := $(B)/programs
SUITE := $(B)/share/nosegneg/suite
SUITE_STAMP := $(P)/stamp/suite

PROGRAM_CC ?= gcc -m32
PROGRAM_CXX ?= g++ -m32
program_packages := $(programs_source)/packages
program_localedef := localedef
program_suite_sed := -e ''
ifneq ($(and $(BASE_ROOT),$(TARGET_PROGRAM_PACKAGES)),)
include mk/programs-old.mk
endif
program_cflags := -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -pthread
program_libs := -lm -lresolv -ldl -lrt

program_sources := $(filter-out %/tls-library.c %/threaddb.c,$(sort $(wildcard $(programs_source)/*.c)))
programs_ours := $(program_sources:$(programs_source)/%.c=$(P)/bin/%) \
	$(P)/bin/threaddb $(P)/bin/libtls.so $(P)/bin/exceptions
program_scripts := $(sort $(wildcard $(programs_source)/run.*))

# source locale, charset, and the name that a program asks for
suite_locales := de_DE/UTF-8/de_DE.UTF-8 tr_TR/UTF-8/tr_TR.UTF-8 ja_JP/EUC-JP/ja_JP.EUC-JP \
	fr_FR/ISO-8859-1/fr_FR.ISO-8859-1

.PHONY: suite
suite: $(SUITE_STAMP) ## fetch and build the programs that the gate runs

$(P)/stamp/fetch: $(program_packages) tools/fetch
	@mkdir -p $(@D)
	$(call say,FETCH,i386 programs)
	$(Q)$(program_apt) tools/fetch $(program_packages) $(P)/dl
	$(Q)touch $@

$(P)/stamp/unpack: $(P)/stamp/fetch
	$(call say,UNPACK,i386 programs)
	$(Q)rm -rf $(P)/root $(P)/root.tmp
	$(Q)mkdir -p $(P)/root.tmp
	$(Q)for deb in $(P)/dl/*.deb; do dpkg-deb -x "$$deb" $(P)/root.tmp || exit 1; done
	$(call program_root_fix,$(P)/root.tmp)
	$(Q)mv $(P)/root.tmp $(P)/root
	$(Q)touch $@

# localedef warns about locales that are as they are; what counts is that the locale is there.
$(P)/stamp/locales: $(P)/stamp/unpack
	$(call say,LOCALES,$(notdir $(suite_locales)))
	$(Q)rm -rf $(P)/locale $(P)/locale.tmp
	$(Q)mkdir -p $(P)/locale.tmp
	$(Q)for locale in $(suite_locales); do \
		I18NPATH=$(P)/root/usr/share/i18n $(program_localedef) --no-archive -c -i "$${locale%%/*}" \
			-f "$$(echo "$$locale" | cut -d/ -f2)" "$(P)/locale.tmp/$${locale##*/}" \
			>>$(P)/locale.log 2>&1; \
		test -s "$(P)/locale.tmp/$${locale##*/}/LC_CTYPE" || { \
			echo "localedef: no $${locale##*/}: see $(P)/locale.log" >&2; exit 1; }; \
	done
	$(Q)mv $(P)/locale.tmp $(P)/locale
	$(Q)touch $@

$(P)/bin/%: $(programs_source)/%.c $(programs_source)/check.h $(program_root_stamp)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(PROGRAM_CC) $(program_cflags) $< -o $@ $(program_libs)

$(P)/bin/threaddb: program_libs := -lthread_db -ldl

$(P)/bin/libtls.so: $(programs_source)/tls-library.c $(program_root_stamp)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(PROGRAM_CC) $(program_cflags) -fPIC -shared $< -o $@

$(P)/bin/exceptions: $(programs_source)/exceptions.cpp $(program_root_stamp)
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(PROGRAM_CXX) -std=c++17 -O2 -Wall -Wextra -pthread $< -o $@

$(SUITE): $(programs_source)/suite.in
	@mkdir -p $(@D)
	$(Q)sed $(program_suite_sed) $< >$@

$(SUITE_STAMP): $(P)/stamp/unpack $(P)/stamp/locales $(programs_ours) $(program_scripts) $(SUITE)
	@mkdir -p $(P)/scripts
	$(Q)cp $(program_scripts) $(P)/scripts/
	$(Q)touch $@
