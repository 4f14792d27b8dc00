/* SPDX-License-Identifier: Apache-2.0 */
/* The preview of a broadcast: recipients, who is refused and why, parts and cost; and it changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "support/family.h"

static int64_t number(const json_t *preview, const char *key)
{
    return json_integer_value(json_object_get(preview, key));
}

static json_t *preview_of(struct family *f, const char *audience, const char *text)
{
    const struct cause_request request = { .key = "k", .kind = KIND_NOTICE, .audience = audience, .text = text };
    struct error err = { "" };
    json_t *preview = engine_preview(f->world->engine, &request, &err);

    assert_string_equal(err.text, "");
    assert_non_null(preview);
    return preview;
}

static void test_the_preview_says_who_is_refused_and_why(void **state)
{
    json_t *preview = preview_of(*state, "parents-of:student:S1", "明天体检");
    const json_t *refused = json_object_get(preview, "refused");

    assert_int_equal(number(preview, "recipients"), 1); /* the mother; the father is restricted */
    assert_int_equal(json_array_size(refused), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(refused, 0), "reason")), "restricted");
    json_decref(preview);
}

static void test_siblings_count_as_two_recipients_and_one_phone(void **state)
{
    json_t *preview = preview_of(*state, "class:三1", "{students}明天体检");
    const json_t *example = json_array_get(json_object_get(preview, "examples"), 0);

    assert_int_equal(number(preview, "recipients"), 2);
    assert_int_equal(number(preview, "lines"), 1);
    assert_int_equal(number(preview, "parts"), 1);
    assert_float_equal(json_real_value(json_object_get(preview, "cost")), 0.05, 0.0001);
    assert_string_equal(json_string_value(json_object_get(example, "text")), "【青岭小学】王小明、王小红明天体检");
    json_decref(preview);
}

static void test_the_signature_counts_for_the_parts(void **state)
{
    char text[70 * 3 + 1] = ""; /* 64 characters: with 【青岭小学】 70 fit one part, 65 make 71 */
    json_t *preview;

    for (int i = 0; i < 64; i++)
        memcpy(text + strlen(text), "课", sizeof "课");
    preview = preview_of(*state, "student:S1", text);
    assert_int_equal(number(preview, "parts"), 1);
    json_decref(preview);
    memcpy(text + strlen(text), "课", sizeof "课");
    preview = preview_of(*state, "student:S1", text);
    assert_int_equal(number(preview, "parts"), 2);
    assert_string_equal(json_string_value(json_object_get(preview, "encoding")), "UCS-2");
    json_decref(preview);
}

static void test_a_preview_changes_nothing(void **state)
{
    struct family *f = *state;

    json_decref(preview_of(f, "class:三1", "明天体检"));
    world_commit(f->world);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM cause"), 0);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM recipient"), 0);
}

static void test_an_unknown_class_is_refused_with_one_sentence(void **state)
{
    struct family *f = *state;
    const struct cause_request request = { .key = "k", .kind = KIND_NOTICE, .audience = "class:九9", .text = "a" };
    struct error err = { "" };

    assert_null(engine_preview(f->world->engine, &request, &err));
    assert_string_equal(err.text,
                        "audience class:九9: nobody is entered under that name: see `greenline student list`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_preview_says_who_is_refused_and_why, family_setup, family_teardown),
        cmocka_unit_test_setup_teardown(test_siblings_count_as_two_recipients_and_one_phone, family_setup,
                                        family_teardown),
        cmocka_unit_test_setup_teardown(test_the_signature_counts_for_the_parts, family_setup, family_teardown),
        cmocka_unit_test_setup_teardown(test_a_preview_changes_nothing, family_setup, family_teardown),
        cmocka_unit_test_setup_teardown(test_an_unknown_class_is_refused_with_one_sentence, family_setup,
                                        family_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
