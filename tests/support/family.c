/* SPDX-License-Identifier: Apache-2.0 */
/* One family in a world; see family.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "support/family.h"

int family_setup(void **state)
{
    struct family *f = mem_new(1, sizeof *f);
    struct world *w = world_open();

    f->world = w;
    f->ming = world_student(w, "S1", "王小明", "三1", true);
    f->hong = world_student(w, "S2", "王小红", "三1", true);
    f->granny = world_person(w, "P1", "张桂英", GRANNY);
    f->mother = world_person(w, "P2", "李兰", MOTHER);
    f->father = world_person(w, "P3", "王强", FATHER);
    f->mentor = world_person(w, "P4", "陈芳", MENTOR);
    for (int64_t student = f->ming; student <= f->hong; student++) {
        world_relate(w, student, f->granny, "paternal_grandmother", 1, false);
        world_relate(w, student, f->mother, "mother", 2, false);
        world_relate(w, student, f->father, "father", 3, student == f->ming);
        world_mentor(w, f->mentor, student);
    }
    *state = f;
    return 0;
}

int family_teardown(void **state)
{
    struct family *f = *state;

    world_close(f->world);
    free(f);
    return 0;
}

char *family_outcome(const struct family *f, int64_t cause, int64_t student)
{
    CLEANUP(mem_clean) char *sql =
        mem_format("SELECT outcome FROM ask WHERE cause = %" PRId64 " AND student = %" PRId64, cause, student);

    return world_words(f->world, sql);
}

char *family_ask_state(const struct family *f, int64_t cause, int64_t student)
{
    CLEANUP(mem_clean) char *sql =
        mem_format("SELECT state FROM ask WHERE cause = %" PRId64 " AND student = %" PRId64, cause, student);

    return world_words(f->world, sql);
}

char *family_reply_state(const struct family *f)
{
    return world_words(f->world, "SELECT state FROM reply ORDER BY id DESC LIMIT 1");
}

void expect_text(char *got, const char *want)
{
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
}

void expect_in(char *got, const char *piece)
{
    assert_non_null(got);
    if (!strstr(got, piece))
        fail_msg("got \"%s\", want it to contain \"%s\"", got, piece);
    free(got);
}

void expect_not_in(char *got, const char *piece)
{
    assert_non_null(got);
    if (strstr(got, piece))
        fail_msg("got \"%s\", want it without \"%s\"", got, piece);
    free(got);
}

void expect_silence(struct world *w, const char *e164)
{
    for (size_t i = 0; i < w->job_count; i++)
        if (strcmp(w->jobs[i].to, e164) == 0)
            fail_msg("got \"%s\" to %s, want nothing", w->jobs[i].text, e164);
}

char *expect_job(struct world *w, const char *e164)
{
    char *text = world_deliver(w, e164);

    if (!text)
        fail_msg("got nothing to %s, want a message", e164);
    return text;
}
