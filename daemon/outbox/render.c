/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a message: the cause's content (or a note) with names put in, signed; a call as a script. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/segment.h"
#include "core/template.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "outbox/outbox_internal.h"
#include "store/ask.h"
#include "store/person.h"

/* "voice.zh" before "zh" for a call; the other language before nothing. */
static const char *wording(const json_t *content, enum channel channel, const char *language, const char *prefix)
{
    const char *order[] = { language, "zh", "en" };

    for (size_t i = 0; i < COUNT(order); i++) {
        CLEANUP(mem_clean) char *spoken = mem_format("%svoice.%.8s", prefix, order[i]);
        CLEANUP(mem_clean) char *written = mem_format("%s%.8s", prefix, order[i]);
        const char *text = channel == CHANNEL_VOICE ? json_text(content, spoken, NULL) : NULL;

        text = text ? text : json_text(content, written, NULL);
        if (text)
            return text;
    }
    return "";
}

enum { FIRST_NAMES = 3 }; /* of many children */

struct words {
    char *student, *students, *class, *relation, *mentor;
    const char *person; /* borrowed */
    char code[8], date[16], time[8], count[16], list[48];
};

static void words_free(struct words *w)
{
    free(w->student);
    free(w->students);
    free(w->class);
    free(w->relation);
    free(w->mentor);
}

static void gather(struct words *w, struct outbox *outbox, const struct rendering *what, const char *language)
{
    const time_ms now = outbox_now(outbox);
    const struct local_time t = zone_local(outbox->rules.telling.zone, now);
    const bool chinese = strcmp(language, "zh") == 0;
    struct text all = { 0 };

    for (size_t i = 0; i < what->student_count && (what->gathered <= OUTBOX_NAMED_MAX || i < FIRST_NAMES); i++) {
        struct student s = { 0 };

        if (!student_get(&s, outbox->store, what->students[i]))
            continue;
        text_add_format(&all, "%s%s", all.length ? (chinese ? "、" : ", ") : "", s.name);
        if (!w->student) {
            w->student = mem_dup(s.name);
            w->class = mem_dup(s.class);
            w->relation = relation_word(outbox->store, s.id, what->person);
            w->mentor = student_mentor_name(outbox->store, s.id, now);
        }
        student_free(&s);
    }
    w->students = text_take(&all);
    if (!w->class && what->message)
        w->class = attempt_subjects(outbox->store, what->message, chinese ? "、" : ", ");
    if (what->code)
        snprintf(w->code, sizeof w->code, "%d", what->code);
    snprintf(w->date, sizeof w->date, chinese ? "%d月%d日" : "%d/%d", t.month, t.day);
    snprintf(w->time, sizeof w->time, "%02d:%02d", t.hour, t.minute);
    snprintf(w->count, sizeof w->count, "%d", what->gathered);
    snprintf(w->list, sizeof w->list,
             what->emergency ? "greenline alert show %" PRId64 : "greenline ask list --cause %" PRId64, what->cause);
}

static char *fill(struct outbox *outbox, const char *pattern, const struct words *w)
{
    const struct template_value values[] = {
        { "student", w->student }, { "students", w->students }, { "class", w->class },
        { "person", w->person },   { "relation", w->relation }, { "school", outbox->school },
        { "mentor", w->mentor },   { "teacher", w->mentor },    { "date", w->date },
        { "time", w->time },       { "code", w->code },         { "number", outbox->school_number },
        { "count", w->count },     { "list", w->list },
    };

    return template_render(pattern, values, COUNT(values));
}

/* Beside another question the tokens are printed, if the wording does not do so by itself. */
static void add_options(struct text *out, struct outbox *outbox, const json_t *content, const char *language,
                        const struct words *w)
{
    CLEANUP(mem_clean) char *key = mem_format("options.%.8s", language);
    const char *pattern = json_text(content, key, json_text(content, "options.zh", NULL));
    CLEANUP(mem_clean) char *options = pattern ? fill(outbox, pattern, w) : NULL;

    if (options)
        text_add_format(out, " %s", options);
}

/* The keys of a call: 1 and 2, as conf/answers says for keys, and 3 where it may be passed on; the meaning is read by
 * the grammar. */
static json_t *script(const char *text, bool asks, bool passes)
{
    json_t *voice = json_object();
    json_t *say = json_object();

    json_put_text(say, "text", text);
    json_put(voice, "say", json_pack("[o]", say));
    if (asks && passes)
        json_put(voice, "keys", json_pack("{s:s, s:s, s:s}", "1", "1", "2", "2", "3", "3"));
    else if (asks)
        json_put(voice, "keys", json_pack("{s:s, s:s}", "1", "1", "2", "2"));
    json_put_int(voice, "repeat", 2);
    return voice;
}

/* The pattern filled in: of a gathered message the words for many, where the content has them. */
static char *say(struct outbox *outbox, const struct rendering *what, const json_t *content, const char *language,
                 const struct words *words)
{
    const char *pattern = what->gathered ? wording(content, what->channel, language, "gathered.") : "";

    if (what->note)
        return mem_dup(what->note);
    return fill(outbox, pattern[0] ? pattern : wording(content, what->channel, language, ""), words);
}

char *outbox_render(struct outbox *outbox, const struct rendering *what, json_t **voice)
{
    json_t *content = json_read(what->content, strlen(what->content), NULL);
    struct person person = { 0 };
    struct words words = { 0 };
    const bool known = person_get(&person, outbox->store, what->person);
    const char *language = known ? person.language : "zh";
    CLEANUP(mem_clean) char *body = NULL;
    struct text out = { 0 };

    gather(&words, outbox, what, language);
    words.person = known ? person.name : "";
    body = say(outbox, what, content, language, &words);
    if (what->channel == CHANNEL_SMS && outbox->signature[0])
        text_add_format(&out, "【%s】", outbox->signature);
    if (what->drill)
        text_add(&out, strcmp(language, "zh") == 0 ? "【演练】" : "[DRILL] ");
    text_add(&out, body);
    if (what->code && !what->note && !what->gathered && what->channel != CHANNEL_VOICE)
        add_options(&out, outbox, content, language, &words);
    if (voice && what->channel == CHANNEL_VOICE)
        *voice = script(out.data ? out.data : "", json_flag(content, "asks", false),
                        what->gathered || json_flag(content, "passes", false));
    words_free(&words);
    person_free(&person);
    json_decref(content);
    return text_take(&out);
}

int outbox_parts(enum channel channel, const char *text)
{
    return channel == CHANNEL_SMS ? (int)segment_count(text).parts : 1;
}
