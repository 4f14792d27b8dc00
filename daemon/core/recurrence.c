/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 5545 rules by libical; see recurrence.h. libical checks little, so keys and ranges are checked here first. It is
 * asked for days only. Held here are UNTIL (it compares a floating date with UNTIL unconverted), the count of weeks (it
 * errs by one about the ends of a week), COUNT (else a walk could not begin in the middle) and the times of day (an
 * impossible rule with 384 of them took it 107 s).
 */
#include "core/recurrence.h"

#include <ctype.h>
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/recurrence_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum frequency { DAILY = 1, WEEKLY = 2, MONTHLY = 4, YEARLY = 8, ANY = 15 };

static const struct {
    const char *name;
    enum frequency frequency;
} frequencies[] = { { "DAILY", DAILY }, { "WEEKLY", WEEKLY }, { "MONTHLY", MONTHLY }, { "YEARLY", YEARLY } };

/* The parts of a rule (RFC 5545 3.3.10): where they may stand, and the range of their numbers. */
enum part {
    FREQ,
    INTERVAL,
    PART_COUNT,
    UNTIL,
    WKST,
    BYDAY,
    BYMONTHDAY,
    BYYEARDAY,
    BYWEEKNO,
    BYMONTH,
    BYSETPOS,
    BYHOUR,
    BYMINUTE,
    BYSECOND
};

static const struct part_row {
    const char *name;
    int min, max;    /* both 0 and no list: not a number */
    bool negative;   /* -max … -min as well */
    bool list;       /* several, with commas */
    unsigned within; /* frequencies */
} parts[] = {
    [FREQ] = { "FREQ", 0, 0, false, false, ANY },
    [INTERVAL] = { "INTERVAL", 1, 1000, false, false, ANY },
    [PART_COUNT] = { "COUNT", 1, 2000, false, false, ANY },
    [UNTIL] = { "UNTIL", 0, 0, false, false, ANY },
    [WKST] = { "WKST", 0, 0, false, false, ANY },
    [BYDAY] = { "BYDAY", 0, 0, false, true, ANY },
    [BYMONTHDAY] = { "BYMONTHDAY", 1, 31, true, true, DAILY | MONTHLY | YEARLY },
    [BYYEARDAY] = { "BYYEARDAY", 1, 366, true, true, YEARLY },
    [BYWEEKNO] = { "BYWEEKNO", 0, 0, false, false, 0 }, /* refused: libical 3.0.16 errs about the new year */
    [BYMONTH] = { "BYMONTH", 1, 12, false, true, ANY },
    [BYSETPOS] = { "BYSETPOS", 1, 366, true, true, MONTHLY | YEARLY },
    [BYHOUR] = { "BYHOUR", 0, 23, false, true, ANY },
    [BYMINUTE] = { "BYMINUTE", 0, 59, false, true, ANY },
    [BYSECOND] = { "BYSECOND", 0, 0, false, true, ANY }, /* 0 only: nothing happens by the second */
};

/* What libical need not know, and what it errs in: of every 2nd Sunday from a Tuesday on it misses the first. */
#define HELD_HERE (1u << UNTIL | 1u << PART_COUNT | 1u << WKST | 1u << BYHOUR | 1u << BYMINUTE | 1u << BYSECOND)
#define HELD_FOR_WEEKS (1u << INTERVAL)

/* 1971 and 2500: outside, the tables of zones and libical's iterator end. */
#define FIRST_INSTANT (365 * DAY_MS)
#define LAST_INSTANT (193580 * DAY_MS)

enum { LAST_YEAR = 2499, TIMES_MAX = 24, DAY_MINUTES = 24 * 60 };

static const char *const weekdays[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

struct until {
    enum { UNTIL_NONE, UNTIL_READING, UNTIL_INSTANT } kind;
    struct local_time reading; /* a day's last second for a date */
    time_ms instant;
};

/* A rule taken apart: what libical is given, and what is held here. */
struct rule {
    char *values[COUNT(parts)]; /* owned */
    enum frequency frequency;
    struct until until;
    int count;                            /* 0: without end */
    int interval;                         /* 0: every one */
    unsigned char hours[24], minutes[60]; /* 1: named by BYHOUR, BYMINUTE */
    struct icalrecurrencetype ical;
};

static void rule_free(struct rule *rule)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        free(rule->values[i]);
}

void recurrence_free(struct recurrence *recurrence)
{
    free(recurrence->rrule);
    *recurrence = (struct recurrence){ 0 };
}

/* A whole number at `*at`, which is moved behind it; false where there is none. */
static bool read_number(int *out, const char **at)
{
    const bool minus = **at == '-';
    const char *c = *at + (minus || **at == '+');
    int value = 0;
    size_t digits = 0;

    for (; c[digits] >= '0' && c[digits] <= '9' && digits < 6; digits++)
        value = value * 10 + (c[digits] - '0');
    *out = minus ? -value : value;
    *at = c + digits;
    return digits > 0;
}

static bool is_weekday(const char *at)
{
    for (size_t i = 0; i < COUNT(weekdays); i++)
        if (text_starts(at, weekdays[i]))
            return true;
    return false;
}

/* "MO", "1SA", "-1FR" at `*at`. */
static bool read_byday(const char **at, enum frequency frequency)
{
    int ordinal = 0;
    const int max = frequency == MONTHLY ? 5 : 53;
    const bool has_ordinal = !isalpha((unsigned char)**at);

    if (has_ordinal && (!read_number(&ordinal, at) || ordinal == 0 || abs(ordinal) > max ||
                        (frequency != MONTHLY && frequency != YEARLY)))
        return false;
    if (!is_weekday(*at))
        return false;
    *at += 2;
    return true;
}

static bool in_range(const struct part_row *row, int value)
{
    const int size = row->negative ? abs(value) : value;

    return size >= row->min && size <= row->max;
}

/* Remembers what is held here. */
static void note_value(struct rule *rule, enum part part, int value)
{
    if (part == PART_COUNT)
        rule->count = value;
    else if (part == INTERVAL)
        rule->interval = value;
    else if (part == BYHOUR)
        rule->hours[value] = 1;
    else if (part == BYMINUTE)
        rule->minutes[value] = 1;
}

static bool check_value(struct rule *rule, enum part part, struct error *err)
{
    const struct part_row *row = &parts[part];
    const char *at = rule->values[part];
    size_t count = 0;

    if (!row->within)
        return error_set(err, "rule: %s is not taken here: name the days, or their months", row->name);
    if (!(row->within & rule->frequency))
        return error_set(err, "rule: %s does not go with FREQ=%s", row->name, rule->values[FREQ]);
    do {
        int value = 0;
        const bool good =
            part == BYDAY ? read_byday(&at, rule->frequency) : read_number(&value, &at) && in_range(row, value);

        if (!good || (*at && (*at != ',' || !row->list)))
            return error_set(err, "rule: %s=%s: %s", row->name, rule->values[part],
                             part == BYDAY ? "days are MO TU WE TH FR SA SU, by month also 1MO … 5MO and -1MO"
                                           : "a number is out of range");
        note_value(rule, part, value);
        count++;
    } while (*at++ == ',' && count < 100);
    return count < 100 || error_set(err, "rule: %s: too many values", row->name);
}

static bool valid_reading(struct local_time t)
{
    return t.year >= 1970 && t.year <= LAST_YEAR && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
           t.day <= icaltime_days_in_month(t.month, t.year) && t.hour >= 0 && t.hour <= 23 && t.minute >= 0 &&
           t.minute <= 59 && t.second >= 0 && t.second <= 59;
}

/* "20260915", "20260915T090000", "20260915T090000Z" */
static bool read_until(struct until *out, const char *text)
{
    struct until until = { .kind = UNTIL_READING };
    struct local_time *t = &until.reading;
    const size_t length = strlen(text);

    if (length != 8 && length != 15 && length != 16)
        return false;
    for (size_t i = 0; i < length; i++)
        if (i == 8 ? text[i] != 'T' : i == 15 ? text[i] != 'Z' : !isdigit((unsigned char)text[i]))
            return false;
    *t = (struct local_time){ .hour = 23, .minute = 59, .second = 59 };
    sscanf(text, "%4d%2d%2dT%2d%2d%2d", &t->year, &t->month, &t->day, &t->hour, &t->minute, &t->second);
    if (!valid_reading(*t))
        return false;
    if (length == 16) {
        until.kind = UNTIL_INSTANT;
        until.instant = zone_instant((struct zone){ icaltimezone_get_utc_timezone() }, *t);
    }
    *out = until;
    return true;
}

/* Puts "KEY=VALUE" into the rule's table. */
static bool take_part(struct rule *rule, char *piece, struct error *err)
{
    char *value = strchr(piece, '=');
    size_t i = 0;

    if (!value || !value[1])
        return error_set(err, "rule: \"%.40s\": write it like FREQ=MONTHLY;BYDAY=1SA", piece);
    *value++ = '\0';
    while (i < COUNT(parts) && strcmp(parts[i].name, piece) != 0)
        i++;
    if (i == COUNT(parts))
        return error_set(err, "rule: \"%.40s\" is not a part of a rule that is known here", piece);
    if (rule->values[i])
        return error_set(err, "rule: %s stands twice", piece);
    rule->values[i] = mem_dup(value);
    return true;
}

/* Splits the rule at its semicolons; blanks at the ends, a leading "RRULE:" and the case of letters do not matter. */
static bool split(struct rule *rule, const char *text, struct error *err)
{
    CLEANUP(mem_clean) char *copy = NULL;
    char *rest, *piece;

    if (strlen(text) > RECURRENCE_TEXT_MAX)
        return error_set(err, "rule: over %d bytes", (int)RECURRENCE_TEXT_MAX);
    copy = text_trim(mem_dup(text));
    for (char *c = copy; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    rest = copy + (text_starts(copy, "RRULE:") ? strlen("RRULE:") : 0);
    while ((piece = strsep(&rest, ";")))
        if (!take_part(rule, piece, err))
            return false;
    return true;
}

/* The greatest number in a list; 0 without the list. */
static int greatest(const char *list)
{
    int most = 0, value = 0;

    for (bool more = list != NULL; more && read_number(&value, &list); more = *list++ == ',')
        most = abs(value) > most ? abs(value) : most;
    return most;
}

static size_t items(const char *list)
{
    size_t count = list ? 1 : 0;

    for (; list && *list; list++)
        count += *list == ',';
    return count;
}

/* What libical would look for through 500 years: 30 February, the 6th Monday of a month. */
static bool check_possible(const struct rule *rule, struct error *err)
{
    static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const char *months = rule->values[BYMONTH], *day = rule->values[BYMONTHDAY];
    const size_t of_month = rule->values[BYDAY] ? 5 * items(rule->values[BYDAY]) : items(day);
    int least = 31, longest = 0, value = 0;

    for (bool more = months != NULL; more && read_number(&value, &months); more = *months++ == ',')
        longest = days[value - 1] > longest ? days[value - 1] : longest;
    for (bool more = day != NULL; more && read_number(&value, &day); more = *day++ == ',')
        least = abs(value) < least ? abs(value) : least;
    if (longest && rule->values[BYMONTHDAY] && least > longest)
        return error_set(err, "rule: no such month has a day %d", least);
    if (rule->frequency == MONTHLY && (size_t)greatest(rule->values[BYSETPOS]) > of_month)
        return error_set(err, "rule: BYSETPOS=%s: there are never so many in a month", rule->values[BYSETPOS]);
    return true;
}

static bool check_frequency(struct rule *rule, struct error *err)
{
    if (!rule->values[FREQ])
        return error_set(err, "rule: FREQ is missing: write it like FREQ=MONTHLY;BYDAY=1SA");
    for (size_t i = 0; i < COUNT(frequencies); i++)
        if (strcmp(frequencies[i].name, rule->values[FREQ]) == 0)
            rule->frequency = frequencies[i].frequency;
    return rule->frequency ||
           error_set(err, "rule: FREQ=%.20s: only DAILY, WEEKLY, MONTHLY and YEARLY", rule->values[FREQ]);
}

static size_t times_a_day(const struct rule *rule)
{
    size_t hours = 0, minutes = 0;

    for (size_t i = 0; i < COUNT(rule->hours); i++)
        hours += rule->hours[i];
    for (size_t i = 0; i < COUNT(rule->minutes); i++)
        minutes += rule->minutes[i];
    return (hours ? hours : 1) * (minutes ? minutes : 1);
}

static bool check_parts(struct rule *rule, struct error *err)
{
    bool has_by = false;

    for (unsigned i = 0; i < COUNT(parts); i++) {
        if (rule->values[i] && i != FREQ && i != UNTIL && i != WKST && !check_value(rule, (enum part)i, err))
            return false;
        has_by = has_by || (rule->values[i] && i >= BYDAY && i != BYSETPOS);
    }
    return has_by || !rule->values[BYSETPOS] || error_set(err, "rule: BYSETPOS needs another BY… part to choose from");
}

static bool check_rule(struct rule *rule, struct error *err)
{
    size_t times;

    if (!check_frequency(rule, err) || !check_parts(rule, err))
        return false;
    times = times_a_day(rule);
    if (rule->values[WKST] && (!is_weekday(rule->values[WKST]) || rule->values[WKST][2]))
        return error_set(err, "rule: WKST=%.20s: a day is MO TU WE TH FR SA or SU", rule->values[WKST]);
    if (rule->values[UNTIL] && rule->values[PART_COUNT])
        return error_set(err, "rule: UNTIL and COUNT exclude each other");
    if (rule->values[UNTIL] && !read_until(&rule->until, rule->values[UNTIL]))
        return error_set(err, "rule: UNTIL=%.40s: no such date: write it like 20260930", rule->values[UNTIL]);
    if (times > TIMES_MAX || (times > 1 && rule->values[BYSETPOS]))
        return error_set(err, "rule: BYHOUR and BYMINUTE: at most %d times a day, and one with BYSETPOS",
                         (int)TIMES_MAX);
    if (rule->frequency == DAILY && rule->values[BYMONTHDAY] && strchr(rule->values[BYMONTHDAY], '-'))
        return error_set(err, "rule: BYMONTHDAY from the end of a month goes with FREQ=MONTHLY"); /* libical drops it */
    if (rule->values[BYYEARDAY] && rule->values[BYMONTH])
        return error_set(
            err, "rule: BYYEARDAY and BYMONTH exclude each other here"); /* libical adds where it should choose */
    return check_possible(rule, err);
}

/* The rule as text, FREQ first, without the parts in `without`. The caller frees. */
static char *rule_text(const struct rule *rule, unsigned without)
{
    struct text text = { 0 };

    for (size_t i = 0; i < COUNT(parts); i++)
        if (rule->values[i] && !(without & 1u << i))
            text_add_format(&text, "%s%s=%s", text.length ? ";" : "", parts[i].name, rule->values[i]);
    return text_take(&text);
}

/* The dates of the rule as libical takes them right: a day of the month in every month of a year has to name them all. */
static char *text_for_libical(const struct rule *rule)
{
    CLEANUP(mem_clean) char *plain = rule_text(rule, HELD_HERE | (rule->frequency == WEEKLY ? HELD_FOR_WEEKS : 0));
    const bool all_months = rule->frequency == YEARLY && rule->values[BYMONTHDAY] && !rule->values[BYMONTH];

    return mem_format("%s%s", plain, all_months ? ";BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12" : "");
}

static bool rule_read(struct rule *rule, const char *text, struct error *err)
{
    CLEANUP(mem_clean) char *plain = NULL;

    if (!split(rule, text, err) || !check_rule(rule, err))
        return false;
    plain = text_for_libical(rule);
    rule->ical = icalrecurrencetype_from_string(plain);
    return rule->ical.freq != ICAL_NO_RECURRENCE ||
           error_set(err, "rule \"%.200s\": its parts contradict each other", plain);
}

static struct icaltimetype to_ical(struct local_time t)
{
    struct icaltimetype time = icaltime_null_time();

    time.year = t.year;
    time.month = t.month;
    time.day = t.day;
    time.hour = t.hour;
    time.minute = t.minute;
    time.second = t.second;
    return time;
}

static struct local_time from_ical(struct icaltimetype t)
{
    const int sunday_first = icaltime_day_of_week(t);

    return (struct local_time){ .year = t.year,
                                .month = t.month,
                                .day = t.day,
                                .hour = t.hour,
                                .minute = t.minute,
                                .second = t.second,
                                .weekday = sunday_first == 1 ? 7 : sunday_first - 1 };
}

static int compare(struct local_time a, struct local_time b)
{
    return icaltime_compare(to_ical(a), to_ical(b));
}

/* One walk over a rule's dates: each is offered to offer() until one is wanted or the rule is over. */
struct walk {
    const struct rule *rule;
    struct local_time start;
    struct local_time from; /* earlier dates are passed over */
    struct zone zone;       /* ical is NULL: dates are compared as readings */
    time_ms after;          /* with a zone: only later instants */
    int seen;               /* dates since the start, for COUNT */
    bool over;
    struct local_time found;
    time_ms found_at;
};

/* True when the date is the one looked for; sets `over` behind the rule's end. */
static bool offer(struct walk *walk, struct local_time date)
{
    const struct rule *rule = walk->rule;

    if (compare(date, walk->start) < 0)
        return false;
    walk->over = (rule->count && ++walk->seen > rule->count) ||
                 (rule->until.kind == UNTIL_READING && compare(date, rule->until.reading) > 0);
    if (walk->over || compare(date, walk->from) < 0)
        return false;
    walk->found = date;
    if (!walk->zone.ical)
        return true;
    walk->found_at = zone_instant(walk->zone, date);
    walk->over = rule->until.kind == UNTIL_INSTANT && walk->found_at > rule->until.instant;
    return !walk->over && walk->found_at > walk->after;
}

/* Weeks since 1970, beginning on the rule's WKST. */
static int week_of(const struct rule *rule, struct icaltimetype day)
{
    int first = 0; /* 0: Monday */

    while (rule->values[WKST] && strcmp(weekdays[first], rule->values[WKST]) != 0)
        first++;
    day.hour = day.minute = day.second = 0;
    return (int)(icaltime_as_timet(day) / (DAY_MS / SECOND_MS) + 3 + 7 - first) / 7; /* 1 January 1970: a Thursday */
}

static bool is_idle_week(const struct walk *walk, struct icaltimetype day)
{
    const struct rule *rule = walk->rule;

    return rule->frequency == WEEKLY && rule->interval > 1 &&
           (week_of(rule, day) - week_of(rule, to_ical(walk->start))) % rule->interval != 0;
}

/* Offers the times of one day in their order. */
static bool offer_day(struct walk *walk, struct local_time day)
{
    const struct rule *rule = walk->rule;

    for (int minute = 0; minute < DAY_MINUTES && !walk->over; minute++) {
        day.hour = minute / 60;
        day.minute = minute % 60;
        day.second = rule->values[BYSECOND] ? 0 : walk->start.second;
        if ((rule->values[BYHOUR] ? !rule->hours[day.hour] : day.hour != walk->start.hour) ||
            (rule->values[BYMINUTE] ? !rule->minutes[day.minute] : day.minute != walk->start.minute))
            continue;
        if (offer(walk, day))
            return true;
    }
    return false;
}

static bool walk_dates(struct walk *walk)
{
    struct icaltimetype begin = to_ical(walk->start), from = to_ical(walk->from);
    const int last_year = (from.year > begin.year ? from.year : begin.year) + RECURRENCE_YEARS;
    icalrecur_iterator *days;
    bool found = false;

    begin.hour = begin.minute = begin.second = from.hour = from.minute = from.second = 0;
    days = icalrecur_iterator_new(walk->rule->ical, begin);
    if (days && !walk->rule->count && icaltime_compare(from, begin) > 0)
        icalrecur_iterator_set_start(days, from);
    for (int i = 0; days && i < RECURRENCE_STEPS_MAX && !walk->over && !found; i++) {
        const struct icaltimetype day = icalrecur_iterator_next(days);

        if (icaltime_is_null_time(day) || day.year > last_year)
            break;
        found = !is_idle_week(walk, day) && offer_day(walk, from_ical(day));
    }
    if (days)
        icalrecur_iterator_free(days);
    return found;
}

bool recurrence_first(struct local_time *out, const char *rrule, struct local_time start, struct local_time from)
{
    CLEANUP(rule_free) struct rule rule = { 0 };
    struct walk walk = { .rule = &rule, .start = start, .from = from };

    if (!rule_read(&rule, rrule, NULL) || !walk_dates(&walk))
        return false;
    *out = walk.found;
    return true;
}

bool recurrence_parse(struct recurrence *out, const char *rrule, struct local_time start, struct error *err)
{
    CLEANUP(rule_free) struct rule rule = { 0 };
    struct walk walk = { .rule = &rule, .start = start, .from = start, .after = INT64_MIN };

    if (!valid_reading(start))
        return error_set(err, "rule: its start is not a date: %04d-%02d-%02d", start.year, start.month, start.day);
    if (recurrence_is_term(rrule))
        return recurrence_term_parse(out, rrule, start, err);
    if (!rule_read(&rule, rrule, err))
        return false;
    if (rule.until.kind == UNTIL_INSTANT) { /* a day of slack, for the zone is not known here */
        walk.zone.ical = icaltimezone_get_utc_timezone();
        rule.until.instant += DAY_MS;
    }
    if (!walk_dates(&walk))
        return error_set(err, "rule \"%.200s\": never comes true after its start", rrule);
    *out = (struct recurrence){ .rrule = rule_text(&rule, 0), .start = start };
    return true;
}

time_ms recurrence_next(const struct recurrence *recurrence, struct zone zone, time_ms after)
{
    CLEANUP(rule_free) struct rule rule = { 0 };
    struct walk walk = { .rule = &rule, .start = recurrence->start, .zone = zone, .after = after };

    if (after >= LAST_INSTANT || !rule_read(&rule, recurrence->rrule, NULL))
        return TIME_NEVER;
    /* a day before the reading: in an overlap the clock shows later times earlier */
    walk.from = zone_local(zone, after < FIRST_INSTANT ? FIRST_INSTANT : after - DAY_MS);
    return walk_dates(&walk) ? walk.found_at : TIME_NEVER;
}

bool recurrence_by_weekday(const struct recurrence *recurrence)
{
    const char *rule = recurrence->rrule;

    return text_starts(rule, "FREQ=WEEKLY") || (text_starts(rule, "FREQ=DAILY") && strstr(rule, ";BYDAY="));
}

void recurrence_lead_in(struct recurrence *recurrence)
{
    const char *interval = strstr(recurrence->rrule, ";INTERVAL=");
    const char *number = interval ? interval + strlen(";INTERVAL=") : "1";
    int weeks = 1;
    struct icaltimetype start = to_ical(recurrence->start);

    if (!text_starts(recurrence->rrule, "FREQ=WEEKLY") || strstr(recurrence->rrule, ";COUNT="))
        return;
    read_number(&weeks, &number);
    icaltime_adjust(&start, -7 * weeks, 0, 0, 0);
    recurrence->start = from_ical(start);
}

bool recurrence_is_frequent(const struct recurrence *recurrence)
{
    struct recurrence_weeks weeks;

    return text_starts(recurrence->rrule, "FREQ=WEEKLY") || text_starts(recurrence->rrule, "FREQ=DAILY") ||
           (recurrence_weeks(&weeks, recurrence) && weeks.pattern);
}
