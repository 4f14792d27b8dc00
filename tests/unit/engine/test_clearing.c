/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ends of alerts and the kinds with rules of their own: warnings and the all-clear, two families, the mandatory
 * report.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "support/alert_family.h"

#define NEIGHBOUR "+8619900000021"

/* --- warnings --- */

static void test_a_family_that_has_read_a_warning_owes_no_outcome(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);
    const int64_t id = alert_raised(f, &r);

    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    assert_string_equal(alert_state(f, id), "acknowledged");
    alert_pass(f, 3 * HOUR_MS);
    expect_silence(f->world, GRANNY);
    expect_silence(f->world, MOTHER);
    expect_text(family_outcome(f, id, f->ming), "received");
}

static void test_help_after_a_warning_goes_on_to_those_who_can(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);
    const int64_t id = alert_raised(f, &r);

    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "2");
    world_settle(f->world);
    free(expect_job(f->world, MOTHER)); /* the next step, at once */
    expect_text(family_outcome(f, id, f->ming), "help");
    world_reply(f->world, MOTHER, "1");
    world_settle(f->world);
    expect_text(family_outcome(f, id, f->ming), "help"); /* a later "read it" does not hide it */
}

/* --- all-clear --- */

static void test_a_warning_cannot_be_closed_without_its_all_clear(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_FLOOD);
    const int64_t id = alert_raised(f, &r);
    struct error err = { "" };

    assert_false(engine_alert_close(f->world->engine, id, "水退了", "root", &err));
    assert_non_null(strstr(err.text, "first `greenline alert clear 1`"));
    assert_string_equal(alert_state(f, id), "open");
    assert_true(alert_cleared(f, id, NULL, &err));
    assert_true(engine_alert_close(f->world->engine, id, "水退了", "root", &err));
    world_commit(f->world);
    assert_string_equal(alert_state(f, id), "closed");
}

static void test_the_all_clear_goes_to_everybody_who_was_told_and_to_nobody_else(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);
    const int64_t id = alert_raised(f, &r);
    struct error err = { "" };
    char *text;

    free(expect_job(f->world, GRANNY));
    alert_pass(f, 21 * MINUTE_MS);
    free(expect_job(f->world, MOTHER));
    free(expect_job(f->world, ALERT_HEAD));
    assert_true(alert_cleared(f, id, "明天正常上课", &err));
    text = expect_job(f->world, GRANNY);
    expect_text(text, "【青岭小学】暴雨预警09:21解除。明天正常上课。路上不好走的回2，老师来接；收到回1。");
    free(expect_job(f->world, MOTHER));
    expect_not_in(expect_job(f->world, ALERT_HEAD), "王小明");
    expect_silence(f->world, MENTOR);
    expect_silence(f->world, FATHER);
    assert_int_equal(alert_cleared(f, id, NULL, &err), 0);
    assert_non_null(strstr(err.text, "given already"));
}

static void test_after_the_all_clear_nobody_is_called_about_the_storm(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);
    const int64_t id = alert_raised(f, &r);
    struct error err = { "" };

    free(expect_job(f->world, GRANNY));
    assert_true(alert_cleared(f, id, NULL, &err));
    free(expect_job(f->world, GRANNY));
    alert_pass(f, HOUR_MS);
    expect_silence(f->world, MOTHER);
    expect_silence(f->world, ALERT_HEAD);
    assert_string_equal(alert_state(f, id), "acknowledged");
}

static void test_help_after_an_all_clear_is_seen_as_help(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);
    const int64_t id = alert_raised(f, &r);
    struct error err = { "" };
    int64_t cause;

    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    cause = alert_cleared(f, id, NULL, &err);
    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "2");
    world_settle(f->world);
    expect_text(family_outcome(f, cause, f->ming), "help");
}

static void test_an_emergency_that_was_no_warning_is_cleared_by_an_inform(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);
    struct error err = { "" };
    int64_t cause;

    free(expect_job(f->world, GRANNY));
    cause = alert_cleared(f, id, "孩子在同学家", &err);
    expect_text(expect_job(f->world, GRANNY), "【青岭小学】王小明：走失一事09:00已解除。孩子在同学家。谢谢您。");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM ask WHERE cause = 2"), 0);
    assert_int_equal(cause, 2);
}

/* --- two families --- */

static int64_t neighbour(struct family *f)
{
    const int64_t child = world_student(f->world, "S7", "李强强", "三1", false);
    const int64_t person = world_person(f->world, "P21", "李桂花", NEIGHBOUR);

    world_relate(f->world, child, person, "maternal_grandmother", 1, false);
    world_sql(f->world, "UPDATE student SET former_name = '李小强' WHERE ref = 'S7'");
    return child;
}

static void test_two_families_each_read_of_their_own_child_alone(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_VIOLENCE);
    CLEANUP(mem_clean) char *ours = NULL;
    CLEANUP(mem_clean) char *theirs = NULL;

    r.other = neighbour(f);
    r.text = "课间发生推打，老师已经分开";
    alert_raised(f, &r);
    ours = expect_job(f->world, GRANNY);
    theirs = expect_job(f->world, NEIGHBOUR);
    assert_non_null(strstr(ours, "王小明"));
    assert_null(strstr(ours, "李"));
    assert_non_null(strstr(theirs, "李强强"));
    assert_null(strstr(theirs, "王"));
    /* each green channel has its own, and the head one alert with both */
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM about b JOIN student s ON s.id = b.student"
                                           " WHERE s.ref = 'S7'"),
                     1);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM alert"), 1);
}

static void test_a_text_that_names_a_child_or_its_people_is_refused_for_two_families(void **state)
{
    static const char *const texts[] = { "王小明被打", "李强强动手", "李小强动手", "李桂花请来校", "请王强来校" };
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_VIOLENCE);
    struct error err = { "" };
    int64_t id;

    r.other = neighbour(f);
    for (size_t i = 0; i < COUNT(texts); i++) {
        r.text = texts[i];
        alert_refused(f, &r, "both families would read it");
    }
    r.text = NULL;
    r.measures = "李强强先回家";
    alert_refused(f, &r, "the text names 李强强");
    r.measures = NULL;
    id = alert_raised(f, &r);
    assert_int_equal(alert_cleared(f, id, "李强强已道歉", &err), 0);
    assert_non_null(strstr(err.text, "the text names 李强强"));
    assert_true(alert_cleared(f, id, "双方已和好", &err));
}

static void test_two_families_belong_to_violence_and_are_two(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_FIRE);

    r.other = f->hong;
    alert_refused(f, &r, "two belong to --kind violence");
    r.kind = ALERT_VIOLENCE;
    r.other = f->ming;
    alert_refused(f, &r, "name one child with --student and the other with --other");
}

/* --- mandatory report --- */

static int64_t reported(struct family *f)
{
    struct alert_request r = alert_about(f, ALERT_MANDATORY_REPORT);

    r.situation = 4;
    r.text = "王小明身上有伤";
    return alert_raised(f, &r);
}

static void test_a_mandatory_report_goes_to_staff_alone_and_names_no_child(void **state)
{
    struct family *f = *state;
    CLEANUP(mem_clean) char *text = NULL;
    struct job call;

    reported(f);
    expect_silence(f->world, GRANNY);
    expect_silence(f->world, MOTHER);
    while (world_take(f->world, ALERT_HEAD, &call)) {
        assert_null(strstr(call.text, "王小明"));
        assert_non_null(strstr(call.text, "110"));
        job_free(&call);
        text = text ? text : mem_dup("told");
    }
    assert_non_null(text);
    expect_text(world_words(f->world, "SELECT title FROM cause WHERE id = 1"), "强制报告");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM about"), 0); /* nor does the green channel have it */
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM ask WHERE student IS NOT NULL"), 0);
    alert_pass(f, 2 * HOUR_MS);
    expect_silence(f->world, GRANNY);
    expect_silence(f->world, MOTHER);
    expect_silence(f->world, MENTOR);
}

static bool report(struct family *f, struct alert_report report, struct error *err)
{
    bool good;

    turn_set_now(f->world->turn, f->world->now);
    report.by = "unix:root";
    good = engine_alert_report(f->world->engine, &report, err);
    world_commit(f->world);
    world_settle(f->world);
    return good;
}

static void test_the_head_is_reminded_until_a_report_is_entered(void **state)
{
    struct family *f = *state;
    const int64_t id = reported(f);
    struct error err = { "" };

    alert_pass(f, 59 * MINUTE_MS);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause WHERE key LIKE 'remind:report:%'"), 0);
    alert_pass(f, 2 * MINUTE_MS);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause WHERE key LIKE 'remind:report:%'"), 1);
    assert_string_equal(alert_clock(f, id, "report"), "missed");
    alert_pass(f, HOUR_MS);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause WHERE key LIKE 'remind:report:%'"), 2);
    assert_true(report(f, (struct alert_report){ .cause = id, .authority = "police", .person = alert_head(f) }, &err));
    assert_string_equal(alert_clock(f, id, "report"), "kept_late");
    assert_string_equal(alert_clock(f, id, "result"), "running");
    alert_pass(f, 5 * HOUR_MS);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause WHERE key LIKE 'remind:report:%'"), 2);
}

static void test_the_authoritys_result_is_waited_for_a_week(void **state)
{
    struct family *f = *state;
    const int64_t id = reported(f);
    struct error err = { "" };

    assert_false(report(f, (struct alert_report){ .cause = id, .result = true, .text = "已立案" }, &err));
    assert_non_null(strstr(err.text, "nothing was reported yet"));
    assert_true(report(f, (struct alert_report){ .cause = id, .authority = "police", .person = alert_head(f) }, &err));
    assert_string_equal(alert_clock(f, id, "report"), "kept");
    alert_pass(f, 7 * DAY_MS + MINUTE_MS);
    assert_string_equal(alert_clock(f, id, "result"), "missed");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause WHERE key LIKE 'remind:result:%'"), 1);
    assert_true(report(f, (struct alert_report){ .cause = id, .result = true, .text = "已立案" }, &err));
    assert_string_equal(alert_clock(f, id, "result"), "kept_late");
}

static void test_a_mandatory_report_is_closed_only_when_it_was_made_or_need_not_be(void **state)
{
    struct family *f = *state;
    const int64_t id = reported(f);
    struct error err = { "" };

    assert_false(engine_alert_close(f->world->engine, id, "没事", "root", &err));
    assert_non_null(strstr(err.text, "nothing was reported yet"));
    assert_false(report(f, (struct alert_report){ .cause = id, .authority = "none" }, &err));
    assert_non_null(strstr(err.text, "say why"));
    assert_true(report(f, (struct alert_report){ .cause = id, .authority = "none", .text = "磕碰，医生看过" }, &err));
    assert_string_equal(alert_clock(f, id, "result"), "none");
    assert_true(engine_alert_close(f->world->engine, id, "没事", "root", &err));
    world_commit(f->world);
}

#define IN_FAMILY(test) cmocka_unit_test_setup_teardown(test, alert_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FAMILY(test_a_family_that_has_read_a_warning_owes_no_outcome),
        IN_FAMILY(test_help_after_a_warning_goes_on_to_those_who_can),
        IN_FAMILY(test_a_warning_cannot_be_closed_without_its_all_clear),
        IN_FAMILY(test_the_all_clear_goes_to_everybody_who_was_told_and_to_nobody_else),
        IN_FAMILY(test_after_the_all_clear_nobody_is_called_about_the_storm),
        IN_FAMILY(test_help_after_an_all_clear_is_seen_as_help),
        IN_FAMILY(test_an_emergency_that_was_no_warning_is_cleared_by_an_inform),
        IN_FAMILY(test_two_families_each_read_of_their_own_child_alone),
        IN_FAMILY(test_a_text_that_names_a_child_or_its_people_is_refused_for_two_families),
        IN_FAMILY(test_two_families_belong_to_violence_and_are_two),
        IN_FAMILY(test_a_mandatory_report_goes_to_staff_alone_and_names_no_child),
        IN_FAMILY(test_the_head_is_reminded_until_a_report_is_entered),
        IN_FAMILY(test_the_authoritys_result_is_waited_for_a_week),
        IN_FAMILY(test_a_mandatory_report_is_closed_only_when_it_was_made_or_need_not_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
