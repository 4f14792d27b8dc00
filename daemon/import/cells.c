/* SPDX-License-Identifier: Apache-2.0 */
/* Typed cells of a row: yes and no, dates, names, phones, classes; see reader.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/reader.h"
#include "lib/memory.h"
#include "lib/text.h"

bool reader_none(const struct reader *reader, const char *text, bool *deceased)
{
    static const char *const dead[] = {
        "亡", "已故", "去世", "已去世", "已亡", "故", "死亡", "病故", "过世", "已过世"
    };
    CLEANUP(mem_clean) char *folded = headers_fold(text);

    if (deceased)
        *deceased = false;
    for (size_t i = 0; i < COUNT(dead); i++) {
        if (strcmp(folded, dead[i]) != 0)
            continue;
        if (deceased)
            *deceased = true;
        return true;
    }
    return strspn(folded, "-/\\.") == strlen(folded) || headers_value(reader->options->headers, "value.none", folded);
}

void reader_claim(struct reader *reader, const char *field, enum claim *out)
{
    const struct headers *headers = reader->options->headers;
    const int column = reader_column(reader, field);
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = headers_fold(text);
    CLEANUP(mem_clean) char *entity = mem_format("value.%s", field);
    const char *value;

    if (column < 0 || reader->cells[column].bad || reader->cells[column].inherited)
        return;
    if (!*folded) {
        if (reader->sheet->columns[column].ticks)
            *out = CLAIM_NO;
        return;
    }
    if (strcmp(folded, "1.0") == 0 || strcmp(folded, "0.0") == 0)
        folded[1] = '\0';
    value = headers_value(headers, entity, folded); /* words of this field alone come first */
    if (!value)
        value = headers_value(headers, "value.yes", folded);
    if (value)
        *out = strcmp(value, "yes") == 0 ? CLAIM_YES : CLAIM_NO;
    else
        reader_fault(reader, column, "\"%.60s\" is neither yes nor no: write 是 or 否", text);
}

void reader_date(struct reader *reader, const char *field, bool past, struct date *out)
{
    const int column = reader_column(reader, field);
    const char *text = reader_cell(reader, column);
    struct date date = { 0 };
    struct error err;

    if (!*text || reader_none(reader, text, NULL))
        return;
    if (!date_parse(&date, text, &err)) {
        reader_fault(reader, column, "%s", err.text);
        return;
    }
    if (past && date_compare(date, reader->options->today) > 0) {
        reader_fault(reader, column, "\"%.60s\" lies in the future: look it up and write it as 2016-03-09", text);
        return;
    }
    *out = date;
}

const char *reader_name(struct reader *reader, const char *field, bool required)
{
    const int column = reader_column(reader, field);
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *name = NULL;
    struct error err;

    if (column < 0 || reader->cells[column].bad || reader->cells[column].inherited)
        return NULL;
    if (!*text || reader_none(reader, text, NULL)) {
        if (required)
            reader_fault(reader, column, "the name is missing: write it, or delete the row");
        return NULL;
    }
    if (!clean_name(&name, text, &err)) {
        reader_fault(reader, column, "%s", err.text);
        return NULL;
    }
    return intake_keep(reader->intake, name);
}

const char *reader_class(struct reader *reader, const char *class_field, const char *grade_field, int *grade)
{
    const int class_column = reader_column(reader, class_field);
    const int grade_column = grade_field ? reader_column(reader, grade_field) : -1;
    const char *grade_text = reader_cell(reader, grade_column);
    const char *class_text = reader_cell(reader, class_column);
    struct class_name class;
    struct error err;

    *grade = GRADE_UNKNOWN;
    if (*grade_text && !grade_parse(grade, grade_text, &err)) {
        reader_fault(reader, grade_column, "%s", err.text);
        grade_text = "";
    }
    if (class_column >= 0 ? !*class_text : !*grade_text)
        return NULL;
    if (!class_parse(&class, class_text, grade_text, &err)) {
        if (grade_column < 0 ||
            !reader->cells[grade_column].bad) /* "1" beside a grade that is wrong is no second fault */
            reader_fault(reader, class_column >= 0 ? class_column : grade_column, "%s", err.text);
        return NULL;
    }
    *grade = class.grade;
    return *class.text ? intake_keep(reader->intake, class.text) : NULL;
}

/* ---------------------------------------------------------------------------------------------------------- phones */

/* A cell of numbers being taken apart. */
struct dialling {
    struct reader *reader;
    int column;
    struct intake_phone *phones;
    size_t *count;
    bool suspect; /* 空号, 停机 stands in the cell */
    bool bad;
};

/* Removes every word that says a number is dead, and tells whether one was there. */
static bool take_notes(const struct headers *headers, struct text *cell)
{
    struct text rest = { 0 };
    bool found = false;

    for (const char *at = cell->data; *at;) {
        size_t used = 0;
        const char *key = (*at & 0x80) ? headers_value_prefix(headers, "value.phone_note", at, 2, &used) : NULL;

        if (key && strcmp(key, "suspect") == 0) {
            found = true;
            text_add_char(&rest, ' ');
            at += used;
        } else {
            text_add_char(&rest, *at++);
        }
    }
    if (found) { /* brackets that held nothing else */
        for (char *at = rest.data; *at; at++) {
            char *close = *at == '(' ? at + 1 + strspn(at + 1, " ") : NULL;

            if (close && *close == ')')
                *at = *close = ' ';
        }
    }
    text_free(cell);
    *cell = rest;
    return found;
}

static size_t digits_in(const char *text)
{
    size_t digits = 0;

    for (; *text; text++)
        digits += isdigit((unsigned char)*text) != 0;
    return digits;
}

static void add_number(struct dialling *dialling, const char *text)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *number = NULL;
    struct intake_phone entry = { .suspect = dialling->suspect };
    struct phone phone;
    struct error err;

    if (!*folded || dialling->bad || reader_none(dialling->reader, folded, NULL))
        return;
    if (!clean_number(&number, folded, &err) ||
        !phone_parse(&phone, *number ? number : folded, dialling->reader->options->region, &err)) {
        reader_fault(dialling->reader, dialling->column, "%s", err.text);
        dialling->bad = true;
        return;
    }
    for (size_t i = 0; i < *dialling->count; i++) {
        if (strcmp(dialling->phones[i].e164, phone.e164) == 0)
            return;
    }
    if (*dialling->count >= INTAKE_PHONES_MAX) {
        reader_fault(dialling->reader, dialling->column, "more than %d numbers of one person: keep those that work",
                     INTAKE_PHONES_MAX);
        dialling->bad = true;
        return;
    }
    if (phone.unknown_prefix)
        reader_warn(dialling->reader, dialling->column, "\"%.40s\" begins like no range we know: check the number",
                    text);
    memcpy(entry.e164, phone.e164, sizeof entry.e164);
    entry.type = phone.type;
    entry.place = reader_place(dialling->reader, dialling->column);
    dialling->phones[(*dialling->count)++] = entry;
}

/* Blanks may stand inside a number (199 0000 0376) or between two: between, when each part is long enough alone. */
static void add_spaced(struct dialling *dialling, char *piece)
{
    CLEANUP(mem_clean) char *copy = mem_dup(piece);
    char *rest = copy;
    char *part;
    size_t parts = 0;
    bool all_long = true;

    while ((part = strsep(&rest, " \t"))) {
        parts += digits_in(part) > 0;
        all_long = all_long && (digits_in(part) == 0 || digits_in(part) >= 7);
    }
    if (parts < 2 || !all_long) {
        add_number(dialling, piece);
        return;
    }
    rest = piece;
    while ((part = strsep(&rest, " \t")))
        add_number(dialling, part);
}

/* Separators between numbers become one sign; full-width digits and blanks become plain. */
static struct text plain_phones(const char *cell)
{
    static const char *const separators[] = { "/",  "、", ";",  ",",  "\n", "|",  "或者", "或", "和",
                                              "及", "，", "；", "／", "｜", "\\", "&",    "＆" };
    struct text out = { 0 };

    while (*cell) {
        const char *at = cell;
        unsigned code_point;
        size_t i = 0;

        while (i < COUNT(separators) && !text_starts(cell, separators[i]))
            i++;
        if (i < COUNT(separators)) {
            text_add_char(&out, ';');
            cell += strlen(separators[i]);
            continue;
        }
        code_point = utf8_next(&at);
        cell = at;
        if (code_point >= 0xff01 && code_point <= 0xff5e)
            code_point -= 0xfee0;
        text_add_utf8(&out, code_point == 0x3000 || code_point == 0xa0 || code_point == '\t' ? ' ' : code_point);
    }
    return out;
}

static void read_phones(struct dialling *dialling, const char *cell)
{
    struct text plain = plain_phones(cell);
    const size_t before = *dialling->count;
    char *rest, *piece;

    dialling->suspect = take_notes(dialling->reader->options->headers, &plain);
    rest = plain.data;
    while ((piece = strsep(&rest, ";")))
        add_spaced(dialling, piece);
    if (dialling->suspect && !dialling->bad)
        reader_warn(dialling->reader, dialling->column, "\"%.60s\": %s: ask the family for a number that works", cell,
                    *dialling->count > before ? "the number is marked as suspect" : "there is no number");
    text_free(&plain);
}

void reader_phones(struct reader *reader, const char *field, struct intake_phone *phones, size_t *count)
{
    for (int column = reader_column(reader, field); column >= 0;
         column = sheet_column(reader->sheet, field, (size_t)column + 1)) {
        struct dialling dialling = { .reader = reader, .column = column, .phones = phones, .count = count };
        const char *cell = reader_cell(reader, column);

        if (*cell && !reader_none(reader, cell, NULL))
            read_phones(&dialling, cell);
    }
}
