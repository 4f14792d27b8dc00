/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists for people and programs: pages of rows as JSON, with the field names of the API (daemon/api/README.md). Each
 * aggregate has its own file (message_list.c …); here is what they share. A page is bounded in rows (`limit`) and in
 * rows looked at (LIST_SCAN_MAX), so that no list holds up the loop: a page may be short, or empty, and still have a
 * `next`. Reading never fails by itself: after a failure of the store the lists are empty and the turn ends in 503.
 */
#ifndef GREENLINE_STORE_LIST_H
#define GREENLINE_STORE_LIST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/zone.h"
#include "store/store.h"

enum { LIST_LIMIT = 100, LIST_MAX = 1000, LIST_SCAN_MAX = 20000 };

/* What to list and how. Texts are borrowed; NULL, 0 or -1 as noted mean "any". */
struct list_filter {
    struct zone zone;                          /* times are written with its offset */
    const char *language;                      /* "zh" or "en": of sentences for people (today) */
    time_ms now;                               /* relations, roles and pairings that hold now */
    int64_t after;                             /* id of the last row of the page before; 0: from the first */
    time_ms after_at;                          /* of time lines: the time of that row … */
    int64_t after_way;                         /* … and its place among rows of one time */
    int limit;                                 /* 1 … LIST_MAX */
    const char *state, *lane, *channel, *kind; /* several values separated by commas, NULL: any */
    const char *class, *village, *group, *role, *query, *actor, *subject, *day; /* NULL: any */
    int64_t cause, student, person, line;                                       /* ids, 0: any */
    int left_behind;                                                            /* 0 or 1; -1: any */
};

/* A filter that lists all from the first row. */
struct list_filter list_all(struct zone zone, time_ms now);

/* One page in the making. */
struct list {
    json_t *items;
    int64_t last; /* id of the last row taken, column 0 of the query */
    bool more;    /* there is a row behind the page */
};

struct list list_begin(const struct list_filter *filter);
/* The query's next row as long as the page has room. Queries ask for `limit + 1` rows. */
bool list_next(struct list *list, struct query *query, const struct list_filter *filter);
/* {items, next}: `scanned` is the last id that was looked at when the page ended before the last row, 0 if it did not. */
json_t *list_end(struct list *list, int64_t scanned);
/* `limit + 1`, as the 'i' of a query's arguments. */
int64_t list_rows(const struct list_filter *filter);

/* Fields of rows; absent values become null. */
void list_put_text(json_t *object, const char *key, const char *text);
void list_put_time(json_t *object, const char *key, struct zone zone, time_ms at);
/* {ref, name} of the columns `column` and `column + 1`, null without a ref. */
void list_put_who(json_t *object, const char *key, const struct query *query, int column);
/* A number of the column, null where the column is. */
void list_put_number(json_t *object, const char *key, const struct query *query, int column);
/* Yuan of 1/10000 yuan. */
void list_put_cost(json_t *object, const char *key, int64_t cost_e4);

/* The lists and shows; each show is NULL when there is no such row. The caller owns every result. */
json_t *message_list(struct store *store, const struct list_filter *filter);
json_t *message_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *reply_list(struct store *store, const struct list_filter *filter);
json_t *reply_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *student_list(struct store *store, const struct list_filter *filter);
json_t *student_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *contact_list(struct store *store, const struct list_filter *filter);
json_t *contact_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *staff_list(struct store *store, const struct list_filter *filter);
json_t *staff_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *pairing_list(struct store *store, const struct list_filter *filter);
/* Duties that run or are to come, in order of time. */
json_t *rota_list(struct store *store, const struct list_filter *filter);
json_t *rota_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *ask_list(struct store *store, const struct list_filter *filter);
json_t *ask_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *broadcast_list(struct store *store, const struct list_filter *filter);
json_t *broadcast_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *alert_list(struct store *store, const struct list_filter *filter);
json_t *alert_show(struct store *store, int64_t id, const struct list_filter *filter);
json_t *schedule_list(struct store *store, const struct list_filter *filter);
json_t *schedule_show(struct store *store, int64_t id, const struct list_filter *filter);
/* What waits for a person, most urgent first, each with the command that settles it. One page. */
json_t *today_list(struct store *store, const struct list_filter *filter);
/* The green channel of `filter->student`, oldest first. */
json_t *channel_list(struct store *store, const struct list_filter *filter);
/* {lanes, asks, inbox_waiting, students, left_behind, next_due, problems} out of the store. */
json_t *status_show(struct store *store, const struct list_filter *filter);
/* {lanes: [{lane, queued, held, overdue_ms}], asks: {open, waiting}, messages: [{kind, channel, state, n}] as counted since
 * the first day, inbox_waiting, last_seen (ms)}. */
json_t *metrics_show(struct store *store, const struct list_filter *filter);

#endif
