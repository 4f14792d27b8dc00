/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole register files to records and findings: kinds of sheet, headers of one and two rows, what stands around the table,
 * 同上, several numbers, one line for each faulty cell and none for a sound one.
 */
#include "reading.h"

/* ---------------------------------------------------------------------------------------------------- the table found */

static void test_title_rows_notes_and_subtotals_are_no_data(void **state)
{
    const struct intake *intake = read_one(*state, "青岭小学2026年秋季学生花名册,,,\n"
                                                   ",,,\n"
                                                   "序号,学籍号,姓 名,班级\n"
                                                   "1,Q1,王小明,三(2)班\n"
                                                   "2,,,\n"
                                                   ",小计,1,\n"
                                                   "序号,学籍号,姓 名,班级\n"
                                                   "3,Q2,李四,三（2）班\n"
                                                   "\n"
                                                   "共2人,,,\n"
                                                   "注：本表由班主任填写,,,\n"
                                                   "填表人：张三,,审核人：李五,\n");

    assert_sound(intake);
    assert_int_equal(intake->student_count, 2);
    assert_int_equal(intake->students[0].place.row, 4);
    assert_int_equal(intake->students[1].place.row, 8);
    assert_string_equal(intake->students[1].class, "三(2)班");
}

static void test_two_header_rows_with_merged_cells_are_read_together(void **state)
{
    const struct intake *intake =
        read_one(*state, "三(2)班登记表,,,,,,,,\n"
                         "学籍号,姓名,班级,父亲,,,母亲信息,,监护人,\n"
                         ",,,姓名,联系电话,务工地点,姓名,电话,姓名,与学生关系\n"
                         "Q1,王小明,三(2)班,王建国,19900001234,广东,李秀兰,19900001235,张桂芳,奶奶\n");

    assert_sound(intake);
    assert_contact(intake, 0, "张桂芳 paternal_grandmother");
    assert_contact(intake, 1, "王建国 father +8619900001234");
    assert_contact(intake, 2, "李秀兰 mother +8619900001235");
    assert_string_equal(intake->contacts[1].work_place, "广东");
    assert_true(intake->contacts[0].guardian);
}

static void test_a_column_of_two_header_rows_is_named_by_both(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,父亲,\n"
                                                   ",,,姓名,电话\n"
                                                   "Q1,王小明,三(2)班,王建国,110\n");

    assert_mistakes(intake, "a.csv:3:父亲电话: phone \"110\"");
}

static void test_a_bare_phone_belongs_to_the_name_before_it(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,父亲姓名,联系电话,母亲姓名,联系电话\n"
                                                   "Q1,王小明,302,王建国,19900001234,李秀兰,19900001235\n");

    assert_sound(intake);
    assert_contact(intake, 0, "王建国 father +8619900001234");
    assert_contact(intake, 1, "李秀兰 mother +8619900001235");
}

static void test_the_class_may_stand_in_the_title(void **state)
{
    const struct intake *intake = read_one(*state, "青岭小学三年级（2）班学生花名册,,\n"
                                                   "学籍号,姓名,性别\n"
                                                   "Q1,王小明,男\n");

    assert_sound(intake);
    assert_string_equal(intake->students[0].class, "三(2)班");
}

static void test_a_class_merged_downwards_holds_for_the_rows_below(void **state)
{
    const struct intake *intake = read_one(
        *state, "学籍号,姓名,班级\nQ1,甲乙,三(1)班\nQ2,丙丁,\nQ3,戊己,\nQ4,庚辛,三(2)班\nQ5,壬癸,\nQ6,子丑,\n");

    assert_sound(intake);
    assert_string_equal(intake->students[2].class, "三(1)班");
    assert_string_equal(intake->students[5].class, "三(2)班");
    assert_warnings(intake, "a.csv:1:班级: most cells are blank");
}

static void test_headers_in_english_and_with_marks_are_known(void **state)
{
    const struct intake *intake = read_one(*state, "student_no*,Name,Class,Father Name,father_phone\n"
                                                   "A1,Kim Lee,3.2,Bo Lee,+8619900001234\n");

    assert_sound(intake);
    assert_string_equal(intake->students[0].name, "Kim Lee");
    assert_contact(intake, 0, "Bo Lee father +8619900001234");
}

static void test_a_file_without_headers_is_one_mistake(void **state)
{
    assert_mistakes(read_one(*state, "日期,天气\n1,2\n"), "a.csv: no header row found");
    assert_mistakes(read_one(*state, "姓名,班级\n\"王\"小明,3\n"), "a.csv:2: a double quote");
    assert_mistakes(read_one(*state, "PK\x03\x04"), "a.csv: an Excel workbook (.xlsx)");
}

/* ------------------------------------------------------------------------------------------------------------- kinds */

static void test_the_kind_is_guessed_from_the_headers_and_said(void **state)
{
    static const struct {
        const char *sheet;
        enum sheet_kind kind;
    } rows[] = {
        { "学籍号,姓名,性别,班级\nQ1,甲乙,男,三(2)班\n", SHEET_STUDENTS },
        { "姓名,班级,监护人姓名,与学生关系,联系电话\n甲乙,三(2)班,丙丁,奶奶,19900000376\n", SHEET_STUDENTS },
        { "姓名,班级,父亲姓名,父亲电话\n甲乙,三(2)班,丙丁,19900000376\n", SHEET_STUDENTS },
        { "学生姓名,班级,联系人,关系,电话,是否识字\n甲乙,三(2)班,丙丁,奶奶,19900000376,否\n", SHEET_CONTACTS },
        { "学生姓名,姓名,关系,手机\n甲乙,丙丁,奶奶,19900000376\n", SHEET_CONTACTS },
        { "工号,姓名,职务,手机\nT1,丙丁,班主任,19900000101\n", SHEET_STAFF },
        { "姓名,职务,联系电话\n丙丁,校长,19900000101\n", SHEET_STAFF },
        { "代理家长,学生姓名,班级,结对时间\n丙丁,甲乙,三(2)班,2026-09-01\n", SHEET_PAIRINGS },
        { "帮扶教师,学生姓名,班级\n丙丁,甲乙,三(2)班\n", SHEET_PAIRINGS },
        { "日期,值班教师\n2026-09-14,丙丁\n", SHEET_ROTA },
        { "星期,带班领导,值班教师,值班电话\n周一,吴某,丙丁,0838-1234567\n", SHEET_ROTA },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct intake *intake = read_one(*state, rows[i].sheet);

        if (!intake->sheets[0].read)
            fail_msg("row %zu: not read", i);
        if (intake->sheets[0].kind != rows[i].kind)
            fail_msg("row %zu: got %s, want %s", i, sheet_kind_name(intake->sheets[0].kind),
                     sheet_kind_name(rows[i].kind));
        assert_true(text_starts(intake->sheets[0].guessed_by, "headers "));
    }
}

static void test_a_list_of_known_children_is_a_list_of_contacts(void **state)
{
    static const char *const sheets[] = {
        "学生姓名,班级,监护人姓名,与学生关系,联系电话\n甲乙,三(2)班,丙丁,奶奶,19900000376\n",
        "学籍号,姓名,性别,班级\nQ1,甲乙,男,三(2)班\n"
    };
    const struct intake *intake = read_as(*state, -1, sheets, 2);

    assert_sound(intake);
    assert_int_equal(intake->sheets[0].kind, SHEET_CONTACTS);
    assert_int_equal(intake->student_count, 1);
    assert_string_equal(intake->contacts[0].student.ref, "Q1");
}

static void test_the_kind_may_be_given(void **state)
{
    static const char *const sheet[] = {
        "学生姓名,班级,监护人姓名,与学生关系,联系电话\n甲乙,三(2)班,丙丁,奶奶,19900000376\n"
    };
    const struct intake *intake = read_as(*state, SHEET_CONTACTS, sheet, 1);

    assert_string_equal(intake->sheets[0].guessed_by, "--as");
    assert_mistakes(intake, "a.csv:2:学生姓名: no student is called \"甲乙\"");
}

/* ---------------------------------------------------------------------------------------------------- cells of children */

static void test_each_faulty_cell_gets_one_line_and_a_sound_one_none(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,性别,出生日期,班级,是否留守,是否寄宿,年龄\n"
                                                   "Q1,王小明,男,2016.3.9,三(2)班,是,走读,10\n"
                                                   "1.99E+10,王?,人,2016-02-30,三(99)班,也许,有时,很大\n"
                                                   "Q3,王\x07明,2,2027-01-01,,√,否,10岁\n"
                                                   "Q1,李四,F,1916-03-09,302,×,住校,\n"
                                                   "Q5,=A1,#N/A,3/9/2016,3.2,,,\n");

    assert_mistakes(intake, "a.csv:3:学籍号: \"1.99E+10\" has lost its digits",
                    "a.csv:3:姓名: a character of the name was lost", "a.csv:3:性别: \"人\" is no sex",
                    "a.csv:3:出生日期: \"2016-02-30\": 2016-02 has no day 30",
                    "a.csv:3:班级: \"三(99)班\": class number 99", "a.csv:3:是否留守: \"也许\" is neither yes nor no",
                    "a.csv:3:是否寄宿: \"有时\" is neither yes nor no", "a.csv:3:年龄: \"很大\" is no age",
                    "a.csv:4:姓名: a control character (U+0007)", "a.csv:4:出生日期: \"2027-01-01\" lies in the future",
                    "a.csv:4:班级: the class is missing", "a.csv:5:学籍号: \"Q1\" stands in row 2 (王小明) too",
                    "a.csv:5:出生日期: \"1916-03-09\" would make this pupil 110 years old", "a.csv:6:姓名: a formula",
                    "a.csv:6:性别: the error value #N/A", "a.csv:6:出生日期: \"3/9/2016\" may be two dates");
    assert_false(intake->students[0].faulty);
    for (size_t i = 1; i < intake->student_count; i++)
        assert_true(intake->students[i].faulty);
}

static void test_a_sound_row_is_read_wholly(void **state)
{
    const struct intake *intake =
        read_one(*state, "学籍号,姓名,性别,出生年月,年级,班,村,是否留守,住校,备注\n"
                         "ql2026-0312,王　明,女,2016年3月,三年级,2,柳湾村,√,住校,周末住姑姑家\n");
    const struct intake_student *student = &intake->students[0];

    assert_sound(intake);
    assert_string_equal(student->ref, "QL2026-0312");
    assert_string_equal(student->name, "王明");
    assert_string_equal(student->sex, "female");
    assert_int_equal(student->birth.month, 3);
    assert_int_equal(student->birth.day, 0);
    assert_string_equal(student->class, "三(2)班");
    assert_int_equal(student->grade, 3);
    assert_string_equal(student->village, "柳湾村");
    assert_int_equal(student->left_behind, CLAIM_YES);
    assert_int_equal(student->boarding, CLAIM_YES);
    assert_string_equal(student->remark, "周末住姑姑家");
}

static void test_a_blank_means_no_only_where_the_others_are_ticked(void **state)
{
    const struct intake *intake =
        read_one(*state, "学籍号,姓名,班级,是否留守,是否寄宿\nQ1,甲乙,302,√,是\nQ2,丙丁,302,,\n");

    assert_int_equal(intake->students[1].left_behind, CLAIM_NO);
    assert_int_equal(intake->students[1].boarding, CLAIM_UNKNOWN);
}

static void test_a_child_is_never_known_by_its_name_alone(void **state)
{
    const struct intake *intake =
        read_one(*state, "学籍号,姓名,出生日期,班级\n,王梓涵,2016-03-09,302\n,王梓涵,,302\nQ3,王梓涵,,302\n");

    assert_mistakes(intake, "a.csv:3:学籍号: the number is missing");
    assert_warnings(intake, "a.csv:2:学籍号: no number");
    assert_true(intake->students[0].derived);
    assert_string_equal(intake->students[0].ref, "王梓涵/2016-03-09/三(2)班");
}

static void test_a_running_number_is_no_key(void **state)
{
    const struct intake *intake =
        read_one(*state, "序号,姓名,出生日期,班级\n1,甲乙,2016-03-09,302\n1,甲乙,2016-03-09,302\n");

    assert_mistakes(intake, "a.csv:3:姓名: 甲乙 stands in row 2 too");
    assert_warnings(intake, "a.csv:1: no column of student numbers");
}

static void test_the_register_number_is_preferred_to_others(void **state)
{
    const struct intake *intake =
        read_one(*state, "班内学号,学号,全国学籍号,姓名,班级\n7,X9,G510623201603090012,甲乙,302\n");

    assert_string_equal(intake->students[0].ref, "G510623201603090012");
}

static void test_marks_of_direction_in_a_name_are_dropped(void **state)
{
    const struct intake *intake =
        read_one(*state, "学籍号,姓名,班级\nQ1,\xe2\x80\xaeعلي\xe2\x80\xac,302\nQ2,\xe2\x80\x8e王明,302\n");

    assert_sound(intake);
    assert_string_equal(intake->students[0].name, "علي");
    assert_string_equal(intake->students[1].name, "王明");
}

static void test_a_number_in_a_remark_is_said_not_taken(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,备注\nQ1,甲乙,302,姑姑19900001234\n");

    assert_sound(intake);
    assert_warnings(intake, "a.csv:2:备注: a phone number stands in the remark");
    assert_int_equal(intake->contact_count, 0);
}

/* ------------------------------------------------------------------------------------------------------------ families */

static void test_several_numbers_in_a_cell_are_taken_apart(void **state)
{
    static const struct {
        const char *cell, *contact;
    } rows[] = {
        { "19900001234/19900001235", "丙丁 father +8619900001234 +8619900001235" },
        { "19900001234、19900001235", "丙丁 father +8619900001234 +8619900001235" },
        { "19900001234；19900001235", "丙丁 father +8619900001234 +8619900001235" },
        { "\"19900001234\n19900001235\"", "丙丁 father +8619900001234 +8619900001235" },
        { "19900001234 19900001235", "丙丁 father +8619900001234 +8619900001235" },
        { "199 0000 1234", "丙丁 father +8619900001234" },
        { "１９９００００１２３４", "丙丁 father +8619900001234" },
        { "0838-5123456", "丙丁 father +868385123456" },
        { "19900001234.0", "丙丁 father +8619900001234" },
        { "1.9900001234E+10", "丙丁 father +8619900001234" },
        { "'19900001234", "丙丁 father +8619900001234" },
        { "\"=\"\"19900001234\"\"\"", "丙丁 father +8619900001234" },
        { "+86 19900001234", "丙丁 father +8619900001234" },
        { "19900001234（停机）", "丙丁 father +8619900001234?" },
        { "空号", "丙丁 father" },
        { "无", "丙丁 father" },
        { "—", "丙丁 father" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char *sheet = mem_format("学籍号,姓名,班级,父亲姓名,父亲电话\nQ1,甲乙,302,丙丁,%s\n", rows[i].cell);
        const struct intake *intake = read_one(*state, sheet);

        assert_sound(intake);
        assert_contact(intake, 0, rows[i].contact);
        free(sheet);
    }
}

static void test_a_faulty_number_is_one_mistake_of_its_cell(void **state)
{
    static const char *const cells[] = { "1.99E+10",
                                         "110",
                                         "12355",
                                         "O3912345678",
                                         "妈妈19900001234",
                                         "1990000123",
                                         "61234",
                                         "\"19900001234/1990000\"",
                                         "1990000123419900001235",
                                         "=A2",
                                         "#N/A" };

    for (size_t i = 0; i < COUNT(cells); i++) {
        char *sheet = mem_format("学籍号,姓名,班级,父亲姓名,父亲电话\nQ1,甲乙,302,丙丁,%s\n", cells[i]);
        const struct intake *intake = read_one(*state, sheet);

        assert_mistakes(intake, "a.csv:2:父亲电话: ");
        assert_true(intake->contacts[0].faulty);
        free(sheet);
    }
}

static void test_above_and_beside_are_followed(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,父亲姓名,父亲电话,母亲姓名,母亲电话\n"
                                                   "Q1,甲乙,302,丙丁,19900001234,戊己,同左\n"
                                                   "Q2,甲丙,同上,丙丁,同上,戊己,同父\n"
                                                   "Q3,甲丁,〃,同上,\"19900001236\",同上,同上\n");

    assert_sound(intake);
    assert_contact(intake, 1, "戊己 mother +8619900001234");
    assert_contact(intake, 2, "丙丁 father +8619900001234");
    assert_contact(intake, 3, "戊己 mother +8619900001234");
    assert_contact(intake, 4, "丙丁 father +8619900001236");
    assert_contact(intake, 5, "戊己 mother +8619900001234");
    assert_string_equal(intake->students[2].class, "三(2)班");
}

static void test_above_a_faulty_cell_is_no_second_mistake(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,父亲姓名,父亲电话\nQ1,甲乙,302,丙丁,110\nQ2,甲丙,"
                                                   "302,丙丁,同上\nQ3,甲丁,302,丙丁,19900001234\n");

    assert_mistakes(intake, "a.csv:2:父亲电话: phone \"110\"");
    assert_true(intake->students[1].faulty);
    assert_false(intake->students[2].faulty);
}

static void test_above_the_first_row_stands_nothing(void **state)
{
    assert_mistakes(read_one(*state, "学籍号,姓名,班级,父亲姓名,父亲电话\nQ1,甲乙,302,丙丁,同上\n"),
                    "a.csv:2:父亲电话: \"同上\", but nothing stands above");
}

static void test_one_person_in_two_columns_is_one_contact(void **state)
{
    const struct intake *intake =
        read_one(*state, "学籍号,姓名,班级,父亲姓名,父亲电话,监护人姓名,与学生关系,监护人电话\n"
                         "Q1,甲乙,302,丙丁,19900001234,丙丁,父亲,19900001235\n"
                         "Q2,甲丙,302,丙丁,19900001234,,父亲,\n"
                         "Q3,甲丁,302,丙丁,19900001234,,,19900001234\n");

    assert_sound(intake);
    assert_int_equal(intake->contact_count, 3);
    assert_contact(intake, 0, "丙丁 father +8619900001235 +8619900001234");
    assert_contact(intake, 1, "丙丁 father +8619900001234");
    assert_contact(intake, 2, "丙丁 father +8619900001234");
    assert_true(intake->contacts[0].guardian);
}

static void test_a_relation_may_stand_beside_the_name(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,监护人,联系电话\n"
                                                   "Q1,甲乙,302,张桂芳（奶奶）,19900000376\n"
                                                   "Q2,甲丙,302,外婆李桂花,19900000377\n"
                                                   "Q3,甲丁,302,奶奶,19900000378\n");

    assert_sound(intake);
    assert_contact(intake, 0, "张桂芳 paternal_grandmother +8619900000376");
    assert_contact(intake, 1, "李桂花 maternal_grandmother +8619900000377");
    assert_contact(intake, 2, "甲丁奶奶 paternal_grandmother +8619900000378");
    assert_false(intake->contacts[2].named);
}

static void test_the_dead_are_never_rung(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,父亲姓名,父亲电话,母亲姓名,母亲电话\n"
                                                   "Q1,甲乙,302,丙丁（已故）,19900001234,无,\n");

    assert_sound(intake);
    assert_int_equal(intake->contact_count, 1);
    assert_contact(intake, 0, "丙丁 father");
    assert_true(intake->contacts[0].deceased);
    assert_warnings(intake, "a.csv:2:父亲电话: the number of somebody who has died");
}

static void test_an_unknown_word_for_a_relation_is_kept(void **state)
{
    const struct intake *intake = read_one(*state, "学籍号,姓名,班级,监护人姓名,与学生关系\nQ1,甲乙,302,丙丁,表舅妈\n");

    assert_sound(intake);
    assert_string_equal(intake->contacts[0].relation, "other");
    assert_string_equal(intake->contacts[0].word, "表舅妈");
    assert_warnings(intake, "a.csv:2:与学生关系: relation \"表舅妈\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        unit(test_title_rows_notes_and_subtotals_are_no_data),
        unit(test_two_header_rows_with_merged_cells_are_read_together),
        unit(test_a_column_of_two_header_rows_is_named_by_both),
        unit(test_a_bare_phone_belongs_to_the_name_before_it),
        unit(test_the_class_may_stand_in_the_title),
        unit(test_a_class_merged_downwards_holds_for_the_rows_below),
        unit(test_headers_in_english_and_with_marks_are_known),
        unit(test_a_file_without_headers_is_one_mistake),
        unit(test_the_kind_is_guessed_from_the_headers_and_said),
        unit(test_a_list_of_known_children_is_a_list_of_contacts),
        unit(test_the_kind_may_be_given),
        unit(test_each_faulty_cell_gets_one_line_and_a_sound_one_none),
        unit(test_a_sound_row_is_read_wholly),
        unit(test_a_blank_means_no_only_where_the_others_are_ticked),
        unit(test_a_child_is_never_known_by_its_name_alone),
        unit(test_a_running_number_is_no_key),
        unit(test_the_register_number_is_preferred_to_others),
        unit(test_marks_of_direction_in_a_name_are_dropped),
        unit(test_a_number_in_a_remark_is_said_not_taken),
        unit(test_several_numbers_in_a_cell_are_taken_apart),
        unit(test_a_faulty_number_is_one_mistake_of_its_cell),
        unit(test_above_and_beside_are_followed),
        unit(test_above_a_faulty_cell_is_no_second_mistake),
        unit(test_above_the_first_row_stands_nothing),
        unit(test_one_person_in_two_columns_is_one_contact),
        unit(test_a_relation_may_stand_beside_the_name),
        unit(test_the_dead_are_never_rung),
        unit(test_an_unknown_word_for_a_relation_is_kept),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
