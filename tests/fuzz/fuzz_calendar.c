/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an iCalendar file. What is taken must answer every question about every day of some years without
 * contradiction, and a schedule's dates on it must go forward; slowness is a finding too (run with -timeout=10).
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/dates.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_days(const struct calendar *calendar)
{
    const int first = civil_day(2026, 1, 1);
    int other;

    for (int day = first; day < first + 800; day += 3) {
        const struct calendar_day is = calendar_day(calendar, day);

        assert(is.school == (is.kind == DAY_SCHOOL || is.kind == DAY_MAKE_UP));
        assert(is.weekday == civil_weekday(day) && is.acts_as >= 0 && is.acts_as <= 7);
        assert((is.term == NULL) == (is.week < 0));
        assert(!is.term || (is.week >= 0 && is.week <= calendar_weeks(is.term)));
    }
    if (calendar_next_school_day(&other, calendar, first, 400))
        assert(other >= first && calendar_day(calendar, other).school);
    for (int year = 2025; year < 2030; year++)
        calendar_year(calendar, year);
}

static void ask_dates(const struct calendar *calendar, const char *every, enum holiday_rule on_holiday)
{
    const struct local_time said = { .year = 2026, .month = 9, .day = 1, .hour = 10 };
    struct recurrence recurrence = { 0 };
    struct dates dates = { .recurrence = &recurrence,
                           .calendar = calendar,
                           .quiet = { 21 * 60, 7 * 60 },
                           .on_holiday = on_holiday,
                           .in_quiet = QUIET_BEFORE };
    struct date_place place;
    struct date date;

    assert(zone_open(&dates.zone, "Asia/Shanghai", NULL) && recurrence_every(&recurrence, every, said, NULL));
    dates.school_days = recurrence.school_days;
    place = dates_after(zone_instant(dates.zone, said));
    for (int i = 0; i < 10 && dates_next(&date, &dates, place); i++) {
        assert(date.at > place.at || (date.at == place.at && date.origin > place.origin));
        place = (struct date_place){ date.at, date.origin };
    }
    recurrence_free(&recurrence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct calendar_setting setting = { .stage = size % STAGES, .week_starts = size % 2 ? 7 : 1 };
    struct mistakes mistakes = { 0 };
    struct calendar *calendar = calendar_of_text(&setting, "fuzz.ics", (const char *)data, size, &mistakes);

    assert((calendar == NULL) == (mistakes.count > 0));
    if (calendar) {
        ask_days(calendar);
        ask_dates(calendar, "school week on Tuesday at 07:00", HOLIDAY_BEFORE);
        ask_dates(calendar, "odd weeks on Friday at 06:00", HOLIDAY_NEXT);
        ask_dates(calendar, "month on the 1st at 22:00", HOLIDAY_NEXT);
    }
    calendar_free(calendar);
    mistakes_free(&mistakes);
    return 0;
}
