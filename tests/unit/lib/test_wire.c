/* SPDX-License-Identifier: Apache-2.0 */
/* The line codec: bytes in any portions become the same objects, and each fault is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "lib/wire.h"

/* Takes all that is there: the "n" of each object with commas, then the fault. */
static void take_all(struct wire_reader *reader, struct text *seen)
{
    enum wire_result result;
    struct error err = { "" };
    json_t *object = NULL;

    while ((result = wire_next(reader, &object, &err)) == WIRE_OBJECT) {
        text_add_format(seen, "%d,", (int)json_int(object, "n", -1));
        json_decref(object);
    }
    if (result == WIRE_FAULT)
        text_add_format(seen, "fault: %s", err.text);
}

static void test_bytes_in_any_portions_become_the_same_objects(void **state)
{
    static const char stream[] = "{\"n\":1}\n\n{\"n\":2,\"课\":\"é\"}\n\n\n{\"n\":3}\r\n{\"n\":4}";

    (void)state;
    for (size_t portion = 1; portion < sizeof stream; portion++) {
        struct wire_reader reader = { 0 };
        struct text seen = { 0 };

        for (size_t at = 0; at < sizeof stream - 1; at += portion) {
            const size_t left = sizeof stream - 1 - at;

            wire_feed(&reader, stream + at, left < portion ? left : portion);
            take_all(&reader, &seen);
        }
        if (strcmp(seen.data, "1,2,3,") != 0)
            fail_msg("portions of %zu: got %s, want 1,2,3,", portion, seen.data);
        wire_feed(&reader, "\n", 1);
        take_all(&reader, &seen);
        assert_string_equal(seen.data, "1,2,3,4,");
        text_free(&seen);
        wire_reader_free(&reader);
    }
}

static void test_nothing_comes_of_nothing(void **state)
{
    struct wire_reader reader = { 0 };
    json_t *object = NULL;

    (void)state;
    assert_int_equal(wire_next(&reader, &object, NULL), WIRE_NONE);
    wire_feed(&reader, NULL, 0);
    assert_int_equal(wire_next(&reader, &object, NULL), WIRE_NONE);
    wire_feed(&reader, "\n\n", 2);
    assert_int_equal(wire_next(&reader, &object, NULL), WIRE_NONE);
    assert_null(object);
    wire_reader_free(&reader);
}

static const struct {
    const char *line, *why;
} faults[] = {
    { "{\"n\":1", "JSON: " },
    { "[1]", "not an object" },
    { "\"text\"", "JSON: " },
    { "{\"n\":1}{\"n\":2}", "JSON: " },
    { "{\"n\":1,\"n\":2}", "duplicate" },
    { "{\"n\":\"\xff\"}", "not UTF-8" },
    { "{\"n\":\"\\u0000\"}", "JSON: " },
    { "{\"n\":NaN}", "JSON: " },
    { "hello", "JSON: " },
};

static void test_each_fault_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct wire_reader reader = { 0 };
        struct text seen = { 0 };

        wire_feed(&reader, faults[i].line, strlen(faults[i].line));
        wire_feed(&reader, "\n", 1);
        take_all(&reader, &seen);
        if (!seen.data || !text_starts(seen.data, "fault: ") || !strstr(seen.data, faults[i].why))
            fail_msg("%s: got \"%s\", want a fault: %s", faults[i].line, seen.data ? seen.data : "", faults[i].why);
        text_free(&seen);
        wire_reader_free(&reader);
    }
}

static void test_a_nul_byte_is_a_fault(void **state)
{
    struct wire_reader reader = { 0 };
    struct error err;
    json_t *object = NULL;

    (void)state;
    wire_feed(&reader, "{\"n\"\0:1}\n", 9);
    assert_int_equal(wire_next(&reader, &object, &err), WIRE_FAULT);
    wire_reader_free(&reader);
}

/* An object whose line has `length` bytes without its end. */
static char *line_of(size_t length)
{
    struct text line = { 0 };

    text_add(&line, "{\"n\":5,\"x\":\"");
    while (line.length < length - 2)
        text_add_char(&line, 'x');
    text_add(&line, "\"}");
    return text_take(&line);
}

static void test_a_line_of_256_kib_is_the_longest(void **state)
{
    CLEANUP(mem_clean) char *longest = line_of(262144);
    CLEANUP(mem_clean) char *longer = line_of(262145);
    struct wire_reader reader = { 0 };
    struct text seen = { 0 };

    (void)state;
    wire_feed(&reader, longest, strlen(longest));
    take_all(&reader, &seen);
    assert_null(seen.data);
    wire_feed(&reader, "\n", 1);
    take_all(&reader, &seen);
    assert_string_equal(seen.data, "5,");
    wire_feed(&reader, longer, strlen(longer)); /* told before its end comes, if it ever does */
    take_all(&reader, &seen);
    assert_string_equal(seen.data, "5,fault: line over 262144 bytes");
    text_free(&seen);
    wire_reader_free(&reader);
}

static void test_an_object_is_written_as_one_line_and_read_back(void **state)
{
    json_t *object = json_object();
    struct wire_reader reader = { 0 };
    struct text line = { 0 };
    json_t *again = NULL;

    (void)state;
    json_put_text(object, "text", "第一行\n\"second\"\t\x01");
    json_put_int(object, "n", 9007199254740993);
    json_put_flag(object, "yes", true);
    wire_write(&line, object);
    assert_ptr_equal(strchr(line.data, '\n'), line.data + line.length - 1);
    wire_feed(&reader, line.data, line.length);
    assert_int_equal(wire_next(&reader, &again, NULL), WIRE_OBJECT);
    assert_true(json_equal(object, again));
    json_decref(object);
    json_decref(again);
    text_free(&line);
    wire_reader_free(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_in_any_portions_become_the_same_objects),
        cmocka_unit_test(test_nothing_comes_of_nothing),
        cmocka_unit_test(test_each_fault_is_told),
        cmocka_unit_test(test_a_nul_byte_is_a_fault),
        cmocka_unit_test(test_a_line_of_256_kib_is_the_longest),
        cmocka_unit_test(test_an_object_is_written_as_one_line_and_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
