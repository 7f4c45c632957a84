# SPDX-License-Identifier: LGPL-2.1-or-later
# What switches the set from the start of the machine: service, init script, and what puts it into initramfs images. They
# are where those look who read them with prefix=/usr, systemd's also with /usr/local.

sysconfdir ?= $(if $(filter /usr,$(prefix)),/etc,$(prefix)/etc)
systemdunitdir ?= $(prefix)/lib/systemd/system
initramfshookdir ?= $(prefix)/share/initramfs-tools/hooks
dracutmoduledir ?= $(prefix)/lib/dracut/modules.d

.PHONY: install-boot
install install-i386: install-boot
install-boot:
	$(Q)install -d $(addprefix $(DESTDIR),$(systemdunitdir) $(sysconfdir)/init.d $(initramfshookdir) \
		$(dracutmoduledir)/99zz-nosegneg)
	$(Q)sed 's|@sbindir@|$(sbindir)|' conf/systemd/nosegneg.service >$(DESTDIR)$(systemdunitdir)/nosegneg.service
	$(Q)chmod 644 $(DESTDIR)$(systemdunitdir)/nosegneg.service
	$(Q)install -m 755 conf/init.d/nosegneg $(DESTDIR)$(sysconfdir)/init.d
	$(Q)install -m 755 conf/initramfs-tools/zz-nosegneg $(DESTDIR)$(initramfshookdir)
	$(Q)install -m 755 conf/dracut/module-setup.sh $(DESTDIR)$(dracutmoduledir)/99zz-nosegneg
