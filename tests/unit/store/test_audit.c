/* SPDX-License-Identifier: Apache-2.0 */
/* The audit chain: it holds, it breaks where a row is changed, left out or put in, and it outlives an erased detail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "store/audit.h"
#include "tests/support/api_fixture.h"

static int setup(void **state)
{
    struct api_fixture *fixture = calloc(1, sizeof *fixture);
    struct error err;

    api_fixture_open(fixture);
    for (int i = 0; i < 4; i++) {
        json_t *detail = json_pack("{s:i}", "n", i);

        audit_put(fixture->store, FIXTURE_NOW + i, "unix:lin", "student.show", "student:1", detail);
        json_decref(detail);
    }
    if (!turn_end(fixture->turn, &err))
        abort();
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    api_fixture_close(*state);
    free(*state);
    return 0;
}

static void expect_break(struct api_fixture *f, const char *sql, int64_t want)
{
    int64_t bad = 0;

    api_fixture_sql(f, sql);
    assert_false(audit_check(f->store, &bad));
    assert_int_equal(bad, want);
}

static void test_untouched_chain_holds(void **state)
{
    struct api_fixture *f = *state;
    int64_t bad = 0;

    assert_true(audit_check(f->store, &bad));
    assert_int_equal(store_value(f->store, 0, "SELECT count(*) FROM audit", ""), 4);
}

static void test_changed_actor_breaks_the_chain_there(void **state)
{
    expect_break(*state, "UPDATE audit SET actor = 'unix:wang' WHERE id = 2", 2);
}

static void test_changed_detail_breaks_the_chain_there(void **state)
{
    expect_break(*state, "UPDATE audit_detail SET content = '{}' WHERE audit = 3", 3);
}

static void test_removed_row_breaks_the_chain_behind_it(void **state)
{
    expect_break(*state, "DELETE FROM audit_detail WHERE audit = 2; DELETE FROM audit WHERE id = 2", 3);
}

static void test_erased_detail_keeps_the_chain(void **state)
{
    struct api_fixture *f = *state;
    struct list_filter filter = list_all(f->setting.zone, FIXTURE_NOW);
    json_t *page;
    int64_t bad = 0;

    api_fixture_sql(f, "DELETE FROM audit_detail WHERE audit = 2");
    assert_true(audit_check(f->store, &bad));
    page = audit_list(f->store, &filter);
    assert_string_equal(json_at(page, "items.1.detail"), "null");
    assert_string_equal(json_at(page, "items.2.detail.n"), "2");
    json_decref(page);
}

/* "ab" + "c" and "a" + "bc" are different rows. */
static void test_hash_keeps_fields_apart(void **state)
{
    char one[AUDIT_HASH_MAX], two[AUDIT_HASH_MAX];

    (void)state;
    audit_hash(one, (const struct audit_piece[]){ { "ab", 2 }, { "c", 1 } }, 2);
    audit_hash(two, (const struct audit_piece[]){ { "a", 1 }, { "bc", 2 } }, 2);
    assert_string_not_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_untouched_chain_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changed_actor_breaks_the_chain_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changed_detail_breaks_the_chain_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_removed_row_breaks_the_chain_behind_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_erased_detail_keeps_the_chain, setup, teardown),
        cmocka_unit_test(test_hash_keeps_fields_apart),
    };

    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
