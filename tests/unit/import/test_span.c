/* SPDX-License-Identifier: Apache-2.0 */
/* When a rota means; the forms stand in tests/data/import/spans.csv. */
#include "table.h"

#include "import/span.h"
#include "lib/memory.h"

static const struct date today = { 2026, 11, 24 };

/* "2026-12-07..2026-12-11 d12 w7" */
static char *show(const struct span *span)
{
    char from[DATE_MAX], to[DATE_MAX];
    struct text text = { 0 };

    date_format(from, span->from);
    date_format(to, span->to);
    text_add(&text, from);
    if (strcmp(from, to) != 0)
        text_add_format(&text, "..%s", to);
    if (span->weekdays)
        text_add(&text, text.length ? " d" : "d");
    for (int day = 1; day <= 7; day++) {
        if (span->weekdays & (1u << (day - 1)))
            text_add_format(&text, "%d", day);
    }
    if (span->week)
        text_add_format(&text, "%sw%d", text.length ? " " : "", span->week);
    return text_take(&text);
}

static void judge(const char *const *cells, int row)
{
    struct span span = { .week = 0 };
    const bool ok = span_parse(&span, cells[0], today);
    CLEANUP(mem_clean) char *got = show(&span);

    table_judge(cells[0], row, ok, got, "", cells[1]);
}

static void test_every_form_of_a_rotas_day_is_understood_or_not(void **state)
{
    (void)state;
    table_run("tests/data/import/spans.csv", 2, 55, judge);
}

static void assert_found(const char *text, const char *want)
{
    struct span span = { .week = 0 };
    const bool found = span_find(&span, text, today);
    CLEANUP(mem_clean) char *got = show(&span);

    assert_string_equal(found ? got : "", want);
}

static void test_a_title_holds_a_range_or_a_week(void **state)
{
    (void)state;
    assert_found("青岭小学第7周值班表（2026年12月7日—12月11日）", "2026-12-07..2026-12-11");
    assert_found("青岭小学12.7-12.13行政值班", "2026-12-07..2026-12-13");
    assert_found("第七周护导安排", "w7");
    assert_found("青岭小学护导安排（2026年9月1日）", ""); /* a day of issue is no range */
    assert_found("2026年秋季学期值班表", "");
    assert_found("电话0838-2207013", "");
}

static void test_a_week_of_the_term_is_counted_from_the_week_that_holds_its_first_day(void **state)
{
    struct span span = { .week = 1 };

    (void)state;
    span_set_week(&span, (struct date){ 2026, 9, 2 }); /* a Wednesday */
    assert_int_equal(span.from.month * 100 + span.from.day, 831);
    assert_int_equal(span.to.month * 100 + span.to.day, 906);
    span.week = 19;
    span_set_week(&span, (struct date){ 2026, 8, 31 });
    assert_int_equal(span.from.year * 10000 + span.from.month * 100 + span.from.day, 20270104);
}

static void test_what_fits_no_day_is_not_joined(void **state)
{
    struct span week = { .from = { 2026, 12, 7 }, .to = { 2026, 12, 11 } };
    const struct span saturday = { .weekdays = 1u << 5 }, later = { .from = { 2026, 12, 10 }, .to = { 2026, 12, 20 } };

    (void)state;
    assert_false(span_join(&week, &saturday));
    assert_int_equal(week.weekdays, 0);
    assert_true(span_join(&week, &later));
    assert_int_equal(week.from.day, 10);
    assert_int_equal(week.to.day, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_a_rotas_day_is_understood_or_not),
        cmocka_unit_test(test_a_title_holds_a_range_or_a_week),
        cmocka_unit_test(test_a_week_of_the_term_is_counted_from_the_week_that_holds_its_first_day),
        cmocka_unit_test(test_what_fits_no_day_is_not_joined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
