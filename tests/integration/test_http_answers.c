/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built http gateway and a server that answers: what statuses, bodies and headers become for the daemon, what a
 * probe tells, and what must never be told (secrets) or allowed (a simulated gateway that leads off this machine).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/json.h"
#include "lib/memory.h"
#include "tests/support/http_world.h"

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
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *line;

        http_send(world, "e1-1", "a");
        assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
        assert_true(peer_read(&world->peer));
        assert_true(peer_answer(&world->peer, rows[i].status, rows[i].headers, "no"));
        http_expect_started(world, "e1-1");
        line = http_expect(world, "refused", "e1-1");
        assert_string_equal(json_text(line, "class", ""), rows[i].class);
        assert_string_equal(json_text(line, "code", ""), rows[i].code);
        assert_int_equal(json_int(line, "retry_after", 0), rows[i].retry_after);
        json_decref(line);
    }
}

static void test_proxy_error_leaves_the_outcome_unknown(void **state)
{
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 504, "", "upstream timed out"));
    http_expect_started(world, "e1-1");
    http_expect_unknown(world, "e1-1");
}

static void test_refused_account_pauses_the_gateway_and_keeps_the_message(void **state)
{
    struct http_world *world = *state;
    json_t *pause;
    char *log = NULL;

    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 401, "", "{}"));
    http_expect_started(world, "e1-1");
    pause = http_expect(world, "pause", "");
    assert_true(json_int(pause, "until", 0) > INT64_C(1795000000000));
    json_decref(pause);
    http_expect_refused(world, "e1-1", "temporary", "401");
    assert_int_equal(gateway_process_end(&world->gateway, &log), 0);
    world->gateway.pid = -1;
    assert_non_null(strstr(log, "the provider refuses the account (401): paused"));
    free(log);
}

static void test_answer_that_is_not_as_described_is_unknown(void **state)
{
    static const char *const bodies[] = { "{\"id\":", "<html>welcome</html>", "", "{\"other\":1}", "\xff\xfe" };
    struct http_world *world = *state;

    http_start(world, HTTP_USUAL);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        http_send(world, "e1-1", "a");
        assert_true(world->peer.client >= 0 || peer_accept(&world->peer));
        assert_true(peer_read(&world->peer));
        assert_true(peer_answer(&world->peer, 200, "", bodies[i]));
        http_expect_started(world, "e1-1");
        http_expect_unknown(world, "e1-1");
    }
}

static void test_error_inside_a_200_is_read_by_the_rules(void **state)
{
    struct http_world *world = *state;

    http_start(
        world,
        "\"success\":{\"status\":\"2xx\",\"json\":\"$.code\",\"equals\":\"0\"},\"code\":\"$.code\",\"detail\":\"$."
        "msg\","
        "\"errors\":[{\"json\":\"$.code\",\"equals\":[22,33],\"class\":\"throttled\",\"retry_after\":\"1m\"}]"
        "," HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"code\":33,\"msg\":\"太快\"}"));
    http_expect_started(world, "e1-1");
    http_expect_refused(world, "e1-1", "throttled", "33");
    http_send(world, "e1-2", "a");
    assert_true(peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"code\":5,\"msg\":\"?\"}"));
    http_expect_started(world, "e1-2");
    http_expect_refused(world, "e1-2", "temporary", "5");
    http_send(world, "e1-3", "a");
    assert_true(peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", "{\"code\":0,\"id\":12}"));
    http_expect_started(world, "e1-3");
    json_decref(http_expect(world, "accepted", "e1-3"));
}

static void test_endless_answer_is_cut_and_unknown(void **state)
{
    struct http_world *world = *state;
    char *body = mem_new(70001, 1);

    memset(body, ' ', 70000);
    memcpy(body, "{\"id\":\"p1\"}", 11); /* a yes, were it read to its end */
    http_start(world, HTTP_USUAL);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_true(peer_answer(&world->peer, 200, "", body));
    http_expect_started(world, "e1-1");
    http_expect_unknown(world, "e1-1");
    free(body);
}

static void expect_fate(struct http_world *world, int status, const char *body, const char *state)
{
    json_t *line;

    gateway_process_say(&world->gateway, "{\"type\":\"probe\",\"id\":\"e1-7\"}");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_memory_equal(world->peer.request.data, "GET /find?key=e1-7 HTTP/1.1\r\n", 29);
    assert_true(peer_answer(&world->peer, status, "", body));
    line = http_expect(world, "fate", "e1-7");
    assert_string_equal(json_text(line, "state", ""), state);
    json_decref(line);
}

static void test_probe_asks_the_provider_what_became_of_it(void **state)
{
    struct http_world *world = *state;
    char *config = mem_format("\"probe\":{\"url\":\"http://127.0.0.1:%d/find?key=${id|url}\",\"sent\":{\"status\":200,"
                              "\"json\":\"$.found\",\"equals\":true},\"not_sent\":{\"status\":404}}," HTTP_USUAL,
                              world->peer.port);
    json_t *ready = http_greet(world, "/send", config);

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
    struct http_world *world = *state;
    char *log = NULL, *line;
    json_t *refused;
    char path[] = "/tmp/greenline-secret-XXXXXX";
    int fd = mkstemp(path);
    char *config =
        mem_format("\"secrets\":{\"token\":\"file:%s\"},\"headers\":[\"Authorization: Bearer ${secret:token}\"],"
                   "\"detail\":\"$.why\"," HTTP_USUAL,
                   path);

    assert_true(fd >= 0 && write(fd, "s3cr3t-xyz\n", 11) == 11);
    http_start(world, config);
    http_send(world, "e1-1", "a");
    assert_true(peer_accept(&world->peer) && peer_read(&world->peer));
    assert_non_null(strstr(world->peer.request.data, "\r\nAuthorization: Bearer s3cr3t-xyz\r\n"));
    assert_true(peer_answer(&world->peer, 400, "", "{\"why\":\"bad token s3cr3t-xyz\"}"));
    http_expect_started(world, "e1-1");
    refused = http_expect(world, "refused", "e1-1");
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
    struct http_world *world = *state;
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
    json_t *ready = http_greet(*state, "/send", "\"simulated\":true,\"idempotent\":true,\"connections\":3," HTTP_USUAL);

    assert_true(json_flag(ready, "simulated", false));
    assert_true(json_flag(ready, "idempotent", false));
    assert_int_equal(json_int(ready, "window", 0), 3);
    json_decref(ready);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_statuses_mean_what_the_table_says),
        HTTP_TEST(test_proxy_error_leaves_the_outcome_unknown),
        HTTP_TEST(test_refused_account_pauses_the_gateway_and_keeps_the_message),
        HTTP_TEST(test_answer_that_is_not_as_described_is_unknown),
        HTTP_TEST(test_error_inside_a_200_is_read_by_the_rules),
        HTTP_TEST(test_endless_answer_is_cut_and_unknown),
        HTTP_TEST(test_probe_asks_the_provider_what_became_of_it),
        HTTP_TEST(test_secret_reaches_the_server_and_nothing_else),
        HTTP_TEST(test_simulated_gateway_cannot_lead_off_this_machine),
        HTTP_TEST(test_simulated_gateway_on_loopback_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
