/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register kept by hand over the API, with a real engine behind it: children, contacts, staff, pairings and duties
 * are entered, changed and ended; each mistake is one clear line; what was entered is what audiences then mean.
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
};

/* Ming with a grandmother, his sister Hong with nobody; Teacher Zhang; a check-in about Ming is open. */
static const char people[] =
    "INSERT INTO student (id, ref, name, class) VALUES (1, '20260014', '王小明', '三(2)班'), (2, '20260015', '王小红', "
    "'三(2)班');"
    "INSERT INTO person (id, ref, name) VALUES (1, 'P1', '张桂英'), (2, 'T1', '张老师'), (3, 'P3', '王强');"
    "INSERT INTO line (id, e164) VALUES (1, '+8613900000001'), (2, '+8613900000002'), (3, '+8613900000003');"
    "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (1, 1, 1, 1), (2, 2, 1, 1), (3, 3, 1, 1);"
    "INSERT INTO relation (student, person, kind, word, rank, guardian, restricted) VALUES"
    " (1, 1, 'paternal_grandmother', '奶奶', 1, 1, 0), (1, 3, 'father', '爸爸', 2, 0, 1);"
    "INSERT INTO role (person, role, class) VALUES (2, 'teacher', '三(2)班');"
    "INSERT INTO cause (id, key, kind, lane, title, audience, content, state, stage, due, expires, created, by) VALUES"
    " (1, 'c', 'checkin', 'notice', 't', 'all', '{\"zh\":\"好回1\"}', 'open', 'ready', 0, 0, 0, 's');"
    "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (1, 1, 1, 'open', 1891453600000, 1991453600000);";

static int setup(void **state)
{
    struct school *school = calloc(1, sizeof *school);

    api_fixture_open(&school->f);
    api_fixture_sql(&school->f, people);
    api_fixture_engine(&school->f);
    api_fixture_listen(&school->f);
    *state = school;
    return 0;
}

static int teardown(void **state)
{
    struct school *school = *state;

    api_fixture_close(&school->f);
    free(school);
    return 0;
}

/* Each request has a key of its own, made of target and body. */
static struct api_reply post(void *state, const char *target, const char *body, int want)
{
    char key[32];
    struct api_reply reply;
    uint32_t sum = 5381;

    for (const char *at = target; *at; at++)
        sum = sum * 33 + (unsigned char)*at;
    for (const char *at = body; *at; at++)
        sum = sum * 33 + (unsigned char)*at;
    snprintf(key, sizeof key, "k-%08x", sum);
    reply = api_fixture_ask(&((struct school *)state)->f, "POST", target, key, body);
    if (reply.status != want)
        fail_msg("POST %s %s: got %d %s, want %d", target, body, reply.status, reply.raw ? reply.raw : "", want);
    return reply;
}

static struct api_reply get(void *state, const char *target)
{
    return api_fixture_get(&((struct school *)state)->f, target);
}

static void posted(void *state, const char *target, const char *body)
{
    struct api_reply reply = post(state, target, body, 200);

    api_reply_free(&reply);
}

static int64_t count(void *state, const char *sql)
{
    return store_value(((struct school *)state)->f.store, -1, sql, "");
}

/* A refusal whose sentence holds `part`. */
static void refused(void *state, const char *target, const char *body, int want, const char *part)
{
    struct api_reply reply = post(state, target, body, want);

    if (!strstr(json_at(reply.body, "detail"), part))
        fail_msg("POST %s %s: got \"%s\", want \"…%s…\"", target, body, json_at(reply.body, "detail"), part);
    api_reply_free(&reply);
}

/* --------------------------------------------------------------------------------------------------------- children */

static void test_a_child_is_entered_as_a_sheet_would_enter_it(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/students",
             "{\"ref\":\"g2026031\",\"name\":\" 李　雪 \",\"class\":\"3.2\",\"village\":\"柳湾村\","
             "\"sex\":\"女\",\"birth\":\"2017年3月9日\",\"left_behind\":true}",
             200);

    assert_string_equal(json_at(reply.body, "ref"), "G2026031");
    assert_string_equal(json_at(reply.body, "name"), "李雪");
    assert_string_equal(json_at(reply.body, "class"), "三(2)班");
    assert_string_equal(json_at(reply.body, "grade"), "三年级");
    assert_string_equal(json_at(reply.body, "village"), "柳湾村");
    assert_string_equal(json_at(reply.body, "sex"), "female");
    assert_string_equal(json_at(reply.body, "birth"), "2017-03-09");
    assert_string_equal(json_at(reply.body, "left_behind"), "true");
    assert_int_equal(count(*state, "SELECT count(*) FROM audit WHERE action = 'student.add'"
                                   " AND subject = 'student:G2026031'"),
                     1);
    api_reply_free(&reply);
}

static void test_each_mistake_about_a_child_is_a_line_and_nothing_is_stored(void **state)
{
    struct api_reply reply = post(*state, "/v1/students",
                                  "{\"ref\":\"1.99E+10\",\"name\":\"13900001111\",\"class\":\"2\",\"sex\":\"x\","
                                  "\"birth\":\"2030-01-01\",\"left_behind\":\"yes\"}",
                                  400);

    assert_string_equal(json_at(reply.body, "detail"), "6 mistakes: nothing was stored");
    assert_string_equal(json_at(reply.body, "mistakes"), "6 items");
    api_reply_free(&reply);
    refused(*state, "/v1/students", "{\"ref\":\"G9\",\"name\":\"李雪\"}", 400, "class is missing");
    refused(*state, "/v1/students", "{\"ref\":\"G9\",\"name\":\"李雪\",\"class\":\"三2\",\"birth\":\"2017-02-30\"}",
            400, "birth: ");
    refused(*state, "/v1/students", "{\"ref\":\"20260014\",\"name\":\"李雪\",\"class\":\"三2\"}", 409,
            "greenline student set 20260014");
    assert_int_equal(count(*state, "SELECT count(*) FROM student"), 2);
    assert_int_equal(count(*state, "SELECT count(*) FROM audit"), 0);
}

static void test_the_same_request_enters_a_child_once(void **state)
{
    static const char body[] = "{\"ref\":\"G9\",\"name\":\"李雪\",\"class\":\"三2\"}";
    struct api_reply first = post(*state, "/v1/students", body, 200), again = post(*state, "/v1/students", body, 200);

    assert_string_equal(first.raw, again.raw);
    assert_int_equal(count(*state, "SELECT count(*) FROM student"), 3);
    assert_int_equal(count(*state, "SELECT count(*) FROM audit"), 1);
    api_reply_free(&first);
    api_reply_free(&again);
}

static void test_a_child_is_changed_field_by_field(void **state)
{
    struct api_reply reply;

    posted(*state, "/v1/students/20260014/set", "{\"village\":\"东村\",\"remark\":\"周末住姑姑家\"}");
    reply = post(*state, "/v1/students/20260014/set", "{\"class\":\"四1\",\"village\":\"\",\"left_behind\":true}", 200);
    assert_string_equal(json_at(reply.body, "class"), "四(1)班");
    assert_string_equal(json_at(reply.body, "grade"), "四年级");
    assert_string_equal(json_at(reply.body, "village"), "null");
    assert_string_equal(json_at(reply.body, "remark"), "周末住姑姑家");
    assert_string_equal(json_at(reply.body, "name"), "王小明");
    assert_string_equal(json_at(reply.body, "left_behind"), "true");
    api_reply_free(&reply);
    refused(*state, "/v1/students/20260014/set", "{}", 400, "nothing to set");
}

static void test_a_group_has_the_members_it_was_given(void **state)
{
    struct api_reply reply;

    posted(*state, "/v1/students/20260014/set", "{\"group\":\"合唱团\"}");
    posted(*state, "/v1/contacts/T1/set", "{\"group\":\"合唱团\"}");
    reply = get(*state, "/v1/students?group=%E5%90%88%E5%94%B1%E5%9B%A2");
    assert_string_equal(json_at(reply.body, "items"), "1 items");
    assert_string_equal(json_at(reply.body, "items.0.ref"), "20260014");
    api_reply_free(&reply);
    reply = get(*state, "/v1/students/20260014");
    assert_string_equal(json_at(reply.body, "groups.0"), "合唱团");
    api_reply_free(&reply);
    /* the grandmother for the child, the teacher for himself */
    reply = post(*state, "/v1/broadcasts/preview", "{\"to\":\"group:合唱团\",\"text\":\"排练\"}", 200);
    assert_string_equal(json_at(reply.body, "lines"), "2");
    api_reply_free(&reply);
    posted(*state, "/v1/students/20260014/set", "{\"no_group\":\"合唱团\"}");
    refused(*state, "/v1/students/20260015/set", "{\"no_group\":\"合唱团\"}", 404, "is not in group");
    refused(*state, "/v1/contacts/P1/set", "{\"no_group\":\"合唱团\"}", 404, "is not in group");
    refused(*state, "/v1/students/20260014/set", "{\"group\":\"a\\\"b\"}", 400, "no quotes");
    assert_int_equal(count(*state, "SELECT count(*) FROM party WHERE student IS NOT NULL"), 0);
}

static void test_a_child_who_leaves_is_asked_about_no_more_and_may_come_back(void **state)
{
    struct api_reply reply = post(*state, "/v1/students/20260014/end", "{}", 200);

    assert_string_equal(json_at(reply.body, "gone"), "2026-10-08T18:00:00+08:00");
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM ask WHERE state = 'cancelled'"), 1);
    reply = get(*state, "/v1/students");
    assert_string_equal(json_at(reply.body, "items"), "1 items");
    api_reply_free(&reply);
    refused(*state, "/v1/students/20260014/end", "{ }", 409, "has left already");
    reply = post(*state, "/v1/students", "{\"ref\":\"20260014\",\"name\":\"王小明\",\"class\":\"三2\"}", 200);
    assert_string_equal(json_at(reply.body, "gone"), "null");
    assert_string_equal(json_at(reply.body, "contacts"), "2 items");
    api_reply_free(&reply);
}

static void test_a_child_does_not_leave_while_an_emergency_is_open(void **state)
{
    posted(*state, "/v1/alerts", "{\"student\":\"20260015\",\"text\":\"走失\"}");
    api_fixture_sql(&((struct school *)*state)->f,
                    "INSERT INTO ask (id, cause, student, state, due, grace) VALUES (9, 2, 2, 'open', 1, 1)");
    refused(*state, "/v1/students/20260015/end", "{}", 409, "greenline alert close 2");
    assert_int_equal(count(*state, "SELECT count(*) FROM student WHERE gone_at IS NOT NULL"), 0);
    assert_int_equal(count(*state, "SELECT count(*) FROM ask WHERE state = 'cancelled'"), 0);
}

/* --------------------------------------------------------------------------------------------------------- contacts */

static void test_a_contact_is_entered_behind_the_others_with_a_confirmed_number(void **state)
{
    struct api_reply reply = post(*state, "/v1/contacts",
                                  "{\"name\":\"李秀兰\",\"student\":\"20260014\",\"relation\":\"妈妈\","
                                  "\"phone\":\"139 0000 0007\",\"reads\":false}",
                                  200);

    assert_string_equal(json_at(reply.body, "ref"), "20260014-mother");
    assert_string_equal(json_at(reply.body, "lines.0.e164"), "+8613900000007");
    assert_string_equal(json_at(reply.body, "lines.0.confirmed"), "true");
    assert_string_equal(json_at(reply.body, "students.0.relation"), "mother");
    assert_string_equal(json_at(reply.body, "students.0.rank"), "3");
    assert_string_equal(json_at(reply.body, "students.0.guardian"), "false");
    assert_string_equal(json_at(reply.body, "reads"), "false");
    api_reply_free(&reply);
    reply = get(*state, "/v1/students/20260014");
    assert_string_equal(json_at(reply.body, "contacts.2.word"), "妈妈");
    api_reply_free(&reply);
}

static void test_the_same_name_and_number_at_a_sibling_is_the_same_person(void **state)
{
    struct api_reply reply = post(*state, "/v1/contacts",
                                  "{\"name\":\"张桂英\",\"student\":\"20260015\",\"relation\":\"奶奶\","
                                  "\"phone\":\"13900000001\"}",
                                  200);

    assert_string_equal(json_at(reply.body, "ref"), "P1");
    assert_string_equal(json_at(reply.body, "students"), "2 items");
    assert_string_equal(json_at(reply.body, "students.1.guardian"), "true"); /* the first one whom Hong has */
    assert_string_equal(json_at(reply.body, "lines"), "1 items");
    api_reply_free(&reply);
    /* a name alone means somebody else */
    reply = post(*state, "/v1/contacts", "{\"name\":\"王强\",\"student\":\"20260015\",\"relation\":\"uncle\"}", 200);
    assert_string_equal(json_at(reply.body, "ref"), "20260015-uncle");
    api_reply_free(&reply);
    /* unless the id says who */
    reply = post(*state, "/v1/contacts", "{\"name\":\"id:3\",\"student\":\"20260015\",\"relation\":\"father\"}", 200);
    assert_string_equal(json_at(reply.body, "ref"), "P3");
    api_reply_free(&reply);
}

static void test_mistakes_about_a_contact_are_told_and_nothing_is_stored(void **state)
{
    struct api_reply reply = post(*state, "/v1/contacts",
                                  "{\"name\":\"#N/A\",\"student\":\"20260014\",\"relation\":\"granma\","
                                  "\"phone\":\"110\",\"rank\":0,\"guardian\":1}",
                                  400);

    assert_string_equal(json_at(reply.body, "mistakes"), "5 items");
    api_reply_free(&reply);
    refused(*state, "/v1/contacts", "{\"name\":\"李秀兰\",\"relation\":\"妈妈\"}", 400, "student is missing");
    refused(*state, "/v1/contacts", "{\"name\":\"李秀兰\",\"student\":\"99\",\"relation\":\"妈妈\"}", 404, "student");
    refused(*state, "/v1/contacts", "{\"name\":\"李秀兰\",\"student\":\"20260014\"}", 400, "relation is missing");
    refused(*state, "/v1/contacts", "{\"name\":\"张桂英\",\"student\":\"20260014\",\"relation\":\"奶奶\"}", 409,
            "greenline contact set P1");
    assert_int_equal(count(*state, "SELECT count(*) FROM person"), 3);
    assert_int_equal(count(*state, "SELECT count(*) FROM line"), 3);
}

static void test_a_family_word_that_nobody_knows_is_kept(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/contacts", "{\"name\":\"赵六\",\"student\":\"20260014\",\"relation\":\"拜把兄弟\"}", 200);

    assert_string_equal(json_at(reply.body, "students.0.relation"), "other");
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM relation WHERE word = '拜把兄弟'"), 1);
}

static void test_a_contact_that_ends_is_told_nothing_more_and_may_return(void **state)
{
    struct api_reply reply = post(*state, "/v1/contacts/P1/end", "{\"student\":\"20260014\"}", 200);

    assert_string_equal(json_at(reply.body, "students"), "0 items");
    api_reply_free(&reply);
    refused(*state, "/v1/contacts/P1/end", "{\"student\":\"王小明\"}", 404, "is no contact of that child");
    refused(*state, "/v1/students/20260014/say", "{\"text\":\"您好\",\"to\":\"P1\"}", 409, "");
    reply = get(*state, "/v1/students/20260014");
    assert_string_equal(json_at(reply.body, "contacts"), "1 items");
    api_reply_free(&reply);
    reply = post(*state, "/v1/contacts", "{\"name\":\"张桂英\",\"student\":\"20260014\",\"relation\":\"奶奶\"}", 200);
    assert_string_equal(json_at(reply.body, "ref"), "P1");
    assert_string_equal(json_at(reply.body, "students"), "1 items");
    api_reply_free(&reply);
    /* a restriction outlives the end of a relation */
    posted(*state, "/v1/contacts/P3/end", "{\"student\":\"20260014\"}");
    reply = post(*state, "/v1/contacts", "{\"name\":\"王强\",\"student\":\"20260014\",\"relation\":\"爸爸\"}", 200);
    assert_string_equal(json_at(reply.body, "students.0.restricted"), "true");
    api_reply_free(&reply);
}

static void test_a_person_or_a_number_is_muted_and_unmuted(void **state)
{
    struct api_reply reply;

    posted(*state, "/v1/contacts/P1/set", "{\"phone\":\"13900000009\"}");
    reply = post(*state, "/v1/contacts/P1/mute", "{\"phone\":\"13900000001\"}", 200);
    assert_string_equal(json_at(reply.body, "lines.0.opted_out"), "false");
    assert_string_equal(json_at(reply.body, "lines.1.opted_out"), "true");
    api_reply_free(&reply);
    reply = post(*state, "/v1/contacts/13900000001/unmute", "{}", 200);
    assert_string_equal(json_at(reply.body, "ref"), "P1");
    assert_string_equal(json_at(reply.body, "lines.1.opted_out"), "false");
    api_reply_free(&reply);
    posted(*state, "/v1/contacts/P1/mute", "{}");
    assert_int_equal(count(*state, "SELECT count(*) FROM line WHERE optout_at IS NOT NULL"), 2);
    refused(*state, "/v1/contacts/P1/mute", "{\"phone\":\"13900000003\"}", 404, "no number of this person");
}

static void test_a_number_that_staff_enter_counts_as_sound_again(void **state)
{
    api_fixture_sql(&((struct school *)*state)->f, "UPDATE line SET state = 'wrong', optout_at = 5 WHERE id = 1");
    posted(*state, "/v1/contacts/P1/set", "{\"phone\":\"13900000001\"}");
    assert_int_equal(count(*state, "SELECT count(*) FROM line WHERE id = 1 AND state = 'ok' AND optout_at = 5"), 1);
}

/* ------------------------------------------------------------------------------------------------------------ staff */

static void test_staff_are_entered_changed_and_ended(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/staff", "{\"name\":\"赵敏\",\"role\":\"代理家长\",\"phone\":\"13900000008\"}", 200);

    assert_string_equal(json_at(reply.body, "ref"), "赵敏");
    assert_string_equal(json_at(reply.body, "roles.0.role"), "mentor");
    assert_string_equal(json_at(reply.body, "lines.0"), "+8613900000008");
    api_reply_free(&reply);
    posted(*state, "/v1/pairings", "{\"mentor\":\"赵敏\",\"student\":\"20260014\"}");
    reply = post(*state, "/v1/staff/%E8%B5%B5%E6%95%8F/set", "{\"role\":\"teacher\",\"class\":\"五1\"}", 200);
    assert_string_equal(json_at(reply.body, "roles"), "2 items");
    assert_string_equal(json_at(reply.body, "roles.1.class"), "五(1)班");
    assert_string_equal(json_at(reply.body, "students.0.ref"), "20260014");
    api_reply_free(&reply);
    reply = post(*state, "/v1/staff/%E8%B5%B5%E6%95%8F/set", "{\"class\":\"五2\"}", 200);
    assert_string_equal(json_at(reply.body, "roles"), "2 items");
    assert_string_equal(json_at(reply.body, "roles.1.class"), "五(2)班");
    api_reply_free(&reply);
    reply = post(*state, "/v1/staff/%E8%B5%B5%E6%95%8F/end", "{\"role\":\"mentor\"}", 200);
    assert_string_equal(json_at(reply.body, "roles"), "1 items");
    assert_string_equal(json_at(reply.body, "students"), "0 items");
    api_reply_free(&reply);
    posted(*state, "/v1/staff/%E8%B5%B5%E6%95%8F/end", "{}");
    refused(*state, "/v1/staff/%E8%B5%B5%E6%95%8F/end", "{ }", 404, "holds no such role");
}

static void test_mistakes_about_staff_are_told_and_nothing_is_stored(void **state)
{
    refused(*state, "/v1/staff", "{\"name\":\"赵敏\"}", 400, "role is missing");
    refused(*state, "/v1/staff", "{\"name\":\"赵敏\",\"role\":\"mentr\"}", 400, "role \"mentr\" is not known");
    refused(*state, "/v1/staff", "{\"name\":\"张老师\",\"role\":\"mentor\"}", 409, "greenline staff set T1");
    refused(*state, "/v1/staff", "{\"name\":\"赵敏\",\"role\":\"mentor\",\"phone\":\"1390000\"}", 400,
            "phone \"1390000\"");
    refused(*state, "/v1/staff/T1/set", "{}", 400, "nothing to set");
    refused(*state, "/v1/staff/P1/set", "{\"class\":\"三2\"}", 400, "give role too");
    assert_int_equal(count(*state, "SELECT count(*) FROM role"), 1);
    assert_int_equal(count(*state, "SELECT count(*) FROM person"), 3);
}

static void test_a_father_who_teaches_is_one_person(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/staff", "{\"name\":\"王强\",\"role\":\"teacher\",\"phone\":\"13900000003\"}", 200);

    assert_string_equal(json_at(reply.body, "ref"), "P3");
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM person"), 3);
}

/* --------------------------------------------------------------------------------------------------- pairings, rota */

static void test_a_mentor_is_paired_from_a_day_and_unpaired(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/pairings", "{\"mentor\":\"T1\",\"student\":\"20260014\",\"since\":\"2026-09-01\"}", 200);

    assert_string_equal(json_at(reply.body, "mentor.name"), "张老师");
    assert_string_equal(json_at(reply.body, "student.ref"), "20260014");
    assert_string_equal(json_at(reply.body, "since"), "2026-09-01T00:00:00+08:00");
    assert_string_equal(json_at(reply.body, "until"), "null");
    api_reply_free(&reply);
    refused(*state, "/v1/pairings", "{\"mentor\":\"T1\",\"student\":\"20260014\"}", 409, "already");
    reply = post(*state, "/v1/pairings/end", "{\"mentor\":\"T1\",\"student\":\"20260014\"}", 200);
    assert_string_equal(json_at(reply.body, "until"), "2026-10-08T18:00:00+08:00");
    api_reply_free(&reply);
    refused(*state, "/v1/pairings/end", "{\"mentor\":\"T1\",\"student\":\"王小明\"}", 404, "does not look after");
}

static void test_who_cannot_be_a_mentor_is_refused(void **state)
{
    refused(*state, "/v1/pairings", "{\"mentor\":\"P1\",\"student\":\"20260014\"}", 409, "--role mentor");
    refused(*state, "/v1/pairings", "{\"mentor\":\"T9\",\"student\":\"20260014\"}", 404, "person");
    refused(*state, "/v1/pairings", "{\"mentor\":\"T1\",\"student\":\"20260014\",\"since\":\"2026-09\"}", 400,
            "a month is no day");
    posted(*state, "/v1/staff/P3/set", "{\"role\":\"mentor\"}");
    refused(*state, "/v1/pairings", "{\"mentor\":\"P3\",\"student\":\"20260014\"}", 409, "may not be told");
    assert_int_equal(count(*state, "SELECT count(*) FROM pairing"), 0);
}

static void test_duties_are_listed_in_order_of_time_until_they_end(void **state)
{
    struct api_reply reply;

    posted(*state, "/v1/rota", "{\"person\":\"T1\",\"since\":\"2026-10-10 08:00\",\"until\":\"2026-10-10 18:00\"}");
    posted(*state, "/v1/rota",
           "{\"person\":\"P1\",\"since\":\"2026-10-08 08:00\",\"until\":\"2026-10-09 08:00\","
           "\"post\":\"校门\"}");
    reply = get(*state, "/v1/rota?limit=1");
    assert_string_equal(json_at(reply.body, "items.0.person.ref"), "P1");
    assert_string_equal(json_at(reply.body, "items.0.post"), "校门");
    assert_string_equal(json_at(reply.body, "next"), "2");
    api_reply_free(&reply);
    reply = get(*state, "/v1/rota?after=2");
    assert_string_equal(json_at(reply.body, "items"), "1 items");
    assert_string_equal(json_at(reply.body, "items.0.id"), "1");
    assert_string_equal(json_at(reply.body, "items.0.post"), "duty");
    assert_string_equal(json_at(reply.body, "items.0.since"), "2026-10-10T08:00:00+08:00");
    api_reply_free(&reply);
    reply = post(*state, "/v1/rota/2/end", "{}", 200);
    assert_string_equal(json_at(reply.body, "until"), "2026-10-08T18:00:00+08:00");
    api_reply_free(&reply);
    posted(*state, "/v1/rota/1/end", "{}");
    reply = get(*state, "/v1/rota");
    assert_string_equal(json_at(reply.body, "items"), "0 items");
    api_reply_free(&reply);
    refused(*state, "/v1/rota/1/end", "{ }", 404, "none to come");
    refused(*state, "/v1/rota", "{\"person\":\"T1\",\"since\":\"2026-10-10 08:00\",\"until\":\"2026-10-10 07:00\"}",
            400, "lies before since");
    refused(*state, "/v1/rota", "{\"person\":\"T1\",\"since\":\"2026-10-01 08:00\",\"until\":\"2026-10-01 18:00\"}",
            400, "is over already");
    refused(*state, "/v1/rota", "{\"person\":\"T1\",\"since\":\"2026-10-10 08:00\"}", 400, "until is missing");
}

/* ------------------------------------------------------------------------------------------- what lists say of causes */

static void test_a_broadcast_is_done_when_nothing_of_it_waits(void **state)
{
    struct school *school = *state;
    struct api_reply reply;

    api_fixture_sql(&school->f,
                    "INSERT INTO cause (id, key, kind, lane, title, audience, content, state, stage, due, expires, "
                    "created, by) VALUES (5, 'b', 'notice', 'bulk', 't', 'all', '{}', 'open', 'ready', 0, 0, 0, 's');"
                    "INSERT INTO message (id, cause, line, person, channel, route, lane, due, expires, state, created)"
                    " VALUES (50, 5, 1, 1, 'sms', 1, 'bulk', 0, 0, 'held', 0)");
    reply = get(*state, "/v1/broadcasts/5");
    assert_string_equal(json_at(reply.body, "state"), "open");
    api_reply_free(&reply);
    api_fixture_sql(&school->f, "UPDATE message SET state = 'delivered' WHERE id = 50");
    reply = get(*state, "/v1/broadcasts/5");
    assert_string_equal(json_at(reply.body, "state"), "done");
    api_reply_free(&reply);
    /* the check-in of cause 1 is still asked */
    reply = get(*state, "/v1/broadcasts?state=open");
    assert_string_equal(json_at(reply.body, "items"), "1 items");
    assert_string_equal(json_at(reply.body, "items.0.id"), "1");
    api_reply_free(&reply);
    reply = get(*state, "/v1/broadcasts?state=done");
    assert_string_equal(json_at(reply.body, "items"), "1 items");
    assert_string_equal(json_at(reply.body, "items.0.id"), "5");
    api_reply_free(&reply);
    api_fixture_sql(&school->f, "UPDATE cause SET stage = 'expand' WHERE id = 5");
    reply = get(*state, "/v1/broadcasts/5");
    assert_string_equal(json_at(reply.body, "state"), "open");
    api_reply_free(&reply);
}

static void test_an_alert_shows_how_bad_it_is(void **state)
{
    struct api_reply reply;

    posted(*state, "/v1/alerts", "{\"student\":\"20260014\",\"text\":\"暴雨\",\"severity\":\"红色\"}");
    posted(*state, "/v1/alerts", "{\"student\":\"20260014\",\"text\":\"大风\",\"severity\":\"很急\"}");
    posted(*state, "/v1/alerts", "{\"student\":\"20260014\",\"text\":\"无\"}");
    reply = get(*state, "/v1/alerts");
    assert_string_equal(json_at(reply.body, "items.0.severity"), "red");
    assert_string_equal(json_at(reply.body, "items.1.severity"), "orange"); /* no emergency waits for a word */
    assert_string_equal(json_at(reply.body, "items.2.severity"), "orange");
    api_reply_free(&reply);
    assert_int_equal(count(*state, "SELECT count(*) FROM cause WHERE json_extract(content, '$.zh') LIKE '%暴雨%'"), 1);
}

static void test_what_came_in_stands_before_what_went_out_at_one_instant(void **state)
{
    struct api_reply reply;

    api_fixture_sql(&((struct school *)*state)->f,
                    "INSERT INTO reply (id, gateway, uid, sender, line, kind, text, at, received, state) VALUES"
                    " (1, 'g', '1', '+8613900000001', 1, 'text', '孩子病了', 1000, 1000, 'understood');"
                    "INSERT INTO answer (ask, line, person, reply, class, via, received) VALUES"
                    " (1, 1, 1, 1, 'help', 'single', 1000);"
                    "INSERT INTO message (id, cause, line, person, channel, route, lane, due, expires, state, created,"
                    " text) VALUES (50, 1, 1, 1, 'sms', 1, 'notice', 1000, 2000, 'queued', 1000, '收到');"
                    "INSERT INTO about (message, student) VALUES (50, 1)");
    reply = get(*state, "/v1/students/20260014/channel");
    assert_string_equal(json_at(reply.body, "items"), "3 items");
    assert_string_equal(json_at(reply.body, "items.0.way"), "in");
    assert_string_equal(json_at(reply.body, "items.1.way"), "answer");
    assert_string_equal(json_at(reply.body, "items.2.way"), "out");
    api_reply_free(&reply);
}

#define IN_SCHOOL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCHOOL(test_a_child_is_entered_as_a_sheet_would_enter_it),
        IN_SCHOOL(test_each_mistake_about_a_child_is_a_line_and_nothing_is_stored),
        IN_SCHOOL(test_the_same_request_enters_a_child_once),
        IN_SCHOOL(test_a_child_is_changed_field_by_field),
        IN_SCHOOL(test_a_group_has_the_members_it_was_given),
        IN_SCHOOL(test_a_child_who_leaves_is_asked_about_no_more_and_may_come_back),
        IN_SCHOOL(test_a_child_does_not_leave_while_an_emergency_is_open),
        IN_SCHOOL(test_a_contact_is_entered_behind_the_others_with_a_confirmed_number),
        IN_SCHOOL(test_the_same_name_and_number_at_a_sibling_is_the_same_person),
        IN_SCHOOL(test_mistakes_about_a_contact_are_told_and_nothing_is_stored),
        IN_SCHOOL(test_a_family_word_that_nobody_knows_is_kept),
        IN_SCHOOL(test_a_contact_that_ends_is_told_nothing_more_and_may_return),
        IN_SCHOOL(test_a_person_or_a_number_is_muted_and_unmuted),
        IN_SCHOOL(test_a_number_that_staff_enter_counts_as_sound_again),
        IN_SCHOOL(test_staff_are_entered_changed_and_ended),
        IN_SCHOOL(test_mistakes_about_staff_are_told_and_nothing_is_stored),
        IN_SCHOOL(test_a_father_who_teaches_is_one_person),
        IN_SCHOOL(test_a_mentor_is_paired_from_a_day_and_unpaired),
        IN_SCHOOL(test_who_cannot_be_a_mentor_is_refused),
        IN_SCHOOL(test_duties_are_listed_in_order_of_time_until_they_end),
        IN_SCHOOL(test_a_broadcast_is_done_when_nothing_of_it_waits),
        IN_SCHOOL(test_an_alert_shows_how_bad_it_is),
        IN_SCHOOL(test_what_came_in_stands_before_what_went_out_at_one_instant),
    };

    return cmocka_run_group_tests_name("the register by hand", tests, NULL, NULL);
}
