/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets of contacts, staff, pairings and rota to records and findings: whom a row means, roles, days. */
#include "reading.h"

/* --------------------------------------------------------------------------------------- contacts, staff and pairings */

#define CHILDREN "学籍号,姓名,班级\nQ1,王小明,三(2)班\nQ2,王梓涵,三(1)班\nQ3,王梓涵,三(2)班\n"

static void test_contacts_find_their_child_by_number_or_name_and_class(void **state)
{
    static const char *const sheets[] = { CHILDREN, "学生,班级,姓名,关系,电话,顺序,是否识字,听力,禁止联系\n"
                                                    "王小明,,张桂芳,奶奶,19900000376,2,否,差,否\n"
                                                    "王梓涵,三（1）班,李某,母亲,19900001235,1,是,正常,是\n"
                                                    "Q3,,赵某,父亲,19900001236,1,,,\n" };
    const struct intake *intake = read_as(*state, -1, sheets, 2);

    assert_sound(intake);
    assert_string_equal(intake->contacts[0].student.ref, "Q1");
    assert_string_equal(intake->contacts[1].student.ref, "Q2");
    assert_string_equal(intake->contacts[2].student.ref, "Q3");
    assert_int_equal(intake->contacts[0].rank, 2);
    assert_int_equal(intake->contacts[0].reads, CLAIM_NO);
    assert_int_equal(intake->contacts[0].hears, CLAIM_NO);
    assert_int_equal(intake->contacts[0].restricted, CLAIM_NO);
    assert_int_equal(intake->contacts[1].restricted, CLAIM_YES);
    assert_int_equal(intake->contacts[2].restricted, CLAIM_UNKNOWN);
}

static void test_the_question_whether_one_may_tell_is_turned_round(void **state)
{
    static const char *const sheets[] = {
        CHILDREN,
        "学生姓名,姓名,关系,电话,是否可告知\n王小明,王建国,父亲,19900001234,否\n王小明,张桂芳,奶奶,19900000376,是\n"
    };
    const struct intake *intake = read_as(*state, -1, sheets, 2);

    assert_sound(intake);
    assert_int_equal(intake->contacts[0].restricted, CLAIM_YES);
    assert_int_equal(intake->contacts[1].restricted, CLAIM_NO);
}

static void test_contacts_of_nobody_are_mistakes_of_the_cell_that_is_wrong(void **state)
{
    static const char *const sheets[] = { CHILDREN, "学籍号,学生姓名,班级,姓名,关系,电话\n"
                                                    "Q9,,,甲,奶奶,19900000376\n"
                                                    "Q1,李四,,乙,奶奶,19900000376\n"
                                                    ",王小名,,丙,奶奶,19900000376\n"
                                                    ",王梓涵,,丁,奶奶,19900000376\n"
                                                    ",王小明,三(1)班,戊,奶奶,19900000376\n"
                                                    ",,,己,奶奶,19900000376\n"
                                                    ",王小明,,,奶奶,19900000376\n"
                                                    ",王小明,,庚,,19900000376\n" };
    const struct intake *intake = read_as(*state, -1, sheets, 2);

    assert_mistakes(intake, "b.csv:2:学籍号: no student has the number \"Q9\"",
                    "b.csv:3:学生姓名: number Q1 belongs to 王小明",
                    "b.csv:4:学生姓名: no student is called \"王小名\": did you mean 王小明?",
                    "b.csv:5:学生姓名: 2 students are called 王梓涵: add the class",
                    "b.csv:6:班级: 王小明 is in 三(2)班", "b.csv:7:学籍号: the student is missing",
                    "b.csv:8:姓名: the name is missing", "b.csv:9:关系: the relation is missing");
}

static void test_staff_have_roles_classes_and_numbers(void **state)
{
    const struct intake *intake = read_one(*state, "工号,姓名,职务,班级,手机\n"
                                                   "T1,陈红,班主任、代理家长,302,19900000101\n"
                                                   "T2,吴某,校长,,61234\n"
                                                   "T3,,心理教师,,19900000103\n"
                                                   "T4,周某,饲养员,,\n");

    assert_mistakes(intake, "a.csv:3:手机: phone \"61234\": a short number", "a.csv:4:姓名: the name is missing",
                    "a.csv:5:手机: no number");
    assert_warnings(intake, "a.csv:5:职务: role \"饲养员\"");
    assert_int_equal(intake->staff[0].role_count, 2);
    assert_string_equal(intake->staff[0].roles[0], "teacher");
    assert_string_equal(intake->staff[0].roles[1], "mentor");
    assert_string_equal(intake->staff[0].class, "三(2)班");
    assert_string_equal(intake->staff[2].roles[0], "counsellor");
}

static void test_a_mentor_nobody_knows_is_a_mistake(void **state)
{
    static const char *const sheets[] = { CHILDREN, "姓名,职务,手机\n赵春梅,代理家长,19900000102\n",
                                          "代理家长,学生,班级,结对时间,结束时间\n"
                                          "赵春梅,王小明,,2026-09-01,2026-08-01\n"
                                          "赵春每,王小明,,2026.9,\n"
                                          "赵老师,Q2,,,\n"
                                          "周某,李四,,2026-13-01,\n" };
    const struct intake *intake = read_as(*state, -1, sheets, 3);

    assert_mistakes(intake, "c.csv:2:结束时间: lies before",
                    "c.csv:3:代理家长: nobody of the staff is called \"赵春每\": did you mean 赵春梅?",
                    "c.csv:5:代理家长: nobody of the staff is called \"周某\"",
                    "c.csv:5:学生: no student is called \"李四\"",
                    "c.csv:5:结对时间: \"2026-13-01\": there is no month 13");
    assert_string_equal(intake->pairings[2].mentor, "赵春梅");
    assert_false(intake->pairings[2].faulty);
}

static void test_staff_in_a_childs_row_are_known_or_bring_their_number(void **state)
{
    static const char *const sheets[] = { "学籍号,姓名,班级,班主任,班主任电话,帮扶教师\n"
                                          "Q1,甲乙,302,陈红,19900000101,赵春梅\n"
                                          "Q2,甲丙,302,李某,,周某\n",
                                          "姓名,职务,手机\n赵春梅,代理家长,19900000102\n" };
    const struct intake *intake = read_as(*state, -1, sheets, 2);

    assert_mistakes(intake, "a.csv:3:班主任: nobody of the staff is called \"李某\"",
                    "a.csv:3:帮扶教师: nobody of the staff is called \"周某\"");
    assert_true(intake->students[1].faulty);
    assert_int_equal(intake->staff_count, 3);
    assert_string_equal(intake->staff[1].name, "陈红");
    assert_string_equal(intake->staff[1].class, "三(2)班");
    assert_false(intake->staff[1].mentioned);
    assert_string_equal(intake->staff[2].name, "赵春梅");
    assert_true(intake->staff[2].mentioned);
    assert_string_equal(intake->pairings[0].student.ref, "Q1");
}

static void test_a_rota_names_staff_and_days(void **state)
{
    static const char *const sheets[] = { "姓名,职务,手机\n赵春梅,值班,19900000102\n陈红,值班,19900000101\n",
                                          "日期,星期,班次,值班教师\n"
                                          "2026-09-14,周一,7:30-次日7:30,陈红、赵春梅\n"
                                          "9.15-9.20,,,赵春梅\n"
                                          ",周八,,陈红\n"
                                          "2026-02-30,,,周某\n" };
    const struct intake *intake = read_as(*state, -1, sheets, 2);

    assert_mistakes(intake, "b.csv:4:星期: \"周八\" is no weekday", "b.csv:5:日期: \"2026-02-30\" is no date",
                    "b.csv:5:值班教师: nobody of the staff is called \"周某\"");
    assert_int_equal(intake->rota[0].span.weekdays, 1);
    assert_string_equal(intake->rota[1].person, "赵春梅");
    assert_int_equal(intake->rota[2].span.from.day, 15);
    assert_int_equal(intake->rota[2].span.to.day, 20);
}

static void test_weeks_of_the_term_become_dates_when_its_first_day_is_known(void **state)
{
    struct world *world = *state;
    const char *const staff = "姓名,职务,手机\n赵春梅,值班,19900000102\n陈红,校长,19900000101\n";
    const char *const rota = "周次,周一,周五\n第1周,赵春梅,\n三,陈红,赵春梅、陈红\n";
    const struct import_file files[] = { { "a.csv", staff, strlen(staff) }, { "b.csv", rota, strlen(rota) } };
    struct import_options options = {
        .headers = world->headers, .region = "CN", .today = { 2026, 11, 24 }, .as = -1, .term_start = { 2026, 9, 2 }
    };
    const struct intake *intake = &world->intake;

    intake_read(&world->intake, files, 2, &options);
    assert_sound(intake);
    assert_int_equal(intake->rota_count, 4);
    assert_int_equal(intake->rota[0].span.from.month, 8); /* the week of Wednesday 2 September begins on 31 August */
    assert_int_equal(intake->rota[0].span.from.day, 31);
    assert_int_equal(intake->rota[0].span.weekdays, 1);
    assert_int_equal(intake->rota[1].span.from.day, 14);
    assert_int_equal(intake->rota[1].span.to.day, 20);
    assert_int_equal(intake->rota[3].span.weekdays, 16);
    intake_free(&world->intake);
    options.term_start.year = 0;
    intake_read(&world->intake, files, 2, &options);
    assert_mistakes(intake, "b.csv:2:周次: 第1周: the first day of the term is not known: write the dates",
                    "b.csv:3:周次: 第3周: the first day of the term is not known: write the dates");
}

static void test_a_line_is_whole_characters_however_long_the_cell(void **state)
{
    const struct intake *intake = read_one(
        *state, "学籍号,姓名,班级,性别\nQ1,甲乙,302,a说不清楚说不清楚说不清楚说不清楚说不清楚说不清楚说不清楚\n");
    char *line = intake_line(intake, &intake->findings[0]);

    assert_true(utf8_valid(line, strlen(line)));
    assert_non_null(strstr(line, "…"));
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        unit(test_contacts_find_their_child_by_number_or_name_and_class),
        unit(test_the_question_whether_one_may_tell_is_turned_round),
        unit(test_contacts_of_nobody_are_mistakes_of_the_cell_that_is_wrong),
        unit(test_staff_have_roles_classes_and_numbers),
        unit(test_a_mentor_nobody_knows_is_a_mistake),
        unit(test_staff_in_a_childs_row_are_known_or_bring_their_number),
        unit(test_a_rota_names_staff_and_days),
        unit(test_weeks_of_the_term_become_dates_when_its_first_day_is_known),
        unit(test_a_line_is_whole_characters_however_long_the_cell),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
