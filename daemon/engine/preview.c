/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a broadcast would do, before it does anything: recipients, phones, who is left out and why, parts and cost of
 * every text as it would be worded. Built from the same resolution as the sending.
 */
#include <stdlib.h>
#include <string.h>

#include "core/segment.h"
#include "engine/engine_internal.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/line.h"
#include "store/who.h"

enum { PREVIEW_MAX = 20000, REFUSED_MAX = 500, EXAMPLES_MAX = 3 };

struct preview {
    struct engine *engine;
    struct recipient *rows;
    size_t count, lines, parts, over_one;
    int64_t cost_e4;
    bool ucs2;
    size_t segments; /* of the longest text */
    json_t *refused, *examples, *warnings;
};

static void collect(void *arg, const struct recipient *r)
{
    struct preview *p = arg;
    json_t *row;

    if (r->reason == REASON_NONE) {
        if (p->count < PREVIEW_MAX) {
            p->rows = mem_grow(p->rows, p->count + 1, sizeof *p->rows);
            p->rows[p->count++] = *r;
        }
        return;
    }
    if (json_array_size(p->refused) >= REFUSED_MAX)
        return;
    row = json_object();
    json_put(row, "student", who_student(p->engine->store, r->student));
    json_put(row, "person", who_person(p->engine->store, r->person));
    json_put_text(row, "reason", reason_name(r->reason));
    json_array_append_new(p->refused, row);
}

static int by_line(const void *a, const void *b)
{
    const struct recipient *x = a, *y = b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->channel != y->channel)
        return x->channel < y->channel ? -1 : 1;
    return (x->student > y->student) - (x->student < y->student);
}

/* One message: rows [from, to) share line and channel. */
static void weigh(struct preview *p, const char *content, bool drill, size_t from, size_t to)
{
    int64_t students[64];
    size_t count = 0;
    CLEANUP(mem_clean) char *e164 = line_number(p->engine->store, p->rows[from].line);
    CLEANUP(mem_clean) char *text = NULL;
    const enum channel channel = p->rows[from].channel;
    struct segments s;
    int64_t price_e4;
    size_t parts;
    bool carried;

    for (size_t i = from; i < to && count < COUNT(students); i++)
        if (p->rows[i].student)
            students[count++] = p->rows[i].student;
    text = outbox_render(p->engine->outbox,
                         &(struct rendering){ .content = content,
                                              .channel = channel,
                                              .person = p->rows[from].person,
                                              .students = students,
                                              .student_count = count,
                                              .drill = drill },
                         NULL);
    s = segment_count(text);
    parts = (size_t)outbox_parts(channel, text);
    p->lines++;
    p->parts += parts;
    p->over_one += parts > 1;
    carried = outbox_carries(p->engine->outbox, channel, e164 ? e164 : "", &price_e4);
    p->cost_e4 += (int64_t)parts * price_e4;
    if (channel == CHANNEL_SMS && s.parts >= p->segments) {
        p->segments = s.parts;
        p->ucs2 = s.ucs2;
    }
    if (json_array_size(p->examples) < EXAMPLES_MAX) {
        json_t *example = json_object();

        json_put(example, "to", who_person(p->engine->store, p->rows[from].person));
        json_put_text(example, "channel", channel_name(channel));
        json_put_text(example, "text", text);
        json_array_append_new(p->examples, example);
    }
    if (e164 && !carried && json_array_size(p->warnings) < 3)
        json_array_append_new(p->warnings,
                              json_sprintf("no gateway carries %s to some of these numbers", channel_name(channel)));
}

static json_t *result(struct preview *p)
{
    json_t *json = json_object();

    if (p->over_one)
        json_array_append_new(
            p->warnings, json_sprintf("%d texts take more than one part: a shorter text costs less", (int)p->over_one));
    json_put_int(json, "recipients", (json_int_t)p->count);
    json_put_int(json, "lines", (json_int_t)p->lines);
    json_put(json, "refused", p->refused);
    json_put_text(json, "encoding", p->segments == 0 ? "voice" : p->ucs2 ? "UCS-2" : "GSM-7");
    json_put_int(json, "segments", (json_int_t)p->segments);
    json_put_int(json, "parts", (json_int_t)p->parts);
    json_put(json, "cost", json_real((double)p->cost_e4 / 10000.0));
    json_put(json, "examples", p->examples);
    json_put(json, "warnings", p->warnings);
    return json;
}

json_t *engine_preview(struct engine *engine, const struct cause_request *request, struct error *err)
{
    struct preview p = { .engine = engine };
    CLEANUP(mem_clean) char *content = engine_content(engine, request, err);
    struct audience *audience = content ? audience_parse(request->audience, err) : NULL;
    int64_t cursor = 0;

    if (!audience || !audience_check(engine->store, audience, err)) {
        audience_free(audience);
        return NULL;
    }
    p.refused = json_array();
    p.examples = json_array();
    p.warnings = json_array();
    do
        cursor = engine_resolve(engine, request->kind, audience, cursor, collect, &p);
    while (cursor);
    audience_free(audience);
    if (p.count)
        qsort(p.rows, p.count, sizeof *p.rows, by_line);
    for (size_t from = 0, to; from < p.count; from = to) {
        for (to = from + 1;
             to < p.count && p.rows[to].line == p.rows[from].line && p.rows[to].channel == p.rows[from].channel; to++)
            ;
        weigh(&p, content, request->drill, from, to);
    }
    free(p.rows);
    return result(&p);
}
