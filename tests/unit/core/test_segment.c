/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a text as SMS, against the vectors of tests/data/sms-segments.json and against the edges of each part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "core/segment.h"
#include "lib/memory.h"
#include "lib/text.h"

/* `count` times `unit`; the caller frees. */
static char *repeat(const char *unit, size_t count)
{
    struct text text = { 0 };

    while (count--)
        text_add(&text, unit);
    return text_take(&text);
}

static void check(const char *text, bool ucs2, size_t parts, size_t units, size_t characters)
{
    const struct segments got = segment_count(text);

    if (got.ucs2 != ucs2 || got.parts != parts || got.units != units || got.characters != characters)
        fail_msg("\"%.60s\": got ucs2 %d, %zu parts, %zu units, %zu characters; want ucs2 %d, %zu, %zu, %zu", text,
                 got.ucs2, got.parts, got.units, got.characters, ucs2, parts, units, characters);
}

static void test_the_vectors_come_out_as_they_say(void **state)
{
    json_t *data = json_load_file("tests/data/sms-segments.json", 0, NULL), *vectors, *vector;
    size_t i;

    (void)state;
    assert_non_null(data);
    vectors = json_object_get(data, "vectors");
    assert_int_equal(json_array_size(vectors), 7);
    json_array_foreach (vectors, i, vector) {
        const json_t *want = json_object_get(vector, "expect");

        check(json_string_value(json_object_get(json_object_get(vector, "input"), "text")),
              strcmp(json_string_value(json_object_get(want, "encoding")), "UCS-2") == 0,
              (size_t)json_integer_value(json_object_get(want, "segments")),
              (size_t)json_integer_value(json_object_get(want, "characters")),
              (size_t)json_integer_value(json_object_get(want, "unicode_scalars")));
    }
    json_decref(data);
}

static const struct {
    const char *unit;
    size_t count;
    bool ucs2;
    size_t parts, units;
} edges[] = {
    { "a", 0, false, 1, 0 },
    { "a", 160, false, 1, 160 },
    { "a", 161, false, 2, 161 },
    { "a", 306, false, 2, 306 },
    { "a", 307, false, 3, 307 },
    { "课", 70, true, 1, 70 },
    { "课", 71, true, 2, 71 },
    { "课", 134, true, 2, 134 },
    { "课", 135, true, 3, 135 },
    { "€", 80, false, 1, 160 },
    { "€", 81, false, 2, 162 },
    { "€", 152, false, 2, 304 }, /* 76 in each part: an escape pair is not split over septet 153 */
    { "€", 153, false, 3, 306 },
    { "😀", 35, true, 1, 70 },
    { "😀", 36, true, 2, 72 },
    { "😀", 66, true, 2, 132 }, /* 33 in each part of 67 units */
    { "😀", 67, true, 3, 134 },
};

static void test_parts_end_where_the_standard_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++) {
        CLEANUP(mem_clean) char *text = repeat(edges[i].unit, edges[i].count);

        check(text, edges[i].ucs2, edges[i].parts, edges[i].units, edges[i].count);
    }
}

static void test_the_alphabet_is_the_standards(void **state)
{
    (void)state;
    check("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", false, 1, 44, 44);
    check("^{}\\[~]|€\f", false, 1, 20, 10);
    check("ç", true, 1, 1, 1); /* only the capital is in it */
    check("`", true, 1, 1, 1);
    check("“quoted”", true, 1, 8, 8);
    check("a\tb", true, 1, 3, 3);
}

static void test_one_foreign_character_makes_the_whole_text_ucs2(void **state)
{
    CLEANUP(mem_clean) char *latin = repeat("a", 70);
    CLEANUP(mem_clean) char *mixed = mem_format("[%s课", latin);

    (void)state;
    check(mixed, true, 2, 72, 72);
}

static void test_bytes_that_are_not_utf8_count_one_each(void **state)
{
    (void)state;
    check("a\xff\xfe", true, 1, 3, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_vectors_come_out_as_they_say),
        cmocka_unit_test(test_parts_end_where_the_standard_says),
        cmocka_unit_test(test_the_alphabet_is_the_standards),
        cmocka_unit_test(test_one_foreign_character_makes_the_whole_text_ucs2),
        cmocka_unit_test(test_bytes_that_are_not_utf8_count_one_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
