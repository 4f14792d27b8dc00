/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wording of alerts. What is known when it is raised (issuer, level, measures, its number) is put into the cause's
 * content at once; names and codes are left for the outbox, which puts them in for each phone.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/template.h"
#include "engine/alerting_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { VALUES = 9 };

/* The words of one language. */
struct words {
    char *text, *measures, *issued, *alert;
    const char *issuer, *level, *kind, *situation, *numbers;
};

static void words_free(struct words *w)
{
    free(w->text);
    free(w->measures);
    free(w->issued);
    free(w->alert);
}

/* Without the stop at its end, since the templates set one. */
static char *unstopped(const char *text)
{
    static const char *const stops[] = { "。", ".", "！", "!" };
    char *out = text_trim(mem_dup(text ? text : ""));

    for (size_t i = 0; i < COUNT(stops); i++)
        if (text_ends(out, stops[i]))
            out[strlen(out) - strlen(stops[i])] = '\0';
    return out;
}

/* "06:10", with its day when that is not today's. */
static char *hour_of(const struct engine *engine, time_ms at, bool chinese)
{
    const struct local_time t = zone_local(engine->rules.zone, at);
    const time_ms now = engine_now(engine);

    if (zone_day_start(engine->rules.zone, at, 0) == zone_day_start(engine->rules.zone, now, 0))
        return mem_format("%02d:%02d", t.hour, t.minute);
    return mem_format(chinese ? "%d月%d日%02d:%02d" : "%d/%d %02d:%02d", t.month, t.day, t.hour, t.minute);
}

/* What to do, then what was written besides; what the kind says by itself where nothing was. */
static char *measures_of(const struct alert_request *r, const struct alert_row *row, bool chinese)
{
    CLEANUP(mem_clean) char *measures = unstopped(r->measures);
    CLEANUP(mem_clean) char *text = unstopped(r->text);

    if (*measures && *text)
        return mem_format("%s%s%s", text, chinese ? "。" : ". ", measures);
    if (*measures || *text)
        return mem_dup(*measures ? measures : text);
    return mem_dup(chinese ? row->says_zh : row->says_en);
}

static struct words words_of(const struct engine *engine, const struct alert_request *r, int64_t id, bool chinese)
{
    const struct alert_row *row = alert_row(r->kind);
    struct words w = { .level = severity_word(r->severity, chinese), .kind = chinese ? row->zh : row->en };

    w.issuer = r->issuer ? r->issuer : outbox_rules(engine->outbox)->school;
    w.issued = hour_of(engine, r->issuer ? r->issued : engine_now(engine), chinese);
    w.measures = measures_of(r, row, chinese);
    w.text = row->warning ? mem_dup(w.measures) : unstopped(r->text);
    if (row->warning && !r->text && !r->measures) {
        free(w.text);
        w.text = mem_format("%s%s%s", w.kind, chinese ? "，" : ": ", w.measures);
    }
    if (!*w.text && !row->warning) {
        free(w.text);
        w.text = mem_dup(chinese ? row->says_zh : row->says_en);
    }
    if (r->situation)
        w.situation = chinese ? situation_row(r->situation)->zh : situation_row(r->situation)->en;
    w.alert = id ? mem_format("%" PRId64, id) : mem_dup("?");
    w.numbers = r->numbers ? r->numbers : "110";
    return w;
}

static void values_of(const struct words *w, struct template_value values[VALUES])
{
    const struct template_value all[VALUES] = {
        { "text", w->text },           { "measures", w->measures }, { "issued", w->issued },
        { "issuer", w->issuer },       { "level", w->level },       { "kind", w->kind },
        { "situation", w->situation }, { "numbers", w->numbers },   { "alert", w->alert },
    };

    memcpy(values, all, sizeof all);
}

const char *alert_template(const struct engine *engine, const struct alert_request *request)
{
    const struct alert_row *row = alert_row(request->kind);
    /* the school's own word about the weather is no official warning */
    const char *name = row->warning && !request->issuer ? "emergency" : row->template;

    if (engine_wording(engine, name, "zh")[0])
        return name;
    /* a folder without it: never the general one where the child's name must not stand */
    return !row->secret && engine_wording(engine, "emergency", "zh")[0] ? "emergency" : NULL;
}

char *alert_words(const struct engine *engine, const struct alert_request *request, int64_t id, const char *content)
{
    struct words zh = words_of(engine, request, id, true), en = words_of(engine, request, id, false);
    json_t *json = json_read(content, strlen(content), NULL), *value;
    json_t *out = json_object();
    const char *key;
    char *text;

    json_object_foreach (json, key, value) {
        struct template_value values[VALUES];
        CLEANUP(mem_clean) char *put_in = NULL;

        values_of(text_ends(key, "en") ? &en : &zh, values);
        put_in = json_is_string(value) ? template_render(json_string_value(value), values, VALUES) : NULL;
        json_put(out, key, put_in ? json_string(put_in) : json_incref(value));
    }
    text = json_write(out);
    json_decref(json);
    json_decref(out);
    words_free(&zh);
    words_free(&en);
    return text;
}

char *alert_clear_words(const struct engine *engine, const struct alert *alert, const char *text, enum kind *kind)
{
    const struct alert_row *row = alert_row(alert->kind);
    const char *name = row->warning ? "all_clear" : "cleared";
    static const char *const keys[] = { "zh", "en", "voice.zh", "voice.en" };
    CLEANUP(mem_clean) char *more = unstopped(text);
    CLEANUP(mem_clean) char *options = mem_format("options.%s", name);
    json_t *json = json_object();
    char *content;

    for (size_t i = 0; i < COUNT(keys); i++) {
        const bool chinese = text_ends(keys[i], "zh");
        CLEANUP(mem_clean) char *said = *more ? mem_format(chinese ? "%s。" : "%s. ", more) : mem_dup("");
        CLEANUP(mem_clean) char *at = hour_of(engine, engine_now(engine), chinese);
        const struct template_value values[] = { { "text", said },
                                                 { "time", at },
                                                 { "kind", chinese ? row->zh : row->en },
                                                 { "level", severity_word(alert->severity, chinese) } };
        CLEANUP(mem_clean) char *worded = template_render(engine_wording(engine, name, keys[i]), values, COUNT(values));
        CLEANUP(mem_clean) char *kept = mem_format("options.%s", keys[i]);

        if (*worded)
            json_put_text(json, keys[i], worded);
        if (i < 2 && !template_uses(worded, "code") && engine_wording(engine, options, keys[i])[0])
            json_put_text(json, kept, engine_wording(engine, options, keys[i]));
    }
    /* what the template asks for is what makes it a question */
    *kind = template_uses(json_text(json, "zh", ""), "code") ? KIND_ALL_CLEAR : KIND_CLEARED;
    json_put_flag(json, "asks", kind_row(*kind)->asks);
    content = json_text(json, "zh", NULL) ? json_write(json) : NULL;
    json_decref(json);
    return content;
}

char *alert_remind_words(const struct engine *engine, const struct alert_timer *timer, const char *language)
{
    const char *name = timer->clock == CLOCK_RESULT ? "remind_result" : "remind_report";
    CLEANUP(mem_clean) char *id = mem_format("%" PRId64, timer->cause);

    return template_render(engine_wording(engine, name, language), (const struct template_value[]){ { "alert", id } },
                           1);
}
