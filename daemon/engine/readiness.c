/* SPDX-License-Identifier: Apache-2.0 */
/* Holes in the ladders of emergencies, and children without anybody; see readiness.h. */
#include "engine/readiness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alert.h"
#include "engine/engine_internal.h"
#include "engine/whom.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/line.h"
#include "store/list.h"
#include "store/readiness.h"

enum { LOOKED_MAX = 48, CHANGES_MAX = 24, HOLES_MAX = 50, EXAMPLES_MAX = 20, MORNING_HOUR = 7 };

/* A word of ladders and since when until when it means nobody; both 0: somebody at any time. */
struct looked {
    char *word;
    time_ms from, until;
};

struct check {
    struct engine *engine;
    time_ms now, until;
    time_ms times[CHANGES_MAX + 1];
    size_t time_count;
    struct looked words[LOOKED_MAX];
    size_t word_count;
    char *ladders[LOOKED_MAX]; /* names looked at */
    size_t ladder_count;
    json_t *holes, *problems;
};

static void problem(struct check *check, char *what, const char *mend)
{
    json_t *one = json_object();

    json_put_text(one, "what", what);
    json_put_text(one, "mend", mend);
    json_array_append_new(check->problems, one);
    free(what);
}

/* Tomorrow at seven, as the school's clock shows it. */
static time_ms morning(const struct engine *engine, time_ms now)
{
    struct local_time t = zone_local(engine->rules.zone, zone_day_start(engine->rules.zone, now, 1));

    t.hour = MORNING_HOUR;
    return zone_instant(engine->rules.zone, t);
}

/* Whether the word means at least one person with a number that is known to be good. */
static bool reaches(struct check *check, const char *word, time_ms at)
{
    const struct whom whom = { word, 0, 0, at, KIND_EMERGENCY };
    struct recipient to[CHAIN_MAX];
    const size_t count = engine_whom(check->engine, &whom, to, COUNT(to));

    for (size_t i = 0; i < count; i++)
        if (to[i].reason == REASON_NONE && !line_suspect(check->engine->store, to[i].line))
            return true;
    return false;
}

static const struct looked *look_at(struct check *check, const char *word)
{
    struct looked *row;

    for (size_t i = 0; i < check->word_count; i++)
        if (strcmp(check->words[i].word, word) == 0)
            return &check->words[i];
    if (check->word_count == LOOKED_MAX)
        return NULL;
    row = &check->words[check->word_count++];
    *row = (struct looked){ .word = mem_dup(word) };
    for (size_t i = 0; i < check->time_count; i++) {
        if (reaches(check, word, check->times[i])) {
            if (row->from)
                break;
            continue;
        }
        row->from = row->from ? row->from : check->times[i];
        row->until = i + 1 < check->time_count ? check->times[i + 1] : check->until;
    }
    return row;
}

static void add_hole(struct check *check, const struct ladder *ladder, size_t step, const struct looked *hole)
{
    const struct zone zone = check->engine->rules.zone;
    json_t *one = json_object();

    json_put_text(one, "ladder", ladder->name);
    json_put_int(one, "step", (json_int_t)step + 1);
    json_put_text(one, "who", hole->word);
    list_put_time(one, "from", zone, hole->from);
    list_put_time(one, "until", zone, hole->until);
    json_array_append_new(check->holes, one);
}

static void check_word(struct check *check, const struct ladder *ladder, size_t step, const char *word)
{
    const struct looked *looked;

    if (whom_is_family(word) || strcmp(word, "mentor") == 0 || strcmp(word, "teacher") == 0 ||
        json_array_size(check->holes) >= HOLES_MAX)
        return; /* of each child its own: counted apart */
    looked = look_at(check, word);
    if (looked && looked->from)
        add_hole(check, ladder, step, looked);
}

/* Once by its name. */
static bool is_new(struct check *check, const char *name)
{
    for (size_t i = 0; i < check->ladder_count; i++)
        if (strcmp(check->ladders[i], name) == 0)
            return false;
    if (check->ladder_count == LOOKED_MAX)
        return false;
    check->ladders[check->ladder_count++] = mem_dup(name);
    return true;
}

static void check_ladder(struct check *check, enum kind kind, const char *name)
{
    const struct engine_rules *rules = &check->engine->rules;
    CLEANUP(mem_clean) char *text = rules->ladder ? rules->ladder(rules->ladder_arg, kind, name) : NULL;
    struct ladder ladder;

    if (!text)
        return;
    ladder_parse(&ladder, text);
    if (is_new(check, ladder.name)) {
        for (size_t s = 0; s < ladder.step_count; s++)
            for (size_t w = 0; w < ladder.steps[s].who_count; w++)
                check_word(check, &ladder, s, ladder.steps[s].who[w]);
        if (ladder_then(&ladder) == LADDER_HANDS_OVER)
            check_word(check, &ladder, ladder.step_count, ladder.then);
    }
    ladder_free(&ladder);
}

static void check_ladders(struct check *check)
{
    check_ladder(check, KIND_EMERGENCY, NULL);
    check_ladder(check, KIND_ABSENT, NULL);
    for (int k = 0; k < ALERT_KINDS; k++) {
        const char *kind = alert_row((enum alert_kind)k)->name;

        check_ladder(check, KIND_EMERGENCY, kind);
        for (int s = 0; s < SEVERITIES; s++) {
            CLEANUP(mem_clean) char *name = mem_format("%s.%s", kind, severity_name((enum severity)s));

            check_ladder(check, KIND_EMERGENCY, name);
        }
    }
}

static char *clock_text(const struct check *check, time_ms at)
{
    const struct local_time t = zone_local(check->engine->rules.zone, at);

    return mem_format("%02d:%02d", t.hour, t.minute);
}

/* One line a word, however many ladders count on it. */
static void tell_holes(struct check *check)
{
    for (size_t i = 0; i < check->word_count; i++) {
        const struct looked *hole = &check->words[i];
        CLEANUP(mem_clean) char *from = clock_text(check, hole->from);
        CLEANUP(mem_clean) char *until = clock_text(check, hole->until);

        if (!hole->from)
            continue;
        problem(check,
                hole->from <= check->now && hole->until >= check->until
                    ? mem_format("an emergency would find nobody as \"%s\" until %s", hole->word, until)
                    : mem_format("an emergency would find nobody as \"%s\" from %s to %s", hole->word, from, until),
                "enter somebody: `greenline rota add`, `greenline staff add`, or mend the number");
    }
}

static void tell_children(struct check *check, int64_t unreachable, const json_t *examples)
{
    struct text names = { 0 };
    const json_t *one;
    size_t i;

    if (unreachable == 0)
        return;
    json_array_foreach (examples, i, one)
        if (i < 3)
            text_add_format(&names, "%s%s", i ? ", " : "", json_text(json_object_get(one, "student"), "name", ""));
    problem(check,
            mem_format("%" PRId64 " children whom nobody can be reached for in an emergency: %s%s", unreachable,
                       names.data ? names.data : "", unreachable > 3 ? " …" : ""),
            "enter a number that works: `greenline contact set PERSON --phone NUMBER`");
    text_free(&names);
}

static bool counts_on(const struct check *check, const char *word)
{
    const struct engine_rules *rules = &check->engine->rules;
    CLEANUP(mem_clean) char *text = rules->ladder ? rules->ladder(rules->ladder_arg, KIND_EMERGENCY, NULL) : NULL;
    struct ladder ladder;
    bool found = false;

    if (!text)
        return false;
    ladder_parse(&ladder, text);
    for (size_t s = 0; s < ladder.step_count; s++)
        for (size_t w = 0; w < ladder.steps[s].who_count; w++)
            found = found || strcmp(ladder.steps[s].who[w], word) == 0;
    ladder_free(&ladder);
    return found;
}

static void tell_pairings(struct check *check)
{
    const int64_t mentors = readiness_children_without(check->engine->store, CHAIN_MENTOR, check->now);
    const int64_t teachers = readiness_children_without(check->engine->store, CHAIN_TEACHER, check->now);

    if (mentors && counts_on(check, "mentor"))
        problem(check, mem_format("%" PRId64 " left-behind children have no mentor to be called", mentors),
                "pair them: `greenline pair add`");
    if (teachers && counts_on(check, "teacher"))
        problem(check, mem_format("%" PRId64 " children's class has no teacher to be called", teachers),
                "enter them: `greenline staff add NAME --role teacher --class CLASS`");
}

json_t *engine_readiness(struct engine *engine)
{
    struct check check = { .engine = engine, .now = engine_now(engine) };
    json_t *all = json_object(), *examples = json_array();
    int64_t unreachable;

    check.until = morning(engine, check.now);
    check.times[0] = check.now;
    check.time_count = 1 + readiness_changes(engine->store, check.now, check.until, check.times + 1, CHANGES_MAX);
    check.holes = json_array();
    check.problems = json_array();
    unreachable = readiness_unreachable(engine->store, check.now, examples, EXAMPLES_MAX);
    check_ladders(&check);
    tell_children(&check, unreachable, examples);
    tell_holes(&check);
    tell_pairings(&check);
    list_put_time(all, "until", engine->rules.zone, check.until);
    json_put_int(all, "unreachable", unreachable);
    json_put(all, "examples", examples);
    json_put(all, "holes", check.holes);
    json_put_int(all, "cannot_read", readiness_cannot_read(engine->store));
    json_put(all, "problems", check.problems);
    for (size_t i = 0; i < check.word_count; i++)
        free(check.words[i].word);
    for (size_t i = 0; i < check.ladder_count; i++)
        free(check.ladders[i]);
    return all;
}
