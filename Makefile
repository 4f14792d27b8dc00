# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets. Each folder of daemon/ is its own static library; calls go down one list (LAYERS).

.DEFAULT_GOAL := all
B ?= build
PREFIX ?= /usr/local
CC ?= gcc
CXX ?= g++

# make V=1 shows the commands
Q := $(if $(V),,@)
PACKAGES := libevent libevent_pthreads sqlite3 libcurl libconfig libical jansson libsodium libsystemd
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wvla -Werror
OPTIMIZE ?= -O2 -g
SANITIZE ?=
CPPFLAGS += -D_GNU_SOURCE -Idaemon -I. -I$(B)/gen -MMD -MP
CFLAGS += -std=c17 $(OPTIMIZE) $(WARNINGS) -Wstrict-prototypes $(SANITIZE) -fno-omit-frame-pointer
CXXFLAGS += -std=c++17 $(OPTIMIZE) $(WARNINGS) $(SANITIZE) -fno-omit-frame-pointer
LDFLAGS += $(SANITIZE) -Wl,--as-needed
LDLIBS := -levent_core -levent_extra -levent_pthreads -lsqlite3 -lcurl -lconfig -lical -lphonenumber -ljansson -lsodium \
          -lcsv -lunistring -lsystemd -lcrypto -lstdc++ -lm -lpthread

# From the top of the list to the bottom; an arrow drawn upwards does not link.
LAYERS := rehearsal api import inbox engine outbox store core config gateway cli lib
libs = $(foreach l,$(1),$(B)/lib/$(l).a)
sources = $(wildcard $(1)/*.c) $(wildcard $(1)/*.cc)
objects = $(patsubst %,$(B)/obj/%.o,$(basename $(1)))

DAEMON_LIBS := $(call libs,rehearsal api import inbox engine outbox store core config gateway lib)
GATEWAYS := $(notdir $(patsubst %/,%,$(filter-out gateways/common/,$(wildcard gateways/*/))))
GATEWAY_PROGRAMS := $(addprefix $(B)/gateways/,$(GATEWAYS))

.PHONY: all help clean deps
all: $(B)/greenlined $(B)/greenline $(GATEWAY_PROGRAMS)

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

define gateway
$(B)/gateways/$(1): $(call objects,$(call sources,gateways/$(1))) $(B)/lib/common.a $(B)/lib/lib.a
	@mkdir -p $$(@D)
	@echo '  LD $$@'
	$(Q)$$(CC) $$(LDFLAGS) $$^ $$(LDLIBS) -o $$@
endef
$(foreach g,$(GATEWAYS),$(eval $(call gateway,$(g))))

include tests/tests.mk
include tests/gateways/gateways.mk

clean:
	rm -rf build build-*

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
