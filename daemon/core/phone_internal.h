/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between phone.c (characters, tables, sentences) and phone_lookup.cc (the one file of C++, over libphonenumber).
 * The lookup never throws into C and keeps nothing; what it cannot read is PHONE_NOTHING.
 */
#ifndef GREENLINE_CORE_PHONE_INTERNAL_H
#define GREENLINE_CORE_PHONE_INTERNAL_H

#include "core/phone.h"

#ifdef __cplusplus
extern "C" {
#endif

enum phone_verdict {
    PHONE_NOTHING, /* not a number by the numbering plan */
    PHONE_VALID,
    PHONE_SERVICE, /* toll-free, premium, shared cost: nobody's own */
};

/* `digits` begins with + or is national in `region`; fills e164 and type unless PHONE_NOTHING. */
enum phone_verdict phone_look_up(struct phone *out, const char *digits, const char *region);

#ifdef __cplusplus
}
#endif

#endif
