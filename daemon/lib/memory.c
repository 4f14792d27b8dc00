/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that stops the process when memory ends; see memory.h. */
#include "lib/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void *or_stop(void *pointer)
{
    if (!pointer) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return pointer;
}

void *mem_new(size_t count, size_t size)
{
    return or_stop(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t size)
{
    const size_t before = count - 1;
    const bool full = before == 0 || (before >= 8 && (before & (before - 1)) == 0);

    return full ? or_stop(reallocarray(old, before ? before * 2 : 8, size)) : old;
}

char *mem_dup(const char *text)
{
    return text ? or_stop(strdup(text)) : NULL;
}

char *mem_dup_n(const char *text, size_t length)
{
    return or_stop(strndup(text, length));
}

char *mem_format(const char *format, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        or_stop(NULL);
    va_end(args);
    return text;
}

void mem_clean(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}
