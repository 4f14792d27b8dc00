# SPDX-License-Identifier: Apache-2.0
# `make bench` prints first figures of speed and memory; it asserts nothing. tests/bench/README.md keeps them.

BENCHES := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/bench_*.c))

.PHONY: bench
bench: $(BENCHES) all
	@set -e; for bench in $(BENCHES); do $$bench; done; for bench in tests/bench/bench_*.py; do B=$(B) python3 $$bench; done

$(B)/tests/bench/%: $(B)/obj/tests/bench/%.o $(SUPPORT) $(DAEMON_LIBS)
	@mkdir -p $(@D)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $< $(call group,$(SUPPORT) $(DAEMON_LIBS)) -o $@
