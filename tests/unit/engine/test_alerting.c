/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts in a world without processes: how they read, whom they climb to, their clocks, passing on, the preview.
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

static const char urgent[] = "{\"name\": \"urgent\", \"then\": \"restart\", \"steps\": [" ALERT_STEP(
    "0", "\"guardian:1\"") ", " ALERT_STEP("600000", "\"mother\"") "]}";

/* --- wording --- */

static void test_an_alert_names_the_child_what_happened_and_how_to_answer(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_ILLNESS);

    r.text = "发高烧，已送镇卫生院。";
    alert_raised(f, &r);
    expect_text(expect_job(f->world, GRANNY),
                "【青岭小学】紧急！王小明：发高烧，已送镇卫生院。看到请马上回1，需要帮助请回2。");
}

static void test_an_alert_without_words_says_what_its_kind_says(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_INJURY);

    alert_raised(f, &r);
    expect_in(expect_job(f->world, GRANNY), "王小明：孩子受了伤，老师在身边");
}

static void test_an_official_warning_carries_issuer_time_level_and_measures(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);

    r.severity = SEVERITY_RED;
    r.issuer = "县气象台";
    r.issued = world_time(f->world, "2026-10-08 06:10");
    r.measures = "今天停课，孩子留在家里";
    alert_raised(f, &r);
    expect_text(expect_job(f->world, GRANNY),
                "【青岭小学】县气象台06:10发布暴雨红色预警。今天停课，孩子留在家里。收到回1，需要帮助回2。");
}

static void test_the_schools_own_word_about_the_weather_claims_no_office(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);

    r.text = "雨太大，请来校接孩子";
    alert_raised(f, &r);
    expect_text(expect_job(f->world, GRANNY),
                "【青岭小学】紧急！王小明：雨太大，请来校接孩子。看到请马上回1，需要帮助请回2。");
}

static void test_a_drill_says_so_in_every_text_and_call_and_counts_apart(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_FIRE);
    struct error err = { "" };
    int64_t id;

    f->world->ladder = "{\"steps\": [{\"who\": [\"guardian:1\"], \"channels\": [\"voice\", \"sms\"]}]}";
    r.drill = true;
    id = alert_raised(f, &r);
    expect_in(expect_job(f->world, GRANNY), "【演练】");
    expect_in(expect_job(f->world, GRANNY), "【演练】");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM tally WHERE kind = 'emergency'"), 0);
    assert_true(world_value(f->world, "SELECT sum(n) FROM tally WHERE kind = 'emergency.drill'") > 0);
    assert_true(engine_alert_clear(f->world->engine, &(struct alert_clearing){ id, "clear:1", "root", NULL }, &err));
    world_commit(f->world);
    world_settle(f->world);
    expect_in(expect_job(f->world, GRANNY), "【演练】");
}

static void test_what_follows_from_a_reply_to_a_drill_says_so_too(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_FIRE);

    r.drill = true;
    alert_raised(f, &r);
    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "2");
    world_settle(f->world);
    expect_in(expect_job(f->world, MENTOR), "【演练】");
    expect_in(expect_job(f->world, GRANNY), "【演练】"); /* the echo of help */
    world_ask(f->world, KIND_CHECKIN, "student:S2", NULL);
    world_settle(f->world);
    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "王小红发烧了");
    world_settle(f->world);
    alert_pass(f, 2 * MINUTE_MS);
    expect_not_in(expect_job(f->world, MENTOR), "【演练】");
}

/* --- ladders --- */

static void test_the_ladder_of_kind_and_severity_comes_first(void **state)
{
    static const char *const names[] = { "missing.red", "missing" };
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);

    f->world->ladder = "{\"name\": \"own\", \"steps\": [" ALERT_STEP("0", "\"mother\"") "]}";
    for (size_t i = 0; i < COUNT(names); i++) {
        f->world->ladder_name = names[i];
        r.key = names[i];
        alert_raised(f, &r);
        free(expect_job(f->world, MOTHER));
    }
    r.key = "blue";
    r.severity = SEVERITY_BLUE;
    f->world->ladder_name = "missing.red";
    f->world->ladder = urgent; /* of the emergency in general */
    alert_raised(f, &r);
    free(expect_job(f->world, GRANNY));
    r.key = "named";
    r.ladder = "nowhere";
    alert_refused(f, &r, "ladder \"nowhere\": not in the configuration");
}

/* --- clocks --- */

static void test_the_clocks_run_beside_each_other_and_are_stored_when_their_time_passes(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);

    assert_string_equal(alert_clock(f, id, "guardian"), "running");
    assert_string_equal(alert_clock(f, id, "report"), "none");
    alert_pass(f, 31 * MINUTE_MS);
    assert_string_equal(alert_clock(f, id, "guardian"), "missed");
    assert_string_equal(alert_clock(f, id, "parents"), "running");
    assert_int_equal(world_value(f->world, "SELECT missed FROM clock WHERE name = 'guardian'"), 1);
    alert_pass(f, 30 * MINUTE_MS);
    assert_string_equal(alert_clock(f, id, "parents"), "missed");
    assert_string_equal(alert_clock(f, id, "authorities"), "running");
    alert_pass(f, HOUR_MS);
    assert_string_equal(alert_clock(f, id, "authorities"), "missed");
}

static void test_a_guardian_who_takes_it_keeps_the_guardians_clock_alone(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);

    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    assert_string_equal(alert_clock(f, id, "guardian"), "kept");
    assert_string_equal(alert_clock(f, id, "parents"), "running");
}

static void test_a_parent_who_asks_for_help_is_reached_and_no_guardian_on_the_spot(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);

    alert_pass(f, 11 * MINUTE_MS);
    free(expect_job(f->world, MOTHER));
    world_reply(f->world, MOTHER, "2");
    world_settle(f->world);
    assert_string_equal(alert_clock(f, id, "parents"), "kept");
    assert_string_equal(alert_clock(f, id, "guardian"), "running");
}

static void test_a_phone_shared_with_somebody_who_is_no_guardian_keeps_no_clock(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    int64_t id;

    world_sql(f->world, "INSERT INTO person (id, ref, name) VALUES (50, 'P50', '王叔');"
                        "INSERT INTO relation (student, person, kind, rank) VALUES (1, 50, 'uncle', 9);"
                        "INSERT INTO person_line (person, line, rank, confirmed_at) SELECT 50, id, 1, 1 FROM line"
                        " WHERE e164 = '" GRANNY "'");
    id = alert_raised(f, &r);
    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    assert_string_equal(alert_clock(f, id, "guardian"), "running");
}

/* Staff enter that this person has taken it for this child. */
static void says_ack(struct family *f, int64_t id, int64_t student, int64_t person)
{
    CLEANUP(mem_clean) char *sql =
        mem_format("SELECT id FROM ask WHERE cause = %" PRId64 " AND student = %" PRId64, id, student);
    const struct answer_row row = {
        .ask = world_value(f->world, sql), .person = person, .class = "ack", .via = "staff", .by = "root"
    };

    turn_set_now(f->world->turn, f->world->now);
    engine_answer(f->world->engine, &row);
    world_commit(f->world);
    world_settle(f->world);
}

static void test_a_clock_of_several_children_is_kept_when_each_has_its_own(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t both[] = { f->ming, f->hong };
    int64_t id;

    r.students = both;
    r.student_count = 2;
    id = alert_raised(f, &r);
    says_ack(f, id, f->ming, f->granny);
    assert_string_equal(alert_clock(f, id, "guardian"), "running");
    assert_int_equal(world_value(f->world, "SELECT have FROM clock WHERE name = 'guardian'"), 1);
    says_ack(f, id, f->hong, f->granny);
    assert_string_equal(alert_clock(f, id, "guardian"), "kept");
}

static bool mark(struct family *f, int64_t id, enum alert_clock clock, time_ms at, struct error *err)
{
    const struct alert_mark mark = { .alert = id, .clock = clock, .at = at, .by = "root", .note = "门口" };
    bool good;

    turn_set_now(f->world->turn, f->world->now);
    good = engine_alert_mark(f->world->engine, &mark, err);
    world_commit(f->world);
    return good;
}

static void test_staff_mark_a_clock_and_the_time_decides_between_kept_and_late(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);
    const time_ms start = f->world->now;
    struct error err = { "" };

    alert_pass(f, 3 * HOUR_MS);
    assert_true(mark(f, id, CLOCK_GUARDIAN, start + 20 * MINUTE_MS, &err));
    assert_string_equal(alert_clock(f, id, "guardian"), "kept");
    assert_true(mark(f, id, CLOCK_AUTHORITIES, 0, &err));
    assert_string_equal(alert_clock(f, id, "authorities"), "kept_late");
    assert_false(mark(f, id, CLOCK_PARENTS, f->world->now + MINUTE_MS, &err));
    assert_non_null(strstr(err.text, "still to come"));
    assert_false(mark(f, id, CLOCK_PARENTS, start - 2 * DAY_MS, &err));
    assert_non_null(strstr(err.text, "long before"));
    assert_false(mark(f, id, CLOCK_REPORT, 0, &err));
    assert_non_null(strstr(err.text, "does not run"));
}

static void test_closing_ends_the_clocks_that_still_run(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);
    struct error err = { "" };

    alert_pass(f, 40 * MINUTE_MS);
    assert_true(engine_alert_close(f->world->engine, id, "在姑姑家", "root", &err));
    world_commit(f->world);
    alert_pass(f, 3 * HOUR_MS);
    assert_string_equal(alert_state(f, id), "closed");
    assert_string_equal(alert_clock(f, id, "guardian"), "missed");
    assert_string_equal(alert_clock(f, id, "parents"), "ended");
    assert_string_equal(alert_clock(f, id, "authorities"), "ended");
    assert_false(engine_alert_close(f->world->engine, id, "again", "root", &err));
    assert_non_null(strstr(err.text, "is closed already"));
}

static void test_an_alert_to_persons_has_no_clock_of_a_family(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_OTHER);
    int64_t id;

    f->world->ladder = "{\"then\": \"restart\", \"steps\": [" ALERT_STEP("0", "\"audience\"") "]}";
    r.student_count = 0;
    r.audience = "role:head";
    id = alert_raised(f, &r);
    free(expect_job(f->world, ALERT_HEAD));
    alert_pass(f, 3 * HOUR_MS);
    assert_string_equal(alert_clock(f, id, "guardian"), "ended");
    assert_string_equal(alert_clock(f, id, "authorities"), "missed");
}

/* --- passing on, doing it twice, crashes --- */

static void test_pass_asks_the_next_now(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);
    struct answer_row row = { .via = "staff", .by = "root" };
    struct error err = { "" };

    free(expect_job(f->world, GRANNY));
    expect_silence(f->world, MOTHER);
    turn_set_now(f->world->turn, f->world->now);
    assert_true(engine_alert_pass(f->world->engine, id, &row, &err));
    world_commit(f->world);
    world_settle(f->world);
    free(expect_job(f->world, MOTHER));
    assert_string_equal(alert_state(f, id), "open");
}

static void test_staff_give_back_what_was_taken(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t id = alert_raised(f, &r);
    struct answer_row row = { .via = "staff", .by = "root" };
    struct error err = { "" };

    free(expect_job(f->world, GRANNY));
    world_reply(f->world, GRANNY, "1");
    world_settle(f->world);
    assert_string_equal(alert_state(f, id), "acknowledged");
    turn_set_now(f->world->turn, f->world->now);
    assert_true(engine_alert_pass(f->world->engine, id, &row, &err));
    world_commit(f->world);
    world_settle(f->world);
    assert_string_equal(alert_state(f, id), "open");
    alert_pass(f, 11 * MINUTE_MS);
    free(expect_job(f->world, MOTHER));
}

static void test_a_mandatory_report_is_about_one_child_by_name(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MANDATORY_REPORT);
    const int64_t both[] = { f->ming, f->hong };

    r.situation = 1;
    r.students = both;
    r.student_count = 2;
    alert_refused(f, &r, "about one child");
    r.student_count = 0;
    r.audience = "class:三1";
    alert_refused(f, &r, "about one child");
}

static void test_the_same_request_raises_one_alert(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    const int64_t first = alert_raised(f, &r), again = alert_raised(f, &r);

    assert_int_equal(first, again);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM alert"), 1);
}

static void test_an_all_clear_goes_on_after_a_crash(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_STORM);
    const int64_t id = alert_raised(f, &r);
    struct error err = { "" };

    free(expect_job(f->world, GRANNY));
    turn_set_now(f->world->turn, f->world->now);
    assert_true(engine_alert_clear(f->world->engine, &(struct alert_clearing){ id, "clear:test", "root", NULL }, &err));
    world_commit(f->world);
    world_restart(f->world);
    world_settle(f->world);
    expect_in(expect_job(f->world, GRANNY), "解除");
    expect_silence(f->world, GRANNY);
}

/* --- preview --- */

static void test_the_preview_says_who_is_called_first_and_puts_nothing(void **state)
{
    struct family *f = *state;
    struct alert_request r = alert_about(f, ALERT_MISSING);
    struct error err = { "" };
    json_t *preview, *first, *steps;

    world_sql(f->world, "UPDATE line SET state = 'wrong' WHERE e164 = '" MOTHER "'");
    turn_set_now(f->world->turn, f->world->now);
    preview = engine_preview_alert(f->world->engine, &r, &err);
    assert_non_null(preview);
    first = json_object_get(preview, "first");
    steps = json_object_get(preview, "steps");
    assert_int_equal(json_array_size(first), 1);
    assert_string_equal(json_text(json_array_get(first, 0), "number", ""), GRANNY);
    assert_string_equal(json_text(json_object_get(json_array_get(first, 0), "person"), "name", ""), "张桂英");
    assert_int_equal(json_array_size(steps), 3);
    assert_int_equal(json_int(json_array_get(steps, 2), "after_s", 0), 1200);
    assert_int_equal(json_int(json_array_get(steps, 1), "nobody", 0), 1);
    assert_string_equal(json_text(json_array_get(json_object_get(preview, "unreachable"), 0), "reason", ""),
                        "wrong_number");
    assert_int_equal(json_array_size(json_object_get(preview, "clocks")), 3);
    assert_non_null(strstr(json_text(json_array_get(json_object_get(preview, "texts"), 0), "text", ""), "王小明"));
    json_decref(preview);
    world_commit(f->world);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause"), 0);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM message"), 0);
}

#define IN_FAMILY(test) cmocka_unit_test_setup_teardown(test, alert_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FAMILY(test_an_alert_names_the_child_what_happened_and_how_to_answer),
        IN_FAMILY(test_an_alert_without_words_says_what_its_kind_says),
        IN_FAMILY(test_an_official_warning_carries_issuer_time_level_and_measures),
        IN_FAMILY(test_the_schools_own_word_about_the_weather_claims_no_office),
        IN_FAMILY(test_a_drill_says_so_in_every_text_and_call_and_counts_apart),
        IN_FAMILY(test_what_follows_from_a_reply_to_a_drill_says_so_too),
        IN_FAMILY(test_the_ladder_of_kind_and_severity_comes_first),
        IN_FAMILY(test_the_clocks_run_beside_each_other_and_are_stored_when_their_time_passes),
        IN_FAMILY(test_a_guardian_who_takes_it_keeps_the_guardians_clock_alone),
        IN_FAMILY(test_a_parent_who_asks_for_help_is_reached_and_no_guardian_on_the_spot),
        IN_FAMILY(test_a_phone_shared_with_somebody_who_is_no_guardian_keeps_no_clock),
        IN_FAMILY(test_a_clock_of_several_children_is_kept_when_each_has_its_own),
        IN_FAMILY(test_staff_mark_a_clock_and_the_time_decides_between_kept_and_late),
        IN_FAMILY(test_closing_ends_the_clocks_that_still_run),
        IN_FAMILY(test_an_alert_to_persons_has_no_clock_of_a_family),
        IN_FAMILY(test_pass_asks_the_next_now),
        IN_FAMILY(test_staff_give_back_what_was_taken),
        IN_FAMILY(test_a_mandatory_report_is_about_one_child_by_name),
        IN_FAMILY(test_the_same_request_raises_one_alert),
        IN_FAMILY(test_an_all_clear_goes_on_after_a_crash),
        IN_FAMILY(test_the_preview_says_who_is_called_first_and_puts_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
