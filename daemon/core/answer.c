/* SPDX-License-Identifier: Apache-2.0 */
/* Names of classes and kinds, and the way of a reply through the steps; see answer.h. */
#include "core/answer.h"

#include <stdlib.h>
#include <string.h>

#include "core/answer_internal.h"
#include "lib/memory.h"

static const char *const class_names[] = {
    [ANSWER_YES] = "yes",       [ANSWER_NO] = "no",       [ANSWER_FINE] = "fine",
    [ANSWER_HELP] = "help",     [ANSWER_ACK] = "ack",     [ANSWER_WRONG_NUMBER] = "wrong_number",
    [ANSWER_OPTOUT] = "optout", [ANSWER_OPTIN] = "optin", [ANSWER_QUESTION] = "question",
    [ANSWER_NUMBER] = "number", [ANSWER_FREE] = "free",
};
_Static_assert(COUNT(class_names) == ANSWER_CLASSES, "every class has its name");

static const char *const kind_names[] = {
    [ANSWER_KIND_CHECKIN] = "checkin",
    [ANSWER_KIND_MEETING] = "meeting",
    [ANSWER_KIND_ACK] = "ack",
    [ANSWER_KIND_EMERGENCY] = "emergency",
    [ANSWER_KIND_ABSENT] = "absent",
    [ANSWER_KIND_CONFIRM_NUMBER] = "confirm_number",
    [ANSWER_KIND_SLOT] = "slot",
    [ANSWER_KIND_DUTY] = "duty",
    [ANSWER_KIND_COUNT] = "count",
    [ANSWER_KIND_CHOICE] = "choice",
    [ANSWER_KIND_WHICH_CHILD] = "which_child",
    [ANSWER_KIND_NONE] = "none",
    [ANSWER_KIND_VOICE_CHECKIN] = "voice:checkin",
};
_Static_assert(COUNT(kind_names) == ANSWER_KINDS, "every kind has its name");

const char *answer_class_name(enum answer_class class)
{
    return class_names[class];
}

bool answer_class_parse(enum answer_class *out, const char *name)
{
    for (size_t i = 0; i < COUNT(class_names); i++)
        if (strcmp(class_names[i], name) == 0) {
            *out = (enum answer_class)i;
            return true;
        }
    return false;
}

const char *answer_kind_name(enum answer_kind kind)
{
    return kind_names[kind];
}

static bool choice_parse(int *out, const char *digits, struct error *err)
{
    char *end = NULL;
    const long value = strtol(digits, &end, 10);

    if (*digits < '0' || *digits > '9' || *end || value < 1 || value > ANSWER_CHOICES_MAX)
        return error_set(err, "choice:%s: the number of options must be 1 to %d, as in choice:4", digits,
                         ANSWER_CHOICES_MAX);
    *out = (int)value;
    return true;
}

bool answer_kind_parse(enum answer_kind *out, int *choices, const char *text, struct error *err)
{
    int count = 0;

    if (text_starts(text, "choice:")) {
        if (!choice_parse(&count, text + strlen("choice:"), err))
            return false;
        text = "choice";
    } else if (strcmp(text, "choice") == 0) {
        return error_set(err, "choice: say how many options there are, as in choice:4");
    }
    for (size_t i = 0; i < COUNT(kind_names); i++)
        if (strcmp(kind_names[i], text) == 0) {
            *out = (enum answer_kind)i;
            if (choices)
                *choices = count;
            return true;
        }
    return error_set(
        err,
        "%s: no such kind of question; use checkin, meeting, ack, emergency, absent, confirm_number, slot, "
        "duty, count, choice:N, which_child, none or voice:checkin",
        text);
}

void answer_free(struct answer *answer)
{
    free(answer->rest);
    free(answer->why);
    *answer = (struct answer){ .class = ANSWER_FREE };
}

void answer_read(struct answer *out, const struct grammar *grammar, const struct answer_question *question,
                 const char *text)
{
    struct reading reading = { .grammar = grammar, .question = question, .text = text };

    *out = (struct answer){ .class = ANSWER_FREE };
    plain_make(&reading.plain, grammar, text);
    split_text(&reading);
    decide_answer(out, &reading);
    plain_free(&reading.plain);
    free(reading.tokens);
    free(reading.clauses);
}
