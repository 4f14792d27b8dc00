/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules by the weeks of a school's terms, "FREQ=TERM;WEEK=3,5;BYDAY=MO": our own extension of RFC 5545, since no rule of
 * it knows a term. What they mean on the calendar is worked out in dates.c; here they are read and written.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/recurrence_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char *const codes[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

static const char *behind_prefix(const char *rrule)
{
    while (*rrule == ' ')
        rrule++;
    return strncasecmp(rrule, "RRULE:", strlen("RRULE:")) == 0 ? rrule + strlen("RRULE:") : rrule;
}

bool recurrence_is_term(const char *rrule)
{
    static const char mark[] = "FREQ=TERM";
    const char *at = behind_prefix(rrule);

    return strncasecmp(at, mark, strlen(mark)) == 0 && !isalpha((unsigned char)at[strlen(mark)]);
}

static bool take_weeks(struct recurrence_weeks *out, char *value, struct error *err)
{
    const bool odd = strcmp(value, "ODD") == 0;
    char *word;

    if (odd || strcmp(value, "EVEN") == 0) {
        for (int week = odd ? 1 : 2; week <= RECURRENCE_WEEK_MAX; week += 2)
            out->weeks[week] = true;
        out->pattern = true;
        return true;
    }
    while ((word = strsep(&value, ","))) {
        char *end = word;
        const long week = strtol(word, &end, 10);

        if (end == word || *end || week < 0 || week > RECURRENCE_WEEK_MAX)
            return error_set(err, "rule: WEEK=%.40s: weeks of a term are 0 to %d, or ODD or EVEN", word,
                             (int)RECURRENCE_WEEK_MAX);
        out->weeks[week] = true;
    }
    return true;
}

static bool take_weekdays(struct recurrence_weeks *out, char *value, struct error *err)
{
    char *word;

    while ((word = strsep(&value, ","))) {
        size_t i = 0;

        while (i < COUNT(codes) && strcmp(codes[i], word) != 0)
            i++;
        if (i == COUNT(codes))
            return error_set(err, "rule: BYDAY=%.40s: days are MO TU WE TH FR SA SU", word);
        out->weekdays[i + 1] = true;
    }
    return true;
}

static bool has_any(const bool *flags, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (flags[i])
            return true;
    return false;
}

static bool take_part(struct recurrence_weeks *out, char *piece, struct error *err)
{
    char *value = strchr(piece, '=');

    if (!value)
        return error_set(err, "rule: \"%.40s\": write it like FREQ=TERM;WEEK=3;BYDAY=MO", piece);
    *value++ = '\0';
    if (strcmp(piece, "FREQ") == 0)
        return true;
    if (strcmp(piece, "WEEK") == 0)
        return take_weeks(out, value, err);
    if (strcmp(piece, "BYDAY") == 0)
        return take_weekdays(out, value, err);
    return error_set(err, "rule: \"%.40s\" does not go with FREQ=TERM, only WEEK and BYDAY", piece);
}

static bool weeks_read(struct recurrence_weeks *out, const char *rrule, struct error *err)
{
    CLEANUP(mem_clean) char *copy = NULL;
    struct recurrence_weeks weeks = { .pattern = false };
    char *rest, *piece;

    if (strlen(rrule) > RECURRENCE_TEXT_MAX)
        return error_set(err, "rule: over %d bytes", (int)RECURRENCE_TEXT_MAX);
    copy = text_trim(mem_dup(behind_prefix(rrule)));
    for (char *c = copy; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    rest = copy;
    while ((piece = strsep(&rest, ";")))
        if (!take_part(&weeks, piece, err))
            return false;
    if (!has_any(weeks.weeks, COUNT(weeks.weeks)) || !has_any(weeks.weekdays, COUNT(weeks.weekdays)))
        return error_set(err, "rule: FREQ=TERM needs WEEK and BYDAY: FREQ=TERM;WEEK=3;BYDAY=MO");
    *out = weeks;
    return true;
}

/* The caller frees. */
static char *weeks_text(const struct recurrence_weeks *weeks)
{
    struct text text = { 0 };
    bool more = false;

    text_add(&text, "FREQ=TERM;WEEK=");
    if (weeks->pattern)
        text_add(&text, weeks->weeks[1] ? "ODD" : "EVEN");
    for (int i = 0; i <= RECURRENCE_WEEK_MAX && !weeks->pattern; i++) {
        if (weeks->weeks[i])
            text_add_format(&text, "%s%d", more ? "," : "", i);
        more = more || weeks->weeks[i];
    }
    more = false;
    for (int i = 1; i <= 7; i++) {
        if (weeks->weekdays[i])
            text_add_format(&text, "%s%s", more ? "," : ";BYDAY=", codes[i - 1]);
        more = more || weeks->weekdays[i];
    }
    return text_take(&text);
}

bool recurrence_term_parse(struct recurrence *out, const char *rrule, struct local_time start, struct error *err)
{
    struct recurrence_weeks weeks;

    if (!weeks_read(&weeks, rrule, err))
        return false;
    *out = (struct recurrence){ .rrule = weeks_text(&weeks), .start = start, .school_days = true };
    return true;
}

bool recurrence_weeks(struct recurrence_weeks *out, const struct recurrence *recurrence)
{
    return recurrence_is_term(recurrence->rrule) && weeks_read(out, recurrence->rrule, NULL);
}
