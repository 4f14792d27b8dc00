/* SPDX-License-Identifier: Apache-2.0 */
/* The table of figures and how they are written; see metrics.h. */
#include "api/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/memory.h"

enum { NUMBER_MAX = 48 };

static const struct metric_row rows[] = {
    [METRIC_UPTIME] = { "greenline_uptime_seconds", "gauge", 3, "Real time since the daemon was started." },
    [METRIC_STORE_OK] = { "greenline_store_ok", "gauge", 0, "1 when the last turn was committed, 0 when it failed." },
    [METRIC_LAST_SEEN] = { "greenline_last_seen_timestamp_seconds", "gauge", 3,
                           "When the daemon last wrote that it lives, on the store's clock." },
    [METRIC_TURN] = { "greenline_turn_duration_seconds", "histogram", 6,
                      "Time of a turn of the loop, its commit and what then left; to stay below 0.015." },
    [METRIC_STORE_BYTES] = { "greenline_store_bytes", "gauge", 0, "Size of the database file." },
    [METRIC_WAL_BYTES] = { "greenline_wal_bytes", "gauge", 0, "Size of the write-ahead log." },
    [METRIC_HELPER_JOBS] = { "greenline_helper_jobs", "gauge", 0,
                             "Jobs of the helper thread that run or wait (this one is not counted)." },
    [METRIC_QUEUED] = { "greenline_messages_queued", "gauge", 0, "Messages that wait to be sent." },
    [METRIC_OVERDUE] = { "greenline_messages_overdue_seconds", "gauge", 3,
                         "How long the oldest waiting message has been due." },
    [METRIC_HELD] = { "greenline_messages_held", "gauge", 0, "Messages held for a person." },
    [METRIC_MESSAGES] = { "greenline_messages_total", "counter", 0, "Messages that came into a state." },
    [METRIC_ASKS] = { "greenline_asks", "gauge", 0, "Questions that are under way." },
    [METRIC_INBOX_WAITING] = { "greenline_inbox_waiting", "gauge", 0, "Replies that wait for a person." },
    [METRIC_GATEWAY_UP] = { "greenline_gateway_up", "gauge", 0, "1 when the gateway may get messages." },
    [METRIC_GATEWAY_PAUSED] = { "greenline_gateway_paused", "gauge", 0, "1 when the gateway is paused." },
    [METRIC_GATEWAY_WINDOW] = { "greenline_gateway_window", "gauge", 0, "Messages it takes at one time." },
    [METRIC_GATEWAY_IN_FLIGHT] = { "greenline_gateway_in_flight", "gauge", 0, "Messages it has." },
    [METRIC_GATEWAY_UNREAD] = { "greenline_gateway_unread_lines", "gauge", 0, "Lines that it has not read." },
    [METRIC_GATEWAY_RESTARTS] = { "greenline_gateway_restarts_total", "counter", 0,
                                  "Starts of its program but the first." },
    [METRIC_GATEWAY_EVENTS] = { "greenline_gateway_events_total", "counter", 0,
                                "What was said between the daemon and the gateway." },
    [METRIC_HOOK_UP] = { "greenline_hook_up", "gauge", 0, "1 when the program of an event hook runs." },
    [METRIC_HOOK_RESTARTS] = { "greenline_hook_restarts_total", "counter", 0, "Starts of its program but the first." },
    [METRIC_HOOK_EVENTS] = { "greenline_hook_events_total", "counter", 0, "Events for the hook." },
    [METRIC_HOOK_LOST] = { "greenline_hook_lost_total", "counter", 0,
                           "Events that the hook was not told, for it did not read." },
};
_Static_assert(COUNT(rows) == METRICS, "each has its row");

const struct metric_row *metric_row(enum metric metric)
{
    return &rows[metric];
}

/* 1500000 with 6 decimals is "1.5". */
static void write_number(char out[static NUMBER_MAX], int64_t value, int decimals)
{
    const char *sign = value < 0 ? "-" : "";
    const uint64_t whole = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t unit = 1, rest;
    size_t length;

    for (int i = 0; i < decimals; i++)
        unit *= 10;
    snprintf(out, NUMBER_MAX, "%s%" PRIu64 ".", sign, whole / unit);
    length = strlen(out);
    for (rest = whole % unit; rest; rest %= unit) {
        unit /= 10;
        out[length++] = (char)('0' + rest / unit);
    }
    out[out[length - 1] == '.' ? length - 1 : length] = '\0';
}

/* Escaped as the format wants it. */
static void add_label_value(struct text *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '\n')
            text_add(out, "\\n");
        else if (*value == '"' || *value == '\\')
            text_add_format(out, "\\%c", *value);
        else
            text_add_char(out, *value);
    }
}

static void add_labels(struct text *out, const struct metric_label *labels)
{
    for (size_t i = 0; labels && labels[i].name; i++) {
        text_add_format(out, "%c%s=\"", i ? ',' : '{', labels[i].name);
        add_label_value(out, labels[i].value);
        text_add_char(out, '"');
    }
    if (labels && labels[0].name)
        text_add_char(out, '}');
}

static void begin(struct metric_writer *writer, enum metric metric)
{
    const struct metric_row *row = &rows[metric];

    assert((int)metric + 1 >= writer->last);
    if ((int)metric + 1 == writer->last)
        return;
    writer->last = (int)metric + 1;
    text_add_format(&writer->out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name, row->type);
}

static void add_sample(struct metric_writer *writer, const char *name, const struct metric_label *labels,
                       const char *number)
{
    text_add(&writer->out, name);
    add_labels(&writer->out, labels);
    text_add_format(&writer->out, " %s\n", number);
}

void metric_put(struct metric_writer *writer, enum metric metric, const struct metric_label *labels, int64_t value)
{
    char number[NUMBER_MAX];

    begin(writer, metric);
    write_number(number, value, rows[metric].decimals);
    add_sample(writer, rows[metric].name, labels, number);
}

static void put_bucket(struct metric_writer *writer, enum metric metric, const char *le, int64_t n)
{
    const struct metric_label labels[] = { { "le", le }, { NULL, NULL } };
    CLEANUP(mem_clean) char *name = mem_format("%s_bucket", rows[metric].name);
    char number[NUMBER_MAX];

    write_number(number, n, 0);
    add_sample(writer, name, labels, number);
}

void metric_put_histogram(struct metric_writer *writer, enum metric metric, const struct metric_histogram *histogram)
{
    const struct metric_row *row = &rows[metric];
    char number[NUMBER_MAX];

    begin(writer, metric);
    for (size_t i = 0; i < histogram->buckets_count; i++) {
        write_number(number, histogram->buckets[i].le, row->decimals);
        put_bucket(writer, metric, number, histogram->buckets[i].n);
    }
    put_bucket(writer, metric, "+Inf", histogram->count);
    write_number(number, histogram->sum, row->decimals);
    text_add_format(&writer->out, "%s_sum %s\n%s_count %" PRId64 "\n", row->name, number, row->name, histogram->count);
}
