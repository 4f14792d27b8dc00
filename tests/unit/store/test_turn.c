/* SPDX-License-Identifier: Apache-2.0 */
/* The turn is the transaction: effects leave after the commit, and not at all when it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "support/family.h"

struct heard {
    struct world *world;
    int released, dropped;
    int64_t rows; /* committed when it was released */
    char order[8];
};

static void note(struct heard *h, char letter)
{
    h->order[strlen(h->order)] = letter;
}

static void release(void *arg)
{
    struct heard *h = arg;

    h->released++;
    h->rows = world_value(h->world, "SELECT count(*) FROM setting WHERE key = 'k'");
    assert_false(store_in_transaction(h->world->store));
}

static void release_a(void *arg)
{
    note(arg, 'a');
}

static void release_b(void *arg)
{
    note(arg, 'b');
}

static void drop(void *arg)
{
    ((struct heard *)arg)->dropped++;
}

static struct heard listen(void **state)
{
    return (struct heard){ .world = ((struct family *)*state)->world };
}

static void test_effects_leave_after_the_commit_in_order(void **state)
{
    struct heard h = listen(state);
    struct turn *turn = h.world->turn;

    setting_put(h.world->store, "k", "1");
    turn_effect(turn, release, &h, drop);
    turn_effect(turn, release_a, &h, drop);
    turn_effect(turn, release_b, &h, drop);
    assert_int_equal(h.released, 0);
    assert_true(turn_end(turn, NULL));
    assert_int_equal(h.released, 1);
    assert_int_equal(h.rows, 1);
    assert_string_equal(h.order, "ab");
    assert_int_equal(h.dropped, 0);
    assert_true(turn_end(turn, NULL));
    assert_int_equal(h.released, 1); /* once */
}

static void test_failed_turn_drops_its_effects(void **state)
{
    struct heard h = listen(state);
    struct error err = { "" };

    setting_put(h.world->store, "k", "1");
    turn_effect(h.world->turn, release, &h, drop);
    turn_effect(h.world->turn, release, &h, NULL);
    assert_true(store_change(h.world->store, "INSERT INTO about (message, student) VALUES (77, 77)", "") < 0);
    assert_true(store_failed(h.world->store));
    assert_false(turn_end(h.world->turn, &err));
    assert_non_null(strstr(err.text, "store: "));
    assert_int_equal(h.released, 0);
    assert_int_equal(h.dropped, 1);
    assert_int_equal(world_value(h.world, "SELECT count(*) FROM setting WHERE key = 'k'"), 0);
}

static void test_the_turn_after_a_failed_one_works(void **state)
{
    struct heard h = listen(state);

    store_change(h.world->store, "INSERT INTO about (message, student) VALUES (77, 77)", "");
    assert_false(turn_end(h.world->turn, NULL));
    setting_put(h.world->store, "k", "1");
    turn_effect(h.world->turn, release, &h, drop);
    assert_true(turn_end(h.world->turn, NULL));
    assert_int_equal(h.rows, 1);
}

static void test_request_refused_half_way_leaves_no_row(void **state)
{
    struct heard h = listen(state);
    struct turn *turn = h.world->turn;

    setting_put(h.world->store, "before", "1");
    turn_effect(turn, release_a, &h, drop);
    turn_request_begin(turn);
    setting_put(h.world->store, "k", "1");
    turn_effect(turn, release_b, &h, drop);
    turn_request_undo(turn);
    assert_int_equal(h.dropped, 1);
    assert_true(turn_end(turn, NULL));
    assert_string_equal(h.order, "a");
    assert_int_equal(world_value(h.world, "SELECT count(*) FROM setting WHERE key = 'k'"), 0);
    assert_int_equal(world_value(h.world, "SELECT count(*) FROM setting WHERE key = 'before'"), 1);
}

static void test_a_kept_request_stays(void **state)
{
    struct heard h = listen(state);

    turn_request_begin(h.world->turn);
    setting_put(h.world->store, "k", "1");
    turn_effect(h.world->turn, release, &h, drop);
    turn_request_keep(h.world->turn);
    assert_true(turn_end(h.world->turn, NULL));
    assert_int_equal(h.rows, 1);
}

static void append_next(void *arg)
{
    struct heard *h = arg;

    turn_effect(h->world->turn, release, h, drop);
}

static void test_an_effect_may_begin_the_next_turn(void **state)
{
    struct heard h = listen(state);

    turn_effect(h.world->turn, append_next, &h, drop);
    assert_true(turn_end(h.world->turn, NULL));
    assert_int_equal(h.released, 0);
    assert_true(turn_end(h.world->turn, NULL));
    assert_int_equal(h.released, 1);
}

/* --- who watches the turns --- */

static void watch(void *arg)
{
    note(arg, 'w');
}

static void expect_watched(struct heard *h, const char *sql, const char *want)
{
    memset(h->order, 0, sizeof h->order);
    store_change(h->world->store, sql, "");
    assert_true(turn_end(h->world->turn, NULL));
    assert_string_equal(h->order, want);
}

static void test_watcher_is_told_of_turns_that_changed_what_people_see(void **state)
{
    struct heard h = listen(state);

    turn_watch(h.world->turn, watch, &h);
    expect_watched(&h, "INSERT INTO party (name) SELECT 'x' WHERE 0", "");
    expect_watched(&h, "UPDATE student SET remark = 'x' WHERE id = -1", "");
    expect_watched(&h, "INSERT INTO run (started, last_seen) VALUES (1, 1)", "");
    expect_watched(&h, "UPDATE run SET last_seen = 2", "");
    expect_watched(&h, "UPDATE student SET remark = 'x'", "w");
    expect_watched(&h, "INSERT INTO setting (key, value) VALUES ('k', '1')", "w"); /* a table without row ids */
    expect_watched(&h, "INSERT INTO setting (key, value) VALUES ('k', '2') ON CONFLICT DO NOTHING", "");
    expect_watched(&h, "DELETE FROM setting WHERE key = 'k'", "w");
    turn_watch(h.world->turn, NULL, NULL);
    expect_watched(&h, "UPDATE student SET remark = 'y'", "");
}

static void test_watcher_is_told_once_a_turn_behind_its_effects(void **state)
{
    struct heard h = listen(state);

    turn_watch(h.world->turn, watch, &h);
    setting_put(h.world->store, "k", "1");
    turn_effect(h.world->turn, release_a, &h, drop);
    setting_put(h.world->store, "k", "2");
    turn_effect(h.world->turn, release_b, &h, drop);
    assert_true(turn_end(h.world->turn, NULL));
    assert_true(turn_end(h.world->turn, NULL));
    assert_string_equal(h.order, "abw");
}

static void test_watcher_is_not_told_of_what_was_undone(void **state)
{
    struct heard h = listen(state);
    struct turn *turn = h.world->turn;

    turn_watch(turn, watch, &h);
    turn_request_begin(turn);
    setting_put(h.world->store, "k", "1");
    turn_request_undo(turn);
    assert_true(turn_end(turn, NULL));
    assert_string_equal(h.order, "");
    setting_put(h.world->store, "k", "1");
    store_change(h.world->store, "INSERT INTO about (message, student) VALUES (77, 77)", "");
    assert_false(turn_end(turn, NULL));
    assert_true(turn_end(turn, NULL));
    assert_string_equal(h.order, "");
    setting_put(h.world->store, "k", "1"); /* before the request that is undone: it stays */
    turn_request_begin(turn);
    setting_put(h.world->store, "k", "2");
    turn_request_undo(turn);
    assert_true(turn_end(turn, NULL));
    assert_string_equal(h.order, "w");
}

static void test_the_time_of_a_turn_is_asked_anew_after_the_loop_has_waited(void **state)
{
    struct heard h = listen(state);
    const struct clock clock = clock_demo(1000, 1000000); /* a thousand seconds a millisecond */
    struct turn *turn = h.world->turn;
    time_ms first, after;

    turn_set_clock(turn, &clock);
    assert_int_equal(turn_began_us(turn), 0);
    first = turn_now(turn);
    assert_true(turn_began_us(turn) > 0);
    for (const int64_t from = clock_mono(); clock_mono() < from + 2;)
        assert_int_equal(turn_now(turn), first); /* one turn, one time */
    assert_true(turn_end(turn, NULL));
    after = turn_now(turn); /* an effect asks */
    assert_true(after > first);
    for (const int64_t from = clock_mono(); clock_mono() < from + 2;)
        assert_int_equal(turn_now(turn), after);
    turn_rest(turn);
    assert_int_equal(turn_began_us(turn), 0);
    assert_true(turn_now(turn) > after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_effects_leave_after_the_commit_in_order),
        TEST(test_failed_turn_drops_its_effects),
        TEST(test_the_turn_after_a_failed_one_works),
        TEST(test_request_refused_half_way_leaves_no_row),
        TEST(test_a_kept_request_stays),
        TEST(test_an_effect_may_begin_the_next_turn),
        TEST(test_watcher_is_told_of_turns_that_changed_what_people_see),
        TEST(test_watcher_is_told_once_a_turn_behind_its_effects),
        TEST(test_watcher_is_not_told_of_what_was_undone),
        TEST(test_the_time_of_a_turn_is_asked_anew_after_the_loop_has_waited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
