/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message to staff about many children of one cause. It may stand for thousands of asks; which few it names, and how
 * many it is about, is decided by the claim: of what still wants somebody, the first who may be named to this person.
 */
#include "outbox/outbox_internal.h"
#include "store/ask.h"

enum { LOOK_MAX = 64 };

/* Names up to OUTBOX_NAMED_MAX of those left; whoever may not be named to this person was not put by this message. */
static struct verdict choose(struct outbox *outbox, const struct message *m, int64_t *students, size_t *count)
{
    struct message_ask left[LOOK_MAX];
    const size_t found = message_asks_left(outbox->store, m->id, 0, left, LOOK_MAX);
    struct verdict whole = outbox_judge_child(outbox, m, 0);

    *count = 0;
    for (size_t i = 0; i < found && *count < OUTBOX_NAMED_MAX; i++) {
        const struct verdict v = left[i].student ? outbox_judge_child(outbox, m, left[i].student) : whole;

        if (v.answer == TELL_NEVER && left[i].student)
            attempt_skip_child(outbox->store, m->id, left[i].student, v.reason, outbox_now(outbox));
        else if (left[i].student)
            students[(*count)++] = left[i].student;
        if (v.answer == TELL_LATER)
            whole = v;
    }
    message_forget_children(outbox->store, m->id);
    for (size_t i = 0; i < *count; i++)
        message_name_child(outbox->store, m->id, students[i]);
    return whole;
}

/* The words stand: they may go again while somebody they are about is left and everybody they name may be named. */
static struct verdict judge_again(struct outbox *outbox, const struct message *m, const int64_t *students, size_t count)
{
    struct verdict whole = outbox_judge_child(outbox, m, 0);

    for (size_t i = 0; i < count; i++) {
        const struct verdict v = outbox_judge_child(outbox, m, students[i]);

        if (v.answer == TELL_NEVER && v.reason != REASON_SETTLED)
            return (struct verdict){ .answer = TELL_NEVER, .reason = REASON_REPLACED };
        if (v.answer == TELL_LATER)
            whole = v;
    }
    return whole;
}

struct verdict outbox_gather(struct outbox *outbox, const struct message *m, int64_t *students, size_t *count,
                             int *asks)
{
    struct verdict v = { .answer = TELL_NEVER, .reason = REASON_SETTLED };

    if (message_count_left(outbox->store, m->id) == 0)
        return v;
    v = m->text ? judge_again(outbox, m, students, *count) : choose(outbox, m, students, count);
    *asks = message_count_left(outbox->store, m->id);
    if (*asks == 0 && v.answer != TELL_NEVER)
        return (struct verdict){ .answer = TELL_NEVER, .reason = REASON_RESTRICTED };
    return v;
}

void outbox_open_gathered_talk(struct outbox *outbox, const struct message *m, int code)
{
    const time_ms now = outbox_now(outbox);
    int64_t asks[OUTBOX_NAMED_MAX];
    const size_t count = attempt_asks(outbox->store, m->id, asks, OUTBOX_NAMED_MAX);
    bool there = false;

    for (size_t i = 0; i < count && !there; i++) {
        struct ask ask = { 0 };

        if (ask_get(&ask, outbox->store, asks[i])) {
            there = i == 0 && talk_extend_gathered(outbox->store, m->line, m->cause, m->id, ask.grace);
            if (!there)
                talk_open(outbox->store, m->line, code, ask.id, m->id, now, ask.grace);
        }
        ask_free(&ask);
    }
    talk_set_gathered(outbox->store, m->line, m->id);
}
