/* SPDX-License-Identifier: Apache-2.0 */
/* The rules, judged by what the phones saw and what the tables say; no code of the engine is used. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "sim/school.h"

static int broken(const char *rule, const char *detail)
{
    printf("BROKEN %s: %s\n", rule, detail);
    return 1;
}

static char *one(struct school *s, const char *format, int64_t id)
{
    char sql[400];

    snprintf(sql, sizeof sql, format, id);
    return world_words(s->world, sql);
}

/* Rule 1: every message was seen, waits, or ended with a reason; every reply is in the inbox once. */
static int nothing_is_lost(struct school *s)
{
    int faults = 0;
    const int64_t last = world_value(s->world, "SELECT max(id) FROM message");

    for (int64_t id = 1; id <= last; id++) {
        CLEANUP(mem_clean) char *state = one(s, "SELECT state FROM message WHERE id = %" PRId64, id);
        CLEANUP(mem_clean) char *reason = one(s, "SELECT reason FROM message WHERE id = %" PRId64, id);
        bool seen = false;

        for (size_t i = 0; i < s->seen_count; i++)
            seen = seen || s->ledger[i].message == id;
        if (strstr("accepted delivered undelivered", state) && !seen)
            faults += broken("1", "a message counts as sent, and no phone saw it");
        else if (strstr("claimed started unknown", state))
            faults += broken("1", "a message is still in doubt at the end");
        else if (strstr("refused expired cancelled held", state) && !reason[0])
            faults += broken("1", "a message ended without a reason");
    }
    for (size_t i = 0; i < s->event_count; i++) {
        char sql[120];

        if (s->events[i].report && !(s->events[i].digits && s->events[i].digits[0]))
            continue;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM reply WHERE uid = '%s'", s->events[i].uid);
        if (s->events[i].done && world_value(s->world, sql) != 1)
            faults += broken("1", "a reply is not in the inbox exactly once");
    }
    return faults;
}

/* Rule 2: no phone saw a routine message twice, and no line heard of one cause twice. */
static int nothing_is_sent_twice(struct school *s)
{
    int faults = 0;

    for (size_t i = 0; i < s->seen_count; i++) {
        if (s->ledger[i].times > 1 && (s->can.idempotent || s->can.probe || !s->ledger[i].emergency))
            faults += broken("2", s->ledger[i].text);
        for (size_t j = 0; j < i; j++) {
            char sql[240];

            if (s->ledger[i].phone != s->ledger[j].phone || strcmp(s->ledger[i].text, s->ledger[j].text) != 0)
                continue;
            snprintf(sql, sizeof sql,
                     "SELECT a.cause = b.cause AND b.replaces IS NULL AND a.replaces IS NULL FROM message a, message b"
                     " WHERE a.id = %" PRId64 " AND b.id = %" PRId64,
                     s->ledger[j].message, s->ledger[i].message);
            if (world_value(s->world, sql))
                faults += broken("2, one cause", s->ledger[i].text);
        }
    }
    return faults;
}

/* Rule 5: no phone that a restricted person can pick up saw the child's name. */
static int nobody_restricted_is_told(struct school *s)
{
    int faults = 0;

    for (size_t i = 0; i < s->seen_count; i++)
        for (int child = 0; child < FAMILIES; child++)
            if (s->phones[s->ledger[i].phone].forbidden[child] && strstr(s->ledger[i].text, s->names[child]))
                faults += broken("5", s->ledger[i].text);
    return faults;
}

/* Rule 8: never an answer to an automat; to somebody who never answers clearly at most three in 24 hours. */
static int no_loops(struct school *s)
{
    int faults = 0;

    for (size_t i = 0; i < s->seen_count; i++) {
        const enum profile profile = s->phones[s->ledger[i].phone].profile;
        CLEANUP(mem_clean) char *kind = one(s, "SELECT c.kind FROM message m JOIN cause c ON c.id = m.cause WHERE m.id = %" PRId64,
                                            s->ledger[i].message);
        int within_a_day = 0;

        if (strcmp(kind, "echo") != 0)
            continue;
        if (profile == AUTOMAT)
            faults += broken("8, automat", s->ledger[i].text);
        for (size_t j = 0; j <= i && profile == MUMBLES; j++) {
            CLEANUP(mem_clean) char *other = one(s, "SELECT c.kind FROM message m JOIN cause c ON c.id = m.cause WHERE m.id = %" PRId64,
                                                 s->ledger[j].message);

            within_a_day += s->ledger[j].phone == s->ledger[i].phone && s->ledger[i].at - s->ledger[j].at < DAY_MS &&
                            strcmp(other, "echo") == 0;
        }
        if (within_a_day > 3)
            faults += broken("8, more than three a day", s->ledger[i].text);
    }
    return faults;
}

static int every_ask_has_ended(struct school *s)
{
    char sql[160];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM ask WHERE state IN ('open', 'waiting') AND grace < %" PRId64, s->world->now);
    return world_value(s->world, sql) ? broken("an ask", "is open beyond its grace") : 0;
}

int school_judge(struct school *s)
{
    return nothing_is_lost(s) + nothing_is_sent_twice(s) + nobody_restricted_is_told(s) + no_loops(s) + every_ask_has_ended(s);
}
