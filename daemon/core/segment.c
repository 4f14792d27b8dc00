/* SPDX-License-Identifier: Apache-2.0 */
/* Counting the parts of a text as SMS; see segment.h. */
#include "core/segment.h"

#include <stdint.h>

#include "lib/text.h"

/* 3GPP TS 23.038 6.2.1, without the escape character itself. */
static const char alphabet[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
                               "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/* 6.2.1.1: each takes an escape and a septet. */
static const char extension[] = "\f^{}\\[~]|€";

static bool has(const char *table, uint32_t character)
{
    uint32_t c;

    while ((c = utf8_next(&table)))
        if (c == character)
            return true;
    return false;
}

/* Septets of a character, or 0 where the alphabet lacks it. */
static size_t septets(uint32_t c)
{
    if (has(alphabet, c))
        return 1;
    return has(extension, c) ? 2 : 0;
}

static size_t utf16_units(uint32_t c)
{
    return c > 0xffff ? 2 : 1;
}

/* Parts when no character may lie in two of them. */
static size_t parts_of(const char *text, size_t (*size)(uint32_t), size_t single, size_t part)
{
    size_t units = 0, parts = 1, used = 0;
    uint32_t c;

    while ((c = utf8_next(&text))) {
        const size_t more = size(c);

        units += more;
        if (used + more > part) {
            parts++;
            used = 0;
        }
        used += more;
    }
    return units <= single ? 1 : parts;
}

struct segments segment_count(const char *text)
{
    struct segments segments = { 0 };
    size_t units = 0;
    const char *at = text;
    uint32_t c;

    while ((c = utf8_next(&at))) {
        const size_t more = segments.ucs2 ? 0 : septets(c);

        segments.characters++;
        segments.units += more;
        units += utf16_units(c);
        segments.ucs2 = more == 0;
    }
    if (segments.ucs2)
        segments.units = units;
    segments.parts = segments.ucs2 ? parts_of(text, utf16_units, UCS2_SINGLE, UCS2_PART)
                                   : parts_of(text, septets, GSM_SINGLE, GSM_PART);
    return segments;
}
