/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ask is settled: answered for good, or taken by somebody who owes the outcome. What was taken and gets no outcome in
 * time is reminded of once and then climbs on from where it stood; the others who were told hear, two minutes later and
 * unless it has changed by then, that it is settled. What is still at a gateway is called back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/template.h"
#include "engine/engine_internal.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/line.h"

enum { LINES_MAX = 64, NAMED_MAX = 3, RECALLED_MAX = 64 };

void engine_recall(struct engine *engine, int64_t ask)
{
    int64_t messages[RECALLED_MAX];
    const size_t count = told_at_gateway(engine->store, ask, messages, COUNT(messages));

    for (size_t i = 0; i < count; i++)
        outbox_recall(engine->outbox, messages[i]);
}

/* It climbs no more, and whoever waits because of it goes on. */
static void stop(struct engine *engine, const struct ask *ask)
{
    const time_ms now = engine_now(engine);

    branch_stop(engine->store, ask->id);
    engine_recall(engine, ask->id);
    talk_wake_lines(engine->store, ask->id, now);
    if (kind_row(ask->kind)->takes)
        ask_tell_at(engine->store, ask->id, now + engine->rules.settled_after);
}

static void take(struct engine *engine, const struct ask *ask, int64_t person, const struct answer_row *row)
{
    const time_ms at = row->at ? row->at : engine_now(engine);
    const time_ms done_by = at + engine->rules.done_by;
    const time_ms remind = done_by - engine->rules.remind;
    const struct ask_taking taking = {
        .person = person, .line = row->line, .at = at, .done_by = done_by, .next_at = remind > at ? remind : done_by
    };

    ask_take(engine->store, ask->id, &taking);
}

void engine_settle(struct engine *engine, const struct ask *ask, const struct answer_row *row, bool final)
{
    const bool late = ask->state == ASK_EXPIRED || ask->state == ASK_UNASKED;
    const int64_t person = row->person ? row->person : line_only_person(engine->store, row->line);

    if (ask->closed || ask->state == ASK_ANSWERED || ask->state == ASK_CANCELLED || (!final && ask->taken))
        return;
    if (late && (!kind_row(ask->kind)->late_taken || engine_now(engine) > ask->grace))
        return;
    if (final) {
        ask_move(engine->store, ask->id, ask->state, ASK_ANSWERED);
        if (kind_row(ask->kind)->takes || kind_row(ask->kind)->fold == FOLD_FIRST)
            ask_note_taker(engine->store, ask->id, person, row->line, row->at ? row->at : engine_now(engine));
    } else {
        take(engine, ask, person, row);
    }
    stop(engine, ask);
}

bool engine_close_ask(struct engine *engine, int64_t id, const char *outcome, const char *by)
{
    struct ask ask = { 0 };
    bool closed = false;

    if (ask_get(&ask, engine->store, id)) {
        closed = ask_close(engine->store, id, outcome, by, engine_now(engine));
        if (closed)
            stop(engine, &ask);
    }
    ask_free(&ask);
    return closed;
}

/* --- what was taken --- */

/* Those of the children who may be named to this person on this line; their number. */
static size_t nameable(struct engine *engine, enum kind kind, const struct told *to, int64_t *students, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (engine_may_say(engine, kind, to->person, to->line, students[i]))
            students[kept++] = students[i];
    return kept;
}

static char *names_of(struct engine *engine, const int64_t *students, size_t count, bool chinese)
{
    struct text out = { 0 };

    for (size_t i = 0; i < count && i < NAMED_MAX; i++) {
        struct student s = { 0 };

        if (student_get(&s, engine->store, students[i]))
            text_add_format(&out, "%s%s", out.length ? (chinese ? "、" : ", ") : "", s.name);
        student_free(&s);
    }
    if (count > NAMED_MAX)
        text_add(&out, chinese ? "等" : " and others");
    return text_take(&out);
}

/* A word about an alert to one line. */
struct notice {
    const struct cause *cause;
    enum kind kind;
    const char *key, *template;
    struct told to;
    int64_t about[NAMED_MAX + 1]; /* the children it may name */
    size_t count;
    time_ms time; /* for {time} */
};

static char *word(struct engine *engine, const struct notice *n, size_t named, const char *name, const char *language)
{
    const struct local_time t = zone_local(engine->rules.zone, n->time);
    CLEANUP(mem_clean) char *names = names_of(engine, n->about, named, strcmp(language, "zh") == 0);
    char clock[8], number[24];

    snprintf(clock, sizeof clock, "%02d:%02d", t.hour, t.minute);
    snprintf(number, sizeof number, "%" PRId64, n->cause->id);
    return template_render(
        engine_wording(engine, n->template, language),
        (const struct template_value[]){
            { "students", names }, { "student", names }, { "time", clock }, { "alert", number }, { "person", name } },
        5);
}

static void say(struct engine *engine, struct notice *n)
{
    struct person p = { 0 };
    const char *language = person_get(&p, engine->store, n->to.person) ? p.language : engine->language;
    const size_t named = nameable(engine, n->kind, &n->to, n->about, n->count);
    CLEANUP(mem_clean) char *text = word(engine, n, named, p.name, language);
    enum reason why;

    if (text[0])
        engine_say(engine,
                   &(struct saying){ .key = n->key,
                                     .kind = n->kind,
                                     .person = n->to.person,
                                     .line = n->to.line,
                                     .students = n->about,
                                     .student_count = named < NAMED_MAX ? named : NAMED_MAX,
                                     .text = text,
                                     .drill = n->cause->drill },
                   &why);
    person_free(&p);
}

static void remind(struct engine *engine, const struct ask *ask)
{
    const int64_t person =
        ask->acked_by ? ask->acked_by : line_best_person(engine->store, ask->acked_line, ask->student);
    struct cause cause = { 0 };
    char key[96];
    struct notice notice = { .cause = &cause,
                             .kind = KIND_REMIND,
                             .key = key,
                             .template = "remind_taken",
                             .to = { .line = ask->acked_line, .person = person },
                             .time = ask->done_by };

    if (!person || !cause_get(&cause, engine->store, ask->cause))
        return;
    /* one reminder, however many children were taken by that answer */
    snprintf(key, sizeof key, "remind:%" PRId64 ":%" PRId64 ":%" PRId64, ask->cause, person, ask->done_by);
    notice.count = ask_taken_with(engine->store, ask, notice.about, COUNT(notice.about));
    say(engine, &notice);
    cause_free(&cause);
}

/* Nobody has said how it ended: it is nobody's again. */
static void expire(struct engine *engine, const struct ask *ask)
{
    struct climb c;

    log_notice("ask %" PRId64 ": was taken, and has no outcome in time: it climbs on", ask->id);
    engine_withdraw_taking(engine, ask, 0, "expired");
    ask_reopen(engine->store, ask->id);
    if (climb_begin(&c, engine, ask->id)) {
        climb_rewind(&c);
        climb_end(&c);
    }
}

static void look_after(struct engine *engine, int64_t id)
{
    const time_ms now = engine_now(engine);
    struct ask ask = { 0 };

    if (ask_get(&ask, engine->store, id) && ask.taken) {
        if (now >= ask.done_by) {
            expire(engine, &ask);
        } else {
            if (ask.reminded_at == TIME_NEVER)
                remind(engine, &ask);
            ask_set_reminded(engine->store, id, now, ask.done_by);
        }
    }
    ask_free(&ask);
}

/* --- the others --- */

static void tell(struct engine *engine, const struct ask *ask, const struct cause *cause, const struct told *to)
{
    char key[96];
    struct notice notice = {
        .cause = cause, .kind = KIND_SETTLED, .key = key, .template = "settled", .to = *to, .time = engine_now(engine)
    };

    snprintf(key, sizeof key, "settled:%" PRId64 ":%" PRId64 ":%" PRId64, ask->cause, to->line,
             told_last(engine->store, ask->cause, to->line));
    if (cause_find(engine->store, key) || told_open(engine->store, ask->cause, to->line))
        return; /* said already, or another child of theirs is still asked about: that one's end is the word */
    notice.count = told_children(engine->store, ask->cause, to->line, notice.about, COUNT(notice.about));
    say(engine, &notice);
}

static void tell_others(struct engine *engine, int64_t id)
{
    struct ask ask = { 0 };
    struct cause cause = { 0 };
    struct told to[LINES_MAX];
    size_t count = 0;

    ask_get(&ask, engine->store, id);
    ask_tell_at(engine->store, id, TIME_NEVER);
    if (ask.version == ask.told_version &&
        ((ask.taken && engine_now(engine) < ask.done_by) || ask.state == ASK_ANSWERED || ask.closed) &&
        cause_get(&cause, engine->store, ask.cause))
        count = told_lines(engine->store, id, ask.acked_line, to, COUNT(to));
    for (size_t i = 0; i < count; i++)
        tell(engine, &ask, &cause, &to[i]);
    cause_free(&cause);
    ask_free(&ask);
}

void engine_settle_due(struct engine *engine)
{
    int64_t ids[STEP];
    size_t count = ask_settling_due(engine->store, engine_now(engine), ids, COUNT(ids));

    for (size_t i = 0; i < count && !store_failed(engine->store); i++)
        look_after(engine, ids[i]);
    count = ask_tell_due(engine->store, engine_now(engine), ids, COUNT(ids));
    for (size_t i = 0; i < count && !store_failed(engine->store); i++)
        tell_others(engine, ids[i]);
}
