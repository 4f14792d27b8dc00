/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes answer_read(): the first byte chooses the kind of question, the rest is the reply. Checks what the header
 * promises: a class, a reason, a value only within its bounds, and never more text than came in.
 * Run from the top folder of the project (it reads conf/answers); corpus in tests/fuzz/corpus/answer.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/answer.h"
#include "lib/memory.h"

enum { CHOICES = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The words, opened once: libFuzzer has no place to hand them through. */
static const struct grammar *words(void)
{
    static struct grammar *grammar;
    struct error err = { { 0 } };

    if (!grammar)
        grammar = grammar_open("conf/answers", &err);
    if (!grammar) {
        (void)fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return grammar;
}

static void check(const struct answer *answer, const struct answer_question *question, const char *text)
{
    assert(answer->class < ANSWER_CLASSES);
    assert(answer->why && *answer->why);
    assert(!answer->rest || (*answer->rest && strlen(answer->rest) <= strlen(text)));
    assert(!answer->machine || answer->class == ANSWER_FREE);
    assert(answer->class != ANSWER_NUMBER || answer->has_value);
    if (answer->class == ANSWER_NUMBER && question->kind == ANSWER_KIND_CHOICE)
        assert(answer->value >= 1 && answer->value <= CHOICES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "王小明", "王小红" };
    struct answer_question question = { .choices = CHOICES, .options = names, .option_count = COUNT(names) };
    CLEANUP(mem_clean) char *text = NULL;
    struct answer answer;

    if (size == 0)
        return 0;
    question.kind = (enum answer_kind)(data[0] % ANSWER_KINDS);
    text = mem_dup_n((const char *)data + 1, size - 1);
    answer_read(&answer, words(), &question, text);
    check(&answer, &question, text);
    answer_free(&answer);
    return 0;
}
