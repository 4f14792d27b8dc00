/* SPDX-License-Identifier: Apache-2.0 */
/* The rules, judged by what the phones saw and what the tables say; no code of the engine is used. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "sim/school.h"
#include "store/verify.h"

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
        if (!s->events[i].done && s->events[i].at < s->world->now - DAY_MS)
            faults += broken("1", "a reply was never taken");
    }
    return faults;
}

/* Rule 2: no phone saw a routine message twice, no line heard of one cause twice, of an alarm once a step. */
static int nothing_is_sent_twice(struct school *s)
{
    int faults =
        world_value(s->world,
                    "SELECT count(*) FROM (SELECT 1 FROM attempt a JOIN message m ON m.id = a.message"
                    " GROUP BY a.ask, a.round, a.step, m.line, a.channel, a.n HAVING count(DISTINCT m.id) > 1)")
            ? broken("2", "a step asks twice on one phone")
            : 0;

    for (size_t i = 0; i < s->seen_count; i++) {
        if (s->ledger[i].times > 1 && (s->can.idempotent || s->can.probe || !s->ledger[i].emergency))
            faults += broken("2", s->ledger[i].text);
        for (size_t j = 0; j < i; j++) {
            char sql[240];

            if (s->ledger[i].emergency || s->ledger[i].phone != s->ledger[j].phone ||
                strcmp(s->ledger[i].text, s->ledger[j].text) != 0)
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

/* Rule 8: never an answer to an automat; to somebody whose answers settle nothing at most three in 24 hours. */
static int no_loops(struct school *s)
{
    int faults = 0;

    for (size_t i = 0; i < s->seen_count; i++) {
        const enum profile profile = s->phones[s->ledger[i].phone].profile;
        CLEANUP(mem_clean) char *kind =
            one(s, "SELECT c.kind FROM message m JOIN cause c ON c.id = m.cause WHERE m.id = %" PRId64,
                s->ledger[i].message);
        int within_a_day = 0;

        if (strcmp(kind, "echo") != 0)
            continue;
        if (profile == AUTOMAT)
            faults += broken("8, automat", s->ledger[i].text);
        for (size_t j = 0; j <= i && (profile == MUMBLES || profile == ANSWERS_HELP); j++) {
            CLEANUP(mem_clean) char *other =
                one(s, "SELECT c.kind FROM message m JOIN cause c ON c.id = m.cause WHERE m.id = %" PRId64,
                    s->ledger[j].message);

            within_a_day += s->ledger[j].phone == s->ledger[i].phone && s->ledger[i].at - s->ledger[j].at < DAY_MS &&
                            strcmp(other, "echo") == 0;
        }
        if (within_a_day > 3)
            faults += broken("8, more than three a day", s->ledger[i].text);
    }
    return faults;
}

/* What nobody can tell is held for a person, and only where the gateway can neither be asked nor repeat. */
static int doubts_are_few(struct school *s)
{
    const int64_t held = world_value(s->world, "SELECT count(*) FROM message WHERE state = 'held'");
    const int64_t other =
        world_value(s->world, "SELECT count(*) FROM message WHERE state = 'held' AND reason <> 'unknown'");
    const int64_t doubts = world_value(s->world, "SELECT count(*) FROM try WHERE outcome = 'unknown'");
    const bool known = s->can.idempotent || s->can.probe;

    return (held > (known ? 0 : doubts) ? broken("2", "more is held than was in doubt") : 0) +
           (other ? broken("1", "a message is held and nobody knows why") : 0);
}

/* Rule 4: nothing routine rings between nine in the evening and seven. */
static int nobody_is_woken(struct school *s)
{
    int faults = 0;

    for (size_t i = 0; i < s->seen_count; i++) {
        const int hour = zone_local(s->world->zone, s->ledger[i].at).hour;
        CLEANUP(mem_clean) char *kind =
            one(s, "SELECT c.kind FROM message m JOIN cause c ON c.id = m.cause WHERE m.id = %" PRId64,
                s->ledger[i].message);

        if ((strcmp(kind, "checkin") == 0 || strcmp(kind, "notice") == 0) && (hour >= 21 || hour < 7))
            faults += broken("4", s->ledger[i].text);
    }
    return faults;
}

static bool said(const struct event *e, const char *const *words)
{
    for (; *words; words++)
        if ((e->text && strcmp(e->text, *words) == 0) || (e->digits && strcmp(e->digits, *words) == 0))
            return true;
    return false;
}

/* Whether somebody of the child's family said one of these (NULL: a missed call), and it was stored. */
static bool family_said(const struct school *s, int child, const char *const *words)
{
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = &s->events[i];

        if (e->done && s->phones[e->phone].children[child] && !s->phones[e->phone].forbidden[child] &&
            (words ? said(e, words) : e->call != NULL))
            return true;
    }
    return false;
}

static const char *const fine[] = { "1", "娃儿好得很", NULL }, *const help[] = { "2", "孩子发烧了", NULL };

/* Nothing is guessed: an outcome has somebody of the family who said so. */
static int nothing_is_guessed(struct school *s)
{
    int faults = 0;

    for (int child = 0; child < FAMILIES; child++) {
        CLEANUP(mem_clean) char *all =
            one(s,
                "SELECT group_concat(DISTINCT outcome || ',') FROM ask k JOIN student s ON s.id = k.student"
                " WHERE closed IS NULL AND s.ref = 'S%" PRId64 "'",
                child);

        if (strstr(all, "fine,") && !family_said(s, child, fine))
            faults += broken("guessed fine", s->names[child]);
        if (strstr(all, "help,") && !family_said(s, child, help))
            faults += broken("guessed help", s->names[child]);
        if (strstr(all, "received,") && !family_said(s, child, NULL))
            faults += broken("guessed received", s->names[child]);
        if (strstr(all, "ack,") && !family_said(s, child, fine))
            faults += broken("acknowledged by a guess", s->names[child]);
    }
    return faults;
}

static int children_of(const struct phone *phone)
{
    int count = 0;

    for (int child = 0; child < FAMILIES; child++)
        count += phone->children[child];
    return count;
}

/* Help is never lost: who answers a check-in with help inside its grace has the outcome help, whatever else is said. */
static int help_is_heard(struct school *s)
{
    int faults = 0;

    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = &s->events[i];
        CLEANUP(mem_clean) char *outcome = NULL;
        char sql[400];

        if (!e->done || !said(e, help) || children_of(&s->phones[e->phone]) != 1)
            continue;
        snprintf(sql, sizeof sql,
                 "SELECT k.outcome FROM attempt a JOIN ask k ON k.id = a.ask JOIN cause c ON c.id = k.cause WHERE "
                 "a.message = %" PRId64 " AND c.kind = 'checkin' AND k.grace > %" PRId64 " AND k.state <> 'cancelled'",
                 e->message, e->told);
        outcome = world_words(s->world, sql);
        if (outcome[0] && strcmp(outcome, "help") != 0)
            faults += broken("help was not heard", outcome);
    }
    return faults;
}

/* After "wrong number" was stored, that phone is left alone. */
static int wrong_numbers_are_left_alone(struct school *s)
{
    int faults = 0;

    for (size_t i = 0; i < s->event_count; i++)
        for (size_t j = 0;
             s->events[i].done && s->events[i].text && strcmp(s->events[i].text, "打错了") == 0 && j < s->seen_count;
             j++)
            if (s->ledger[j].phone == s->events[i].phone && s->ledger[j].at > s->events[i].told + HOUR_MS)
                faults += broken("a wrong number was rung again", s->ledger[j].text);
    return faults;
}

/* Rule 3: an alarm that nobody took went round and round until it was closed. */
static int no_alarm_ends_in_silence(struct school *s)
{
    return world_value(s->world, "SELECT count(*) FROM ask WHERE closed IS NOT NULL AND acked_by IS NULL AND outcome "
                                 "<> 'ack' AND round < 8"
                                 " AND EXISTS (SELECT 1 FROM attempt a WHERE a.ask = ask.id AND a.message IS NOT NULL)")
               ? broken("3", "an alarm stopped climbing")
               : 0;
}

static int every_ask_has_ended(struct school *s)
{
    char sql[160];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM ask WHERE state IN ('open', 'waiting') AND grace < %" PRId64,
             s->world->now);
    return world_value(s->world, sql) ? broken("an ask", "is open beyond its grace") : 0;
}

/* `greenline check` has nothing to say about a term that was lived through. */
static int the_check_finds_nothing(struct school *s)
{
    struct error err = { "" };
    struct verify *verify = verify_begin(s->world->path, NULL, NULL, &err);
    json_t *findings, *finding;
    size_t i;
    int faults = 0;

    if (!verify)
        return broken("check", err.text);
    while (verify_step(verify))
        ;
    findings = verify_findings(verify);
    json_array_foreach (findings, i, finding)
        faults += broken("check", json_string_value(json_object_get(finding, "what")));
    json_decref(findings);
    verify_end(verify);
    return faults;
}

int school_judge(struct school *s)
{
    return nothing_is_lost(s) + nothing_is_sent_twice(s) + doubts_are_few(s) + no_alarm_ends_in_silence(s) +
           nobody_is_woken(s) + nobody_restricted_is_told(s) + no_loops(s) + nothing_is_guessed(s) + help_is_heard(s) +
           wrong_numbers_are_left_alone(s) + every_ask_has_ended(s) + the_check_finds_nothing(s);
}
