/* SPDX-License-Identifier: Apache-2.0 */
/* A gateway's log lines: priority, masks, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/chatter.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"

static void test_numbers_are_masked_and_ids_are_not(void **state)
{
    static const struct {
        const char *said, *kept;
    } rows[] = {
        { "to +8619900000376: ok", "to +86199****0376: ok" },
        { "13912345678 busy", "1391234**** busy" },
        { "id a1b2c3-42 done in 1500 ms", "id a1b2c3-42 done in 1500 ms" },
        { "hash deadbeef12345678", "hash deadbeef12345678" },
        { "\xe4\xbd\xa0\xe5\xa5\xbd", "\xe4\xbd\xa0\xe5\xa5\xbd" },
        { "caf\xe9\tx", "caf? x" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(mem_clean) char *clean = chatter_clean(rows[i].said);

        assert_string_equal(clean, rows[i].kept);
    }
}

static bool feed(struct chatter *chatter, const char *text, time_ms mono)
{
    return chatter_feed(chatter, "g", text, strlen(text), 1000, mono);
}

static void test_lines_come_in_pieces_with_their_priority(void **state)
{
    struct chatter chatter = { 0 };
    CLEANUP(mem_clean) char *got = NULL;
    json_t *show;

    (void)state;
    log_set_level((enum log_level)0);
    assert_true(feed(&chatter, "<4>low bal", 1));
    assert_true(feed(&chatter, "ance\nplain\n\n<0>panic", 1));
    chatter_end(&chatter, "g", 1000, 1);
    show = chatter_show(&chatter);
    got = json_write(show);
    assert_string_equal(got, "[{\"at\":1000,\"level\":4,\"text\":\"low balance\"},"
                             "{\"at\":1000,\"level\":6,\"text\":\"plain\"},"
                             "{\"at\":1000,\"level\":3,\"text\":\"panic\"}]");
    json_decref(show);
    chatter_free(&chatter);
}

static void test_too_many_lines_are_left_out_until_time_has_passed(void **state)
{
    struct chatter chatter = { 0 };

    (void)state;
    log_set_level((enum log_level)0);
    for (int i = 0; i < CHATTER_BURST; i++)
        assert_true(feed(&chatter, "x\n", 1000));
    assert_false(feed(&chatter, "x\n", 1000));
    assert_int_equal(chatter.left_out, 1);
    assert_true(feed(&chatter, "x\n", 1000 + SECOND_MS / CHATTER_PER_SECOND));
    assert_int_equal(chatter.left_out, 0);
    assert_false(feed(&chatter, "x\n", 1000 + SECOND_MS / CHATTER_PER_SECOND));
    chatter_free(&chatter);
}

static void test_a_line_without_end_costs_no_memory(void **state)
{
    struct chatter chatter = { 0 };

    (void)state;
    for (int i = 0; i < 10000; i++)
        feed(&chatter, "0123456789", 1);
    assert_int_equal(chatter.partial.length, CHATTER_LINE_MAX);
    chatter_free(&chatter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_masked_and_ids_are_not),
        cmocka_unit_test(test_lines_come_in_pieces_with_their_priority),
        cmocka_unit_test(test_too_many_lines_are_left_out_until_time_has_passed),
        cmocka_unit_test(test_a_line_without_end_costs_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
