/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call says (PROTOCOL.md, "Calls"), in the words a provider's request has fields for: the texts one after the
 * other, the first recording, the keys it waits for. A job without a script is one that says its text.
 */
#ifndef GREENLINE_GATEWAYS_HTTP_VOICE_H
#define GREENLINE_GATEWAYS_HTTP_VOICE_H

#include <jansson.h>

enum { VOICE_SAY_MAX = 20, VOICE_KEYS_MAX = 16 };

struct voice {
    char *text;       /* NULL: nothing is said */
    char *script;     /* the whole script as JSON; NULL: none */
    const char *play; /* borrowed from the script; NULL: no recording */
    char keys[VOICE_KEYS_MAX + 1];
    char repeat[12], silence_ms[12];
};

/* `script` may be NULL: then `text` (may be NULL) is said. Free with voice_free(). */
struct voice voice_read(const json_t *script, const char *text);
void voice_free(struct voice *voice);

#endif
