/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rolls and absences over the API, with a real engine behind it: a class is reported, a child is missed and accounted
 * for; each mistake is one clear line; what is wrong with the ladders comes from the daemon as it is.
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
#include "lib/json.h"
#include "tests/support/api_fixture.h"

struct school {
    struct api_fixture f;
    int keys;
};

static const char people[] =
    "INSERT INTO student (id, ref, name, class) VALUES (1, 'S1', '王小明', '三(2)班'), (2, 'S2', '王小红', '三(2)班'),"
    " (3, 'S3', '王小明', '四(1)班'), (4, 'S4', '李四', '三(2)班');"
    "INSERT INTO person (id, ref, name) VALUES (1, 'P1', '张桂英'), (2, 'T1', '张老师');"
    "INSERT INTO line (id, e164) VALUES (1, '+8613900000001'), (2, '+8613900000002');"
    "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (1, 1, 1, 1), (2, 2, 1, 1);"
    "INSERT INTO relation (student, person, kind, word, rank, guardian) VALUES"
    " (1, 1, 'paternal_grandmother', '奶奶', 1, 1);"
    "INSERT INTO role (person, role, class) VALUES (2, 'teacher', '三(2)班');";

static json_t *two_findings(void *arg)
{
    (void)arg;
    return json_pack("[{s:s, s:s}, {s:s}]", "state", "nobody", "ladder", "urgent", "state", "refused");
}

static int setup(void **state)
{
    struct school *school = calloc(1, sizeof *school);

    api_fixture_open(&school->f);
    api_fixture_sql(&school->f, people);
    api_fixture_engine(&school->f);
    school->f.parts.check_ladders = two_findings;
    school->f.setting.language = "zh";
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

static struct api_reply post(struct school *s, const char *target, const char *body)
{
    char key[24];

    snprintf(key, sizeof key, "k%d", ++s->keys);
    return api_fixture_ask(&s->f, "POST", target, key, body);
}

/* The field of an answer is as wanted. */
static void expect(const struct api_reply *reply, const char *path, const char *want)
{
    const char *got = json_at(reply->body, path);

    if (strcmp(got, want) != 0)
        fail_msg("%s: got %s, want %s\n%s", path, got, want, reply->raw);
}

static void expect_status(struct api_reply reply, int status, const char *detail)
{
    if (reply.status != status || strcmp(json_at(reply.body, "detail"), detail) != 0)
        fail_msg("got %d %s, want %d %s", reply.status, reply.raw, status, detail);
    api_reply_free(&reply);
}

static void test_a_class_is_reported_in_any_spelling(void **state)
{
    struct school *s = *state;
    struct api_reply reply = post(s, "/v1/rolls/%E4%B8%89%E5%B9%B4%E7%BA%A72%E7%8F%AD/report", /* 三年级2班 */
                                  "{\"present\":1,\"sick\":[\"李四\"],\"absent\":[\"王小明\"]}");

    assert_int_equal(reply.status, 200);
    expect(&reply, "class", "三(2)班");
    expect(&reply, "state", "reported");
    expect(&reply, "day", "2026-10-08");
    expect(&reply, "expected", "3");
    expect(&reply, "present", "1");
    expect(&reply, "away.0.student.ref", "S1"); /* of the class, not his namesake in 四(1)班 */
    expect(&reply, "away.0.word", "absent");
    expect(&reply, "away.0.state", "open");
    expect(&reply, "away.1.student.name", "李四");
    expect(&reply, "away.1.cause", "null");
    expect(&reply, "unnamed", "0");
    api_reply_free(&reply);
    reply = api_fixture_get(&s->f, "/v1/rolls");
    expect(&reply, "items", "1 items");
    expect(&reply, "items.0.absent", "1");
    expect(&reply, "items.0.sick", "1");
    api_reply_free(&reply);
    reply = api_fixture_get(&s->f, "/v1/rolls?date=2026-10-07");
    expect(&reply, "items", "0 items");
    api_reply_free(&reply);
    reply = api_fixture_get(&s->f, "/v1/absences");
    expect(&reply, "items.0.student.ref", "S1");
    expect(&reply, "items.0.class", "三(2)班");
    api_reply_free(&reply);
}

static void test_a_report_that_is_wrong_is_refused_in_one_line_each(void **state)
{
    struct school *s = *state;

    expect_status(post(s, "/v1/rolls/3-2/report", "{\"present\":9}"), 409,
                  "三(2)班: 9 are there of 3 who should be: check the numbers");
    expect_status(post(s, "/v1/rolls/3-2/report", "{}"), 400,
                  "present: say how many are there, or all_present, or who is absent or sick");
    expect_status(post(s, "/v1/rolls/3-2/report", "{\"all_present\":true,\"sick\":[\"李四\"]}"), 400,
                  "all_present: but some are named as away: leave one of the two out");
    expect_status(post(s, "/v1/rolls/9-9/report", "{\"present\":9}"), 404,
                  "class \"9-9\": there is none, or several are written like that: see `greenline roll list`");
    expect_status(api_fixture_get(&s->f, "/v1/rolls?date=yesterday"), 400,
                  "date \"yesterday\": give a day such as 2026-10-08");
    expect_status(api_fixture_get(&s->f, "/v1/rolls/3-2"), 404,
                  "三(2)班: no roll on 2026-10-08: see `greenline roll list --date 2026-10-08`");
}

static void test_a_child_is_missed_and_accounted_for(void **state)
{
    struct school *s = *state;
    struct api_reply reply =
        post(s, "/v1/absences", "{\"student\":\"S1\",\"since\":\"2026-10-08 07:50\",\"note\":\"没上校车\"}");

    assert_int_equal(reply.status, 200);
    expect(&reply, "state", "open");
    expect(&reply, "joined", "false");
    expect(&reply, "since", "2026-10-08T07:50:00+08:00");
    expect(&reply, "note", "没上校车");
    expect(&reply, "by", "unix:root");
    api_reply_free(&reply);
    reply = post(s, "/v1/absences", "{\"student\":\"S1\"}");
    expect(&reply, "joined", "true");
    api_reply_free(&reply);
    while (engine_work(s->f.parts.engine))
        ;
    api_fixture_sql(&s->f, "SELECT 1");
    reply = post(s, "/v1/absences/S1/end", "{\"outcome\":\"sick, at home\"}");
    expect(&reply, "state", "closed");
    expect(&reply, "outcome", "sick, at home");
    api_reply_free(&reply);
    expect_status(post(s, "/v1/absences/S1/end", "{\"outcome\":\"found\"}"), 409,
                  "S1 is not missed: see `greenline absent`");
    expect_status(post(s, "/v1/absences", "{\"student\":\"S2\",\"since\":\"2026-10-09 07:50\"}"), 400,
                  "since: lies ahead: give the time from which the child is missed");
    reply = post(s, "/v1/absences", "{\"student\":\"王小明\"}");
    assert_int_equal(reply.status, 409); /* two of the name */
    expect(&reply, "mistakes", "2 items");
    api_reply_free(&reply);
}

static void test_today_shows_what_the_roll_leaves_open(void **state)
{
    struct school *s = *state;
    struct api_reply reply;

    api_fixture_sql(
        &s->f, "INSERT INTO cause (id, key, kind, lane, title, audience, content, stage, due, expires, created, by)"
               " VALUES (1, 'roll:2026-10-08', 'roll', 'notice', '晨检', '', '{}', 'ready', 0, 0, 0, 'x');"
               "INSERT INTO ask (id, cause, person, subject, state, due, grace) VALUES"
               " (1, 1, 2, '三(2)班', 'expired', 1791453000000, 1791463600000);"
               "INSERT INTO roll (day, class, ask, due) VALUES ('2026-10-08', '三(2)班', 1, 1791453000000);");
    reply = api_fixture_get(&s->f, "/v1/today");
    expect(&reply, "items", "1 items");
    expect(&reply, "items.0.what", "三(2)班还没报晨检");
    expect(&reply, "items.0.settle", "greenline roll report '三(2)班' --present N");
    expect(&reply, "items.0.person.name", "张老师");
    api_reply_free(&reply);
    reply = post(s, "/v1/rolls/3-2/report", "{\"present\":1}");
    expect(&reply, "unnamed", "2");
    expect(&reply, "state", "late");
    api_reply_free(&reply);
    reply = api_fixture_get(&s->f, "/v1/today");
    expect(&reply, "items.0.what", "有人缺勤未报姓名：三(2)班 2");
    api_reply_free(&reply);
    reply = post(s, "/v1/rolls/3-2/report", "{\"present\":0,\"sick\":[\"S1\",\"S2\",\"S4\"]}");
    assert_int_equal(reply.status, 200);
    api_reply_free(&reply);
    reply = api_fixture_get(&s->f, "/v1/today");
    expect(&reply, "items", "1 items");
    expect(&reply, "items.0.what", "同班三人以上病假，请问症状并报卫生部门：三(2)班 3");
    api_reply_free(&reply);
}

static void test_what_is_wrong_with_the_ladders_comes_from_the_daemon(void **state)
{
    struct school *s = *state;
    struct api_reply reply = api_fixture_get(&s->f, "/v1/check/ladders");

    assert_int_equal(reply.status, 200);
    expect(&reply, "items", "2 items");
    expect(&reply, "items.0.ladder", "urgent");
    expect(&reply, "next", "null");
    api_reply_free(&reply);
}

int main(void)
{
#define IN_SCHOOL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_SCHOOL(test_a_class_is_reported_in_any_spelling),
        IN_SCHOOL(test_a_report_that_is_wrong_is_refused_in_one_line_each),
        IN_SCHOOL(test_a_child_is_missed_and_accounted_for),
        IN_SCHOOL(test_today_shows_what_the_roll_leaves_open),
        IN_SCHOOL(test_what_is_wrong_with_the_ladders_comes_from_the_daemon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
