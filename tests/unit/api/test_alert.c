/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts over the socket: what a body may say and what is wrong with it, in one line each; the life of an alert from
 * preview to outcome; the numbers to ring; who may know who reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "engine/engine.h"
#include "lib/memory.h"
#include "outbox/outbox.h"
#include "tests/support/api_fixture.h"

struct school {
    struct api_fixture f;
};

static const char people[] =
    "INSERT INTO student (id, ref, name, class) VALUES (1, '20260014', '王小明', '三(2)班'), (2, '20260015', '李强',"
    " '三(2)班'), (3, '20260016', '赵敏', '四(1)班');"
    "INSERT INTO person (id, ref, name, reads) VALUES (1, 'P1', '张桂英', 1), (2, 'P2', '李桂花', 0), (9, 'P9', "
    "'赵校长', 1);"
    "INSERT INTO line (id, e164) VALUES (1, '+8613900000001'), (2, '+8613900000002'), (9, '+8613900000009');"
    "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (1, 1, 1, 1), (2, 2, 1, 1), (9, 9, 1, 1);"
    "INSERT INTO relation (student, person, kind, rank, guardian) VALUES (1, 1, 'paternal_grandmother', 1, 1),"
    " (2, 2, 'maternal_grandmother', 1, 1);"
    "INSERT INTO role (person, role) VALUES (9, 'head');";

static const char urgent[] =
    "{\"name\":\"urgent\",\"then\":\"restart\",\"steps\":[{\"after\":0,\"who\":[\"guardian:1\"]},"
    "{\"after\":600000,\"who\":[\"head\",\"duty\"]}]}";

static json_t *numbers(void *arg)
{
    (void)arg;
    return json_pack("[{s:s,s:s,s:s}]", "name", "police", "zh", "公安", "number", "110");
}

static json_t *gateways(void *arg)
{
    (void)arg;
    return json_pack("[{s:s,s:s,s:b,s:[s]}]", "name", "line1", "state", "stopped", "usable", 0, "channels", "sms");
}

static int setup(void **state)
{
    static const char *const channels[] = { "sms", "voice", NULL }, *const prefixes[] = { "+", NULL };
    const struct outbox_gateway gateway = { .name = "line1", .channels = channels, .prefixes = prefixes };
    struct school *school = calloc(1, sizeof *school);

    api_fixture_open(&school->f);
    api_fixture_sql(&school->f, people);
    school->f.ladder = urgent;
    api_fixture_engine(&school->f);
    outbox_set_gateways(school->f.parts.outbox, &gateway, 1);
    school->f.parts.numbers = numbers;
    school->f.parts.gateway_list = gateways;
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

static struct api_reply post(void *state, const char *target, const char *body, int want)
{
    static int keys;
    char key[24];
    struct api_reply reply;

    snprintf(key, sizeof key, "k%d", ++keys);
    reply = api_fixture_ask(&((struct school *)state)->f, "POST", target, key, body);
    if (reply.status != want)
        fail_msg("POST %s %s: got %d %s, want %d", target, body, reply.status, reply.raw ? reply.raw : "", want);
    return reply;
}

static void done(void *state, const char *target, const char *body)
{
    struct api_reply reply = post(state, target, body, 200);

    api_reply_free(&reply);
}

static void refused(void *state, const char *target, const char *body, int status, const char *piece)
{
    struct api_reply reply = post(state, target, body, status);

    if (!strstr(json_at(reply.body, "detail"), piece))
        fail_msg("%s: got \"%s\", want it to contain \"%s\"", body, json_at(reply.body, "detail"), piece);
    api_reply_free(&reply);
}

static struct api_reply shown(void *state, const char *target)
{
    return api_fixture_get(&((struct school *)state)->f, target);
}

static int64_t count(void *state, const char *sql)
{
    return store_value(((struct school *)state)->f.store, -1, sql, "");
}

static void work(void *state)
{
    struct school *school = state;
    struct error err;

    for (int i = 0; i < 100; i++) {
        turn_set_now(school->f.turn, school->f.now);
        if (!engine_work(school->f.parts.engine))
            i = 100;
        turn_end(school->f.turn, &err);
    }
}

static void test_what_is_wrong_with_an_alert_is_one_line(void **state)
{
    static const struct {
        const char *body, *piece;
    } rows[] = {
        { "{}", "give either student or to" },
        { "{\"student\":\"20260014\",\"to\":\"all\"}", "give either student or to" },
        { "{\"student\":\" , \"}", "names nobody" },
        { "{\"student\":\"20260014\",\"kind\":\"fier\"}", "did you mean fire?" },
        { "{\"student\":\"20260014\",\"kind\":\"聚会\"}", "missing, injury, illness" },
        { "{\"student\":\"20260014\",\"kind\":\"storm\",\"issuer\":\"县气象台\"}", "give issuer and issued" },
        { "{\"student\":\"20260014\",\"kind\":\"storm\",\"issued\":\"06:10\"}", "give issuer and issued" },
        { "{\"student\":\"20260014\",\"kind\":\"storm\",\"issuer\":\"县气象台\",\"issued\":\"25:00\"}", "issued" },
        { "{\"student\":\"20260014\",\"kind\":\"storm\",\"issuer\":\"县气象台\",\"issued\":\"2026-10-09 06:10\"}",
          "is still to come" },
        { "{\"student\":\"20260014\",\"kind\":\"storm\",\"issuer\":\"县气象台\",\"issued\":\"2026-09-09 06:10\"}",
          "more than a week ago" },
        { "{\"student\":\"20260014\",\"kind\":\"fire\",\"issuer\":\"县气象台\",\"issued\":\"06:10\"}",
          "no official warning" },
        { "{\"student\":\"20260014\",\"ladder\":\"nowhere\"}", "ladder \"nowhere\"" },
        { "{\"student\":\"20260014\",\"kind\":\"violence\",\"other\":\"20260015\",\"text\":\"李强打人\"}",
          "the text names 李强" },
        { "{\"student\":\"20260014\",\"kind\":\"mandatory_report\"}", "one of the nine" },
        { "{\"student\":\"20260014\",\"kind\":\"mandatory_report\",\"situation\":\"10\"}", "none of the nine" },
        { "{\"to\":\"class:四(1)班\",\"kind\":\"mandatory_report\",\"situation\":1}", "about one child" },
        { "{\"to\":\"clas:x\"}", "audience" },
        { "{\"student\":\"20260014\",\"text\":\"a\\u0007b\"}", "text: template: control character U+0007" },
        { "{\"student\":\"20260014\",\"text\":\"{studnts}\"}", "did you mean {students}?" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        refused(*state, "/v1/alerts", rows[i].body, 400, rows[i].piece);
        refused(*state, "/v1/alerts/preview", rows[i].body, 400, rows[i].piece);
    }
    refused(*state, "/v1/alerts", "{\"student\":\"nobody\"}", 404, "nobody");
    assert_int_equal(count(*state, "SELECT count(*) FROM cause"), 0);
}

static void test_the_nine_situations_come_with_the_refusal(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/alerts", "{\"student\":\"20260014\",\"kind\":\"mandatory_report\"}", 400);

    assert_string_equal(json_at(reply.body, "mistakes"), "9 items");
    assert_string_equal(json_at(reply.body, "mistakes.7"), "8 begging: made to beg");
    api_reply_free(&reply);
}

static void test_a_word_that_is_no_severity_delays_nobody(void **state)
{
    struct api_reply reply =
        post(*state, "/v1/alerts", "{\"student\":\"20260014\",\"kind\":\"走失\",\"severity\":\"很急\"}", 200);

    assert_string_equal(json_at(reply.body, "cause"), "1");
    assert_string_equal(json_at(reply.body, "kind"), "missing");
    assert_string_equal(json_at(reply.body, "severity"), "red");
    assert_non_null(strstr(json_at(reply.body, "warnings.0"), "taken as red"));
    api_reply_free(&reply);
}

static void test_a_phone_of_both_families_is_a_warning(void **state)
{
    static const char body[] = "{\"student\":\"20260014\",\"other\":\"20260015\",\"kind\":\"violence\"}";
    struct api_reply reply = post(*state, "/v1/alerts/preview", body, 200);

    assert_string_equal(json_at(reply.body, "warnings"), "0 items");
    api_reply_free(&reply);
    api_fixture_sql(&((struct school *)*state)->f, "INSERT INTO person_line (person, line, rank) VALUES (2, 1, 2)");
    reply = post(*state, "/v1/alerts/preview", body, 200);
    assert_non_null(strstr(json_at(reply.body, "warnings.0"), "+8613900000001 belongs to people of both children"));
    api_reply_free(&reply);
}

static void test_an_absence_is_raised_as_what_it_is(void **state)
{
    struct api_reply reply;

    done(*state, "/v1/alerts", "{\"student\":\"20260014\",\"kind\":\"absent\"}");
    reply = shown(*state, "/v1/alerts/1");
    assert_string_equal(json_at(reply.body, "kind"), "absent");
    assert_string_equal(json_at(reply.body, "clocks"), "0 items");
    api_reply_free(&reply);
}

static void test_several_children_are_one_alert(void **state)
{
    struct api_reply reply;

    done(*state, "/v1/alerts", "{\"student\":\"20260014, 20260015，20260014\",\"text\":\"车抛锚\"}");
    work(*state);
    reply = shown(*state, "/v1/alerts/1");
    assert_string_equal(json_at(reply.body, "asks"), "2 items");
    assert_string_equal(json_at(reply.body, "audience"), "student:\"20260014\" or student:\"20260015\"");
    api_reply_free(&reply);
}

static void test_issued_at_an_hour_is_the_last_such_hour(void **state)
{
    struct api_reply reply;

    done(*state, "/v1/alerts",
         "{\"student\":\"20260014\",\"kind\":\"storm\",\"issuer\":\"县气象台\",\"issued\":\"17:10\"}");
    done(*state, "/v1/alerts",
         "{\"student\":\"20260014\",\"kind\":\"storm\",\"issuer\":\"县气象台\",\"issued\":\"23:10\"}");
    reply = shown(*state, "/v1/alerts/1");
    assert_string_equal(json_at(reply.body, "issued"), "2026-10-08T17:10:00+08:00");
    assert_string_equal(json_at(reply.body, "issuer"), "县气象台");
    api_reply_free(&reply);
    reply = shown(*state, "/v1/alerts/2");
    assert_string_equal(json_at(reply.body, "issued"), "2026-10-07T23:10:00+08:00");
    api_reply_free(&reply);
}

static void test_an_alert_is_previewed_raised_taken_and_closed(void **state)
{
    static const char body[] = "{\"student\":\"20260014\",\"kind\":\"illness\",\"text\":\"发烧\"}";
    struct api_reply reply = post(*state, "/v1/alerts/preview", body, 200);

    assert_string_equal(json_at(reply.body, "first.0.person.name"), "张桂英");
    assert_string_equal(json_at(reply.body, "steps.1.after_s"), "600");
    assert_string_equal(json_at(reply.body, "unreachable.0.who"), "duty");
    assert_string_equal(json_at(reply.body, "clocks.0.name"), "guardian");
    assert_string_equal(json_at(reply.body, "cause"), "(none)");
    api_reply_free(&reply);
    done(*state, "/v1/alerts", body);
    work(*state);
    reply = shown(*state, "/v1/alerts/1");
    assert_string_equal(json_at(reply.body, "state"), "open");
    assert_string_equal(json_at(reply.body, "kind"), "illness");
    assert_string_equal(json_at(reply.body, "severity"), "orange");
    assert_string_equal(json_at(reply.body, "acknowledged_by"), "null");
    assert_string_equal(json_at(reply.body, "outcome"), "null");
    assert_string_equal(json_at(reply.body, "steps.0.fired"), "2026-10-08T18:00:00+08:00");
    assert_string_equal(json_at(reply.body, "clocks.0.left_s"), "1800");
    assert_string_equal(json_at(reply.body, "asks.0.attempts.0.person.name"), "张桂英");
    api_reply_free(&reply);
    reply = post(*state, "/v1/alerts/1/ack", "{\"person\":\"P1\"}", 200);
    assert_string_equal(json_at(reply.body, "state"), "acknowledged");
    assert_string_equal(json_at(reply.body, "acknowledged_by.ref"), "P1");
    assert_string_equal(json_at(reply.body, "clocks.0.state"), "kept");
    assert_string_equal(json_at(reply.body, "next"), "null");
    api_reply_free(&reply);
    refused(*state, "/v1/alerts/1/close", "{}", 400, "outcome is missing");
    reply = post(*state, "/v1/alerts/1/close", "{\"outcome\":\"退烧\"}", 200);
    assert_string_equal(json_at(reply.body, "state"), "closed");
    assert_string_equal(json_at(reply.body, "outcome"), "退烧");
    api_reply_free(&reply);
    refused(*state, "/v1/alerts/1/close", "{\"outcome\":\"again\"}", 409, "closed already");
    refused(*state, "/v1/alerts/7/ack", "{}", 404, "there is none");
}

static void test_pass_and_mark_show_on_the_board(void **state)
{
    struct api_reply reply;

    done(*state, "/v1/alerts", "{\"student\":\"20260014\",\"kind\":\"missing\",\"text\":\"不见了\"}");
    work(*state);
    reply = post(*state, "/v1/alerts/1/pass", "{\"person\":\"P1\"}", 200);
    assert_string_equal(json_at(reply.body, "asks.0.answers.0.class"), "pass");
    assert_string_equal(json_at(reply.body, "state"), "open");
    api_reply_free(&reply);
    work(*state);
    assert_int_equal(count(*state, "SELECT count(*) FROM attempt WHERE step = 1 AND person = 9"), 1);
    refused(*state, "/v1/alerts/1/mark", "{\"clock\":\"report\"}", 400, "guardian, parents or authorities");
    refused(*state, "/v1/alerts/1/mark", "{}", 400, "clock is missing");
    refused(*state, "/v1/alerts/1/mark", "{\"clock\":\"guardian\",\"at\":\"2026-10-09 09:00\"}", 409, "still to come");
    reply = post(*state, "/v1/alerts/1/mark", "{\"clock\":\"authorities\",\"note\":\"教育局\"}", 200);
    assert_string_equal(json_at(reply.body, "clocks.2.state"), "kept");
    assert_string_equal(json_at(reply.body, "clocks.2.note"), "教育局");
    assert_string_equal(json_at(reply.body, "clocks.2.by"), "unix:root");
    api_reply_free(&reply);
}

static void test_a_mandatory_report_prints_the_numbers_and_keeps_the_log(void **state)
{
    struct api_reply reply = post(
        *state, "/v1/alerts", "{\"student\":\"20260014\",\"kind\":\"mandatory_report\",\"situation\":\"wounds\"}", 200);

    assert_string_equal(json_at(reply.body, "urgent_report"), "true");
    assert_string_equal(json_at(reply.body, "numbers.0.number"), "110");
    api_reply_free(&reply);
    refused(*state, "/v1/alerts/1/reported", "{}", 400, "to is missing");
    refused(*state, "/v1/alerts/1/result", "{\"text\":\"立案\"}", 409, "nothing was reported yet");
    done(*state, "/v1/alerts/1/reported", "{\"to\":\"公安\",\"person\":\"P9\",\"at\":\"17:30\"}");
    done(*state, "/v1/alerts/1/result", "{\"text\":\"已立案\",\"from\":\"110\"}");
    reply = shown(*state, "/v1/alerts/1");
    assert_string_equal(json_at(reply.body, "situation.n"), "4");
    assert_string_equal(json_at(reply.body, "student.name"), "王小明");
    assert_string_equal(json_at(reply.body, "reports.0.authority"), "police");
    assert_string_equal(json_at(reply.body, "reports.0.person.name"), "赵校长");
    assert_string_equal(json_at(reply.body, "reports.0.at"), "2026-10-08T17:30:00+08:00");
    assert_string_equal(json_at(reply.body, "reports.0.how"), "call");
    assert_string_equal(json_at(reply.body, "reports.1.text"), "已立案");
    assert_string_equal(json_at(reply.body, "reports.1.authority"), "police");
    assert_string_equal(json_at(reply.body, "clocks.0.state"), "kept");
    assert_string_equal(json_at(reply.body, "clocks.1.state"), "kept");
    assert_string_equal(json_at(reply.body, "by"), "unix:root");
    api_reply_free(&reply);
}

/* A look by somebody who is not root. */
static json_t *seen_by_teacher(struct school *school, const char *target)
{
    const struct api_request request = { .method = API_GET, .target = target, .actor = "unix:teacher" };
    struct api_answer answer = { 0 };
    json_t *body;

    turn_set_now(school->f.turn, school->f.now);
    api_handle(&school->f.setting, &school->f.parts, &request, &answer);
    assert_int_equal(answer.status, 200);
    body = json_loads(answer.text, 0, NULL);
    free(answer.text);
    turn_end(school->f.turn, NULL);
    return body;
}

static void test_who_reported_is_for_the_head_alone(void **state)
{
    static const char who[] = "unix:root";
    static const char *const places[] = { "/v1/alerts/1", "/v1/alerts", "/v1/audit?subject=alerts:1",
                                          "/v1/audit?actor=x" };
    CLEANUP(mem_clean) char *text = NULL;
    json_t *body;

    api_fixture_sql(&((struct school *)*state)->f, "INSERT INTO person (id, ref, name) VALUES (8, 'P8', '陈老师')");
    done(*state, "/v1/alerts",
         "{\"student\":\"20260014\",\"kind\":\"强制报告\",\"situation\":1,\"text\":\"身上有伤\"}");
    done(*state, "/v1/alerts/1/reported", "{\"to\":\"police\",\"person\":\"P8\"}");
    for (size_t i = 0; i < COUNT(places); i++) {
        body = seen_by_teacher(*state, places[i]);
        text = json_dumps(body, JSON_ENCODE_ANY);
        if (strstr(text, who) || strstr(text, "陈老师") || strstr(text, "P8"))
            fail_msg("%s tells who reported: %s", places[i], text);
        free(text);
        text = NULL;
        json_decref(body);
    }
    body = seen_by_teacher(*state, "/v1/alerts/1");
    assert_string_equal(json_at(body, "by"), "—");
    assert_string_equal(json_at(body, "reports.0.authority"), "police");
    json_decref(body);
}

static void test_lists_take_states_and_kinds_and_refuse_other_words(void **state)
{
    struct api_reply reply;

    done(*state, "/v1/alerts", "{\"student\":\"20260014\",\"kind\":\"fire\",\"drill\":true}");
    done(*state, "/v1/alerts", "{\"student\":\"20260014\",\"kind\":\"missing\"}");
    work(*state);
    done(*state, "/v1/alerts/2/ack", "{}");
    reply = shown(*state, "/v1/alerts?state=acknowledged");
    assert_string_equal(json_at(reply.body, "items"), "1 items");
    assert_string_equal(json_at(reply.body, "items.0.id"), "2");
    api_reply_free(&reply);
    reply = shown(*state, "/v1/alerts?kind=fire&state=open,acknowledged");
    assert_string_equal(json_at(reply.body, "items"), "1 items");
    assert_string_equal(json_at(reply.body, "items.0.drill"), "true");
    api_reply_free(&reply);
    reply = shown(*state, "/v1/alerts?state=opne");
    assert_int_equal(reply.status, 400);
    api_reply_free(&reply);
    reply = shown(*state, "/v1/alerts?kind=party");
    assert_int_equal(reply.status, 400);
    api_reply_free(&reply);
    reply = shown(*state, "/v1/status");
    assert_string_equal(json_at(reply.body, "alerts.open"), "1");
    assert_string_equal(json_at(reply.body, "alerts.drills"), "1");
    api_reply_free(&reply);
}

static void test_status_says_before_any_alert_what_would_fail(void **state)
{
    struct school *school = *state;
    struct api_reply reply;

    api_fixture_sql(&school->f, "INSERT INTO person (id, ref, name) VALUES (8, 'P8', '陈老师');"
                                "INSERT INTO person_line (person, line, rank, confirmed_at) VALUES (8, 9, 1, 1);"
                                /* from 22:00 on */
                                "INSERT INTO rota (person, post, since, until) VALUES (8, 'duty', 0, 1791468000000)");
    reply = shown(*state, "/v1/status");
    assert_string_equal(json_at(reply.body, "readiness.unreachable"), "1");
    assert_string_equal(json_at(reply.body, "readiness.examples.0.student.name"), "赵敏");
    assert_string_equal(json_at(reply.body, "readiness.examples.0.reason"), "no_person");
    assert_string_equal(json_at(reply.body, "readiness.holes.0.who"), "duty");
    assert_string_equal(json_at(reply.body, "readiness.holes.0.ladder"), "urgent");
    assert_string_equal(json_at(reply.body, "readiness.holes.0.step"), "2");
    assert_string_equal(json_at(reply.body, "readiness.holes.0.from"), "2026-10-08T22:00:00+08:00");
    assert_string_equal(json_at(reply.body, "readiness.holes.0.until"), "2026-10-09T07:00:00+08:00");
    assert_string_equal(json_at(reply.body, "readiness.cannot_read"), "1");
    assert_string_equal(json_at(reply.body, "readiness.problems"), "5 items");
    assert_non_null(strstr(json_at(reply.body, "readiness.problems.0.what"), "1 children"));
    assert_non_null(strstr(json_at(reply.body, "readiness.problems.1.what"), "nobody as \"duty\" from 22:00 to 07:00"));
    assert_non_null(strstr(json_at(reply.body, "readiness.problems.2.what"), "line1 (sms) now: it is stopped"));
    assert_non_null(strstr(json_at(reply.body, "readiness.problems.3.what"), "texts of an emergency"));
    assert_non_null(strstr(json_at(reply.body, "readiness.problems.4.what"), "1 guardians cannot read"));
    api_reply_free(&reply);
}

#define IN_SCHOOL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCHOOL(test_what_is_wrong_with_an_alert_is_one_line),
        IN_SCHOOL(test_the_nine_situations_come_with_the_refusal),
        IN_SCHOOL(test_a_word_that_is_no_severity_delays_nobody),
        IN_SCHOOL(test_a_phone_of_both_families_is_a_warning),
        IN_SCHOOL(test_an_absence_is_raised_as_what_it_is),
        IN_SCHOOL(test_several_children_are_one_alert),
        IN_SCHOOL(test_issued_at_an_hour_is_the_last_such_hour),
        IN_SCHOOL(test_an_alert_is_previewed_raised_taken_and_closed),
        IN_SCHOOL(test_pass_and_mark_show_on_the_board),
        IN_SCHOOL(test_a_mandatory_report_prints_the_numbers_and_keeps_the_log),
        IN_SCHOOL(test_who_reported_is_for_the_head_alone),
        IN_SCHOOL(test_lists_take_states_and_kinds_and_refuse_other_words),
        IN_SCHOOL(test_status_says_before_any_alert_what_would_fail),
    };

    return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
