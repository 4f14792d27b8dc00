/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What staff text about who is at school, from the line to the roll and the absence: reports, absences, names that are
 * asked back, and lines that may give no orders. 陈芳 is the teacher of 三1 and mentor of both children.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

#define TEACHER MENTOR
#define DUTY "+8619900000005"
#define ROLL_LADDER                                                                                                    \
    "{\"steps\":[{\"who\":[\"audience\"],\"channels\":[\"sms\"]},{\"after\":1800000,\"who\":[\"duty\"],\"channels\":[" \
    "\"sms\"]}]}"

/* A teacher of 三1 and of nothing else, a duty teacher, and one more child in 四2 of the name 王小明. */
static int school_setup(void **state)
{
    struct world *w;

    family_setup(state);
    w = ((struct family *)*state)->world;
    world_sql(w, "INSERT INTO role (person, role, class) VALUES (4, 'teacher', '三1')");
    world_person(w, "P5", "周刚", DUTY);
    world_sql(w, "INSERT INTO role (person, role) VALUES (5, 'duty')");
    world_student(w, "S3", "李四", "三1", false);
    world_student(w, "S4", "赵六", "四2", false);
    return 0;
}

/* The next morning, the roll has been asked for. */
static void open_roll(struct family *f)
{
    f->world->ladder = ROLL_LADDER;
    world_until(f->world, world_time(f->world, "2026-10-08 18:00"));
    world_roll(f->world, 8 * 60 + 20);
    world_until(f->world, world_time(f->world, "2026-10-09 07:51"));
}

static void expect_roll(struct family *f, const char *class, const char *want)
{
    CLEANUP(mem_clean) char *sql = mem_format(
        "SELECT present || '/' || expected || ' ' || ifnull((SELECT group_concat(x, ' ') FROM (SELECT a.word || ':' ||"
        " s.name AS x FROM roll_absent a JOIN student s ON s.id = a.student WHERE a.roll = r.id ORDER BY s.id)), '')"
        " FROM roll r WHERE class = '%s' AND reported IS NOT NULL",
        class);

    expect_text(world_words(f->world, sql), want);
}

static int64_t absences(struct family *f)
{
    return world_value(f->world, "SELECT count(*) FROM absence");
}

static void write(struct family *f, const char *e164, const char *text)
{
    world_reply(f->world, e164, text);
    world_settle(f->world);
}

/* --- the roll ------------------------------------------------------------------------------------------------- */

static void test_the_teacher_is_asked_and_all_present_settles_it(void **state)
{
    struct family *f = *state;

    open_roll(f);
    expect_text(expect_job(f->world, TEACHER),
                "【青岭小学】晨检请报：三1。全到回“全到”，有缺的回“应到45实到43 缺勤 姓名 病假 姓名”。");
    expect_in(expect_job(f->world, DUTY), "晨检请报：四2。"); /* which has no teacher: the next is asked at once */
    write(f, TEACHER, "全到");
    expect_roll(f, "三1", "3/3 ");
    expect_text(world_words(f->world, "SELECT state FROM ask WHERE subject = '三1'"), "answered");
    expect_text(family_reply_state(f), "understood");
    expect_silence(f->world, TEACHER); /* no echo: it costs money */
    assert_int_equal(absences(f), 0);
}

static void test_a_class_that_has_not_reported_climbs_and_one_text_names_all_of_them(void **state)
{
    struct family *f = *state;

    world_sql(f->world, "INSERT INTO role (person, role, class) VALUES (4, 'teacher', '四2')");
    open_roll(f);
    expect_in(expect_job(f->world, TEACHER), "晨检请报：三1、四2。");
    expect_silence(f->world, TEACHER);
    write(f, TEACHER, "四2 全到");
    world_until(f->world, world_time(f->world, "2026-10-09 08:21"));
    expect_in(expect_job(f->world, DUTY), "晨检请报：三1。");
    write(f, DUTY, "全到"); /* the only class that he was asked for */
    expect_roll(f, "三1", "3/3 ");
}

static void test_a_teacher_of_two_classes_is_asked_which(void **state)
{
    struct family *f = *state;

    world_sql(f->world, "INSERT INTO role (person, role, class) VALUES (4, 'teacher', '四2')");
    open_roll(f);
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "全到");
    expect_text(expect_job(f->world, TEACHER), "【青岭小学】是哪个班？请写班级再发一次：三1、四2。如“三1班 全到”。");
    expect_roll(f, "三1", "");
    write(f, TEACHER, "三1班全到");
    write(f, TEACHER, "全到"); /* now only one is left */
    expect_roll(f, "三1", "3/3 ");
    expect_roll(f, "四2", "1/1 ");
}

static void test_numbers_and_names_are_one_report(void **state)
{
    struct family *f = *state;

    open_roll(f);
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "应到3实到1 缺勤 王小明 病假 李四");
    expect_roll(f, "三1", "1/3 absent:王小明 sick:李四");
    assert_int_equal(absences(f), 1);
    expect_in(expect_job(f->world, TEACHER), "已记缺勤：王小明，正在联系家里。");
    expect_in(expect_job(f->world, GRANNY), "王小明现在还没到校");
    expect_silence(f->world, MOTHER);
}

static void test_names_alone_are_the_report_of_the_class_that_is_asked_for(void **state)
{
    struct family *f = *state;

    open_roll(f);
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "病假 李四");
    expect_roll(f, "三1", "2/3 sick:李四");
    assert_int_equal(absences(f), 0); /* excused: nobody is called */
    expect_silence(f->world, TEACHER);
}

static void test_those_away_without_a_name_are_asked_for(void **state)
{
    struct family *f = *state;

    open_roll(f);
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "实到1");
    expect_text(expect_job(f->world, TEACHER), "【青岭小学】三1已记。还差2人没写姓名，请回“缺勤 姓名”或“病假 姓名”。");
    write(f, TEACHER, "缺勤 李四 病假 王小红");
    expect_roll(f, "三1", "1/3 sick:王小红 absent:李四");
    assert_int_equal(absences(f), 1);
}

static void test_a_bare_number_is_how_many_are_there_while_the_roll_is_the_only_question(void **state)
{
    struct family *f = *state;

    open_roll(f);
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "3");
    expect_roll(f, "三1", "3/3 ");
}

static void test_numbers_that_contradict_each_other_are_asked_back(void **state)
{
    struct family *f = *state;

    open_roll(f);
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "实到9");
    expect_text(expect_job(f->world, TEACHER), "【青岭小学】三1的数字对不上，没有记下。请核对后再报一次。");
    expect_roll(f, "三1", "");
    expect_text(world_words(f->world, "SELECT state FROM ask WHERE subject = '三1'"), "open");
    expect_text(family_reply_state(f), "waiting");
}

static void test_a_later_report_overrules_the_first(void **state)
{
    struct family *f = *state;

    open_roll(f);
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "全到");
    write(f, TEACHER, "实到2 病假 李四");
    expect_roll(f, "三1", "2/3 sick:李四");
}

static void test_the_roll_does_not_wait_for_another_question_on_the_line(void **state)
{
    struct family *f = *state;

    world_ask(f->world, KIND_DUTY, "person:P4", "家访");
    world_settle(f->world);
    free(expect_job(f->world, TEACHER));
    open_roll(f);
    expect_in(expect_job(f->world, TEACHER), "晨检请报：三1。");
    write(f, TEACHER, "1"); /* the duty's answer: the roll takes no option */
    expect_text(world_words(f->world, "SELECT outcome FROM ask WHERE subject = ''"), "yes");
    expect_roll(f, "三1", "");
}

/* --- absences ------------------------------------------------------------------------------------------------- */

static void test_a_teacher_s_text_opens_an_absence_at_any_hour(void **state)
{
    struct family *f = *state;

    write(f, TEACHER, "缺勤 王小明");
    expect_in(expect_job(f->world, GRANNY), "王小明现在还没到校");
    expect_text(expect_job(f->world, TEACHER), "【青岭小学】已记缺勤：王小明，正在联系家里。到校了请回“到了 姓名”。");
    expect_text(world_words(f->world, "SELECT by FROM absence"), "陈芳");
    expect_text(world_words(f->world, "SELECT word FROM roll_absent"), "absent");
}

static void test_a_second_one_for_the_child_and_day_joins_the_first(void **state)
{
    struct family *f = *state;

    write(f, TEACHER, "缺勤 王小明");
    free(expect_job(f->world, TEACHER));
    write(f, DUTY, "absent 王小明");
    assert_int_equal(absences(f), 1);
    expect_text(expect_job(f->world, DUTY), "【青岭小学】王小明今天已报过缺勤，按同一件事办。");
}

static void test_a_child_who_came_after_all_is_accounted_for(void **state)
{
    struct family *f = *state;

    write(f, TEACHER, "缺勤 王小明");
    free(expect_job(f->world, TEACHER));
    write(f, TEACHER, "王小明到了");
    expect_text(world_words(f->world, "SELECT closed FROM ask"), "at school");
    expect_text(expect_job(f->world, TEACHER), "【青岭小学】已记到校：王小明。");
    assert_int_equal(world_value(f->world, "SELECT back IS NOT NULL FROM roll_absent"), 1);
    write(f, TEACHER, "缺勤 王小明"); /* and is gone again */
    assert_int_equal(absences(f), 2);
}

static void test_an_unknown_name_is_asked_back_and_the_others_are_done(void **state)
{
    struct family *f = *state;

    write(f, TEACHER, "缺勤 王小明 李小四");
    assert_int_equal(absences(f), 1);
    expect_text(expect_job(f->world, TEACHER), "【青岭小学】已记缺勤：王小明，正在联系家里。到校了请回“到了 姓名”。 "
                                               "没找到学生：李小四。请写全名，可带班级，如“缺勤 三1班 王小明”。");
    expect_text(family_reply_state(f), "understood");
}

static void test_a_name_of_several_children_is_asked_back_with_their_classes(void **state)
{
    struct family *f = *state;

    world_student(f->world, "S9", "赵六", "五1", false);
    write(f, TEACHER, "缺勤 赵六");
    assert_int_equal(absences(f), 0);
    expect_text(expect_job(f->world, TEACHER),
                "【青岭小学】同名的有：赵六（五1、四2）。请加上班级再发一次，如“缺勤 三1班 姓名”。");
    expect_text(family_reply_state(f), "waiting");
    write(f, TEACHER, "缺勤 五1班 赵六");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM absence a JOIN student s ON s.id = a.student WHERE "
                                           "s.ref = 'S9'"),
                     1);
}

static void test_of_several_of_a_name_the_one_of_the_own_class_is_meant(void **state)
{
    struct family *f = *state;

    world_student(f->world, "S9", "李四", "五1", false);
    write(f, TEACHER, "缺勤 李四");
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM absence WHERE student = 3"), 1);
}

/* --- who may -------------------------------------------------------------------------------------------------- */

static void test_a_family_s_line_gives_no_orders(void **state)
{
    struct family *f = *state;

    write(f, MOTHER, "缺勤 王小明");
    write(f, MOTHER, "全到");
    assert_int_equal(absences(f), 0);
    assert_int_equal(world_value(f->world, "SELECT count(*) FROM roll"), 0);
    expect_text(family_reply_state(f), "waiting");
}

static void test_a_teacher_s_phone_that_a_parent_shares_gives_no_orders(void **state)
{
    struct family *f = *state;

    world_sql(f->world, "INSERT INTO person_line (person, line, rank, confirmed_at) SELECT 2, id, 2, 1 FROM line WHERE"
                        " e164 = '" TEACHER "'");
    write(f, TEACHER, "缺勤 王小明");
    assert_int_equal(absences(f), 0);
}

static void test_a_teacher_who_is_restricted_for_the_child_is_stored_and_not_answered(void **state)
{
    struct family *f = *state;

    world_sql(f->world, "INSERT INTO role (person, role, class) VALUES (3, 'teacher', '四2')"); /* the father of 小明 */
    write(f, FATHER, "缺勤 王小明 赵六");
    assert_int_equal(absences(f), 0);
    expect_silence(f->world, FATHER);
    expect_text(family_reply_state(f), "waiting");
    write(f, FATHER, "缺勤 赵六");
    assert_int_equal(absences(f), 1);
}

static void test_a_sentence_with_a_name_goes_to_a_person(void **state)
{
    struct family *f = *state;

    write(f, TEACHER, "王小明今天没来上学，怎么回事");
    assert_int_equal(absences(f), 0);
    expect_text(family_reply_state(f), "waiting");
    write(f, TEACHER, "今天的班车没来");
    expect_text(family_reply_state(f), "waiting");
    expect_silence(f->world, TEACHER);
}

int main(void)
{
#define IN_SCHOOL(test) cmocka_unit_test_setup_teardown(test, school_setup, family_teardown)
    const struct CMUnitTest tests[] = {
        IN_SCHOOL(test_the_teacher_is_asked_and_all_present_settles_it),
        IN_SCHOOL(test_a_class_that_has_not_reported_climbs_and_one_text_names_all_of_them),
        IN_SCHOOL(test_a_teacher_of_two_classes_is_asked_which),
        IN_SCHOOL(test_numbers_and_names_are_one_report),
        IN_SCHOOL(test_names_alone_are_the_report_of_the_class_that_is_asked_for),
        IN_SCHOOL(test_those_away_without_a_name_are_asked_for),
        IN_SCHOOL(test_a_bare_number_is_how_many_are_there_while_the_roll_is_the_only_question),
        IN_SCHOOL(test_numbers_that_contradict_each_other_are_asked_back),
        IN_SCHOOL(test_a_later_report_overrules_the_first),
        IN_SCHOOL(test_the_roll_does_not_wait_for_another_question_on_the_line),
        IN_SCHOOL(test_a_teacher_s_text_opens_an_absence_at_any_hour),
        IN_SCHOOL(test_a_second_one_for_the_child_and_day_joins_the_first),
        IN_SCHOOL(test_a_child_who_came_after_all_is_accounted_for),
        IN_SCHOOL(test_an_unknown_name_is_asked_back_and_the_others_are_done),
        IN_SCHOOL(test_a_name_of_several_children_is_asked_back_with_their_classes),
        IN_SCHOOL(test_of_several_of_a_name_the_one_of_the_own_class_is_meant),
        IN_SCHOOL(test_a_family_s_line_gives_no_orders),
        IN_SCHOOL(test_a_teacher_s_phone_that_a_parent_shares_gives_no_orders),
        IN_SCHOOL(test_a_teacher_who_is_restricted_for_the_child_is_stored_and_not_answered),
        IN_SCHOOL(test_a_sentence_with_a_name_goes_to_a_person),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
