# SPDX-License-Identifier: LGPL-2.1-or-later
# RPM packages, by rpmbuild from specs/rpm, in $(DIST); or a distribution's own glibc package, rebuilt with the flag.

.PHONY: rpm
ifdef SRPM
rpm:
	$(Q)$(MAKE) --no-print-directory setup-packages
	$(Q)DIST=$(DIST) tools/package/srpm $(if $(SPEC_ONLY),--spec-only) '$(SRPM)'
else
rpm:
	@echo 'rpm: name a source package: make rpm SRPM=glibc-....src.rpm' >&2; exit 2
endif
