/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the table in a grid: its header and kind; see sheet.h. */
#include "import/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/sheet_internal.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Words that only group columns below them: 父亲信息 over 姓名 means 父亲姓名. */
static const char *const group_words[] = { "基本信息", "基本情况", "信息", "情况", "资料", "登记" };

/* The parts by which a kind of sheet is known: alternatives separated by |; every part must be there. */
static const struct {
    const char *parts[3];
    int prefer; /* when equally many headers fit */
} kinds[] = {
    [SHEET_STUDENTS] = { { "student.name" }, 1 },
    [SHEET_CONTACTS] = { { "contact.student", "contact.relation|contact.name", "contact.relation|contact.phone" }, 2 },
    [SHEET_STAFF] = { { "staff.name", "staff.role|staff.no" }, 3 },
    [SHEET_PAIRINGS] = { { "pairing.mentor|pairing.partner", "pairing.student" }, 4 },
    [SHEET_ROTA] = { { "rota.person|rota.leader|rota.at|rota.day", "rota.date|rota.weekday|rota.week|rota.day" }, 5 },
};
_Static_assert(COUNT(kinds) == SHEET_KINDS, "each kind of sheet has its row");

/* ------------------------------------------------------------------------------------------------ one header text */

static const char *field_of(const struct headers *headers, enum sheet_kind kind, const char *folded)
{
    const char *field = *folded ? headers_field(headers, kind, folded) : NULL;
    CLEANUP(mem_clean) char *plain = NULL;

    if (field || !*folded)
        return field;
    plain = headers_without_note(folded);
    return plain ? headers_field(headers, kind, plain) : NULL;
}

static bool same_entity(const char *a, const char *b)
{
    const size_t length = strcspn(a, ".");

    return strncmp(a, b, length) == 0 && b[length] == a[length];
}

static char *without_group(const char *folded)
{
    char *text = mem_dup(folded);

    for (size_t i = 0; i < COUNT(group_words); i++) {
        if (text_ends(text, group_words[i])) {
            text[strlen(text) - strlen(group_words[i])] = '\0';
            break;
        }
    }
    return text;
}

/* A header of two rows. The words it was found by go to `*found` (the caller frees); `*group_only`: the upper cell adds
 * nothing to what the lower one means, so that a clerk would call the column by the lower one. */
static const char *field_of_two(const struct headers *headers, enum sheet_kind kind, const char *top,
                                const char *bottom, char **found, bool *group_only)
{
    CLEANUP(mem_clean) char *group = without_group(top);
    const char *field, *above;

    if (!*bottom || !*top) {
        *found = mem_dup(*bottom ? bottom : top);
        return field_of(headers, kind, *found);
    }
    *found = mem_format("%s%s", group, bottom);
    field = *group ? field_of(headers, kind, *found) : NULL;
    if (field) {
        const char *alone = field_of(headers, kind, bottom);

        *group_only = alone && strcmp(alone, field) == 0;
        return field;
    }
    free(*found);
    *found = mem_dup(bottom);
    above = *group ? field_of(headers, kind, group) : NULL;
    field = field_of(headers, kind, bottom);
    *group_only = true;
    return !field || !above || strcmp(above, "-") == 0 || same_entity(above, field) ? field : NULL;
}

/* -------------------------------------------------------------------------------------------------- a header's rows */

static size_t width_of(const struct grid *grid, size_t row, size_t depth)
{
    size_t width = 0;

    for (size_t i = row; i < row + depth && i < grid->count; i++)
        width = grid->rows[i].count > width ? grid->rows[i].count : width;
    return width;
}

/* What stands over the cells of the lowest row: merged cells reach to the right over cells that the lowest row fills. */
struct reach {
    const char *top, *middle; /* raw */
};

static const char *reach_over(struct reach *reach, const struct grid *grid, size_t row, size_t depth, size_t column)
{
    CLEANUP(mem_clean) char *top = clean_title(grid_cell(grid, row, column));
    CLEANUP(mem_clean) char *middle = clean_title(depth == 3 ? grid_cell(grid, row + 1, column) : "");
    CLEANUP(mem_clean) char *bottom = clean_title(depth > 1 ? grid_cell(grid, row + depth - 1, column) : "");

    if (*top)
        *reach = (struct reach){ grid_cell(grid, row, column), "" };
    else if (!*bottom && !*middle)
        *reach = (struct reach){ "", "" };
    if (*middle)
        reach->middle = grid_cell(grid, row + 1, column);
    if (depth == 1)
        return grid_cell(grid, row, column);
    return *reach->middle ? reach->middle : reach->top;
}

/* Titles of two rows; of three, the lower two, or the first where they are blank (cells merged downwards). */
static void read_titles(struct column *columns, size_t width, const struct grid *grid, size_t row, size_t depth,
                        char **tops, char **bottoms)
{
    struct reach reach = { "", "" };

    for (size_t i = 0; i < width; i++) {
        CLEANUP(mem_clean) char *top = clean_title(reach_over(&reach, grid, row, depth, i));
        CLEANUP(mem_clean) char *bottom = clean_title(depth > 1 ? grid_cell(grid, row + depth - 1, i) : "");

        tops[i] = headers_title(top);
        bottoms[i] = headers_title(bottom);
        columns[i].title = mem_format("%s%s", top, bottom);
    }
}

/* Whether the phone or relation header says nothing of whose it is. */
static bool is_bare(const char *folded, const char *what)
{
    static const char *const bare[] = { "联系电话", "电话",       "手机",  "手机号",   "手机号码",
                                        "联系方式", "电话号码",   "phone", "mobile",   "tel",
                                        "关系",     "与学生关系", "称谓",  "relation", NULL };

    (void)what;
    for (size_t i = 0; bare[i]; i++) {
        if (strcmp(folded, bare[i]) == 0)
            return true;
    }
    return false;
}

static size_t count_bare(const struct sheet *sheet, const char *field)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct column *column = &sheet->columns[i];

        count += column->field && strcmp(column->field, field) == 0 && is_bare(column->folded, field);
    }
    return count;
}

static bool is_contact_name(const char *field)
{
    return field && text_ends(field, ".name") && !text_starts(field, "student.");
}

static size_t count_contact_names(const struct sheet *sheet)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->column_count; i++)
        count += is_contact_name(sheet->columns[i].field);
    return count;
}

/* 父亲姓名 | 联系电话 | 母亲姓名 | 联系电话: a bare header belongs to the name before it. */
static void bind_bare(struct sheet *sheet, const char *field)
{
    const bool several = count_bare(sheet, field) > 1;
    const bool alone = count_contact_names(sheet) == 1;
    const char *dot = strchr(field, '.');
    const char *entity = NULL;

    for (size_t i = 0; i < sheet->column_count; i++) {
        struct column *column = &sheet->columns[i];
        char *bound;

        if (is_contact_name(column->field))
            entity = column->field;
        else if (!column->field || text_starts(column->field, "student."))
            entity = NULL;
        if (!entity || !(several || alone) || !column->field || strcmp(column->field, field) != 0 ||
            !is_bare(column->folded, field))
            continue;
        bound = mem_format("%.*s%s", (int)strcspn(entity, "."), entity, dot);
        if (sheet_column(sheet, bound, 0) >= 0) {
            free(bound);
            continue;
        }
        free(column->own);
        column->field = column->own = bound;
    }
}

/* Which of several number columns is the school-wide key: smaller is better. */
static int key_rank(const char *folded)
{
    static const char *const order[] = { "全国学籍号", "学籍号", "学号", "学生编号", "编号", "学籍辅号", "班内学号" };

    for (size_t i = 0; i < COUNT(order); i++) {
        if (strcmp(folded, order[i]) == 0)
            return (int)i;
    }
    return 3;
}

/* Only the best number column is the key; a number inside the class alone is none. */
static void choose_key(struct sheet *sheet)
{
    struct column *best = NULL;

    for (size_t i = 0; i < sheet->column_count; i++) {
        struct column *column = &sheet->columns[i];

        if (!column->field || strcmp(column->field, "student.no") != 0)
            continue;
        column->field = "-";
        if (key_rank(column->folded) < 5 && (!best || key_rank(column->folded) < key_rank(best->folded)))
            best = column;
    }
    if (best)
        best->field = "student.no";
}

static void columns_free(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->column_count; i++) {
        free(sheet->columns[i].title);
        free(sheet->columns[i].folded);
        free(sheet->columns[i].own);
    }
    free(sheet->columns);
    sheet->columns = NULL;
    sheet->column_count = 0;
}

/* Reads the header at `row` of `depth` rows as a kind of sheet. */
static void map_columns(struct sheet *sheet, const struct headers *headers, size_t row, size_t depth,
                        enum sheet_kind kind)
{
    const size_t width = width_of(sheet->grid, row, depth);
    char **tops = mem_new(width + 1, sizeof *tops);
    char **bottoms = mem_new(width + 1, sizeof *bottoms);

    columns_free(sheet);
    sheet->columns = mem_new(width + 1, sizeof *sheet->columns);
    sheet->column_count = width;
    sheet->header_row = row;
    sheet->first_row = row + depth;
    sheet->kind = kind;
    read_titles(sheet->columns, width, sheet->grid, row, depth, tops, bottoms);
    for (size_t i = 0; i < width; i++) {
        struct column *column = &sheet->columns[i];
        bool group_only = false;

        column->field = field_of_two(headers, kind, tops[i], bottoms[i], &column->folded, &group_only);
        if (column->field && group_only) {
            free(column->title);
            column->title = clean_title(grid_cell(sheet->grid, row + depth - 1, i));
        }
        if (!column->field && kind == SHEET_ROTA)
            column->field = sheet_rota_field(headers, column->folded, column->title, sheet->today, &column->span);
        free(tops[i]);
        free(bottoms[i]);
    }
    free(tops);
    free(bottoms);
    if (kind == SHEET_ROTA)
        sheet_rota_bind(sheet);
}

/* ------------------------------------------------------------------------------------------- which row, which kind */

/* How many different fields the header gives. */
static size_t count_fields(const struct sheet *sheet)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->column_count; i++) {
        const char *field = sheet->columns[i].field;

        count += field && strcmp(field, "-") != 0 && sheet_column(sheet, field, 0) == (int)i;
        /* number and name of the student, both, say more than one of them */
        count += field && strcmp(field, "contact.student") == 0 && sheet_column(sheet, field, 0) != (int)i;
    }
    return count;
}

struct found {
    size_t row, depth, count;
    enum sheet_kind kind;
};

/* A title above a header gives no more fields than the header alone. */
static bool is_title_over(const struct found *best, size_t row, size_t depth)
{
    return best->count > 0 && best->depth == depth + 1 && row == best->row + 1;
}

/* The header with most known words, over all rows and depths, read as any kind (or one). */
static struct found find_header(struct sheet *scratch, const struct headers *headers, int as)
{
    struct found best = { 0 };
    const size_t rows = scratch->grid->count < SHEET_HEADER_ROWS_MAX ? scratch->grid->count : SHEET_HEADER_ROWS_MAX;

    for (size_t row = 0; row < rows; row++) {
        for (size_t depth = 1; depth <= SHEET_HEADER_DEPTH_MAX && row + depth <= scratch->grid->count; depth++) {
            for (int kind = 0; kind < SHEET_KINDS; kind++) {
                size_t count;

                if (as >= 0 && kind != as)
                    continue;
                map_columns(scratch, headers, row, depth, (enum sheet_kind)kind);
                count = count_fields(scratch);
                if (count > best.count || (count == best.count && is_title_over(&best, row, depth)))
                    best = (struct found){ row, depth, count, (enum sheet_kind)kind };
            }
        }
    }
    return best;
}

static bool has_any(const struct sheet *sheet, const char *alternatives)
{
    CLEANUP(mem_clean) char *copy = mem_dup(alternatives);
    char *rest = copy;
    char *field;

    while ((field = strsep(&rest, "|"))) {
        if (sheet_column(sheet, field, 0) >= 0)
            return true;
    }
    return false;
}

static bool fits(const struct sheet *sheet, enum sheet_kind kind)
{
    for (size_t i = 0; i < COUNT(kinds[kind].parts) && kinds[kind].parts[i]; i++) {
        if (!has_any(sheet, kinds[kind].parts[i]))
            return false;
    }
    return true;
}

/* Says of a child more than who it is: then the sheet is a roster, not a list of contacts. */
static bool is_roster(const struct sheet *sheet)
{
    static const char *const plain[] = { "student.no",         "student.name",  "student.class",  "student.grade",
                                         "student.remark",     "guardian.name", "guardian.phone", "guardian.relation",
                                         "guardian.education", "contact2.phone" };

    for (size_t i = 0; i < sheet->column_count; i++) {
        const char *field = sheet->columns[i].field;
        bool known = !field || strcmp(field, "-") == 0;

        for (size_t j = 0; j < COUNT(plain) && !known; j++)
            known = strcmp(field, plain[j]) == 0;
        if (!known)
            return true;
    }
    return false;
}

/* A list of contacts has 姓名 for the contact; where another column names the contact, 姓名 is the child. */
static void bind_child_name(struct sheet *sheet)
{
    int child = -1, others = 0;

    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct column *column = &sheet->columns[i];

        if (!column->field || strcmp(column->field, "contact.name") != 0)
            continue;
        if (strcmp(column->folded, "姓名") == 0 || strcmp(column->folded, "name") == 0)
            child = (int)i;
        else
            others++;
    }
    if (child >= 0 && others > 0)
        sheet->columns[child].field = "contact.student";
}

static size_t count_of(const struct sheet *sheet, const char *field)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->column_count; i++)
        count += sheet->columns[i].field && strcmp(sheet->columns[i].field, field) == 0;
    return count;
}

/* Number, class and a guardian (not "a contact") of each child: what a class teacher's roster has. */
static bool has_roster_words(const struct sheet *sheet)
{
    const int guardian = sheet_column(sheet, "guardian.name", 0);
    const char *folded = guardian >= 0 ? sheet->columns[guardian].folded : "";

    return sheet_column(sheet, "student.no", 0) >= 0 && sheet_column(sheet, "student.class", 0) >= 0 &&
           (strstr(folded, "监护") || strstr(folded, "家长") || strstr(folded, "guardian") || strstr(folded, "parent"));
}

static enum sheet_kind choose_kind(struct sheet *sheet, const struct headers *headers, struct found found, bool *ok)
{
    size_t counts[SHEET_KINDS] = { 0 };
    int best = -1;
    bool roster = true;

    for (int kind = 0; kind < SHEET_KINDS; kind++) {
        map_columns(sheet, headers, found.row, found.depth, (enum sheet_kind)kind);
        counts[kind] = fits(sheet, (enum sheet_kind)kind) ? count_fields(sheet) : 0;
        if (kind == SHEET_STUDENTS) {
            roster = is_roster(sheet);
            sheet->rather_roster = has_roster_words(sheet);
        }
        if (kind == SHEET_CONTACTS) /* 姓名 beside 监护人姓名 is the child, as in a roster */
            sheet->rather_roster = sheet->rather_roster || count_of(sheet, "contact.name") > 1;
        if (counts[kind] > 0 && (best < 0 || counts[kind] > counts[best] ||
                                 (counts[kind] == counts[best] && kinds[kind].prefer > kinds[best].prefer)))
            best = kind;
    }
    /* pupils with numbers and their partners make a roster; what it says is the same either way */
    map_columns(sheet, headers, found.row, found.depth, SHEET_STUDENTS);
    if (best == SHEET_PAIRINGS && counts[SHEET_STUDENTS] && sheet_column(sheet, "peer.name", 0) >= 0 &&
        sheet_column(sheet, "student.no", 0) >= 0 && sheet_column(sheet, "mentor.name", 0) < 0)
        best = SHEET_STUDENTS;
    *ok = best >= 0;
    sheet->maybe_contacts = counts[SHEET_STUDENTS] && counts[SHEET_CONTACTS] && !roster &&
                            (best == SHEET_STUDENTS || best == SHEET_CONTACTS) &&
                            counts[SHEET_STUDENTS] >= counts[SHEET_CONTACTS];
    return sheet->maybe_contacts ? SHEET_STUDENTS : (enum sheet_kind)(best < 0 ? 0 : best);
}

/* "headers 学生姓名, 联系人, 关系": the first known ones. */
static char *reason(const struct sheet *sheet)
{
    struct text text = { 0 };
    size_t named = 0;

    for (size_t i = 0; i < sheet->column_count && named < 5; i++) {
        const char *field = sheet->columns[i].field;

        if (!field || strcmp(field, "-") == 0)
            continue;
        text_add_format(&text, "%s%s", named++ ? ", " : "headers ", sheet->columns[i].title);
    }
    return text_take(&text);
}

bool sheet_bind(struct sheet *sheet, const struct headers *headers, enum sheet_kind kind)
{
    const size_t row = sheet->header_row, depth = sheet->first_row - sheet->header_row;

    map_columns(sheet, headers, row, depth, kind);
    if (kind == SHEET_STUDENTS) {
        choose_key(sheet);
        bind_bare(sheet, "guardian.phone");
        bind_bare(sheet, "guardian.relation");
    }
    if (kind == SHEET_CONTACTS)
        bind_child_name(sheet);
    sheet_look_up(sheet);
    sheet_look_down(sheet);
    return fits(sheet, kind);
}

/* A rota by --as whose posts nobody knows: by their cells they may be found later (bind_posts()). */
static bool may_have_posts(const struct sheet *sheet, int as)
{
    return as == SHEET_ROTA && has_any(sheet, kinds[SHEET_ROTA].parts[1]);
}

bool sheet_recognise(struct sheet *out, const struct grid *grid, const struct headers *headers, int as,
                     struct date today, struct error *err)
{
    struct sheet sheet = { .grid = grid, .today = today };
    struct found found = find_header(&sheet, headers, as);
    bool ok = found.count >= 2 || (as >= 0 && found.count == 1);
    enum sheet_kind kind;

    if (!ok) {
        sheet_free(&sheet);
        return error_set(
            err,
            "no header row found in the first %d rows: write the headers (姓名, 班级, 联系电话 …) in one row "
            "above the table",
            SHEET_HEADER_ROWS_MAX);
    }
    kind = as >= 0 ? (enum sheet_kind)as : choose_kind(&sheet, headers, found, &ok);
    sheet.header_row = found.row;
    sheet.first_row = found.row + found.depth;
    ok = (sheet_bind(&sheet, headers, kind) || may_have_posts(&sheet, as)) && ok;
    if (!ok) {
        CLEANUP(mem_clean) char *seen = reason(&sheet);

        error_set(err, "row %zu: these headers make no sheet of %s (%s): add the missing column or give --as KIND",
                  found.row + 1, as >= 0 ? sheet_kind_name(kind) : "a known kind", *seen ? seen : "none is known");
        sheet_free(&sheet);
        return false;
    }
    sheet.guessed_by = as >= 0 ? mem_dup("--as") : reason(&sheet);
    *out = sheet;
    return true;
}

void sheet_free(struct sheet *sheet)
{
    columns_free(sheet);
    free(sheet->guessed_by);
    free(sheet->class_text);
    *sheet = (struct sheet){ 0 };
}

int sheet_column(const struct sheet *sheet, const char *field, size_t from)
{
    for (size_t i = from; i < sheet->column_count; i++) {
        if (sheet->columns[i].field && strcmp(sheet->columns[i].field, field) == 0)
            return (int)i;
    }
    return -1;
}

/* Whether another column has the header already. */
static bool has_header(const struct sheet *sheet, const char *folded)
{
    for (size_t i = 0; i < sheet->column_count; i++) {
        if (sheet->columns[i].field && strcmp(sheet->columns[i].folded, folded) == 0)
            return true;
    }
    return false;
}

char *sheet_unknown(const struct sheet *sheet, const struct headers *headers)
{
    struct text text = { 0 };

    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct column *column = &sheet->columns[i];
        const char *near;

        if (column->field || !*column->title)
            continue;
        near = headers_near(headers, sheet->kind, column->folded);
        text_add_format(&text, "%s%s", text.length ? ", " : "", column->title);
        if (near && !has_header(sheet, near))
            text_add_format(&text, " (did you mean %s?)", near);
    }
    if (text.length == 0) {
        text_free(&text);
        return NULL;
    }
    return text_take(&text);
}
