/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name of a class in one form, so that 三(2)班, 三（2）班, 三年级二班, 3.2, 302, 三2 are one class: "三(2)班", 初一3班 is
 * "七(3)班", 高一(1)班 stays, a grade with a single class is "三年级", names (火箭班, 大班) stay as they are.
 * Pure; fails with one sentence when a text can be no class.
 */
#ifndef GREENLINE_IMPORT_CLASS_NAME_H
#define GREENLINE_IMPORT_CLASS_NAME_H

#include <stdbool.h>

#include "lib/error.h"

enum { CLASS_TEXT_MAX = 64, GRADE_UNKNOWN = -1, GRADE_MAX = 12 };

struct class_name {
    char text[CLASS_TEXT_MAX]; /* the one form */
    int grade;                 /* 0 学前班, 1 to 9, 10 to 12 高一 to 高三; GRADE_UNKNOWN */
    int number;                /* 0: none */
};

/* Reads a class; `grade` may be the cell of a grade column beside it ("" or NULL without), which must agree. */
bool class_parse(struct class_name *out, const char *text, const char *grade, struct error *err);
/* Reads a grade: 三年级, 三, 3, 初一, 高一, 学前班; GRADE_UNKNOWN for 大班 and 2023级. */
bool grade_parse(int *out, const char *text, struct error *err);
/* "三年级", "高一", "学前班"; "" for GRADE_UNKNOWN. */
const char *grade_name(int grade);

#endif
