/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes as folds over answers: a table a teacher can read, kind and answers in order, then outcome and what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/fold.h"
#include "lib/memory.h"

static const struct {
    enum kind kind;
    const char *answers, *outcome;
    bool settled;
} cases[] = {
    { KIND_CHECKIN, "", "", false },
    { KIND_CHECKIN, "fine", "fine", true },
    { KIND_EMERGENCY, "fine", "received", false }, /* "he is well" takes no alarm */
    { KIND_CHECKIN, "help", "help", true },
    { KIND_CHECKIN, "fine help", "help", true }, /* mother says fine, grandmother says help */
    { KIND_CHECKIN, "help fine", "help", true }, /* a later "fine" does not close it */
    { KIND_CHECKIN, "help ack", "help", true },
    { KIND_CHECKIN, "received", "received", true }, /* one missed call */
    { KIND_CHECKIN, "received fine", "fine", true },
    { KIND_CHECKIN, "fine received", "fine", true },
    { KIND_CHECKIN, "free", "unsure", false },
    { KIND_CHECKIN, "free fine", "fine", true },
    { KIND_CHECKIN, "wrong_number", "wrong_number", false },
    { KIND_CHECKIN, "wrong_number fine", "fine", true },
    { KIND_MEETING, "yes", "yes", true },
    { KIND_MEETING, "yes no", "no", true }, /* the last word counts */
    { KIND_MEETING, "no yes", "yes", true },
    { KIND_MEETING, "received", "received", false }, /* a missed call is no RSVP */
    { KIND_MEETING, "help yes", "help", true },
    { KIND_ABSENT, "yes", "accounted", true },
    { KIND_ABSENT, "no", "missing", false },
    { KIND_ABSENT, "yes no", "missing", false }, /* nobody knows outweighs an earlier "he is here" */
    { KIND_ABSENT, "received", "received", false },
    { KIND_EMERGENCY, "ack", "ack", true },
    { KIND_EMERGENCY, "received", "received", false },
    { KIND_EMERGENCY, "free", "unsure", false },
    { KIND_EMERGENCY, "no", "declined", false },
    { KIND_EMERGENCY, "help", "help", false },
    { KIND_EMERGENCY, "no ack", "ack", true },
    { KIND_EMERGENCY, "ack help", "help", true }, /* taken, and a person sees that help was asked for */
    { KIND_EMERGENCY, "help ack", "help", true },
    { KIND_EMERGENCY, "pass", "", false }, /* cannot: the outcome stays what it was */
    { KIND_EMERGENCY, "no pass", "declined", false },
    { KIND_ABSENT, "ack", "unsure", false }, /* "got it" finds no child */
    { KIND_ABSENT, "take", "taken_on", true },
    { KIND_ABSENT, "take no", "missing", true }, /* the mentor is looking already */
    { KIND_CHECKIN, "take", "taken_on", true },
    { KIND_CHECKIN, "take fine", "fine", true },
    { KIND_MEETING, "take", "taken_on", true },
    { KIND_DUTY, "pass", "", false },
    { KIND_RECEIPT, "ack", "ack", true },
    { KIND_RECEIPT, "received", "received", true },
    { KIND_COUNT, "number", "number", true },
    { KIND_DUTY, "no", "no", true },
    { KIND_NOTICE, "fine", "", false }, /* an inform has no outcome */
};

static void add(struct fold_state *fold, const char *word, size_t length, bool required)
{
    char class[24] = "";

    assert_true(length < sizeof class);
    memcpy(class, word, length);
    fold_add(fold, class, false, 0, required);
}

static void test_each_row_of_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fold_state fold = fold_begin(cases[i].kind);

        for (const char *at = cases[i].answers; *at; at += strspn(at, " ")) {
            const size_t length = strcspn(at, " ");

            add(&fold, at, length, true);
            at += length;
        }
        if (strcmp(fold.outcome, cases[i].outcome) != 0 || fold.settled != cases[i].settled)
            fail_msg("%s, \"%s\": got \"%s\" settled %d, want \"%s\" %d", kind_row(cases[i].kind)->name,
                     cases[i].answers, fold.outcome, fold.settled, cases[i].outcome, cases[i].settled);
    }
}

static void test_an_emergency_is_settled_only_by_the_required_role(void **state)
{
    struct fold_state fold = fold_begin(KIND_EMERGENCY);

    (void)state;
    add(&fold, "ack", 3, false);
    assert_false(fold.settled);
    add(&fold, "ack", 3, true);
    assert_true(fold.settled);
}

static void test_an_emergency_is_taken_and_not_ended_by_an_acknowledgement(void **state)
{
    struct fold_state fold = fold_begin(KIND_EMERGENCY), absent = fold_begin(KIND_ABSENT);

    (void)state;
    add(&fold, "ack", 3, true);
    assert_true(fold.taken);
    assert_false(fold.final);
    add(&absent, "yes", 3, true);
    assert_true(absent.final);
    assert_false(absent.taken);
}

static void test_a_declined_emergency_goes_on_at_once(void **state)
{
    struct fold_state fold = fold_begin(KIND_EMERGENCY);

    (void)state;
    add(&fold, "no", 2, true);
    assert_true(fold.climb);
}

static void test_the_value_follows_the_last_number(void **state)
{
    struct fold_state fold = fold_begin(KIND_COUNT);

    (void)state;
    fold_add(&fold, "number", true, 31, true);
    fold_add(&fold, "number", true, 30, true);
    assert_true(fold.has_value);
    assert_int_equal(fold.value, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_of_the_table),
        cmocka_unit_test(test_an_emergency_is_settled_only_by_the_required_role),
        cmocka_unit_test(test_an_emergency_is_taken_and_not_ended_by_an_acknowledgement),
        cmocka_unit_test(test_a_declined_emergency_goes_on_at_once),
        cmocka_unit_test(test_the_value_follows_the_last_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
