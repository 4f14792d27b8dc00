/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The green channel of a child as a page of a diary: time, way, channel, who, and the whole text beside them. The way is
 * an arrow: to the family, from it; "=" is what was understood, "*" a note of staff.
 */
#include <string.h>

#include "cli/language.h"
#include "cli/view.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { PERSON_MAX = 20, TIME_COLUMNS = 11, GAP = 2 };

static const struct {
    const char *way, *sign;
} ways[] = { { "out", "→" }, { "in", "←" }, { "answer", "=" }, { "note", "*" } };

static const char *sign_of(const json_t *event)
{
    for (size_t i = 0; i < COUNT(ways); i++)
        if (strcmp(ways[i].way, json_text(event, "way", "")) == 0)
            return ways[i].sign;
    return "?";
}

/* Name, else masked number. */
static char *who(const json_t *event)
{
    CLEANUP(mem_clean) char *name = cell_name(event, "person");
    CLEANUP(mem_clean) char *clean = screen_line(*name ? name : json_text(event, "number", ""));

    return screen_cut(clean, PERSON_MAX);
}

/* "delivered", "fine", "restricted": what became of it. */
static char *state(const json_t *event)
{
    const bool in = strcmp(json_text(event, "way", ""), "in") == 0,
               answer = strcmp(json_text(event, "way", ""), "answer") == 0;
    const char *word = in || answer ? json_text(event, "meaning", "") : json_text(event, "state", "");
    const char *reason = json_text(event, "reason", "");
    struct text out = { 0 };

    if (!*word && in)
        word = json_text(event, "state", "");
    text_add(&out, language_word(word));
    if (*reason && !in && !answer)
        text_add_format(&out, " (%s)", language_word(reason));
    if (json_flag(event, "restricted", false))
        text_add_format(&out, " (%s)", language_word("restricted"));
    return text_take(&out);
}

static enum style style_of(const json_t *event)
{
    const char *way = json_text(event, "way", "");
    const char *key = strcmp(way, "in") == 0 || strcmp(way, "answer") == 0 ? "meaning" : "state";

    return json_flag(event, "restricted", false) ? STYLE_BAD : screen_style_of(json_text(event, key, ""));
}

static void pad(const struct screen *screen, const char *text, size_t width)
{
    const size_t used = utf8_width(text);

    screen_format(screen, "%s", text);
    screen_blanks(screen, (used < width ? width - used : 0) + GAP);
}

/* Widths of the columns whose words differ by language and school. */
struct page {
    size_t person, channel;
};

static void draw_event(const struct screen *screen, const struct page *page, const json_t *event)
{
    const size_t indent = TIME_COLUMNS + 1 + 3 * GAP + page->channel + page->person + GAP;
    CLEANUP(mem_clean) char *at = cell_short(event, "at");
    CLEANUP(mem_clean) char *person = who(event);
    CLEANUP(mem_clean) char *became = state(event);
    const char *text = json_text(event, "text", "");

    pad(screen, at, TIME_COLUMNS);
    pad(screen, sign_of(event), 1);
    pad(screen, language_word(json_text(event, "channel", "")), page->channel);
    pad(screen, person, page->person);
    if (*text)
        screen_wrapped(screen, indent, STYLE_PLAIN, text);
    if (!*became && *text)
        return;
    if (*text)
        screen_blanks(screen, indent);
    screen_wrapped(screen, indent, style_of(event), became);
}

void draw_channel(const struct screen *screen, const json_t *items)
{
    struct page page = { 0 };
    const json_t *event;
    size_t i;

    if (json_array_size(items) == 0) {
        screen_styled(screen, STYLE_DIM, _("nothing there"));
        screen_format(screen, "\n");
        return;
    }
    json_array_foreach (items, i, event) {
        CLEANUP(mem_clean) char *person = who(event);
        const size_t name = utf8_width(person), channel = utf8_width(language_word(json_text(event, "channel", "")));

        page.person = name > page.person ? name : page.person;
        page.channel = channel > page.channel ? channel : page.channel;
    }
    json_array_foreach (items, i, event)
        draw_event(screen, &page, event);
}
