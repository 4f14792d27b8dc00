/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `greenline import` as one call: files in, checked wholly against the words and the store, a plan and a report out.
 * Reads only, on any connection of the store (the helper's too); what the plan says is then written by plan_apply(),
 * slice by slice in turns of the loop, from the rows of store/importing.h.
 */
#ifndef GREENLINE_IMPORT_REPORT_H
#define GREENLINE_IMPORT_REPORT_H

#include "import/plan.h"

struct import_request {
    const struct headers *headers;
    const char *region; /* "CN" */
    const char *key;    /* configured key column, or NULL */
    struct zone zone;
    time_ms now;
    time_ms term_start; /* first day of the term ("第3周" in a rota); 0: not known */
    int as;             /* enum sheet_kind, or -1 */
    bool partial;       /* leave faulty rows out instead of whole files */
    bool dry_run;
};

struct import_check {
    struct intake intake;
    struct plan plan;
    bool
        stores; /* the plan is to be applied: not a dry run, and a file without mistakes (or partial); it may be empty */
};

/* Always fills `out`; free with import_check_free(). Files are borrowed for the call. */
void import_check(struct import_check *out, struct store *store, const struct import_file *files, size_t count,
                  const struct import_request *request);
void import_check_free(struct import_check *check);

/*
 * {kind, guessed_by, rows, files: [{file, kind, guessed_by, encoding, rows, held}], students: {added, changed, same}, contacts, staff,
 *  pairings, rota, stored, dry_run, partial, mistakes: [line], warnings: [line], changes: [sentence]}. kind, guessed_by and rows
 * are those of the first file; `held`: nothing of the file is stored, because of its mistakes. Pairs of pupils count as
 * pairings. The caller owns it. `stored` says whether the plan is (being) written.
 */
json_t *import_report(const struct import_check *check, const struct import_request *request);

#endif
