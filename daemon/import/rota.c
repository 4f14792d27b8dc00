/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a rota: lists (a day, a post, names) and tables (days down and posts across, or posts down and days across). What a
 * row says of the day is narrowed by what its column says; each name becomes a duty. A week without dates is taken from
 * a line above the rows or from the title, "第7周" needs the first day of the term.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/people.h"
#include "import/records.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { LOOK_UP_MAX = 200 /* rows looked at for "第7周（10.12-10.16）" above days of the week */, NOTES_MAX = 20 };

/* -------------------------------------------------------------------------------------------- which columns are posts */

static bool is_field(const struct column *column, const char *field)
{
    return column->field && strcmp(column->field, field) == 0;
}

static bool holds_people(const struct column *column)
{
    return is_field(column, "rota.person") || is_field(column, "rota.leader") || is_field(column, "rota.at") ||
           is_field(column, "rota.day");
}

static bool is_colleague(const struct intake *intake, const struct known *known, const char *name)
{
    for (size_t i = 0; i < intake->staff_count; i++) {
        if (intake->staff[i].name && strcmp(intake->staff[i].name, name) == 0)
            return true;
    }
    for (size_t i = 0; known && i < known->staff_count; i++) {
        if (strcmp(known->staff[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool names_staff(const struct sheet *sheet, size_t column, const struct intake *intake,
                        const struct known *known)
{
    for (size_t row = sheet->first_row; row < sheet->grid->count; row++) {
        CLEANUP(mem_clean) char *cell = clean_cell(grid_cell(sheet->grid, row, column));
        CLEANUP(mem_clean) char *names = people_of(cell);
        char *rest = names, *name;

        while ((name = people_next(&rest))) {
            if (is_colleague(intake, known, name))
                return true;
        }
    }
    return false;
}

bool bind_posts(struct sheet *sheet, const struct intake *intake, const struct import_options *options)
{
    bool found = false;

    for (size_t i = 0; i < sheet->column_count; i++) {
        struct column *column = &sheet->columns[i];
        const struct column *before = i > 0 ? &sheet->columns[i - 1] : NULL;

        if ((column->field && !is_field(column, "rota.bus")) || !names_staff(sheet, i, intake, options->known))
            continue;
        if (*column->title) {
            column->field = "rota.at";
        } else if (before && holds_people(before)) { /* a second column below a merged header */
            column->field = before->field;
            column->span = before->span;
            free(column->title);
            free(column->folded);
            column->title = mem_dup(before->title);
            column->folded = mem_dup(before->folded);
        }
    }
    for (size_t i = 0; i < sheet->column_count; i++)
        found = found || holds_people(&sheet->columns[i]);
    return found;
}

/* Days or posts across: there a blank cell means nobody. */
static bool is_table(const struct sheet *sheet)
{
    return sheet_column(sheet, "rota.at", 0) >= 0 || sheet_column(sheet, "rota.day", 0) >= 0;
}

/* --------------------------------------------------------------------------------------------------------------- when */

/* "一", "1", "5.0" in a column of weekdays. */
static unsigned bare_weekday(const char *text)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *digits = date_digits(folded);
    CLEANUP(mem_clean) char *plain = NULL;

    if (strcmp(digits, "日") == 0 || strcmp(digits, "天") == 0)
        return 1u << 6;
    if (!clean_number(&plain, digits, NULL) || strlen(plain) != 1 || *plain < '1' || *plain > '7')
        return 0;
    return 1u << (*plain - '1');
}

static bool is_blank_cell(const struct reader *reader, int column)
{
    CLEANUP(mem_clean) char *cell = clean_cell(grid_cell(reader->sheet->grid, reader->row, (size_t)column));

    return !*cell;
}

static void read_weekday(struct reader *reader, struct span *span)
{
    const int column = reader_column(reader, "rota.weekday");
    const char *text = reader_cell(reader, column);
    struct span day = { .weekdays = bare_weekday(text) };

    if (!*text || (span->from.year && is_blank_cell(reader, column)))
        return; /* a cell merged with the one above says nothing against a date */
    if (!day.weekdays && !span_parse(&day, text, reader->options->today))
        reader_fault(reader, column, "\"%.40s\" is no weekday: write 周一 to 周日", text);
    else if (!span_join(span, &day))
        reader_fault(reader, column, "\"%.40s\" does not fit the date: mend one of them", text);
}

static void read_date(struct reader *reader, struct span *span)
{
    const int column = reader_column(reader, "rota.date");
    const char *text = reader_cell(reader, column);
    struct span when = { .week = 0 };

    if (!*text)
        return;
    if (span_parse(&when, text, reader->options->today))
        *span = when;
    else
        reader_fault(reader, column, "\"%.40s\" is no date, or not that day of the week: write 2026-09-14 or 9.14-9.20",
                     text);
}

static void read_week(struct reader *reader, struct span *span)
{
    const int column = reader_column(reader, "rota.week");
    const char *text = reader_cell(reader, column);
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    CLEANUP(mem_clean) char *digits = date_digits(folded);
    CLEANUP(mem_clean) char *plain = NULL;
    struct span week = { .week = 0 };

    if (!*text)
        return;
    if (clean_number(&plain, digits, NULL) && strlen(plain) <= 2 && strspn(plain, "0123456789") == strlen(plain))
        week.week = atoi(plain);
    if (!week.week && !span_parse(&week, text, reader->options->today))
        reader_fault(reader, column, "\"%.40s\" is no week: write 第3周, or the dates, e.g. 9.14-9.20", text);
    else if (!span_join(span, &week))
        reader_fault(reader, column, "\"%.40s\" does not fit the date: mend one of them", text);
}

/* The one filled cell of a row, cleaned; NULL when there are none or several. The caller frees. */
static char *lone_cell(const struct sheet *sheet, size_t row)
{
    char *lone = NULL;

    for (size_t i = 0; i < sheet->grid->rows[row].count; i++) {
        char *cell = clean_cell(grid_cell(sheet->grid, row, i));

        if (*cell && lone) {
            free(cell);
            free(lone);
            return NULL;
        }
        if (*cell)
            lone = cell;
        else
            free(cell);
    }
    return lone;
}

/* "第7周（10.12-10.16）" in a row of its own above this one, else in the title. The row is said by `*at`. */
static bool find_band(const struct reader *reader, struct span *span, size_t *at)
{
    const struct sheet *sheet = reader->sheet;

    for (size_t row = reader->row, looked = 0; row-- > 0 && looked < LOOK_UP_MAX; looked++) {
        CLEANUP(mem_clean) char *cell = NULL;

        if (row >= sheet->header_row && row < sheet->first_row)
            continue;
        cell = lone_cell(sheet, row);
        if (cell && span_find(span, cell, reader->options->today)) {
            *at = row;
            return true;
        }
    }
    return false;
}

/* Says it once of a line that stands for many rows. */
static void fault_band(struct reader *reader, size_t row, int week)
{
    const struct place place = { .file = reader->file, .row = (int)row + 1, .column = -1 };
    struct intake *intake = reader->intake;

    reader->faulty = true;
    for (size_t i = 0; i < intake->finding_count; i++) {
        const struct place *other = &intake->findings[i].place;

        if (other->file == place.file && other->row == place.row)
            return;
    }
    intake_add(intake, place, false,
               "第%d周: the first day of the term is not known: write the dates beside it, e.g. 9.14-9.20", week);
}

/* Days of the week and weeks of the term become dates where something says which. */
static void settle_week(struct reader *reader, struct span *span)
{
    const int column = reader_column(reader, "rota.week");
    struct span band = { .week = 0 };
    bool from_band = false;
    size_t row = 0;

    if (!span->from.year && !span->week && (from_band = find_band(reader, &band, &row)) && !span_join(span, &band)) {
        reader_fault(reader, reader_column(reader, "rota.weekday"), "this day is not in the week that row %zu names",
                     row + 1);
        return;
    }
    if (span->from.year || !span->week)
        return;
    if (reader->options->term_start.year) {
        struct span week = { .week = span->week };

        span_set_week(&week, reader->options->term_start);
        span_join(span, &week);
    } else if (from_band) {
        fault_band(reader, row, span->week);
    } else {
        reader_fault(reader, column >= 0 ? column : reader_column(reader, "rota.date"),
                     "第%d周: the first day of the term is not known: write the dates, e.g. 9.14-9.20", span->week);
    }
}

static struct span read_when(struct reader *reader)
{
    struct span span = { .week = 0 };
    const bool across = sheet_column(reader->sheet, "rota.day", 0) >= 0;
    int column = reader_column(reader, "rota.date");

    read_date(reader, &span);
    read_weekday(reader, &span);
    read_week(reader, &span);
    if (!reader->faulty && !across)
        settle_week(reader, &span);
    if (column < 0)
        column = reader_column(reader, "rota.weekday");
    if (!reader->faulty && !across && !span.weekdays && !span.from.year)
        reader_fault(reader, column, "the day is missing: write 2026-09-14 or 周一");
    return span;
}

/* -------------------------------------------------------------------------------------------------------- who and where */

/* "7:30-次日7:30" in a text; NULL. The caller frees. */
static char *times_in(const char *text)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    const char *colon = strchr(folded, ':');
    const char *start;

    while (colon && (colon == folded || !isdigit((unsigned char)colon[-1]) || !isdigit((unsigned char)colon[1])))
        colon = strchr(colon + 1, ':');
    if (!colon || !strchr(colon + 1, ':'))
        return NULL;
    for (start = colon; start > folded && isdigit((unsigned char)start[-1]);)
        start--;
    return mem_dup(start);
}

/* Times of day in a line like 值班时间：7:30至次日7:30, from one row to another; NULL. Kept by the intake. */
static const char *shift_between(struct reader *reader, size_t from, size_t to)
{
    for (size_t row = from; row < to; row++) {
        CLEANUP(mem_clean) char *cell = lone_cell(reader->sheet, row);
        CLEANUP(mem_clean) char *times = cell && (strstr(cell, "时间") || strstr(cell, "时段")) ? times_in(cell) : NULL;

        if (times)
            return intake_keep(reader->intake, times);
    }
    return NULL;
}

/* Above the table or below it: the hours of all rows that say nothing themselves. */
static const char *common_shift(struct reader *reader)
{
    const struct sheet *sheet = reader->sheet;
    const size_t rows = sheet->grid->count, first = sheet->first_row;
    const size_t below = rows > first + NOTES_MAX ? rows - NOTES_MAX : first;
    const char *above = shift_between(reader, 0, sheet->header_row);

    return above ? above : shift_between(reader, below, rows);
}

/* What a post is called: "leader" and "duty" by the words of headers.csv, else as the sheet has it, without times in brackets. */
static const char *post_of(struct reader *reader, const char *text)
{
    CLEANUP(mem_clean) char *folded = headers_title(text);
    CLEANUP(mem_clean) char *plain = headers_without_note(folded);
    CLEANUP(mem_clean) char *line = clean_line(text);
    const char *field = headers_field(reader->options->headers, SHEET_ROTA, plain ? plain : folded);
    CLEANUP(mem_clean) char *times = times_in(text);
    char *bracket = strstr(line, "（");

    if (field && strcmp(field, "rota.leader") == 0)
        return "leader";
    if (field && strcmp(field, "rota.person") == 0)
        return "duty";
    bracket = bracket ? bracket : strchr(line, '(');
    if (times && bracket && bracket > line)
        *bracket = '\0';
    return intake_keep(reader->intake, text_trim(line));
}

static void add_duty(struct reader *reader, struct intake_rota rota, const char *name)
{
    struct intake *intake = reader->intake;
    CLEANUP(mem_clean) char *clean = NULL;
    struct error err;

    if (!clean_name(&clean, name, &err)) {
        reader_fault(reader, rota.place.column, "%s", err.text);
        return;
    }
    rota.person = intake_keep(intake, clean);
    intake->rota = mem_grow(intake->rota, intake->rota_count + 1, sizeof *intake->rota);
    intake->rota[intake->rota_count++] = rota;
}

/* What the row says, narrowed by its column. False, with the fault, when no day fits both. */
static bool narrow(struct reader *reader, struct intake_rota *rota, int column)
{
    const struct column *head = &reader->sheet->columns[column];

    if (is_field(head, "rota.day")) {
        if (!span_join(&rota->span, &head->span))
            return reader_fault(reader, column, "no day is both what the row and the column say: mend one of them");
        settle_week(reader, &rota->span);
    } else if (!is_field(head, "rota.person") || !rota->post) {
        CLEANUP(mem_clean) char *times = times_in(head->title);

        rota->post = post_of(reader, head->title);
        rota->shift = times && !rota->shift ? intake_keep(reader->intake, times) : rota->shift;
    }
    return true;
}

static bool is_off(const struct reader *reader, const char *text)
{
    CLEANUP(mem_clean) char *folded = headers_fold(text);

    return reader_none(reader, text, NULL) || headers_value(reader->options->headers, "value.off", folded);
}

/* One cell of names; tells whether it says something. */
static bool read_people(struct reader *reader, struct intake_rota rota, int column)
{
    const char *text = reader_cell(reader, column);
    const struct cell *cell = &reader->cells[column];
    CLEANUP(mem_clean) char *names = people_of(text);
    char *rest = names, *name;

    rota.place = rota.person_place = reader_place(reader, column);
    if (cell->bad || cell->inherited)
        return true;
    if (!*text || is_off(reader, text))
        return *text != '\0';
    if (!narrow(reader, &rota, column))
        return true;
    while ((name = people_next(&rest)))
        add_duty(reader, rota, name);
    return true;
}

/* Of the row, of its post ("门岗（7:00-8:00）"), else of the whole sheet. */
static const char *shift_of(struct reader *reader, const char *post)
{
    const char *shift = reader_keep(reader, "rota.shift");
    CLEANUP(mem_clean) char *times = !shift && post ? times_in(post) : NULL;

    if (!shift && times)
        shift = intake_keep(reader->intake, times);
    return shift ? shift : common_shift(reader);
}

void read_rota_row(struct reader *reader)
{
    const struct sheet *sheet = reader->sheet;
    const bool table = is_table(sheet);
    struct intake_rota rota = { .span = read_when(reader) };
    const char *post = reader_keep(reader, "rota.post");
    int first = -1;
    bool said = false;

    rota.post = post ? post_of(reader, post) : NULL;
    rota.shift = shift_of(reader, post);
    for (int leaders = 1; leaders >= 0; leaders--) { /* the leader first */
        for (size_t i = 0; i < sheet->column_count; i++) {
            const bool leader = is_field(&sheet->columns[i], "rota.leader");

            if (!holds_people(&sheet->columns[i]) || leader != (leaders == 1))
                continue;
            first = first < 0 || !leader ? (int)i : first;
            said |= read_people(reader, rota, (int)i) && (table || !leader);
        }
    }
    if (!said && table)
        reader_warn(reader, -1, "nobody is on duty");
    else if (!said)
        reader_fault(reader, first, "nobody is named: write who is on duty");
}
