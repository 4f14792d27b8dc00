/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of an import: what each sheet was taken for and why, what was (or would be) added, changed and the same, the
 * changes, the warnings. Mistakes are not here: they go to the error stream (run_import.c).
 */
#include <stdint.h>

#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"

enum { CHANGES_SHOWN = 20 }; /* of an import that was done; a dry run shows them all */

static const char *const nouns[] = { "students", "contacts", "staff", "pairings", "rota" };

static void draw_sheet(const struct screen *screen, const json_t *sheet)
{
    CLEANUP(mem_clean) char *file = screen_line(json_text(sheet, "file", ""));
    CLEANUP(mem_clean) char *kind = cell_word(sheet, "kind");
    CLEANUP(mem_clean) char *why = screen_line(json_text(sheet, "guessed_by", ""));
    CLEANUP(mem_clean) char *encoding = cell_text(sheet, "encoding");
    CLEANUP(mem_clean) char *rows = cell_text(sheet, "rows");
    CLEANUP(mem_clean) char *line = NULL;

    line = mem_format("%s%s%s", file, *file ? ": " : "", kind);
    screen_styled(screen, STYLE_HEAD, line);
    if (*why)
        screen_format(screen, _(", known by %s"), why);
    if (*rows)
        screen_format(screen, _(", %s rows"), rows);
    if (*encoding)
        screen_format(screen, ", %s", encoding);
    if (json_flag(sheet, "held", false))
        screen_format(screen, _(", not stored: it has mistakes"));
    screen_format(screen, "\n");
}

static void draw_sheets(const struct screen *screen, const json_t *report)
{
    const json_t *sheets = json_object_get(report, "files"), *sheet;
    size_t i;

    json_array_foreach (sheets, i, sheet)
        draw_sheet(screen, sheet);
}

static void draw_counts(const struct screen *screen, const json_t *report)
{
    for (size_t i = 0; i < COUNT(nouns); i++) {
        CLEANUP(mem_clean) char *counts = cell_counts(report, nouns[i]);

        if (*counts)
            screen_format(screen, "%s: %s\n", language_word(nouns[i]), counts);
    }
}

/* The first `most` of them. */
static void draw_lines(const struct screen *screen, const json_t *lines, enum style style, const char *mark,
                       size_t most)
{
    const json_t *line;
    size_t i;

    json_array_foreach (lines, i, line) {
        CLEANUP(mem_clean) char *text =
            json_is_string(line) ? screen_line(json_string_value(line)) : cell_text(line, "");

        if (i == most) {
            screen_format(screen, _("and %zu more"), json_array_size(lines) - most);
            screen_format(screen, "\n");
            return;
        }
        screen_styled(screen, style, mark);
        screen_format(screen, "%s\n", text);
    }
}

void draw_report(const struct screen *screen, const json_t *report)
{
    const size_t mistakes = json_array_size(json_object_get(report, "mistakes"));
    const bool dry = json_flag(report, "dry_run", false);

    draw_sheets(screen, report);
    draw_counts(screen, report);
    draw_lines(screen, json_object_get(report, "changes"), STYLE_GOOD, "+ ", dry ? SIZE_MAX : CHANGES_SHOWN);
    draw_lines(screen, json_object_get(report, "warnings"), STYLE_WAIT, _("warning: "), SIZE_MAX);
    if (dry)
        screen_format(screen, "%s\n", _("only tried: nothing was stored"));
    if (mistakes) {
        screen_format(screen, ngettext("%zu mistake", "%zu mistakes", (unsigned long)mistakes), mistakes);
        screen_format(screen, "\n");
    }
}
