/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers of the school's days: the next dates of a schedule, with what the calendar and the quiet hours do to each, and
 * a month of the calendar with what is scheduled on every day. They read, and fail only for what the client wrote.
 */
#include <string.h>

#include "api/api_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/schedule.h"

enum { PREVIEW_COUNT = 5, SKIPPED_MAX = 62, MONTH_DAYS_MAX = 31, SCHEDULES_MAX = 200, MONTH_DATES_MAX = 2000 };

/* --- words ---------------------------------------------------------------------------------------------------- */

static bool is_chinese(const struct api_call *call)
{
    return strcmp(call->setting->language, "zh") == 0;
}

static const char *weekday(const struct api_call *call, int day)
{
    static const char *const en[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };
    static const char *const zh[] = { "周一", "周二", "周三", "周四", "周五", "周六", "周日" };

    return is_chinese(call) ? zh[day - 1] : en[day - 1];
}

/* A name in the school's language where there is one. */
static const char *name_of(const struct api_call *call, const char *name, const char *name_en)
{
    return !is_chinese(call) && *name_en ? name_en : name;
}

/* Why a date is not where the rule says; NULL where it is. */
static const char *why(const struct api_call *call, const struct date *date)
{
    static const char *const words[][2] = { [DAY_SCHOOL] = { "school day", "上学日" },
                                            [DAY_MAKE_UP] = { "make-up day", "调休上课" },
                                            [DAY_WEEKEND] = { "weekend", "周末" },
                                            [DAY_HOLIDAY] = { "holiday", "节假日" },
                                            [DAY_BREAK] = { "vacation", "假期" } };
    const char *name = name_of(call, date->day.name, date->day.name_en);

    switch (date->reason) {
    case DATE_AS_SAID:
    case DATE_REASONS:
        return NULL;
    case DATE_QUIET:
        return is_chinese(call) ? "安静时段" : "quiet hours";
    case DATE_DAY_OFF:
        break;
    }
    return *name ? name : words[date->day.kind][is_chinese(call)];
}

/* What is not known of a year's holidays; NULL when all is. The caller frees. */
static char *year_warning(const struct api_call *call, int year)
{
    static const char *const words[][2] = {
        [YEAR_PROVISIONAL] = { "the notice on %d's holidays is not out: only statutory days are entered, and days off "
                               "and "
                               "make-up days will change",
                               "%d 年放假安排尚未公布：只有法定节日，放假与调休日期还会变" },
        [YEAR_UNKNOWN] = { "no holidays of %d are entered: add them to school.calendar",
                           "未录入 %d 年的节假日：请补充到 school.calendar" },
    };
    const enum year_standing standing = calendar_year(call->setting->calendar, year);
    int last;

    if (standing == YEAR_OFFICIAL || !calendar_end(&last, call->setting->calendar))
        return NULL;
    return mem_format(words[standing][is_chinese(call)], year);
}

static void put_year_warning(json_t *row, const struct api_call *call, int year)
{
    CLEANUP(mem_clean) char *warning = year_warning(call, year);

    list_put_text(row, "warning", warning);
}

/* Week number and term of a day. */
static void put_week(json_t *row, const struct api_call *call, const struct calendar_day *day)
{
    json_put(row, "week", day->week >= 0 ? json_integer(day->week) : NULL);
    list_put_text(row, "term", day->term ? name_of(call, day->term->name, day->term->name_en) : NULL);
}

/* Whose timetable it carries, where that is not its own weekday's. */
static void put_acts_as(json_t *row, const struct api_call *call, const struct calendar_day *day)
{
    list_put_text(row, "acts_as",
                  day->school && day->acts_as && day->acts_as != day->weekday ? weekday(call, day->acts_as) : NULL);
}

static json_t *page_of(json_t *items)
{
    json_t *page = json_object();

    json_put(page, "items", items);
    json_put(page, "next", NULL);
    return page;
}

/* --- the next dates of a schedule ----------------------------------------------------------------------------- */

/* What every schedule of the school has in common. */
static struct dates dates_of_school(const struct api_call *call)
{
    return (struct dates){ .zone = call->setting->zone,
                           .calendar = call->setting->calendar,
                           .quiet = call->setting->quiet };
}

/* One date; `quiet` is when its messages leave if the school's quiet hours hold then, else null. */
static json_t *date_row(struct api_call *call, const struct dates *dates, const struct date *date)
{
    const struct zone zone = call->setting->zone;
    const time_ms end = hours_end(dates->quiet, zone, date->at);
    const struct local_time local = zone_local(zone, date->at);
    const struct calendar_day day = calendar_day(call->setting->calendar, civil_day_of(local));
    json_t *row = json_object();

    list_put_time(row, "at", zone, date->at);
    json_put_text(row, "weekday", weekday(call, day.weekday));
    put_acts_as(row, call, &day);
    put_week(row, call, &day);
    list_put_time(row, "from", zone, date->at == date->origin ? TIME_NEVER : date->origin);
    list_put_text(row, "why", why(call, date));
    list_put_time(row, "quiet", zone, end == date->at ? TIME_NEVER : end);
    put_year_warning(row, call, local.year);
    return row;
}

/* The dates skipped behind `*seen` and before `origin`, as a list; `*seen` moves on. */
static json_t *skipped_before(struct api_call *call, const struct dates *dates, time_ms *seen, time_ms origin)
{
    json_t *list = json_array();

    for (int i = 0; i < DATES_STEPS_MAX; i++) {
        const time_ms next = dates_next_origin(dates, *seen);
        const struct date date = next < origin ? dates_settle(dates, next) : (struct date){ .at = 0 };
        json_t *one;

        if (next >= origin)
            break;
        *seen = next;
        if (date.at != TIME_NEVER || json_array_size(list) >= SKIPPED_MAX)
            continue;
        one = json_object();
        list_put_time(one, "at", call->setting->zone, next);
        json_put_text(one, "weekday", weekday(call, date.day.weekday));
        list_put_text(one, "why", why(call, &date));
        json_array_append_new(list, one);
    }
    *seen = origin > *seen ? origin : *seen;
    return list;
}

/* School days end where the calendar does: said at the last date, before nothing is sent any more. */
static void put_end_warning(json_t *row, const struct api_call *call)
{
    static const char *const words[] = {
        "no date follows: the school's calendar ends on %04d-%02d-%02d: enter the next terms",
        "此后没有日期：校历到 %04d-%02d-%02d 为止，请录入下学期"
    };
    struct local_time end;
    int last;

    if (!calendar_end(&last, call->setting->calendar))
        return;
    end = civil_date(last);
    json_put(row, "warning", json_sprintf(words[is_chinese(call)], end.year, end.month, end.day));
}

static json_t *preview(struct api_call *call, const struct dates *dates, int count)
{
    struct date_place place = dates_after(call->now);
    time_ms seen = call->now;
    json_t *items = json_array();
    struct date date;

    for (int i = 0; i < count && dates_next(&date, dates, place); i++) {
        json_t *row = date_row(call, dates, &date);

        json_put(row, "skipped", skipped_before(call, dates, &seen, date.origin));
        json_array_append_new(items, row);
        place = (struct date_place){ .at = date.at, .origin = date.origin };
    }
    if (dates->school_days && json_array_size(items) > 0 && json_array_size(items) < (size_t)count)
        put_end_warning(json_array_get(items, json_array_size(items) - 1), call);
    return page_of(items);
}

json_t *read_schedule_preview(struct api_call *call)
{
    const int count = json_object_get(call->query, "count") ? call->filter.limit : PREVIEW_COUNT;
    const int64_t id = api_schedule(call, call->path[1]);
    struct schedule schedule = { 0 };
    struct recurrence rule = { 0 };
    struct dates dates;
    json_t *page;

    if (!id)
        return NULL;
    if (schedule_get(&schedule, call->store, id) && schedule_recurrence(&rule, &schedule, &call->err)) {
        dates = schedule_dates(&schedule, &rule, dates_of_school(call));
        page = preview(call, &dates, count);
    } else {
        page = api_refuse_err(call, 409);
    }
    recurrence_free(&rule);
    schedule_free(&schedule);
    return page;
}

/* --- a month of the calendar ---------------------------------------------------------------------------------- */

struct month {
    struct api_call *call;
    int first, days; /* the first day, and how many */
    json_t *schedules[MONTH_DAYS_MAX];
    size_t dates;
};

/* "2026-10"; without one the month that is. */
static bool read_month(struct month *month, struct api_call *call)
{
    const char *text = call->filter.query;
    struct local_time now = zone_local(call->setting->zone, call->now);

    if (text) {
        if (strlen(text) != 7 || strspn(text, "0123456789") != 4 || text[4] != '-' ||
            strspn(text + 5, "0123456789") != 2)
            return false;
        now.year = (int)strtol(text, NULL, 10);
        now.month = (int)strtol(text + 5, NULL, 10);
    }
    if (!civil_valid(now.year, now.month, 1))
        return false;
    month->call = call;
    month->first = civil_day(now.year, now.month, 1);
    month->days = 28;
    while (civil_valid(now.year, now.month, month->days + 1))
        month->days++;
    return true;
}

static void put_date(struct month *month, const struct schedule *schedule, const struct date *date)
{
    const struct zone zone = month->call->setting->zone;
    const int day = civil_day_of(zone_local(zone, date->at)) - month->first;
    json_t *one;

    if (day < 0 || day >= month->days || month->dates >= MONTH_DATES_MAX)
        return;
    one = json_object();
    json_put_text(one, "name", schedule->name);
    json_put_text(one, "kind", schedule->kind);
    list_put_time(one, "at", zone, date->at);
    list_put_time(one, "from", zone, date->at == date->origin ? TIME_NEVER : date->origin);
    list_put_text(one, "why", why(month->call, date));
    json_array_append_new(month->schedules[day], one);
    month->dates++;
}

/* All dates of a schedule in the month, in order of their origins, which may lie a while before or behind it. */
static void put_schedule(struct month *month, const struct schedule *schedule)
{
    const struct zone zone = month->call->setting->zone;
    const time_ms slack = (DATES_MOVE_DAYS + 2) * DAY_MS;
    const time_ms begin = zone_instant(zone, civil_date(month->first)), end = begin + (month->days + 1) * DAY_MS;
    struct recurrence rule = { 0 };
    struct dates dates;
    time_ms origin = begin - slack;

    if (!schedule_recurrence(&rule, schedule, NULL))
        return;
    dates = schedule_dates(schedule, &rule, dates_of_school(month->call));
    for (int i = 0; i < DATES_STEPS_MAX; i++) {
        struct date date;

        origin = dates_next_origin(&dates, origin);
        if (origin == TIME_NEVER || origin > end + slack)
            break;
        date = dates_settle(&dates, origin);
        if (date.at != TIME_NEVER)
            put_date(month, schedule, &date);
    }
    recurrence_free(&rule);
}

static void put_schedules(struct month *month)
{
    int64_t ids[SCHEDULES_MAX];
    const size_t count = schedule_active(month->call->store, 0, ids, COUNT(ids));

    for (size_t i = 0; i < count; i++) {
        struct schedule schedule = { 0 };

        if (schedule_get(&schedule, month->call->store, ids[i]))
            put_schedule(month, &schedule);
        schedule_free(&schedule);
    }
}

static json_t *day_row(struct month *month, int index)
{
    struct api_call *call = month->call;
    const struct calendar_day day = calendar_day(call->setting->calendar, month->first + index);
    const struct local_time date = civil_date(day.day);
    CLEANUP(mem_clean) char *text = mem_format("%04d-%02d-%02d", date.year, date.month, date.day);
    json_t *row = json_object();

    json_put_text(row, "date", text);
    json_put_text(row, "weekday", weekday(call, day.weekday));
    json_put_text(row, "kind", day_kind_name(day.kind));
    json_put_flag(row, "school", day.school);
    put_acts_as(row, call, &day);
    list_put_text(row, "name", *day.name ? day.name : NULL);
    list_put_text(row, "name_en", *day.name_en ? day.name_en : NULL);
    put_week(row, call, &day);
    json_put_flag(row, "provisional", day.provisional);
    list_put_text(row, "source", *day.source ? day.source : NULL);
    json_put(row, "schedules", month->schedules[index]);
    put_year_warning(row, call, date.year);
    return row;
}

static int by_time(const void *a, const void *b)
{
    return strcmp(json_text(*(json_t *const *)a, "at", ""), json_text(*(json_t *const *)b, "at", ""));
}

/* The day's dates in order of time. */
static json_t *in_order(json_t *list)
{
    const size_t count = json_array_size(list);
    json_t **rows = mem_new(count, sizeof(json_t *));
    json_t *ordered = json_array();

    for (size_t i = 0; i < count; i++)
        rows[i] = json_array_get(list, i);
    qsort(rows, count, sizeof(json_t *), by_time);
    for (size_t i = 0; i < count; i++)
        json_array_append(ordered, rows[i]);
    free(rows);
    json_decref(list);
    return ordered;
}

json_t *read_calendar(struct api_call *call)
{
    struct month month = { 0 };
    json_t *items;

    if (!read_month(&month, call))
        return api_refuse(call, 400, "month \"%.20s\": write it like 2026-10", call->filter.query);
    for (int i = 0; i < month.days; i++)
        month.schedules[i] = json_array();
    put_schedules(&month);
    items = json_array();
    for (int i = 0; i < month.days; i++) {
        month.schedules[i] = in_order(month.schedules[i]);
        json_array_append_new(items, day_row(&month, i));
    }
    return page_of(items);
}
