/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of a provider's account: the configuration says where each one is ("file:/PATH", "env:NAME" or
 * "credential:NAME" of systemd, LoadCredential=), never what it is. They are read once, at the start, and stand in no
 * log, no command line and no line of the protocol. A secret that cannot be read is an error that names its key.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_SECRET_H
#define GREENLINE_GATEWAYS_HTTP_SECRET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum {
    SECRETS_MAX = 16,
    SECRET_BYTES_MAX = 8 * 1024,
    SECRET_SCRUB_MIN = 4 /* shorter ones would make holes in any text */
};

struct secrets {
    struct {
        char *name, *value;
    } items[SECRETS_MAX];
    size_t count;
};

/* Reads {"token": "file:/etc/greenline/token", …}; NULL config gives none. White space at the end is cut. */
bool secrets_load(struct secrets *out, const json_t *config, struct error *err);
/* Overwrites and frees. */
void secrets_free(struct secrets *secrets);
/* Borrowed; NULL when there is none of that name. */
const char *secrets_get(const struct secrets *secrets, const char *name);
/* In place: puts `*` over each secret that a text (an answer, an error of a library) repeats. */
void secrets_scrub(const struct secrets *secrets, char *text);

#endif
