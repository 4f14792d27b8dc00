/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims: what a gateway gets now. Each row is judged again as it comes to the head: its cause may be paused or
 * cancelled, each child it names is put before may_tell() once more, and only then it is worded, tried and claimed.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "outbox/outbox_internal.h"
#include "store/ask.h"
#include "store/cause.h"
#include "store/person.h"
#include "store/telling.h"

#define EQUAL_WITHIN_MS (10 * MINUTE_MS)

void job_free(struct job *job)
{
    free(job->to);
    free(job->text);
    json_decref(job->voice);
    *job = (struct job){ 0 };
}

struct telling_case outbox_case(const struct message *m, int64_t student)
{
    return (struct telling_case){ .kind = m->kind,
                                  .student = student,
                                  .person = m->person,
                                  .line = m->line,
                                  .channel = m->channel,
                                  .cause = m->cause,
                                  .reply = m->reply,
                                  .message = m->id };
}

struct verdict outbox_judge_child(struct outbox *outbox, const struct message *m, int64_t student)
{
    const struct telling_case what = outbox_case(m, student);

    return telling_decide(outbox->store, &outbox->rules.telling, &what, outbox_now(outbox));
}

/* A message whose line is no longer the person's is made anew to the new one; one whose text names a child that may not be
 * told any more is made anew for the others. */
void outbox_make_anew(struct outbox *outbox, const struct message *m, const int64_t *students, size_t count,
                      enum reason reason)
{
    const int64_t line = reason == REASON_REPLACED ? m->line : person_best_line(outbox->store, m->person, m->channel);
    enum reason why;
    int64_t fresh = 0;

    for (size_t i = 0; line && (line != m->line || reason == REASON_REPLACED) && i < (count ? count : 1); i++) {
        const struct outbox_entry entry = { .cause = m->cause,
                                            .kind = m->kind,
                                            .lane = m->lane,
                                            .student = count ? students[i] : 0,
                                            .person = m->person,
                                            .line = line,
                                            .channel = m->channel,
                                            .due = outbox_now(outbox),
                                            .expires = m->expires,
                                            .note = m->note,
                                            .reply = m->reply,
                                            .gathered = m->gathered,
                                            .fresh = m->gathered,
                                            .joins = fresh,
                                            .replaces = m->id };
        const int64_t id = outbox_put(outbox, &entry, &why);

        fresh = id ? id : fresh;
        if (!id && entry.student)
            attempt_skip_child(outbox->store, m->id, entry.student, why, outbox_now(outbox));
    }
    if (fresh)
        attempt_move_message(outbox->store, m->id, fresh);
}

/* Leaves out the children that may not be told; the verdict for the message as a whole. What was worded already says the
 * same of a child that is settled meanwhile: it stays while another needs the text. */
static struct verdict judge(struct outbox *outbox, const struct message *m, int64_t *students, size_t *count)
{
    struct verdict whole = { .answer = TELL_NEVER, .reason = REASON_NONE };
    enum reason first = REASON_NONE;
    size_t kept = 0, settled = 0;

    for (size_t i = 0; i < (*count ? *count : 1); i++) {
        const struct verdict v = outbox_judge_child(outbox, m, *count ? students[i] : 0);

        if (v.answer == TELL_NEVER) {
            if (whole.reason == REASON_NONE)
                whole.reason = v.reason;
            if (first == REASON_NONE)
                first = v.reason;
            settled += m->text && v.reason == REASON_SETTLED;
            continue;
        }
        if (*count)
            students[kept] = students[i];
        kept++;
        if (whole.answer == TELL_NEVER || v.answer == TELL_LATER)
            whole = v;
    }
    if (m->note && kept < *count) /* its words name them all */
        return (struct verdict){ .answer = TELL_NEVER, .reason = first };
    if (m->text && kept && kept + settled < *count) /* the text never changes: it is ended, and another is worded */
        return (struct verdict){ .answer = TELL_NEVER, .reason = REASON_REPLACED };
    if (*count && !(m->text && kept))
        *count = kept;
    return whole;
}

/* Children who are not to be named here: their asks have not been put by this message. */
static void forget_others(struct outbox *outbox, const struct message *m, const int64_t *kept, size_t kept_count)
{
    const int64_t message = m->id;
    int64_t all[OUTBOX_CHILDREN_MAX];
    const size_t count = message_children(outbox->store, message, all, COUNT(all));

    for (size_t i = 0; i < count; i++) {
        size_t j = 0;

        while (j < kept_count && kept[j] != all[i])
            j++;
        if (j < kept_count)
            continue;
        message_forget_child(outbox->store, message, all[i]);
        attempt_skip_child(outbox->store, message, all[i], outbox_judge_child(outbox, m, all[i]).reason,
                           outbox_now(outbox));
    }
}

static void postpone(struct outbox *outbox, const struct message *m, const struct verdict *v)
{
    const time_ms due = v->at > outbox_now(outbox) ? v->at : outbox_now(outbox) + MINUTE_MS;

    message_postpone(outbox->store, m->id, due, due - outbox_now(outbox), v->reason);
    if (kind_row(m->kind)->asks && !m->text)
        ask_wait_for(outbox->store, m->id, v->reason);
}

/* The asks this message puts, for the talk on its line. */
static void open_talks(struct outbox *outbox, const struct message *m, int code)
{
    int64_t asks[OUTBOX_CHILDREN_MAX];
    const size_t count = m->gathered ? 0 : attempt_asks(outbox->store, m->id, asks, COUNT(asks));

    if (m->gathered)
        outbox_open_gathered_talk(outbox, m, code);
    for (size_t i = 0; i < count; i++) {
        struct ask ask = { 0 };

        if (ask_get(&ask, outbox->store, asks[i]))
            talk_open(outbox->store, m->line, code, ask.id, m->id, outbox_now(outbox), ask.grace);
        ask_free(&ask);
    }
}

/* The children that the message names now; of a gathered one, how many it is about. */
struct named {
    int64_t students[OUTBOX_CHILDREN_MAX];
    size_t count;
    int asks;
};

/* An alert to staff about few children is worded as to the family; all else that is gathered has words of its own. */
static bool has_own_words(const struct message *m, const struct named *named)
{
    return m->gathered && (named->asks > OUTBOX_NAMED_MAX || kind_row(m->kind)->grammar != ANSWER_KIND_EMERGENCY);
}

static bool word(struct outbox *outbox, struct message *m, const struct named *named, int code)
{
    CLEANUP(mem_clean) char *joined = m->note && kind_row(m->kind)->joined ? outbox_join_notes(outbox, m) : NULL;
    struct cause cause = { 0 };
    json_t *voice = NULL;
    int parts;

    if (!cause_get(&cause, outbox->store, m->cause))
        return false;
    m->text = outbox_render(outbox,
                            &(struct rendering){ .content = cause.content,
                                                 .note = joined ? joined : m->note,
                                                 .channel = m->channel,
                                                 .person = m->person,
                                                 .message = m->id,
                                                 .students = named->students,
                                                 .student_count = named->count,
                                                 .code = code,
                                                 .drill = m->drill,
                                                 .cause = m->cause,
                                                 .emergency = m->lane == LANE_EMERGENCY,
                                                 .gathered = has_own_words(m, named) ? named->asks : 0 },
                            &voice);
    cause_free(&cause);
    if (voice)
        m->voice = json_write(voice);
    json_decref(voice);
    parts = outbox_parts(m->channel, m->text);
    message_set_text(outbox->store, m->id, m->text, m->voice, parts, parts * outbox_price(outbox, m->route));
    return true;
}

static void fill_job(struct outbox *outbox, const struct message *m, struct job *job)
{
    *job = (struct job){ .message = m->id,
                         .channel = m->channel,
                         .lane = m->lane,
                         .to = mem_dup(m->e164),
                         .text = mem_dup(m->text),
                         .expires = m->expires,
                         .again = m->again || m->tries > 0 };
    outbox_wire_id(outbox, job->id, m->id);
    if (m->voice)
        job->voice = json_read(m->voice, strlen(m->voice), NULL);
}

/* Rows of a paused cause are held, of a cancelled one cancelled, as they come to the head. */
static bool cause_lets(struct outbox *outbox, const struct message *m)
{
    if (strcmp(m->cause_state, "paused") == 0)
        outbox_move(outbox, m->id, MESSAGE_QUEUED, MESSAGE_HELD, REASON_PAUSED);
    else if (strcmp(m->cause_state, "cancelled") == 0)
        outbox_move(outbox, m->id, MESSAGE_QUEUED, MESSAGE_CANCELLED, REASON_CAUSE_CANCELLED);
    else if (m->expires <= outbox_now(outbox))
        outbox_move(outbox, m->id, MESSAGE_QUEUED, MESSAGE_EXPIRED,
                    m->reason == REASON_CAP ? REASON_CAP : REASON_EXPIRED);
    else
        return true;
    return false;
}

/* Its text may be out under an earlier try, and names a child that may not be told any more: the same words may not go
 * again, others might tell the rest twice. An alarm goes all the same; all else a person releases or cancels. */
static bool in_doubt(struct outbox *outbox, const struct message *m)
{
    return m->tries > 0 && m->lane != LANE_EMERGENCY && m->reason != REASON_RELEASED &&
           message_in_doubt(outbox->store, m->id);
}

static bool passes(struct outbox *outbox, struct message *m, struct named *named)
{
    const size_t before = named->count;
    int64_t all[OUTBOX_CHILDREN_MAX];
    struct verdict v;

    memcpy(all, named->students, before * sizeof *all);
    v = m->gathered ? outbox_gather(outbox, m, named->students, &named->count, &named->asks)
                    : judge(outbox, m, named->students, &named->count);
    if (v.answer == TELL_LATER) {
        postpone(outbox, m, &v);
        return false;
    }
    if (v.answer == TELL_YES) {
        if (named->count < before && !m->gathered)
            forget_others(outbox, m, named->students, named->count);
        return true;
    }
    if (v.reason == REASON_REPLACED && in_doubt(outbox, m)) {
        outbox_move(outbox, m->id, MESSAGE_QUEUED, MESSAGE_HELD, REASON_UNKNOWN);
        return false;
    }
    if (v.reason == REASON_LINE_CHANGED ||
        v.reason == REASON_REPLACED) /* takes the attempts along: its end tells nobody */
        outbox_make_anew(outbox, m, all, m->gathered ? 0 : before, v.reason);
    outbox_move(outbox, m->id, MESSAGE_QUEUED, MESSAGE_CANCELLED, v.reason);
    return false;
}

static bool claim_one(struct outbox *outbox, const char *gateway, int64_t id, struct job *job)
{
    struct message m = { 0 };
    struct named named = { .asks = 0 };
    int code = 0;
    bool claimed = false;

    if (!message_get(&m, outbox->store, id))
        return false;
    named.count = message_children(outbox->store, id, named.students, COUNT(named.students));
    if (!cause_lets(outbox, &m) || !passes(outbox, &m, &named))
        goto out;
    if (kind_row(m.kind)->asks)
        code = talk_code(outbox->store, m.line, m.cause, outbox_now(outbox));
    if (!m.text && !word(outbox, &m, &named, code))
        goto out;
    if (kind_row(m.kind)->equal_dropped &&
        message_equal_since(outbox->store, id, m.line, m.text, outbox_now(outbox) - EQUAL_WITHIN_MS)) {
        outbox_move(outbox, id, MESSAGE_QUEUED, MESSAGE_CANCELLED, REASON_EQUAL);
        goto out;
    }
    try_begin(outbox->store, id, gateway, outbox_now(outbox));
    if (kind_row(m.kind)->asks) {
        ask_was_put(outbox->store, id, outbox_now(outbox));
        open_talks(outbox, &m, code);
    }
    claimed = message_move(outbox->store, id, MESSAGE_QUEUED, MESSAGE_CLAIMED, REASON_NONE, outbox_now(outbox));
    if (claimed)
        fill_job(outbox, &m, job);
out:
    message_free(&m);
    return claimed;
}

/* One lane over all routes of the gateway. */
static size_t claim_lane(struct outbox *outbox, size_t index, enum lane lane, struct job *jobs, size_t max)
{
    const struct carrier *carrier = &outbox->gateways[index];
    size_t taken = 0;

    for (size_t r = 0; r < outbox->route_count && taken < max; r++) {
        int64_t ids[64];
        size_t count;

        if (!(outbox->routes[r].carriers >> index & 1))
            continue;
        count = message_claimable(outbox->store, outbox->routes[r].id, lane, outbox_now(outbox), ids,
                                  max - taken < COUNT(ids) ? max - taken : COUNT(ids));
        for (size_t i = 0; i < count && taken < max; i++)
            taken += claim_one(outbox, carrier->name, ids[i], &jobs[taken]);
    }
    return taken;
}

size_t outbox_claim(struct outbox *outbox, const char *gateway, int room, int room_all, struct job *jobs, size_t max)
{
    size_t taken = 0;
    const struct carrier *carrier = outbox_carrier(outbox, gateway);

    if (!carrier || carrier->not_before > outbox_now(outbox))
        return 0;
    for (enum lane lane = LANE_EMERGENCY; lane < LANES; lane++) {
        const int limit = (lane == LANE_EMERGENCY ? room_all : room) - (int)taken;
        size_t most = limit > 0 ? (size_t)limit : 0;

        most = most < max - taken ? most : max - taken;
        if (most)
            taken += claim_lane(outbox, (size_t)(carrier - outbox->gateways), lane, jobs + taken, most);
    }
    return taken;
}

time_ms outbox_next_due(struct outbox *outbox, const char *gateway)
{
    const struct carrier *carrier = outbox_carrier(outbox, gateway);
    time_ms next = TIME_NEVER;

    for (size_t r = 0; carrier && r < outbox->route_count; r++) {
        if (!(outbox->routes[r].carriers >> (carrier - outbox->gateways) & 1))
            continue;
        for (enum lane lane = LANE_EMERGENCY; lane < LANES; lane++) {
            const time_ms due = message_next_due(outbox->store, outbox->routes[r].id, lane);

            next = due < next ? due : next;
        }
    }
    return carrier && next != TIME_NEVER && carrier->not_before > next ? carrier->not_before : next;
}
