/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built http gateway and a server that dies on it. What must hold: a request leaves at most once, `started` is in
 * the pipe before its first byte, and whatever may have left without a whole answer is `unknown`, never refused and never
 * repeated.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "tests/support/http_world.h"

static void test_message_is_posted_and_accepted_with_the_providers_id(void **state)
{
    struct http_world *world = *state;
    json_t *line;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "他说\\\"好\\\"\\n第二行");
    assert_true(peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    assert_memory_equal(world->peer.request.data, "POST /send HTTP/1.1\r\n", 21);
    assert_non_null(strstr(world->peer.request.data, "\r\nContent-Type: application/json\r\n"));
    assert_null(strcasestr(world->peer.request.data, "\r\nExpect:"));
    assert_string_equal(peer_body(&world->peer),
                        "{\"to\":\"+8619900000376\",\"text\":\"他说\\\"好\\\"\\u000a第二行\",\"key\":\"e1-1\"}");
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p-77\"}"));
    http_expect_started(world, "e1-1");
    line = http_expect(world, "accepted", "e1-1");
    assert_string_equal(json_text(line, "provider_id", ""), "p-77");
    json_decref(line);
}

static void test_started_is_in_the_pipe_before_the_server_has_seen_a_byte(void **state)
{
    struct http_world *world = *state;
    json_t *line;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    line = gateway_process_hear(&world->gateway, 0); /* no wait: it must be there already */
    assert_non_null(line);
    assert_string_equal(json_text(line, "type", ""), "started");
    json_decref(line);
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
}

/* The trap of libcurl: see gateways/http/transfer.c. */
static void test_server_dying_after_reading_on_a_reused_connection_has_seen_the_message_once(void **state)
{
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    http_send_one_well(world, "e1-1");
    http_send(world, "e1-2", "您好");
    assert_true(peer_read(&world->peer)); /* the same connection */
    assert_non_null(strstr(peer_body(&world->peer), "e1-2"));
    peer_hang_up(&world->peer, false);
    http_expect_started(world, "e1-2");
    http_expect_unknown(world, "e1-2");
    assert_true(peer_is_quiet(&world->peer));
    assert_int_equal(world->peer.requests, 2);
    assert_int_equal(world->peer.accepted, 1);
}

static void test_server_dying_after_reading_on_a_fresh_connection_has_seen_the_message_once(void **state)
{
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "您好");
    assert_true(peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    peer_hang_up(&world->peer, false);
    http_expect_started(world, "e1-1");
    http_expect_unknown(world, "e1-1");
    assert_true(peer_is_quiet(&world->peer));
}

/* Which of two connections has something to read. */
static int readable_one(int a, int b)
{
    struct pollfd wait[] = { { .fd = a, .events = POLLIN }, { .fd = b, .events = POLLIN } };

    return poll(wait, 2, PEER_WAIT_MS) == 1 ? (wait[0].revents ? a : b) : -1;
}

static void test_second_open_connection_does_not_get_what_died_on_the_first(void **state)
{
    struct http_world *world = *state;
    struct peer *peer = &world->peer;
    struct pollfd rest = { .events = POLLIN };
    int a, b, used;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(peer) && peer_read(peer));
    http_expect_started(world, "e1-1");
    a = peer->client;
    peer->client = -1;
    http_send(world, "e1-2", "b");
    assert_true(peer_accept(peer) && peer_read(peer));
    http_expect_started(world, "e1-2");
    b = peer->client;
    assert_true(peer_answer(peer, 200, "", "{\"id\":\"p2\"}"));
    json_decref(http_expect(world, "accepted", "e1-2"));
    peer->client = a;
    assert_true(peer_answer(peer, 200, "", "{\"id\":\"p1\"}"));
    json_decref(http_expect(world, "accepted", "e1-1"));

    http_send(world, "e1-3", "c");
    used = readable_one(a, b);
    assert_true(used >= 0);
    peer->client = used;
    assert_true(peer_read(peer));
    peer_hang_up(peer, false);
    http_expect_started(world, "e1-3");
    http_expect_unknown(world, "e1-3");
    rest.fd = used == a ? b : a;
    assert_true(poll(&rest, 1, 0) == 0 || recv(rest.fd, &(char){ 0 }, 1, MSG_DONTWAIT) <= 0);
    assert_true(peer_is_quiet(peer));
    close(rest.fd);
}

static void test_gateway_goes_on_after_a_server_that_died(void **state)
{
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    http_send_one_well(world, "e1-1");
    http_send(world, "e1-2", "您好");
    assert_true(peer_read(&world->peer));
    peer_hang_up(&world->peer, true);
    http_expect_started(world, "e1-2");
    http_expect_unknown(world, "e1-2");
    http_send_one_well(world, "e1-3");
    assert_int_equal(world->peer.accepted, 2);
}

/* A large body: the server has read half of it. */
static void test_reset_in_the_middle_of_the_body_is_unknown(void **state)
{
    struct http_world *world = *state;
    char *text = mem_new(200001, 1);

    memset(text, 'a', 200000);
    http_start(world, HTTP_USUAL);
    http_send_one_well(world, "e1-1");
    http_send(world, "e1-2", text);
    assert_true(peer_read_part(&world->peer, 1000));
    peer_hang_up(&world->peer, true);
    http_expect_started(world, "e1-2");
    http_expect_unknown(world, "e1-2");
    assert_true(peer_is_quiet(&world->peer));
    free(text);
}

static const char whole_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"id\":\"p-9\"}";

/* The job is answered by the first `length` bytes of an answer, and the connection ends. */
static void send_one_cut(struct http_world *world, const char *id, size_t length, bool reset)
{
    http_send(world, id, "您好");
    assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    assert_non_null(strstr(peer_body(&world->peer), id));
    assert_true(peer_write(&world->peer, whole_answer, length));
    peer_hang_up(&world->peer, reset);
    http_expect_started(world, id);
}

/* Any 2xx is a yes here, so only the end of the answer tells that it was cut. */
static void cut_everywhere(struct http_world *world, bool reused, bool reset)
{
    int requests = 0;

    http_start(world, "\"body\":\"{\\\"text\\\":${text|json},\\\"key\\\":${id|json}}\"");
    for (size_t i = 0; i < strlen(whole_answer); i++) {
        char id[24];

        snprintf(id, sizeof id, "e1-%zu", 2 * i + 2);
        if (reused)
            http_send_one_well(world, "e1-1");
        send_one_cut(world, id, i, reset);
        http_expect_unknown(world, id);
        requests += reused ? 2 : 1;
        assert_int_equal(world->peer.requests, requests);
        assert_true(peer_is_quiet(&world->peer));
    }
}

static void test_answer_cut_after_any_byte_on_a_fresh_connection_is_unknown(void **state)
{
    cut_everywhere(*state, false, false);
}

static void test_answer_cut_after_any_byte_on_a_reused_connection_is_unknown(void **state)
{
    cut_everywhere(*state, true, false);
}

static void test_reset_after_any_byte_on_a_fresh_connection_is_unknown(void **state)
{
    cut_everywhere(*state, false, true);
}

static void test_reset_after_any_byte_on_a_reused_connection_is_unknown(void **state)
{
    cut_everywhere(*state, true, true);
}

static void test_whole_answer_before_the_end_of_the_connection_is_accepted(void **state)
{
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    send_one_cut(world, "e1-1", strlen(whole_answer), false);
    json_decref(http_expect(world, "accepted", "e1-1"));
}

static void test_interim_answer_and_chunks_with_a_trailer_are_one_whole_answer(void **state)
{
    static const char answer[] =
        "HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
        "\r\n6\r\n{\"id\":\r\n6\r\n\"p-12\"\r\n1\r\n}\r\n0\r\nX-Sum: 1\r\n\r\n";
    struct http_world *world = *state;
    json_t *line;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_write(&world->peer, answer, strlen(answer)));
    http_expect_started(world, "e1-1");
    line = http_expect(world, "accepted", "e1-1");
    assert_string_equal(json_text(line, "provider_id", ""), "p-12");
    json_decref(line);
}

static void test_get_is_never_repeated(void **state)
{
    struct http_world *world = *state;

    json_decref(http_greet(world, "/send?to=${to|url}&text=${text|url}", "\"provider_id\":\"$.id\""));
    http_send_one_well(world, "e1-1");
    assert_memory_equal(world->peer.request.data, "GET /send?to=%2B8619900000376&text=%E6%82%A8%E5%A5%BD HTTP/1.1\r\n",
                        64);
    http_send(world, "e1-2", "好");
    assert_true(peer_accept(&world->peer)); /* closes the first connection */
    assert_true(peer_read(&world->peer));
    peer_hang_up(&world->peer, false);
    http_expect_started(world, "e1-2");
    http_expect_unknown(world, "e1-2");
    assert_true(peer_is_quiet(&world->peer));
}

static void test_unreachable_server_is_refused_for_now_and_never_started(void **state)
{
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    close(world->peer.listener);
    world->peer.listener = -1;
    http_send(world, "e1-1", "a");
    http_expect_refused(world, "e1-1", "temporary", "unreachable");
}

static void test_server_that_never_answers_is_unknown_after_the_timeout(void **state)
{
    struct http_world *world = *state;

    http_start(world, "\"timeout\":\"300ms\"," HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    http_expect_started(world, "e1-1");
    http_expect_unknown(world, "e1-1");
    assert_true(peer_is_quiet(&world->peer));
}

static void test_cancel_takes_back_only_what_has_not_left(void **state)
{
    struct http_world *world = *state;

    http_start(world, "\"connections\":1," HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    http_expect_started(world, "e1-1");
    http_send(world, "e1-2", "b"); /* waits for the one connection */
    gateway_process_say(&world->gateway, "{\"type\":\"cancel\",\"id\":\"e1-1\"}");
    gateway_process_say(&world->gateway, "{\"type\":\"cancel\",\"id\":\"e1-2\"}");
    http_expect_refused(world, "e1-2", "permanent", "cancelled");
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
    json_decref(http_expect(world, "accepted", "e1-1"));
    assert_int_equal(world->peer.requests, 1);
}

static void test_job_in_hand_is_finished_after_the_end_of_the_input(void **state)
{
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    http_expect_started(world, "e1-1");
    close(world->gateway.in);
    world->gateway.in = -1;
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
    json_decref(http_expect(world, "accepted", "e1-1"));
    assert_int_equal(gateway_process_end(&world->gateway, NULL), 0);
    world->gateway.pid = -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_message_is_posted_and_accepted_with_the_providers_id),
        HTTP_TEST(test_started_is_in_the_pipe_before_the_server_has_seen_a_byte),
        HTTP_TEST(test_server_dying_after_reading_on_a_reused_connection_has_seen_the_message_once),
        HTTP_TEST(test_server_dying_after_reading_on_a_fresh_connection_has_seen_the_message_once),
        HTTP_TEST(test_second_open_connection_does_not_get_what_died_on_the_first),
        HTTP_TEST(test_gateway_goes_on_after_a_server_that_died),
        HTTP_TEST(test_reset_in_the_middle_of_the_body_is_unknown),
        HTTP_TEST(test_answer_cut_after_any_byte_on_a_fresh_connection_is_unknown),
        HTTP_TEST(test_answer_cut_after_any_byte_on_a_reused_connection_is_unknown),
        HTTP_TEST(test_reset_after_any_byte_on_a_fresh_connection_is_unknown),
        HTTP_TEST(test_reset_after_any_byte_on_a_reused_connection_is_unknown),
        HTTP_TEST(test_whole_answer_before_the_end_of_the_connection_is_accepted),
        HTTP_TEST(test_interim_answer_and_chunks_with_a_trailer_are_one_whole_answer),
        HTTP_TEST(test_get_is_never_repeated),
        HTTP_TEST(test_unreachable_server_is_refused_for_now_and_never_started),
        HTTP_TEST(test_server_that_never_answers_is_unknown_after_the_timeout),
        HTTP_TEST(test_cancel_takes_back_only_what_has_not_left),
        HTTP_TEST(test_job_in_hand_is_finished_after_the_end_of_the_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
