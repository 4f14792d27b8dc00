/* SPDX-License-Identifier: Apache-2.0 */
/* Mistakes gathered into one line; see faults.h. */
#include "gateways/http/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool faults_add(struct faults *faults, const char *key, struct error *err)
{
    if (faults->text.length)
        text_add(&faults->text, "; ");
    if (key)
        text_add_format(&faults->text, "%s: ", key);
    text_add(&faults->text, err->text);
    err->text[0] = '\0';
    return false;
}

bool faults_say(struct faults *faults, const char *key, const char *format, ...)
{
    struct error err = { 0 };
    va_list args;

    va_start(args, format);
    vsnprintf(err.text, sizeof err.text, format, args);
    va_end(args);
    return faults_add(faults, key, &err);
}

static bool has_name(const char *const *known, const char *name)
{
    for (size_t i = 0; known[i]; i++) {
        if (strcmp(known[i], name) == 0)
            return true;
    }
    return false;
}

void faults_keys(struct faults *faults, const json_t *group, const char *const *known)
{
    struct error err = { 0 };
    const char *name;
    json_t *value;

    if (!json_is_object(group)) {
        error_set(&err, "not a group: write { KEY = …; }");
        faults_add(faults, NULL, &err);
        return;
    }
    json_object_foreach ((json_t *)group, name, value) {
        const char *nearest = has_name(known, name) ? NULL : text_nearest(name, known);

        if (has_name(known, name))
            continue;
        error_set(&err, "%.60s: no such key: %s%s", name, nearest ? "did you mean " : "leave it out",
                  nearest ? nearest : "");
        faults_add(faults, NULL, &err);
    }
}

bool faults_end(struct faults *faults, struct error *err)
{
    bool none = faults->text.length == 0;

    if (!none)
        error_set(err, "%s", faults->text.data);
    text_free(&faults->text);
    return none;
}
