/* SPDX-License-Identifier: Apache-2.0 */
/* Ladders as snapshots: what is written reads back the same, and broken or empty ones become the shipped default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/ladder.h"
#include "lib/memory.h"
#include "lib/text.h"

static void expect_default(const char *json)
{
    struct ladder ladder;

    ladder_parse(&ladder, json);
    assert_int_equal(ladder.step_count, 1);
    assert_string_equal(ladder.then, "");
    assert_string_equal(ladder.steps[0].who[0], "audience");
    assert_string_equal(ladder.steps[0].channels[0], "auto");
    assert_string_equal(ladder.steps[0].answer, "any");
    assert_int_equal(ladder.steps[0].calls, 1);
    ladder_free(&ladder);
}

static void test_an_empty_or_broken_ladder_is_one_step_to_the_audience(void **state)
{
    static const char *const broken[] = { "{}",
                                          "",
                                          "[",
                                          "null",
                                          "[]",
                                          "{\"steps\": 3}",
                                          "{\"steps\": []}",
                                          "{\"steps\": [7]}",
                                          "{\"then\": 1, \"steps\": [{\"who\": [5], \"channels\": \"sms\"}]}" };

    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++)
        expect_default(broken[i]);
}

static void test_what_is_written_reads_back(void **state)
{
    static const char text[] =
        "{\"name\":\"urgent\",\"then\":\"restart\",\"steps\":[{\"after\":0,\"who\":[\"guardian:1\",\"parents\"],"
        "\"channels\":[\"voice\",\"sms\"],\"answer\":\"any\",\"calls\":2},{\"after\":600000,\"who\":[\"duty\"],"
        "\"channels\":[\"sms\"],\"answer\":\"role:duty\",\"calls\":1}]}";
    struct ladder ladder, again;
    char *written;

    (void)state;
    ladder_parse(&ladder, text);
    written = ladder_format(&ladder);
    ladder_parse(&again, written);
    free(written);
    assert_int_equal(again.step_count, 2);
    assert_string_equal(again.name, "urgent");
    assert_string_equal(again.then, "restart");
    assert_int_equal(again.steps[0].who_count, 2);
    assert_string_equal(again.steps[0].who[1], "parents");
    assert_string_equal(again.steps[0].channels[0], "voice");
    assert_int_equal(again.steps[0].calls, 2);
    assert_int_equal(again.steps[1].after, 600000);
    assert_string_equal(again.steps[1].answer, "role:duty");
    ladder_free(&ladder);
    ladder_free(&again);
}

static void test_a_ladder_is_cut_at_its_bounds(void **state)
{
    struct text text = { 0 };
    struct ladder ladder;

    (void)state;
    text_add(&text, "{\"steps\":[");
    for (int i = 0; i < 40; i++)
        text_add(&text, i ? ",{\"who\":[\"duty\"]}"
                          : "{\"who\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
                            "\"a\",\"a\",\"a\",\"a\",\"a\"]}");
    text_add(&text, "]}");
    ladder_parse(&ladder, text.data);
    text_free(&text);
    assert_int_equal(ladder.step_count, LADDER_STEPS_MAX);
    assert_int_equal(ladder.steps[0].who_count, LADDER_WORDS_MAX);
    ladder_free(&ladder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_or_broken_ladder_is_one_step_to_the_audience),
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_a_ladder_is_cut_at_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
