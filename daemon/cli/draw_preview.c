/* SPDX-License-Identifier: Apache-2.0 */
/* What a broadcast would do: how many, what it costs, how it reads, who is left out and why. */
#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"

enum { EXAMPLE_INDENT = 4 };

static const struct view facts = {
    .fields = { { N_("recipients"), "recipients", cell_text, LOOK_PROSE },
                { N_("phones"), "lines", cell_text, LOOK_PROSE },
                { N_("encoding"), "encoding", cell_text, LOOK_PROSE },
                { N_("parts of the longest"), "segments", cell_text, LOOK_PROSE },
                { N_("parts in all"), "parts", cell_text, LOOK_PROSE },
                { N_("cost"), "cost", cell_money, LOOK_PROSE } },
    .sections = { { N_("Not told"),
                    "refused",
                    { { N_("child"), "student", cell_who, LOOK_PROSE },
                      { N_("person"), "person", cell_who, LOOK_PROSE },
                      { N_("reason"), "reason", cell_word, LOOK_PROSE } } } },
};

static void draw_example(const struct screen *screen, const json_t *example)
{
    CLEANUP(mem_clean) char *to = cell_name(example, "to");
    CLEANUP(mem_clean) char *name = screen_line(to);

    screen_format(screen, _("  to %s:"), name);
    screen_format(screen, "\n");
    screen_blanks(screen, EXAMPLE_INDENT);
    screen_wrapped(screen, EXAMPLE_INDENT, STYLE_PLAIN, json_text(example, "text", ""));
}

void draw_preview(const struct screen *screen, const json_t *preview)
{
    const json_t *examples = json_object_get(preview, "examples"), *warnings = json_object_get(preview, "warnings"),
                 *one;
    size_t i;

    view_show(screen, &facts, preview);
    if (json_array_size(examples)) {
        screen_format(screen, "\n");
        screen_styled(screen, STYLE_HEAD, _("How it reads"));
        screen_format(screen, "\n");
    }
    json_array_foreach (examples, i, one)
        draw_example(screen, one);
    json_array_foreach (warnings, i, one) {
        screen_styled(screen, STYLE_WAIT, _("warning: "));
        screen_wrapped(screen, 9, STYLE_PLAIN, json_is_string(one) ? json_string_value(one) : "?");
    }
    screen_format(screen, "\n");
}
