/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks as gateways/common brings them to a module and takes its answers. The program under test is this one: started
 * with GREENLINE_TEST_MODULE it is a gateway whose module answers by the end of the path.
 */
#include "tests/unit/gateways/peer.h"

#include "gateways/common/gateway.h"

static const char *const channels[] = { "sms", NULL };

static json_t *seen(const struct gateway_http_request *request)
{
    return json_pack("{s:s,s:s,s:s,s:O,s:i,s:s}", "method", request->method, "path", request->path, "query",
                     request->query, "headers", (json_t *)(uintptr_t)request->headers, "length", (int)request->length,
                     "from", request->from);
}

static void answer_echo(struct gateway *gateway, const struct gateway_http_request *request)
{
    json_t *headers = seen(request);
    const struct gateway_http_answer answer = {
        .req = request->req, .status = 200, .headers = headers, .body = request->body, .length = request->length
    };

    gateway_http_answer(gateway, &answer);
    json_decref(headers);
}

static void answer_after(struct gateway *gateway, const struct gateway_http_request *request)
{
    static const char *const uids[] = { "u-1", "u-2" };
    const struct gateway_reply reply = { .uid = "u-1", .from = "+8619900000001", .text = "1", .at = TIME_NEVER };
    const struct gateway_http_answer answer = { .req = request->req, .status = 204, .after = uids, .after_count = 2 };

    gateway_say_reply(gateway, &reply);
    gateway_http_answer(gateway, &answer);
    gateway_http_answer(gateway, &answer); /* logged and not said */
}

static void answer_wrongly(struct gateway *gateway, const struct gateway_http_request *request)
{
    const struct gateway_http_answer answer = { .req = request->req, .status = 42 };

    gateway_http_answer(gateway, &answer);
}

static void answer_much(struct gateway *gateway, const struct gateway_http_request *request)
{
    const size_t length = 256 * 1024;
    char *body = mem_new(length, 1);
    const struct gateway_http_answer answer = { .req = request->req, .status = 200, .body = body, .length = length };

    memset(body, 'x', length);
    gateway_http_answer(gateway, &answer);
    free(body);
}

static void take(struct gateway *gateway, const struct gateway_http_request *request)
{
    if (text_ends(request->path, "/echo"))
        answer_echo(gateway, request);
    else if (text_ends(request->path, "/after"))
        answer_after(gateway, request);
    else if (text_ends(request->path, "/wrong"))
        answer_wrongly(gateway, request);
    else if (text_ends(request->path, "/much"))
        answer_much(gateway, request);
}

static void refuse(struct gateway *gateway, const struct gateway_job *job)
{
    gateway_say_refused(gateway, job->id, GATEWAY_PERMANENT, "no", NULL, 0);
}

static const struct gateway_module module = {
    .ready = { .type = "test", .channels = channels, .window = 1, .http = true },
    .send = refuse,
    .http = take,
};

static struct peer start(void)
{
    struct peer peer;

    setenv("GREENLINE_TEST_MODULE", "1", 1);
    peer = peer_run((const char *const[]){ "/proc/self/exe", NULL });
    unsetenv("GREENLINE_TEST_MODULE");
    peer_hello(&peer, "/tmp", "e1", 1790000000000, 1, "{}");
    peer_expect_line(&peer, "{\"type\":\"ready\",\"version\":1,\"module\":\"test\",\"channels\":[\"sms\"],\"window\":1,"
                            "\"batch\":1,\"free_text\":false,\"delivery_reports\":false,\"inbound\":false,"
                            "\"idempotent\":false,\"probe\":false,\"simulated\":false,\"http\":true,\"caps\":{}}");
    return peer;
}

static void test_module_sees_the_request_and_its_answer_is_said(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer,
             "{\"type\":\"http\",\"req\":\"h-1\",\"method\":\"PUT\",\"path\":\"/hook/g/echo\",\"query\":\"a=%20\","
             "\"headers\":{\"x-a\":\"青\"},\"body\":\"好\",\"from\":\"::1\"}");
    peer_expect_line(&peer,
                     "{\"type\":\"http\",\"req\":\"h-1\",\"status\":200,\"headers\":{\"method\":\"PUT\",\"path\":"
                     "\"/hook/g/echo\",\"query\":\"a=%20\",\"headers\":{\"x-a\":\"青\"},\"length\":3,\"from\":"
                     "\"::1\"},\"body\":\"好\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_absent_keys_are_empty(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-1\",\"path\":\"/echo\",\"headers\":null,\"body\":7}");
    peer_expect_line(&peer,
                     "{\"type\":\"http\",\"req\":\"h-1\",\"status\":200,\"headers\":{\"method\":\"GET\",\"path\":"
                     "\"/echo\",\"query\":\"\",\"headers\":{},\"length\":0,\"from\":\"\"},\"body\":\"\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_bytes_go_both_ways_in_base64(void **state)
{
    struct peer peer = start();
    json_t *line;

    (void)state;
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-1\",\"path\":\"/echo\",\"body_base64\":\"AP8K\"}");
    line = peer_expect(&peer, "http");
    assert_string_equal(json_text(line, "body_base64", ""), "AP8K");
    assert_null(json_object_get(line, "body"));
    assert_int_equal(json_int(json_object_get(line, "headers"), "length", 0), 3);
    json_decref(line);
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-2\",\"path\":\"/echo\",\"body_base64\":\"not base64!\"}");
    peer_expect_line(&peer, "{\"type\":\"http\",\"req\":\"h-2\",\"status\":503}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_answer_names_what_it_waits_for_and_is_said_once(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-1\",\"path\":\"/after\"}\n{\"type\":\"ping\"}");
    peer_expect_line(&peer, "{\"type\":\"reply\",\"uid\":\"u-1\",\"from\":\"+8619900000001\",\"text\":\"1\"}");
    peer_expect_line(&peer, "{\"type\":\"http\",\"req\":\"h-1\",\"status\":204,\"after\":[\"u-1\",\"u-2\"]}");
    peer_expect_line(&peer, "{\"type\":\"pong\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_answer_that_cannot_be_said_becomes_500(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-1\",\"path\":\"/wrong\"}");
    peer_expect_line(&peer, "{\"type\":\"http\",\"req\":\"h-1\",\"status\":500}");
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-2\",\"path\":\"/much\"}");
    peer_expect_line(&peer, "{\"type\":\"http\",\"req\":\"h-2\",\"status\":500}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_request_without_name_or_given_twice_is_passed_over(void **state)
{
    struct peer peer = start();

    (void)state;
    peer_say(&peer, "{\"type\":\"http\",\"path\":\"/echo\"}\n{\"type\":\"http\",\"req\":\"h-1\",\"path\":\"/silent\"}\n"
                    "{\"type\":\"http\",\"req\":\"h-1\",\"path\":\"/wrong\"}\n{\"type\":\"ping\"}");
    peer_expect_line(&peer, "{\"type\":\"pong\"}");
    assert_int_equal(peer_end(&peer), 0);
}

static void test_open_requests_that_are_never_answered_do_not_pile_up(void **state)
{
    struct peer peer = start();

    (void)state;
    for (int i = 0; i < 300; i++) {
        CLEANUP(mem_clean) char *line = mem_format("{\"type\":\"http\",\"req\":\"h-%d\",\"path\":\"/silent\"}", i);

        assert_true(peer_say(&peer, line));
    }
    /* the oldest is forgotten, so its name is new again; a young one is known */
    peer_say(&peer, "{\"type\":\"http\",\"req\":\"h-299\",\"path\":\"/wrong\"}\n"
                    "{\"type\":\"http\",\"req\":\"h-0\",\"path\":\"/wrong\"}");
    peer_expect_line(&peer, "{\"type\":\"http\",\"req\":\"h-0\",\"status\":500}");
    assert_int_equal(peer_end(&peer), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_module_sees_the_request_and_its_answer_is_said),
        cmocka_unit_test(test_absent_keys_are_empty),
        cmocka_unit_test(test_bytes_go_both_ways_in_base64),
        cmocka_unit_test(test_answer_names_what_it_waits_for_and_is_said_once),
        cmocka_unit_test(test_answer_that_cannot_be_said_becomes_500),
        cmocka_unit_test(test_request_without_name_or_given_twice_is_passed_over),
        cmocka_unit_test(test_open_requests_that_are_never_answered_do_not_pile_up),
    };

    if (getenv("GREENLINE_TEST_MODULE"))
        return gateway_main(argc, argv, &module);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
