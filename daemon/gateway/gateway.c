/* SPDX-License-Identifier: Apache-2.0 */
/* What others ask of one gateway: room, jobs, pauses; see gateway.h. Nothing here calls an event. */
#include "gateway/gateway.h"

#include <stdio.h>
#include <string.h>

#include "gateway/gateway_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

time_ms wall_now(const struct gateway *g)
{
    return clock_now(g->set->clock);
}

void event_after(struct event *event, time_ms real_ms)
{
    const time_ms wait = real_ms < 0 ? 0 : real_ms > DAY_MS ? DAY_MS : real_ms;
    const struct timeval at = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

    event_add(event, &at);
}

void end_at_character(char *text)
{
    size_t length = strlen(text);

    for (int i = 0; i < 3 && length > 0 && !utf8_valid(text, length); i++)
        text[--length] = '\0';
}

void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
    end_at_character(out);
}

const char *gateway_name(const struct gateway *g)
{
    return g->config.name;
}

const char *gateway_socket(const char *program)
{
    static const char prefix[] = "unix:";

    return text_starts(program, prefix) ? program + strlen(prefix) : NULL;
}

const json_t *gateway_health(const struct gateway *g)
{
    return g->health;
}

const struct gateway_ready *gateway_announced(const struct gateway *g)
{
    return g->announced ? &g->ready : NULL;
}

bool gateway_usable(const struct gateway *g)
{
    return g->state == GATEWAY_READY && g->ready.simulated == g->set->demo;
}

bool gateway_wanted(const struct gateway *g)
{
    return !g->halted;
}

static bool has_channel(const char *const *channels, const char *channel)
{
    while (*channels && strcmp(*channels, channel) != 0)
        channels++;
    return *channels;
}

static bool has_prefix(const char *const *prefixes, const char *to)
{
    while (*prefixes && !text_starts(to, *prefixes))
        prefixes++;
    return *prefixes;
}

bool gateway_carries(const struct gateway *g, const char *channel, const char *to)
{
    if (g->config.channels && !has_channel(g->config.channels, channel))
        return false;
    if (g->announced && !has_channel((const char *const *)g->ready.channels, channel))
        return false;
    return !to || !g->config.prefixes || has_prefix(g->config.prefixes, to);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int reserved(int slots)
{
    return slots < 2 ? 0 : slots < 4 ? 1 : slots / 4;
}

int gateway_room(const struct gateway *g, bool emergency)
{
    const double tokens = pace_tokens(g, emergency);
    int room;

    if (!gateway_usable(g) || pace_paused(g) || tokens < 1 || output_bytes(&g->output) > OUTPUT_BYTES_MAX / 2)
        return 0;
    room = g->slots - g->window.busy - (emergency ? 0 : reserved(g->slots));
    /* jobs alone never fill what it leaves unread up to the bound that ends it */
    room = least(room, GATEWAY_UNREAD_LINES_MAX / 2 - g->output.lines - g->window.unsent);
    room = tokens < room ? (int)tokens : room;
    return room > 0 ? room : 0;
}

void gateway_take(struct gateway *g, const char *id)
{
    if (gateway_usable(g) && window_take(&g->window, id, clock_mono() + g->set->intervals.job))
        pace_take(g, 1);
}

void gateway_release(struct gateway *g, const char *id)
{
    if (!window_release(&g->window, id))
        return;
    pace_take(g, -1);
    g->room_changed = true;
    life_wake(g);
}

/* Until when its outcome, or `started`, must be told: a time of clock_mono(). */
static time_ms deadline(const struct gateway *g, time_ms expires)
{
    const struct gateway_intervals *in = &g->set->intervals;
    const time_ms left = expires > 0 ? clock_until(g->set->clock, expires) : TIME_NEVER;

    return clock_mono() + (left < in->job - in->expired ? left + in->expired : in->job);
}

static json_t *line(const char *type, const char *id)
{
    json_t *object = json_object();

    json_put_text(object, "type", type);
    json_put_text(object, "id", id);
    return object;
}

static json_t *send_line(const struct gateway_job *job)
{
    json_t *send = line("send", job->id);

    json_put_text(send, "channel", job->channel);
    json_put_text(send, "lane", job->lane);
    json_put_text(send, "to", job->to);
    json_put_text(send, "text", job->text);
    json_put_text(send, "template", job->template);
    if (job->params)
        json_put(send, "params", json_incref(job->params));
    if (job->voice)
        json_put(send, "voice", json_incref(job->voice));
    if (job->expires > 0 && job->expires != TIME_NEVER)
        json_put_int(send, "expires", job->expires);
    json_put_text(send, "reply_ext", job->reply_ext);
    json_put_flag(send, "again", job->again);
    return send;
}

void gateway_send(struct gateway *g, const struct gateway_job *job)
{
    if (g->state != GATEWAY_READY || !window_send(&g->window, job->id, deadline(g, job->expires))) {
        g->counters[COUNT_NOT_SENT]++;
        return;
    }
    g->counters[COUNT_SENT]++;
    life_write(g, send_line(job));
}

void gateway_cancel(struct gateway *g, const char *id)
{
    life_write(g, line("cancel", id));
}

void gateway_probe(struct gateway *g, const char *id, const char *provider_id)
{
    json_t *probe;

    if (g->state != GATEWAY_READY || !window_probe(&g->window, id)) {
        g->counters[COUNT_NOT_SENT]++;
        return;
    }
    probe = line("probe", id);
    json_put_text(probe, "provider_id", provider_id);
    life_write(g, probe);
}

void gateway_stored(struct gateway *g, const char *uid)
{
    json_t *stored = line("stored", NULL);

    json_put_text(stored, "uid", uid);
    life_write(g, stored);
    webhooks_confirmed(g, uid);
}

struct visit {
    const struct gateway *g;
    void (*each)(void *arg, const char *id, bool in_doubt);
    void *arg;
};

static void visit_held(void *arg, const struct held *held)
{
    const struct visit *visit = arg;
    const bool started = held->hold == HOLD_STARTED;

    visit->each(visit->arg, held->id, started || (held->hold == HOLD_SENT && visit->g->output_cut));
}

void gateway_held_each(const struct gateway *g, void (*each)(void *arg, const char *id, bool in_doubt), void *arg)
{
    struct visit visit = { g, each, arg };

    window_each(&g->window, visit_held, &visit);
}

void gateway_pause(struct gateway *g, const char *reason, time_ms until)
{
    pace_pause(g, &g->operator, reason, until);
    life_wake(g);
}

void gateway_resume(struct gateway *g)
{
    pace_lift(g, &g->own);
    pace_lift(g, &g->operator);
    if (g->halted && !g->retired) {
        g->halted = false;
        if (g->state == GATEWAY_STOPPED)
            life_start(g, 0);
    }
    life_wake(g);
}

void gateway_drain(struct gateway *g)
{
    g->halted = true;
    life_drain(g, g->set->intervals.drain);
}
