/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of registers: which header means which field, and which word in a cell means which value. They come from
 * conf/headers.csv (entity,key,zh_headers,en_headers,required,example,note; alternatives separated by |), which a
 * school extends with its own headers. Words are compared folded: full-width as half-width, without blanks and
 * asterisks, Latin letters small. Fails with FILE:ROW and one sentence when the file is not in that form.
 */
#ifndef GREENLINE_IMPORT_HEADERS_H
#define GREENLINE_IMPORT_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum sheet_kind { SHEET_STUDENTS, SHEET_CONTACTS, SHEET_STAFF, SHEET_PAIRINGS, SHEET_ROTA, SHEET_KINDS };

/* "students", "contacts" … as `--as` takes them. */
const char *sheet_kind_name(enum sheet_kind kind);

struct headers;

/* Reads the table from a file; the caller frees with headers_free(); NULL and `err` on failure. */
struct headers *headers_load(const char *path, struct error *err);
void headers_free(struct headers *headers);

/* The field a header means in a sheet of that kind: "student.name", "father.phone"; "-" for a running number; NULL
 * when nobody knows it. `folded` by headers_title(). Borrowed. */
const char *headers_field(const struct headers *headers, enum sheet_kind kind, const char *folded);

/* A header that looks like one nobody knows, for "did you mean"; NULL. Borrowed. */
const char *headers_near(const struct headers *headers, enum sheet_kind kind, const char *folded);

/* The key of a value word, of an entity like "value.relation": "father"; a note in brackets behind it does not count, unless
 * it is such a word too. NULL when unknown. Borrowed. */
const char *headers_value(const struct headers *headers, const char *entity, const char *folded);
/* The same for a key itself ("sibling"); NULL when the entity has none of that name. Borrowed. */
const char *headers_key(const struct headers *headers, const char *entity, const char *key);
/* The longest word of the entity (at least `least` characters) that `folded` begins with; its key, and its length in
 * bytes in `*used`. */
const char *headers_value_prefix(const struct headers *headers, const char *entity, const char *folded, size_t least,
                                 size_t *used);

/* A word as it is compared; the caller frees. */
char *headers_fold(const char *text);
/* The same for a header: marks within it do not count (监护人-姓名, 【班级】). */
char *headers_title(const char *text);
/* A folded word without what stands in brackets at its end: 联系电话(必填); NULL when nothing does. The caller frees. */
char *headers_without_note(const char *folded);

#endif
