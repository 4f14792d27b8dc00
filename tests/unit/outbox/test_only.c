/* SPDX-License-Identifier: Apache-2.0 */
/* A message that is to try one gateway goes by that one and no other: after a refusal, a reload and a restart too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

static const char *const texts[] = { "sms", NULL };
static const char *const calls[] = { "voice", NULL };
static const char *const all[] = { "+", NULL };
static const char *const none[] = { "+1", NULL };

/* Two for texts, of which the second carries no number here, and one for calls. */
static void set_gateways(struct world *w)
{
    const struct outbox_gateway gateways[] = {
        { .name = "line1", .channels = texts, .prefixes = all },
        { .name = "line2", .channels = texts, .prefixes = none },
        { .name = "calls", .channels = calls, .prefixes = all },
    };

    outbox_set_gateways(w->outbox, gateways, COUNT(gateways));
    while (outbox_reroute(w->outbox)) {
    }
}

static int64_t say_by(const struct family *f, const char *gateway)
{
    enum reason why;

    return engine_say(
        f->world->engine,
        &(struct saying){ .key = "probe", .kind = KIND_TEST, .person = f->mentor, .text = "GL", .gateway = gateway },
        &why);
}

static size_t claimed_by(struct world *w, const char *gateway, struct job *job)
{
    return outbox_claim(w->outbox, gateway, 10, 10, job, 1);
}

static void test_it_goes_by_that_gateway_whatever_others_carry(void **state)
{
    const struct family *f = *state;
    struct job job;

    set_gateways(f->world);
    assert_true(say_by(f, "line2") > 0);
    assert_int_equal(claimed_by(f->world, "line1", &job), 0);
    assert_int_equal(claimed_by(f->world, "line2", &job), 1);
    assert_string_equal(job.to, MENTOR);
    job_free(&job);
}

static void test_a_refusal_and_a_reload_leave_it_there(void **state)
{
    const struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    set_gateways(w);
    say_by(f, "line2");
    assert_int_equal(claimed_by(w, "line2", &job), 1);
    outbox_refused(w->outbox, "line2", job.id, "temporary", "1", NULL, 0);
    job_free(&job);
    set_gateways(w);
    w->now += 5 * MINUTE_MS;
    turn_set_now(w->turn, w->now);
    assert_int_equal(claimed_by(w, "line1", &job), 0);
    assert_int_equal(claimed_by(w, "line2", &job), 1);
    job_free(&job);
}

static void test_what_waits_without_a_name_is_carried_as_ever(void **state)
{
    const struct family *f = *state;
    struct job job;

    set_gateways(f->world);
    say_by(f, NULL);
    assert_int_equal(claimed_by(f->world, "line2", &job), 0);
    assert_int_equal(claimed_by(f->world, "line1", &job), 1);
    job_free(&job);
}

static void test_a_gateway_without_that_channel_carries_it_not(void **state)
{
    const struct family *f = *state;
    struct job job;

    set_gateways(f->world);
    assert_true(say_by(f, "calls") > 0);
    assert_int_equal(claimed_by(f->world, "calls", &job), 0);
    assert_int_equal(claimed_by(f->world, "line1", &job), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_goes_by_that_gateway_whatever_others_carry),
        TEST(test_a_refusal_and_a_reload_leave_it_there),
        TEST(test_what_waits_without_a_name_is_carried_as_ever),
        TEST(test_a_gateway_without_that_channel_carries_it_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
