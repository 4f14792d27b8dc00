/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's frame: its rules, wordings, and what is due; see engine.h. */
#include "engine/engine.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/alerting.h"
#include "engine/engine_internal.h"
#include "engine/roll.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/line.h"
#include "store/schedule.h"

enum { WORDING_BYTES_MAX = 8192 };

static void ended(void *arg, int64_t message, enum message_state state, enum reason reason)
{
    engine_message_ended(arg, message, state, reason);
}

struct engine *engine_new(struct turn *turn, struct outbox *outbox, const struct engine_rules *rules)
{
    struct engine *engine = mem_new(1, sizeof *engine);

    engine->turn = turn;
    engine->store = turn_store(turn);
    engine->outbox = outbox;
    outbox_on_ended(outbox, ended, engine);
    engine_set_rules(engine, rules);
    return engine;
}

static void forget_wordings(struct engine *engine)
{
    for (size_t i = 0; i < engine->wording_count; i++) {
        free(engine->wordings[i].name);
        free(engine->wordings[i].text);
    }
    engine->wording_count = 0;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    forget_wordings(engine);
    free(engine->language);
    free(engine);
}

static char *read_wording(const char *folder, const char *name)
{
    CLEANUP(mem_clean) char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    char *text;
    size_t length;

    if (!file)
        return NULL;
    text = mem_new(WORDING_BYTES_MAX + 1, 1);
    length = fread(text, 1, WORDING_BYTES_MAX, file);
    fclose(file);
    if (!utf8_valid(text, length)) {
        log_warning("%s: is not UTF-8: left out", path);
        free(text);
        return NULL;
    }
    return text_trim(text);
}

static void load_wordings(struct engine *engine, const char *folder)
{
    DIR *dir = folder ? opendir(folder) : NULL;

    while (dir && engine->wording_count < WORDINGS_MAX) {
        const struct dirent *entry = readdir(dir);
        char *text;

        if (!entry)
            break;
        if (!text_ends(entry->d_name, ".txt"))
            continue;
        text = read_wording(folder, entry->d_name);
        if (text)
            engine->wordings[engine->wording_count++] =
                (struct wording){ mem_dup_n(entry->d_name, strlen(entry->d_name) - strlen(".txt")), text };
    }
    if (dir)
        closedir(dir);
    else if (folder)
        log_warning("%s: no templates there: set `templates`", folder);
}

void engine_set_rules(struct engine *engine, const struct engine_rules *rules)
{
    char *language = mem_dup(rules->language ? rules->language : "zh");

    free(engine->language);
    engine->language = language;
    engine->rules = *rules;
    engine->roll.known = false;
    engine->rules.settled_after = rules->settled_after > 0 ? rules->settled_after : 2 * MINUTE_MS;
    engine->rules.done_by = rules->done_by > 0 ? rules->done_by : 30 * MINUTE_MS;
    engine->rules.remind = rules->remind > 0 ? rules->remind : 10 * MINUTE_MS;
    engine->rules.language = language;
    engine->rules.templates = NULL;
    forget_wordings(engine);
    load_wordings(engine, rules->templates);
}

const char *engine_wording(const struct engine *engine, const char *name, const char *language)
{
    for (size_t i = 0; i < engine->wording_count; i++) {
        const char *own = engine->wordings[i].name;

        if (text_starts(own, name) && own[strlen(name)] == '.' && strcmp(own + strlen(name) + 1, language) == 0)
            return engine->wordings[i].text;
    }
    return strcmp(language, "zh") == 0 || strchr(language, '.') ? "" : engine_wording(engine, name, "zh");
}

time_ms engine_now(const struct engine *engine)
{
    return turn_now(engine->turn);
}

time_ms engine_due_of(const struct engine *engine, enum kind kind)
{
    return engine->rules.due[kind] > 0 ? engine->rules.due[kind] : kind_row(kind)->due;
}

time_ms engine_grace_of(const struct engine *engine, enum kind kind)
{
    const time_ms grace = engine->rules.grace[kind] > 0 ? engine->rules.grace[kind] : kind_row(kind)->grace;

    return grace > engine_due_of(engine, kind) ? grace : engine_due_of(engine, kind);
}

enum channel engine_channel_of(struct engine *engine, int64_t person, int64_t line)
{
    struct person p = { 0 };
    bool calls = false;

    if (person_get(&p, engine->store, person))
        calls = !p.reads && p.hears;
    person_free(&p);
    if (line_is_landline(engine->store, line))
        calls = true;
    return calls ? CHANNEL_VOICE : CHANNEL_SMS;
}

void engine_hold(struct engine *engine, time_ms emergency_until, time_ms routine_until)
{
    engine->hold_emergency = emergency_until;
    engine->hold_routine = routine_until;
}

void engine_only_urgent(struct engine *engine, bool only)
{
    engine->only_urgent = only;
}

static time_ms sooner(time_ms a, time_ms b)
{
    return a < b ? a : b;
}

/* When a lane's next step fires: not before the hold ends. */
static time_ms step_at(const struct engine *engine, const struct timetable *t, bool urgent)
{
    const time_ms next = urgent ? sooner(t->urgent, t->urgent_branch) : sooner(t->routine, t->routine_branch);
    const time_ms hold = urgent ? engine->hold_emergency : engine->only_urgent ? TIME_NEVER : engine->hold_routine;

    return next > hold ? next : hold;
}

static time_ms settle_at(const struct engine *engine, const struct timetable *t)
{
    const time_ms next = sooner(t->settling, t->telling);

    return next > engine->hold_emergency ? next : engine->hold_emergency;
}

static void climb_due(struct engine *engine, bool urgent)
{
    const time_ms now = engine_now(engine);
    int64_t asks[STEP];
    struct branch branches[STEP];
    const size_t due = ask_due(engine->store, urgent, now, asks, COUNT(asks));
    const size_t further = branch_due(engine->store, urgent, now, branches, COUNT(branches));

    for (size_t i = 0; i < due && !store_failed(engine->store); i++)
        engine_climb(engine, asks[i], 0);
    for (size_t i = 0; i < further && !store_failed(engine->store); i++)
        engine_climb(engine, branches[i].ask, branches[i].branch);
}

/* A new alert is expanded before routine steps, however many are due. */
static bool expand_alert(struct engine *engine)
{
    const int64_t cause = cause_next_work(engine->store, engine_now(engine));

    return cause && cause_is_alert(engine->store, cause) && engine_expand(engine, cause);
}

/* Work on many rows goes on beside what is due; routine steps come after the alarms'. True when there was any. */
static bool work_on_asks(struct engine *engine)
{
    const time_ms now = engine_now(engine);
    struct timetable t;

    ask_timetable(&t, engine->store);
    if (t.slices) {
        engine_take_slice(engine);
        engine_end_slice(engine);
    }
    if (settle_at(engine, &t) <= now)
        engine_settle_due(engine);
    if (step_at(engine, &t, true) <= now)
        climb_due(engine, true);
    else if (step_at(engine, &t, false) <= now && !expand_alert(engine))
        climb_due(engine, false);
    return t.slices ||
           sooner(settle_at(engine, &t), sooner(step_at(engine, &t, true), step_at(engine, &t, false))) <= now;
}

bool engine_work(struct engine *engine)
{
    int64_t cause;

    if (work_on_asks(engine) && !store_failed(engine->store))
        return true; /* the next slice sees whether there are more */
    if (engine_alert_work(engine))
        return true;
    if (!engine->only_urgent && (engine_run_due_schedules(engine) || engine_roll_work(engine)))
        return true;
    cause = engine->only_urgent ? cause_next_urgent(engine->store, engine_now(engine))
                                : cause_next_work(engine->store, engine_now(engine));
    if (!cause)
        return false;
    engine_expand(engine, cause);
    return !store_failed(engine->store);
}

bool engine_urgent(struct engine *engine)
{
    return cause_urgent(engine->store, engine_now(engine));
}

time_ms engine_next(struct engine *engine)
{
    const time_ms causes = sooner(schedule_next_due(engine->store), cause_next_due(engine->store));
    struct timetable t;

    ask_timetable(&t, engine->store);
    if (t.slices)
        return engine_now(engine);
    return sooner(
        sooner(step_at(engine, &t, true), step_at(engine, &t, false)),
        sooner(settle_at(engine, &t), sooner(causes, sooner(engine_alert_next(engine), engine_roll_next(engine)))));
}
