/* SPDX-License-Identifier: Apache-2.0 */
/* greenlined: the loop that owns all state. See README.md beside this file for the way of one message. */
#ifndef GREENLINE_DAEMON_H
#define GREENLINE_DAEMON_H

#include "config/config.h"
#include "lib/error.h"

struct daemon;

/* Opens everything the configuration (taken over) names. NULL and one sentence when something cannot be. */
struct daemon *daemon_new(struct config *config, struct error *err);
/* The mistakes of ladders in whose place the shipped ones stand (config_read_start), taken over: logged, and shown by
 * `status` until a reload takes a configuration without them. */
void daemon_note_ladders(struct daemon *daemon, struct mistakes *ladders);
/* Runs until SIGTERM or SIGINT has drained the gateways; the exit status. */
int daemon_run(struct daemon *daemon);
void daemon_free(struct daemon *daemon);

/* `--restore`: needs the store's lock, so no daemon runs on it. The configuration is taken over. */
struct restore_order {
    const char *file, *key_file; /* key_file NULL: none */
    const char *emergencies;     /* "go-on", "close"; NULL: ask for each */
};
bool daemon_restore(struct config *config, const struct restore_order *order, struct error *err);

/* What --check-config says beyond the file itself: gateways described, words and templates read. Mistakes are added. */
void daemon_check(const struct config *config, struct mistakes *mistakes);

#endif
