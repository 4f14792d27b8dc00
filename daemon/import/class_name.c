/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a class in one form; see class_name.h. */
#include "import/class_name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { CLASS_NUMBER_MAX = 40, NAME_BYTES_MAX = 45 /* fits CLASS_TEXT_MAX behind a grade */ };

static const char *const grade_names[] = { "学前班", "一年级", "二年级", "三年级", "四年级", "五年级", "六年级",
                                           "七年级", "八年级", "九年级", "高一",   "高二",   "高三" };
static const char *const stems[] = { "学前", "一", "二", "三",   "四",   "五",  "六",
                                     "七",   "八", "九", "高一", "高二", "高三" };
_Static_assert(COUNT(grade_names) == GRADE_MAX + 1 && COUNT(stems) == GRADE_MAX + 1, "each grade has its names");

const char *grade_name(int grade)
{
    return grade < 0 || grade > GRADE_MAX ? "" : grade_names[grade];
}

/* A number in digits or Chinese numerals up to 99; moves behind it. -1 when there is none. */
static int read_number(const char **at)
{
    static const char *const numerals[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十" };
    const size_t digits = strspn(*at, "0123456789");
    int value = -1;

    if (digits > 0) {
        value = digits <= 4 ? atoi(*at) : 9999;
        *at += digits;
        return value;
    }
    for (size_t taken = 0; taken < 3; taken++) { /* at most 三十一 */
        size_t i = 0;

        while (i < COUNT(numerals) && !text_starts(*at, numerals[i]))
            i++;
        if (i == COUNT(numerals))
            break;
        if (i == 10)
            value = value < 0 ? 10 : value * 10;
        else if (value < 0 || value % 10 == 0)
            value = (value < 0 ? 0 : value) + (int)i;
        else
            break;
        *at += strlen(numerals[i]);
    }
    return value;
}

/* Skips what stands between grade and number. */
static void skip_marks(const char **at)
{
    static const char *const marks[] = { "(", ")", "[", "]",  "【", "】", "〔", "〕", "{", "}", ".",
                                         "-", "_", "/", "第", "·",  "、", "—",  "–",  "#", ",", "~" };
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = 0; i < COUNT(marks); i++) {
            if (text_starts(*at, marks[i])) {
                *at += strlen(marks[i]);
                more = true;
            }
        }
    }
}

static bool skip(const char **at, const char *word)
{
    if (!text_starts(*at, word))
        return false;
    *at += strlen(word);
    return true;
}

/* 初一 and its kin: the stage before a number. */
static const struct {
    const char *prefix;
    int base, last;
} stages[] = {
    { "初中", 6, 3 }, { "高中", 9, 3 }, { "初", 6, 3 }, { "高", 9, 3 }, { "小学", 0, 6 }, { "小", 0, 6 },
};

/* The grade at the front, and whether it said so itself ("三年级", "初一"); GRADE_UNKNOWN without moving. */
static int read_grade(const char **at, bool *certain)
{
    const char *start = *at;
    int grade;

    *certain = true;
    if (skip(at, "学前")) {
        skip(at, "班");
        return 0;
    }
    for (size_t i = 0; i < COUNT(stages); i++) {
        if (!skip(at, stages[i].prefix))
            continue;
        grade = read_number(at);
        if (grade >= 1 && grade <= stages[i].last) {
            if (!skip(at, "年级"))
                skip(at, "年");
            return stages[i].base + grade;
        }
        *at = start;
        return GRADE_UNKNOWN;
    }
    grade = read_number(at);
    *certain = skip(at, "年级") || skip(at, "年");
    if (grade < 1) {
        *at = start;
        return GRADE_UNKNOWN;
    }
    return grade;
}

/* 302, 0302, 32: grade and number run together. */
static bool split_digits(const char *folded, int *grade, int *number)
{
    const size_t digits = strspn(folded, "0123456789");
    const int value = digits <= 4 ? atoi(folded) : 0;
    const char *rest = folded + digits;

    if (*rest && strcmp(rest, "班") != 0)
        return false;
    if (digits == 4 && folded[0] != '0' && value / 100 > GRADE_MAX)
        return false;
    if (digits < 2 || digits > 4)
        return false;
    *grade = digits == 2 ? value / 10 : value / 100;
    *number = digits == 2 ? value % 10 : value % 100;
    return *grade >= 1 && *grade <= GRADE_MAX && *number >= 1 && *number <= CLASS_NUMBER_MAX;
}

/* A number with nothing else: 2, 二, 2班, (2)班. */
static int lone_number(const char *folded)
{
    const char *at = folded;
    int number;

    skip_marks(&at);
    number = read_number(&at);
    skip_marks(&at);
    skip(&at, "班级");
    skip(&at, "班");
    skip_marks(&at);
    return *at ? -1 : number;
}

/* 二, 2 in 三年级二班: grade, marks, number, marks, 班. */
static bool split_words(const char *folded, int *grade, int *number, bool *certain)
{
    const char *at = folded;

    *number = 0;
    *grade = read_grade(&at, certain);
    if (*grade == GRADE_UNKNOWN)
        return false;
    skip(&at, "月"); /* 3-2 that Excel took for a date: 3月2日 */
    skip_marks(&at);
    if (*at && !text_starts(at, "班")) {
        *number = read_number(&at);
        if (*number < 0)
            return false;
        skip(&at, "日");
        skip_marks(&at);
    }
    skip(&at, "班级");
    skip(&at, "班");
    skip_marks(&at);
    return !*at && (*number > 0 || *certain);
}

static void write_class(struct class_name *out)
{
    if (out->number == 0)
        snprintf(out->text, sizeof out->text, "%s", grade_name(out->grade));
    else
        snprintf(out->text, sizeof out->text, "%s(%d)班", stems[out->grade], out->number);
}

static bool finish(struct class_name *out, int grade, int number, const char *text, struct error *err)
{
    struct class_name class = { .grade = grade, .number = number };

    if (grade > GRADE_MAX)
        return error_set(err, "\"%.40s\": there is no grade %d: write e.g. 三(2)班", text, grade);
    if (number > CLASS_NUMBER_MAX)
        return error_set(err, "\"%.40s\": class number %d is too high: write e.g. 三(2)班", text, number);
    write_class(&class);
    *out = class;
    return true;
}

/* A name that is neither grade nor number: 火箭班, 大班, 2023级3班. */
static bool named(struct class_name *out, const char *folded, int grade, struct error *err)
{
    struct class_name class = { .grade = grade };
    const bool has_grade = grade != GRADE_UNKNOWN;
    bool letters = false;
    size_t digits = 0;
    unsigned code_point;

    for (const char *at = folded; (code_point = utf8_next(&at));) {
        letters = letters || clean_is_han(code_point) || (code_point < 0x80 && isalpha((int)code_point));
        digits += code_point < 0x80 && isdigit((int)code_point);
    }
    if (!letters || digits > 6 || strchr(folded, '?') || strchr("=+@", folded[0]) || strlen(folded) > NAME_BYTES_MAX)
        return error_set(err, "\"%.40s\" is no class: write e.g. 三(2)班", folded);
    snprintf(class.text, sizeof class.text, "%s%s", has_grade ? grade_name(grade) : "", folded);
    *out = class;
    return true;
}

bool grade_parse(int *out, const char *text, struct error *err)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *plain = NULL;
    const char *at;
    bool certain;
    int grade;

    if (!clean_number(&plain, folded, err))
        return false;
    at = plain;
    grade = read_grade(&at, &certain);
    skip(&at, "级");
    if (grade != GRADE_UNKNOWN && grade <= GRADE_MAX && !*at) {
        *out = grade;
        return true;
    }
    if (strstr(plain, "大") || strstr(plain, "中班") || strstr(plain, "小班") || strstr(plain, "托") ||
        (strlen(plain) >= 5 && isdigit((unsigned char)plain[0]) &&
         (text_ends(plain, "级") || text_ends(plain, "届")))) {
        *out = GRADE_UNKNOWN;
        return true;
    }
    return error_set(err, "\"%.40s\" is no grade: write e.g. 三年级", text);
}

/* A class that says its grade must agree with the grade column. */
static bool agree(int column, int grade, const char *text, const char *grade_text, struct error *err)
{
    if (column == GRADE_UNKNOWN || column == grade)
        return true;
    return error_set(err, "\"%.40s\" does not agree with the grade \"%.40s\" beside it: mend one of them", text,
                     grade_text);
}

bool class_parse(struct class_name *out, const char *text, const char *grade_text, struct error *err)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    int column = GRADE_UNKNOWN, grade, number;
    bool certain;

    if (grade_text && *grade_text && !grade_parse(&column, grade_text, NULL))
        column = GRADE_UNKNOWN; /* the grade's own cell says so */
    if (column != GRADE_UNKNOWN && !*folded)
        return finish(out, column, 0, text, err);
    if (!*folded)
        return error_set(err, "empty: write the class, e.g. 三(2)班");
    if (text_ends(folded, ".0") && strspn(folded, "0123456789") == strlen(folded) - 2)
        folded[strlen(folded) - 2] = '\0';
    number = lone_number(folded);
    if (column != GRADE_UNKNOWN && number > 0 && number < 100)
        return finish(out, column, number, text, err);
    if (split_digits(folded, &grade, &number))
        return agree(column, grade, text, grade_text, err) && finish(out, grade, number, text, err);
    if (split_words(folded, &grade, &number, &certain) && (grade <= GRADE_MAX || number > 0 || certain))
        return grade > 100 ? named(out, folded, GRADE_UNKNOWN, err)
                           : agree(column, grade, text, grade_text, err) && finish(out, grade, number, text, err);
    return named(out, folded, column, err);
}
