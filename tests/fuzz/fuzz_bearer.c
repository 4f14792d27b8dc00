/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes what decides who a program is and what it may: the header Authorization up to a line break, then the words of a
 * right. Checks that a token that was read is whole and of allowed characters, that only the one that was made is found,
 * and that no words let a token make tokens. A store in a scratch folder serves all runs; none changes it.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/bearer.h"
#include "api/right.h"
#include "lib/memory.h"
#include "store/token.h"
#include "tests/support/api_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct desk_of_one {
    struct api_fixture f;
    char word[TOKEN_WORD_MAX];
};

static struct desk_of_one *desk(void)
{
    static struct desk_of_one one;

    if (!one.f.store) {
        api_fixture_open(&one.f);
        token_put(one.f.store, &(struct token_row){ "board", "status.show", "unix:fuzz", TIME_NEVER }, 0, one.word);
    }
    return &one;
}

static void check_header(const char *value)
{
    struct desk_of_one *one = desk();
    CLEANUP(mem_clean) char *name = NULL;
    CLEANUP(mem_clean) char *may = NULL;
    char word[BEARER_MAX] = "";

    if (bearer_read(value, word) != BEARER_TOKEN)
        return;
    assert(*word && strlen(word) < BEARER_MAX && strstr(value, word));
    for (const char *at = word; *at; at++)
        assert(*at > ' ' && *at < 0x7f && !strchr("\"\\,;(){}", *at));
    assert(token_find(one->f.store, word, 0, &name, &may) == (strcmp(word, one->word) == 0));
}

static void check_words(const char *words)
{
    const struct actor actor = { "token:x", words };
    struct error err = { "" };
    size_t allowed = 0;

    for (size_t i = 0; api_route_at(i); i++) {
        const char *action = api_route_at(i)->action;
        const bool yes = may_do(&actor, action, "");

        assert(!yes || strncmp(action, "token.", 6) != 0);
        allowed += yes;
    }
    if (right_words_check(words, &err))
        assert(allowed > 0);
    else
        assert(*err.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    const size_t length = end ? (size_t)(end - data) : size;
    CLEANUP(mem_clean) char *value = mem_dup_n((const char *)data, length);
    CLEANUP(mem_clean) char *words = end ? mem_dup_n((const char *)end + 1, size - length - 1) : mem_dup("");

    check_header(value);
    check_words(words);
    return 0;
}
