/* SPDX-License-Identifier: Apache-2.0 */
/* Staff are told together: a storm is one item, one answer takes all, notes of one minute are one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

#define HEAD "+8619900000005"

/* The family, ten minutes later the head. */
static const char storm[] =
    "{\"then\": \"restart\", \"steps\": [{\"after\": 0, \"who\": [\"guardian:1\"], \"channels\": [\"sms\"]},"
    "{\"after\": 600000, \"who\": [\"head\"], \"channels\": [\"sms\"]}]}";

static void add_head(struct family *f)
{
    world_person(f->world, "P5", "周校长", HEAD);
    world_sql(f->world, "INSERT INTO role (person, role) SELECT id, 'head' FROM person WHERE ref = 'P5'");
}

/* `count` families beside the one there is, in class 二1, each with a guardian. */
static void add_families(struct family *f, int count)
{
    struct world *w = f->world;

    for (int i = 0; i < count; i++) {
        char ref[16], name[32], number[24];
        int64_t student;

        snprintf(ref, sizeof ref, "T%d", i);
        snprintf(name, sizeof name, "娃%03d号", i);
        snprintf(number, sizeof number, "+861990000%04d", 1000 + i);
        student = world_student(w, ref, name, "二1", true);
        snprintf(ref, sizeof ref, "G%d", i);
        world_relate(w, student, world_person(w, ref, ref, number), "mother", 1, false);
    }
}

static int64_t ask_all(struct family *f, enum kind kind)
{
    int64_t cause;

    f->world->ladder = storm;
    cause = world_ask(f->world, kind, "class:二1", "山洪，请接孩子");
    world_settle(f->world);
    return cause;
}

static void pass_time(struct family *f, time_ms ms)
{
    world_until(f->world, f->world->now + ms);
}

static int jobs_to(const struct world *w, const char *e164)
{
    int count = 0;

    for (size_t i = 0; i < w->job_count; i++)
        count += strcmp(w->jobs[i].to, e164) == 0;
    return count;
}

static void test_180_silent_families_are_one_item_and_one_answer_takes_all(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    CLEANUP(mem_clean) char *text = NULL;

    add_head(f);
    add_families(f, 180);
    ask_all(f, KIND_EMERGENCY);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask"), 180);
    pass_time(f, 10 * MINUTE_MS + SECOND_MS);
    assert_int_equal(jobs_to(w, HEAD), 1);
    text = expect_job(w, HEAD);
    expect_in(mem_dup(text), "山洪，请接孩子：180家没有答复，如娃000号、娃001号、娃002号。全部接手回1，去不了回3");
    expect_in(mem_dup(text), "greenline alert show 1");
    expect_not_in(mem_dup(text), "娃003号");
    world_reply(w, HEAD, "1");
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE state = 'waiting' AND wait = 'settling'"), 180);
    assert_int_equal(world_value(w, "SELECT count(DISTINCT acked_at) FROM ask"), 1);
    assert_int_equal(world_value(w, "SELECT count(*) FROM taking"), 0);
    pass_time(f, 19 * MINUTE_MS);
    expect_silence(w, HEAD);
    pass_time(f, 2 * MINUTE_MS);
    assert_int_equal(jobs_to(w, HEAD), 1); /* one reminder */
    expect_in(expect_job(w, HEAD), "还没有结果");
}

static void test_taking_all_survives_a_crash_and_nothing_climbs_meanwhile(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    add_families(f, 180);
    ask_all(f, KIND_EMERGENCY);
    pass_time(f, 10 * MINUTE_MS + SECOND_MS);
    free(expect_job(w, HEAD));
    world_reply(w, HEAD, "1");
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE wait = 'settling'"), 64);
    assert_int_equal(world_value(w, "SELECT count(*) FROM taking"), 1);
    world_restart(w);
    w->now += 11 * MINUTE_MS; /* every ask's next round is due */
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE wait = 'settling'"), 180);
    assert_int_equal(world_value(w, "SELECT count(*) FROM answer"), 180); /* each once */
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE round = 1"), 0);
}

static void test_few_children_are_named_in_the_alarms_own_words(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    CLEANUP(mem_clean) char *text = NULL;

    add_head(f);
    add_families(f, 3);
    f->world->ladder = storm;
    assert_true(engine_open_cause(w->engine,
                                  &(struct cause_request){ .key = "k",
                                                           .kind = KIND_EMERGENCY,
                                                           .by = "t",
                                                           .audience = "class:二1",
                                                           .template = "emergency",
                                                           .text = "山洪" },
                                  NULL) > 0);
    world_commit(w);
    pass_time(f, 10 * MINUTE_MS + SECOND_MS);
    text = expect_job(w, HEAD);
    expect_in(mem_dup(text), "娃000号、娃001号、娃002号：山洪");
    expect_silence(w, HEAD);
}

static void test_whoever_answered_meanwhile_is_not_among_those_named(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    add_families(f, 12);
    ask_all(f, KIND_EMERGENCY);
    w->down = true;
    pass_time(f, 10 * MINUTE_MS + SECOND_MS);
    world_reply(w, "+8619900001000", "1");
    w->down = false;
    pass_time(f, SECOND_MS);
    expect_in(expect_job(w, HEAD), "11家没有答复，如娃001号");
}

static void test_a_name_narrows_an_answer_to_a_gathered_message(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    add_families(f, 30);
    ask_all(f, KIND_EMERGENCY);
    pass_time(f, 10 * MINUTE_MS + SECOND_MS);
    free(expect_job(w, HEAD));
    world_reply(w, HEAD, "娃020号 1"); /* from the list, not from the text */
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE wait = 'settling'"), 1);
    assert_int_equal(world_value(w, "SELECT student FROM ask WHERE wait = 'settling'"),
                     world_value(w, "SELECT id FROM student WHERE ref = 'T20'"));
}

static void test_later_ones_wait_a_minute_and_go_together(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    add_families(f, 30);
    ask_all(f, KIND_EMERGENCY);
    turn_set_now(w->turn, w->now); /* five have a step due earlier than the others */
    world_sql(w, "UPDATE ask SET next_at = next_at - 60000 WHERE id <= 5");
    pass_time(f, 9 * MINUTE_MS + SECOND_MS);
    expect_in(expect_job(w, HEAD), "山洪");
    world_sql(w, "UPDATE ask SET next_at = next_at - 40000 WHERE id BETWEEN 6 AND 9");
    pass_time(f, 50 * SECOND_MS);
    expect_silence(w, HEAD);
    pass_time(f, 10 * SECOND_MS);
    assert_int_equal(jobs_to(w, HEAD), 1);
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE message = (SELECT max(id) FROM message)"), 25);
}

static void test_silent_families_of_a_checkin_are_one_item_for_the_head_too(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    add_families(f, 4);
    w->ladder = storm;
    world_ask(w, KIND_CHECKIN, "class:二1", NULL);
    pass_time(f, 11 * MINUTE_MS);
    expect_in(expect_job(w, HEAD), "4家没有答复，如娃000号、娃001号、娃002号、娃003号");
    expect_silence(w, HEAD);
    world_reply(w, HEAD, "1");
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE state = 'answered' AND outcome = 'taken_on'"), 4);
    world_reply(w, "+8619900001000", "1"); /* what the family says itself is better */
    expect_text(world_words(w, "SELECT outcome FROM ask WHERE id = 1"), "fine");
}

static void test_a_call_that_nobody_took_is_made_again_once_for_all(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    add_head(f);
    add_families(f, 100);
    w->ladder = "{\"then\": \"restart\", \"steps\": [{\"after\": 0, \"who\": [\"head\"], \"channels\": [\"voice\"],"
                " \"calls\": 2}, {\"after\": 3600000, \"who\": [\"guardian:1\"], \"channels\": [\"sms\"]}]}";
    world_ask(w, KIND_EMERGENCY, "class:二1", "山洪");
    pass_time(f, SECOND_MS);
    assert_int_equal(jobs_to(w, HEAD), 1);
    assert_true(world_take(w, HEAD, &job));
    assert_non_null(json_object_get(json_object_get(job.voice, "keys"), "3"));
    world_status(w, &job, "no_answer");
    job_free(&job);
    pass_time(f, 31 * SECOND_MS);
    assert_int_equal(jobs_to(w, HEAD), 1);
    assert_true(world_take(w, HEAD, &job));
    world_status(w, &job, "no_answer");
    job_free(&job);
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE step = 1"), 100); /* on at once, all of them */
}

static void test_a_key_in_the_gathered_call_takes_all(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    struct job job;

    add_head(f);
    add_families(f, 100);
    w->ladder = "{\"then\": \"restart\", \"steps\": [{\"who\": [\"head\"], \"channels\": [\"voice\"]}]}";
    world_ask(w, KIND_EMERGENCY, "class:二1", "山洪");
    pass_time(f, SECOND_MS);
    assert_true(world_take(w, HEAD, &job));
    world_status(w, &job, "answered");
    world_key(w, &job, "1");
    job_free(&job);
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE wait = 'settling'"), 100);
}

static void test_who_may_not_be_told_of_a_child_is_asked_about_the_others(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    add_head(f);
    add_families(f, 3);
    world_relate(w, world_value(w, "SELECT id FROM student WHERE ref = 'T1'"),
                 world_value(w, "SELECT id FROM person WHERE ref = 'P5'"), "father", 3, true);
    ask_all(f, KIND_CHECKIN);
    pass_time(f, 11 * MINUTE_MS);
    expect_in(expect_job(w, HEAD), "2家没有答复，如娃000号、娃002号");
    assert_int_equal(world_value(w, "SELECT count(*) FROM attempt WHERE skipped = 'restricted'"), 1);
}

static void test_closing_thousands_goes_in_slices(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t cause = (add_families(f, 200), ask_all(f, KIND_EMERGENCY));

    assert_true(engine_close_alert(w->engine, cause, "都到家了", "root", NULL));
    world_commit(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE closed IS NOT NULL"), 64);
    world_settle(w);
    assert_int_equal(world_value(w, "SELECT count(*) FROM ask WHERE closed = '都到家了'"), 200);
}

/* --- notes --- */

static void note(struct family *f, const char *key, enum kind kind, const char *text, int64_t student)
{
    enum reason why;

    turn_set_now(f->world->turn, f->world->now);
    engine_say(
        f->world->engine,
        &(struct saying){
            .key = key, .kind = kind, .person = f->mentor, .students = &student, .student_count = 1, .text = text },
        &why);
    world_commit(f->world);
}

static void test_notes_of_one_minute_are_one_text_the_important_first(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    note(f, "a", KIND_STAFF, "甲", f->ming);
    world_settle(w);
    expect_in(expect_job(w, MENTOR), "甲");
    note(f, "b", KIND_REMARK, "乙", f->ming);
    note(f, "c", KIND_STAFF, "丙", f->hong);
    note(f, "d", KIND_REMARK, "丁", f->hong);
    world_settle(w);
    expect_silence(w, MENTOR);
    pass_time(f, MINUTE_MS);
    expect_in(expect_job(w, MENTOR), "丙\n乙\n丁");
    expect_silence(w, MENTOR);
    assert_int_equal(world_value(w, "SELECT count(*) FROM message WHERE reason = 'joined'"), 2);
    assert_int_equal(world_value(w, "SELECT count(*) FROM about WHERE message = 2"), 2); /* both children see it */
}

static void test_help_does_not_wait_for_a_remark(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    note(f, "a", KIND_REMARK, "甲", f->ming);
    world_settle(w);
    free(expect_job(w, MENTOR));
    note(f, "b", KIND_STAFF, "乙", f->ming);
    world_settle(w);
    expect_in(expect_job(w, MENTOR), "乙");
}

static void test_a_remark_waits_for_the_morning_and_help_does_not(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    w->now = world_time(w, "2026-10-08 22:00");
    note(f, "a", KIND_REMARK, "甲", f->ming);
    note(f, "b", KIND_STAFF, "乙", f->ming);
    pass_time(f, HOUR_MS);
    expect_in(expect_job(w, MENTOR), "乙");
    expect_silence(w, MENTOR);
    world_until(w, world_time(w, "2026-10-09 07:00"));
    expect_in(expect_job(w, MENTOR), "甲");
}

static void test_a_mentor_restricted_for_one_sibling_hears_of_the_other(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    CLEANUP(mem_clean) char *text = NULL;

    world_relate(w, f->hong, f->mentor, "aunt", 9, true);
    world_ask(w, KIND_CHECKIN, "class:三1", NULL);
    world_settle(w);
    free(expect_job(w, GRANNY));
    world_reply(w, GRANNY, "2");
    world_settle(w);
    text = expect_job(w, MENTOR);
    expect_in(mem_dup(text), "王小明");
    expect_not_in(mem_dup(text), "王小红");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_180_silent_families_are_one_item_and_one_answer_takes_all),
        TEST(test_taking_all_survives_a_crash_and_nothing_climbs_meanwhile),
        TEST(test_few_children_are_named_in_the_alarms_own_words),
        TEST(test_whoever_answered_meanwhile_is_not_among_those_named),
        TEST(test_a_name_narrows_an_answer_to_a_gathered_message),
        TEST(test_later_ones_wait_a_minute_and_go_together),
        TEST(test_silent_families_of_a_checkin_are_one_item_for_the_head_too),
        TEST(test_a_call_that_nobody_took_is_made_again_once_for_all),
        TEST(test_a_key_in_the_gathered_call_takes_all),
        TEST(test_who_may_not_be_told_of_a_child_is_asked_about_the_others),
        TEST(test_closing_thousands_goes_in_slices),
        TEST(test_notes_of_one_minute_are_one_text_the_important_first),
        TEST(test_help_does_not_wait_for_a_remark),
        TEST(test_a_remark_waits_for_the_morning_and_help_does_not),
        TEST(test_a_mentor_restricted_for_one_sibling_hears_of_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
