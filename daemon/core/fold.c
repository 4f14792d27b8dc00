/* SPDX-License-Identifier: Apache-2.0 */
/* The fold over answers; see fold.h. What each class means for a kind is one table. */
#include "core/fold.h"

#include <string.h>

#include "lib/memory.h"

struct meaning {
    const char *class, *outcome;
    int weight; /* worst wins by it; 0: says nothing decisive, kept only while nothing else is known */
    bool settles, climbs;
};

static const struct meaning checkin[] = {
    { "pass", "", 0, false, true },
    { "free", "unsure", 0, false, false },
    { "question", "unsure", 0, false, false },
    { "no", "unsure", 0, false, false },
    { "number", "unsure", 0, false, false },
    { "wrong_number", "wrong_number", 1, false, true },
    { "received", "received", 2, true, false },
    { "ack", "received", 2, true, false },
    { "take", "taken_on", 2, true, false },
    { "yes", "fine", 3, true, false },
    { "fine", "fine", 3, true, false },
    { "help", "help", 9, true, false },
};
/* Whoever has read it is done; help goes on to those who can. */
static const struct meaning warned[] = {
    { "pass", "", 0, false, true },
    { "free", "unsure", 0, false, false },
    { "question", "unsure", 0, false, false },
    { "number", "unsure", 0, false, false },
    { "received", "received", 1, false, false },
    { "wrong_number", "wrong_number", 1, false, true },
    { "no", "declined", 1, false, true },
    { "take", "taken_on", 1, true, false },
    { "ack", "received", 2, true, false },
    { "yes", "received", 2, true, false },
    { "fine", "received", 2, true, false },
    { "help", "help", 9, false, true },
};
static const struct meaning absent[] = {
    { "pass", "", 0, false, true },
    { "take", "taken_on", 1, true, false },
    { "free", "unsure", 0, false, false },
    { "question", "unsure", 0, false, false },
    { "ack", "unsure", 0, false, false },
    { "number", "unsure", 0, false, false },
    { "received", "received", 1, false, false },
    { "wrong_number", "wrong_number", 1, false, true },
    { "fine", "accounted", 2, true, false },
    { "yes", "accounted", 2, true, false },
    { "no", "missing", 8, false, true },
    { "help", "help", 9, false, true },
};
static const struct meaning decision[] = {
    { "pass", "", 0, false, true },
    { "take", "taken_on", 1, true, false },
    { "free", "unsure", 0, false, false },
    { "question", "unsure", 0, false, false },
    { "ack", "unsure", 0, false, false },
    { "received", "received", 0, false, false },
    { "wrong_number", "wrong_number", 1, false, true },
    { "help", "help", 9, false, false },
    { "fine", "yes", 2, true, false },
    { "yes", "yes", 2, true, false },
    { "no", "no", 2, true, false },
    { "number", "number", 2, true, false },
};
static const struct meaning first[] = {
    { "pass", "", 0, false, true },
    { "take", "ack", 4, true, false },
    { "free", "unsure", 0, false, false },
    { "question", "unsure", 0, false, false },
    { "number", "unsure", 0, false, false },
    { "received", "received", 1, false, false },
    { "wrong_number", "wrong_number", 1, false, true },
    { "no", "declined", 1, false, true },
    { "help", "help", 5, false, true }, /* is shown, whoever takes it, and the next one is asked at once */
    { "ack", "ack", 4, true, false },
    { "yes", "ack", 4, true, false },
    { "fine", "received", 1, false, false },
};

struct fold_state fold_begin(enum kind kind)
{
    return (struct fold_state){ .kind = kind, .outcome = "", .weight = -1 };
}

static const struct meaning *find(const struct meaning *table, size_t count, const char *class)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].class, class) == 0)
            return &table[i];
    return NULL;
}

static const struct meaning *meaning_of(enum kind kind, const char *class)
{
    const struct kind_row *row = kind_row(kind);

    switch (row->fold) {
    case FOLD_WORST:
        if (row->grammar == ANSWER_KIND_EMERGENCY)
            return find(warned, COUNT(warned), class);
        return row->grammar == ANSWER_KIND_ABSENT ? find(absent, COUNT(absent), class)
                                                  : find(checkin, COUNT(checkin), class);
    case FOLD_LAST:
    case FOLD_ALL:
        return find(decision, COUNT(decision), class);
    case FOLD_FIRST:
        return find(first, COUNT(first), class);
    case FOLD_NONE:
        return NULL;
    }
    return NULL;
}

void fold_add(struct fold_state *fold, const char *class, bool has_value, int64_t value, bool by_required)
{
    const struct kind_row *row = kind_row(fold->kind);
    const struct meaning *m = meaning_of(fold->kind, class);
    bool settles, takes, replaces;

    if (!m)
        return;
    /* a missed call is enough only where the kind says so */
    settles = m->settles || (row->missed_call_received && strcmp(class, "received") == 0);
    settles = settles && by_required;
    takes = settles && row->takes && (row->fold == FOLD_FIRST || strcmp(class, "take") == 0);
    settles = settles && !takes;
    replaces = row->fold == FOLD_LAST && m->weight >= 2 ? fold->weight < 9 || m->weight == 9 : m->weight > fold->weight;
    fold->final = fold->final || settles;
    fold->taken = fold->taken || takes;
    fold->climb = m->climbs;
    if (replaces) {
        fold->outcome = m->outcome;
        fold->weight = m->weight;
        fold->has_value = has_value;
        fold->value = value;
        if (row->grammar == ANSWER_KIND_ABSENT && !m->settles)
            fold->final = false; /* "nobody knows" outweighs an earlier "he is here" */
    }
    fold->settled = fold->final || fold->taken;
}
