# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets. Each folder of daemon/ is its own static library; calls go down one list (LAYERS).

.DEFAULT_GOAL := all
B ?= build
PREFIX ?= /usr/local
CC ?= gcc
CXX ?= g++

# make V=1 shows the commands
Q := $(if $(V),,@)
PACKAGES := libevent libevent_pthreads libevent_openssl sqlite3 libcurl libconfig libical jansson libsodium libsystemd
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wvla -Werror
OPTIMIZE ?= -O2 -g
SANITIZE ?=
CPPFLAGS += -D_GNU_SOURCE -Idaemon -I. -Itests -I$(B)/gen -MMD -MP
CFLAGS += -std=c17 $(OPTIMIZE) $(WARNINGS) -Wstrict-prototypes $(SANITIZE) -fno-omit-frame-pointer
CXXFLAGS += -std=c++17 $(OPTIMIZE) $(WARNINGS) $(SANITIZE) -fno-omit-frame-pointer
LDFLAGS += $(SANITIZE) -Wl,--as-needed
LDLIBS := -levent_core -levent_extra -levent_pthreads -levent_openssl -lsqlite3 -lcurl -lconfig -lical -lphonenumber -ljansson -lsodium \
          -lcsv -lunistring -lsystemd -lssl -lcrypto -lstdc++ -lm -lpthread

# From the top of the list to the bottom; an arrow drawn upwards does not link.
LAYERS := rehearsal api import inbox engine outbox store core config gateway cli lib
libs = $(foreach l,$(1),$(B)/lib/$(l).a)
sources = $(wildcard $(1)/*.c) $(wildcard $(1)/*.cc)
objects = $(patsubst %,$(B)/obj/%.o,$(basename $(1)))

DAEMON_LIBS := $(call libs,rehearsal api import inbox engine outbox store core config gateway lib)
GATEWAYS := $(notdir $(patsubst %/,%,$(filter-out gateways/common/,$(wildcard gateways/*/))))
GATEWAY_PROGRAMS := $(addprefix $(B)/gateways/,$(GATEWAYS))

.PHONY: all help clean deps demo check lint sanitize fuzz bench
all: $(B)/greenlined $(B)/greenline $(GATEWAY_PROGRAMS) locale

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC $<'
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(B)/obj/%.o: %.cc
	@mkdir -p $(@D)
	@echo '  CC $<'
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@

# schema.sql as a C string
$(B)/gen/store/schema.inc: daemon/store/schema.sql
	@mkdir -p $(@D)
	sed -e 's/[[:space:]]*--.*$$//' -e '/^$$/d' -e 's/["\\]/\\&/g' -e 's/.*/"&\\n"/' $< > $@
$(B)/obj/daemon/store/migration.o: $(B)/gen/store/schema.inc
# ladders.conf likewise; its lines keep their numbers
$(B)/gen/config/ladders.inc: conf/ladders.conf
	@mkdir -p $(@D)
	sed -e 's/[[:space:]]*#.*$$//' -e 's/["\\]/\\&/g' -e 's/.*/"&\\n"/' $< > $@
$(B)/obj/daemon/config/shipped.o: $(B)/gen/config/ladders.inc

define library
$(B)/lib/$(notdir $(1)).a: $(call objects,$(filter-out %/main.c,$(call sources,$(1))))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call library,daemon/$(l))))
$(eval $(call library,gateways/common))

$(B)/greenlined: $(call objects,$(wildcard daemon/*.c)) $(DAEMON_LIBS)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/greenline: $(B)/obj/daemon/cli/main.o $(call libs,cli lib)
	@echo '  LD $@'
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A gateway's objects as an archive too, so that its tests take the files they need.
define gateway
$(B)/lib/gateway-$(1).a: $(call objects,$(call sources,gateways/$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
$(B)/gateways/$(1): $(call objects,$(call sources,gateways/$(1))) $(B)/lib/common.a $(B)/lib/lib.a
	@mkdir -p $$(@D)
	@echo '  LD $$@'
	$(Q)$$(CC) $$(LDFLAGS) $$^ $$(LDLIBS) -o $$@
endef
$(foreach g,$(GATEWAYS),$(eval $(call gateway,$(g))))

include daemon/po/po.mk
include tests/tests.mk
include tests/gateways/gateways.mk
include tests/quality.mk
include systemd/install.mk

help:
	@echo 'make            builds build/greenlined, build/greenline, build/gateways/*'
	@echo 'make demo       installs what is missing, builds, shows three days of a sample school (KEEP=1, KILL=1, DATA=DIR)'
	@echo 'make check      installs what is missing, builds, runs every test'
	@echo 'make deps       installs what building and testing need (root or sudo; else says what)'
	@echo 'make install    DESTDIR= PREFIX=/usr/local: programs, data, man pages, units'
	@echo 'make lint       layers, sizes, banned calls, clang-format, clang-tidy, cppcheck'
	@echo 'make sanitize   every test under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make fuzz       every parser of outside input, SECONDS=20 each'
	@echo 'make bench      first figures of speed and memory'

BUILD_PACKAGES := gcc g++ make libc6-dev libevent-dev libsqlite3-dev libcurl4-openssl-dev libconfig-dev libical-dev \
                  libphonenumber-dev libjansson-dev libsodium-dev libcsv-dev libunistring-dev libsystemd-dev libssl-dev \
                  gettext tzdata python3
TEST_PACKAGES := libcmocka-dev sqlite3 curl strace mandoc python3-yaml python3-jsonschema
PEER_PACKAGES := kannel kannel-extras nghttp2-server
LINT_PACKAGES := clang clang-tidy clang-format cppcheck
deps:
	@tests/deps.sh $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@tests/deps.sh $(PEER_PACKAGES) || echo 'without Kannel or nghttpd: their tests are skipped'

demo:
	@tests/deps.sh $(BUILD_PACKAGES)
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@python3 conf/sample/demo.py

check: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	@$(MAKE) --no-print-directory run-tests

clean:
	rm -rf build build-*

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
