/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the ladder that a cause carries as JSON. Whatever the bytes are, a ladder with at least one step within its
 * bounds comes out, and its snapshot reads back as the same snapshot.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/ladder.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ladder *ladder)
{
    assert(ladder->step_count >= 1 && ladder->step_count <= LADDER_STEPS_MAX);
    for (size_t i = 0; i < ladder->step_count; i++) {
        assert(ladder->steps[i].who_count >= 1 && ladder->steps[i].who_count <= LADDER_WORDS_MAX);
        assert(ladder->steps[i].channel_count >= 1 && ladder->steps[i].channel_count <= LADDER_WORDS_MAX);
        assert(ladder->steps[i].answer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(mem_clean) char *text = mem_dup_n((const char *)data, size);
    CLEANUP(mem_clean) char *shown = NULL;
    CLEANUP(mem_clean) char *again_shown = NULL;
    struct ladder ladder, again;

    ladder_parse(&ladder, text);
    check(&ladder);
    shown = ladder_format(&ladder);
    ladder_parse(&again, shown);
    again_shown = ladder_format(&again);
    assert(strcmp(shown, again_shown) == 0);
    ladder_free(&again);
    ladder_free(&ladder);
    return 0;
}
