/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places to fill in: what a message writes stays inside its place, and a wrong pattern is refused with its mend.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateways/http/pattern.h"
#include "lib/json.h"
#include "lib/memory.h"

static const char nasty[] = "a\"b\\c\n d&e<f>'+%好";

/* The pattern filled in for one message; the caller frees. */
static char *fill(const char *source)
{
    struct secrets secrets = { .items = { { "token", "t0ken" } }, .count = 1 };
    json_t *params = json_pack("{s:s}", "code", "12 34");
    struct pattern_values values = {
        .text = { [PATTERN_ID] = "e-1", [PATTERN_TO] = "+8613912345678", [PATTERN_TEXT] = nasty },
        .params = params,
        .secrets = &secrets,
    };
    struct pattern_scope scope = { .where = PATTERN_IN_SEND, .secrets = &secrets };
    struct pattern pattern;
    struct text out = { 0 };
    struct error err = { 0 };

    if (!pattern_parse(&pattern, source, &scope, &err))
        fail_msg("%s: %s", source, err.text);
    if (!pattern_fill(&out, &pattern, &values, &err))
        fail_msg("%s: %s", source, err.text);
    pattern_free(&pattern);
    json_decref(params);
    return text_take(&out);
}

static void assert_filled(const char *source, const char *want)
{
    char *got = fill(source);

    assert_string_equal(got, want);
    free(got);
}

static void test_each_escape_keeps_the_message_inside_its_place(void **state)
{
    (void)state;
    assert_filled("${text|json}", "\"a\\\"b\\\\c\\u000a d&e<f>'+%好\"");
    assert_filled("${text|url}", "a%22b%5Cc%0A%20d%26e%3Cf%3E%27%2B%25%E5%A5%BD");
    assert_filled("${text|form}", "a%22b%5Cc%0A+d%26e%3Cf%3E%27%2B%25%E5%A5%BD");
    assert_filled("${text|xml}", "a&#34;b\\c&#10; d&#38;e&#60;f&#62;&#39;+%好");
    assert_filled("${id|base64}", "ZS0x");
    assert_filled("${text|none}", nasty);
}

static void test_literal_text_and_places_alternate(void **state)
{
    (void)state;
    assert_filled("", "");
    assert_filled("no place, 5$ {x} $x $", "no place, 5$ {x} $x $");
    assert_filled("<${id}>${param:code|url}<${secret:token}", "<e-1>12%2034<t0ken");
    assert_filled("$${id} is ${id}", "${id} is e-1");
    assert_filled("${reply_ext|json}", "\"\""); /* not given and not needed */
}

/* 1795536000000 is 2026-11-24T16:00:00Z. */
static void test_times_are_written_in_the_schools_zone_and_in_utc(void **state)
{
    struct pattern_scope scope = { .where = PATTERN_IN_POLL };
    struct pattern_values values = { .now = INT64_C(1795536000000) };
    struct pattern pattern;
    struct text out = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(zone_open(&values.zone, "Asia/Shanghai", &err));
    if (!pattern_parse(&pattern, "${time:%Y%m%d%H%M%S} ${utc:%Y-%m-%dT%H:%M:%SZ}", &scope, &err))
        fail_msg("%s", err.text);
    assert_true(pattern_fill(&out, &pattern, &values, &err));
    assert_string_equal(out.data, "20261125000000 2026-11-24T16:00:00Z");
    text_free(&out);
    pattern_free(&pattern);
    zone_close_all();
}

static void test_wrong_pattern_is_refused_with_its_mend(void **state)
{
    static const struct {
        const char *source, *want;
    } rows[] = {
        { "${text}", "${text}: without escape" },
        { "${to}", "${to}: without escape" },
        { "${param:code}", "${param}: without escape" },
        { "${txt|json}", "did you mean text?" },
        { "${}", "no such name" },
        { "${text|jsn}", "no such escape" },
        { "${text|}", "no such escape" },
        { "${text|json", "no closing brace" },
        { "${secret}", "name which one" },
        { "${secret:}", "name which one" },
        { "${secret:other}", "no such secret: add other to secrets" },
        { "${id:x}", "id stands alone" },
        { "${cursor|url}", "${cursor}: has no value here" },
        { "${batch}", "${batch}: has no value here" },
        { "${header:x}", "${header}: has no value here" },
        { "${sign:mac}", "no such signature before this place" },
        { "${time:%Q}", "use %Y %m %d" },
        { "${time:%}", "use %Y %m %d" },
        { "${voice.txt|json}", "did you mean voice.text?" },
    };
    struct secrets none = { 0 };
    struct pattern_scope scope = { .where = PATTERN_IN_SEND, .secrets = &none };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pattern pattern = { 0 };
        struct error err = { 0 };

        assert_false(pattern_parse(&pattern, rows[i].source, &scope, &err));
        assert_null(pattern.parts);
        if (!strstr(err.text, rows[i].want))
            fail_msg("%s: want %s, got %s", rows[i].source, rows[i].want, err.text);
    }
}

static void test_bounds_of_a_pattern_are_kept(void **state)
{
    char *long_source = mem_new(PATTERN_BYTES_MAX + 2, 1);
    struct text many = { 0 };
    struct pattern pattern;
    struct error err;

    (void)state;
    memset(long_source, 'a', PATTERN_BYTES_MAX + 1);
    assert_false(pattern_parse(&pattern, long_source, NULL, &err));
    for (int i = 0; i <= PATTERN_PARTS_MAX; i++)
        text_add(&many, "${id}");
    assert_false(pattern_parse(&pattern, many.data, NULL, &err));
    text_free(&many);
    free(long_source);
}

static void test_message_that_lacks_what_is_needed_is_an_error(void **state)
{
    struct pattern_values values = { .text = { [PATTERN_ID] = "e-1" } };
    struct pattern pattern;
    struct text out = { 0 };
    struct error err;

    (void)state;
    assert_true(pattern_parse(&pattern, "${id}${text|json}", NULL, &err));
    assert_false(pattern_fill(&out, &pattern, &values, &err));
    assert_non_null(strstr(err.text, "${text}: the message has none"));
    text_free(&out);
    pattern_free(&pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_escape_keeps_the_message_inside_its_place),
        cmocka_unit_test(test_literal_text_and_places_alternate),
        cmocka_unit_test(test_times_are_written_in_the_schools_zone_and_in_utc),
        cmocka_unit_test(test_wrong_pattern_is_refused_with_its_mend),
        cmocka_unit_test(test_bounds_of_a_pattern_are_kept),
        cmocka_unit_test(test_message_that_lacks_what_is_needed_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
