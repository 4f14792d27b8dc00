/* SPDX-License-Identifier: Apache-2.0 */
/* A row of a student sheet: the child itself, the staff its row names, then its family (persons.c). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/records.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { REF_CHARACTERS_MAX = 40, AGE_MAX = 30 };

struct intake_student *add_student(struct reader *reader, int column)
{
    struct intake *intake = reader->intake;

    intake->students = mem_grow(intake->students, intake->student_count + 1, sizeof *intake->students);
    intake->students[intake->student_count] =
        (struct intake_student){ .place = reader_place(reader, column), .grade = GRADE_UNKNOWN };
    return &intake->students[intake->student_count++];
}

/* The 学籍号 as it is compared: folded, capital letters, without what a spreadsheet added. */
static const char *read_ref(struct reader *reader)
{
    const int column = reader_column(reader, "student.no");
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *number = NULL;
    struct error err;

    if (!*folded || reader_none(reader, text, NULL))
        return NULL;
    if (!clean_number(&number, folded, &err)) {
        reader_fault(reader, column, "%s", err.text);
        return NULL;
    }
    if (strpbrk(number, "\"'?*;<>|&\\{}") || strchr("=+@", number[0]) || utf8_count(number) > REF_CHARACTERS_MAX) {
        reader_fault(reader, column, "\"%.60s\" is no student number: write it as on the register", text);
        return NULL;
    }
    for (char *at = number; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return intake_keep(reader->intake, number);
}

/* Without a number the key is put together; a child is never known by its name alone. */
static const char *derived_ref(struct reader *reader, const struct intake_student *student, int no_column)
{
    CLEANUP(mem_clean) char *ref = NULL;
    char birth[DATE_MAX];

    if (!student->name)
        return NULL;
    date_format(birth, student->birth);
    if (no_column >= 0 && !student->birth.year) {
        reader_fault(reader, no_column, "the number is missing, and no date of birth stands in for it: write it");
        return NULL;
    }
    if (no_column >= 0)
        reader_warn(reader, no_column, "no number: %s is known by name, birth and class until one is given",
                    student->name);
    ref = mem_format("%s%s%s%s%s", student->name, *birth ? "/" : "", birth, student->class ? "/" : "",
                     student->class ? student->class : "");
    return intake_keep(reader->intake, ref);
}

static void read_birth(struct reader *reader, struct intake_student *student)
{
    const int column = reader_column(reader, "student.birth_date");
    int age;

    reader_date(reader, "student.birth_date", true, &student->birth);
    if (!student->birth.year)
        return;
    age = date_age(student->birth, reader->options->today);
    if (age <= AGE_MAX)
        return;
    reader_fault(reader, column, "\"%.40s\" would make this pupil %d years old: look it up and write it as 2016-03-09",
                 reader->cells[column].text, age);
    student->birth = (struct date){ 0 };
}

static void read_sex(struct reader *reader, struct intake_student *student)
{
    const int column = reader_column(reader, "student.sex");
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = headers_fold(text);
    CLEANUP(mem_clean) char *plain = NULL;
    const char *value;

    if (!*folded || !clean_number(&plain, folded, NULL))
        return;
    value = headers_value(reader->options->headers, "value.sex", plain);
    if (value)
        student->sex = value;
    else
        reader_fault(reader, column, "\"%.60s\" is no sex: write 男 or 女", text);
}

static void read_class(struct reader *reader, struct intake_student *student)
{
    const int column = reader_column(reader, "student.class"), grade_column = reader_column(reader, "student.grade");
    const char *title = reader->sheet->class_text;
    struct class_name class;

    student->class = reader_class(reader, "student.class", "student.grade", &student->grade);
    if (student->class || (column >= 0 && (reader->cells[column].bad || reader->cells[column].inherited)))
        return;
    if (column >= 0 && *reader->cells[column].text && grade_column >= 0 && reader->cells[grade_column].bad)
        return; /* "1" beside a grade that is wrong is no second fault */
    if (column >= 0)
        reader_fault(reader, column, "the class is missing: write e.g. 三(2)班");
    else if (title && class_parse(&class, title, NULL, NULL)) {
        student->class = intake_keep(reader->intake, class.text);
        student->grade = class.grade;
    }
}

/* A remark may hold a number that somebody meant to be rung: said, never taken silently. */
static void read_remark(struct reader *reader, struct intake_student *student)
{
    const char *text;

    student->remark = reader_keep(reader, "student.remark");
    text = student->remark;
    while (text && *text) {
        const size_t digits = strspn(text, "0123456789");

        if (digits == 11 && text[0] == '1') {
            reader_warn(reader, reader_column(reader, "student.remark"),
                        "a phone number stands in the remark and is not rung: put it into a phone column");
            return;
        }
        text += digits ? digits : 1;
    }
}

/* The age is not stored, but a cell that is no age is a mistake, and one that belies the date of birth is said. */
static void check_age(struct reader *reader, const struct intake_student *student)
{
    const int column = reader_column(reader, "student.age");
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    const size_t digits = strspn(folded, "0123456789");
    const char *rest = folded + digits;
    int age;

    if (!*folded || reader_none(reader, text, NULL))
        return;
    if (digits == 0 || digits > 2 ||
        (*rest && !text_starts(rest, "岁") && !text_starts(rest, "周岁") && !text_starts(rest, ".0"))) {
        reader_fault(reader, column, "\"%.40s\" is no age: write e.g. 10", text);
        return;
    }
    if (!student->birth.year)
        return;
    age = date_age(student->birth, reader->options->today);
    if (atoi(folded) < age - 1 || atoi(folded) > age + 2) /* 虚岁 counts up to two more */
        reader_warn(reader, column, "%d does not agree with the date of birth (%d): the date is taken", atoi(folded),
                    age);
}

/* Who has left stays in the store until somebody says so there. */
static void check_status(struct reader *reader, const struct intake_student *student)
{
    static const char *const gone[] = { "转出", "转学", "毕业", "辍学", "退学" };
    const char *text = reader_text(reader, "student.status");

    for (size_t i = 0; i < COUNT(gone); i++) {
        if (strstr(text, gone[i]))
            reader_warn(reader, reader_column(reader, "student.status"),
                        "\"%.40s\": a child that has left is taken out by greenline student end %s", text,
                        student->ref ? student->ref : "REF");
    }
}

static void read_rest(struct reader *reader, struct intake_student *student)
{
    student->former_name = reader_name(reader, "student.former_name", false);
    student->village = reader_keep(reader, "student.village");
    student->group = reader_keep(reader, "student.group");
    student->language = reader_keep(reader, "student.language");
    reader_claim(reader, "student.left_behind", &student->left_behind);
    reader_claim(reader, "student.boarding", &student->boarding);
    read_remark(reader, student);
    check_age(reader, student);
    check_status(reader, student);
}

struct intake_who own_child(const struct intake_student *student)
{
    return (struct intake_who){ .no = student->ref,
                                .name =
                                    student->ref ? student->name : NULL, /* else the row is faulty, and has said so */
                                .class = student->class,
                                .ref = student->ref,
                                .no_place = student->place,
                                .name_place = student->place,
                                .class_place = student->place };
}

/* 班主任 and 帮扶教师 beside a child. */
static void read_mention(struct reader *reader, const struct intake_student *student, const char *entity,
                         const char *role)
{
    CLEANUP(mem_clean) char *name_field = mem_format("%s.name", entity);
    CLEANUP(mem_clean) char *phone_field = mem_format("%s.phone", entity);
    struct intake *intake = reader->intake;
    struct intake_mention mention = { .place = reader_place(reader, reader_column(reader, name_field)), .role = role };

    mention.name = reader_name(reader, name_field, false);
    reader_phones(reader, phone_field, mention.phones, &mention.phone_count);
    if (!mention.name)
        return;
    if (strcmp(role, "teacher") == 0)
        mention.class = student->class;
    intake->mentions = mem_grow(intake->mentions, intake->mention_count + 1, sizeof *intake->mentions);
    intake->mentions[intake->mention_count++] = mention;
    if (strcmp(role, "mentor") != 0)
        return;
    intake->pairings = mem_grow(intake->pairings, intake->pairing_count + 1, sizeof *intake->pairings);
    intake->pairings[intake->pairing_count++] = (struct intake_pairing){
        .place = mention.place,
        .mentor = mention.name,
        .mentor_place = mention.place,
        .student = own_child(student),
    };
}

/* A second guardian in a row of its own, the child's cells merged above it. */
static bool is_continuation(struct reader *reader)
{
    static const char *const own[] = { "student.no", "student.name", "student.birth_date", "student.sex" };
    static const char *const more[] = { "guardian.name", "guardian.phone", "contact2.name", "contact2.phone" };
    bool filled = false;

    if (reader->intake->student_count == 0 || !reader->started)
        return false;
    for (size_t i = 0; i < COUNT(own); i++) {
        const int column = reader_column(reader, own[i]);

        if (column >= 0 && *reader->cells[column].text)
            return false;
    }
    for (size_t i = 0; i < COUNT(more); i++) {
        const int column = reader_column(reader, more[i]);

        filled = filled || (column >= 0 && *reader->cells[column].text);
    }
    return filled && reader_column(reader, "student.no") >= 0;
}

void read_student_row(struct reader *reader)
{
    const int no_column = reader_column(reader, "student.no");
    const int name_column = reader_column(reader, "student.name");
    struct intake_student *student;

    if (is_continuation(reader)) {
        const struct intake_student last = reader->intake->students[reader->intake->student_count - 1];

        reader->faulty = last.faulty; /* what belongs to a faulty row goes with it */
        read_family(reader, &last);
        return;
    }
    student = add_student(reader, no_column >= 0 ? no_column : name_column);
    student->ref = read_ref(reader);
    student->name = reader_name(reader, "student.name", true);
    read_birth(reader, student);
    read_sex(reader, student);
    read_class(reader, student);
    read_rest(reader, student);
    if (!student->ref && !(no_column >= 0 && reader->cells[no_column].bad)) {
        student->derived = true;
        student->ref = derived_ref(reader, student, no_column);
        if (student->ref && no_column >= 0)
            student->place.column = name_column;
    }
    read_mention(reader, student, "homeroom_teacher", "teacher");
    read_mention(reader, student, "mentor", "mentor");
    read_partners(reader, "peer.name", &(struct intake_peer){ .student = own_child(student) });
    read_family(reader, student);
}
