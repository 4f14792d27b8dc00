/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between calendar.c (what the days are), calendar_read.c (files into entries) and calendar_entry.c (what the lines of an
 * entry say). An entry is what stands in a file; a span is one time of it.
 */
#ifndef GREENLINE_CORE_CALENDAR_INTERNAL_H
#define GREENLINE_CORE_CALENDAR_INTERNAL_H

#include "core/calendar.h"

enum { EXCLUDED_MAX = 100, YEARS_MAX = 64 };

enum entry_sort { ENTRY_NONE, ENTRY_OFF, ENTRY_BREAK, ENTRY_SCHOOL, ENTRY_TERM, ENTRY_SORTS };

struct calendar_entry {
    enum entry_sort sort;
    char *name, *name_en, *source; /* owned; NULL: none */
    const char *file;              /* borrowed from the calendar */
    int line;
    int first, last; /* days; -1: not said */
    int days;        /* of DURATION; 0: not said */
    int acts_as;     /* 1–7; 0: not said */
    int week_one;    /* a day; -1: not said */
    unsigned stages; /* bits by enum stage; 0: all */
    bool provisional, cancelled, ours;
    char *rrule;
    int excluded[EXCLUDED_MAX];
    size_t excluded_count;
};

struct calendar_span {
    size_t entry;
    int first, last;
    bool repeated;
};

struct calendar {
    enum stage stage;
    int week_starts;
    char **files; /* names, for places in mistakes */
    size_t file_count;
    struct calendar_entry *entries;
    size_t entry_count;
    struct calendar_span *spans;
    size_t span_count;
    struct calendar_term *terms; /* in order */
    size_t term_count;
    int official[YEARS_MAX], provisional[YEARS_MAX];
    size_t official_count, provisional_count, passed_over, repeated_count;
};

void calendar_entry_free(struct calendar_entry *entry);
/* One line of an entry, "DTSTART" and its value; a property that is not ours is passed over. `value` may be changed. */
bool calendar_entry_take(struct calendar_entry *entry, const char *property, char *value, struct error *err);
/* When the entry is whole: what several of its lines say together, and `last`. */
bool calendar_entry_end(struct calendar_entry *entry, struct error *err);

/* Reads one file's text; every mistake is added. False when there was one. */
bool calendar_read(struct calendar *calendar, const char *file, const char *text, size_t length,
                   struct mistakes *mistakes);

/* "20261001", also with a time, which is left out; the end of it in `*rest`. */
bool calendar_read_day(int *out, const char *text, const char **rest);

#endif
