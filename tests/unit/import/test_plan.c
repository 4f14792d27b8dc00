/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register files against a store: what is added, what a second time changes, changed numbers, siblings, restrictions, who is
 * missing and who cannot be reached. Each import here goes the whole way: check, plan, slices, commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "import/report.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/turn.h"

/* 2026-10-08 18:00 in Shanghai. */
#define NOW ((time_ms)1791453600000)

struct world {
    char folder[64], path[96];
    struct headers *headers;
    struct store *store;
    struct turn *turn;
    struct import_request request;
    json_t *report; /* of the last import */
};

static int open_world(void **state)
{
    struct world *world = mem_new(1, sizeof *world);
    struct error err;

    snprintf(world->folder, sizeof world->folder, "/tmp/greenline-plan-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->path, sizeof world->path, "%s/store.db", world->folder);
    world->headers = headers_load("conf/headers.csv", &err);
    if (!world->headers)
        fail_msg("%s", err.text);
    world->store = store_open(world->path, false, &err);
    if (!world->store)
        fail_msg("%s", err.text);
    world->turn = turn_new(world->store, random_from_seed(1));
    turn_set_now(world->turn, NOW);
    world->request = (struct import_request){ .headers = world->headers, .region = "CN", .now = NOW, .as = -1 };
    assert_true(zone_open(&world->request.zone, "Asia/Shanghai", &err));
    *state = world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;
    CLEANUP(mem_clean) char *remove = mem_format("rm -rf %s", world->folder);

    json_decref(world->report);
    turn_free(world->turn);
    store_close(world->store);
    headers_free(world->headers);
    zone_close_all();
    assert_int_equal(system(remove), 0);
    free(world);
    return 0;
}

/* Imports sheets given as text (a.csv, b.csv …) in slices of three steps; the report is world->report. */
static const json_t *import(struct world *world, const char *const *sheets, size_t count)
{
    static const char *const names[] = { "a.csv", "b.csv", "c.csv", "d.csv" };
    struct import_file files[COUNT(names)];
    struct import_check check;
    struct error err;

    for (size_t i = 0; i < count; i++)
        files[i] = (struct import_file){ names[i], sheets[i], strlen(sheets[i]) };
    import_check(&check, world->store, files, count, &world->request);
    json_decref(world->report);
    world->report = import_report(&check, &world->request);
    for (size_t from = 0; check.stores && from < json_array_size(check.plan.steps); from += 3) {
        plan_apply(world->store, check.plan.steps, from, 3, NOW);
        if (!turn_end(world->turn, &err))
            fail_msg("%s", err.text);
        turn_set_now(world->turn, NOW);
    }
    import_check_free(&check);
    return world->report;
}

static const json_t *import_one(struct world *world, const char *sheet)
{
    return import(world, &sheet, 1);
}

/* "added changed same" of one of the report's counts. */
static void assert_count(const json_t *report, const char *what, const char *want)
{
    const json_t *count = json_object_get(report, what);
    char got[64];

    snprintf(got, sizeof got, "%d %d %d", (int)json_int(count, "added", -1), (int)json_int(count, "changed", -1),
             (int)json_int(count, "same", -1));
    if (strcmp(got, want) != 0)
        fail_msg("%s: got %s, want %s", what, got, want);
}

/* The report's list holds a line that begins so. */
static void assert_line(const json_t *report, const char *list, const char *want)
{
    const json_t *lines = json_object_get(report, list);

    for (size_t i = 0; i < json_array_size(lines); i++) {
        if (text_starts(json_string_value(json_array_get(lines, i)), want))
            return;
    }
    fail_msg("no line in %s begins with \"%s\"", list, want);
}

static void assert_lines(const json_t *report, const char *list, size_t count)
{
    const json_t *lines = json_object_get(report, list);

    if (json_array_size(lines) != count)
        fail_msg("%s: got %zu (first: %s), want %zu", list, json_array_size(lines),
                 json_array_size(lines) ? json_string_value(json_array_get(lines, 0)) : "none", count);
}

/* The first column of all rows, joined by blanks. */
static void assert_sql(struct world *world, const char *sql, const char *want)
{
    struct query q = store_query(world->store, sql, "");
    struct text got = { 0 };

    while (query_next(&q))
        text_add_format(&got, "%s%s", got.length ? " " : "", query_word(&q, 0));
    assert_string_equal(got.data ? got.data : "", want);
    text_free(&got);
}

#define NUMBERS_OF(name)                                                                                               \
    "SELECT l.e164 FROM person_line pl JOIN line l ON l.id = pl.line JOIN person p ON p.id = pl.person WHERE p.name "  \
    "= '" name "' ORDER BY pl.rank, l.e164"

#define WIDE "学籍号,姓名,班级,出生日期,监护人姓名,与学生关系,监护人电话,父亲姓名,父亲电话\n"
#define TWO_SIBLINGS                                                                                                   \
    WIDE "Q1,王小明,三(2)班,2016-03-09,张桂芳,奶奶,19900000376,王建国,19900001234\n"                      \
         "Q2,王小红,一(1)班,2019-05-01,张桂芳,奶奶,19900000376,王建国,19900001234\n"

static void test_a_first_import_stores_what_the_sheet_says(void **state)
{
    struct world *world = *state;
    const json_t *report = import_one(world, TWO_SIBLINGS);

    assert_lines(report, "mistakes", 0);
    assert_count(report, "students", "2 0 0");
    assert_count(report, "contacts", "4 0 0");
    assert_true(json_flag(report, "stored", false));
    assert_string_equal(json_text(report, "kind", ""), "students");
    assert_sql(world, "SELECT ref || '|' || name || '|' || class || '|' || birth FROM student ORDER BY ref",
               "Q1|王小明|三(2)班|2016-03-09 Q2|王小红|一(1)班|2019-05-01");
    assert_sql(world, "SELECT name FROM person ORDER BY id", "张桂芳 王建国"); /* equal name and number: one person */
    assert_sql(world, "SELECT kind FROM relation WHERE student = 1 ORDER BY rank", "paternal_grandmother father");
    assert_sql(world, "SELECT guardian FROM relation WHERE student = 1 ORDER BY rank", "1 0");
    assert_sql(world, "SELECT count(*) FROM person_line WHERE confirmed_at IS NULL", "0");
}

static void test_the_same_sheet_again_changes_nothing(void **state)
{
    struct world *world = *state;
    const json_t *report;

    import_one(world, TWO_SIBLINGS);
    report = import_one(world, TWO_SIBLINGS);
    assert_lines(report, "changes", 0);
    assert_count(report, "students", "0 0 2");
    assert_count(report, "contacts", "0 0 4");
    assert_sql(world, "SELECT count(*) FROM person", "2");
}

static void test_nothing_of_a_file_with_mistakes_is_stored_unless_partial(void **state)
{
    static const char sheet[] = WIDE "Q1,王小明,三(2)班,2016-03-09,张桂芳,奶奶,19900000376,,\n"
                                     "Q2,王小红,一(1)班,2019-05-01,张桂芳,奶奶,110,,\n";
    struct world *world = *state;

    assert_false(json_flag(import_one(world, sheet), "stored", true));
    assert_lines(world->report, "mistakes", 1);
    assert_sql(world, "SELECT count(*) FROM student", "0");
    world->request.partial = true;
    assert_true(json_flag(import_one(world, sheet), "stored", false));
    assert_sql(world, "SELECT ref FROM student", "Q1");
}

static void test_a_dry_run_says_what_it_would_change_and_stores_nothing(void **state)
{
    struct world *world = *state;
    const json_t *report;

    world->request.dry_run = true;
    report = import_one(world, TWO_SIBLINGS);
    assert_line(report, "changes", "student Q1 王小明: new, 三(2)班");
    assert_line(report, "changes", "contact of 王小红: new, 王建国 (父亲)");
    assert_sql(world, "SELECT count(*) FROM student", "0");
}

static void test_another_number_for_the_same_person_is_a_changed_line(void **state)
{
    struct world *world = *state;
    const json_t *report;

    import_one(world, TWO_SIBLINGS);
    report = import_one(world, WIDE "Q1,王小明,三(2)班,2016-03-09,张桂芳,奶奶,19900000399,王建国,19900001234\n"
                                    "Q2,王小红,一(1)班,2019-05-01,张桂芳,奶奶,19900000399,王建国,19900001234\n");
    assert_line(report, "changes", "contact 张桂芳: new number +86199****0399");
    assert_line(report, "changes", "contact 张桂芳: no longer number +86199****0376");
    assert_count(report, "contacts", "0 2 2");
    assert_sql(world, NUMBERS_OF("张桂芳"), "+8619900000399");
    assert_lines(report, "warnings", 0);
}

static void test_a_siblings_old_number_keeps_both_and_reports_both_rows(void **state)
{
    static const char sheet[] = WIDE "Q1,王小明,三(2)班,2016-03-09,张桂芳,奶奶,19900000399,王建国,19900001234\n"
                                     "Q2,王小红,一(1)班,2019-05-01,张桂芳,奶奶,19900000376,王建国,19900001234\n";
    struct world *world = *state;
    const json_t *report;

    import_one(world, TWO_SIBLINGS);
    report = import_one(world, sheet);
    assert_line(report, "warnings", "a.csv:2:监护人电话: 张桂芳 has another number in a.csv row 3 (王小红)");
    assert_line(report, "warnings", "a.csv:3:监护人电话: 张桂芳 has another number in a.csv row 2 (王小明)");
    assert_sql(world, NUMBERS_OF("张桂芳"), "+8619900000399 +8619900000376");
    assert_lines(import_one(world, sheet), "changes", 0);
}

static void test_a_number_entered_by_hand_survives_the_old_sheet(void **state)
{
    struct world *world = *state;

    import_one(world, TWO_SIBLINGS);
    store_change(world->store, "INSERT INTO line (e164) VALUES ('+8619900000777')", "");
    store_change(world->store,
                 "INSERT INTO person_line (person, line, rank) SELECT 1, id, 2 FROM line WHERE e164 = '+8619900000777'",
                 "");
    assert_true(turn_end(world->turn, NULL));
    assert_lines(import_one(world, TWO_SIBLINGS), "changes", 0);
    assert_sql(world, NUMBERS_OF("张桂芳"), "+8619900000376 +8619900000777");
}

static void test_equal_names_with_other_numbers_are_two_persons(void **state)
{
    struct world *world = *state;

    import_one(world, WIDE "Q1,甲乙,302,,李秀英,奶奶,19900000376,,\nQ2,丙丁,302,,李秀英,奶奶,19900000377,,\n");
    assert_sql(world, "SELECT count(*) FROM person WHERE name = '李秀英'", "2");
}

static void test_a_corrected_name_of_the_one_grandmother_is_no_new_person(void **state)
{
    struct world *world = *state;
    const json_t *report;

    import_one(world, WIDE "Q1,甲乙,302,,张桂芬,奶奶,19900000376,,\n");
    report = import_one(world, WIDE "Q1,甲乙,302,,张桂芳,奶奶,19900000376,,\n");
    assert_line(report, "changes", "contact 张桂芳: name 张桂芬 → 张桂芳");
    assert_sql(world, "SELECT name FROM person", "张桂芳");
}

static void test_two_uncles_are_told_apart_by_name(void **state)
{
    static const char *const sheets[] = {
        "学籍号,姓名,班级\nQ1,甲乙,302\n", "学籍号,姓名,关系,电话\nQ1,王大,伯伯,19900000301\nQ1,王二,叔叔,19900000302\n"
    };
    struct world *world = *state;

    import(world, sheets, 2);
    assert_sql(world,
               "SELECT p.name FROM relation r JOIN person p ON p.id = r.person WHERE r.kind = 'uncle' ORDER BY r.rank",
               "王大 王二");
    assert_count(import(world, sheets, 2), "contacts", "0 0 2");
}

static void test_a_blank_cell_changes_nothing(void **state)
{
    struct world *world = *state;
    const json_t *report;

    import_one(world, "学籍号,姓名,班级,村,是否留守\nQ1,甲乙,302,柳湾村,是\n");
    report = import_one(world, "学籍号,姓名,班级,村,是否留守\nQ1,甲乙,402,,\n");
    assert_line(report, "changes", "student Q1 甲乙: class 三(2)班 → 四(2)班, grade 三年级 → 四年级");
    assert_sql(world, "SELECT class || village || left_behind FROM student", "四(2)班柳湾村1");
}

static void test_a_child_missing_in_its_class_is_reported_and_stays(void **state)
{
    struct world *world = *state;
    const json_t *report;

    import_one(world, "学籍号,姓名,班级\nQ1,甲乙,302\nQ2,丙丁,302\nQ3,戊己,401\n");
    report = import_one(world, "学籍号,姓名,班级\nQ1,甲乙,302\n");
    assert_line(report, "warnings", "a.csv: 丙丁 (Q2, 三(2)班) is in the store but not in the file");
    assert_lines(report, "changes", 0);
    assert_sql(world, "SELECT count(*) FROM student", "3");
}

static void test_a_child_whom_nobody_can_be_reached_for_is_reported(void **state)
{
    const json_t *report = import_one(*state, WIDE "Q1,甲乙,302,,张桂芳,奶奶,空号,王建国,\n");

    assert_line(report, "warnings", "a.csv:2:学籍号: nobody can be reached for 甲乙 (Q1)");
}

static void test_a_line_shared_with_a_restricted_person_is_reported(void **state)
{
    static const char *const sheets[] = {
        "学籍号,姓名,班级\nQ1,甲乙,302\n",
        "学籍号,姓名,关系,电话,禁止联系\nQ1,王建国,父亲,19900001234,是\nQ1,李秀兰,母亲,19900001234,否\n"
    };
    struct world *world = *state;
    const json_t *report = import(world, sheets, 2);

    assert_line(report, "warnings",
                "b.csv:3:姓名: +86199****1234 of 李秀兰 is also the number of 王建国, who is restricted for 甲乙");
    assert_line(report, "warnings", "a.csv:2:学籍号: nobody can be reached for 甲乙");
    assert_sql(world, "SELECT restricted FROM relation ORDER BY rank", "1 0");
}

static void test_a_sheet_never_lifts_a_restriction(void **state)
{
    static const char *const strict[] = { "学籍号,姓名,班级\nQ1,甲乙,302\n",
                                          "学籍号,姓名,关系,电话,禁止联系\nQ1,王建国,父亲,19900001234,是\n" };
    static const char *const lax[] = { "学籍号,姓名,班级\nQ1,甲乙,302\n",
                                       "学籍号,姓名,关系,电话,禁止联系\nQ1,王建国,父亲,19900001234,否\n" };
    struct world *world = *state;

    import(world, strict, 2);
    assert_line(import(world, lax, 2), "warnings", "b.csv:2:姓名: 王建国 stays restricted for this child");
    assert_sql(world, "SELECT restricted FROM relation", "1");
}

static void test_a_young_child_as_its_own_guardian_is_reported(void **state)
{
    const json_t *report = import_one(
        *state,
        WIDE "Q1,甲乙,102,2019-12-09,本人,,,王建国,19900001234\nQ2,丙丁,602,2014-12-09,丙丁,本人,,王建,19900001236\n");

    assert_line(report, "warnings", "a.csv:2:监护人姓名: 甲乙 is 6 and stands as its own guardian: under 8");
    assert_line(report, "warnings", "a.csv:3:监护人姓名: 丙丁 is 11 and stands as its own guardian: under 16");
}

static void test_staff_and_pairings_are_stored_once(void **state)
{
    static const char *const sheets[] = {
        "学籍号,姓名,班级\nQ1,甲乙,302\n",
        "工号,姓名,职务,班级,手机\nT1,陈红,班主任,302,19900000101\nT2,赵春梅,代理家长,,19900000102\n",
        "代理家长,学生,结对时间\n赵春梅,Q1,2026-09-01\n", "星期,班次,值班教师\n周一,7:30-次日7:30,陈红\n"
    };
    struct world *world = *state;
    const json_t *report = import(world, sheets, 4);

    assert_lines(report, "mistakes", 0);
    assert_count(report, "staff", "2 0 0");
    assert_count(report, "pairings", "1 0 0");
    assert_sql(world,
               "SELECT p.ref || '|' || r.role || '|' || ifnull(r.class, '') FROM role r JOIN person p ON p.id = "
               "r.person ORDER BY r.id",
               "T1|teacher|三(2)班 T2|mentor|");
    assert_sql(world, "SELECT since FROM pairing", "1788192000000"); /* 2026-09-01 00:00 in Shanghai */
    assert_sql(world, "SELECT count(*) FROM rota", "20");
    assert_sql(world, "SELECT until - since FROM rota LIMIT 1", "86400000");
    assert_lines(import(world, sheets, 4), "changes", 0);
    assert_count(world->report, "rota", "0 0 20");
    assert_sql(world, "SELECT count(*) FROM rota", "20");
}

static void test_a_teacher_with_another_class_loses_the_old_one(void **state)
{
    struct world *world = *state;

    import_one(world, "工号,姓名,职务,班级,手机\nT1,陈红,班主任,302,19900000101\n");
    assert_count(import_one(world, "工号,姓名,职务,班级,手机\nT1,陈红,班主任,402,19900000101\n"), "staff", "0 1 0");
    assert_sql(world, "SELECT class FROM role WHERE until IS NULL", "四(2)班");
}

static void test_a_new_mentor_ends_the_old_pairing(void **state)
{
    static const char *const sheets[] = { "学籍号,姓名,班级\nQ1,甲乙,302\n",
                                          "姓名,职务,手机\n赵春梅,代理家长,19900000102\n周正,代理家长,19900000103\n",
                                          "代理家长,学生\n赵春梅,Q1\n" };
    struct world *world = *state;

    import(world, sheets, 3);
    assert_line(import_one(world, "代理家长,学生\n周正,Q1\n"), "changes", "pairing: 赵春梅 for 甲乙 ends");
    assert_sql(world, "SELECT p.name FROM pairing g JOIN person p ON p.id = g.mentor WHERE g.until IS NULL", "周正");
}

static void test_a_father_who_teaches_is_one_person(void **state)
{
    static const char *const sheets[] = { WIDE "Q1,甲乙,302,,,,,王建国,19900001234\n",
                                          "工号,姓名,职务,手机\nT1,王建国,教师,19900001234\n" };
    struct world *world = *state;

    import(world, sheets, 2);
    assert_sql(world, "SELECT count(*) FROM person", "1");
    assert_sql(world, "SELECT role FROM role", "teacher");
}

static void test_a_dead_number_makes_the_line_suspect(void **state)
{
    struct world *world = *state;

    import_one(world, WIDE "Q1,甲乙,302,,张桂芳,奶奶,19900000376 停机,,\n");
    assert_sql(world, "SELECT state FROM line", "suspect");
}

static void test_a_number_of_another_child_in_the_store_is_a_mistake(void **state)
{
    struct world *world = *state;

    import_one(world, "学号,姓名,班级\n1,王小明,301\n2,李四平,301\n");
    assert_line(import_one(world, "学号,姓名,班级\n1,赵钱孙,302\n"), "mistakes",
                "a.csv:2:学号: \"1\" is the number of 王小明 (三(1)班) in the store");
}

static void test_contacts_may_come_after_the_children(void **state)
{
    struct world *world = *state;

    import_one(world, "学籍号,姓名,班级\nQ1,甲乙,302\n");
    assert_count(
        import_one(world, "学生姓名,班级,监护人姓名,与学生关系,联系电话\n甲乙,三(2)班,张桂芳,奶奶,19900000376\n"),
        "contacts", "1 0 0");
    assert_sql(world, "SELECT count(*) FROM student", "1");
}

#define unit(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        unit(test_a_first_import_stores_what_the_sheet_says),
        unit(test_the_same_sheet_again_changes_nothing),
        unit(test_nothing_of_a_file_with_mistakes_is_stored_unless_partial),
        unit(test_a_dry_run_says_what_it_would_change_and_stores_nothing),
        unit(test_another_number_for_the_same_person_is_a_changed_line),
        unit(test_a_siblings_old_number_keeps_both_and_reports_both_rows),
        unit(test_a_number_entered_by_hand_survives_the_old_sheet),
        unit(test_equal_names_with_other_numbers_are_two_persons),
        unit(test_a_corrected_name_of_the_one_grandmother_is_no_new_person),
        unit(test_two_uncles_are_told_apart_by_name),
        unit(test_a_blank_cell_changes_nothing),
        unit(test_a_child_missing_in_its_class_is_reported_and_stays),
        unit(test_a_child_whom_nobody_can_be_reached_for_is_reported),
        unit(test_a_line_shared_with_a_restricted_person_is_reported),
        unit(test_a_sheet_never_lifts_a_restriction),
        unit(test_a_young_child_as_its_own_guardian_is_reported),
        unit(test_staff_and_pairings_are_stored_once),
        unit(test_a_teacher_with_another_class_loses_the_old_one),
        unit(test_a_new_mentor_ends_the_old_pairing),
        unit(test_a_father_who_teaches_is_one_person),
        unit(test_a_dead_number_makes_the_line_suspect),
        unit(test_a_number_of_another_child_in_the_store_is_a_mistake),
        unit(test_contacts_may_come_after_the_children),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
