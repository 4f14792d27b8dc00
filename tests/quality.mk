# SPDX-License-Identifier: Apache-2.0
# What surrounds the tests: lint, sanitize, fuzz, bench.

include tests/lint.mk tests/fuzz/fuzz.mk tests/bench.mk

# Every test once more in a folder of its own; slower by three, so a test's limit of time is raised.
.PHONY: sanitize
sanitize: deps
	@$(MAKE) --no-print-directory B=build-sanitize OPTIMIZE='-O1 -g' SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' \
	    -j$$(nproc) all tests
	@UBSAN_OPTIONS=print_stacktrace=1 TIMEOUT=1200 $(MAKE) --no-print-directory B=build-sanitize OPTIMIZE='-O1 -g' \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' run-tests
