/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as providers write them: seconds or milliseconds since 1970, RFC 3339, "2026-11-24 18:00:05", "20261124180005".
 * Without an offset they are in the zone that is given. False where a text is none of these.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_ITEM_TIME_H
#define GREENLINE_GATEWAYS_HTTP_ITEM_TIME_H

#include <stdbool.h>

#include "gateways/http/feed.h"
#include "lib/clock.h"
#include "lib/zone.h"

/* FEED_TIME_GUESSED tells them apart by their digits: 14 are a date, 12 or 13 are milliseconds, fewer are seconds. */
bool item_time(time_ms *out, const char *text, enum feed_time kind, struct zone zone);

#endif
