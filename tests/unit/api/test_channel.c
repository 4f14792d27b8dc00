/* SPDX-License-Identifier: Apache-2.0 */
/* The green channel: what belongs to a child's time line and what does not, in the order of time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "store/list.h"
#include "tests/support/api_fixture.h"

/* Grandmother (line 1) cares for Ming (1) and Hong (2); father (line 3) may not be told about Ming; aunt (line 4) was a
 * contact of Ming until time 50. */
static const char school[] =
    "INSERT INTO student (id, ref, name) VALUES (1, 'S1', '小明'), (2, 'S2', '小红');"
    "INSERT INTO person (id, ref, name) VALUES (1, 'P1', '奶奶'), (3, 'P3', '爸爸'), (4, 'P4', '姑姑');"
    "INSERT INTO line (id, e164) VALUES (1, '+8619900000001'), (3, '+8619900000003'), (4, '+8619900000004');"
    "INSERT INTO person_line (person, line) VALUES (1, 1), (3, 3), (4, 4);"
    "INSERT INTO relation (student, person, kind, rank, restricted, until) VALUES (1, 1, 'paternal_grandmother', 1, 0, "
    "NULL),"
    " (2, 1, 'paternal_grandmother', 1, 0, NULL), (1, 3, 'father', 2, 1, NULL), (1, 4, 'aunt', 3, 0, 50);"
    "INSERT INTO cause (id, key, kind, lane, title, audience, content, due, expires, created, by) VALUES"
    " (1, 'c', 'checkin', 'notice', 't', 'all', '{}', 0, 0, 0, 's');"
    "INSERT INTO ask (id, cause, student, due, grace) VALUES (1, 1, 1, 0, 0), (2, 1, 2, 0, 0);";

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

static json_t *channel(struct api_fixture *f, int64_t student)
{
    struct list_filter filter = list_all(f->setting.zone, FIXTURE_NOW);

    filter.student = student;
    return channel_list(f->store, &filter);
}

static void reply(struct api_fixture *f, int id, int line, const char *text, int at)
{
    char *sql =
        mem_format("INSERT INTO reply (id, gateway, uid, sender, line, kind, text, at, received, state) VALUES"
                   " (%d, 'g', '%d', (SELECT e164 FROM line WHERE id = %d), %d, 'text', '%s', %d, %d, 'understood')",
                   id, id, line, line, text, at, at);

    api_fixture_sql(f, sql);
    free(sql);
}

static void answer(struct api_fixture *f, int ask, int reply_id, const char *class, int at)
{
    char *sql = mem_format("INSERT INTO answer (ask, line, person, reply, class, via, received) VALUES"
                           " (%d, 1, 1, %d, '%s', 'single', %d)",
                           ask, reply_id, class, at);

    api_fixture_sql(f, sql);
    free(sql);
}

static void test_messages_replies_answers_and_notes_stand_in_order_of_time(void **state)
{
    json_t *page;

    api_fixture_sql(
        *state,
        "INSERT INTO message (id, cause, line, person, channel, route, lane, due, expires, state, text, created)"
        " VALUES (1, 1, 1, 1, 'sms', 1, 'notice', 0, 0, 'delivered', '好回1', 5);"
        "INSERT INTO about VALUES (1, 1), (1, 2);"
        "INSERT INTO try (message, n, gateway, claimed) VALUES (1, 1, 'g', 10);"
        "INSERT INTO note (student, at, author, text) VALUES (1, 40, 'unix:lin', '已家访')");
    reply(*state, 1, 1, "1", 20);
    answer(*state, 1, 1, "fine", 30);
    page = channel(*state, 1);
    assert_string_equal(json_at(page, "items"), "4 items");
    assert_string_equal(json_at(page, "items.0.way"), "out");
    assert_string_equal(json_at(page, "items.0.at"), "1970-01-01T08:00:00+08:00");
    assert_string_equal(json_at(page, "items.0.number"), "+86199****0001");
    assert_string_equal(json_at(page, "items.0.text"), "好回1");
    assert_string_equal(json_at(page, "items.0.state"), "delivered");
    assert_string_equal(json_at(page, "items.1.way"), "in");
    assert_string_equal(json_at(page, "items.1.person.name"), "奶奶");
    assert_string_equal(json_at(page, "items.1.meaning"), "fine");
    assert_string_equal(json_at(page, "items.2.way"), "answer");
    assert_string_equal(json_at(page, "items.2.meaning"), "fine");
    assert_string_equal(json_at(page, "items.3.way"), "note");
    assert_string_equal(json_at(page, "items.3.person.name"), "unix:lin");
    assert_string_equal(json_at(page, "items.3.text"), "已家访");
    json_decref(page);
}

static void test_reply_that_answers_for_a_sibling_is_not_on_this_channel(void **state)
{
    json_t *page;

    reply(*state, 1, 1, "小红好", 20);
    answer(*state, 2, 1, "fine", 20);
    page = channel(*state, 1);
    assert_string_equal(json_at(page, "items"), "0 items");
    json_decref(page);
    page = channel(*state, 2);
    assert_string_equal(json_at(page, "items"), "2 items");
    json_decref(page);
}

static void test_reply_without_an_answer_is_on_the_channel_of_each_child_of_the_line(void **state)
{
    for (int64_t student = 1; student <= 2; student++) {
        json_t *page;

        if (student == 1)
            reply(*state, 1, 1, "在吗", 20);
        page = channel(*state, student);
        assert_string_equal(json_at(page, "items"), "1 items");
        assert_string_equal(json_at(page, "items.0.restricted"), "false");
        assert_string_equal(json_at(page, "items.0.meaning"), "null");
        json_decref(page);
    }
}

static void test_what_a_restricted_person_wrote_is_shown_and_marked(void **state)
{
    json_t *page;

    reply(*state, 1, 3, "1", 20);
    page = channel(*state, 1);
    assert_string_equal(json_at(page, "items"), "1 items");
    assert_string_equal(json_at(page, "items.0.restricted"), "true");
    assert_string_equal(json_at(page, "items.0.meaning"), "null");
    json_decref(page);
}

static void test_reply_after_a_relation_ended_is_not_the_childs(void **state)
{
    json_t *page;

    reply(*state, 1, 4, "before", 49);
    reply(*state, 2, 4, "after", 51);
    page = channel(*state, 1);
    assert_string_equal(json_at(page, "items"), "1 items");
    assert_string_equal(json_at(page, "items.0.text"), "before");
    json_decref(page);
}

static void test_sealed_text_is_never_on_a_channel(void **state)
{
    json_t *page;
    char *text;

    reply(*state, 1, 1, "SECRET", 20);
    api_fixture_sql(*state, "UPDATE reply SET sealed = 1");
    page = channel(*state, 1);
    assert_string_equal(json_at(page, "items.0.text"), "null");
    text = json_dumps(page, 0);
    assert_null(strstr(text, "SECRET"));
    free(text);
    json_decref(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_messages_replies_answers_and_notes_stand_in_order_of_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_reply_that_answers_for_a_sibling_is_not_on_this_channel, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reply_without_an_answer_is_on_the_channel_of_each_child_of_the_line, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_what_a_restricted_person_wrote_is_shown_and_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reply_after_a_relation_ended_is_not_the_childs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sealed_text_is_never_on_a_channel, setup, teardown),
    };

    return cmocka_run_group_tests_name("green channel", tests, NULL, NULL);
}
