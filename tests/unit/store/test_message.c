/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox's rows: a state moves once and only as the table allows; ids are never given out again; texts stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "support/family.h"

/* A queued notice to the grandmother that no gateway takes. */
static int64_t queued(struct family *f)
{
    f->world->window = 0;
    world_ask(f->world, KIND_NOTICE, "student:S1", "明天放假");
    world_settle(f->world);
    return world_value(f->world, "SELECT max(id) FROM message");
}

static bool moves(struct family *f, int64_t id, enum message_state from, enum message_state to)
{
    const bool moved = message_move(f->world->store, id, from, to, REASON_NONE, f->world->now);

    world_commit(f->world);
    return moved;
}

static void test_a_state_moves_only_from_where_it_is(void **state)
{
    struct family *f = *state;
    const int64_t id = queued(f);

    assert_false(moves(f, id, MESSAGE_CLAIMED, MESSAGE_STARTED)); /* it is queued */
    assert_true(moves(f, id, MESSAGE_QUEUED, MESSAGE_CLAIMED));
    assert_false(moves(f, id, MESSAGE_QUEUED, MESSAGE_CLAIMED)); /* not twice */
    expect_text(world_state(f->world, id), "claimed");
}

static void test_what_the_table_forbids_changes_nothing(void **state)
{
    struct family *f = *state;
    const int64_t id = queued(f);

    assert_false(moves(f, id, MESSAGE_QUEUED, MESSAGE_STARTED));
    expect_text(world_state(f->world, id), "queued");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM trail"), 1);
}

static void test_the_text_stays_as_it_was_first_set(void **state)
{
    struct family *f = *state;
    const int64_t id = queued(f);

    message_set_text(f->world->store, id, "one", NULL, 1, 500);
    message_set_text(f->world->store, id, "two", NULL, 2, 1000);
    world_commit(f->world);
    expect_text(world_words(f->world, "SELECT text || parts FROM message"), "one1");
}

static void test_an_id_is_never_given_out_again(void **state)
{
    struct family *f = *state;
    const int64_t first = queued(f);

    world_sql(f->world, "PRAGMA foreign_keys = OFF; DELETE FROM about; DELETE FROM message; PRAGMA foreign_keys = ON");
    f->world->now += HOUR_MS;
    assert_true(queued(f) > first);
}

static void test_a_sibling_joins_only_what_is_not_worded_yet(void **state)
{
    struct family *f = *state;
    const int64_t id = queued(f), cause = world_value(f->world, "SELECT cause FROM message");

    assert_int_equal(message_open(f->world->store, cause, 1, CHANNEL_SMS, false), id);
    assert_int_equal(message_open(f->world->store, cause, 1, CHANNEL_VOICE, false), 0);
    assert_int_equal(message_open(f->world->store, cause, 2, CHANNEL_SMS, false), 0);
    message_set_text(f->world->store, id, "one", NULL, 1, 0);
    world_commit(f->world);
    assert_int_equal(message_open(f->world->store, cause, 1, CHANNEL_SMS, false), 0);
}

static void test_the_database_refuses_a_state_that_is_not_in_the_table(void **state)
{
    struct family *f = *state;

    queued(f);
    assert_int_equal(store_change(f->world->store, "UPDATE message SET state = 'lost'", ""), -1);
    assert_false(turn_end(f->world->turn, NULL));
    expect_text(world_words(f->world, "SELECT state FROM message"), "queued");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_state_moves_only_from_where_it_is),
        TEST(test_what_the_table_forbids_changes_nothing),
        TEST(test_the_text_stays_as_it_was_first_set),
        TEST(test_an_id_is_never_given_out_again),
        TEST(test_a_sibling_joins_only_what_is_not_worded_yet),
        TEST(test_the_database_refuses_a_state_that_is_not_in_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
