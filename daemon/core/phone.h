/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phone numbers as people write them in registers and on the command line, to E.164. The characters are checked first,
 * because libphonenumber takes letters for digits and skips what it does not know ("O391…", "妈妈139…" pass there).
 * Emergency, service and short numbers are refused by a table of our own: nobody's mother answers at 110.
 * Pure: no state of ours; libphonenumber loads its data at the first call (about 12 ms, 4.4 MB).
 * Fails with one sentence that quotes the text and says how to mend it.
 */
#ifndef GREENLINE_CORE_PHONE_H
#define GREENLINE_CORE_PHONE_H

#include <stdbool.h>

#include "lib/error.h"

enum { PHONE_E164_MAX = 20, PHONE_TEXT_MAX = 64 };

enum phone_type {
    PHONE_MOBILE,
    PHONE_LANDLINE,
    PHONE_OTHER, /* VoIP, and where a country does not tell mobile from landline */
};

struct phone {
    char e164[PHONE_E164_MAX]; /* "+8613912345678" */
    enum phone_type type;
    bool unknown_prefix; /* CN: 1[3-9] and nine digits, whose prefix the numbering data (of 2022) does not know: warn */
};

/*
 * Reads one number. `text` is UTF-8, at most PHONE_TEXT_MAX bytes: digits (also full-width), blanks (also U+3000 and
 * U+00A0), - ( ) + . and their full-width forms, and one leading apostrophe (a spreadsheet's mark of text, as is ".0" at
 * the end of a number; invisible marks of direction are dropped). `region` is the ISO 3166 code of numbers
 * without + or 00 ("CN"); 0086 and +86 are taken everywhere, other countries with + only. `out` is untouched on failure.
 */
bool phone_parse(struct phone *out, const char *text, const char *region, struct error *err);

/* +86 199 0000 xxxx: the numbers of the sample school (a live range: for simulated gateways only). */
bool phone_is_sample(const char *e164);

#endif
