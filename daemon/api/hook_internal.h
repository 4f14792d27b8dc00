/* SPDX-License-Identifier: Apache-2.0 */
/* How hook.c reads a request and writes an answer: pure functions, for it and its tests. */
#ifndef GREENLINE_API_HOOK_INTERNAL_H
#define GREENLINE_API_HOOK_INTERNAL_H

#include "api/hook.h"

struct evkeyvalq;

struct hook_target {
    char path[HOOK_TARGET_MAX + 1];
    char query[HOOK_TARGET_MAX + 1];
    char name[HOOK_NAME_MAX + 1];
};

/* Reads a request's target; 0, or the status: 404 for what is not below /hook/NAME, 414. */
int hook_target_read(struct hook_target *out, const char *target);
/* The headers to hand over, the caller's; or NULL and a status: 400, 431. */
json_t *hook_headers_read(const struct evkeyvalq *headers, int *status);
/* Puts the headers of an answer that may be put. */
void hook_headers_write(struct evkeyvalq *out, const json_t *headers);

#endif
