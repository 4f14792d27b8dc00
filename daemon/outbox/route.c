/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes: a message waits for a named list of gateways that can carry the same; any of them claims it. Route 0 is
 * "nobody carries it": such messages wait until a reload brings a gateway, or expire. A route of one gateway that is to be
 * tried itself is named apart, "sms!line1": what waits there goes by no other, after a restart or reload either.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/phone.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "outbox/outbox_internal.h"

static char **copy_words(const char *const *words)
{
    size_t count = 0;
    char **copy;

    while (words && words[count])
        count++;
    copy = mem_new(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = mem_dup(words[i]);
    return copy;
}

static void free_words(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static void forget(struct outbox *outbox)
{
    for (size_t i = 0; i < outbox->gateway_count; i++) {
        free(outbox->gateways[i].name);
        free_words(outbox->gateways[i].channels);
        free_words(outbox->gateways[i].prefixes);
    }
    for (size_t i = 0; i < outbox->route_count; i++)
        free(outbox->routes[i].name);
    outbox->gateway_count = outbox->route_count = 0;
    free(outbox->live_routes);
    outbox->live_routes = mem_dup("[]");
}

void outbox_set_gateways(struct outbox *outbox, const struct outbox_gateway *gateways, size_t count)
{
    forget(outbox);
    for (size_t i = 0; i < count && i < OUTBOX_GATEWAYS_MAX; i++)
        outbox->gateways[outbox->gateway_count++] = (struct carrier){ .name = mem_dup(gateways[i].name),
                                                                      .channels = copy_words(gateways[i].channels),
                                                                      .prefixes = copy_words(gateways[i].prefixes),
                                                                      .price_e4 = gateways[i].price_e4 };
}

struct carrier *outbox_carrier(struct outbox *outbox, const char *name)
{
    for (size_t i = 0; i < outbox->gateway_count; i++)
        if (strcmp(outbox->gateways[i].name, name) == 0)
            return &outbox->gateways[i];
    return NULL;
}

static bool has_channel(const struct carrier *carrier, enum channel channel)
{
    for (size_t i = 0; carrier->channels[i]; i++)
        if (strcmp(carrier->channels[i], channel_name(channel)) == 0)
            return true;
    return false;
}

static bool carries(const struct carrier *carrier, enum channel channel, const char *e164)
{
    for (size_t i = 0; has_channel(carrier, channel) && carrier->prefixes[i]; i++)
        if (text_starts(e164, carrier->prefixes[i]))
            return true;
    return false;
}

static void note_live(struct outbox *outbox)
{
    struct text ids = { 0 };

    text_add(&ids, "[");
    for (size_t i = 0; i < outbox->route_count; i++)
        text_add_format(&ids, "%s%" PRId64, i ? "," : "", outbox->routes[i].id);
    text_add(&ids, "]");
    free(outbox->live_routes);
    outbox->live_routes = text_take(&ids);
}

static int64_t route_of(struct outbox *outbox, enum channel channel, unsigned long long carriers, bool only)
{
    struct text name = { 0 };
    struct route *route;
    const char *before = only ? "!" : ":";

    for (size_t i = 0; i < outbox->route_count; i++)
        if (outbox->routes[i].carriers == carriers && outbox->routes[i].only == only &&
            text_starts(outbox->routes[i].name, channel_name(channel)))
            return outbox->routes[i].id;
    if (outbox->route_count == OUTBOX_ROUTES_MAX)
        return 0;
    route = &outbox->routes[outbox->route_count];
    *route = (struct route){ .carriers = carriers, .only = only };
    text_add(&name, channel_name(channel));
    for (size_t i = outbox->gateway_count; i-- > 0;)
        if (carriers >> i & 1)
            route->price_e4 = outbox->gateways[i].price_e4; /* the first one's stays */
    for (size_t i = 0; i < outbox->gateway_count; i++)
        if (carriers >> i & 1) {
            text_add_format(&name, "%s%s", before, outbox->gateways[i].name);
            before = ",";
        }
    route->name = text_take(&name);
    route->id = route_put(outbox->store, route->name);
    outbox->route_count++;
    note_live(outbox);
    return route->id;
}

static unsigned long long carriers_of(const struct outbox *outbox, enum channel channel, const char *e164)
{
    unsigned long long carriers = 0;

    if (!outbox->rules.demo && phone_is_sample(e164))
        return 0;
    for (size_t i = 0; i < outbox->gateway_count; i++)
        if (carries(&outbox->gateways[i], channel, e164))
            carriers |= 1ull << i;
    return carriers;
}

int64_t outbox_route(struct outbox *outbox, enum channel channel, const char *e164)
{
    const unsigned long long carriers = carriers_of(outbox, channel, e164);

    return carriers ? route_of(outbox, channel, carriers, false) : 0;
}

int64_t outbox_route_only(struct outbox *outbox, enum channel channel, const char *e164, const char *gateway)
{
    const struct carrier *carrier = outbox_carrier(outbox, gateway);

    if (!carrier || !has_channel(carrier, channel) || (!outbox->rules.demo && phone_is_sample(e164)))
        return 0;
    return route_of(outbox, channel, 1ull << (carrier - outbox->gateways), true);
}

/* The route of today for what waits in one of yesterday. */
static int64_t route_again(struct outbox *outbox, const struct message *m)
{
    CLEANUP(mem_clean) char *name = route_name(outbox->store, m->route);
    const char *only = name ? strchr(name, '!') : NULL;

    return only ? outbox_route_only(outbox, m->channel, m->e164, only + 1) : outbox_route(outbox, m->channel, m->e164);
}

bool outbox_carries(const struct outbox *outbox, enum channel channel, const char *e164, int64_t *price_e4)
{
    const unsigned long long carriers = carriers_of(outbox, channel, e164);
    size_t first = 0;

    *price_e4 = 0;
    if (!carriers)
        return false;
    while (!(carriers >> first & 1))
        first++;
    *price_e4 = outbox->gateways[first].price_e4;
    return true;
}

static bool is_up(const struct outbox *outbox, const struct carrier *carrier)
{
    return !outbox->hooks.up || outbox->hooks.up(outbox->hooks.arg, carrier->name);
}

const char *outbox_beside(const struct outbox *outbox, enum channel channel, const char *e164, const char *gateway)
{
    const unsigned long long carriers = carriers_of(outbox, channel, e164);

    for (size_t i = 0; i < outbox->gateway_count; i++)
        if (carriers >> i & 1 && strcmp(outbox->gateways[i].name, gateway) != 0 && is_up(outbox, &outbox->gateways[i]))
            return outbox->gateways[i].name;
    return NULL;
}

bool outbox_route_up(const struct outbox *outbox, int64_t route)
{
    for (size_t r = 0; r < outbox->route_count; r++) {
        if (outbox->routes[r].id != route)
            continue;
        for (size_t i = 0; i < outbox->gateway_count; i++)
            if (outbox->routes[r].carriers >> i & 1 && is_up(outbox, &outbox->gateways[i]))
                return true;
    }
    return false;
}

int64_t outbox_stuck(struct outbox *outbox)
{
    for (size_t r = 0; r < outbox->route_count; r++) {
        int64_t id;

        if (!outbox_route_up(outbox, outbox->routes[r].id) &&
            message_claimable(outbox->store, outbox->routes[r].id, LANE_EMERGENCY, outbox_now(outbox), &id, 1) == 1)
            return id;
    }
    return 0;
}

int64_t outbox_price(const struct outbox *outbox, int64_t route)
{
    for (size_t i = 0; i < outbox->route_count; i++)
        if (outbox->routes[i].id == route)
            return outbox->routes[i].price_e4;
    return 0;
}

/* What comes back from a gateway or a person waits in a route of today, after a restart or reload too. */
void outbox_refresh_route(struct outbox *outbox, int64_t id)
{
    struct message m = { 0 };

    if (message_get(&m, outbox->store, id)) {
        const int64_t route = route_again(outbox, &m);

        if (route != m.route)
            message_set_route(outbox->store, id, route);
    }
    message_free(&m);
}

bool outbox_reroute(struct outbox *outbox)
{
    const size_t live = outbox->route_count;
    int64_t ids[250];
    const size_t count = message_stranded(outbox->store, outbox->live_routes, ids, COUNT(ids));
    size_t moved = 0;

    for (size_t i = 0; i < count; i++) {
        struct message m = { 0 };
        int64_t route;

        if (!message_get(&m, outbox->store, ids[i]))
            continue;
        route = route_again(outbox, &m);
        if (route != m.route) {
            message_set_route(outbox->store, m.id, route);
            moved++;
        }
        message_free(&m);
    }
    return count == COUNT(ids) && (moved > 0 || outbox->route_count > live);
}
