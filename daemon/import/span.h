/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a rota means, as rotas write it: 2026-10-12, 10月12日（周一）, 10.12-10.16, 10月12日至16日, 12.28—1.3, 周一, 周一至周五, 周二、周四,
 * 第7周, 第7周（10.12-10.16）, 2026年10月. A date without year is the one nearest to today. Pure; tells false where a text is not
 * wholly understood.
 */
#ifndef GREENLINE_IMPORT_SPAN_H
#define GREENLINE_IMPORT_SPAN_H

#include <stdbool.h>

#include "import/date.h"

struct span {
    struct date from, to; /* both included; year 0: no dates */
    unsigned weekdays;    /* bit 0 is Monday; 0: no day of the week */
    int week;             /* of the term, 1 first; 0: none */
};

bool span_parse(struct span *out, const char *text, struct date today);
/* The first range of dates that a longer text holds (a title), else its week of the term. */
bool span_find(struct span *out, const char *text, struct date today);
/* Narrows `into` by what `more` says; false when there is no day that fits both. */
bool span_join(struct span *into, const struct span *more);
/* The days of a week of the term, Monday to Sunday; the first week is the one that holds `term_start`. */
void span_set_week(struct span *span, struct date term_start);

#endif
