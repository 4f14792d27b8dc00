/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many parts a text takes as SMS (3GPP TS 23.038: default alphabet with its extension table, else UCS-2; one part of
 * 160 septets or 70 units, parts of 153 or 67 of a longer text; an escape pair or a surrogate pair is never split).
 * A signature that the provider puts before the text counts too: hand it over as part of the text. Never fails: a byte
 * that is not UTF-8 counts as one UCS-2 character.
 */
#ifndef GREENLINE_CORE_SEGMENT_H
#define GREENLINE_CORE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

enum { GSM_SINGLE = 160, GSM_PART = 153, UCS2_SINGLE = 70, UCS2_PART = 67 };

struct segments {
    bool ucs2;         /* else the 7-bit default alphabet */
    size_t parts;      /* what is paid for; an empty text takes one */
    size_t units;      /* septets (an extension character takes two), or UTF-16 units */
    size_t characters; /* code points */
};

struct segments segment_count(const char *text);

#endif
