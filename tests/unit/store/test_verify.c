/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check of a store: a store that has lived through questions, answers, refusals and doubts has no findings, and each
 * thing that cannot be is found, in one line that names it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "store/audit.h"
#include "store/verify.h"
#include "support/world.h"

enum { STEPS_MAX = 10000 };

static int setup(void **state)
{
    struct world *w = world_open();
    const int64_t child = world_student(w, "S1", "王小明", "一(1)班", true);
    const int64_t other = world_student(w, "S2", "李小红", "一(1)班", true);

    world_relate(w, child, world_person(w, "P1", "王奶奶", "+8619900000001"), "paternal_grandmother", 1, false);
    world_relate(w, other, world_person(w, "P2", "李爷爷", "+8619900000002"), "paternal_grandfather", 1, false);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    world_close(*state);
    return 0;
}

static json_t *check(struct world *w)
{
    struct error err = { "" };
    struct verify *verify = verify_begin(w->path, NULL, NULL, &err);
    json_t *findings;
    int steps = 0;

    assert_non_null(verify);
    while (verify_step(verify))
        assert_true(++steps < STEPS_MAX);
    assert_int_equal(verify_percent(verify), 100);
    findings = verify_findings(verify);
    verify_end(verify);
    return findings;
}

static void expect_sound(struct world *w)
{
    json_t *findings = check(w);

    if (json_array_size(findings))
        fail_msg("%s", json_string_value(json_object_get(json_array_get(findings, 0), "what")));
    json_decref(findings);
}

/* One line with these words, and something to do. */
static void expect_finding(struct world *w, const char *want)
{
    json_t *findings = check(w), *one;
    size_t i, found = 0;

    json_array_foreach (findings, i, one) {
        const char *what = json_string_value(json_object_get(one, "what"));

        assert_true(strlen(json_string_value(json_object_get(one, "mend"))) > 5);
        assert_null(strchr(what, '\n'));
        found += strstr(what, want) != NULL;
    }
    if (!found)
        fail_msg("\"%s\" is not among %zu findings%s%s", want, json_array_size(findings),
                 json_array_size(findings) ? ", the first: " : "",
                 json_array_size(findings) ? json_string_value(json_object_get(json_array_get(findings, 0), "what"))
                                           : "");
    json_decref(findings);
}

static void settled(struct world *w)
{
    struct job job = { 0 };

    world_ask(w, KIND_CHECKIN, "left-behind", "孩子好吗？");
    world_settle(w);
    assert_true(world_take(w, "+8619900000001", &job));
    world_started(w, &job);
    world_accepted(w, &job, "x1");
    world_status(w, &job, "delivered");
    job_free(&job);
    world_reply(w, "+8619900000001", "1");
    assert_true(world_take(w, "+8619900000002", &job));
    world_refused(w, &job, "temporary", 0);
    job_free(&job);
    world_until(w, w->now + HOUR_MS);
    if (world_take(w, "+8619900000002", &job))
        world_unknown(w, &job, (struct doubt){ .idempotent = false });
    job_free(&job);
    world_until(w, w->now + 10 * DAY_MS);
}

static void test_an_empty_store_is_sound(void **state)
{
    expect_sound(*state);
}

static void test_a_store_that_has_lived_is_sound(void **state)
{
    struct world *w = *state;

    settled(w);
    audit_put(w->store, w->now, "unix:lin", "student.show", "student:S1", NULL);
    world_commit(w);
    assert_true(world_value(w, "SELECT count(*) FROM trail") > 5);
    expect_sound(w);
}

static void test_each_thing_that_cannot_be_is_found(void **state)
{
    static const struct {
        const char *sql, *want;
    } rows[] = {
        { "UPDATE ask SET state = 'open', next_at = NULL WHERE id = 1", "ask 1 is open and has no time" },
        { "UPDATE ask SET state = 'waiting', wait = '' WHERE id = 1", "ask 1 waits, and nothing says what for" },
        { "DELETE FROM answer", "ask 1 counts as answered" },
        { "UPDATE message SET state = 'cancelled' WHERE id = 1", "message 1 is cancelled, its last trail says" },
        { "DELETE FROM trail WHERE message = 1 AND n = 1", "message 1 has lost rows" },
        { "UPDATE trail SET state = 'refused' WHERE message = 1 AND n = 2", "message 1 went from" },
        { "UPDATE message SET text = NULL WHERE id = 1", "message 1 was sent and has no text" },
        { "INSERT INTO trail VALUES (77, 1, 0, 'queued', '', NULL)", "trail of message 77" },
        { "UPDATE attempt SET line = 2 WHERE message = 1", "went to another line" },
        { "INSERT INTO cause (id, key, kind, lane, title, audience, content, due, expires, created, by) VALUES (2, 'k',"
          " 'notice', 'bulk', 't', '', '{}', 0, 1, 0, 'x'); UPDATE message SET cause = 2 WHERE id = 1",
          "belongs to a message of another cause" },
        { "UPDATE message SET state = 'queued', route = 99 WHERE id = 1",
          "message 1 waits in a route that is not there" },
        { "PRAGMA foreign_keys = OFF; UPDATE relation SET person = 88 WHERE id = 1",
          "names a person that is not there" },
        { "UPDATE audit SET actor = 'unix:wang' WHERE id = 1", "audit log does not fit together at row 1" },
        { "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'message'", "ids of table message" },
        { "DELETE FROM setting WHERE key = 'epoch'", "no epoch" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        void *fresh = NULL;
        struct world *w;

        setup(&fresh);
        w = fresh;
        settled(w);
        audit_put(w->store, w->now, "unix:lin", "student.show", "student:S1", NULL);
        world_commit(w);
        world_sql(w, rows[i].sql);
        world_commit(w);
        expect_finding(w, rows[i].want);
        world_close(w);
    }
}

static void test_many_of_a_kind_are_counted_not_listed(void **state)
{
    struct world *w = *state;
    json_t *findings;
    const char *last;

    world_sql(w, "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 149)"
                 " INSERT INTO trail SELECT i, 1, 0, 'queued', '', NULL FROM n");
    world_commit(w);
    findings = check(w);
    assert_int_equal(json_array_size(findings), VERIFY_EACH_MAX + 1);
    last = json_string_value(json_object_get(json_array_get(findings, VERIFY_EACH_MAX), "what"));
    assert_string_equal(last, "and 30 more like the last one");
    json_decref(findings);
}

static bool always(void *arg)
{
    (void)arg;
    return true;
}

static void test_a_check_ends_when_the_daemon_stops(void **state)
{
    struct world *w = *state;
    struct error err = { "" };
    struct verify *verify = verify_begin(w->path, always, NULL, &err);

    if (verify)
        assert_false(verify_step(verify));
    verify_end(verify);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_empty_store_is_sound, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_store_that_has_lived_is_sound, setup, teardown),
        cmocka_unit_test(test_each_thing_that_cannot_be_is_found),
        cmocka_unit_test_setup_teardown(test_many_of_a_kind_are_counted_not_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_check_ends_when_the_daemon_stops, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
