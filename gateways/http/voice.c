/* SPDX-License-Identifier: Apache-2.0 */
/* A call's script in words; see voice.h. */
#include "gateways/http/voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static char *said(const json_t *say)
{
    struct text text = { 0 };
    size_t count = json_array_size(say) < VOICE_SAY_MAX ? json_array_size(say) : VOICE_SAY_MAX;

    for (size_t i = 0; i < count; i++)
        text_add(&text, json_text(json_array_get(say, i), "text", ""));
    if (text.length)
        return text_take(&text);
    return NULL;
}

static const char *first_recording(const json_t *say)
{
    for (size_t i = 0; i < json_array_size(say); i++) {
        const char *play = json_text(json_array_get(say, i), "play", NULL);

        if (play)
            return play;
    }
    return NULL;
}

static void add_keys(struct voice *voice, const json_t *keys)
{
    const char *key;
    json_t *word;
    size_t count = 0;

    json_object_foreach ((json_t *)keys, key, word) {
        if (count < VOICE_KEYS_MAX && strlen(key) == 1 && strchr("0123456789*#", *key))
            voice->keys[count++] = *key;
    }
}

struct voice voice_read(const json_t *script, const char *text)
{
    const json_t *say = json_object_get(script, "say");
    struct voice voice = { .text = said(say), .play = first_recording(say) };

    if (!voice.text)
        voice.text = mem_dup(text);
    if (script)
        voice.script = json_write(script);
    add_keys(&voice, json_object_get(script, "keys"));
    snprintf(voice.repeat, sizeof voice.repeat, "%d", (int)json_int(script, "repeat", 1));
    snprintf(voice.silence_ms, sizeof voice.silence_ms, "%d", (int)json_int(script, "silence_ms", 5000));
    return voice;
}

void voice_free(struct voice *voice)
{
    free(voice->text);
    free(voice->script);
    *voice = (struct voice){ 0 };
}
