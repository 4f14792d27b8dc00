/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline check ladders`: the file as it lies on the disk, and the ladders as they are now against the school's people
 * until the next morning. One row a finding: {ladder, step, who, state, what, mend}; state is `refused` (the file would
 * not be taken), `nobody` (the word means nobody who can be reached) or `gap` (from some hour on). Nothing is changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/word.h"
#include "daemon_internal.h"
#include "engine/whom.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/readiness.h"

#define MORNING_MS (7 * HOUR_MS)

struct checking {
    struct daemon *d;
    json_t *rows;
    const struct config_ladder *ladder;
    size_t step; /* from 1; 0: what comes after the last */
    time_ms now, until;
};

static void row(const struct checking *c, const char *who, const char *state, const char *mend, json_t *what)
{
    json_t *one = json_object();

    json_put_text(one, "state", state);
    if (c->ladder)
        json_put_text(one, "ladder", c->ladder->name);
    if (c->ladder && c->step)
        json_put_int(one, "step", (int64_t)c->step);
    json_put_text(one, "who", who);
    json_put(one, "what", what);
    json_put_text(one, "mend", mend);
    json_array_append_new(c->rows, one);
}

/* --- the file ------------------------------------------------------------------------------------------------- */

static void check_file(const struct checking *c)
{
    struct mistakes mistakes = { 0 };
    struct config config;

    if (config_read(&config, c->d->config.file, &mistakes)) {
        checks_against_running(c->d, &config, &mistakes);
        config_free(&config);
    }
    for (size_t i = 0; i < mistakes.count; i++)
        row(c, NULL, "refused", "mend the line in the file, then reload", json_string(mistakes.lines[i]));
    mistakes_free(&mistakes);
}

/* --- the people ----------------------------------------------------------------------------------------------- */

/* Of each child its own person. */
static void check_children(const struct checking *c, const char *who)
{
    enum chain chain;
    int64_t count;

    if (!whom_chain(&chain, who))
        return;
    count = readiness_children_without(c->d->store, chain, c->now);
    if (count)
        row(c, who, "nobody", "enter the missing people or numbers",
            json_sprintf("%" PRId64 " children have no %.*s whose phone works", count, (int)strcspn(who, ":"), who));
}

static void check_person(const struct checking *c, const char *who, const char *ref)
{
    const int64_t person = person_by_ref(c->d->store, ref);

    if (!person)
        row(c, who, "nobody", "write the reference as `greenline staff list` shows it",
            json_sprintf("nobody has the reference %s", ref));
    else if (!readiness_person_phone(c->d->store, person))
        row(c, who, "nobody", "enter a number that works", json_sprintf("%s has no phone that works", ref));
}

static void check_role(const struct checking *c, const char *who, const char *role)
{
    const time_ms gap = readiness_role_gap(c->d->store, role, c->now, c->until);
    char when[RFC3339_MAX];

    if (gap == c->now) {
        row(c, who, "nobody", "give somebody the role, or a place in the rota",
            json_sprintf("nobody holds the role %s now", role));
        return;
    }
    if (!readiness_role_phone(c->d->store, role, c->now))
        row(c, who, "nobody", "enter a number that works",
            json_sprintf("nobody who holds the role %s has a phone that works", role));
    if (gap != TIME_NEVER) {
        zone_format(when, c->d->zone, gap);
        row(c, who, "gap", "fill the rota, or prolong the role",
            json_sprintf("nobody holds the role %s from %.16s on", role, when));
    }
}

static void check_who(const struct checking *c, const char *who)
{
    if (strcmp(who, "audience") == 0 || strcmp(who, "restart") == 0 || !*who)
        return;
    if (text_starts(who, "person:"))
        check_person(c, who, who + strlen("person:"));
    else if (text_starts(who, "role:") || word_of_staff(who))
        check_role(c, who, text_starts(who, "role:") ? who + strlen("role:") : who);
    else
        check_children(c, who);
}

static void check_ladder(struct checking *c, const struct config_ladder *ladder)
{
    c->ladder = ladder;
    for (size_t i = 0; i < ladder->step_count; i++) {
        c->step = i + 1;
        for (char **who = ladder->steps[i].who; *who; who++)
            check_who(c, *who);
    }
    c->step = 0;
    check_who(c, ladder->then);
}

/* The ladders that would be taken now: the school's, and of the shipped ones those that stand in for what it lacks. */
static bool in_use(const struct config *config, const struct config_ladder *shipped)
{
    if (config_ladder_find(config, shipped->name) != shipped)
        return false;
    for (char **kind = shipped->kinds; *kind; kind++)
        if (config_ladder_of_kind(config, *kind) == shipped)
            return true;
    return false;
}

json_t *checks_ladders(void *arg)
{
    struct daemon *d = arg;
    const time_ms now = turn_now(d->turn);
    struct checking c = {
        .d = d, .rows = json_array(), .now = now, .until = zone_day_start(d->zone, now, 1) + MORNING_MS
    };

    check_file(&c);
    for (size_t i = 0; i < d->config.ladder_count; i++)
        check_ladder(&c, &d->config.ladders[i]);
    for (size_t i = 0; i < d->config.shipped_count; i++)
        if (in_use(&d->config, &d->config.shipped[i]))
            check_ladder(&c, &d->config.shipped[i]);
    return c.rows;
}
