/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iCalendar files into entries; see calendar_internal.h. Content lines (RFC 5545 3.1) are unfolded and cut here, because
 * libical's reader forgets the line numbers and takes 20269999 for a day; repeated entries go through recurrence.c, which
 * is libical within its bounds. What is not a VEVENT (zones, alarms, to-dos) is passed over.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/calendar_internal.h"
#include "core/recurrence_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { DEPTH_MAX = 8, PROPERTY_MAX = 64, NOON = 12 };

/* A file being read. */
struct reading {
    struct calendar *calendar;
    const char *file;
    struct mistakes *mistakes;
    const char *at, *end;
    int line, next_line;                /* of the content line in hand, and behind it */
    struct text content;                /* unfolded */
    char open[DEPTH_MAX][PROPERTY_MAX]; /* their names */
    int depth, event_depth;             /* components open; the depth inside the VEVENT, 0: none is open */
    bool began;
    struct calendar_entry entry;
    struct mistakes own; /* of the entry; dropped when it is not ours */
};

static void tell(struct reading *r, const char *what, const char *why)
{
    mistakes_add(r->mistakes, "%s:%d: %s%s%s", r->file, r->line, what, *what ? ": " : "", why);
}

/* --- content lines -------------------------------------------------------------------------------------------- */

static void add_physical(struct reading *r)
{
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    size_t length = (size_t)((stop ? stop : r->end) - r->at);

    r->next_line++;
    if (length && r->at[length - 1] == '\r')
        length--;
    if (r->content.length + length <= CALENDAR_LINE_MAX + 1)
        text_add_n(&r->content, r->at, length);
    r->at = stop ? stop + 1 : r->end;
}

/* The next content line; a line that begins with a blank goes on with the one before. */
static bool next_content(struct reading *r)
{
    if (r->at == r->end)
        return false;
    text_free(&r->content);
    r->content = (struct text){ 0 };
    text_add(&r->content, "");
    r->line = r->next_line;
    add_physical(r);
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) {
        r->at++;
        if (r->at < r->end)
            add_physical(r);
    }
    return true;
}

/* The value behind NAME and its parameters, which may hold a colon in quotes; NULL when there is none. */
static char *split(char *content, char name[static PROPERTY_MAX])
{
    const size_t length = strcspn(content, ":;");
    bool quoted = false;
    char *at = content + length;

    if (!length || length >= PROPERTY_MAX)
        return NULL;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)toupper((unsigned char)content[i]);
    name[length] = '\0';
    for (; *at && (quoted || *at != ':'); at++)
        quoted ^= *at == '"';
    return *at ? at + 1 : NULL;
}

/* --- entries -------------------------------------------------------------------------------------------------- */

static void add_span(struct calendar *c, size_t entry, int first, int last, bool repeated)
{
    c->spans = mem_grow(c->spans, c->span_count + 1, sizeof *c->spans);
    c->spans[c->span_count++] = (struct calendar_span){ entry, first, last, repeated };
}

static bool is_excluded(const struct calendar_entry *entry, int day)
{
    for (size_t i = 0; i < entry->excluded_count; i++)
        if (entry->excluded[i] == day)
            return true;
    return false;
}

/* The times of a repeated entry, each a span. */
static bool repeat(struct calendar *c, const struct calendar_entry *entry, struct error *err)
{
    CLEANUP(recurrence_free) struct recurrence rule = { 0 };
    const int until = entry->first + CALENDAR_REPEAT_YEARS * 366;
    struct local_time start = civil_date(entry->first), from, found;
    int day = entry->first;

    start.hour = NOON;
    if (++c->repeated_count > CALENDAR_REPEATS_MAX)
        return error_set(err, "RRULE: more than %d entries repeat", (int)CALENDAR_REPEATS_MAX);
    if (!recurrence_parse(&rule, entry->rrule, start, err))
        return error_in(err, "RRULE");
    for (int i = 0; i < CALENDAR_TIMES_MAX && c->span_count < CALENDAR_SPANS_MAX; i++) {
        from = civil_date(day);
        if (!recurrence_first(&found, rule.rrule, start, from) || civil_day_of(found) > until)
            break;
        day = civil_day_of(found);
        if (!is_excluded(entry, day))
            add_span(c, c->entry_count, day, day + entry->last - entry->first, true);
        day++;
    }
    return true;
}

static void add_term(struct calendar *c, const struct calendar_entry *entry)
{
    const int one = entry->week_one >= 0 ? entry->week_one : entry->first;
    struct calendar_term term = { .name = entry->name,
                                  .name_en = entry->name_en ? entry->name_en : "",
                                  .first = entry->first,
                                  .last = entry->last,
                                  .week_one = civil_week_start(one, c->week_starts) };
    size_t at = c->term_count;

    c->terms = mem_grow(c->terms, c->term_count + 1, sizeof *c->terms);
    for (; at > 0 && c->terms[at - 1].first > term.first; at--)
        c->terms[at] = c->terms[at - 1];
    c->terms[at] = term;
    c->term_count++;
}

static bool overlaps(const struct calendar *c, const struct calendar_entry *entry, struct error *err)
{
    for (size_t i = 0; i < c->term_count; i++)
        if (entry->first <= c->terms[i].last && entry->last >= c->terms[i].first)
            return error_set(err, "DTSTART: the term overlaps \"%.100s\": end one before the other begins",
                             c->terms[i].name);
    return true;
}

/* Takes over the entry. */
static bool keep(struct calendar *c, struct calendar_entry *entry, struct error *err)
{
    if (c->entry_count >= CALENDAR_EVENTS_MAX || c->span_count >= CALENDAR_SPANS_MAX)
        return error_set(err, "too many entries: at most %d", (int)CALENDAR_EVENTS_MAX);
    if (entry->sort == ENTRY_TERM && !overlaps(c, entry, err))
        return false;
    if (entry->rrule && !repeat(c, entry, err))
        return false;
    if (entry->sort == ENTRY_TERM)
        add_term(c, entry);
    else if (!entry->rrule)
        add_span(c, c->entry_count, entry->first, entry->last, false);
    c->entries = mem_grow(c->entries, c->entry_count + 1, sizeof *c->entries);
    c->entries[c->entry_count++] = *entry;
    *entry = (struct calendar_entry){ 0 };
    return true;
}

static bool of_stage(const struct calendar *c, const struct calendar_entry *entry)
{
    return !entry->stages || entry->stages & 1u << STAGE_ALL || entry->stages & 1u << c->stage;
}

static void begin_event(struct reading *r)
{
    r->entry = (struct calendar_entry){ .file = r->file, .line = r->line, .first = -1, .last = -1, .week_one = -1 };
    r->own = (struct mistakes){ 0 };
    r->event_depth = r->depth;
}

static void end_event(struct reading *r)
{
    struct calendar_entry *entry = &r->entry;
    struct error err;

    r->line = entry->line;
    if (!entry->ours)
        r->calendar->passed_over++;
    for (size_t i = 0; entry->ours && i < r->own.count; i++)
        mistakes_add(r->mistakes, "%s", r->own.lines[i]);
    if (entry->ours && !r->own.count && !entry->cancelled) {
        if (!calendar_entry_end(entry, &err) || (of_stage(r->calendar, entry) && !keep(r->calendar, entry, &err)))
            tell(r, "", err.text);
    }
    calendar_entry_free(entry);
    mistakes_free(&r->own);
    r->own = (struct mistakes){ 0 };
    r->event_depth = 0;
}

/* --- the file ------------------------------------------------------------------------------------------------- */

/* "2026", or several with commas, of X-GREENLINE-OFFICIAL and X-GREENLINE-PROVISIONAL. */
static void take_years(struct reading *r, const char *property, char *value, int *years, size_t *count)
{
    char *word;

    while ((word = strsep(&value, ","))) {
        char *end = NULL;
        const long year = strtol(text_trim(word), &end, 10);

        if (end == word || *end || year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR)
            tell(r, property, "is not a year: write it like 2026");
        else if (*count < YEARS_MAX)
            years[(*count)++] = (int)year;
    }
}

static void take_begin(struct reading *r, const char *component)
{
    if (r->depth == 0 && strcasecmp(component, "VCALENDAR") != 0)
        tell(r, "BEGIN", "outside a calendar: the file begins with BEGIN:VCALENDAR");
    else if (r->depth == DEPTH_MAX)
        tell(r, "BEGIN", "too many parts within each other");
    else
        snprintf(r->open[r->depth++], PROPERTY_MAX, "%s", component);
    r->began = true;
    if (r->depth == 2 && !r->event_depth && strcasecmp(component, "VEVENT") == 0)
        begin_event(r);
}

static void take_end(struct reading *r, const char *component)
{
    if (r->depth == 0 || strncasecmp(r->open[r->depth - 1], component, PROPERTY_MAX - 1) != 0) {
        tell(r, "END", r->depth ? "ends what is not open: is an END:VEVENT missing before it?" : "without its BEGIN");
        return;
    }
    if (r->event_depth == r->depth)
        end_event(r);
    r->depth--;
}

static void take_calendar_line(struct reading *r, const char *property, char *value)
{
    struct calendar *c = r->calendar;

    if (strcmp(property, "X-GREENLINE-OFFICIAL") == 0)
        take_years(r, property, value, c->official, &c->official_count);
    else if (strcmp(property, "X-GREENLINE-PROVISIONAL") == 0)
        take_years(r, property, value, c->provisional, &c->provisional_count);
    else if (text_starts(property, "X-GREENLINE-"))
        tell(r, property, "is not known here: X-GREENLINE-OFFICIAL or X-GREENLINE-PROVISIONAL, or within an entry");
}

static void take_line(struct reading *r)
{
    char property[PROPERTY_MAX];
    char *value = split(r->content.data, property);
    struct error err;

    if (r->content.length > CALENDAR_LINE_MAX) {
        tell(r, "", "the line is too long");
        return;
    }
    if (!value) {
        if (*text_trim(r->content.data))
            tell(r, "", "is no line of a calendar: write NAME:VALUE, and begin a line that goes on with a blank");
        return;
    }
    text_trim(value);
    if (strcmp(property, "BEGIN") == 0)
        take_begin(r, value);
    else if (strcmp(property, "END") == 0)
        take_end(r, value);
    else if (r->depth == 0)
        tell(r, property, "outside a calendar: the file begins with BEGIN:VCALENDAR");
    else if (r->event_depth && r->depth == r->event_depth && !calendar_entry_take(&r->entry, property, value, &err))
        mistakes_add(&r->own, "%s:%d: %s: %s", r->file, r->line, property, err.text);
    else if (r->depth == 1)
        take_calendar_line(r, property, value);
}

bool calendar_read(struct calendar *calendar, const char *file, const char *text, size_t length,
                   struct mistakes *mistakes)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t before = mistakes->count + mistakes->dropped;
    const size_t skip = length >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    struct reading r = { .calendar = calendar,
                         .file = file,
                         .mistakes = mistakes,
                         .at = text + skip,
                         .end = text + length,
                         .next_line = 1 };

    if (length > CALENDAR_BYTES_MAX)
        return mistakes_add(mistakes, "%s: is over %d bytes: is it a calendar?", file, (int)CALENDAR_BYTES_MAX);
    if (!utf8_valid(text, length))
        return mistakes_add(mistakes, "%s: is not UTF-8: save it as UTF-8", file);
    while (next_content(&r))
        take_line(&r);
    if (!r.began)
        mistakes_add(mistakes, "%s: is no calendar: it begins with BEGIN:VCALENDAR", file);
    else if (r.depth)
        mistakes_add(mistakes, "%s:%d: END:VCALENDAR is missing", file, r.line);
    calendar_entry_free(&r.entry);
    mistakes_free(&r.own);
    text_free(&r.content);
    return mistakes->count + mistakes->dropped == before;
}
