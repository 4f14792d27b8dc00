/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The school's days as staff read them: a month with what is scheduled on each day, and the next dates of a schedule with
 * those that are left out and why. Below stands what is not known of a year's holidays, once.
 */
#include <string.h>

#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { TIME_AT = 11, TIME_LENGTH = 5 /* "07:30" in RFC 3339 */, WARNING_INDENT = 9, WARNINGS_MAX = 4 };

/* The API names weekdays in the school's language; people read them in theirs. */
static char *cell_weekday(const json_t *object, const char *path)
{
    static const struct {
        const char *en, *zh, *shown;
    } names[] = { { "Monday", "周一", N_("Mon") },    { "Tuesday", "周二", N_("Tue") },
                  { "Wednesday", "周三", N_("Wed") }, { "Thursday", "周四", N_("Thu") },
                  { "Friday", "周五", N_("Fri") },    { "Saturday", "周六", N_("Sat") },
                  { "Sunday", "周日", N_("Sun") } };
    const char *name = json_text(object, path, "");

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(name, names[i].en) == 0 || strcmp(name, names[i].zh) == 0)
            return mem_dup(_(names[i].shown));
    return mem_dup(name);
}

static char *cell_week(const json_t *object, const char *path)
{
    const int64_t week = json_int(object, path, -1);

    return week < 0 ? mem_dup("") : week == 0 ? mem_dup(_("week 0")) : mem_format(_("week %d"), (int)week);
}

/* The name in the reader's language where the calendar has it. */
static char *cell_called(const json_t *object, const char *path)
{
    const char *name = json_text(object, path, ""), *name_en = json_text(object, "name_en", "");

    return mem_dup(!language_is("zh") && *name_en ? name_en : name);
}

/* "make-up day (Wed)" */
static char *cell_day_kind(const json_t *object, const char *path)
{
    static const struct {
        const char *kind, *shown;
    } kinds[] = { { "school", N_("school day") },
                  { "make_up", N_("make-up day") },
                  { "weekend", "–" },
                  { "holiday", N_("holiday") },
                  { "break", N_("vacation") } };
    const char *shown = json_text(object, path, "");
    CLEANUP(mem_clean) char *acts_as = cell_weekday(object, "acts_as");

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].kind, shown) == 0)
            shown = _(kinds[i].shown);
    return *acts_as ? mem_format(_("%s (%s)"), shown, acts_as) : mem_dup(shown);
}

/* "07:30 daily; 09:00 monthly ←10-03": an arrow to the day it was moved from. */
static char *cell_scheduled(const json_t *object, const char *path)
{
    const json_t *list = json_object_get(object, path), *one;
    struct text out = { 0 };
    size_t i;

    json_array_foreach (list, i, one) {
        const char *at = json_text(one, "at", "");
        CLEANUP(mem_clean) char *from = cell_short(one, "from");

        text_add(&out, out.length ? "; " : "");
        if (strlen(at) > TIME_AT + TIME_LENGTH)
            text_add_n(&out, at + TIME_AT, TIME_LENGTH);
        text_add_format(&out, " %s", json_text(one, "name", ""));
        if (*from)
            text_add_format(&out, " ←%.*s", (int)strcspn(from, " "), from);
    }
    return text_take(&out);
}

static const struct view_column month_columns[VIEW_COLUMNS_MAX] = {
    { N_("date"), "date", cell_text, LOOK_WHOLE },     { N_("weekday"), "weekday", cell_weekday, LOOK_WHOLE },
    { N_("week"), "week", cell_week, LOOK_WHOLE },     { N_("day"), "kind", cell_day_kind, LOOK_WHOLE },
    { N_("called"), "name", cell_called, LOOK_PROSE }, { N_("scheduled"), "schedules", cell_scheduled, LOOK_PROSE },
};

static const struct view_column date_columns[VIEW_COLUMNS_MAX] = {
    { N_("date"), "at", cell_time, LOOK_WHOLE },
    { N_("weekday"), "weekday", cell_weekday, LOOK_WHOLE },
    { N_("as on"), "acts_as", cell_weekday, LOOK_WHOLE },
    { N_("week"), "week", cell_week, LOOK_WHOLE },
    { N_("moved from"), "from", cell_short, LOOK_WHOLE },
    { N_("because of"), "why", cell_text, LOOK_PROSE },
    { N_("moved by quiet hours to"), "quiet", cell_time, LOOK_WHOLE },
};

static const struct view_column skipped_columns[VIEW_COLUMNS_MAX] = {
    { N_("date"), "at", cell_time, LOOK_WHOLE },
    { N_("weekday"), "weekday", cell_weekday, LOOK_WHOLE },
    { N_("because of"), "why", cell_text, LOOK_PROSE },
};

/* Each text of a field once, in order; at most WARNINGS_MAX. */
static size_t distinct(const json_t *items, const char *field, const char *out[static WARNINGS_MAX])
{
    size_t count = 0, i;
    const json_t *item;

    json_array_foreach (items, i, item) {
        const char *text = json_text(item, field, NULL);
        bool known = !text;

        for (size_t k = 0; k < count; k++)
            known = known || strcmp(out[k], text) == 0;
        if (!known && count < WARNINGS_MAX)
            out[count++] = text;
    }
    return count;
}

static void draw_warnings(const struct screen *screen, const json_t *items)
{
    const char *warnings[WARNINGS_MAX];
    const size_t count = distinct(items, "warning", warnings);

    for (size_t i = 0; i < count; i++) {
        screen_styled(screen, STYLE_WAIT, _("warning: "));
        screen_wrapped(screen, WARNING_INDENT, STYLE_PLAIN, warnings[i]);
    }
}

static void draw_heading(const struct screen *screen, const char *text)
{
    CLEANUP(mem_clean) char *clean = screen_line(text);

    screen_styled(screen, STYLE_HEAD, clean);
    screen_format(screen, "\n");
}

void draw_calendar(const struct screen *screen, const json_t *items)
{
    const char *terms[WARNINGS_MAX];
    const size_t count = distinct(items, "term", terms);

    for (size_t i = 0; i < count; i++)
        draw_heading(screen, terms[i]);
    view_list(screen, month_columns, items);
    draw_warnings(screen, items);
}

void draw_dates(const struct screen *screen, const json_t *items)
{
    json_t *skipped = json_array();
    const json_t *item;
    size_t i;

    view_list(screen, date_columns, items);
    json_array_foreach (items, i, item)
        json_array_extend(skipped, json_object_get(item, "skipped"));
    if (json_array_size(skipped)) {
        screen_format(screen, "\n");
        draw_heading(screen, _("Left out"));
        view_list(screen, skipped_columns, skipped);
    }
    json_decref(skipped);
    draw_warnings(screen, items);
}
