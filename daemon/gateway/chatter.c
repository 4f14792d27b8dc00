/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a gateway's standard error, bounded and masked; see chatter.h. */
#include "gateway/chatter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

/* E.164 has at most 15 digits; service numbers and short codes are shorter than 7. */
enum { NUMBER_MIN = 7, NUMBER_MAX = 15 };

void chatter_free(struct chatter *chatter)
{
    for (size_t i = 0; i < GATEWAY_LOG_LINES; i++)
        free(chatter->lines[i].text);
    text_free(&chatter->partial);
    *chatter = (struct chatter){ 0 };
}

/* Length of the phone number at `at` ("+86…" or a plain run of digits), or 0. */
static size_t number_length(const char *at)
{
    const size_t plus = *at == '+';
    const size_t digits = strspn(at + plus, "0123456789");

    return digits >= NUMBER_MIN && digits <= NUMBER_MAX ? plus + digits : 0;
}

static void add_number(struct text *out, const char *at, size_t length)
{
    char number[NUMBER_MAX + 2];
    char masked[MASKED_MAX];

    snprintf(number, sizeof number, "%.*s", (int)length, at);
    mask_number(masked, number);
    text_add(out, masked);
}

static const char *add_character(struct text *out, const char *at)
{
    const char *next = at;
    const bool broken = utf8_next(&next) == 0xfffd && next == at + 1;

    if (broken)
        text_add_char(out, '?');
    else if ((unsigned char)*at < ' ' || *at == 0x7f)
        text_add_char(out, ' ');
    else
        text_add_n(out, at, (size_t)(next - at));
    return next;
}

char *chatter_clean(const char *text)
{
    struct text out = { 0 };
    bool in_word = false; /* digits that go on a word or a number are an id, not a phone number */

    while (*text) {
        const size_t length = in_word ? 0 : number_length(text);

        in_word = isalnum((unsigned char)*text);
        if (length > 0) {
            add_number(&out, text, length);
            text += length;
        } else {
            text = add_character(&out, text);
        }
    }
    return text_take(&out);
}

static bool take_token(struct chatter *chatter, time_ms mono)
{
    const time_ms earned = (mono - chatter->token_at) * CHATTER_PER_SECOND / SECOND_MS;

    if (chatter->token_at == 0 || earned >= CHATTER_BURST - chatter->tokens) {
        chatter->tokens = CHATTER_BURST;
        chatter->token_at = mono;
    } else if (earned > 0) {
        chatter->tokens += (int)earned;
        chatter->token_at += earned * SECOND_MS / CHATTER_PER_SECOND;
    }
    return chatter->tokens > 0 && chatter->tokens--;
}

static void keep(struct chatter *chatter, const char *name, int level, char *text, time_ms wall)
{
    struct chatter_line *line = &chatter->lines[chatter->count++ % GATEWAY_LOG_LINES];

    const char *what = chatter->what ? chatter->what : "gateway";

    if (chatter->left_out > 0)
        log_warning("%s %s: %u lines left out", what, name, chatter->left_out);
    chatter->left_out = 0;
    log_line((enum log_level)level, "%s %s: %s", what, name, text);
    free(line->text);
    *line = (struct chatter_line){ .at = wall, .level = level, .text = text };
}

/* Takes one whole line; false when it was one too many. */
static bool take_line(struct chatter *chatter, const char *name, time_ms wall, time_ms mono)
{
    const char *text = chatter->partial.data ? chatter->partial.data : "";
    int level = LOG_LEVEL_INFO;
    bool taken = true;

    if (text[0] == '<' && text[1] >= '0' && text[1] <= '7' && text[2] == '>') {
        level = text[1] - '0' > LOG_LEVEL_ERROR ? text[1] - '0' : LOG_LEVEL_ERROR;
        text += 3;
    }
    if (*text) {
        taken = take_token(chatter, mono);
        if (taken)
            keep(chatter, name, level, chatter_clean(text), wall);
        else
            chatter->left_out++;
    }
    text_drop(&chatter->partial, chatter->partial.length);
    return taken;
}

bool chatter_feed(struct chatter *chatter, const char *name, const char *data, size_t length, time_ms wall,
                  time_ms mono)
{
    bool all = true;

    for (size_t i = 0; i < length; i++) {
        if (data[i] == '\n')
            all = take_line(chatter, name, wall, mono) && all;
        else if (data[i] && chatter->partial.length < CHATTER_LINE_MAX)
            text_add_char(&chatter->partial, data[i]);
    }
    return all;
}

void chatter_end(struct chatter *chatter, const char *name, time_ms wall, time_ms mono)
{
    take_line(chatter, name, wall, mono);
}

json_t *chatter_show(const struct chatter *chatter)
{
    json_t *list = json_array();
    const size_t kept = chatter->count < GATEWAY_LOG_LINES ? chatter->count : GATEWAY_LOG_LINES;

    for (size_t i = chatter->count - kept; i < chatter->count; i++) {
        const struct chatter_line *line = &chatter->lines[i % GATEWAY_LOG_LINES];
        json_t *entry = json_object();

        json_put_int(entry, "at", line->at);
        json_put_int(entry, "level", line->level);
        json_put_text(entry, "text", line->text);
        json_array_append_new(list, entry);
    }
    return list;
}
