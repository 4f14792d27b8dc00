# SPDX-License-Identifier: Apache-2.0
# The misbehaving gateways (tests/gateways/SIN.c) and the tests that run whole programs (tests/integration/test_*.c).

TEST_GATEWAYS := $(patsubst tests/gateways/%.c,$(B)/tests/gateways/%,$(wildcard tests/gateways/*.c))
INTEGRATION_TESTS := $(patsubst tests/integration/%.c,$(B)/tests/integration/%,$(wildcard tests/integration/test_*.c))

.PRECIOUS: $(B)/obj/%.o
.PHONY: test-gateways integration
test-gateways: $(TEST_GATEWAYS)
integration: $(INTEGRATION_TESTS)

$(B)/tests/gateways/%: $(B)/obj/tests/gateways/%.o $(B)/lib/lib.a
	@mkdir -p $(@D)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/tests/integration/%: $(B)/obj/tests/integration/%.o $(SUPPORT) $(DAEMON_LIBS) | $(TEST_GATEWAYS) $(GATEWAY_PROGRAMS)
	@mkdir -p $(@D)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $< $(call group,$(SUPPORT) $(DAEMON_LIBS)) -o $@
