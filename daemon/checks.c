/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a configuration beyond its own words: gateway programs that cannot be run, ladders that they cannot
 * carry. --check-config and a reload ask the programs (--describe); a running daemon goes by what they announced.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/carry.h"
#include "core/answer.h"
#include "core/calendar.h"
#include "core/ladder.h"
#include "daemon_internal.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

_Static_assert(CARRY_AGAIN_MS == ENGINE_AGAIN_MS && CARRY_AGAIN_URGENT_MS == ENGINE_AGAIN_URGENT_MS &&
                   CARRY_PAUSE_LEAST_MS == ENGINE_PAUSE_LEAST_MS,
               "the calls of a ladder are counted at another pace than the climb makes them");
_Static_assert((int)CONFIG_BRANCHES_MAX == (int)LADDER_BRANCHES_MAX, "a ladder is accepted that the climb cannot hold");

/* A carrier whose channels are those configured and announced (`ready` NULL: not known, so nothing is held against it). */
static struct carrier carrier_of(const struct config_gateway *g, const struct gateway_ready *ready)
{
    struct carrier carrier = { .name = g->name,
                               .prefixes = (const char *const *)g->prefixes,
                               .free_text = !json_is_false(json_object_get(g->config, "free_text")) };
    const char **channels;
    size_t count = 0, kept = 0;

    while (g->channels[count])
        count++;
    channels = mem_new(count + 1, sizeof *channels);
    for (size_t i = 0; i < count; i++) {
        bool has = !ready || !ready->channels;

        for (char **at = ready ? ready->channels : NULL; at && *at; at++)
            has = has || strcmp(*at, g->channels[i]) == 0;
        if (has)
            channels[kept++] = g->channels[i];
    }
    carrier.channels = channels;
    if (ready) {
        carrier.free_text = carrier.free_text && ready->free_text;
        carrier_take_caps(&carrier, ready->caps);
    }
    return carrier;
}

static void free_carriers(struct carrier *carriers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)carriers[i].channels);
    free(carriers);
}

/* --- asking the programs -------------------------------------------------------------------------------------- */

static void check_gateway(const struct config *config, const struct config_gateway *g,
                          const struct gateway_ready *ready, struct mistakes *mistakes)
{
    for (char **channel = g->channels; *channel; channel++) {
        bool can = false;

        for (char **has = ready->channels; has && *has; has++)
            can |= strcmp(*has, *channel) == 0;
        if (!can)
            mistakes_add(mistakes, "%s:%d: gateways.%s.channels: %s: the program %s cannot carry it: take it out",
                         g->file, g->line, g->name, *channel, g->program);
    }
    if (config->demo && !ready->simulated && !json_is_true(json_object_get(g->config, "simulated")))
        mistakes_add(mistakes, "%s:%d: gateways.%s: a demo store uses simulated gateways only: take `simulator`",
                     g->file, g->line, g->name);
    if (!config->demo && (ready->simulated || json_is_true(json_object_get(g->config, "simulated"))))
        mistakes_add(
            mistakes,
            "%s:%d: gateways.%s: simulated: only a demo store may use it: set `demo = true`, or name a real gateway",
            g->file, g->line, g->name);
}

/* What listens there is not asked: whoever connects owns it, and that may be a daemon that runs. */
static void check_socket(const struct config_gateway *g, const char *path, struct mistakes *mistakes)
{
    struct stat found;

    if (stat(path, &found) != 0)
        log_warning("%s:%d: gateways.%s: cannot be described: not running: %s: %s", g->file, g->line, g->name, path,
                    strerror(errno));
    else if (!S_ISSOCK(found.st_mode))
        mistakes_add(mistakes, "%s:%d: gateways.%s.program: %s: not a socket: name the one that its unit listens on",
                     g->file, g->line, g->name, path);
}

static struct carrier describe(const struct config *config, const struct config_gateway *g, struct mistakes *mistakes)
{
    CLEANUP(mem_clean) char *path = NULL;
    const struct gateway_config supervised = rules_supervised(g, &path);
    struct gateway_ready ready = { 0 };
    struct carrier carrier;
    struct error err;

    if (gateway_socket(g->program)) {
        check_socket(g, gateway_socket(g->program), mistakes);
        return carrier_of(g, NULL);
    }
    if (!gateway_describe(&ready, &supervised, &err)) {
        mistakes_add(mistakes, "%s:%d: gateways.%s: %s", g->file, g->line, g->name, err.text);
        return carrier_of(g, NULL);
    }
    check_gateway(config, g, &ready, mistakes);
    carrier = carrier_of(g, &ready);
    gateway_ready_free(&ready);
    return carrier;
}

void daemon_check(const struct config *config, struct mistakes *mistakes)
{
    struct error err;
    struct grammar *grammar = grammar_open(config->answers, &err);
    struct carrier *carriers = mem_new(config->gateway_count, sizeof *carriers);

    if (!grammar)
        mistakes_add(mistakes, "%s", err.text);
    grammar_close(grammar);
    hooks_check(config, mistakes);
    heralds_check(config, mistakes);
    calendar_free(rules_calendar(config, mistakes));
    for (size_t i = 0; i < config->gateway_count; i++)
        carriers[i] = describe(config, &config->gateways[i], mistakes);
    config_check_carry(config, carriers, config->gateway_count, mistakes);
    free_carriers(carriers, config->gateway_count);
}

/* --- a running daemon ----------------------------------------------------------------------------------------- */

static bool said_already(const struct mistakes *mistakes, const char *line)
{
    for (size_t i = 0; i < mistakes->count; i++)
        if (strcmp(mistakes->lines[i], line) == 0)
            return true;
    return false;
}

/* Adds lines to a list; what is new to `known` is logged. */
static void tell(struct mistakes *to, const struct mistakes *lines, const struct mistakes *known, const char *remedy)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (!said_already(known, lines->lines[i]))
            log_error("%s (%s)", lines->lines[i], remedy);
        mistakes_add(to, "%s", lines->lines[i]);
    }
}

/* The school's ladder gives way only to one that can be carried. */
static void check_ladder(struct daemon *d, size_t index, const struct carrier *carriers, size_t count,
                         struct mistakes *fresh)
{
    const struct config_ladder *ladder = &d->config.ladders[index];
    struct mistakes own = { 0 }, other = { 0 };

    if (!config_carries(ladder, carriers, count, &own)) {
        if (!ladder->replaced && config_carries(config_stand_in(&d->config, ladder), carriers, count, &other)) {
            config_replace_ladder(&d->config, index);
            tell(&d->faults.ladders, &own, &d->faults.ladders, "the shipped ladder stands in its place");
        } else {
            tell(fresh, &own, &d->faults.carried, "the gateways that run cannot carry this ladder");
        }
    }
    mistakes_free(&own);
    mistakes_free(&other);
}

/* One for each gateway of a configuration, by what the one of that name announced; the caller's (free_carriers). */
static struct carrier *running(const struct daemon *d, const struct config *config)
{
    struct carrier *carriers = mem_new(config->gateway_count, sizeof *carriers);

    for (size_t i = 0; i < config->gateway_count; i++) {
        const struct gateway *g = gateways_find(d->gateways, config->gateways[i].name);

        carriers[i] = carrier_of(&config->gateways[i], g ? gateway_announced(g) : NULL);
    }
    return carriers;
}

void checks_against_running(const struct daemon *d, const struct config *config, struct mistakes *mistakes)
{
    struct carrier *carriers = running(d, config);

    config_check_carry(config, carriers, config->gateway_count, mistakes);
    free_carriers(carriers, config->gateway_count);
}

void checks_carry(struct daemon *d)
{
    const size_t count = d->config.gateway_count;
    struct carrier *carriers = running(d, &d->config);
    struct mistakes fresh = { 0 };

    for (size_t i = 0; i < d->config.ladder_count; i++)
        check_ladder(d, i, carriers, count, &fresh);
    mistakes_free(&d->faults.carried);
    d->faults.carried = fresh;
    free_carriers(carriers, count);
}

void daemon_note_ladders(struct daemon *d, struct mistakes *ladders)
{
    tell(&d->faults.ladders, ladders, &d->faults.ladders, "the shipped ladder stands in its place");
    mistakes_free(ladders);
}

void checks_alarm(struct daemon *d)
{
    const struct mistakes *const lists[] = { &d->faults.ladders, &d->faults.carried, &d->faults.refused };

    for (size_t i = 0; i < COUNT(lists) && !d->faults.alarmed; i++)
        if (lists[i]->count)
            d->faults.alarmed = engine_alarm(d->engine, "ladders", lists[i]->lines[0]);
}

void checks_reloaded(struct daemon *d, struct mistakes *refused)
{
    d->faults.alarmed = false;
    mistakes_free(&d->faults.refused);
    d->faults.refused = (struct mistakes){ 0 };
    if (refused) {
        d->faults.refused = *refused;
        *refused = (struct mistakes){ 0 };
        return;
    }
    mistakes_free(&d->faults.ladders);
    mistakes_free(&d->faults.carried);
    d->faults.ladders = d->faults.carried = (struct mistakes){ 0 };
}

static void show(json_t *problems, const struct mistakes *mistakes, const char *what, const char *mend)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        json_t *one = json_object();

        json_put(one, "what", json_sprintf("%s: %s", what, mistakes->lines[i]));
        json_put_text(one, "mend", mend);
        json_array_append_new(problems, one);
    }
}

void checks_show(const struct daemon *d, json_t *problems)
{
    show(problems, &d->faults.ladders, "the shipped ladder stands in",
         "mend the line, look with `greenlined --check-config`, then reload");
    show(problems, &d->faults.carried, "the gateways cannot carry a ladder",
         "mend the line, look with `greenlined --check-config`, then reload");
    show(problems, &d->faults.refused, "the last reload was refused, the old configuration goes on",
         "mend the line, look with `greenlined --check-config`, then reload again");
}

void checks_free(struct daemon *d)
{
    mistakes_free(&d->faults.ladders);
    mistakes_free(&d->faults.carried);
    mistakes_free(&d->faults.refused);
}
