/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in a cell: a field of the API's JSON as people read it. Each takes an object and the path of a field in it
 * ("person.name") and gives text that the caller frees, "" where there is nothing. Times come as the API sent them, in
 * the school's zone; only the milliseconds of a gateway are shown in the zone of this machine.
 */
#ifndef GREENLINE_CLI_CELL_H
#define GREENLINE_CLI_CELL_H

#include <jansson.h>

typedef char *cell_function(const json_t *object, const char *path);

cell_function cell_text;    /* text or number as it is */
cell_function cell_word;    /* a word of the API in the user's language */
cell_function cell_yes;     /* "yes" or nothing */
cell_function cell_yes_no;  /* "yes" or "no" */
cell_function cell_short;   /* "10-08 09:00" of RFC 3339 */
cell_function cell_day;     /* "2026-10-08" of RFC 3339 */
cell_function cell_time;    /* "2026-10-08 09:00:05" of RFC 3339 */
cell_function cell_instant; /* the same of milliseconds UTC */
cell_function cell_money;   /* "¥0.05" */
cell_function cell_name;    /* the name of {ref, name}, else its ref */
cell_function cell_who;     /* "name (ref)" of {ref, name} */
cell_function cell_names;   /* names of an array of {ref, name} */
cell_function cell_list;    /* an array of texts */
cell_function cell_lines;   /* numbers of a contact, with what is wrong with each */
cell_function cell_roles;   /* roles of staff, with their classes */
cell_function cell_counts;  /* {"delivered": 3} as "3 delivered"; zeros are left out */
cell_function cell_flags;   /* names of what is true in an object */
cell_function cell_seconds; /* "3 d 4 h", "12 min" of seconds */
cell_function cell_json;    /* an object in one line of JSON */

/* The field at a path such as "person.name"; NULL where there is none or null. */
const json_t *cell_at(const json_t *object, const char *path);

#endif
