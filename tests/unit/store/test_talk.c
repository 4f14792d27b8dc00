/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of the questions that are open on a line: none for the only one, else one that nobody else has or had this week. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>

#include "store/ask.h"
#include "support/family.h"

enum { LINE = 1 };

/* A question of a cause of its own about 小明, out on the grandmother's line for two days. */
static int64_t put_question(struct family *f)
{
    struct world *w = f->world;
    const int64_t cause = world_ask(w, KIND_CHECKIN, "student:S1", NULL);
    const struct ask ask = { .cause = cause,
                             .student = f->ming,
                             .state = ASK_OPEN,
                             .due = w->now + DAY_MS,
                             .grace = w->now + 2 * DAY_MS,
                             .next_at = TIME_NEVER };
    const int64_t id = ask_put(w->store, &ask);

    talk_open(w->store, LINE, talk_code(w->store, LINE, cause, w->now), id, 1, w->now, w->now + 2 * DAY_MS);
    world_commit(w);
    return cause;
}

static int code_of(struct family *f, int64_t cause)
{
    return talk_code(f->world->store, LINE, cause, f->world->now);
}

static void test_the_only_open_question_needs_no_code(void **state)
{
    struct family *f = *state;

    assert_int_equal(code_of(f, put_question(f)), 0);
}

static void test_a_second_question_gets_a_code_and_keeps_it(void **state)
{
    struct family *f = *state;
    const int64_t first = put_question(f), second = put_question(f);

    assert_int_equal(code_of(f, first), 0);
    assert_int_equal(code_of(f, second), 3);
    world_sql(f->world, "UPDATE ask SET state = 'answered' WHERE cause = 1");
    assert_int_equal(code_of(f, second), 3);
}

static void test_codes_of_open_questions_differ_however_many(void **state)
{
    struct family *f = *state;
    bool used[100] = { false };

    for (int i = 0; i < 30; i++) {
        const int code = code_of(f, put_question(f));

        assert_in_range(code, 0, 99);
        assert_false(used[code]);
        assert_true(code == 0 || (code >= 3 && code <= 9) || code >= 30); /* no token is an option or another's token */
        used[code] = true;
    }
}

static void test_a_code_rests_for_a_week(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;

    put_question(f);
    put_question(f); /* 3, until two days from now */
    w->now += 8 * DAY_MS;
    put_question(f);
    assert_int_equal(code_of(f, put_question(f)), 4);
    w->now += 2 * DAY_MS;
    world_sql(w, "DELETE FROM talk WHERE code IN (0, 4)");
    put_question(f);
    assert_int_equal(code_of(f, put_question(f)), 3);
}

static void test_a_question_without_a_code_is_given_one_when_another_is_open(void **state)
{
    struct family *f = *state;
    struct world *w = f->world;
    const int64_t first = put_question(f);

    put_question(f);
    assert_int_equal(talk_give_code(w->store, LINE, first, w->now), 4);
    assert_int_equal(talk_give_code(w->store, LINE, first, w->now), 4);
    world_commit(w);
    assert_int_equal(code_of(f, first), 4);
}

static void test_a_question_is_asked_back_once(void **state)
{
    struct family *f = *state;
    const int64_t cause = put_question(f);

    assert_true(talk_ask_back(f->world->store, LINE, cause));
    assert_false(talk_ask_back(f->world->store, LINE, cause));
    world_commit(f->world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, family_setup, family_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_only_open_question_needs_no_code),
        TEST(test_a_second_question_gets_a_code_and_keeps_it),
        TEST(test_codes_of_open_questions_differ_however_many),
        TEST(test_a_code_rests_for_a_week),
        TEST(test_a_question_without_a_code_is_given_one_when_another_is_open),
        TEST(test_a_question_is_asked_back_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
