/* SPDX-License-Identifier: Apache-2.0 */
/* Words of gateways until they are committed; see hearing.h. */
#include "store/hearing.h"

#include <stdlib.h>

#include "lib/log.h"
#include "lib/memory.h"

struct kept {
    struct hearing *hearing;
    struct kept *next;
    struct heard word; /* its texts are ours */
};

struct hearing {
    struct turn *turn;
    void (*take)(void *arg, const struct heard *word);
    void *arg;
    struct kept *first, **last; /* of failed turns, in order */
    size_t waiting, dropped;
};

static const size_t texts[] = {
    offsetof(struct heard, gateway), offsetof(struct heard, id),   offsetof(struct heard, provider_id),
    offsetof(struct heard, class),   offsetof(struct heard, code), offsetof(struct heard, detail),
    offsetof(struct heard, state),   offsetof(struct heard, uid),  offsetof(struct heard, from),
    offsetof(struct heard, to),      offsetof(struct heard, text), offsetof(struct heard, digits),
    offsetof(struct heard, call),
};

static char **text_at(struct heard *word, size_t index)
{
    return (char **)(void *)((char *)word + texts[index]);
}

static struct kept *keep(struct hearing *hearing, const struct heard *word)
{
    struct kept *kept = mem_new(1, sizeof *kept);

    kept->hearing = hearing;
    kept->word = *word;
    for (size_t i = 0; i < COUNT(texts); i++)
        *text_at(&kept->word, i) = mem_dup(*text_at(&kept->word, i));
    return kept;
}

static void forget(void *arg)
{
    struct kept *kept = arg;

    for (size_t i = 0; i < COUNT(texts); i++)
        free(*text_at(&kept->word, i));
    free(kept);
}

static void append(struct hearing *hearing, struct kept *kept)
{
    kept->next = NULL;
    if (hearing->waiting >= HEARING_MAX) {
        if (hearing->dropped++ == 0)
            log_warning("more than %d words of gateways wait for the store: later ones are dropped", HEARING_MAX);
        forget(kept);
        return;
    }
    *hearing->last = kept;
    hearing->last = &kept->next;
    hearing->waiting++;
}

static void on_failed(void *arg)
{
    struct kept *kept = arg;

    append(kept->hearing, kept);
}

static void take(struct hearing *hearing, struct kept *kept)
{
    turn_effect(hearing->turn, forget, kept, on_failed);
    hearing->take(hearing->arg, &kept->word);
}

struct hearing *hearing_new(struct turn *turn, void (*taker)(void *arg, const struct heard *word), void *arg)
{
    struct hearing *hearing = mem_new(1, sizeof *hearing);

    hearing->turn = turn;
    hearing->take = taker;
    hearing->arg = arg;
    hearing->last = &hearing->first;
    return hearing;
}

void hearing_free(struct hearing *hearing)
{
    if (!hearing)
        return;
    while (hearing->first) {
        struct kept *kept = hearing->first;

        hearing->first = kept->next;
        forget(kept);
    }
    free(hearing);
}

void hearing_add(struct hearing *hearing, const struct heard *word)
{
    struct kept *kept = keep(hearing, word);

    if (hearing->first)
        append(hearing, kept);
    else
        take(hearing, kept);
}

bool hearing_again(struct hearing *hearing)
{
    for (int i = 0; i < HEARING_SLICE && hearing->first; i++) {
        struct kept *kept = hearing->first;

        hearing->first = kept->next;
        if (!hearing->first)
            hearing->last = &hearing->first;
        hearing->waiting--;
        take(hearing, kept);
    }
    if (hearing->waiting == 0)
        hearing->dropped = 0;
    return hearing->first != NULL;
}

size_t hearing_waiting(const struct hearing *hearing)
{
    return hearing->waiting;
}
