/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the table in a grid: what stands above and below its header; see sheet.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import/class_name.h"
#include "import/clean.h"
#include "import/date.h"
#include "import/sheet_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Fields that every row needs, and whose cells are merged downwards in many registers. An optional field is not among
 * them: there a blank cell may well mean that nothing is known. */
static const char *const mergeable[] = {
    "student.class", "student.grade", "pairing.mentor", "pairing.class", "contact.student", "contact.student_class",
    "rota.date",     "rota.week",     "rota.weekday",   "rota.leader",   "rota.shift",      "rota.post",
};

static bool is_mergeable(const char *field)
{
    for (size_t i = 0; field && i < COUNT(mergeable); i++) {
        if (strcmp(field, mergeable[i]) == 0)
            return true;
    }
    return false;
}

static bool is_tick(const char *cell)
{
    static const char *const ticks[] = { "√", "✓", "✔", "☑", "v", "V" };

    for (size_t i = 0; i < COUNT(ticks); i++) {
        if (strcmp(cell, ticks[i]) == 0)
            return true;
    }
    return false;
}

/* What a column holds below its header. */
struct tally {
    size_t blank, ticks;
    bool first_filled;
};

static void count_cell(struct tally *tally, const char *raw, bool first)
{
    CLEANUP(mem_clean) char *cell = clean_cell(raw);

    if (first)
        tally->first_filled = *cell != '\0';
    tally->blank += !*cell;
    tally->ticks += is_tick(cell);
}

void sheet_look_down(struct sheet *sheet)
{
    struct tally *tallies = mem_new(sheet->column_count + 1, sizeof *tallies);
    size_t rows = 0;

    for (size_t row = sheet->first_row; row < sheet->grid->count; row++) {
        if (sheet_row_sort(sheet, row) != ROW_DATA)
            continue;
        for (size_t i = 0; i < sheet->column_count; i++)
            count_cell(&tallies[i], grid_cell(sheet->grid, row, i), rows == 0);
        rows++;
    }
    for (size_t i = 0; i < sheet->column_count; i++) {
        struct column *column = &sheet->columns[i];
        const struct tally *tally = &tallies[i];

        column->ticks = tally->ticks > 0 && tally->ticks + tally->blank == rows;
        column->merged =
            is_mergeable(column->field) && tally->first_filled && tally->blank >= 2 && tally->blank * 2 >= rows;
    }
    free(tallies);
}

/* The class that a title names: the part that ends in 班 and says grade and number. */
static char *class_in(const char *title)
{
    CLEANUP(mem_clean) char *folded = clean_fold(title);
    const char *end = strstr(folded, "班");

    for (; end; end = strstr(end + 1, "班")) {
        for (const char *start = folded; start < end;) {
            char *part = mem_dup_n(start, (size_t)(end - start) + strlen("班"));
            struct class_name class;
            const bool is = utf8_count(part) <= 10 && class_parse(&class, part, NULL, NULL) && class.number > 0 &&
                            class.grade != GRADE_UNKNOWN;

            free(part);
            if (is)
                return mem_dup(class.text);
            utf8_next(&start);
        }
    }
    return NULL;
}

void sheet_look_up(struct sheet *sheet)
{
    free(sheet->class_text);
    sheet->class_text = NULL;
    if (sheet_column(sheet, "student.class", 0) >= 0 || sheet_column(sheet, "student.grade", 0) >= 0)
        return;
    for (size_t row = 0; row < sheet->header_row && !sheet->class_text; row++) {
        for (size_t i = 0; i < sheet->grid->rows[row].count && !sheet->class_text; i++)
            sheet->class_text = class_in(grid_cell(sheet->grid, row, i));
    }
}

static bool starts_with_any(const char *text, const char *const *words, size_t count, const char **rest)
{
    for (size_t i = 0; i < count; i++) {
        if (text_starts(text, words[i])) {
            *rest = text + strlen(words[i]);
            return true;
        }
    }
    return false;
}

/* 小计, 合计38人, 总计：… but not a person called 共青. */
static bool is_subtotal(const char *folded)
{
    static const char *const words[] = { "本页小计", "本页合计", "小计",     "合计",     "总计",   "共计", "累计",
                                         "平均",     "总人数",   "以上合计", "以上共计", "以上共", "其中" };
    const char *rest;

    if (strncasecmp(folded, "total", 5) == 0 || strncasecmp(folded, "subtotal", 8) == 0)
        return !folded[strspn(folded, "abltosuABLTOSU:0123456789")];
    if (!starts_with_any(folded, words, COUNT(words), &rest))
        return (text_starts(folded, "共") || text_starts(folded, "本班共") || text_starts(folded, "全校共")) &&
               (text_ends(folded, "人") || text_ends(folded, "名")) && strpbrk(folded, "0123456789");
    return !*rest || strchr(":(0123456789", *rest) || text_starts(rest, "人") || text_starts(rest, "数") ||
           text_starts(rest, "班") || text_starts(rest, "值") || text_starts(rest, "、");
}

/* 注：…, 填表人：张三, 说明:… */
static bool is_note(const char *folded)
{
    static const char *const signs[] = { "填表人",   "制表人",   "审核人",    "复核人",   "填报人",   "单位负责人",
                                         "负责人签", "填报单位", "填表说明",  "填报日期", "填表日期", "制表日期",
                                         "制表时间", "填表时间", "校长签",    "盖章",     "(盖章",    "签字:",
                                         "备注:",    "说明:",    "注:",       "注意",     "※",        "*注",
                                         "*说明",    "日期:",    "负责人:",   "统计人",   "制表:",    "审核:",
                                         "填表:",    "校长:",    "班主任:",   "班主任签", "注1",      "备注1",
                                         "说明1",    "以下空白", "(以下空白", "此行以下", "以下无" };
    static const char *const alone[] = { "说明", "注", "备注", "附注", "填表说明", "以下" };
    const char *rest;

    for (size_t i = 0; i < COUNT(alone); i++) {
        if (strcmp(folded, alone[i]) == 0)
            return true;
    }
    return starts_with_any(folded, signs, COUNT(signs), &rest);
}

struct census {
    size_t filled, known, titles, first; /* first: index of the first filled cell */
    size_t single_characters;
};

/* A line drawn with the keyboard: ——————, ------, ====== (a single "-" means "nothing"). */
static bool is_ruled(const char *cell)
{
    static const char *const strokes[] = { "—", "-", "=", "_", "─", "━", "…", "*", "～" };
    size_t count = 0;

    while (*cell) {
        size_t i = 0;

        while (i < COUNT(strokes) && !text_starts(cell, strokes[i]))
            i++;
        if (i == COUNT(strokes))
            return false;
        cell += strlen(strokes[i]);
        count++;
    }
    return count >= 4;
}

static struct census count_row(const struct sheet *sheet, size_t row)
{
    struct census census = { .first = SIZE_MAX };

    for (size_t i = 0; i < sheet->grid->rows[row].count; i++) {
        CLEANUP(mem_clean) char *cell = clean_cell(grid_cell(sheet->grid, row, i));
        const struct column *column = i < sheet->column_count ? &sheet->columns[i] : NULL;

        if (!*cell || is_ruled(cell))
            continue;
        census.filled++;
        if (census.first == SIZE_MAX)
            census.first = i;
        census.single_characters = utf8_count(cell);
        census.known += column && column->field && strcmp(column->field, "-") != 0;
        if (column && column->field) {
            CLEANUP(mem_clean) char *folded = headers_title(cell);

            census.titles += *folded && text_ends(column->folded, folded);
        }
    }
    return census;
}

/* A row with one filled cell: a note or a date of signing, unless it is a name in its column. */
static bool is_lone_note(const struct sheet *sheet, const struct census *census, const char *cell)
{
    const struct column *column = census->first < sheet->column_count ? &sheet->columns[census->first] : NULL;
    struct date date;

    if (!column || !column->field || census->single_characters > 20)
        return true;
    if (text_ends(column->field, ".name") || text_ends(column->field, ".student") ||
        text_ends(column->field, ".mentor"))
        return census->single_characters > 8 || isdigit((unsigned char)*cell);
    return census->first == 0 || date_parse(&date, cell, NULL);
}

/* The second filled cell too: a subtotal may stand behind a running number or under the name. */
static bool subtotal_row(const struct sheet *sheet, size_t row)
{
    size_t looked = 0;

    for (size_t i = 0; i < sheet->grid->rows[row].count && looked < 3; i++) {
        CLEANUP(mem_clean) char *folded = clean_fold(grid_cell(sheet->grid, row, i));

        if (!*folded)
            continue;
        looked++;
        if (is_subtotal(folded))
            return true;
    }
    return false;
}

enum row_sort sheet_row_sort(const struct sheet *sheet, size_t row)
{
    const struct census census = count_row(sheet, row);
    CLEANUP(mem_clean) char *folded = NULL;

    if (census.filled == 0)
        return ROW_BLANK;
    folded = clean_fold(grid_cell(sheet->grid, row, census.first));
    if (census.titles >= 2 && census.titles * 2 >= census.filled)
        return ROW_HEADER;
    if (subtotal_row(sheet, row))
        return ROW_SUBTOTAL;
    if (is_note(folded) ||
        (census.filled == 1 && is_lone_note(sheet, &census, grid_cell(sheet->grid, row, census.first))))
        return ROW_NOTE;
    return census.known == 0 ? ROW_BLANK : ROW_DATA;
}
