/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as outbox, engine and supervisor want it. */
#include <stdlib.h>
#include <string.h>

#include "core/ladder.h"
#include "core/template.h"
#include "daemon_internal.h"
#include "lib/memory.h"
#include "lib/paths.h"

struct outbox_rules rules_outbox(const struct daemon *d)
{
    return (struct outbox_rules){
        .telling = { .zone = d->zone,
                     .quiet = { d->config.school.quiet_from_min, d->config.school.quiet_to_min },
                     .per_line_day = d->config.limits.per_line_day },
        .signature = d->config.school.signature,
        .school = d->config.school.name,
        .school_number = "",
        .retry_first = d->config.retry.first_ms,
        .retry_max = d->config.retry.max_ms,
        .demo = d->config.demo,
    };
}

static void copy_step(struct ladder_step *out, const struct config_step *in)
{
    *out = (struct ladder_step){
        .branch = mem_dup(in->branch), .after = in->after_ms, .calls = in->calls, .answer = mem_dup(in->answer)
    };
    for (; in->who[out->who_count] && out->who_count < LADDER_WORDS_MAX; out->who_count++)
        out->who[out->who_count] = mem_dup(in->who[out->who_count]);
    for (; in->channels[out->channel_count] && out->channel_count < LADDER_WORDS_MAX; out->channel_count++)
        out->channels[out->channel_count] = mem_dup(in->channels[out->channel_count]);
}

/* By name, or by a kind of alert ("missing", "missing.red"). */
static const struct config_ladder *named(const struct config *config, const char *name)
{
    const struct config_ladder *ladder = config_ladder_find(config, name);

    return ladder ? ladder : config_ladder_of_kind(config, name);
}

/* The snapshot of a ladder; one step to the audience ("{}") when the kind has none and may end in silence. */
static char *ladder_of(void *arg, enum kind kind, const char *name)
{
    const struct daemon *d = arg;
    const struct config_ladder *in =
        name ? named(&d->config, name) : config_ladder_of_kind(&d->config, kind_row(kind)->name);
    struct ladder ladder = { 0 };
    char *text;

    if (!in)
        return name ? NULL : mem_dup("{}");
    ladder.name = mem_dup(in->name);
    ladder.then = mem_dup(in->then);
    for (size_t i = 0; i < in->step_count && i < LADDER_STEPS_MAX; i++)
        copy_step(&ladder.steps[ladder.step_count++], &in->steps[i]);
    text = ladder_format(&ladder);
    ladder_free(&ladder);
    return text;
}

struct calendar *rules_calendar(const struct config *config, struct mistakes *mistakes)
{
    struct calendar_setting setting = { .files = (const char *const *)config->school.calendar,
                                        .week_starts = strcmp(config->school.week_starts, "sunday") == 0 ? 7 : 1 };

    stage_parse(&setting.stage, config->school.stage);
    return calendar_open(&setting, mistakes);
}

/* "0s" in the file: the clock does not run. */
static void set_clocks(const struct daemon *d, time_ms clocks[ALERT_CLOCKS])
{
    clocks[CLOCK_GUARDIAN] = d->config.emergency.clocks.guardian_ms;
    clocks[CLOCK_PARENTS] = d->config.emergency.clocks.parents_ms;
    clocks[CLOCK_AUTHORITIES] = d->config.emergency.clocks.authorities_ms;
    clocks[CLOCK_REPORT] = d->config.emergency.clocks.report_ms;
    clocks[CLOCK_RESULT] = d->config.emergency.clocks.result_ms;
    for (int i = 0; i < ALERT_CLOCKS; i++)
        clocks[i] = clocks[i] ? clocks[i] : -1;
}

struct engine_rules rules_engine(struct daemon *d)
{
    struct engine_rules rules = { .templates = d->config.templates,
                                  .language = d->config.school.language,
                                  .zone = d->zone,
                                  .calendar = d->calendar,
                                  .quiet = { d->config.school.quiet_from_min, d->config.school.quiet_to_min },
                                  .ladder = ladder_of,
                                  .ladder_arg = d,
                                  .roll = { .on = d->config.roll.by_min >= 0,
                                            .by_min = d->config.roll.by_min,
                                            .before = d->config.roll.before_ms,
                                            .classes = (const char *const *)d->config.roll.classes,
                                            .ladder = d->config.roll.ladder },
                                  .settled_after = d->config.emergency.settled_after_ms > 0
                                                       ? d->config.emergency.settled_after_ms
                                                       : 1,
                                  .done_by = d->config.emergency.done_by_ms,
                                  .remind = d->config.emergency.remind_ms };

    for (size_t i = 0; i < KINDS; i++) {
        const struct config_kind *kind = config_kind_find(&d->config, kind_row((enum kind)i)->name);

        rules.due[i] = kind ? kind->due_ms : -1;
        rules.grace[i] = kind ? kind->grace_ms : -1;
    }
    set_clocks(d, rules.clocks);
    return rules;
}

struct gateway_config rules_supervised(const struct config_gateway *in, char **path)
{
    *path = gateway_socket(in->program) ? mem_dup(in->program) : path_gateway(in->program);
    return (struct gateway_config){ .name = in->name,
                                    .program = *path,
                                    .channels = (const char *const *)in->channels,
                                    .prefixes = (const char *const *)in->prefixes,
                                    .config = in->config,
                                    .rate = in->rate,
                                    .unconfined = !in->confine,
                                    .paths = (const char *const *)in->paths };
}

static void route(struct daemon *d)
{
    struct outbox_gateway *gateways = mem_new(d->config.gateway_count, sizeof *gateways);

    for (size_t i = 0; i < d->config.gateway_count; i++) {
        const struct config_gateway *in = &d->config.gateways[i];

        gateways[i] = (struct outbox_gateway){ .name = in->name,
                                               .channels = (const char *const *)in->channels,
                                               .prefixes = (const char *const *)in->prefixes,
                                               .price_e4 = in->price_e4 };
    }
    outbox_set_gateways(d->outbox, gateways, d->config.gateway_count);
    outbox_set_gateways(d->aside.outbox, gateways, d->config.gateway_count);
    free(gateways);
    d->rerouting = true;
}

bool rules_open_gateways(struct daemon *d, struct error *err)
{
    const size_t count = d->config.gateway_count;
    struct gateway_config *configs = mem_new(count, sizeof *configs);
    char **paths = mem_new(count, sizeof *paths);
    bool good;

    for (size_t i = 0; i < count; i++)
        configs[i] = rules_supervised(&d->config.gateways[i], &paths[i]);
    route(d);
    good = gateways_reload(d->gateways, configs, count, err);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    free(configs);
    return good;
}
