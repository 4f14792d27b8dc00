/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board of an emergency, whole, out of what `alert show` answers and the seconds that have passed since: who was
 * asked how and what came of it, the steps with their times, the clocks, who was told, reports. And what an alert would
 * do before it is raised. Pure: drawing again is following.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { TOLD_SHOWN = 40, ATTEMPTS_SHOWN = 60, LABEL = 14 };

/* "12:34", "1:02:03"; below 0 with a minus. The caller frees. */
static char *countdown(int64_t seconds)
{
    const int64_t s = seconds < 0 ? -seconds : seconds;
    const char *minus = seconds < 0 ? "-" : "";

    if (s >= 3600)
        return mem_format("%s%" PRId64 ":%02d:%02d", minus, s / 3600, (int)(s % 3600 / 60), (int)(s % 60));
    return mem_format("%s%d:%02d", minus, (int)(s / 60), (int)(s % 60));
}

/* "09:20" of a time. The caller frees. */
static char *hour(const json_t *object, const char *key)
{
    const char *text = json_text(object, key, "");

    return strlen(text) >= 16 ? mem_dup_n(text + 11, 5) : mem_dup("");
}

static void label(const struct screen *screen, const char *title)
{
    const size_t used = utf8_width(title);

    screen_styled(screen, STYLE_DIM, title);
    screen_blanks(screen, used < LABEL ? LABEL - used : 1);
}

static void field(const struct screen *screen, const char *title, const char *text, enum style style)
{
    if (!text || !*text)
        return;
    label(screen, title);
    screen_wrapped(screen, LABEL, style, text);
}

static void heading(const struct screen *screen, const char *title)
{
    screen_format(screen, "\n");
    screen_styled(screen, STYLE_HEAD, title);
    screen_format(screen, "\n");
}

/* --- the board --- */

static void draw_head(const struct screen *screen, const json_t *alert)
{
    CLEANUP(mem_clean) char *title = screen_line(json_text(alert, "title", ""));
    CLEANUP(mem_clean) char *created = cell_short(alert, "created");
    CLEANUP(mem_clean) char *line =
        mem_format(_("alert %lld: %s, %s"), (long long)json_int(alert, "id", 0),
                   language_word(json_text(alert, "kind", "")), language_word(json_text(alert, "severity", "-")));
    const char *state = json_text(alert, "state", "");

    screen_styled(screen, STYLE_HEAD, line);
    screen_format(screen, "  ");
    screen_styled(screen, screen_style_of(state), language_word(state));
    if (json_flag(alert, "drill", false)) {
        screen_format(screen, "  ");
        screen_styled(screen, STYLE_WAIT, _("DRILL"));
    }
    screen_format(screen, "  %s\n", created);
    screen_wrapped(screen, 0, STYLE_PLAIN, title);
}

static void draw_facts(const struct screen *screen, const json_t *alert)
{
    const json_t *situation = json_object_get(alert, "situation");
    CLEANUP(mem_clean) char *taken = cell_who(alert, "acknowledged_by");
    CLEANUP(mem_clean) char *child = cell_who(alert, "student");
    CLEANUP(mem_clean) char *issued = cell_short(alert, "issued");
    CLEANUP(mem_clean) char *office =
        json_text(alert, "issuer", NULL) ? mem_format("%s, %s", json_text(alert, "issuer", ""), issued) : NULL;

    field(screen, _("warning of"), office, STYLE_PLAIN);
    field(screen, _("measures"), json_text(alert, "measures", ""), STYLE_PLAIN);
    if (situation)
        field(screen, _("situation"), language_word(json_text(situation, "en", "")), STYLE_PLAIN);
    field(screen, _("to"), json_text(alert, "audience", ""), STYLE_PLAIN);
    field(screen, _("raised by"), json_text(alert, "by", ""), STYLE_PLAIN);
    field(screen, _("taken by"), *taken ? taken : _("nobody yet"),
          *taken || strcmp(json_text(alert, "state", ""), "open") != 0 ? STYLE_GOOD : STYLE_BAD);
    if (json_object_get(alert, "student"))
        field(screen, _("child"), child, STYLE_PLAIN);
    field(screen, _("outcome"), json_text(alert, "outcome", ""), STYLE_PLAIN);
}

static enum style clock_style(const char *state)
{
    if (strcmp(state, "kept") == 0)
        return STYLE_GOOD;
    return strcmp(state, "running") == 0 ? STYLE_WAIT : strcmp(state, "ended") == 0 ? STYLE_DIM : STYLE_BAD;
}

static char *clock_line(const json_t *clock, int64_t passed)
{
    const char *state = json_text(clock, "state", "");
    CLEANUP(mem_clean) char *due = hour(clock, "due");
    CLEANUP(mem_clean) char *kept = cell_short(clock, "kept");
    CLEANUP(mem_clean) char *left = countdown(json_int(clock, "left_s", 0) - passed);
    const int64_t need = json_int(clock, "need", 0);
    struct text out = { 0 };

    if (strcmp(state, "running") == 0)
        text_add_format(&out, _("%s left (until %s)"), left, due);
    else
        text_add_format(&out, "%s %s", language_word(state), kept);
    if (need > 1)
        text_add_format(&out, _(", %lld of %lld children"), (long long)json_int(clock, "have", 0), (long long)need);
    if (json_text(clock, "note", NULL))
        text_add_format(&out, ", %s", json_text(clock, "note", ""));
    return text_take(&out);
}

static void draw_clocks(const struct screen *screen, const json_t *alert, int64_t passed)
{
    const json_t *clocks = json_object_get(alert, "clocks"), *clock;
    size_t i;

    if (json_array_size(clocks))
        heading(screen, _("Clocks"));
    json_array_foreach (clocks, i, clock) {
        const char *state = json_text(clock, "state", "");
        const bool over = strcmp(state, "running") == 0 && json_int(clock, "left_s", 0) < passed;
        CLEANUP(mem_clean) char *line = clock_line(clock, passed);

        field(screen, language_word(json_text(clock, "name", "")), line, over ? STYLE_BAD : clock_style(state));
    }
}

/* The row of `coming` for this step; NULL. */
static const json_t *coming(const json_t *alert, int64_t step)
{
    const json_t *all = json_object_get(alert, "coming"), *one;
    size_t i;

    json_array_foreach (all, i, one)
        if (json_int(one, "step", -1) == step)
            return one;
    return NULL;
}

/* "guardian:1 (voice, sms): asked at 09:00, 2 reached, 0 not", how long until it comes. */
static char *step_line(const json_t *step, const json_t *next, int64_t passed)
{
    CLEANUP(mem_clean) char *who = cell_list(step, "who");
    CLEANUP(mem_clean) char *channels = cell_list(step, "channels");
    CLEANUP(mem_clean) char *fired = hour(step, "last");
    struct text out = { 0 };

    text_add_format(&out, "%s (%s)", who, channels);
    if (*fired)
        text_add_format(&out, _(": asked at %s, %lld reached, %lld not"), fired, (long long)json_int(step, "made", 0),
                        (long long)json_int(step, "skipped", 0));
    if (next) {
        CLEANUP(mem_clean) char *in = countdown(json_int(next, "in_s", 0) - passed);

        text_add_format(&out, _(": comes in %s"), in);
    }
    return text_take(&out);
}

/* What comes after the last step: begins again, or is handed over. */
static void draw_then(const struct screen *screen, const json_t *alert, size_t steps, int64_t passed)
{
    const json_t *next = coming(alert, (int64_t)steps);
    const char *then = json_text(alert, "then", "");
    CLEANUP(mem_clean) char *in = next ? countdown(json_int(next, "in_s", 0) - passed) : NULL;
    CLEANUP(mem_clean) char *line = NULL;

    if (!*then)
        return;
    line = in ? mem_format(_("%s: comes in %s"), language_word(then), in) : mem_dup(language_word(then));
    field(screen, _("then"), line, in ? STYLE_WAIT : STYLE_DIM);
}

static void draw_steps(const struct screen *screen, const json_t *alert, int64_t passed)
{
    const json_t *steps = json_object_get(alert, "steps"), *step;
    size_t i;

    if (json_array_size(steps))
        heading(screen, _("Steps"));
    json_array_foreach (steps, i, step) {
        const json_t *next = coming(alert, (int64_t)i);
        CLEANUP(mem_clean) char *name = mem_format("%zu %s", i + 1, json_text(step, "branch", ""));
        CLEANUP(mem_clean) char *line = step_line(step, next, passed);

        field(screen, name, line, next ? STYLE_WAIT : STYLE_PLAIN);
    }
    draw_then(screen, alert, i, passed);
}

/* What became of a try: "answered, 23 s", "no answer", "wrong number". */
static char *cell_went(const json_t *attempt, const char *path)
{
    const char *state = json_text(attempt, "state", ""), *reason = json_text(attempt, "reason", "");
    const int64_t seconds = json_int(attempt, "seconds", 0);
    struct text out = { 0 };

    (void)path;
    if (json_flag(attempt, "skipped", false)) {
        text_add_format(&out, _("not asked: %s"), language_word(reason));
        return text_take(&out);
    }
    text_add(&out, language_word(*reason                                                   ? reason
                                 : strcmp(json_text(attempt, "went", ""), "answered") == 0 ? "answered"
                                                                                           : state));
    if (seconds)
        text_add_format(&out, ", %lld s", (long long)seconds);
    if (json_flag(attempt, "after_settled", false))
        text_add_format(&out, " (%s)", _("rang after it was taken"));
    return text_take(&out);
}

static const struct view_column attempt_columns[VIEW_COLUMNS_MAX] = {
    { N_("time"), "at", cell_short, LOOK_WHOLE },
    { N_("step"), "step_shown", cell_text, LOOK_WHOLE },
    { N_("child"), "child", cell_text, LOOK_PROSE },
    { N_("person"), "person", cell_name, LOOK_PROSE },
    { N_("phone"), "number", cell_text, LOOK_WHOLE },
    { N_("channel"), "channel", cell_word, LOOK_WHOLE },
    { N_("what became of it"), "state", cell_went, LOOK_PROSE },
};
static const struct view_column answer_columns[VIEW_COLUMNS_MAX] = {
    { N_("time"), "at", cell_short, LOOK_WHOLE },       { N_("child"), "child", cell_text, LOOK_PROSE },
    { N_("person"), "person", cell_name, LOOK_PROSE },  { N_("meaning"), "class", cell_word, LOOK_STATE },
    { N_("by way of"), "via", cell_word, LOOK_WHOLE },  { N_("by"), "by", cell_text, LOOK_PROSE },
    { N_("beyond it"), "rest", cell_text, LOOK_PROSE },
};
static const struct view_column told_columns[VIEW_COLUMNS_MAX] = {
    { N_("time"), "at", cell_short, LOOK_WHOLE },     { N_("person"), "person", cell_name, LOOK_PROSE },
    { N_("phone"), "number", cell_text, LOOK_WHOLE }, { N_("channel"), "channel", cell_word, LOOK_WHOLE },
    { N_("state"), "state", cell_word, LOOK_STATE },
};
static const struct view_column report_columns[VIEW_COLUMNS_MAX] = {
    { N_("time"), "at", cell_short, LOOK_WHOLE },
    { N_("what"), "kind", cell_word, LOOK_WHOLE },
    { N_("authority"), "authority", cell_word, LOOK_PROSE },
    { N_("by"), "person", cell_name, LOOK_PROSE },
    { N_("way"), "how", cell_word, LOOK_PROSE },
    { N_("text"), "text", cell_text, LOOK_PROSE },
};

/* Those of one second keep their order. */
static int by_time(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    const int order = strcmp(json_text(x, "at", ""), json_text(y, "at", ""));

    return order ? order
                 : (json_int(x, "order", 0) > json_int(y, "order", 0)) -
                       (json_int(x, "order", 0) < json_int(y, "order", 0));
}

/* The rows of all asks under `key` in order of time, each with its child; the newest `most`. */
static json_t *gathered(const json_t *alert, const char *key, size_t most)
{
    const json_t *asks = json_object_get(alert, "asks"), *ask;
    json_t *all = json_array(), *row, **rows;
    size_t i, k, count = 0, total = 0;

    json_array_foreach (asks, i, ask)
        total += json_array_size(json_object_get(ask, key));
    rows = mem_new(total, sizeof *rows);
    json_array_foreach (asks, i, ask) {
        CLEANUP(mem_clean) char *child = cell_name(ask, "student");

        json_array_foreach (json_object_get(ask, key), k, row) {
            rows[count] = json_copy(row);
            json_put_text(rows[count], "child", child);
            json_put_int(rows[count], "order", (json_int_t)count);
            json_put(rows[count], "step_shown",
                     json_sprintf("%lld.%lld", (long long)json_int(row, "round", 0) + 1,
                                  (long long)json_int(row, "step", 0) + 1));
            count++;
        }
    }
    if (count)
        qsort(rows, count, sizeof *rows, by_time);
    for (i = 0; i < count; i++) {
        if (i + most >= count)
            json_array_append_new(all, rows[i]);
        else
            json_decref(rows[i]);
    }
    free(rows);
    return all;
}

static void draw_rows(const struct screen *screen, const char *title, const struct view_column *columns, json_t *rows)
{
    if (json_array_size(rows)) {
        heading(screen, title);
        view_list(screen, columns, rows);
    }
    json_decref(rows);
}

static void draw_told(const struct screen *screen, const json_t *alert)
{
    const json_t *told = json_object_get(alert, "told");
    CLEANUP(mem_clean) char *title = mem_format(
        ngettext("Told: %zu phone", "Told: %zu phones", (unsigned long)json_array_size(told)), json_array_size(told));
    json_t *shown = json_array();

    for (size_t i = 0; i < json_array_size(told) && i < TOLD_SHOWN; i++)
        json_array_append(shown, json_array_get(told, i));
    draw_rows(screen, title, told_columns, shown);
}

static void draw_clear(const struct screen *screen, const json_t *alert)
{
    const json_t *clear = json_object_get(alert, "clear");
    CLEANUP(mem_clean) char *at = cell_short(clear, "at");
    CLEANUP(mem_clean) char *line = NULL;

    if (!json_is_object(clear))
        return;
    line = mem_format(_("%s to %lld phones, %lld sent, %lld read, %lld need help"), at,
                      (long long)json_int(clear, "phones", 0), (long long)json_int(clear, "sent", 0),
                      (long long)json_int(clear, "answered", 0), (long long)json_int(clear, "help", 0));
    screen_format(screen, "\n");
    field(screen, _("all-clear"), line, json_int(clear, "help", 0) ? STYLE_BAD : STYLE_GOOD);
}

void draw_board(const struct screen *screen, const json_t *alert, int64_t passed)
{
    draw_head(screen, alert);
    draw_facts(screen, alert);
    draw_clocks(screen, alert, passed);
    draw_steps(screen, alert, passed);
    draw_rows(screen, _("Asked"), attempt_columns, gathered(alert, "attempts", ATTEMPTS_SHOWN));
    draw_rows(screen, _("Answers"), answer_columns, gathered(alert, "answers", ATTEMPTS_SHOWN));
    draw_told(screen, alert);
    draw_clear(screen, alert);
    draw_rows(screen, _("Reports to authorities"), report_columns, json_deep_copy(json_object_get(alert, "reports")));
}

void draw_alert(const struct screen *screen, const json_t *alert)
{
    draw_board(screen, alert, 0);
}

static const struct view_column list_columns[VIEW_COLUMNS_MAX] = {
    { N_("id"), "id", cell_text, LOOK_NUMBER },
    { N_("made"), "created", cell_short, LOOK_WHOLE },
    { N_("kind"), "kind", cell_word, LOOK_WHOLE },
    { N_("state"), "state", cell_word, LOOK_STATE },
    { N_("severity"), "severity", cell_word, LOOK_WHOLE },
    { N_("taken by"), "acknowledged_by", cell_name, LOOK_PROSE },
    { N_("all-clear"), "cleared", cell_short, LOOK_WHOLE },
    { N_("outcome"), "outcome", cell_text, LOOK_PROSE },
    { N_("title"), "title", cell_text, LOOK_PROSE },
};

/* Drills stand apart. */
void draw_alerts(const struct screen *screen, const json_t *items)
{
    json_t *real = json_array(), *drills = json_array();
    const json_t *one;
    size_t i;

    json_array_foreach (items, i, one)
        json_array_append(json_flag(one, "drill", false) ? drills : real, (json_t *)(uintptr_t)one);
    if (json_array_size(real) || !json_array_size(drills))
        view_list(screen, list_columns, real);
    json_decref(real);
    draw_rows(screen, _("Drills"), list_columns, drills);
}
