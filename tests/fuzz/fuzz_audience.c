/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an audience. What is taken, written back and taken again, must be written back the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/audience.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_dup_n((const char *)data, size);
    struct error err;
    struct audience *audience = audience_parse(text, &err);

    if (audience) {
        char *first = audience_format(audience);
        /* quotes and words like "except" make a text longer: over the bound it need not be taken again */
        struct audience *again = audience_parse(first, &err);
        char *second = again ? audience_format(again) : NULL;

        assert(second ? strcmp(first, second) == 0 : strlen(first) > AUDIENCE_TEXT_MAX);
        audience_free(again);
        free(first);
        free(second);
    }
    audience_free(audience);
    free(text);
    return 0;
}
