/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The school's days; see calendar.h. A calendar has some hundred spans, so a day is found by looking at all of them.
 */
#include "core/calendar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar_internal.h"
#include "lib/memory.h"

static struct calendar *calendar_new(const struct calendar_setting *setting)
{
    struct calendar *calendar = mem_new(1, sizeof *calendar);

    calendar->stage = setting->stage;
    calendar->week_starts = setting->week_starts ? setting->week_starts : 1;
    return calendar;
}

void calendar_free(struct calendar *calendar)
{
    if (!calendar)
        return;
    for (size_t i = 0; i < calendar->file_count; i++)
        free(calendar->files[i]);
    for (size_t i = 0; i < calendar->entry_count; i++)
        calendar_entry_free(&calendar->entries[i]);
    free(calendar->files);
    free(calendar->entries);
    free(calendar->spans);
    free(calendar->terms);
    free(calendar);
}

static bool add_text(struct calendar *calendar, const char *name, const char *text, size_t length,
                     struct mistakes *mistakes)
{
    char *file = mem_dup(name);

    calendar->files = mem_grow(calendar->files, calendar->file_count + 1, sizeof *calendar->files);
    calendar->files[calendar->file_count++] = file;
    return calendar_read(calendar, file, text, length, mistakes);
}

static bool add_file(struct calendar *calendar, const char *path, struct mistakes *mistakes)
{
    CLEANUP(mem_clean) char *text = NULL;
    FILE *file = fopen(path, "re");
    size_t length;
    bool failed;

    if (!file)
        return mistakes_add(mistakes, "%s: cannot be read: %s", path, strerror(errno));
    text = mem_new(CALENDAR_BYTES_MAX + 1, 1);
    length = fread(text, 1, CALENDAR_BYTES_MAX + 1, file);
    failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return mistakes_add(mistakes, "%s: cannot be read: is it a file?", path);
    return add_text(calendar, path, text, length, mistakes);
}

struct calendar *calendar_open(const struct calendar_setting *setting, struct mistakes *mistakes)
{
    struct calendar *calendar = calendar_new(setting);
    bool good = true;

    for (const char *const *file = setting->files; file && *file; file++)
        good = add_file(calendar, *file, mistakes) && good;
    if (good)
        return calendar;
    calendar_free(calendar);
    return NULL;
}

struct calendar *calendar_of_text(const struct calendar_setting *setting, const char *name, const char *text,
                                  size_t length, struct mistakes *mistakes)
{
    struct calendar *calendar = calendar_new(setting);

    if (add_text(calendar, name, text, length, mistakes))
        return calendar;
    calendar_free(calendar);
    return NULL;
}

const char *day_kind_name(enum day_kind kind)
{
    static const char *const names[DAY_KINDS] = { [DAY_SCHOOL] = "school",
                                                  [DAY_MAKE_UP] = "make_up",
                                                  [DAY_WEEKEND] = "weekend",
                                                  [DAY_HOLIDAY] = "holiday",
                                                  [DAY_BREAK] = "break" };

    return names[kind];
}

/* --- one day -------------------------------------------------------------------------------------------------- */

/* The span that counts, or NULL; `acts_as` of the last make-up entry that says one, else 0. */
static const struct calendar_span *span_of(const struct calendar *c, int day, int *acts_as)
{
    const struct calendar_span *best = NULL;

    *acts_as = 0;
    for (size_t i = 0; c && i < c->span_count; i++) {
        const struct calendar_span *span = &c->spans[i];

        if (day < span->first || day > span->last)
            continue;
        if (c->entries[span->entry].acts_as)
            *acts_as = c->entries[span->entry].acts_as;
        if (!best || best->repeated || !span->repeated)
            best = span;
    }
    return best;
}

static enum day_kind kind_of(const struct calendar_entry *entry, const struct calendar_day *day, int acts_as)
{
    const bool weekend = day->weekday > 5;

    if (entry && entry->sort == ENTRY_OFF)
        return DAY_HOLIDAY;
    if (day->vacation)
        return DAY_BREAK;
    if (entry && entry->sort == ENTRY_SCHOOL && (weekend || (acts_as && acts_as != day->weekday)))
        return DAY_MAKE_UP;
    return weekend ? DAY_WEEKEND : DAY_SCHOOL;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

struct calendar_day calendar_day(const struct calendar *calendar, int day)
{
    int acts_as;
    const struct calendar_span *span = span_of(calendar, day, &acts_as);
    const struct calendar_entry *entry = span ? &calendar->entries[span->entry] : NULL;
    struct calendar_day out = { .day = day,
                                .weekday = civil_weekday(day),
                                .name = entry ? or_empty(entry->name) : "",
                                .name_en = entry ? or_empty(entry->name_en) : "",
                                .source = entry ? or_empty(entry->source) : "",
                                .provisional = entry && entry->provisional,
                                .term = calendar_term_of(calendar, day) };

    out.week = out.term ? calendar_week(out.term, day) : -1;
    out.vacation = (calendar && calendar->term_count && !out.term) || (entry && entry->sort == ENTRY_BREAK);
    out.kind = kind_of(entry, &out, acts_as);
    out.school = out.kind == DAY_SCHOOL || out.kind == DAY_MAKE_UP;
    out.acts_as = out.kind == DAY_MAKE_UP ? acts_as : out.weekday;
    if (out.kind == DAY_BREAK && entry && entry->sort == ENTRY_SCHOOL)
        out.name = out.name_en = ""; /* a make-up day of others, in our vacation */
    return out;
}

bool calendar_next_school_day(int *out, const struct calendar *calendar, int day, int most)
{
    for (int i = 0; i <= most; i++) {
        if (calendar_day(calendar, day + i).school) {
            *out = day + i;
            return true;
        }
    }
    return false;
}

bool calendar_previous_school_day(int *out, const struct calendar *calendar, int day, int most)
{
    for (int i = 0; i <= most; i++) {
        if (calendar_day(calendar, day - i).school) {
            *out = day - i;
            return true;
        }
    }
    return false;
}

bool calendar_next_make_up(int *out, const struct calendar *calendar, int day)
{
    bool found = false;

    for (size_t i = 0; calendar && i < calendar->span_count; i++) {
        const struct calendar_span *span = &calendar->spans[i];

        if (calendar->entries[span->entry].sort != ENTRY_SCHOOL)
            continue;
        for (int at = span->first > day ? span->first : day; at <= span->last && (!found || at < *out); at++) {
            const struct calendar_day is = calendar_day(calendar, at);

            if (is.kind == DAY_MAKE_UP && is.acts_as != is.weekday) {
                *out = at;
                found = true;
            }
        }
    }
    return found;
}

/* --- terms and years ------------------------------------------------------------------------------------------ */

int calendar_week_starts(const struct calendar *calendar)
{
    return calendar ? calendar->week_starts : 1;
}

const struct calendar_term *calendar_term_at(const struct calendar *calendar, size_t index)
{
    return calendar && index < calendar->term_count ? &calendar->terms[index] : NULL;
}

const struct calendar_term *calendar_term_of(const struct calendar *calendar, int day)
{
    const struct calendar_term *term;

    for (size_t i = 0; (term = calendar_term_at(calendar, i)); i++)
        if (day >= term->first && day <= term->last)
            return term;
    return NULL;
}

const struct calendar_term *calendar_term_near(const struct calendar *calendar, int day)
{
    const struct calendar_term *term;

    for (size_t i = 0; (term = calendar_term_at(calendar, i)); i++)
        if (day <= term->last)
            return term;
    return NULL;
}

int calendar_week(const struct calendar_term *term, int day)
{
    return day < term->week_one ? 0 : (day - term->week_one) / CIVIL_WEEK + 1;
}

int calendar_weeks(const struct calendar_term *term)
{
    return calendar_week(term, term->last);
}

int calendar_week_start(const struct calendar_term *term, int week)
{
    return term->week_one + (week - 1) * CIVIL_WEEK;
}

bool calendar_end(int *out, const struct calendar *calendar)
{
    int last = -1;

    if (!calendar)
        return false;
    for (size_t i = 0; i < calendar->term_count; i++)
        last = calendar->terms[i].last > last ? calendar->terms[i].last : last;
    for (size_t i = 0; i < calendar->span_count && !calendar->term_count; i++)
        last = calendar->spans[i].last > last ? calendar->spans[i].last : last;
    if (last < 0)
        return false;
    *out = last;
    return true;
}

static bool has_year(const int *years, size_t count, int year)
{
    for (size_t i = 0; i < count; i++)
        if (years[i] == year)
            return true;
    return false;
}

enum year_standing calendar_year(const struct calendar *calendar, int year)
{
    enum year_standing standing = YEAR_UNKNOWN;

    if (!calendar)
        return YEAR_UNKNOWN;
    if (has_year(calendar->official, calendar->official_count, year))
        return YEAR_OFFICIAL;
    if (has_year(calendar->provisional, calendar->provisional_count, year))
        return YEAR_PROVISIONAL;
    for (size_t i = 0; i < calendar->span_count; i++) {
        const struct calendar_span *span = &calendar->spans[i];
        const struct calendar_entry *entry = &calendar->entries[span->entry];

        if (entry->sort != ENTRY_OFF || civil_date(span->first).year != year)
            continue;
        if (!entry->provisional)
            return YEAR_OFFICIAL;
        standing = YEAR_PROVISIONAL;
    }
    return standing;
}

size_t calendar_passed_over(const struct calendar *calendar)
{
    return calendar ? calendar->passed_over : 0;
}
