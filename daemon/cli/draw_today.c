/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for a person: one paragraph an item, urgent first, and below each the command that settles it. */
#include <stdlib.h>

#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"

enum { TODAY_INDENT = 16 /* behind urgency and time */ };

static enum style style_of(int64_t urgency)
{
    if (urgency <= 1)
        return STYLE_BAD;
    return urgency <= 3 ? STYLE_WAIT : STYLE_PLAIN;
}

static void draw_item(const struct screen *screen, const json_t *item)
{
    const int64_t urgency = json_int(item, "urgency", 9);
    CLEANUP(mem_clean) char *at = cell_short(item, "at");
    CLEANUP(mem_clean) char *settle = screen_line(json_text(item, "settle", ""));

    screen_format(screen, "%lld  %-11s  ", (long long)urgency, at);
    screen_wrapped(screen, TODAY_INDENT, style_of(urgency), json_text(item, "what", ""));
    if (!*settle)
        return;
    screen_blanks(screen, TODAY_INDENT);
    screen_styled(screen, STYLE_DIM, settle);
    screen_format(screen, "\n");
}

void draw_today(const struct screen *screen, const json_t *items)
{
    const json_t *item;
    size_t i;

    if (json_array_size(items) == 0) {
        screen_styled(screen, STYLE_GOOD, _("nothing waits for you"));
        screen_format(screen, "\n");
        return;
    }
    json_array_foreach (items, i, item)
        draw_item(screen, item);
}
