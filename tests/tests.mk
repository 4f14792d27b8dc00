# SPDX-License-Identifier: Apache-2.0
# The tests: tests/unit mirrors daemon/, one program a file test_*.c, linked against everything below main.

UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
SUPPORT := $(call objects,$(call sources,tests/support))

.PHONY: units
units: $(UNIT_TESTS)

$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(SUPPORT) $(DAEMON_LIBS) $(B)/lib/cli.a $(B)/lib/common.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $< $(SUPPORT) -Wl,--start-group $(DAEMON_LIBS) $(B)/lib/cli.a $(B)/lib/common.a -Wl,--end-group -lcmocka $(LDLIBS) -o $@
