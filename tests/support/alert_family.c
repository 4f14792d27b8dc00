/* SPDX-License-Identifier: Apache-2.0 */
/* A family for tests of alerts; see alert_family.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "store/list.h"
#include "support/alert_family.h"

static const char urgent[] = "{\"name\": \"urgent\", \"then\": \"restart\", \"steps\": [" ALERT_STEP(
    "0", "\"guardian:1\"") ", " ALERT_STEP("600000", "\"mother\"") ", " ALERT_STEP("600000", "\"head\"") "]}";

int alert_setup(void **state)
{
    struct family *f;

    family_setup(state);
    f = *state;
    f->world->ladder = urgent;
    world_sql(f->world, "UPDATE relation SET guardian = 1 WHERE kind = 'paternal_grandmother'");
    world_person(f->world, "P9", "赵校长", ALERT_HEAD);
    world_sql(f->world, "INSERT INTO role (person, role) SELECT id, 'head' FROM person WHERE ref = 'P9'");
    return 0;
}

struct alert_request alert_about(struct family *f, enum alert_kind kind)
{
    return (struct alert_request){ .key = "alert:test",
                                   .by = "unix:root",
                                   .kind = kind,
                                   .severity = alert_row(kind)->severity,
                                   .students = &f->ming,
                                   .student_count = 1,
                                   .numbers = "110" };
}

/* Raised and worked off. */
int64_t alert_raised(struct family *f, const struct alert_request *request)
{
    struct error err = { "" };
    int64_t id;

    turn_set_now(f->world->turn, f->world->now);
    id = engine_raise_alert(f->world->engine, request, &err);
    if (!id)
        fail_msg("not raised: %s", err.text);
    world_commit(f->world);
    world_settle(f->world);
    return id;
}

void alert_refused(struct family *f, const struct alert_request *request, const char *piece)
{
    struct error err = { "" };

    assert_int_equal(engine_raise_alert(f->world->engine, request, &err), 0);
    if (!strstr(err.text, piece))
        fail_msg("got \"%s\", want it to contain \"%s\"", err.text, piece);
    world_commit(f->world);
}

void alert_pass(struct family *f, time_ms ms)
{
    world_until(f->world, f->world->now + ms);
}

/* "kept", "running" … of a clock; static. */
const char *alert_clock(struct family *f, int64_t id, const char *name)
{
    static char state[24];
    struct list_filter filter = list_all(f->world->zone, f->world->now);
    json_t *alert = alert_show(f->world->store, id, &filter), *one;
    size_t i;

    snprintf(state, sizeof state, "none");
    json_array_foreach (json_object_get(alert, "clocks"), i, one)
        if (strcmp(json_text(one, "name", ""), name) == 0)
            snprintf(state, sizeof state, "%s", json_text(one, "state", "?"));
    json_decref(alert);
    return state;
}

const char *alert_state(struct family *f, int64_t id)
{
    static char state[24];
    struct list_filter filter = list_all(f->world->zone, f->world->now);
    json_t *alert = alert_show(f->world->store, id, &filter);

    snprintf(state, sizeof state, "%s", json_text(alert, "state", "?"));
    json_decref(alert);
    return state;
}

int64_t alert_head(const struct family *f)
{
    return world_value(f->world, "SELECT id FROM person WHERE ref = 'P9'");
}

int64_t alert_cleared(struct family *f, int64_t id, const char *text, struct error *err)
{
    int64_t cause;

    turn_set_now(f->world->turn, f->world->now);
    cause = engine_alert_clear(f->world->engine, &(struct alert_clearing){ id, "clear:test", "root", text }, err);
    world_commit(f->world);
    world_settle(f->world);
    return cause;
}
