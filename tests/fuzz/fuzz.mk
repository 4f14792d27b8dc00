# SPDX-License-Identifier: Apache-2.0
# `make fuzz SECONDS=20`: each tests/fuzz/fuzz_NAME.c under libFuzzer, ASan and UBSan, from tests/fuzz/corpus/NAME; new
# inputs stay in the build folder, a finding is written to $(FUZZ)/NAME-crash-… and repeated by running the program on it.
# `make fuzz-NAME` runs one. Everything is built by clang into a folder of its own.

SECONDS ?= 20
FUZZ := $(B)/fuzz
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_CHECKS := -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_BUILD = $(MAKE) --no-print-directory B=$(FUZZ) CC=clang CXX=clang++ WARNINGS=-Wall OPTIMIZE='-O1 -g' SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'

.PHONY: fuzz fuzz-deps fuzz-programs $(addprefix fuzz-,$(FUZZ_NAMES))
fuzz: fuzz-deps
	@$(FUZZ_BUILD) -j$$(nproc) fuzz-programs
	@set -e; for name in $(FUZZ_NAMES); do $(MAKE) --no-print-directory fuzz-run-$$name; done
	@echo 'fuzz: $(words $(FUZZ_NAMES)) parsers, $(SECONDS) s each: clean'
$(addprefix fuzz-,$(FUZZ_NAMES)): fuzz-%: fuzz-deps
	@$(FUZZ_BUILD) $(FUZZ)/tests/fuzz/fuzz_$*
	@$(MAKE) --no-print-directory fuzz-run-$*
fuzz-deps:
	@tests/deps.sh $(BUILD_PACKAGES) clang

fuzz-run-%:
	@mkdir -p $(FUZZ)/found/$*
	@echo '  FUZZ $* $(SECONDS) s'
	@$(FUZZ)/tests/fuzz/fuzz_$* -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=8192 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZ)/$*- $(FUZZ)/found/$* tests/fuzz/corpus/$* > $(FUZZ)/$*.log 2>&1 \
	    || { tail -40 $(FUZZ)/$*.log; exit 1; }

# These run in the build folder $(FUZZ), where B is it.
FUZZ_PROGRAMS := $(addprefix $(B)/tests/fuzz/fuzz_,$(FUZZ_NAMES))
fuzz-programs: $(FUZZ_PROGRAMS)
$(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(SUPPORT) $(DAEMON_LIBS) $(B)/lib/cli.a $(B)/lib/common.a
	@mkdir -p $(@D)
	@echo '  LD $@'
	$(Q)$(CXX) $(LDFLAGS) -fsanitize=fuzzer $< $(call group,$(filter %.a,$^)) -o $@
