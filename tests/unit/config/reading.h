/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the configuration share: reading files and configurations, with what was said about mistakes.
 * They run in the root of the source tree.
 */
#ifndef GREENLINE_TESTS_UNIT_CONFIG_READING_H
#define GREENLINE_TESTS_UNIT_CONFIG_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "lib/zone.h"

enum { FILE_MAX = 64 * 1024 };

static inline char *slurp(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = mem_new(FILE_MAX + 1, 1);

    if (!file)
        fail_msg("%s cannot be opened", path);
    assert_in_range(fread(text, 1, FILE_MAX, file), 0, FILE_MAX - 1);
    fclose(file);
    return text;
}

static inline char *joined(const struct mistakes *mistakes)
{
    struct text all = { 0 };

    for (size_t i = 0; i < mistakes->count; i++)
        text_add_format(&all, "%s\n", mistakes->lines[i]);
    return text_take(&all);
}

static inline void must_read(struct config *config, const char *path)
{
    struct mistakes mistakes = { 0 };

    if (!config_read(config, path, &mistakes)) {
        char *said = joined(&mistakes);

        mistakes_free(&mistakes);
        fail_msg("%s:\n%s", path, said);
    }
    assert_int_equal(mistakes.count, 0);
    mistakes_free(&mistakes);
}

/* Reads a configuration that stands in `text`, with what it says about mistakes, its path cut off; the caller frees. */
static inline char *read_text(struct config *config, const char *text, bool *good)
{
    char path[] = "/tmp/greenline-config-XXXXXX";
    const int fd = mkstemp(path);
    struct mistakes mistakes = { 0 };
    struct text said = { 0 };

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    *good = config_read(config, path, &mistakes);
    for (size_t i = 0; i < mistakes.count; i++) {
        assert_true(text_starts(mistakes.lines[i], path));
        text_add_format(&said, "%s\n", mistakes.lines[i] + strlen(path) + 1);
    }
    mistakes_free(&mistakes);
    unlink(path);
    return text_take(&said);
}

static inline int close_zones(void **state)
{
    (void)state;
    zone_close_all();
    return 0;
}

#endif
