# SPDX-License-Identifier: Apache-2.0
# The tests: tests/unit mirrors daemon/ (one program a file test_*.c, linked against everything below main), tests/integration
# and tests/sim drive built programs and whole terms. tests/run.py runs them and sums up.

UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
SIM_TESTS := $(patsubst tests/sim/%.c,$(B)/tests/sim/%,$(wildcard tests/sim/test_*.c))
SCRIPT_TESTS := $(wildcard tests/integration/test_*.py)
SUPPORT := $(B)/lib/support.a
GATEWAY_LIBS := $(foreach g,$(GATEWAYS),$(B)/lib/gateway-$(g).a) $(B)/lib/common.a $(B)/lib/lib.a
group = -Wl,--start-group $(1) -Wl,--end-group -lcmocka $(LDLIBS)

.PHONY: tests run-tests units
.SECONDARY:
units: $(UNIT_TESTS)
tests: $(UNIT_TESTS) $(SIM_TESTS) test-gateways integration

# Each folder under tests/unit in a run of its own stays readable; the longest first.
run-tests: tests
	@B=$(B) tests/run.py $(foreach t,$(SCRIPT_TESTS),"python3 $(t)") $(SIM_TESTS) $(INTEGRATION_TESTS) $(UNIT_TESTS)

$(SUPPORT): $(call objects,$(call sources,tests/support))
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcs $@ $^

# The gateways' own tests link with the gateways' code, which has its side of the protocol under the same names.
$(B)/tests/unit/gateways/%: $(B)/obj/tests/unit/gateways/%.o $(SUPPORT) $(GATEWAY_LIBS) $(GATEWAY_PROGRAMS)
	@mkdir -p $(@D)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $< $(call group,$(SUPPORT) $(GATEWAY_LIBS)) -o $@

$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(SUPPORT) $(DAEMON_LIBS) $(B)/lib/cli.a $(B)/greenlined $(B)/greenline
	@mkdir -p $(@D)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $< $(call group,$(SUPPORT) $(DAEMON_LIBS) $(B)/lib/cli.a) -o $@

# `make storm`: whole terms with storms against the model; beside the other tests until both agree on every seed.
SIM_PARTS := $(patsubst %.c,$(B)/obj/%.o,$(filter-out tests/sim/test_%.c tests/sim/storm.c,$(wildcard tests/sim/*.c)))
.PHONY: storm
storm: $(B)/tests/sim/storm
	$(B)/tests/sim/storm

$(B)/tests/sim/%: $(B)/obj/tests/sim/%.o $(SIM_PARTS) $(SUPPORT) $(DAEMON_LIBS)
	@mkdir -p $(@D)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(call group,$(SUPPORT) $(DAEMON_LIBS)) -o $@
