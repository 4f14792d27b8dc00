/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines that come from a gateway, verb by verb (gateways/PROTOCOL.md), and the `hello` it gets. A verb is a row of
 * the table: its keys, its counter and its function. What is unknown or incomplete is counted and passed over; what
 * breaks the protocol is a fault that ends the program, and the lines behind it are heard all the same, for they may
 * tell what became of a job.
 */
#include <limits.h>
#include <string.h>

#include "gateway/gateway_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

static bool is_ours(const struct gateway *g, const char *id)
{
    return text_starts(id, g->set->prefix);
}

static void malformed(struct gateway *g, const char *what)
{
    g->counters[COUNT_MALFORMED]++;
    log_debug("gateway %s: %s: passed over", g->config.name, what);
}

/* The id of a line about a job of this epoch, or NULL. */
static const char *job_of(struct gateway *g, const json_t *line)
{
    const char *id = json_text(line, "id", NULL);

    if (!id)
        malformed(g, "a line without id");
    else if (!is_ours(g, id))
        g->counters[COUNT_OTHER_EPOCH]++;
    else
        return id;
    return NULL;
}

/* True when the move was a good one and is to be told. */
static bool judge(struct gateway *g, enum move move, const char *verb, const char *id)
{
    char short_id[80];

    copy_text(short_id, sizeof short_id, id);
    switch (move) {
    case MOVE_DONE:
        return true;
    case MOVE_REPEATED:
        g->counters[COUNT_MALFORMED]++;
        return false;
    case MOVE_TWICE:
        life_fault(g, "outcome twice: %s for %s, whose outcome is known", verb, short_id);
        return false;
    case MOVE_NEVER:
        life_fault(g, "%s for %s, an id it was never given", verb, short_id);
        return false;
    }
    return false;
}

/* The id whose outcome a line tells, its slot freed; NULL when there is nothing to tell. */
static const char *outcome_of(struct gateway *g, const json_t *line, const char *verb)
{
    const char *id = job_of(g, line);

    if (!id || !judge(g, window_end(&g->window, id), verb, id))
        return NULL;
    g->room_changed = true;
    return id;
}

static void on_ready(struct gateway *g, json_t *line)
{
    struct gateway_ready ready;
    struct error err;

    if (g->state != GATEWAY_STARTING) {
        malformed(g, "ready again");
    } else if (!ready_parse(&ready, line, &err)) {
        life_fault(g, "%s", err.text);
    } else {
        gateway_ready_free(&g->ready);
        g->ready = ready;
        g->announced = true;
        g->slots = ready.window;
        life_ready(g);
    }
}

static void on_started(struct gateway *g, json_t *line)
{
    const char *id = job_of(g, line);

    if (id && judge(g, window_start(&g->window, id, clock_mono() + g->set->intervals.job), "started", id))
        NOTIFY(started, g, id);
}

/* One id, or the ids of the parts with a blank between them; false when it is neither. */
static bool read_provider_id(struct text *out, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!json_is_string(json_array_get(value, i)))
            return false;
        text_add(out, i > 0 ? " " : "");
        text_add(out, json_string_value(json_array_get(value, i)));
    }
    if (json_is_string(value))
        text_add(out, json_string_value(value));
    return true;
}

enum { PARTS_MAX = 255 };

static void on_accepted(struct gateway *g, json_t *line)
{
    const char *id = outcome_of(g, line, "accepted");
    const json_t *value = json_object_get(line, "provider_id");
    const int64_t parts = json_int(line, "parts", (int64_t)json_array_size(value));
    struct text provider_id = { 0 };

    if (!id)
        return;
    if (!read_provider_id(&provider_id, value)) {
        malformed(g, "provider_id that is not text");
        text_free(&provider_id);
    }
    NOTIFY(accepted, g, id, provider_id.length ? provider_id.data : NULL,
           parts < 0 || parts > PARTS_MAX ? 0 : (int)parts);
    text_free(&provider_id);
}

static bool is_among(const char *word, const char *const *words)
{
    while (word && *words && strcmp(word, *words) != 0)
        words++;
    return word && *words;
}

static void on_refused(struct gateway *g, json_t *line)
{
    static const char *const classes[] = { "permanent", "temporary", "throttled", NULL };
    const char *id = outcome_of(g, line, "refused");
    const char *class = json_text(line, "class", "");
    const int64_t wait = json_int(line, "retry_after", 0);
    const time_ms retry_after = wait < 0 ? 0 : wait > DAY_MS ? DAY_MS : wait;

    if (!id)
        return;
    if (!is_among(class, classes)) {
        malformed(g, "refused without a class that is known");
        class = "temporary"; /* it was not sent: trying again does no harm */
    }
    if (strcmp(class, "throttled") == 0 && retry_after > 0)
        pace_pause(g, &g->own, "throttled", wall_now(g) + retry_after);
    NOTIFY(refused, g, id, class, json_text(line, "code", NULL), json_text(line, "detail", NULL), retry_after);
}

static void on_unknown(struct gateway *g, json_t *line)
{
    const char *id = outcome_of(g, line, "unknown");

    if (id)
        NOTIFY(unknown, g, id, json_text(line, "detail", NULL));
}

static void on_fate(struct gateway *g, json_t *line)
{
    static const char *const fates[] = { "sent", "not_sent", "unknown", NULL };
    const char *id = job_of(g, line);
    const char *state = json_text(line, "state", NULL);

    if (!id)
        return;
    if (!is_among(state, fates))
        malformed(g, "fate without a state that is known");
    else if (judge(g, window_fate(&g->window, id), "fate", id))
        NOTIFY(fate, g, id, state);
}

static void on_status(struct gateway *g, json_t *line)
{
    static const char *const states[] = { "delivered", "undelivered", "answered", "busy", "no_answer", NULL };
    const int64_t seconds = json_int(line, "seconds", -1);
    const struct gateway_status status = {
        .uid = json_text(line, "uid", NULL),
        .id = json_text(line, "id", NULL),
        .provider_id = json_text(line, "provider_id", NULL),
        .state = json_text(line, "state", NULL),
        .code = json_text(line, "code", NULL),
        .seconds = seconds < 0 || seconds > INT_MAX ? -1 : (int)seconds,
        .digits = json_text(line, "digits", NULL),
    };

    if ((!status.id && !status.provider_id) || !is_among(status.state, states)) {
        malformed(g, "status without id or a state that is known");
    } else if (status.id && !is_ours(g, status.id)) {
        g->counters[COUNT_OTHER_EPOCH]++;
        if (status.uid)
            gateway_stored(g, status.uid); /* dropped for good: it need not be repeated */
    } else {
        if (status.id && window_report(&g->window, status.id))
            g->room_changed = true;
        NOTIFY(status, g, &status);
    }
}

static void on_reply(struct gateway *g, json_t *line)
{
    const struct gateway_reply reply = {
        .uid = json_text(line, "uid", NULL),
        .from = json_text(line, "from", NULL),
        .to = json_text(line, "to", NULL),
        .text = json_text(line, "text", NULL),
        .digits = json_text(line, "digits", NULL),
        .call = json_text(line, "call", NULL),
        .at = json_int(line, "at", 0),
    };

    if (!reply.uid || !reply.from)
        malformed(g, "reply without uid or from");
    else
        NOTIFY(reply, g, &reply);
}

static void on_http(struct gateway *g, json_t *line)
{
    webhooks_answered(g, line);
}

static void on_window(struct gateway *g, json_t *line)
{
    const int64_t slots = json_int(line, "n", 0);

    if (slots < 1) {
        g->counters[COUNT_WINDOW_IGNORED]++;
        return;
    }
    g->slots = slots < GATEWAY_WINDOW_MAX ? (int)slots : GATEWAY_WINDOW_MAX;
    g->room_changed = true;
}

static void on_pause(struct gateway *g, json_t *line)
{
    const time_ms until = json_int(line, "until", TIME_NEVER);

    if (until <= wall_now(g))
        pace_lift(g, &g->own);
    else
        pace_pause(g, &g->own, json_text(line, "reason", ""), until);
}

static void on_health(struct gateway *g, json_t *line)
{
    static const char *const keys[] = { "state", "detail", "signal", "balance" };
    char text[500];

    json_decref(g->health);
    g->health = json_object();
    for (size_t i = 0; i < COUNT(keys); i++) {
        json_t *value = json_object_get(line, keys[i]);

        if (json_is_number(value))
            json_put(g->health, keys[i], json_incref(value));
        else if (json_is_string(value)) {
            copy_text(text, sizeof text, json_string_value(value));
            json_put_text(g->health, keys[i], text);
        }
    }
    g->state_changed = true;
}

static void on_drained(struct gateway *g, json_t *line)
{
    (void)line;
    if (g->state == GATEWAY_DRAINING)
        life_fault(g, "drained");
    else
        malformed(g, "drained without drain");
}

static void on_pong(struct gateway *g, json_t *line)
{
    if (g->ping_at == 0 || json_int(line, "n", -1) != g->ping) {
        malformed(g, "pong without ping");
        return;
    }
    g->ping_at = 0;
    g->ping_overdue = false;
}

enum { KEYS_MAX = 14 };

static const struct verb {
    const char *name;
    void (*hear)(struct gateway *g, json_t *line);
    enum gateway_counter counter;
    const char *keys[KEYS_MAX]; /* besides "type" */
} verbs[] = {
    { "ready",
      on_ready,
      COUNT_LINES_IN,
      { "version", "channels", "window", "batch", "free_text", "delivery_reports", "inbound", "idempotent", "probe",
        "simulated", "http", "caps", "module" } },
    { "started", on_started, COUNT_STARTED, { "id" } },
    { "accepted", on_accepted, COUNT_ACCEPTED, { "id", "provider_id", "parts" } },
    { "refused", on_refused, COUNT_REFUSED, { "id", "class", "code", "detail", "retry_after" } },
    { "unknown", on_unknown, COUNT_UNKNOWN, { "id", "detail" } },
    { "fate", on_fate, COUNT_FATES, { "id", "state" } },
    { "status", on_status, COUNT_STATUSES, { "uid", "id", "provider_id", "state", "code", "seconds", "digits" } },
    { "reply", on_reply, COUNT_REPLIES, { "uid", "from", "to", "text", "digits", "call", "at" } },
    { "http", on_http, COUNT_LINES_IN, { "req", "status", "headers", "body", "body_base64", "after" } },
    { "window", on_window, COUNT_LINES_IN, { "n" } },
    { "pause", on_pause, COUNT_LINES_IN, { "reason", "until" } },
    { "health", on_health, COUNT_LINES_IN, { "state", "detail", "signal", "balance" } },
    { "drained", on_drained, COUNT_LINES_IN, { NULL } },
    { "pong", on_pong, COUNT_LINES_IN, { "n" } },
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static void count_unknown_keys(struct gateway *g, const struct verb *verb, json_t *line)
{
    for (void *at = json_object_iter(line); at; at = json_object_iter_next(line, at)) {
        const char *key = json_object_iter_key(at);

        if (strcmp(key, "type") != 0 && !is_among(key, verb->keys))
            g->counters[COUNT_UNKNOWN_KEYS]++;
    }
}

static void hear(struct gateway *g, json_t *line)
{
    const char *type = json_text(line, "type", "");
    const struct verb *verb = find_verb(type);

    g->counters[COUNT_LINES_IN]++;
    if (!verb) {
        g->counters[COUNT_UNKNOWN_VERBS]++;
        return;
    }
    if (verb->counter != COUNT_LINES_IN)
        g->counters[verb->counter]++;
    count_unknown_keys(g, verb, line);
    verb->hear(g, line);
}

void dialogue_lines(struct gateway *g)
{
    struct error err;
    json_t *line = NULL;

    g->backlog = false;
    for (int heard = 0; heard < LINES_A_TURN; heard++) {
        switch (wire_next(&g->reader, &line, &err)) {
        case WIRE_NONE:
            return;
        case WIRE_FAULT:
            g->output_cut = true;
            life_fault(g, "%s", err.text);
            return;
        case WIRE_OBJECT:
            hear(g, line);
            json_decref(line);
            break;
        }
    }
    g->backlog = true;
}

json_t *dialogue_hello(const struct gateway *g)
{
    const struct gateways *set = g->set;
    json_t *hello = json_object();
    json_t *versions = json_array();

    json_array_append_new(versions, json_integer(WIRE_VERSION));
    json_put_text(hello, "type", "hello");
    json_put(hello, "versions", versions);
    json_put_text(hello, "name", g->config.name);
    json_put_text(hello, "epoch", set->epoch);
    json_put_text(hello, "boot", set->boot);
    json_put_text(hello, "state_dir", g->process.peer ? NULL : g->folder); /* a peer has its own */
    json_put_text(hello, "zone", set->zone);
    json_put_flag(hello, "demo", set->demo);
    json_put_int(hello, "now", clock_now(set->clock));
    json_put_int(hello, "mono", clock_mono());
    json_put(hello, "speed", json_real(set->clock->speed > 0 ? set->clock->speed : 1));
    json_put(hello, "config", g->config.config ? json_incref(g->config.config) : json_object());
    return hello;
}
