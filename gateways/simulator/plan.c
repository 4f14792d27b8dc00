/* SPDX-License-Identifier: Apache-2.0 */
/* From the lines of the script, or the profile's dice, to the plan of one job; see plan.h. It cannot fail. */
#include "gateways/simulator/plan.h"

#include <string.h>

#include "lib/memory.h"
#include "lib/random.h"

/* FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923), to mix an id into the seed. */
static uint64_t hash(const char *text, uint64_t value)
{
    value ^= 0xcbf29ce484222325u;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001b3u;
    return value;
}

/* One outcome of a profile: `weight` of 100 jobs end so. */
struct chance {
    unsigned weight;
    struct script_line lines[2];
    size_t count;
};

static const char ONE[] = "1", BUSY_CODE[] = "busy", LIMIT_CODE[] = "limit", NO_CODE[] = "no_such_number";

/* 90 of 100 families answer, the others are what a school sees on any day. */
static const struct chance mild[] = {
    { 90, { { .action = ACTION_REPLY, .text = (char *)ONE, .after = -1 } }, 1 },
    { 6, { { .action = ACTION_REPORT_LATE, .after = 5 * MINUTE_MS } }, 1 },
    { 3, { { .action = ACTION_UNDELIVERED, .after = -1 } }, 1 },
    { 1, { { .action = ACTION_REFUSE, .text = (char *)BUSY_CODE, .refusal = GATEWAY_TEMPORARY, .after = -1 } }, 1 },
};

static const struct chance load[] = { { 100, { { .action = ACTION_FROM, .after = -1 } }, 0 } };

static const struct chance faulty[] = {
    { 35, { { .action = ACTION_REPLY, .text = (char *)ONE, .after = -1 } }, 1 },
    { 10, { { .action = ACTION_REFUSE, .text = (char *)BUSY_CODE, .refusal = GATEWAY_TEMPORARY, .after = -1 } }, 1 },
    { 3, { { .action = ACTION_REFUSE, .text = (char *)LIMIT_CODE, .refusal = GATEWAY_THROTTLED, .after = -1 } }, 1 },
    { 2, { { .action = ACTION_REFUSE, .text = (char *)NO_CODE, .refusal = GATEWAY_PERMANENT, .after = -1 } }, 1 },
    { 6, { { .action = ACTION_UNKNOWN, .after = -1 } }, 1 },
    { 6, { { .action = ACTION_UNKNOWN, .lost = true, .after = -1 } }, 1 },
    { 8, { { .action = ACTION_SILENT, .after = -1 } }, 1 },
    { 10, { { .action = ACTION_REPORT_LATE, .after = -1 } }, 1 },
    { 10,
      { { .action = ACTION_REPORT_TWICE, .after = -1 }, { .action = ACTION_REPLY, .text = (char *)ONE, .after = -1 } },
      2 },
    { 6, { { .action = ACTION_REPORT_FIRST, .after = -1 } }, 1 },
    { 4, { { .action = ACTION_UNDELIVERED, .after = -1 } }, 1 },
};

static const struct {
    const struct chance *chances;
    size_t count;
} odds[] = {
    [PROFILE_NONE] = { NULL, 0 },
    [PROFILE_MILD] = { mild, COUNT(mild) },
    [PROFILE_LOAD] = { load, COUNT(load) },
    [PROFILE_FAULTY] = { faulty, COUNT(faulty) },
};

/* The dice: from the seed, the id and the number of tries alone. */
static size_t throw_dice(struct script_line *out, const struct script *script, const struct plan_job *job)
{
    struct random random = random_from_seed(hash(job->id, script->seed) + (uint64_t)job->tries);
    uint64_t roll = random_below(&random, 100);
    const struct chance *chance = odds[script->profile].chances;

    for (; roll >= chance->weight; chance++)
        roll -= chance->weight;
    for (size_t i = 0; i < chance->count; i++) {
        out[i] = chance->lines[i];
        if (out[i].action != ACTION_REPLY)
            continue;
        if (job->voice)
            out[i].action = ACTION_KEY;
        else
            out[i].after = (time_ms)(1 + random_below(&random, 180)) * MINUTE_MS;
    }
    return chance->count;
}

static time_ms or_usual(time_ms after, time_ms usual)
{
    return after >= 0 ? after : usual;
}

/* How the report of the job looks, gathered from its lines. */
struct report {
    const char *state, *code;
    time_ms after, late_after;
    int seconds;
    bool silent, late, twice, first, keys;
};

static void report_set(struct report *report, const char *state, const char *code, time_ms after)
{
    report->state = state;
    report->code = code;
    report->after = after;
    report->seconds = -1;
}

static void add_reply(struct plan *plan, const char *text, time_ms after)
{
    plan->events[plan->count++] = (struct plan_event){ .after = after, .text = text, .seconds = -1 };
}

static void take_key(struct plan *plan, struct report *report, const struct script_line *line, bool voice)
{
    const time_ms after = or_usual(line->after, PLAN_KEY_MS);
    const size_t room = PLAN_DIGITS_MAX - strlen(plan->digits);

    if (!voice) {
        add_reply(plan, line->text, or_usual(line->after, PLAN_REPLY_MS));
        return;
    }
    strncat(plan->digits, line->text, room);
    report_set(report, "answered", NULL, after > report->after || !report->keys ? after : report->after);
    report->seconds = (int)(report->after / SECOND_MS) + 1;
    report->keys = true;
}

/* The actions that shape the report of a call or a text. */
static void take_delivery(struct plan *plan, struct report *report, const struct script_line *line, bool voice,
                          time_ms delay)
{
    if (line->action == ACTION_KEY)
        take_key(plan, report, line, voice);
    else if (line->action == ACTION_UNDELIVERED)
        report_set(report, "undelivered", "absent", or_usual(line->after, delay));
    else if (line->action == ACTION_BUSY && voice)
        report_set(report, "busy", NULL, or_usual(line->after, delay));
    else if (line->action == ACTION_NO_ANSWER && voice)
        report_set(report, "no_answer", NULL, or_usual(line->after, PLAN_RING_MS));
    else if (line->action == ACTION_MISSED_CALL && voice && !report->keys && strcmp(report->state, "answered") == 0)
        report_set(report, "no_answer", NULL, PLAN_RING_MS);
}

static void take_handover(struct plan *plan, const struct script_line *line)
{
    if (line->action == ACTION_REFUSE) {
        plan->handover = HANDOVER_REFUSE;
        plan->refusal = (enum gateway_refusal)line->refusal;
        plan->code = line->text;
        plan->reaches = false;
        return;
    }
    plan->handover = line->action == ACTION_DIE ? HANDOVER_DIE : HANDOVER_UNKNOWN;
    plan->reaches = !line->lost;
}

static void apply_line(struct plan *plan, struct report *report, const struct script_line *line, bool voice,
                       time_ms delay)
{
    switch (line->action) {
    case ACTION_REPLY:
        add_reply(plan, line->text, or_usual(line->after, PLAN_REPLY_MS));
        break;
    case ACTION_MISSED_CALL:
        add_reply(plan, NULL, or_usual(line->after, PLAN_REPLY_MS));
        take_delivery(plan, report, line, voice, delay);
        break;
    case ACTION_KEY:
    case ACTION_BUSY:
    case ACTION_NO_ANSWER:
    case ACTION_UNDELIVERED:
        take_delivery(plan, report, line, voice, delay);
        break;
    case ACTION_REFUSE:
    case ACTION_UNKNOWN:
    case ACTION_DIE:
        take_handover(plan, line);
        break;
    case ACTION_SILENT:
        report->silent = true;
        break;
    case ACTION_REPORT_LATE:
        report->late = true;
        report->late_after = or_usual(line->after, PLAN_LATE_MS);
        break;
    case ACTION_REPORT_TWICE:
        report->twice = true;
        break;
    case ACTION_REPORT_FIRST:
        report->first = true;
        break;
    case ACTION_FROM:
    case ACTIONS:
        break;
    }
}

static void add_report(struct plan *plan, const struct report *report)
{
    struct plan_event event = { .state = report->state,
                                .code = report->code,
                                .seconds = report->seconds,
                                .first = report->first,
                                .keys = report->keys };

    if (report->silent)
        return;
    event.after = report->late ? report->late_after : report->after;
    plan->events[plan->count++] = event;
    event.first = false;
    event.after *= 2;
    if (report->twice)
        plan->events[plan->count++] = event;
}

/* Who replies: the number itself, or the last `from` line. */
static const char *sender(const struct plan_job *job, const struct script_line *lines, size_t count)
{
    const char *from = job->number;

    for (size_t i = 0; i < count; i++)
        if (lines[i].action == ACTION_FROM)
            from = lines[i].text;
    return from;
}

void plan_make(struct plan *out, const struct script *script, const struct plan_job *job, time_ms delay)
{
    struct script_line thrown[2];
    struct report report = { .state = job->voice ? "answered" : "delivered",
                             .after = job->voice ? PLAN_CALL_MS : delay,
                             .seconds = job->voice ? (int)(PLAN_CALL_MS / SECOND_MS) : -1 };
    size_t count = 0;
    const struct script_line *lines = script_find(script, job->number, job->nth, &count);
    const char *from = sender(job, lines, count);

    if (count == 0 && script->profile != PROFILE_NONE && !script_knows(script, job->number)) {
        count = throw_dice(thrown, script, job);
        lines = thrown;
    }
    *out = (struct plan){ .handover = HANDOVER_ACCEPT, .reaches = true };
    for (size_t i = 0; i < count && i < SCRIPT_GROUP_MAX; i++)
        apply_line(out, &report, &lines[i], job->voice, delay);
    for (size_t i = 0; i < out->count; i++)
        out->events[i].from = from;
    if (out->reaches)
        add_report(out, &report);
    else
        out->count = 0;
}
