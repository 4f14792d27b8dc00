/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes to who follows a view, and what does not: every state it comes to, after its commit and in order; no event of
 * what failed, of what others see, of time alone. What is refused, and how a stream ends.
 */
#include "tests/support/stream_fixture.h"

#include <sys/stat.h>

/* --- what comes --- */

static void test_follower_gets_the_view_and_then_every_state_it_comes_to(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");

    wait_for(follower, "\"state\":\"open\"");
    assert_true(text_starts(follower->in.data, "HTTP/1.1 200 "));
    assert_true(seen(follower, "Content-Type: text/event-stream\r\n"));
    assert_true(seen(follower, "id: 1\nevent: alert\ndata: {\"id\":5,"));
    change(place, "UPDATE ask SET acked_by = 7 WHERE id = 50");
    wait_for(follower, "\"acknowledged_by\":{\"ref\":\"P7\"");
    change(place, "UPDATE ask SET closed = '已退烧' WHERE id = 50");
    wait_for(follower, "已退烧");
    let_pass(place);
    assert_int_equal(events(follower), 3);
    expect_ids_in_order(follower);
    leave(follower);
}

/* The loop goes round while the change is not committed: nothing is looked at; the commit lets it out. */
static void test_event_leaves_after_the_commit_not_before(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");

    wait_for(follower, "id: 1\n");
    let_pass(place);
    assert_true(store_change(place->f.store, "UPDATE ask SET acked_by = 7 WHERE id = 50", "") == 1);
    for (int i = 0; i < QUIET_TURNS; i++)
        event_base_loop(place->f.base, EVLOOP_ONCE);
    assert_int_equal(events(follower), 1);
    wait_for(follower, "id: 2\n");
    leave(follower);
}

static void test_turn_that_cannot_be_stored_makes_no_event(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");
    struct error err;

    wait_for(follower, "id: 1\n");
    let_pass(place);
    assert_int_equal(store_change(place->f.store, "UPDATE ask SET acked_by = 7 WHERE id = 50", ""), 1);
    assert_int_equal(store_change(place->f.store, "UPDATE ask SET cause = NULL WHERE id = 60", ""), -1);
    assert_false(turn_end(place->f.turn, &err));
    let_pass(place);
    assert_int_equal(events(follower), 1);
    change(place, "UPDATE ask SET acked_by = 7 WHERE id = 50");
    wait_for(follower, "\"acknowledged_by\":{\"ref\":\"P7\"");
    assert_int_equal(events(follower), 2);
    leave(follower);
}

static void test_what_another_view_shows_is_no_event(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");

    wait_for(follower, "id: 1\n");
    change(place, "UPDATE ask SET acked_by = 7 WHERE id = 60");
    change(place, "UPDATE cause SET title = '停电' WHERE id = 6");
    let_pass(place);
    assert_int_equal(events(follower), 1);
    leave(follower);
}

static void test_time_alone_is_no_event(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/status/follow");

    wait_for(follower, "id: 1\nevent: status\n");
    place->f.now += 60 * SECOND_MS; /* `now` moves on; the look is made for the title */
    change(place, "UPDATE cause SET title = '停电' WHERE id = 6");
    let_pass(place);
    assert_int_equal(events(follower), 1);
    leave(follower);
}

static void test_clock_of_an_alert_is_an_event_when_it_is_kept_not_while_it_runs(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");

    wait_for(follower, "id: 1\n");
    assert_true(seen(follower, "\"left_s\":1800"));
    place->f.now += 60 * SECOND_MS;
    change(place, "UPDATE cause SET title = '停电' WHERE id = 6");
    let_pass(place);
    assert_int_equal(events(follower), 1);
    change(place, "UPDATE clock SET kept_at = 1791453700000 WHERE cause = 5");
    wait_for(follower, "\"state\":\"kept\"");
    assert_int_equal(events(follower), 2);
    leave(follower);
}

static void test_start_is_in_the_audit_log_once(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");

    wait_for(follower, "id: 1\n");
    change(place, "UPDATE cause SET title = '高烧' WHERE id = 5");
    wait_for(follower, "高烧");
    change(place, "UPDATE cause SET title = '退烧' WHERE id = 5");
    wait_for(follower, "退烧");
    assert_int_equal(count(place, "SELECT count(*) FROM audit"), 1);
    assert_int_equal(count(place, "SELECT count(*) FROM audit WHERE action = 'alert.show' AND actor LIKE 'unix:%'"), 1);
    leave(follower);
}

enum { NOBODY = 65534 };

/* As another user, a member of the group that may: the kernel notes who it was at the connect. */
static struct follower *follow_as_nobody(struct place *place, const char *target)
{
    struct follower *follower;

    assert_int_equal(chmod(place->f.folder, 0755), 0);
    assert_int_equal(setegid(NOBODY), 0);
    assert_int_equal(seteuid(NOBODY), 0);
    follower = follow(place, target);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(0), 0);
    return follower;
}

/* What a view shows may depend on who looks. */
static void test_followers_share_a_look_with_nobody_but_themselves(void **state)
{
    struct place *place = *state;
    struct follower *one, *two, *other;

    if (geteuid() != 0)
        skip();
    one = follow(place, "/v1/status/follow");
    two = follow(place, "/v1/status/follow");
    wait_for(one, "id: 1\n");
    wait_for(two, "id: 1\n");
    let_pass(place);
    place->looks = 0;
    change(place, "UPDATE cause SET title = '停电' WHERE id = 6");
    let_pass(place);
    assert_int_equal(place->looks, 1);
    other = follow_as_nobody(place, "/v1/status/follow");
    wait_for(other, "id: 1\n");
    let_pass(place);
    place->looks = 0;
    change(place, "UPDATE cause SET title = '暴雨' WHERE id = 6");
    let_pass(place);
    assert_int_equal(place->looks, 2);
    leave(one);
    leave(two);
    leave(other);
}

static void test_lists_and_the_channel_can_be_followed(void **state)
{
    static const struct {
        const char *target, *event;
    } ways[] = {
        { "/v1/alerts/follow", "event: alerts\n" },
        { "/v1/outbox/follow?state=held,unknown", "event: outbox\n" },
        { "/v1/students/%E7%8E%8B%E5%B0%8F%E6%98%8E/channel/follow?limit=1000", "event: channel\n" },
    };
    struct place *place = *state;

    for (size_t i = 0; i < COUNT(ways); i++) {
        struct follower *follower = follow(place, ways[i].target);

        wait_for(follower, ways[i].event);
        assert_true(seen(follower, "data: {\"items\":["));
        leave(follower);
    }
}

static void test_note_reaches_who_follows_the_channel(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/students/20260014/channel/follow");
    struct api_reply reply;

    wait_for(follower, "id: 1\n");
    reply = api_fixture_ask(&place->f, "POST", "/v1/students/20260014/note", "k1", "{\"text\":\"来校谈话\"}");
    assert_int_equal(reply.status, 200);
    api_reply_free(&reply);
    wait_for(follower, "来校谈话");
    assert_int_equal(events(follower), 2);
    leave(follower);
}

/* A view may become longer than a socket takes at once. */
static void test_long_view_arrives_whole(void **state)
{
    struct place *place = *state;
    struct follower *follower;

    api_fixture_sql(&place->f, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)"
                               " INSERT INTO note (student, at, author, text) SELECT 1, i, 'x', printf('%.900c', 'a')"
                               " FROM n");
    follower = follow(place, "/v1/students/20260014/channel/follow?limit=1000");
    wait_for(follower, "\"next\":null}\n\n");
    assert_int_equal(times(follower, "\"way\":\"note\""), 700);
    leave(follower);
}

/* --- what is refused, and ends --- */

static void expect_refused(struct place *place, const char *method, const char *target, int status, const char *detail)
{
    struct api_reply reply = api_fixture_ask(&place->f, method, target, "k9", NULL);

    if (reply.status != status || !strstr(json_at(reply.body, "detail"), detail))
        fail_msg("%s %s: got %d %s, want %d …%s…", method, target, reply.status, reply.raw ? reply.raw : "", status,
                 detail);
    api_reply_free(&reply);
}

static void test_what_cannot_be_followed_is_refused_like_the_view_itself(void **state)
{
    expect_refused(*state, "GET", "/v1/alerts/99/follow", 404, "there is none");
    expect_refused(*state, "GET", "/v1/alerts/x/follow", 400, "is no number");
    expect_refused(*state, "GET", "/v1/outbox/follow?state=quued", 400, "did you mean queued");
    expect_refused(*state, "GET", "/v1/audit/follow", 404, "no such path");
    expect_refused(*state, "GET", "/v1/follow", 404, "no such path");
    expect_refused(*state, "POST", "/v1/alerts/5/follow", 404, "no such path");
    assert_int_equal(count(*state, "SELECT count(*) FROM audit"), 0);
}

static void test_view_that_is_too_long_is_refused(void **state)
{
    struct place *place = *state;

    api_fixture_sql(&place->f, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                               " INSERT INTO note (student, at, author, text) SELECT 1, i, 'x', printf('%.1100c', 'a')"
                               " FROM n");
    expect_refused(place, "GET", "/v1/students/20260014/channel/follow?limit=1000", 413, "ask for less");
}

static void test_view_that_is_gone_ends_its_streams_and_no_others(void **state)
{
    struct place *place = *state;
    struct follower *gone = follow(place, "/v1/alerts/5/follow"), *other = follow(place, "/v1/alerts/6/follow");

    wait_for(gone, "id: 1\n");
    wait_for(other, "id: 1\n");
    assert_true(store_change(place->f.store, "DELETE FROM ask WHERE cause = 5", "") == 1);
    assert_true(store_change(place->f.store, "DELETE FROM clock WHERE cause = 5", "") == 1);
    assert_true(store_change(place->f.store, "DELETE FROM alert WHERE cause = 5", "") == 1);
    change(place, "DELETE FROM cause WHERE id = 5");
    wait_for_end(gone);
    assert_true(seen(gone, "\r\n0\r\n\r\n")); /* a whole answer, not a broken one */
    change(place, "UPDATE cause SET title = '停电' WHERE id = 6");
    wait_for(other, "停电");
    assert_false(other->ended);
    leave(gone);
    leave(other);
}

static void test_end_of_the_daemon_ends_the_stream(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow");

    wait_for(follower, "id: 1\n");
    api_fixture_unhelp(&place->f);
    api_stop(place->f.api);
    wait_for_end(follower);
    assert_true(seen(follower, "\r\n0\r\n\r\n"));
    expect_refused(place, "GET", "/v1/alerts/5/follow", 503, "stopping");
    leave(follower);
}

/* Half of the connections may follow; who comes after them is told so, and what is no stream is served. */
static void test_streams_are_bounded_and_a_place_is_free_at_once_when_one_leaves(void **state)
{
    struct place *place = *state;
    struct follower *followers[STREAMS], *next;
    struct api_reply reply;

    for (int i = 0; i < STREAMS; i++) {
        followers[i] = follow(place, i ? "/v1/alerts/5/follow" : "/v1/status/follow");
        wait_for(followers[i], "id: 1\n");
    }
    expect_refused(place, "GET", "/v1/alerts/6/follow", 503, "followed already");
    reply = api_fixture_get(&place->f, "/v1/alerts/6");
    assert_int_equal(reply.status, 200);
    api_reply_free(&reply);
    close(followers[1]->fd);
    followers[1]->fd = -1;
    event_del(followers[1]->reader);
    api_fixture_turn(&place->f); /* the end of its connection is the only thing to happen, but for the tick */
    api_fixture_turn(&place->f);
    next = follow(place, "/v1/alerts/6/follow");
    wait_for(next, "id: 1\n");
    for (int i = 0; i < STREAMS; i++)
        leave(followers[i]);
    leave(next);
}

static void test_client_that_leaves_while_its_view_is_looked_at_harms_nobody(void **state)
{
    struct place *place = *state;
    struct follower *follower = follow(place, "/v1/alerts/5/follow"), *other = follow(place, "/v1/alerts/6/follow");

    wait_for(follower, "id: 1\n");
    wait_for(other, "id: 1\n");
    let_pass(place);
    change(place, "UPDATE cause SET title = '高烧' WHERE id = 5"); /* the look begins behind this turn */
    leave(follower);
    change(place, "UPDATE cause SET title = '停电' WHERE id = 6");
    wait_for(other, "停电");
    leave(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_follower_gets_the_view_and_then_every_state_it_comes_to),
        TEST(test_event_leaves_after_the_commit_not_before),
        TEST(test_turn_that_cannot_be_stored_makes_no_event),
        TEST(test_what_another_view_shows_is_no_event),
        TEST(test_time_alone_is_no_event),
        TEST(test_clock_of_an_alert_is_an_event_when_it_is_kept_not_while_it_runs),
        TEST(test_start_is_in_the_audit_log_once),
        TEST(test_followers_share_a_look_with_nobody_but_themselves),
        TEST(test_lists_and_the_channel_can_be_followed),
        TEST(test_note_reaches_who_follows_the_channel),
        TEST(test_long_view_arrives_whole),
        TEST(test_what_cannot_be_followed_is_refused_like_the_view_itself),
        TEST(test_view_that_is_too_long_is_refused),
        TEST(test_view_that_is_gone_ends_its_streams_and_no_others),
        TEST(test_end_of_the_daemon_ends_the_stream),
        TEST(test_streams_are_bounded_and_a_place_is_free_at_once_when_one_leaves),
        TEST(test_client_that_leaves_while_its_view_is_looked_at_harms_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
