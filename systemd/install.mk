# SPDX-License-Identifier: Apache-2.0
# make install [DESTDIR=/tmp/root] [PREFIX=/usr/local]: programs, data, man pages, units. What is in /etc stays as it is.

SYSCONFDIR ?= /etc
UNITDIR ?= $(if $(filter /usr,$(PREFIX)),/usr/lib,$(PREFIX)/lib)/systemd/system
SHARE := $(PREFIX)/share
INSTALL := install -D
UNITS := greenlined.service greenlined@.service greenline-gateway@.service greenline-gateway@.socket \
         greenline-backup.service greenline-backup.timer

.PHONY: install uninstall
install: all
	$(Q)$(INSTALL) -m755 $(B)/greenlined $(DESTDIR)$(PREFIX)/bin/greenlined
	$(Q)$(INSTALL) -m755 $(B)/greenline $(DESTDIR)$(PREFIX)/bin/greenline
	$(Q)$(INSTALL) -m755 -t $(DESTDIR)$(PREFIX)/lib/greenline/gateways $(GATEWAY_PROGRAMS)
	$(Q)mkdir -p $(DESTDIR)$(SHARE)/greenline
	$(Q)cp -R conf/. $(DESTDIR)$(SHARE)/greenline/
	$(Q)rm -f $(DESTDIR)$(SHARE)/greenline/*.[0-9]
	$(Q)$(INSTALL) -m644 daemon/api/openapi.yaml $(DESTDIR)$(SHARE)/greenline/openapi.yaml
	$(Q)chmod -R u=rwX,go=rX $(DESTDIR)$(SHARE)/greenline
	$(Q)for l in $(LANGUAGES); do $(INSTALL) -m644 $(B)/locale/$$l/LC_MESSAGES/greenline.mo \
	    $(DESTDIR)$(SHARE)/locale/$$l/LC_MESSAGES/greenline.mo; done
	$(Q)$(INSTALL) -m644 daemon/cli/greenline.1 $(DESTDIR)$(SHARE)/man/man1/greenline.1
	$(Q)$(INSTALL) -m644 conf/greenline.conf.5 $(DESTDIR)$(SHARE)/man/man5/greenline.conf.5
	$(Q)$(INSTALL) -m644 gateways/greenline-gateway.7 $(DESTDIR)$(SHARE)/man/man7/greenline-gateway.7
	$(Q)$(INSTALL) -m644 daemon/greenlined.8 $(DESTDIR)$(SHARE)/man/man8/greenlined.8
	$(Q)$(B)/greenline completion > $(B)/greenline.bash
	$(Q)$(INSTALL) -m644 $(B)/greenline.bash $(DESTDIR)$(SHARE)/bash-completion/completions/greenline
	$(Q)for u in $(UNITS); do sed -e 's|/usr/bin/|$(PREFIX)/bin/|' -e 's|/usr/lib/greenline/|$(PREFIX)/lib/greenline/|' systemd/$$u > $(B)/$$u && \
	    $(INSTALL) -m644 $(B)/$$u $(DESTDIR)$(UNITDIR)/$$u; done
	$(Q)$(INSTALL) -m644 systemd/greenline.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/greenline.conf
	$(Q)$(INSTALL) -m644 systemd/greenline.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/greenline.conf
	$(Q)for c in greenline.conf ladders.conf; do test -e $(DESTDIR)$(SYSCONFDIR)/greenline/$$c || \
	    $(INSTALL) -m640 conf/$$c $(DESTDIR)$(SYSCONFDIR)/greenline/$$c; done
	@echo 'installed in $(DESTDIR)$(PREFIX); edit $(SYSCONFDIR)/greenline/greenline.conf, then greenlined --check-config -c it'

uninstall:
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/lib/greenline $(DESTDIR)$(SHARE)/greenline
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/greenlined bin/greenline share/man/man1/greenline.1 share/man/man8/greenlined.8 \
	    share/man/man5/greenline.conf.5 share/man/man7/greenline-gateway.7 share/bash-completion/completions/greenline \
	    lib/sysusers.d/greenline.conf lib/tmpfiles.d/greenline.conf) $(addprefix $(DESTDIR)$(UNITDIR)/,$(UNITS)) \
	    $(foreach l,$(LANGUAGES),$(DESTDIR)$(SHARE)/locale/$(l)/LC_MESSAGES/greenline.mo)
	@echo 'the configuration in $(SYSCONFDIR)/greenline and the stores in /var/lib/greenline stay'

# The Debian package in $(B)/: a copy of the tree, since debian/ stands in its top folder.
.PHONY: deb
deb:
	$(Q)tests/deps.sh $(BUILD_PACKAGES) debhelper
	$(Q)rm -rf $(B)/deb && mkdir -p $(B)/deb/greenline
	$(Q)git ls-files -z | xargs -0 cp --parents -t $(B)/deb/greenline
	$(Q)cp -R systemd/debian $(B)/deb/greenline/debian
	$(Q)cd $(B)/deb/greenline && dpkg-buildpackage -us -uc -b >../build.log 2>&1 || { tail -20 ../build.log; exit 1; }
	@ls $(B)/deb/*.deb
