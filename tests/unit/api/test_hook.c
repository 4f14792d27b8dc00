/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener for webhooks over real sockets: what it hands over, what the provider gets, and what is refused without a
 * word. Server and clients share one loop, so nothing waits.
 */
#include "tests/support/hook_fixture.h"

/* What is handed over */

static void test_request_is_handed_over_as_it_came(void **state)
{
    struct fixture *f = *state;

    open_hook(f);
    expect(f,
           POST("/hook/g/s%2Fecret?a=%e5&b",
                "X-A: 1\r\nContent-Type: text/plain\r\nx-a: 2\r\nContent-Length: 4\r\n\r\nbody"),
           OK);
    assert_string_equal(
        f->diary.data,
        "POST /hook/g/s%2Fecret?a=%e5&b {\"content-type\":\"text/plain\",\"host\":\"x\",\"x-a\":\"1, 2\"} body\n");
}

static void test_headers_of_one_hop_stay_here(void **state)
{
    struct fixture *f = *state;

    open_hook(f);
    expect(
        f,
        "GET /hook/g HTTP/1.1\r\nHost: x\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
        "Upgrade: h2c\r\nProxy-Authorization: Basic x\r\nAuthorization: Basic y\r\n\r\n",
        OK);
    assert_string_equal(f->diary.data, "GET /hook/g? {\"authorization\":\"Basic y\",\"host\":\"x\"} \n");
}

static void test_header_that_is_no_utf8_is_taken_as_latin_1(void **state)
{
    struct fixture *f = *state;

    open_hook(f);
    expect(f, "GET /hook/g HTTP/1.1\r\nX-A: caf\xe9\r\nX-B: 青\r\n\r\n", OK);
    assert_string_equal(f->diary.data, "GET /hook/g? {\"x-a\":\"café\",\"x-b\":\"青\"} \n");
}

static void test_body_in_chunks_is_put_together(void **state)
{
    struct fixture *f = *state;

    open_hook(f);
    expect(f, POST("/hook/g", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), OK);
    assert_string_equal(f->diary.data, "POST /hook/g? {\"host\":\"x\"} abcde\n");
}

static void test_absolute_target_is_the_same_path(void **state)
{
    struct fixture *f = *state;

    open_hook(f);
    expect(f, "GET http://elsewhere:99/hook/g?q=1 HTTP/1.1\r\nHost: x\r\n\r\n", OK);
    assert_string_equal(f->diary.data, "GET /hook/g?q=1 {\"host\":\"x\"} \n");
    expect(f, "GET ftp://elsewhere/hook/g HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found");
    expect(f, "GET //x/hook/g HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 Not Found");
}

static void test_client_that_waits_for_continue_is_told_to(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_hook(f);
    client = client_new(f);
    say(client, POST("/hook/g", "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"));
    wait_heard(client, "HTTP/1.1 100 Continue\r\n\r\n");
    say(client, "body");
    wait_heard(client, "HTTP/1.1 200 OK");
    client_free(client);
}

static void test_answer_is_what_the_program_said(void **state)
{
    struct fixture *f = *state;
    json_t *headers = json_pack("{s:s,s:s,s:s,s:s,s:s}", "X-Good", "青", "connection", "close", "Content-Length", "99",
                                "X-Bad", "a\r\nX-Smuggled: 1", "not a token", "x");
    const struct hook_answer odd = { .status = 418, .headers = headers, .body = "\0\xff\n", .length = 3 };
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    open_hook(f);
    f->wait = true;
    client = client_new(f);
    say(client, POST("/hook/g", "Content-Length: 0\r\n\r\n"));
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    answer_all(f, &odd);
    wait_heard(client, "\r\n\r\n");
    while (client->heard.length < strlen(client->heard.data) + 3 && clock_mono() < until)
        turn(f);
    assert_true(text_starts(client->heard.data, "HTTP/1.1 418 "));
    assert_true(heard(client, "X-Good: 青\r\n"));
    assert_true(heard(client, "Content-Length: 3\r\n"));
    assert_false(heard(client, "Smuggled"));
    assert_false(heard(client, "close"));
    assert_false(heard(client, "not a token"));
    assert_memory_equal(client->heard.data + client->heard.length - 3, "\0\xff\n", 3);
    client_free(client);
    json_decref(headers);
}

static void test_requests_of_one_connection_are_answered_in_turn(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_hook(f);
    client = client_new(f);
    say(client, "GET /hook/g/1 HTTP/1.1\r\n\r\nGET /nothing HTTP/1.1\r\n\r\nGET /hook/g/2 HTTP/1.1\r\n\r\n");
    wait_heard(client, "404 Not Found");
    wait_heard(client, "404 Not Found\r\n");
    while (!strstr(f->diary.data, "/hook/g/2"))
        turn(f);
    assert_string_equal(f->diary.data, "GET /hook/g/1? {} \nGET /hook/g/2? {} \n");
    client_free(client);
}

/* What is refused */

static void test_what_is_no_webhook_is_refused_without_a_word(void **state)
{
    static const struct {
        const char *bytes, *status;
    } rows[] = {
        { "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /v1/status HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { POST("/v1/alerts", "Idempotency-Key: k\r\nContent-Length: 2\r\n\r\n{}"), "HTTP/1.1 404 Not Found" },
        { "GET /hook HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/ HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/unknown HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/g%00x HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/g/a%00 HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/g/%zz HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/g/% HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /%68ook/g HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/../hook/g HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/g#x HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { "GET /hook/closed HTTP/1.1\r\n\r\n", "HTTP/1.1 403 Forbidden" },
        { "GET /hook/g/busy HTTP/1.1\r\n\r\n", "HTTP/1.1 503 Service Unavailable" },
        { "PATCH /hook/g HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed" },
        { "DELETE /hook/g HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed" },
        { "OPTIONS /hook/g HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed" },
        { "HEAD /hook/g HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed" },
        { "PATCH /hook/unknown HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found" },
        { POST("/hook/g", "Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody"), "HTTP/1.1 400 Bad Request" },
        { POST("/hook/g", "Content-Length: 0\r\nContent-Length: 40\r\n\r\n"), "HTTP/1.1 400 Bad Request" },
        { POST("/hook/g", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "HTTP/1.1 400 Bad Request" },
        { POST("/hook/g", "Host: y\r\n\r\n"), "HTTP/1.1 400 Bad Request" },
        { "GET /hook/g HTTP/1.1\r\nBad Name: 1\r\n\r\n", "HTTP/1.1 400 Bad Request" },
    };
    struct fixture *f = *state;

    open_hook(f);
    for (size_t i = 0; i < COUNT(rows); i++)
        expect(f, rows[i].bytes, rows[i].status);
    assert_null(f->diary.data);
}

static void test_refusal_has_no_body_and_names_nobody(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_hook(f);
    client = client_new(f);
    say(client, "PATCH /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(client, "\r\n\r\n");
    assert_true(heard(client, "Content-Length: 0\r\n"));
    assert_true(heard(client, "Allow: GET, POST, PUT\r\n"));
    assert_false(heard(client, "Server"));
    assert_true(text_ends(client->heard.data, "\r\n\r\n"));
    client_free(client);
}

static void test_what_follows_two_lengths_is_not_heard(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_hook(f);
    client = client_new(f);
    say(client, POST("/hook/g", "Content-Length: 0\r\nContent-Length: 33\r\n\r\n"));
    say(client, "GET /hook/g/smuggled HTTP/1.1\r\n\r\n");
    wait_end(client);
    assert_true(text_starts(client->heard.data, "HTTP/1.1 400 Bad Request\r\n"));
    assert_null(f->diary.data);
    client_free(client);
}

/* evhttp ends such a connection by itself, at once or at the deadline, and its answer may be lost. */
static void test_length_beside_chunks_is_never_handed_over(void **state)
{
    static const char *const both[] = {
        POST("/hook/g", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        POST("/hook/g", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
    };
    struct fixture *f = *state;

    f->setting.deadline_ms = 300;
    open_hook(f);
    for (size_t i = 0; i < COUNT(both); i++) {
        CLEANUP(mem_clean) char *line = ask(f, both[i]);

        assert_true(strcmp(line, "") == 0 || strcmp(line, "HTTP/1.1 400 Bad Request") == 0);
    }
    assert_null(f->diary.data);
}

/* "GET /hook/g/aaa… HTTP/1.1" with a header "X-A: bbb…" of these lengths. */
static char *long_request(size_t path, size_t header)
{
    struct text text = { 0 };

    text_add(&text, "GET /hook/g/");
    for (size_t i = 0; i < path; i++)
        text_add_char(&text, 'a');
    text_add(&text, " HTTP/1.1\r\nX-A: ");
    for (size_t i = 0; i < header; i++)
        text_add_char(&text, 'b');
    text_add(&text, "\r\n\r\n");
    return text_take(&text);
}

static void test_long_targets_and_headers_are_refused(void **state)
{
    CLEANUP(mem_clean) char *fits = long_request(8192 - 8, 0); /* "/hook/g/" has 8 bytes */
    CLEANUP(mem_clean) char *path = long_request(8192 - 7, 0);
    CLEANUP(mem_clean) char *header = long_request(1, 16 * 1024);
    CLEANUP(mem_clean) char *huge = long_request(1, 1024 * 1024);
    CLEANUP(mem_clean) char *line = NULL;
    struct text many = { 0 };
    struct fixture *f = *state;

    open_hook(f);
    expect(f, fits, OK);
    expect(f, path, "HTTP/1.1 414 Request-URI Too Large");
    expect(f, header, "HTTP/1.1 431 Client Error");
    line = ask(f, huge); /* cut by evhttp, or refused by it */
    assert_true(strcmp(line, "") == 0 || strcmp(line, "HTTP/1.1 400 Bad Request") == 0);
    text_add(&many, "GET /hook/g HTTP/1.1\r\n");
    for (int i = 0; i < 65; i++)
        text_add_format(&many, "X-%d: 1\r\n", i);
    text_add(&many, "\r\n");
    expect(f, many.data, "HTTP/1.1 431 Client Error");
    text_free(&many);
}

static void test_body_over_a_mebibyte_is_not_taken(void **state)
{
    struct fixture *f = *state;
    struct client *client;
    char *body = mem_new(1024 * 1024 + 2, 1);

    open_hook(f);
    memset(body, 'x', 1024 * 1024 + 1);
    client = client_new(f);
    say(client, POST("/hook/g", "Content-Length: 1048577\r\n\r\n"));
    say(client, body);
    wait_heard(client, "HTTP/1.1 413 ");
    wait_end(client);
    client_free(client);
    client = client_new(f);
    say(client, POST("/hook/g", "Content-Length: 999999999999\r\n\r\n"));
    say(client, body);
    wait_end(client);
    client_free(client);
    assert_null(f->diary.data);
    free(body);
    expect(f, POST("/hook/g", "Content-Length: 1\r\n\r\nx"), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_request_is_handed_over_as_it_came),
        TEST(test_headers_of_one_hop_stay_here),
        TEST(test_header_that_is_no_utf8_is_taken_as_latin_1),
        TEST(test_body_in_chunks_is_put_together),
        TEST(test_absolute_target_is_the_same_path),
        TEST(test_client_that_waits_for_continue_is_told_to),
        TEST(test_answer_is_what_the_program_said),
        TEST(test_requests_of_one_connection_are_answered_in_turn),
        TEST(test_what_is_no_webhook_is_refused_without_a_word),
        TEST(test_refusal_has_no_body_and_names_nobody),
        TEST(test_what_follows_two_lengths_is_not_heard),
        TEST(test_length_beside_chunks_is_never_handed_over),
        TEST(test_long_targets_and_headers_are_refused),
        TEST(test_body_over_a_mebibyte_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
