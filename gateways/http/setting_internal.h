/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the configuration share: call.c reads a request, setting.c all the rest. Both give errors of
 * the form "KEY: what: mend" and leave nothing behind on failure.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_SETTING_INTERNAL_H
#define GREENLINE_GATEWAYS_HTTP_SETTING_INTERNAL_H

#include "gateways/http/setting.h"

/* Reads method, url, headers and body of a group; `plain` allows http:// to other machines. */
bool call_read(struct call *out, const json_t *config, const struct secrets *secrets, bool plain, struct error *err);
void call_free(struct call *call);

#endif
