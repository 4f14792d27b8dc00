/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a follower costs that reads slowly or not at all, the signs of life that keep a stream, what comes of things that are
 * not in the store, and a helper thread with too much to do.
 */
#include "tests/support/stream_fixture.h"

#include <semaphore.h>

#include "store/helper.h"

/* --- slow readers, heartbeats --- */

enum { ROUNDS = 25, CHANGES = 400, LINE = 300, LINES = 200, SOCKET = 256 * 1024 };

/* Ten thousand changes to a view of some 60 KB that one client never reads, one reads, and others ask for now and then. */
static void test_reader_that_never_reads_costs_one_event_and_gets_the_newest_at_last(void **state)
{
    struct place *place = *state;
    struct follower *slow, *quick;
    CLEANUP(mem_clean) char *lines =
        mem_format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO note"
                   " (student, at, author, text) SELECT 1, i, 'x', printf('%%.%dc', 'a') FROM n",
                   LINES, LINE);
    size_t one;

    api_fixture_sql(&place->f, lines);
    slow = ask(place, "/v1/students/20260014/channel/follow?limit=1000");
    quick = follow(place, "/v1/students/20260014/channel/follow?limit=1000");
    wait_for(quick, "id: 1\n");
    for (int round = 1; round <= ROUNDS; round++) {
        CLEANUP(mem_clean) char *mark = mem_format("<%d>", round * CHANGES);
        struct api_reply reply;

        for (int i = 1; i <= CHANGES; i++) {
            store_change(place->f.store, "UPDATE note SET text = '<' || $1 || '>' WHERE id = 1", "i",
                         (int64_t)(round - 1) * CHANGES + i);
            event_active(place->tick, EV_TIMEOUT, 0);
            api_fixture_turn(&place->f);
        }
        wait_for(quick, mark);
        reply = api_fixture_get(&place->f, "/v1/students/20260014");
        assert_int_equal(reply.status, 200);
        api_reply_free(&reply);
    }
    one = quick->in.length / (size_t)events(quick);
    assert_true(one > 60000);
    assert_true(events(quick) >= ROUNDS);
    start_reading(slow);
    wait_for(slow, "<10000>");
    expect_ids_in_order(slow);
    expect_ids_in_order(quick);
    /* what the kernel held, the rest of the event that was stuck, and the newest */
    if (slow->in.length > SOCKET + 2 * one)
        fail_msg("the slow reader was kept %zu bytes, an event has %zu", slow->in.length, one);
    leave(slow);
    leave(quick);
}

static void test_heartbeats_come_and_no_deadline_cuts_a_stream(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");
    const time_ms until = clock_mono() + 4 * DEADLINE_MS;

    wait_for(follower, "id: 1\n");
    for (int i = 0; i < TURNS_MAX && (clock_mono() < until || times(follower, "\n:\n\n") < 4); i++)
        api_fixture_turn(&place->f);
    assert_false(follower->ended);
    assert_true(times(follower, "\n:\n\n") >= 4);
    assert_int_equal(events(follower), 1);
    change(place, "UPDATE cause SET title = '高烧' WHERE id = 5");
    wait_for(follower, "高烧");
    leave(follower);
}

/* What the kernel has, between two turns. */
static void read_all(struct follower *follower)
{
    static char block[65536];
    ssize_t got;

    while ((got = recv(follower->fd, block, sizeof block, 0)) > 0)
        text_add_n(&follower->in, block, (size_t)got);
}

/* Some fifteen beats pass while the event lies there, too long for the socket. */
static void test_slow_reader_is_sent_no_heartbeats_on_top(void **state)
{
    struct place *place = *state;
    struct follower *follower;

    api_fixture_sql(&place->f, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)"
                               " INSERT INTO note (student, at, author, text) SELECT 1, i, 'x', printf('%.900c', 'a')"
                               " FROM n");
    follower = ask(place, "/v1/students/20260014/channel/follow?limit=1000");
    let_pass(place);
    for (int i = 0; i < TURNS_MAX && !seen(follower, "\"next\":null}\n\n"); i++) {
        read_all(follower);
        api_fixture_turn(&place->f);
    }
    read_all(follower);
    assert_true(seen(follower, "\"next\":null}\n\n"));
    assert_true(times(follower, "\n:\n\n") <= 3); /* of the last turns, in which the socket was free again */
    leave(follower);
}

/* What is not in the store comes when the daemon says so; and at the latest with a heartbeat. */
static void test_change_of_the_daemon_itself_reaches_who_follows_status(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/status/follow");

    wait_for(follower, "id: 1\n");
    assert_true(seen(follower, "\"problems\":[]"));
    let_pass(place);
    place->problems = 1;
    api_changed(place->f.api);
    wait_for(follower, "a gateway is down");
    leave(follower);
}

static void test_status_is_looked_at_with_each_heartbeat(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/status/follow");

    wait_for(follower, "id: 1\n");
    place->problems = 1;
    wait_for(follower, "a gateway is down");
    leave(follower);
}

/* --- a helper with too much to do --- */

struct gate {
    sem_t go;
};

static void on_gate(void *arg, struct store *reader)
{
    (void)reader;
    sem_wait(&((struct gate *)arg)->go);
}

static void on_passed(void *arg, bool ran)
{
    (void)arg, (void)ran;
}

static void test_look_that_is_refused_is_made_later(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");
    struct gate gate;

    sem_init(&gate.go, 0, 0);
    wait_for(follower, "id: 1\n");
    let_pass(place);
    while (helper_run(place->f.helper, &(struct helper_job){ on_gate, on_passed, &gate }))
        ;
    change(place, "UPDATE cause SET title = '高烧' WHERE id = 5");
    let_pass(place);
    assert_int_equal(events(follower), 1);
    for (int i = 0; i < HELPER_JOBS_MAX; i++)
        sem_post(&gate.go);
    wait_for(follower, "高烧");
    assert_int_equal(events(follower), 2);
    leave(follower);
    sem_destroy(&gate.go);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define BEATING(name) cmocka_unit_test_setup_teardown(name, setup_beating, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_reader_that_never_reads_costs_one_event_and_gets_the_newest_at_last),
        BEATING(test_heartbeats_come_and_no_deadline_cuts_a_stream),
        BEATING(test_slow_reader_is_sent_no_heartbeats_on_top),
        TEST(test_change_of_the_daemon_itself_reaches_who_follows_status),
        BEATING(test_status_is_looked_at_with_each_heartbeat),
        TEST(test_look_that_is_refused_is_made_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
