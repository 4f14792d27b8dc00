/* SPDX-License-Identifier: Apache-2.0 */
/* Records and findings of a set of register files; see intake.h. */
#include "import/intake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

void intake_free(struct intake *intake)
{
    for (size_t i = 0; i < intake->sheet_count; i++) {
        for (size_t j = 0; j < intake->sheets[i].title_count; j++)
            free(intake->sheets[i].titles[j]);
        free(intake->sheets[i].titles);
    }
    for (size_t i = 0; i < intake->finding_count; i++)
        free(intake->findings[i].text);
    for (size_t i = 0; i < intake->pooled; i++)
        free(intake->pool[i]);
    free(intake->sheets);
    free(intake->students);
    free(intake->contacts);
    free(intake->staff);
    free(intake->pairings);
    free(intake->peers);
    free(intake->rota);
    free(intake->mentions);
    free(intake->findings);
    free(intake->pool);
    *intake = (struct intake){ 0 };
}

const char *intake_keep(struct intake *intake, const char *text)
{
    if (!text)
        return NULL;
    intake->pool = mem_grow(intake->pool, intake->pooled + 1, sizeof *intake->pool);
    return intake->pool[intake->pooled++] = mem_dup(text);
}

/* One line of valid UTF-8, whatever a cell held: control characters become blanks, and where a quotation was cut in the midst
 * of a character stands an ellipsis. */
static char *one_line(const char *text)
{
    struct text out = { 0 };

    while (*text) {
        const char *at = text;
        const uint32_t code_point = utf8_next(&at);

        if (code_point == 0xfffd && at == text + 1)
            text_add(&out, out.length >= 3 && text_ends(out.data, "…") ? "" : "…");
        else if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x2028 ||
                 code_point == 0x2029)
            text_add_char(&out, ' ');
        else
            text_add_n(&out, text, (size_t)(at - text));
        text = at;
    }
    return text_take(&out);
}

void intake_add(struct intake *intake, struct place place, bool warning, const char *format, ...)
{
    struct finding finding = { .place = place, .warning = warning, .order = intake->finding_order++ };
    char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    finding.text = one_line(text);
    free(text);
    intake->findings = mem_grow(intake->findings, intake->finding_count + 1, sizeof *intake->findings);
    intake->findings[intake->finding_count++] = finding;
    intake->mistake_count += !warning;
}

void intake_forget(struct intake *intake, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < intake->finding_count; i++) {
        if (intake->findings[i].order < count) {
            intake->findings[kept++] = intake->findings[i];
            continue;
        }
        intake->mistake_count -= !intake->findings[i].warning;
        free(intake->findings[i].text);
    }
    intake->finding_count = kept;
}

static int compare(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;

    if (a->place.file != b->place.file)
        return a->place.file < b->place.file ? -1 : 1;
    if (a->place.row != b->place.row)
        return a->place.row - b->place.row;
    if (a->place.column != b->place.column)
        return a->place.column - b->place.column;
    return a->order < b->order ? -1 : 1;
}

void intake_sort(struct intake *intake)
{
    if (intake->finding_count > 1)
        qsort(intake->findings, intake->finding_count, sizeof *intake->findings, compare);
}

char *intake_line(const struct intake *intake, const struct finding *finding)
{
    const struct intake_sheet *sheet = &intake->sheets[finding->place.file];
    const int column = finding->place.column;
    struct text line = { 0 };

    text_add(&line, sheet->file);
    if (finding->place.row > 0)
        text_add_format(&line, ":%d", finding->place.row);
    if (column >= 0 && (size_t)column < sheet->title_count)
        text_add_format(&line, ":%s", sheet->titles[column]);
    text_add_format(&line, ": %s", finding->text);
    return text_take(&line);
}

json_t *intake_json(const struct intake *intake)
{
    json_t *json = json_object(), *sheets = json_array(), *mistakes = json_array(), *warnings = json_array();

    for (size_t i = 0; i < intake->sheet_count; i++) {
        const struct intake_sheet *sheet = &intake->sheets[i];
        json_t *row = json_object();

        json_put_text(row, "file", sheet->file);
        if (sheet->read) {
            json_put_text(row, "kind", sheet_kind_name(sheet->kind));
            json_put_text(row, "guessed_by", sheet->guessed_by);
            json_put_text(row, "encoding", sheet->encoding);
            json_put_int(row, "rows", (int64_t)sheet->rows);
        }
        json_put_flag(row, "held", sheet->held);
        json_array_append_new(sheets, row);
    }
    for (size_t i = 0; i < intake->finding_count; i++) {
        CLEANUP(mem_clean) char *line = intake_line(intake, &intake->findings[i]);

        json_array_append_new(intake->findings[i].warning ? warnings : mistakes, json_string(line));
    }
    json_put(json, "sheets", sheets);
    json_put(json, "mistakes", mistakes);
    json_put(json, "warnings", warnings);
    return json;
}
