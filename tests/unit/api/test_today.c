/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for a person: each sort of trouble is there, in order of urgency, with the command that settles it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "store/list.h"
#include "tests/support/api_fixture.h"

#define T "1791421200000"
static const char school[] =
    "INSERT INTO student (id, ref, name) VALUES (1, '20260014', '王小明'), (2, '20260015', '王小红');"
    "INSERT INTO person (id, ref, name) VALUES (1, 'P1', '张桂英'), (2, 'P 2', '陈芳');"
    "INSERT INTO line (id, e164) VALUES (1, '+8619900000001'), (2, '+8619900000002');"
    "INSERT INTO person_line (person, line, confirmed_at) VALUES (1, 1, " T "), (2, 2, " T ");"
    "INSERT INTO relation (student, person, kind, rank) VALUES (1, 1, 'paternal_grandmother', 1), (1, 2, 'mother', 2);"
    "INSERT INTO schedule (id, name, kind, audience, rrule, start, created) VALUES"
    " (1, '月度 平安', 'checkin', 'all', 'FREQ=MONTHLY', '20261001T090000', 0);"
    "INSERT INTO cause (id, key, kind, lane, title, schedule, audience, content, due, expires, created, by) VALUES"
    " (1, 'c', 'checkin', 'notice', '月度平安', 1, 'all', '{}', " T ", " T ", " T ", 's'),"
    " (2, 'e', 'emergency', 'emergency', '校车', NULL, 'all', '{}', " T ", " T ", " T ", 's');";

static int setup(void **state)
{
    struct api_fixture *fixture = calloc(1, sizeof *fixture);

    api_fixture_open(fixture);
    api_fixture_sql(fixture, school);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    api_fixture_close(*state);
    free(*state);
    return 0;
}

static json_t *today(struct api_fixture *f, const char *language)
{
    struct list_filter filter = list_all(f->setting.zone, FIXTURE_NOW);

    filter.language = language;
    return today_list(f->store, &filter);
}

/* The state of the school after `sql` has one thing to do, as told. */
static const struct {
    const char *sql, *urgency, *what, *settle, *student;
} cases[] = {
    { "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 2, 1, 'open', " T ", " T ")", "1",
      "emergency not taken by anybody: 校车", "greenline alert ack 2", "王小明" },
    { "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 2, 1, 'expired', " T ", " T ")", "1",
      "emergency not taken by anybody: 校车", "greenline alert ack 2", "王小明" },
    { "INSERT INTO ask (id, cause, student, state, outcome, due, grace, acked_by) VALUES (9, 2, 1, 'answered', "
      "'ack', " T ", " T ", 2)",
      "1", "emergency without an outcome yet: 校车", "greenline alert close 2 --outcome TEXT", "王小明" },
    { "INSERT INTO alert (cause, kind, severity) VALUES (2, 'storm', 'red'); UPDATE cause SET drill = 1 WHERE id = 2;"
      "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 2, 1, 'answered', " T ", " T ")",
      "1", "a warning without its all-clear yet: 【演练】校车", "greenline alert clear 2", "(none)" },
    { "INSERT INTO alert (cause, kind, severity) VALUES (2, 'missing', 'red');"
      "INSERT INTO clock (cause, name, due, next_at) VALUES (2, 'guardian', 1791454200000, 1791454200000),"
      " (2, 'authorities', 1791460800000, 1791460800000)",
      "1", "soon a guardian must be on the spot: 校车", "greenline alert mark 2 guardian", "(none)" },
    { "INSERT INTO alert (cause, kind, severity) VALUES (2, 'mandatory_report', 'red');"
      "INSERT INTO clock (cause, name, due, next_at) VALUES (2, 'report', 1791484200000, 1791484200000)",
      "1", "no report to an authority is entered yet: 校车", "greenline alert reported 2 --to police --by PERSON",
      "(none)" },
    { "INSERT INTO alert (cause, kind, severity) VALUES (2, 'mandatory_report', 'red');"
      "INSERT INTO clock (cause, name, due, next_at, missed) VALUES (2, 'result', 5, 1791484200000, 1)",
      "4", "the authority has not said what it did: 校车", "greenline alert result 2 TEXT", "(none)" },
    { "INSERT INTO ask (id, cause, student, state, outcome, due, grace) VALUES (9, 1, 1, 'answered', 'help', " T ", " T
      ");"
      "INSERT INTO reply (id, gateway, uid, sender, line, kind, text, at, received, state) VALUES"
      " (5, 'g', 'u', '+8619900000001', 1, 'text', '孩子发烧', " T ", " T ", 'understood');"
      "INSERT INTO answer (ask, line, person, reply, class, via, received) VALUES (9, 1, 1, 5, 'help', 'single', " T
      ")",
      "1", "王小明 asks for help: 孩子发烧", "greenline ask handle 9", "王小明" },
    { "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 1, 1, 'open', " T ", " T ");"
      "INSERT INTO talk (line, code, ask, message, since, until) VALUES (1, 0, 9, 1, " T ", " T ");"
      "INSERT INTO reply (id, gateway, uid, sender, line, kind, text, at, received, state) VALUES"
      " (5, 'g', 'u', '+8619900000001', 1, 'text', '啥意思', " T ", " T ", 'waiting')",
      "2", "a reply that a person must read: 啥意思", "greenline inbox assign 5 --ask 9 --class help", "王小明" },
    { "INSERT INTO reply (id, gateway, uid, sender, line, kind, text, at, received, state) VALUES"
      " (5, 'g', 'u', '+8613900009999', NULL, 'text', '谁', " T ", " T ", 'waiting')",
      "2", "a reply that a person must read: 谁", "greenline inbox assign 5 --ignore", "(none)" },
    { "UPDATE line SET state = 'wrong' WHERE id = 1", "2", "+86199****0001 of 王小明 belongs to a stranger",
      "greenline contact set P1 --phone NUMBER", "王小明" },
    { "INSERT INTO message (id, cause, line, person, channel, route, lane, due, expires, state, reason, created) VALUES"
      " (9, 1, 1, 1, 'sms', 1, 'notice', " T ", " T ", 'held', 'unknown', " T "); INSERT INTO about VALUES (9, 2)",
      "3", "nobody can tell whether message 9 to 王小红 was sent", "greenline outbox retry 9", "王小红" },
    { "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 1, 2, 'unasked', " T ", " T ");"
      "INSERT INTO attempt (ask, round, step, channel, n, skipped, at) VALUES (9, 0, 1, 'sms', 1, 'no_person', " T ")",
      "4", "nobody could be asked about 王小红: nobody is entered", "greenline ask handle 9", "王小红" },
    { "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 1, 2, 'expired', " T ", " T ")", "4",
      "no answer about 王小红 (月度平安)", "greenline ask handle 9", "王小红" },
    { "UPDATE line SET state = 'suspect' WHERE id = 2", "5", "+86199****0002 of 王小明 seems to be out of service",
      "greenline contact set 'P 2' --phone NUMBER", "王小明" },
    { "UPDATE person_line SET confirmed_at = NULL WHERE line = 1", "5", "+86199****0001 of 王小明 is not confirmed yet",
      "greenline contact set P1 --confirmed yes", "王小明" },
    { "UPDATE cause SET state = 'missed' WHERE id = 1", "5", "missed while the daemon was down: 月度平安",
      "greenline schedule run '月度 平安'", "(none)" },
};

static void test_an_alert_of_many_families_is_one_item(void **state)
{
    struct api_fixture *f = *state;
    json_t *page;

    api_fixture_sql(f, "INSERT INTO alert (cause, kind, severity) VALUES (2, 'other', 'red');"
                       "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 2, 1, 'open', " T ", " T "),"
                       " (10, 2, 2, 'open', " T ", " T ")");
    page = today(f, "zh");
    assert_string_equal(json_at(page, "items"), "1 items");
    assert_string_equal(json_at(page, "items.0.what"), "紧急事件尚无人接手：校车 (2)");
    assert_string_equal(json_at(page, "items.0.student"), "null");
    json_decref(page);
}

static void test_each_trouble_has_the_command_that_settles_it(void **state)
{
    struct api_fixture *f = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *page;

        api_fixture_sql(f, "SAVEPOINT one");
        api_fixture_sql(f, cases[i].sql);
        page = today(f, "en");
        if (json_array_size(json_object_get(page, "items")) != 1 ||
            strcmp(json_at(page, "items.0.urgency"), cases[i].urgency) ||
            strcmp(json_at(page, "items.0.what"), cases[i].what) ||
            strcmp(json_at(page, "items.0.settle"), cases[i].settle) ||
            strcmp(json_at(page, "items.0.student.name"), cases[i].student))
            fail_msg("case %zu: got %s, want %s: %s (%s)", i, json_dumps(page, 0), cases[i].what, cases[i].settle,
                     cases[i].student);
        json_decref(page);
        api_fixture_sql(f, "ROLLBACK TO one; RELEASE one");
    }
}

static void test_a_quiet_school_has_nothing_to_do(void **state)
{
    json_t *page = today(*state, "en");

    assert_string_equal(json_at(page, "items"), "0 items");
    json_decref(page);
}

static void test_what_was_handled_is_gone(void **state)
{
    static const char *const handled[] = {
        "INSERT INTO ask (cause, student, state, outcome, due, grace, handled_at) VALUES (1, 1, 'answered', 'help', 0, "
        "0, 1)",
        "INSERT INTO ask (cause, student, state, due, grace, handled_at) VALUES (1, 2, 'expired', 0, 0, 1)",
        "INSERT INTO ask (cause, student, state, outcome, due, grace, closed) VALUES (2, 1, 'answered', 'ack', 0, 0, "
        "'找到了')",
        "INSERT INTO ask (cause, student, state, due, grace) VALUES (2, 2, 'cancelled', 0, 0)",
        "INSERT INTO message (cause, line, person, channel, route, lane, due, expires, state, reason, created) VALUES"
        " (1, 1, 1, 'sms', 1, 'bulk', 0, 0, 'held', 'paused', 0)",
    };
    json_t *page;

    for (size_t i = 0; i < COUNT(handled); i++)
        api_fixture_sql(*state, handled[i]);
    page = today(*state, "en");
    assert_string_equal(json_at(page, "items"), "0 items");
    json_decref(page);
}

static void test_most_urgent_comes_first_and_speaks_chinese(void **state)
{
    json_t *page;

    for (size_t i = 0; i < COUNT(cases); i++)
        if (i == 7 || i == 10 || i == 14)
            api_fixture_sql(*state, cases[i].sql);
    page = today(*state, "zh");
    assert_string_equal(json_at(page, "items"), "3 items");
    assert_string_equal(json_at(page, "items.0.what"), "王小明需要帮助：孩子发烧");
    assert_string_equal(json_at(page, "items.1.what"), "王小明的号码 +86199****0001 打错了");
    assert_string_equal(json_at(page, "items.2.what"), "王小明的号码 +86199****0002 可能已停用");
    json_decref(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_alert_of_many_families_is_one_item, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_trouble_has_the_command_that_settles_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_quiet_school_has_nothing_to_do, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_was_handled_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_most_urgent_comes_first_and_speaks_chinese, setup, teardown),
    };

    return cmocka_run_group_tests_name("today", tests, NULL, NULL);
}
