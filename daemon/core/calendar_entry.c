/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lines of one calendar entry (VEVENT, RFC 5545 3.6.1) say; see calendar_internal.h. The words of categories,
 * stages and weekdays are tables, in English and Chinese. A line that is wrong is one sentence; the caller knows whether
 * the entry is ours and the mistake matters.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/calendar_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { DAY_DIGITS = 8, DURATION_DAYS_MAX = 400 };

static const struct {
    const char *word;
    enum entry_sort sort;
} categories[] = {
    { "OFF", ENTRY_OFF },       { "HOLIDAY", ENTRY_OFF },    { "放假", ENTRY_OFF },         { "节假日", ENTRY_OFF },
    { "BREAK", ENTRY_BREAK },   { "VACATION", ENTRY_BREAK }, { "寒假", ENTRY_BREAK },       { "暑假", ENTRY_BREAK },
    { "SCHOOL", ENTRY_SCHOOL }, { "上课", ENTRY_SCHOOL },    { "调休", ENTRY_SCHOOL },      { "补课", ENTRY_SCHOOL },
    { "TERM", ENTRY_TERM },     { "学期", ENTRY_TERM },      { "PROVISIONAL", ENTRY_NONE }, { "暂定", ENTRY_NONE },
};

static const struct {
    const char *word;
    enum stage stage;
} stages[] = {
    { "", STAGE_ALL },
    { "all", STAGE_ALL },
    { "全部", STAGE_ALL },
    { "kindergarten", STAGE_KINDERGARTEN },
    { "幼儿园", STAGE_KINDERGARTEN },
    { "primary", STAGE_PRIMARY },
    { "小学", STAGE_PRIMARY },
    { "boarding", STAGE_BOARDING },
    { "寄宿", STAGE_BOARDING },
};

static const struct {
    const char *word;
    int weekday;
} weekdays[] = {
    { "MO", 1 },   { "TU", 2 },   { "WE", 3 },   { "TH", 4 },   { "FR", 5 },   { "SA", 6 },   { "SU", 7 },
    { "周一", 1 }, { "周二", 2 }, { "周三", 3 }, { "周四", 4 }, { "周五", 5 }, { "周六", 6 }, { "周日", 7 },
};

void calendar_entry_free(struct calendar_entry *entry)
{
    free(entry->name);
    free(entry->name_en);
    free(entry->source);
    free(entry->rrule);
    *entry = (struct calendar_entry){ 0 };
}

bool stage_parse(enum stage *out, const char *word)
{
    for (size_t i = 0; i < COUNT(stages); i++) {
        if (strcasecmp(stages[i].word, word) == 0) {
            *out = stages[i].stage;
            return true;
        }
    }
    return false;
}

/* The end of the digits of a day, or NULL. */
static const char *behind_day(const char *text)
{
    for (int i = 0; i < DAY_DIGITS; i++)
        if (text[i] < '0' || text[i] > '9')
            return NULL;
    return text + DAY_DIGITS;
}

static int digits(const char *text, int count)
{
    int value = 0;

    while (count-- > 0)
        value = value * 10 + (*text++ - '0');
    return value;
}

bool calendar_read_day(int *out, const char *text, const char **rest)
{
    const char *end = behind_day(text);
    int year, month, day;

    if (!end)
        return false;
    year = digits(text, 4);
    month = digits(text + 4, 2);
    day = digits(text + 6, 2);
    if (!civil_valid(year, month, day))
        return false;
    *out = civil_day(year, month, day);
    *rest = end;
    return true;
}

/* A DATE or a local DATE-TIME, whose time is left out; `late`: it had one behind midnight. */
static bool read_date(int *out, bool *late, const char *value, struct error *err)
{
    const char *rest = "";

    *late = false;
    if (!calendar_read_day(out, value, &rest))
        return error_set(err, "\"%.40s\": no such day: write it like 20261001", value);
    if (!*rest)
        return true;
    if (*rest != 'T' || strspn(rest + 1, "0123456789") != 6 || (rest[7] && strcmp(rest + 7, "Z") != 0))
        return error_set(err, "\"%.40s\": no such day: write it like 20261001", value);
    if (rest[7])
        return error_set(err, "\"%.40s\": is a time in UTC, whose day depends on the zone: write the day, 20261001",
                         value);
    *late = strncmp(rest + 1, "000000", 6) != 0;
    return true;
}

static bool take_start(struct calendar_entry *entry, char *value, struct error *err)
{
    bool late;

    return read_date(&entry->first, &late, value, err);
}

/* DTEND is the day behind the last one (RFC 5545 3.8.2.2). */
static bool take_end(struct calendar_entry *entry, char *value, struct error *err)
{
    bool late;

    if (!read_date(&entry->last, &late, value, err))
        return false;
    entry->last -= late ? 0 : 1;
    return true;
}

/* "P7D", "P1W" */
static bool take_duration(struct calendar_entry *entry, char *value, struct error *err)
{
    const char *at = value + 1;
    const size_t length = *value == 'P' ? strspn(at, "0123456789") : 0;
    const int number = length > 0 && length < 4 ? digits(at, (int)length) : 0;

    at += length;
    entry->days = number * (*at == 'W' ? CIVIL_WEEK : 1);
    if (!number || entry->days > DURATION_DAYS_MAX || (*at != 'D' && *at != 'W') || at[1])
        return error_set(err, "\"%.40s\": write whole days, P7D", value);
    return true;
}

/* "\n", "\,", "\;" and "\\" of RFC 5545 3.3.11; line breaks become blanks. The caller frees. */
static char *unescaped(const char *value)
{
    struct text out = { 0 };

    for (; *value; value++) {
        char c = *value;

        if (c == '\\' && value[1]) {
            c = *++value;
            c = c == 'n' || c == 'N' ? ' ' : c;
        }
        text_add_char(&out, (unsigned char)c < ' ' ? ' ' : c);
    }
    return text_trim(text_take(&out));
}

static bool put_text(char **field, const char *value, struct error *err)
{
    if (strlen(value) > CALENDAR_NAME_MAX)
        return error_set(err, "has %zu bytes: at most %d", strlen(value), (int)CALENDAR_NAME_MAX);
    free(*field);
    *field = unescaped(value);
    return true;
}

static bool take_summary(struct calendar_entry *entry, char *value, struct error *err)
{
    return put_text(&entry->name, value, err);
}

static bool take_name_en(struct calendar_entry *entry, char *value, struct error *err)
{
    return put_text(&entry->name_en, value, err);
}

static bool take_source(struct calendar_entry *entry, char *value, struct error *err)
{
    return put_text(&entry->source, value, err);
}

static bool take_category(struct calendar_entry *entry, const char *word, struct error *err)
{
    const char *names[COUNT(categories) + 1] = { NULL };
    const char *nearest;

    for (size_t i = 0; i < COUNT(categories); i++) {
        names[i] = categories[i].word;
        if (strcasecmp(word, names[i]) != 0)
            continue;
        entry->ours = true;
        if (categories[i].sort == ENTRY_NONE)
            entry->provisional = true;
        else if (entry->sort != ENTRY_NONE && entry->sort != categories[i].sort)
            return error_set(err, "\"%.40s\" beside another: an entry is one of OFF, BREAK, SCHOOL and TERM", word);
        else
            entry->sort = categories[i].sort;
        return true;
    }
    nearest = text_nearest(word, names);
    if (!nearest || strlen(word) < 3)
        return true; /* somebody else's */
    entry->ours = true;
    return error_set(err, "\"%.40s\" is not known: did you mean %s?", word, nearest);
}

/* Calls `take` with each trimmed word of a list with commas. */
static bool each(struct calendar_entry *entry, char *value,
                 bool (*take)(struct calendar_entry *entry, const char *word, struct error *err), struct error *err)
{
    char *word;

    while ((word = strsep(&value, ",")))
        if (!take(entry, text_trim(word), err))
            return false;
    return true;
}

static bool take_categories(struct calendar_entry *entry, char *value, struct error *err)
{
    return each(entry, value, take_category, err);
}

static bool take_one_stage(struct calendar_entry *entry, const char *word, struct error *err)
{
    enum stage stage;

    if (!stage_parse(&stage, word))
        return error_set(err, "\"%.40s\" is not known: write kindergarten, primary or boarding", word);
    entry->stages |= 1u << stage;
    return true;
}

static bool take_stage(struct calendar_entry *entry, char *value, struct error *err)
{
    return each(entry, value, take_one_stage, err);
}

static bool take_acts_as(struct calendar_entry *entry, char *value, struct error *err)
{
    for (size_t i = 0; i < COUNT(weekdays); i++)
        if (strcasecmp(weekdays[i].word, value) == 0)
            entry->acts_as = weekdays[i].weekday;
    return entry->acts_as || error_set(err, "\"%.40s\" is no weekday: write MO, TU, WE, TH, FR, SA or SU", value);
}

static bool take_week_one(struct calendar_entry *entry, char *value, struct error *err)
{
    bool late;

    return read_date(&entry->week_one, &late, value, err);
}

static bool take_rrule(struct calendar_entry *entry, char *value, struct error *err)
{
    if (entry->rrule)
        return error_set(err, "stands twice: make it two entries");
    entry->rrule = mem_dup(value);
    return true;
}

static bool take_excluded(struct calendar_entry *entry, const char *word, struct error *err)
{
    bool late;

    if (entry->excluded_count == EXCLUDED_MAX)
        return error_set(err, "more than %d days: end the rule earlier", (int)EXCLUDED_MAX);
    return read_date(&entry->excluded[entry->excluded_count++], &late, word, err);
}

static bool take_exdate(struct calendar_entry *entry, char *value, struct error *err)
{
    return each(entry, value, take_excluded, err);
}

static bool take_status(struct calendar_entry *entry, char *value, struct error *err)
{
    (void)err;
    entry->cancelled = strcasecmp(value, "CANCELLED") == 0;
    return true;
}

static bool refuse(struct calendar_entry *entry, char *value, struct error *err)
{
    (void)entry, (void)value;
    return error_set(err, "is not read here: write an entry of its own for each span of days");
}

static const struct {
    const char *name;
    bool (*take)(struct calendar_entry *entry, char *value, struct error *err);
} properties[] = {
    { "SUMMARY", take_summary },
    { "DTSTART", take_start },
    { "DTEND", take_end },
    { "DURATION", take_duration },
    { "RRULE", take_rrule },
    { "EXDATE", take_exdate },
    { "RDATE", refuse },
    { "RECURRENCE-ID", refuse },
    { "CATEGORIES", take_categories },
    { "STATUS", take_status },
    { "X-GREENLINE-NAME-EN", take_name_en },
    { "X-GREENLINE-ACTS-AS", take_acts_as },
    { "X-GREENLINE-STAGE", take_stage },
    { "X-GREENLINE-WEEK-ONE", take_week_one },
    { "X-GREENLINE-SOURCE", take_source },
};

bool calendar_entry_take(struct calendar_entry *entry, const char *property, char *value, struct error *err)
{
    const char *names[COUNT(properties) + 1] = { NULL };
    const char *nearest;

    for (size_t i = 0; i < COUNT(properties); i++) {
        names[i] = properties[i].name;
        if (strcmp(names[i], property) == 0)
            return properties[i].take(entry, value, err);
    }
    if (!text_starts(property, "X-GREENLINE-"))
        return true;
    entry->ours = true;
    nearest = text_nearest(property, names);
    return error_set(err, "is not known%s%s: conf/calendars/README.md names them all", nearest ? ": did you mean " : "",
                     nearest ? nearest : "");
}

static bool check_week_one(const struct calendar_entry *entry, struct error *err)
{
    if (entry->week_one < 0)
        return true;
    if (entry->sort != ENTRY_TERM)
        return error_set(err, "X-GREENLINE-WEEK-ONE goes with CATEGORIES:TERM only");
    return (entry->week_one >= entry->first && entry->week_one <= entry->last) ||
           error_set(err, "X-GREENLINE-WEEK-ONE: week 1 begins outside the term");
}

bool calendar_entry_end(struct calendar_entry *entry, struct error *err)
{
    if (entry->sort == ENTRY_NONE)
        return error_set(err, "CATEGORIES: say OFF, BREAK, SCHOOL or TERM");
    if (entry->first < 0)
        return error_set(err, "DTSTART is missing: write DTSTART;VALUE=DATE:20261001");
    if (entry->last >= 0 && entry->days)
        return error_set(err, "DTEND and DURATION exclude each other");
    if (entry->last < 0)
        entry->last = entry->first + (entry->days ? entry->days : 1) - 1;
    if (entry->last < entry->first)
        return error_set(err, "DTEND is the day behind the last one, and must come after DTSTART");
    if (entry->last - entry->first >= CALENDAR_SPAN_DAYS_MAX)
        return error_set(err, "DTEND: more than %d days: is the year right?", (int)CALENDAR_SPAN_DAYS_MAX);
    if (!entry->name || !*entry->name)
        return error_set(err, "SUMMARY is missing: say what the days are called");
    if (entry->acts_as && (entry->sort != ENTRY_SCHOOL || entry->first != entry->last))
        return error_set(err, "X-GREENLINE-ACTS-AS goes with one day of CATEGORIES:SCHOOL only");
    if (entry->rrule && entry->sort == ENTRY_TERM)
        return error_set(err, "RRULE: a term does not repeat: write an entry for each");
    return check_week_one(entry, err);
}
