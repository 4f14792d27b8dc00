/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dates of a schedule; see dates.h. Origins come in order from up to three sources: the rule, make-up days (which
 * carry another day's dates of the rule), the weeks of the terms. Since dates move by DATES_MOVE_DAYS at most, the next
 * one in order of happening is found by settling the origins of the days around.
 */
#include "core/dates.h"

#include <string.h>

#include "lib/memory.h"

enum { LEAD_MS = 60 * 60 * 1000 /* before quiet hours: time for all messages to leave */ };

static const char *const holiday_names[HOLIDAY_RULES] = { "keep", "skip", "next", "before" };
static const char *const quiet_names[QUIET_RULES] = { "wait", "skip", "before" };

const char *holiday_rule_name(enum holiday_rule rule)
{
    return holiday_names[rule];
}

bool holiday_rule_parse(enum holiday_rule *out, const char *word, struct error *err)
{
    for (size_t i = 0; i < COUNT(holiday_names); i++) {
        if (strcmp(word, holiday_names[i]) == 0) {
            *out = (enum holiday_rule)i;
            return true;
        }
    }
    return error_set(err, "on_holiday \"%.40s\": write keep, skip, next (school day) or before (the last one before)",
                     word);
}

const char *quiet_rule_name(enum quiet_rule rule)
{
    return quiet_names[rule];
}

bool quiet_rule_parse(enum quiet_rule *out, const char *word, struct error *err)
{
    for (size_t i = 0; i < COUNT(quiet_names); i++) {
        if (strcmp(word, quiet_names[i]) == 0) {
            *out = (enum quiet_rule)i;
            return true;
        }
    }
    return error_set(err, "in_quiet \"%.40s\": write wait, skip or before", word);
}

enum holiday_rule dates_holiday_default(const struct recurrence *recurrence, bool school_days)
{
    if (!school_days)
        return HOLIDAY_KEEP;
    return recurrence_is_frequent(recurrence) ? HOLIDAY_SKIP : HOLIDAY_NEXT;
}

static int day_of(const struct dates *dates, time_ms at)
{
    return civil_day_of(zone_local(dates->zone, at));
}

/* The instant on `day` at the time of day of `time`. */
static time_ms instant_on(const struct dates *dates, int day, struct local_time time)
{
    struct local_time local = civil_date(day);

    local.hour = time.hour;
    local.minute = time.minute;
    local.second = time.second;
    return zone_instant(dates->zone, local);
}

static time_ms day_start(const struct dates *dates, int day)
{
    return zone_instant(dates->zone, civil_date(day));
}

static time_ms sooner(time_ms a, time_ms b)
{
    return a < b ? a : b;
}

/* --- origins -------------------------------------------------------------------------------------------------- */

static bool follows_timetable(const struct dates *dates)
{
    return dates->school_days && dates->calendar && recurrence_by_weekday(dates->recurrence);
}

/* The rule's own, without those of days that carry another day's timetable. */
static time_ms next_of_rule(const struct dates *dates, time_ms after)
{
    for (int i = 0; i < DATES_STEPS_MAX; i++) {
        struct calendar_day day;

        after = recurrence_next(dates->recurrence, dates->zone, after);
        if (after == TIME_NEVER || !follows_timetable(dates))
            return after;
        day = calendar_day(dates->calendar, day_of(dates, after));
        if (day.kind != DAY_MAKE_UP || day.acts_as == day.weekday)
            return after;
    }
    return TIME_NEVER;
}

/* The first date of the rule on `day` behind `after`, or TIME_NEVER. */
static time_ms rule_on(const struct dates *dates, int day, time_ms after)
{
    const time_ms start = day_start(dates, day) - 1;
    const time_ms at = recurrence_next(dates->recurrence, dates->zone, after > start ? after : start);

    return at != TIME_NEVER && day_of(dates, at) == day ? at : TIME_NEVER;
}

/* The day of the make-up day's week whose dates it carries; false when its rule has none there. */
static bool carried_day(int *out, const struct dates *dates, int make_up)
{
    const int monday = civil_week_start(make_up, calendar_week_starts(dates->calendar)) +
                       (8 - calendar_week_starts(dates->calendar)) % CIVIL_WEEK;
    const int acts_as = calendar_day(dates->calendar, make_up).acts_as;

    *out = monday;
    if (acts_as) {
        *out = civil_week_start(make_up, calendar_week_starts(dates->calendar));
        while (civil_weekday(*out) != acts_as)
            ++*out;
        return true;
    }
    for (int i = 0; i < 5; i++) /* nobody said whose timetable: it counts for what is every weekday's */
        if (rule_on(dates, monday + i, 0) == TIME_NEVER)
            return false;
    return true;
}

/* What make-up days carry. */
static time_ms next_made_up(const struct dates *dates, time_ms after)
{
    int make_up = day_of(dates, after), carried;

    for (; calendar_next_make_up(&make_up, dates->calendar, make_up); make_up++) {
        time_ms at = 0;

        if (!carried_day(&carried, dates, make_up))
            continue;
        for (int i = 0; i < RECURRENCE_TEXT_MAX && (at = rule_on(dates, carried, at)) != TIME_NEVER; i++) {
            const time_ms there = instant_on(dates, make_up, zone_local(dates->zone, at));

            if (there > after)
                return there;
        }
    }
    return TIME_NEVER;
}

/* The next day of the term, from `day` on, in a week and on a weekday of the rule. */
static bool next_in_term(int *out, const struct dates *dates, const struct recurrence_weeks *weeks,
                         const struct calendar_term *term, int day)
{
    for (day = day > term->first ? day : term->first; day <= term->last; day++) {
        const int week = calendar_week(term, day);
        const struct calendar_day is = calendar_day(dates->calendar, day);

        if (week > RECURRENCE_WEEK_MAX || !weeks->weeks[week] || !weeks->weekdays[is.acts_as ? is.acts_as : is.weekday])
            continue;
        *out = day;
        return true;
    }
    return false;
}

static time_ms next_of_terms(const struct dates *dates, const struct recurrence_weeks *weeks, time_ms after)
{
    const struct local_time time = dates->recurrence->start;
    const time_ms begin = day_start(dates, civil_day_of(time)) - 1;
    const struct calendar_term *term;

    after = after > begin ? after : begin;
    for (size_t i = 0; (term = calendar_term_at(dates->calendar, i)); i++) {
        int day = day_of(dates, after);

        for (; next_in_term(&day, dates, weeks, term, day); day++) {
            const time_ms at = instant_on(dates, day, time);

            if (at > after)
                return at;
        }
    }
    return TIME_NEVER;
}

time_ms dates_next_origin(const struct dates *dates, time_ms after)
{
    struct recurrence_weeks weeks;
    time_ms next;

    if (recurrence_weeks(&weeks, dates->recurrence))
        return next_of_terms(dates, &weeks, after);
    next = next_of_rule(dates, after);
    return follows_timetable(dates) ? sooner(next, next_made_up(dates, after)) : next;
}

/* --- where they go -------------------------------------------------------------------------------------------- */

/* Whether a date may be moved here: with school_days a school day, else any but weekends and holidays. */
static bool takes_dates(const struct dates *dates, int day)
{
    const struct calendar_day is = calendar_day(dates->calendar, day);

    return is.school || (!dates->school_days && is.kind == DAY_BREAK && is.weekday <= 5);
}

/* Moves `*at` by whole days; false when there is no day to go to. */
static bool move(time_ms *at, const struct dates *dates, int step)
{
    const int day = day_of(dates, *at);

    for (int i = 1; i <= DATES_MOVE_DAYS; i++) {
        if (!takes_dates(dates, day + i * step))
            continue;
        *at = instant_on(dates, day + i * step, zone_local(dates->zone, *at));
        return true;
    }
    return false;
}

/* False when the date is skipped. */
static bool settle_day(struct date *date, const struct dates *dates)
{
    const bool off = dates->school_days ? !date->day.school : date->day.kind == DAY_HOLIDAY;

    if (!off || dates->on_holiday == HOLIDAY_KEEP)
        return true;
    date->reason = DATE_DAY_OFF;
    if (dates->on_holiday == HOLIDAY_SKIP || (dates->school_days && date->day.vacation))
        return false;
    return move(&date->at, dates, dates->on_holiday == HOLIDAY_NEXT ? 1 : -1);
}

static bool settle_hours(struct date *date, const struct dates *dates)
{
    if (dates->in_quiet == QUIET_WAIT || !hours_holds(dates->quiet, dates->zone, date->at))
        return true;
    date->reason = date->reason == DATE_AS_SAID ? DATE_QUIET : date->reason;
    date->at = hours_begin(dates->quiet, dates->zone, date->at) - LEAD_MS;
    return dates->in_quiet == QUIET_BEFORE && !hours_holds(dates->quiet, dates->zone, date->at);
}

struct date dates_settle(const struct dates *dates, time_ms origin)
{
    struct date date = { .at = origin,
                         .origin = origin,
                         .reason = DATE_AS_SAID,
                         .day = calendar_day(dates->calendar, day_of(dates, origin)) };

    if (!settle_day(&date, dates) || !settle_hours(&date, dates))
        date.at = TIME_NEVER;
    return date;
}

/* --- in order ------------------------------------------------------------------------------------------------- */

struct date_place dates_after(time_ms now)
{
    return (struct date_place){ .at = now, .origin = TIME_NEVER };
}

static bool is_behind(const struct date *date, struct date_place place)
{
    return date->at > place.at || (date->at == place.at && date->origin > place.origin);
}

/* How far a date may be moved at most, forward and back. */
static time_ms farthest(const struct dates *dates, enum holiday_rule way)
{
    time_ms most = dates->on_holiday == way ? (DATES_MOVE_DAYS + 1) * DAY_MS : 0;

    if (way == HOLIDAY_BEFORE && dates->in_quiet == QUIET_BEFORE)
        most += 2 * DAY_MS;
    return most;
}

/* Behind it no date can come: school days end with the last term. */
static time_ms last_origin(const struct dates *dates)
{
    const struct calendar_term *term, *last = NULL;

    for (size_t i = 0; dates->school_days && (term = calendar_term_at(dates->calendar, i)); i++)
        last = !last || term->last > last->last ? term : last;
    return last ? day_start(dates, last->last + 1) : TIME_NEVER;
}

bool dates_next(struct date *out, const struct dates *dates, struct date_place after)
{
    const time_ms forward = farthest(dates, HOLIDAY_NEXT), back = farthest(dates, HOLIDAY_BEFORE);
    const time_ms end = last_origin(dates);
    time_ms origin = after.at == TIME_NEVER ? TIME_NEVER : after.at - forward - 1;
    bool found = false;

    for (int i = 0; i < DATES_STEPS_MAX && origin != TIME_NEVER; i++) {
        struct date date;

        origin = dates_next_origin(dates, origin);
        if (origin == TIME_NEVER || origin >= end || (found && origin - back > out->at))
            break;
        date = dates_settle(dates, origin);
        if (date.at == TIME_NEVER || !is_behind(&date, after))
            continue;
        if (!found || date.at < out->at) /* of one instant the earlier origin was first */
            *out = date;
        found = true;
    }
    return found;
}
