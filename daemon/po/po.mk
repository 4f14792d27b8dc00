# SPDX-License-Identifier: Apache-2.0
# Catalogues of the CLI: daemon/po/LANGUAGE.po becomes $(B)/locale/LANGUAGE/LC_MESSAGES/greenline.mo, where the program
# beside it looks first. `make pot` collects the texts anew and merges them into each catalogue.

LANGUAGES := $(basename $(notdir $(wildcard daemon/po/*.po)))
CATALOGUES := $(foreach l,$(LANGUAGES),$(B)/locale/$(l)/LC_MESSAGES/greenline.mo)

.PHONY: locale pot
locale: $(CATALOGUES)

$(B)/locale/%/LC_MESSAGES/greenline.mo: daemon/po/%.po
	@mkdir -p $(@D)
	msgfmt --check-format --check-domain --output-file=$@ $<

pot: $(B)/greenline.pot
	for l in $(LANGUAGES); do msgmerge --quiet --update --backup=none --no-wrap daemon/po/$$l.po $<; done

$(B)/greenline.pot: daemon/po/POTFILES $(wildcard daemon/cli/*.c)
	@mkdir -p $(@D)
	grep -v '^#' daemon/po/POTFILES | xargs xgettext --language=C --keyword=_ --keyword=N_ --keyword=ngettext:1,2 \
	    --from-code=UTF-8 --no-wrap --no-location --sort-output --package-name=greenline --output=$@
