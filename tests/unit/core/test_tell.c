/* SPDX-License-Identifier: Apache-2.0 */
/* may_tell() as a table: one hindrance at a time, for a check-in and for an emergency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/tell.h"
#include "lib/memory.h"

static struct zone shanghai(void)
{
    struct zone zone;

    assert_true(zone_open(&zone, "Asia/Shanghai", NULL));
    return zone;
}

static time_ms at(const char *text)
{
    time_ms instant = 0;

    assert_true(zone_parse(&instant, shanghai(), text, NULL));
    return instant;
}

/* A guardian who may be told everything, by text. */
static struct telling plain(enum kind kind)
{
    return (struct telling){ .kind = kind,
                             .about_child = true,
                             .related = true,
                             .has_line = true,
                             .line_theirs = true,
                             .confirmed = true,
                             .school_quiet = { 21 * 60, 7 * 60 },
                             .zone = shanghai(),
                             .cap = 4 };
}

static const char *asked(const struct telling *telling, const char *when)
{
    const struct verdict v = may_tell(telling, at(when));

    return v.answer == TELL_YES ? "yes" : reason_name(v.reason);
}

#define MORNING "2026-10-08 09:00"
#define NIGHT "2026-10-08 22:30"

/* What hinders a check-in, and whether it hinders an emergency too. */
static void test_restrictions_hold_always_wishes_only_for_routine(void **state)
{
    struct telling t;

    (void)state;
#define HINDERED(change, routine, emergency)                                                                           \
    t = plain(KIND_CHECKIN);                                                                                           \
    change;                                                                                                            \
    assert_string_equal(asked(&t, MORNING), routine);                                                                  \
    t = plain(KIND_EMERGENCY);                                                                                         \
    change;                                                                                                            \
    assert_string_equal(asked(&t, MORNING), emergency)

    HINDERED(t.cap = 4, "yes", "yes");
    HINDERED(t.restricted = true, "restricted", "restricted");
    HINDERED(t.line_restricted = true, "shared_restricted", "shared_restricted");
    HINDERED(t.deceased = true, "deceased", "deceased");
    HINDERED(t.related = false, "not_related", "not_related");
    HINDERED(t.has_line = false, "no_line", "no_line");
    HINDERED(t.line_theirs = false, "line_changed", "line_changed");
    HINDERED(t.wrong_number = true, "wrong_number", "wrong_number");
    HINDERED(t.landline = true, "no_text", "no_text");
    HINDERED(t.opted_out = true, "opted_out", "yes");
    HINDERED(t.confirmed = false, "unconfirmed", "yes");
    HINDERED(t.settled = true, "settled", "settled");
    HINDERED(t.sent_today = 4, "cap", "yes");
    HINDERED((t.line_busy = true, t.busy_until = at(NIGHT)), "line_busy", "yes");
}

static void test_quiet_hours_hold_until_the_morning_but_not_for_emergencies(void **state)
{
    struct telling t = plain(KIND_CHECKIN);
    struct verdict v = may_tell(&t, at(NIGHT));

    (void)state;
    assert_int_equal(v.answer, TELL_LATER);
    assert_int_equal(v.reason, REASON_QUIET);
    assert_int_equal(v.at, at("2026-10-09 07:00"));
    t = plain(KIND_EMERGENCY);
    assert_string_equal(asked(&t, NIGHT), "yes");
}

static void test_the_persons_own_quiet_hours_follow_the_schools(void **state)
{
    struct telling t = plain(KIND_CHECKIN);
    struct verdict v;

    (void)state;
    t.person_quiet = (struct hours){ 6 * 60, 13 * 60 }; /* works at night, sleeps in the morning */
    v = may_tell(&t, at(NIGHT));
    assert_int_equal(v.answer, TELL_LATER);
    assert_int_equal(v.at, at("2026-10-09 13:00"));
}

static void test_an_answer_to_the_line_may_go_at_night(void **state)
{
    struct telling t = plain(KIND_CHECKIN);

    (void)state;
    t.answering = true;
    assert_string_equal(asked(&t, NIGHT), "yes");
}

static void test_the_cap_ends_after_the_night(void **state)
{
    struct telling t = plain(KIND_NOTICE);
    struct verdict v;

    (void)state;
    t.sent_today = 4;
    v = may_tell(&t, at(MORNING));
    assert_int_equal(v.reason, REASON_CAP);
    assert_int_equal(v.at, at("2026-10-09 07:00"));
    t.cap = 0;
    assert_string_equal(asked(&t, MORNING), "yes");
}

static void test_staff_need_no_relation_but_a_restriction_still_holds(void **state)
{
    struct telling t = plain(KIND_STAFF);

    (void)state;
    t.related = false;
    t.by_role = true;
    assert_string_equal(asked(&t, MORNING), "yes");
    t.restricted = true;
    assert_string_equal(asked(&t, MORNING), "restricted");
}

static void test_a_restricted_person_is_reached_when_no_child_is_named(void **state)
{
    struct telling t = plain(KIND_NOTICE);

    (void)state;
    t.about_child = t.related = false;
    t.restricted = t.line_restricted = true;
    assert_string_equal(asked(&t, MORNING), "yes");
}

static void test_a_landline_takes_calls(void **state)
{
    struct telling t = plain(KIND_CHECKIN);

    (void)state;
    t.landline = t.call = true;
    assert_string_equal(asked(&t, MORNING), "yes");
}

static void test_an_inform_does_not_wait_for_an_open_question(void **state)
{
    struct telling t = plain(KIND_NOTICE);

    (void)state;
    t.line_busy = true;
    t.busy_until = at(NIGHT);
    assert_string_equal(asked(&t, MORNING), "yes");
}

static int close_zones(void **state)
{
    (void)state;
    zone_close_all();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restrictions_hold_always_wishes_only_for_routine),
        cmocka_unit_test(test_quiet_hours_hold_until_the_morning_but_not_for_emergencies),
        cmocka_unit_test(test_the_persons_own_quiet_hours_follow_the_schools),
        cmocka_unit_test(test_an_answer_to_the_line_may_go_at_night),
        cmocka_unit_test(test_the_cap_ends_after_the_night),
        cmocka_unit_test(test_staff_need_no_relation_but_a_restriction_still_holds),
        cmocka_unit_test(test_a_restricted_person_is_reached_when_no_child_is_named),
        cmocka_unit_test(test_a_landline_takes_calls),
        cmocka_unit_test(test_an_inform_does_not_wait_for_an_open_question),
    };

    return cmocka_run_group_tests(tests, NULL, close_zones);
}
