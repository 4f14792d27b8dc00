/* SPDX-License-Identifier: Apache-2.0 */
/* A growing string and UTF-8; see text.h. */
#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#include "lib/memory.h"

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){ 0 };
}

static void make_room(struct text *text, size_t more)
{
    size_t room = text->room ? text->room : 64;

    while (room - text->length <= more)
        room *= 2;
    if (room == text->room)
        return;
    text->data = realloc(text->data, room);
    if (!text->data)
        abort();
    text->room = room;
}

void text_add_n(struct text *text, const char *more, size_t length)
{
    make_room(text, length);
    if (length > 0) /* then `more` may be NULL */
        memcpy(text->data + text->length, more, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *more)
{
    text_add_n(text, more, strlen(more));
}

void text_add_char(struct text *text, char c)
{
    text_add_n(text, &c, 1);
}

void text_add_format(struct text *text, const char *format, ...)
{
    va_list args;
    char *more = NULL;
    int length;

    va_start(args, format);
    length = vasprintf(&more, format, args);
    va_end(args);
    if (length < 0)
        abort();
    text_add_n(text, more, (size_t)length);
    free(more);
}

char *text_take(struct text *text)
{
    char *data = text->data ? text->data : mem_dup("");

    *text = (struct text){ 0 };
    return data;
}

void text_drop(struct text *text, size_t count)
{
    if (count >= text->length)
        count = text->length;
    if (count == 0)
        return;
    memmove(text->data, text->data + count, text->length - count + 1);
    text->length -= count;
}

bool utf8_valid(const char *text, size_t length)
{
    return !memchr(text, 0, length) && !u8_check((const uint8_t *)text, length);
}

uint32_t utf8_next(const char **at)
{
    ucs4_t code_point = 0;
    const size_t left = strnlen(*at, 4);
    int used;

    if (left == 0)
        return 0;
    used = u8_mbtoucr(&code_point, (const uint8_t *)*at, left);
    if (used < 1) {
        *at += 1;
        return 0xfffd;
    }
    *at += used;
    return code_point;
}

void text_add_utf8(struct text *text, uint32_t code_point)
{
    uint8_t bytes[6];
    const int used = u8_uctomb(bytes, code_point, sizeof bytes);

    if (used > 0)
        text_add_n(text, (const char *)bytes, (size_t)used);
}

size_t utf8_count(const char *text)
{
    size_t count = 0;

    while (utf8_next(&text))
        count++;
    return count;
}

size_t utf8_width(const char *text)
{
    const int width = u8_strwidth((const uint8_t *)text, "UTF-8");

    return width > 0 ? (size_t)width : 0;
}

/* Length in bytes of the blank at `at`, or 0. */
static size_t blank_length(const char *at)
{
    if (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n' || *at == '\v' || *at == '\f')
        return 1;
    if (text_starts(at, "\xc2\xa0"))
        return 2;
    return text_starts(at, "\xe3\x80\x80") ? 3 : 0;
}

char *text_trim(char *text)
{
    char *end = text; /* behind the last character that is not blank */
    char *start = text;
    size_t blank;

    while ((blank = blank_length(start)))
        start += blank;
    end = start;
    for (char *at = start; *at;) {
        blank = blank_length(at);
        at += blank ? blank : 1;
        if (!blank)
            end = at;
    }
    *end = '\0';
    memmove(text, start, (size_t)(end - start) + 1);
    return text;
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
    const size_t length = strlen(text);
    const size_t tail = strlen(suffix);

    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

enum { DISTANCE_MAX = 64 };

static size_t decode(uint32_t out[DISTANCE_MAX], const char *text)
{
    size_t count = 0;
    uint32_t c;

    while (count < DISTANCE_MAX && (c = utf8_next(&text)))
        out[count++] = c;
    return count;
}

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

size_t text_distance(const char *a, const char *b)
{
    uint32_t left[DISTANCE_MAX], right[DISTANCE_MAX];
    size_t row[DISTANCE_MAX + 1];
    const size_t n = decode(left, a), m = decode(right, b);

    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (left[i - 1] != right[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

const char *text_nearest(const char *name, const char *const *names)
{
    const size_t length = utf8_count(name);
    const char *best = NULL;
    size_t best_distance = 0;

    for (; *names; names++) {
        const size_t distance = text_distance(name, *names);

        if (distance < length && distance <= (length + 2) / 3 && (!best || distance < best_distance)) {
            best = *names;
            best_distance = distance;
        }
    }
    return best;
}
