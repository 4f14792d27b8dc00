/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts with {name} variables and no logic. A name in braces is a variable only when it is known; any other brace is
 * text, and a value is never looked through for variables again. Pure; rendering never fails, checking answers with one
 * sentence. Bounded: TEMPLATE_MAX characters of template.
 */
#ifndef GREENLINE_CORE_TEMPLATE_H
#define GREENLINE_CORE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

enum { TEMPLATE_MAX = 2000, TEMPLATE_NAME_MAX = 40 };

struct template_value {
    const char *name;
    const char *value; /* NULL counts as empty */
};

/* What may stand in braces, with its meaning for the help page. */
struct template_variable {
    const char *name;
    const char *english;
    const char *chinese;
};

/* The variables that the daemon fills; ends with a row whose name is NULL. */
extern const struct template_variable template_variables[];
/* Their names, NULL-terminated, for template_check(). */
extern const char *const template_names[];

/* The caller frees. */
char *template_render(const char *text, const struct template_value *values, size_t count);

/*
 * Refuses control characters other than line breaks, bytes that are not UTF-8, an empty text, more than TEMPLATE_MAX
 * characters, and a name in braces that is nearly a known one ("{studnet}: did you mean {student}?"). `known` is
 * NULL-terminated; NULL means template_names.
 */
bool template_check(const char *text, const char *const *known, struct error *err);
/* Whether `text` has the variable {name}. */
bool template_uses(const char *text, const char *name);

#endif
