/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a message: refusals, doubts, reports in any order, crashes; nothing twice where it can be known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

static const struct doubt neither = { false, false }, idempotent = { true, false }, probes = { false, true };

/* A notice, or an emergency, to the grandmother that the gateway has. */
static struct job sent(struct family *f, enum kind kind)
{
    struct job job;

    world_ask(f->world, kind, "student:S1", "请来学校");
    world_settle(f->world);
    assert_true(world_take(f->world, GRANNY, &job));
    return job;
}

static void expect_state(struct family *f, const struct job *job, const char *state)
{
    expect_text(world_state(f->world, job->message), state);
}

static void test_temporary_refusal_backs_off_and_expires(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);
    time_ms before = w->now;

    for (int i = 0; i < 5; i++) { /* 30 s, 60 s, 120 s … each within a fifth */
        const time_ms wait = 30 * SECOND_MS << i;

        world_refused(w, &job, "temporary", 0);
        expect_state(f, &job, "queued");
        world_until(w, before + wait * 79 / 100);
        expect_silence(w, GRANNY);
        world_until(w, before + wait * 121 / 100);
        job_free(&job);
        assert_true(world_take(w, GRANNY, &job));
        assert_true(job.again);
        before = w->now;
    }
    w->now = job.expires - SECOND_MS;
    world_refused(w, &job, "temporary", 0);
    expect_state(f, &job, "expired");
    job_free(&job);
}

static void test_throttled_holds_the_gateway(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    world_refused(w, &job, "throttled", 5 * MINUTE_MS);
    world_ask(w, KIND_NOTICE, "parents-of:student:S2", "明天放假");
    world_settle(w);
    assert_int_equal(w->job_count, 0);
    world_until(w, w->now + 4 * MINUTE_MS);
    assert_int_equal(w->job_count, 0);
    world_until(w, w->now + MINUTE_MS);
    free(expect_job(w, GRANNY));
    free(expect_job(w, MOTHER));
    job_free(&job);
}

static void test_permanent_refusal_ends_it(void **state)
{
    struct family *f = *state;
    struct job job = sent(f, KIND_NOTICE);

    world_refused(f->world, &job, "permanent", 0);
    expect_state(f, &job, "refused");
    world_until(f->world, f->world->now + 2 * DAY_MS);
    expect_silence(f->world, GRANNY);
    job_free(&job);
}

static void test_three_permanent_refusals_in_different_weeks_make_the_line_suspect(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    for (int week = 0; week < 3; week++) {
        for (int twice = 0; twice < 2; twice++) {
            struct job job = sent(f, KIND_NOTICE);

            world_refused(w, &job, "permanent", 0);
            job_free(&job);
            w->now += HOUR_MS;
        }
        expect_text(world_words(w, "SELECT state FROM line WHERE id = 1"), week < 2 ? "ok" : "suspect");
        w->now += 7 * DAY_MS;
    }
}

static void test_unknown_is_held_where_nobody_can_tell(void **state)
{
    struct family *f = *state;
    struct job job = sent(f, KIND_NOTICE);

    assert_false(world_unknown(f->world, &job, neither));
    expect_state(f, &job, "held");
    expect_text(world_words(f->world, "SELECT reason FROM message"), "unknown");
    world_until(f->world, f->world->now + 3 * DAY_MS);
    expect_silence(f->world, GRANNY);
    expect_state(f, &job, "held");
    job_free(&job);
}

static void test_a_person_may_release_what_is_held(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE), again;

    world_unknown(w, &job, neither);
    w->now += 2 * DAY_MS;
    turn_set_now(w->turn, w->now);
    assert_true(outbox_retry(w->outbox, job.message, NULL));
    world_commit(w);
    world_settle(w);
    assert_true(world_take(w, GRANNY, &again));
    assert_string_equal(again.id, job.id);
    assert_string_equal(again.text, job.text);
    job_free(&job);
    job_free(&again);
}

static void test_unknown_emergency_goes_again_marked(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_EMERGENCY), again;

    world_unknown(w, &job, neither);
    world_settle(w);
    assert_true(world_take(w, GRANNY, &again));
    assert_true(again.again);
    assert_string_equal(again.id, job.id);
    assert_int_equal(world_value(w, "SELECT again FROM message"), 1);
    job_free(&job);
    job_free(&again);
}

static void test_a_gateway_that_never_knows_does_not_ring_a_phone_without_end(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_EMERGENCY);
    int rings = 1;

    for (int minute = 0; minute < 10; minute++) {
        world_unknown(w, &job, neither);
        job_free(&job);
        world_until(w, w->now + MINUTE_MS);
        while (world_take(w, GRANNY, &job)) {
            world_unknown(w, &job, neither);
            world_settle(w);
            rings++;
        }
    }
    job_free(&job);
    assert_in_range(rings, 3, 8);
}

static void test_an_idempotent_gateway_gets_the_same_key_and_text_again(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE), again;

    world_unknown(w, &job, idempotent);
    world_until(w, w->now + MINUTE_MS);
    assert_true(world_take(w, GRANNY, &again));
    assert_string_equal(again.id, job.id);
    assert_string_equal(again.text, job.text);
    job_free(&job);
    job_free(&again);
}

static void test_a_probing_gateway_is_asked_and_believed(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    assert_true(world_unknown(w, &job, probes));
    expect_state(f, &job, "unknown");
    turn_set_now(w->turn, w->now);
    assert_true(outbox_fate(w->outbox, job.id, "sent"));
    world_commit(w);
    expect_state(f, &job, "accepted");
    job_free(&job);
}

static void test_not_sent_is_sent_again_and_an_unknown_fate_is_held(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    world_unknown(w, &job, probes);
    turn_set_now(w->turn, w->now);
    outbox_fate(w->outbox, job.id, "not_sent");
    world_commit(w);
    world_settle(w);
    job_free(&job);
    assert_true(world_take(w, GRANNY, &job));
    world_unknown(w, &job, probes);
    turn_set_now(w->turn, w->now);
    outbox_fate(w->outbox, job.id, "unknown");
    world_commit(w);
    expect_state(f, &job, "held");
    job_free(&job);
}

static void test_report_before_accepted(void **state)
{
    struct family *f = *state;
    struct job job = sent(f, KIND_NOTICE);

    world_status(f->world, &job, "delivered");
    world_accepted(f->world, &job, "p1");
    expect_state(f, &job, "delivered");
    expect_text(world_words(f->world, "SELECT outcome || ' ' || provider_id FROM try"), "delivered p1");
    job_free(&job);
}

static void test_report_never_moves_a_state_backwards(void **state)
{
    struct family *f = *state;
    struct job job = sent(f, KIND_NOTICE);

    world_accepted(f->world, &job, NULL);
    world_status(f->world, &job, "delivered");
    world_status(f->world, &job, "undelivered");
    world_started(f->world, &job);
    world_accepted(f->world, &job, NULL);
    world_refused(f->world, &job, "permanent", 0);
    world_unknown(f->world, &job, neither);
    expect_state(f, &job, "delivered");
    job_free(&job);
}

static void test_undelivered_may_still_become_delivered(void **state)
{
    struct family *f = *state;
    struct job job = sent(f, KIND_NOTICE);

    world_accepted(f->world, &job, NULL);
    world_status(f->world, &job, "undelivered");
    expect_state(f, &job, "undelivered");
    world_status(f->world, &job, "delivered");
    expect_state(f, &job, "delivered");
    job_free(&job);
}

static void test_a_late_report_spares_the_repetition(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_EMERGENCY);

    world_refused(w, &job, "temporary", HOUR_MS);
    world_status(w, &job, "delivered");
    expect_state(f, &job, "delivered");
    world_until(w, w->now + 90 * MINUTE_MS);
    assert_int_equal(world_value(w, "SELECT tries FROM message WHERE id = 1"), 1);
    job_free(&job);
}

static void test_a_report_by_the_providers_id_finds_its_message(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);
    int64_t message = 0;

    world_accepted(w, &job, "p1 p2");
    assert_true(outbox_status(w->outbox,
                              &(struct outbox_report){ .gateway = "phones", .provider_id = "p2", .state = "delivered" },
                              &message));
    world_commit(w);
    assert_int_equal(message, job.message);
    assert_false(outbox_status(
        w->outbox, &(struct outbox_report){ .gateway = "others", .provider_id = "p2", .state = "undelivered" },
        &message));
    assert_int_equal(message, 0);
    job_free(&job);
}

static void test_words_of_another_epoch_are_ignored(void **state)
{
    static const char *const ids[] = {
        "", "1", "-1", "0123456789ab-1", "0123456789ab-", "nonsense", "0123456789ab-99999999999999999999"
    };
    struct family *f = *state;
    struct job job = sent(f, KIND_NOTICE);

    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_false(outbox_accepted(f->world->outbox, "phones", ids[i], NULL, 1));
        assert_false(outbox_refused(f->world->outbox, "phones", ids[i], "permanent", "1", "", 0));
        assert_false(outbox_fate(f->world->outbox, ids[i], "sent"));
    }
    expect_state(f, &job, "claimed");
    job_free(&job);
}

static void test_crash_leaves_the_window_in_doubt(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    world_restart(w);
    expect_state(f, &job, "unknown");
    world_settle(w);
    expect_silence(w, GRANNY); /* nothing goes before the doubt is settled */
    assert_int_equal(world_ready(w, probes), 1);
    world_ready(w, neither);
    expect_state(f, &job, "held");
    job_free(&job);
}

static void test_a_crash_between_claim_and_commit_leaves_it_queued(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    world_ask(w, KIND_NOTICE, "student:S1", "明天放假");
    while (!w->claimed_count) { /* turns that commit, but for the one that claims */
        if (world_work(w) && !w->claimed_count)
            world_commit(w);
    }
    world_restart(w);
    expect_text(world_words(w, "SELECT state FROM message"), "");
    world_settle(w);
    free(expect_job(w, GRANNY));
    expect_silence(w, GRANNY);
}

static void test_a_job_that_had_not_started_is_simply_handed_over_again(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    turn_set_now(w->turn, w->now);
    outbox_lost(w->outbox, job.id, false);
    world_commit(w);
    world_settle(w);
    expect_in(expect_job(w, GRANNY), job.text);
    job_free(&job);
}

static void test_a_job_that_had_started_is_in_doubt(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    turn_set_now(w->turn, w->now);
    outbox_lost(w->outbox, job.id, true);
    world_commit(w);
    expect_state(f, &job, "unknown");
    world_settle(w);
    expect_silence(w, GRANNY);
    job_free(&job);
}

static void test_a_refusal_that_comes_after_the_restart_counts(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    world_restart(w);
    world_refused(w, &job, "permanent", 0);
    expect_state(f, &job, "refused");
    job_free(&job);
}

static void test_every_transition_is_in_the_trail(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job = sent(f, KIND_NOTICE);

    world_started(w, &job);
    world_accepted(w, &job, NULL);
    world_status(w, &job, "delivered");
    expect_text(world_words(w, "SELECT group_concat(state, ' ') FROM (SELECT state FROM trail ORDER BY n)"),
                "queued claimed started accepted delivered");
    job_free(&job);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_temporary_refusal_backs_off_and_expires),
        TEST(test_throttled_holds_the_gateway),
        TEST(test_permanent_refusal_ends_it),
        TEST(test_three_permanent_refusals_in_different_weeks_make_the_line_suspect),
        TEST(test_unknown_is_held_where_nobody_can_tell),
        TEST(test_a_person_may_release_what_is_held),
        TEST(test_unknown_emergency_goes_again_marked),
        TEST(test_a_gateway_that_never_knows_does_not_ring_a_phone_without_end),
        TEST(test_an_idempotent_gateway_gets_the_same_key_and_text_again),
        TEST(test_a_probing_gateway_is_asked_and_believed),
        TEST(test_not_sent_is_sent_again_and_an_unknown_fate_is_held),
        TEST(test_report_before_accepted),
        TEST(test_report_never_moves_a_state_backwards),
        TEST(test_undelivered_may_still_become_delivered),
        TEST(test_a_late_report_spares_the_repetition),
        TEST(test_a_report_by_the_providers_id_finds_its_message),
        TEST(test_words_of_another_epoch_are_ignored),
        TEST(test_crash_leaves_the_window_in_doubt),
        TEST(test_a_crash_between_claim_and_commit_leaves_it_queued),
        TEST(test_a_job_that_had_not_started_is_simply_handed_over_again),
        TEST(test_a_job_that_had_started_is_in_doubt),
        TEST(test_a_refusal_that_comes_after_the_restart_counts),
        TEST(test_every_transition_is_in_the_trail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
