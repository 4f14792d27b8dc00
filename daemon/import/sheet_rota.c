/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the table in a grid: the header of a rota, with posts or days across; see sheet.h. */
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/sheet_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

/* "校门值班", "食堂值守教师" are 校门 and 食堂. */
static char *without_tail(const char *folded)
{
    static const char *const tails[] = { "值班",   "值守", "值日", "人员", "教师", "老师",
                                         "负责人", "执勤", "巡查", "岗位", "岗" };
    char *text = mem_dup(folded);
    bool cut = true;

    while (cut) {
        cut = false;
        for (size_t i = 0; i < COUNT(tails) && !cut; i++) {
            cut = text_ends(text, tails[i]) && strlen(text) > strlen(tails[i]);
            if (cut)
                text[strlen(text) - strlen(tails[i])] = '\0';
        }
    }
    return text;
}

static bool is_post(const struct headers *headers, const char *folded)
{
    CLEANUP(mem_clean) char *note = headers_without_note(folded);
    const char *plain = note ? note : folded;
    CLEANUP(mem_clean) char *bare = without_tail(plain);

    return headers_value(headers, "value.post", plain) || headers_value(headers, "value.post", bare);
}

const char *sheet_rota_field(const struct headers *headers, const char *folded, const char *title, struct date today,
                             struct span *span)
{
    if (!*folded)
        return NULL;
    if (span_parse(span, title, today) && !span->week)
        return "rota.day";
    *span = (struct span){ .week = 0 };
    return is_post(headers, folded) ? "rota.at" : NULL;
}

static size_t count_days(const struct sheet *sheet)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->column_count; i++)
        count += sheet->columns[i].field && strcmp(sheet->columns[i].field, "rota.day") == 0;
    return count;
}

void sheet_rota_bind(struct sheet *sheet)
{
    const bool across = count_days(sheet) >= 2;
    bool beside = false; /* something in front of the days says what the rows are */

    for (size_t i = 0; i < sheet->column_count; i++) {
        struct column *column = &sheet->columns[i];
        const bool day = column->field && strcmp(column->field, "rota.day") == 0;

        if (!across && day)
            column->field = NULL; /* a single date is no table of days */
        if (across && day)
            break;
        beside = beside || (column->field && strcmp(column->field, "-") != 0);
    }
    if (!across || beside)
        return;
    for (size_t i = 0; i < sheet->column_count; i++) {
        struct column *column = &sheet->columns[i];

        if (column->field && strcmp(column->field, "rota.day") == 0)
            return;
        if (!column->field) {
            column->field = "rota.post";
            return;
        }
    }
}
