/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a word of a ladder means; see whom.h. */
#include "engine/whom.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_internal.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/telling.h"

static const struct {
    const char *word;
    enum chain chain;
    bool first, family;
} chains[] = {
    { "guardian", CHAIN_GUARDIANS, true, true }, { "guardians", CHAIN_GUARDIANS, false, true },
    { "parents", CHAIN_PARENTS, false, true },   { "mother", CHAIN_MOTHER, true, true },
    { "father", CHAIN_FATHER, true, true },      { "mentor", CHAIN_MENTOR, false, false },
    { "teacher", CHAIN_TEACHER, false, false },
};

static size_t chain_of(const char *word)
{
    const size_t length = strcspn(word, ":");

    for (size_t i = 0; i < COUNT(chains); i++)
        if (strlen(chains[i].word) == length && strncmp(word, chains[i].word, length) == 0)
            return i;
    return COUNT(chains);
}

bool whom_chain(enum chain *out, const char *word)
{
    const size_t i = chain_of(word);

    if (i < COUNT(chains))
        *out = chains[i].chain;
    return i < COUNT(chains);
}

bool whom_is_family(const char *word)
{
    const size_t i = chain_of(word);

    return strcmp(word, "audience") == 0 || (i < COUNT(chains) && chains[i].family);
}

/* "guardian:2" is the second of the chain. */
static size_t of_chain(struct engine *engine, const struct whom *what, size_t row, struct contact *out, size_t max)
{
    const char *colon = strchr(what->word, ':');
    size_t count =
        what->student ? person_chain(engine->store, what->student, chains[row].chain, what->at, out, max) : 0;
    size_t from = colon ? (size_t)strtoul(colon + 1, NULL, 10) : 1;

    from = from ? from - 1 : 0;
    if (from >= count)
        return 0;
    memmove(out, out + from, (count - from) * sizeof *out);
    count -= from;
    return chains[row].first && count ? 1 : count;
}

size_t whom_contacts(struct engine *engine, const struct whom *what, struct contact *out, size_t max)
{
    const size_t row = chain_of(what->word);
    const char *role = text_starts(what->word, "role:") ? what->word + strlen("role:") : what->word;

    if (row < COUNT(chains))
        return of_chain(engine, what, row, out, max);
    if (text_starts(what->word, "person:")) {
        out[0] = person_contact(engine->store, person_by_ref(engine->store, what->word + strlen("person:")));
        return out[0].person != 0;
    }
    return person_of_role(engine->store, role, what->at, out, max);
}

static struct recipient judged(struct engine *engine, const struct whom *what, const struct contact *c)
{
    struct recipient out = { .student = what->student, .person = c->person };
    struct telling_case telling = { .kind = what->kind, .student = what->student, .person = c->person };
    struct verdict verdict;

    out.channel = telling.channel = engine_channel_of(engine, c->person, c->line);
    out.line = telling.line = person_best_line(engine->store, c->person, out.channel);
    verdict = telling_decide(engine->store, &outbox_rules(engine->outbox)->telling, &telling, what->at);
    out.reason = out.line == 0 ? REASON_NO_LINE : verdict.answer == TELL_NEVER ? verdict.reason : REASON_NONE;
    return out;
}

/* The person that the audience named; of a child the first guardian who may be told, as the sending finds them. */
static size_t audience_of(struct engine *engine, const struct whom *what, struct recipient *out)
{
    struct contact contacts[CHAIN_MAX];
    size_t count = 0;

    if (what->person)
        contacts[count++] = person_contact(engine->store, what->person);
    else if (what->student)
        count = person_chain(engine->store, what->student, CHAIN_GUARDIANS, what->at, contacts, CHAIN_MAX);
    for (size_t i = 0; i < count; i++) {
        out[0] = judged(engine, what, &contacts[i]);
        if (out[0].reason == REASON_NONE)
            return 1;
    }
    if (count)
        out[0] = judged(engine, what, &contacts[0]);
    return count ? 1 : 0;
}

size_t engine_whom(struct engine *engine, const struct whom *what, struct recipient *out, size_t max)
{
    struct contact contacts[CHAIN_MAX];
    size_t count = 0;

    if (max == 0)
        return 0;
    if (strcmp(what->word, "audience") == 0) {
        count = audience_of(engine, what, out);
    } else {
        const size_t there = whom_contacts(engine, what, contacts, COUNT(contacts));

        for (; count < there && count < max; count++)
            out[count] = judged(engine, what, &contacts[count]);
    }
    if (count)
        return count;
    out[0] = (struct recipient){ .student = what->student, .reason = REASON_NO_PERSON };
    return 1;
}
