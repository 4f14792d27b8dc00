/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When Greenline itself is in trouble, operator and head hear of it by any gateway that is up, at most once an hour for
 * each reason. Where no gateway is left the log and `status` are all there is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/template.h"
#include "engine/engine_internal.h"
#include "lib/log.h"
#include "lib/memory.h"

struct alarm {
    const char *key, *text, *beside; /* beside: the gateway that is the trouble; NULL */
};

static bool tell(struct engine *engine, const struct alarm *alarm, const struct contact *to)
{
    CLEANUP(mem_clean) char *once =
        mem_format("alarm:%s:%" PRId64 ":%" PRId64, alarm->key, engine_now(engine) / HOUR_MS, to->person);
    enum reason why = REASON_NONE;

    return engine_can_ring(engine, to->person) && (engine_say(engine,
                                                              &(struct saying){ .key = once,
                                                                                .kind = KIND_ALARM,
                                                                                .person = to->person,
                                                                                .text = alarm->text,
                                                                                .beside = alarm->beside },
                                                              &why) != 0 ||
                                                   why == REASON_NO_LINE); /* said already */
}

bool engine_alarm(struct engine *engine, const char *key, const char *text)
{
    return engine_alarm_beside(engine, key, text, NULL);
}

bool engine_alarm_beside(struct engine *engine, const char *key, const char *text, const char *gateway)
{
    const struct alarm alarm = { key, text, gateway };
    static const char *const roles[] = { "operator", "head" };
    const int64_t hour = engine_now(engine) / HOUR_MS;
    bool told = false;

    /* the log has it once an hour too */
    if (engine->alarm_hour != hour || strcmp(engine->alarm_key, key) != 0)
        log_error("alarm: %s", text);
    for (size_t i = 0; i < COUNT(roles); i++) {
        struct contact contacts[CHAIN_MAX];
        const size_t count = person_of_role(engine->store, roles[i], engine_now(engine), contacts, COUNT(contacts));

        for (size_t j = 0; j < count; j++)
            told |= tell(engine, &alarm, &contacts[j]);
    }
    if (!told && (engine->alarm_hour != hour || strcmp(engine->alarm_key, key) != 0))
        log_error("alarm: nobody could be told by a gateway that is up: see `greenline gateway list`, and enter an "
                  "operator and a head with a phone");
    engine->alarm_hour = hour;
    snprintf(engine->alarm_key, sizeof engine->alarm_key, "%s", key);
    return told;
}

static void word(struct engine *engine, const char *key, const char *template, const char *what)
{
    const struct template_value text = { "text", what };
    CLEANUP(mem_clean) char *said = template_render(engine_wording(engine, template, engine->language), &text, 1);

    engine_alarm(engine, key, said[0] ? said : what);
}

void engine_alarm_down(struct engine *engine, const struct cause *cause)
{
    if (engine_now(engine) < engine->hold_emergency)
        return; /* they are being started */
    word(engine, "gateways", "alarm_gateways", cause->title);
}

void engine_alarm_nobody(struct engine *engine, const struct cause *cause)
{
    CLEANUP(mem_clean) char *key = mem_format("nobody:%" PRId64, cause->id);
    CLEANUP(mem_clean) char *what = mem_format("%s (greenline alert show %" PRId64 ")", cause->title, cause->id);

    word(engine, key, "alarm_nobody", what);
}

void engine_watch_gateways(struct engine *engine)
{
    const int64_t message = outbox_stuck(engine->outbox);
    struct message m = { 0 };
    struct cause cause = { 0 };

    if (message && message_get(&m, engine->store, message) && m.kind != KIND_ALARM &&
        cause_get(&cause, engine->store, m.cause))
        engine_alarm_down(engine, &cause);
    cause_free(&cause);
    message_free(&m);
}
