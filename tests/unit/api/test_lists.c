/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and shows over the socket: field names, names and numbers as entered, pages that join without gap or repeat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "tests/support/api_fixture.h"

/* Two siblings on one phone of the grandmother, a mother far away, a father who may not be told; a mentor. Times: T is
 * 2026-10-08 09:00 in Shanghai. */
#define T "1791421200000"
static const char school[] =
    "INSERT INTO student (id, ref, name, class, village, left_behind, remark) VALUES"
    " (1, '20260014', '王小明', '三(2)班', '上河村', 1, '哮喘'), (2, '20260015', '王小红', '一(1)班', '上河村', 1, "
    "NULL),"
    " (3, '20260016', '李雪', '三(2)班', '下河村', 0, NULL);"
    "INSERT INTO person (id, ref, name, reads) VALUES (1, 'P1', '张桂英', 0), (2, 'P2', '陈芳', 1), (3, 'P3', '王强', "
    "1),"
    " (4, 'P4', '周老师', 1);"
    "INSERT INTO line (id, e164, state, optout_at) VALUES (1, '+8619900000001', 'ok', NULL),"
    " (2, '+8619900000002', 'ok', " T "), (3, '+8619900000003', 'suspect', NULL), (4, '+8619900000004', 'ok', NULL);"
    "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (1, 1, 1, " T "), (2, 2, 1, " T
    "), (3, 3, 1, NULL),"
    " (4, 4, 1, " T ");"
    "INSERT INTO relation (student, person, kind, word, rank, guardian, restricted) VALUES"
    " (1, 1, 'paternal_grandmother', '奶奶', 1, 1, 0), (1, 2, 'mother', '妈妈', 2, 0, 0), (1, 3, 'father', '爸爸', 3, "
    "0, 1),"
    " (2, 1, 'paternal_grandmother', '奶奶', 1, 1, 0);"
    "INSERT INTO role (person, role, class) VALUES (4, 'teacher', '三(2)班');"
    "INSERT INTO pairing (mentor, student, since) VALUES (4, 1, " T ");"
    "INSERT INTO schedule (id, name, kind, audience, template, rrule, start, next_at, created) VALUES"
    " (1, '月度平安', 'checkin', 'left-behind', 'checkin', 'FREQ=MONTHLY;BYDAY=1SA', '20261003T213000', "
    "1793968200000, " T ");"
    "INSERT INTO cause (id, key, kind, lane, title, schedule, audience, content, state, stage, due, expires, created, "
    "by)"
    " VALUES (1, 's:1', 'checkin', 'notice', '月度平安', 1, 'left-behind', '{}', 'open', 'ready', " T ", " T ", " T
    ", 'schedule'),"
    " (2, 'b:1', 'notice', 'bulk', '停课', NULL, 'class:三(2)班', '{}', 'open', 'ready', " T ", " T ", " T
    ", 'unix:root');"
    "INSERT INTO recipient (cause, line, student, person, channel, reason) VALUES (2, 1, 1, 1, 'sms', ''),"
    " (2, 0, 3, 0, 'sms', 'no_line');"
    "INSERT INTO ask (id, cause, student, state, outcome, due, grace) VALUES"
    " (1, 1, 1, 'answered', 'fine', " T " + 86400000, " T " + 172800000), (2, 1, 2, 'open', '', " T ", " T ");"
    "INSERT INTO message (id, cause, line, person, channel, route, lane, due, expires, tries, gateway, state, text, "
    "parts,"
    " cost_e4, created) VALUES (1, 1, 1, 1, 'sms', 1, 'notice', " T ", " T
    " + 3600000, 1, 'line1', 'delivered', '好回1', 1, 500, " T "),"
    " (2, 2, 1, 1, 'voice', 1, 'bulk', " T ", " T ", 0, NULL, 'queued', NULL, 0, 0, " T "),"
    " (3, 2, 2, 2, 'sms', 1, 'bulk', " T ", " T ", 0, NULL, 'held', NULL, 0, 0, " T ");"
    "UPDATE message SET reason = 'unknown' WHERE id = 3;"
    "INSERT INTO about (message, student) VALUES (1, 1), (1, 2), (2, 1), (3, 1);"
    "INSERT INTO trail (message, n, at, state, reason, gateway) VALUES (1, 1, " T ", 'claimed', '', 'line1'),"
    " (1, 2, " T " + 1000, 'delivered', '', 'line1');"
    "INSERT INTO try (message, n, gateway, claimed, started, ended, outcome, provider_id) VALUES"
    " (1, 1, 'line1', " T ", " T ", " T " + 1000, 'delivered', 'abc');"
    "INSERT INTO attempt (ask, round, step, person, line, channel, n, message, at) VALUES (1, 0, 1, 1, 1, 'sms', 1, "
    "1, " T ");"
    "INSERT INTO attempt (ask, round, step, person, line, channel, n, skipped, at) VALUES (1, 0, 1, 3, 3, 'sms', 1, "
    "'restricted', " T ");"
    "INSERT INTO reply (id, gateway, uid, sender, line, kind, text, at, received, state, why) VALUES"
    " (1, 'line1', 'u1', '+8619900000001', 1, 'text', '1', " T " + 60000, " T " + 61000, 'understood', 'fine'),"
    " (2, 'line1', 'u2', '+8613900009999', NULL, 'text', '谁呀', " T " + 60000, " T
    " + 61000, 'waiting', 'nobody known');"
    "INSERT INTO reply (id, gateway, uid, sender, line, kind, text, sealed, at, received, state) VALUES"
    " (3, 'line1', 'u3', '+8619900000001', 1, 'text', 'SECRET', 1, " T ", " T ", 'understood');"
    "INSERT INTO answer (ask, line, person, reply, class, value, via, received) VALUES (1, 1, 1, 1, 'fine', 1, "
    "'single', " T " + 61000);";

static int setup(void **state)
{
    struct api_fixture *fixture = calloc(1, sizeof *fixture);

    api_fixture_open(fixture);
    api_fixture_sql(fixture, school);
    api_fixture_listen(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    api_fixture_close(*state);
    free(*state);
    return 0;
}

struct row {
    const char *path, *want;
};

static void expect(struct api_fixture *f, const char *target, const struct row *rows, size_t count)
{
    struct api_reply reply = api_fixture_get(f, target);

    if (reply.status != 200)
        fail_msg("%s: got %d %s", target, reply.status, reply.raw ? reply.raw : "");
    for (size_t i = 0; i < count; i++)
        if (strcmp(json_at(reply.body, rows[i].path), rows[i].want) != 0)
            fail_msg("%s: %s: got %s, want %s\n%s", target, rows[i].path, json_at(reply.body, rows[i].path),
                     rows[i].want, reply.raw);
    api_reply_free(&reply);
}
#define EXPECT(state, target, ...)                                                                                     \
    expect(state, target, (const struct row[]){ __VA_ARGS__ }, COUNT(((const struct row[]){ __VA_ARGS__ })))

static void test_students_are_listed_with_contacts_and_mentor(void **state)
{
    EXPECT(*state, "/v1/students", { "items", "3 items" }, { "items.0.ref", "20260014" }, { "items.0.name", "王小明" },
           { "items.0.class", "三(2)班" }, { "items.0.left_behind", "true" }, { "items.0.contacts", "3" },
           { "items.0.mentor.name", "周老师" }, { "items.1.mentor", "null" }, { "next", "null" });
    EXPECT(*state, "/v1/students?class=%E4%B8%89(2)%E7%8F%AD&left_behind=no", { "items", "1 items" },
           { "items.0.name", "李雪" });
    EXPECT(*state, "/v1/students?village=%E4%B8%8A%E6%B2%B3%E6%9D%91", { "items", "2 items" });
    EXPECT(*state, "/v1/students?q=%E5%B0%8F", { "items", "2 items" });
}

static void test_student_card_has_contacts_in_order_of_rank(void **state)
{
    EXPECT(*state, "/v1/students/20260014", { "remark", "哮喘" }, { "contacts", "3 items" },
           { "contacts.0.relation", "paternal_grandmother" }, { "contacts.0.word", "奶奶" }, { "contacts.0.rank", "1" },
           { "contacts.0.guardian", "true" }, { "contacts.0.reads", "false" }, { "contacts.0.lines", "1 items" },
           { "contacts.0.lines.0", "+8619900000001" }, { "contacts.0.restricted", "false" },
           { "contacts.2.name", "王强" }, { "contacts.2.restricted", "true" });
}

static void test_contact_has_lines_and_children(void **state)
{
    EXPECT(*state, "/v1/contacts?student=20260015", { "items", "1 items" }, { "items.0.ref", "P1" },
           { "items.0.students", "2 items" });
    EXPECT(*state, "/v1/contacts/P2", { "lines.0.e164", "+8619900000002" }, { "lines.0.opted_out", "true" },
           { "lines.0.confirmed", "true" }, { "students.0.ref", "20260014" }, { "students.0.relation", "mother" });
    EXPECT(*state, "/v1/contacts/P3", { "lines.0.state", "suspect" }, { "lines.0.confirmed", "false" },
           { "students.0.restricted", "true" });
}

static void test_staff_and_pairings(void **state)
{
    EXPECT(*state, "/v1/staff", { "items", "1 items" }, { "items.0.ref", "P4" }, { "items.0.roles.0.role", "teacher" },
           { "items.0.roles.0.class", "三(2)班" }, { "items.0.lines.0", "+8619900000004" },
           { "items.0.students.0.name", "王小明" });
    EXPECT(*state, "/v1/staff?role=head", { "items", "0 items" });
    EXPECT(*state, "/v1/pairings", { "items", "1 items" }, { "items.0.mentor.ref", "P4" },
           { "items.0.student.ref", "20260014" }, { "items.0.since", "2026-10-08T09:00:00+08:00" },
           { "items.0.until", "null" });
}

static void test_outbox_has_the_fields_that_are_promised(void **state)
{
    EXPECT(*state, "/v1/outbox?state=delivered", { "items", "1 items" }, { "items.0.id", "1" },
           { "items.0.cause", "1" }, { "items.0.kind", "checkin" }, { "items.0.to", "+8619900000001" },
           { "items.0.person.name", "张桂英" }, { "items.0.students", "2 items" },
           { "items.0.students.1.name", "王小红" }, { "items.0.channel", "sms" }, { "items.0.lane", "notice" },
           { "items.0.route", "1" }, { "items.0.gateway", "line1" }, { "items.0.due", "2026-10-08T09:00:00+08:00" },
           { "items.0.state", "delivered" }, { "items.0.reason", "" }, { "items.0.tries", "1" },
           { "items.0.parts", "1" }, { "items.0.cost", "0.05" }, { "items.0.text", "好回1" });
    EXPECT(*state, "/v1/outbox?state=held,queued", { "items", "2 items" }, { "items.0.text", "null" });
    EXPECT(*state, "/v1/outbox?student=20260015", { "items", "1 items" }, { "items.0.id", "1" });
    EXPECT(*state, "/v1/outbox?line=+8619900000002", { "items", "1 items" }, { "items.0.id", "3" });
    EXPECT(*state, "/v1/outbox?person=P1&lane=bulk&channel=voice", { "items", "1 items" }, { "items.0.id", "2" });
    EXPECT(*state, "/v1/outbox?cause=2", { "items", "2 items" });
}

static void test_cost_is_written_as_people_write_it(void **state)
{
    struct api_reply reply = api_fixture_get(*state, "/v1/outbox/1");

    assert_non_null(strstr(reply.raw, "\"cost\":0.05,"));
    api_reply_free(&reply);
}

static void test_message_shows_every_transition_and_try(void **state)
{
    EXPECT(*state, "/v1/outbox/1", { "trail", "2 items" }, { "trail.0.state", "claimed" },
           { "trail.1.at", "2026-10-08T09:00:01+08:00" }, { "trail.1.state", "delivered" }, { "tries", "1 items" },
           { "tries.0.provider_id", "abc" }, { "tries.0.outcome", "delivered" }, { "tries.0.seconds", "null" },
           { "expires", "2026-10-08T10:00:00+08:00" }, { "title", "月度平安" });
}

static void test_inbox_tells_what_was_understood_and_hides_what_is_sealed(void **state)
{
    EXPECT(*state, "/v1/inbox", { "items", "3 items" }, { "items.0.from", "+8619900000001" }, { "items.0.text", "1" },
           { "items.0.at", "2026-10-08T09:01:00+08:00" }, { "items.0.answers.0.ask", "1" },
           { "items.0.answers.0.student.ref", "20260014" }, { "items.0.answers.0.class", "fine" },
           { "items.0.answers.0.value", "1" }, { "items.0.persons.0.name", "张桂英" }, { "items.1.persons", "0 items" },
           { "items.1.answers", "0 items" }, { "items.2.text", "null" }, { "items.2.sealed", "true" });
    EXPECT(*state, "/v1/inbox?state=waiting", { "items", "1 items" }, { "items.0.id", "2" });
    EXPECT(*state, "/v1/inbox?student=20260014", { "items", "1 items" }, { "items.0.id", "1" });
    EXPECT(*state, "/v1/inbox/2", { "why", "nobody known" });
}

static void test_ask_shows_answers_and_attempts_made_and_skipped(void **state)
{
    EXPECT(*state, "/v1/asks?state=open,waiting", { "items", "1 items" }, { "items.0.student.name", "王小红" });
    EXPECT(*state, "/v1/asks?student=20260014", { "items", "1 items" }, { "items.0.id", "1" });
    EXPECT(*state, "/v1/asks/1", { "kind", "checkin" }, { "outcome", "fine" }, { "answers.0.class", "fine" },
           { "answers.0.via", "single" }, { "answers.0.reply", "1" }, { "answers.0.person.name", "张桂英" },
           { "attempts", "2 items" }, { "attempts.0.message", "1" }, { "attempts.0.state", "delivered" },
           { "attempts.1.skipped", "restricted" }, { "attempts.1.message", "null" });
}

static void test_broadcast_counts_messages_and_names_who_was_refused(void **state)
{
    EXPECT(*state, "/v1/broadcasts", { "items", "1 items" }, { "items.0.id", "2" }, { "items.0.title", "停课" },
           { "items.0.recipients", "1" }, { "items.0.lines", "1" }, { "items.0.messages.queued", "1" },
           { "items.0.messages.held", "1" }, { "items.0.cost", "0" });
    EXPECT(*state, "/v1/broadcasts/2", { "refused", "1 items" }, { "refused.0.student.name", "李雪" },
           { "refused.0.person", "null" }, { "refused.0.reason", "no_line" });
    EXPECT(*state, "/v1/broadcasts/1", { "asks.fine", "1" }, { "asks.open", "1" }, { "cost", "0.05" });
}

static void test_schedule_and_its_next_dates(void **state)
{
    EXPECT(*state, "/v1/schedules", { "items", "1 items" }, { "items.0.name", "月度平安" },
           { "items.0.rrule", "FREQ=MONTHLY;BYDAY=1SA" }, { "items.0.last.cause", "1" },
           { "items.0.last.state", "open" });
    /* half past nine in the evening is within the quiet hours: moved to seven the next morning */
    EXPECT(*state, "/v1/schedules/%E6%9C%88%E5%BA%A6%E5%B9%B3%E5%AE%89/preview?count=2", { "items", "2 items" },
           { "items.0.at", "2026-11-07T21:30:00+08:00" }, { "items.0.weekday", "Saturday" },
           { "items.0.quiet", "2026-11-08T07:00:00+08:00" }, { "items.1.at", "2026-12-05T21:30:00+08:00" });
}

static void test_status_counts_what_waits(void **state)
{
    EXPECT(*state, "/v1/status", { "state", "ok" }, { "school", "青岭小学" }, { "demo", "false" },
           { "now", "2026-10-08T18:00:00+08:00" }, { "students", "3" }, { "left_behind", "2" },
           { "inbox_waiting", "1" }, { "asks.open", "1" }, { "asks.help", "0" }, { "lanes.0.lane", "emergency" },
           { "lanes.2.queued", "1" }, { "lanes.2.held", "1" }, { "lanes.2.oldest", "2026-10-08T09:00:00+08:00" },
           { "problems", "0 items" });
}

/* Three pages of one row, joined by `next`, are the whole list. */
static void test_pages_join_without_gap_or_repeat(void **state)
{
    static const char *const lists[] = { "/v1/students", "/v1/outbox", "/v1/inbox", "/v1/students/20260014/channel" };

    for (size_t i = 0; i < COUNT(lists); i++) {
        struct api_reply whole = api_fixture_get(*state, lists[i]);
        json_t *joined = json_array();
        char target[200], next[80] = "0";

        for (int page = 0; page < 20 && strcmp(next, "null") != 0; page++) {
            struct api_reply reply;

            snprintf(target, sizeof target, "%s?limit=1&after=%s", lists[i], next);
            reply = api_fixture_get(*state, target);
            assert_int_equal(reply.status, 200);
            json_array_extend(joined, json_object_get(reply.body, "items"));
            snprintf(next, sizeof next, "%s", json_at(reply.body, "next"));
            api_reply_free(&reply);
        }
        assert_true(json_array_size(joined) >= 3);
        assert_true(json_equal(joined, json_object_get(whole.body, "items")));
        json_decref(joined);
        api_reply_free(&whole);
    }
}

/* 60,000 messages, one of them held, far behind: each page looks at 20,000 and says where it stopped. */
static void test_rare_rows_are_found_page_by_page(void **state)
{
    struct api_reply reply;

    api_fixture_sql(
        *state,
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO message"
        " (id, cause, line, person, channel, route, lane, due, expires, state, created)"
        " SELECT i, 2, 4, 4, 'sms', 1, 'bulk', 0, 0, CASE i WHEN 45000 THEN 'refused' ELSE 'delivered' END, 0 FROM n");
    reply = api_fixture_get(*state, "/v1/outbox?state=refused");
    assert_string_equal(json_at(reply.body, "items"), "0 items");
    assert_string_equal(json_at(reply.body, "next"), "20000");
    api_reply_free(&reply);
    reply = api_fixture_get(*state, "/v1/outbox?state=refused&after=40000");
    assert_string_equal(json_at(reply.body, "items.0.id"), "45000");
    assert_string_equal(json_at(reply.body, "next"), "null");
    api_reply_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_students_are_listed_with_contacts_and_mentor),
        cmocka_unit_test(test_student_card_has_contacts_in_order_of_rank),
        cmocka_unit_test(test_contact_has_lines_and_children),
        cmocka_unit_test(test_staff_and_pairings),
        cmocka_unit_test(test_outbox_has_the_fields_that_are_promised),
        cmocka_unit_test(test_cost_is_written_as_people_write_it),
        cmocka_unit_test(test_message_shows_every_transition_and_try),
        cmocka_unit_test(test_inbox_tells_what_was_understood_and_hides_what_is_sealed),
        cmocka_unit_test(test_ask_shows_answers_and_attempts_made_and_skipped),
        cmocka_unit_test(test_broadcast_counts_messages_and_names_who_was_refused),
        cmocka_unit_test(test_schedule_and_its_next_dates),
        cmocka_unit_test(test_status_counts_what_waits),
        cmocka_unit_test(test_pages_join_without_gap_or_repeat),
        cmocka_unit_test(test_rare_rows_are_found_page_by_page), /* last: it fills the outbox */
    };

    return cmocka_run_group_tests_name("api lists", tests, setup, teardown);
}
