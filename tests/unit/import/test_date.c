/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as registers write them; the forms stand in tests/data/import/dates.csv. */
#include "table.h"

#include "import/date.h"
#include "lib/memory.h"

static void judge(const char *const *cells, int row)
{
    struct date date = { 0 };
    struct error err = { "" };
    char got[DATE_MAX] = "";
    const bool ok = date_parse(&date, cells[0], &err);

    date_format(got, date);
    table_judge(cells[0], row, ok, got, err.text, cells[1]);
}

static void test_every_form_of_a_date_is_read_or_refused(void **state)
{
    (void)state;
    table_run("tests/data/import/dates.csv", 2, 45, judge);
}

static void test_a_refused_date_leaves_the_old_one(void **state)
{
    struct date date = { 2016, 3, 9 };

    (void)state;
    assert_false(date_parse(&date, "2016-02-30", NULL));
    assert_int_equal(date.month, 3);
}

static void test_age_counts_from_the_birthday(void **state)
{
    const struct date birth = { 2016, 11, 25 };

    (void)state;
    assert_int_equal(date_age(birth, (struct date){ 2026, 11, 24 }), 9);
    assert_int_equal(date_age(birth, (struct date){ 2026, 11, 25 }), 10);
    assert_int_equal(date_age((struct date){ 2016, 11, 0 }, (struct date){ 2026, 11, 24 }), 9); /* the younger age */
    assert_int_equal(date_age((struct date){ 2016, 11, 0 }, (struct date){ 2026, 11, 30 }), 10);
}

static void test_weekdays_are_those_of_the_calendar(void **state)
{
    (void)state;
    assert_int_equal(date_weekday((struct date){ 2026, 11, 24 }), 2); /* a Tuesday */
    assert_int_equal(date_weekday((struct date){ 2000, 1, 1 }), 6);
    assert_int_equal(date_weekday((struct date){ 2024, 2, 29 }), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_a_date_is_read_or_refused),
        cmocka_unit_test(test_a_refused_date_leaves_the_old_one),
        cmocka_unit_test(test_age_counts_from_the_birthday),
        cmocka_unit_test(test_weekdays_are_those_of_the_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
