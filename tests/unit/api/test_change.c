/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes over the socket with a real engine and outbox behind it (no gateway): what staff set about a contact, what they
 * say, answer and assign, a broadcast that is sent once however often it is asked for, an import from the body.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "lib/memory.h"
#include "outbox/outbox.h"
#include "tests/support/api_fixture.h"

struct school {
    struct api_fixture f;
    struct grammar *grammar;
};

/* Ming has a grandmother with a confirmed number and a father who may not be told. */
static const char people[] =
    "INSERT INTO student (id, ref, name, class) VALUES (1, '20260014', '王小明', '三(2)班'), (2, '20260015', '王小红', "
    "'三(2)班');"
    "INSERT INTO person (id, ref, name) VALUES (1, 'P1', '张桂英'), (3, 'P3', '王强');"
    "INSERT INTO line (id, e164) VALUES (1, '+8613900000001'), (3, '+8613900000003');"
    "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (1, 1, 1, 1), (3, 3, 1, 1);"
    "INSERT INTO relation (student, person, kind, word, rank, guardian, restricted) VALUES"
    " (1, 1, 'paternal_grandmother', '奶奶', 1, 1, 0), (1, 3, 'father', '爸爸', 2, 0, 1);"
    "INSERT INTO cause (id, key, kind, lane, title, audience, content, state, stage, due, expires, created, by) VALUES"
    " (1, 'c', 'checkin', 'notice', 't', 'all', '{\"zh\":\"好回1\"}', 'open', 'ready', 0, 0, 0, 's'),"
    " (2, 'e', 'emergency', 'emergency', '走失', 'all', '{\"zh\":\"急\"}', 'open', 'ready', 0, 0, 0, 's');"
    "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (1, 1, 1, 'open', 1891453600000, 1991453600000),"
    " (2, 2, 1, 'open', 1891453600000, 1991453600000);"
    "INSERT INTO reply (id, gateway, uid, sender, line, kind, text, at, received, state) VALUES"
    " (1, 'g', '1', '+8613900000001', 1, 'text', '啥', 5, 5, 'waiting'), (2, 'g', '2', '+8613900000003', 3, 'text', "
    "'1', 5, 5, 'waiting');";

static int setup(void **state)
{
    struct school *school = calloc(1, sizeof *school);
    struct error err;

    api_fixture_open(&school->f);
    api_fixture_sql(&school->f, people);
    api_fixture_engine(&school->f);
    school->grammar = grammar_open("conf/answers", &err);
    school->f.parts.grammar = school->grammar;
    api_fixture_listen(&school->f);
    *state = school;
    return 0;
}

static int teardown(void **state)
{
    struct school *school = *state;

    grammar_close(school->grammar);
    api_fixture_close(&school->f);
    free(school);
    return 0;
}

static struct api_reply post(void *state, const char *target, const char *key, const char *body, int want)
{
    struct api_reply reply = api_fixture_ask(&((struct school *)state)->f, "POST", target, key, body);

    if (reply.status != want)
        fail_msg("POST %s %s: got %d %s, want %d", target, body, reply.status, reply.raw ? reply.raw : "", want);
    return reply;
}

static int64_t count(void *state, const char *sql)
{
    return store_value(((struct school *)state)->f.store, -1, sql, "");
}

static void test_contact_fields_are_set(void **state)
{
    struct api_reply reply = post(*state, "/v1/contacts/P1/set", "k1",
                                  "{\"phone\":\"13900000009\",\"student\":\"20260014\",\"restricted\":true,\"rank\":5,"
                                  "\"reads\":false,\"quiet\":\"20:00-08:00\",\"language\":\"en\",\"opted_out\":true}",
                                  200);

    assert_string_equal(json_at(reply.body, "lines"), "2 items");
    assert_string_equal(json_at(reply.body, "lines.0.e164"), "+8613900000009");
    assert_string_equal(json_at(reply.body, "lines.0.confirmed"), "true");
    assert_string_equal(json_at(reply.body, "lines.0.opted_out"), "true");
    assert_string_equal(json_at(reply.body, "lines.1.rank"), "2");
    assert_string_equal(json_at(reply.body, "students.0.restricted"), "true");
    assert_string_equal(json_at(reply.body, "students.0.rank"), "5");
    assert_string_equal(json_at(reply.body, "reads"), "false");
    assert_string_equal(json_at(reply.body, "quiet"), "20:00-08:00");
    assert_string_equal(json_at(reply.body, "language"), "en");
    api_reply_free(&reply);
}

static void test_contact_fields_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *body;
        int status;
    } rows[] = {
        { "{}", 400 },
        { "{\"restricted\":true}", 400 },
        { "{\"student\":\"20260015\",\"restricted\":true}", 404 },
        { "{\"student\":\"20260014\",\"restricted\":\"yes\"}", 400 },
        { "{\"student\":\"20260014\",\"rank\":0}", 400 },
        { "{\"phone\":\"110\"}", 400 },
        { "{\"phone\":\"O3912345678\"}", 400 },
        { "{\"remove_phone\":\"13900000003\"}", 404 },
        { "{\"quiet\":\"25:00-07:00\"}", 400 },
        { "{\"language\":\"fr\"}", 400 },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct api_reply reply = post(*state, "/v1/contacts/P1/set", "k2", rows[i].body, rows[i].status);

        api_reply_free(&reply);
    }
    assert_int_equal(count(*state, "SELECT count(*) FROM person_line WHERE person = 1"), 1);
    assert_int_equal(count(*state, "SELECT count(*) FROM audit"), 0);
}

static void test_broadcast_of_one_request_id_is_opened_once(void **state)
{
    static const char body[] = "{\"to\":\"class:三(2)班\",\"text\":\"明天停课\"}";
    struct api_reply preview = post(*state, "/v1/broadcasts/preview", NULL, body, 200);
    struct api_reply first = post(*state, "/v1/broadcasts", "b1", body, 200);
    struct api_reply again = post(*state, "/v1/broadcasts", "b1", body, 200);

    assert_int_equal(count(*state, "SELECT count(*) FROM cause WHERE kind = 'notice'"), 1);
    assert_string_equal(json_at(preview.body, "recipients"), "1");
    assert_string_equal(json_at(preview.body, "cause"), "(none)");
    assert_string_equal(json_at(first.body, "cause"), "3");
    assert_string_equal(first.raw, again.raw);
    api_reply_free(&preview);
    api_reply_free(&first);
    api_reply_free(&again);
    first = post(*state, "/v1/broadcasts/3/pause", "b2", "{}", 200);
    assert_string_equal(json_at(first.body, "state"), "paused");
    api_reply_free(&first);
    first = post(*state, "/v1/broadcasts/3/cancel", "b3", "{}", 200);
    assert_string_equal(json_at(first.body, "state"), "cancelled");
    api_reply_free(&first);
}

static void test_broadcast_to_a_wrong_audience_is_refused(void **state)
{
    static const char *const bodies[] = {
        "{\"to\":\"clas:x\",\"text\":\"x\"}",
        "{\"to\":\"all\"}",
        "{\"to\":\"all\",\"text\":\"x\",\"template\":\"y\"}",
        "{\"to\":\"all\",\"text\":\"x\",\"kind\":\"party\"}",
        "{\"to\":\"all\",\"text\":\"x\",\"at\":\"2026-13-01\"}",
    };

    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct api_reply reply = post(*state, "/v1/broadcasts", "b4", bodies[i], 400);

        api_reply_free(&reply);
    }
    assert_int_equal(count(*state, "SELECT count(*) FROM cause"), 2);
}

static void test_say_goes_to_the_guardian_and_never_to_the_restricted(void **state)
{
    struct api_reply reply = post(*state, "/v1/students/20260014/say", "s1", "{\"text\":\"请来校\"}", 200);

    assert_int_equal(count(*state, "SELECT person FROM message"), 1);
    assert_int_equal(count(*state, "SELECT count(*) FROM about WHERE student = 1"), 1);
    assert_string_equal(json_at(reply.body, "message"), "1");
    api_reply_free(&reply);
    reply = post(*state, "/v1/students/20260014/say", "s2", "{\"text\":\"请来校\",\"to\":\"father\"}", 409);
    assert_non_null(strstr(json_at(reply.body, "detail"), "may not be told"));
    api_reply_free(&reply);
    reply = post(*state, "/v1/students/20260014/say", "s3", "{\"text\":\"请来校\",\"to\":\"P3\"}", 409);
    api_reply_free(&reply);
    reply = post(*state, "/v1/students/20260015/say", "s4", "{\"text\":\"请来校\"}", 409);
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM message"), 1);
}

static void test_staff_answer_for_a_family(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/asks/1/answer", "a1", "{\"class\":\"help\",\"note\":\"电话里说的\"}", 200);

    assert_string_equal(json_at(reply.body, "outcome"), "help");
    assert_string_equal(json_at(reply.body, "answers.0.via"), "staff");
    assert_string_equal(json_at(reply.body, "answers.0.rest"), "电话里说的");
    api_reply_free(&reply);
    reply = post(*state, "/v1/asks/1/handle", "a2", "{}", 200);
    assert_string_equal(json_at(reply.body, "handled"), "2026-10-08T18:00:00+08:00");
    api_reply_free(&reply);
    reply = post(*state, "/v1/asks/1/answer", "a3", "{\"class\":\"perhaps\"}", 400);
    api_reply_free(&reply);
    reply = post(*state, "/v1/asks/77/answer", "a4", "{\"class\":\"fine\"}", 404);
    api_reply_free(&reply);
}

static void test_reply_is_assigned_and_a_restricted_persons_is_not(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/inbox/2/assign", "i1", "{\"student\":\"20260014\",\"class\":\"fine\"}", 409);

    assert_non_null(strstr(json_at(reply.body, "detail"), "counts for none"));
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM answer"), 0);
    reply = post(*state, "/v1/inbox/1/assign", "i2", "{\"ask\":1,\"class\":\"fine\"}", 200);
    assert_string_equal(json_at(reply.body, "state"), "settled");
    assert_string_equal(json_at(reply.body, "answers.0.class"), "fine");
    api_reply_free(&reply);
    reply = post(*state, "/v1/inbox/2/assign", "i3", "{\"ignore\":true}", 200);
    assert_string_equal(json_at(reply.body, "state"), "ignored");
    api_reply_free(&reply);
}

static void test_alert_is_taken_and_closed_with_an_outcome(void **state)
{
    struct api_reply reply = api_fixture_get(&((struct school *)*state)->f, "/v1/alerts/2");

    assert_string_equal(json_at(reply.body, "state"), "open");
    assert_string_equal(json_at(reply.body, "acknowledged_by"), "null");
    api_reply_free(&reply);
    reply = post(*state, "/v1/alerts/2/ack", "e1", "{\"person\":\"P1\"}", 200);
    assert_string_equal(json_at(reply.body, "state"), "acknowledged");
    assert_string_equal(json_at(reply.body, "acknowledged_by.name"), "张桂英");
    api_reply_free(&reply);
    reply = post(*state, "/v1/alerts/2/close", "e2", "{\"outcome\":\"在姑姑家找到\"}", 200);
    assert_string_equal(json_at(reply.body, "state"), "closed");
    assert_string_equal(json_at(reply.body, "outcome"), "在姑姑家找到");
    api_reply_free(&reply);
}

static void test_schedule_is_added_paused_and_removed(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/schedules", "h1",
             "{\"name\":\"平安\",\"kind\":\"checkin\",\"audience\":\"all\",\"template\":\"checkin\","
             "\"every\":\"month on the 1st Saturday at 09:00\"}",
             200);

    assert_string_equal(json_at(reply.body, "next"), "2026-11-07T09:00:00+08:00");
    api_reply_free(&reply);
    reply = post(*state, "/v1/schedules/%E5%B9%B3%E5%AE%89/pause", "h2", "{}", 200);
    assert_string_equal(json_at(reply.body, "state"), "paused");
    api_reply_free(&reply);
    reply = post(*state, "/v1/schedules/%E5%B9%B3%E5%AE%89/remove", "h3", "{}", 200);
    api_reply_free(&reply);
    reply = api_fixture_get(&((struct school *)*state)->f, "/v1/schedules");
    assert_string_equal(json_at(reply.body, "items"), "0 items");
    api_reply_free(&reply);
}

static void test_inbox_try_tells_what_would_be_understood(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/inbox/try", NULL, "{\"kind\":\"checkin\",\"texts\":[\"1\",\"孩子发烧了\"]}", 200);

    assert_string_equal(json_at(reply.body, "items.0.class"), "fine");
    assert_string_equal(json_at(reply.body, "items.1.text"), "孩子发烧了");
    assert_string_equal(json_at(reply.body, "items.1.class"), "help");
    api_reply_free(&reply);
    reply = post(*state, "/v1/inbox/try", NULL, "{\"kind\":\"party\",\"texts\":[]}", 400);
    api_reply_free(&reply);
    reply = post(*state, "/v1/inbox/try", NULL, "{\"kind\":\"checkin\",\"texts\":[1]}", 400);
    api_reply_free(&reply);
}

/* "学籍号,姓名,班级\nG1,赵一,三(1)班\n" and the same with an impossible birthday. */
#define GOOD "5a2m57GN5Y+3LOWnk+WQjSznj63nuqcKRzEs6LW15LiALOS4iSgxKeePrQo="
#define BAD "5a2m57GN5Y+3LOWnk+WQjSzlh7rnlJ/ml6XmnJ8KRzIs6LW15LqMLDIwMTYtMTMtNDUK"

static void test_import_stores_once_and_reports_mistakes(void **state)
{
    struct api_reply reply = post(*state, "/v1/import", "m1",
                                  "{\"files\":[{\"name\":\"a.csv\",\"data\":\"" GOOD "\"}],\"dry_run\":true}", 200);

    assert_string_equal(json_at(reply.body, "students.added"), "1");
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM student"), 2);
    reply = post(*state, "/v1/import", "m2", "{\"files\":[{\"name\":\"a.csv\",\"data\":\"" GOOD "\"}]}", 200);
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM student WHERE ref = 'G1' AND name = '赵一'"), 1);
    reply = post(*state, "/v1/import", "m3", "{\"files\":[{\"name\":\"b.csv\",\"data\":\"" BAD "\"}]}", 422);
    assert_string_equal(json_at(reply.body, "mistakes"), "1 items");
    assert_true(strncmp(json_at(reply.body, "mistakes.0"), "b.csv:2:", 8) == 0);
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM student WHERE ref = 'G2'"), 0);
    reply = post(*state, "/v1/import", "m4", "{\"files\":[{\"name\":\"c.csv\",\"data\":\"***\"}]}", 400);
    api_reply_free(&reply);
    reply = post(*state, "/v1/import", "m5", "{\"files\":[]}", 400);
    api_reply_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_contact_fields_are_set, setup, teardown),
        cmocka_unit_test_setup_teardown(test_contact_fields_that_cannot_be_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broadcast_of_one_request_id_is_opened_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broadcast_to_a_wrong_audience_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_say_goes_to_the_guardian_and_never_to_the_restricted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_staff_answer_for_a_family, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reply_is_assigned_and_a_restricted_persons_is_not, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alert_is_taken_and_closed_with_an_outcome, setup, teardown),
        cmocka_unit_test_setup_teardown(test_schedule_is_added_paused_and_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inbox_try_tells_what_would_be_understood, setup, teardown),
        cmocka_unit_test_setup_teardown(test_import_stores_once_and_reports_mistakes, setup, teardown),
    };

    return cmocka_run_group_tests_name("api changes", tests, NULL, NULL);
}
