/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built http gateway between two pipes and a server on loopback that misbehaves. What must hold: a request leaves
 * at most once, `started` is in the pipe before its first byte, and whatever may have left without a clear answer is
 * `unknown`, never refused and never repeated.
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
#include "tests/support/gateway_process.h"
#include "tests/support/http_peer.h"

/* clang-format off */
#define USUAL "\"body\":\"{\\\"to\\\":${to|json},\\\"text\\\":${text|json},\\\"key\\\":\\\"${id}\\\"}\"," \
              "\"provider_id\":\"$.id\""
/* clang-format on */

struct world {
    struct peer peer;
    struct gateway_process gateway;
};

static int set_up(void **state)
{
    struct world *world = mem_new(1, sizeof *world);

    *state = world;
    return peer_open(&world->peer, false) && gateway_process_start(&world->gateway, "http") ? 0 : -1;
}

/* The program ends well and has said nothing that the test did not expect: no warning, no report of a sanitizer. */
static int tear_down(void **state)
{
    struct world *world = *state;
    char *log = NULL;
    int status = world->gateway.pid > 0 ? gateway_process_end(&world->gateway, &log) : 0;
    bool clean = !log || (!strstr(log, "<3>") && !strstr(log, "<4>") && !strstr(log, "runtime error"));

    if (status != 0 || !clean)
        print_error("the gateway ended with %d and said: %s\n", status, log ? log : "");
    peer_close(&world->peer);
    free(log);
    free(world);
    return status == 0 && clean ? 0 : -1;
}

/* hello with a URL that leads to the peer and more keys of the configuration; hears ready, which the caller owns. */
static json_t *greet(struct world *world, const char *path, const char *config)
{
    json_t *ready;

    gateway_process_say(
        &world->gateway,
        "{\"type\":\"hello\",\"versions\":[1],\"name\":\"line1\",\"epoch\":\"e1\",\"boot\":\"b1\","
        "\"state_dir\":\".\",\"zone\":\"Asia/Shanghai\",\"demo\":false,\"now\":1795000000000,\"speed\":1,"
        "\"config\":{\"url\":\"http://127.0.0.1:%d%s\"%s%s}}",
        world->peer.port, path, *config ? "," : "", config);
    ready = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    assert_non_null(ready);
    assert_string_equal(json_text(ready, "type", ""), "ready");
    return ready;
}

static void start(struct world *world, const char *config)
{
    json_decref(greet(world, "/send", config));
}

static void send_text(struct world *world, const char *id, const char *text)
{
    gateway_process_say(
        &world->gateway,
        "{\"type\":\"send\",\"id\":\"%s\",\"channel\":\"sms\",\"lane\":\"notice\",\"to\":\"+8619900000376\","
        "\"text\":\"%s\",\"expires\":1895000000000}",
        id, text);
}

/* The next line is of that verb, about that job; the caller owns it. */
static json_t *expect(struct world *world, const char *type, const char *id)
{
    json_t *line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
    char *text = line ? json_write(line) : mem_dup("nothing");

    while (line && strcmp(json_text(line, "type", ""), "health") == 0 && strcmp(type, "health") != 0) {
        json_decref(line);
        line = gateway_process_hear(&world->gateway, GATEWAY_WAIT_MS);
        free(text);
        text = line ? json_write(line) : mem_dup("nothing");
    }
    if (!line || strcmp(json_text(line, "type", ""), type) != 0 || strcmp(json_text(line, "id", ""), id) != 0)
        fail_msg("want %s %s, got %s", type, id, text);
    free(text);
    return line;
}

static void expect_started(struct world *world, const char *id)
{
    json_decref(expect(world, "started", id));
}

/* One job, accepted; the connection stays open. */
static void send_one_well(struct world *world, const char *id)
{
    send_text(world, id, "您好");
    assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
    expect_started(world, id);
    json_decref(expect(world, "accepted", id));
}

static void expect_refused(struct world *world, const char *id, const char *class, const char *code)
{
    json_t *line = expect(world, "refused", id);

    assert_string_equal(json_text(line, "class", ""), class);
    assert_string_equal(json_text(line, "code", ""), code);
    json_decref(line);
}

static void expect_unknown(struct world *world, const char *id)
{
    json_t *line = expect(world, "unknown", id);

    assert_true(strlen(json_text(line, "detail", "")) > 0);
    json_decref(line);
}

static void test_message_is_posted_and_accepted_with_the_providers_id(void **state)
{
    struct world *world = *state;
    json_t *line;

    start(world, USUAL);
    send_text(world, "e1-1", "他说\\\"好\\\"\\n第二行");
    assert_true(peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    assert_memory_equal(world->peer.request.data, "POST /send HTTP/1.1\r\n", 21);
    assert_non_null(strstr(world->peer.request.data, "\r\nContent-Type: application/json\r\n"));
    assert_null(strcasestr(world->peer.request.data, "\r\nExpect:"));
    assert_string_equal(peer_body(&world->peer),
                        "{\"to\":\"+8619900000376\",\"text\":\"他说\\\"好\\\"\\u000a第二行\",\"key\":\"e1-1\"}");
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p-77\"}"));
    expect_started(world, "e1-1");
    line = expect(world, "accepted", "e1-1");
    assert_string_equal(json_text(line, "provider_id", ""), "p-77");
    json_decref(line);
}

static void test_started_is_in_the_pipe_before_the_server_has_seen_a_byte(void **state)
{
    struct world *world = *state;
    json_t *line;

    start(world, USUAL);
    send_text(world, "e1-1", "a");
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
    struct world *world = *state;

    start(world, USUAL);
    send_one_well(world, "e1-1");
    send_text(world, "e1-2", "您好");
    assert_true(peer_read(&world->peer)); /* the same connection */
    assert_non_null(strstr(peer_body(&world->peer), "e1-2"));
    peer_hang_up(&world->peer, false);
    expect_started(world, "e1-2");
    expect_unknown(world, "e1-2");
    assert_true(peer_is_quiet(&world->peer));
    assert_int_equal(world->peer.requests, 2);
    assert_int_equal(world->peer.accepted, 1);
}

static void test_server_dying_after_reading_on_a_fresh_connection_has_seen_the_message_once(void **state)
{
    struct world *world = *state;

    start(world, USUAL);
    send_text(world, "e1-1", "您好");
    assert_true(peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    peer_hang_up(&world->peer, false);
    expect_started(world, "e1-1");
    expect_unknown(world, "e1-1");
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
    struct world *world = *state;
    struct peer *peer = &world->peer;
    struct pollfd rest = { .events = POLLIN };
    int a, b, used;

    start(world, USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(peer) && peer_read(peer));
    expect_started(world, "e1-1");
    a = peer->client;
    peer->client = -1;
    send_text(world, "e1-2", "b");
    assert_true(peer_accept(peer) && peer_read(peer));
    expect_started(world, "e1-2");
    b = peer->client;
    assert_true(peer_answer(peer, 200, "", "{\"id\":\"p2\"}"));
    json_decref(expect(world, "accepted", "e1-2"));
    peer->client = a;
    assert_true(peer_answer(peer, 200, "", "{\"id\":\"p1\"}"));
    json_decref(expect(world, "accepted", "e1-1"));

    send_text(world, "e1-3", "c");
    used = readable_one(a, b);
    assert_true(used >= 0);
    peer->client = used;
    assert_true(peer_read(peer));
    peer_hang_up(peer, false);
    expect_started(world, "e1-3");
    expect_unknown(world, "e1-3");
    rest.fd = used == a ? b : a;
    assert_true(poll(&rest, 1, 0) == 0 || recv(rest.fd, &(char){ 0 }, 1, MSG_DONTWAIT) <= 0);
    assert_true(peer_is_quiet(peer));
    close(rest.fd);
}

static void test_gateway_goes_on_after_a_server_that_died(void **state)
{
    struct world *world = *state;

    start(world, USUAL);
    send_one_well(world, "e1-1");
    send_text(world, "e1-2", "您好");
    assert_true(peer_read(&world->peer));
    peer_hang_up(&world->peer, true);
    expect_started(world, "e1-2");
    expect_unknown(world, "e1-2");
    send_one_well(world, "e1-3");
    assert_int_equal(world->peer.accepted, 2);
}

/* A large body: the server has read half of it. */
static void test_reset_in_the_middle_of_the_body_is_unknown(void **state)
{
    struct world *world = *state;
    char *text = mem_new(200001, 1);

    memset(text, 'a', 200000);
    start(world, USUAL);
    send_one_well(world, "e1-1");
    send_text(world, "e1-2", text);
    assert_true(peer_read_part(&world->peer, 1000));
    peer_hang_up(&world->peer, true);
    expect_started(world, "e1-2");
    expect_unknown(world, "e1-2");
    assert_true(peer_is_quiet(&world->peer));
    free(text);
}

static const char whole_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"id\":\"p-9\"}";

/* The job is answered by the first `length` bytes of an answer, and the connection ends. */
static void send_one_cut(struct world *world, const char *id, size_t length, bool reset)
{
    send_text(world, id, "您好");
    assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    assert_non_null(strstr(peer_body(&world->peer), id));
    assert_true(peer_write(&world->peer, whole_answer, length));
    peer_hang_up(&world->peer, reset);
    expect_started(world, id);
}

static void cut_everywhere(struct world *world, bool reused, bool reset)
{
    int requests = 0;

    start(world, USUAL);
    for (size_t i = 0; i < strlen(whole_answer); i++) {
        char id[24];

        snprintf(id, sizeof id, "e1-%zu", 2 * i + 2);
        if (reused)
            send_one_well(world, "e1-1");
        send_one_cut(world, id, i, reset);
        expect_unknown(world, id);
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
    struct world *world = *state;

    start(world, USUAL);
    send_one_cut(world, "e1-1", strlen(whole_answer), false);
    json_decref(expect(world, "accepted", "e1-1"));
}

static void test_get_is_never_repeated(void **state)
{
    struct world *world = *state;

    json_decref(greet(world, "/send?to=${to|url}&text=${text|url}", "\"provider_id\":\"$.id\""));
    send_one_well(world, "e1-1");
    assert_memory_equal(world->peer.request.data, "GET /send?to=%2B8619900000376&text=%E6%82%A8%E5%A5%BD HTTP/1.1\r\n",
                        64);
    send_text(world, "e1-2", "好");
    assert_true(peer_accept(&world->peer)); /* closes the first connection */
    assert_true(peer_read(&world->peer));
    peer_hang_up(&world->peer, false);
    expect_started(world, "e1-2");
    expect_unknown(world, "e1-2");
    assert_true(peer_is_quiet(&world->peer));
}

static void test_unreachable_server_is_refused_for_now_and_never_started(void **state)
{
    struct world *world = *state;

    start(world, USUAL);
    close(world->peer.listener);
    world->peer.listener = -1;
    send_text(world, "e1-1", "a");
    expect_refused(world, "e1-1", "temporary", "unreachable");
}

static void test_server_that_never_answers_is_unknown_after_the_timeout(void **state)
{
    struct world *world = *state;

    start(world, "\"timeout\":\"300ms\"," USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer));
    assert_true(peer_read(&world->peer));
    expect_started(world, "e1-1");
    expect_unknown(world, "e1-1");
    assert_true(peer_is_quiet(&world->peer));
}

struct answered {
    int status;
    const char *headers, *class, *code;
    int retry_after;
};

static void test_statuses_mean_what_the_table_says(void **state)
{
    static const struct answered rows[] = {
        { 400, "", "permanent", "400", 0 },
        { 404, "", "permanent", "404", 0 },
        { 408, "", "temporary", "408", 0 },
        { 429, "Retry-After: 7\r\n", "throttled", "429", 7000 },
        { 429, "", "throttled", "429", 0 },
        { 500, "", "temporary", "500", 0 },
        { 503, "", "temporary", "503", 0 },
        { 503, "Retry-After: 120\r\n", "throttled", "503", 120000 },
        { 302, "Location: http://127.0.0.1:1/\r\n", "temporary", "302", 0 },
    };
    struct world *world = *state;

    start(world, USUAL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *line;

        send_text(world, "e1-1", "a");
        assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
        assert_true(peer_read(&world->peer));
        assert_true(peer_answer(&world->peer, rows[i].status, rows[i].headers, "no"));
        expect_started(world, "e1-1");
        line = expect(world, "refused", "e1-1");
        assert_string_equal(json_text(line, "class", ""), rows[i].class);
        assert_string_equal(json_text(line, "code", ""), rows[i].code);
        assert_int_equal(json_int(line, "retry_after", 0), rows[i].retry_after);
        json_decref(line);
    }
}

static void test_proxy_error_leaves_the_outcome_unknown(void **state)
{
    struct world *world = *state;

    start(world, USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 504, "", "upstream timed out"));
    expect_started(world, "e1-1");
    expect_unknown(world, "e1-1");
}

static void test_refused_account_pauses_the_gateway_and_keeps_the_message(void **state)
{
    struct world *world = *state;
    json_t *pause;
    char *log = NULL;

    start(world, USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 401, "", "{}"));
    expect_started(world, "e1-1");
    pause = expect(world, "pause", "");
    assert_true(json_int(pause, "until", 0) > INT64_C(1795000000000));
    json_decref(pause);
    expect_refused(world, "e1-1", "temporary", "401");
    assert_int_equal(gateway_process_end(&world->gateway, &log), 0);
    world->gateway.pid = -1;
    assert_non_null(strstr(log, "the provider refuses the account (401): paused"));
    free(log);
}

static void test_answer_that_is_not_as_described_is_unknown(void **state)
{
    static const char *const bodies[] = { "{\"id\":", "<html>welcome</html>", "", "{\"other\":1}", "\xff\xfe" };
    struct world *world = *state;

    start(world, USUAL);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        send_text(world, "e1-1", "a");
        assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
        assert_true(peer_read(&world->peer));
        assert_true(peer_answer(&world->peer, 200, "", bodies[i]));
        expect_started(world, "e1-1");
        expect_unknown(world, "e1-1");
    }
}

static void test_error_inside_a_200_is_read_by_the_rules(void **state)
{
    struct world *world = *state;

    start(
        world,
        "\"success\":{\"status\":\"2xx\",\"json\":\"$.code\",\"equals\":\"0\"},\"code\":\"$.code\",\"detail\":\"$."
        "msg\","
        "\"errors\":[{\"json\":\"$.code\",\"equals\":[22,33],\"class\":\"throttled\",\"retry_after\":\"1m\"}]," USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"code\":33,\"msg\":\"太快\"}"));
    expect_started(world, "e1-1");
    expect_refused(world, "e1-1", "throttled", "33");
    send_text(world, "e1-2", "a");
    assert_true(peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"code\":5,\"msg\":\"?\"}"));
    expect_started(world, "e1-2");
    expect_refused(world, "e1-2", "temporary", "5");
    send_text(world, "e1-3", "a");
    assert_true(peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"code\":0,\"id\":12}"));
    expect_started(world, "e1-3");
    json_decref(expect(world, "accepted", "e1-3"));
}

static void test_endless_answer_is_cut_and_unknown(void **state)
{
    struct world *world = *state;
    char *body = mem_new(70001, 1);

    memset(body, ' ', 70000);
    memcpy(body, "{\"id\":\"p1\"}", 11); /* a yes, were it read to its end */
    start(world, USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", body));
    expect_started(world, "e1-1");
    expect_unknown(world, "e1-1");
    free(body);
}

static void test_cancel_takes_back_only_what_has_not_left(void **state)
{
    struct world *world = *state;

    start(world, "\"connections\":1," USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    expect_started(world, "e1-1");
    send_text(world, "e1-2", "b"); /* waits for the one connection */
    gateway_process_say(&world->gateway, "{\"type\":\"cancel\",\"id\":\"e1-1\"}");
    gateway_process_say(&world->gateway, "{\"type\":\"cancel\",\"id\":\"e1-2\"}");
    expect_refused(world, "e1-2", "permanent", "cancelled");
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
    json_decref(expect(world, "accepted", "e1-1"));
    assert_int_equal(world->peer.requests, 1);
}

static void test_job_in_hand_is_finished_after_the_end_of_the_input(void **state)
{
    struct world *world = *state;

    start(world, USUAL);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    expect_started(world, "e1-1");
    close(world->gateway.in);
    world->gateway.in = -1;
    assert_true(peer_answer(&world->peer, 200, "", "{\"id\":\"p1\"}"));
    json_decref(expect(world, "accepted", "e1-1"));
    assert_int_equal(gateway_process_end(&world->gateway, NULL), 0);
    world->gateway.pid = -1;
}

static void expect_fate(struct world *world, int status, const char *body, const char *state)
{
    json_t *line;

    gateway_process_say(&world->gateway, "{\"type\":\"probe\",\"id\":\"e1-7\"}");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_memory_equal(world->peer.request.data, "GET /find?key=e1-7 HTTP/1.1\r\n", 29);
    assert_true(peer_answer(&world->peer, status, "", body));
    line = expect(world, "fate", "e1-7");
    assert_string_equal(json_text(line, "state", ""), state);
    json_decref(line);
}

static void test_probe_asks_the_provider_what_became_of_it(void **state)
{
    struct world *world = *state;
    char *config = mem_format("\"probe\":{\"url\":\"http://127.0.0.1:%d/find?key=${id|url}\",\"sent\":{\"status\":200,"
                              "\"json\":\"$.found\",\"equals\":true},\"not_sent\":{\"status\":404}}," USUAL,
                              world->peer.port);
    json_t *ready = greet(world, "/send", config);

    assert_true(json_flag(ready, "probe", false));
    json_decref(ready);
    free(config);
    expect_fate(world, 200, "{\"found\":true}", "sent");
    expect_fate(world, 404, "", "not_sent");
    expect_fate(world, 200, "{\"found\":false}", "unknown");
    expect_fate(world, 500, "", "unknown");
}

static void test_secret_reaches_the_server_and_nothing_else(void **state)
{
    struct world *world = *state;
    char *log = NULL, *line;
    json_t *refused;
    char path[] = "/tmp/greenline-secret-XXXXXX";
    int fd = mkstemp(path);
    char *config =
        mem_format("\"secrets\":{\"token\":\"file:%s\"},\"headers\":[\"Authorization: Bearer ${secret:token}\"],"
                   "\"detail\":\"$.why\"," USUAL,
                   path);

    assert_true(fd >= 0 && write(fd, "s3cr3t-xyz\n", 11) == 11);
    start(world, config);
    send_text(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_non_null(strstr(world->peer.request.data, "\r\nAuthorization: Bearer s3cr3t-xyz\r\n"));
    assert_true(peer_answer(&world->peer, 400, "", "{\"why\":\"bad token s3cr3t-xyz\"}"));
    expect_started(world, "e1-1");
    refused = expect(world, "refused", "e1-1");
    line = json_write(refused);
    assert_null(strstr(line, "s3cr3t"));
    assert_non_null(strstr(line, "bad token **********"));
    assert_int_equal(gateway_process_end(&world->gateway, &log), 0);
    world->gateway.pid = -1;
    assert_null(strstr(log, "s3cr3t"));
    free(line), free(log), free(config);
    json_decref(refused);
    close(fd), unlink(path);
}

static void test_simulated_gateway_cannot_lead_off_this_machine(void **state)
{
    struct world *world = *state;
    char *log = NULL;

    gateway_process_say(&world->gateway,
                        "{\"type\":\"hello\",\"versions\":[1],\"name\":\"l\",\"epoch\":\"e\",\"boot\":\"b\","
                        "\"state_dir\":\".\",\"zone\":\"Asia/Shanghai\",\"demo\":true,\"now\":1,\"speed\":1,"
                        "\"config\":{\"simulated\":true,\"url\":\"https://sms.example/send\",\"body\":\"a\"}}");
    assert_int_equal(gateway_process_end(&world->gateway, &log), 1);
    world->gateway.pid = -1;
    assert_non_null(strstr(log, "simulated: the url leads off this machine"));
    free(log);
}

static void test_simulated_gateway_on_loopback_says_so(void **state)
{
    json_t *ready = greet(*state, "/send", "\"simulated\":true,\"idempotent\":true,\"connections\":3," USUAL);

    assert_true(json_flag(ready, "simulated", false));
    assert_true(json_flag(ready, "idempotent", false));
    assert_int_equal(json_int(ready, "window", 0), 3);
    json_decref(ready);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_message_is_posted_and_accepted_with_the_providers_id),
        TEST(test_started_is_in_the_pipe_before_the_server_has_seen_a_byte),
        TEST(test_server_dying_after_reading_on_a_reused_connection_has_seen_the_message_once),
        TEST(test_server_dying_after_reading_on_a_fresh_connection_has_seen_the_message_once),
        TEST(test_second_open_connection_does_not_get_what_died_on_the_first),
        TEST(test_gateway_goes_on_after_a_server_that_died),
        TEST(test_reset_in_the_middle_of_the_body_is_unknown),
        TEST(test_answer_cut_after_any_byte_on_a_fresh_connection_is_unknown),
        TEST(test_answer_cut_after_any_byte_on_a_reused_connection_is_unknown),
        TEST(test_reset_after_any_byte_on_a_fresh_connection_is_unknown),
        TEST(test_reset_after_any_byte_on_a_reused_connection_is_unknown),
        TEST(test_whole_answer_before_the_end_of_the_connection_is_accepted),
        TEST(test_get_is_never_repeated),
        TEST(test_unreachable_server_is_refused_for_now_and_never_started),
        TEST(test_server_that_never_answers_is_unknown_after_the_timeout),
        TEST(test_statuses_mean_what_the_table_says),
        TEST(test_proxy_error_leaves_the_outcome_unknown),
        TEST(test_refused_account_pauses_the_gateway_and_keeps_the_message),
        TEST(test_answer_that_is_not_as_described_is_unknown),
        TEST(test_error_inside_a_200_is_read_by_the_rules),
        TEST(test_endless_answer_is_cut_and_unknown),
        TEST(test_cancel_takes_back_only_what_has_not_left),
        TEST(test_job_in_hand_is_finished_after_the_end_of_the_input),
        TEST(test_probe_asks_the_provider_what_became_of_it),
        TEST(test_secret_reaches_the_server_and_nothing_else),
        TEST(test_simulated_gateway_cannot_lead_off_this_machine),
        TEST(test_simulated_gateway_on_loopback_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
