/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener for webhooks over real sockets: what it hands over, what it refuses without a word, and that clients who
 * drip, stay silent, do not read, break off, or never finish a handshake cost others nothing. Server and clients share one
 * loop, so nothing waits but for the deadlines, which are short.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/hook.h"
#include "api/tls.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/support/certificate.h"

enum { CALLS_MAX = 16, GUARD_MS = 20000, BEAT_MS = 5, PORTS = 50 };

struct fixture {
    struct event_base *base;
    struct event *beat; /* so that a turn never waits long */
    struct hook *hook;
    struct hook_setting setting;
    int port;
    char address[32];
    char folder[64], certificate[96], key[96];
    struct text diary; /* what was handed over, a line each */
    struct hook_call *calls[CALLS_MAX];
    size_t count;
    int forgotten;
    bool wait; /* keep calls until the test answers */
};

static int judge(void *arg, const char *name, const char *from)
{
    (void)arg;
    assert_string_equal(from, "127.0.0.1");
    return strcmp(name, "g") == 0 ? 0 : strcmp(name, "closed") == 0 ? 403 : 404;
}

static void *take(void *arg, const struct hook_request *request, struct hook_call *call, int *status)
{
    struct fixture *f = arg;
    CLEANUP(mem_clean) char *headers = json_dumps(request->headers, JSON_COMPACT | JSON_SORT_KEYS);

    if (text_ends(request->path, "/busy")) {
        *status = 503;
        return NULL;
    }
    text_add_format(&f->diary, "%s %s?%s %s %.*s\n", request->method, request->path, request->query, headers,
                    (int)(request->length < 100 ? request->length : 100), request->body);
    assert_true(f->count < CALLS_MAX);
    f->calls[f->count++] = call;
    return call;
}

static void forget(void *arg, void *ticket)
{
    struct fixture *f = arg;

    f->forgotten++;
    for (size_t i = 0; i < f->count; i++)
        if (f->calls[i] == ticket)
            f->calls[i] = NULL;
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static void answer_all(struct fixture *f, const struct hook_answer *answer)
{
    const size_t count = f->count;

    f->count = 0;
    for (size_t i = 0; i < count; i++)
        if (f->calls[i])
            hook_answer(f->calls[i], answer);
}

/* One turn of the loop; what was handed over is answered with "ok". */
static void turn(struct fixture *f)
{
    const struct hook_answer ok = { .status = 200, .body = "ok", .length = 2 };

    event_base_loop(f->base, EVLOOP_ONCE);
    if (!f->wait)
        answer_all(f, &ok);
}

static void open_hook(struct fixture *f)
{
    const struct hook_parts parts = { .arg = f, .judge = judge, .take = take, .forget = forget };
    struct error err = { { 0 } };

    f->setting.address = f->address;
    for (int i = 0; i < PORTS && !f->hook; i++) {
        f->port = 20000 + (int)((getpid() * 7 + i * 331) % 10000);
        snprintf(f->address, sizeof f->address, "127.0.0.1:%d", f->port);
        f->hook = hook_new(f->base, &f->setting, &parts, &err);
    }
    if (!f->hook)
        fail_msg("%s", err.text);
}

static int setup(void **state)
{
    static const struct timeval beat = { .tv_usec = BEAT_MS * 1000 };
    struct fixture *f = mem_new(1, sizeof *f);

    log_set_level(LOG_LEVEL_ERROR);
    f->base = event_base_new();
    f->beat = event_new(f->base, -1, EV_PERSIST, on_beat, NULL);
    event_add(f->beat, &beat);
    snprintf(f->folder, sizeof f->folder, "/tmp/greenline-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->certificate, sizeof f->certificate, "%s/chain.pem", f->folder);
    snprintf(f->key, sizeof f->key, "%s/key.pem", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    CLEANUP(mem_clean) char *sweep = mem_format("rm -rf '%s'", f->folder);

    hook_free(f->hook);
    for (int i = 0; i < 5; i++)
        event_base_loop(f->base, EVLOOP_NONBLOCK);
    event_free(f->beat);
    event_base_free(f->base);
    text_free(&f->diary);
    assert_int_equal(system(sweep), 0);
    free(f);
    return 0;
}

/* Clients */

struct client {
    struct fixture *f;
    struct bufferevent *buffers;
    struct text heard;
    bool ended, connected;
};

static void on_read(struct bufferevent *buffers, void *arg)
{
    struct client *client = arg;
    char data[4096];
    size_t count;

    while ((count = bufferevent_read(buffers, data, sizeof data)) > 0)
        text_add_n(&client->heard, data, count);
}

static void on_event(struct bufferevent *buffers, short what, void *arg)
{
    struct client *client = arg;

    (void)buffers;
    if (what & BEV_EVENT_CONNECTED)
        client->connected = true;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        client->ended = true;
}

static void connect_to(struct client *client)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)client->f->port) };

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bufferevent_setcb(client->buffers, on_read, NULL, on_event, client);
    bufferevent_enable(client->buffers, EV_READ | EV_WRITE);
    assert_int_equal(bufferevent_socket_connect(client->buffers, (const struct sockaddr *)&address, sizeof address), 0);
}

static struct client *client_new(struct fixture *f)
{
    struct client *client = mem_new(1, sizeof *client);

    client->f = f;
    client->buffers = bufferevent_socket_new(f->base, -1, BEV_OPT_CLOSE_ON_FREE);
    connect_to(client);
    return client;
}

static struct client *client_tls(struct fixture *f)
{
    struct client *client = mem_new(1, sizeof *client);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    client->f = f;
    client->buffers = bufferevent_openssl_socket_new(f->base, -1, SSL_new(context), BUFFEREVENT_SSL_CONNECTING,
                                                     BEV_OPT_CLOSE_ON_FREE);
    SSL_CTX_free(context);
    connect_to(client);
    return client;
}

static void client_free(struct client *client)
{
    bufferevent_free(client->buffers);
    text_free(&client->heard);
    free(client);
}

static void say(struct client *client, const char *bytes)
{
    bufferevent_write(client->buffers, bytes, strlen(bytes));
}

static bool heard(const struct client *client, const char *what)
{
    return client->heard.data && strstr(client->heard.data, what);
}

static void wait_heard(struct client *client, const char *what)
{
    const time_ms until = clock_mono() + GUARD_MS;

    while (!heard(client, what) && !client->ended && clock_mono() < until)
        turn(client->f);
    if (!heard(client, what))
        fail_msg("waited for \"%s\", got \"%s\"%s", what, client->heard.data ? client->heard.data : "",
                 client->ended ? " and the end" : "");
}

static void wait_end(struct client *client)
{
    const time_ms until = clock_mono() + GUARD_MS;

    while (!client->ended && clock_mono() < until)
        turn(client->f);
    assert_true(client->ended);
}

static void wait_connections(struct fixture *f, int count)
{
    const time_ms until = clock_mono() + GUARD_MS;

    while (hook_connections(f->hook) != count && clock_mono() < until)
        turn(f);
    assert_int_equal(hook_connections(f->hook), count);
}

/* The status line of the answer to some bytes on a connection of their own; "" when it ends without. The caller frees. */
static char *ask(struct fixture *f, const char *bytes)
{
    struct client *client = client_new(f);
    const time_ms until = clock_mono() + GUARD_MS;
    char *line;

    say(client, bytes);
    while (!heard(client, "\r\n\r\n") && !client->ended && clock_mono() < until)
        turn(f);
    line = mem_dup_n(client->heard.data ? client->heard.data : "",
                     client->heard.data ? strcspn(client->heard.data, "\r") : 0);
    client_free(client);
    return line;
}

static void expect(struct fixture *f, const char *bytes, const char *status)
{
    CLEANUP(mem_clean) char *line = ask(f, bytes);

    if (strcmp(line, status) != 0)
        fail_msg("%.80s: want \"%s\", got \"%s\"", bytes, status, line);
}

#define POST(target, more) "POST " target " HTTP/1.1\r\nHost: x\r\n" more
#define OK "HTTP/1.1 200 OK"

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

/* Clients that misbehave */

static void drip(struct fixture *f, struct client *client, const char *bytes)
{
    for (; *bytes && !client->ended; bytes++) {
        bufferevent_write(client->buffers, bytes, 1);
        turn(f);
    }
}

static void test_dripping_client_is_cut_whatever_it_still_sends(void **state)
{
    struct fixture *f = *state;
    struct client *client;
    const time_ms start = clock_mono();

    f->setting.deadline_ms = 300;
    open_hook(f);
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n");
    while (!client->ended && clock_mono() - start < GUARD_MS)
        drip(f, client, "X-A: 1\r\n");
    assert_true(client->ended);
    assert_in_range(clock_mono() - start, 290, 5000);
    wait_connections(f, 0);
    client_free(client);
    assert_null(f->diary.data);
}

static void test_dripping_body_is_cut_too(void **state)
{
    struct fixture *f = *state;
    struct client *client;
    const time_ms start = clock_mono();

    f->setting.deadline_ms = 300;
    open_hook(f);
    client = client_new(f);
    say(client, POST("/hook/g", "Content-Length: 1000000\r\n\r\n"));
    while (!client->ended && clock_mono() - start < GUARD_MS)
        drip(f, client, "xxxx");
    assert_true(client->ended);
    wait_connections(f, 0);
    client_free(client);
}

static void test_at_the_cap_clients_wait_and_are_served_when_one_ends(void **state)
{
    struct fixture *f = *state;
    struct client *idle[3], *next;

    f->setting.connections = 3;
    f->setting.deadline_ms = 400;
    open_hook(f);
    for (size_t i = 0; i < COUNT(idle); i++)
        idle[i] = client_new(f);
    wait_connections(f, 3);
    next = client_new(f);
    say(next, "GET /hook/g HTTP/1.1\r\n\r\n");
    for (int i = 0; i < 20; i++)
        turn(f);
    assert_int_equal(hook_connections(f->hook), 3); /* it waits outside */
    assert_false(heard(next, "HTTP"));
    wait_heard(next, OK);
    for (size_t i = 0; i < COUNT(idle); i++)
        client_free(idle[i]);
    client_free(next);
}

static void test_half_a_request_and_the_end_leaves_nothing(void **state)
{
    static const char *const halves[] = { "",
                                          "G",
                                          "GET /hook/g HT",
                                          "GET /hook/g HTTP/1.1\r\nX-A: 1\r\n",
                                          POST("/hook/g", "Content-Length: 10\r\n\r\nhalf"),
                                          POST("/hook/g", "Transfer-Encoding: chunked\r\n\r\n5\r\nab") };
    struct fixture *f = *state;

    open_hook(f);
    for (size_t i = 0; i < COUNT(halves); i++) {
        struct client *client = client_new(f);

        say(client, halves[i]);
        wait_connections(f, 1);
        for (int j = 0; j < 3; j++)
            turn(f);
        client_free(client);
        wait_connections(f, 0);
    }
    assert_null(f->diary.data);
}

static void test_what_is_no_http_is_ended(void **state)
{
    static const char *const noise[] = { "\r\n\r\n\r\n",
                                         "hello\r\n\r\n",
                                         "GET /hook/g\r\n\r\n",
                                         "GET /hook/g HTTP/9.9\r\n\r\n",
                                         "BREW /hook/g HTTP/1.1\r\n\r\n",
                                         "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" };
    struct fixture *f = *state;

    f->setting.deadline_ms = 300;
    open_hook(f);
    for (size_t i = 0; i < COUNT(noise); i++) {
        struct client *client = client_new(f);

        say(client, noise[i]);
        wait_end(client);
        client_free(client);
    }
    assert_null(f->diary.data);
    expect(f, "GET /hook/g HTTP/1.1\r\n\r\n", OK);
}

/* An answer that is not read is cut at the deadline; nobody else waits for it. */
static void test_slow_reader_is_cut(void **state)
{
    struct fixture *f = *state;
    char *much = mem_new(8 * 1024 * 1024, 1);
    const struct hook_answer answer = { .status = 200, .body = much, .length = 8 * 1024 * 1024 };
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    f->setting.deadline_ms = 400;
    open_hook(f);
    f->wait = true;
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    bufferevent_disable(client->buffers, EV_READ);
    answer_all(f, &answer);
    f->wait = false;
    expect(f, "GET /hook/g HTTP/1.1\r\n\r\n", OK);
    wait_connections(f, 0);
    assert_true(client->heard.length < answer.length);
    client_free(client);
    free(much);
}

static void test_client_that_leaves_before_the_answer_is_forgotten(void **state)
{
    const struct hook_answer ok = { .status = 200 };
    struct fixture *f = *state;
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    f->setting.deadline_ms = 300;
    open_hook(f);
    f->wait = true;
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    client_free(client);
    for (int i = 0; i < 10; i++)
        turn(f);
    answer_all(f, &ok); /* evhttp notices only now, or has told us before */
    wait_connections(f, 0);
}

static void test_closing_forgets_what_waits(void **state)
{
    struct fixture *f = *state;
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    open_hook(f);
    f->wait = true;
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    hook_free(f->hook);
    f->hook = NULL;
    assert_int_equal(f->forgotten, 1);
    wait_end(client);
    client_free(client);
}

/* Some thousand silent clients and a hundred that drip, where the system lets us have the descriptors. */
static void test_thousands_of_idle_clients_delay_nobody_inside(void **state)
{
    struct fixture *f = *state;
    struct rlimit limit;
    struct client **crowd;
    int count = 2000;
    time_ms longest = 0;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 5000)
        count = 200;
    f->setting.connections = 256;
    f->setting.deadline_ms = 60000;
    open_hook(f);
    crowd = mem_new((size_t)count, sizeof(struct client *));
    for (int i = 0; i < count; i++) {
        crowd[i] = client_new(f);
        if (i % 50 == 0)
            turn(f);
    }
    wait_connections(f, count < 256 ? count : 256);
    for (int round = 0; round < 50; round++) {
        const time_ms start = clock_mono();

        for (int i = 0; i < 100; i++)
            bufferevent_write(crowd[i]->buffers, "x", 1);
        turn(f); /* what else the daemon does waits no longer than such a turn */
        longest = clock_mono() - start > longest ? clock_mono() - start : longest;
    }
    assert_in_range(longest, 0, 500);
    assert_int_equal(hook_connections(f->hook), count < 256 ? count : 256);
    for (int i = 0; i < count; i++)
        client_free(crowd[i]);
    free(crowd);
    wait_connections(f, 0);
}

/* TLS */

static void open_secure(struct fixture *f)
{
    certificate_write(f->certificate, f->key, "one");
    f->setting.certificate = f->certificate;
    f->setting.key = f->key;
    open_hook(f);
}

/* The common name that the server shows; good until the next call. */
static const char *name_of(struct client *client)
{
    static char name[64];
    X509 *certificate = SSL_get1_peer_certificate(bufferevent_openssl_get_ssl(client->buffers));

    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    X509_free(certificate);
    return name;
}

static void test_webhook_over_tls(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_secure(f);
    client = client_tls(f);
    say(client, POST("/hook/g/1", "Content-Length: 4\r\n\r\nbody"));
    wait_heard(client, "HTTP/1.1 200 OK");
    say(client, "GET /hook/g/2 HTTP/1.1\r\nConnection: close\r\n\r\n");
    wait_end(client);
    assert_string_equal(f->diary.data, "POST /hook/g/1? {\"host\":\"x\"} body\nGET /hook/g/2? {} \n");
    client_free(client);
    wait_connections(f, 0);
}

static void test_large_answer_over_tls_arrives_whole_before_the_end(void **state)
{
    struct fixture *f = *state;
    char *much = mem_new(1024 * 1024, 1);
    const struct hook_answer answer = { .status = 200, .body = much, .length = 1024 * 1024 };
    const time_ms until = clock_mono() + GUARD_MS;
    struct client *client;

    memset(much, 'y', 1024 * 1024);
    open_secure(f);
    f->wait = true;
    client = client_tls(f);
    say(client, "GET /hook/g HTTP/1.1\r\nConnection: close\r\n\r\n");
    while (f->count == 0 && clock_mono() < until)
        turn(f);
    answer_all(f, &answer);
    wait_end(client);
    assert_true(client->heard.length > answer.length);
    assert_memory_equal(client->heard.data + client->heard.length - answer.length, much, answer.length);
    client_free(client);
    free(much);
}

static void test_handshake_that_never_ends_is_cut(void **state)
{
    struct fixture *f = *state;
    struct client *silent, *half, *good;

    f->setting.deadline_ms = 400;
    f->setting.connections = 2;
    open_secure(f);
    silent = client_new(f); /* plain: it never says hello */
    half = client_new(f);
    say(half, "\x16\x03\x01\x02");
    wait_connections(f, 2);
    good = client_tls(f);
    say(good, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(good, OK);
    assert_true(silent->ended);
    assert_true(half->ended);
    client_free(silent);
    client_free(half);
    client_free(good);
}

static void test_plain_http_to_a_tls_port_is_ended(void **state)
{
    struct fixture *f = *state;
    struct client *client;

    open_secure(f);
    client = client_new(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_end(client);
    assert_false(heard(client, "200"));
    assert_null(f->diary.data);
    client_free(client);
    wait_connections(f, 0);
}

static void test_certificate_is_read_again(void **state)
{
    struct fixture *f = *state;
    struct error err = { { 0 } };
    struct client *before, *after;

    open_secure(f);
    before = client_tls(f);
    say(before, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(before, OK);
    assert_string_equal(name_of(before), "one");
    certificate_write(f->certificate, f->key, "two");
    assert_true(hook_renew(f->hook, &f->setting, &err));
    after = client_tls(f);
    say(after, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(after, OK);
    assert_string_equal(name_of(after), "two");
    client_free(before);
    client_free(after);
}

static void test_broken_certificate_leaves_the_old_one(void **state)
{
    struct fixture *f = *state;
    struct hook_setting plain = { .address = f->address };
    struct error err = { { 0 } };
    struct client *client;
    FILE *file;

    open_secure(f);
    file = fopen(f->certificate, "w");
    fputs("not a certificate\n", file);
    fclose(file);
    assert_false(hook_check(&f->setting, NULL));
    assert_false(hook_renew(f->hook, &f->setting, &err));
    assert_non_null(strstr(err.text, "listen.certificate: "));
    assert_non_null(strstr(err.text, "chain.pem"));
    assert_false(hook_renew(f->hook, &plain, &err)); /* never by a reload */
    client = client_tls(f);
    say(client, "GET /hook/g HTTP/1.1\r\n\r\n");
    wait_heard(client, OK);
    client_free(client);
}

static void test_key_of_another_certificate_is_refused(void **state)
{
    struct fixture *f = *state;
    CLEANUP(mem_clean) char *other = mem_format("%s/other.pem", f->folder);
    struct error err = { { 0 } };

    certificate_write(other, f->key, "two");
    certificate_write(f->certificate, other, "one");
    assert_null(tls_open(f->certificate, f->key, &err));
    assert_non_null(strstr(err.text, "listen.key: "));
    assert_null(tls_open("/nowhere/chain.pem", f->key, &err));
    assert_non_null(strstr(err.text, "listen.certificate: /nowhere/chain.pem: No such file"));
}

static void test_address_in_use_is_said_with_a_mend(void **state)
{
    const struct hook_parts parts = { .judge = judge };
    struct fixture *f = *state;
    struct error err = { { 0 } };

    open_hook(f);
    assert_null(hook_new(f->base, &f->setting, &parts, &err));
    assert_non_null(strstr(err.text, "listen.http: 127.0.0.1:"));
    assert_non_null(strstr(err.text, "in use"));
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
        TEST(test_dripping_client_is_cut_whatever_it_still_sends),
        TEST(test_dripping_body_is_cut_too),
        TEST(test_at_the_cap_clients_wait_and_are_served_when_one_ends),
        TEST(test_half_a_request_and_the_end_leaves_nothing),
        TEST(test_what_is_no_http_is_ended),
        TEST(test_slow_reader_is_cut),
        TEST(test_client_that_leaves_before_the_answer_is_forgotten),
        TEST(test_closing_forgets_what_waits),
        TEST(test_thousands_of_idle_clients_delay_nobody_inside),
        TEST(test_webhook_over_tls),
        TEST(test_large_answer_over_tls_arrives_whole_before_the_end),
        TEST(test_handshake_that_never_ends_is_cut),
        TEST(test_plain_http_to_a_tls_port_is_ended),
        TEST(test_certificate_is_read_again),
        TEST(test_broken_certificate_leaves_the_old_one),
        TEST(test_key_of_another_certificate_is_refused),
        TEST(test_address_in_use_is_said_with_a_mend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
