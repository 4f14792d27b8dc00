/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes to staff that wait for the same phone leave as one text, the most important first. Each is put before
 * may_tell() by itself, with the children it names; a note that may not go, or not yet, stays where it is. Nothing is
 * dropped: what has joined says so and its children are seen with the text that carries it.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"
#include "outbox/outbox_internal.h"

enum { JOINED_MAX = 8, JOINED_BYTES_MAX = 900 };
#define JOIN_WITHIN_MS MINUTE_MS

static bool may_go(struct outbox *outbox, const struct message *m)
{
    int64_t students[OUTBOX_CHILDREN_MAX];
    const size_t count = message_children(outbox->store, m->id, students, OUTBOX_CHILDREN_MAX);

    if (m->expires <= outbox_now(outbox))
        return false;
    for (size_t i = 0; i < (count ? count : 1); i++)
        if (outbox_judge_child(outbox, m, count ? students[i] : 0).answer != TELL_YES)
            return false;
    return true;
}

static void move_children(struct outbox *outbox, int64_t from, int64_t to)
{
    int64_t students[OUTBOX_CHILDREN_MAX];
    const size_t count = message_children(outbox->store, from, students, OUTBOX_CHILDREN_MAX);

    for (size_t i = 0; i < count; i++)
        message_name_child(outbox->store, to, students[i]);
}

static void add(struct text *out, const char *note)
{
    text_add_format(out, "%s%s", out->length ? "\n" : "", note);
}

char *outbox_join_notes(struct outbox *outbox, const struct message *m)
{
    int64_t ids[JOINED_MAX];
    const size_t count = message_notes(outbox->store, m, outbox_now(outbox) + JOIN_WITHIN_MS, ids, JOINED_MAX);
    struct text out = { 0 };
    bool own = false;

    for (size_t i = 0; i < count; i++) {
        struct message other = { 0 };

        if (ids[i] == m->id) {
            add(&out, m->note);
            own = true;
        } else if (message_get(&other, outbox->store, ids[i]) && other.person == m->person &&
                   out.length + strlen(other.note) + strlen(m->note) < JOINED_BYTES_MAX && may_go(outbox, &other)) {
            add(&out, other.note);
            move_children(outbox, other.id, m->id);
            outbox_move(outbox, other.id, MESSAGE_QUEUED, MESSAGE_CANCELLED, REASON_JOINED);
        }
        message_free(&other);
    }
    if (!own)
        add(&out, m->note);
    return text_take(&out);
}
