/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of a body that enters something into the register, read one by one as an import reads its cells (the same
 * cleaning, the same words, the same numbers). Every mistake is kept as one line "FIELD: what: mend", so that one answer
 * names them all; form_done() then refuses. A field that is absent gives nothing and is no mistake; an empty one counts
 * as absent. Texts are the caller's to free unless said otherwise.
 */
#ifndef GREENLINE_API_FORM_H
#define GREENLINE_API_FORM_H

#include "api/api_internal.h"
#include "core/phone.h"
#include "import/class_name.h"

struct headers;

struct form {
    struct api_call *call;
    struct headers *headers; /* loaded by the first field that needs it */
};

/* Keeps a mistake. Always returns false. */
bool form_fault(struct form *form, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A mistake when the field is absent. */
bool form_need(struct form *form, const char *key);
/* Frees what the form holds; false after api_refuse() when there were mistakes. Call it once, after the last field. */
bool form_done(struct form *form);

/* Whether the field is there and not empty. */
bool form_has(const struct form *form, const char *key);
/* Whether it is there to be emptied: null or "". */
bool form_emptied(const struct form *form, const char *key);
/* The field as text, borrowed; NULL when absent or (a mistake) no text. */
const char *form_text(struct form *form, const char *key);
/* Text on one line, at most `max` code points; NULL. */
char *form_line(struct form *form, const char *key, size_t max);
char *form_name(struct form *form, const char *key);
/* A student's number as the register has it; NULL. */
char *form_ref(struct form *form, const char *key);
bool form_class(struct form *form, const char *key, struct class_name *out);
/* "2016-03-09" or "2016-03" of a day that has been; NULL. */
char *form_birth(struct form *form, const char *key);
/* The first instant of a day in the school's zone; TIME_NEVER. */
time_ms form_day(struct form *form, const char *key);
/* "2026-10-08 18:00" or RFC 3339; TIME_NEVER. */
time_ms form_time(struct form *form, const char *key);
bool form_phone(struct form *form, const char *key, struct phone *out);
/* The type of a phone as the store names it. Borrowed. */
const char *form_phone_type(enum phone_type type);
/* 1, 0, or -1 when absent. */
int form_flag(struct form *form, const char *key);
/* From 1 to `most`; 0 when absent. */
int64_t form_number(struct form *form, const char *key, int64_t most);
/*
 * What a word means by conf/headers.csv ("value.relation": "father"); NULL when absent or a mistake. A word in Latin
 * letters that nobody knows is a mistake; another is `otherwise`, since families and schools have words of their own
 * (NULL: that is a mistake too). The caller frees.
 */
char *form_word(struct form *form, const char *key, const char *entity, const char *otherwise, const char *examples);
/* The name of a group, as an audience group:NAME takes it; NULL. */
char *form_group(struct form *form, const char *key);

#endif
