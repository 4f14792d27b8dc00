#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes year-2026.txt: a year of schedules by another implementation than ours, against which test_year.c holds it.

Recurrences are python-dateutil's, zones are Python's zoneinfo, the school's days are the tables below (typed from
the State Council's notice, not read from conf/calendars), and what becomes of a date is worked out day by day instead of
rule by rule. Run it in this folder (python3-dateutil must be installed): python3 make.py > year-2026.txt"""
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
SAID = datetime(2025, 12, 31, 23, 59)
ONE = timedelta(days=1)


def days(first, last):
    while first <= last:
        yield first
        first += ONE


def spell(m1, d1, m2, d2):
    return set(days(date(2026, m1, d1), date(2026, m2, d2)))


OFF = (spell(1, 1, 1, 3) | spell(2, 15, 2, 23) | spell(4, 4, 4, 6) | spell(5, 1, 5, 5) | spell(6, 1, 6, 1) | spell(6, 19, 6, 21)
       | spell(9, 25, 9, 27) | spell(10, 1, 10, 7) | {date(2027, 1, 1)})
# weekday of the lessons, Monday 0
MADE_UP = {date(2026, 1, 4): 4, date(2026, 5, 9): 1, date(2026, 9, 20): 1, date(2026, 10, 10): 2}
TERMS = [(date(2025, 9, 1), date(2026, 1, 30)), (date(2026, 3, 2), date(2026, 7, 3)), (date(2026, 9, 1), date(2027, 1, 29))]


def term_of(day):
    return next((t for t in TERMS if t[0] <= day <= t[1]), None)


def week_of(day):
    first = term_of(day)[0]
    return (day - (first - first.weekday() * ONE)).days // 7 + 1


def school(day):
    return term_of(day) is not None and day not in OFF and (day in MADE_UP or day.weekday() < 5)


def lessons(day):
    """Whose weekday's timetable the day has."""
    return MADE_UP[day] if school(day) and day in MADE_UP else day.weekday()


def instant(naive, zone):
    """The first of two instants with that reading; behind a gap the first one that exists."""
    there = naive.replace(tzinfo=zone).astimezone(timezone.utc)
    if there.astimezone(zone).replace(tzinfo=None) == naive:
        return there
    probe = naive
    while probe.replace(tzinfo=zone).astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None) != probe:
        probe += timedelta(minutes=1)
    return probe.replace(tzinfo=zone).astimezone(timezone.utc)


class Schedule:
    def __init__(self, zone, how, rule, times="09:00", only_school=False, holiday="keep", quiet="wait", start=None, weeks=None):
        self.zone_name, self.how, self.rule, self.only_school = zone, how, rule, only_school
        self.zone, self.holiday, self.quiet, self.start, self.weeks = ZoneInfo(zone), holiday, quiet, start, weeks
        self.times = [time.fromisoformat(t) for t in times.split(",")]

    def plain_days(self):
        """Days of the rule by dateutil: from a little before the year to a little behind it."""
        begin = self.start or datetime.combine(FIRST, time())
        if not self.start and "INTERVAL" in self.rule:
            plain = ";".join(p for p in self.rule.split(";") if not p.startswith("INTERVAL"))
            begin = next(iter(rrulestr(plain, dtstart=begin)))
        return {d.date() for d in rrulestr(self.rule, dtstart=begin).between(datetime(2025, 11, 1), datetime(2027, 2, 1), inc=True)}

    def is_weekly(self):
        return "FREQ=WEEKLY" in self.rule or ("FREQ=DAILY" in self.rule and "BYDAY" in self.rule)

    def origin_days(self):
        if self.weeks:
            wanted = ["MO TU WE TH FR SA SU".split().index(d) for d in self.rule.split(",")]
            return [d for d in days(FIRST, date(2027, 1, 31)) if term_of(d) and self.weeks(week_of(d)) and lessons(d) in wanted]
        plain = self.plain_days()
        if not (self.only_school and self.is_weekly()):
            return sorted(plain)
        # day by day: a day has the rule's dates when its week has one on the weekday whose lessons it has
        found = []
        for day in days(date(2025, 12, 1), date(2027, 1, 31)):
            if day - day.weekday() * ONE + lessons(day) * ONE in plain:
                found.append(day)
        return found

    def move(self, day, step):
        for i in range(1, 31):
            to = day + i * step * ONE
            if school(to) or (not self.only_school and term_of(to) is None and to not in OFF and to.weekday() < 5):
                return to
        return None

    def settled_day(self, day):
        off = not school(day) if self.only_school else day in OFF
        if not off or self.holiday == "keep":
            return day
        if self.holiday == "skip" or (self.only_school and term_of(day) is None):
            return None
        return self.move(day, 1 if self.holiday == "next" else -1)

    def settled(self, day, at):
        to = self.settled_day(day)
        if to is None:
            return None
        there = instant(datetime.combine(to, at), self.zone)
        local = there.astimezone(self.zone)
        quiet = local.hour >= 21 or local.hour < 7
        if not quiet or self.quiet == "wait":
            return there
        if self.quiet == "skip":
            return None
        evening = local.date() if local.hour >= 21 else local.date() - ONE
        return instant(datetime.combine(evening, time(21)), self.zone) - timedelta(hours=1)

    def dates(self):
        found = []
        for day in self.origin_days():
            for at in self.times:
                origin = instant(datetime.combine(day, at), self.zone)
                there = self.settled(day, at)
                # origins begin with the year: the schedules are entered on 31 December 2025
                if there and day >= FIRST and FIRST <= there.astimezone(self.zone).date() <= LAST:
                    found.append((there, origin))
        return sorted(set(found))

    def write(self):
        print("= %s | %s | %s | %s | %s" % (self.zone_name, self.how, "school" if self.only_school else "any", self.holiday, self.quiet))
        for there, origin in self.dates():
            line = there.astimezone(self.zone).isoformat()
            if origin != there:
                line += " < " + origin.astimezone(self.zone).isoformat()
            print(line)


SH, BERLIN, NEW_YORK, LORD_HOWE, AUCKLAND = "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland"
ODD, EVEN = (lambda n: n % 2 == 1), (lambda n: n > 0 and n % 2 == 0)


def at_start(text):
    return datetime.fromisoformat(text)


SCHEDULES = [
    # every day and week, whatever the calendar says
    Schedule(SH, "every day at 18:00", "FREQ=DAILY", "18:00"),
    Schedule(SH, "every 每周一9:00", "FREQ=WEEKLY;BYDAY=MO"),
    Schedule(SH, "every week on Monday at 09:00", "FREQ=WEEKLY;BYDAY=MO", holiday="skip"),
    Schedule(SH, "every week on Monday at 09:00", "FREQ=WEEKLY;BYDAY=MO", holiday="next"),
    Schedule(SH, "every week on Monday at 09:00", "FREQ=WEEKLY;BYDAY=MO", holiday="before"),
    Schedule(SH, "every month on the 1st Saturday at 09:00", "FREQ=MONTHLY;BYDAY=1SA"),
    Schedule(SH, "every month on the 1st Saturday at 09:00", "FREQ=MONTHLY;BYDAY=1SA", holiday="next"),
    Schedule(SH, "every month on the 1st Saturday at 09:00", "FREQ=MONTHLY;BYDAY=1SA", holiday="before"),
    Schedule(SH, "every month on the last day at 18:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "18:00"),
    Schedule(SH, "every month on day 1 and 15 at 9:00", "FREQ=MONTHLY;BYMONTHDAY=1,15", holiday="next"),
    Schedule(SH, "every 每年6月1日9点", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1"),
    Schedule(SH, "every 每年6月1日9点", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", holiday="before"),
    Schedule(SH, "every year on 1 October at 9:00", "FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1", holiday="next"),
    Schedule(SH, "rrule FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 2026-01-01 16:30", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
             "16:30", start=at_start("2026-01-01")),
    Schedule(SH, "rrule FREQ=WEEKLY;BYDAY=FR;UNTIL=20260515 2026-01-02 15:00", "FREQ=WEEKLY;BYDAY=FR;UNTIL=20260515T235959", "15:00",
             start=at_start("2026-01-02")),
    Schedule(SH, "rrule FREQ=DAILY;INTERVAL=10 2026-07-01 20:30", "FREQ=DAILY;INTERVAL=10", "20:30", start=at_start("2026-07-01")),
    Schedule(SH, "rrule FREQ=DAILY;BYHOUR=7,12;BYMINUTE=30;COUNT=40 2026-09-28 07:30", "FREQ=DAILY;COUNT=20", "07:30,12:30", holiday="skip",
             start=at_start("2026-09-28")),
    # school days
    Schedule(SH, "every school day at 07:30", "FREQ=DAILY", "07:30", True, "skip"),
    Schedule(SH, "every 每个上学日17:30", "FREQ=DAILY", "17:30", True, "skip"),
    Schedule(SH, "every weekday at 8:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "08:30", True, "skip"),
    Schedule(SH, "every school week on Wednesday at 15:00", "FREQ=WEEKLY;BYDAY=WE", "15:00", True, "skip"),
    Schedule(SH, "every week on Tuesday at 15:00", "FREQ=WEEKLY;BYDAY=TU", "15:00", True, "next"),
    Schedule(SH, "every week on Friday at 15:00", "FREQ=WEEKLY;BYDAY=FR", "15:00", True, "before"),
    Schedule(SH, "every 每周五15:00", "FREQ=WEEKLY;BYDAY=FR", "15:00", True, "next"),
    Schedule(SH, "every week on Saturday at 10:00", "FREQ=WEEKLY;BYDAY=SA", "10:00", True, "skip"),
    Schedule(SH, "every week on Mon, Wed at 9:00", "FREQ=WEEKLY;BYDAY=MO,WE", "09:00", True, "skip"),
    Schedule(SH, "every 2 weeks on Tuesday at 15:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "15:00", True, "skip"),
    Schedule(SH, "every 每两周周三15:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "15:00", True, "before"),
    Schedule(SH, "rrule FREQ=WEEKLY;INTERVAL=2;BYDAY=WE 2026-01-14 15:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "15:00", True, "skip",
             start=at_start("2026-01-14")),
    Schedule(SH, "every month on the 1st at 09:00", "FREQ=MONTHLY;BYMONTHDAY=1", "09:00", True, "next"),
    Schedule(SH, "every month on the 1st at 09:00", "FREQ=MONTHLY;BYMONTHDAY=1", "09:00", True, "before"),
    Schedule(SH, "every month on day 1 and 5 at 9:00", "FREQ=MONTHLY;BYMONTHDAY=1,5", "09:00", True, "next"),
    Schedule(SH, "every month on the last Friday at 16:00", "FREQ=MONTHLY;BYDAY=-1FR", "16:00", True, "before"),
    Schedule(SH, "every 每月第一个周一9:00", "FREQ=MONTHLY;BYDAY=1MO", "09:00", True, "skip"),
    # weeks of the terms
    Schedule(SH, "every week 3 on Monday at 09:00", "MO", "09:00", True, "next", weeks=lambda n: n == 3),
    Schedule(SH, "every 第3、8、13周周一9:00", "MO", "09:00", True, "next", weeks=lambda n: n in (3, 8, 13)),
    Schedule(SH, "every weeks 1 to 6 on Wed, Fri at 16:00", "WE,FR", "16:00", True, "before", weeks=lambda n: 1 <= n <= 6),
    Schedule(SH, "every odd weeks on Friday at 15:00", "FR", "15:00", True, "skip", weeks=ODD),
    Schedule(SH, "every 双周周五15:00", "FR", "15:00", True, "skip", weeks=EVEN),
    Schedule(SH, "every even weeks on Tuesday at 15:00", "TU", "15:00", True, "next", weeks=EVEN),
    # quiet hours, 21:00 to 07:00
    Schedule(SH, "every month on the 1st Saturday at 21:30", "FREQ=MONTHLY;BYDAY=1SA", "21:30"),
    Schedule(SH, "every month on the 1st Saturday at 21:30", "FREQ=MONTHLY;BYDAY=1SA", "21:30", quiet="before"),
    Schedule(SH, "every school day at 6:30", "FREQ=DAILY", "06:30", True, "skip", "before"),
    Schedule(SH, "every week on Monday at 21:00", "FREQ=WEEKLY;BYDAY=MO", "21:00", False, "next", "skip"),
    # clocks that are put forward and back: 2:30 in Berlin and New York, half an hour in Lord Howe
    Schedule(BERLIN, "every day at 2:30", "FREQ=DAILY", "02:30"),
    Schedule(BERLIN, "every week on Sunday at 2:30", "FREQ=WEEKLY;BYDAY=SU", "02:30", quiet="before"),
    Schedule(BERLIN, "every school day at 07:30", "FREQ=DAILY", "07:30", True, "skip"),
    Schedule(NEW_YORK, "every day at 1:30", "FREQ=DAILY", "01:30"),
    Schedule(NEW_YORK, "every day at 2:15", "FREQ=DAILY", "02:15"),
    Schedule(NEW_YORK, "every month on the 1st Sunday at 1:30", "FREQ=MONTHLY;BYDAY=1SU", "01:30", holiday="next"),
    Schedule(LORD_HOWE, "every day at 1:45", "FREQ=DAILY", "01:45"),
    Schedule(LORD_HOWE, "every day at 2:15", "FREQ=DAILY", "02:15"),
    Schedule(AUCKLAND, "every 2 weeks on Sunday at 2:30", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "02:30"),
    Schedule(AUCKLAND, "every week 3 on Monday at 06:45", "MO", "06:45", True, "next", "before", weeks=lambda n: n == 3),
]

print("""# SPDX-License-Identifier: Apache-2.0
# Schedules over the year 2026, entered on 31 December 2025, 23:59. Made by make.py beside this file: python-dateutil, zoneinfo
# and a table of the school's days of its own; test_year.c holds our dates against it. Quiet hours are 21:00 to 07:00.
#   = ZONE | how it was said | any day or school days | on a holiday | in quiet hours
#   when it happens < when the rule says, if that differs""")
for schedule in SCHEDULES:
    schedule.write()
