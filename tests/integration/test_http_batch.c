/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built http gateway with several messages in one request, and with digest authentication, whose request goes twice.
 * What must hold: each message gets its own outcome, one that the answer does not name is unknown, and whatever the byte
 * after which a connection dies, no message is sent twice and none is called refused that may have left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "tests/support/http_world.h"

#define BATCH                                                                                                          \
    "\"body\":\"{\\\"text\\\":${text|json},\\\"to\\\":[${batch}]}\",\"country\":\"+86\",\"batch\":{\"size\":3,"        \
    "\"entry\":\"{\\\"n\\\":${to|json},\\\"k\\\":${id|json}}\",\"wait\":\"50ms\""
#define BY_ID                                                                                                          \
    BATCH ",\"answer\":{\"items\":\"$.results\",\"id\":\"$.k\",\"success\":{\"json\":\"$.code\",\"equals\":0},"        \
          "\"provider_id\":\"$.id\",\"code\":\"$.code\",\"errors\":[{\"json\":\"$.code\",\"equals\":7,\"class\":"      \
          "\"permanent\"}]}}"

static void send_to(struct http_world *world, const char *id, const char *to, const char *lane, const char *text)
{
    gateway_process_say(
        &world->gateway,
        "{\"type\":\"send\",\"id\":\"%s\",\"channel\":\"sms\",\"lane\":\"%s\",\"to\":\"%s\",\"text\":\"%s\","
        "\"expires\":1895000000000}",
        id, lane, to, text);
}

/* Three equal texts, which fill a batch. */
static void send_three(struct http_world *world)
{
    send_to(world, "e1-1", "+8619900000001", "bulk", "好");
    send_to(world, "e1-2", "+8619900000002", "bulk", "好");
    send_to(world, "e1-3", "+8619900000003", "bulk", "好");
}

static void expect_all_started(struct http_world *world, const char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        http_expect_started(world, ids[i]);
}

static const char *const three[] = { "e1-1", "e1-2", "e1-3" };

static void expect_batch(struct http_world *world)
{
    assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    expect_all_started(world, three, 3);
}

static void expect_accepted(struct http_world *world, const char *id, const char *provider_id)
{
    json_t *line = http_expect(world, "accepted", id);

    assert_string_equal(json_text(line, "provider_id", ""), provider_id);
    json_decref(line);
}

static void test_equal_texts_leave_in_one_request_and_get_outcomes_of_their_own(void **state)
{
    struct http_world *world = *state;
    json_t *ready = http_greet(world, "/send", BY_ID);

    assert_int_equal(json_int(ready, "window", 0), 24);
    assert_int_equal(json_int(ready, "batch", 0), 3);
    json_decref(ready);
    send_three(world);
    expect_batch(world);
    assert_string_equal(
        peer_body(&world->peer),
        "{\"text\":\"好\",\"to\":[{\"n\":\"+8619900000001\",\"k\":\"e1-1\"},{\"n\":\"+8619900000002\",\"k\":"
        "\"e1-2\"},{\"n\":\"+8619900000003\",\"k\":\"e1-3\"}]}");
    assert_true(peer_answer(&world->peer, 200, "",
                            "{\"results\":[{\"k\":\"e1-3\",\"code\":7},{\"k\":\"e1-1\",\"code\":0,\"id\":\"p1\"}]}"));
    http_expect_refused(world, "e1-3", "permanent", "7");
    expect_accepted(world, "e1-1", "p1");
    http_expect_unknown(world, "e1-2"); /* not in the answer */
    assert_int_equal(world->peer.requests, 1);
}

static void test_answer_may_name_messages_by_number(void **state)
{
    struct http_world *world = *state;

    http_start(world, BATCH ",\"answer\":{\"items\":\"$\",\"to\":\"$.mobile\",\"provider_id\":\"$.id\"}}");
    send_three(world);
    expect_batch(world);
    assert_true(
        peer_answer(&world->peer, 200, "",
                    "[{\"mobile\":\"19900000002\",\"id\":2},{\"mobile\":\"8619900000001\",\"id\":1},{\"mobile\":"
                    "\"+8619900000003\",\"id\":3},{\"mobile\":\"19900000009\",\"id\":9}]"));
    expect_accepted(world, "e1-2", "2");
    expect_accepted(world, "e1-1", "1");
    expect_accepted(world, "e1-3", "3");
}

static void test_answer_by_order_counts_only_when_it_has_one_for_each(void **state)
{
    struct http_world *world = *state;

    http_start(world, BATCH ",\"answer\":{\"items\":\"$.ids\",\"provider_id\":\"$\"}}");
    send_three(world);
    expect_batch(world);
    assert_true(peer_answer(&world->peer, 200, "", "{\"ids\":[\"a\",\"b\",\"c\"]}"));
    expect_accepted(world, "e1-1", "a");
    expect_accepted(world, "e1-2", "b");
    expect_accepted(world, "e1-3", "c");
    send_three(world);
    expect_batch(world);
    assert_true(peer_answer(&world->peer, 200, "", "{\"ids\":[\"a\",\"b\"]}"));
    http_expect_unknown(world, "e1-1");
    http_expect_unknown(world, "e1-2");
    http_expect_unknown(world, "e1-3");
}

static void test_refused_request_refuses_every_message_of_it(void **state)
{
    struct http_world *world = *state;

    http_start(world, BY_ID);
    send_three(world);
    expect_batch(world);
    assert_true(peer_answer(&world->peer, 429, "Retry-After: 5\r\n", "slow down"));
    for (size_t i = 0; i < COUNT(three); i++)
        http_expect_refused(world, three[i], "throttled", "429");
}

static void test_message_that_finds_no_other_leaves_after_the_wait(void **state)
{
    static const char *const one[] = { "e1-1" };
    struct http_world *world = *state;

    http_start(world, BY_ID);
    send_to(world, "e1-1", "+8619900000001", "bulk", "好");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    expect_all_started(world, one, 1);
    assert_true(peer_answer(&world->peer, 200, "", "{\"results\":[{\"k\":\"e1-1\",\"code\":0,\"id\":\"p1\"}]}"));
    expect_accepted(world, "e1-1", "p1");
}

static void test_emergency_waits_for_no_other(void **state)
{
    struct http_world *world = *state;

    http_start(world, "\"body\":\"[${batch}]\",\"batch\":{\"size\":3,\"entry\":\"${id|json}\",\"wait\":\"10s\"}");
    send_to(world, "e1-1", "+8619900000001", "emergency", "好");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer)); /* 5 s at most */
    assert_string_equal(peer_body(&world->peer), "[\"e1-1\"]");
    http_expect_started(world, "e1-1");
    assert_true(peer_answer(&world->peer, 200, "", ""));
    json_decref(http_expect(world, "accepted", "e1-1"));
}

static void test_different_texts_and_one_number_twice_do_not_share_a_request(void **state)
{
    static const char *const bodies[] = { "[\"e1-1\"]", "[\"e1-2\"]", "[\"e1-3\"]" };
    struct http_world *world = *state;
    bool seen[3] = { false };

    http_start(
        world,
        "\"connections\":1,\"body\":\"[${batch}]\",\"batch\":{\"size\":3,\"entry\":\"${id|json}\",\"wait\":\"50ms\"}");
    send_to(world, "e1-1", "+8619900000001", "bulk", "好");
    send_to(world, "e1-2", "+8619900000002", "bulk", "坏");
    send_to(world, "e1-3", "+8619900000001", "bulk", "好");
    for (int i = 0; i < 3; i++) {
        assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
        assert_true(peer_read(&world->peer));
        for (size_t j = 0; j < COUNT(bodies); j++)
            seen[j] |= strcmp(peer_body(&world->peer), bodies[j]) == 0;
        json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS)); /* started */
        assert_true(peer_answer(&world->peer, 200, "", ""));
        json_decref(gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS)); /* accepted */
    }
    assert_true(seen[0] && seen[1] && seen[2]);
}

static void test_cancelled_message_is_taken_out_of_its_batch(void **state)
{
    struct http_world *world = *state;

    http_start(world, BY_ID);
    send_to(world, "e1-1", "+8619900000001", "bulk", "好");
    send_to(world, "e1-2", "+8619900000002", "bulk", "好");
    gateway_process_say(&world->gateway, "{\"type\":\"cancel\",\"id\":\"e1-1\"}");
    http_expect_refused(world, "e1-1", "permanent", "cancelled");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_null(strstr(peer_body(&world->peer), "e1-1"));
    assert_non_null(strstr(peer_body(&world->peer), "e1-2"));
    http_expect_started(world, "e1-2");
    assert_true(peer_answer(&world->peer, 200, "", "{\"results\":[{\"k\":\"e1-2\",\"code\":0,\"id\":\"p2\"}]}"));
    expect_accepted(world, "e1-2", "p2");
}

static const char batch_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    "{\"results\":[{\"k\":\"e1-1\",\"code\":0,\"id\":1},{\"k\":\"e1-2\",\"code\":0,\"id\":2},"
    "{\"k\":\"e1-3\",\"code\":0,\"id\":3}]}";

/* A good request first, so that the next one reuses its connection. */
static void send_three_well(struct http_world *world)
{
    send_three(world);
    expect_batch(world);
    assert_true(peer_write(&world->peer, batch_answer, strlen(batch_answer)));
    for (size_t i = 0; i < COUNT(three); i++)
        json_decref(http_expect(world, "accepted", three[i]));
}

static void cut_batch_everywhere(struct http_world *world, bool reused, bool reset)
{
    int requests = 0;

    http_start(world, BY_ID);
    for (size_t i = 0; i < strlen(batch_answer); i++) {
        if (reused)
            send_three_well(world);
        send_three(world);
        expect_batch(world);
        assert_true(peer_write(&world->peer, batch_answer, i));
        peer_hang_up(&world->peer, reset);
        for (size_t j = 0; j < COUNT(three); j++)
            http_expect_unknown(world, three[j]);
        requests += reused ? 2 : 1;
        assert_int_equal(world->peer.requests, requests);
        assert_true(peer_is_quiet(&world->peer));
    }
}

static void test_batch_cut_after_any_byte_on_a_fresh_connection_is_unknown(void **state)
{
    cut_batch_everywhere(*state, false, false);
}

static void test_batch_reset_after_any_byte_on_a_reused_connection_is_unknown(void **state)
{
    cut_batch_everywhere(*state, true, true);
}

/* --- digest authentication (RFC 7616) --- */

#define DIGEST "\"digest\":\"school:geheim\"," HTTP_USUAL

static const char challenge[] = "WWW-Authenticate: Digest realm=\"sms\", qop=\"auth\", algorithm=MD5, "
                                "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c0\"\r\n";

/* What goes first has no body; the challenge comes, and then the message itself on the same connection. */
static void take_challenged(struct http_world *world, const char *id)
{
    assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    assert_null(strstr(world->peer.request.data, "Authorization:"));
    assert_string_equal(peer_body(&world->peer), "");
    http_expect_started(world, id);
    assert_true(peer_answer(&world->peer, 401, challenge, "who?"));
    assert_true(peer_read(&world->peer));
    assert_non_null(strstr(world->peer.request.data, "\r\nAuthorization: Digest username=\"school\","));
    assert_null(strstr(world->peer.request.data, "geheim"));
    assert_non_null(strstr(peer_body(&world->peer), id));
}

static void test_digest_sends_the_message_once_it_was_challenged(void **state)
{
    struct http_world *world = *state;

    http_start(world, DIGEST);
    http_send(world, "e1-1", "您好");
    take_challenged(world, "e1-1");
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
    expect_accepted(world, "e1-1", "p1");
    assert_int_equal(world->peer.requests, 2);
}

static void test_wrong_digest_is_trouble_of_the_account(void **state)
{
    struct http_world *world = *state;

    world->warned = true;
    http_start(world, DIGEST);
    http_send(world, "e1-1", "您好");
    take_challenged(world, "e1-1");
    assert_true(peer_answer(&world->peer, 401, challenge, "no"));
    json_decref(http_expect(world, "pause", ""));
    http_expect_refused(world, "e1-1", "temporary", "401");
    assert_int_equal(world->peer.requests, 2);
}

static const char digest_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"id\":\"p-9\"}";

static void cut_digest_everywhere(struct http_world *world, bool reused, bool reset)
{
    http_start(world, DIGEST);
    for (size_t i = 0; i < strlen(digest_answer); i++) {
        char id[24];
        int before;

        snprintf(id, sizeof id, "e1-%zu", i + 2);
        if (reused) {
            http_send(world, "e1-1", "您好");
            take_challenged(world, "e1-1");
            assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
            expect_accepted(world, "e1-1", "p1");
        }
        http_send(world, id, "您好");
        take_challenged(world, id);
        before = world->peer.requests;
        assert_true(peer_write(&world->peer, digest_answer, i));
        peer_hang_up(&world->peer, reset);
        http_expect_unknown(world, id);
        assert_int_equal(world->peer.requests, before);
        assert_true(peer_is_quiet(&world->peer));
    }
}

static void test_digest_cut_after_any_byte_on_a_fresh_connection_is_unknown(void **state)
{
    cut_digest_everywhere(*state, false, false);
}

static void test_digest_reset_after_any_byte_on_a_reused_connection_is_unknown(void **state)
{
    cut_digest_everywhere(*state, true, true);
}

/* Nothing of the message has left: it may safely go again later. */
static void test_connection_that_dies_before_the_challenge_has_not_sent_the_message(void **state)
{
    struct http_world *world = *state;

    http_start(world, DIGEST);
    http_send(world, "e1-1", "您好");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    http_expect_started(world, "e1-1");
    peer_hang_up(&world->peer, false);
    http_expect_refused(world, "e1-1", "temporary", "unreachable");
    assert_true(peer_is_quiet(&world->peer));
}

static void test_server_that_closes_with_its_challenge_gets_the_message_on_a_new_connection(void **state)
{
    struct http_world *world = *state;
    char *headers = mem_format("%sConnection: close\r\n", challenge);

    http_start(world, DIGEST);
    http_send(world, "e1-1", "您好");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    http_expect_started(world, "e1-1");
    assert_true(peer_answer(&world->peer, 401, headers, "who?"));
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_non_null(strstr(peer_body(&world->peer), "e1-1"));
    peer_hang_up(&world->peer, false);
    http_expect_unknown(world, "e1-1");
    assert_true(peer_is_quiet(&world->peer));
    free(headers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_equal_texts_leave_in_one_request_and_get_outcomes_of_their_own),
        HTTP_TEST(test_answer_may_name_messages_by_number),
        HTTP_TEST(test_answer_by_order_counts_only_when_it_has_one_for_each),
        HTTP_TEST(test_refused_request_refuses_every_message_of_it),
        HTTP_TEST(test_message_that_finds_no_other_leaves_after_the_wait),
        HTTP_TEST(test_emergency_waits_for_no_other),
        HTTP_TEST(test_different_texts_and_one_number_twice_do_not_share_a_request),
        HTTP_TEST(test_cancelled_message_is_taken_out_of_its_batch),
        HTTP_TEST(test_batch_cut_after_any_byte_on_a_fresh_connection_is_unknown),
        HTTP_TEST(test_batch_reset_after_any_byte_on_a_reused_connection_is_unknown),
        HTTP_TEST(test_digest_sends_the_message_once_it_was_challenged),
        HTTP_TEST(test_wrong_digest_is_trouble_of_the_account),
        HTTP_TEST(test_digest_cut_after_any_byte_on_a_fresh_connection_is_unknown),
        HTTP_TEST(test_digest_reset_after_any_byte_on_a_reused_connection_is_unknown),
        HTTP_TEST(test_connection_that_dies_before_the_challenge_has_not_sent_the_message),
        HTTP_TEST(test_server_that_closes_with_its_challenge_gets_the_message_on_a_new_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
