/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets given as text, read to an intake; what tests of the import say about its findings and records. */
#ifndef GREENLINE_TESTS_UNIT_IMPORT_READING_H
#define GREENLINE_TESTS_UNIT_IMPORT_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "import/intake.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { FILES_MAX = 4 };

struct world {
    struct headers *headers;
    struct intake intake;
};

static inline int open_world(void **state)
{
    struct world *world = mem_new(1, sizeof *world);
    struct error err;

    world->headers = headers_load("conf/headers.csv", &err);
    if (!world->headers)
        fail_msg("%s", err.text);
    *state = world;
    return 0;
}

static inline int close_world(void **state)
{
    struct world *world = *state;

    headers_free(world->headers);
    free(world);
    return 0;
}

static inline int clear_intake(void **state)
{
    intake_free(&((struct world *)*state)->intake);
    return 0;
}

/* Reads sheets given as text, called a.csv, b.csv …; today is 2026-11-24. */
static inline const struct intake *read_as(struct world *world, int as, const char *const *sheets, size_t count)
{
    static const char *const names[FILES_MAX] = { "a.csv", "b.csv", "c.csv", "d.csv" };
    struct import_file files[FILES_MAX];

    for (size_t i = 0; i < count; i++)
        files[i] = (struct import_file){ names[i], sheets[i], strlen(sheets[i]) };
    intake_free(&world->intake);
    intake_read(
        &world->intake, files, count,
        &(struct import_options){ .headers = world->headers, .region = "CN", .today = { 2026, 11, 24 }, .as = as });
    return &world->intake;
}

static inline const struct intake *read_one(struct world *world, const char *sheet)
{
    return read_as(world, -1, &sheet, 1);
}

/* The findings of one sort are these lines, in order; each wanted line is the beginning of the one got. */
static inline void assert_findings(const struct intake *intake, bool warnings, const char *const *want, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < intake->finding_count; i++) {
        char *line = intake_line(intake, &intake->findings[i]);

        if (intake->findings[i].warning == warnings) {
            if (found >= count)
                fail_msg("got one more: \"%s\"", line);
            if (!text_starts(line, want[found]))
                fail_msg("got \"%s\", want \"%s…\"", line, want[found]);
            found++;
        }
        free(line);
    }
    assert_int_equal(found, count);
}

#define assert_mistakes(intake, ...)                                                                                   \
    do {                                                                                                               \
        const char *const want_[] = { __VA_ARGS__ };                                                                   \
        assert_findings(intake, false, want_, COUNT(want_));                                                           \
    } while (0)
#define assert_warnings(intake, ...)                                                                                   \
    do {                                                                                                               \
        const char *const want_[] = { __VA_ARGS__ };                                                                   \
        assert_findings(intake, true, want_, COUNT(want_));                                                            \
    } while (0)

static inline void assert_sound(const struct intake *intake)
{
    assert_findings(intake, false, NULL, 0);
}

/* "name relation number…" of a contact. */
static inline void assert_contact(const struct intake *intake, size_t index, const char *want)
{
    const struct intake_contact *contact = &intake->contacts[index];
    struct text got = { 0 };

    assert_true(index < intake->contact_count);
    text_add_format(&got, "%s %s", contact->name, contact->relation);
    for (size_t i = 0; i < contact->phone_count; i++)
        text_add_format(&got, " %s%s", contact->phones[i].e164, contact->phones[i].suspect ? "?" : "");
    assert_string_equal(got.data, want);
    text_free(&got);
}

#define unit(test) cmocka_unit_test_teardown(test, clear_intake)

#endif
