/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator's part of the configuration: { script, ledger, idempotent, probe, window, delay, channels }. A fault is
 * one sentence "KEY: what: mend"; unknown keys are faults too, with the nearest known one.
 */
#ifndef GREENLINE_GATEWAYS_SIMULATOR_SETTINGS_H
#define GREENLINE_GATEWAYS_SIMULATOR_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/clock.h"
#include "lib/error.h"

enum { SETTINGS_CHANNELS_MAX = 3, SETTINGS_WINDOW_MAX = 1000 };

struct settings {
    char *script; /* a path, NULL: every number does the usual */
    char *ledger; /* a path */
    bool idempotent, probe;
    int window;
    time_ms delay;                                   /* until a delivery report */
    const char *channels[SETTINGS_CHANNELS_MAX + 1]; /* NULL at the end */
};

/* Relative paths: a ledger lies in state_dir (default NAME.ledger); a script too, else in the folder conf/. */
bool settings_read(struct settings *out, const json_t *config, const char *state_dir, const char *name,
                   struct error *err);
void settings_free(struct settings *settings);

#endif
