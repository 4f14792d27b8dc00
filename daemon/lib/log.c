/* SPDX-License-Identifier: Apache-2.0 */
/* The log on standard error; see log.h. The level is the one global of the program. */
#include "lib/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

static enum log_level threshold = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    threshold = level;
}

static const char *word(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_WARNING:
        return "warning";
    case LOG_LEVEL_NOTICE:
        return "notice";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_DEBUG:
        return "debug";
    }
    return "?";
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[2048];
    va_list args;

    if (level > threshold)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    if (getenv("JOURNAL_STREAM"))
        fprintf(stderr, "<%d>%s\n", (int)level, line);
    else
        fprintf(stderr, "%s: %s\n", word(level), line);
}

void mask_number(char out[static MASKED_MAX], const char *number)
{
    const size_t length = strlen(number);
    const size_t head = text_starts(number, "+86") ? 6 : 4;

    if (length < head + 8) /* four digits are hidden, whatever the length */
        snprintf(out, MASKED_MAX, "%.*s****", length > 4 ? (int)(length - 4) : 0, number);
    else
        snprintf(out, MASKED_MAX, "%.*s****%s", (int)head, number, number + length - 4);
}
