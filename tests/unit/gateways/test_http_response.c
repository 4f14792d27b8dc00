/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an answer: statuses, Retry-After, JSON paths, regular expressions, conditions and the verdict they lead to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateways/http/response.h"
#include "gateways/http/verdict.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static void test_statuses_are_read_as_classes_lists_and_ranges(void **state)
{
    static const struct {
        const char *source;
        int status;
        bool have;
    } rows[] = {
        { "2xx", 200, true },       { "2xx", 299, true },     { "2xx", 300, false },        { "200,201", 201, true },
        { "200, 201", 202, false }, { "500-599", 503, true }, { "400-403,4xx", 499, true }, { "200", 201, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct statuses statuses;
        struct error err;

        assert_true(statuses_parse(&statuses, rows[i].source, &err));
        if (statuses_have(&statuses, rows[i].status) != rows[i].have)
            fail_msg("%s and %d: want %d", rows[i].source, rows[i].status, rows[i].have);
    }
}

static void test_wrong_statuses_are_refused(void **state)
{
    static const char *const rows[] = { "", "2x", "20", "600", "099", "200;201", "200,", "500-400", "2xxx", "200-" };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct statuses statuses;
        struct error err;

        if (statuses_parse(&statuses, rows[i], &err))
            fail_msg("\"%s\" passed", rows[i]);
        assert_non_null(strstr(err.text, "write \"2xx\""));
    }
}

static void test_retry_after_is_seconds_or_a_date(void **state)
{
    const time_ms now = INT64_C(1795536000000); /* 2026-11-24T16:00:00Z */

    (void)state;
    assert_int_equal(retry_after_parse("7", now), 7000);
    assert_int_equal(retry_after_parse("0", now), 0);
    assert_int_equal(retry_after_parse("Tue, 24 Nov 2026 16:01:30 GMT", now), 90000);
    assert_int_equal(retry_after_parse("Tue, 24 Nov 2026 15:00:00 GMT", now), 0); /* past */
    assert_int_equal(retry_after_parse("99999999999999999999", now), 86400000);   /* a day at most */
    assert_int_equal(retry_after_parse("-5", now), 0);
    assert_int_equal(retry_after_parse("soon", now), 0);
    assert_int_equal(retry_after_parse(NULL, now), 0);
}

/* The texts at `path`, joined by commas; the caller frees. */
static char *texts_at(const char *path, const char *body)
{
    json_t *config = json_string(path);
    struct response response = response_read(200, body, strlen(body), 0);
    struct place place;
    struct error err = { 0 };
    struct text joined = { 0 };
    char *texts[RESPONSE_VALUES_MAX];
    size_t count;

    if (!place_parse(&place, config, &err))
        fail_msg("%s: %s", path, err.text);
    count = place_texts(&place, &response, texts);
    for (size_t i = 0; i < count; i++) {
        text_add_format(&joined, "%s%s", i ? "," : "", texts[i]);
        free(texts[i]);
    }
    place_free(&place);
    response_free(&response);
    json_decref(config);
    return text_take(&joined);
}

static void test_json_path_finds_the_values(void **state)
{
    static const struct {
        const char *path, *body, *want;
    } rows[] = {
        { "$.id", "{\"id\":\"x\"}", "x" },
        { "$.a.b[0].c", "{\"a\":{\"b\":[{\"c\":9007199254740993}]}}", "9007199254740993" },
        { "$.messages[*].message-id", "{\"messages\":[{\"message-id\":\"1\"},{\"message-id\":\"2\"}]}", "1,2" },
        { "$['a.b'][1]", "{\"a.b\":[0,true]}", "true" },
        { "$[0]", "[5]", "5" },
        { "$", "\"only\"", "only" },
        { "$.id", "\xEF\xBB\xBF{\"id\":\"x\"}", "x" },
        { "$.id", "{\"id\":null}", "" },
        { "$.id", "{\"id\":{\"x\":1}}", "" },
        { "$.a[7]", "{\"a\":[1]}", "" },
        { "$.a.b", "{\"a\":[1]}", "" },
        { "$.id", "{\"id\":", "" },
        { "$.id", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *got = texts_at(rows[i].path, rows[i].body);

        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s of %s: want \"%s\", got \"%s\"", rows[i].path, rows[i].body, rows[i].want, got);
        free(got);
    }
}

static void test_wrong_json_paths_are_refused(void **state)
{
    static const char *const rows[] = { "",     "id",     "$.",        "$..a",
                                        "$.a[", "$.a[x]", "$[-1]",     "$['a]",
                                        "$a",   "$.a[1",  "$[100001]", "$.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q" };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jsonpath path;
        struct error err;

        if (jsonpath_parse(&path, rows[i], &err))
            fail_msg("\"%s\" passed", rows[i]);
    }
}

static void test_longer_value_than_an_id_can_be_is_none(void **state)
{
    struct text body = { 0 };
    char *got;

    (void)state;
    text_add(&body, "{\"id\":\"");
    for (int i = 0; i <= RESPONSE_VALUE_BYTES_MAX; i++)
        text_add_char(&body, 'a');
    text_add(&body, "\"}");
    got = texts_at("$.id", body.data);
    assert_string_equal(got, "");
    free(got);
    text_free(&body);
}

static void test_regular_expression_reads_what_is_not_json(void **state)
{
    json_t *config = json_pack("{s:s}", "regex", "^OK[: ]+([0-9]+)");
    struct response response = response_read(200, "OK: 123456789012345678901234567890 parts=2", 42, 0);
    struct place place;
    struct error err;
    char *got;

    (void)state;
    assert_true(place_parse(&place, config, &err));
    got = place_text(&place, &response);
    assert_string_equal(got, "123456789012345678901234567890");
    free(got);
    place_free(&place);
    response_free(&response);
    json_decref(config);
}

static enum holds holds(const char *config_text, int status, const char *body)
{
    json_t *config = json_loads(config_text, JSON_DECODE_ANY, NULL);
    struct response response = response_read(status, body, strlen(body), 0);
    struct condition condition;
    struct error err = { 0 };
    enum holds result;

    if (!condition_parse(&condition, config, &err))
        fail_msg("%s: %s", config_text, err.text);
    result = condition_holds(&condition, &response);
    condition_free(&condition);
    response_free(&response);
    json_decref(config);
    return result;
}

static void test_condition_holds_or_not_or_is_in_doubt(void **state)
{
    static const char zero[] = "{\"status\":\"2xx\",\"json\":\"$.code\",\"equals\":[\"0\",\"OK\"]}";

    (void)state;
    assert_int_equal(holds("\"2xx\"", 204, ""), HOLDS_YES);
    assert_int_equal(holds("{\"status\":200}", 204, ""), HOLDS_NO);
    assert_int_equal(holds(zero, 200, "{\"code\":0}"), HOLDS_YES);
    assert_int_equal(holds(zero, 200, "{\"code\":\"OK\"}"), HOLDS_YES);
    assert_int_equal(holds(zero, 200, "{\"code\":7}"), HOLDS_NO);
    assert_int_equal(holds(zero, 200, "<html>"), HOLDS_DOUBT);
    assert_int_equal(holds(zero, 500, "{\"code\":0}"), HOLDS_NO);
    assert_int_equal(holds("{\"json\":\"$.error\"}", 200, "{\"error\":\"x\"}"), HOLDS_YES);
    assert_int_equal(holds("{\"regex\":\"^OK\"}", 200, "OK"), HOLDS_YES);
}

/* `rules` with the usual success; the class of what they say about an answer. */
static enum verdict_class verdict_for(struct rules *rules, int status, const char *body, time_ms retry_after)
{
    struct response response = response_read(status, body, strlen(body), retry_after);
    struct verdict verdict = verdict_of(rules, &response);
    enum verdict_class class = verdict.class;

    verdict_free(&verdict);
    response_free(&response);
    return class;
}

static void test_verdict_without_rules_follows_the_status(void **state)
{
    struct rules rules = { 0 };

    (void)state;
    assert_true(statuses_parse(&rules.success.statuses, "2xx", NULL));
    assert_int_equal(verdict_for(&rules, 200, "", 0), VERDICT_ACCEPTED);
    assert_int_equal(verdict_for(&rules, 301, "", 0), VERDICT_TEMPORARY);
    assert_int_equal(verdict_for(&rules, 401, "", 0), VERDICT_ACCOUNT);
    assert_int_equal(verdict_for(&rules, 404, "", 0), VERDICT_PERMANENT);
    assert_int_equal(verdict_for(&rules, 429, "", 0), VERDICT_THROTTLED);
    assert_int_equal(verdict_for(&rules, 500, "", 0), VERDICT_TEMPORARY);
    assert_int_equal(verdict_for(&rules, 503, "", 0), VERDICT_TEMPORARY);
    assert_int_equal(verdict_for(&rules, 503, "", 1000), VERDICT_THROTTLED);
    assert_int_equal(verdict_for(&rules, 504, "", 0), VERDICT_UNKNOWN);
}

static void test_error_rule_decides_before_success(void **state)
{
    struct rule row = { .class = VERDICT_PERMANENT };
    struct rules rules = { .errors = mem_new(1, sizeof row), .error_count = 1 };
    json_t *config = json_pack("{s:s,s:i}", "json", "$.code", "equals", 1002);

    (void)state;
    assert_true(statuses_parse(&rules.success.statuses, "2xx", NULL));
    assert_true(condition_parse(&row.condition, config, NULL));
    rules.errors[0] = row;
    assert_int_equal(verdict_for(&rules, 200, "{\"code\":1002}", 0), VERDICT_PERMANENT);
    assert_int_equal(verdict_for(&rules, 200, "{\"code\":0}", 0), VERDICT_ACCEPTED);
    rules_free(&rules);
    json_decref(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses_are_read_as_classes_lists_and_ranges),
        cmocka_unit_test(test_wrong_statuses_are_refused),
        cmocka_unit_test(test_retry_after_is_seconds_or_a_date),
        cmocka_unit_test(test_json_path_finds_the_values),
        cmocka_unit_test(test_wrong_json_paths_are_refused),
        cmocka_unit_test(test_longer_value_than_an_id_can_be_is_none),
        cmocka_unit_test(test_regular_expression_reads_what_is_not_json),
        cmocka_unit_test(test_condition_holds_or_not_or_is_in_doubt),
        cmocka_unit_test(test_verdict_without_rules_follows_the_status),
        cmocka_unit_test(test_error_rule_decides_before_success),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
