/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a template: checked, rendered and counted. Without values, rendering gives the text itself.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment.h"
#include "core/template.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct template_value values[] = { { "student", "{students}" }, { "class", NULL } };
    char *text = mem_dup_n((const char *)data, size);
    char *plain = template_render(text, NULL, 0);
    char *filled = template_render(text, values, COUNT(values));
    const struct segments segments = segment_count(filled);
    struct error err;

    template_check(text, NULL, &err);
    assert(strcmp(plain, text) == 0);
    assert(segments.parts >= 1 && segments.characters <= strlen(filled));
    assert(template_uses(text, "student") || template_uses(text, "class") || strcmp(filled, text) == 0);
    free(text);
    free(plain);
    free(filled);
    return 0;
}
