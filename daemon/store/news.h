/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts as event hooks hear of them: that there is one, its kind and state; no name, no text. In alert_list.c, whose states
 * they are. */
#ifndef GREENLINE_STORE_NEWS_H
#define GREENLINE_STORE_NEWS_H

#include "store/store.h"

enum { NEWS_STATE_MAX = 24, NEWS_KIND_MAX = 40, NEWS_SEVERITY_MAX = 24 };

struct news_alert {
    int64_t id; /* of its cause */
    char kind[NEWS_KIND_MAX];
    char state[NEWS_STATE_MAX];       /* as GET /v1/alerts has it: open, acknowledged, closed, cancelled … */
    char severity[NEWS_SEVERITY_MAX]; /* "" where it has none */
    bool drill;
};

/* The newest cause; those above it are news. */
int64_t news_last(struct store *store);
/* The newest alerts above `after`, at most `max`, in rising order of id; their number. */
size_t news_alerts(struct store *store, int64_t after, int64_t *ids, size_t max);
/* False when there is none of that id. */
bool news_alert(struct store *store, int64_t id, struct news_alert *out);

#endif
