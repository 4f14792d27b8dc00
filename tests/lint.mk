# SPDX-License-Identifier: Apache-2.0
# `make lint` builds and runs every check of tests/lint and says `clean` or what to mend; `make lint-CHECK` runs one.
# `make format` writes what lint-format asks for.

LINT_CHECKS := layers sizes calls form format cppcheck tidy
C_FILES := $(shell find daemon gateways tests -name '*.[ch]' -not -path '*/corpus/*')
TIDY_FILES := $(sort $(wildcard daemon/*.c daemon/*/*.c gateways/*/*.c tests/support/*.c tests/fuzz/*.c tests/bench/*.c))
LINT_FLAGS := -D_GNU_SOURCE -Idaemon -I. -Itests -I$(B)/gen -std=c17
GENERATED := $(B)/gen/store/schema.inc $(B)/gen/config/ladders.inc
LAYER_LIBS := $(call libs,$(LAYERS)) $(B)/lib/common.a

.PHONY: lint format $(addprefix lint-,$(LINT_CHECKS))
lint: lint-deps
	@$(MAKE) --no-print-directory --keep-going $(addprefix lint-,$(LINT_CHECKS))

.PHONY: lint-deps
lint-deps:
	@tests/deps.sh $(BUILD_PACKAGES) $(TEST_PACKAGES) $(LINT_PACKAGES)

lint-layers: $(LAYER_LIBS)
	@tests/lint/layers.py $(B) $(CC) $(LDFLAGS) $(LDLIBS)

lint-sizes:
	@tests/lint/sizes.py

lint-calls: $(LAYER_LIBS) $(GATEWAY_PROGRAMS)
	@tests/lint/calls.py $(B)

lint-form: $(GENERATED)
	@tests/lint/form.py $(CC) $(LINT_FLAGS) $(WARNINGS)

lint-format:
	@clang-format --dry-run -Werror $(C_FILES) 2>&1 | grep 'error:' | cut -d: -f1 | sort -u | sed 's/$$/: not formatted: make format/' > $(B)/format.list
	@cat $(B)/format.list; test ! -s $(B)/format.list && echo 'clang-format: clean'

# missingReturn: the compiler sees to it; cppcheck stumbles over json_object_foreach()
lint-cppcheck: $(GENERATED)
	@cppcheck --quiet --enable=warning,performance,portability --inline-suppr --std=c11 --error-exitcode=1 -j2 \
	    --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=missingReturn \
	    -D_GNU_SOURCE -Idaemon -I. -Itests -I$(B)/gen daemon gateways tests/support && echo 'cppcheck: clean'

lint-tidy: $(GENERATED)
	@printf '%s\n' $(TIDY_FILES) | xargs -P$$(nproc) -n6 sh -c 'clang-tidy --quiet "$$@" -- $(LINT_FLAGS) 2>/dev/null' tidy \
	    && echo 'clang-tidy: clean'

format:
	@clang-format -i $(C_FILES)
