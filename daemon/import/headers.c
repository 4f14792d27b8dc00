/* SPDX-License-Identifier: Apache-2.0 */
/* The words of registers; see headers.h. */
#include "import/headers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/clean.h"
#include "import/encoding.h"
#include "import/grid.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char *const kind_names[] = {
    [SHEET_STUDENTS] = "students", [SHEET_CONTACTS] = "contacts", [SHEET_STAFF] = "staff",
    [SHEET_PAIRINGS] = "pairings", [SHEET_ROTA] = "rota",
};
_Static_assert(COUNT(kind_names) == SHEET_KINDS, "each kind of sheet has its name");

/* Entities of headers.csv whose headers stand in a kind of sheet. */
static const char *const entities[][3] = {
    [SHEET_STUDENTS] = { "student", "student.wide" },
    [SHEET_CONTACTS] = { "contact" },
    [SHEET_STAFF] = { "staff" },
    [SHEET_PAIRINGS] = { "pairing" },
    [SHEET_ROTA] = { "rota" },
};

struct word {
    char *folded;
    const char *entity, *key; /* in the pool */
    size_t order;             /* of the file: the earlier wins */
};

struct headers {
    struct word *words;    /* sorted by folded, order */
    size_t count, longest; /* bytes of the longest word */
    char **pool;
    size_t pooled;
};

const char *sheet_kind_name(enum sheet_kind kind)
{
    return kind_names[kind];
}

enum { LOOKALIKE_BYTES = 3 }; /* all of them in UTF-8 */

/* Traditional characters of headers and values, and those that are mistaken for others, as registers in simplified ones
 * have them. For comparison only: what is stored keeps its characters. */
static const struct {
    const char *from, *to;
} lookalikes[] = {
    { "國", "国" }, { "學", "学" }, { "號", "号" }, { "監", "监" }, { "護", "护" }, { "電", "电" }, { "話", "话" },
    { "與", "与" }, { "關", "关" }, { "係", "系" }, { "糸", "系" }, { "聯", "联" }, { "繫", "系" }, { "備", "备" },
    { "註", "注" }, { "級", "级" }, { "別", "别" }, { "兒", "儿" }, { "曰", "日" }, { "齡", "龄" }, { "類", "类" },
    { "親", "亲" }, { "職", "职" }, { "務", "务" }, { "師", "师" }, { "帶", "带" }, { "領", "领" }, { "導", "导" },
    { "長", "长" }, { "機", "机" }, { "門", "门" }, { "崗", "岗" }, { "間", "间" }, { "週", "周" }, { "爺", "爷" },
    { "媽", "妈" }, { "嬸", "婶" }, { "孫", "孙" }, { "戶", "户" }, { "區", "区" }, { "業", "业" }, { "時", "时" },
    { "員", "员" }, { "結", "结" }, { "對", "对" }, { "幫", "帮" }, { "單", "单" }, { "雙", "双" }, { "絡", "络" },
};

/* Hands over what is left of `text`. */
static char *simplified(struct text *text)
{
    struct text out = { 0 };

    for (const char *at = text->data ? text->data : ""; *at;) {
        const char *from = at;
        size_t i = 0;

        utf8_next(&at);
        while (at - from == LOOKALIKE_BYTES && i < COUNT(lookalikes) &&
               memcmp(from, lookalikes[i].from, LOOKALIKE_BYTES) != 0)
            i++;
        if (at - from == LOOKALIKE_BYTES && i < COUNT(lookalikes))
            text_add(&out, lookalikes[i].to);
        else
            text_add_n(&out, from, (size_t)(at - from));
    }
    text_free(text);
    return text_take(&out);
}

char *headers_fold(const char *text)
{
    CLEANUP(mem_clean) char *folded = clean_fold(text);
    struct text out = { 0 };

    for (const char *at = folded; *at; at++) {
        if (!strchr("*_:'\"", *at))
            text_add_char(&out, (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at));
    }
    return simplified(&out);
}

char *headers_title(const char *text)
{
    static const char *const marks[] = {
        "-", "/", "\\", ".", "、", "·", "【", "】", "[", "]", "—", "~", "|", "。", "※"
    };
    CLEANUP(mem_clean) char *folded = headers_fold(text);
    struct text out = { 0 };

    for (const char *at = folded; *at;) {
        size_t i = 0;

        while (i < COUNT(marks) && !text_starts(at, marks[i]))
            i++;
        if (i < COUNT(marks))
            at += strlen(marks[i]);
        else
            text_add_char(&out, *at++);
    }
    return text_take(&out);
}

static const char *keep(struct headers *headers, const char *text)
{
    headers->pool = mem_grow(headers->pool, headers->pooled + 1, sizeof *headers->pool);
    return headers->pool[headers->pooled++] = mem_dup(text);
}

static void add_words(struct headers *headers, const char *entity, const char *key, const char *list)
{
    CLEANUP(mem_clean) char *copy = mem_dup(list);
    char *rest = copy;
    char *word;

    while ((word = strsep(&rest, "|"))) {
        char *folded = text_starts(entity, "value.") ? headers_fold(word) : headers_title(word);

        if (!*folded) {
            free(folded);
            continue;
        }
        headers->words = mem_grow(headers->words, headers->count + 1, sizeof *headers->words);
        headers->words[headers->count] = (struct word){ folded, entity, key, headers->count };
        headers->count++;
        headers->longest = strlen(folded) > headers->longest ? strlen(folded) : headers->longest;
    }
}

static int compare(const void *left, const void *right)
{
    const struct word *a = left, *b = right;
    const int order = strcmp(a->folded, b->folded);

    if (order != 0)
        return order;
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool take_row(struct headers *headers, const struct grid *grid, size_t row, struct error *err)
{
    const char *entity = grid_cell(grid, row, 0);
    const char *key = grid_cell(grid, row, 1);

    if (grid->rows[row].count == 0 || entity[0] == '#' || strcmp(entity, "entity") == 0)
        return true;
    if (!*entity || !*key || grid->rows[row].count < 3)
        return error_set(err, "a row needs entity, key and headers: write e.g. student,student.no,学籍号");
    entity = keep(headers, entity);
    key = keep(headers, key);
    add_words(headers, entity, key, grid_cell(grid, row, 2));
    add_words(headers, entity, key, grid_cell(grid, row, 3));
    return true;
}

/* `name` is for messages. */
static struct headers *parse(const char *name, const char *text, size_t length, struct error *err)
{
    struct headers *headers = mem_new(1, sizeof *headers);
    struct text decoded = { 0 };
    struct grid grid = { 0 };
    enum encoding encoding;
    size_t row = 0;
    bool ok =
        encoding_decode(&decoded, &encoding, text, length, err) && grid_parse(&grid, decoded.data, decoded.length, err);

    text_free(&decoded);
    if (!ok)
        error_at(err, name, 0);
    for (; ok && row < grid.count; row++) {
        if (!take_row(headers, &grid, row, err))
            ok = error_at(err, name, (int)row + 1);
    }
    grid_free(&grid);
    if (ok) {
        qsort(headers->words, headers->count, sizeof *headers->words, compare);
        return headers;
    }
    headers_free(headers);
    return NULL;
}

struct headers *headers_load(const char *path, struct error *err)
{
    FILE *file = fopen(path, "re");
    struct headers *headers = NULL;
    struct text text = { 0 };
    char chunk[4096];
    size_t got;

    if (!file) {
        error_set(err, "%s: %s: copy conf/headers.csv there", path, strerror(errno));
        return NULL;
    }
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 && text.length <= IMPORT_BYTES_MAX)
        text_add_n(&text, chunk, got);
    fclose(file);
    if (text.length == 0)
        error_set(err, "%s: empty: copy conf/headers.csv there", path);
    else
        headers = parse(path, text.data, text.length, err);
    text_free(&text);
    return headers;
}

void headers_free(struct headers *headers)
{
    if (!headers)
        return;
    for (size_t i = 0; i < headers->count; i++)
        free(headers->words[i].folded);
    for (size_t i = 0; i < headers->pooled; i++)
        free(headers->pool[i]);
    free(headers->words);
    free(headers->pool);
    free(headers);
}

/* The first word (in the file's order) that is `folded` and belongs to `entity`. */
static const struct word *find(const struct headers *headers, const char *entity, const char *folded)
{
    size_t low = 0, high = headers->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (strcmp(headers->words[middle].folded, folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < headers->count && strcmp(headers->words[low].folded, folded) == 0; low++) {
        if (strcmp(headers->words[low].entity, entity) == 0)
            return &headers->words[low];
    }
    return NULL;
}

static bool is_of(const struct word *word, enum sheet_kind kind)
{
    for (size_t i = 0; i < COUNT(entities[kind]) && entities[kind][i]; i++) {
        if (strcmp(word->entity, entities[kind][i]) == 0)
            return true;
    }
    return false;
}

const char *headers_field(const struct headers *headers, enum sheet_kind kind, const char *folded)
{
    const struct word *running = find(headers, "student", folded);

    for (size_t i = 0; i < COUNT(entities[kind]) && entities[kind][i]; i++) {
        const struct word *word = find(headers, entities[kind][i], folded);

        if (word)
            return word->key;
    }
    return running && strcmp(running->key, "-") == 0 ? running->key : NULL;
}

/* The header nearest to one that nobody knows, of those that the sheet does not have yet. */
const char *headers_near(const struct headers *headers, enum sheet_kind kind, const char *folded)
{
    const size_t length = utf8_count(folded), most = length >= 6 ? 2 : 1;
    const struct word *near = NULL;
    size_t best = most + 1;

    for (size_t i = 0; length >= 3 && i < headers->count; i++) {
        const struct word *word = &headers->words[i];
        size_t distance;

        if (!is_of(word, kind) || utf8_count(word->folded) < 3)
            continue;
        distance = text_distance(word->folded, folded);
        if (distance < best) {
            best = distance;
            near = word;
        }
    }
    return near ? near->folded : NULL;
}

char *headers_without_note(const char *folded)
{
    const char *open = strrchr(folded, '(');
    const size_t length = strlen(folded);

    if (!open || open == folded || folded[length - 1] != ')')
        return NULL;
    return mem_dup_n(folded, (size_t)(open - folded));
}

/* Whether brackets, with what stands in them, hold a word of the entity: "是(否)" says nothing. */
static bool find_inside(const struct headers *headers, const char *entity, const char *brackets)
{
    CLEANUP(mem_clean) char *inside = mem_dup_n(brackets + 1, strlen(brackets) - 2);

    return find(headers, entity, inside) != NULL;
}

const char *headers_value(const struct headers *headers, const char *entity, const char *folded)
{
    const struct word *word = find(headers, entity, folded);
    CLEANUP(mem_clean) char *plain = word ? NULL : headers_without_note(folded);

    if (plain && !find_inside(headers, entity, folded + strlen(plain)))
        word = find(headers, entity, plain);
    return word ? word->key : NULL;
}

const char *headers_key(const struct headers *headers, const char *entity, const char *key)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (strcmp(headers->words[i].entity, entity) == 0 && strcmp(headers->words[i].key, key) == 0)
            return headers->words[i].key;
    }
    return NULL;
}

const char *headers_value_prefix(const struct headers *headers, const char *entity, const char *folded, size_t least,
                                 size_t *used)
{
    CLEANUP(mem_clean) char *prefix = mem_new(headers->longest + 1, 1);
    const char *key = NULL, *at = folded;

    *used = 0;
    for (size_t characters = 1; utf8_next(&at) && (size_t)(at - folded) <= headers->longest; characters++) {
        const struct word *word;

        memcpy(prefix, folded, (size_t)(at - folded));
        word = characters >= least ? find(headers, entity, prefix) : NULL;
        if (word) {
            *used = (size_t)(at - folded);
            key = word->key;
        }
    }
    return key;
}
