/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the school's line: first what is wrong and how to mend it, then the facts. */
#include <string.h>

#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"

static const struct view facts = {
    .fields = { { N_("school"), "school", cell_text, LOOK_PROSE },
                { N_("time"), "now", cell_time, LOOK_PROSE },
                { N_("mode"), "mode", cell_text, LOOK_PROSE },
                { N_("demo"), "demo", cell_yes, LOOK_PROSE },
                { N_("up for"), "uptime_s", cell_seconds, LOOK_PROSE },
                { N_("children"), "students", cell_text, LOOK_PROSE },
                { N_("left behind"), "left_behind", cell_text, LOOK_PROSE },
                { N_("emergencies"), "alerts", cell_counts, LOOK_PROSE },
                { N_("questions"), "asks", cell_counts, LOOK_PROSE },
                { N_("replies waiting"), "inbox_waiting", cell_text, LOOK_PROSE },
                { N_("next"), "next_due", cell_time, LOOK_PROSE } },
};

static void draw_problem(const struct screen *screen, const json_t *problem)
{
    screen_styled(screen, STYLE_BAD, "! ");
    screen_wrapped(screen, 2, STYLE_BAD, json_text(problem, "what", "?"));
    if (!json_text(problem, "mend", NULL))
        return;
    screen_blanks(screen, 2);
    screen_wrapped(screen, 2, STYLE_PLAIN, json_text(problem, "mend", ""));
}

/* What an emergency would meet, before there is one. */
static void draw_readiness(const struct screen *screen, const json_t *ready)
{
    const json_t *problems = json_object_get(ready, "problems"), *problem;
    size_t i;

    json_array_foreach (problems, i, problem)
        draw_problem(screen, problem);
}

void draw_problems(const struct screen *screen, const json_t *status)
{
    const json_t *problems = json_object_get(status, "problems"), *problem;
    size_t i;

    json_array_foreach (problems, i, problem)
        draw_problem(screen, problem);
}

void draw_status(const struct screen *screen, const json_t *status)
{
    draw_problems(screen, status);
    draw_readiness(screen, json_object_get(status, "readiness"));
    if (json_array_size(json_object_get(status, "problems")) == 0) {
        const char *state = json_text(status, "state", "ok");

        screen_styled(screen, screen_style_of(state),
                      strcmp(state, "ok") == 0 ? _("all is well") : language_word(state));
        screen_format(screen, "\n");
    }
    screen_format(screen, "\n");
    view_show(screen, &facts, status);
    view_show(screen, &view_waiting, status);
}
