/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and cards out of views; see view.h. */
#include "cli/view.h"

#include "cli/layout.h"
#include "cli/language.h"
#include "lib/memory.h"
#include "lib/text.h"

static enum style style_of(const struct view_column *column, const json_t *row)
{
    const json_t *value = column->look == LOOK_STATE ? cell_at(row, column->path) : NULL;

    return json_is_string(value) ? screen_style_of(json_string_value(value)) : STYLE_PLAIN;
}

void view_list(const struct screen *screen, const struct view_column *columns, const json_t *items)
{
    struct layout layout = { 0 };
    const json_t *row;
    size_t count = 0, i;

    if (json_array_size(items) == 0) {
        screen_styled(screen, STYLE_DIM, _("nothing there"));
        screen_format(screen, "\n");
        return;
    }
    for (; count < VIEW_COLUMNS_MAX && columns[count].title; count++)
        layout_add_column(&layout, _(columns[count].title), columns[count].look == LOOK_NUMBER,
                          columns[count].look != LOOK_PROSE);
    json_array_foreach (items, i, row)
        for (size_t c = 0; c < count; c++)
            layout_add_cell(&layout, columns[c].cell(row, columns[c].path), style_of(&columns[c], row));
    layout_print(&layout, screen);
    layout_free(&layout);
}

/* The widest title among the fields that are there. */
static size_t label_width(const struct view *view, const json_t *object)
{
    size_t width = 0;

    for (const struct view_column *field = view->fields; field < view->fields + VIEW_FIELDS_MAX && field->title;
         field++) {
        CLEANUP(mem_clean) char *text = field->cell(object, field->path);
        const size_t title = *text ? utf8_width(_(field->title)) : 0;

        width = title > width ? title : width;
    }
    return width;
}

static void show_field(const struct screen *screen, const struct view_column *field, const json_t *object, size_t width)
{
    CLEANUP(mem_clean) char *text = field->cell(object, field->path);
    const char *title = _(field->title);

    if (!*text)
        return;
    screen_styled(screen, STYLE_DIM, title);
    screen_blanks(screen, width - utf8_width(title) + LAYOUT_GAP);
    screen_wrapped(screen, width + LAYOUT_GAP, style_of(field, object), text);
}

void view_show(const struct screen *screen, const struct view *view, const json_t *object)
{
    const size_t width = label_width(view, object);

    for (size_t i = 0; i < VIEW_FIELDS_MAX && view->fields[i].title; i++)
        if (cell_at(object, view->fields[i].path))
            show_field(screen, &view->fields[i], object, width);
    for (size_t i = 0; i < VIEW_SECTIONS_MAX && view->sections[i].title; i++) {
        const struct view_section *section = &view->sections[i];
        const json_t *items = cell_at(object, section->path);

        if (!json_is_array(items) || json_array_size(items) == 0)
            continue;
        screen_format(screen, "\n");
        screen_styled(screen, STYLE_HEAD, _(section->title));
        screen_format(screen, "\n");
        view_list(screen, section->columns, items);
    }
}
