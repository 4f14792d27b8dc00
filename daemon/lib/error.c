/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as values; see error.h. A text that does not fit is cut, never refused. */
#include "lib/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/memory.h"

bool error_set(struct error *err, const char *format, ...)
{
    va_list args;

    if (!err)
        return false;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

bool error_in(struct error *err, const char *prefix)
{
    struct error old;

    if (!err)
        return false;
    old = *err;
    snprintf(err->text, sizeof err->text, "%.400s: %.620s", prefix, old.text);
    return false;
}

bool error_at(struct error *err, const char *file, int line)
{
    char place[400];

    if (line > 0)
        snprintf(place, sizeof place, "%.380s:%d", file, line);
    else
        snprintf(place, sizeof place, "%.380s", file);
    return error_in(err, place);
}

void mistakes_free(struct mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++)
        free(mistakes->lines[i]);
    free(mistakes->lines);
    *mistakes = (struct mistakes){ 0 };
}

bool mistakes_add(struct mistakes *mistakes, const char *format, ...)
{
    va_list args;
    char *line = NULL;

    if (!mistakes)
        return false;
    if (mistakes->count == MISTAKES_MAX) {
        mistakes->dropped++;
        return false;
    }
    va_start(args, format);
    if (vasprintf(&line, format, args) < 0)
        abort();
    va_end(args);
    mistakes->lines = mem_grow(mistakes->lines, mistakes->count + 1, sizeof *mistakes->lines);
    mistakes->lines[mistakes->count++] = line;
    return false;
}
