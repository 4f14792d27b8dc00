/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures in the text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats): a table of
 * what is shown, and a writer that puts HELP and TYPE before the first sample of each. Numbers are whole; a family says
 * how many decimals they have (3: given in ms, shown in seconds), so no locale puts a comma there.
 */
#ifndef GREENLINE_API_METRICS_H
#define GREENLINE_API_METRICS_H

#include <stdint.h>

#include "lib/text.h"

/* In the order in which they are written. */
enum metric {
    METRIC_UPTIME,
    METRIC_STORE_OK,
    METRIC_LAST_SEEN,
    METRIC_TURN,
    METRIC_STORE_BYTES,
    METRIC_WAL_BYTES,
    METRIC_HELPER_JOBS,
    METRIC_QUEUED,
    METRIC_OVERDUE,
    METRIC_HELD,
    METRIC_MESSAGES,
    METRIC_ASKS,
    METRIC_INBOX_WAITING,
    METRIC_GATEWAY_UP,
    METRIC_GATEWAY_PAUSED,
    METRIC_GATEWAY_WINDOW,
    METRIC_GATEWAY_IN_FLIGHT,
    METRIC_GATEWAY_UNREAD,
    METRIC_GATEWAY_RESTARTS,
    METRIC_GATEWAY_EVENTS,
    METRIC_HOOK_UP,
    METRIC_HOOK_RESTARTS,
    METRIC_HOOK_EVENTS,
    METRIC_HOOK_LOST,
    METRICS
};

struct metric_row {
    const char *name;
    const char *type; /* gauge, counter, histogram */
    int decimals;     /* of the numbers */
    const char *help;
};
const struct metric_row *metric_row(enum metric metric);

/* Borrowed. */
struct metric_label {
    const char *name, *value;
};

/* Zeroed to begin with; text_take(&writer.out) is the whole. */
struct metric_writer {
    struct text out;
    int last; /* of the families, 1 …; 0: none yet */
};

/* One sample. Families come in their order. `labels` ends with a NULL name; NULL: none. */
void metric_put(struct metric_writer *writer, enum metric metric, const struct metric_label *labels, int64_t value);

/* Cumulative, as the format has it: of the values so far, `n` were at most `le`. */
struct metric_bucket {
    int64_t le, n;
};
struct metric_histogram {
    const struct metric_bucket *buckets; /* rising */
    size_t buckets_count;
    int64_t sum, count;
};
void metric_put_histogram(struct metric_writer *writer, enum metric metric, const struct metric_histogram *histogram);

#endif
