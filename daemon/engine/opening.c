/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, pausing and ending causes: what is asked is copied into the cause, so that a reload changes nothing running. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/template.h"
#include "engine/engine_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

static const char *const languages[] = { "zh", "en", "voice.zh", "voice.en" };

/* The wording of one language: the template, with the text of the request put in where it has {text}; or the text. */
static char *worded(struct engine *engine, const struct cause_request *request, const char *name, const char *language)
{
    const struct template_value text = { "text", request->text };

    if (request->text && !request->template)
        return mem_dup(strchr(language, '.') ? "" : request->text);
    return request->text ? template_render(engine_wording(engine, name, language), &text, 1)
                         : mem_dup(engine_wording(engine, name, language));
}

/* How staff are asked about many children at once; {text} is what the cause says, else its title. */
static void add_gathered(struct engine *engine, const struct cause_request *request, json_t *content)
{
    const struct template_value text = { "text", request->text    ? request->text
                                                 : request->title ? request->title
                                                                  : kind_row(request->kind)->chinese };

    for (size_t i = 0; i < COUNT(languages); i++) {
        CLEANUP(mem_clean) char *key = mem_format("gathered.%s", languages[i]);
        CLEANUP(mem_clean) char *wording = template_render(engine_wording(engine, "gathered", languages[i]), &text, 1);

        if (wording[0])
            json_put_text(content, key, wording);
    }
}

/* A question in words of one's own may lack the options: they are kept with it, for when it needs a token. */
static void add_options(struct engine *engine, const struct cause_request *request, json_t *content)
{
    static const char *const kept[][2] = { { "zh", "options.zh" }, { "en", "options.en" } };
    CLEANUP(mem_clean) char *name = mem_format("options.%s", kind_row(request->kind)->name);

    for (size_t i = 0; i < COUNT(kept); i++) {
        const char *text = json_text(content, kept[i][0], NULL);
        const char *options = engine_wording(engine, name, kept[i][0]);

        if (text && options[0] && !strstr(text, "{code}"))
            json_put_text(content, kept[i][1], options);
    }
}

char *engine_content(struct engine *engine, const struct cause_request *request, struct error *err)
{
    const char *name = request->template ? request->template : kind_row(request->kind)->name;
    json_t *json = json_object();
    char *text = NULL;
    bool any = false;

    for (size_t i = 0; i < COUNT(languages); i++) {
        CLEANUP(mem_clean) char *wording = worded(engine, request, name, languages[i]);

        if (!wording[0])
            continue;
        if (!template_check(wording, template_names, err))
            goto out;
        json_put_text(json, languages[i], wording);
        any = true;
    }
    if (!any) {
        error_set(err, "template \"%s\": not found: write %s.zh.txt in the templates folder, or use --text", name,
                  name);
        goto out;
    }
    if (kind_row(request->kind)->asks) {
        add_options(engine, request, json);
        add_gathered(engine, request, json);
    }
    json_put_flag(json, "asks", kind_row(request->kind)->asks);
    json_put_flag(json, "passes",
                  kind_row(request->kind)->grammar == ANSWER_KIND_EMERGENCY && kind_row(request->kind)->passes);
    text = json_write(json);
out:
    json_decref(json);
    return text;
}

static bool check_audience(struct engine *engine, const char *text, struct error *err)
{
    struct audience *audience = audience_parse(text, err);
    const bool good = audience && audience_check(engine->store, audience, err);

    audience_free(audience);
    return good;
}

int64_t engine_open_cause(struct engine *engine, const struct cause_request *request, struct error *err)
{
    const struct kind_row *kind = kind_row(request->kind);
    const time_ms now = engine_now(engine);
    const time_ms at = request->at > now ? request->at : now;
    struct cause cause = { .kind = request->kind,
                           .lane = kind->lane,
                           .schedule = request->schedule,
                           .drill = request->drill,
                           .due = at,
                           .expires = at + engine_due_of(engine, request->kind) };
    CLEANUP(mem_clean) char *content = NULL;
    CLEANUP(mem_clean) char *ladder = NULL;
    const int64_t there = cause_find(engine->store, request->key);

    if (there)
        return there;
    if (!check_audience(engine, request->audience, err) || !(content = engine_content(engine, request, err)))
        return 0;
    if (engine->rules.ladder)
        ladder = engine->rules.ladder(engine->rules.ladder_arg, request->kind, request->ladder);
    if (request->ladder && !ladder) {
        error_set(err, "ladder \"%s\": not in the configuration", request->ladder);
        return 0;
    }
    cause.key = (char *)(uintptr_t)request->key;
    cause.title = (char *)(uintptr_t)(request->title ? request->title : kind->chinese);
    cause.audience = (char *)(uintptr_t)request->audience;
    cause.content = content;
    cause.ladder = ladder;
    cause.by = (char *)(uintptr_t)(request->by ? request->by : "?");
    return cause_put(engine->store, &cause, now);
}

static bool move(struct engine *engine, int64_t id, const char *from, const char *to, const char *verb,
                 struct error *err)
{
    struct cause cause = { 0 };
    bool moved = false;

    if (!cause_get(&cause, engine->store, id))
        return error_set(err, "%" PRId64 ": there is no such broadcast: see `greenline broadcast list`", id);
    moved = cause_move(engine->store, id, from, to);
    if (!moved)
        error_set(err, "%" PRId64 ": is %s: cannot %s it", id, cause.state, verb);
    cause_free(&cause);
    return moved;
}

bool engine_pause_cause(struct engine *engine, int64_t cause, struct error *err)
{
    return move(engine, cause, "open", "paused", "pause", err);
}

bool engine_resume_cause(struct engine *engine, int64_t cause, struct error *err)
{
    if (!move(engine, cause, "paused", "open", "resume", err))
        return false;
    if (cause_begin_release(engine->store, cause, engine_now(engine)))
        return true;
    while (engine_release(engine, cause))
        ; /* paused while it was still expanded: what came to the head until then */
    return true;
}

bool engine_cancel_cause(struct engine *engine, int64_t cause, struct error *err)
{
    if (!cause_move(engine->store, cause, "paused", "cancelled") &&
        !move(engine, cause, "open", "cancelled", "cancel", err))
        return false;
    /* what comes to the head is ended by the claim at once; the rest is gone through in slices */
    cause_begin_cancel(engine->store, cause, engine_now(engine));
    return true;
}
