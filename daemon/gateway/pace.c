/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a gateway may be fed besides its window: pauses (its own, the operator's) and the configured rate, a bucket
 * that holds one second's worth. All on the store's clock; one event, armed only while something waits for it.
 */
#include <string.h>

#include "gateway/gateway_internal.h"

static bool pause_holds(const struct pause *pause, time_ms now)
{
    return pause->on && (pause->until == TIME_NEVER || pause->until > now);
}

bool pace_paused(const struct gateway *g)
{
    const time_ms now = wall_now(g);

    return pause_holds(&g->own, now) || pause_holds(&g->operator, now);
}

static double burst(const struct gateway *g)
{
    return g->config.rate > 1 ? g->config.rate : 1;
}

static double tokens_at(const struct gateway *g, time_ms now)
{
    const time_ms passed = now > g->token_at ? now - g->token_at : 0;
    const double tokens = g->tokens + (double)passed * g->config.rate / (double)SECOND_MS;

    return tokens < burst(g) ? tokens : burst(g);
}

double pace_tokens(const struct gateway *g, bool emergency)
{
    if (g->config.rate <= 0)
        return GATEWAY_WINDOW_MAX;
    return tokens_at(g, wall_now(g)) + (emergency ? burst(g) : 0);
}

void pace_take(struct gateway *g, int count)
{
    const time_ms now = wall_now(g);

    if (g->config.rate <= 0)
        return;
    g->tokens = tokens_at(g, now) - count;
    if (g->tokens > burst(g))
        g->tokens = burst(g);
    g->token_at = now;
    pace_arm(g);
}

void pace_pause(struct gateway *g, struct pause *pause, const char *reason, time_ms until)
{
    pause->on = true;
    pause->until = until;
    copy_text(pause->reason, sizeof pause->reason, reason ? reason : "");
    g->state_changed = true;
    pace_arm(g);
}

void pace_lift(struct gateway *g, struct pause *pause)
{
    if (!pause->on)
        return;
    *pause = (struct pause){ 0 };
    g->room_changed = true;
    g->state_changed = true;
    pace_arm(g);
}

/* Ends a pause whose time has come. */
static void look(struct gateway *g, struct pause *pause, time_ms now)
{
    if (pause->on && !pause_holds(pause, now))
        pace_lift(g, pause);
}

void pace_look(struct gateway *g)
{
    const time_ms now = wall_now(g);

    look(g, &g->own, now);
    look(g, &g->operator, now);
    if (g->config.rate > 0 && tokens_at(g, now) >= 1)
        g->room_changed = true;
    pace_arm(g); /* the clock may have been set back, or another pause goes on */
}

static time_ms latest_end(const struct gateway *g, time_ms now)
{
    time_ms end = now;

    if (pause_holds(&g->own, now) && g->own.until > end)
        end = g->own.until;
    if (pause_holds(&g->operator, now) && g->operator.until> end)
        end = g->operator.until;
    return end;
}

void pace_arm(struct gateway *g)
{
    const time_ms now = wall_now(g);
    time_ms at = latest_end(g, now);

    if (at == now && g->config.rate > 0 && tokens_at(g, now) < 1)
        at = now + (time_ms)((1 - tokens_at(g, now)) * (double)SECOND_MS / g->config.rate) + 1;
    event_del(g->pace);
    if (at != now && at != TIME_NEVER)
        event_after(g->pace, clock_until(g->set->clock, at));
}
