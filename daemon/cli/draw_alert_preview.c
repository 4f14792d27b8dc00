/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an alert would do, before it is raised: who is called first and by what, when the next steps come, who cannot be
 * reached and why, the clocks, how it reads; whom to ring by hand stands first where the law asks for a report.
 */
#include <string.h>

#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { FIRST_SHOWN = 20, LABEL = 14 };

static const struct view_column first_columns[VIEW_COLUMNS_MAX] = {
    { N_("child"), "student", cell_name, LOOK_PROSE },
    { N_("person"), "person", cell_who, LOOK_PROSE },
    { N_("phone"), "number", cell_text, LOOK_WHOLE },
    { N_("channel"), "channel", cell_word, LOOK_WHOLE },
};
static const struct view_column unreachable_columns[VIEW_COLUMNS_MAX] = {
    { N_("child"), "student", cell_name, LOOK_PROSE },
    { N_("who"), "who", cell_word, LOOK_WHOLE },
    { N_("person"), "person", cell_who, LOOK_PROSE },
    { N_("reason"), "reason", cell_word, LOOK_PROSE },
};

static void heading(const struct screen *screen, const char *title)
{
    screen_format(screen, "\n");
    screen_styled(screen, STYLE_HEAD, title);
    screen_format(screen, "\n");
}

static void draw_table(const struct screen *screen, const char *title, const struct view_column *columns,
                       const json_t *rows)
{
    json_t *shown = json_array();

    for (size_t i = 0; i < json_array_size(rows) && i < FIRST_SHOWN; i++)
        json_array_append(shown, json_array_get(rows, i));
    heading(screen, title);
    view_list(screen, columns, shown);
    if (json_array_size(rows) > FIRST_SHOWN) {
        screen_format(screen, _("and %zu more"), json_array_size(rows) - FIRST_SHOWN);
        screen_format(screen, "\n");
    }
    json_decref(shown);
}

static void draw_step(const struct screen *screen, const json_t *step)
{
    CLEANUP(mem_clean) char *after =
        json_int(step, "after_s", 0) ? cell_seconds(step, "after_s") : mem_dup(_("at once"));
    CLEANUP(mem_clean) char *who = cell_list(step, "who");
    CLEANUP(mem_clean) char *channels = cell_list(step, "channels");
    CLEANUP(mem_clean) char *line = NULL;
    const int64_t nobody = json_int(step, "nobody", 0);
    const size_t used = utf8_width(after);

    screen_format(screen, "  %s", after);
    screen_blanks(screen, used + 2 < LABEL ? LABEL - used - 2 : 1);
    line = nobody ? mem_format(_("%s (%s): reaches %lld, nobody for %lld children"), who, channels,
                               (long long)json_int(step, "people", 0), (long long)nobody)
                  : mem_format(_("%s (%s): reaches %lld"), who, channels, (long long)json_int(step, "people", 0));
    screen_wrapped(screen, LABEL, nobody ? STYLE_WAIT : STYLE_PLAIN, line);
}

static void draw_clocks(const struct screen *screen, const json_t *clocks)
{
    struct text out = { 0 };
    const json_t *clock;
    size_t i;

    json_array_foreach (clocks, i, clock) {
        CLEANUP(mem_clean) char *limit = cell_seconds(clock, "limit_s");

        text_add_format(&out, "%s%s %s", i ? ", " : "", language_word(json_text(clock, "name", "")), limit);
    }
    if (out.length) {
        heading(screen, _("Clocks"));
        screen_format(screen, "  ");
        screen_wrapped(screen, 2, STYLE_PLAIN, out.data);
    }
    text_free(&out);
}

static void draw_numbers(const struct screen *screen, const json_t *answer)
{
    const json_t *numbers = json_object_get(answer, "numbers"), *one;
    size_t i;

    if (!json_array_size(numbers))
        return;
    screen_styled(screen, STYLE_BAD, _("The law asks for a report at once; nobody's leave is needed. Ring now:"));
    screen_format(screen, "\n");
    json_array_foreach (numbers, i, one)
        screen_format(screen, "  %-8s %s (%s)\n", json_text(one, "number", ""), json_text(one, "zh", ""),
                      json_text(one, "name", ""));
}

void draw_alert_advice(const struct screen *screen, const json_t *answer)
{
    const json_t *warnings = json_object_get(answer, "warnings"), *one;
    size_t i;

    if (json_flag(answer, "urgent_report", false))
        draw_numbers(screen, answer);
    json_array_foreach (warnings, i, one) {
        screen_styled(screen, STYLE_WAIT, _("warning: "));
        screen_wrapped(screen, 9, STYLE_PLAIN, json_is_string(one) ? json_string_value(one) : "?");
    }
}

static void draw_texts(const struct screen *screen, const json_t *texts)
{
    const json_t *one;
    size_t i;

    if (json_array_size(texts))
        heading(screen, _("How it reads"));
    json_array_foreach (texts, i, one) {
        CLEANUP(mem_clean) char *channel = cell_word(one, "channel");
        const size_t used = utf8_width(channel);

        screen_format(screen, "  %s", channel);
        screen_blanks(screen, used + 2 < LABEL ? LABEL - used - 2 : 1);
        screen_wrapped(screen, LABEL, STYLE_PLAIN, json_text(one, "text", ""));
    }
}

void draw_alert_preview(const struct screen *screen, const json_t *preview)
{
    const json_t *steps = json_object_get(preview, "steps"), *unreachable = json_object_get(preview, "unreachable"),
                 *step;
    const int64_t asked = json_int(preview, "asked_about", 0), looked = json_int(preview, "looked_at", 0);
    size_t i;

    draw_alert_advice(screen, preview);
    screen_format(screen, _("%s, %s, about %lld; ladder %s"), language_word(json_text(preview, "kind", "")),
                  language_word(json_text(preview, "severity", "")), (long long)asked,
                  json_text(preview, "ladder", "?"));
    if (json_flag(preview, "drill", false)) {
        screen_format(screen, "  ");
        screen_styled(screen, STYLE_WAIT, _("DRILL"));
    }
    screen_format(screen, "\n");
    if (looked < asked) {
        screen_format(screen, _("the first %lld of them are shown"), (long long)looked);
        screen_format(screen, "\n");
    }
    draw_table(screen, _("Called first"), first_columns, json_object_get(preview, "first"));
    heading(screen, _("As long as nobody takes it, after"));
    json_array_foreach (steps, i, step)
        draw_step(screen, step);
    if (json_array_size(unreachable))
        draw_table(screen, _("Cannot be reached"), unreachable_columns, unreachable);
    draw_clocks(screen, json_object_get(preview, "clocks"));
    draw_texts(screen, json_object_get(preview, "texts"));
    screen_format(screen, "\n");
}
