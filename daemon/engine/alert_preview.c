/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an alert would do, before it does anything: who is called first and by what, when the next steps come, who cannot
 * be reached and why, its clocks, how the texts read. Looks at PREVIEW_CHILDREN of the children and says how many there
 * are; puts nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/alerting_internal.h"
#include "engine/whom.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/line.h"
#include "store/list.h"

enum { PREVIEW_CHILDREN = 250, PREVIEW_ROWS = 200, TEXTS_MAX = 4 };

struct target {
    int64_t student, person; /* one of them 0 */
};

struct preview {
    struct engine *engine;
    struct target targets[PREVIEW_CHILDREN];
    size_t target_count;
    size_t total;
    json_t *first, *unreachable, *texts;
    const char *content;
    const struct alert_request *request;
};

static json_t *ref_and_name(const char *ref, const char *name)
{
    json_t *who = json_object();

    json_put_text(who, "ref", ref);
    json_put_text(who, "name", name);
    return who;
}

static void put_student(json_t *row, struct engine *engine, int64_t id)
{
    struct student student = { 0 };

    json_put(row, "student", student_get(&student, engine->store, id) ? ref_and_name(student.ref, student.name) : NULL);
    student_free(&student);
}

static void put_person(json_t *row, struct engine *engine, int64_t id)
{
    struct person person = { 0 };

    json_put(row, "person", person_get(&person, engine->store, id) ? ref_and_name(person.ref, person.name) : NULL);
    person_free(&person);
}

static void add_target(struct preview *p, struct target target)
{
    p->total++;
    if (p->target_count < PREVIEW_CHILDREN)
        p->targets[p->target_count++] = target;
}

static void find_targets(struct preview *p, const struct audience *audience)
{
    int64_t persons[PREVIEW_ROWS];
    struct audience_hit hits[STEP];
    int64_t cursor = 0;
    size_t count;

    do {
        count = audience_students(p->engine->store, audience, cursor, hits, COUNT(hits), &cursor);
        for (size_t i = 0; i < count; i++)
            if (hits[i].whom)
                add_target(p, (struct target){ .student = hits[i].student });
    } while (cursor);
    count = audience_persons(p->engine->store, audience, engine_now(p->engine), persons, COUNT(persons));
    for (size_t i = 0; i < count; i++)
        add_target(p, (struct target){ .person = persons[i] });
}

/* How it reads on this channel, once each. */
static void add_text(struct preview *p, const struct recipient *to, const char *channel)
{
    CLEANUP(mem_clean) char *text = NULL;
    enum channel way = to->channel;
    const json_t *one;
    json_t *row;
    size_t i;

    json_array_foreach (p->texts, i, one)
        if (strcmp(json_text(one, "channel", ""), channel) == 0)
            return;
    if (json_array_size(p->texts) >= TEXTS_MAX)
        return;
    channel_parse(&way, channel);
    text = outbox_render(p->engine->outbox,
                         &(struct rendering){ .content = p->content,
                                              .channel = way,
                                              .person = to->person,
                                              .students = &to->student,
                                              .student_count = to->student != 0,
                                              .drill = p->request->drill },
                         NULL);
    row = json_object();
    json_put_text(row, "channel", channel);
    put_person(row, p->engine, to->person);
    json_put_text(row, "text", text);
    json_array_append_new(p->texts, row);
}

/* One person of the first steps, by each of its channels. */
static void add_first(struct preview *p, const struct recipient *to, const struct ladder_step *step)
{
    for (size_t i = 0; i < step->channel_count && json_array_size(p->first) < PREVIEW_ROWS; i++) {
        const bool fits = strcmp(step->channels[i], "auto") == 0;
        const char *channel = fits ? channel_name(to->channel) : step->channels[i];
        CLEANUP(mem_clean) char *number = line_number(p->engine->store, to->line);
        json_t *row = json_object();

        put_student(row, p->engine, to->student);
        put_person(row, p->engine, to->person);
        json_put_text(row, "number", number);
        json_put_text(row, "channel", channel);
        json_array_append_new(p->first, row);
        add_text(p, to, channel);
    }
}

static void add_unreachable(struct preview *p, const struct recipient *to, const char *word)
{
    json_t *row = json_object();
    const json_t *one;
    size_t i;

    put_student(row, p->engine, to->student);
    put_person(row, p->engine, to->person);
    json_put_text(row, "who", word);
    json_put_text(row, "reason", reason_name(to->reason));
    json_array_foreach (p->unreachable, i, one)
        if (json_equal(one, row)) { /* a word of several steps */
            json_decref(row);
            return;
        }
    if (i < PREVIEW_ROWS)
        json_array_append_new(p->unreachable, row);
    else
        json_decref(row);
}

static bool seen(const int64_t *persons, size_t count, int64_t person)
{
    for (size_t i = 0; i < count; i++)
        if (persons[i] == person)
            return true;
    return false;
}

/* Everybody whom the step means for one target; the number who can be reached. */
static size_t add_people(struct preview *p, const struct target *target, const struct ladder_step *step, bool first,
                         time_ms at)
{
    int64_t persons[LADDER_WORDS_MAX * CHAIN_MAX];
    size_t reached = 0;

    for (size_t w = 0; w < step->who_count; w++) {
        const struct whom whom = { step->who[w], target->student, target->person, at, KIND_EMERGENCY };
        struct recipient to[CHAIN_MAX];
        const size_t count = engine_whom(p->engine, &whom, to, COUNT(to));

        for (size_t i = 0; i < count; i++) {
            if (to[i].reason != REASON_NONE) {
                if (!to[i].person || !seen(persons, reached, to[i].person))
                    add_unreachable(p, &to[i], step->who[w]);
            } else if (!seen(persons, reached, to[i].person)) {
                persons[reached++] = to[i].person;
                if (first)
                    add_first(p, &to[i], step);
            }
        }
    }
    return reached;
}

/* When a step comes, counted from the raising, as long as nobody answers. */
static time_ms comes_after(const struct ladder *ladder, size_t index)
{
    time_ms after = 0;

    for (size_t i = 0; i <= index; i++)
        if (strcmp(ladder->steps[i].branch, ladder->steps[index].branch) == 0)
            after += ladder->steps[i].after;
    return after;
}

static json_t *words(char *const *list, size_t count)
{
    json_t *all = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(all, json_string(list[i]));
    return all;
}

static json_t *step_row(struct preview *p, const struct ladder *ladder, size_t index)
{
    const struct ladder_step *step = &ladder->steps[index];
    const time_ms after = comes_after(ladder, index);
    size_t people = 0, nobody = 0;
    json_t *row = json_object();

    for (size_t i = 0; i < p->target_count; i++) {
        const size_t reached = add_people(p, &p->targets[i], step, after == 0, engine_now(p->engine) + after);

        people += reached;
        nobody += reached == 0;
    }
    json_put_int(row, "step", (json_int_t)index);
    json_put_text(row, "branch", step->branch);
    json_put_int(row, "after_s", after / SECOND_MS);
    list_put_time(row, "at", p->engine->rules.zone, engine_now(p->engine) + after);
    json_put(row, "who", words(step->who, step->who_count));
    json_put(row, "channels", words(step->channels, step->channel_count));
    json_put_int(row, "calls", step->calls);
    json_put_int(row, "people", (json_int_t)people);
    json_put_int(row, "nobody",
                 (json_int_t)nobody); /* children for whom the step reaches nobody: it moves on at once */
    return row;
}

static json_t *clock_rows(const struct preview *p)
{
    json_t *all = json_array();

    for (int i = 0; i < ALERT_CLOCKS; i++) {
        const time_ms limit = alert_limit(p->engine, p->request->kind, (enum alert_clock)i);
        json_t *row;

        if (!limit)
            continue;
        row = json_object();
        json_put_text(row, "name", alert_clock_name((enum alert_clock)i));
        json_put_int(row, "limit_s", limit / SECOND_MS);
        list_put_time(row, "due", p->engine->rules.zone,
                      i == CLOCK_RESULT ? TIME_NEVER : engine_now(p->engine) + limit);
        json_array_append_new(all, row);
    }
    return all;
}

static json_t *result(struct preview *p, const char *snapshot)
{
    const struct alert_request *r = p->request;
    json_t *json = json_object(), *steps = json_array();
    struct ladder ladder;

    ladder_parse(&ladder, snapshot);
    for (size_t i = 0; i < ladder.step_count; i++)
        json_array_append_new(steps, step_row(p, &ladder, i));
    json_put_text(json, "kind", alert_row(r->kind)->name);
    json_put_text(json, "severity", severity_name(r->severity));
    json_put_flag(json, "drill", r->drill);
    json_put_int(json, "asked_about", (json_int_t)p->total);
    json_put_int(json, "looked_at", (json_int_t)p->target_count);
    json_put_text(json, "ladder", ladder.name);
    json_put_text(json, "then", ladder.then);
    json_put(json, "first", p->first);
    json_put(json, "steps", steps);
    json_put(json, "unreachable", p->unreachable);
    json_put(json, "clocks", clock_rows(p));
    json_put(json, "texts", p->texts);
    ladder_free(&ladder);
    return json;
}

json_t *engine_preview_alert(struct engine *engine, const struct alert_request *r, struct error *err)
{
    const char *template = alert_template(engine, r);
    const struct cause_request wording = { .kind = KIND_EMERGENCY,
                                           .template = template,
                                           .text = template  ? NULL
                                                   : r->text ? r->text
                                                             : alert_row(r->kind)->zh };
    struct preview p = { .engine = engine, .request = r };
    CLEANUP(mem_clean) char *ladder = alert_ladder(engine, r, err);
    CLEANUP(mem_clean) char *text = engine_alert_audience(engine, r);
    CLEANUP(mem_clean) char *raw = ladder ? engine_content(engine, &wording, err) : NULL;
    CLEANUP(mem_clean) char *content = raw ? alert_words(engine, r, 0, raw) : NULL;
    struct audience *audience = content ? audience_parse(text, err) : NULL;
    const bool good = audience && audience_check(engine->store, audience, err) &&
                      alert_families_apart(engine, r, err) && alert_one_child(r, err);

    if (good && alert_row(r->kind)->secret)
        add_target(&p, (struct target){ 0 });
    else if (good)
        find_targets(&p, audience);
    audience_free(audience);
    if (!good)
        return NULL;
    p.content = content;
    p.first = json_array();
    p.unreachable = json_array();
    p.texts = json_array();
    return result(&p, ladder);
}
