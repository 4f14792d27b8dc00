/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who notices that a gateway is dead: once a day a text goes through each gateway to its own number and must come back, and
 * what the gateways say of themselves is watched (gateway/vigil.h holds the rules). What is wrong stands in the status, and
 * people hear of it once when it begins. The text is a message like any other, to a "person" that is the gateway itself;
 * when the last one went and whether it came back is kept in the store, so that a restart asks neither twice nor too late.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/phone.h"
#include "core/template.h"
#include "daemon_internal.h"
#include "gateway/vigil.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/contact_set.h"
#include "store/line.h"
#include "store/person.h"
#include "store/register.h"
#include "store/reply.h"

#define PROBE_MARK "GL-" /* then the gateway's name, a blank and the time */

struct watched {
    struct watched *next;
    char *name;
    struct vigil vigil;
};

/* `what` begins a line of the status, behind the gateway's name; `template` is what people are told. */
static const struct {
    const char *template, *what, *mend;
} troubles[] = {
    [VIGIL_DOWN] = { "alarm_gateway_down", "is down: nothing goes out by it", "see `greenline gateway show NAME`" },
    [VIGIL_LOST] = { "alarm_gateway_lost", "its own text has not come back: texts may not arrive",
                     "look at the account or the SIM, then `greenline gateway show NAME`" },
    [VIGIL_WEAK] = { "alarm_gateway_weak", "its signal is weak", "move the device or its aerial" },
    [VIGIL_SILENT] = { "alarm_gateway_silent", "nobody answers where many usually do: answers may not arrive",
                       "send a text to its number and look for it in `greenline inbox list`" },
};
_Static_assert(COUNT(troubles) == VIGIL_TROUBLES, "each trouble has its words");

static struct watched *find(struct daemon *d, const char *name)
{
    struct watched *at = d->watched;

    while (at && strcmp(at->name, name) != 0)
        at = at->next;
    return at;
}

/* --- what is kept --- */

static char *key_of(const char *name)
{
    return mem_format("vigil:%s", name);
}

static void keep(struct daemon *d, const struct watched *w)
{
    CLEANUP(mem_clean) char *key = key_of(w->name);
    json_t *kept = json_object();
    char *text;

    json_put_int(kept, "for", w->vigil.probe_for);
    json_put_int(kept, "sent", w->vigil.probe_sent);
    json_put_flag(kept, "back", w->vigil.probe_back);
    text = json_write(kept);
    setting_put(d->store, key, text);
    json_decref(kept);
    free(text);
}

static struct watched *begin(struct daemon *d, const char *name)
{
    CLEANUP(mem_clean) char *key = key_of(name);
    CLEANUP(mem_clean) char *text = setting_get(d->store, key);
    json_t *kept = text ? json_read(text, strlen(text), NULL) : NULL;
    struct watched *w = mem_new(1, sizeof *w);

    *w = (struct watched){ .next = d->watched, .name = mem_dup(name) };
    w->vigil.probe_for = json_int(kept, "for", 0);
    w->vigil.probe_sent = json_int(kept, "sent", 0);
    w->vigil.probe_back = json_flag(kept, "back", false);
    json_decref(kept);
    d->watched = w;
    return w;
}

void watch_free(struct daemon *d)
{
    struct watched *next;

    for (struct watched *at = d->watched; at; at = next) {
        next = at->next;
        free(at->name);
        free(at);
    }
    d->watched = NULL;
}

/* --- the text --- */

/* The gateway as a person with its own number, so that the text passes may_tell() like any other. */
static int64_t self(struct daemon *d, const struct config_gateway *config)
{
    CLEANUP(mem_clean) char *ref = mem_format("gateway:%s", config->name);
    const time_ms now = turn_now(d->turn);
    int64_t person = person_by_ref(d->store, ref), line;

    if (!person)
        person = register_put_person(d->store, &(struct register_person){ .ref = ref,
                                                                          .name = config->name,
                                                                          .dialect = (char *)(uintptr_t) "",
                                                                          .work_place = (char *)(uintptr_t) "",
                                                                          .remark = (char *)(uintptr_t) "",
                                                                          .reads = true,
                                                                          .sends = true,
                                                                          .hears = true });
    line = line_put(d->store, config->probe.number, "mobile");
    if (person_best_line(d->store, person, CHANNEL_SMS) != line)
        person_add_line(d->store, person, line, now);
    return person;
}

/* "GL-line1 202610080910": short, without a link, and found again whatever stands around it. */
static char *probe_text(const struct daemon *d, const struct watched *w)
{
    const struct local_time at = zone_local(d->zone, w->vigil.probe_for);

    return mem_format(PROBE_MARK "%s %04d%02d%02d%02d%02d", w->name, at.year, at.month, at.day, at.hour, at.minute);
}

static void probe(struct daemon *d, struct watched *w, const struct config_gateway *config, time_ms due)
{
    CLEANUP(mem_clean) char *key = NULL;
    CLEANUP(mem_clean) char *text = NULL;
    struct saying saying = { .kind = KIND_TEST, .gateway = config->name };
    enum reason why = REASON_NONE;

    vigil_probe_sent(&w->vigil, due, turn_now(d->turn));
    key = mem_format("probe:%s:%" PRId64, w->name, due);
    text = probe_text(d, w);
    saying.key = key;
    saying.text = text;
    saying.person = self(d, config);
    saying.line = line_put(d->store, config->probe.number, "mobile");
    if (!engine_say(d->engine, &saying, &why) && why != REASON_NO_LINE)
        log_warning("gateway %s: its own text could not go: %s", w->name, reason_text(why, "en"));
    keep(d, w);
}

static bool is_from_itself(const struct daemon *d, const struct config_gateway *config, const char *from)
{
    struct phone phone;

    return phone_parse(&phone, from, d->config.school.region, NULL) && strcmp(phone.e164, config->probe.number) == 0;
}

/* One of its own texts, today's or an older one. */
static bool is_probe(const struct watched *w, const char *text)
{
    CLEANUP(mem_clean) char *mark = mem_format(PROBE_MARK "%s ", w->name);

    return text && strstr(text, mark);
}

bool watch_reply(struct daemon *d, const char *gateway, const struct gateway_reply *reply)
{
    const struct config_gateway *config = config_gateway_find(&d->config, gateway);
    struct watched *w = find(d, gateway);
    CLEANUP(mem_clean) char *text = NULL;
    bool todays;
    int64_t id;

    if (!w || !config)
        return false;
    if (!*config->probe.number || !is_probe(w, reply->text) || !is_from_itself(d, config, reply->from)) {
        vigil_heard(&w->vigil);
        return false;
    }
    text = probe_text(d, w);
    todays = strstr(reply->text, text);
    id = reply_put(d->store, &(struct reply){ .line = line_find(d->store, config->probe.number),
                                              .gateway = gateway,
                                              .uid = reply->uid,
                                              .sender = config->probe.number,
                                              .kind = "text",
                                              .text = reply->text,
                                              .at = reply->at ? reply->at : turn_now(d->turn),
                                              .received = turn_now(d->turn) });
    if (id)
        reply_set(d->store, id, "understood",
                  todays ? "the gateway's own text came back" : "the gateway's own text came back, late");
    if (todays) {
        vigil_probe_back(&w->vigil);
        keep(d, w);
    }
    return true;
}

void watch_asked(struct daemon *d, const char *gateway, size_t questions)
{
    struct watched *w = find(d, gateway);

    if (w && questions)
        vigil_asked(&w->vigil, (int64_t)questions, turn_now(d->turn));
}

/* --- the look --- */

/* By another gateway, where one is up. */
static void raise_alarm(struct daemon *d, const struct watched *w, enum vigil_trouble trouble)
{
    const struct template_value value = { "text", w->name };
    const char *wording = engine_wording(d->engine, troubles[trouble].template, d->config.school.language);
    CLEANUP(mem_clean) char *text = template_render(wording, &value, 1);

    CLEANUP(mem_clean) char *key = mem_format("%s:%s", troubles[trouble].template, w->name);

    log_error("gateway %s: %s", w->name, troubles[trouble].what);
    engine_alarm_beside(d->engine, key, text, w->name);
}

static void look(struct daemon *d, const struct config_gateway *config, struct gateway *g)
{
    struct watched *w = find(d, config->name);
    const struct vigil_rules rules = { .probe = *config->probe.number,
                                       .probe_at_min = config->probe.at_min,
                                       .zone = d->zone,
                                       .signal_below = config->signal_below };
    const time_ms now = turn_now(d->turn);
    time_ms due;
    unsigned fresh;

    if (!w)
        w = begin(d, config->name);
    vigil_state(&w->vigil, gateway_usable(g) || !gateway_wanted(g), now);
    vigil_signal(&w->vigil, &rules, json_int(gateway_health(g), "signal", INT64_MIN), now);
    due = gateway_room(g, false) > 0 ? vigil_probe_due(&w->vigil, &rules, now) : 0;
    if (due)
        probe(d, w, config, due);
    fresh = vigil_look(&w->vigil, &rules, now);
    for (unsigned i = 0; i < VIGIL_TROUBLES; i++)
        if (fresh >> i & 1)
            raise_alarm(d, w, (enum vigil_trouble)i);
}

void watch_tick(struct daemon *d)
{
    for (size_t i = 0; i < d->config.gateway_count && !d->stopping; i++) {
        struct gateway *g = gateways_find(d->gateways, d->config.gateways[i].name);

        if (g)
            look(d, &d->config.gateways[i], g);
    }
}

json_t *watch_problems(struct daemon *d)
{
    json_t *all = json_array();

    for (const struct watched *w = d->watched; w; w = w->next) {
        if (!config_gateway_find(&d->config, w->name))
            continue; /* a reload took it away */
        for (size_t i = 0; i < VIGIL_TROUBLES; i++) {
            json_t *one;

            if (!w->vigil.trouble[i])
                continue;
            one = json_object();
            json_put(one, "what", json_sprintf("gateway %s: %s", w->name, troubles[i].what));
            json_put_text(one, "mend", troubles[i].mend);
            json_array_append_new(all, one);
        }
    }
    return all;
}
